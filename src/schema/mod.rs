//! Which attributes a context has, and of what type: declared by the user, on top of the built-in data objects.
//!
//! ```text
//! schema file --document--> located nodes --declare--> Schema     (text: JSON, or YAML with the feature `yaml`)
//! JSON Schema ----------------^        \--json_schema--^          and back: Schema --json_schema--> JSON Schema
//! sample contexts --infer--> Schema --print--> schema file
//! ```
//!
//! # The schema file
//!
//! ```yaml
//! extends: builtin            # builtin (the default) or none
//! strict: true                # false by default
//! attributes:
//!   user.custom_attributes.is_fte: bool
//!   agents.it_emea.available: { type: integer, max_age: 60s }
//!   plan: { type: enum, values: [free, pro], open: false, nullable: false, pii: false, description: What they pay for }
//!   address: { type: object, closed: false, attributes: { city: text, zip: { type: text, pii: true } } }
//!   visits: { type: list, of: { type: object, attributes: { page: text } } }
//!   user.custom_attributes["cost.center"]: text
//!   user.department: { nullable: false }
//! ```
//!
//! - Types: `bool` `integer` `number` `text` `enum` `list<T>` `map<T>` `object` `any`; what an element of a list or map is can be told at length by `of`.
//! - A dotted path declares a member; objects on the way that nobody declares come into being, closed. Below `any` it makes an open object; below a
//!   map it declares one key, and all other keys keep the type of the map's values. A name with a dot in it is written `["a.b"]`.
//! - `attributes` declares the members of an object, or keys of a map, by their plain names: dots mean nothing there.
//! - A declaration with a `type` replaces what was declared there; one without amends it. Shorter paths come first, whatever their order in the file.
//! - A `pii` mark that is replaced stays unless `pii` is written: nothing becomes visible in a trace because its type was refined.
//! - Unknown keys are errors, except those of [`EXTRA_KEYS`].

mod builtin;
mod declare;
mod infer;
mod json_schema;
mod meter;
mod path;
mod print;
mod read;
#[cfg(test)]
mod tests;
mod type_name;
mod walk;

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use read::bounds;

pub use crate::document::{DocumentError as SchemaError, DocumentErrors as SchemaErrors, Format};
pub use infer::Inference;
pub use walk::Lookup;

use crate::value::Kinds;

/// The keys of a declaration that a schema keeps in [`Attribute::extra`] without giving them a meaning.
pub const EXTRA_KEYS: [&str; 2] = ["default", "max_age"];

/// The attributes that a context may have.
///
/// In strict mode an undeclared attribute is an error and a context whose attributes are of other types does not bind;
/// in lenient mode the first is a warning and such attributes are `NULL`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// The top-level attributes, in the order of declaration.
    pub attributes: IndexMap<Arc<str>, Attribute>,
    /// Strict or lenient.
    pub strict: bool,
}

/// A declared attribute, or a part of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// The type of its values.
    pub ty: Type,
    /// Whether it may be missing (`NULL`). A required attribute that is missing does not bind in strict mode.
    pub nullable: bool,
    /// Personal data: masked in traces and logs. A part of a marked attribute counts as marked.
    pub pii: bool,
    /// What it means, for people.
    pub description: Option<String>,
    /// The keys of the declaration listed in [`EXTRA_KEYS`], kept for the rooms that give them meaning.
    pub extra: BTreeMap<String, serde_json::Value>,
}

impl Attribute {
    /// A nullable attribute of a type.
    #[must_use]
    pub fn new(ty: Type) -> Attribute {
        Attribute { ty, nullable: true, pii: false, description: None, extra: BTreeMap::new() }
    }

    /// The kinds that its values have inside every rule.
    #[must_use]
    pub fn kinds(&self, strict: bool) -> Kinds {
        let kinds = self.ty.kinds();
        if self.nullable || !strict { kinds.or(Kinds::NULL) } else { kinds }
    }
}

/// The type of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// `bool`
    Bool,
    /// `integer`; a Float that is a whole number serves as one.
    Integer,
    /// `number`: Integer or Float.
    Number,
    /// `text`
    Text,
    /// `enum`: a Text, usually one of the listed.
    Enum {
        /// The listed values: at least one, none twice.
        values: Vec<Arc<str>>,
        /// Whether other values are legal: then no comparison "can never be true".
        open: bool,
    },
    /// `list<T>`
    List(Box<Attribute>),
    /// `map<T>`: keys that the caller chooses.
    Map {
        /// What the value of every key is that is not declared itself.
        values: Box<Attribute>,
        /// Keys that are declared themselves, such as `it_emea` by `agents.it_emea.available: integer`.
        known: IndexMap<Arc<str>, Attribute>,
    },
    /// `object`: declared members; others are of any type unless the object is closed.
    Object {
        /// The declared members.
        members: IndexMap<Arc<str>, Attribute>,
        /// Whether members that are not declared are unknown attributes.
        closed: bool,
    },
    /// `any`
    Any,
}

impl Type {
    /// `list<T>`
    #[must_use]
    pub fn list(element: Attribute) -> Type {
        Type::List(Box::new(element))
    }

    /// `map<T>` of which no key is declared.
    #[must_use]
    pub fn map(values: Attribute) -> Type {
        Type::Map { values: Box::new(values), known: IndexMap::new() }
    }

    /// The kinds of its values, `NULL` not counted (except for `any`).
    #[must_use]
    pub fn kinds(&self) -> Kinds {
        match self {
            Type::Bool => Kinds::BOOL,
            Type::Integer => Kinds::INTEGER,
            Type::Number => Kinds::NUMBER,
            Type::Text | Type::Enum { .. } => Kinds::TEXT,
            Type::List(_) => Kinds::LIST,
            Type::Map { .. } | Type::Object { .. } => Kinds::MAP,
            Type::Any => Kinds::ANY,
        }
    }

    /// The name of the type without its parameters.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Type::Bool => "bool",
            Type::Integer => "integer",
            Type::Number => "number",
            Type::Text => "text",
            Type::Enum { .. } => "enum",
            Type::List(_) => "list",
            Type::Map { .. } => "map",
            Type::Object { .. } => "object",
            Type::Any => "any",
        }
    }
}
