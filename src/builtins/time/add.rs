//! `$ADD_DATE`.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::super::{Args, Builtin, Env, Family, Gives, Param, Run};
use super::civil::{self, SECOND};
use super::{RANGE_NOTE, ZONE, ZONES_NOTE, zone_of};
use crate::value::EvalErrorKind::{self, InvalidArgument};
use crate::value::{ErrorKinds, Kinds, Timestamp, Value, access};

pub(in super::super) const ADD_DATE: Builtin = Builtin {
    name: "ADD_DATE",
    params: &[Param::required("time", Kinds::NUMBER), Param::required("amount", Kinds::NUMBER), Param::required("unit", Kinds::TEXT), ZONE],
    variadic: false,
    result: Kinds::NUMBER,
    errors: ErrorKinds::of(&[InvalidArgument]),
    folds: true,
    gives: Gives::Kinds,
    family: Family::Time,
    doc: "The time so many seconds, minutes, hours, days, weeks, months or years later.",
    notes: &[
        "Units in singular or plural and any letter case. The amount is a whole number; a negative one goes back.",
        "Up to hours it is elapsed time; from days on the calendar in the zone: the clock stays, and a day that a month does not have becomes its last.",
        "A local time that the clocks skip moves forward by what they skip; one that occurs twice is the earlier. Adding zero changes nothing.",
        ZONES_NOTE,
        RANGE_NOTE,
    ],
    example: ("$FORMAT_TIME($ADD_DATE($PARSE_TIME(\"2026-01-31\"), 1, \"month\"), \"%F\")", "\"2026-02-28\""),
    run: Run::Scalar(add_date),
};

/// What one unit is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Unit {
    /// So many microseconds of elapsed time.
    Elapsed(i64),
    /// So many days of the calendar.
    Days(i64),
    /// So many months of the calendar.
    Months(i64),
}

fn add_date(args: &Args<'_>, _env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    let from = args.number(0)?;
    let at = Timestamp::from_number(from)?;
    let amount = access::whole(args.get(1).unwrap_or(&Value::Null))?;
    let unit = unit(args.text(2)?).ok_or(InvalidArgument)?;
    let zone = zone_of(args, 3)?;
    if amount == 0 {
        return Ok(from.into());
    }
    let later = match unit {
        Unit::Elapsed(micros) => amount.checked_mul(micros).and_then(|micros| at.as_micros().checked_add(micros)).and_then(Timestamp::from_micros),
        Unit::Days(days) => amount.checked_mul(days).and_then(|days| on_calendar(at, &zone, |clock| plus_days(clock, days))),
        Unit::Months(months) => amount.checked_mul(months).and_then(|months| on_calendar(at, &zone, |clock| plus_months(clock, months))),
    };
    later.map(|later| later.to_number().into()).ok_or(InvalidArgument)
}

fn unit(name: &str) -> Option<Unit> {
    const UNITS: [(&str, Unit); 7] = [
        ("second", Unit::Elapsed(SECOND)),
        ("minute", Unit::Elapsed(60 * SECOND)),
        ("hour", Unit::Elapsed(3600 * SECOND)),
        ("day", Unit::Days(1)),
        ("week", Unit::Days(7)),
        ("month", Unit::Months(1)),
        ("year", Unit::Months(12)),
    ];
    let singular = name.strip_suffix(['s', 'S']).unwrap_or(name);
    UNITS.into_iter().find(|(unit, _)| unit.eq_ignore_ascii_case(singular)).map(|(_, unit)| unit)
}

/// Moves what clocks in the zone show.
fn on_calendar(at: Timestamp, zone: &TimeZone, step: impl Fn(DateTime) -> Option<DateTime>) -> Option<Timestamp> {
    let clock = civil::clock(at, civil::offset_at(at, zone))?;
    civil::at_zone(step(clock)?, zone)
}

fn plus_days(clock: DateTime, days: i64) -> Option<DateTime> {
    civil::shown(civil::micros_shown(clock)?.checked_add(days.checked_mul(86_400 * SECOND)?)?)
}

fn plus_months(clock: DateTime, months: i64) -> Option<DateTime> {
    let month = (i64::from(clock.year()) * 12 + i64::from(clock.month()) - 1).checked_add(months)?;
    let year = i16::try_from(month.div_euclid(12)).ok().filter(|year| (1..=9999).contains(year))?;
    let first = Date::new(year, i8::try_from(month.rem_euclid(12) + 1).ok()?, 1).ok()?;
    let date = Date::new(year, first.month(), clock.day().min(first.days_in_month())).ok()?;
    Some(date.to_datetime(clock.time()))
}
