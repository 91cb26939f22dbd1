//! Points in time: microseconds since the Unix epoch.

use std::fmt;

use super::{EvalErrorKind, Float, Number};

/// A point in time with microseconds, from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    micros: i64,
}

const MICROS: i64 = 1_000_000;

impl Timestamp {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Timestamp = Timestamp { micros: -62_135_596_800 * MICROS };
    /// 9999-12-31T23:59:59.999999Z.
    pub const MAX: Timestamp = Timestamp { micros: 253_402_300_800 * MICROS - 1 };
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Timestamp = Timestamp { micros: 0 };

    /// So many microseconds after the epoch, if that is in range.
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Timestamp> {
        (Self::MIN.micros..=Self::MAX.micros).contains(&micros).then_some(Timestamp { micros })
    }

    /// So many seconds after the epoch, if that is in range.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Option<Timestamp> {
        Timestamp::from_micros(seconds.checked_mul(MICROS)?)
    }

    /// Seconds since the epoch, as rules see times. Digits beyond microseconds are cut.
    ///
    /// # Errors
    /// `invalid_argument` for a time out of range.
    pub fn from_number(seconds: Number) -> Result<Timestamp, EvalErrorKind> {
        match seconds {
            Number::Integer(seconds) => Timestamp::from_seconds(seconds),
            Number::Float(seconds) => micros_of(seconds).and_then(Timestamp::from_micros),
        }
        .ok_or(EvalErrorKind::InvalidArgument)
    }

    /// The time as rules see it: an Integer when whole, else a Float with microseconds.
    #[must_use]
    pub fn to_number(self) -> Number {
        if self.micros % MICROS == 0 {
            return Number::Integer(self.micros / MICROS);
        }
        // Below 2^53 the count of microseconds is exact, and so is the nearest Float to the quotient. Beyond, only decimal text is rounded once.
        #[expect(clippy::cast_precision_loss, reason = "a Float is what the language gives here, and the count is exact")]
        let seconds = if self.micros.unsigned_abs() < 1 << 53 { self.micros as f64 / 1e6 } else { format!("{}e-6", self.micros).parse().unwrap_or(0.0) };
        Float::new(seconds).map_or(Number::Integer(self.micros / MICROS), Number::Float)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub fn as_micros(self) -> i64 {
        self.micros
    }
}

/// Microseconds of a number of seconds, taken on its shortest decimal text so that every time reads back; digits beyond microseconds are cut, toward the past.
fn micros_of(seconds: Float) -> Option<i64> {
    let mut buffer = ryu_js::Buffer::new();
    let text = buffer.format_finite(seconds.get());
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    if digits.contains('e') {
        // Below a microsecond, or far out of range.
        return (seconds.get().abs() < 1.0).then_some(if negative { -1 } else { 0 });
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (kept, cut) = fraction.split_at(fraction.len().min(6));
    let fraction = kept.bytes().chain(std::iter::repeat(b'0')).take(6).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    let micros = whole.parse::<i64>().ok()?.checked_mul(MICROS)?.checked_add(fraction)?;
    let rest = i64::from(!cut.is_empty());
    Some(if negative { -micros - rest } else { micros })
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(seconds: f64) -> i64 {
        Timestamp::from_number(Number::Float(Float::new(seconds).unwrap())).unwrap().as_micros()
    }

    #[test]
    fn floats_are_cut_to_microseconds_on_their_decimal_text() {
        assert_eq!(micros(1_767_609_045.123_456), 1_767_609_045_123_456);
        assert_eq!(micros(0.1), 100_000);
        assert_eq!(micros(0.123_456_9), 123_456);
        assert_eq!(micros(-0.015_625), -15_625);
        assert_eq!(micros(-0.000_000_1), -1);
        assert_eq!(micros(1e-9), 0);
    }

    #[test]
    fn every_time_that_a_float_can_tell_reads_back() {
        for micros in [176_110_353_400_969_400, 253_402_300_799_999_969, -62_135_596_799_123_457, 9_007_199_254_740_993, 1_767_609_045_123_456, -1] {
            let number = Timestamp::from_micros(micros).unwrap().to_number();
            let again = Timestamp::from_number(number).unwrap();
            assert_eq!(again.to_number(), number, "{micros}");
            assert!((again.micros - micros).abs() <= 32, "{micros}");
        }
    }

    #[test]
    fn the_range_ends_with_the_years_1_and_9999() {
        assert!(Timestamp::from_micros(Timestamp::MAX.micros + 1).is_none());
        assert!(Timestamp::from_micros(Timestamp::MIN.micros - 1).is_none());
        assert!(Timestamp::from_number(Number::Integer(253_402_300_800)).is_err());
        assert!(Timestamp::from_number(Number::Float(Float::new(1e300).unwrap())).is_err());
    }
}
