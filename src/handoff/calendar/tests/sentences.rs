//! Each sentence about calendars.

use super::super::{CalendarBuilder, CalendarSet};
use super::{at, calendar, it_emea};
use crate::Timestamp;
use crate::builtins::{Calendars, UnknownCalendar};

#[test]
fn hours_begin_with_their_first_minute_and_end_before_their_last() {
    let calendar = it_emea();
    assert!(!calendar.is_open(at("2026-11-23T07:59:59.999999+01:00")));
    assert!(calendar.is_open(at("2026-11-23T08:00:00+01:00")));
    assert!(calendar.is_open(at("2026-11-23T17:59:59.999999+01:00")));
    assert!(!calendar.is_open(at("2026-11-23T18:00:00+01:00")));
}

#[test]
fn hours_over_midnight_belong_to_the_day_on_which_they_begin() {
    let calendar = calendar("Europe/Berlin", &[("fri", &["22:00-06:00"])], &[("2026-11-28", "a Saturday")], &[]);
    assert!(calendar.is_open(at("2026-11-27T22:00:00+01:00")));
    assert!(calendar.is_open(at("2026-11-28T05:59:00+01:00")), "the tail of the night before a holiday stays");
    assert!(!calendar.is_open(at("2026-11-28T06:00:00+01:00")) && !calendar.is_open(at("2026-11-27T05:00:00+01:00")));
    assert_eq!(calendar.closes_at(at("2026-11-27T22:00:00+01:00")), Some(at("2026-11-28T06:00:00+01:00")));
}

#[test]
fn a_holiday_closes_the_hours_that_begin_on_it_tail_included() {
    let calendar = calendar("Europe/Berlin", &[("mon-sun", &["22:00-06:00"])], &[("2026-11-28", "a Saturday")], &[]);
    assert!(!calendar.is_open(at("2026-11-28T23:00:00+01:00")) && !calendar.is_open(at("2026-11-29T01:00:00+01:00")));
    assert_eq!(calendar.opens_at(at("2026-11-28T06:00:00+01:00")), Some(at("2026-11-29T22:00:00+01:00")));
}

#[test]
fn an_override_beats_a_holiday_and_a_holiday_the_week() {
    let calendar = it_emea();
    assert!(!calendar.is_open(at("2026-12-30T09:00:00+01:00")), "the holiday");
    assert!(calendar.is_open(at("2026-12-31T09:00:00+01:00")), "the override");
    assert!(!calendar.is_open(at("2026-12-31T13:00:00+01:00")), "the override again");
    assert!(calendar.is_open(at("2026-12-23T13:00:00+01:00")), "the week");
}

#[test]
fn an_override_without_hours_closes() {
    let calendar = calendar("UTC", &[("mon-sun", &["00:00-24:00"])], &[], &[("2026-11-28", &[])]);
    assert_eq!(calendar.closes_at(at("2026-11-21T10:00:00Z")), Some(at("2026-11-28T00:00:00Z")));
    assert_eq!(calendar.opens_at(at("2026-11-28T10:00:00Z")), Some(at("2026-11-29T00:00:00Z")));
    assert_eq!(calendar.holiday_at(at("2026-11-28T10:00:00Z")), None);
}

#[test]
fn it_opens_now_if_it_is_open() {
    let now = at("2026-11-23T09:30:00.5+01:00");
    assert_eq!(it_emea().opens_at(now), Some(now));
    assert_eq!(it_emea().closes_at(now), Some(at("2026-11-23T18:00:00+01:00")));
}

#[test]
fn a_closed_calendar_closes_at_the_end_of_its_next_opening() {
    let evening = at("2026-11-21T18:00:00+01:00");
    assert_eq!(it_emea().opens_at(evening), Some(at("2026-11-23T08:00:00+01:00")));
    assert_eq!(it_emea().closes_at(evening), Some(at("2026-11-23T18:00:00+01:00")));
    let closing = at("2026-11-23T18:00:00+01:00");
    assert_eq!(it_emea().closes_at(closing), Some(at("2026-11-24T18:00:00+01:00")), "it has just closed");
}

#[test]
fn hours_that_adjoin_or_overlap_are_one_opening() {
    let nights =
        calendar("Europe/Berlin", &[("mon", &["18:00-24:00"]), ("tue", &["00:00-02:00", "02:00-03:00", "20:00-06:00"]), ("wed", &["05:00-07:00"])], &[], &[]);
    assert_eq!(nights.closes_at(at("2026-11-23T19:00:00+01:00")), Some(at("2026-11-24T03:00:00+01:00")));
    assert_eq!(nights.closes_at(at("2026-11-24T21:00:00+01:00")), Some(at("2026-11-25T07:00:00+01:00")));
}

