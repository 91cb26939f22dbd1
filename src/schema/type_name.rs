//! Types as one word: `text`, `list<map<integer>>`.

use super::{Attribute, Type};
use crate::document::{closest, quoted};

/// The names of types, as an author writes them.
pub(super) const NAMES: [&str; 10] = ["bool", "integer", "number", "time", "text", "enum", "list", "map", "object", "any"];

/// Names that other languages have for them.
const FOREIGN: [(&str, &str); 17] = [
    ("boolean", "bool"),
    ("int", "integer"),
    ("long", "integer"),
    ("float", "number"),
    ("double", "number"),
    ("decimal", "number"),
    ("string", "text"),
    ("str", "text"),
    ("date", "time"),
    ("datetime", "time"),
    ("timestamp", "time"),
    ("array", "list<any>"),
    ("dict", "map<any>"),
    ("struct", "object"),
    ("record", "object"),
    ("null", "any"),
    ("json", "any"),
];

/// A type that was written as one word.
pub(super) enum Named {
    /// A type that the word tells fully.
    Type(Type),
    /// `enum`, which wants values.
    Enum,
}

/// Reads the name of a type. `levels` is how many more may stand inside one another.
pub(super) fn parse(name: &str, levels: usize) -> Result<Named, (String, Option<String>)> {
    // The frames around the innermost type, outermost first: a loop, because the depth is the author's.
    let mut around = Vec::new();
    let mut inner = name.trim();
    while let Some((outer, rest)) = inner.split_once('<') {
        let wrap = match outer.trim_end() {
            "list" => Type::list,
            "map" => Type::map,
            outer if NAMES.contains(&outer) => return Err((format!("`{outer}` takes no type in `<>`"), None)),
            outer => return unknown(outer),
        };
        inner = rest.strip_suffix('>').ok_or(("expected `>` at the end".to_owned(), None))?.trim();
        around.push(wrap);
        if around.len() > levels {
            return Err(("nests too deep".to_owned(), None));
        }
    }
    let ty = match inner {
        "bool" => Type::Bool,
        "integer" => Type::Integer,
        "number" => Type::Number,
        "time" => Type::Time,
        "text" => Type::Text,
        "any" => Type::Any,
        "object" => Type::Object { members: indexmap::IndexMap::new(), closed: false },
        "list" => Type::list(Attribute::new(Type::Any)),
        "map" => Type::map(Attribute::new(Type::Any)),
        "enum" if around.is_empty() => return Ok(Named::Enum),
        "enum" => return Err(("an `enum` needs its values".to_owned(), Some("write `{ type: list, of: { type: enum, values: [..] } }`".to_owned()))),
        "" => return Err(("a type is missing".to_owned(), Some(format!("types are {}", NAMES.join(", "))))),
        other => return unknown(other),
    };
    Ok(Named::Type(around.into_iter().rev().fold(ty, |ty, wrap| wrap(Attribute::new(ty)))))
}

fn unknown<T>(name: &str) -> Result<T, (String, Option<String>)> {
    let lower = name.to_lowercase();
    // A word that is spelled like one that another language uses means ours.
    let ours = |word: &str| FOREIGN.iter().find(|(foreign, _)| *foreign == word).map_or(word.to_owned(), |(_, known)| (*known).to_owned());
    let near = closest(&lower, NAMES.into_iter().chain(FOREIGN.iter().map(|(foreign, _)| *foreign)));
    let help = near.map(|near| format!("did you mean `{}`?", ours(near)));
    Err((format!("unknown type {}", quoted(name)), Some(help.unwrap_or_else(|| format!("types are {}", NAMES.join(", "))))))
}

/// Writes a type as one word, if [`parse`] would read the same type from it.
pub(super) fn print(ty: &Type) -> Option<String> {
    match ty {
        Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Any => Some(ty.name().to_owned()),
        Type::Object { members, closed: false } if members.is_empty() => Some("object".to_owned()),
        Type::List(element) => Some(format!("list<{}>", plain(element)?)),
        Type::Map { values, known } if known.is_empty() => Some(format!("map<{}>", plain(values)?)),
        Type::Map { .. } | Type::Object { .. } | Type::Enum { .. } => None,
    }
}

fn plain(attribute: &Attribute) -> Option<String> {
    says_only_its_type(attribute).then(|| print(&attribute.ty)).flatten()
}

/// Whether a declaration is told by its type alone.
pub(super) fn says_only_its_type(attribute: &Attribute) -> bool {
    attribute.nullable && !attribute.pii && attribute.description.is_none() && attribute.default.is_none() && attribute.max_age.is_none()
}
