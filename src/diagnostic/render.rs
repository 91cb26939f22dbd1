//! Diagnostics for people: the message, the line it is about, and the mended line.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use super::view::{View, fit, replacement};
use super::visible::visible;
use super::{Diagnostic, Fix, Severity};
use crate::source::Position;

/// How diagnostics are written for people.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Style {
    /// With colour, as terminal escape sequences.
    Human,
    /// The same without.
    Plain,
}

/// Lines are cut to their width by [`View`], which knows what is escaped; annotate-snippets must not cut them again.
const NO_LIMIT: usize = 1 << 20;
/// A fix that touches more lines than this, or writes more, is told by its title only.
const MAX_FIX_LINES: usize = 12;
/// A fix of more edits than this is told by its title only.
const MAX_FIX_EDITS: usize = 16;
/// A fix that writes a longer text than this is told by its title only.
const MAX_FIX_BYTES: usize = 1024;

/// The diagnostic with the lines that it is about. It ends with a line break.
///
/// Any text and any spans will do: a span that does not lie in the text is moved into it. Nothing of the text, the message or the name reaches
/// the terminal as an escape sequence or as a character that nobody sees, and a long line is cut to what is around the span.
///
/// ```
/// use triggerfish::diagnostic::{Code, Diagnostic, Style, render};
/// use triggerfish::source::Span;
///
/// let found = Diagnostic::new(Code::ForeignOperator, Span::new(7, 8), "`=` is not an operator").with_fix("use `==`", Span::new(7, 8), "==");
/// let text = render(&found, "domain = \"IT\"", "handoff", Style::Plain);
/// assert_eq!(
///     text,
///     r#"error[TF0008]: `=` is not an operator
///  --> handoff:1:8
///   |
/// 1 | domain = "IT"
///   |        ^
///   |
/// help: use `==`
///   |
/// 1 | domain == "IT"
///   |         +
/// "#
/// );
/// ```
#[must_use]
pub fn render(diagnostic: &Diagnostic, source_text: &str, source_name: &str, style: Style) -> String {
    let places = Places::new(diagnostic, source_text);
    let view = View::new(source_text, places.marks());
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let snippet = Snippet::source(view.text.as_str()).line_start(view.first_line).path(PLACE);
    let mut found =
        level.primary_title(visible(&diagnostic.message)).id(diagnostic.code.id()).element(snippet.annotations(places.annotations(&view, diagnostic)));
    // A fix shows what its title says: the same words as help would say it twice.
    let shown_by_fix = |help: &&String| diagnostic.fix.as_ref().is_some_and(|fix| fix.title == **help);
    if let Some(help) = diagnostic.help.as_ref().filter(|help| !shown_by_fix(help)) {
        found = found.element(Level::HELP.message(visible(help)));
    }
    let mended = diagnostic.fix.as_ref().map(|fix| (fix, FixView::new(fix, source_text)));
    let mut report = vec![found];
    if let Some((fix, drawn)) = &mended {
        let title = Level::HELP.secondary_title(visible(&fix.title));
        report.push(match drawn {
            Some(drawn) => title.element(drawn.snippet()),
            None => Group::with_title(title),
        });
    }
    let renderer = match style {
        Style::Human => Renderer::styled(),
        Style::Plain => Renderer::plain(),
    };
    let text = renderer.term_width(NO_LIMIT).render(&report);
    let position = Position::of(source_text, fit(diagnostic.span, source_text).start);
    let mut text = put_place(&text, &format!("{}:{position}", visible(source_name)));
    text.push('\n');
    text
}

/// Stands for the place until [`put_place`]: annotate-snippets would count columns in the view, where they may be others than in the source.
const PLACE: &str = "@";

/// Writes the place into the second line, the one with the arrow, instead of [`PLACE`] and what annotate-snippets made of it.
fn put_place(text: &str, place: &str) -> String {
    let parts = text.split_once('\n').and_then(|(title, rest)| {
        let (line, rest) = rest.split_once('\n')?;
        let (arrow, _) = line.split_once(PLACE)?;
        Some((title, arrow, rest))
    });
    parts.map_or_else(|| text.to_owned(), |(title, arrow, rest)| format!("{title}\n{arrow}{place}\n{rest}"))
}

/// The diagnostics in the order given, an empty line between two.
#[must_use]
pub fn render_all(diagnostics: &[Diagnostic], source_text: &str, source_name: &str, style: Style) -> String {
    let rendered: Vec<String> = diagnostics.iter().map(|diagnostic| render(diagnostic, source_text, source_name, style)).collect();
    rendered.join("\n")
}

/// What of a source a diagnostic points at, as bytes of the source.
struct Places {
    primary: Range<usize>,
    label: Option<Range<usize>>,
    /// Where the text before `primary` ends, if `primary` begins on a line with nothing on it: the reader wants to see what it follows.
    context: Option<usize>,
}

