//! One context's line: its number, its id, its value or why it has none.

use triggerfish::diagnostic::{Style, shorten, visible};
use triggerfish::source::Position;
use triggerfish::value::json::{self, JsonKind, Reader};
use triggerfish::{ContextError, EvalError, Limits, Value};

use super::super::input::Source;
use super::super::output::{BAD, FAINT, JsonLine, json_text, paint};

/// Which context it is.
pub(super) struct Row<'r> {
    /// The file, where there are several.
    pub(super) file: Option<&'r Source>,
    /// The line that it begins on.
    pub(super) line: u64,
    /// Its number, where contexts do not stand one a line.
    pub(super) number: Option<u64>,
    pub(super) id: Option<Id>,
}

/// Why a context has no value.
pub(super) enum Trouble {
    /// It does not bind.
    Unbound(ContextError),
    /// It is larger than this, and was not kept.
    TooLarge(usize),
    /// The file is no JSON from here on: this was expected.
    Structure(&'static str),
    /// The evaluation failed.
    Failed(EvalError),
}

/// The top-level `id` of a context.
#[derive(PartialEq, Debug)]
pub(super) enum Id {
    Text(String),
    /// As written.
    Number(String),
}

impl Id {
    /// The `id` of a document, if it has one that is a Text or a Number. The document need not be sound.
    pub(super) fn of(document: &[u8]) -> Option<Id> {
        let mut reader = Reader::new(document, Limits::DEEPEST_NESTING).ok()?;
        reader.object().ok()?;
        while let Some(key) = reader.next_key().ok()? {
            if key != "id" {
                reader.skip().ok()?;
                continue;
            }
            return match reader.kind().ok()? {
                JsonKind::Text => match reader.read().ok()? {
                    Value::Text(text) => Some(Id::Text(text.to_string())),
                    Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => None,
                },
                JsonKind::Number => {
                    let start = reader.offset();
                    reader.skip().ok()?;
                    let written = document.get(start..reader.offset())?;
                    Some(Id::Number(String::from_utf8_lossy(written).into_owned()))
                }
                JsonKind::Null | JsonKind::Bool | JsonKind::Array | JsonKind::Object => None,
            };
        }
        None
    }

    fn human(&self) -> String {
        match self {
            Id::Text(text) | Id::Number(text) => shorten(text, 80).into_owned(),
        }
    }

    fn json(&self) -> String {
        match self {
            Id::Text(text) => json_text(text),
            Id::Number(text) => text.clone(),
        }
    }
}

impl Row<'_> {
    /// `contexts.ndjson:7`, for messages.
    pub(super) fn place(&self) -> String {
        let id = self.id.as_ref().map(|id| format!(" ({})", id.human())).unwrap_or_default();
        match self.file {
            Some(file) => format!("{}:{}{id}", file.name(), self.line),
            None => format!("line {}{id}", self.line),
        }
    }

    pub(super) fn human(&self, outcome: &Result<Value, Trouble>, source: &str, style: Style) -> String {
        let file = self.file.map(|file| format!("{}:", file.name())).unwrap_or_default();
        let number = self.number.unwrap_or(self.line);
        let id = self.id.as_ref().map_or_else(|| "-".to_owned(), Id::human);
        let value = match outcome {
            Ok(value) => visible(&json::write(value)).into_owned(),
            Err(trouble) => format!("{} {}", paint(style, BAD, "error:"), trouble.human(source)),
        };
        format!("{}\t{id}\t{value}", paint(style, FAINT, &format!("{file}{number}")))
    }

    pub(super) fn json(&self, outcome: &Result<Value, Trouble>, source: &str) -> JsonLine {
        let mut line = JsonLine::new();
        if let Some(file) = self.file {
            line = line.text("file", &file.raw_name());
        }
        line = line.number("line", self.line);
        if let Some(number) = self.number {
            line = line.number("number", number);
        }
        if let Some(id) = &self.id {
            line = line.raw("id", &id.json());
        }
        match outcome {
            Ok(value) => line.raw("value", &json::write(value)),
            Err(trouble) => line.raw("error", &trouble.json(source)),
        }
    }
}

const INVALID_CONTEXT: &str = "invalid_context";

