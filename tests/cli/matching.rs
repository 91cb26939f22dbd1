//! `triggerfish match`

use serde_json::json;

use crate::support::{file, run, run_on};

#[test]
fn each_context_gives_the_rules_that_hold() {
    run(["match", "rules.ndjson", "good.ndjson"]).prints("1\ta\tit, 3\n2\tb\t3\n").quietly();
    run(["match", "rules.ndjson", "good.ndjson", "--first"]).prints("1\ta\tit\n2\tb\t3\n");
    run(["match", "rules.ndjson", "good.ndjson", "--count"]).prints("1\ta\t2\n2\tb\t1\n");
    run(["match", "rules.ndjson", "{}"]).prints("1\t-\t-\n");
}

#[test]
fn machines_get_an_object_a_line() {
    let lines = run(["match", "rules.ndjson", "good.ndjson", "--format", "json"]).exits(0).json_lines();
    assert_eq!(lines[0], json!({ "line": 1, "id": "a", "matches": ["it", "3"], "errors": [] }));
    let lines = run(["match", "rules.ndjson", "{\"domain\": \"IT\"}", "--count", "--format", "json"]).exits(0).json_lines();
    assert_eq!(lines[0], json!({ "line": 1, "count": 2, "errors": [] }));
}

#[test]
fn a_rule_that_fails_is_told_below_those_that_hold() {
    let context = r#"{"domain": "IT", "user": {"tenure": "long"}}"#;
    let run_human = run(["match", "rules.ndjson", context]).exits(4).quietly();
    assert_eq!(run_human.stdout, "1\t-\tit, 3\n    error: tenured: type_mismatch at 1:1, `user.tenure > 30`: a value of a kind that does not fit here\n");
    // Whoever wants the first one asks no further.
    run(["match", "rules.ndjson", context, "--first"]).prints("1\t-\tit\n");
    let lines = run(["match", "rules.ndjson", context, "--format", "json"]).exits(4).json_lines();
    assert_eq!((&lines[0]["errors"][0]["rule"], &lines[0]["errors"][0]["error"]["kind"]), (&json!("tenured"), &json!("type_mismatch")));
}

#[test]
fn a_context_that_does_not_bind_does_not_stop_the_others() {
    let run = run_on(["match", "rules.ndjson"], b"{\"domain\": \"IT\", \"domain\": 1}\n{\"domain\": \"HR\"}\n").exits(4);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert!(lines[0].starts_with("1\t-\terror: invalid_context at /domain"), "{lines:?}");
    assert_eq!(lines[1], "2\t-\t3");
}

#[test]
fn rules_that_do_not_compile_are_all_told() {
    let rules = file(
        "match-refused",
        "rules.ndjson",
        "{\"id\": \"a\", \"rule\": \"x ==\"}\n{\"id\": \"b\", \"rule\": \"TRUE\"}\n{\"id\": \"c\", \"rule\": \"y = 1\"}\n",
    );
    let run = run(["match", &rules, "{}"]).exits(3);
    assert!(run.stderr.contains("rules.ndjson:1 (a)") && run.stderr.contains("rules.ndjson:3 (c)"), "{run:?}");
    assert_eq!(run.stdout, "");
}

#[test]
fn lines_that_are_no_rules_are_refused_with_their_place() {
    for (text, told) in [
        ("{\"id\": \"a\"}\n", ":1: expected an object with an `id` and a `rule`"),
        ("{\"rule\": \"TRUE\"}\n", ":1: expected an `id`"),
        ("{\"id\": 1, \"rule\": \"a\"}\n{\"id\": 1, \"rule\": \"b\"}\n", ":2: the id `1` is that of line 1"),
    ] {
        let rules = file("match-lines", "rules.ndjson", text);
        run(["match", &rules, "{}"]).exits(3).tells(told);
    }
    run(["match", "missing.ndjson", "{}"]).exits(2);
    run_on(["match", "-"], b"").exits(2).tells("cannot give both the rules and the contexts");
}
