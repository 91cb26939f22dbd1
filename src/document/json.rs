//! JSON text to nodes.
//!
//! `serde_json` judges the syntax, first and of the whole text; the walk after it only has to find where things stand.

use super::error::{DocumentErrors, fail};
use super::{Builder, Content, number};
use crate::source::Span;

pub(super) fn feed(text: &str, builder: &mut Builder) -> Result<(), DocumentErrors> {
    check_syntax(text)?;
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at)
        && !builder.stopped()
    {
        let mut end = at + 1;
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' => {}
            b'{' => builder.open_map(Some(Span::new(at, end))),
            b'[' => builder.open_list(Some(Span::new(at, end))),
            b'}' | b']' => builder.close(),
            b'"' => {
                end = end_of_text(bytes, end);
                scalar(text, Span::new(at, end), builder);
            }
            _ => {
                end += bytes.iter().skip(end).take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
                scalar(text, Span::new(at, end), builder);
            }
        }
        at = end;
    }
    Ok(())
}

fn check_syntax(text: &str) -> Result<(), DocumentErrors> {
    // Ignoring a value keeps no tree and does not recurse.
    let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) else {
        return Ok(());
    };
    let line_start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let mut at = (line_start + error.column().saturating_sub(1)).min(text.len());
    // Columns count bytes, and may end inside the character before the one that is wrong.
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or("syntax error").to_lowercase();
    fail(Some(Span::new(at, at)), format!("not JSON: {message}"))
}

/// One past the quotation mark that closes a text.
fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    loop {
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') => return at + 1,
            Some(_) => at += 1,
            None => return bytes.len(),
        }
    }
}

fn scalar(text: &str, span: Span, builder: &mut Builder) {
    let content = match span.of(text) {
        "null" => Some(Content::Null),
        "true" => Some(Content::Bool(true)),
        "false" => Some(Content::Bool(false)),
        quoted if quoted.starts_with('"') => serde_json::from_str::<String>(quoted).ok().map(|text| Content::Text(text.into())),
        digits => number(digits).map(Content::Number),
    };
    match content {
        Some(content) => builder.scalar(content, Some(span)),
        None if span.of(text).starts_with('"') => builder.problems.stop(Some(span), "not JSON: a text with an escape that means nothing"),
        None => builder.problems.stop(Some(span), "number out of range"),
    }
}
