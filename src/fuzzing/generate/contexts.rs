//! Contexts for a rule: documents with what it reads, mostly of the declared types.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Number, Value as Json};

use super::{Dice, pool};
use crate::context::Layout;
use crate::schema::{Attribute, Schema, Type};

/// How much a generated document keeps to its schema.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Care {
    /// It always binds.
    Fits,
    /// Things are missing, or of another kind.
    Dirty,
}

/// Texts that are times.
const TIMES: [&str; 4] = ["2026-01-05T10:30:45Z", "2026-10-25T02:30:00.25+02:00", "0001-01-01", "9999-12-31 23:59"];

/// The names that a rule reads below a place.
#[derive(Default)]
struct Read(BTreeMap<Arc<str>, Read>);

/// A document with the attributes that a layout names.
pub fn document(dice: &mut Dice<'_>, layout: &Layout, schema: Option<&Schema>, care: Care) -> Json {
    let mut read = Read::default();
    for path in layout.paths() {
        path.iter().fold(&mut read, |read, name| read.0.entry(name.clone()).or_default());
    }
    let mut writer = Writer { dice, care, fuel: 400 };
    let declared = |name: &str| schema.and_then(|schema| schema.attributes.get(name));
    let mut object = Map::new();
    for (name, below) in &read.0 {
        writer.member(&mut object, name, declared(name), below);
    }
    if writer.dice.one_in(8) {
        object.insert("nobody reads this".to_owned(), writer.any(2));
    }
    Json::Object(object)
}

struct Writer<'w, 'd> {
    dice: &'w mut Dice<'d>,
    care: Care,
    fuel: usize,
}

impl Writer<'_, '_> {
    fn member(&mut self, object: &mut Map<String, Json>, name: &str, declared: Option<&Attribute>, read: &Read) {
        let required = self.care == Care::Fits && declared.is_some_and(|attribute| !attribute.nullable);
        if required || self.dice.roll(8) > 0 || self.fuel < 100 {
            let value = self.value(declared, read, 4);
            object.insert(name.to_owned(), value);
        }
    }

    fn value(&mut self, declared: Option<&Attribute>, read: &Read, depth: usize) -> Json {
        self.fuel = self.fuel.saturating_sub(1);
        if self.care == Care::Dirty && self.dice.one_in(12) {
            return self.any(2);
        }
        let Some(attribute) = declared else { return self.undeclared(read, depth) };
        if attribute.nullable && self.dice.one_in(10) {
            return Json::Null;
        }
        match &attribute.ty {
            Type::Bool => Json::Bool(self.dice.roll(2) == 0),
            Type::Integer if self.dice.one_in(16) => float(f64::from(u8::try_from(self.dice.roll(200)).unwrap_or(0))),
            Type::Integer => Json::from(self.dice.integer()),
            Type::Number if self.dice.roll(2) == 0 => Json::from(self.dice.integer()),
            Type::Number => float(self.dice.float().get()),
            Type::Time if self.dice.roll(2) == 0 => Json::String(self.dice.pick(&TIMES).copied().unwrap_or_default().to_owned()),
            Type::Time => Json::from(i64::try_from(self.dice.roll(2_000_000_000)).unwrap_or(0)),
            Type::Text => Json::String(pool::text(self.dice)),
            Type::Enum { values, .. } if self.dice.roll(8) > 0 => Json::String(self.dice.pick(values).map(ToString::to_string).unwrap_or_default()),
            Type::Enum { .. } => Json::String(pool::text(self.dice)),
            Type::List(element) => {
                let count = if depth == 0 || self.fuel == 0 { 0 } else { self.dice.roll(5) };
                (0..count).map(|_| self.value(Some(element), &Read::default(), depth - 1)).collect()
            }
            Type::Map { values, known } => {
                let mut object = Map::new();
                let names: Vec<Arc<str>> = read.0.keys().cloned().chain(required(known)).collect();
                for name in names {
                    let nothing = Read::default();
                    let below = read.0.get(&name).unwrap_or(&nothing);
                    self.member(&mut object, &name, Some(known.get(&name).unwrap_or(values)), below);
                }
                if depth > 0 && self.dice.roll(2) == 0 {
                    object.insert("other".to_owned(), self.value(Some(values), &Read::default(), depth - 1));
                }
                Json::Object(object)
            }
            Type::Object { members, .. } => {
                let mut object = Map::new();
                let names: Vec<Arc<str>> = read.0.keys().cloned().chain(required(members)).collect();
                for name in names {
                    let nothing = Read::default();
                    let below = read.0.get(&name).unwrap_or(&nothing);
                    self.member(&mut object, &name, members.get(&name), below);
                }
                // The whole object is read: its optional members, too.
                if read.0.is_empty() && depth > 0 {
                    for (name, member) in members.iter().take(4) {
                        self.member(&mut object, name, Some(member), &Read::default());
                    }
                }
                Json::Object(object)
            }
            Type::Any => {
                let value = self.undeclared(read, depth);
                let is_missed = value.is_null() && !attribute.nullable && self.care == Care::Fits;
                if is_missed { Json::Bool(false) } else { value }
            }
        }
    }

    /// Something of which nothing is known but which members are read.
    fn undeclared(&mut self, read: &Read, depth: usize) -> Json {
        if read.0.is_empty() || self.dice.one_in(10) {
            return self.any(depth.min(3));
        }
        let mut object = Map::new();
        for (name, below) in &read.0 {
            self.member(&mut object, name, None, below);
        }
        Json::Object(object)
    }

    fn any(&mut self, depth: usize) -> Json {
        self.fuel = self.fuel.saturating_sub(1);
        match self.dice.roll(if depth == 0 || self.fuel == 0 { 6 } else { 8 }) {
            0 => Json::String(pool::text(self.dice)),
            1 => Json::from(self.dice.integer()),
            2 => float(self.dice.float().get()),
            3 => Json::Bool(self.dice.roll(2) == 0),
            4 => Json::Null,
            5 if self.care == Care::Dirty && self.dice.one_in(16) => Json::from(u64::MAX),
            5 => Json::from(self.dice.integer()),
            6 => {
                let count = self.dice.roll(5);
                (0..count).map(|_| self.any(depth - 1)).collect()
            }
            _ => {
                let count = self.dice.roll(4);
                (0..count).map(|_| (pool::text(self.dice), self.any(depth - 1))).collect()
            }
        }
    }
}

fn required(members: &indexmap::IndexMap<Arc<str>, Attribute>) -> impl Iterator<Item = Arc<str>> {
    members.iter().filter(|(_, member)| !member.nullable).map(|(name, _)| name.clone())
}

fn float(value: f64) -> Json {
    Number::from_f64(value).map_or(Json::Null, Json::Number)
}
