//! Which attributes a context has, and of what type: declared by the user, on top of the built-in data objects.

mod builtin;
mod infer;
mod json_schema;
mod read;
mod walk;

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

pub use infer::Inference;
pub use read::SchemaError;
pub use walk::Lookup;

use crate::value::Kinds;

/// The attributes that a context may have.
///
/// In strict mode an undeclared attribute is an error and a context whose attributes are of other types does not bind;
/// in lenient mode the first is a warning and such attributes are `NULL`.
#[derive(Clone, Debug, Default)]
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
    /// Every other key of the declaration (such as `default`, `max_age`), kept for the rooms that give it meaning.
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
        /// The listed values.
        values: Vec<Arc<str>>,
        /// Whether other values are legal: then no comparison "can never be true".
        open: bool,
    },
    /// `list<T>`
    List(Box<Attribute>),
    /// `map<T>`: keys that the caller chooses, all of one type.
    Map(Box<Attribute>),
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
    /// The kinds of its values, `NULL` not counted (except for `any`).
    #[must_use]
    pub fn kinds(&self) -> Kinds {
        match self {
            Type::Bool => Kinds::BOOL,
            Type::Integer => Kinds::INTEGER,
            Type::Number => Kinds::NUMBER,
            Type::Text | Type::Enum { .. } => Kinds::TEXT,
            Type::List(_) => Kinds::LIST,
            Type::Map(_) | Type::Object { .. } => Kinds::MAP,
            Type::Any => Kinds::ANY,
        }
    }
}
