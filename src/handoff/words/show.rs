//! How values, lists of literals and reasons are written.

use crate::diagnostic::shorten;
use crate::syntax::print_text;
use crate::value::{Value, text_of};

/// The most characters of a value.
const LONGEST_VALUE: usize = 60;
/// So many literals of a list are named, if they are short.
const MOST_LITERALS: usize = 5;
/// No further literal of a list is named beyond so many bytes.
const LONGEST_LITERALS: usize = 120;

/// What stands for a condition that is a constant.
pub(super) const ALWAYS: &str = "always";
/// The same where it is not truthy.
pub(super) const NEVER: &str = "never";

/// A value as `$TEXT` shows it, cut, controls visible. A Text that is empty or begins or ends with white space is quoted: nobody would see it.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "missing".to_owned(),
        Value::Text(text) if text.is_empty() || text.trim().len() != text.len() => shorten(&print_text(text), LONGEST_VALUE).into_owned(),
        Value::Text(text) => shorten(text, LONGEST_VALUE).into_owned(),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => {
            shorten(&text_of(value).unwrap_or_default(), LONGEST_VALUE).into_owned()
        }
    }
}

/// The same as the language writes it, so that `3` and `"3"` differ.
pub(super) fn quoted(value: &Value) -> String {
    shorten(&value.to_string(), LONGEST_VALUE).into_owned()
}

/// `missing`, `empty`, or the value.
pub(super) fn state(value: &Value) -> String {
    let empty = match value {
        Value::Text(text) => text.is_empty(),
        Value::List(list) => list.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) => false,
    };
    if empty { "empty".to_owned() } else { shown(value) }
}

/// `IT, Sales`, `1, 2, 3, 4, 5 and 12 more`
pub(super) fn literals<'v>(values: impl IntoIterator<Item = &'v Value>) -> String {
    let (mut text, mut named, mut more) = (String::new(), 0, 0);
    for value in values {
        if named >= MOST_LITERALS || text.len() > LONGEST_LITERALS {
            more += 1;
            continue;
        }
        if named > 0 {
            text.push_str(", ");
        }
        text.push_str(&if value.is_null() { "NULL".to_owned() } else { shown(value) });
        named += 1;
    }
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

/// The reasons in one line of at most so many characters. Those that find no room are counted.
pub(super) fn joined(reasons: &[String], most: usize) -> String {
    let mut line = String::new();
    let mut length = 0;
    for (at, reason) in reasons.iter().enumerate() {
        let separator = separator(at, &line);
        let left = reasons.len() - at - 1;
        // Room is kept for what counts the others.
        let reserve = if left > 0 { and_more(left).len() } else { 0 };
        let added = separator.len() + reason.chars().count();
        if at > 0 && length + added + reserve > most {
            line.push_str(&and_more(left + 1));
            return line;
        }
        let reason = shorten(reason, most.saturating_sub(reserve));
        length += separator.len() + reason.chars().count();
        line.push_str(separator);
        line.push_str(&reason);
    }
    line
}

fn separator(at: usize, before: &str) -> &'static str {
    match (at, before.contains(',')) {
        (0, _) => "",
        (_, false) => " and ",
        // After `domain is HR, not IT` a bare `and` would join the wrong things.
        (_, true) => ", and ",
    }
}

fn and_more(count: usize) -> String {
    format!(", and {count} more")
}
