//! A schema to JSON Schema.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::super::{Attribute, Schema, Type};
use super::{DATE_TIME, DEFAULT, DRAFT, MAX_AGE, OPEN, PII, STRICT};
use crate::value::duration_text;
use crate::value::json::to_serde;

pub(super) fn schema(schema: &Schema) -> Value {
    let mut keywords = Map::new();
    keywords.insert("$schema".to_owned(), DRAFT.into());
    keywords.insert("type".to_owned(), "object".into());
    members(&mut keywords, &schema.attributes);
    if schema.strict {
        keywords.insert(STRICT.to_owned(), true.into());
    }
    Value::Object(keywords)
}

fn attribute(attribute: &Attribute) -> Value {
    let mut keywords = Map::new();
    type_keywords(&mut keywords, attribute);
    if let Some(description) = &attribute.description {
        keywords.insert("description".to_owned(), description.as_str().into());
    }
    if attribute.pii {
        keywords.insert(PII.to_owned(), true.into());
    }
    if let Some(default) = &attribute.default {
        keywords.insert(DEFAULT.to_owned(), to_serde(default));
    }
    if let Some(seconds) = attribute.max_age {
        keywords.insert(MAX_AGE.to_owned(), duration_text(seconds).into());
    }
    Value::Object(keywords)
}

fn type_keywords(keywords: &mut Map<String, Value>, of: &Attribute) {
    let name = match &of.ty {
        Type::Bool => "boolean",
        Type::Integer => "integer",
        Type::Number => "number",
        Type::Time => {
            // The format is one of texts: it says nothing of numbers.
            keywords.insert("type".to_owned(), if of.nullable { json!(["number", "string", "null"]) } else { json!(["number", "string"]) });
            keywords.insert("format".to_owned(), DATE_TIME.into());
            return;
        }
        Type::Text | Type::Enum { .. } => "string",
        Type::List(_) => "array",
        Type::Map { .. } | Type::Object { .. } => "object",
        Type::Any => {
            if !of.nullable {
                keywords.insert("type".to_owned(), json!(["array", "boolean", "number", "object", "string"]));
            }
            return;
        }
    };
    keywords.insert("type".to_owned(), if of.nullable { json!([name, "null"]) } else { name.into() });
    match &of.ty {
        Type::Enum { values, open } => {
            let mut listed: Vec<Value> = values.iter().map(|value| (**value).into()).collect();
            if *open {
                keywords.insert("examples".to_owned(), listed.into());
                keywords.insert(OPEN.to_owned(), true.into());
            } else {
                // `type` and `enum` must both allow what is missing.
                listed.extend(of.nullable.then_some(Value::Null));
                keywords.insert("enum".to_owned(), listed.into());
            }
        }
        Type::List(element) => {
            keywords.insert("items".to_owned(), attribute(element));
        }
        Type::Map { values, known } => {
            if !known.is_empty() {
                members(keywords, known);
            }
            keywords.insert("additionalProperties".to_owned(), attribute(values));
        }
        Type::Object { members: declared, closed } => {
            members(keywords, declared);
            if *closed {
                keywords.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Any => {}
    }
}

fn members(keywords: &mut Map<String, Value>, members: &IndexMap<Arc<str>, Attribute>) {
    let properties: Map<String, Value> = members.iter().map(|(name, member)| (name.to_string(), attribute(member))).collect();
    keywords.insert("properties".to_owned(), properties.into());
    let required: Vec<Value> = members.iter().filter(|(_, member)| !member.nullable).map(|(name, _)| (**name).into()).collect();
    if !required.is_empty() {
        keywords.insert("required".to_owned(), required.into());
    }
}
