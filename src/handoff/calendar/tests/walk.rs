//! The answers are those of a walk from minute to minute.
//!
//! The walk knows what clocks show at each minute, and nothing else of time zones: it looks for the minute that shows an edge.

use std::collections::{BTreeSet, HashMap};

use arbtest::arbitrary::{Result, Unstructured};
use arbtest::arbtest;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZoneDatabase;

use super::super::Calendar;
use super::model::Model;
use crate::Timestamp;

const ZONES: [&str; 12] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "America/St_Johns",
    "Pacific/Apia",
    "UTC",
    "Africa/Casablanca",
    "America/Santiago",
    "Pacific/Kwajalein",
    "America/Nuuk",
    "America/Havana",
];

const MINUTE: i64 = 60_000_000;

/// Which minutes are open, from `first` on, counted from the epoch; those nearer than three days to an end are not told.
struct Walk {
    first: i64,
    open: Vec<bool>,
}

impl Walk {
    /// Nothing if the zone's offsets are no whole minutes there.
    fn over(model: &Model, first: i64, minutes: usize) -> Option<Walk> {
        let zone = TimeZoneDatabase::bundled().get(&model.zone).unwrap();
        let mut shown = Vec::with_capacity(minutes);
        for minute in 0..minutes {
            let at = jiff::Timestamp::from_second((first + i64::try_from(minute).unwrap()) * 60).unwrap();
            shown.push(zone.to_datetime(at));
        }
        if shown.iter().any(|clock| clock.second() != 0) {
            return None;
        }
        let mut earliest: HashMap<DateTime, usize> = HashMap::with_capacity(minutes);
        for (minute, clock) in shown.iter().enumerate() {
            earliest.entry(*clock).or_insert(minute);
        }
        // The minute that shows an edge; else so long after the last that shows less as clocks would have taken.
        let minute_of = |edge: DateTime| {
            let mut clock = edge;
            for late in 0..=26 * 60 {
                if let Some(minute) = earliest.get(&clock) {
                    return Some(minute + late);
                }
                clock = clock.checked_sub(jiff::SignedDuration::from_mins(1)).unwrap();
            }
            None
        };
        let days: BTreeSet<Date> = shown.iter().map(|clock| clock.date()).collect();
        let mut open = vec![false; minutes];
        for day in days {
            for (from, to) in model.runs(day) {
                let edge = |minutes: usize| day.to_datetime(jiff::civil::Time::midnight()) + jiff::SignedDuration::from_mins(i64::try_from(minutes).unwrap());
                let (Some(from), Some(to)) = (minute_of(edge(from)), minute_of(edge(to))) else { continue };
                if from < to {
                    open[from.min(minutes)..to.min(minutes)].fill(true);
                }
            }
        }
        Some(Walk { first, open })
    }

    fn time(&self, minute: usize) -> i64 {
        (self.first + i64::try_from(minute).unwrap()) * MINUTE
    }

    /// The first minute from one on that is open, or closed, before the end is near.
    fn next(&self, minute: usize, open: bool) -> Option<usize> {
        (minute..self.open.len() - THREE_DAYS).find(|minute| self.open[*minute] == open)
    }
}

const THREE_DAYS: usize = 3 * 1440;

/// Compares all answers at a time in one of the minutes that are told.
fn compare(calendar: &Calendar, walk: &Walk, minute: usize, micros: i64, what: &Model) {
    let now = Timestamp::from_micros(walk.time(minute) + micros).unwrap();
    let context = || format!("{what:#?} at {}", jiff::Timestamp::from_microsecond(now.as_micros()).unwrap());
    assert_eq!(calendar.is_open(now), walk.open[minute], "open: {}", context());
    let told = walk.time(walk.open.len() - THREE_DAYS);
    let reach = now.as_micros() + 400 * 1440 * MINUTE;
    let same = |answer: Option<Timestamp>, expected: Option<i64>, question: &str| {
        let answer = answer.map(Timestamp::as_micros);
        match expected {
            Some(expected) => assert_eq!(answer, Some(expected).filter(|time| *time <= reach), "{question}: {}", context()),
            None => assert!(answer.is_none_or(|time| time >= told), "{question} at {answer:?}: {}", context()),
        }
    };
    let opens = walk.next(minute, true);
    same(calendar.opens_at(now), opens.map(|opens| if opens == minute { now.as_micros() } else { walk.time(opens) }), "opens");
    let closes = opens.and_then(|opens| walk.next(opens, false));
    same(calendar.closes_at(now), closes.map(|closes| walk.time(closes)), "closes");
}

/// A minute near which the walk begins: often just before clocks change.
fn begin(u: &mut Unstructured, zone: &str) -> Result<i64> {
    // From 1980 to 2040.
    let somewhere = jiff::Timestamp::from_second(u.int_in_range(315_532_800..=2_208_988_800)?).unwrap();
    let zone = TimeZoneDatabase::bundled().get(zone).unwrap();
    let change = if u.ratio(3, 4)? { zone.following(somewhere).next().map(|change| change.timestamp()) } else { None };
    Ok(change.unwrap_or(somewhere).as_second().div_euclid(60) - u.int_in_range(3 * 1440..=7 * 1440)?)
}

fn check(u: &mut Unstructured, days: usize, zone: &str) -> Result<()> {
    let first = begin(u, zone)?;
    let near = jiff::Timestamp::from_second(first * 60 + 5 * 86_400).unwrap().to_zoned(jiff::tz::TimeZone::UTC).date();
    let (model, calendar) = Model::any(u, zone, near)?;
    let Some(walk) = Walk::over(&model, first, days * 1440) else { return Ok(()) };
    // Where it opens or closes, beside that, and anywhere in the first days that are told.
    let told = THREE_DAYS..THREE_DAYS + 9 * 1440;
    let edges = told.clone().filter(|minute| walk.open[*minute] != walk.open[minute - 1]).flat_map(|minute| [minute - 1, minute, minute + 1]);
    for minute in edges.chain(told.step_by(u.int_in_range(97..=397)?)) {
        compare(&calendar, &walk, minute, u.int_in_range(0..=MINUTE - 1)?, &model);
        compare(&calendar, &walk, minute, 0, &model);
    }
    Ok(())
}

#[test]
fn the_answers_are_those_of_a_walk() {
    arbtest(|u| {
        let zone = *u.choose(&ZONES)?;
        check(u, 30, zone)
    })
    .budget_ms(2500);
}

#[test]
fn the_answers_are_those_of_a_walk_in_any_zone() {
    let names: Vec<String> = TimeZoneDatabase::bundled().available().map(|name| name.as_str().to_owned()).filter(|name| name != "Factory").collect();
    arbtest(|u| {
        let zone = u.choose(&names)?;
        check(u, 20, zone)
    })
    .budget_ms(1500);
}

#[test]
fn the_answers_are_those_of_a_walk_of_400_days() {
    arbtest(|u| {
        let zone = *u.choose(&ZONES)?;
        check(u, 420, zone)
    })
    .budget_ms(1500);
}

#[test]
fn every_minute_of_the_week_in_which_apia_skips_a_day_is_told() {
    let friday = jiff::civil::date(2011, 12, 30);
    let first = "2011-12-20T00:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second() / 60;
    arbtest(|u| {
        let (model, calendar) = Model::any(u, "Pacific/Apia", friday)?;
        let walk = Walk::over(&model, first, 30 * 1440).unwrap();
        for minute in (6 * 1440..16 * 1440).step_by(7) {
            compare(&calendar, &walk, minute, 0, &model);
        }
        Ok(())
    })
    .budget_ms(500);
}
