//! Durations as people write them: `90`, `60s`, `2m`, `1h`, `1d`.

/// The units, longest first: a letter, and the seconds that it stands for.
const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// The longest duration: ten years of 365 days, in seconds.
pub const LONGEST_DURATION: u64 = 10 * 365 * 86_400;

/// The seconds that a text says: a whole number, of seconds or with one of the units `s`, `m`, `h` and `d` behind it.
/// `None` for anything else (fractions, signs, blanks, several units), and for more than [`LONGEST_DURATION`].
///
/// ```
/// use triggerfish::value::parse_duration;
/// assert_eq!(parse_duration("2m"), Some(120));
/// assert_eq!(parse_duration("90"), Some(90));
/// assert_eq!(parse_duration("1.5h"), None);
/// ```
#[must_use]
pub fn parse_duration(text: &str) -> Option<u64> {
    let unit = UNITS.iter().find_map(|(letter, seconds)| Some((text.strip_suffix(*letter)?, *seconds)));
    let (digits, seconds) = unit.unwrap_or((text, 1));
    // Parsing accepts a plus sign.
    let digits = digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(digits)?;
    digits.parse::<u64>().ok()?.checked_mul(seconds).filter(|seconds| *seconds <= LONGEST_DURATION)
}

/// So many seconds in the longest unit that gives a whole number; [`parse_duration`] reads it back.
///
/// ```
/// use triggerfish::value::duration_text;
/// assert_eq!(duration_text(120), "2m");
/// assert_eq!(duration_text(90), "90s");
/// ```
#[must_use]
pub fn duration_text(seconds: u64) -> String {
    let unit = UNITS.iter().find(|(_, unit)| seconds > 0 && seconds.is_multiple_of(*unit));
    let (letter, unit) = unit.copied().unwrap_or(('s', 1));
    format!("{}{letter}", seconds / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_whole_number_with_or_without_a_unit() {
        for (text, seconds) in [("0", 0), ("60s", 60), ("2m", 120), ("1h", 3_600), ("1d", 86_400), ("90", 90), ("007s", 7)] {
            assert_eq!(parse_duration(text), Some(seconds), "{text}");
        }
        for text in ["", "s", "1.5h", "-1s", "+1s", "1 s", " 1s", "1h30m", "1w", "1S", "1e3", "١s", "99999999999999999999", "99999999999999999d"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn ten_years_are_the_longest() {
        assert_eq!(parse_duration("3650d"), Some(LONGEST_DURATION));
        assert_eq!(parse_duration("315360001"), None);
        assert_eq!(parse_duration("3651d"), None);
    }

    #[test]
    fn a_duration_is_shown_in_its_longest_unit() {
        for (seconds, text) in [(0, "0s"), (1, "1s"), (60, "1m"), (90, "90s"), (3_600, "1h"), (5_400, "90m"), (86_400, "1d"), (90_000, "25h")] {
            assert_eq!(duration_text(seconds), text);
        }
    }

    #[test]
    fn every_duration_reads_back() {
        arbtest::arbtest(|u| {
            let seconds = u.int_in_range(0..=LONGEST_DURATION)?;
            assert_eq!(parse_duration(&duration_text(seconds)), Some(seconds));
            Ok(())
        })
        .budget_ms(200);
    }
}
