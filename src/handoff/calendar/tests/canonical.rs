//! The meaning of a calendar as JSON.

use serde_json::json;

use super::{calendar, it_emea};

#[test]
fn the_meaning_is_spelled_out() {
    let days = json!(["08:00-18:00"]);
    let expected = json!({
        "timezone": "Europe/Berlin",
        "hours": {"mon": days, "tue": days, "wed": days, "thu": days, "fri": days, "sat": ["10:00-14:00"], "sun": []},
        "holidays": {"12-25": "Christmas Day", "2026-04-03": "Good Friday", "2026-12-24/2026-12-31": "Year's end"},
        "overrides": {"2026-12-31": ["08:00-12:00"]},
    });
    assert_eq!(it_emea().canonical(), expected);
}

#[test]
fn every_spelling_means_the_same() {
    let one = calendar(
        "europe/berlin",
        &[("sat-sun", &[]), ("MON-wed,thu-fri", &["12:00-18:00", "08:00-12:00", "20:00-00:00"])],
        &[("2026-04-03/2026-04-03", " Good Friday "), ("12-25", "Christmas Day")],
        &[("12-31/12-31", &["12:00-22:00", "22:00-06:00"])],
    );
    let other = calendar(
        "Europe/Berlin",
        &[("mon-fri", &["20:00-24:00", "08:00-18:00"])],
        &[("12-25", "Christmas Day"), ("2026-04-03", "Good Friday")],
        &[("12-31", &["12:00-06:00"])],
    );
    assert_eq!(one.canonical().to_string(), other.canonical().to_string());
}

#[test]
fn other_meanings_differ() {
    let meaning = |ranges: &[&str]| calendar("UTC", &[("mon", ranges)], &[], &[]).canonical();
    assert_ne!(meaning(&["00:00-12:00", "12:00-06:00"]), meaning(&["00:00-06:00"]));
    assert_ne!(meaning(&["00:00-24:00"]), meaning(&[]));
    assert_eq!(meaning(&["00:00-12:00", "12:00-06:00"]), meaning(&["00:00-07:00", "07:00-06:00"]));
}