#[test]
fn what_is_always_open_does_not_close() {
    let now = at("2026-11-23T09:30:00Z");
    for ranges in [&["00:00-24:00"][..], &["00:00-12:00", "12:00-24:00"], &["08:00-07:59", "07:59-08:00"], &["00:00-12:00", "12:00-06:00"]] {
        let calendar = calendar("America/New_York", &[("mon-sun", ranges)], &[], &[]);
        assert_eq!(calendar.closes_at(now), None, "{ranges:?}");
        assert_eq!(calendar.opens_at(now), Some(now));
    }
}

#[test]
fn nothing_beyond_400_days_is_seen() {
    let calendar = calendar("UTC", &[], &[], &[("2028-01-01", &["00:00-24:00"])]);
    assert!(!calendar.never_opens());
    let start = at("2028-01-01T00:00:00Z");
    let days_before = |days: i64, micros: i64| Timestamp::from_micros(start.as_micros() - days * 86_400_000_000 - micros).unwrap();
    assert_eq!(calendar.opens_at(days_before(400, 0)), Some(start));
    assert_eq!(calendar.opens_at(days_before(400, 1)), None);
    assert_eq!(calendar.closes_at(days_before(399, 0)), Some(at("2028-01-02T00:00:00Z")));
    assert_eq!(calendar.closes_at(days_before(399, 1)), None);
    assert_eq!(calendar.opens_at(at("2028-01-02T00:00:00Z")), None);
}

#[test]
fn a_calendar_without_hours_never_opens() {
    assert!(calendar("UTC", &[], &[], &[]).never_opens());
    let closed = calendar("UTC", &[("mon-sun", &[])], &[("12-25", "Christmas Day")], &[("2026-12-31", &[])]);
    assert!(closed.never_opens());
    assert_eq!((closed.opens_at(Timestamp::EPOCH), closed.closes_at(Timestamp::EPOCH)), (None, None));
    assert!(!it_emea().never_opens());
}

#[test]
fn an_edge_that_the_clocks_skip_moves_forward() {
    // On 29 March 2026 clocks in Berlin go from 02:00 to 03:00.
    let from = calendar("Europe/Berlin", &[("sun", &["02:30-12:00"])], &[], &[]);
    assert_eq!(from.opens_at(at("2026-03-29T00:00:00+01:00")), Some(at("2026-03-29T03:30:00+02:00")));
    let to = calendar("Europe/Berlin", &[("sat", &["12:00-02:30"])], &[], &[]);
    assert_eq!(to.closes_at(at("2026-03-29T00:00:00+01:00")), Some(at("2026-03-29T03:30:00+02:00")));
    let inside = calendar("Europe/Berlin", &[("sun", &["02:15-02:45"])], &[], &[]);
    assert_eq!(inside.opens_at(at("2026-03-29T00:00:00+01:00")), Some(at("2026-03-29T03:15:00+02:00")));
    assert!(inside.is_open(at("2026-03-29T03:44:00+02:00")) && !inside.is_open(at("2026-03-29T03:45:00+02:00")));
}

#[test]
fn hours_that_the_clocks_skip_do_not_occur() {
    for range in ["02:00-03:00", "02:30-03:15"] {
        let calendar = calendar("Europe/Berlin", &[("sun", &[range])], &[], &[]);
        let next = calendar.opens_at(at("2026-03-29T00:00:00+01:00")).unwrap();
        assert!(next > at("2026-04-05T00:00:00+02:00"), "{range}");
    }
}

#[test]
fn an_edge_that_occurs_twice_is_the_earlier() {
    // On 25 October 2026 clocks in Berlin go from 03:00 back to 02:00.
    let from = calendar("Europe/Berlin", &[("sun", &["02:30-12:00"])], &[], &[]);
    assert_eq!(from.opens_at(at("2026-10-25T00:00:00+02:00")), Some(at("2026-10-25T02:30:00+02:00")));
    assert!(from.is_open(at("2026-10-25T02:10:00+01:00")), "once open it stays open while the clocks go back");
    let to = calendar("Europe/Berlin", &[("sat", &["12:00-02:30"])], &[], &[]);
    assert_eq!(to.closes_at(at("2026-10-25T00:00:00+02:00")), Some(at("2026-10-25T02:30:00+02:00")));
    assert!(!to.is_open(at("2026-10-25T02:10:00+01:00")));
}

#[test]
fn a_day_may_begin_while_the_clocks_still_show_the_one_before() {
    // On 7 November 2010 clocks in St. John's go from 00:01 back to 23:01 of the day before.
    let sunday = calendar("America/St_Johns", &[("sun", &["00:00-12:00"])], &[], &[]);
    assert_eq!(sunday.opens_at(at("2010-11-06T12:00:00Z")), Some(at("2010-11-07T00:00:00-02:30")));
    assert!(sunday.is_open(at("2010-11-06T23:30:00-03:30")));
    assert!(!sunday.is_open(at("2010-11-06T23:30:00-02:30")));
}

