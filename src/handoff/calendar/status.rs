//! The state of a calendar as a sentence.

use super::Calendar;
use super::dates;
use super::days;
use super::zone::{DAY, MINUTE};
use crate::Timestamp;

const MONTHS: [&str; 12] = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

impl Calendar {
    /// One sentence without a period, for traces: `it_emea is open until Monday 18:00 Europe/Berlin`,
    /// `it_emea is closed (Christmas Day), opens Monday 09:00 Europe/Berlin`. A time 7 or more local days ahead has its date: `Monday 4 January 09:00`.
    #[must_use]
    pub fn status(&self, name: &str, at: Timestamp) -> String {
        if self.is_open(at) {
            return match self.closes_at(at) {
                Some(end) => format!("{name} is open until {}", self.moment(end, at)),
                None => format!("{name} is open and does not close within 400 days"),
            };
        }
        let holiday = self.holiday_at(at).map(|holiday| format!(" ({holiday})")).unwrap_or_default();
        match self.opens_at(at) {
            Some(start) => format!("{name} is closed{holiday}, opens {}", self.moment(start, at)),
            None => format!("{name} is closed{holiday} and does not open within 400 days"),
        }
    }

    /// What clocks of the zone show at a time, told at another: `Monday 09:00 Europe/Berlin`, with the date where it is 7 or more days ahead.
    #[must_use]
    pub fn moment(&self, time: Timestamp, told_at: Timestamp) -> String {
        let local = self.zone.local(time);
        let (day, minute) = (local.div_euclid(DAY), local.rem_euclid(DAY) / MINUTE);
        let weekday = days::weekday(day).and_then(|weekday| days::FULL_NAMES.get(weekday)).copied().unwrap_or_default();
        let is_far = day - self.zone.local(told_at).div_euclid(DAY) >= 7;
        let date = dates::date(day).filter(|_| is_far).map(|date| {
            let month = usize::try_from(date.month() - 1).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
            format!(" {} {month}", date.day())
        });
        format!("{weekday}{} {:02}:{:02} {}", date.unwrap_or_default(), minute / 60, minute % 60, self.zone_name())
    }
}
