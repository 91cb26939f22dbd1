//! Templates: text fields of a rule set that hold expressions, `Hello {{ user.first_name }}`.
//!
//! ```text
//! text --parts--> literals and expressions --compile (position: what may stand there)--> Template --render--> text, fitted for the position
//!                                                |
//!                                              bound: what cannot fail
//! ```
//!
//! `NULL` renders as nothing, any other value as `$TEXT` writes it. `{{{{` stands for two braces.

mod address;
mod bound;
mod compile;
mod host;
mod parts;
mod position;
#[cfg(any(test, feature = "fuzzing"))]
mod promises;
mod query;
mod render;
#[cfg(test)]
mod tests;
mod url;

pub use parts::{Part, PartKind, parts};
pub use position::Position;
#[cfg(feature = "fuzzing")]
pub(crate) use promises::{PIECES, hidden_character, is_one_address, structure};
pub use query::{UrlError, UrlTemplate};
pub use render::RenderError;

use compile::Compiler;

use crate::check::World;
use crate::context::Layout;
use crate::diagnostic::{Code, Diagnostic};
use crate::rule::Expression;
use crate::source::Span;
use crate::value::ErrorKinds;

/// A compiled template.
#[derive(Debug)]
pub struct Template {
    text: Box<str>,
    position: Position,
    pieces: Vec<Piece>,
    diagnostics: Vec<Diagnostic>,
    /// Set where there is no expression.
    literal: Option<String>,
    structure: url::Structure,
    errors: ErrorKinds,
    /// The most bytes that it renders to; the largest number where no bound is known.
    longest: u64,
}

/// A part of a template, ready to be rendered.
#[derive(Debug)]
enum Piece {
    Literal {
        /// As it is rendered.
        rendered: String,
        span: Span,
    },
    Expression {
        expression: Box<Expression>,
        /// What stands between the braces.
        inner: Span,
    },
}

impl Piece {
    fn literal(&self) -> Option<&str> {
        match self {
            Piece::Literal { rendered, .. } => Some(rendered),
            Piece::Expression { .. } => None,
        }
    }

    fn expression(&self) -> Option<&Expression> {
        match self {
            Piece::Literal { .. } => None,
            Piece::Expression { expression, .. } => Some(expression),
        }
    }

    fn inner(&self) -> Option<Span> {
        match self {
            Piece::Literal { .. } => None,
            Piece::Expression { inner, .. } => Some(*inner),
        }
    }
}

impl Template {
    /// Reads a template's text for a position, and checks and compiles its expressions. The attributes that they read get slots of `layout`.
    ///
    /// # Errors
    /// Everything that is wrong with it, warnings included, in source order; spans are bytes of `text`.
    pub fn compile(text: &str, position: Position, world: World<'_>, layout: &mut Layout) -> Result<Template, Vec<Diagnostic>> {
        if text.len() > world.limits.source_bytes {
            let message = format!("the template has {} bytes; the limit is {}", text.len(), world.limits.source_bytes);
            return Err(vec![Diagnostic::new(Code::SourceTooLong, Span::new(0, 0), message).with_help("shorten it")]);
        }
        let mut compiler = Compiler::new(text, position);
        for part in parts(text)? {
            match part.kind {
                PartKind::Literal => compiler.literal(part.span),
                PartKind::Expression { inner } => compiler.expression(inner, world, layout),
            }
        }
        compiler.finish(world)
    }

    /// The text that was compiled.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it is for.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// Warnings, in source order; spans are bytes of the template's text.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.diagnostics.clone()
    }

    /// What rendering may fail with, whatever the context says, under the limits that the template was compiled with and with a budget that leaves
    /// each expression what one evaluation may use.
    ///
    /// Besides what the expressions may fail with: `budget_exceeded` where the text may get too long, `invalid_argument` where the position may refuse
    /// a value. Known to be short are Bools and Numbers and their `$TEXT`, slices of texts with constant bounds, texts that are written out, and what
    /// `IF`, `AND`, `OR` and `$COALESCE` choose among such.
    #[must_use]
    pub fn errors(&self) -> ErrorKinds {
        self.errors
    }

    /// Whether no context that binds can make rendering fail.
    #[must_use]
    pub fn cannot_fail(&self) -> bool {
        self.errors.is_empty()
    }

    /// The rendered text, if there is no expression.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        self.literal.as_deref()
    }

    /// The template with each expression in canonical text, without comments, on one line; what is written out stays as it is. It compiles to the same
    /// template, and templates that differ only in how their expressions are written have the same.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut canonical = String::with_capacity(self.text.len());
        for piece in &self.pieces {
            match piece {
                Piece::Literal { span, .. } => canonical.push_str(span.of(&self.text)),
                Piece::Expression { expression, .. } => {
                    canonical.push_str("{{ ");
                    canonical.push_str(&expression.canonical_line());
                    canonical.push_str(" }}");
                }
            }
        }
        canonical
    }

    /// The expressions in order, each with the bytes of the template's text that it was compiled from: all that stands between the braces.
    pub fn expressions(&self) -> impl Iterator<Item = (&Expression, Span)> {
        self.pieces.iter().filter_map(|piece| piece.expression().zip(piece.inner()))
    }
}