#[test]
fn hours_that_a_gap_moves_may_begin_after_those_of_the_day_after() {
    // On 28 March 2026, a Saturday, clocks in Nuuk go from 23:00 to 00:00.
    let nights = calendar("America/Nuuk", &[("sat", &["23:30-04:00"]), ("sun", &["00:00-00:10"])], &[], &[]);
    assert_eq!(nights.opens_at(at("2026-03-28T22:00:00-02:00")), Some(at("2026-03-29T00:00:00-01:00")));
    assert_eq!(nights.closes_at(at("2026-03-28T22:00:00-02:00")), Some(at("2026-03-29T00:10:00-01:00")));
    assert_eq!(nights.opens_at(at("2026-03-29T00:10:00-01:00")), Some(at("2026-03-29T00:30:00-01:00")));
}

#[test]
fn a_midnight_may_occur_twice() {
    // On 29 October 2021, a Friday, clocks in Amman go from 01:00 back to 00:00.
    let fridays = calendar("Asia/Amman", &[("fri", &["00:15-02:00"])], &[], &[]);
    assert!(!fridays.is_open(at("2021-10-29T00:00:00+03:00")) && fridays.is_open(at("2021-10-29T00:00:00+02:00")));
    assert_eq!(fridays.closes_at(at("2021-10-29T00:00:00+02:00")), Some(at("2021-10-29T02:00:00+02:00")));
}

#[test]
fn a_day_that_the_zone_skips_has_no_hours() {
    // 30 December 2011, a Friday, does not exist in Apia: clocks go from Thursday to Saturday.
    let fridays = calendar("Pacific/Apia", &[("fri", &["08:00-18:00"])], &[], &[]);
    assert_eq!(fridays.opens_at(at("2011-12-28T00:00:00Z")), Some(at("2012-01-06T08:00:00+14:00")));
    let nights = calendar("Pacific/Apia", &[("thu", &["22:00-06:00"])], &[], &[]);
    assert_eq!(nights.closes_at(at("2011-12-28T00:00:00Z")), Some(at("2011-12-31T06:00:00+14:00")), "the night is as long as any");
}

#[test]
fn a_holiday_is_named_where_it_closes() {
    let calendar = it_emea();
    assert_eq!(calendar.holiday_at(at("2026-04-03T09:00:00+02:00")), Some("Good Friday"));
    assert_eq!(calendar.holiday_at(at("2026-12-31T13:00:00+01:00")), None, "an override decides that day");
    assert_eq!(calendar.holiday_at(at("2026-11-22T13:00:00+01:00")), None, "a Sunday");
    let nights = super::calendar("Europe/Berlin", &[("thu", &["22:00-06:00"])], &[("2026-04-03", "Good Friday")], &[]);
    assert_eq!(nights.holiday_at(at("2026-04-03T03:00:00+02:00")), None, "still open");
    assert_eq!(nights.holiday_at(at("2026-04-03T06:00:00+02:00")), Some("Good Friday"));
}

#[test]
fn the_status_is_a_sentence() {
    let status = |time: &str| it_emea().status("it_emea", at(time));
    assert_eq!(status("2026-11-23T09:00:00+01:00"), "it_emea is open until Monday 18:00 Europe/Berlin");
    assert_eq!(status("2026-11-21T18:00:00+01:00"), "it_emea is closed, opens Monday 08:00 Europe/Berlin");
    assert_eq!(status("2026-04-03T09:00:00+02:00"), "it_emea is closed (Good Friday), opens Saturday 10:00 Europe/Berlin");
    assert_eq!(status("2026-12-23T19:00:00+01:00"), "it_emea is closed, opens Thursday 31 December 08:00 Europe/Berlin", "8 days ahead");
    assert_eq!(status("2026-12-24T09:00:00+01:00"), "it_emea is closed (Year's end), opens Thursday 31 December 08:00 Europe/Berlin", "7 days ahead");
    assert_eq!(status("2026-12-25T23:00:00+01:00"), "it_emea is closed (Year's end), opens Thursday 08:00 Europe/Berlin");
    let mondays = calendar("+05:30", &[("mon", &["09:00-24:00"])], &[("2026-12-24", "Eve")], &[]);
    assert_eq!(mondays.status("m", at("2026-11-23T10:00:00Z")), "m is open until Tuesday 00:00 +05:30");
    assert_eq!(mondays.status("m", at("2026-11-24T00:00:00+05:30")), "m is closed, opens Monday 09:00 +05:30");
}

