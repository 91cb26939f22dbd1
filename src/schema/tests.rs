//! What holds for every schema and every text.

use std::collections::HashSet;
use std::sync::Arc;

use arbtest::arbitrary::{Result, Unstructured};
use arbtest::arbtest;
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::{Attribute, Conformer, Format, Inference, Lookup, Pointer, Schema, Type};
use crate::limits::Limits;
use crate::value::LONGEST_DURATION;
use crate::value::json::from_serde;

fn read(text: &str) -> std::result::Result<Schema, String> {
    Schema::read(text, Format::Json, &Limits::default()).map_err(|errors| errors.to_string())
}

#[cfg(feature = "yaml")]
fn read_yaml(text: &str) -> std::result::Result<Schema, String> {
    Schema::read(text, Format::Yaml, &Limits::default()).map_err(|errors| errors.to_string())
}

/// A schema file that extends nothing, given its attributes.
fn alone(attributes: Value) -> Schema {
    read(&json!({ "extends": "none", "attributes": attributes }).to_string()).unwrap()
}

fn errors_of(attributes: Value) -> String {
    read(&json!({ "attributes": attributes }).to_string()).unwrap_err()
}

fn name(u: &mut Unstructured) -> Result<String> {
    if u.ratio(3, 4)? {
        return Ok(u
            .choose(&["user", "name", "a", "b", "a.b", "plan", "null", "true", "12", "type", "x y", "#", "", "[\"", "a: b", "- x", "\u{feff}"])?
            .to_string());
    }
    (0..u.int_in_range(0..=5)?)
        .map(|_| if u.ratio(1, 2)? { u.arbitrary() } else { u.choose(&['"', '\\', '\n', '\u{85}', '\u{7f}', '\u{fffe}', ':', '~']).copied() })
        .collect()
}

fn value(u: &mut Unstructured, depth: usize) -> Result<Value> {
    Ok(match u.int_in_range(0..=if depth > 2 { 5 } else { 7 })? {
        0 => Value::Null,
        1 => u.arbitrary::<bool>()?.into(),
        2 => u.arbitrary::<i64>()?.into(),
        3 => u.arbitrary::<u64>()?.into(),
        4 => u.arbitrary::<f64>()?.into(),
        5 => name(u)?.into(),
        6 => (0..u.int_in_range(0..=3)?).map(|_| value(u, depth + 1)).collect::<Result<Vec<_>>>()?.into(),
        _ => Value::Object((0..u.int_in_range(0..=3)?).map(|_| Ok((name(u)?, value(u, depth + 1)?))).collect::<Result<_>>()?),
    })
}

fn members(u: &mut Unstructured, depth: usize) -> Result<IndexMap<Arc<str>, Attribute>> {
    (0..u.int_in_range(0..=3)?).map(|_| Ok((name(u)?.into(), attribute(u, depth)?))).collect()
}

fn attribute(u: &mut Unstructured, depth: usize) -> Result<Attribute> {
    let ty = match u.int_in_range(0..=if depth > 5 { 6 } else { 11 })? {
        0 => Type::Bool,
        1 => Type::Integer,
        2 => Type::Number,
        3 => Type::Text,
        4 => Type::Any,
        5 => {
            let values: HashSet<String> = (0..u.int_in_range(1..=4)?).map(|_| name(u)).collect::<Result<_>>()?;
            Type::Enum { values: values.into_iter().map(Arc::from).collect(), open: u.arbitrary()? }
        }
        6 => Type::Time,
        7 | 8 => Type::list(attribute(u, depth + 1)?),
        9 => Type::Map { values: Box::new(attribute(u, depth + 1)?), known: members(u, depth + 1)? },
        _ => Type::Object { members: members(u, depth + 1)?, closed: u.arbitrary()? },
    };
    let description = if u.ratio(1, 4)? { Some(name(u)?) } else { None };
    let max_age = if u.ratio(1, 8)? { Some(u.int_in_range(0..=LONGEST_DURATION)?) } else { None };
    let attribute = Attribute { ty, nullable: u.ratio(3, 4)?, pii: u.ratio(1, 4)?, description, default: None, max_age };
    let default = if u.ratio(1, 4)? { default(u, &attribute)? } else { None };
    Ok(Attribute { default, ..attribute })
}