impl Places {
    fn new(diagnostic: &Diagnostic, source: &str) -> Places {
        let primary = underlined(fit(diagnostic.span, source), source);
        let label = diagnostic.label.as_ref().map(|(span, _)| underlined(fit(*span, source), source));
        let context = blank_line_follows(source, primary.start);
        Places { primary, label, context }
    }

    fn marks(&self) -> Vec<usize> {
        let mut marks = vec![self.primary.start, self.primary.end];
        marks.extend(self.label.iter().flat_map(|label| [label.start, label.end]));
        marks.extend(self.context);
        marks
    }

    fn annotations<'a>(&self, view: &View, diagnostic: &'a Diagnostic) -> Vec<Annotation<'a>> {
        let mut annotations = vec![AnnotationKind::Primary.span(view.range(&self.primary))];
        if let (Some(place), Some((_, text))) = (&self.label, &diagnostic.label) {
            annotations.push(AnnotationKind::Context.span(view.range(place)).label(visible(text)));
        }
        annotations.extend(self.context.map(|place| AnnotationKind::Visible.span(view.range(&(place..place)))));
        annotations
    }
}

/// The range without the white space at its end, unless it is nothing else: an underline that ends in the next line reads badly.
fn underlined(range: Range<usize>, source: &str) -> Range<usize> {
    match source.get(range.clone()).map(str::trim_ascii_end) {
        Some(text) if !text.is_empty() => range.start..range.start + text.len(),
        _ => range,
    }
}

fn blank_line_follows(source: &str, offset: usize) -> Option<usize> {
    let before = source.get(..offset)?;
    let line_start = before.rfind('\n')? + 1;
    let line = source.get(line_start..)?.lines().next().unwrap_or("");
    let end = before.trim_ascii_end().len();
    (line.trim_ascii().is_empty() && end > 0).then_some(end)
}

/// The lines that a fix changes, and the changes.
struct FixView {
    view: View,
    patches: Vec<(Range<usize>, String)>,
}

impl FixView {
    /// `None` if the edits do not fit the source or one another, or are too many to be shown.
    fn new(fix: &Fix, source: &str) -> Option<FixView> {
        if fix.edits.len() > MAX_FIX_EDITS {
            return None;
        }
        let mut edits: Vec<(Range<usize>, &str)> = fix.edits.iter().map(|edit| (edit.span.range(), edit.text.as_str())).collect();
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        let (first, last) = (edits.first()?.0.start, edits.last()?.0.end);
        let apart = edits.iter().zip(edits.iter().skip(1)).all(|((one, _), (next, _))| one.end <= next.start);
        let written: usize = edits.iter().map(|(_, text)| text.len()).sum();
        let lines = source.get(first..last)?.matches('\n').count() + edits.iter().map(|(_, text)| text.matches('\n').count()).sum::<usize>() + 1;
        if !apart || written > MAX_FIX_BYTES || lines > MAX_FIX_LINES || edits.iter().any(|(range, _)| source.get(range.clone()).is_none()) {
            return None;
        }
        let view = View::new(source, edits.iter().flat_map(|(range, _)| [range.start, range.end]).collect());
        let mut patches: Vec<(Range<usize>, String)> = edits.iter().map(|(range, text)| (view.range(range), replacement(text))).collect();
        // A change of line breaks alone is none in the view.
        patches.retain(|(range, text)| view.text.get(range.clone()) != Some(text));
        if !counts_columns_well(&view.text, &patches) {
            patches = merged(&view.text, &patches).into_iter().collect();
        }
        (!patches.is_empty()).then_some(FixView { view, patches })
    }

    fn snippet(&self) -> Snippet<'_, Patch<'_>> {
        let patches = self.patches.iter().map(|(range, text)| Patch::new(range.clone(), text.as_str()));
        Snippet::source(self.view.text.as_str()).line_start(self.view.first_line).patches(patches)
    }
}

/// Whether annotate-snippets 0.12.17 draws the edits of `text` well. Where they leave a single line, it counts columns as if all of them had been
/// on that line, and panics if that makes one negative; where they leave several lines, or there is one edit, it does not count.
fn counts_columns_well(text: &str, edits: &[(Range<usize>, String)]) -> bool {
    edits.len() <= 1 || !text.contains('\n') || spliced(text, 0, edits).trim_end_matches('\n').contains('\n')
}

/// The edits as one.
fn merged(text: &str, edits: &[(Range<usize>, String)]) -> Option<(Range<usize>, String)> {
    let (start, end) = (edits.first()?.0.start, edits.last()?.0.end);
    Some((start..end, spliced(text, start, edits)))
}

/// The text from `start` to the end of the last edit, with the edits made.
fn spliced(text: &str, start: usize, edits: &[(Range<usize>, String)]) -> String {
    let (mut mended, mut done) = (String::new(), start);
    for (range, replacement) in edits {
        mended.push_str(text.get(done..range.start).unwrap_or(""));
        mended.push_str(replacement);
        done = range.end;
    }
    mended
}

#[cfg(test)]
mod tests;
