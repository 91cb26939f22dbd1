//! Values against the types that a schema declares for them.

use std::sync::Arc;

use super::{ContextError, ContextWarning};
use crate::schema::{Attribute, Type};
use crate::value::Value;

/// Fits values to their declarations: in strict mode a misfit is an error, in lenient mode it becomes `NULL` with a warning.
pub(super) struct Conformer<'w> {
    pub(super) strict: bool,
    pub(super) warnings: &'w mut Vec<ContextWarning>,
}

impl Conformer<'_> {
    /// The value as its declaration wants it. `pointer` is where it stands.
    pub(super) fn fit(&mut self, ty: &Type, nullable: bool, value: Value, pointer: &mut Pointer) -> Result<Value, ContextError> {
        match (ty, value) {
            (_, Value::Null) if nullable => Ok(Value::Null),
            (_, Value::Null) => self.misfit("a required attribute is missing".to_owned(), pointer),
            (Type::Any, value) | (Type::Bool, value @ Value::Bool(_)) => Ok(value),
            (Type::Integer | Type::Number, value @ Value::Integer(_)) | (Type::Number, value @ Value::Float(_)) => Ok(value),
            (Type::Integer, Value::Float(float)) => match float.as_integer() {
                Some(integer) => Ok(Value::Integer(integer)),
                None => self.misfit(format!("expected an integer, found {float:?}"), pointer),
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
                    items.push(pointer.below(&at.to_string(), |pointer| self.attribute(element, item.clone(), pointer))?);
                }
                Ok(Value::from(items))
            }
            (Type::Map { values, known }, Value::Map(map)) => {
                let fitted = map.iter().map(|(key, value)| {
                    let declared = known.get(key).unwrap_or(values);
                    Ok((key.clone(), pointer.below(key, |pointer| self.attribute(declared, value.clone(), pointer))?))
                });
                let mut entries = fitted.collect::<Result<Vec<_>, ContextError>>()?;
                self.missing(known.iter(), |key| map.get(key).is_some(), &mut entries, pointer)?;
                Ok(entries.into_iter().collect())
            }
            (Type::Object { members, .. }, Value::Map(map)) => {
                let fitted = map.iter().map(|(key, value)| {
                    let value = match members.get(key) {
                        Some(declared) => pointer.below(key, |pointer| self.attribute(declared, value.clone(), pointer))?,
                        None => value.clone(),
                    };
                    Ok((key.clone(), value))
                });
                let mut entries = fitted.collect::<Result<Vec<_>, ContextError>>()?;
                self.missing(members.iter(), |key| map.get(key).is_some(), &mut entries, pointer)?;
                Ok(entries.into_iter().collect())
            }
            (Type::Bool | Type::Integer | Type::Number | Type::Text | Type::Enum { .. } | Type::List(_) | Type::Map { .. } | Type::Object { .. }, found) => {
                self.misfit(format!("expected {}, found {}", ty.kinds(), found.kind()), pointer)
            }
        }
    }

    fn attribute(&mut self, declared: &Attribute, value: Value, pointer: &mut Pointer) -> Result<Value, ContextError> {
        self.fit(&declared.ty, declared.nullable, value, pointer)
    }

    /// Required members that are not there.
    fn missing<'a>(
        &mut self,
        declared: impl Iterator<Item = (&'a Arc<str>, &'a Attribute)>,
        has: impl Fn(&str) -> bool,
        entries: &mut Vec<(Arc<str>, Value)>,
        pointer: &mut Pointer,
    ) -> Result<(), ContextError> {
        for (key, attribute) in declared.filter(|(key, attribute)| !attribute.nullable && !has(key)) {
            let null = pointer.below(key, |pointer| self.attribute(attribute, Value::Null, pointer))?;
            entries.push((key.clone(), null));
        }
        Ok(())
    }

    /// Something that does not fit.
    pub(super) fn misfit(&mut self, message: String, pointer: &Pointer) -> Result<Value, ContextError> {
        if self.strict {
            return Err(ContextError { pointer: pointer.to_string(), message, offset: None });
        }
        self.warn(format!("{message}: read as NULL"), pointer);
        Ok(Value::Null)
    }

    fn warn(&mut self, message: String, pointer: &Pointer) {
        // A list of a thousand misfits says no more than its first ones.
        const MOST_WARNINGS: usize = 100;
        if self.warnings.len() < MOST_WARNINGS {
            self.warnings.push(ContextWarning { pointer: pointer.to_string(), message });
        }
    }
}

/// Whether a value is a scalar that its declaration wants as it is: nothing to convert, and nothing to say.
fn fits_already(declared: &Attribute, value: &Value) -> bool {
    match (&declared.ty, value) {
        (_, Value::Null) => declared.nullable,
        (Type::Enum { values, open }, Value::Text(text)) => *open || values.contains(text),
        (Type::Any, _) | (Type::Bool, Value::Bool(_)) | (Type::Text, Value::Text(_)) => true,
        (Type::Integer | Type::Number, Value::Integer(_)) | (Type::Number, Value::Float(_)) => true,
        (Type::Bool | Type::Integer | Type::Number | Type::Text | Type::Enum { .. } | Type::List(_) | Type::Map { .. } | Type::Object { .. }, _) => false,
    }
}

/// The way from the document to a value, as a JSON pointer (RFC 6901) shows it.
#[derive(Debug, Default)]
pub(super) struct Pointer {
    text: String,
}

impl Pointer {
    /// Works one level below.
    pub(super) fn below<T>(&mut self, name: &str, work: impl FnOnce(&mut Pointer) -> T) -> T {
        self.push(name);
        let result = work(self);
        self.pop();
        result
    }

    pub(super) fn pop(&mut self) {
        self.text.truncate(self.text.rfind('/').unwrap_or(0));
    }

    pub(super) fn push(&mut self, name: &str) {
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
