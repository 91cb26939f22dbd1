//! Tests: what a rule asks of one attribute, without the rule. Rules that ask the same have the same test.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::context::{DerivedId, SlotId};
use crate::value::{Number, Value};

/// What a test reads.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) enum Source {
    /// An attribute.
    Slot(SlotId),
    /// What is derived of the text of an attribute.
    Derived(DerivedId, SlotId),
}

/// A test cannot fail where the kind of the attribute fits; where it is `NULL`, it is false, but for `Among`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Test {
    pub(super) source: Source,
    pub(super) question: Question,
}

/// What is asked.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Question {
    /// `x`, as a condition.
    Truthy,
    /// `x == a`, `x IN [a, b]`
    Among(Box<[Atom]>),
    /// `x < 3`
    Order(Order, Exact),
    /// `x < "m"`
    TextOrder(Order, Arc<str>),
    /// `"a" IN x`: an element of a List, or a part of a Text.
    Has(Arc<str>),
    /// `x.$STARTS_WITH("a")`
    StartsWith(Arc<str>),
    /// `x.$ENDS_WITH("a")`
    EndsWith(Arc<str>),
    /// `x.$MATCH("a+")`, as a condition.
    Pattern(Arc<str>),
}

/// A side of a constant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    pub(super) fn is_greater(self) -> bool {
        matches!(self, Order::Greater | Order::GreaterOrEqual)
    }

    /// Whether a value that stands so to the constant lies on this side of it.
    pub(super) fn holds(self, value: Ordering) -> bool {
        match self {
            Order::Less => value.is_lt(),
            Order::LessOrEqual => value.is_le(),
            Order::Greater => value.is_gt(),
            Order::GreaterOrEqual => value.is_ge(),
        }
    }

    /// The order of tests of equal constants, such that of tests sorted by constant those that hold for a value are the first ones (`Greater`), or the
    /// last ones (`Less`).
    pub(super) fn rank(self) -> u8 {
        match self {
            Order::Less | Order::GreaterOrEqual => 0,
            Order::LessOrEqual | Order::Greater => 1,
        }
    }
}

/// A constant that equality compares with.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) enum Atom {
    Null,
    Bool(bool),
    Number(Exact),
    Text(Arc<str>),
}

impl Atom {
    /// The constant of a value; `None` for lists and maps.
    pub(super) fn of(value: &Value) -> Option<Atom> {
        match value {
            Value::Null => Some(Atom::Null),
            Value::Bool(value) => Some(Atom::Bool(*value)),
            Value::Integer(value) => Some(Atom::Number(Exact::new(Number::Integer(*value)))),
            Value::Float(value) => Some(Atom::Number(Exact::new(Number::Float(*value)))),
            Value::Text(text) => Some(Atom::Text(text.clone())),
            Value::List(_) | Value::Map(_) => None,
        }
    }
}

/// A Number of which equal ones are written alike: an Integer, where it is one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exact(Number);

impl Exact {
    pub(super) fn new(number: Number) -> Exact {
        Exact(match number {
            Number::Integer(value) => Number::Integer(value),
            Number::Float(value) => value.as_integer().map_or(number, Number::Integer),
        })
    }

    pub(super) fn number(self) -> Number {
        self.0
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Exact) -> Ordering {
        self.0.order(other.0)
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Exact) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Exact) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Exact {}

impl Hash for Exact {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.0 {
            Number::Integer(value) => value.hash(state),
            Number::Float(value) => value.get().to_bits().hash(state),
        }
    }
}
