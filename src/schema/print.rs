//! A schema as the text of a schema file.

use std::fmt::Write;
use std::sync::Arc;

use indexmap::IndexMap;

use super::declare::keeps_mark;
use super::{Attribute, Schema, Type, path, type_name};
use crate::value::duration_text;
use crate::value::json::to_serde;

impl Schema {
    /// The schema as a schema file in YAML, standing alone (`extends: none`), that [`Schema::read`] reads back.
    ///
    /// ```
    /// use triggerfish::{Limits, schema::{Format, Schema}};
    /// let schema = Schema::read(r#"{"extends": "none", "attributes": {"a.b": "list<text>", "a.c": {"type": "text", "pii": true}}}"#, Format::Json, &Limits::default())?;
    /// assert_eq!(schema.to_yaml(), r#"extends: none
    /// strict: false
    /// attributes:
    ///   a:
    ///     type: object
    ///     closed: true
    ///     attributes:
    ///       b: list<text>
    ///       c: { type: text, pii: true }
    /// "#);
    /// # Ok::<(), triggerfish::schema::SchemaErrors>(())
    /// ```
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let mut out = format!("extends: none\nstrict: {}\n", self.strict);
        if self.attributes.is_empty() {
            out.push_str("attributes: {}\n");
        } else {
            out.push_str("attributes:\n");
        }
        for (name, attribute) in &self.attributes {
            entry(&mut out, 1, &path::print([&**name]), attribute, None);
        }
        out
    }
}

/// `key: declaration`, on one line where that holds it. `before` is what a reader would take marks from.
fn entry(out: &mut String, indent: usize, key: &str, attribute: &Attribute, before: Option<&Attribute>) {
    let key = scalar(key);
    let ty = &attribute.ty;
    let has_parts = has_parts(ty);
    let unmark = !attribute.pii && keeps_mark(ty, before, has_parts);
    margin(out, indent);
    if let Some(word) = type_name::print(ty).filter(|_| !unmark && type_name::says_only_its_type(attribute)) {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{key}: {word}");
        return;
    }
    let mut keys = own_keys(attribute);
    keys.extend(unmark.then(|| ("pii", "false".to_owned())));
    if !has_parts {
        let keys: Vec<String> = keys.into_iter().map(|(key, value)| format!("{key}: {value}")).collect();
        let _ = writeln!(out, "{key}: {{ {} }}", keys.join(", "));
        return;
    }
    let _ = writeln!(out, "{key}:");
    for (key, value) in keys {
        margin(out, indent + 1);
        let _ = writeln!(out, "{key}: {value}");
    }
    match ty {
        Type::List(element) => entry(out, indent + 1, "of", element, before.and_then(Attribute::element)),
        Type::Map { values, known } => {
            entry(out, indent + 1, "of", values, before.and_then(Attribute::map_values));
            members(out, indent + 1, known, |name| before.and_then(|before| before.member(name)).or(Some(values)));
        }
        Type::Object { members: declared, .. } => members(out, indent + 1, declared, |name| before.and_then(|before| before.member(name))),
        Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::Any => {}
    }
}

fn members<'b>(out: &mut String, indent: usize, members: &IndexMap<Arc<str>, Attribute>, before: impl Fn(&str) -> Option<&'b Attribute>) {
    if !members.is_empty() {
        margin(out, indent);
        out.push_str("attributes:\n");
    }
    for (name, member) in members {
        entry(out, indent + 1, name, member, before(name));
    }
}

/// Whether the declaration has declarations inside that do not fit into its type's name.
fn has_parts(ty: &Type) -> bool {
    match ty {
        Type::List(_) | Type::Map { .. } => type_name::print(ty).is_none(),
        Type::Object { members, .. } => !members.is_empty(),
        Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::Any => false,
    }
}

/// The keys of a declaration, its parts left out.
fn own_keys(attribute: &Attribute) -> Vec<(&'static str, String)> {
    let name = type_name::print(&attribute.ty).unwrap_or_else(|| attribute.ty.name().to_owned());
    let mut keys = vec![("type", name)];
    if let Type::Enum { values, open } = &attribute.ty {
        let values: Vec<String> = values.iter().map(|value| scalar(value)).collect();
        keys.push(("values", format!("[{}]", values.join(", "))));
        keys.extend(open.then(|| ("open", "true".to_owned())));
    }
    if let Type::Object { closed: true, .. } = &attribute.ty {
        keys.push(("closed", "true".to_owned()));
    }
    keys.extend((!attribute.nullable).then(|| ("nullable", "false".to_owned())));
    keys.extend(attribute.pii.then(|| ("pii", "true".to_owned())));
    keys.extend(attribute.description.as_ref().map(|text| ("description", scalar(text))));
    keys.extend(attribute.default.as_ref().map(|default| ("default", value(&to_serde(default)))));
    keys.extend(attribute.max_age.map(|seconds| ("max_age", duration_text(seconds))));
    keys
}

fn margin(out: &mut String, indent: usize) {
    for _ in 0..indent {
        out.push_str("  ");
    }
}

/// A JSON value, on one line.
fn value(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => scalar(text),
        Value::Array(items) => format!("[{}]", items.iter().map(self::value).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members: Vec<String> = members.iter().map(|(key, value)| format!("{}: {}", scalar(key), self::value(value))).collect();
            format!("{{{}}}", members.join(", "))
        }
    }
}

/// A text: as it is where every reader of YAML takes it for a text, else in double quotes.
fn scalar(text: &str) -> String {
    // Words that YAML, or an older YAML, reads as something else; numbers do not begin with a letter.
    const WORDS: [&str; 10] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan"];
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte);
    let plain = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(inner)
        && text.len() <= 128
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    if plain { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            // Not printable for YAML, a line break to it, or invisible to people.
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}
