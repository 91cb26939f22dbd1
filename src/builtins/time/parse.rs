//! `$PARSE_TIME`.

use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;

use super::super::{Args, Builtin, Env, Family, Gives, Param, Run};
use super::zone::find_zone;
use super::{RANGE_NOTE, ZONE, ZONES_NOTE, civil, zone_of};
use crate::value::EvalErrorKind::{self, InvalidArgument};
use crate::value::{ErrorKinds, Kinds, Timestamp, Value, at_offset, read_clock};

pub(in super::super) const PARSE_TIME: Builtin = Builtin {
    name: "PARSE_TIME",
    params: &[Param::required("text", Kinds::TEXT), Param::optional("format", Kinds::TEXT), ZONE],
    variadic: false,
    result: Kinds::NUMBER,
    errors: ErrorKinds::of(&[InvalidArgument]),
    folds: true,
    gives: Gives::Kinds,
    family: Family::Time,
    doc: "The time that a text says.",
    notes: &[
        "Without a format: `YYYY-MM-DD`, or that, then `T`, `t` or a space, then `hh:mm`, optionally `:ss` and a fraction, optionally `Z`, `z`, `+hh:mm`, `+hhmm` or `+hh`.",
        "With a format: strftime codes such as `%d.%m.%Y %H:%M`; text left over is `invalid_argument`. Without a time of day it is midnight.",
        "An offset in the text wins, then the zone, then UTC. A local time that the clocks skip moves forward by what they skip; one that occurs twice is the earlier.",
        "Digits beyond microseconds are cut; `:60`, without a fraction, is `:59`.",
        ZONES_NOTE,
        RANGE_NOTE,
    ],
    example: ("$PARSE_TIME(\"2026-01-05T10:30:45+02:00\")", "1767601845"),
    run: Run::Scalar(parse_time),
};

fn parse_time(args: &Args<'_>, _env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    let (text, zone) = (args.text(0)?, zone_of(args, 2)?);
    let time = match args.optional_text(1)? {
        None => parse_default(text, &zone),
        Some(format) => parse_format(text, format, &zone),
    };
    time.map(|time| time.to_number().into()).ok_or(InvalidArgument)
}

fn parse_default(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    match read_clock(text)? {
        (clock, Some(offset)) => at_offset(clock, offset),
        (clock, None) => civil::at_zone(clock, zone),
    }
}

fn parse_format(text: &str, format: &str, zone: &TimeZone) -> Option<Timestamp> {
    let parts = BrokenDownTime::parse(format, text).ok()?;
    // `%s` is a point in time by itself.
    if let Some(seconds) = parts.timestamp() {
        return with_fraction(seconds, parts.subsec_nanosecond().unwrap_or(0));
    }
    let clock: DateTime = parts.to_datetime().ok()?;
    match (parts.offset(), parts.iana_time_zone()) {
        (Some(offset), _) => at_offset(clock, offset.seconds()),
        (None, Some(name)) => civil::at_zone(clock, &find_zone(name)?),
        (None, None) => civil::at_zone(clock, zone),
    }
}

/// Whole seconds and a fraction, whose digits carry the sign of the seconds.
fn with_fraction(seconds: jiff::Timestamp, nanos: i32) -> Option<Timestamp> {
    let fraction = i64::from(nanos / 1_000);
    let micros = seconds.as_microsecond();
    Timestamp::from_micros(if micros < 0 { micros.checked_sub(fraction)? } else { micros.checked_add(fraction)? })
}
