//! What evaluations give, and when two of them agree.

use crate::value::{EvalError, EvalErrorKind, Number, Value, number_text};

/// The outcome of an evaluation.
pub(super) type Outcome = Result<Value, EvalError>;

/// Asserts that two evaluations of one rule gave the same: the same value of the same kinds, or the same error at the same place.
/// Where the budget is used up may differ, because what is folded is charged at once.
pub(super) fn agree(one: &Outcome, other: &Outcome, what: &str, source: &str) {
    let same = match (one, other) {
        (Ok(one), Ok(other)) => is_same(one, other),
        (Err(one), Err(other)) => one.kind == other.kind && (one.span == other.span || one.kind == EvalErrorKind::BudgetExceeded),
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
    };
    assert!(same, "{what}: {} and {}\n{source}", shown(one), shown(other));
}

fn shown(outcome: &Outcome) -> String {
    match outcome {
        Ok(value) => format!("{value:?}").chars().take(2_000).collect(),
        Err(error) => error.to_string(),
    }
}

/// Equality that tells `3` from `3.0`.
pub(super) fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::List(one), Value::List(other)) => one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| is_same(one, other)),
        (Value::Map(one), Value::Map(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|((key, one), (other_key, other))| key == other_key && is_same(one, other))
        }
        (one, other) => one.kind() == other.kind() && one == other,
    }
}

/// Whether a value that was written as JSON reads back as `read`. Floats are written with the fewest digits that read back as a Float; where these
/// are a whole number, an Integer is read, of which they are the nearest Float.
pub(super) fn reads_back(value: &Value, read: &Value) -> bool {
    match (value, read) {
        (Value::Float(float), Value::Integer(integer)) => Number::Integer(*integer).to_f64() == float.get(),
        (Value::List(value), Value::List(read)) => value.len() == read.len() && value.iter().zip(read.iter()).all(|(value, read)| reads_back(value, read)),
        (Value::Map(value), Value::Map(read)) => {
            value.len() == read.len() && value.iter().zip(read.iter()).all(|((key, value), (read_key, read))| key == read_key && reads_back(value, read))
        }
        (value, read) => value.kind() == read.kind() && value == read,
    }
}

/// Whether the value has a Float that is written in digits which are beyond an Integer: `1e20`.
pub(super) fn has_digits_beyond_integers(value: &Value) -> bool {
    match value {
        Value::Float(float) => {
            let text = number_text(*float);
            !text.contains(['.', 'e']) && text.parse::<i64>().is_err()
        }
        Value::List(list) => list.iter().any(has_digits_beyond_integers),
        Value::Map(map) => map.iter().any(|(_, value)| has_digits_beyond_integers(value)),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Text(_) => false,
    }
}
