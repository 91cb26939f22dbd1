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
    assert_eq!(refused(&all, r#"{"t": "x", "n": 3.5}"#), ("/n".to_owned(), "expected an integer, found another Number".to_owned()));
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

/// What a rule reads in a context, and where something did not fit.
fn read(schema: &str, source: &str, json: &str) -> (String, Vec<String>) {
    let rule = rule(schema, source);
    let context = rule.bind_json(json.as_bytes()).unwrap();
    let from_value = rule.bind_value(&serde_json::from_str(json).unwrap()).unwrap();
    let value = rule.evaluate(&context, Timestamp::EPOCH).unwrap().to_string();
    assert_eq!(rule.evaluate(&from_value, Timestamp::EPOCH).unwrap().to_string(), value, "{json}");
    (value, context.warnings().iter().map(|warning| warning.pointer.clone()).collect())
}

#[test]
fn a_time_is_a_number_however_it_is_written() {
    const TIME: &str = r#"{"extends": "none", "strict": STRICT, "attributes": {"at": "time", "all": "list<time>"}}"#;
    let strict = TIME.replace("STRICT", "true");
    let at = |json: &str| read(&strict, "at", &format!(r#"{{"at": {json}}}"#)).0;
    assert_eq!(at("1767609045"), "1767609045");
    assert_eq!(at("1767609045.5"), "1767609045.5");
    assert_eq!(at(r#""2026-01-05T10:30:45Z""#), "1767609045");
    assert_eq!(at(r#""2026-01-05 12:30:45.25+02:00""#), "1767609045.25");
    assert_eq!(at(r#""2026-01-05T10:30""#), "1767609000");
    assert_eq!(at(r#""2026-01-05""#), "1767571200");
    assert_eq!(read(&strict, "all", r#"{"all": [1, "1970-01-02", null]}"#).0, "[1,86400,null]");

    let rule = rule(&strict, "at");
    let refused = |json: &str| refused(&rule, &format!(r#"{{"at": {json}}}"#));
    assert_eq!(refused(r#""soon""#), ("/at".to_owned(), "expected a time such as `2026-01-05T10:30:45Z`, found another Text".to_owned()));
    assert_eq!(refused("253402300800").1, "expected a time of the years 1 to 9999, found another Number");
    assert_eq!(refused("1e300").1, "expected a time of the years 1 to 9999, found another Number");
    assert_eq!(refused("true").1, "expected a time, found Bool");
    let lenient = TIME.replace("STRICT", "false");
    assert_eq!(
        read(&lenient, "[at, all]", r#"{"at": "soon", "all": ["2026", 5]}"#),
        ("[null,[null,5]]".to_owned(), vec!["/at".to_owned(), "/all/0".to_owned()])
    );
}

const DEFAULTS: &str = r#"{"extends": "none", "strict": STRICT, "attributes": {
    "n": {"type": "integer", "default": 3}, "must": {"type": "text", "nullable": false, "default": "x"},
    "o": {"type": "object", "attributes": {"a": {"type": "text", "default": "A"}, "b": "text"}},
    "d": {"type": "object", "default": {"b": "B"}, "attributes": {"a": {"type": "text", "default": "A"}, "b": "text"}},
    "l": {"type": "list", "of": {"type": "object", "attributes": {"a": {"type": "integer", "default": 1}}}},
    "m": {"type": "map", "of": {"type": "integer", "default": 5}, "attributes": {"k": {"type": "integer", "default": 6}}},
    "any": {"type": "any", "default": {"x": [1]}}}}"#;

#[test]
fn what_is_absent_or_null_reads_as_its_default() {
    let strict = DEFAULTS.replace("STRICT", "true");
    let value = |source: &str, json: &str| read(&strict, source, json).0;
    assert_eq!(value("[n, must]", "{}"), r#"[3,"x"]"#);
    assert_eq!(value("[n, must]", r#"{"n": null, "must": null}"#), r#"[3,"x"]"#);
    assert_eq!(value("[n, must]", r#"{"n": 0, "must": ""}"#), r#"[0,""]"#);
    assert_eq!(value("o", r#"{"o": {"b": "y"}}"#), r#"{"b":"y","a":"A"}"#);
    assert_eq!(value("o", r#"{"o": {"a": null}}"#), r#"{"a":"A"}"#);
    assert_eq!(value("l", r#"{"l": [{}, {"a": 2}, {"a": null}, null]}"#), r#"[{"a":1},{"a":2},{"a":1},null]"#);
    assert_eq!(value("m", r#"{"m": {"x": null}}"#), r#"{"x":5,"k":6}"#);
    assert_eq!(value("[d, any]", "{}"), r#"[{"b":"B","a":"A"},{"x":[1]}]"#);
}

#[test]
fn parts_of_what_is_absent_read_as_their_defaults() {
    let strict = DEFAULTS.replace("STRICT", "true");
    for json in ["{}", r#"{"o": null, "d": null, "m": null, "any": null}"#] {
        assert_eq!(read(&strict, "[o.a, o.b, d.a, d.b, m.x, m.k, any.x[0]]", json).0, r#"["A",null,"A","B",5,6,1]"#, "{json}");
        assert_eq!(
            read(&strict, "[o.a, $IS_NULL(o), d.b, d == {\"a\": \"A\", \"b\": \"B\"}, m.k, $IS_NULL(m), m.x]", json).0,
            r#"["A",true,"B",true,6,true,5]"#,
            "{json}"
        );
    }
    assert_eq!(read(&strict, "[d.a, d.b]", r#"{"d": {"a": "y"}}"#).0, r#"["y",null]"#);
}

#[test]
fn what_is_of_another_kind_is_null_and_not_its_default() {
    let lenient = DEFAULTS.replace("STRICT", "false");
    let (value, pointers) = read(&lenient, "[n, must, o, l]", r#"{"n": "3", "must": 5, "o": {"a": 1}, "l": [{"a": "1"}]}"#);
    assert_eq!(value, r#"[null,null,{"a":null},[{"a":null}]]"#);
    assert_eq!(pointers, ["/n", "/must", "/o/a", "/l/0/a"]);
    assert_eq!(read(&lenient, "[o.a, o]", r#"{"o": {"a": 1}}"#), (r#"[null,{"a":null}]"#.to_owned(), vec!["/o/a".to_owned()]));
    let strict = rule(&DEFAULTS.replace("STRICT", "true"), "n");
    assert_eq!(refused(&strict, r#"{"n": "3"}"#).1, "expected Integer, found Text");
}

#[test]
fn defaults_cannot_make_a_context_large() {
    let text = "x".repeat(1000);
    let schema = format!(
        r#"{{"extends": "none", "attributes": {{"l": {{"type": "list", "of": {{"type": "object", "attributes": {{"a": {{"type": "text", "default": "{text}"}}}}}}}}}}}}"#
    );
    let rule = rule(&schema, "l");
    let json = |count: usize| format!(r#"{{"l": [{}{{}}]}}"#, "{},".repeat(count - 1));
    // Each costs its length and an entry.
    let most = Limits::default().context_bytes / 1016;
    assert!(rule.bind_json(json(most).as_bytes()).is_ok());
    assert_eq!(refused(&rule, &json(most + 1)), (format!("/l/{most}/a"), "too much is filled in by defaults".to_owned()));
}

#[test]
fn raw_values_are_kept_as_they_are_written() {
    use super::{Context, Layout};
    let schema = Schema::read(
        r#"{"extends": "none", "strict": true, "attributes": {"o": {"type": "object", "attributes": {"t": "time"}}}}"#,
        Format::Json,
        &Limits::default(),
    )
    .unwrap();
    let path = |text: &str| text.split('.').map(std::sync::Arc::from).collect::<Vec<_>>();
    let mut layout = Layout::default();
    layout.slot(&path("o"), Some(&schema));
    let places = ["o.t", "o", "x.y", "o.none"].map(|text| layout.raw(&path(text), Some(&schema)));
    assert_eq!(layout.raw(&path("o.t"), Some(&schema)), places[0]);
    assert_eq!(layout.len(), 1);
    let json = r#"{"o": {"t": "2026-01-05"}, "x": {"y": null}}"#;
    let contexts = [
        Context::from_json(&layout, json.as_bytes(), &Limits::default()),
        Context::from_value(&layout, &serde_json::from_str(json).unwrap(), &Limits::default()),
    ];
    for context in contexts.map(Result::unwrap) {
        let raw = places.map(|place| context.raw(place).map(ToString::to_string));
        assert_eq!(raw, [Some(r#""2026-01-05""#.to_owned()), Some(r#"{"t":"2026-01-05"}"#.to_owned()), Some("null".to_owned()), None]);
    }
}

// ---- the scan

use super::{Context, Slot};
use crate::simd::Best;

/// What a context has, however it was bound.
fn seen(rule: &Rule, context: &Context) -> String {
    let slots: Vec<Slot<'_>> = rule.layout().slots().map(|slot| context.slot(slot)).collect();
    format!("{slots:?} {:?} {:?}", context.cells(), context.warnings())
}

/// Binds in every way, sees that all agree, and says whether the scan bound it alone.
fn scanned(rule: &Rule, json: &[u8]) -> bool {
    let (layout, limits) = (rule.layout(), Limits::default());
    let mut reference = Context::empty(layout);
    let expected = reference.read(layout, json, &limits);
    let mut used = Context::empty(layout);
    for level in Best::all() {
        for is_trusted in [false, true] {
            let found = used.rebind_at(layout, json, &limits, is_trusted, level);
            if expected.is_ok() || !is_trusted {
                assert_eq!(found, expected, "{level:?} {}", String::from_utf8_lossy(json));
                assert!(expected.is_err() || seen(rule, &used) == seen(rule, &reference), "{level:?} {}", String::from_utf8_lossy(json));
            }
        }
    }
    expected.is_ok() && Context::is_scanned(layout, json, &limits)
}

#[test]
fn the_scan_binds_what_is_usual_at_every_place_of_a_block() {
    let rule = Rule::compile(r#"[a, b.c == "x", b.d, "y" IN b.e, f, long_name_of_an_attribute]"#).unwrap();
    let document = r#"{"a": -1.5e3, "skipped": {"a": [{"b": "}]"}, [], {}]}, "b": {"c": "x", "no": null, "d": "\"é\\\u00e9", "e": ["y", 1, null, true, "z\n"]},
        "f": 12, "long_name_of_an_attribute": "ok", "long_name_of_an_attributf": false, "empty": {}, "none": [ ]}"#;
    for shift in 0..130 {
        assert!(scanned(&rule, format!("{}{document} ", " ".repeat(shift)).as_bytes()), "{shift}");
        assert!(scanned(&rule, document.replacen("\"skipped\"", &format!("\"{}\"", "s".repeat(shift)), 1).as_bytes()), "{shift}");
    }
}

#[test]
fn the_scan_and_the_reader_agree_on_each_damaged_byte() {
    let rule = Rule::compile("[a.b, c, d.e]").unwrap();
    let document = r#"{"a":{"b":[1,"x\u00e9"]},"c":-0.5e1, "s":[[],{},{"t":[true,null]}],"d" : {"e":"ü","f":{"g":"\\"}}}"#.as_bytes();
    assert!(scanned(&rule, document));
    for at in 0..document.len() {
        assert!(!scanned(&rule, &document[..at]), "{at}");
        for byte in b"{}[]:,\"\\ 0e-.n\x01\x80\xc3x" {
            let mut damaged = document.to_vec();
            damaged[at] = *byte;
            scanned(&rule, &damaged);
            damaged.insert(at, document[at]);
            scanned(&rule, &damaged);
        }
    }
}

#[test]
fn what_is_unusual_is_left_to_the_reader() {
    let free = Rule::compile("[x.a, x.b]").unwrap();
    for json in
        [r#"{"x": {"\u0061": 1}}"#, r#"{"x": {"a": 1, "a": 2}}"#, r#"{"x": {"a": 9223372036854775808}}"#, r#"{"x": {"a": 1e999}}"#, "[]", "{} {}", "{},"]
    {
        assert!(!scanned(&free, json.as_bytes()), "{json}");
    }
    let declared = rule(DEFAULTS.replace("STRICT", "false").as_str(), "[n, l]");
    assert!(!scanned(&declared, br#"{"l": []}"#), "a default");
    assert!(!scanned(&declared, br#"{"n": "3", "l": []}"#), "a warning");
    assert!(scanned(&declared, br#"{"n": 3.0, "l": []}"#));
}

#[test]
fn a_context_is_used_again_for_another_layout() {
    let (one, other) = (Rule::compile("a").unwrap(), Rule::compile("[b, c]").unwrap());
    let mut context = Context::empty(one.layout());
    context.rebind(one.layout(), br#"{"a": "x"}"#, &Limits::default()).unwrap();
    context.rebind(other.layout(), br#"{"b": [1], "c": {"d": 2}}"#, &Limits::default()).unwrap();
    assert_eq!(other.evaluate(&context, Timestamp::EPOCH).unwrap().to_string(), r#"[[1],{"d":2}]"#);
    context.rebind(other.layout(), b"{", &Limits::default()).unwrap_err();
    assert_eq!(other.evaluate(&context, Timestamp::EPOCH).unwrap().to_string(), "[null,null]");
}

#[test]
fn binding_again_allocates_nothing() {
    let rule = engine(r#"{"attributes": {"level": "integer"}}"#).compile(r#"[domain == "IT", user.department, level > 2, "VIP" IN user.user_tags]"#).unwrap();
    let document = r#"{"domain": "IT", "user": {"department": "S\u00e4les", "user_tags": ["VIP", "é"]}, "level": 3.0, "other": [{"a": 1.5}]}"#.as_bytes();
    let limits = Limits::default();
    let mut context = Context::empty(rule.layout());
    context.rebind(rule.layout(), document, &limits).unwrap();
    let counted = allocation_counter::measure(|| {
        context.rebind(rule.layout(), document, &limits).unwrap();
        context.rebind_trusted(rule.layout(), document, &limits).unwrap();
    });
    assert_eq!(counted.count_total, 0);
    assert_eq!(rule.evaluate(&context, Timestamp::EPOCH).unwrap().to_string(), r#"[true,"Säles",true,true]"#);
}
