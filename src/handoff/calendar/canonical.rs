//! What a calendar means, as JSON.

use serde_json::{Map, Value, json};

use super::{Calendar, Dates, Hours, days};

impl Calendar {
    /// What it means, the same for every spelling of it: the zone's name, the hours of each day of the week, holidays and overrides by date. Hours are sorted
    /// and joined texts such as `08:00-18:00`.
    #[must_use]
    pub fn canonical(&self) -> Value {
        let hours = days::NAMES.iter().zip(&self.week).map(|(name, hours)| ((*name).to_owned(), spelled(hours))).collect::<Map<String, Value>>();
        json!({
            "timezone": self.zone_name(),
            "hours": hours,
            "holidays": by_date(&self.holidays, |name| Value::from(name.as_str())),
            "overrides": by_date(&self.overrides, |hours| spelled(hours)),
        })
    }
}

fn spelled(hours: &[Hours]) -> Value {
    hours.iter().map(ToString::to_string).collect()
}

fn by_date<T>(dates: &Dates<T>, value: impl Fn(&T) -> Value) -> Map<String, Value> {
    let mut entries: Vec<_> = dates.entries().iter().collect();
    entries.sort_by_key(|(key, _)| *key);
    entries.into_iter().map(|(key, held)| (key.to_string(), value(held))).collect()
}
