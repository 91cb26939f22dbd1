//! From a template and a context to text.

use std::fmt;

use super::compile::shifted;
use super::position::Origin;
use super::{Piece, Position, Template, address};
use crate::limits::Limits;
use crate::rule::Scope;
use crate::source::Span;
use crate::value::{Budget, EvalErrorKind, Value, write_text};

/// Why a template cannot be rendered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RenderError {
    /// What went wrong: an error of an expression; `invalid_argument` where the position refuses a value, `budget_exceeded` where the text gets too long.
    pub kind: EvalErrorKind,
    /// The expression, or the part of it that failed: bytes of the template's text.
    pub span: Span,
    /// What the position refuses, or which limit was met: one line without any of the values. Errors of expressions have none.
    pub message: Option<String>,
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.kind, self.span, self.message.as_deref().unwrap_or(self.kind.meaning()))
    }
}

impl std::error::Error for RenderError {}

impl RenderError {
    fn refused(span: Span, message: impl Into<String>) -> RenderError {
        RenderError { kind: EvalErrorKind::InvalidArgument, span, message: Some(message.into()) }
    }
}

impl Template {
    /// The text for the values of a scope; nothing else bears on it. Evaluations are charged to `shared`; the text may have
    /// [`Limits::rendered_bytes`].
    ///
    /// # Errors
    /// The first one: an expression fails, its value is refused by the position, or the text gets too long.
    pub fn render(&self, scope: Scope<'_>, shared: &mut Budget, limits: &Limits) -> Result<String, RenderError> {
        let mut sink = Sink::new(limits.rendered_bytes);
        // The last expression before what makes the text too long is to blame.
        let mut blamed = Span::new(0, self.text.len());
        for piece in &self.pieces {
            match piece {
                Piece::Literal { rendered, .. } => sink.push(rendered).map_err(|long| long.error(blamed, limits))?,
                Piece::Expression { expression, inner } => {
                    blamed = trimmed(&self.text, *inner);
                    let value = expression.evaluate_within(scope, shared).map_err(|error| RenderError {
                        kind: error.kind,
                        span: shifted(error.span, *inner),
                        message: None,
                    })?;
                    self.value(&value, blamed, &mut sink, limits)?;
                }
            }
        }
        self.whole(&sink.out, blamed)?;
        Ok(sink.out)
    }

    /// Appends a value, fitted for the position.
    fn value(&self, value: &Value, span: Span, sink: &mut Sink, limits: &Limits) -> Result<(), RenderError> {
        // Most positions shorten or keep a text, so a value that is too long as it is has no room in the end either; what would be dropped of it counts.
        let mut written = Sink::new(limits.rendered_bytes);
        let text = if let Value::Text(text) = value
            && text.len() <= limits.rendered_bytes
        {
            text
        } else {
            write_text(value, &mut written).map_err(|fmt::Error| TooLong.error(span, limits))?;
            written.out.as_str()
        };
        self.position
            .append(text, Origin::Value, &mut sink.out)
            .map_err(|what| RenderError::refused(span, format!("{what} cannot stand in {}", self.position.name())))?;
        sink.within_limit().map_err(|long| long.error(span, limits))
    }

    /// What only shows in the whole text.
    fn whole(&self, rendered: &str, blamed: Span) -> Result<(), RenderError> {
        match self.position {
            // What is written out was checked when it was compiled.
            Position::Address if self.literal.is_none() => match address::problem(rendered) {
                Some(problem) => Err(RenderError::refused(self.expressions().map(|(_, inner)| trimmed(&self.text, inner)).fold(blamed, Span::to), problem)),
                None => Ok(()),
            },
            Position::Url => match self.structure.dot_segment(rendered) {
                Some(span) => Err(RenderError::refused(trimmed(&self.text, span), "a value cannot make a path segment `.` or `..`")),
                None => Ok(()),
            },
            Position::Identifier if rendered.trim().is_empty() => Err(RenderError::refused(blamed, "the identifier is empty")),
            Position::Address | Position::Text | Position::Line | Position::Subject | Position::Identifier | Position::Parameter => Ok(()),
        }
    }
}

/// A text that grows up to a limit.
pub(super) struct Sink {
    pub(super) out: String,
    limit: usize,
}

/// A text is longer than it may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct TooLong;

impl TooLong {
    pub(super) fn error(self, span: Span, limits: &Limits) -> RenderError {
        let message = format!("the text gets longer than {} bytes", limits.rendered_bytes);
        RenderError { kind: EvalErrorKind::BudgetExceeded, span, message: Some(message) }
    }
}

impl Sink {
    pub(super) fn new(limit: usize) -> Sink {
        Sink { out: String::new(), limit }
    }

    fn within_limit(&self) -> Result<(), TooLong> {
        if self.out.len() > self.limit { Err(TooLong) } else { Ok(()) }
    }

    pub(super) fn push(&mut self, part: &str) -> Result<(), TooLong> {
        if self.out.len().saturating_add(part.len()) > self.limit {
            return Err(TooLong);
        }
        self.out.push_str(part);
        Ok(())
    }
}

impl fmt::Write for Sink {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.push(part).map_err(|TooLong| fmt::Error)
    }
}

/// The span without the blanks at its ends.
fn trimmed(text: &str, span: Span) -> Span {
    let inner = span.of(text);
    let start = span.range().start + (inner.len() - inner.trim_start().len());
    Span::new(start, start + inner.trim().len())
}
