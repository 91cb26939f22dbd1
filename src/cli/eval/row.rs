//! One context's line: its value, or why it has none.

use triggerfish::diagnostic::{Style, shorten, visible};
use triggerfish::source::Position;
use triggerfish::value::json;
use triggerfish::{ContextError, EvalError, Value};

use super::super::contexts::Spot;
use super::super::output::{BAD, JsonLine, paint};

/// Why a context has no value.
pub(crate) enum Trouble {
    /// It does not bind.
    Unbound(ContextError),
    /// It is larger than this, and was not kept.
    TooLarge(usize),
    /// The file is no JSON from here on: this was expected.
    Structure(&'static str),
    /// The evaluation failed.
    Failed(EvalError),
}

/// `1 c000001 true`, with tabs between.
pub(super) fn human(spot: &Spot<'_>, outcome: &Result<Value, Trouble>, source: &str, style: Style) -> String {
    let value = match outcome {
        Ok(value) => visible(&json::write(value)).into_owned(),
        Err(trouble) => format!("{} {}", paint(style, BAD, "error:"), trouble.human(source)),
    };
    format!("{}\t{value}", spot.start(style))
}

/// `{"line": 1, "id": "c000001", "value": true`, still open.
pub(super) fn json(spot: &Spot<'_>, outcome: &Result<Value, Trouble>, source: &str) -> JsonLine {
    match outcome {
        Ok(value) => spot.json().raw("value", &json::write(value)),
        Err(trouble) => spot.json().raw("error", &trouble.json(source)),
    }
}

const INVALID_CONTEXT: &str = "invalid_context";

impl Trouble {
    /// One line of visible text: `type_mismatch at 1:5, `user.age < 3`: a value of a kind that does not fit here`.
    pub(crate) fn human(&self, source: &str) -> String {
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

    /// As machines read it.
    pub(crate) fn json(&self, source: &str) -> String {
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
    fn an_excerpt_is_short_and_on_one_line() {
        assert_eq!(excerpt(" a\n   AND\tb ", 60), "a AND b");
        assert_eq!(excerpt(&"ab ".repeat(100_000), 10), "ab ab a...");
        assert_eq!(excerpt(&format!("a{}b", " ".repeat(1000)), 10), "a...");
        assert_eq!(excerpt("\"\u{1b}[31m\"", 60), "\"\\u{1b}[31m\"");
    }
}
