//! Whether a scalar in another spelling reads back: as YAML or JSON first, then as the expressions that it holds.

use std::sync::Arc;

use super::super::file::Written;
use super::super::template::{PartKind, parts};
use super::rewrite::{Surroundings, indentation};
use crate::document::{Bounds, Content, Format, Node};
use crate::limits::Limits;
use crate::source::Span;
use crate::syntax;

/// Enough for the small documents here.
const BOUNDS: Bounds = Bounds { depth: 8, nodes: 16 };

/// The text that a scalar reads as, in a document of its own that is like the surroundings. `before` is how the scalar was written.
pub(super) fn scalar_text(raw: &str, before: &Written, surroundings: Surroundings<'_>) -> Option<Arc<str>> {
    let document = match surroundings.format {
        Format::Json => format!("{{\"k\": {raw}}}"),
        Format::Yaml if surroundings.flow => format!("{{k: {raw}, l: 0}}"),
        // A header that tells the indentation counts from the key.
        Format::Yaml => match (raw.bytes().next(), told_indentation(raw)) {
            (Some(b'|' | b'>'), Some(told)) => {
                let key = indentation(before.span.of(surroundings.file), &before.text)?.saturating_sub(told);
                if key == 0 { format!("k: {raw}") } else { format!("l:\n{}k: {raw}", " ".repeat(key)) }
            }
            _ => format!("k: {raw}\n"),
        },
    };
    only_text(&document, surroundings.format)
}

/// The digit of a block's header.
fn told_indentation(raw: &str) -> Option<usize> {
    let header = raw.lines().next()?.split('#').next()?;
    header.bytes().find(u8::is_ascii_digit).map(|digit| usize::from(digit - b'0'))
}

/// The text of the key `k`. Bools and numbers are texts too, as they are where an expression is wanted.
fn only_text(document: &str, format: Format) -> Option<Arc<str>> {
    let root = Node::read(document, format, BOUNDS).ok()?;
    let node = root.get("k").or_else(|| root.get("l")?.node.get("k"))?;
    match &node.node.content {
        Content::Text(text) => Some(text.clone()),
        Content::Bool(value) => Some(if *value { "TRUE" } else { "FALSE" }.into()),
        Content::Number(number) => Some(number.to_string().into()),
        Content::Null | Content::List(_) | Content::Map(_) => None,
    }
}

/// Whether a text holds the same expressions, with the same comments, and the same text around them.
pub(super) fn says_the_same(text: &str, written: &Written, limits: &Limits) -> bool {
    let mut expected = written.parts.iter().map(|part| part.canonical.as_str());
    let mut is_next = |expression: &str| expected.next().is_some_and(|expected| canonical(expression, limits).as_deref() == Some(expected));
    if written.whole {
        return is_next(text);
    }
    let (Ok(before), Ok(after)) = (parts(&written.text), parts(text)) else { return false };
    before.len() == after.len()
        && before.iter().zip(&after).all(|(before, after)| match (before.kind, after.kind) {
            (PartKind::Literal, PartKind::Literal) => before.span.of(&written.text) == after.span.of(text),
            (PartKind::Expression { .. }, PartKind::Expression { inner }) => is_next(Span::of(inner, text)),
            (PartKind::Literal, PartKind::Expression { .. }) | (PartKind::Expression { .. }, PartKind::Literal) => false,
        })
}

fn canonical(expression: &str, limits: &Limits) -> Option<String> {
    syntax::parse(expression, limits).ok().map(|parsed| syntax::print(&parsed.rule))
}
