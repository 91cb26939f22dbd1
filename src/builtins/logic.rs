//! Presence, sameness, rollouts.

use std::fmt;

use sha2::{Digest, Sha256};

use super::text::same_text;
use super::{Args, Builtin, Env, Family, Gives, Param, Role, Run};
use crate::value::EvalErrorKind::{self, InvalidArgument};
use crate::value::{Budget, ErrorKinds, Kinds, Number, Value, write_text};

pub(super) const COALESCE: Builtin = Builtin {
    name: "COALESCE",
    params: &[Param::any("value")],
    variadic: true,
    result: Kinds::ANY,
    errors: ErrorKinds::NONE,
    folds: false,
    gives: Gives::Kinds,
    family: Family::Logic,
    doc: "The first value that is not `NULL`.",
    notes: &[
        "Several arguments are evaluated only as needed.",
        "One List argument stands for its elements; it is an ordinary list, all of it evaluated.",
        "`FALSE`, `0` and `\"\"` are values like any other; `OR` skips them.",
    ],
    example: ("$COALESCE(NULL, \"none\")", "\"none\""),
    run: Run::FirstPresent,
};

pub(super) const IS_NULL: Builtin = Builtin {
    name: "IS_NULL",
    params: &[Param::any("value")],
    variadic: false,
    result: Kinds::BOOL,
    errors: ErrorKinds::NONE,
    folds: true,
    gives: Gives::WhetherMissing,
    family: Family::Logic,
    doc: "Whether the value is missing.",
    notes: &["The same as `value == NULL`. An empty text or list is not missing."],
    example: ("$IS_NULL({\"a\": 1}.b)", "TRUE"),
    run: Run::Scalar(|args, _env| Ok(Value::Bool(args.present(0).is_none()))),
};

pub(super) const SAME: Builtin = Builtin {
    name: "SAME",
    params: &[Param::required("a", Kinds::TEXT), Param::required("b", Kinds::TEXT)],
    variadic: false,
    result: Kinds::BOOL,
    errors: ErrorKinds::NONE,
    folds: true,
    gives: Gives::Kinds,
    family: Family::Logic,
    doc: "Whether two texts are the same but for letter case and white space around them.",
    notes: &["Full Unicode case folding: `STRASSE` and `straße` are the same.", "White space inside the texts counts."],
    example: ("$SAME(\" STRASSE\", \"straße\")", "TRUE"),
    run: Run::Scalar(|args, _env| Ok(Value::Bool(same_text(args.text(0)?, args.text(1)?)))),
};

pub(super) const ROLLOUT: Builtin = Builtin {
    name: "ROLLOUT",
    params: &[
        Param::required("percent", Kinds::NUMBER),
        Param::required("key", Kinds::TEXT.or(Kinds::NUMBER).or(Kinds::BOOL)),
        Param::optional("salt", Kinds::TEXT).used_as(Role::Salt),
    ],
    variadic: false,
    result: Kinds::BOOL,
    errors: ErrorKinds::of(&[InvalidArgument]),
    folds: true,
    gives: Gives::Kinds,
    family: Family::Logic,
    doc: "Whether the key is among the given percentage of keys: always the same ones, and more of them as the percentage grows.",
    notes: &[
        "The percentage has two decimals: times 100, on its decimal text, it is rounded half to even. Outside 0..100 it is `invalid_argument`.",
        "The bucket of a key is the first 8 bytes, big-endian, of SHA-256(salt, byte 0, key by `$TEXT`) modulo 10000; the key is in if its bucket is below percent times 100.",
        "Rollouts with different salts pick different keys.",
    ],
    example: ("$ROLLOUT(10.87, \"ann@acme.example\", \"pilot\")", "TRUE"),
    run: Run::Scalar(rollout),
};

