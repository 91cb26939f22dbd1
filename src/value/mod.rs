//! Values, and the only meaning of every operator.
//!
//! A backend may be faster than the functions here, never different.

pub mod access;
pub mod arith;
mod budget;
pub mod compare;
pub mod duration;
mod error;
pub mod json;
mod kind;
mod number;
mod text;
mod time_text;
mod timestamp;

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;

pub use budget::Budget;
pub use duration::{LONGEST_DURATION, duration_text, parse_duration};
pub use error::{ErrorKinds, EvalError, EvalErrorKind};
pub use kind::{Kind, Kinds};
pub use number::{Float, Number};
pub use text::{number_text, text_of, write_text};
pub use time_text::parse_time;
pub(crate) use time_text::{at_offset, micros_shown, read_clock, read_offset};
pub use timestamp::Timestamp;

/// A value of the rule language.
///
/// Cloning is cheap: texts, lists and maps are shared.
/// Equality is the language's `==`: `3` equals `3.0`, maps compare without regard to order.
#[derive(Clone, Default)]
pub enum Value {
    /// `NULL`: missing data.
    #[default]
    Null,
    /// `TRUE` or `FALSE`.
    Bool(bool),
    /// A whole number of 64 bits: `42`.
    Integer(i64),
    /// A finite number with a fraction: `1.5`.
    Float(Float),
    /// UTF-8 text: `"Sales"`.
    Text(Arc<str>),
    /// An ordered list: `[1, "a"]`.
    List(List),
    /// Text keys to values, in the order of insertion: `{"a": 1}`.
    Map(Map),
}

impl Value {
    /// A Text.
    #[must_use]
    pub fn text(text: &str) -> Value {
        Value::Text(Arc::from(text))
    }

    /// What kind of value it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Value::Null => Kind::Null,
            Value::Bool(_) => Kind::Bool,
            Value::Integer(_) => Kind::Integer,
            Value::Float(_) => Kind::Float,
            Value::Text(_) => Kind::Text,
            Value::List(_) => Kind::List,
            Value::Map(_) => Kind::Map,
        }
    }

    /// Whether it is `NULL`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Truthiness: `NULL FALSE 0 0.0 "" [] {}` are falsy, all else is truthy.
    #[must_use]
    pub fn is_truthy(&self) -> bool {
        match self {
            Value::Null => false,
            Value::Bool(value) => *value,
            Value::Integer(value) => *value != 0,
            Value::Float(value) => value.get() != 0.0,
            Value::Text(value) => !value.is_empty(),
            Value::List(value) => !value.is_empty(),
            Value::Map(value) => !value.is_empty(),
        }
    }

    /// How many lists and maps stand inside one another: 0 for a scalar, 1 for `[1]`.
    #[must_use]
    pub fn depth(&self) -> u16 {
        match self {
            Value::List(list) => list.0.measure.depth,
            Value::Map(map) => map.0.measure.depth,
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) => 0,
        }
    }

    /// Bytes that the value would take if nothing in it were shared: the length of each text, 16 for each entry. Saturates.
    #[must_use]
    pub fn size(&self) -> u32 {
        match self {
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) => 0,
            Value::Text(text) => u32::try_from(text.len()).unwrap_or(u32::MAX),
            Value::List(list) => list.0.measure.size,
            Value::Map(map) => map.0.measure.size,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        compare::equal(self, other, &mut Budget::unlimited()).unwrap_or(false)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("NULL"),
            Value::Bool(value) => f.write_str(if *value { "TRUE" } else { "FALSE" }),
            Value::Integer(value) => write!(f, "{value}"),
            Value::Float(value) => write!(f, "{:?}", value.get()),
            Value::Text(value) => write!(f, "{value:?}"),
            Value::List(value) => f.debug_list().entries(value.iter()).finish(),
            Value::Map(value) => f.debug_map().entries(value.iter()).finish(),
        }
    }
}

/// Shows the value as compact JSON.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        json::write_into(self, f)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Integer(value)
    }
}

impl From<Number> for Value {
    fn from(value: Number) -> Value {
        match value {
            Number::Integer(value) => Value::Integer(value),
            Number::Float(value) => Value::Float(value),
        }
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::text(value)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Value {
        Value::List(List::from(items))
    }
}

impl FromIterator<(Arc<str>, Value)> for Value {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Value)>>(entries: I) -> Value {
        Value::Map(entries.into_iter().collect())
    }
}

/// What a list or a map is charged and limited by. Computed once, when it is built.
#[derive(Clone, Copy, Default)]
struct Measure {
    size: u32,
    depth: u16,
}

/// Bytes that one entry of a list or map counts for.
pub const ENTRY_BYTES: u32 = 16;

impl Measure {
    fn of<'v>(entries: impl Iterator<Item = (usize, &'v Value)>) -> Measure {
        let mut size = 0u32;
        let mut depth = 0u16;
        for (key_bytes, value) in entries {
            let key_bytes = u32::try_from(key_bytes).unwrap_or(u32::MAX);
            size = size.saturating_add(ENTRY_BYTES).saturating_add(key_bytes).saturating_add(value.size());
            depth = depth.max(value.depth());
        }
        Measure { size, depth: depth.saturating_add(1) }
    }
}

/// The elements of a List.
#[derive(Clone)]
pub struct List(Arc<ListBody>);

struct ListBody {
    items: Box<[Value]>,
    measure: Measure,
}

impl std::ops::Deref for List {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.0.items
    }
}

impl From<Vec<Value>> for List {
    fn from(items: Vec<Value>) -> List {
        let measure = Measure::of(items.iter().map(|item| (0, item)));
        List(Arc::new(ListBody { items: items.into_boxed_slice(), measure }))
    }
}

/// The entries of a Map, in the order of insertion. A key that is written twice keeps its first place and its last value.
#[derive(Clone)]
pub struct Map(Arc<MapBody>);

struct MapBody {
    entries: IndexMap<Arc<str>, Value>,
    measure: Measure,
}

impl Map {
    /// The map of these entries.
    pub(crate) fn from_entries(entries: IndexMap<Arc<str>, Value>) -> Map {
        let measure = Measure::of(entries.iter().map(|(key, value)| (key.len(), value)));
        Map(Arc::new(MapBody { entries, measure }))
    }

    /// The value of a key, if the map has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.entries.get(key)
    }

    /// How many keys it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    /// Whether it has no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    /// Keys and values, in the order of insertion.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Value)> {
        self.0.entries.iter()
    }
}

impl FromIterator<(Arc<str>, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Value)>>(entries: I) -> Map {
        Map::from_entries(entries.into_iter().collect())
    }
}
