//! Rules of the shapes that native code treats apart: many tests of few attributes, lists of literals in every shape, texts that are derived twice,
//! lambdas in lambdas, values of every kind.

use std::sync::Arc;

use serde_json::Value as Json;

use super::{Dice, World};
use crate::schema::Type;
use crate::value::Kinds;

/// So many words are there for literals: more than a List has bits for.
const WORDS: usize = 160;

/// Parameters of lambdas, by how many lambdas are around them.
const PARAMETERS: [&str; 5] = ["p", "q", "r", "t", "u"];

const NUMBERS: [&str; 14] = [
    "0",
    "1",
    "2.5",
    "-1",
    "-0.5",
    "3",
    "3.0",
    "64",
    "9007199254740992",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808.0",
    "1e308",
    "5e-324",
];

/// A rule over the attributes of a schema, and over other names, of which nothing is known here.
pub fn shaped(dice: &mut Dice<'_>, world: &World, names: &[Arc<str>]) -> String {
    let mut writer = Writer { dice, world, names, fuel: 40, lambdas: 0 };
    let depth = 1 + writer.dice.roll(4);
    match writer.dice.roll(8) {
        0..=3 => writer.condition(depth),
        4..=6 => writer.value(depth),
        _ => format!("{} {} {}", writer.operand(depth), writer.dice.word(&["AND", "OR"]), writer.operand(depth)),
    }
}

