//! What is stale, and that nobody can read around it.

use super::*;
use crate::limits::Limits;
use crate::schema::Format;

const NOW: i64 = 1_767_609_045;

fn schema(attributes: &str) -> Schema {
    Schema::read(format!(r#"{{"attributes": {{{attributes}}}}}"#), Format::Json, &Limits::default()).unwrap()
}

fn live() -> Schema {
    schema(r#""agents.it.available": {"type": "integer", "max_age": "60s"}"#)
}

/// What paths read in a document, and what was stale.
fn read(schema: &Schema, paths: &[&str], document: &str) -> (Vec<String>, Vec<String>) {
    let mut layout = Layout::default();
    let slots: Vec<SlotId> = paths.iter().map(|path| layout.slot(&names(path), Some(schema))).collect();
    let live = LiveData::plan(schema, &mut layout);
    let mut context = Context::from_json(&layout, document.as_bytes(), &Limits::default()).unwrap();
    let stale = live.apply(&mut context, Timestamp::from_seconds(NOW).unwrap());
    let shown = |slot: &SlotId| match context.slot(*slot) {
        Slot::Value(value) => value.to_string(),
        other @ (Slot::NoMembers { .. } | Slot::Failed(_)) => format!("{other:?}"),
    };
    (slots.iter().map(shown).collect(), stale.iter().map(|stale| format!("{}: {stale}", stale.path)).collect())
}

fn names(path: &str) -> Vec<Arc<str>> {
    path.split('.').map(Arc::from).collect()
}

/// What `agents.it.available` reads with an `as_of`, and why.
fn available(as_of: &str) -> (String, String) {
    let (values, stale) = read(&live(), &["agents.it.available"], &format!(r#"{{"agents": {{"it": {{"available": 2, "as_of": {as_of}}}}}}}"#));
    (values[0].clone(), stale.join("\n"))
}

fn fresh(as_of: &str) -> bool {
    available(as_of) == ("2".to_owned(), String::new())
}

fn told(as_of: &str) -> String {
    let (value, why) = available(as_of);
    assert_eq!(value, "null", "{as_of}");
    why.strip_prefix("agents.it.available: ").unwrap().to_owned()
}

#[test]
fn what_is_as_old_as_the_limit_is_fresh_and_what_is_older_is_stale() {
    assert!(fresh("1767608986"));
    assert!(fresh("1767608985"));
    assert_eq!(told("1767608984"), "stale: 61 s, limit 60 s");
    assert_eq!(told("1767608984.999999"), "stale: 61 s, limit 60 s");
    assert_eq!(told("1767608950"), "stale: 95 s, limit 60 s");
}

#[test]
fn up_to_five_seconds_in_the_future_are_fresh() {
    assert!(fresh("1767609049"));
    assert!(fresh("1767609050"));
    assert_eq!(told("1767609050.5"), "stale: 6 s in the future, limit 60 s");
    assert_eq!(told("1767609057"), "stale: 12 s in the future, limit 60 s");
}

#[test]
fn as_of_is_a_number_or_rfc_3339() {
    assert!(fresh(r#""2026-01-05T10:30:00Z""#));
    assert!(fresh(r#""2026-01-05T11:30:00.25+01:00""#));
    assert_eq!(told(r#""2026-01-05T10:20:45Z""#), "stale: 600 s, limit 60 s");
    for malformed in [r#""soon""#, r#""1767609045""#, "null", "true", "[]", "1e300"] {
        assert_eq!(told(malformed), "stale: no as_of, limit 60 s", "{malformed}");
    }
}

#[test]
fn without_as_of_it_is_stale() {
    let (values, stale) = read(&live(), &["agents.it.available"], r#"{"agents": {"it": {"available": 2}}}"#);
    assert_eq!((values.join(","), stale.join("\n")), ("null".to_owned(), "agents.it.available: stale: no as_of, limit 60 s".to_owned()));
}

#[test]
fn what_is_missing_is_not_stale() {
    for document in ["{}", r#"{"agents": {"it": {}}}"#, r#"{"agents": {"it": {"available": null, "as_of": 0}}}"#] {
        let (values, stale) = read(&live(), &["agents.it.available"], document);
        assert_eq!((values[0].as_str(), stale.len()), ("null", 0), "{document}");
    }
}

#[test]
fn the_nearest_map_with_an_as_of_counts() {
    let value = |document: &str| {
        let (values, _) = read(&live(), &["agents.it.available"], document);
        values[0] == "2"
    };
    assert!(value(r#"{"as_of": 1767609045, "agents": {"it": {"available": 2}}}"#));
    assert!(value(r#"{"as_of": 0, "agents": {"as_of": 1767609045, "it": {"available": 2}}}"#));
    assert!(!value(r#"{"as_of": 1767609045, "agents": {"as_of": 0, "it": {"available": 2}}}"#));
    assert!(!value(r#"{"as_of": 1767609045, "agents": {"it": {"available": 2, "as_of": "soon"}}}"#));
    assert!(!value(r#"{"as_of": 1767609045, "agents": {"it": {"available": 2, "as_of": null}}}"#));
}

#[test]
fn a_strict_context_with_a_malformed_as_of_that_no_rule_reads_binds() {
    let schema = Schema { strict: true, ..live() };
    let (values, stale) = read(&schema, &["agents.it.available"], r#"{"agents": {"it": {"available": 2, "as_of": "soon"}}}"#);
    assert_eq!((values[0].as_str(), stale.len()), ("null", 1));
}

#[test]
fn the_members_of_what_is_read_whole_are_stale_too() {
    let document = r#"{"agents": {"it": {"available": 2, "online": 5, "as_of": 1767608900}, "hr": {"available": 1}}}"#;
    let (values, stale) = read(&live(), &["agents.it", "agents"], document);
    assert_eq!(values[0], r#"{"available":null,"online":5,"as_of":1767608900}"#);
    assert_eq!(values[1], r#"{"it":{"available":null,"online":5,"as_of":1767608900},"hr":{"available":1}}"#);
    assert_eq!(stale, ["agents.it.available: stale: 145 s, limit 60 s"; 2]);
}

#[test]
fn nothing_is_rewritten_where_nothing_is_live() {
    let schema = live();
    let mut layout = Layout::default();
    for path in ["user.department", "agents.hr.available", "agents.it.online", "nowhere.x"] {
        layout.slot(&names(path), Some(&schema));
    }
    layout.computed("available", false);
    assert!(LiveData::plan(&schema, &mut layout).is_empty());
    layout.slot(&names("agents.it.available"), Some(&schema));
    assert!(!LiveData::plan(&schema, &mut layout).is_empty());
}

#[test]
fn values_of_maps_and_elements_of_lists_can_be_live() {
    let schema = schema(
        r#""waiting": {"type": "map", "of": {"type": "integer", "max_age": 60}, "attributes": {"as_of": "time"}},
           "queues": {"type": "list", "of": {"type": "object", "attributes": {"name": "text", "waiting": {"type": "integer", "max_age": "1m"}}}}"#,
    );
    let document = r#"{"waiting": {"it": 3, "as_of": 1767608000},
        "as_of": 1767609045, "queues": [{"name": "a", "waiting": 1}, {"name": "b", "waiting": 2, "as_of": "2026-01-05T10:00:00Z"}]}"#;
    let (values, stale) = read(&schema, &["waiting", "waiting.it", "queues"], document);
    assert_eq!(values[0], r#"{"it":null,"as_of":1767608000}"#);
    assert_eq!(values[1], "null");
    assert_eq!(values[2], r#"[{"name":"a","waiting":1},{"name":"b","waiting":null,"as_of":"2026-01-05T10:00:00Z"}]"#);
    assert_eq!(stale, ["waiting.it: stale: 1045 s, limit 60 s", "waiting.it: stale: 1045 s, limit 60 s", "queues[1].waiting: stale: 1845 s, limit 60 s"]);
}

#[test]
fn the_parts_of_something_stale_are_null() {
    let schema = schema(
        r#""desk": {"type": "object", "max_age": "1h", "attributes": {"open": {"type": "bool", "default": true}}}, "raw": {"type": "any", "max_age": 1}"#,
    );
    let (values, stale) = read(&schema, &["desk.open", "desk", "raw.a.b"], r#"{"desk": {"open": false}, "raw": 5}"#);
    assert_eq!(values, ["null"; 3]);
    assert_eq!(stale, ["desk: stale: no as_of, limit 3600 s", "desk: stale: no as_of, limit 3600 s", "raw: stale: no as_of, limit 1 s"]);
}

#[test]
fn stale_wins_over_a_default() {
    let schema = schema(r#""agents.it.available": {"type": "integer", "max_age": "60s", "default": 7}"#);
    let value = |it: &str| read(&schema, &["agents.it.available"], &format!(r#"{{"agents": {{"it": {it}}}}}"#)).0.join(",");
    assert_eq!(value(r#"{"available": 2, "as_of": 1767609045}"#), "2");
    assert_eq!(value(r#"{"as_of": 1767609045}"#), "7");
    assert_eq!(value(r#"{"available": 2, "as_of": 0}"#), "null");
    assert_eq!(value(r#"{"as_of": 0}"#), "null");
    assert_eq!(value("{}"), "null");
}

#[test]
fn live_data_may_be_missing_even_if_it_is_required() {
    use crate::value::Kinds;
    let live = Attribute { nullable: false, max_age: Some(60), ..Attribute::new(crate::schema::Type::Integer) };
    assert!(live.kinds(true).meets(Kinds::NULL));
}

#[test]
fn a_long_list_of_stale_members_is_told_in_part_and_nulled_whole() {
    let schema = schema(r#""queues": {"type": "list", "of": {"type": "integer", "max_age": 60}}"#);
    let (values, stale) = read(&schema, &["queues"], &format!(r#"{{"queues": [{}1]}}"#, "1,".repeat(499)));
    assert_eq!(values[0], format!("[{}null]", "null,".repeat(499)));
    assert_eq!(stale.len(), 100);
}

/// The member at a path of a value, as rules read it.
fn member<'v>(value: &'v Value, path: &[&str]) -> &'v Value {
    path.iter().fold(value, |value, name| match value {
        Value::Map(map) => map.get(name).unwrap_or(&Value::Null),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) | Value::List(_) => &Value::Null,
    })
}

#[test]
fn whole_and_part_read_the_same() {
    let schemas = [
        live(),
        schema(r#""agents.it": {"max_age": "2m"}, "agents.it.available": {"type": "integer", "max_age": "60s", "default": 3}"#),
        schema(
            r#""agents": {"type": "map", "max_age": 90, "of": {"type": "object", "max_age": 80, "attributes": {"available": {"type": "number", "max_age": 70}}}}"#,
        ),
    ];
    let paths = ["agents.it.available", "agents.it", "agents"];
    // All in one layout, or each in its own.
    let values = |schema: &Schema, document: &str, together: bool| {
        let mut one = Layout::default();
        let slots: Vec<SlotId> = paths.iter().map(|path| one.slot(&names(path), Some(schema))).collect();
        let values = paths.iter().zip(slots).map(|(path, slot)| {
            let mut own = Layout::default();
            let own_slot = own.slot(&names(path), Some(schema));
            if together { read_slot(schema, one.clone(), slot, document) } else { read_slot(schema, own, own_slot, document) }
        });
        values.collect::<Vec<Value>>()
    };
    arbtest::arbtest(|u| {
        let as_ofs = ["1767609045", "1767608980", "1767608970", "1767608960", "1767608900", "\"2026-01-05T10:30:00Z\"", "\"soon\"", "null", "1767609060"];
        let as_of = |u: &mut arbtest::arbitrary::Unstructured<'_>| -> arbtest::arbitrary::Result<String> {
            Ok(if u.ratio(1, 2)? { String::new() } else { format!(r#", "as_of": {}"#, u.choose(&as_ofs)?) })
        };
        let available = u.choose(&["2", "2.5", "null", "\"x\"", "[]"])?;
        let document = format!(r#"{{"agents": {{"it": {{"available": {available}{}}}{}}}{}}}"#, as_of(u)?, as_of(u)?, as_of(u)?);
        let schema = u.choose(&schemas)?;
        let together = values(schema, &document, true);
        assert_eq!(together, values(schema, &document, false), "{document}");
        assert_eq!(together[0], *member(&together[1], &["available"]), "{document}");
        assert_eq!(together[1], *member(&together[2], &["it"]), "{document}");
        Ok(())
    })
    .budget_ms(1000);
}

fn read_slot(schema: &Schema, mut layout: Layout, slot: SlotId, document: &str) -> Value {
    let live = LiveData::plan(schema, &mut layout);
    let mut context = Context::from_json(&layout, document.as_bytes(), &Limits::default()).unwrap();
    live.apply(&mut context, Timestamp::from_seconds(NOW).unwrap());
    match context.slot(slot) {
        Slot::Value(value) => value.clone(),
        other @ (Slot::NoMembers { .. } | Slot::Failed(_)) => panic!("{other:?}"),
    }
}
