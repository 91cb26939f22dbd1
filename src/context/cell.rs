//! A slot as native code reads it: sixteen bytes.

use super::dictionary::Dictionary;
use crate::value::{EvalErrorKind, Float, Number, Value};

/// What stands in a slot: its kind, and as much of its value as fits.
///
/// | tag | `id` | `payload` |
/// |---|---|---|
/// | [`Cell::NULL`] | 0 | 0 |
/// | [`Cell::BOOL`] | 0 | 0 or 1 |
/// | [`Cell::INTEGER`] | 0 | the number |
/// | [`Cell::FLOAT`] | 0 | the bits of the number |
/// | [`Cell::TEXT`] | the id of the equal literal, 0 if no rule has it | its length in bytes |
/// | [`Cell::LIST`] | its length | a bit for each literal that is looked for in it |
/// | [`Cell::MAP`] | its length | 0 |
/// | [`Cell::NO_MEMBERS`] | 0 | the place of the member that was asked for |
/// | [`Cell::FAILED`] | 0 | the kind of the error |
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C)]
pub struct Cell {
    /// The kind of value, or why there is none.
    pub tag: u32,
    /// See the table.
    pub id: u32,
    /// See the table.
    pub payload: u64,
}

impl Cell {
    /// `NULL`.
    pub const NULL: u32 = 0;
    /// A Bool.
    pub const BOOL: u32 = 1;
    /// An Integer.
    pub const INTEGER: u32 = 2;
    /// A Float.
    pub const FLOAT: u32 = 3;
    /// A Text.
    pub const TEXT: u32 = 4;
    /// A List.
    pub const LIST: u32 = 5;
    /// A Map.
    pub const MAP: u32 = 6;
    /// Something on the way to the value has no members: reading it is a `type_mismatch`.
    pub const NO_MEMBERS: u32 = 7;
    /// What computes the value failed: reading it fails likewise.
    pub const FAILED: u32 = 8;

    pub(super) fn no_members(at: usize) -> Cell {
        Cell { tag: Cell::NO_MEMBERS, id: 0, payload: at as u64 }
    }

    pub(super) fn failed(kind: EvalErrorKind) -> Cell {
        Cell { tag: Cell::FAILED, id: 0, payload: kind as u64 }
    }

    pub(super) fn text(text: &[u8], dictionary: &Dictionary) -> Cell {
        Cell { tag: Cell::TEXT, id: dictionary.id(text), payload: text.len() as u64 }
    }

    pub(super) fn bool(value: bool) -> Cell {
        Cell { tag: Cell::BOOL, id: 0, payload: u64::from(value) }
    }

    pub(super) fn number(number: Number) -> Cell {
        match number {
            Number::Integer(value) => Cell { tag: Cell::INTEGER, id: 0, payload: value.cast_unsigned() },
            Number::Float(value) => Cell { tag: Cell::FLOAT, id: 0, payload: value.get().to_bits() },
        }
    }

    /// The value, where the cell says everything.
    pub(super) fn value(self) -> Option<Value> {
        match self.tag {
            Cell::NULL => Some(Value::Null),
            Cell::BOOL => Some(Value::Bool(self.payload != 0)),
            Cell::INTEGER => Some(Value::Integer(self.payload.cast_signed())),
            Cell::FLOAT => Float::new(f64::from_bits(self.payload)).map(Value::Float),
            _ => None,
        }
    }

    /// The cell of a value, whose texts are those of `dictionary`.
    pub(super) fn of(value: &Value, dictionary: &Dictionary) -> Cell {
        match value {
            Value::Null => Cell::default(),
            Value::Bool(value) => Cell::bool(*value),
            Value::Integer(value) => Cell::number(Number::Integer(*value)),
            Value::Float(value) => Cell::number(Number::Float(*value)),
            Value::Text(text) => Cell::text(text.as_bytes(), dictionary),
            Value::List(list) => Cell { tag: Cell::LIST, id: len(list.len()), payload: if dictionary.has_needles() { bits(list, dictionary) } else { 0 } },
            Value::Map(map) => Cell { tag: Cell::MAP, id: len(map.len()), payload: 0 },
        }
    }

    /// The kind of the error that reading the slot is, where it is one that a caller put there.
    pub(super) fn error(self) -> EvalErrorKind {
        EvalErrorKind::ALL.iter().copied().find(|kind| *kind as u64 == self.payload).unwrap_or(EvalErrorKind::TypeMismatch)
    }
}

fn bits(list: &[Value], dictionary: &Dictionary) -> u64 {
    list.iter().fold(0, |bits, item| match item {
        Value::Text(text) => bits | dictionary.bit(dictionary.id(text.as_bytes())),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => bits,
    })
}

fn len(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