impl Trouble {
    /// One line of visible text: `type_mismatch at 1:5, `user.age < 3`: a value of a kind that does not fit here`.
    pub(super) fn human(&self, source: &str) -> String {
        match self {
            Trouble::Failed(error) => {
                let place = Position::of(source, error.span.start as usize);
                format!("{} at {place}, `{}`: {}", error.kind, excerpt(error.span.of(source), 60), error.kind.meaning())
            }
            Trouble::Unbound(error) => {
                let byte = error.offset.map(|offset| format!(" (byte {offset})")).unwrap_or_default();
                let at = if error.pointer.is_empty() { ": " } else { " at " };
                format!("{INVALID_CONTEXT}{at}{}{byte}", at_pointer(&error.pointer, &error.message))
            }
            Trouble::TooLarge(_) | Trouble::Structure(_) => format!("{INVALID_CONTEXT}: {}", self.message()),
        }
    }

    fn message(&self) -> String {
        match self {
            Trouble::Failed(error) => error.kind.meaning().to_owned(),
            Trouble::Unbound(error) => error.message.clone(),
            Trouble::TooLarge(limit) => format!("the context is larger than {limit} bytes"),
            Trouble::Structure(expected) => format!("expected {expected}; the rest of the file was not read"),
        }
    }

    fn json(&self, source: &str) -> String {
        match self {
            Trouble::Failed(error) => {
                let place = Position::of(source, error.span.start as usize);
                let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
                let span = JsonLine::new()
                    .number("start", u64::from(error.span.start))
                    .number("end", u64::from(error.span.end))
                    .number("line", count(place.line))
                    .number("column", count(place.column));
                JsonLine::new().text("kind", error.kind.name()).text("message", &self.message()).raw("span", &span.finish()).finish()
            }
            Trouble::Unbound(error) => {
                let line = JsonLine::new().text("kind", INVALID_CONTEXT).text("message", &self.message()).text("pointer", &error.pointer);
                match error.offset {
                    Some(offset) => line.number("offset", u64::try_from(offset).unwrap_or(u64::MAX)).finish(),
                    None => line.finish(),
                }
            }
            Trouble::TooLarge(_) | Trouble::Structure(_) => JsonLine::new().text("kind", INVALID_CONTEXT).text("message", &self.message()).finish(),
        }
    }
}

/// What a JSON pointer and a message say together, as visible text.
pub(super) fn at_pointer(pointer: &str, message: &str) -> String {
    let message = visible(message);
    if pointer.is_empty() { message.into_owned() } else { format!("{}: {message}", shorten(pointer, 200)) }
}

/// A part of a rule on one line: white space made narrow, cut where it is long.
pub(super) fn excerpt(text: &str, most: usize) -> String {
    // A part may be the whole rule, and so may each of its thousands of parts: only the beginning of each is looked at.
    let end = text.char_indices().nth(8 * most).map_or(text.len(), |(end, _)| end);
    let words: Vec<&str> = text.get(..end).unwrap_or("").split_whitespace().collect();
    let mut start = words.join(" ");
    if end < text.len() {
        start.push_str("...");
    }
    shorten(&start, most).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_in_a_document_that_need_not_be_sound() {
        let id = |document: &str| Id::of(document.as_bytes());
        assert_eq!(id(r#"{"a": {"id": 1}, "id": "x", "id": "y", nonsense"#), Some(Id::Text("x".to_owned())));
        assert_eq!(id(r#"{"id": 99999999999999999999}"#), Some(Id::Number("99999999999999999999".to_owned())));
        for none in ["{}", "[]", "", r#"{"id": null}"#, r#"{"id": "\ud83d"}"#, r#"{"id": -}"#, r#"{"id": 1"#] {
            assert!(id(none).is_none() || none.ends_with('1'), "{none}");
        }
    }

    #[test]
    fn an_excerpt_is_short_and_on_one_line() {
        assert_eq!(excerpt(" a\n   AND\tb ", 60), "a AND b");
        assert_eq!(excerpt(&"ab ".repeat(100_000), 10), "ab ab a...");
        assert_eq!(excerpt(&format!("a{}b", " ".repeat(1000)), 10), "a...");
        assert_eq!(excerpt("\"\u{1b}[31m\"", 60), "\"\\u{1b}[31m\"");
    }
}
