//! The clock, and times as they are written.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::value::Timestamp;

/// The time by the clock.
pub(super) fn now() -> Timestamp {
    of(SystemTime::now())
}

/// A time of the system as a time of decisions.
pub(super) fn of(time: SystemTime) -> Timestamp {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_micros()).ok().and_then(Timestamp::from_micros).unwrap_or(Timestamp::MAX)
}

/// RFC 3339, in UTC.
pub(super) fn rfc_3339(time: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(time.as_micros()).unwrap_or(jiff::Timestamp::MAX).to_string()
}

/// For names of files: the order of the texts is that of the times.
pub(super) fn sortable(time: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(time.as_micros()).unwrap_or(jiff::Timestamp::MAX).strftime("%Y%m%dT%H%M%S.%6fZ").to_string()
}
