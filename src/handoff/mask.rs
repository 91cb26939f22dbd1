//! A context without what must not be kept: only what a rule set reads, its schema declares, and nobody has marked as personal.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::RuleSet;
use crate::schema::{Attribute, Lookup, Schema, Type};

impl RuleSet {
    /// What may be kept of a context: the attributes that decisions read, of which the schema says that they are there and does not say that they are personal,
    /// as far as their values are of the declared type. Keys that a caller chooses and that the rule set does not name are left out, and so is all below `any`.
    ///
    /// ```
    /// use triggerfish::{RuleSet, schema::Format};
    /// # let text = "{triggerfish: 1, when: domain == 'IT' AND utterance != '', otherwise: [{key: help, label: Help, strategies: [{ticket: default}]}]}";
    /// let set = RuleSet::parse(text, Format::Yaml)?;
    /// let context = serde_json::json!({"domain": "IT", "utterance": "my password is ...", "channel": "web", "more": 1});
    /// assert_eq!(set.masked(&context), serde_json::json!({"domain": "IT"}));
    /// # Ok::<(), triggerfish::LoadError>(())
    /// ```
    #[must_use]
    pub fn masked(&self, context: &Json) -> Json {
        let layout = &self.loaded.model.layout;
        let mut kept = Json::Object(Map::new());
        for path in layout.slots().filter(|slot| !layout.is_computed(*slot)).map(|slot| layout.path(slot)) {
            if let Some(value) = masked(self.schema(), path, context) {
                put(&mut kept, path, value);
            }
        }
        kept
    }
}

/// What may be kept of the attribute at a path.
fn masked(schema: &Schema, path: &[Arc<str>], context: &Json) -> Option<Json> {
    let attribute = match schema.lookup(path.iter().map(AsRef::as_ref)) {
        Lookup::Declared { attribute, pii: false, .. } => attribute,
        Lookup::Declared { pii: true, .. } | Lookup::Free { .. } | Lookup::Unknown { .. } | Lookup::NoMembers { .. } => return None,
    };
    let value = path.iter().try_fold(context, |value, name| value.as_object()?.get(&**name))?;
    fitting(attribute, value)
}

/// What is of the declared type, and not personal.
fn fitting(attribute: &Attribute, value: &Json) -> Option<Json> {
    if attribute.pii {
        return None;
    }
    let kept = match (&attribute.ty, value) {
        (Type::Bool, Json::Bool(_)) | (Type::Integer | Type::Number, Json::Number(_)) | (Type::Text, Json::String(_)) => value.clone(),
        (Type::Time, Json::Number(_)) => value.clone(),
        (Type::Time, Json::String(text)) => crate::value::parse_time(text.trim()).map(|_| value.clone())?,
        (Type::Enum { values, open }, Json::String(text)) => (*open || values.iter().any(|known| **known == **text)).then(|| value.clone())?,
        (Type::Any, Json::Bool(_) | Json::Number(_) | Json::String(_)) => value.clone(),
        (Type::List(element), Json::Array(elements)) => elements.iter().filter_map(|value| fitting(element, value)).collect(),
        (Type::Map { known, .. }, Json::Object(members)) | (Type::Object { members: known, .. }, Json::Object(members)) => {
            let kept = known.iter().filter_map(|(name, part)| Some((name.to_string(), fitting(part, members.get(&**name)?)?)));
            Json::Object(kept.collect())
        }
        (
            Type::Bool
            | Type::Integer
            | Type::Number
            | Type::Time
            | Type::Text
            | Type::Enum { .. }
            | Type::List(_)
            | Type::Map { .. }
            | Type::Object { .. }
            | Type::Any,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) | Json::Object(_),
        ) => return None,
    };
    Some(kept)
}

/// Puts a value at a path, beside what is there.
fn put(whole: &mut Json, path: &[Arc<str>], value: Json) {
    let mut place = whole;
    for name in path {
        let Json::Object(members) = place else { return };
        place = members.entry(&**name).or_insert_with(|| Json::Object(Map::new()));
    }
    match (place, value) {
        // A part of it may have been put there before.
        (Json::Object(there), Json::Object(more)) => there.extend(more),
        (place, value) => *place = value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::Format;

    fn set(attributes: &str, when: &str) -> RuleSet {
        let text = format!(
            "triggerfish: 1\ncontext: {{ attributes: {attributes} }}\nwhen: '{when}'\notherwise: [ {{ key: help, label: Help, strategies: [ {{ url: \"https://x.example/\" }} ] }} ]"
        );
        RuleSet::parse(&text, Format::Yaml).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn what_is_not_read_not_declared_or_personal_is_dropped() {
        let set =
            set("{ plan: text, secret: { type: text, pii: true } }", "plan == \"x\" AND secret == \"y\" AND user.full_name == \"z\" AND user.role == \"r\"");
        let context = json!({"plan": "x", "secret": "canary", "user": {"full_name": "canary", "role": "r", "location": "unread"}, "channel": "unread", "x": 1});
        assert_eq!(set.masked(&context), json!({"plan": "x", "user": {"role": "r"}}));
    }

    #[test]
    fn values_of_other_types_are_dropped() {
        let set = set("{ n: integer, e: { type: enum, values: [a, b] }, l: list<text>, t: time }", "n == 1 AND e == \"a\" AND \"x\" IN l AND t > 0");
        assert_eq!(set.masked(&json!({"n": "canary", "e": "canary", "l": [1, "kept", {"a": "canary"}], "t": "canary"})), json!({"l": ["kept"]}));
        assert_eq!(set.masked(&json!({"n": 1, "e": "b", "l": "canary", "t": "2026-01-01T00:00:00Z"})), json!({"n": 1, "e": "b", "t": "2026-01-01T00:00:00Z"}));
        assert_eq!(set.masked(&json!({"n": {"canary": 1}})), json!({}));
        assert_eq!(set.masked(&json!("canary")), json!({}));
    }

    #[test]
    fn keys_that_the_caller_chooses_are_dropped() {
        let set = set("{ m: map<text>, o: { type: object, attributes: { a: text, p: { type: text, pii: true } } } }", "m.named == \"x\" AND $LENGTH(o) > 0");
        assert_eq!(
            set.masked(&json!({"m": {"named": "kept", "canary": "x"}, "o": {"a": "kept", "p": "canary", "canary": 1}})),
            json!({"m": {"named": "kept"}, "o": {"a": "kept"}})
        );
    }
}
