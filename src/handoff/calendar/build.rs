//! Builds calendars from the words of a rule set.

use super::mistake::{Mistake, quoted};
use super::{Calendar, Dates, Hours, Zone};
use super::{dates, days, hours};

/// Takes the parts of a calendar one by one, so that the reader of a file can say where a mistake stands. A part with a mistake changes nothing.
#[derive(Clone, Debug)]
pub struct CalendarBuilder {
    zone: Zone,
    week: [Option<Vec<Hours>>; 7],
    holidays: Dates<String>,
    overrides: Dates<Vec<Hours>>,
}

impl CalendarBuilder {
    /// A calendar that is never open, in the zone of an IANA name, in any letter case, or of a fixed offset such as `+02:00`.
    ///
    /// # Errors
    /// There is no such zone.
    pub fn new(zone: &str) -> Result<CalendarBuilder, Mistake> {
        Ok(CalendarBuilder { zone: Zone::find(zone)?, week: Default::default(), holidays: Dates::default(), overrides: Dates::default() })
    }

    /// Sets the weekly hours of some days: `mon-fri`, `sat,sun`, `sat-mon`, in any letter case; each range like `08:00-18:00`, over midnight like `22:00-06:00`,
    /// up to `24:00`. No ranges: closed.
    ///
    /// # Errors
    /// The days or a range cannot be read, a day has its hours already, or two ranges overlap.
    pub fn hours(&mut self, days: &str, ranges: &[&str]) -> Result<(), Mistake> {
        let days = days::parse(days)?;
        if let Some(day) = days.iter().find(|day| self.week.get(**day).is_some_and(Option::is_some)) {
            return Err(days::twice(*day));
        }
        let hours = hours::parse(ranges)?;
        for day in days {
            if let Some(entry) = self.week.get_mut(day) {
                *entry = Some(hours.clone());
            }
        }
        Ok(())
    }

    /// Closes whole days, by a date like `12-25` (every year) or `2026-04-03`, or a span like `12-24/12-26` or `2026-12-24/2026-12-31`, both ends included.
    /// The tail of the night before stays open.
    ///
    /// # Errors
    /// The date cannot be read, shares a day with one of the same precedence, or the name is empty.
    pub fn holiday(&mut self, date: &str, name: &str) -> Result<(), Mistake> {
        let key = dates::parse(date)?;
        if name.trim().is_empty() {
            return Err(Mistake::new(
                format!("the holiday {} has no name", quoted(date)),
                "its name is shown where the calendar is closed, such as `Christmas Day`",
            ));
        }
        self.holidays.insert(key, name.trim().to_owned())
    }

    /// Sets the hours of single days whatever the week and the holidays say. Dates as in [`Self::holiday`], ranges as in [`Self::hours`].
    ///
    /// # Errors
    /// The date or a range cannot be read, the date shares a day with one of the same precedence, or two ranges overlap.
    pub fn override_(&mut self, date: &str, ranges: &[&str]) -> Result<(), Mistake> {
        let key = dates::parse(date)?;
        self.overrides.insert(key, hours::parse(ranges)?)
    }

    /// The calendar.
    #[must_use]
    pub fn build(self) -> Calendar {
        Calendar { zone: self.zone, week: self.week.map(Option::unwrap_or_default), holidays: self.holidays, overrides: self.overrides }
    }
}
