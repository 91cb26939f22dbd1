//! `triggerfish test`

use crate::support::{file, run, run_on};

#[test]
fn cases_that_pass() {
    run(["test", "cases.ndjson"]).prints("9 passed, 0 failed\n").quietly();
    run_on(["test", "-"], b"").prints("0 passed, 0 failed\n");
    assert_eq!(run(["test", "cases.ndjson", "--format", "json"]).exits(0).json_lines(), [serde_json::json!({ "passed": 9, "failed": 0, "skipped": 0 })]);
}

#[test]
fn a_failure_is_shown_with_all_that_it_takes() {
    let run = run(["test", "failing.ndjson"]).exits(1).quietly();
    let expected = r#"FAILED f/value (failing.ndjson:2)
  rule:     x + 1
  context:  {"x": 2, "y": "z"}
  expected: 4
  found:    3
  note:     a remark
FAILED f/error (failing.ndjson:3)
  rule:     x < 1
  context:  {"x": "a"}
  expected: false
  found:    error: type_mismatch at 0..5: a value of a kind that does not fit here
FAILED f/good (failing.ndjson:4)
  rule:     1
  context:  {}
  found:    the id of an earlier case
FAILED (failing.ndjson:5)
  found:    no case: EOF while parsing an object at line 1 column 30
1 passed, 4 failed
"#;
    assert_eq!(run.stdout, expected);
}

#[test]
fn machines_get_an_object_a_failure() {
    let lines = run(["test", "failing.ndjson", "--format", "json"]).exits(1).json_lines();
    assert_eq!(
        lines[0],
        serde_json::json!({
            "result": "failed", "place": "failing.ndjson:2", "id": "f/value", "rule": "x + 1", "context": "{\"x\": 2, \"y\": \"z\"}", "expected": "4", "found": "3"
        })
    );
    assert_eq!(lines.last().unwrap(), &serde_json::json!({ "passed": 1, "failed": 4, "skipped": 0 }));
}

#[test]
fn a_ledger_skips_exactly_its_cases() {
    let case = |id: &str, expect: &str| format!("{{\"id\": \"{id}\", \"rule\": \"1\", \"context\": {{}}, \"expect\": {expect}}}\n");
    let cases = file("ledger-cases", "c.ndjson", case("good", "1") + &case("wrong", "2"));
    let ledger =
        |test: &str, ids: &[&str]| file(test, "l.ndjson", ids.iter().map(|id| format!("{{\"id\": \"{id}\", \"reason\": \"r\"}}\n")).collect::<String>());
    run(["test", &cases, "--ledger", &ledger("ledger-1", &["wrong"])]).prints("1 passed, 0 failed, 1 skipped\n");
    let passes = run(["test", &cases, "--ledger", &ledger("ledger-2", &["wrong", "good"])]).exits(1);
    assert!(passes.stdout.contains("it passes, but the ledger says") && passes.stdout.ends_with("0 passed, 1 failed, 1 skipped\n"), "{passes:?}");
    let gone = run(["test", &cases, "--ledger", &ledger("ledger-3", &["wrong", "gone"])]).exits(1);
    assert!(
        gone.stdout.contains("l.ndjson:2)\n  found:    no file has the case `gone`") && gone.stdout.ends_with("1 passed, 1 failed, 1 skipped\n"),
        "{gone:?}"
    );
    run(["test", "failing.ndjson", "--ledger", "ledger.ndjson"]).exits(1);
}

#[test]
fn a_ledger_must_be_sound() {
    for (at, (line, message)) in [
        ("nonsense", "l.ndjson:1: a line of a ledger is a JSON object"),
        ("{\"id\": \"a\"}", "missing field `reason`"),
        ("{\"id\": \"a\", \"reason\": \" \"}", "`a` needs a reason"),
        ("{\"id\": \"a\", \"reason\": \"r\"}\n{\"id\": \"a\", \"reason\": \"r\"}", "l.ndjson:2: `a` stands here twice"),
        ("{\"id\": \"a\", \"reason\": \"r\", \"why\": 1}", "unknown field `why`"),
    ]
    .iter()
    .enumerate()
    {
        run(["test", "cases.ndjson", "--ledger", &file(&format!("ledger-bad-{at}"), "l.ndjson", line)]).exits(2).tells(message);
    }
    run(["test", "cases.ndjson", "--ledger", "missing.ndjson"]).exits(2);
}

