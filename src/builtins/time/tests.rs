use jiff::civil::date;

use super::*;
use crate::builtins::tests::{call, float, measured, said, text};
use crate::value::{Timestamp, Value};

fn parse(args: &[&str]) -> Result<String, EvalErrorKind> {
    let args: Vec<Value> = args.iter().map(|arg| if *arg == "-" { Value::Null } else { text(arg) }).collect();
    call("PARSE_TIME", &args).map(|value| value.to_string())
}

fn format(at: Value, args: &[&str]) -> Result<String, EvalErrorKind> {
    let args: Vec<Value> = std::iter::once(at).chain(args.iter().map(|arg| if *arg == "-" { Value::Null } else { text(arg) })).collect();
    call("FORMAT_TIME", &args).map(said)
}

fn add(at: i64, amount: i64, unit: &str, zone: &str) -> Result<Value, EvalErrorKind> {
    call("ADD_DATE", &[Value::Integer(at), Value::Integer(amount), text(unit), text(zone)])
}

#[test]
fn the_default_form_is_read_and_nothing_else() {
    for (from, to) in [
        ("2026-01-05", "1767571200"),
        ("2026-01-05T10:30", "1767609000"),
        ("2026-01-05 10:30:45", "1767609045"),
        ("2026-01-05t10:30:45z", "1767609045"),
        ("2026-01-05T10:30:45+0200", "1767601845"),
        ("2026-01-05T10:30:45+02", "1767601845"),
        ("2026-01-05T10:30-03:30", "1767621600"),
        ("2026-01-05T10:30:45-00:00", "1767609045"),
        ("2026-01-05 10:30:45.500", "1767609045.5"),
        ("2026-01-05T10:30:45.000000999Z", "1767609045"),
        ("2026-01-05T10:30:45.1234567890123456789Z", "1767609045.123456"),
        ("1969-12-31T23:59:59.9999999Z", "-0.000001"),
        ("2026-01-05T10:30:60", "1767609059"),
        ("2026-01-05T10:30:60Z", "1767609059"),
        ("0001-01-01", "-62135596800"),
        ("0000-12-31T23:00-05:00", "-62135582400"),
        ("9999-12-31T23:59:59Z", "253402300799"),
    ] {
        assert_eq!(parse(&[from]).as_deref(), Ok(to), "{from}");
    }
    let refused = [
        "",
        "2026",
        "2026-01",
        "20260105",
        "2026-W02-1",
        "2026-005",
        "2026-1-5",
        "26-01-05",
        "+2026-01-05",
        "12026-01-05",
        "2026-01-05 ",
        " 2026-01-05",
        "2026-01-05\n",
        "2026-01-05T",
        "2026-01-05T10",
        "2026-01-05T1030",
        "2026-01-05T10:3",
        "2026-01-05T10:60",
        "2026-01-05T24:00",
        "2026-01-05T24:00:00Z",
        "2026-01-05T10:30:61",
        "2026-01-05T10:30:60.5",
        "2026-01-05T10:30:60.0",
        "2026-01-05T10:30:45.",
        "2026-01-05T10:30:45.Z",
        "2026-01-05T10:30:45,5Z",
        "2026-01-05T10:30.5",
        "2026-01-05T10:30:45 +02:00",
        "2026-01-05T10:30:45+2",
        "2026-01-05T10:30:45+02:0",
        "2026-01-05T10:30:45+24:00",
        "2026-01-05T10:30:45+02:00:00",
        "2026-01-05T10:30:45Z[UTC]",
        "2026-01-05T10:30:45ZZ",
        "2026-01-05Z",
        "2026-01-05_10:30",
        "2026-01-05  10:30",
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-01-00",
        "2026/01/05",
        "2026-01-05T10:30:45\u{2212}02:00",
        "２０２６-01-05",
        "1767609045",
        "0000-12-31",
        "9999-12-31T23:59:59-00:01",
        "2026-01-05T10:30:4é",
    ];
    for from in refused {
        assert_eq!(parse(&[from]), Err(InvalidArgument), "{from:?}");
    }
}

#[test]
fn an_offset_in_the_text_wins_then_the_zone_then_utc() {
    assert_eq!(parse(&["2026-01-05 12:00", "-", "Europe/Berlin"]).as_deref(), Ok("1767610800"));
    assert_eq!(parse(&["2026-01-05 12:00Z", "-", "Asia/Tokyo"]).as_deref(), Ok("1767614400"));
    assert_eq!(parse(&["2026-01-05", "-", "-05:30"]).as_deref(), Ok("1767591000"));
    assert_eq!(parse(&["05.07.2026 12:00 +0300", "%d.%m.%Y %H:%M %z", "Europe/Berlin"]).as_deref(), Ok("1783242000"));
    assert_eq!(parse(&["2026-07-05 12:00 Asia/Tokyo", "%F %R %Q", "Europe/Berlin"]).as_deref(), Ok("1783220400"));
    assert_eq!(parse(&["2026-07-05 12:00 Asia/Nowhere", "%F %R %Q"]), Err(InvalidArgument));
    assert_eq!(parse(&["2026-01-05 12:00Z", "-", "Nowhere"]), Err(InvalidArgument));
}

