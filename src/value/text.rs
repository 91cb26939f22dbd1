//! How values read as Text: the meaning of `$TEXT`.

use super::{Float, Value, json};

/// The text of a value: a Text as it is, numbers as ECMAScript prints them (without a plus sign in exponents), `true`/`false`, lists and maps as JSON; `None` for `NULL`.
///
/// `write` receives the parts, so that a caller can charge them before it keeps them.
#[must_use]
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Text(text) => Some(text.to_string()),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => Some(json::write(value)),
    }
}

/// The text of a Float: the shortest that reads back; in digits from 1e-6 up to below 1e21, with an exponent beyond. Equal Numbers have equal text.
#[must_use]
pub fn number_text(value: Float) -> String {
    ryu_js::Buffer::new().format_finite(value.get()).replace('+', "")
}
