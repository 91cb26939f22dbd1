//! The calendars of a rule set, by name.

use indexmap::IndexMap;

use super::Calendar;
use crate::Timestamp;
use crate::builtins::{Calendars, UnknownCalendar};

/// Named calendars, in order of declaration.
#[derive(Clone, Debug, Default)]
pub struct CalendarSet {
    calendars: IndexMap<String, Calendar>,
}

impl CalendarSet {
    /// No calendars.
    #[must_use]
    pub fn new() -> CalendarSet {
        CalendarSet::default()
    }

    /// Adds a calendar. One that had the name before is replaced, keeps its place in the order, and is given back.
    pub fn insert(&mut self, name: impl Into<String>, calendar: Calendar) -> Option<Calendar> {
        self.calendars.insert(name.into(), calendar)
    }

    /// The calendar of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Calendar> {
        self.calendars.get(name)
    }

    /// Names and calendars, in order of declaration.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Calendar)> {
        self.calendars.iter().map(|(name, calendar)| (name.as_str(), calendar))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.calendars.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calendars.is_empty()
    }

    fn find(&self, name: &str) -> Result<&Calendar, UnknownCalendar> {
        self.get(name).ok_or(UnknownCalendar)
    }
}

impl Calendars for CalendarSet {
    fn is_declared(&self, calendar: &str) -> bool {
        self.calendars.contains_key(calendar)
    }

    fn is_open(&self, calendar: &str, at: Timestamp) -> Result<bool, UnknownCalendar> {
        Ok(self.find(calendar)?.is_open(at))
    }

    fn opens_at(&self, calendar: &str, at: Timestamp) -> Result<Option<Timestamp>, UnknownCalendar> {
        Ok(self.find(calendar)?.opens_at(at))
    }

    fn closes_at(&self, calendar: &str, at: Timestamp) -> Result<Option<Timestamp>, UnknownCalendar> {
        Ok(self.find(calendar)?.closes_at(at))
    }
}
