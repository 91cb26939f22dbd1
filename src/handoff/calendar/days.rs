//! Days of the week: `mon`, `mon-fri`, `sat,sun`, `sat-mon`.

use super::mistake::{Mistake, quoted};

/// The names, from Monday on.
pub(super) const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The names in full, for sentences.
pub(super) const FULL_NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The day of the week, 0 for Monday, of a day counted from 1970-01-01; always below 7.
pub(super) fn weekday(day: i64) -> Option<usize> {
    // That was a Thursday.
    usize::try_from((day + 3).rem_euclid(7)).ok()
}

/// The days of a key, in the order written, each once.
pub(super) fn parse(key: &str) -> Result<Vec<usize>, Mistake> {
    let mut days = Vec::new();
    for part in key.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (day(first.trim(), key)?, day(last.trim(), key)?);
        let count = (last + 7 - first) % 7 + 1;
        for day in (first..first + count).map(|day| day % 7) {
            if days.contains(&day) {
                return Err(twice(day));
            }
            days.push(day);
        }
    }
    Ok(days)
}

/// The mistake of giving a day hours twice.
pub(super) fn twice(day: usize) -> Mistake {
    let name = NAMES.get(day).copied().unwrap_or_default();
    Mistake::new(format!("`{name}` is given twice"), "all hours of a day stand in one list")
}

fn day(word: &str, key: &str) -> Result<usize, Mistake> {
    if let Some(day) = NAMES.iter().position(|name| name.eq_ignore_ascii_case(word)) {
        return Ok(day);
    }
    let full = FULL_NAMES.iter().zip(NAMES).find(|(full, _)| full.eq_ignore_ascii_case(word));
    let help = full.map_or_else(|| format!("days are {}; `mon-sun` is every day", NAMES.join(", ")), |(_, short)| format!("write `{short}`"));
    let found = if word == key.trim() { quoted(word) } else { format!("{} in {}", quoted(word), quoted(key)) };
    Err(Mistake::new(format!("expected days such as `mon-fri` or `sat,sun`, found {found}"), help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_days_spans_of_days_and_lists_of_both() {
        assert_eq!(parse("mon").unwrap(), [0]);
        assert_eq!(parse("mon-fri").unwrap(), [0, 1, 2, 3, 4]);
        assert_eq!(parse("Sat,SUN").unwrap(), [5, 6]);
        assert_eq!(parse("sat-mon").unwrap(), [5, 6, 0], "spans may wrap");
        assert_eq!(parse("mon - tue, thu").unwrap(), [0, 1, 3]);
        assert_eq!(parse("wed-wed").unwrap(), [2]);
        assert_eq!(parse("mon-sun").unwrap().len(), 7);
    }

    #[test]
    fn a_day_stands_once_in_a_key() {
        assert_eq!(parse("mon-fri,tue").unwrap_err().message, "`tue` is given twice");
    }

    #[test]
    fn other_words_are_no_days() {
        for key in ["", "daily", "mon-", "-fri", "mon,,tue", "mon-wed-fri", "mo", "1"] {
            assert!(parse(key).unwrap_err().message.starts_with("expected days"), "{key}");
        }
        assert_eq!(parse("Monday").unwrap_err().help.unwrap(), "write `mon`");
        assert_eq!(parse("mon-daily").unwrap_err().message, "expected days such as `mon-fri` or `sat,sun`, found `daily` in `mon-daily`");
        assert_eq!(parse("daily").unwrap_err().message, "expected days such as `mon-fri` or `sat,sun`, found `daily`");
    }

    #[test]
    fn the_epoch_was_a_thursday() {
        assert_eq!([weekday(0), weekday(4), weekday(-4)], [Some(3), Some(0), Some(6)]);
    }
}
