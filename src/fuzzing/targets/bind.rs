//! JSON bytes bind in one way: the scan and the reader agree, on every level of the processor, in a context that is new or used before, whether or not the
//! caller vouches for the bytes.

use std::sync::Arc;

use serde::de::IgnoredAny;
use serde_json::Value as Json;

use super::super::generate::{self, Care, Dice, json_text};
use super::super::{Input, Tally, outcome};
use super::evaluate::{compile, world};
use crate::context::{Context, ContextError, Layout, Slot};
use crate::engine::{Engine, Rule};
use crate::limits::Limits;
use crate::simd::Best;

/// Looks at one input.
pub(in super::super) fn run(bytes: &[u8], tally: &mut Tally) {
    tally.inputs += 1;
    match Input::of(bytes) {
        Input::Text(source, context) => {
            for engine in [Engine::new(), Engine::new().with_schema(generate::builtin().schema.clone())] {
                if let Some(rule) = compile(&engine, &source, tally) {
                    look_at(&rule, engine.limits(), context, &mut Context::empty(rule.layout()), tally);
                }
            }
        }
        Input::Decisions(mut dice) => decide(&mut dice, tally),
    }
}

fn decide(dice: &mut Dice<'_>, tally: &mut Tally) {
    let (world, has_schema) = world(dice);
    let limits = Limits { json_depth: if dice.one_in(4) { 3 } else { 64 }, context_bytes: if dice.one_in(8) { 300 } else { 1 << 20 }, ..Limits::default() };
    let source = generate::text(dice, &world);
    let mut engine = Engine::new().with_limits(limits);
    if has_schema {
        engine = engine.with_schema(world.schema.clone());
    }
    let Some(rule) = compile(&engine, &source, tally) else { return };
    let mut used = Context::empty(rule.layout());
    for _ in 0..4 {
        let document = generate::document(dice, rule.layout(), Some(world.schema.as_ref()), Care::Dirty);
        let mut text = json_text(dice, &document);
        if dice.one_in(4) && !text.is_empty() {
            let (at, byte) = (dice.roll(text.len()), dice.roll(256));
            if let (Some(place), Ok(byte)) = (text.get_mut(at), u8::try_from(byte)) {
                *place = byte;
            }
            let length = if dice.one_in(2) { dice.roll(text.len()) } else { text.len() };
            text.truncate(length);
        }
        look_at(&rule, engine.limits(), &text, &mut used, tally);
    }
}

/// Binds in all ways, and asserts that all agree.
fn look_at(rule: &Rule, limits: &Limits, json: &[u8], used: &mut Context, tally: &mut Tally) {
    let layout = rule.layout();
    let mut reference = Context::empty(layout);
    let expected = match json.len() > limits.context_bytes {
        true => Context::from_json(layout, json, limits).map(drop),
        false => reference.read(layout, json, limits),
    };
    like_serde(&expected, json, limits, rule);
    for level in Best::all() {
        for is_trusted in [false, true] {
            let mut fresh = Context::empty(layout);
            for context in [&mut fresh, &mut *used] {
                let found = context.rebind_at(layout, json, limits, is_trusted, level);
                if is_trusted && expected.is_err() {
                    // What is bound then means nothing, but it can be asked for.
                    let _ = shown(context, layout);
                    continue;
                }
                let place = || format!("{level:?}, trusted: {is_trusted}\n{}\n{}", rule.source(), String::from_utf8_lossy(json));
                assert_eq!(found, expected, "{}", place());
                if found.is_ok() {
                    assert_eq!(context.cells(), reference.cells(), "{}", place());
                    assert_eq!(shown(context, layout), shown(&reference, layout), "{}", place());
                    assert_eq!(context.warnings(), reference.warnings(), "{}", place());
                }
            }
        }
    }
    if expected.is_err() {
        tally.unbound += 1;
    } else {
        tally.scanned += u64::from(Context::is_scanned(layout, json, limits));
        in_memory(&reference, json, rule);
    }
}

fn shown(context: &Context, layout: &Layout) -> Vec<String> {
    layout.slots().map(|slot| format!("{:?}", context.slot(slot))).collect()
}

/// What is no JSON for `serde_json` does not bind, and what does not bind for its syntax is no JSON for `serde_json`.
fn like_serde(bound: &Result<(), ContextError>, json: &[u8], limits: &Limits, rule: &Rule) {
    let is_json = std::str::from_utf8(json).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    let says_otherwise = match bound {
        Ok(()) => !is_json,
        Err(_) if json.len() > limits.context_bytes => false,
        // An Integer outside 64 bits, half a surrogate pair and the like are JSON, and do not bind; a misfit has no offset.
        Err(error) => is_json && error.offset.is_some() && !OWN.contains(&error.message.as_str()) && !error.message.ends_with("occurs twice"),
    };
    assert!(!says_otherwise, "{bound:?}, but JSON: {is_json}\n{}\n{}", rule.source(), String::from_utf8_lossy(json));
}

/// What the language asks of JSON beyond its syntax.
const OWN: [&str; 4] = ["an integer outside 64 bits", "a number that is too large", "half of a surrogate pair", "lists and objects are nested too deeply"];

/// The same document as `serde_json` holds it binds to the same, but for the order of keys.
fn in_memory(reference: &Context, json: &[u8], rule: &Rule) {
    let Ok(document) = serde_json::from_slice::<Json>(json) else { return };
    match rule.bind_value(&document) {
        Ok(other) => {
            for slot in rule.layout().slots() {
                let same = match (reference.slot(slot), other.slot(slot)) {
                    (Slot::Value(one), Slot::Value(other)) => one == other && outcome::is_same(&sorted(one), &sorted(other)),
                    (Slot::NoMembers { at: one }, Slot::NoMembers { at: other }) => one == other,
                    (Slot::Value(_) | Slot::NoMembers { .. } | Slot::Failed(_), _) => false,
                };
                assert!(same, "{:?} in a text, {:?} in memory\n{}\n{document}", reference.slot(slot), other.slot(slot), rule.source());
            }
        }
        // What is written in a few bytes may be counted as more of them.
        Err(error) => assert!(error.message.contains("too large") || error.message.contains("defaults"), "{error}\n{}\n{document}", rule.source()),
    }
}

/// A value with its keys in order.
fn sorted(value: &crate::value::Value) -> crate::value::Value {
    use crate::value::Value;
    match value {
        Value::List(list) => Value::from(list.iter().map(sorted).collect::<Vec<_>>()),
        Value::Map(map) => {
            let mut entries: Vec<(Arc<str>, Value)> = map.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            entries.into_iter().collect()
        }
        scalar @ (Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_)) => scalar.clone(),
    }
}
