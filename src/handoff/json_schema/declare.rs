//! The parts of a rule-set file that the others build on: attributes, lists, definitions, calendars.

use serde_json::{Value, json};

use super::forms::{any_case, flag, object, reference, text, text_list, with};

/// Words that no definition and no list may be called by.
const KEYWORDS: [&str; 10] = ["and", "or", "not", "in", "if", "then", "else", "true", "false", "null"];

pub(super) fn parts() -> Vec<(&'static str, Value)> {
    vec![
        ("context", context()),
        ("declared", declared()),
        ("declaration", declaration()),
        ("lists", named("Constant lists by name.", &json!({ "$ref": "#/$defs/list" }))),
        ("list", list()),
        ("definitions", named("Expressions by name.", &json!({ "$ref": "#/$defs/expression" }))),
        ("calendars", calendars()),
        ("calendar", calendar()),
        ("ranges", ranges()),
    ]
}

/// A schema file, or a JSON Schema, which says by its members that it is one.
fn context() -> Value {
    let is_json_schema = json!({ "anyOf": [
        { "required": ["$schema"] },
        { "required": ["properties"] },
        { "required": ["type"], "properties": { "type": { "const": "object" } } },
    ] });
    json!({
        "type": "object",
        "description": "The attributes of your contexts: declared here, or by a JSON Schema in its place.",
        "if": is_json_schema,
        "else": { "$ref": "#/$defs/declared" },
    })
}

fn declared() -> Value {
    object(
        "Attributes by path.",
        &[],
        [
            ("extends", json!({ "enum": ["builtin", "none"], "description": "Whether the built-in attributes are declared too. `builtin` if absent." })),
            ("strict", flag("Whether an attribute that is not declared is an error.")),
            (
                "attributes",
                json!({
                    "type": ["object", "null"],
                    "additionalProperties": { "$ref": "#/$defs/declaration" },
                    "description": "Attributes by dotted path: `user.custom_attributes.is_fte: bool`.",
                }),
            ),
        ],
    )
}

fn declaration() -> Value {
    let types = r"^\s*((list|map)\s*<[\sa-z<>]*>|bool|integer|number|text|time|list|map|object|any)\s*$";
    let word = json!({ "type": "string", "pattern": types, "examples": ["bool", "integer", "number", "text", "list<text>", "map<number>", "object", "any"] });
    let mut named = word.clone();
    named = with(named, "pattern", format!("{types}|^\\s*enum\\s*$"));
    named = with(named, "description", "The type: `bool`, `integer`, `number`, `text`, `enum`, `list<T>`, `map<T>`, `object` or `any`.");
    let long = object(
        "A declaration at length.",
        &[],
        [
            ("type", named),
            ("values", with(text_list("The values of an `enum`."), "minItems", 1)),
            ("open", flag("Whether an `enum` may have other values, too.")),
            ("of", reference("declaration", "What an element of a `list` or `map` is.")),
            ("closed", flag("Whether an `object` has no other members.")),
            (
                "attributes",
                json!({ "type": "object", "additionalProperties": { "$ref": "#/$defs/declaration" }, "description": "The members of an `object`, or keys of a `map`." }),
            ),
            ("nullable", flag("Whether the attribute may be missing. `true` if absent.")),
            ("pii", flag("Whether it is personal data, which traces hide.")),
            ("description", text("What it means, for people.")),
            ("default", json!({ "description": "A value that callers may use where the attribute is missing." })),
            ("max_age", reference("duration", "Live data that is older counts as missing; `as_of` in the nearest enclosing map says when it was taken.")),
        ],
    );
    json!({ "description": "The type of an attribute, or a map that says more.", "anyOf": [word, long] })
}

/// A map with names that expressions use.
fn named(description: &str, values: &Value) -> Value {
    let keywords = KEYWORDS.map(any_case).join("|");
    json!({
        "type": "object",
        "description": description,
        "propertyNames": { "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,127}$", "not": { "pattern": format!("^({keywords})$") } },
        "additionalProperties": values,
    })
}

fn list() -> Value {
    let file = object("A file with one value a line.", &["file"], [("file", reference("text", "Its path, beside the rule set or below its folder."))]);
    json!({
        "description": "The values, or a file with one value a line.",
        "anyOf": [{ "type": "array", "items": { "type": ["string", "number", "boolean"] } }, file],
    })
}

fn calendars() -> Value {
    json!({
        "type": "object",
        "description": "Calendars by name.",
        "maxProperties": 1000,
        "propertyNames": { "$ref": "#/$defs/key" },
        "additionalProperties": { "$ref": "#/$defs/calendar" },
    })
}

fn calendar() -> Value {
    let day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(any_case).join("|");
    let span = format!(r"\s*({day})\s*(-\s*({day})\s*)?");
    let (yearly, dated) = ("(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])");
    let dates = format!(r"^\s*({yearly}(\s*/\s*{yearly})?|{dated}(\s*/\s*{dated})?)\s*$");
    object(
        "Opening hours.",
        &["timezone"],
        [
            (
                "timezone",
                with(
                    reference("text", "Where the hours are local: a name such as `Europe/Berlin`, or an offset."),
                    "examples",
                    json!(["UTC", "Europe/Berlin", "America/New_York"]),
                ),
            ),
            (
                "hours",
                json!({
                    "type": "object",
                    "propertyNames": { "pattern": format!("^{span}(,{span})*$") },
                    "additionalProperties": { "$ref": "#/$defs/ranges" },
                    "description": "Hours by days: `mon-fri: [\"08:00-18:00\"]`, `sat,sun: []`.",
                }),
            ),
            (
                "holidays",
                json!({
                    "type": "object",
                    "propertyNames": { "pattern": dates },
                    "additionalProperties": { "$ref": "#/$defs/text" },
                    "description": "Closed days by date, each with its name: `12-25`, `2026-04-03`, `2026-12-24/2026-12-31`.",
                }),
            ),
            (
                "overrides",
                json!({
                    "type": "object",
                    "propertyNames": { "pattern": dates },
                    "additionalProperties": { "$ref": "#/$defs/ranges" },
                    "description": "Hours by date, which beat holidays and hours.",
                }),
            ),
        ],
    )
}

/// The hours of a day. Nothing behind the key is a closed day.
fn ranges() -> Value {
    let time = "([01][0-9]|2[0-3]):[0-5][0-9]";
    let range = json!({ "type": "string", "pattern": format!(r"^\s*{time}\s*-\s*({time}|24:00)\s*$"), "examples": ["08:00-18:00"] });
    json!({
        "description": "Ranges such as `08:00-18:00`; `22:00-06:00` ends on the day after. No range is a closed day.",
        "anyOf": [{ "type": "array", "items": range }, range, { "type": "null" }],
    })
}