#[test]
fn the_status_says_where_nothing_changes() {
    let never = calendar("UTC", &[], &[("12-25", "Christmas Day")], &[]);
    assert_eq!(never.status("x", at("2026-11-23T10:00:00Z")), "x is closed and does not open within 400 days");
    assert_eq!(never.status("x", at("2026-12-25T10:00:00Z")), "x is closed (Christmas Day) and does not open within 400 days");
    let always = calendar("UTC", &[("mon-sun", &["00:00-24:00"])], &[], &[]);
    assert_eq!(always.status("x", at("2026-11-23T10:00:00Z")), "x is open and does not close within 400 days");
}

#[test]
fn the_ends_of_time_are_times_like_others() {
    for zone in ["UTC", "+14:00", "-12:00", "Europe/Berlin"] {
        let always = calendar(zone, &[("mon-sun", &["00:00-24:00"])], &[("02-29", "leap day")], &[]);
        for time in [Timestamp::MIN, Timestamp::MAX] {
            assert!(always.is_open(time), "{zone}");
            assert_eq!(always.opens_at(time), Some(time));
        }
        assert_eq!(always.closes_at(Timestamp::MAX), None);
        assert_eq!(always.closes_at(at("9999-12-01T00:00:00Z")), None);
        let nights = calendar(zone, &[("mon-sun", &["22:00-20:00"])], &[], &[]);
        for time in [Timestamp::MIN, Timestamp::MAX] {
            assert_eq!(nights.is_open(time), nights.opens_at(time) == Some(time), "{zone}");
            assert!(nights.status("x", time).starts_with("x is "));
        }
    }
}

#[test]
fn a_day_has_hours_once() {
    let mut builder = CalendarBuilder::new("UTC").unwrap();
    builder.hours("mon-fri", &["08:00-18:00"]).unwrap();
    let mistake = builder.hours("thu-sat", &["08:00-18:00"]).unwrap_err();
    assert_eq!((mistake.message.as_str(), mistake.range), ("`thu` is given twice", None));
    builder.hours("sat", &[]).unwrap();
    assert_eq!(builder.hours("Sat", &[]).unwrap_err().message, "`sat` is given twice", "closed is given as well");
}

#[test]
fn a_part_with_a_mistake_changes_nothing() {
    let mut builder = CalendarBuilder::new("UTC").unwrap();
    assert_eq!(builder.hours("mon-fri", &["08:00-18:00", "17:00-19:00"]).unwrap_err().range, Some(1));
    assert_eq!(builder.override_("2026-12-31", &["25:00-26:00"]).unwrap_err().range, Some(0));
    assert_eq!(builder.holiday("2026-12-31", " ").unwrap_err().message, "the holiday `2026-12-31` has no name");
    builder.hours("mon-fri", &["08:00-18:00"]).unwrap();
    builder.override_("2026-12-31", &[]).unwrap();
    builder.holiday("2026-12-31", "Year's end").unwrap();
    assert_eq!(builder.override_("2026-12-31", &[]).unwrap_err().message, "`2026-12-31` is given twice");
}

#[test]
fn a_mistake_shows_its_help() {
    let mistake = CalendarBuilder::new("Berlin").unwrap_err();
    assert_eq!(mistake.to_string(), "there is no time zone `Berlin` (help: did you mean `Europe/Berlin`?)");
}

#[test]
fn a_set_answers_by_name_in_order_of_declaration() {
    let mut set = CalendarSet::new();
    assert!(set.is_empty() && set.insert("z", it_emea()).is_none() && set.insert("a", calendar("UTC", &[], &[], &[])).is_none());
    assert_eq!(set.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["z", "a"]);
    assert_eq!((set.len(), set.get("z").unwrap().zone_name()), (2, "Europe/Berlin"));
    let now = at("2026-11-23T09:00:00+01:00");
    assert!(set.is_declared("z") && !set.is_declared("Z"));
    assert_eq!((set.is_open("z", now), set.is_open("a", now), set.is_open("b", now)), (Ok(true), Ok(false), Err(UnknownCalendar)));
    assert_eq!((set.opens_at("z", now), set.opens_at("b", now)), (Ok(Some(now)), Err(UnknownCalendar)));
    assert_eq!((set.closes_at("a", now), set.closes_at("b", now)), (Ok(None), Err(UnknownCalendar)));
    assert!(set.insert("z", calendar("UTC", &[], &[], &[])).is_some());
    assert_eq!(set.iter().next().map(|(name, calendar)| (name, calendar.zone_name())), Some(("z", "UTC")));
}

#[test]
fn asking_whether_it_is_open_allocates_nothing() {
    let calendar = it_emea();
    for time in ["2026-11-23T09:00:00+01:00", "2026-12-31T09:00:00+01:00", "2026-10-26T09:00:00+01:00"] {
        let time = at(time);
        assert_eq!(allocation_counter::measure(|| assert!(calendar.is_open(time))).count_total, 0);
    }
}
