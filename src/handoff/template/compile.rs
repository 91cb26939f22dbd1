//! From the parts of a template's text to pieces that can be rendered, with all that is known of them.

use super::bound::{Possible, possible};
use super::position::{Fate, Origin, is_line_break};
use super::{Piece, Position, Template, address, parts, url};
use crate::check::World;
use crate::context::Layout;
use crate::diagnostic::{Code, Diagnostic, Fix, visible};
use crate::rule::Expression;
use crate::source::Span;
use crate::value::{ErrorKinds, EvalErrorKind};

/// Takes the parts one by one.
pub(super) struct Compiler<'t> {
    text: &'t str,
    position: Position,
    pieces: Vec<Piece>,
    diagnostics: Vec<Diagnostic>,
}

impl<'t> Compiler<'t> {
    pub(super) fn new(text: &'t str, position: Position) -> Compiler<'t> {
        Compiler { text, position, pieces: Vec::new(), diagnostics: Vec::new() }
    }

    pub(super) fn literal(&mut self, span: Span) {
        let meant = parts::unescaped(span.of(self.text));
        let mut rendered = String::with_capacity(meant.len());
        let encoded = self.position.append(&meant, Origin::Literal, &mut rendered);
        if encoded.is_err() {
            self.refused_literal(span);
        }
        self.pieces.push(Piece::Literal { rendered, span });
    }

    /// What a position refuses in what is written out: each kind of character once.
    fn refused_literal(&mut self, span: Span) {
        let mut told = Vec::new();
        for (at, character) in span.of(self.text).char_indices() {
            let Fate::Refused(what) = self.position.fate(character, Origin::Literal) else { continue };
            if told.contains(&what) {
                continue;
            }
            told.push(what);
            let start = span.range().start + at;
            let here = Span::new(start, start + character.len_utf8());
            let message = format!("{what}, `{}`, cannot stand in {}", visible(here.of(self.text)), self.position.name());
            let help = if is_line_break(character) {
                "write it on one line; in YAML, a block that begins with `|-` or `>-` does not end in a line break"
            } else {
                "remove it"
            };
            self.diagnostics.push(Diagnostic::new(Code::UnsafeTarget, here, message).with_help(help));
        }
    }

    pub(super) fn expression(&mut self, inner: Span, world: World<'_>, layout: &mut Layout) {
        let source = inner.of(self.text);
        if source.trim().is_empty() {
            let braces = Span::new(inner.range().start.saturating_sub(2), inner.range().end + 2);
            self.diagnostics
                .push(Diagnostic::new(Code::BadTemplate, braces, "there is no expression between these braces").with_help("write one, as in `{{ domain }}`"));
            return;
        }
        let found = match Expression::compile(source, world, layout) {
            Ok(expression) => {
                let warnings = expression.diagnostics().to_vec();
                self.pieces.push(Piece::Expression { expression: Box::new(expression), inner });
                warnings
            }
            Err(diagnostics) => diagnostics,
        };
        self.diagnostics.extend(found.into_iter().map(|diagnostic| moved(diagnostic, inner)));
    }

    pub(super) fn finish(mut self, world: World<'_>) -> Result<Template, Vec<Diagnostic>> {
        let mut structure = url::Structure::default();
        let mut values = Vec::new();
        // What is missing where an expression was refused would be reported as well.
        if !self.diagnostics.iter().any(Diagnostic::is_error) {
            values = self.pieces.iter().filter_map(Piece::expression).map(|expression| possible(expression, world)).collect();
            match self.position {
                Position::Address => self.diagnostics.extend(address::check(self.text, &self.pieces)),
                Position::Url => match url::check(self.text, &self.pieces, &values) {
                    Ok(checked) => structure = checked,
                    Err(found) => self.diagnostics.extend(found),
                },
                Position::Identifier if self.text.trim().is_empty() => {
                    let found = Diagnostic::new(Code::BadTemplate, Span::new(0, self.text.len()), "an identifier is empty");
                    self.diagnostics.push(found.with_help("write the name that the other system knows"));
                }
                Position::Text | Position::Line | Position::Subject | Position::Identifier | Position::Parameter => {}
            }
        }
        let limit = world.limits.rendered_bytes;
        let written = self.pieces.iter().filter_map(Piece::literal).map(str::len).fold(0, usize::saturating_add);
        if written > limit {
            let message = format!("{written} bytes are written out; the limit is {limit}");
            self.diagnostics.push(Diagnostic::new(Code::BadTemplate, Span::new(0, self.text.len()), message).with_help("shorten the text"));
        }
        self.diagnostics.sort_by_key(|diagnostic| diagnostic.span);
        if self.diagnostics.iter().any(Diagnostic::is_error) {
            return Err(self.diagnostics);
        }
        let growth = self.position.growth();
        let longest = values.iter().fold(written as u64, |sum, value| sum.saturating_add(value.bytes.saturating_mul(growth)));
        let mut errors = self.pieces.iter().filter_map(Piece::expression).fold(ErrorKinds::NONE, |errors, expression| errors.or(expression.errors()));
        if longest > limit as u64 {
            errors = errors.or(ErrorKinds::of(&[EvalErrorKind::BudgetExceeded]));
        }
        if self.may_refuse(&values, &structure) {
            errors = errors.or(ErrorKinds::of(&[EvalErrorKind::InvalidArgument]));
        }
        let literal = values.is_empty().then(|| self.pieces.iter().filter_map(Piece::literal).collect());
        Ok(Template {
            text: self.text.into(),
            position: self.position,
            pieces: self.pieces,
            diagnostics: self.diagnostics,
            literal,
            structure,
            errors,
            longest,
        })
    }

    /// Whether the position may refuse a value.
    fn may_refuse(&self, values: &[Possible], structure: &url::Structure) -> bool {
        match self.position {
            Position::Text | Position::Line | Position::Parameter => false,
            Position::Identifier if self.may_be_blank(values) => true,
            Position::Subject | Position::Identifier => values.iter().any(|value| match &value.texts {
                None => true,
                Some(texts) => texts.iter().any(|text| self.position.append(text, Origin::Value, &mut String::new()).is_err()),
            }),
            Position::Address => address::may_be_refused(&self.pieces, values),
            Position::Url => structure.may_be_refused(),
        }
    }
}

impl Compiler<'_> {
    /// Whether nothing but blanks may be left of an identifier.
    fn may_be_blank(&self, values: &[Possible]) -> bool {
        let is_written = self.pieces.iter().filter_map(Piece::literal).any(|literal| !literal.trim().is_empty());
        let is_there = |value: &Possible| value.texts.as_ref().is_some_and(|texts| texts.iter().all(|text| !text.trim().is_empty()));
        !is_written && !values.iter().any(is_there)
    }
}

/// A diagnostic of an expression, told of the template around it.
fn moved(mut diagnostic: Diagnostic, inner: Span) -> Diagnostic {
    diagnostic.span = shifted(diagnostic.span, inner);
    if let Some((span, _)) = &mut diagnostic.label {
        *span = shifted(*span, inner);
    }
    if let Some(Fix { edits, .. }) = &mut diagnostic.fix {
        edits.iter_mut().for_each(|edit| edit.span = shifted(edit.span, inner));
    }
    diagnostic
}

/// A span of an expression's text as one of the template's.
pub(super) fn shifted(span: Span, inner: Span) -> Span {
    let start = inner.range().start;
    Span::new(start + span.range().start, start + span.range().end)
}
