//! Texts, numbers and constants: from their spelling to their value.

use std::sync::Arc;

use pest::iterators::Pair;

use super::climb::span_of;
use super::generated::Rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::ExprKind;
use crate::syntax::escape::unescape;
use crate::value::Float;

/// The value of a quoted text; after a mistake, the text as written stands in.
pub(super) fn text(token: &Pair<'_, Rule>) -> Result<Arc<str>, (Arc<str>, Box<Diagnostic>)> {
    let written = token.as_str();
    let inside = written.get(1..written.len().saturating_sub(1)).unwrap_or("");
    unescape(inside).map(|text| Arc::from(text.as_ref())).map_err(|bad| {
        let start = span_of(token).start as usize + 1;
        let span = Span::new(start + bad.start, start + bad.end.min(inside.len()));
        let help = "`\\uXXXX` or `\\u{X}` is a character by its code; a backslash itself is written `\\\\`";
        (Arc::from(inside), Box::new(Diagnostic::new(Code::MalformedEscape, span, bad.problem).with_help(help)))
    })
}

/// The value of a number.
pub(super) fn number(token: &Pair<'_, Rule>) -> Result<ExprKind, Box<Diagnostic>> {
    let written = token.as_str();
    let span = span_of(token);
    let (number, rest) = written.split_at(written.len() - spelled(written));
    if !rest.is_empty() {
        let span = Span::new(span.start as usize + number.len(), span.end as usize);
        let diagnostic = Diagnostic::new(Code::MalformedNumber, span, format!("`{rest}` cannot follow the number `{number}`"));
        return Err(Box::new(diagnostic.with_help("put a space between a number and a word; units, hexadecimal digits and `_` are not part of numbers")));
    }
    if written.contains(['.', 'e', 'E']) {
        let float = written.parse().ok().and_then(Float::new);
        let too_large = || Box::new(Diagnostic::new(Code::NumberOutOfRange, span, "this number is too large").with_help("Floats reach to about 1.8e308"));
        return float.map(ExprKind::Float).ok_or_else(too_large);
    }
    written.parse().map(ExprKind::Integer).map_err(|_| {
        let help = if written == "9223372036854775808" {
            "the smallest Integer is written without a space: `-9223372036854775808`".to_owned()
        } else {
            format!("Integers reach from {} to {}", i64::MIN, i64::MAX)
        };
        Box::new(Diagnostic::new(Code::NumberOutOfRange, span, "this number does not fit 64 bits").with_help(help))
    })
}

/// How many bytes at the end of a number token are letters that do not belong to it.
fn spelled(written: &str) -> usize {
    let bytes = written.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let byte = |at: usize| bytes.get(at).copied();
    let mut at = usize::from(byte(0) == Some(b'-'));
    at += digits(at);
    if byte(at) == Some(b'.') {
        at += 1 + digits(at + 1);
    }
    if matches!(byte(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(byte(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        if exponent > 0 {
            at += 1 + sign + exponent;
        }
    }
    bytes.len().saturating_sub(at)
}

/// `TRUE`, `FALSE` or `NULL`.
pub(super) fn constant(token: Pair<'_, Rule>) -> ExprKind {
    match token.into_inner().next().map(|word| word.as_rule()) {
        Some(Rule::kw_true) => ExprKind::Bool(true),
        Some(Rule::kw_false) => ExprKind::Bool(false),
        Some(_) | None => ExprKind::Null,
    }
}
