//! `== != < <= > >= IN`.

use std::cmp::Ordering;

use super::EvalErrorKind::TypeMismatch;
use super::arith::number;
use super::{Budget, EvalErrorKind, Value};

/// A comparison operator. Comparisons answer a question: their result is a Bool.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CompareOp {
    /// `a == b`
    Equal,
    /// `a != b`
    NotEqual,
    /// `a < b`
    Less,
    /// `a <= b`
    LessOrEqual,
    /// `a > b`
    Greater,
    /// `a >= b`
    GreaterOrEqual,
    /// `a IN b`
    In,
    /// `a NOT IN b`
    NotIn,
}

impl CompareOp {
    /// All operators.
    pub const ALL: [CompareOp; 8] = [
        CompareOp::Equal,
        CompareOp::NotEqual,
        CompareOp::Less,
        CompareOp::LessOrEqual,
        CompareOp::Greater,
        CompareOp::GreaterOrEqual,
        CompareOp::In,
        CompareOp::NotIn,
    ];

    /// The canonical spelling.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            CompareOp::Equal => "==",
            CompareOp::NotEqual => "!=",
            CompareOp::Less => "<",
            CompareOp::LessOrEqual => "<=",
            CompareOp::Greater => ">",
            CompareOp::GreaterOrEqual => ">=",
            CompareOp::In => "IN",
            CompareOp::NotIn => "NOT IN",
        }
    }
}

/// `left op right`. `searched_is_constant` says that the right operand is written out in the rule: `IN` searches such a list free of charge.
///
/// # Errors
/// `type_mismatch` for kinds that do not compare (never for `==` and `!=`); `budget_exceeded`.
pub fn apply(op: CompareOp, left: &Value, right: &Value, searched_is_constant: bool, budget: &mut Budget) -> Result<bool, EvalErrorKind> {
    match op {
        CompareOp::Equal => equal(left, right, budget),
        CompareOp::NotEqual => equal(left, right, budget).map(|equal| !equal),
        CompareOp::Less => ordered(left, right, Ordering::is_lt),
        CompareOp::LessOrEqual => ordered(left, right, Ordering::is_le),
        CompareOp::Greater => ordered(left, right, Ordering::is_gt),
        CompareOp::GreaterOrEqual => ordered(left, right, Ordering::is_ge),
        CompareOp::In => contains(left, right, searched_is_constant, budget),
        CompareOp::NotIn => contains(left, right, searched_is_constant, budget).map(|found| !found),
    }
}

/// Deep equality. Different kinds are unequal, but Integer and Float compare by exact numeric value.
///
/// # Errors
/// `budget_exceeded`: two lists or maps cost one step for each pair of entries that is compared.
pub fn equal(left: &Value, right: &Value, budget: &mut Budget) -> Result<bool, EvalErrorKind> {
    match (left, right) {
        (Value::Null, Value::Null) => Ok(true),
        (Value::Bool(left), Value::Bool(right)) => Ok(left == right),
        (Value::Text(left), Value::Text(right)) => Ok(left == right),
        (Value::Integer(left), Value::Integer(right)) => Ok(left == right),
        (Value::Integer(_) | Value::Float(_), Value::Integer(_) | Value::Float(_)) => Ok(number(left)? == number(right)?),
        (Value::List(left), Value::List(right)) => {
            if left.len() != right.len() {
                return Ok(false);
            }
            for (left, right) in left.iter().zip(right.iter()) {
                budget.steps(1)?;
                if !equal(left, right, budget)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::Map(left), Value::Map(right)) => {
            if left.len() != right.len() {
                return Ok(false);
            }
            for (key, left) in left.iter() {
                budget.steps(1)?;
                match right.get(key) {
                    Some(right) if equal(left, right, budget)? => {}
                    Some(_) | None => return Ok(false),
                }
            }
            Ok(true)
        }
        (Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) | Value::List(_) | Value::Map(_), _) => Ok(false),
    }
}

fn ordered(left: &Value, right: &Value, holds: fn(Ordering) -> bool) -> Result<bool, EvalErrorKind> {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => Ok(false),
        // The order of UTF-8 bytes is the order of code points.
        (Value::Text(left), Value::Text(right)) => Ok(holds(left.as_ref().cmp(right.as_ref()))),
        (left, right) => Ok(holds(number(left)?.order(number(right)?))),
    }
}

fn contains(needle: &Value, searched: &Value, searched_is_constant: bool, budget: &mut Budget) -> Result<bool, EvalErrorKind> {
    match (needle, searched) {
        (_, Value::Null) => Ok(false),
        (needle, Value::List(list)) => {
            if !searched_is_constant {
                budget.steps(list.len() as u64)?;
            }
            // Nothing but a Text equals a Text, and comparing the two is free.
            if let Value::Text(needle) = needle {
                return Ok(list.iter().any(|element| matches!(element, Value::Text(text) if text == needle)));
            }
            for element in list.iter() {
                if equal(needle, element, budget)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        (Value::Null, _) => Ok(false),
        (Value::Text(needle), Value::Text(text)) => {
            budget.reading(text.len())?;
            Ok(text.contains(needle.as_ref()))
        }
        (Value::Text(key), Value::Map(map)) => Ok(map.get(key).is_some()),
        (Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) | Value::List(_) | Value::Map(_), _) => Err(TypeMismatch),
    }
}
