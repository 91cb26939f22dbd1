//! Dates as keys: `12-25`, `2026-04-03`, `12-24/12-26`, `2026-12-24/2026-12-31`; and tables by date.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;

use super::mistake::{Mistake, quoted};
use crate::builtins::civil;

/// A key of a table by date. A span of one day is that day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum DateKey {
    /// `2026-04-03`
    Day(Date),
    /// `2026-12-24/2026-12-31`, both included, in order.
    Span(Date, Date),
    /// `12-25`: every year.
    YearlyDay(YearDay),
    /// `12-24/12-26`: every year, both included; over the year's end if the second is the earlier.
    YearlySpan(YearDay, YearDay),
}

/// A day of every year that has it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct YearDay {
    month: i8,
    day: i8,
}

impl YearDay {
    fn of(date: Date) -> YearDay {
        YearDay { month: date.month(), day: date.day() }
    }

    /// Grows over the year; below [`YEAR_END`].
    fn number(self) -> i64 {
        i64::from(self.month) * 32 + i64::from(self.day)
    }
}

/// Above every day of a year.
const YEAR_END: i64 = 13 * 32;

const DAY: i64 = 86_400 * civil::SECOND;

/// The date so many days after 1970-01-01; `None` outside the years 1 to 9999.
pub(super) fn date(day: i64) -> Option<Date> {
    Some(civil::shown(day.checked_mul(DAY)?)?.date())
}

/// How many days a date lies after 1970-01-01.
fn days_since_epoch(date: Date) -> Option<i64> {
    Some(civil::micros_shown(date.to_datetime(jiff::civil::Time::midnight()))?.div_euclid(DAY))
}

/// Values by date. No two keys of the same precedence share a day.
#[derive(Clone, Debug)]
pub(super) struct Dates<T> {
    entries: Vec<(DateKey, T)>,
    /// In order of precedence: days, spans, yearly days, yearly spans. From the first day of a stretch to its last and its entry;
    /// days count from 1970-01-01, yearly ones as [`YearDay::number`].
    levels: [BTreeMap<i64, (i64, usize)>; 4],
}

impl<T> Default for Dates<T> {
    fn default() -> Dates<T> {
        Dates { entries: Vec::new(), levels: Default::default() }
    }
}

impl<T> Dates<T> {
    /// The value that decides for a day, counted from 1970-01-01.
    pub(super) fn on(&self, day: i64) -> Option<&T> {
        let [days, spans, yearly_days, yearly_spans] = &self.levels;
        let dated = || within(days, day, day).or_else(|| within(spans, day, day));
        let yearly = || {
            if yearly_days.is_empty() && yearly_spans.is_empty() {
                return None;
            }
            let number = YearDay::of(date(day)?).number();
            within(yearly_days, number, number).or_else(|| within(yearly_spans, number, number))
        };
        let entry = dated().or_else(yearly)?;
        self.entries.get(entry).map(|(_, value)| value)
    }

    /// Adds a value.
    ///
    /// # Errors
    /// The key shares a day with one of the same precedence.
    pub(super) fn insert(&mut self, key: DateKey, value: T) -> Result<(), Mistake> {
        let since = |date| days_since_epoch(date).unwrap_or_default();
        let [days, spans, yearly_days, yearly_spans] = &mut self.levels;
        let (level, stretches) = match key {
            DateKey::Day(day) => (days, vec![(since(day), since(day))]),
            DateKey::Span(first, last) => (spans, vec![(since(first), since(last))]),
            DateKey::YearlyDay(day) => (yearly_days, vec![(day.number(), day.number())]),
            DateKey::YearlySpan(first, last) if first <= last => (yearly_spans, vec![(first.number(), last.number())]),
            DateKey::YearlySpan(first, last) => (yearly_spans, vec![(first.number(), YEAR_END), (0, last.number())]),
        };
        for (first, last) in &stretches {
            if let Some((other, _)) = within(level, *first, *last).and_then(|entry| self.entries.get(entry)) {
                return Err(clash(key, *other));
            }
        }
        for (first, last) in stretches {
            level.insert(first, (last, self.entries.len()));
        }
        self.entries.push((key, value));
        Ok(())
    }

    /// Keys and values, in the order in which they were added.
    pub(super) fn entries(&self) -> &[(DateKey, T)] {
        &self.entries
    }

    /// The values.
    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().map(|(_, value)| value)
    }
}

/// The entry of the last stretch that shares a day with `first..=last`.
fn within(level: &BTreeMap<i64, (i64, usize)>, first: i64, last: i64) -> Option<usize> {
    // INVARIANT (no two share a day): the one that begins last also ends last.
    let (_, (end, entry)) = level.range(..=last).next_back()?;
    (*end >= first).then_some(*entry)
}