/// A value that fits, if one was guessed.
fn default(u: &mut Unstructured, attribute: &Attribute) -> Result<Option<crate::Value>> {
    let guess = match &attribute.ty {
        Type::Bool => u.arbitrary::<bool>()?.into(),
        Type::Integer => u.arbitrary::<i64>()?.into(),
        Type::Number => u.arbitrary::<f64>()?.into(),
        Type::Time => u.choose(&[json!(0), json!(1.5), json!("2026-01-05T10:30:45.25+02:00"), json!("2026-01-05")])?.clone(),
        Type::Text => name(u)?.into(),
        Type::Enum { values, .. } => (**u.choose(values)?).into(),
        Type::List(_) => json!([]),
        Type::Map { .. } | Type::Object { .. } => u.choose(&[json!({}), json!({ "a": {}, "b": [], "user": null })])?.clone(),
        Type::Any => value(u, 0)?,
    };
    let mut conformer = Conformer { strict: true, warnings: Vec::new(), room: 1_000_000 };
    let guess = from_serde(&guess, 20).unwrap_or_default();
    let fitted = conformer.fit(attribute, guess, &mut Pointer::default());
    Ok(fitted.ok().filter(|value| conformer.warnings.is_empty() && !value.is_null()))
}

fn schema(u: &mut Unstructured) -> Result<Schema> {
    Ok(Schema { attributes: members(u, 1)?, strict: u.arbitrary()? })
}

#[test]
fn every_schema_reads_back_from_json_schema() {
    arbtest(|u| {
        let schema = schema(u)?;
        let exported = schema.to_json_schema();
        assert_eq!(Schema::from_json_schema(&exported, &Limits::default()).unwrap(), schema, "{exported}");
        assert_eq!(read(&exported.to_string()).unwrap(), schema, "as text: {exported}");
        Ok(())
    })
    .budget_ms(2000);
    let builtin = Schema::builtin();
    assert_eq!(Schema::from_json_schema(&builtin.to_json_schema(), &Limits::default()).unwrap(), *builtin);
}

#[cfg(feature = "yaml")]
#[test]
fn every_schema_reads_back_from_its_file() {
    arbtest(|u| {
        let schema = schema(u)?;
        let text = schema.to_yaml();
        assert_eq!(read_yaml(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}")), schema, "{text}");
        Ok(())
    })
    .budget_ms(2000);
    let builtin = Schema::builtin();
    assert_eq!(read_yaml(&builtin.to_yaml()).unwrap(), *builtin);
}

#[cfg(feature = "yaml")]
#[test]
fn json_means_the_same_read_as_yaml() {
    arbtest(|u| {
        let text = value(u, 0)?.to_string();
        // YAML has fewer characters.
        if text.chars().all(|character| !character.is_control() && !('\u{fffe}'..='\u{ffff}').contains(&character)) {
            let unplaced = |text: std::result::Result<Schema, String>| text.map_err(|errors| errors.split(": ").last().unwrap_or("").to_owned());
            assert_eq!(unplaced(read(&text)), unplaced(read_yaml(&text)), "{text}");
        }
        Ok(())
    });
}

#[test]
fn no_bytes_panic() {
    const PARTS: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\n",
        "  ",
        "- ",
        "? ",
        "attributes",
        "extends",
        "strict",
        "type",
        "values",
        "of",
        "pii",
        "true",
        "null",
        "text",
        "list<",
        ">",
        "enum",
        "a.b",
        "&a ",
        "*a",
        "!t ",
        "<<: ",
        "---\n",
        "%YAML 1.2\n",
        "| ",
        "> ",
        "\u{0}",
        "1e999",
        "99999999999999999999",
        "$schema",
        "properties",
        "$ref",
        "\"#\"",
        "\\u",
        "\\ud800",
        "'",
        "#",
        "\t",
        "\u{feff}",
    ];
    arbtest(|u| {
        let bytes: Vec<u8> = if u.ratio(1, 2)? {
            (0..u.int_in_range(0..=60)?).map(|_| u.choose(PARTS)).collect::<Result<Vec<_>>>()?.iter().flat_map(|part| part.bytes()).collect()
        } else {
            let mut text = if u.ratio(1, 2)? { schema(u)?.to_yaml() } else { schema(u)?.to_json_schema().to_string() }.into_bytes();
            for _ in 0..u.int_in_range(1..=4)? {
                let at = u.choose_index(text.len())?;
                text[at] = u.arbitrary()?;
            }
            text
        };
        for format in [Format::Json, Format::Yaml] {
            if let Err(errors) = Schema::read(&bytes, format, &Limits::default()) {
                assert!(!errors.as_slice().is_empty());
                assert!(!errors.to_string().contains('\0'));
            }
        }
        Ok(())
    })
    .budget_ms(2000);
}

