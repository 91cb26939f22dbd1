//! Times as callers and authors write them.

use crate::value::{Number, Timestamp, parse_time};

/// Seconds since the epoch, or a text of RFC 3339.
pub(crate) fn read(value: &serde_json::Value) -> Option<Timestamp> {
    match value {
        serde_json::Value::Number(number) => {
            let seconds = number.as_i64().map(Number::Integer).or_else(|| crate::value::Float::new(number.as_f64()?).map(Number::Float))?;
            Timestamp::from_number(seconds).ok()
        }
        serde_json::Value::String(text) => parse_time(text.trim()),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
    }
}
