//! Calendars as lists of what was written, asked without any cleverness.

use arbtest::arbitrary::{Result, Unstructured};
use jiff::civil::Date;

use super::super::{Calendar, CalendarBuilder};

/// A key of a table, as numbers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Key {
    Day(Date),
    Span(Date, Date),
    Yearly(i8, i8),
    YearlySpan((i8, i8), (i8, i8)),
}

impl Key {
    fn text(self) -> String {
        match self {
            Key::Day(date) => date.to_string(),
            Key::Span(first, last) => format!("{first}/{last}"),
            Key::Yearly(month, day) => format!("{month:02}-{day:02}"),
            Key::YearlySpan(first, last) => format!("{}/{}", Key::Yearly(first.0, first.1).text(), Key::Yearly(last.0, last.1).text()),
        }
    }

    fn holds(self, date: Date) -> bool {
        let of_year = (date.month(), date.day());
        match self {
            Key::Day(day) => day == date,
            Key::Span(first, last) => first <= date && date <= last,
            Key::Yearly(month, day) => of_year == (month, day),
            Key::YearlySpan(first, last) if first <= last => first <= of_year && of_year <= last,
            Key::YearlySpan(first, last) => first <= of_year || of_year <= last,
        }
    }

    fn rank(self) -> usize {
        match self {
            Key::Span(first, last) if first == last => 0,
            Key::YearlySpan(first, last) if first == last => 2,
            Key::Day(_) => 0,
            Key::Span(..) => 1,
            Key::Yearly(..) => 2,
            Key::YearlySpan(..) => 3,
        }
    }

    fn any(u: &mut Unstructured, near: Date) -> Result<Key> {
        let mut date = || near.checked_add(jiff::Span::new().days(u.int_in_range(-3..=20)?)).map_err(|_| arbtest::arbitrary::Error::IncorrectFormat);
        let (first, last) = (date()?, date()?);
        let (first_of_year, last_of_year) = ((first.month(), first.day()), (last.month(), last.day()));
        Ok(match u.int_in_range(0..=3)? {
            0 => Key::Day(first),
            1 => Key::Span(first.min(last), first.max(last)),
            2 => Key::Yearly(first_of_year.0, first_of_year.1),
            _ => Key::YearlySpan(first_of_year, last_of_year),
        })
    }
}

/// Hours as two times of the clock in minutes; the second at most 24:00.
type Range = (u16, u16);

/// What was written, as far as it was no mistake.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) zone: String,
    week: [Vec<Range>; 7],
    holidays: Vec<Key>,
    overrides: Vec<(Key, Vec<Range>)>,
}

impl Model {
    /// A calendar whose dates lie near one.
    pub(super) fn any(u: &mut Unstructured, zone: &str, near: Date) -> Result<(Model, Calendar)> {
        let mut model = Model { zone: zone.to_owned(), week: Default::default(), holidays: Vec::new(), overrides: Vec::new() };
        let mut builder = CalendarBuilder::new(zone).unwrap();
        for (name, hours) in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].into_iter().zip(&mut model.week) {
            let ranges = ranges(u)?;
            if builder.hours(name, &texts(&ranges).iter().map(String::as_str).collect::<Vec<_>>()).is_ok() {
                *hours = ranges;
            }
        }
        for _ in 0..u.int_in_range(0..=3)? {
            let key = Key::any(u, near)?;
            if builder.holiday(&key.text(), "a holiday").is_ok() {
                model.holidays.push(key);
            }
        }
        for _ in 0..u.int_in_range(0..=3)? {
            let (key, ranges) = (Key::any(u, near)?, ranges(u)?);
            if builder.override_(&key.text(), &texts(&ranges).iter().map(String::as_str).collect::<Vec<_>>()).is_ok() {
                model.overrides.push((key, ranges));
            }
        }
        Ok((model, builder.build()))
    }

    /// The hours that begin on a day, in minutes after its midnight: the runs of open minutes.
    pub(super) fn runs(&self, date: Date) -> Vec<(usize, usize)> {
        let overriding = self.overrides.iter().filter(|(key, _)| key.holds(date)).min_by_key(|(key, _)| key.rank());
        let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap();
        let ranges = match overriding {
            Some((_, ranges)) => ranges.as_slice(),
            None if self.holidays.iter().any(|key| key.holds(date)) => &[],
            None => &self.week[weekday],
        };
        let mut open = [false; 2 * 1440 + 1];
        for (from, to) in ranges {
            let to = if to < from { to + 1440 } else { *to };
            open[usize::from(*from)..usize::from(to)].fill(true);
        }
        let mut runs = Vec::new();
        let mut from = None;
        for (minute, is_open) in open.into_iter().enumerate() {
            match (is_open, from) {
                (true, None) => from = Some(minute),
                (false, Some(start)) => {
                    runs.push((start, minute));
                    from = None;
                }
                (true, Some(_)) | (false, None) => {}
            }
        }
        runs
    }
}

fn ranges(u: &mut Unstructured) -> Result<Vec<Range>> {
    // Times where clocks change, and others.
    const TIMES: [u16; 20] = [0, 1, 30, 60, 90, 105, 120, 121, 135, 150, 179, 180, 195, 210, 480, 1080, 1381, 1410, 1439, 1440];
    match u.int_in_range(0..=5)? {
        0 => return Ok(Vec::new()),
        1 => return Ok(vec![(0, 1440)]),
        _ => {}
    }
    let mut times = Vec::new();
    for _ in 0..u.int_in_range(1..=3)? * 2 {
        times.push(if u.ratio(3, 4)? { *u.choose(&TIMES)? } else { u.int_in_range(0..=1439)? });
    }
    times.sort_unstable();
    if u.ratio(1, 3)? {
        // The last goes on after midnight.
        times.rotate_left(1);
    }
    Ok(times.chunks(2).map(|pair| (pair[0], pair[1])).collect())
}

fn texts(ranges: &[Range]) -> Vec<String> {
    ranges.iter().map(|(from, to)| format!("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)).collect()
}
