//! `$PARSE_TIME`.

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::{Offset, TimeZone};

use super::super::{Args, Builtin, Env, Family, Gives, Param, Run};
use super::zone::{find_zone, offset, two_digits};
use super::{RANGE_NOTE, ZONE, ZONES_NOTE, civil, zone_of};
use crate::value::EvalErrorKind::{self, InvalidArgument};
use crate::value::{ErrorKinds, Kinds, Timestamp, Value};

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

/// Reads the default form, and nothing like it: an automatic conversion that guesses would turn a typing error into a time.
fn parse_default(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let (date, rest) = date(text)?;
    if rest.is_empty() {
        return civil::at_zone(date.to_datetime(Time::midnight()), zone);
    }
    let (time, rest) = time(rest.strip_prefix(['T', 't', ' '])?)?;
    let clock = date.to_datetime(time);
    if rest.is_empty() {
        return civil::at_zone(clock, zone);
    }
    let (seconds, rest) = offset(rest)?;
    if !rest.is_empty() {
        return None;
    }
    civil::at_offset(clock, Offset::from_seconds(seconds).ok()?)
}

/// `YYYY-MM-DD`, and what follows it.
fn date(text: &str) -> Option<(Date, &str)> {
    let (century, rest) = two_digits(text, 99)?;
    let (year, rest) = two_digits(rest, 99)?;
    let (month, rest) = two_digits(rest.strip_prefix('-')?, 12)?;
    let (day, rest) = two_digits(rest.strip_prefix('-')?, 31)?;
    let date = Date::new(i16::try_from(century * 100 + year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Some((date, rest))
}

/// `hh:mm[:ss[.fraction]]`, and what follows it.
fn time(text: &str) -> Option<(Time, &str)> {
    let (hour, rest) = two_digits(text, 23)?;
    let (minute, rest) = two_digits(rest.strip_prefix(':')?, 59)?;
    let Some(seconds) = rest.strip_prefix(':') else {
        return Some((clock(hour, minute, 0, 0)?, rest));
    };
    let (second, rest) = two_digits(seconds, 60)?;
    let Some(fraction) = rest.strip_prefix('.') else {
        return Some((clock(hour, minute, second.min(59), 0)?, rest));
    };
    let after = fraction.trim_start_matches(|character: char| character.is_ascii_digit());
    let digits = fraction.get(..fraction.len() - after.len())?;
    if digits.is_empty() || second == 60 {
        return None;
    }
    let micros = digits.bytes().chain(std::iter::repeat(b'0')).take(6).fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'));
    Some((clock(hour, minute, second, micros * 1_000)?, after))
}

fn clock(hour: i32, minute: i32, second: i32, nanos: i32) -> Option<Time> {
    let part = |number: i32| i8::try_from(number).ok();
    Time::new(part(hour)?, part(minute)?, part(second)?, nanos).ok()
}

fn parse_format(text: &str, format: &str, zone: &TimeZone) -> Option<Timestamp> {
    let parts = BrokenDownTime::parse(format, text).ok()?;
    // `%s` is a point in time by itself.
    if let Some(seconds) = parts.timestamp() {
        return with_fraction(seconds, parts.subsec_nanosecond().unwrap_or(0));
    }
    let clock: DateTime = parts.to_datetime().ok()?;
    match (parts.offset(), parts.iana_time_zone()) {
        (Some(offset), _) => civil::at_offset(clock, offset),
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
