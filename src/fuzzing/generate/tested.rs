//! Rules that sets index: tests of attributes against few constants, so that rules share them and contexts pass them, under `AND`, `OR`, `NOT` and `IF`.

use std::sync::Arc;

use serde_json::Value as Json;

use super::{Dice, World};
use crate::value::Kinds;

/// Texts that begin, end and contain each other.
const WORDS: [&str; 12] = ["", "a", "ab", "abc", "b", "bc", "Sales", "Sal", "SALES ", "IT", "w1", "straße"];

const NUMBERS: [&str; 12] = ["0", "1", "2", "2.0", "2.5", "-1", "7", "9007199254740993", "9007199254740992.0", "-9223372036854775807", "1e300", "0.0"];

const PATTERNS: [&str; 5] = ["a", "^a", "b$", "[0-9]+", "(?i)sal"];

/// A rule over the attributes of a schema.
pub fn tested(dice: &mut Dice<'_>, world: &World) -> String {
    let depth = 1 + dice.roll(4);
    condition(dice, world, depth)
}

/// Puts the constants of such rules into a document.
pub fn fitted(dice: &mut Dice<'_>, document: &mut Json) {
    match document {
        Json::String(text) if dice.roll(4) > 0 => *text = dice.word(&WORDS).to_owned(),
        Json::Number(_) if dice.roll(4) > 0 => {
            if let Ok(number) = serde_json::from_str(dice.word(&NUMBERS)) {
                *document = number;
            }
        }
        Json::Array(items) => {
            if items.iter().all(Json::is_string) {
                let count = dice.roll(4);
                items.extend((0..count).map(|_| Json::String(dice.word(&WORDS).to_owned())));
            }
            items.iter_mut().for_each(|item| fitted(dice, item));
        }
        Json::Object(members) => members.values_mut().for_each(|member| fitted(dice, member)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn condition(dice: &mut Dice<'_>, world: &World, depth: usize) -> String {
    if depth == 0 {
        return test(dice, world);
    }
    match dice.roll(12) {
        0..=4 => joined(dice, world, depth, " AND "),
        5..=6 => joined(dice, world, depth, " OR "),
        7 => format!("NOT ({})", condition(dice, world, depth - 1)),
        8 => {
            let [one, other, third] = [(); 3].map(|()| condition(dice, world, depth - 1));
            format!("(IF {one} THEN {other} ELSE {third})")
        }
        _ => test(dice, world),
    }
}

fn joined(dice: &mut Dice<'_>, world: &World, depth: usize, operator: &str) -> String {
    let parts: Vec<String> = (0..2 + dice.roll(4)).map(|_| format!("({})", condition(dice, world, depth - 1))).collect();
    parts.join(operator)
}

fn test(dice: &mut Dice<'_>, world: &World) -> String {
    let text = |dice: &mut Dice<'_>| path(dice, world, Kinds::TEXT);
    let not = if dice.one_in(5) { "NOT " } else { "" };
    match dice.roll(16) {
        0..=3 => {
            let operator = dice.word(&["==", "==", "!="]);
            format!("{} {operator} {}", text(dice), word(dice))
        }
        4..=5 => {
            let items: Vec<String> = (0..dice.roll(5)).map(|_| if dice.one_in(6) { atom(dice) } else { word(dice) }).collect();
            format!("{} {not}IN [{}]", text(dice), items.join(", "))
        }
        6..=8 => {
            let operator = dice.word(&["<", "<=", ">", ">=", "==", "!="]);
            let (one, other) = (path(dice, world, Kinds::NUMBER), dice.word(&NUMBERS));
            if dice.one_in(4) { format!("{other} {operator} {one}") } else { format!("{one} {operator} {other}") }
        }
        9 => format!("{not}{}.{}({})", text(dice), dice.word(&["$STARTS_WITH", "$ENDS_WITH"]), word(dice)),
        10 => {
            let kinds = if dice.one_in(3) { Kinds::TEXT } else { Kinds::LIST };
            format!("{} {not}IN {}", word(dice), path(dice, world, kinds))
        }
        11 => format!("{not}{}.$MATCH(\"{}\")", text(dice), dice.word(&PATTERNS)),
        12 => {
            let derived = dice.word(&["$LOWERCASE()", "$TRIM()", "$TRIM().$LOWERCASE()"]);
            let compared = dice.word(&["==", "!=", "<", ">="]);
            format!("{}.{derived} {compared} {}", text(dice), word(dice))
        }
        13 => format!("{}.$LENGTH() {} {}", text(dice), dice.word(&["<", ">", "=="]), dice.roll(6)),
        14 => {
            let operator = dice.word(&["<", "<=", ">", ">="]);
            format!("{} {operator} {}", text(dice), word(dice))
        }
        _ => match dice.roll(5) {
            0 => path(dice, world, Kinds::ANY),
            1 => format!("{not}{}.$IS_NULL()", path(dice, world, Kinds::ANY)),
            2 => format!("{} == {}", path(dice, world, Kinds::ANY), atom(dice)),
            // No test: what is more than tests.
            3 => format!("{} + 1 > {}", path(dice, world, Kinds::NUMBER), dice.word(&NUMBERS)),
            _ => format!("{} == {}", text(dice), text(dice)),
        },
    }
}

fn word(dice: &mut Dice<'_>) -> String {
    format!("\"{}\"", dice.word(&WORDS))
}

fn atom(dice: &mut Dice<'_>) -> String {
    dice.word(&["NULL", "TRUE", "FALSE", "2", "2.0", "\"a\"", "0"]).to_owned()
}

/// One of few attributes that may be of one of these kinds.
fn path(dice: &mut Dice<'_>, world: &World, want: Kinds) -> String {
    let fits = |path: &&Vec<Arc<str>>| world.attribute(path).is_some_and(|attribute| attribute.ty.kinds().meets(want));
    let few: Vec<&Vec<Arc<str>>> = world.paths.iter().filter(fits).take(4).collect();
    // Now and then, one that does not fit.
    let path = if dice.one_in(12) { dice.pick(&world.paths) } else { dice.pick(&few).copied() };
    path.map_or_else(|| "a".to_owned(), |path| crate::rule::dotted(path))
}
