//! Between points in time and what clocks and calendars in a zone show.
//!
//! The library's timestamps end a day before the language's do, so offsets are taken at the nearest timestamp that it has, and the arithmetic is ours.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

pub(crate) use crate::value::micros_shown;
use crate::value::{Timestamp, at_offset};

pub(crate) const SECOND: i64 = 1_000_000;

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// The library's timestamp, or the nearest that it has.
pub(super) fn nearest(at: Timestamp) -> jiff::Timestamp {
    let bound = if at < Timestamp::EPOCH { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(bound)
}

/// How far clocks in the zone are ahead of UTC at a time.
pub(crate) fn offset_at(at: Timestamp, zone: &TimeZone) -> Offset {
    zone.to_offset(nearest(at))
}

/// What a clock shows that is so far ahead of UTC; `None` outside the years 1 to 9999.
pub(super) fn clock(at: Timestamp, offset: Offset) -> Option<DateTime> {
    shown(at.as_micros().checked_add(micros(offset))?)
}

/// The clock reading so many microseconds after 1970-01-01T00:00 on the same clock; `None` outside the years 1 to 9999.
pub(crate) fn shown(micros: i64) -> Option<DateTime> {
    let shown = EPOCH.checked_add(SignedDuration::from_micros(micros)).ok()?;
    (1..=9999).contains(&shown.year()).then_some(shown)
}

/// The time at which clocks in the zone show this. A reading in a gap moves forward by the gap's length; one that occurs twice is the earlier.
pub(crate) fn at_zone(clock: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let offset = match zone.to_ambiguous_timestamp(clock).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        // The offset before a gap carries a reading inside it over the gap; the offset before a fold is that of the earlier occurrence.
        AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
    };
    at_offset(clock, offset.seconds())
}

/// Microseconds that clocks at an offset are ahead of UTC.
pub(crate) fn micros(offset: Offset) -> i64 {
    i64::from(offset.seconds()) * SECOND
}
