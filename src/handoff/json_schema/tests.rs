use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::file::keys;
use super::{decision_schema, rule_set_schema};
use crate::value::duration::parse_duration;

/// The keys of an object in a schema; those behind a shorthand stand below `anyOf`.
fn keys_of(part: &Value) -> BTreeSet<&str> {
    let long = part["anyOf"].as_array().and_then(|forms| forms.iter().find(|form| form["properties"].is_object()));
    let object = long.unwrap_or(part);
    assert_eq!(object["additionalProperties"], json!(false), "{part}");
    object["properties"].as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_schema_knows_the_keys_that_the_reader_knows() {
    let schema = rule_set_schema();
    let parts = [
        ("calendar", keys::CALENDAR),
        ("integration", keys::INTEGRATION),
        ("category", keys::CATEGORY),
        ("item", keys::ITEM),
        ("strategy", keys::STRATEGY),
        ("ticket", keys::TICKET),
        ("file_ticket", keys::FILE_TICKET),
        ("link", keys::URL),
        ("email", keys::EMAIL),
        ("channel", keys::CHANNEL),
        ("person", keys::PERSON),
        ("bot", keys::BOT),
        ("email_form", keys::EMAIL_FORM),
        ("attachments", keys::ATTACHMENTS),
        ("gather", keys::GATHER),
        ("if_unanswered", keys::IF_UNANSWERED),
        ("always", keys::ALWAYS),
        ("notify", keys::NOTIFY),
        ("flag", keys::FLAG),
        ("announcements", &keys::TEXTS),
        ("test", keys::TEST),
        ("expect", keys::EXPECT),
    ];
    assert_eq!(keys_of(&schema), keys::RULE_SET.iter().copied().collect());
    for (name, known) in parts {
        assert_eq!(keys_of(&schema["$defs"][name]), known.iter().copied().collect(), "{name}");
    }
    let destinations: Vec<&str> = schema["$defs"]["strategy"]["oneOf"].as_array().unwrap().iter().map(|kind| kind["required"][0].as_str().unwrap()).collect();
    assert_eq!(destinations, keys::DESTINATIONS);
}

#[test]
fn declarations_have_the_keys_that_schemas_know() {
    let read = |text: &str| crate::schema::Schema::read(text, crate::document::Format::Json, &crate::Limits::default()).unwrap_err().to_string();
    let listed = |message: &str| message.split("keys are ").nth(1).unwrap().trim_end_matches(')').split(", ").map(str::to_owned).collect::<BTreeSet<String>>();
    let schema = rule_set_schema();
    let known = listed(&read(r#"{"attributes": {"a": {"type": "text", "wqxzjk": 1}}}"#));
    assert_eq!(keys_of(&schema["$defs"]["declaration"]), known.iter().map(String::as_str).collect());
    let known = read(r#"{"wqxzjk": 1}"#);
    let known = known.split(';').next().unwrap();
    assert_eq!(keys_of(&schema["$defs"]["declared"]), listed(known).iter().map(String::as_str).collect());
}

/// Every `$ref` of a schema, every part that has no description where a key is told, and every object that is open by oversight.
fn walk(schema: &Value, see: &mut impl FnMut(&Value)) {
    see(schema);
    match schema {
        Value::Array(items) => items.iter().for_each(|item| walk(item, see)),
        Value::Object(members) => members.values().for_each(|member| walk(member, see)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_part_is_referred_to() {
    for schema in [rule_set_schema(), decision_schema()] {
        let mut referred = BTreeSet::new();
        walk(&schema, &mut |part| referred.extend(part["$ref"].as_str().map(|path| path.strip_prefix("#/$defs/").unwrap().to_owned())));
        let parts: BTreeSet<String> = schema["$defs"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(referred, parts);
        assert!(schema.get("$id").is_none());
    }
}

#[test]
fn every_key_says_what_it_means() {
    for schema in [rule_set_schema(), decision_schema()] {
        walk(&schema, &mut |part| {
            if let (Some(properties), Some(false)) = (part["properties"].as_object(), part["additionalProperties"].as_bool()) {
                for (key, property) in properties.iter().filter(|(key, _)| !(keys::TEXTS.contains(&key.as_str()) && properties.len() == keys::TEXTS.len())) {
                    let description = property["description"].as_str().unwrap_or_else(|| panic!("{key} has no description"));
                    assert!(
                        description.ends_with('.') && description.starts_with(|first: char| first.is_uppercase() || "`1".contains(first)),
                        "{key}: {description}"
                    );
                }
            }
        });
    }
}

#[test]
fn durations_are_those_that_are_read() {
    let schema = rule_set_schema();
    let pattern = regex::Regex::new(schema["$defs"]["duration"]["anyOf"][0]["pattern"].as_str().unwrap()).unwrap();
    for text in ["90s", "5m", "2h", "1d", "90", "", "m", "-1s", "1.5h", "5 minutes", "5w", "s5"] {
        assert_eq!(pattern.is_match(text), parse_duration(text).is_some(), "{text:?}");
    }
}
