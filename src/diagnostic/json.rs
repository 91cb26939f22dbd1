//! Diagnostics for machines.

use std::ops::Range;

use serde_json::{Value, json};

use super::view::fit;
use super::{Diagnostic, Fix};
use crate::source::Position;

/// The diagnostic as a JSON object. Keys stand in alphabetical order, so equal diagnostics have equal text:
///
/// - `code`: `"TF0101"`;
/// - `fix`, if there is one: an object of `edits`, an array of objects with `end`, `start` (bytes of the source) and `text` (what stands there
///   afterwards), and `title`, what the edits do;
/// - `help`, if there is some: what to do about it;
/// - `label`, if there is a second place: an object of `message` and `span`;
/// - `message`: what was found, in one line;
/// - `severity`: `"error"` or `"warning"`;
/// - `span`: where, an object of `column`, `end`, `end_column`, `end_line`, `line` and `start`. `start` is the first byte, `end` one past the last
///   one; lines and columns count from 1, columns in characters; `end_line` and `end_column` are the place of `end`;
/// - `title`: what the code is about, the same for all findings of the code.
///
/// What is not there has no key. Spans are brought into the source and onto whole characters; texts are as they are: what shows them to people
/// makes them visible.
#[must_use]
pub fn to_json(diagnostic: &Diagnostic, source_text: &str) -> Value {
    // Inserted in alphabetical order: that is the order whether or not serde_json's `preserve_order` is on.
    let mut object = serde_json::Map::new();
    let mut put = |key: &str, value: Value| _ = object.insert(key.to_owned(), value);
    put("code", json!(diagnostic.code.id()));
    if let Some(fix) = &diagnostic.fix {
        put("fix", fix_to_json(fix, source_text));
    }
    if let Some(help) = &diagnostic.help {
        put("help", json!(help));
    }
    if let Some((span, message)) = &diagnostic.label {
        put("label", json!({ "message": message, "span": span_to_json(&fit(*span, source_text), source_text) }));
    }
    put("message", json!(diagnostic.message));
    put("severity", json!(diagnostic.severity.name()));
    put("span", span_to_json(&fit(diagnostic.span, source_text), source_text));
    put("title", json!(diagnostic.code.title()));
    Value::Object(object)
}

fn span_to_json(range: &Range<usize>, source: &str) -> Value {
    let (start, end) = (Position::of(source, range.start), Position::of(source, range.end));
    json!({
        "column": start.column,
        "end": range.end,
        "end_column": end.column,
        "end_line": end.line,
        "line": start.line,
        "start": range.start,
    })
}

fn fix_to_json(fix: &Fix, source: &str) -> Value {
    let edits: Vec<Value> = fix
        .edits
        .iter()
        .map(|edit| {
            let range = fit(edit.span, source);
            json!({ "end": range.end, "start": range.start, "text": edit.text })
        })
        .collect();
    json!({ "edits": edits, "title": fix.title })
}

#[cfg(test)]
mod tests {
    use super::super::Code;
    use super::*;
    use crate::source::Span;

    #[test]
    fn all_keys() {
        let diagnostic = Diagnostic::new(Code::UnclosedText, Span::new(5, 9), "a text is not closed")
            .with_label(Span::new(0, 2), "in \"this\"")
            .with_help("close it")
            .with_fix("add `\"`", Span::new(9, 9), "\"");
        assert_eq!(
            to_json(&diagnostic, "é =\n\"ab\n").to_string(),
            concat!(
                r#"{"code":"TF0004","fix":{"edits":[{"end":9,"start":9,"text":"\""}],"title":"add `\"`"},"help":"close it","#,
                r#""label":{"message":"in \"this\"","span":{"column":1,"end":2,"end_column":2,"end_line":1,"line":1,"start":0}},"#,
                r#""message":"a text is not closed","severity":"error","#,
                r#""span":{"column":1,"end":9,"end_column":1,"end_line":3,"line":2,"start":5},"title":"a text is not closed"}"#
            )
        );
    }

    #[test]
    fn what_is_not_there_has_no_key() {
        let diagnostic = Diagnostic::new(Code::NeverTrue, Span::new(70, 80), "never true");
        assert_eq!(
            to_json(&diagnostic, "a").to_string(),
            concat!(
                r#"{"code":"TF0301","message":"never true","severity":"warning","#,
                r#""span":{"column":2,"end":1,"end_column":2,"end_line":1,"line":1,"start":1},"title":"a comparison that can never be true"}"#
            )
        );
    }
}
