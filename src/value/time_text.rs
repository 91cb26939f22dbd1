//! Times as texts: the form of RFC 3339, and of ISO 8601 without an offset.

use jiff::civil::{Date, DateTime, Time};

use super::Timestamp;

/// The time that a text says: `YYYY-MM-DD`, or that, then `T`, `t` or a space, then `hh:mm`, optionally `:ss` and a fraction, optionally `Z`, `z`, `+hh:mm`,
/// `+hhmm` or `+hh`. Without an offset it is UTC. `None` for anything else, and outside the years 1 to 9999.
///
/// ```
/// use triggerfish::value::parse_time;
/// assert_eq!(parse_time("2026-01-05T10:30:45+02:00").unwrap().as_micros(), 1_767_601_845_000_000);
/// assert!(parse_time("soon").is_none());
/// ```
#[must_use]
pub fn parse_time(text: &str) -> Option<Timestamp> {
    let (clock, offset) = read_clock(text)?;
    at_offset(clock, offset.unwrap_or(0))
}

/// What a clock shows in a text of that form, and the offset that the text names: seconds that the clock is ahead of UTC.
///
/// It takes nothing like that form: an automatic conversion that guesses would turn a typing error into a time.
pub(crate) fn read_clock(text: &str) -> Option<(DateTime, Option<i32>)> {
    let (date, rest) = date(text)?;
    if rest.is_empty() {
        return Some((date.to_datetime(Time::midnight()), None));
    }
    let (time, rest) = time(rest.strip_prefix(['T', 't', ' '])?)?;
    let clock = date.to_datetime(time);
    if rest.is_empty() {
        return Some((clock, None));
    }
    let (seconds, rest) = read_offset(rest)?;
    rest.is_empty().then_some((clock, Some(seconds)))
}

/// The time at which a clock that is so many seconds ahead of UTC shows this.
pub(crate) fn at_offset(clock: DateTime, offset: i32) -> Option<Timestamp> {
    Timestamp::from_micros(micros_shown(clock)?.checked_sub(i64::from(offset) * 1_000_000)?)
}

/// Microseconds from 1970-01-01T00:00 to a clock reading. Digits beyond microseconds are cut.
pub(crate) fn micros_shown(clock: DateTime) -> Option<i64> {
    const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    let since = clock.duration_since(EPOCH);
    // Cut toward the past, as the digits of the fraction are.
    i64::try_from(since.as_nanos().div_euclid(1_000)).ok()
}

/// The offset that a text starts with, in seconds, and what follows it: `Z`, `z`, `+hh:mm`, `+hhmm`, `+hh`.
pub(crate) fn read_offset(text: &str) -> Option<(i32, &str)> {
    if let Some(rest) = text.strip_prefix(['Z', 'z']) {
        return Some((0, rest));
    }
    let sign = match text.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, rest) = two_digits(text.get(1..)?, 23)?;
    let minutes_text = rest.strip_prefix(':');
    let (minutes, rest) = match (minutes_text, two_digits(minutes_text.unwrap_or(rest), 59)) {
        (_, Some(minutes)) => minutes,
        (Some(_), None) => return None,
        (None, None) => (0, rest),
    };
    Some((sign * (hours * 3600 + minutes * 60), rest))
}

/// `YYYY-MM-DD`, and what follows it.
fn date(text: &str) -> Option<(Date, &str)> {
    let (century, rest) = two_digits(text, 99)?;
    let (year, rest) = two_digits(rest, 99)?;
    let (month, rest) = two_digits(rest.strip_prefix('-')?, 12)?;
    let (day, rest) = two_digits(rest.strip_prefix('-')?, 31)?;
    let date = Date::new(i16::try_from(century * 100 + year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Some((date, rest))
}

/// `hh:mm[:ss[.fraction]]`, and what follows it.
fn time(text: &str) -> Option<(Time, &str)> {
    let (hour, rest) = two_digits(text, 23)?;
    let (minute, rest) = two_digits(rest.strip_prefix(':')?, 59)?;
    let Some(seconds) = rest.strip_prefix(':') else {
        return Some((clock(hour, minute, 0, 0)?, rest));
    };
    let (second, rest) = two_digits(seconds, 60)?;
    let Some(fraction) = rest.strip_prefix('.') else {
        return Some((clock(hour, minute, second.min(59), 0)?, rest));
    };
    let after = fraction.trim_start_matches(|character: char| character.is_ascii_digit());
    let digits = fraction.get(..fraction.len() - after.len())?;
    if digits.is_empty() || second == 60 {
        return None;
    }
    let micros = digits.bytes().chain(std::iter::repeat(b'0')).take(6).fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'));
    Some((clock(hour, minute, second, micros * 1_000)?, after))
}

fn clock(hour: i32, minute: i32, second: i32, nanos: i32) -> Option<Time> {
    let part = |number: i32| i8::try_from(number).ok();
    Time::new(part(hour)?, part(minute)?, part(second)?, nanos).ok()
}

/// The two digits that a text starts with, if they are at most `most`, and what follows them.
fn two_digits(text: &str, most: i32) -> Option<(i32, &str)> {
    let (digits, rest) = text.split_at_checked(2)?;
    let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()?;
    (number <= most).then_some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<i64> {
        parse_time(text).map(|time| time.as_micros().div_euclid(1_000_000))
    }

    #[test]
    fn without_an_offset_it_is_utc() {
        assert_eq!(seconds("2026-01-05"), Some(1_767_571_200));
        assert_eq!(seconds("2026-01-05T10:30:45"), Some(1_767_609_045));
        assert_eq!(seconds("2026-01-05 10:30Z"), Some(1_767_609_000));
        assert_eq!(seconds("2026-01-05t10:30:45.25-03:30"), Some(1_767_621_645));
    }

    #[test]
    fn nothing_like_it_is_taken() {
        for text in
            ["", "2026", "20260105", "2026-1-5", "2026-02-30", "2026-01-05T", "2026-01-05T24:00", "2026-01-05T10", " 2026-01-05", "2026-01-05 ", "1767571200"]
        {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn the_range_ends_with_the_years_1_and_9999() {
        assert_eq!(parse_time("9999-12-31T23:59:59.999999Z"), Some(Timestamp::MAX));
        assert_eq!(parse_time("0001-01-01T00:00:00Z"), Some(Timestamp::MIN));
        assert_eq!(parse_time("9999-12-31T23:59:59-00:01"), None);
        assert_eq!(parse_time("0001-01-01T00:00:00+00:01"), None);
    }
}
