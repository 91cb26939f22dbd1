//! Numbers from text and from one another.

use super::{Args, Builtin, Env, Family, Gives, Param, Run};
use crate::value::EvalErrorKind::{self, InvalidArgument, NotFinite, Overflow};
use crate::value::{ErrorKinds, Float, Kinds, Number, Value};

pub(super) const INTEGER: Builtin = Builtin {
    name: "INTEGER",
    params: &[Param::required("value", Kinds::TEXT.or(Kinds::NUMBER))],
    variadic: false,
    result: Kinds::INTEGER,
    errors: ErrorKinds::of(&[InvalidArgument, Overflow]),
    folds: true,
    gives: Gives::Kinds,
    family: Family::Conversion,
    doc: "The value as an Integer.",
    notes: &[
        "A Float is cut toward zero.",
        "A Text is an optional sign and digits, white space around them aside; anything else, `\"7.9\"` included, is `invalid_argument`.",
        "A number beyond 64 bits is `overflow`.",
    ],
    example: ("$INTEGER(\" -42 \")", "-42"),
    run: Run::Scalar(integer),
};

pub(super) const DECIMAL: Builtin = Builtin {
    name: "DECIMAL",
    params: &[Param::required("value", Kinds::TEXT.or(Kinds::NUMBER))],
    variadic: false,
    result: Kinds::FLOAT,
    errors: ErrorKinds::of(&[InvalidArgument, NotFinite]),
    folds: true,
    gives: Gives::Kinds,
    family: Family::Conversion,
    doc: "The value as a Float.",
    notes: &[
        "A Text is an optional sign, digits, optionally a fraction and an exponent, white space around them aside; `.5`, `5.` and `inf` are `invalid_argument`.",
        "A number that is too large for a Float is `not_finite`.",
    ],
    example: ("$DECIMAL(\"1.5e3\")", "1500.0"),
    run: Run::Scalar(decimal),
};

fn integer(args: &Args<'_>, _env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    if let Some(Value::Text(text)) = args.get(0) {
        return integer_of(text.trim()).map(Value::Integer);
    }
    match args.number(0)? {
        Number::Integer(value) => Ok(Value::Integer(value)),
        Number::Float(value) => value.truncated().map(Value::Integer).ok_or(Overflow),
    }
}

fn decimal(args: &Args<'_>, _env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    let number = if let Some(Value::Text(text)) = args.get(0) { float_of(text.trim())? } else { args.number(0)?.to_f64() };
    Float::new(number).map(Value::Float).ok_or(NotFinite)
}

fn integer_of(text: &str) -> Result<i64, EvalErrorKind> {
    let digits = after_digits(unsigned(text)).filter(|rest| rest.is_empty());
    digits.ok_or(InvalidArgument)?;
    text.parse().map_err(|_| Overflow)
}

fn float_of(text: &str) -> Result<f64, EvalErrorKind> {
    let mut rest = after_digits(unsigned(text)).ok_or(InvalidArgument)?;
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = after_digits(fraction).ok_or(InvalidArgument)?;
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        rest = after_digits(unsigned(exponent)).ok_or(InvalidArgument)?;
    }
    if !rest.is_empty() {
        return Err(InvalidArgument);
    }
    text.parse().map_err(|_| InvalidArgument)
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

/// What follows one digit or more.
fn after_digits(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|character: char| character.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}
