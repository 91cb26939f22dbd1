//! Calendars: the opening hours that `$OPEN`, `$OPENS_AT` and `$CLOSES_AT` ask for.
//!
//! ```
//! use triggerfish::{Timestamp, handoff::calendar::CalendarBuilder};
//!
//! let mut builder = CalendarBuilder::new("Europe/Berlin")?;
//! builder.hours("mon-fri", &["08:00-18:00"])?;
//! builder.holiday("12-25", "Christmas Day")?;
//! builder.override_("2026-12-31", &["08:00-12:00"])?;
//! let calendar = builder.build();
//! let friday = Timestamp::from_seconds(1_798_189_200).unwrap(); // 2026-12-25T10:00 in Berlin
//! assert_eq!(calendar.status("it_emea", friday), "it_emea is closed (Christmas Day), opens Monday 08:00 Europe/Berlin");
//! # Ok::<(), triggerfish::handoff::calendar::Mistake>(())
//! ```
//!
//! # From clocks to points in time
//!
//! - Hours are written as clocks in the calendar's zone show them and belong to the day on which they begin: `22:00-06:00` on `fri` ends on Saturday at
//!   06:00, whatever Saturday is.
//! - For one day an override decides over a holiday, and a holiday over the weekly hours. Within a table a key with a year beats one without, then a single
//!   day beats a span.
//! - The edges of a day's hours become points in time as `$ADD_DATE` takes local times: one that the clocks skip moves forward by what they skip, one that
//!   occurs twice is the earlier. The calendar is open from the first point up to, but not at, the second; hours whose end does not come after their
//!   beginning then, because the clocks skip them, do not occur.
//! - A day that the zone skips whole (Apia, 2011-12-30) has no hours.
//! - Hours of a day that adjoin are one. Hours that adjoin or overlap across midnight are two entries and one opening.

mod build;
mod canonical;
mod dates;
mod days;
mod hours;
mod mistake;
mod openings;
mod set;
mod status;
#[cfg(test)]
mod tests;
mod zone;

pub use build::CalendarBuilder;
pub use mistake::Mistake;
pub use set::CalendarSet;

use dates::Dates;
use hours::Hours;
use zone::Zone;

/// When something is open: weekly hours, holidays and overrides in one time zone. Made by [`CalendarBuilder`], never changed.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: Zone,
    /// From Monday to Sunday.
    week: [Vec<Hours>; 7],
    holidays: Dates<String>,
    overrides: Dates<Vec<Hours>>,
}

impl Calendar {
    /// The IANA name of the zone as the database spells it, an offset such as `+02:00`, or `UTC`.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        self.zone.name()
    }

    /// Whether neither the weekly hours nor an override ever opens.
    #[must_use]
    pub fn never_opens(&self) -> bool {
        self.week.iter().chain(self.overrides.values()).all(Vec::is_empty)
    }

    /// The hours that begin on a day, counted from 1970-01-01 on the clocks of the zone, in order.
    fn hours_on(&self, day: i64) -> &[Hours] {
        if let Some(hours) = self.overrides.on(day) {
            return hours;
        }
        if self.holidays.on(day).is_some() {
            return &[];
        }
        days::weekday(day).and_then(|weekday| self.week.get(weekday)).map_or(&[], Vec::as_slice)
    }

    /// The holiday that closes a day.
    fn holiday_on(&self, day: i64) -> Option<&str> {
        if self.overrides.on(day).is_some() { None } else { self.holidays.on(day).map(String::as_str) }
    }
}
