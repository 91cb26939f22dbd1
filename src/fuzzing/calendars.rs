//! Calendars for rules that ask for opening hours.

use super::generate::CALENDARS;
use crate::builtins::{Calendars, UnknownCalendar};
use crate::value::Timestamp;

/// `weekdays` is open from Monday to Friday, `always` always, `never` never.
#[derive(Debug)]
pub(super) struct FuzzCalendars;

const DAY: i64 = 86_400;

/// The day of the week, 0 for Monday.
fn weekday(day: i64) -> i64 {
    // The epoch was a Thursday.
    (day + 3).rem_euclid(7)
}

fn day_of(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(1_000_000 * DAY)
}

impl Calendars for FuzzCalendars {
    fn is_declared(&self, calendar: &str) -> bool {
        CALENDARS.contains(&calendar)
    }

    fn is_open(&self, calendar: &str, at: Timestamp) -> Result<bool, UnknownCalendar> {
        match calendar {
            "weekdays" => Ok(weekday(day_of(at)) < 5),
            "always" => Ok(true),
            "never" => Ok(false),
            _ => Err(UnknownCalendar),
        }
    }

    fn opens_at(&self, calendar: &str, at: Timestamp) -> Result<Option<Timestamp>, UnknownCalendar> {
        if self.is_open(calendar, at)? {
            return Ok(Some(at));
        }
        let monday = day_of(at) + 7 - weekday(day_of(at));
        Ok((calendar != "never").then(|| Timestamp::from_seconds(monday * DAY)).flatten())
    }

    fn closes_at(&self, calendar: &str, at: Timestamp) -> Result<Option<Timestamp>, UnknownCalendar> {
        let day = day_of(at);
        let saturday = if weekday(day) < 5 { day + 5 - weekday(day) } else { day + 12 - weekday(day) };
        match calendar {
            "weekdays" => Ok(Timestamp::from_seconds(saturday * DAY)),
            "always" | "never" => Ok(None),
            _ => Err(UnknownCalendar),
        }
    }
}
