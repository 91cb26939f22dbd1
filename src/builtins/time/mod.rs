//! Times and calendars.
//!
//! A time is a Number of seconds; inside, a `Timestamp`. Zones come from the bundled database alone, so that a rule means the same everywhere.

mod add;
mod calendars;
pub(crate) mod civil;
mod format;
mod parse;
#[cfg(test)]
mod tests;
mod zone;

use jiff::tz::TimeZone;

use super::{Args, Builtin, Family, Gives, Param, Role, Run};
use crate::value::EvalErrorKind::{self, InvalidArgument};
use crate::value::{ErrorKinds, Kinds};

pub(super) use add::ADD_DATE;
pub(super) use calendars::{CLOSES_AT, OPEN, OPENS_AT};
pub(super) use format::FORMAT_TIME;
pub use format::rfc3339;
pub(super) use parse::PARSE_TIME;
pub use zone::find_zone;
#[cfg(feature = "handoff")]
pub(crate) use zone::is_utc;

pub(super) const TIME: Builtin = Builtin {
    name: "TIME",
    params: &[],
    variadic: false,
    result: Kinds::NUMBER,
    errors: ErrorKinds::NONE,
    folds: false,
    gives: Gives::Kinds,
    family: Family::Time,
    doc: "The time of the decision, in seconds since 1970-01-01T00:00:00Z.",
    notes: &[
        "An Integer when whole, else a Float with microseconds.",
        "The same throughout one evaluation; given by the caller, never read from a clock inside a rule.",
    ],
    example: ("$TIME() - $TIME()", "0"),
    run: Run::Now,
};

/// The parameter that takes a zone.
const ZONE: Param = Param::optional("zone", Kinds::TEXT).used_as(Role::Zone);

const ZONES_NOTE: &str = "Zones are IANA names in any letter case, and fixed offsets `+hh:mm`, `+hhmm`, `+hh`, `Z`; UTC by default.";

const RANGE_NOTE: &str = "Times reach from the year 1 to the year 9999; beyond is `invalid_argument`.";

/// The zone that a call names, UTC if it names none.
fn zone_of(args: &Args<'_>, at: usize) -> Result<TimeZone, EvalErrorKind> {
    match args.optional_text(at)? {
        None => Ok(TimeZone::UTC),
        Some(name) => find_zone(name).ok_or(InvalidArgument),
    }
}
