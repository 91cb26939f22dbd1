//! Opening hours: the interface that rule sets fill.

use std::fmt;

use crate::value::Timestamp;

/// No calendar of that name is declared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownCalendar;

/// Named calendars, as `$OPEN`, `$OPENS_AT` and `$CLOSES_AT` ask for them.
pub trait Calendars: Send + Sync + fmt::Debug {
    /// Whether a calendar of that name is declared.
    fn is_declared(&self, calendar: &str) -> bool;

    /// Whether the calendar is open at a time.
    ///
    /// # Errors
    /// The calendar is not declared.
    fn is_open(&self, calendar: &str, at: Timestamp) -> Result<bool, UnknownCalendar>;

    /// When the calendar next opens: `at` itself if it is open; nothing within 400 days is `None`.
    ///
    /// # Errors
    /// The calendar is not declared.
    fn opens_at(&self, calendar: &str, at: Timestamp) -> Result<Option<Timestamp>, UnknownCalendar>;

    /// When the calendar next goes from open to closed; nothing within 400 days is `None`.
    ///
    /// # Errors
    /// The calendar is not declared.
    fn closes_at(&self, calendar: &str, at: Timestamp) -> Result<Option<Timestamp>, UnknownCalendar>;
}

/// No calendar is declared.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCalendars;

impl Calendars for NoCalendars {
    fn is_declared(&self, _calendar: &str) -> bool {
        false
    }

    fn is_open(&self, _calendar: &str, _at: Timestamp) -> Result<bool, UnknownCalendar> {
        Err(UnknownCalendar)
    }

    fn opens_at(&self, _calendar: &str, _at: Timestamp) -> Result<Option<Timestamp>, UnknownCalendar> {
        Err(UnknownCalendar)
    }

    fn closes_at(&self, _calendar: &str, _at: Timestamp) -> Result<Option<Timestamp>, UnknownCalendar> {
        Err(UnknownCalendar)
    }
}