#[test]
fn a_line_that_is_no_case_fails_and_does_not_stop_the_rest() {
    let good = "{\"id\": \"a\", \"rule\": \"1\", \"expect\": 1}\n";
    let input = [b"\xff\xfe\n[]\n".as_slice(), b"{\"id\": \"\x1b\"}\n", &vec![b'x'; 17 * 1024 * 1024], b"\n", good.as_bytes()].concat();
    let run = run_on(["test", "-"], &input).exits(1);
    assert!(run.stdout.ends_with("1 passed, 4 failed\n") && run.stdout.contains("<stdin>:4)\n  found:    no case: the line is longer than"), "{run:?}");
    assert!(!run.stdout.contains('\u{1b}'), "{run:?}");
}

#[test]
fn files_that_are_not_there() {
    run(["test"]).exits(2);
    run(["test", "cases.ndjson", "missing.ndjson"]).exits(2).tells("cannot read missing.ndjson");
}

#[test]
fn the_tests_beside_the_rules() {
    let run = run(["test", "acme.yaml"]).exits(0).quietly();
    assert_eq!(run.stdout, "note: what no test of acme.yaml has shown\n  conditions never false: chat.strategies[0].when\n3 passed, 0 failed\n");
    let lines = crate::support::run(["test", "acme.yaml", "--format", "json"]).exits(0).json_lines();
    assert_eq!(lines[0]["uncovered"], serde_json::json!({ "items": [], "strategies": [], "never_true": [], "never_false": ["chat.strategies[0].when"] }));
    assert_eq!(lines[1], serde_json::json!({ "passed": 3, "failed": 0, "skipped": 0 }));
}

#[test]
fn what_differs_is_shown_field_by_field() {
    let run = run(["test", "acme-next.yaml"]).exits(1).quietly();
    let expected = "FAILED all else leads to the help pages (acme-next.yaml:33)
  fallback
    expected: true
    found:    false
  decided
    offered: ticket (domain is HR), at 1970-01-01T00:00:00Z
note: what no test of acme-next.yaml has shown
  items never offered:    help
  strategies never used:  help.strategies[0]
  conditions never false: chat.strategies[0].when
2 passed, 1 failed
";
    assert_eq!(run.stdout, expected);
    let lines = crate::support::run(["test", "acme-next.yaml", "--format", "json"]).exits(1).json_lines();
    assert_eq!(
        lines[0],
        serde_json::json!({
            "result": "failed", "place": "acme-next.yaml:33", "test": "all else leads to the help pages",
            "differences": [{ "what": "fallback", "expected": true, "found": false }],
            "decided": { "state": "offered", "options": ["ticket"], "now": "1970-01-01T00:00:00Z" }
        })
    );
}

#[test]
fn options_and_members_that_differ_are_shown() {
    let set = "triggerfish: 1\notherwise: [ { key: help, label: Help, strategies: [ { ticket: default } ] } ]\ntests:\n  \
        - { name: a, context: {}, expect: { options: [], absent: [help], first: { kind: url, queue: q } } }\n";
    let run = run(["test", &file("test-differs", "s.yaml", set)]).exits(1);
    for part in [
        "  options\n    expected: none\n    found:    help\n",
        "  help\n    expected: not offered\n    found:    offered\n",
        "  first.kind\n    expected: \"url\"\n    found:    \"ticket\"\n",
        "  first.queue\n    expected: \"q\"\n    found:    nothing\n",
    ] {
        assert!(run.stdout.contains(part), "no `{part}` in {run:?}");
    }
}

#[test]
fn a_rule_set_without_tests_says_so() {
    let set = "triggerfish: 1\notherwise: [ { key: help, label: Help, strategies: [ { ticket: default } ] } ]\n";
    let path = file("test-none", "bare.yaml", set);
    let run = run(["test", &path]).exits(0);
    assert_eq!(run.stdout, format!("note: {path} has no tests; they stand under `tests:`, each with `context` and `expect`\n0 passed, 0 failed\n"));
}

#[test]
fn rule_sets_and_cases_are_run_together_and_the_weightiest_exit_code_wins() {
    let run = run(["test", "acme.yaml", "cases.ndjson"]).exits(0);
    assert!(run.stdout.ends_with("\n12 passed, 0 failed\n"), "{run:?}");
    let refused = crate::support::run(["test", "broken.yaml", "acme-next.yaml"]).exits(3).tells("broken.yaml: refused, 4 errors");
    assert!(refused.stdout.ends_with("\n2 passed, 1 failed\n"), "{refused:?}");
    crate::support::run(["test", "missing.yaml"]).exits(2).tells("cannot read missing.yaml");
}