/// The first element that is not `NULL`, one step for each that is looked at: `$COALESCE` with one List argument.
///
/// # Errors
/// `budget_exceeded`.
pub fn first_present(list: &[Value], budget: &mut Budget) -> Result<Value, EvalErrorKind> {
    for element in list {
        budget.steps(1)?;
        if !element.is_null() {
            return Ok(element.clone());
        }
    }
    Ok(Value::Null)
}

/// `$COALESCE` of arguments that have all been evaluated.
pub(super) fn first_of(args: &Args<'_>, budget: &mut Budget) -> Result<Value, EvalErrorKind> {
    match args.get(0) {
        Some(Value::List(list)) if args.len() == 1 => first_present(list, budget),
        Some(_) | None => Ok(args.iter().find(|value| !value.is_null()).cloned().unwrap_or_default()),
    }
}

fn rollout(args: &Args<'_>, _env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    let threshold = hundredths(args.number(0)?).ok_or(InvalidArgument)?;
    let mut hash = Hash(Sha256::new());
    hash.0.update(args.optional_text(2)?.unwrap_or(""));
    hash.0.update([0]);
    // A hash refuses nothing.
    let _ = write_text(args.get(1).unwrap_or(&Value::Null), &mut hash);
    let first = hash.0.finalize().first_chunk::<8>().copied().unwrap_or_default();
    Ok(Value::Bool(u64::from_be_bytes(first) % 10_000 < threshold))
}

/// A hash that a text is written into, so that keys need no memory.
struct Hash(Sha256);

impl fmt::Write for Hash {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.0.update(part);
        Ok(())
    }
}

/// `percent` times 100, rounded half to even on its decimal text; `None` outside 0..100.
fn hundredths(percent: Number) -> Option<u64> {
    let float = match percent {
        Number::Integer(percent) => return u64::try_from(percent).ok().filter(|percent| *percent <= 100).map(|percent| percent * 100),
        Number::Float(percent) if !(0.0..=100.0).contains(&percent.get()) => return None,
        Number::Float(percent) => percent.get(),
    };
    let mut buffer = ryu_js::Buffer::new();
    let text = buffer.format_finite(float);
    if text.contains('e') {
        // Below a millionth.
        return Some(0);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let (kept, cut) = fraction.split_at(fraction.len().min(2));
    let digits = whole.bytes().chain(kept.bytes()).chain(std::iter::repeat_n(b'0', 2 - kept.len()));
    let down = digits.fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    // Digits order as text; a cut part has no zeros at its end, so exactly half is exactly `5`.
    let up = cut > "5" || (cut == "5" && down % 2 == 1);
    Some(down + u64::from(up))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Float;

    fn of(percent: f64) -> Option<u64> {
        hundredths(Number::Float(Float::new(percent).unwrap()))
    }

    #[test]
    fn percentages_are_rounded_half_to_even_on_their_decimal_text() {
        assert_eq!(of(0.125), Some(12));
        assert_eq!(of(0.375), Some(38));
        assert_eq!(of(50.625), Some(5062));
        assert_eq!(of(99.875), Some(9988));
        assert_eq!(of(0.005), Some(0));
        assert_eq!(of(0.015), Some(2));
        assert_eq!(of(0.005_000_1), Some(1));
        // The binary value of 1.005 is below 1.005, its text is not: the 0 before it is even.
        assert_eq!(of(1.005), Some(100));
        assert_eq!(of(12.3), Some(1230));
        assert_eq!(of(99.999), Some(10_000));
        assert_eq!(of(1e-7), Some(0));
        assert_eq!(of(100.0), Some(10_000));
        assert_eq!(of(0.0), Some(0));
    }

    #[test]
    fn percentages_end_at_0_and_100() {
        assert_eq!((of(-0.01), of(100.01), of(1e300)), (None, None, None));
        let of = |percent| hundredths(Number::Integer(percent));
        assert_eq!((of(-1), of(0), of(37), of(100), of(101), of(i64::MIN)), (None, Some(0), Some(3700), Some(10_000), None, None));
    }
}
