//! `$FORMAT_TIME`.

use std::fmt::Write;

use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::{Offset, TimeZone};

use super::super::charged::{Charged, refused};
use super::super::{Args, Builtin, Env, Family, Gives, Param, Run};
use super::zone::is_utc;
use super::{RANGE_NOTE, ZONE, ZONES_NOTE, civil, zone_of};
use crate::value::EvalErrorKind::{self, BudgetExceeded, InvalidArgument};
use crate::value::{ErrorKinds, Kinds, Timestamp, Value};

pub(in super::super) const FORMAT_TIME: Builtin = Builtin {
    name: "FORMAT_TIME",
    params: &[Param::required("time", Kinds::NUMBER), Param::optional("format", Kinds::TEXT), ZONE],
    variadic: false,
    result: Kinds::TEXT,
    errors: ErrorKinds::of(&[InvalidArgument]),
    folds: true,
    gives: Gives::Kinds,
    family: Family::Time,
    doc: "The time as text, in a zone.",
    notes: &[
        "Without a format: RFC 3339, with `Z` only where the zone is UTC, and a fraction of at most microseconds only where there is one.",
        "With a format: the strftime codes of the `jiff` library, such as `%d.%m.%Y %H:%M`, `%A`, `%j`, `%G-W%V`, `%Z`; an unknown code is `invalid_argument`.",
        "RFC 3339 has no seconds in offsets: where clocks had them, before standard time, the text has the offset in whole minutes and the clock that goes with it.",
        ZONES_NOTE,
        RANGE_NOTE,
    ],
    example: ("$FORMAT_TIME(1767609045, \"%d.%m.%Y %H:%M\", \"Europe/Berlin\")", "\"05.01.2026 11:30\""),
    run: Run::Scalar(format_time),
};

fn format_time(args: &Args<'_>, env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    let at = Timestamp::from_number(args.number(0)?)?;
    let format = args.optional_text(1)?;
    let zone = zone_of(args, 2)?;
    let offset = civil::offset_at(at, &zone);
    let mut out = Charged::new(env.budget);
    match format {
        None => {
            let minutes = Offset::from_seconds(offset.seconds() / 60 * 60).map_err(|_| InvalidArgument)?;
            let clock = civil::clock(at, minutes).ok_or(InvalidArgument)?;
            write_rfc3339(clock, (!is_utc(&zone)).then_some(minutes), &mut out).map_err(refused)?;
        }
        Some(format) => {
            let clock = civil::clock(at, offset).ok_or(InvalidArgument)?;
            strftime(at, clock, &zone, format, &mut out)?;
        }
    }
    Ok(out.finish())
}

/// The time as RFC 3339 shows it in UTC, with a fraction only where there is one.
#[must_use]
pub fn rfc3339(at: Timestamp) -> String {
    let mut text = String::with_capacity("1970-01-01T00:00:00.000000Z".len());
    if let Some(clock) = civil::clock(at, Offset::UTC) {
        // Writing to a text cannot fail.
        let _ = write_rfc3339(clock, None, &mut text);
    }
    text
}

/// A number with leading zeros.
fn write_digits(number: u16, digits: u32, out: &mut impl Write) -> std::fmt::Result {
    (0..digits).rev().filter_map(|place| char::from_digit(u32::from(number) / 10_u32.pow(place) % 10, 10)).try_for_each(|digit| out.write_char(digit))
}

/// The clock and its offset, `Z` for none. Years are 1 to 9999.
fn write_rfc3339(clock: DateTime, offset: Option<Offset>, out: &mut impl Write) -> std::fmt::Result {
    // Every decision has its time as text: digits one by one cost a tenth of what formatting does.
    let parts = [clock.month(), clock.day(), clock.hour(), clock.minute(), clock.second()];
    write_digits(clock.year().unsigned_abs(), 4, out)?;
    for (before, part) in ['-', '-', 'T', ':', ':'].into_iter().zip(parts) {
        out.write_char(before)?;
        write_digits(part.unsigned_abs().into(), 2, out)?;
    }
    let (mut fraction, mut digits) = (clock.subsec_nanosecond() / 1_000, 6);
    if fraction != 0 {
        while fraction % 10 == 0 {
            fraction /= 10;
            digits -= 1;
        }
        write!(out, ".{fraction:0digits$}")?;
    }
    match offset {
        None => out.write_char('Z'),
        Some(offset) => {
            let minutes = offset.seconds().unsigned_abs() / 60;
            write!(out, "{}{:02}:{:02}", if offset.is_negative() { '-' } else { '+' }, minutes / 60, minutes % 60)
        }
    }
}

fn strftime(at: Timestamp, clock: DateTime, zone: &TimeZone, format: &str, out: &mut Charged<'_>) -> Result<(), EvalErrorKind> {
    if let Ok(known) = jiff::Timestamp::from_microsecond(at.as_micros()) {
        return put(&BrokenDownTime::from(&known.to_zoned(zone.clone())), format, out);
    }
    // The library has no timestamps on the last day of the year 9999, which directories use for "never", and without one it cannot give `%s` and `%Z`.
    let info = zone.to_offset_info(civil::nearest(at));
    let mut parts = BrokenDownTime::from(clock);
    parts.set_offset(Some(info.offset()));
    parts.set_iana_time_zone(zone.iana_name().map(str::to_owned));
    let mut written = 0;
    for (start, end, code) in codes(format) {
        if matches!(code, b's' | b'Z') {
            put(&parts, format.get(written..start).unwrap_or(""), out)?;
            written = end;
        }
        match code {
            b's' => write!(out, "{}", at.as_micros().div_euclid(civil::SECOND)).map_err(refused)?,
            b'Z' => out.push(info.abbreviation())?,
            _ => {}
        }
    }
    put(&parts, format.get(written..).unwrap_or(""), out)
}

/// Where the codes of a format start and end, and their letters. Flags and widths stand between the `%` and the letter.
fn codes(format: &str) -> impl Iterator<Item = (usize, usize, u8)> {
    let bytes = format.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes.get(at..)?.iter().position(|byte| *byte == b'%')?;
        let modifiers = bytes.get(start + 1..)?.iter().take_while(|byte| matches!(byte, b'_' | b'-' | b'^' | b'#' | b':' | b'0'..=b'9')).count();
        let letter = start + 1 + modifiers;
        at = letter + 1;
        Some((start, at, *bytes.get(letter)?))
    })
}

/// Formats the parts; what is written is charged piece by piece.
fn put(parts: &BrokenDownTime, format: &str, out: &mut Charged<'_>) -> Result<(), EvalErrorKind> {
    let mut sink = Sink { out, refused: false };
    let result = parts.format(format, &mut sink);
    if sink.refused {
        return Err(BudgetExceeded);
    }
    result.map_err(|_| InvalidArgument)
}

/// The library's kind of sink, which remembers whether it was the budget that refused.
struct Sink<'o, 'b> {
    out: &'o mut Charged<'b>,
    refused: bool,
}

impl jiff::fmt::Write for Sink<'_, '_> {
    fn write_str(&mut self, part: &str) -> Result<(), jiff::Error> {
        self.out.push(part).map_err(|kind| {
            self.refused = true;
            jiff::Error::from_args(format_args!("{kind}"))
        })
    }
}
