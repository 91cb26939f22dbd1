//! Values of settings, from text.

use std::time::Duration;

use crate::value::parse_duration;

/// The largest size that a setting takes: 1 GiB.
const LARGEST: u64 = 1 << 30;

/// `2MiB`, `64KiB`, `1GiB`, or a number of bytes.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let (digits, shift) = units.iter().find_map(|(unit, shift)| Some((text.strip_suffix(unit)?, *shift))).unwrap_or((text, 0));
    let digits = if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits } else { "" };
    let size = digits.parse::<u64>().ok().and_then(|size| size.checked_mul(1 << shift));
    size.filter(|size| (1..=LARGEST).contains(size)).ok_or_else(|| "a number of bytes such as 2MiB, from 1 to 1GiB".to_owned())
}

/// The same for sizes in memory.
pub(super) fn size(text: &str) -> Result<usize, String> {
    bytes(text).map(|size| usize::try_from(size).unwrap_or(usize::MAX))
}

/// A whole number in a range.
pub(super) fn count(text: &str, least: usize, most: usize) -> Result<usize, String> {
    text.parse().ok().filter(|number| (least..=most).contains(number)).ok_or_else(|| format!("a whole number from {least} to {most}"))
}

/// `500ms`, or what rule sets take: `90`, `5s`, `2m`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let milliseconds = text.strip_suffix("ms").and_then(|digits| digits.parse::<u32>().ok()).map(|number| Duration::from_millis(number.into()));
    milliseconds.or_else(|| parse_duration(text).map(Duration::from_secs)).ok_or_else(|| "a duration such as 5s, 500ms or 2m".to_owned())
}

/// `true` or `false`.
pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" | "" => Ok(false),
        _ => Err("true or false".to_owned()),
    }
}

/// One of some words.
pub(super) fn word<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, String> {
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    found.ok_or_else(|| format!("one of {}", words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ")))
}

/// Where something is reached by HTTP. The end of its path makes no difference.
pub(super) fn url(text: String) -> Result<String, String> {
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")).unwrap_or("");
    if host.is_empty() || host.starts_with('/') { Err("a URL such as http://127.0.0.1:4318".to_owned()) } else { Ok(text.trim_end_matches('/').to_owned()) }
}
