//! How values read as Text: the meaning of `$TEXT`, and the one way that numbers are printed.

use std::fmt;

use super::{Float, Value, json};

/// The text of a value: a Text as it is, numbers as ECMAScript prints them (without a plus sign in exponents), `true`/`false`, lists and maps as JSON; `None` for `NULL`.
#[must_use]
pub fn text_of(value: &Value) -> Option<String> {
    if value.is_null() {
        return None;
    }
    let mut text = String::new();
    // Writing to a `String` does not fail.
    let _ = write_text(value, &mut text);
    Some(text)
}

/// Writes the text of a value part by part, so that a sink can charge each part before it keeps it. `NULL` writes nothing.
///
/// # Errors
/// Only those of `out`.
pub fn write_text(value: &Value, out: &mut impl fmt::Write) -> fmt::Result {
    match value {
        Value::Null => Ok(()),
        Value::Text(text) => out.write_str(text),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => json::write_into(value, out),
    }
}

/// The text of a Float: the shortest that reads back; in digits from 1e-6 up to below 1e21, with an exponent beyond.
///
/// A Float that equals an Integer prints as that Integer does, because equal Numbers have equal text: `4611686018427387904.0` keeps all its digits.
#[must_use]
pub fn number_text(value: Float) -> String {
    let mut text = String::new();
    let _ = write_float(value, &mut text);
    text
}

/// Writes the text of a Float.
///
/// # Errors
/// Only those of `out`.
pub(super) fn write_float(value: Float, out: &mut impl fmt::Write) -> fmt::Result {
    if let Some(integer) = value.as_integer() {
        return write!(out, "{integer}");
    }
    // The only plus sign that a number's text can have is that of the exponent, which this language leaves out.
    let mut buffer = ryu_js::Buffer::new();
    let text = buffer.format_finite(value.get());
    let (digits, exponent) = text.split_once('+').unwrap_or((text, ""));
    out.write_str(digits)?;
    out.write_str(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Number;

    fn text(value: f64) -> String {
        number_text(Float::new(value).unwrap())
    }

    #[test]
    fn digits_reach_from_a_millionth_to_below_1e21() {
        assert_eq!(text(0.000_001), "0.000001");
        assert_eq!(text(1e-7), "1e-7");
        assert_eq!(text(-2.5e-10), "-2.5e-10");
        assert_eq!(text(1e21), "1e21");
        assert_eq!(text(-1.5e300), "-1.5e300");
        assert_eq!(text(999_999_999_999_999_900_000.0), "999999999999999900000");
        assert_eq!(text(-0.0), "0");
        assert_eq!(text(3.0), "3");
    }

    #[test]
    fn equal_numbers_have_equal_text() {
        for integer in [0, 1, -7, 1 << 53, i64::MIN, 4_611_686_018_427_387_904] {
            let (integer, float) = (Value::Integer(integer), Number::Integer(integer).to_f64());
            let float = Value::Float(Float::new(float).unwrap());
            assert_eq!(integer, float);
            assert_eq!(text_of(&integer), text_of(&float));
        }
        assert_eq!(text(9_223_372_036_854_775_808.0), "9223372036854776000");
    }

    #[test]
    fn null_has_no_text() {
        assert_eq!(text_of(&Value::Null), None);
        assert_eq!(text_of(&Value::from(vec![Value::Null, Value::text("a")])).as_deref(), Some("[null,\"a\"]"));
    }
}
