//! Building blocks of schemas: objects with their keys, references, and the forms that many keys share.

use serde_json::{Map, Value, json};

/// A key of an object and the schema of what stands behind it.
pub(super) type Property = (&'static str, Value);

/// An object that has these keys and no others.
pub(super) fn object(description: &str, required: &[&str], properties: impl IntoIterator<Item = Property>) -> Value {
    let properties: Map<String, Value> = properties.into_iter().map(|(key, schema)| (key.to_owned(), schema)).collect();
    let mut schema = json!({ "type": "object", "description": description, "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        insert(&mut schema, "required", json!(required));
    }
    schema
}

/// A part of `$defs`.
pub(super) fn reference(name: &str, description: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}"), "description": description })
}

/// A list of parts of `$defs`.
pub(super) fn list_of(name: &str, description: &str) -> Value {
    json!({ "type": "array", "items": { "$ref": format!("#/$defs/{name}") }, "description": description })
}

/// A schema with one keyword more.
pub(super) fn with(mut schema: Value, keyword: &str, value: impl Into<Value>) -> Value {
    insert(&mut schema, keyword, value.into());
    schema
}

fn insert(schema: &mut Value, keyword: &str, value: Value) {
    if let Value::Object(keywords) = schema {
        keywords.insert(keyword.to_owned(), value);
    }
}

/// A text.
pub(super) fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

/// `true` or `false`.
pub(super) fn flag(description: &str) -> Value {
    json!({ "type": "boolean", "description": description })
}

/// A whole number of at least `least`.
pub(super) fn count(description: &str, least: u64) -> Value {
    json!({ "type": "integer", "minimum": least, "description": description })
}

/// One of a few words.
pub(super) fn word(description: &str, words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words, "description": description })
}

/// A list of texts.
pub(super) fn text_list(description: &str) -> Value {
    json!({ "type": "array", "items": { "type": "string" }, "description": description })
}

/// A map whose keys are free and whose values are texts.
pub(super) fn text_map(description: &str) -> Value {
    json!({ "type": "object", "additionalProperties": { "type": "string" }, "description": description })
}

/// Of these keys, exactly one is there.
pub(super) fn exactly_one(keys: &[&str]) -> Value {
    keys.iter().map(|key| json!({ "required": [key] })).collect()
}

/// `if` a key has one of these values, `then` some keys have to be there, and others must not.
pub(super) fn when(key: &str, values: &[&str], required: &[&str], forbidden: &[&str]) -> Value {
    let mut condition = Map::new();
    condition.insert(key.to_owned(), json!({ "enum": values }));
    let forbidden: Map<String, Value> = forbidden.iter().map(|key| ((*key).to_owned(), Value::Bool(false))).collect();
    json!({ "if": { "properties": condition, "required": [key] }, "then": { "required": required, "properties": forbidden } })
}

/// A pattern for a word in any letter case.
pub(super) fn any_case(word: &str) -> String {
    word.chars().map(|letter| format!("[{}{}]", letter.to_ascii_lowercase(), letter.to_ascii_uppercase())).collect()
}
