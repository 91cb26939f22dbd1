//! One scalar of a file in its own style, with its expressions in canonical form.

use super::super::file::{Part, Written};
use super::proof::{says_the_same, scalar_text};
use crate::document::{Format, place_in_file};
use crate::limits::Limits;
use crate::source::Span;

/// Where a scalar stands.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'s> {
    pub(super) file: &'s str,
    pub(super) format: Format,
    /// Whether it stands in `{ }` or `[ ]`.
    pub(super) flow: bool,
    pub(super) limits: &'s Limits,
}

/// How a scalar is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Style {
    /// Without quotes.
    Plain,
    /// `'it''s'`
    Single,
    /// `"a\n"`, in JSON too.
    Double,
    /// Behind `|`, line by line.
    Literal,
    /// Behind `>`, where one line break is a blank.
    Folded,
}

impl Style {
    fn of(raw: &str) -> Style {
        match raw.bytes().next() {
            Some(b'\'') => Style::Single,
            Some(b'"') => Style::Double,
            Some(b'|') => Style::Literal,
            Some(b'>') => Style::Folded,
            Some(_) | None => Style::Plain,
        }
    }
}

/// The other spelling of a scalar; `None` where there is nothing to do, or none that would read back.
pub(super) fn rewritten(written: &Written, surroundings: Surroundings<'_>) -> Option<String> {
    let raw = written.span.of(surroundings.file);
    let style = Style::of(raw);
    if surroundings.format == Format::Json && style != Style::Double {
        return None;
    }
    let candidates = match style {
        Style::Literal | Style::Folded => block(written, style, raw, surroundings.file).into_iter().collect(),
        Style::Plain | Style::Single | Style::Double => inline(written, style, surroundings.file),
    };
    let good = |candidate: &String| scalar_text(candidate, written, surroundings).is_some_and(|text| says_the_same(&text, written, surroundings.limits));
    candidates.into_iter().find(good).filter(|candidate| candidate != raw)
}

/// Spellings in quotes or without, best first; none if the text is canonical already, however its lines are folded.
fn inline(written: &Written, style: Style, file: &str) -> Vec<String> {
    let spelled = |style: Style| if written.whole { written.parts.iter().map(|part| said_in(style, part)).collect() } else { with_parts(written, style) };
    let text: String = spelled(style);
    // Whoever writes `\"` inside double quotes may.
    if written.is_text && [&text, &spelled(Style::Plain)].iter().any(|text| ***text == *written.text) {
        return Vec::new();
    }
    let rest = if written.whole {
        match style {
            Style::Plain => Some(text.clone()),
            Style::Double => Some(double_quoted(&text)),
            Style::Single | Style::Literal | Style::Folded => None,
        }
    } else {
        Some(spliced(
            written,
            file,
            |part| braced(&said_in(style, part)),
            |said| match style {
                Style::Single => said.replace('\'', "''"),
                // Braces stand at both ends, so that no quote of the expression is trimmed.
                Style::Double => double_quoted(said).trim_matches('"').to_owned(),
                Style::Plain | Style::Literal | Style::Folded => said.to_owned(),
            },
        ))
    };
    let quoted = match style {
        Style::Plain => Some(single_quoted(&text)),
        Style::Single => written.whole.then(|| single_quoted(&text)),
        Style::Double | Style::Literal | Style::Folded => None,
    };
    rest.into_iter().chain(quoted).collect()
}

/// The scalar behind its header, whose lines keep their indentation; `None` if it is canonical already.
fn block(written: &Written, style: Style, raw: &str, file: &str) -> Option<String> {
    let said = |part: &Part| if written.whole { part.canonical.clone() } else { braced(&part.line) };
    let good = |part: &Part| {
        let text = part.span.of(&written.text);
        text == said(part) || written.whole && style == Style::Folded && text == part.line
    };
    if written.parts.iter().all(good) {
        return None;
    }
    let header = raw.split_inclusive('\n').next()?;
    let line_break = if header.ends_with("\r\n") { "\r\n" } else { "\n" };
    let indent = " ".repeat(indentation(raw, &written.text)?);
    Some(spliced(written, file, said, |said| said.replace('\n', &format!("{line_break}{indent}"))))
}

/// How far the lines of a block stand in: what its first line has in the file, without what of that belongs to the text.
pub(super) fn indentation(raw: &str, text: &str) -> Option<usize> {
    let stands_in = |line: &str| line.bytes().take_while(|byte| *byte == b' ').count();
    let first = |line: &&str| !line.trim().is_empty();
    let (in_file, in_text) = (raw.lines().skip(1).find(first)?, text.lines().find(first)?);
    stands_in(in_file).checked_sub(stands_in(in_text))
}

/// An expression on one line. Inside double quotes its texts take single ones, which need no backslash, where they hold neither.
fn said_in(style: Style, part: &Part) -> String {
    let swaps = style == Style::Double && !part.line.contains(['\'', '\\', '\n']);
    if swaps { part.line.replace('"', "'") } else { part.line.clone() }
}

fn braced(expression: &str) -> String {
    format!("{{{{ {expression} }}}}")
}

/// The text of a template with its expressions in canonical form.
fn with_parts(written: &Written, style: Style) -> String {
    let mut text = written.text.to_string();
    for part in written.parts.iter().rev() {
        text.replace_range(part.span.range(), &braced(&said_in(style, part)));
    }
    text
}

/// The scalar as it is written, with what it says otherwise in the spelling of its style.
fn spliced(written: &Written, file: &str, said: impl Fn(&Part) -> String, encode: impl Fn(&str) -> String) -> String {
    let mut raw = written.span.of(file).to_owned();
    let base = written.span.start as usize;
    for part in written.parts.iter().rev() {
        let said = said(part);
        if [said.as_str(), &braced(&part.line)].contains(&part.span.of(&written.text)) {
            continue;
        }
        let Span { start, end } = place_in_file(file, written.span, &written.text, part.span);
        let (start, end) = ((start as usize).saturating_sub(base), (end as usize).saturating_sub(base));
        if raw.is_char_boundary(start) && raw.is_char_boundary(end) && start <= end {
            raw.replace_range(start..end, &encode(&said));
        }
    }
    raw
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// What JSON writes, YAML reads as well.
fn double_quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
