//! JSON: how values are written, and the strict reader.
//!
//! The reader never rounds and never lets the last of two equal keys win: what a rule sees is what the text says, or an error.

mod error;
mod read;
mod scan;
#[cfg(test)]
mod tests;
mod tokens;
mod write;

pub use error::{JsonError, JsonProblem};
pub use read::{JsonKind, Reader};
pub(crate) use scan::plain_len;
pub use write::{write, write_into, written_len};

use super::{Float, Value};

/// Reads a whole document.
///
/// # Errors
/// What is wrong with the text, and where: malformed JSON, a key twice, an Integer outside 64 bits, half a surrogate pair, nesting beyond `max_depth`.
///
/// ```
/// use triggerfish::value::json;
/// assert_eq!(json::read(br#"{"a": [1, 2.5]}"#, 64)?.to_string(), r#"{"a":[1,2.5]}"#);
/// assert!(json::read(br#"{"a": 1, "a": 2}"#, 64).is_err());
/// # Ok::<(), json::JsonError>(())
/// ```
pub fn read(text: &[u8], max_depth: usize) -> Result<Value, JsonError> {
    let mut reader = Reader::new(text, max_depth)?;
    let value = reader.read()?;
    reader.finish()?;
    Ok(value)
}

/// The value of a document that `serde_json` has read.
///
/// # Errors
/// [`JsonProblem::IntegerOutOfRange`] for an integer beyond 64 signed bits, [`JsonProblem::TooDeep`] for nesting beyond `max_depth`.
pub fn from_serde(value: &serde_json::Value, max_depth: usize) -> Result<Value, JsonProblem> {
    match value {
        serde_json::Value::Null => Ok(Value::Null),
        serde_json::Value::Bool(value) => Ok(Value::Bool(*value)),
        serde_json::Value::Number(number) => number_from_serde(number),
        serde_json::Value::String(text) => Ok(Value::text(text)),
        serde_json::Value::Array(items) => {
            let inner = max_depth.checked_sub(1).ok_or(JsonProblem::TooDeep)?;
            let items: Result<Vec<Value>, JsonProblem> = items.iter().map(|item| from_serde(item, inner)).collect();
            items.map(Value::from)
        }
        serde_json::Value::Object(members) => {
            let inner = max_depth.checked_sub(1).ok_or(JsonProblem::TooDeep)?;
            members.iter().map(|(key, member)| Ok((key.as_str().into(), from_serde(member, inner)?))).collect()
        }
    }
}

/// The value as a document of `serde_json`; [`from_serde`] gives it back.
#[must_use]
pub fn to_serde(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Integer(value) => (*value).into(),
        Value::Float(value) => value.get().into(),
        Value::Text(text) => (**text).into(),
        Value::List(items) => items.iter().map(to_serde).collect(),
        Value::Map(members) => serde_json::Value::Object(members.iter().map(|(key, member)| (key.to_string(), to_serde(member))).collect()),
    }
}

fn number_from_serde(number: &serde_json::Number) -> Result<Value, JsonProblem> {
    if let Some(integer) = number.as_i64() {
        return Ok(Value::Integer(integer));
    }
    if number.is_u64() {
        return Err(JsonProblem::IntegerOutOfRange);
    }
    number.as_f64().and_then(Float::new).map(Value::Float).ok_or(JsonProblem::NumberNotFinite)
}
