//! `.name`, `[index]`, `[from:to]`.

use super::EvalErrorKind::{InvalidArgument, TypeMismatch};
use super::{Budget, EvalErrorKind, Value};

/// `value.name`: the member of a Map, `NULL` if it has none; a member of `NULL` is `NULL`. `None` stands for `NULL`.
///
/// # Errors
/// `type_mismatch` for anything that is no Map.
pub fn member<'v>(value: &'v Value, name: &str) -> Result<Option<&'v Value>, EvalErrorKind> {
    match value {
        Value::Null => Ok(None),
        Value::Map(map) => Ok(map.get(name)),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) | Value::List(_) => Err(TypeMismatch),
    }
}

/// What `value[index]` gives.
#[derive(Debug)]
pub enum Element<'v> {
    /// There is no such element.
    Missing,
    /// An element of a List or a member of a Map.
    Part(&'v Value),
    /// A one-character Text.
    Character(Value),
}

/// `value[index]`: an element of a List, a one-code-point Text of a Text, a member of a Map. Negative counts from the end; out of range is missing.
///
/// # Errors
/// `type_mismatch`; `invalid_argument` for a Float that is no whole number; `budget_exceeded`.
pub fn index<'v>(value: &'v Value, index: &Value, budget: &mut Budget) -> Result<Element<'v>, EvalErrorKind> {
    match (value, index) {
        (Value::Null, _) | (_, Value::Null) => Ok(Element::Missing),
        (Value::Map(map), Value::Text(key)) => Ok(map.get(key).map_or(Element::Missing, Element::Part)),
        (Value::List(list), index) => {
            let at = whole(index)?;
            let at = if at < 0 { list.len().checked_sub(magnitude(at)) } else { Some(magnitude(at)) };
            Ok(at.and_then(|at| list.get(at)).map_or(Element::Missing, Element::Part))
        }
        (Value::Text(text), index) => {
            let at = whole(index)?;
            let found = if at < 0 { text.chars().nth_back(magnitude(at) - 1) } else { text.chars().nth(magnitude(at)) };
            match found {
                None => Ok(Element::Missing),
                Some(character) => budget.text(character.encode_utf8(&mut [0; 4])).map(Element::Character),
            }
        }
        (Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Map(_), _) => Err(TypeMismatch),
    }
}

/// `value[from:to]`: a part of a List or a Text, by element or code point. A bound that is left out or `NULL` is the end; negative counts from the end; a slice clamps.
///
/// # Errors
/// `type_mismatch`; `invalid_argument` for a Float that is no whole number; `budget_exceeded`.
pub fn slice(value: &Value, from: Option<&Value>, to: Option<&Value>, budget: &mut Budget) -> Result<Value, EvalErrorKind> {
    let bound = |bound: Option<&Value>| match bound {
        None | Some(Value::Null) => Ok(None),
        Some(bound) => whole(bound).map(Some),
    };
    match value {
        Value::Null => Ok(Value::Null),
        Value::List(list) => {
            let (from, to) = clamp(bound(from)?, bound(to)?, list.len());
            let part = list.get(from..to).unwrap_or(&[]);
            budget.entries(part.len())?;
            budget.list(part.to_vec())
        }
        Value::Text(text) => {
            let (from, to) = clamp(bound(from)?, bound(to)?, text.chars().count());
            let start = byte_of(text, from);
            let end = start + byte_of(text.get(start..).unwrap_or(""), to - from);
            budget.text(text.get(start..end).unwrap_or(""))
        }
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Map(_) => Err(TypeMismatch),
    }
}

/// A whole number; one that is beyond 64 bits saturates, because it is beyond every list and text too.
///
/// # Errors
/// `type_mismatch` for anything that is no Number, `invalid_argument` for a Float that is no whole number.
pub fn whole(value: &Value) -> Result<i64, EvalErrorKind> {
    match value {
        Value::Integer(value) => Ok(*value),
        Value::Float(value) if value.get().fract() != 0.0 => Err(InvalidArgument),
        Value::Float(value) => Ok(value.truncated().unwrap_or(if value.get() < 0.0 { i64::MIN } else { i64::MAX })),
        Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => Err(TypeMismatch),
    }
}

fn magnitude(at: i64) -> usize {
    usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX)
}

fn clamp(from: Option<i64>, to: Option<i64>, len: usize) -> (usize, usize) {
    let place = |bound: i64| if bound < 0 { len.saturating_sub(magnitude(bound)) } else { magnitude(bound).min(len) };
    let from = from.map_or(0, place);
    (from, to.map_or(len, place).max(from))
}

fn byte_of(text: &str, character: usize) -> usize {
    text.char_indices().nth(character).map_or(text.len(), |(at, _)| at)
}
