//! The scalars of a file that hold expressions, noted while it is read: where they are written, and what they say in canonical form.

use std::sync::Arc;

use super::super::template::Template;
use crate::document::{Content, Node};
use crate::rule::Expression;
use crate::source::Span;

/// A scalar that holds expressions.
#[derive(Debug)]
pub(in super::super) struct Written {
    /// The bytes of the file: quotes, header and indentation included.
    pub(in super::super) span: Span,
    /// What was read there.
    pub(in super::super) text: Arc<str>,
    /// Whether YAML or JSON takes it for a text, not for a Bool or a number.
    pub(in super::super) is_text: bool,
    /// Whether the whole text is one expression; else it is a template.
    pub(in super::super) whole: bool,
    /// Its expressions, in order; never none.
    pub(in super::super) parts: Vec<Part>,
}

/// An expression in the text of a scalar.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Part {
    /// The bytes of the text; the braces of a template included.
    pub(in super::super) span: Span,
    /// In canonical form, comments included, on as many lines as that takes.
    pub(in super::super) canonical: String,
    /// In canonical form on one line, if there is no comment in it; else like `canonical`.
    pub(in super::super) line: String,
}

impl Part {
    fn new(expression: &Expression, span: Span) -> Part {
        let canonical = expression.canonical();
        let line = if expression.has_comments() { canonical.clone() } else { expression.canonical_line() };
        Part { span, canonical, line }
    }
}

impl Written {
    /// A scalar that is one expression. `None` for what is written nowhere.
    pub(super) fn expression(node: &Node, text: &Arc<str>, expression: &Expression) -> Option<Written> {
        let start = text.len() - text.trim_start().len();
        let part = Part::new(expression, Span::new(start, text.trim_end().len().max(start)));
        let is_text = matches!(node.content, Content::Text(_));
        Some(Written { span: node.span?, text: text.clone(), is_text, whole: true, parts: vec![part] })
    }

    /// A scalar that is a template. `None` for one without expressions, or that is written nowhere.
    pub(super) fn template(node: &Node, text: &Arc<str>, template: &Template) -> Option<Written> {
        let around = |inner: Span| Span::new((inner.start as usize).saturating_sub(2), inner.end as usize + 2);
        let parts: Vec<Part> = template.expressions().map(|(expression, inner)| Part::new(expression, around(inner))).collect();
        let is_text = matches!(node.content, Content::Text(_));
        (!parts.is_empty()).then_some(Written { span: node.span?, text: text.clone(), is_text, whole: false, parts })
    }
}
