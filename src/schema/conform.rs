//! Values against the types that a schema declares for them.

use std::sync::Arc;

use super::{Attribute, Type};
use crate::value::{ENTRY_BYTES, Number, Timestamp, Value, parse_time};

/// Something in a context that is not as its schema says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Misfit {
    /// Where: a JSON pointer.
    pub pointer: String,
    /// What: one line.
    pub message: String,
}

/// Fits values to their declarations: in strict mode a misfit is an error, in lenient mode it becomes `NULL` with a warning.
pub(crate) struct Conformer {
    pub(crate) strict: bool,
    /// What did not fit in lenient mode, or fits only loosely.
    pub(crate) warnings: Vec<Misfit>,
    /// Bytes that may still be filled in for what is missing. Without a bound, each `{}` of a long list could grow to all members that are declared for it.
    pub(crate) room: usize,
}

impl Conformer {
    /// The value as its declaration wants it. `pointer` is where it stands.
    pub(crate) fn fit(&mut self, declared: &Attribute, value: Value, pointer: &mut Pointer) -> Result<Value, Misfit> {
        let ty = &declared.ty;
        match (ty, value) {
            (_, Value::Null) => match &declared.default {
                Some(default) => self.charge(default, pointer).map(|()| default.clone()),
                None if declared.nullable => Ok(Value::Null),
                None => self.misfit("a required attribute is missing".to_owned(), pointer),
            },
            (Type::Any, value) | (Type::Bool, value @ Value::Bool(_)) => Ok(value),
            (Type::Integer | Type::Number, value @ Value::Integer(_)) | (Type::Number, value @ Value::Float(_)) => Ok(value),
            (Type::Integer, Value::Float(float)) => match float.as_integer() {
                Some(integer) => Ok(Value::Integer(integer)),
                None => self.misfit("expected an integer, found another Number".to_owned(), pointer),
            },
            (Type::Time, value @ (Value::Integer(_) | Value::Float(_))) if is_time(&value) => Ok(value),
            (Type::Time, Value::Integer(_) | Value::Float(_)) => {
                self.misfit("expected a time of the years 1 to 9999, found another Number".to_owned(), pointer)
            }
            (Type::Time, Value::Text(text)) => match parse_time(&text) {
                Some(time) => Ok(time.to_number().into()),
                None => self.misfit("expected a time such as `2026-01-05T10:30:45Z`, found another Text".to_owned(), pointer),
            },
            (Type::Text, value @ Value::Text(_)) => Ok(value),
            (Type::Enum { values, open }, Value::Text(text)) => {
                if !open && !values.iter().any(|listed| **listed == *text) {
                    self.warn("the value is not one that the schema lists".to_owned(), pointer);
                }
                Ok(Value::Text(text))
            }
            (Type::List(element), Value::List(list)) if list.iter().all(|item| fits_already(element, item)) => Ok(Value::List(list)),
            (Type::List(element), Value::List(list)) => {
                let mut items = Vec::with_capacity(list.len());
                for (at, item) in list.iter().enumerate() {
                    items.push(pointer.below(&at.to_string(), |pointer| self.fit(element, item.clone(), pointer))?);
                }
                Ok(Value::from(items))
            }
            (Type::Map { values, known }, Value::Map(map)) => {
                let fitted = map.iter().map(|(key, value)| {
                    let declared = known.get(key).unwrap_or(values);
                    Ok((key.clone(), pointer.below(key, |pointer| self.fit(declared, value.clone(), pointer))?))
                });
                let mut entries = fitted.collect::<Result<Vec<_>, Misfit>>()?;
                self.missing(known.iter(), |key| map.get(key).is_some(), &mut entries, pointer)?;
                Ok(entries.into_iter().collect())
            }
            (Type::Object { members, .. }, Value::Map(map)) => {
                let fitted = map.iter().map(|(key, value)| {
                    let value = match members.get(key) {
                        Some(declared) => pointer.below(key, |pointer| self.fit(declared, value.clone(), pointer))?,
                        None => value.clone(),
                    };
                    Ok((key.clone(), value))
                });
                let mut entries = fitted.collect::<Result<Vec<_>, Misfit>>()?;
                self.missing(members.iter(), |key| map.get(key).is_some(), &mut entries, pointer)?;
                Ok(entries.into_iter().collect())
            }
            (
                Type::Bool
                | Type::Integer
                | Type::Number
                | Type::Time
                | Type::Text
                | Type::Enum { .. }
                | Type::List(_)
                | Type::Map { .. }
                | Type::Object { .. },
                found,
            ) => {
                let expected = if *ty == Type::Time { "a time".to_owned() } else { ty.kinds().to_string() };
                self.misfit(format!("expected {expected}, found {}", found.kind()), pointer)
            }
        }
    }