#[test]
fn a_gap_moves_forward_and_the_earlier_of_two_hours_counts() {
    // 2026-03-29 02:30 does not exist in Berlin; 2026-10-25 02:30 exists twice.
    assert_eq!(parse(&["2026-03-29 02:30", "-", "Europe/Berlin"]), parse(&["2026-03-29 03:30", "-", "Europe/Berlin"]));
    assert_eq!(parse(&["2026-10-25 02:30", "-", "Europe/Berlin"]), parse(&["2026-10-25T02:30+02:00"]));
    assert_eq!(parse(&["29.03.2026 02:30", "%d.%m.%Y %H:%M", "Europe/Berlin"]), parse(&["2026-03-29T03:30+02:00"]));
    // Midnight is skipped in Santiago on 2026-09-06, a whole day in Apia on 2011-12-30.
    assert_eq!(parse(&["2026-09-06", "-", "America/Santiago"]), parse(&["2026-09-06T01:00-03:00"]));
    assert_eq!(parse(&["2011-12-30 12:00", "-", "Pacific/Apia"]), parse(&["2011-12-31T12:00+14:00"]));
}

#[test]
fn formats_are_strftime_codes() {
    for (args, to) in [
        (["01/05/2026", "%m/%d/%Y"], "1767571200"),
        (["Jan 05, 2026", "%b %d, %Y"], "1767571200"),
        (["5 January 2026 10:30 PM", "%d %B %Y %I:%M %p"], "1767652200"),
        (["2026-01-05 10:30:45.1234567", "%F %T%.f"], "1767609045.123456"),
        (["1767609045", "%s"], "1767609045"),
        (["1767609045.5", "%s%.f"], "1767609045.5"),
        (["-1.25", "%s%.f"], "-1.25"),
        (["2026-005", "%Y-%j"], "1767571200"),
        (["2026-W02-1", "%G-W%V-%u"], "1767571200"),
    ] {
        assert_eq!(parse(&args).as_deref(), Ok(to), "{args:?}");
    }
    for args in [
        ["2026-01-05x", "%Y-%m-%d"],
        ["5 Jan", "%Y-%m-%d"],
        ["2026-02-29", "%Y-%m-%d"],
        ["2026-01", "%Y-%m"],
        ["10:30", "%H:%M"],
        ["2026-01-05", "%Y-%m-%d %"],
        ["2026-01-05", "%E"],
        ["2026-01-05", ""],
        ["Tuesday 2026-01-05", "%A %F"],
        ["-2026-01-05", "%F"],
        ["99999999999999", "%s"],
    ] {
        assert_eq!(parse(&args), Err(InvalidArgument), "{args:?}");
    }
}

#[test]
fn rfc_3339_has_z_only_in_utc_and_no_needless_zeros() {
    let at = || Value::Integer(1_767_609_045);
    for (zone, expected) in [
        ("UTC", "2026-01-05T10:30:45Z"),
        ("Etc/UTC", "2026-01-05T10:30:45Z"),
        ("Z", "2026-01-05T10:30:45Z"),
        ("Europe/London", "2026-01-05T10:30:45+00:00"),
        ("asia/kolkata", "2026-01-05T16:00:45+05:30"),
        ("America/New_York", "2026-01-05T05:30:45-05:00"),
        ("-0330", "2026-01-05T07:00:45-03:30"),
    ] {
        assert_eq!(format(at(), &["-", zone]).as_deref(), Ok(expected), "{zone}");
    }
    assert_eq!(format(float(1_767_609_045.5), &[]).as_deref(), Ok("2026-01-05T10:30:45.5Z"));
    assert_eq!(format(float(1_767_609_045.000_12), &[]).as_deref(), Ok("2026-01-05T10:30:45.00012Z"));
    assert_eq!(format(float(-0.015_625), &[]).as_deref(), Ok("1969-12-31T23:59:59.984375Z"));
    assert_eq!(format(float(0.000_000_9), &[]).as_deref(), Ok("1970-01-01T00:00:00Z"));
    // Clocks in Berlin were 53 minutes and 28 seconds ahead.
    assert_eq!(format(Value::Integer(-2_500_000_000), &["-", "Europe/Berlin"]).as_deref(), Ok("1890-10-11T20:26:20+00:53"));
}

