//! Binding: what binds, what does not, and where it says so.

use crate::limits::Limits;
use crate::schema::{Format, Schema};
use crate::{Engine, Rule, Timestamp, Value};

fn engine(schema: &str) -> Engine {
    Engine::new().with_schema(Schema::read(schema, Format::Json, &Limits::default()).unwrap())
}

fn rule(schema: &str, source: &str) -> Rule {
    engine(schema).compile(source).unwrap_or_else(|error| panic!("{error}"))
}

fn value(rule: &Rule, json: &str) -> Value {
    rule.evaluate(&rule.bind_json(json.as_bytes()).unwrap(), Timestamp::EPOCH).unwrap()
}

fn refused(rule: &Rule, json: &str) -> (String, String) {
    let error = rule.bind_json(json.as_bytes()).unwrap_err();
    (error.pointer, error.message)
}

#[test]
fn what_is_read_must_be_a_value() {
    let rule = Rule::compile("x.a").unwrap();
    assert_eq!(refused(&rule, r#"{"x": {"a": [1, 9223372036854775808]}}"#).0, "/x/a/1");
    assert_eq!(refused(&rule, r#"{"x": {"a": 1, "a": 2}}"#).0, "/x/a");
    assert_eq!(refused(&rule, r#"{"x": {"a": 1}, "x": {"a": 1}}"#).0, "/x");
    assert_eq!(refused(&rule, r#"{"x": {"a": {"b": 1, "b": 1}}}"#).0, "/x/a/b");
    assert_eq!(refused(&rule, r#"{"x": {"a": "\ud800"}}"#).0, "/x/a");
    assert_eq!(refused(&rule, "[]"), (String::new(), "a context is a JSON object".to_owned()));
    assert_eq!(refused(&rule, r#"{"x": {"a": 1}, "#).1, "the text ends too early");
}

#[test]
fn what_is_not_read_only_has_to_be_json() {
    let rule = Rule::compile("x.a").unwrap();
    for other in ["9223372036854775808", r#"{"b": 1, "b": 2}"#, r#""\ud800""#, "1e999"] {
        assert_eq!(value(&rule, &format!(r#"{{"y": {other}, "x": {{"z": {other}, "a": 1}}, "y": 1}}"#)), Value::Integer(1));
    }
    assert!(rule.bind_json(br#"{"y": [1,], "x": {"a": 1}}"#).is_err());
}

#[test]
fn a_member_of_what_has_none_fails_at_the_member_that_was_asked_for() {
    let rule = Rule::compile("x.a.b == 1").unwrap();
    let failed = |json: &str| rule.evaluate(&rule.bind_json(json.as_bytes()).unwrap(), Timestamp::EPOCH).unwrap_err().span.of("x.a.b == 1");
    assert_eq!(failed(r#"{"x": 5}"#), "x.a");
    assert_eq!(failed(r#"{"x": {"a": []}}"#), "x.a.b");
    assert_eq!(value(&rule, r#"{"x": null}"#), Value::Bool(false));
    assert_eq!(value(&rule, "{}"), Value::Bool(false));
}

#[test]
fn a_whole_and_its_parts_bind_side_by_side() {
    let rule = Rule::compile("[x.a, $IS_NULL(x), x.b.c]").unwrap();
    assert_eq!(value(&rule, r#"{"x": {"a": 1, "b": {"c": 2}}}"#).to_string(), "[1,false,2]");
    assert_eq!(value(&rule, "{}").to_string(), "[null,true,null]");
}

#[test]
fn many_attributes_bind_by_hash() {
    let source = (0..200).map(|at| format!("a{at}")).collect::<Vec<_>>().join(" + ");
    let json = format!("{{{}}}", (0..200).map(|at| format!(r#""a{at}": {at}"#)).collect::<Vec<_>>().join(","));
    let rule = Rule::compile(&source).unwrap();
    assert_eq!(value(&rule, &json), Value::Integer(199 * 200 / 2));
    assert_eq!(refused(&rule, &json.replace("\"a150\"", "\"a3\"")).0, "/a3");
}

const TYPES: &str = r#"{"extends": "none", "strict": STRICT, "attributes": {"n": "integer", "t": {"type": "text", "nullable": false},
    "l": "list<integer>", "o": {"type": "object", "attributes": {"m": "bool"}}, "e": {"type": "enum", "values": ["A"]}}}"#;

#[test]
fn strict_contexts_are_of_their_declared_types() {
    let types = TYPES.replace("STRICT", "true");
    let all = rule(&types, "[n, t, l, o.m, e]");
    assert_eq!(value(&all, r#"{"n": 3.0, "t": "x", "l": [1, 2.0], "o": {"m": true}, "e": "A"}"#).to_string(), r#"[3,"x",[1,2],true,"A"]"#);
    assert_eq!(refused(&all, r#"{"t": "x", "n": 3.5}"#), ("/n".to_owned(), "expected an integer, found 3.5".to_owned()));
    assert_eq!(refused(&all, r#"{"t": "x", "l": [1, "2"]}"#), ("/l/1".to_owned(), "expected Integer, found Text".to_owned()));
    assert_eq!(refused(&all, r#"{"t": "x", "o": 5}"#), ("/o".to_owned(), "expected Map, found Number".to_owned()));
    assert_eq!(refused(&all, r#"{"n": 1}"#), ("/t".to_owned(), "a required attribute is missing".to_owned()));
    assert_eq!(refused(&all, r#"{"t": null}"#), ("/t".to_owned(), "a required attribute is missing".to_owned()));
}

#[test]
fn lenient_contexts_read_misfits_as_null_and_say_so() {
    let types = TYPES.replace("STRICT", "false");
    let all = rule(&types, "[n, t, l, o.m, e]");
    let context = all.bind_json(br#"{"n": "3", "l": [1, "2"], "o": [], "e": "B"}"#).unwrap();
    assert_eq!(all.evaluate(&context, Timestamp::EPOCH).unwrap().to_string(), r#"[null,null,[1,null],null,"B"]"#);
    let pointers: Vec<&str> = context.warnings().iter().map(|warning| warning.pointer.as_str()).collect();
    assert_eq!(pointers, ["/n", "/l/1", "/o", "/e", "/t"]);
}

#[test]
fn every_way_in_binds_the_same() {
    let rule = Rule::compile("[a.b, c]").unwrap();
    let document: serde_json::Value = serde_json::from_str(r#"{"a": {"b": [1, 2.5, "x", null]}, "c": true, "d": 18446744073709551615}"#).unwrap();
    let from_value = rule.evaluate(&rule.bind_value(&document).unwrap(), Timestamp::EPOCH).unwrap();
    let from_serialize = rule.evaluate(&rule.bind(&document).unwrap(), Timestamp::EPOCH).unwrap();
    assert_eq!(from_value, value(&rule, &document.to_string()));
    assert_eq!(from_value, from_serialize);
    let out_of_range = serde_json::json!({"c": u64::MAX});
    assert_eq!(rule.bind_value(&out_of_range).unwrap_err().pointer, "/c");
    assert_eq!(rule.bind(&out_of_range).unwrap_err().pointer, "/c");
}

#[test]
fn a_context_has_a_largest_size_and_a_deepest_nesting() {
    let rule = Rule::compile("x").unwrap();
    let sized = |bytes: usize| format!(r#"{{"x":"{}"}}"#, "a".repeat(bytes - 8));
    let limit = Limits::default().context_bytes;
    assert!(rule.bind_json(sized(limit).as_bytes()).is_ok());
    assert!(rule.bind_json(sized(limit + 1).as_bytes()).is_err());
    assert!(rule.bind_value(&serde_json::json!({"x": "a".repeat(limit)})).is_err());
    let deep = |depth: usize| format!(r#"{{"x":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    for (depth, binds) in [(63, true), (64, false)] {
        assert_eq!(rule.bind_json(deep(depth).as_bytes()).is_ok(), binds);
        assert_eq!(rule.bind_value(&serde_json::from_str(&deep(depth)).unwrap()).is_ok(), binds);
    }
}
