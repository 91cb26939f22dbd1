//! Schemas: generated ones, and the built-in one in both modes; and the attribute paths that they declare.

use std::sync::{Arc, LazyLock};

use indexmap::IndexMap;

use super::Dice;
use crate::schema::{Attribute, Schema, Type};
use crate::value::Value;

/// A schema and the paths that it declares.
#[derive(Clone, Debug)]
pub struct World {
    /// The schema.
    pub schema: Arc<Schema>,
    /// The paths to everything that it declares, each with the steps to it; keys of maps that the caller chooses are among them.
    pub paths: Vec<Vec<Arc<str>>>,
}

impl World {
    /// A schema with its paths.
    #[must_use]
    pub fn new(schema: Arc<Schema>) -> World {
        let mut paths = Vec::new();
        for (name, attribute) in &schema.attributes {
            walk(&mut vec![name.clone()], attribute, &mut paths);
        }
        World { schema, paths }
    }

    /// What the schema says of a path.
    pub(super) fn attribute(&self, path: &[Arc<str>]) -> Option<&Attribute> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.schema.attributes.get(first)?, |attribute, name| attribute.member(name))
    }
}

/// Keys that nobody declares.
const FREE_KEYS: [&str; 3] = ["it_emea", "k", "cost center"];

fn walk(path: &mut Vec<Arc<str>>, attribute: &Attribute, paths: &mut Vec<Vec<Arc<str>>>) {
    paths.push(path.clone());
    let mut below = |name: &Arc<str>, member: &Attribute| {
        path.push(name.clone());
        walk(path, member, paths);
        path.pop();
    };
    match &attribute.ty {
        Type::Object { members, .. } => members.iter().for_each(|(name, member)| below(name, member)),
        Type::Map { values, known } => {
            known.iter().for_each(|(name, member)| below(name, member));
            FREE_KEYS.iter().for_each(|name| below(&Arc::from(*name), values));
        }
        Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::List(_) | Type::Any => {}
    }
}

/// The built-in schema, lenient.
#[must_use]
pub fn builtin() -> &'static World {
    static LENIENT: LazyLock<World> = LazyLock::new(|| World::new(Schema::builtin()));
    &LENIENT
}

/// The built-in schema, strict.
#[must_use]
pub fn strict_builtin() -> &'static World {
    static STRICT: LazyLock<World> = LazyLock::new(|| World::new(Arc::new(Schema { strict: true, ..Schema::clone(&Schema::builtin()) })));
    &STRICT
}

/// A small schema of its own.
#[must_use]
pub fn generated(dice: &mut Dice<'_>, strict: bool) -> World {
    const NAMES: [&str; 8] = ["a", "b", "text", "list", "user", "flag", "count", "any thing"];
    let count = 1 + dice.roll(6);
    let names = NAMES.iter().take(count);
    let attributes = names.map(|name| (Arc::from(*name), attribute(dice, 3))).collect();
    World::new(Arc::new(Schema { attributes, strict }))
}

fn attribute(dice: &mut Dice<'_>, depth: usize) -> Attribute {
    let ty = ty(dice, depth);
    let default = if dice.one_in(6) { default(dice, &ty) } else { None };
    Attribute { nullable: dice.roll(3) > 0, pii: dice.one_in(5), default, max_age: dice.one_in(12).then_some(60), ..Attribute::new(ty) }
}

/// A value of a type.
fn default(dice: &mut Dice<'_>, ty: &Type) -> Option<Value> {
    match ty {
        Type::Bool => Some(Value::Bool(dice.one_in(2))),
        Type::Integer | Type::Number => Some(Value::Integer(dice.integer())),
        Type::Time => Some(Value::Integer(0)),
        Type::Text | Type::Any => Some(Value::text("IT")),
        Type::Enum { values, .. } => values.first().cloned().map(Value::Text),
        Type::List(_) => Some(Value::from(Vec::new())),
        // A member that has to be there would be missing.
        Type::Map { .. } | Type::Object { .. } => None,
    }
}

fn ty(dice: &mut Dice<'_>, depth: usize) -> Type {
    const VALUES: [&str; 5] = ["Sales", "IT", "sales", "", "bot"];
    match dice.roll(if depth == 0 { 7 } else { 10 }) {
        0 => Type::Text,
        1 => Type::Integer,
        2 => Type::Number,
        3 => Type::Bool,
        4 => {
            let count = 1 + dice.roll(VALUES.len());
            Type::Enum { values: VALUES.iter().take(count).map(|value| Arc::from(*value)).collect(), open: dice.one_in(2) }
        }
        5 => Type::Any,
        6 => Type::Time,
        7 => Type::list(attribute(dice, depth - 1)),
        8 => Type::Map { values: Box::new(attribute(dice, depth - 1)), known: members(dice, depth - 1, 2) },
        _ => Type::Object { members: members(dice, depth - 1, 3), closed: dice.roll(3) > 0 },
    }
}

fn members(dice: &mut Dice<'_>, depth: usize, most: usize) -> IndexMap<Arc<str>, Attribute> {
    const NAMES: [&str; 3] = ["name", "in", "größe"];
    let count = dice.roll(most + 1);
    NAMES.iter().take(count).map(|name| (Arc::from(*name), attribute(dice, depth))).collect()
}