    /// Required members that are not there, and those that have a default.
    fn missing<'a>(
        &mut self,
        declared: impl Iterator<Item = (&'a Arc<str>, &'a Attribute)>,
        has: impl Fn(&str) -> bool,
        entries: &mut Vec<(Arc<str>, Value)>,
        pointer: &mut Pointer,
    ) -> Result<(), Misfit> {
        for (key, attribute) in declared.filter(|(key, attribute)| (!attribute.nullable || attribute.default.is_some()) && !has(key)) {
            let filled = pointer.below(key, |pointer| self.fit(attribute, Value::Null, pointer))?;
            entries.push((key.clone(), filled));
        }
        Ok(())
    }

    /// Takes what a value adds to the document from the room that is left.
    pub(crate) fn charge(&mut self, value: &Value, pointer: &Pointer) -> Result<(), Misfit> {
        let bytes = usize::try_from(value.size().saturating_add(ENTRY_BYTES)).unwrap_or(usize::MAX);
        let room = self.room.checked_sub(bytes);
        self.room = room.ok_or_else(|| Misfit { pointer: pointer.to_string(), message: "too much is filled in by defaults".to_owned() })?;
        Ok(())
    }

    /// Something that does not fit.
    pub(crate) fn misfit(&mut self, message: String, pointer: &Pointer) -> Result<Value, Misfit> {
        if self.strict {
            return Err(Misfit { pointer: pointer.to_string(), message });
        }
        self.warn(format!("{message}: read as NULL"), pointer);
        Ok(Value::Null)
    }

    fn warn(&mut self, message: String, pointer: &Pointer) {
        // A list of a thousand misfits says no more than its first ones.
        const MOST_WARNINGS: usize = 100;
        if self.warnings.len() < MOST_WARNINGS {
            self.warnings.push(Misfit { pointer: pointer.to_string(), message });
        }
    }
}

/// Whether a Number is a time in range.
fn is_time(value: &Value) -> bool {
    let number = match value {
        Value::Integer(value) => Number::Integer(*value),
        Value::Float(value) => Number::Float(*value),
        Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => return false,
    };
    Timestamp::from_number(number).is_ok()
}

/// Whether a value is a scalar that its declaration wants as it is: nothing to convert, and nothing to say.
fn fits_already(declared: &Attribute, value: &Value) -> bool {
    match (&declared.ty, value) {
        (_, Value::Null) => declared.nullable && declared.default.is_none(),
        (Type::Enum { values, open }, Value::Text(text)) => *open || values.contains(text),
        (Type::Any, _) | (Type::Bool, Value::Bool(_)) | (Type::Text, Value::Text(_)) => true,
        (Type::Integer | Type::Number, Value::Integer(_)) | (Type::Number, Value::Float(_)) => true,
        (Type::Time, value) => is_time(value),
        (Type::Bool | Type::Integer | Type::Number | Type::Text | Type::Enum { .. } | Type::List(_) | Type::Map { .. } | Type::Object { .. }, _) => false,
    }
}

/// The way from the document to a value, as a JSON pointer (RFC 6901) shows it.
#[derive(Debug, Default)]
pub(crate) struct Pointer {
    text: String,
}

impl Pointer {
    /// Works one level below.
    pub(crate) fn below<T>(&mut self, name: &str, work: impl FnOnce(&mut Pointer) -> T) -> T {
        self.push(name);
        let result = work(self);
        self.pop();
        result
    }

    pub(crate) fn pop(&mut self) {
        self.text.truncate(self.text.rfind('/').unwrap_or(0));
    }

    pub(crate) fn push(&mut self, name: &str) {
        self.text.push('/');
        if name.contains(['~', '/']) {
            self.text.push_str(&name.replace('~', "~0").replace('/', "~1"));
        } else {
            self.text.push_str(name);
        }
    }
}

impl std::fmt::Display for Pointer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}
