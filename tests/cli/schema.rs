//! `triggerfish schema`

use crate::support::{file, run, run_on};

#[test]
fn a_schema_is_inferred_from_contexts() {
    run(["schema", "infer", "good.ndjson"])
        .prints("extends: none\nstrict: false\nattributes:\n  domain: { type: text, nullable: false }\n  id: { type: text, nullable: false }\n  score: { type: number, nullable: false }\n")
        .quietly();
    let schema = run(["schema", "infer", "good.ndjson", "--as", "json-schema"]).exits(0);
    let schema: serde_json::Value = serde_json::from_str(&schema.stdout).unwrap();
    assert_eq!(schema["properties"]["score"]["type"], "number");
    run_on(["schema", "infer", "-"], b"[{\"a\": 1}, {\"a\": null}]").prints("extends: none\nstrict: false\nattributes:\n  a: integer\n");
}

#[test]
fn an_inferred_schema_can_be_used() {
    let inferred = run(["schema", "infer", "good.ndjson"]).exits(0);
    let path = file("inferred", "s.yaml", inferred.stdout);
    run(["eval", "score > 2", "good.ndjson", "--schema", &path, "--strict"]).prints("1\ta\tfalse\n2\tb\ttrue\n").quietly();
}

#[test]
fn contexts_that_are_none_teach_nothing() {
    let run = run(["schema", "infer", "people.ndjson"]).exits(4).tells("error: people.ndjson:6: ");
    assert!(run.stdout.contains("attributes:"), "{run:?}");
    run_on(["schema", "infer", "-"], b"{\"a\": 1, \"a\": 2}\n[1]\n").exits(4).tells("<stdin>:1: the key `a` occurs twice").tells("<stdin>:2: ");
    run_on(["schema", "infer", "-"], b"").exits(2).tells("no contexts to learn from");
    crate::support::run(["schema", "infer"]).exits(2);
}

#[test]
fn a_schema_is_shown() {
    let builtin = run(["schema", "show"]).exits(0);
    assert!(builtin.stdout.lines().any(|line| line.starts_with("user.email_addr ") && line.ends_with("personal")), "{builtin:?}");
    run(["schema", "show", "schema.yaml"]).prints("domain  enum     IT, HR\nscore   integer  always there; How sure it is\n");
    let lines = run(["schema", "show", "schema.yaml", "--format", "json"]).exits(0).json_lines();
    assert_eq!(lines[0], serde_json::json!({ "path": "domain", "type": "enum", "nullable": true, "pii": false, "values": ["IT", "HR"], "open": false }));
    run(["schema", "show", "none"]).exits(2);
}

#[test]
fn what_stands_for_what_is_missing_and_how_old_it_may_be_are_shown() {
    let path =
        file("live", "s.yaml", "extends: none\nattributes:\n  size: { type: integer, default: 3, max_age: 120 }\n  at: { type: time, default: 1970-01-02 }\n");
    run(["schema", "show", &path]).prints("size  integer  3 if missing; live, at most 2m old\nat    time     86400 if missing\n");
    let lines = run(["schema", "show", &path, "--format", "json"]).exits(0).json_lines();
    assert_eq!(lines[0], serde_json::json!({ "path": "size", "type": "integer", "nullable": true, "pii": false, "default": 3, "max_age": "2m" }));
    let yaml = run(["schema", "export", &path, "--as", "yaml"]).exits(0);
    assert!(yaml.stdout.contains("size: { type: integer, default: 3, max_age: 2m }\n  at: { type: time, default: 86400 }"), "{yaml:?}");
}

#[test]
fn a_schema_is_exported_and_read_back() {
    let exported = run(["schema", "export", "schema.yaml"]).exits(0);
    let path = file("exported", "s.json", &exported.stdout);
    run(["schema", "export", &path]).prints(&exported.stdout);
    let yaml = run(["schema", "export", &path, "--as", "yaml"]).exits(0);
    assert!(yaml.stdout.contains("domain: { type: enum, values: [IT, HR] }"), "{yaml:?}");
}

#[test]
fn mistakes_in_a_schema_are_told_with_their_places() {
    let path = file("schema-bad", "s.yaml", "attributes:\n  a: txt\n  b: \"\\e[31m\"\n");
    let run = run(["check", "a", "--schema", &path]).exits(2).tells("s.yaml:2:6: ").tells("did you mean `text`?").tells("s.yaml:3:6: ");
    assert!(!run.stderr.contains('\u{1b}'), "{run:?}");
    crate::support::run(["check", "a", "--schema", &file("schema-bytes", "s.yaml", b"attributes:\n  a: \xff")]).exits(2).tells("s.yaml:2:6: not UTF-8");
    crate::support::run(["check", "a", "--schema", &file("schema-long", "s.yaml", vec![b'#'; 5_000_000])]).exits(2).tells("s.yaml is longer than");
}

#[test]
fn json_schemas_of_rule_sets_decisions_and_contexts() {
    let schema = |args: &[&str]| -> serde_json::Value { serde_json::from_str(&run(["schema"].iter().chain(args)).exits(0).quietly().stdout).unwrap() };
    for args in [["ruleset"].as_slice(), &["decision"], &["context"], &["context", "acme.yaml"]] {
        assert_eq!(schema(args)["$schema"], "https://json-schema.org/draft/2020-12/schema", "{args:?}");
    }
    assert!(schema(&["ruleset"])["properties"]["otherwise"].is_object() && schema(&["decision"])["properties"]["options"].is_object());
    run(["schema", "context", "broken.yaml"]).exits(3).tells("broken.yaml: refused, 4 errors");
    run(["schema", "context", "missing.yaml"]).exits(2).tells("cannot read missing.yaml");
}
