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
//!   channel: { default: web }
//!   contract.ends: time
//! ```
//!
//! - Types: `bool` `integer` `number` `time` `text` `enum` `list<T>` `map<T>` `object` `any`; what an element of a list or map is can be told at length by `of`.
//! - A `time` is a Number inside rules, seconds since 1970. A context writes it so, or as a text: RFC 3339 (`2026-01-05T10:30:45Z`), a date alone, or
//!   without an offset, which is UTC.
//! - A dotted path declares a member; objects on the way that nobody declares come into being, closed. Below `any` it makes an open object; below a
//!   map it declares one key, and all other keys keep the type of the map's values. A name with a dot in it is written `["a.b"]`.
//! - `attributes` declares the members of an object, or keys of a map, by their plain names: dots mean nothing there.
//! - A declaration with a `type` replaces what was declared there; one without amends it. Shorter paths come first, whatever their order in the file.
//! - A `pii` mark that is replaced stays unless `pii` is written: nothing becomes visible in a trace because its type was refined.
//! - What is absent or `null` reads as its `default`, which has to fit its type; `default: null` takes back a default that was declared before.
//!   What is there and of another type is not replaced by it.
//! - `max_age` marks live data: where rule sets are decided, it reads as `NULL` once it is older than that: a number of seconds, or `60s` `2m` `1h` `1d`.
//! - Unknown keys are errors.

mod builtin;
mod conform;
mod declare;
mod defaults;
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

use std::sync::Arc;

use indexmap::IndexMap;

use read::bounds;

pub use crate::document::{DocumentError as SchemaError, DocumentErrors as SchemaErrors, Format};
pub use conform::Misfit;
pub(crate) use conform::{Conformer, Pointer};
pub use infer::Inference;
#[cfg(feature = "handoff")]
pub(crate) use path::join as member_path;
pub use walk::Lookup;

use crate::value::{Kinds, Value};

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
    /// What it reads as where it is absent or `null`: a value of its type, never `NULL`.
    pub default: Option<Value>,
    /// Live data: older than so many seconds it is stale, and reads as `NULL` when a rule set is decided.
    pub max_age: Option<u64>,
}

impl Attribute {
    /// A nullable attribute of a type.
    #[must_use]
    pub fn new(ty: Type) -> Attribute {
        Attribute { ty, nullable: true, pii: false, description: None, default: None, max_age: None }
    }

    /// The kinds that its values have inside every rule.
    #[must_use]
    pub fn kinds(&self, strict: bool) -> Kinds {
        let kinds = self.ty.kinds();
        if self.may_be_missing() || !strict { kinds.or(Kinds::NULL) } else { kinds }
    }

    /// Whether it may read as `NULL` in a context that fits: it may be missing and has no default, or it can be too old.
    #[must_use]
    pub fn may_be_missing(&self) -> bool {
        self.max_age.is_some() || (self.nullable && self.default.is_none())
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
    /// `time`: a Number inside rules, seconds since 1970-01-01T00:00:00Z; a context may write it as a text of RFC 3339.
    Time,
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
            Type::Number | Type::Time => Kinds::NUMBER,
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
            Type::Time => "time",
            Type::Text => "text",
            Type::Enum { .. } => "enum",
            Type::List(_) => "list",
            Type::Map { .. } => "map",
            Type::Object { .. } => "object",
            Type::Any => "any",
        }
    }
}