#[test]
fn formats_show_the_clock_of_the_zone() {
    let at = || Value::Integer(1_767_609_045);
    for (format_text, zone, expected) in [
        ("%F %T %z", "Europe/Berlin", "2026-01-05 11:30:45 +0100"),
        ("%Z %Q %s", "Europe/Berlin", "CET Europe/Berlin 1767609045"),
        ("%u %w %j %e %G-W%V", "UTC", "1 1 005  5 2026-W02"),
        ("100%% né", "UTC", "100% né"),
        ("", "UTC", ""),
    ] {
        assert_eq!(format(at(), &[format_text, zone]).as_deref(), Ok(expected), "{format_text}");
    }
    for bad in ["%", "%E", "%é", "%5", "%.3", "%_", "%4:Y x %!"] {
        assert_eq!(format(at(), &[bad]), Err(InvalidArgument), "{bad}");
    }
}

#[test]
fn long_formats_are_charged_before_they_are_written() {
    let padded = "%20Y".repeat(10_000);
    assert_eq!(measured("FORMAT_TIME", &[Value::Integer(0), text(&padded)]).1, (40_000 / 64, 200_000));
    assert_eq!(format(Value::Integer(0), &[&"%20Y".repeat(60_000)]), Err(EvalErrorKind::BudgetExceeded));
}

#[test]
fn the_last_day_of_the_year_9999_is_a_day_like_any_other() {
    let never = || Value::Integer(253_402_300_799);
    assert_eq!(format(never(), &[]).as_deref(), Ok("9999-12-31T23:59:59Z"));
    assert_eq!(
        format(never(), &["%F %T %Z%%Z %s %-s %z %Q", "America/New_York"]).as_deref(),
        Ok("9999-12-31 18:59:59 EST%Z 253402300799 253402300799 -0500 America/New_York")
    );
    assert_eq!(format(never(), &["%A é %j"]).as_deref(), Ok("Friday é 365"));
    assert_eq!(format(never(), &["%é"]), Err(InvalidArgument));
    // In Tokyo it is the year 10000.
    assert_eq!(format(never(), &["-", "Asia/Tokyo"]), Err(InvalidArgument));
    assert_eq!(format(never(), &["%Y", "Asia/Tokyo"]), Err(InvalidArgument));
    let first = || Value::Integer(-62_135_596_800);
    assert_eq!(format(first(), &[]).as_deref(), Ok("0001-01-01T00:00:00Z"));
    assert_eq!(format(first(), &["-", "-01:00"]), Err(InvalidArgument));
    assert_eq!(parse(&["9999-12-31 23:59", "-", "America/New_York"]), Err(InvalidArgument));
    assert_eq!(parse(&["9999-12-31 18:59:59", "-", "America/New_York"]).as_deref(), Ok("253402300799"));
    assert_eq!(add(253_402_300_799, -1, "year", "UTC"), Ok(Value::Integer(253_370_764_799)));
    assert_eq!(add(253_402_300_799, 1, "second", "UTC"), Err(InvalidArgument));
    assert_eq!(add(253_402_300_799, -1, "day", "America/New_York"), Ok(Value::Integer(253_402_214_399)));
}

#[test]
fn dates_are_added_in_one_step() {
    for (at, amount, unit, zone, expected) in [
        (1_769_853_600, 1, "month", "UTC", 1_772_272_800),
        (1_769_853_600, 2, "MONTHS", "UTC", 1_774_951_200),
        (1_709_200_800, 4, "years", "UTC", 1_835_431_200),
        (1_772_902_800, 1, "day", "America/New_York", 1_772_985_600),
        (1_772_902_800, 24, "hours", "America/New_York", 1_772_989_200),
        (1_774_141_200, 1, "week", "Europe/Berlin", 1_774_746_000),
        (1_788_580_800, 1, "day", "America/Santiago", 1_788_667_200),
        (1_793_601_000, -1, "day", "America/New_York", 1_793_511_000),
        (0, -1, "Weeks", "UTC", -604_800),
        (0, 90, "seconds", "UTC", 90),
        (0, -1, "Minute", "+05:30", -60),
    ] {
        assert_eq!(add(at, amount, unit, zone), Ok(Value::Integer(expected)), "{at} + {amount} {unit} in {zone}");
    }
    for unit in ["", "s", "d", "dayss", " day", "day ", "millisecond", "quarter", "dåy"] {
        assert_eq!(add(0, 1, unit, "UTC"), Err(InvalidArgument), "{unit}");
        assert_eq!(add(0, 0, unit, "UTC"), Err(InvalidArgument), "{unit}");
    }
    for (amount, unit) in
        [(20_000, "years"), (9_000_000, "days"), (-300_000, "months"), (i64::MAX, "seconds"), (i64::MIN, "years"), (i64::MAX, "weeks"), (i64::MIN, "months")]
    {
        assert_eq!(add(0, amount, unit, "Europe/Berlin"), Err(InvalidArgument), "{amount} {unit}");
    }
}