/// Texts that cost more than they weigh.
fn hostile() -> Vec<(String, Format)> {
    let many = |part: &str| part.repeat(200_000);
    let references: String =
        (0..40).map(|n| format!(r##""d{n}": {{"properties": {{"a": {{"$ref": "#/$defs/d{m}"}}, "b": {{"$ref": "#/$defs/d{m}"}}}}}},"##, m = n + 1)).collect();
    let chain: String = (0..20_000).map(|n| format!(r##""d{n}": {{"anyOf": [{{"type": "null"}}, {{"$ref": "#/$defs/d{}"}}]}},"##, n + 1)).collect();
    let copies: String = (0..5_000).map(|n| format!(r#","m.k{n}.x": "text""#)).collect();
    let parts: String = (0..4_000).map(|n| format!(r#""p{n}": "text","#)).collect();
    let mut texts: Vec<(String, Format)> = vec![
        (many("["), Format::Json),
        (many("[") + &many("]"), Format::Json),
        (many(r#"{"a":"#) + "1" + &many("}"), Format::Json),
        (format!(r#"{{"attributes": {{"a": "{}text{}"}}}}"#, many("list<"), many(">")), Format::Json),
        (format!(r#"{{"attributes": {{"{}": "text"}}}}"#, many("a.")), Format::Json),
        (format!(r#"{{"attributes": {{"{}a": "text"}}}}"#, "a.".repeat(100)), Format::Json),
        (format!(r#"{{"attributes": [{}]}}"#, many("[],") + "1"), Format::Json),
        (format!(r##"{{"properties": {{"a": {{"$ref": "#/$defs/d0"}}}}, "$defs": {{{references} "d40": {{}}}}}}"##), Format::Json),
        (format!(r##"{{"properties": {{"a": {{"$ref": "#/$defs/d0"}}}}, "$defs": {{{chain} "d20000": {{}}}}}}"##), Format::Json),
        (format!(r#"{{"attributes": {{"m": {{"type": "map", "of": {{"type": "object", "attributes": {{{parts} "x": "bool"}}}}}}{copies}}}}}"#), Format::Json),
        (format!(r#"{{"attributes": {{"m": {{"type": "map", "of": {{"type": "object", "default": {{"a": "{}"}}}}}}{copies}}}}}"#, many("x")), Format::Json),
        (" ".repeat(5 * 1024 * 1024), Format::Json),
    ];
    if cfg!(feature = "yaml") {
        let bomb: String = (0..30).map(|n| format!("a{n}: &a{n} [{}]\n", format!("*a{}, ", n.max(1) - 1).repeat(9))).collect();
        let nested: String = (0..1000).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
        let yaml = [
            many("["),
            many("{a: "),
            many("- "),
            many("? "),
            bomb,
            nested,
            "a: b: c".to_owned(),
            many("&a "),
            many("!t "),
            many("---\n"),
            many("\"\\n"),
            many("'"),
            many("a"),
            many("a: 1\n"),
        ];
        texts.extend(yaml.map(|text| (text, Format::Yaml)));
    }
    texts
}

#[test]
fn hostile_texts_are_refused_soon_and_on_a_small_stack() {
    let thread = std::thread::Builder::new().stack_size(if cfg!(debug_assertions) { 1024 } else { 256 } * 1024);
    let run = thread.spawn(|| {
        for (text, format) in hostile() {
            let shown: String = text.chars().take(40).collect();
            let start = std::time::Instant::now();
            let errors = Schema::read(&text, format, &Limits::default()).expect_err(&shown);
            assert!(errors.to_string().len() < 20_000, "{shown}");
            assert!(start.elapsed().as_secs() < 5, "{:?} for {shown}", start.elapsed());
        }
    });
    run.unwrap().join().unwrap();
}

#[test]
fn depth_is_allowed_up_to_the_limit_on_a_small_stack() {
    let thread = std::thread::Builder::new().stack_size(if cfg!(debug_assertions) { 1024 } else { 256 } * 1024);
    let run = thread.spawn(|| {
        let nested = |levels: usize| {
            let object = |inner, _| Attribute::new(Type::Object { members: IndexMap::from([(Arc::from("a"), inner)]), closed: true });
            let inner = (2..levels).fold(Attribute { pii: true, ..Attribute::new(Type::Text) }, object);
            Schema { attributes: IndexMap::from([(Arc::from("a"), Attribute::new(Type::list(inner)))]), strict: false }
        };
        let deepest = nested(64);
        assert_eq!(Schema::from_json_schema(&deepest.to_json_schema(), &Limits::default()).unwrap(), deepest);
        assert!(Schema::from_json_schema(&nested(65).to_json_schema(), &Limits::default()).is_err());
        #[cfg(feature = "yaml")]
        {
            assert_eq!(read_yaml(&deepest.to_yaml()).unwrap(), deepest);
            assert!(read_yaml(&nested(65).to_yaml()).is_err());
        }
    });
    run.unwrap().join().unwrap();
}

#[test]
fn attributes_and_bytes_are_allowed_up_to_the_limit() {
    let limits = Limits { schema_attributes: 3, schema_bytes: 200, ..Limits::default() };
    let read = |text: &str| Schema::read(text, Format::Json, &limits);
    assert!(read(r#"{"extends": "none", "attributes": {"a": "text", "b": "text", "c": "text"}}"#).is_ok());
    assert!(read(r#"{"extends": "none", "attributes": {"a": "text", "b": "text", "c": "text", "d": "text"}}"#).is_err());
    let spaces = |count| format!("{{}}{}", " ".repeat(count));
    assert!(read(&spaces(198)).is_ok());
    assert_eq!(read(&spaces(199)).unwrap_err().to_string(), "the schema is longer than 200 bytes");
}

#[test]
fn the_rule_sets_example_declares_what_it_says() {
    let schema = Schema::from_value(
        &json!({
            "strict": true,
            "attributes": {
                "user.custom_attributes.is_fte": "bool",
                "agents.it_emea.available": { "type": "integer", "max_age": "60s" },
                "conversation.order_number": "text",
            },
        }),
        &Limits::default(),
    )
    .unwrap();
    let declared = |path: &str| match schema.lookup(path.split('.')) {
        Lookup::Declared { attribute, .. } => attribute.clone(),
        other @ (Lookup::Free { .. } | Lookup::Unknown { .. } | Lookup::NoMembers { .. }) => panic!("{path}: {other:?}"),
    };
    assert!(schema.strict);
    assert_eq!(declared("user.custom_attributes.is_fte").ty, Type::Bool);
    assert_eq!(declared("user.custom_attributes.other").ty, Type::Any);
    assert_eq!(declared("agents.it_emea.available").max_age, Some(60));
    assert_eq!(declared("agents.it_emea.online").ty, Type::Integer);
    assert_eq!(declared("agents.other.available").max_age, None);
    assert_eq!(declared("conversation.order_number").ty, Type::Text);
    assert!(matches!(schema.lookup(["conversation", "order_nr"]), Lookup::Unknown { at: 1 }));
    assert_eq!(schema.siblings(&["agents", "it_emea"], 1), ["it_emea"]);
}

#[test]
fn declarations_do_not_depend_on_their_order() {
    let parent_last = alone(json!({ "plan.name": "text", "plan": "object" }));
    assert_eq!(parent_last, alone(json!({ "plan": { "type": "object", "attributes": { "name": "text" } } })));
    assert!(matches!(parent_last.lookup(["plan", "other"]), Lookup::Free { .. }));
    assert!(matches!(alone(json!({ "plan.name": "text" })).lookup(["plan", "other"]), Lookup::Unknown { .. }));
    assert!(matches!(alone(json!({ "plan": "any", "plan.name": "text" })).lookup(["plan", "other"]), Lookup::Free { .. }));
}

#[test]
fn dots_in_names_need_brackets_or_nesting() {
    let by_path = alone(json!({ "m": "map<any>", "m[\"a.b\"]": "text" }));
    assert!(matches!(by_path.lookup(["m", "a.b"]), Lookup::Declared { attribute: Attribute { ty: Type::Text, .. }, .. }));
    assert_eq!(by_path, alone(json!({ "m": { "type": "map<any>", "attributes": { "a.b": "text" } } })));
}

#[test]
fn a_replaced_mark_stays_unless_pii_is_written() {
    let pii = |attributes: Value, path: &str| {
        let schema = read(&json!({ "attributes": attributes }).to_string()).unwrap();
        match schema.lookup(path.split('.')) {
            Lookup::Declared { pii, .. } | Lookup::Free { pii } => pii,
            other @ (Lookup::Unknown { .. } | Lookup::NoMembers { .. }) => panic!("{path}: {other:?}"),
        }
    };
    assert!(pii(json!({ "utterance": { "type": "text", "nullable": false } }), "utterance"));
    assert!(pii(json!({ "utterance": { "nullable": false } }), "utterance"));
    assert!(!pii(json!({ "utterance": { "type": "text", "pii": false } }), "utterance"));
    assert!(pii(json!({ "user": "any" }), "user.first_name"));
    assert!(pii(json!({ "user": "map<text>" }), "user.first_name"));
    assert!(pii(json!({ "user": "object" }), "user.first_name"));
    assert!(pii(json!({ "user": { "type": "object", "attributes": { "first_name": "text", "role": "text" } } }), "user.first_name"));
    assert!(!pii(json!({ "user": { "type": "object", "attributes": { "first_name": "text", "role": "text" } } }), "user.role"));
    assert!(pii(json!({ "m": { "type": "map", "of": { "type": "text", "pii": true } }, "m.k": "text" }), "m.k"));
}

#[test]
fn amending_keeps_the_rest() {
    let schema =
        read(&json!({ "attributes": { "user.department": { "nullable": false }, "user": { "attributes": { "badge": "integer" } } } }).to_string()).unwrap();
    assert!(matches!(
        schema.lookup(["user", "department"]),
        Lookup::Declared { attribute: Attribute { ty: Type::Text, nullable: false, .. }, nullable: true, .. }
    ));
    assert!(matches!(schema.lookup(["user", "badge"]), Lookup::Declared { attribute: Attribute { ty: Type::Integer, .. }, .. }));
    assert!(matches!(schema.lookup(["user", "role"]), Lookup::Declared { .. }));
    assert!(matches!(schema.lookup(["user", "badgee"]), Lookup::Unknown { at: 1 }));
}

#[test]
fn the_times_of_the_builtin_schema_are_times() {
    let schema = Schema::builtin();
    for path in ["ticket.created_at", "conversation.last_activity", "conversation.handed_back_at", "agents.it.as_of"] {
        assert!(matches!(schema.lookup(path.split('.')), Lookup::Declared { attribute: Attribute { ty: Type::Time, .. }, .. }), "{path}");
    }
}

#[test]
fn a_default_is_amended_and_taken_back() {
    let parse = |plan: Value| alone(json!({ "m": { "type": "map", "of": { "type": "integer", "default": 3, "max_age": "2m" } }, "m.k": plan }));
    let at = |schema: &Schema| schema.attributes["m"].member("k").map(|member| (member.default.clone(), member.max_age)).unwrap();
    assert_eq!(at(&parse(json!({ "nullable": false }))), (Some(3.into()), Some(120)));
    assert_eq!(at(&parse(json!({ "default": 4, "max_age": 90 }))), (Some(4.into()), Some(90)));
    assert_eq!(at(&parse(json!({ "default": null, "max_age": null }))), (None, None));
    assert_eq!(at(&parse(json!("integer"))), (None, None));
}

#[test]
fn a_default_is_kept_as_its_type_wants_it() {
    let schema = alone(json!({
        "at": { "type": "time", "default": "2026-01-05T10:30:45Z" },
        "n": { "type": "integer", "default": 3.0 },
        "plan": { "type": "object", "default": { "seats": 2 }, "attributes": { "seats": "integer", "tier": { "type": "text", "default": "free" } } },
        "plan.since": { "type": "time", "default": 0 },
    }));
    let default = |name: &str| schema.attributes[name].default.as_ref().unwrap().to_string();
    assert_eq!([default("at"), default("n")], ["1767609045", "3"]);
    assert_eq!(default("plan"), r#"{"seats":2,"tier":"free","since":0}"#);
}

#[test]
fn what_has_a_default_is_there_unless_it_can_be_too_old() {
    use crate::value::Kinds;
    let attribute =
        |nullable, default: Option<i64>, max_age| Attribute { nullable, default: default.map(Into::into), max_age, ..Attribute::new(Type::Integer) };
    assert_eq!(attribute(true, Some(1), None).kinds(true), Kinds::INTEGER);
    assert_eq!(attribute(true, Some(1), None).kinds(false), Kinds::INTEGER.or(Kinds::NULL));
    assert_eq!(attribute(true, None, None).kinds(true), Kinds::INTEGER.or(Kinds::NULL));
    assert_eq!(attribute(false, Some(1), Some(60)).kinds(true), Kinds::INTEGER.or(Kinds::NULL));

    let schema = alone(
        json!({ "a.b": { "type": "text", "default": "x" }, "live": { "type": "object", "max_age": 1, "attributes": { "b": { "type": "text", "default": "x" } } } }),
    );
    let nullable = |path: [&str; 2]| matches!(schema.lookup(path), Lookup::Declared { nullable: true, .. });
    assert_eq!([nullable(["a", "b"]), nullable(["live", "b"])], [false, true]);
}

#[test]
fn mistakes_are_all_told() {
    let told = [
        (json!({ "a": "strng" }), "1:20: `a`: unknown type `strng` (help: did you mean `text`?)"),
        (json!({ "a": "String" }), "1:20: `a`: unknown type `String` (help: did you mean `text`?)"),
        (json!({ "a": "list<int>" }), "1:20: `a`: unknown type `int` (help: did you mean `integer`?)"),
        (json!({ "a": "list<text" }), "1:20: `a`: expected `>` at the end"),
        (json!({ "a": "text<text>" }), "1:20: `a`: `text` takes no type in `<>`"),
        (json!({ "a": "enum" }), "1:20: `a`: an `enum` needs its values (help: write `{ type: enum, values: [..] }`)"),
        (json!({ "a": { "type": "text", "pi": true } }), "1:21: `a`: unknown key `pi` (help: did you mean `pii`?)"),
        (json!({ "a": { "type": "text", "values": ["x"] } }), "1:35: `a`: `values` belongs to `type: enum`"),
        (
            json!({ "a": { "type": "enum", "values": ["x", 1, "x"] } }),
            "1:49: `a`: `values` lists texts, found the number `1` (help: quote it if it is one)\n1:51: `a`: `x` is listed twice",
        ),
        (json!({ "a": { "type": "text", "nullable": "no" } }), "1:32: `a`: `nullable` is `true` or `false`, found the text `no`"),
        (json!({ "a": { "nullable": true } }), "1:20: `a`: the type is missing (help: add `type`)"),
        (json!({ "a": 1 }), "1:20: `a`: expected a type such as `text`, or a map with the key `type`, found the number `1`"),
        (json!({ "user.role.x": "text" }), "1:16: `user.role.x`: `user.role` has the type `text` and no members"),
        (
            json!({ "bot.results.x": "text" }),
            "1:16: `bot.results.x`: `bot.results` has the type `list` and no members (help: what its elements are is told by `of`)",
        ),
        (json!({ "a": "timestamp" }), "1:20: `a`: unknown type `timestamp` (help: did you mean `time`?)"),
        (json!({ "a": { "default": 1, "type": "text" } }), "1:31: `a`: the default does not fit: expected Text, found Integer"),
        (json!({ "a": { "default": 1.5, "type": "integer" } }), "1:31: `a`: the default does not fit: expected an integer, found another Number"),
        (
            json!({ "a": { "default": "soon", "type": "time" } }),
            "1:31: `a`: the default does not fit: expected a time such as `2026-01-05T10:30:45Z`, found another Text",
        ),
        (
            json!({ "a": { "default": "z", "type": "enum", "values": ["x"] } }),
            "1:31: `a`: the default does not fit: the value is not one that the schema lists",
        ),
        (json!({ "a": { "default": [1, "2"], "type": "list<integer>" } }), "1:31: `a`: the default does not fit at `/1`: expected Integer, found Text"),
        (json!({ "a": { "default": u64::MAX, "type": "any" } }), "1:31: `a`: `default`: an integer outside 64 bits"),
        (
            json!({ "a": { "max_age": "1.5h", "type": "any" } }),
            "1:31: `a`: `max_age` is a duration, found the text `1.5h` (help: write a whole number of seconds, or `60s`, `2m`, `1h`, `1d`; ten years at most)",
        ),
        (
            json!({ "a": { "max_age": -1, "type": "any" } }),
            "1:31: `a`: `max_age` is a duration, found the number `-1` (help: write a whole number of seconds, or `60s`, `2m`, `1h`, `1d`; ten years at most)",
        ),
        (
            json!({ "a": { "default": {}, "type": "object" }, "a.b": { "nullable": false, "type": "text" } }),
            "1:31: `a`: the default does not fit at `/b`: a required attribute is missing",
        ),
        (json!({ "a..b": "text" }), "1:16: `a..b` is no path: a name is missing"),
        (json!({ "[\"a\"]": "text", "a": "text" }), "1:33: `a` is declared twice, before as `[\"a\"]`"),
    ];
    for (attributes, message) in told {
        assert_eq!(errors_of(attributes), message);
    }
    assert_eq!(read(r#"{"stric": true}"#).unwrap_err(), "1:2: unknown key `stric` (help: did you mean `strict`?)");
    assert_eq!(
        read("{\"strict\": 1,\n \"extends\": \"buitlin\"}").unwrap_err(),
        "2:13: `extends` is `builtin` or `none`, found the text `buitlin` (help: did you mean `builtin`?)\n1:12: `strict` is `true` or `false`, found the number `1`"
    );
    assert_eq!(read(r#"{"strict": true, "strict": false}"#).unwrap_err(), "1:18: the key `strict` stands here twice");
    assert_eq!(read("{\"strict\":\n tru}").unwrap_err(), "2:5: not JSON: expected ident");
    assert_eq!(read("[]").unwrap_err(), "1:1: a schema is a map with the keys extends, strict, attributes, found a list");
    assert_eq!(Schema::read(b"ab\n\xff", Format::Json, &Limits::default()).unwrap_err().to_string(), "2:1: not UTF-8 text");
    assert_eq!(read(r#"{"attributes": {"a": {"type": "any", "default": 1e999}}}"#).unwrap_err(), "1:49: number out of range");
}

#[cfg(feature = "yaml")]
#[test]
fn yaml_tells_where_too() {
    let told = [
        (
            "attributes:\n  user.dept: text\n  plan: { type: enum, values: [free, 1] }\n  x: strng",
            "3:38: `plan`: `values` lists texts, found the number `1` (help: quote it if it is one)\n4:6: `x`: unknown type `strng` (help: did you mean `text`?)",
        ),
        ("a: &x 1", "1:7: YAML anchors are not read"),
        ("a: *x", "1:4: YAML aliases are not read, found `*x`"),
        ("a: !!str 1", "1:10: YAML tags are not read"),
        ("<<: {}", "1:1: YAML merge keys are not read, found `<<`"),
        ("strict: true\nstrict: true", "2:1: the key `strict` stands here twice"),
        ("strict: true\n---\nstrict: true", "2:1: a second YAML document; one is read"),
        ("[a]: 1", "1:1: a key is a text, found a list or a map"),
        ("strict: .inf", "1:9: number out of range: `.inf`"),
        ("strict: yes", "1:9: `strict` is `true` or `false`, found the text `yes`"),
        ("", "expected a map, found nothing"),
    ];
    for (text, message) in told {
        assert_eq!(read_yaml(text).unwrap_err(), message);
    }
    assert!(read_yaml("attributes:\n  a: &x\n").unwrap_err().contains("anchor"));
    assert!(read_yaml("attributes: # nothing yet\n").is_ok());
}

#[test]
fn foreign_json_schemas_are_understood() {
    let schema = Schema::from_json_schema(
        &json!({
            "$schema": "http://json-schema.org/draft-07/schema#", "title": "Context", "type": "object", "additionalProperties": false, "required": ["id", "kind"],
            "properties": {
                "id": { "type": "string", "format": "uuid", "minLength": 1 },
                "kind": { "const": "context" },
                "size": { "enum": ["S", "M", null] },
                "level": { "enum": [1, 2, 3] },
                "manager": { "anyOf": [{ "$ref": "#/definitions/person" }, { "type": "null" }] },
                "scores": { "type": "object", "additionalProperties": { "type": "number" } },
                "either": { "oneOf": [{ "type": "string" }, { "type": "integer" }] },
                "tags": { "items": { "type": "string" } },
                "remote": { "$ref": "https://example.com/x.json" },
                "mixed": { "type": ["string", "integer"] },
                "since": { "type": ["string", "null"], "format": "date-time" },
                "birthday": { "type": "string", "format": "date" },
            },
            "definitions": { "person": { "type": "object", "properties": { "name": { "type": "string" }, "boss": { "$ref": "#/definitions/person" } } } },
        }),
        &Limits::default(),
    )
    .unwrap();
    let is = |name: &str| schema.attributes[name].ty.clone();
    assert_eq!((is("id"), schema.attributes["id"].nullable), (Type::Text, false));
    assert_eq!(is("kind"), Type::Enum { values: vec!["context".into()], open: false });
    assert_eq!(is("size"), Type::Enum { values: vec!["S".into(), "M".into()], open: false });
    assert_eq!(is("level"), Type::Integer);
    assert_eq!(schema.attributes["manager"].member("boss").unwrap().ty, Type::Any);
    assert_eq!(schema.attributes["manager"].member("name").unwrap().ty, Type::Text);
    assert!(matches!(is("scores"), Type::Map { values, .. } if values.ty == Type::Number && !values.nullable));
    assert!(matches!(is("tags"), Type::List(element) if element.ty == Type::Text));
    assert_eq!([is("either"), is("remote"), is("mixed")], [Type::Any, Type::Any, Type::Any]);
    assert_eq!([is("since"), is("birthday")], [Type::Time, Type::Text]);

    let error = |schema: Value| Schema::from_json_schema(&schema, &Limits::default()).unwrap_err().to_string();
    assert_eq!(error(json!({ "properties": { "a": { "type": "strin" } } })), "`a`: unknown type, found the text `strin` (help: did you mean `string`?)");
    assert_eq!(error(json!({ "properties": { "a": { "$ref": "#/x" } } })), "`a`: `#/x` refers to nothing");
    assert_eq!(error(json!({ "type": "string" })), "the JSON Schema: describes no object");
}

fn inferred(samples: impl IntoIterator<Item = Value>) -> Schema {
    let mut inference = Inference::default();
    samples.into_iter().for_each(|sample| inference.observe(&sample).unwrap());
    inference.finish()
}

#[test]
fn kinds_become_types() {
    let schema = inferred([
        json!({ "b": true, "i": 1, "n": 1, "t": "x", "l": [1, null], "o": { "x": 1, "y": 1 }, "mix": 1, "null": null, "empty": [] }),
        json!({ "b": false, "i": 2, "n": 1.5, "t": "y", "l": [], "o": { "x": 2 }, "mix": "1", "null": null, "empty": [] }),
    ]);
    let is = |name: &str| (schema.attributes[name].ty.clone(), schema.attributes[name].nullable);
    assert_eq!(is("b"), (Type::Bool, false));
    assert_eq!(is("i"), (Type::Integer, false));
    assert_eq!(is("n"), (Type::Number, false));
    assert_eq!(is("t"), (Type::Text, false));
    assert_eq!(is("l"), (Type::list(Attribute::new(Type::Integer)), false));
    assert_eq!(is("mix"), (Type::Any, false));
    assert_eq!(is("null"), (Type::Any, true));
    assert_eq!(is("empty"), (Type::list(Attribute::new(Type::Any)), false));
    assert!(!schema.attributes["o"].member("x").unwrap().nullable && schema.attributes["o"].member("y").unwrap().nullable);
}

#[test]
fn few_texts_become_an_open_enum_unless_they_are_personal() {
    let schema = inferred((0..40).map(
        |n| json!({ "plan": (["pro", "free"][n % 2]), "id": format!("id{n}"), "user": { "first_name": (["Ann", "Bob"][n % 2]) }, "mail": "a@b.example" }),
    ));
    assert_eq!(schema.attributes["plan"].ty, Type::Enum { values: vec!["free".into(), "pro".into()], open: true });
    assert_eq!(schema.attributes["id"].ty, Type::Text);
    assert_eq!(schema.attributes["mail"].ty, Type::Text);
    let first_name = schema.attributes["user"].member("first_name").unwrap();
    assert_eq!((first_name.ty.clone(), first_name.pii), (Type::Text, true));
    assert!(!schema.attributes["plan"].pii);
    // Nothing is lost where the shape is not the one that the built-in schema tells.
    assert!(inferred([json!({ "user": "Ann" })]).attributes["user"].pii);
    assert!(inferred([json!({ "user": {} }), json!({ "user": [] })]).attributes["user"].pii);
}

#[test]
fn objects_with_many_keys_become_maps() {
    let sparse = inferred((0..50).map(|n| json!({ "by_id": { format!("k{n}"): { "size": n } } })));
    let Type::Map { values, known } = &sparse.attributes["by_id"].ty else { panic!() };
    assert!(known.is_empty() && !values.nullable);
    assert_eq!(values.member("size").unwrap().ty, Type::Integer);
    let wide = json!({ "all": (0..200).map(|n| (format!("k{n}"), json!([n]))).collect::<serde_json::Map<_, _>>() });
    assert!(matches!(&inferred([wide]).attributes["all"].ty, Type::Map { values, .. } if matches!(values.ty, Type::List(_))));
}

#[test]
fn memory_stays_bounded() {
    let mut inference = Inference::default();
    for n in 0..300 {
        let members: serde_json::Map<String, Value> =
            (0..100).map(|m| (format!("k{n}.{m}{}", "x".repeat(200)), json!({ "a": { format!("b{m}"): m, format!("c{n}"): "text" } }))).collect();
        inference.observe(&Value::Object(members)).unwrap();
    }
    let schema = inference.finish();
    assert!(schema.attributes.len() <= 10_000);
    assert!(schema.to_yaml().len() < 8 * 1024 * 1024);
    let deep = (0..100).fold(json!(1), |inner, _| json!({ "a": [inner] }));
    let schema = inferred([deep]);
    assert_eq!(Schema::from_json_schema(&schema.to_json_schema(), &Limits::default()).unwrap(), schema);
}

#[cfg(feature = "yaml")]
#[test]
fn what_is_inferred_reads_back() {
    arbtest(|u| {
        let mut inference = Inference::default();
        for _ in 0..u.int_in_range(0..=6)? {
            let _ = inference.observe(&value(u, 0)?);
        }
        let schema = inference.finish();
        assert_eq!(read_yaml(&schema.to_yaml()).unwrap(), schema);
        Ok(())
    })
    .budget_ms(1000);
}

#[cfg(feature = "yaml")]
#[test]
fn the_example_of_the_documentation_reads() {
    let (_, example) = include_str!("mod.rs").split_once("//! ```yaml\n").unwrap();
    let example: String = example.split("//! ```").next().unwrap().lines().map(|line| line.trim_start_matches("//!").to_owned() + "\n").collect();
    let schema = read_yaml(&example).unwrap();
    let declared = |path: &[&str]| match schema.lookup(path.iter().copied()) {
        Lookup::Declared { attribute, pii, .. } => (attribute.ty.clone(), attribute.nullable, pii),
        other @ (Lookup::Free { .. } | Lookup::Unknown { .. } | Lookup::NoMembers { .. }) => panic!("{path:?}: {other:?}"),
    };
    assert_eq!(declared(&["plan"]), (Type::Enum { values: vec!["free".into(), "pro".into()], open: false }, false, false));
    assert_eq!(declared(&["address", "zip"]), (Type::Text, true, true));
    assert_eq!(declared(&["user", "custom_attributes", "cost.center"]), (Type::Text, true, false));
    assert_eq!(declared(&["user", "department"]), (Type::Text, false, false));
    assert_eq!(declared(&["contract", "ends"]), (Type::Time, true, false));
    assert_eq!(schema.attributes["channel"].default, Some("web".into()));
    assert!(matches!(declared(&["visits"]).0, Type::List(visit) if visit.member("page").is_some()));
}
