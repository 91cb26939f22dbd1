//! Contexts for rule sets: what their rules read, and what decisions themselves read; clean, dirty, hostile, or no JSON at all.

use serde_json::{Map, Value as Json, json};

use super::sets::{DOMAINS, KEYWORDS, LOCALES, ORGS, TOPICS};
use super::{Care, Dice, document, pool};
use crate::handoff::RuleSet;
use crate::handoff::template::PIECES;
use crate::schema::{Lookup, Schema};
use crate::value::Timestamp;

/// What stands in a context where nothing may be shown. It repeats itself, so that parts of it are found as well.
pub const MARK: &str = "qzxj";
/// The same as a number.
pub const MARKED_NUMBER: &str = "77665544";

/// A context, and when it is decided on.
pub struct Question {
    /// The bytes, mostly JSON.
    pub context: Vec<u8>,
    /// The time of the decision.
    pub now: Timestamp,
    /// Where marks may stand.
    pub marks: Marks,
}

/// Where marks may stand in a context.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Marks {
    /// Only where nothing may be shown.
    Hidden,
    /// In the place of any value.
    Everywhere,
    /// Anywhere: in text that is no JSON, values can look like keys, which may be shown.
    Unknown,
}

/// A context for a rule set.
pub fn question(dice: &mut Dice<'_>, set: &RuleSet) -> Question {
    let now = now(dice);
    let care = if dice.one_in(3) { Care::Dirty } else { Care::Fits };
    let mut context = document(dice, set.layout(), Some(set.schema()), care);
    if let Json::Object(members) = &mut context {
        overlay(dice, now, members);
        if dice.one_in(2) {
            members.insert("secret_note".to_owned(), "x".into());
        }
    }
    let everywhere = dice.one_in(8);
    mark(dice, &mut context, &mut Vec::new(), set.schema(), everywhere);
    let mut bytes = context.to_string().into_bytes();
    let mut marks = if everywhere { Marks::Everywhere } else { Marks::Hidden };
    if dice.one_in(16) {
        spoil(dice, &mut bytes);
        marks = Marks::Unknown;
    }
    Question { context: bytes, now, marks }
}

fn now(dice: &mut Dice<'_>) -> Timestamp {
    // Monday 23 November 2026, 09:00 in Berlin, and an hour of the four weeks around it.
    let usual = 1_795_420_800 + i64::try_from(dice.roll(4 * 7 * 24)).unwrap_or(0) * 3_600;
    let seconds = if dice.one_in(16) { dice.integer() } else { usual };
    Timestamp::from_seconds(seconds).unwrap_or(Timestamp::EPOCH)
}

/// What decisions read themselves, and values that generated conditions ask for.
fn overlay(dice: &mut Dice<'_>, now: Timestamp, members: &mut Map<String, Json>) {
    let seconds = now.as_micros().div_euclid(1_000_000);
    let ago = |dice: &mut Dice<'_>| json!(seconds.saturating_sub(dice.word(&["0", "10", "59", "61", "200", "400", "-3", "-90"]).parse().unwrap_or(0)));
    if dice.roll(4) > 0 {
        let domain = dice.word(&DOMAINS);
        put(members, &["domain"], if dice.one_in(3) { domain.to_lowercase().into() } else { domain.into() });
    }
    if dice.one_in(3) {
        let count = dice.roll(4);
        let entries = (0..count).map(|_| json!({"name": dice.word(&DOMAINS), "confidence": dice.pick(&[0.1, 0.5, 0.7, 0.9]).copied()})).collect();
        put(members, &["domains"], entries);
    }
    if dice.one_in(2) {
        let state = dice.word(&["bot", "waiting", "handed_back", "human"]);
        put(members, &["conversation", "state"], state.into());
    }
    if dice.one_in(3) {
        let at = ago(dice);
        put(members, &["conversation", "handed_back_at"], at);
    }
    if dice.one_in(2) {
        let locale = dice.word(&LOCALES);
        put(members, &["language", "preferred"], if dice.one_in(3) { "DE_at".into() } else { locale.into() });
    }
    if dice.one_in(3) {
        let org = if dice.one_in(3) { "elsewhere" } else { dice.word(&ORGS) };
        put(members, &["org"], org.into());
    }
    if dice.roll(4) > 0 {
        let utterance = utterance(dice);
        put(members, &["utterance"], utterance.into());
    }
    if dice.one_in(3) {
        let topic = dice.word(&TOPICS);
        put(members, &["signals", "topics"], json!([topic.to_uppercase(), "other"]));
    }
    if dice.one_in(2) {
        put(members, &["user", "department"], "Sales".into());
        put(members, &["user", "country_code"], "DE".into());
        put(members, &["user", "user_tags"], json!(["VIP", "KNOWLEDGE_WORKER"]));
        put(members, &["bot", "attempts"], dice.roll(4).into());
    }
    if dice.one_in(2) {
        let as_of = ago(dice);
        put(members, &["agents", "it_emea"], json!({"available": dice.roll(3), "as_of": as_of}));
    }
    if dice.one_in(3) {
        let title = hostile(dice);
        put(members, &["bot", "results"], json!([{"title": title, "url": "https://kb.example/1"}, {"title": "VPN"}, {"kind": "none"}]));
    }
}

