//! Numbers: Integers of 64 bits, and Floats that are always finite.

use std::cmp::Ordering;
use std::fmt;

/// A finite 64-bit IEEE number that is never a negative zero.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub struct Float(f64);

impl Float {
    /// The number, unless it is infinite or no number; `-0.0` becomes `0.0`.
    #[must_use]
    pub fn new(value: f64) -> Option<Float> {
        value.is_finite().then_some(Float(value + 0.0))
    }

    /// The number as Rust knows it.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// The Integer of the same value, if the number is whole and fits 64 bits.
    #[must_use]
    pub fn as_integer(self) -> Option<i64> {
        (self.0.fract() == 0.0).then(|| self.truncated()).flatten()
    }

    /// The number cut toward zero, if that fits 64 bits.
    #[must_use]
    pub fn truncated(self) -> Option<i64> {
        let whole = self.0.trunc();
        #[expect(clippy::cast_possible_truncation, reason = "the range was checked: -2^63 <= whole < 2^63")]
        (-TWO_TO_63..TWO_TO_63).contains(&whole).then_some(whole as i64)
    }
}

const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

impl fmt::Debug for Float {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// An Integer or a Float.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// A whole number of 64 bits.
    Integer(i64),
    /// A finite number.
    Float(Float),
}

impl Number {
    /// The number as the nearest 64-bit IEEE number.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "arithmetic with a Float is done in Floats")]
    pub fn to_f64(self) -> f64 {
        match self {
            Number::Integer(value) => value as f64,
            Number::Float(value) => value.get(),
        }
    }

    /// Exact comparison: no rounding between Integer and Float.
    #[must_use]
    pub fn order(self, other: Number) -> Ordering {
        match (self, other) {
            (Number::Integer(a), Number::Integer(b)) => a.cmp(&b),
            (Number::Float(a), Number::Float(b)) => order_floats(a.get(), b.get()),
            (Number::Integer(a), Number::Float(b)) => order_mixed(a, b),
            (Number::Float(a), Number::Integer(b)) => order_mixed(b, a).reverse(),
        }
    }
}

fn order_floats(a: f64, b: f64) -> Ordering {
    // Floats are finite and have no negative zero: the partial order is total.
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}

fn order_mixed(integer: i64, float: Float) -> Ordering {
    match float.truncated() {
        None if float.get() > 0.0 => Ordering::Less,
        None => Ordering::Greater,
        Some(whole) => integer.cmp(&whole).then_with(|| order_floats(0.0, float.get().fract())),
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.order(*other) == Ordering::Equal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn float(value: f64) -> Number {
        Number::Float(Float::new(value).unwrap())
    }

    #[test]
    fn integers_and_floats_compare_exactly() {
        let i = Number::Integer;
        assert_eq!(i(3).order(float(3.0)), Ordering::Equal);
        assert_eq!(i(9_007_199_254_740_993).order(float(9_007_199_254_740_992.0)), Ordering::Greater);
        assert_eq!(i(i64::MAX).order(float(9_223_372_036_854_775_808.0)), Ordering::Less);
        assert_eq!(i(i64::MIN).order(float(-9_223_372_036_854_775_808.0)), Ordering::Equal);
        assert_eq!(i(-1).order(float(-1.5)), Ordering::Greater);
        assert_eq!(i(-2).order(float(-1.5)), Ordering::Less);
        assert_eq!(float(1e300).order(i(i64::MAX)), Ordering::Greater);
        assert_eq!(float(-1e300).order(i(i64::MIN)), Ordering::Less);
    }

    #[test]
    fn negative_zero_does_not_exist() {
        assert!(Float::new(-0.0).unwrap().get().is_sign_positive());
        assert!(Float::new(f64::NAN).is_none() && Float::new(f64::INFINITY).is_none());
    }
}
