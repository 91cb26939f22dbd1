//! Calendars asked for opening hours: sentence by sentence, and against a walk from minute to minute.

mod canonical;
mod model;
mod sentences;
mod walk;

use super::{Calendar, CalendarBuilder};
use crate::Timestamp;

/// The time of an RFC 3339 text.
fn at(text: &str) -> Timestamp {
    Timestamp::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond()).unwrap()
}

/// A calendar with weekly hours, holidays and overrides.
fn calendar(zone: &str, hours: &[(&str, &[&str])], holidays: &[(&str, &str)], overrides: &[(&str, &[&str])]) -> Calendar {
    let mut builder = CalendarBuilder::new(zone).unwrap();
    for (days, ranges) in hours {
        builder.hours(days, ranges).unwrap();
    }
    for (date, name) in holidays {
        builder.holiday(date, name).unwrap();
    }
    for (date, ranges) in overrides {
        builder.override_(date, ranges).unwrap();
    }
    builder.build()
}

/// The calendar of the documentation.
fn it_emea() -> Calendar {
    calendar(
        "Europe/Berlin",
        &[("mon-fri", &["08:00-18:00"]), ("sat", &["10:00-14:00"])],
        &[("12-25", "Christmas Day"), ("2026-04-03", "Good Friday"), ("2026-12-24/2026-12-31", "Year's end")],
        &[("2026-12-31", &["08:00-12:00"])],
    )
}
