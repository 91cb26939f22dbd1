//! Everything that is found wrong with a rule-set file, at its place in the file.

use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::document::{Node, place_in_file};
use crate::source::Span;

/// So many findings are told of one file, errors before warnings.
const MOST: usize = 100;

/// Collects what is found.
#[derive(Debug)]
pub(super) struct Report<'f> {
    pub(super) file: &'f str,
    found: Vec<Diagnostic>,
}

impl<'f> Report<'f> {
    pub(super) fn new(file: &'f str) -> Report<'f> {
        Report { file, found: Vec::new() }
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        // What a file of 64 MiB can have wrong fills no memory: errors push warnings out.
        if self.found.len() < 20 * MOST || diagnostic.is_error() && self.errors() < MOST {
            self.found.push(diagnostic);
        }
    }

    fn errors(&self) -> usize {
        self.found.iter().filter(|found| found.is_error()).count()
    }

    pub(super) fn add(&mut self, code: Code, span: Option<Span>, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic::new(code, span.unwrap_or_default(), message).with_help(help));
    }

    /// What was found in the text of a scalar, moved to where the scalar is written.
    pub(super) fn in_text(&mut self, node: &Node, text: &str, found: Vec<Diagnostic>) {
        let Some(written) = node.span else {
            found.into_iter().for_each(|diagnostic| self.push(diagnostic));
            return;
        };
        let place = |span: Span| place_in_file(self.file, written, text, span);
        let style = self.file.get(written.start as usize..).unwrap_or("").chars().next();
        let plain = !matches!(style, Some('"' | '\'' | '|' | '>'));
        let moved: Vec<Diagnostic> = found
            .into_iter()
            .map(|mut diagnostic| {
                if plain && diagnostic.code == Code::UnclosedText && self.cut_by_comment(written) {
                    diagnostic.help = Some("YAML takes ` #` for a comment: put the expression in single quotes, or behind `|` on a line of its own".to_owned());
                }
                // An edit of the text is an edit of the file only where both are written alike.
                diagnostic.fix = diagnostic.fix.filter(|fix| fix.edits.iter().all(|edit| is_written_alike(style, &edit.text))).map(|fix| Fix {
                    edits: fix.edits.into_iter().map(|edit| crate::diagnostic::Edit { span: place(edit.span), text: edit.text }).collect(),
                    title: fix.title,
                });
                Diagnostic { span: place(diagnostic.span), label: diagnostic.label.map(|(span, label)| (place(span), label)), ..diagnostic }
            })
            .collect();
        moved.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }

    /// Whether what follows a plain scalar on its line is a comment.
    fn cut_by_comment(&self, written: Span) -> bool {
        let rest = self.file.get(written.end as usize..).unwrap_or("");
        rest.lines().next().is_some_and(|line| line.trim_start().starts_with('#'))
    }

    pub(super) fn has_errors(&self) -> bool {
        self.found.iter().any(Diagnostic::is_error)
    }

    /// What was found, in the order of the file.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|found| (!found.is_error(), found.span));
        self.found.truncate(MOST);
        self.found.sort_by_key(|found| found.span);
        self.found.dedup();
        self.found
    }
}

/// Whether text put into a scalar that begins with `style` stands for itself.
fn is_written_alike(style: Option<char>, text: &str) -> bool {
    match style {
        Some('"') => !text.contains(['"', '\\', '\n']),
        Some('\'') => !text.contains(['\'', '\n']),
        Some(_) | None => !text.contains('\n'),
    }
}