fn clash(key: DateKey, other: DateKey) -> Mistake {
    if key == other {
        return Mistake::new(format!("`{key}` is given twice"), "a date stands once in a table");
    }
    Mistake::new(format!("`{key}` and `{other}` share a day"), "let one end before the other begins; a single day may lie in a span, and decides there")
}

/// Reads a key.
pub(super) fn parse(text: &str) -> Result<DateKey, Mistake> {
    let Some((first, last)) = text.trim().split_once('/') else {
        return Ok(match one(text.trim(), text)? {
            One::Date(date) => DateKey::Day(date),
            One::Yearly(day) => DateKey::YearlyDay(day),
        });
    };
    match (one(first.trim(), text)?, one(last.trim(), text)?) {
        (One::Date(first), One::Date(last)) if first == last => Ok(DateKey::Day(first)),
        (One::Date(first), One::Date(last)) if first < last => Ok(DateKey::Span(first, last)),
        (One::Date(first), One::Date(last)) => Err(Mistake::new(
            format!("the span {} ends before it begins", quoted(text)),
            format!("write `{last}/{first}`, or leave the years out for every year"),
        )),
        (One::Yearly(first), One::Yearly(last)) if first == last => Ok(DateKey::YearlyDay(first)),
        (One::Yearly(first), One::Yearly(last)) => Ok(DateKey::YearlySpan(first, last)),
        (One::Date(_), One::Yearly(_)) | (One::Yearly(_), One::Date(_)) => {
            Err(Mistake::new(format!("only one end of the span {} has a year", quoted(text)), "give both a year, or none for every year"))
        }
    }
}

enum One {
    Date(Date),
    Yearly(YearDay),
}

fn one(word: &str, key: &str) -> Result<One, Mistake> {
    let form = || {
        let found = if word == key.trim() { quoted(word) } else { format!("{} in {}", quoted(word), quoted(key)) };
        let help = "dates are `MM-DD` for every year or `YYYY-MM-DD`; `/` stands between the first and the last day of a span";
        Mistake::new(format!("expected a date such as `12-25` or `2026-04-03`, found {found}"), help)
    };
    let number = |digits: &str, width: usize| {
        let fits = digits.len() == width && digits.bytes().all(|digit| digit.is_ascii_digit());
        fits.then(|| digits.parse::<i16>().ok()).flatten().ok_or_else(form)
    };
    let (rest, day) = word.rsplit_once('-').ok_or_else(form)?;
    let (year, month) = rest.split_once('-').map_or((None, rest), |(year, month)| (Some(year), month));
    let (year, month, day) = (year.map(|year| number(year, 4)).transpose()?, number(month, 2)?, number(day, 2)?);
    let impossible = |help: String| Mistake::new(format!("there is no day {}", quoted(word)), help);
    // The year 2000 had every day that a year can have.
    let first = i8::try_from(month).ok().and_then(|month| Date::new(year.unwrap_or(2000), month, 1).ok()).filter(|_| year != Some(0));
    let first = first.ok_or_else(|| impossible("months reach from `01` to `12`, years from `0001` to `9999`".to_owned()))?;
    let date = i8::try_from(day).ok().and_then(|day| Date::new(first.year(), first.month(), day).ok());
    let date = date.ok_or_else(|| {
        let month = year.map_or_else(|| format!("{month:02}"), |year| format!("{year:04}-{month:02}"));
        impossible(format!("the days of `{month}` reach from `01` to `{}`", first.days_in_month()))
    })?;
    Ok(if year.is_some() { One::Date(date) } else { One::Yearly(YearDay::of(date)) })
}