/// Sets a member; what stands in the way stays.
fn put(members: &mut Map<String, Json>, path: &[&str], value: Json) {
    let Some((last, way)) = path.split_last() else { return };
    let mut at = members;
    for name in way {
        let Json::Object(next) = at.entry(*name).or_insert_with(|| Json::Object(Map::new())) else { return };
        at = next;
    }
    at.insert((*last).to_owned(), value);
}

fn utterance(dice: &mut Dice<'_>) -> String {
    match dice.roll(6) {
        0 => format!("help, I want a {}!", dice.word(&KEYWORDS)),
        1 => dice.word(&["help", "12", "refund it", "Ünser Drucker druckt nicht"]).to_owned(),
        2 => pool::text(dice),
        3 => "long ".repeat(1 + dice.roll(200)),
        _ => hostile(dice),
    }
}

/// A text of pieces that have broken out of places before.
pub(in crate::fuzzing) fn hostile(dice: &mut Dice<'_>) -> String {
    let count = dice.roll(8);
    (0..count)
        .map(|_| match dice.roll(6) {
            0 => dice.noise(4),
            _ => dice.word(&PIECES).to_owned(),
        })
        .collect()
}

/// Puts marks in the place of some texts and numbers that are hidden: nothing else may be shown of what they are a part of.
fn mark(dice: &mut Dice<'_>, value: &mut Json, path: &mut Vec<String>, schema: &Schema, hidden: bool) {
    match value {
        Json::Object(members) => {
            for (name, member) in members.iter_mut() {
                path.push(name.clone());
                let hidden = hidden || is_hidden(schema, path);
                mark(dice, member, path, schema, hidden);
                path.pop();
            }
        }
        Json::Array(items) => items.iter_mut().filter(|_| hidden).for_each(|item| mark(dice, item, path, schema, true)),
        Json::String(text) if hidden && dice.one_in(2) => *text = MARK.repeat(3),
        Json::Number(number) if hidden && number.is_i64() && dice.one_in(2) => *value = json!(7_766_554_477_665_544_i64),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn is_hidden(schema: &Schema, path: &[String]) -> bool {
    match schema.lookup(path.iter().map(String::as_str)) {
        Lookup::Declared { pii, .. } | Lookup::Free { pii } => pii,
        Lookup::Unknown { .. } | Lookup::NoMembers { .. } => true,
    }
}

/// No JSON any more, or not that of an object.
fn spoil(dice: &mut Dice<'_>, bytes: &mut Vec<u8>) {
    match dice.roll(4) {
        0 => bytes.truncate(dice.roll(bytes.len())),
        1 => *bytes = dice.word(&["", "[]", "null", "{", "{\"domain\": 1e999}", "{\"domain\": \"a\", \"domain\": \"b\"}"]).as_bytes().to_vec(),
        2 => bytes.extend(b"}"),
        _ => {
            let at = dice.roll(bytes.len());
            let other = u8::try_from(dice.roll(256)).unwrap_or(0);
            if let Some(byte) = bytes.get_mut(at) {
                *byte = other;
            }
        }
    }
}
