//! `+ - * /` and unary `-`.

use super::EvalErrorKind::{DivisionByZero, NotFinite, Overflow, TypeMismatch};
use super::{Budget, EvalErrorKind, Float, Number, Value};

/// An arithmetic operator between two values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ArithOp {
    /// `a + b`: Numbers are added, Texts are joined.
    Add,
    /// `a - b`
    Subtract,
    /// `a * b`
    Multiply,
    /// `a / b`: always a Float.
    Divide,
}

impl ArithOp {
    /// All operators.
    pub const ALL: [ArithOp; 4] = [ArithOp::Add, ArithOp::Subtract, ArithOp::Multiply, ArithOp::Divide];

    /// The spelling.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            ArithOp::Add => "+",
            ArithOp::Subtract => "-",
            ArithOp::Multiply => "*",
            ArithOp::Divide => "/",
        }
    }
}

/// `left op right`. `NULL` on either side gives `NULL`.
///
/// # Errors
/// `type_mismatch` unless both are Numbers (or both Texts, for `+`); `overflow`, `division_by_zero`, `not_finite`; `budget_exceeded` when the joined text is too long.
pub fn apply(op: ArithOp, left: &Value, right: &Value, budget: &mut Budget) -> Result<Value, EvalErrorKind> {
    match (op, left, right) {
        (_, Value::Null, _) | (_, _, Value::Null) => Ok(Value::Null),
        (ArithOp::Add, Value::Text(left), Value::Text(right)) => join(left, right, budget),
        (_, left, right) => {
            let (left, right) = (number(left)?, number(right)?);
            match op {
                ArithOp::Add => integers_or_floats(left, right, i64::checked_add, |a, b| a + b),
                ArithOp::Subtract => integers_or_floats(left, right, i64::checked_sub, |a, b| a - b),
                ArithOp::Multiply => integers_or_floats(left, right, i64::checked_mul, |a, b| a * b),
                ArithOp::Divide => divide(left, right),
            }
        }
    }
}

/// `-value`. `NULL` gives `NULL`.
///
/// # Errors
/// `type_mismatch` unless it is a Number; `overflow` for the smallest Integer.
pub fn negate(value: &Value) -> Result<Value, EvalErrorKind> {
    match value {
        Value::Null => Ok(Value::Null),
        Value::Integer(value) => value.checked_neg().map(Value::Integer).ok_or(Overflow),
        Value::Float(value) => finite(-value.get()),
        Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => Err(TypeMismatch),
    }
}

/// The Number that a value is.
///
/// # Errors
/// `type_mismatch` for anything else.
pub fn number(value: &Value) -> Result<Number, EvalErrorKind> {
    match value {
        Value::Integer(value) => Ok(Number::Integer(*value)),
        Value::Float(value) => Ok(Number::Float(*value)),
        Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => Err(TypeMismatch),
    }
}

fn integers_or_floats(left: Number, right: Number, exact: fn(i64, i64) -> Option<i64>, float: fn(f64, f64) -> f64) -> Result<Value, EvalErrorKind> {
    match (left, right) {
        (Number::Integer(left), Number::Integer(right)) => exact(left, right).map(Value::Integer).ok_or(Overflow),
        (left, right) => finite(float(left.to_f64(), right.to_f64())),
    }
}

fn divide(left: Number, right: Number) -> Result<Value, EvalErrorKind> {
    if right == Number::Integer(0) {
        return Err(DivisionByZero);
    }
    finite(left.to_f64() / right.to_f64())
}

fn finite(value: f64) -> Result<Value, EvalErrorKind> {
    Float::new(value).map(Value::Float).ok_or(NotFinite)
}

fn join(left: &str, right: &str, budget: &mut Budget) -> Result<Value, EvalErrorKind> {
    budget.bytes(left.len().saturating_add(right.len()))?;
    Ok(Value::Text([left, right].concat().into()))
}
