//! When a calendar is open, opens and closes.

use super::Calendar;
use super::hours;
use super::zone::{DAY, MINUTE};
use crate::Timestamp;

/// How far ahead [`Calendar::opens_at`] and [`Calendar::closes_at`] look, in days.
const DAYS_AHEAD: i64 = 400;

impl Calendar {
    /// Whether it is open at a time.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.open_until(at).is_some()
    }

    /// When it next opens: `at` itself if it is open, nothing within 400 days of 24 hours is `None`.
    #[must_use]
    pub fn opens_at(&self, at: Timestamp) -> Option<Timestamp> {
        if self.is_open(at) {
            return Some(at);
        }
        if self.never_opens() {
            return None;
        }
        within_reach(self.next_beginning(at)?, at)
    }

    /// When it next goes from open to closed, after `at`: hours that adjoin or overlap are one opening, over midnight too. Nothing within 400 days of 24
    /// hours is `None`.
    #[must_use]
    pub fn closes_at(&self, at: Timestamp) -> Option<Timestamp> {
        let mut end = self.opens_at(at)?;
        loop {
            end = within_reach(self.past_whole_days(end), at)?;
            match self.open_until(end) {
                Some(later) => end = within_reach(later, at)?,
                None => return Some(end),
            }
        }
    }

    /// The name of the holiday of the local day, if that is why it is closed: no override decides that day, and no hours of the day before go on.
    #[must_use]
    pub fn holiday_at(&self, at: Timestamp) -> Option<&str> {
        self.holiday_on(self.zone.local(at).div_euclid(DAY)).filter(|_| !self.is_open(at))
    }

    /// The end, in microseconds, of hours that hold a time: the latest, if the hours of two days do.
    fn open_until(&self, at: Timestamp) -> Option<i64> {
        let now = at.as_micros();
        let Some(local) = self.zone.even_local(at) else {
            // A gap carries a tail of the day before yesterday to today; where clocks go back over midnight, tomorrow may have begun already.
            let today = self.zone.local(at).div_euclid(DAY);
            return (today - 2..=today + 1).flat_map(|day| self.openings(day)).filter(|(from, to)| *from <= now && now < *to).map(|(_, to)| to).max();
        };
        let today = local.div_euclid(DAY);
        let minute = local.rem_euclid(DAY) / MINUTE;
        let hours = self.hours_on(today);
        let began = hours.partition_point(|hours| i64::from(hours.from) <= minute);
        let ends_today = hours.get(..began).and_then(<[_]>::last).map(|hours| i64::from(hours.to));
        // Hours do not overlap: only the last of a day can go on after midnight.
        let ends_late = self.hours_on(today - 1).last().map(|hours| i64::from(hours.to) - i64::from(hours::DAY));
        let end = ends_today.max(ends_late).filter(|end| minute < *end)?;
        Some(now + (today * DAY + end * MINUTE - local))
    }

    /// The first beginning of hours after a time at which it is closed, in microseconds.
    fn next_beginning(&self, at: Timestamp) -> Option<i64> {
        let now = at.as_micros();
        let mut first_day = self.zone.local(at).div_euclid(DAY) - 2;
        let last_day = first_day + DAYS_AHEAD + 4;
        if let Some(local) = self.zone.even_local(at) {
            let today = local.div_euclid(DAY);
            let later = |hours: &&hours::Hours| i64::from(hours.from) * MINUTE > local - today * DAY;
            if let Some(hours) = self.hours_on(today).iter().find(later) {
                return Some(now + (today * DAY + i64::from(hours.from) * MINUTE - local));
            }
            first_day = today + 1;
        }
        let mut found: Option<(i64, i64)> = None;
        for day in first_day..=last_day {
            let Some(hours) = self.hours_on(day).first() else { continue };
            // A gap moves hours forward by up to a day, and so behind those of the day after: that one is looked at too.
            if found.is_some_and(|(_, found_on)| day > found_on + 1) {
                break;
            }
            let edge = day * DAY + i64::from(hours.from) * MINUTE;
            let begins = self.zone.instant(edge);
            if found.is_none() && begins > now && Timestamp::from_micros(begins).and_then(|begins| self.zone.even_local(begins)) == Some(edge) {
                return Some(begins);
            }
            let first = self.openings(day).map(|(from, _)| from).filter(|from| *from > now).min();
            if let Some(first) = first.filter(|first| found.is_none_or(|(from, _)| *first < from)) {
                found = Some((first, found.map_or(day, |(_, found_on)| found_on)));
            }
        }
        found.map(|(from, _)| from)
    }

    /// The openings `[from, to)`, in microseconds, that begin on a day. Those that the clocks skip are left out.
    fn openings(&self, day: i64) -> impl Iterator<Item = (i64, i64)> {
        let hours = self.hours_on(day);
        let hours = if hours.is_empty() || self.zone.skips(day) { &[] } else { hours };
        let instant = move |minute: u16| self.zone.instant(day * DAY + i64::from(minute) * MINUTE);
        hours.iter().map(move |hours| (instant(hours.from), instant(hours.to))).filter(|(from, to)| from < to)
    }

    /// The end of hours moved over the whole days that follow without a look at the clocks, in microseconds.
    fn past_whole_days(&self, end: Timestamp) -> i64 {
        let local = self.zone.local(end);
        if local.rem_euclid(DAY) != 0 || self.zone.instant(local) != end.as_micros() {
            return end.as_micros();
        }
        let is_whole = |day: i64| self.hours_on(day).first().is_some_and(|hours| hours.from == 0 && hours.to >= hours::DAY);
        let first = local.div_euclid(DAY);
        let next = (first..=first + DAYS_AHEAD).find(|day| !is_whole(*day)).unwrap_or(first + DAYS_AHEAD + 1);
        self.zone.instant(next * DAY)
    }
}

/// A time in microseconds, if it is one and lies at most so far ahead.
fn within_reach(micros: i64, at: Timestamp) -> Option<Timestamp> {
    Timestamp::from_micros(micros).filter(|_| micros - at.as_micros() <= DAYS_AHEAD * DAY)
}
