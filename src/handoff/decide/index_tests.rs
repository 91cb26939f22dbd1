//! Decisions on large rule sets, with the index of conditions and without it.

use std::fmt::Write as _;

use arbtest::arbtest;
use serde_json::{Map, Value as Json, json};

use super::decide;
use crate::context::Context;
use crate::document::Format;
use crate::handoff::file;
use crate::handoff::model::Model;
use crate::handoff::trace::TraceLevel;
use crate::limits::Limits;
use crate::value::Timestamp;

/// Conditions of every sort: with definitions, lists, live data, calendars, errors.
const CONDITIONS: [&str; 14] = [
    "user.department == \"D{n}\"",
    "user.department == \"D{n}\" AND bot.attempts > {k}",
    "is_vip AND user.country_code == \"C{n}\"",
    "user.country_code == \"C{n}\" AND is_vip",
    "user.email_addr IN vip_mails OR user.department == \"D{n}\"",
    "NOT (user.department == \"D{n}\") AND bot.attempts == {n}",
    "user.custom_attributes.level > {k}",
    "10 / bot.attempts > {n}",
    "agents.it.available >= {k}",
    "\"T{n}\" IN user.user_tags",
    "utterance.$LOWERCASE().$STARTS_WITH(\"word{n} \")",
    "$OPEN(\"desk\") AND user.department == \"D{n}\"",
    "strange",
    "user.department == \"D{n}\" AND strange",
];

fn model(items: usize) -> Model {
    let mut text = "triggerfish: 1
lists:
  vip_mails: [ \"a@example.com\", \"b@example.com\" ]
calendars:
  desk: { timezone: UTC, hours: { mon-fri: [ \"08:00-18:00\" ] } }
define:
  is_vip: '\"VIP\" IN user.user_tags'
  strange: user.custom_attributes.level / bot.attempts > 2
context:
  attributes:
    agents.it: { type: object, attributes: { available: { type: integer, max_age: 60 } } }
categories:
"
    .to_owned();
    for (number, domain) in ["IT", "HR"].iter().enumerate() {
        writeln!(text, "  - key: c{number}\n    domain: {domain}\n    items:").unwrap();
        for item in (0..items).filter(|item| item % 2 == number) {
            let condition = CONDITIONS[item / 2 % CONDITIONS.len()].replace("{n}", &(item % 7).to_string()).replace("{k}", &(item % 4).to_string());
            let when = if item % 50 == 0 { String::new() } else { format!("when: '{condition}', ") };
            writeln!(text, "      - {{ key: i{item}, label: L{item}, {when}strategies: [ {{ url: \"https://help.example/{item}\" }} ] }}").unwrap();
        }
    }
    text.push_str("otherwise:\n  - { key: help, label: Help, strategies: [ { url: \"https://help.example/\" } ] }\n");
    let (read, _) = file::read_noting(&text, Format::Yaml, "set", &crate::handoff::NoFiles, &Limits::default());
    read.model.unwrap_or_else(|| panic!("{:?}", read.diagnostics.first()))
}

#[test]
fn the_index_changes_no_decision() {
    let with = model(400);
    assert!(with.candidates.is_some());
    let mut without = model(400);
    without.candidates = None;
    let now = Timestamp::from_seconds(1_795_420_800).unwrap();
    let (mut offered, mut failed) = (0, 0);
    arbtest(|u| {
        let mut document = Map::new();
        let mut user = Map::new();
        let put = |map: &mut Map<String, Json>, key: &str, values: &[Json], u: &mut arbtest::arbitrary::Unstructured<'_>| -> arbtest::arbitrary::Result<()> {
            if !u.ratio(1, 4)? {
                map.insert(key.to_owned(), u.choose(values)?.clone());
            }
            Ok(())
        };
        put(&mut document, "domain", &[json!("IT"), json!("HR")], u)?;
        put(&mut document, "utterance", &[json!("Word3 is broken"), json!("word5"), json!("hello")], u)?;
        put(&mut document, "bot", &[json!({"attempts": 0}), json!({"attempts": 2}), json!({"attempts": 5})], u)?;
        let as_of = 1_795_420_800 - u.int_in_range(0..=120)?;
        put(&mut document, "agents", &[json!({"it": {"available": 2, "as_of": as_of}}), json!({"it": {"available": 9}})], u)?;
        put(&mut user, "department", &[json!("D1"), json!("D4"), json!("Other")], u)?;
        put(&mut user, "country_code", &[json!("C2"), json!("C3")], u)?;
        put(&mut user, "email_addr", &[json!("a@example.com"), json!("c@example.com")], u)?;
        put(&mut user, "user_tags", &[json!(["VIP", "T1"]), json!(["T5"]), json!([])], u)?;
        put(&mut user, "custom_attributes", &[json!({"level": 3}), json!({"level": "high"}), json!({"level": 1.5})], u)?;
        document.insert("user".to_owned(), Json::Object(user));
        let text = serde_json::to_vec(&Json::Object(document)).unwrap();
        for level in [TraceLevel::None, TraceLevel::Full] {
            let on = |model: &Model| decide(model, Context::from_json(&model.layout, &text, &model.limits), now, level);
            let (one, other) = (on(&with), on(&without));
            assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&other).unwrap(), "{}", String::from_utf8_lossy(&text));
            offered += one.options.len();
            failed += one.errors.len();
        }
        Ok(())
    })
    .budget_ms(1_500);
    assert!(offered > 100 && failed > 100, "{offered} offered, {failed} failed");
}
