//! Exact comparisons of numbers with constants, without a conversion of the number.

use cranelift::codegen::ir::condcodes::{FloatCC, IntCC};

use crate::value::Number;
use crate::value::compare::CompareOp;

/// A comparison of an Integer with a constant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum IntegerTest {
    /// The answer is the same for every Integer.
    Always(bool),
    /// Against an Integer.
    Against(IntCC, i64),
}

/// The test that says for every Integer `x` whether `x op constant`, exactly.
pub(super) fn integer_test(op: CompareOp, constant: Number) -> Option<IntegerTest> {
    let (code, _) = codes(op)?;
    Some(match constant {
        Number::Integer(constant) => IntegerTest::Against(code, constant),
        Number::Float(constant) => {
            // Between a fraction and the next whole number there is no Integer.
            let up = matches!(op, CompareOp::Less | CompareOp::GreaterOrEqual);
            let whole = if up { constant.get().ceil() } else { constant.get().floor() };
            match crate::value::Float::new(whole).and_then(crate::value::Float::as_integer) {
                Some(whole) => IntegerTest::Against(code, whole),
                None => IntegerTest::Always((constant.get() > 0.0) == matches!(op, CompareOp::Less | CompareOp::LessOrEqual)),
            }
        }
    })
}

/// The constant that a Float can be compared with in place of `constant`, exactly; `None` where no Float is the same.
pub(super) fn float_constant(constant: Number) -> Option<f64> {
    const EXACT: u64 = 1 << 53;
    match constant {
        Number::Integer(integer) if integer.unsigned_abs() > EXACT => None,
        Number::Integer(_) | Number::Float(_) => Some(constant.to_f64()),
    }
}

/// The condition codes of an operator that orders.
pub(super) fn codes(op: CompareOp) -> Option<(IntCC, FloatCC)> {
    match op {
        CompareOp::Less => Some((IntCC::SignedLessThan, FloatCC::LessThan)),
        CompareOp::LessOrEqual => Some((IntCC::SignedLessThanOrEqual, FloatCC::LessThanOrEqual)),
        CompareOp::Greater => Some((IntCC::SignedGreaterThan, FloatCC::GreaterThan)),
        CompareOp::GreaterOrEqual => Some((IntCC::SignedGreaterThanOrEqual, FloatCC::GreaterThanOrEqual)),
        CompareOp::Equal | CompareOp::NotEqual | CompareOp::In | CompareOp::NotIn => None,
    }
}

/// The operator that says of `b op a` what `op` says of `a op b`.
pub(super) fn flipped(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessOrEqual => CompareOp::GreaterOrEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterOrEqual => CompareOp::LessOrEqual,
        CompareOp::Equal | CompareOp::NotEqual | CompareOp::In | CompareOp::NotIn => op,
    }
}

#[cfg(test)]
mod tests {
    use arbtest::arbtest;

    use super::*;
    use crate::value::{Budget, Float, Value, compare};

    fn holds(test: IntegerTest, x: i64) -> bool {
        match test {
            IntegerTest::Always(answer) => answer,
            IntegerTest::Against(IntCC::SignedLessThan, constant) => x < constant,
            IntegerTest::Against(IntCC::SignedLessThanOrEqual, constant) => x <= constant,
            IntegerTest::Against(IntCC::SignedGreaterThan, constant) => x > constant,
            IntegerTest::Against(_, constant) => x >= constant,
        }
    }

    #[test]
    fn integers_are_compared_with_any_constant_exactly() {
        arbtest(|u| {
            let near = |u: &mut arbtest::arbitrary::Unstructured<'_>| -> arbtest::arbitrary::Result<i64> {
                let base = *u.choose(&[0, 1, -1, i64::MAX, i64::MIN, 1 << 53, -(1 << 53), (1 << 53) + 1])?;
                Ok(i64::saturating_add(base, u.int_in_range(-3..=3)?))
            };
            let x = near(u)?;
            let constant = match u.int_in_range(0..=2)? {
                0 => Number::Integer(near(u)?),
                1 => Float::new(Number::Integer(near(u)?).to_f64() + *u.choose(&[0.0, 0.5, -0.5])?).map_or(Number::Integer(0), Number::Float),
                _ => Float::new(u.arbitrary()?).map_or(Number::Integer(0), Number::Float),
            };
            for op in [CompareOp::Less, CompareOp::LessOrEqual, CompareOp::Greater, CompareOp::GreaterOrEqual] {
                let expected = compare::apply(op, &Value::Integer(x), &constant.into(), false, &mut Budget::unlimited()).unwrap();
                assert_eq!(holds(integer_test(op, constant).unwrap(), x), expected, "{x} {} {constant:?}", op.symbol());
                let turned = compare::apply(flipped(op), &constant.into(), &Value::Integer(x), false, &mut Budget::unlimited()).unwrap();
                assert_eq!(turned, expected);
                if let Some(float) = float_constant(constant) {
                    assert_eq!(Number::Float(Float::new(float).unwrap()), constant);
                }
            }
            Ok(())
        });
    }
}