impl fmt::Display for YearDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl fmt::Display for DateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DateKey::Day(day) => write!(f, "{day}"),
            DateKey::Span(first, last) => write!(f, "{first}/{last}"),
            DateKey::YearlyDay(day) => write!(f, "{day}"),
            DateKey::YearlySpan(first, last) => write!(f, "{first}/{last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> i64 {
        days_since_epoch(text.parse().unwrap()).unwrap()
    }

    fn table(keys: &[&'static str]) -> Dates<&'static str> {
        let mut dates = Dates::default();
        for key in keys {
            dates.insert(parse(key).unwrap(), *key).unwrap();
        }
        dates
    }

    #[test]
    fn a_key_reads_back_from_what_it_shows() {
        for key in ["12-25", "02-29", "2026-04-03", "2026-12-24/2026-12-31", "12-24/12-26", "12-24/01-06", "0001-01-01", "9999-12-31"] {
            assert_eq!(parse(key).unwrap().to_string(), key);
        }
        assert_eq!(parse("2026-04-03/2026-04-03").unwrap().to_string(), "2026-04-03");
        assert_eq!(parse(" 04-03 / 04-03 ").unwrap().to_string(), "04-03");
    }

    #[test]
    fn what_is_no_date_is_named() {
        for key in ["", "Christmas", "1-1", "12/25", "25.12.", "26-04-03", "2026-4-3", "2026-04-03T00:00", "+2-25", "-12-25", "2026-12-24/", "12-24/a"] {
            assert!(parse(key).unwrap_err().message.starts_with("expected a date such as"), "{key}");
        }
        assert_eq!(parse("12-24/x").unwrap_err().message, "expected a date such as `12-25` or `2026-04-03`, found `x` in `12-24/x`");
    }

    #[test]
    fn impossible_dates_are_mistakes() {
        let help = |key: &str| {
            let mistake = parse(key).unwrap_err();
            assert_eq!(mistake.message, format!("there is no day `{key}`"));
            mistake.help.unwrap()
        };
        assert_eq!(help("2026-02-29"), "the days of `2026-02` reach from `01` to `28`");
        assert_eq!(help("02-30"), "the days of `02` reach from `01` to `29`");
        assert_eq!(help("04-00"), "the days of `04` reach from `01` to `30`");
        for key in ["13-01", "00-01", "2026-13-01", "0000-01-01"] {
            assert!(help(key).starts_with("months reach"), "{key}");
        }
        assert!(parse("2028-02-29").is_ok() && parse("02-29").is_ok());
    }

    #[test]
    fn the_ends_of_a_span_are_of_one_kind_and_in_order() {
        assert_eq!(parse("2026-12-24/12-31").unwrap_err().message, "only one end of the span `2026-12-24/12-31` has a year");
        let mistake = parse("2026-12-31/2026-12-24").unwrap_err();
        assert_eq!(mistake.message, "the span `2026-12-31/2026-12-24` ends before it begins");
        assert!(mistake.help.unwrap().starts_with("write `2026-12-24/2026-12-31`"));
    }

    #[test]
    fn a_year_beats_every_year_and_a_day_beats_a_span() {
        let dates = table(&["12-20/01-05", "12-25", "2026-12-24/2026-12-31", "2026-12-26"]);
        let expected = [
            ("2026-12-19", None),
            ("2026-12-20", Some("12-20/01-05")),
            ("2026-12-24", Some("2026-12-24/2026-12-31")),
            ("2026-12-25", Some("2026-12-24/2026-12-31")),
            ("2026-12-26", Some("2026-12-26")),
            ("2026-12-31", Some("2026-12-24/2026-12-31")),
            ("2027-01-01", Some("12-20/01-05")),
            ("2027-01-05", Some("12-20/01-05")),
            ("2027-01-06", None),
            ("2027-12-25", Some("12-25")),
            ("2027-12-31", Some("12-20/01-05")),
        ];
        for (date, value) in expected {
            assert_eq!(dates.on(day(date)).copied(), value, "{date}");
        }
    }

    #[test]
    fn a_leap_day_occurs_in_leap_years() {
        let dates = table(&["02-29"]);
        assert!(dates.on(day("2028-02-29")).is_some());
        assert!(dates.on(day("2026-02-28")).is_none() && dates.on(day("2026-03-01")).is_none());
    }

    #[test]
    fn two_keys_of_one_precedence_share_no_day() {
        let clash = |first: &'static str, second: &str| table(&[first]).insert(parse(second).unwrap(), "").map_err(|mistake| mistake.message);
        assert_eq!(clash("12-25", "12-25").unwrap_err(), "`12-25` is given twice");
        assert_eq!(clash("2026-12-25", "2026-12-25/2026-12-25").unwrap_err(), "`2026-12-25` is given twice");
        assert_eq!(clash("12-20/01-05", "01-05/01-08").unwrap_err(), "`01-05/01-08` and `12-20/01-05` share a day");
        assert!(clash("01-01/02-01", "12-01/01-01").is_err() && clash("12-31/01-01", "06-01/05-01").is_err());
        assert!(clash("2026-01-01/2026-01-09", "2026-01-09/2026-01-10").is_err());
        assert!(clash("2026-01-05/2026-01-06", "2026-01-01/2026-01-10").is_err());
        assert!(clash("2026-01-01/2026-01-09", "2026-01-10/2026-01-11").is_ok());
        assert!(clash("12-20/01-05", "01-06/01-08").is_ok() && clash("12-20/01-05", "01-01").is_ok());
    }
}
