//! The zone of a calendar: from clocks to points in time and back.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::mistake::{Mistake, quoted};
use crate::Timestamp;
use crate::builtins::{civil, find_zone, is_utc};

/// Microseconds of a minute.
pub(super) const MINUTE: i64 = 60 * civil::SECOND;
/// Microseconds of a day of 24 hours.
pub(super) const DAY: i64 = 24 * 60 * MINUTE;

/// A time zone and its name.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    zone: TimeZone,
    name: String,
}

impl Zone {
    pub(super) fn find(name: &str) -> Result<Zone, Mistake> {
        let zone = find_zone(name).ok_or_else(|| unknown(name))?;
        let name = match zone.iana_name() {
            _ if is_utc(&zone) => "UTC".to_owned(),
            Some(name) => name.to_owned(),
            None => {
                let minutes = civil::micros(civil::offset_at(Timestamp::EPOCH, &zone)) / MINUTE;
                format!("{}{:02}:{:02}", if minutes < 0 { '-' } else { '+' }, minutes.abs() / 60, minutes.abs() % 60)
            }
        };
        Ok(Zone { zone, name })
    }

    /// The name in the database's spelling, an offset, or `UTC`.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What clocks show at a time, in microseconds after 1970-01-01T00:00.
    pub(super) fn local(&self, at: Timestamp) -> i64 {
        at.as_micros() + self.offset(at)
    }

    /// What clocks show at a time, if they go evenly in the days around it: an edge that they show within two days lies as far from the time as from the
    /// reading, and one further off lies on the same side of both.
    pub(super) fn even_local(&self, at: Timestamp) -> Option<i64> {
        // INVARIANT (clocks seldom change): no zone changes its clocks twice within this span and back to where they were, so three equal offsets mean that all
        // between are equal. Offsets differ by at most 26 hours: clocks cannot show those readings at a time outside the span, neither skip them nor show them twice.
        const AROUND: i64 = 3 * DAY;
        let offset = self.offset(at);
        let even = [-AROUND, AROUND].into_iter().all(|days| self.offset(clamped(at.as_micros() + days)) == offset);
        even.then_some(at.as_micros() + offset)
    }

    /// The time, in microseconds, at which clocks show so many microseconds after 1970-01-01T00:00: moved forward over a gap, the earlier of two.
    pub(super) fn instant(&self, local: i64) -> i64 {
        let time = civil::shown(local).and_then(|clock| civil::at_zone(clock, &self.zone));
        // The range of times ends where no zone changes its clocks.
        time.map_or_else(|| local - self.offset(clamped(local)), Timestamp::as_micros)
    }

    /// Whether clocks never show a day, counted from 1970-01-01.
    pub(super) fn skips(&self, day: i64) -> bool {
        let midnight = self.instant(day * DAY);
        (midnight + self.offset(clamped(midnight))).div_euclid(DAY) != day
    }

    fn offset(&self, at: Timestamp) -> i64 {
        civil::micros(civil::offset_at(at, &self.zone))
    }
}

/// The nearest time to so many microseconds after the epoch.
fn clamped(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap_or(if micros < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

fn unknown(name: &str) -> Mistake {
    let message = format!("there is no time zone {}", quoted(name));
    // Comparing costs the product of the lengths, and no zone has a longer name.
    let nearest = if name.len() <= 64 { nearest(name) } else { None };
    let help = nearest.map_or_else(
        || "use an IANA name such as `Europe/Berlin`, or a fixed offset such as `+02:00`".to_owned(),
        |nearest| format!("did you mean `{nearest}`?"),
    );
    Mistake::new(message, help)
}

/// The zone whose name, or the place in it, is spelled most like a word.
fn nearest(word: &str) -> Option<String> {
    let word = word.trim().to_lowercase().replace(' ', "_");
    let database = TimeZoneDatabase::bundled();
    let scored = database.available().filter(|name| find_zone(name.as_str()).is_some()).map(|name| {
        let lower = name.as_str().to_lowercase();
        let place = lower.rsplit('/').next().unwrap_or(&lower);
        (strsim::osa_distance(&word, &lower).min(strsim::osa_distance(&word, place)), name.as_str().to_owned())
    });
    let (distance, name) = scored.min()?;
    (distance <= word.chars().count() / 4).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        Zone::find(name).unwrap()
    }

    #[test]
    fn zones_have_the_name_of_the_database() {
        assert_eq!(zone("europe/BERLIN").name(), "Europe/Berlin");
        assert_eq!([zone("Z").name(), zone("zulu").name(), zone("+00:00").name(), zone("Etc/UTC").name()], ["UTC"; 4]);
        assert_eq!([zone("+02").name(), zone("-0330").name()], ["+02:00", "-03:30"]);
    }

    #[test]
    fn an_unknown_zone_gets_the_nearest_name() {
        let help = |name: &str| Zone::find(name).unwrap_err().help.unwrap();
        assert_eq!(help("Europe/Berln"), "did you mean `Europe/Berlin`?");
        assert_eq!(help("Berlin"), "did you mean `Europe/Berlin`?");
        assert_eq!(help("new york"), "did you mean `America/New_York`?");
        assert_eq!(help("Middle-earth"), "use an IANA name such as `Europe/Berlin`, or a fixed offset such as `+02:00`");
        assert_eq!(help(""), "use an IANA name such as `Europe/Berlin`, or a fixed offset such as `+02:00`");
        assert_eq!(Zone::find("Berlin").unwrap_err().message, "there is no time zone `Berlin`");
    }

    #[test]
    fn a_day_is_skipped_where_the_date_line_moved() {
        let day = |date: &str| date.parse::<jiff::civil::Date>().unwrap().duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24;
        let apia = zone("Pacific/Apia");
        assert!(apia.skips(day("2011-12-30")));
        assert!(!apia.skips(day("2011-12-29")) && !apia.skips(day("2011-12-31")));
        assert!(!zone("America/Santiago").skips(day("2026-09-06")), "clocks skip its midnight alone");
    }

    #[test]
    fn no_zone_changes_its_clocks_twice_within_a_few_days() {
        const SPAN: i64 = 6 * 86_400;
        let database = TimeZoneDatabase::bundled();
        let mut seen = 0;
        for name in database.available() {
            let Some(zone) = find_zone(name.as_str()) else { continue };
            let end = jiff::civil::date(2500, 1, 1).at(0, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap().timestamp();
            let mut before = (jiff::Timestamp::MIN.as_second(), zone.to_offset(jiff::Timestamp::MIN));
            for change in zone.following(jiff::Timestamp::MIN).take_while(|change| change.timestamp() < end) {
                // A change of the abbreviation alone is none.
                if change.offset() != before.1 {
                    assert!(change.timestamp().as_second() - before.0 > SPAN, "{} at {}", name.as_str(), change.timestamp());
                    before = (change.timestamp().as_second(), change.offset());
                    seen += 1;
                }
            }
        }
        assert!(seen > 10_000, "{seen}");
    }
}