/// Puts words and numbers that rules ask for into a document.
pub fn sprinkled(dice: &mut Dice<'_>, document: &mut Json) {
    match document {
        Json::String(text) if dice.roll(2) == 0 => *text = word(dice.roll(WORDS)),
        Json::Number(_) if dice.roll(3) == 0 => {
            if let Ok(number) = serde_json::from_str(dice.word(&NUMBERS)) {
                *document = number;
            }
        }
        Json::Array(items) => {
            let texts = items.iter().all(Json::is_string);
            if texts && dice.roll(2) == 0 {
                let count = dice.roll(6);
                items.extend((0..count).map(|_| Json::String(word(dice.roll(WORDS)))));
            }
            items.iter_mut().for_each(|item| sprinkled(dice, item));
        }
        Json::Object(members) => members.values_mut().for_each(|member| sprinkled(dice, member)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn word(number: usize) -> String {
    format!("w{number}")
}

struct Writer<'w, 'd> {
    dice: &'w mut Dice<'d>,
    world: &'w World,
    names: &'w [Arc<str>],
    fuel: usize,
    lambdas: usize,
}

impl Writer<'_, '_> {
    // ---- leaves

    /// An attribute that may be of one of these kinds.
    fn path(&mut self, want: Kinds) -> String {
        if self.dice.one_in(6)
            && let Some(name) = self.dice.pick(self.names)
        {
            return name.to_string();
        }
        if self.lambdas > 0 && self.dice.one_in(4) {
            let place = self.dice.roll(self.lambdas);
            return parameter(place).to_owned();
        }
        let paths = &self.world.paths;
        let start = self.dice.roll(paths.len());
        let fits = |path: &&Vec<Arc<str>>| self.world.attribute(path).is_some_and(|attribute| attribute.ty.kinds().meets(want));
        match paths.iter().cycle().skip(start).take(paths.len()).find(fits) {
            Some(path) => written(path),
            None => "a".to_owned(),
        }
    }

    fn text(&mut self) -> String {
        if self.dice.one_in(6) {
            self.dice.word(&["\"\"", "\"IT\"", "\"straße\"", "\"a\"", "\"Sales\""]).to_owned()
        } else {
            quoted(&word(self.dice.roll(WORDS)))
        }
    }

    fn number(&mut self) -> String {
        if self.dice.one_in(3) { self.dice.integer().saturating_abs().to_string() } else { self.dice.word(&NUMBERS).to_owned() }
    }

    fn scalar(&mut self) -> String {
        match self.dice.roll(6) {
            0 => "NULL".to_owned(),
            1 => self.dice.word(&["TRUE", "FALSE"]).to_owned(),
            2 => self.number(),
            _ => self.text(),
        }
    }

    /// Literals that are neighbours, close together, scattered, or of several kinds.
    fn literals(&mut self) -> String {
        let count = match self.dice.roll(8) {
            0 => 0,
            1..=5 => 1 + self.dice.roll(6),
            6 => 8 + self.dice.roll(24),
            _ => 20 + self.dice.roll(60),
        };
        let (start, step) = (self.dice.roll(WORDS), 1 + self.dice.roll(7));
        let shape = self.dice.roll(6);
        let items: Vec<String> = (0..count)
            .map(|at| match shape {
                0..=1 => quoted(&word((start + at) % WORDS)),
                2 => quoted(&word((start + at * step) % WORDS)),
                3 => self.number(),
                4 if at + 1 == count && self.dice.one_in(3) => "[1]".to_owned(),
                _ => self.scalar(),
            })
            .collect();
        format!("[{}]", items.join(", "))
    }

    /// Literals of an attribute that is one of some words.
    fn among(&mut self) -> (String, String) {
        let path = self.path(Kinds::ANY);
        let declared = self.world.paths.iter().find(|declared| written(declared) == path).and_then(|declared| self.world.attribute(declared));
        match declared.map(|attribute| &attribute.ty) {
            Some(Type::Enum { values, .. }) => {
                let values: Vec<String> = values.iter().skip(self.dice.roll(values.len())).map(|value| quoted(value)).collect();
                (path, format!("[{}]", values.join(", ")))
            }
            _ => (path, self.literals()),
        }
    }

    // ---- conditions

    fn condition(&mut self, depth: usize) -> String {
        self.fuel = self.fuel.saturating_sub(1);
        let nests = depth > 0 && self.fuel > 0;
        match self.dice.roll(if nests { 14 } else { 8 }) {
            0 => {
                let (path, literals) = self.among();
                format!("{path} {} {literals}", self.dice.word(&["IN", "NOT IN"]))
            }
            1 => {
                let (path, scalar, op) = (self.path(Kinds::ANY), self.scalar(), self.dice.word(&["==", "!="]));
                if self.dice.roll(3) == 0 { format!("{scalar} {op} {path}") } else { format!("{path} {op} {scalar}") }
            }
            2 => {
                let (path, number, op) = (self.path(Kinds::NUMBER), self.number(), self.dice.word(&["<", "<=", ">", ">="]));
                if self.dice.roll(3) == 0 { format!("{number} {op} {path}") } else { format!("{path} {op} {number}") }
            }
            3..=4 => format!("{} {} {}", self.text(), self.dice.word(&["IN", "NOT IN"]), self.path(Kinds::LIST.or(Kinds::TEXT))),
            5 => self.path(Kinds::ANY),
            6 => self.derived(),
            7 => {
                let op = self.dice.word(&["==", "!=", "<", ">=", "IN", "NOT IN"]);
                format!("{} {op} {}", self.path(Kinds::ANY), self.path(Kinds::ANY))
            }
            8 => format!("NOT ({})", self.condition(depth - 1)),
            9 => format!("(IF {} THEN {} ELSE {})", self.condition(depth - 1), self.condition(depth - 1), self.condition(depth - 1)),
            10 => {
                let (list, place) = (self.path(Kinds::LIST), self.lambdas);
                self.lambdas += 1;
                let body = self.condition(depth - 1);
                self.lambdas -= 1;
                format!("{list}.{}({} => {body})", self.dice.word(&["$ANY", "$ALL"]), parameter(place))
            }
            11 => format!("({} {} {})", self.operand(depth - 1), self.dice.word(&["==", "<", ">=", "IN", "!="]), self.operand(depth - 1)),
            _ => {
                // Rows of more tests than are done without a branch.
                let count = if self.dice.one_in(24) { 40 + self.dice.roll(50) } else { 2 + self.dice.roll(5) };
                let inner = if count > 20 { 0 } else { depth - 1 };
                let tests: Vec<String> = (0..count).map(|_| self.condition(inner)).collect();
                format!("({})", tests.join(self.dice.word(&[" AND ", " OR "])))
            }
        }
    }

    fn derived(&mut self) -> String {
        let path = self.path(Kinds::TEXT);
        match self.dice.roll(5) {
            0 => format!("{path}.$LOWERCASE() == {}", self.text()),
            1 => format!("{path}.$TRIM().$LOWERCASE() IN {}", self.literals()),
            2 => format!("{} IN {path}.$LOWERCASE().$TRIM()", self.text()),
            3 => format!("{path}.$TRIM().$LENGTH() > {}", self.dice.roll(9)),
            _ => format!("{path}.$UPPERCASE().$STARTS_WITH({})", self.text()),
        }
    }

    // ---- values

    /// A value that may stand beside any operator.
    fn operand(&mut self, depth: usize) -> String {
        format!("({})", self.value(depth))
    }

    fn value(&mut self, depth: usize) -> String {
        self.fuel = self.fuel.saturating_sub(1);
        let Some(inner) = depth.checked_sub(1).filter(|_| self.fuel > 0) else {
            return match self.dice.roll(8) {
                0..=2 => self.path(Kinds::ANY),
                3..=4 => self.path(Kinds::NUMBER),
                5 => self.number(),
                6 => "\"ab\" + \"cd\"".to_owned(),
                _ => self.scalar(),
            };
        };
        match self.dice.roll(14) {
            0 => {
                let items: Vec<String> = (0..self.dice.roll(4)).map(|_| self.value(inner)).collect();
                format!("[{}]", items.join(", "))
            }
            1 => format!("{{\"k\": {}, {}: {}}}", self.value(inner), self.path(Kinds::TEXT), self.value(inner)),
            2 => format!("{}[{}]", self.operand(inner), self.dice.word(&["0", "-1", "1", "\"k\"", "2.0", "a"])),
            3 => format!("{}[{}]", self.operand(inner), self.dice.word(&["1:", ":-1", "0:2", ":", "-2:9", "a:"])),
            4 => format!("{}.{}", self.operand(inner), self.dice.word(&["k", "name", "in"])),
            5 => format!("-{}", self.operand(inner)),
            6..=7 => {
                let count = 2 + self.dice.roll(3);
                let first = self.operand(inner);
                (1..count).fold(first, |left, _| format!("{left} {} {}", self.dice.word(&["+", "-", "*", "/"]), self.operand(inner)))
            }
            8 => format!(
                "IF {} THEN {} ELSE IF {} THEN {} ELSE {}",
                self.condition(inner),
                self.operand(inner),
                self.condition(inner),
                self.operand(inner),
                self.operand(inner)
            ),
            9 => format!("$COALESCE({}, {}, {})", self.value(inner), self.value(inner), self.value(inner)),
            10 => match self.dice.roll(4) {
                0 => format!("$COALESCE({})", self.path(Kinds::LIST)),
                1 => format!("$TIME() {} {}", self.dice.word(&["+", "-", ">"]), self.path(Kinds::NUMBER)),
                2 => format!("{}.$MATCH({})", self.path(Kinds::TEXT), self.dice.word(&["\"(?i)w1\"", "\"a*\"", "\"^w\""])),
                _ => self.path(Kinds::TEXT) + self.dice.word(&[".$LOWERCASE().$TRIM()", ".$TRIM().$LENGTH()", ".$UPPERCASE()"]),
            },
            11..=12 => {
                let (list, place) = (self.path(Kinds::LIST), parameter(self.lambdas));
                self.lambdas += 1;
                let text = match self.dice.roll(3) {
                    0 => format!("{list}.$MAP({place} => {})", self.value(inner)),
                    1 => format!("{list}.$FILTER({place} => {})", self.condition(inner)),
                    _ => format!("{list}.$REDUCE((s, {place}) => {}, {})", self.value(inner), self.scalar()),
                };
                self.lambdas -= 1;
                text
            }
            _ => format!("{} {} {}", self.operand(inner), self.dice.word(&["AND", "OR"]), self.operand(inner)),
        }
    }
}

fn parameter(place: usize) -> &'static str {
    PARAMETERS.get(place).copied().unwrap_or("z")
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// A path as it is written; an attribute whose name is no name cannot be.
fn written(path: &[Arc<str>]) -> String {
    let is_name = |text: &str| text.chars().all(|character| character == '_' || character.is_ascii_alphabetic());
    match path.split_first() {
        Some((first, rest)) if is_name(first) => rest.iter().fold(first.to_string(), |text, name| format!("{text}[{}]", quoted(name))),
        Some(_) | None => "a".to_owned(),
    }
}