#[test]
fn adding_zero_changes_nothing() {
    // The later of the two hours at which clocks in Berlin show 02:30.
    let later = 1_792_891_800;
    for unit in ["second", "day", "month", "year"] {
        assert_eq!(add(later, 0, unit, "Europe/Berlin"), Ok(Value::Integer(later)));
    }
    assert_eq!(add(later, 1, "day", "Europe/Berlin"), Ok(Value::Integer(later + 86_400)));
    assert_eq!(call("ADD_DATE", &[float(0.123_456_789), float(0.0), text("day")]), Ok(float(0.123_456_789)));
    assert_eq!(call("ADD_DATE", &[float(0.5), float(1.0), text("day")]), Ok(float(86_400.5)));
    assert_eq!(call("ADD_DATE", &[Value::Integer(0), float(0.5), text("day")]), Err(InvalidArgument));
    assert_eq!(call("ADD_DATE", &[Value::Integer(0), float(1e300), text("day")]), Err(InvalidArgument));
    assert_eq!(call("ADD_DATE", &[float(1e300), Value::Integer(0), text("day")]), Err(InvalidArgument));
}

const ZONES: &[&str] = &[
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Monrovia",
    "Asia/Kathmandu",
    "America/St_Johns",
    "+14:00",
    "-12:00",
];

#[test]
fn formatted_times_read_back() {
    arbtest::arbtest(|u| {
        let at = Timestamp::from_micros(u.int_in_range(Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros())?).unwrap();
        let number = Value::from(at.to_number());
        let zone = u.choose(ZONES)?;
        if let Ok(shown) = format(number.clone(), &["-", zone]) {
            assert_eq!(call("PARSE_TIME", &[text(&shown)]), Ok(number.clone()), "{shown}");
            assert_eq!(call("PARSE_TIME", &[text(&shown), Value::Null, text(zone)]), Ok(number), "{shown} in {zone}");
        } else {
            let near_an_end = at.as_micros() - Timestamp::MIN.as_micros() < 86_400_000_000 || Timestamp::MAX.as_micros() - at.as_micros() < 86_400_000_000;
            assert!(near_an_end, "{at:?} in {zone}");
        }
        Ok(())
    });
}

#[test]
fn adding_agrees_with_the_library() {
    arbtest::arbtest(|u| {
        let seconds = u.int_in_range(-5_000_000_000i64..=5_000_000_000)?;
        let amount = u.int_in_range(-2_000i64..=2_000)?;
        let zone = u.choose(ZONES)?;
        let zoned = jiff::Timestamp::from_second(seconds).unwrap().to_zoned(find_zone(zone).unwrap());
        let (unit, span) = match u.int_in_range(0..=6)? {
            0 => ("seconds", jiff::Span::new().seconds(amount)),
            1 => ("minutes", jiff::Span::new().minutes(amount)),
            2 => ("hours", jiff::Span::new().hours(amount)),
            3 => ("days", jiff::Span::new().days(amount)),
            4 => ("weeks", jiff::Span::new().weeks(amount)),
            5 => ("months", jiff::Span::new().months(amount)),
            _ => ("years", jiff::Span::new().years(amount)),
        };
        // The slow way: let the library add to the zoned time. It keeps the later of two equal hours only where nothing is added.
        let expected = zoned.checked_add(span).ok().map(|later| later.timestamp().as_second());
        let expected = expected.filter(|later| (Timestamp::MIN.as_micros() / 1_000_000..=Timestamp::MAX.as_micros() / 1_000_000).contains(later));
        match (add(seconds, amount, unit, zone), expected) {
            (Ok(later), Some(expected)) => assert_eq!(later, Value::Integer(expected), "{zoned} + {amount} {unit}"),
            (result, expected) => assert!(result.is_err() && expected.is_none(), "{zoned} + {amount} {unit}: {result:?}, {expected:?}"),
        }
        Ok(())
    });
}

#[test]
fn clocks_convert_both_ways_at_the_ends_of_time() {
    for zone in ZONES {
        let zone = find_zone(zone).unwrap();
        for at in [Timestamp::MIN, Timestamp::EPOCH, Timestamp::MAX] {
            if let Some(clock) = civil::clock(at, civil::offset_at(at, &zone)) {
                assert_eq!(civil::at_zone(clock, &zone), Some(at));
            }
        }
        for clock in [date(1, 1, 1).at(0, 0, 0, 0), date(9999, 12, 31).at(23, 59, 59, 999_999_999), date(0, 1, 1).at(0, 0, 0, 0), jiff::civil::DateTime::MIN] {
            let _ = civil::at_zone(clock, &zone);
        }
    }
}
