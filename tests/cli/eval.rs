//! `triggerfish eval`

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use crate::support::{Run, file, run, run_on, triggerfish};

#[test]
fn each_context_gives_one_line() {
    run(["eval", "domain", "good.ndjson"]).prints("1\ta\t\"IT\"\n2\tb\t\"HR\"\n").quietly();
}

#[test]
fn a_bad_line_is_reported_with_its_number_and_does_not_stop_the_rest() {
    let run = run_on(["eval", "user.tenure > 30"], &std::fs::read(fixture("people.ndjson")).unwrap()).exits(4).quietly();
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines[..3], ["1\ta\ttrue", "2\t2\tfalse", "4\t-\tfalse"]);
    assert_eq!(lines[3], "5\td\terror: type_mismatch at 1:1, `user.tenure > 30`: a value of a kind that does not fit here");
    assert!(lines[4].starts_with("6\te\terror: invalid_context") && lines.len() == 5, "{lines:?}");
}

fn fixture(name: &str) -> String {
    format!("{}/tests/cli/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn machines_get_an_object_a_line() {
    let run = run(["eval", "user.tenure > 30", "people.ndjson", "--format", "json"]).exits(4).quietly();
    let lines = run.json_lines();
    assert_eq!(lines[0], serde_json::json!({ "line": 1, "id": "a", "value": true }));
    assert_eq!(lines[1], serde_json::json!({ "line": 2, "id": 2, "value": false }));
    assert_eq!(lines[2], serde_json::json!({ "line": 4, "value": false }));
    assert_eq!(lines[3]["error"]["kind"], "type_mismatch");
    assert_eq!(lines[3]["error"]["span"], serde_json::json!({ "start": 0, "end": 16, "line": 1, "column": 1 }));
    assert_eq!((&lines[4]["line"], &lines[4]["error"]["kind"], &lines[4]["error"]["pointer"]), (&6.into(), &"invalid_context".into(), &"/user".into()));
}

#[test]
fn a_json_file_holds_objects_or_an_array() {
    run(["eval", "domain", "pretty.json"]).prints("1\tone\t\"IT\"\n2\ttwo\t\"HR\"\n");
    run(["eval", "domain", "array.json"]).prints("1\tone\t\"IT\"\n2\ttwo\t\"HR\"\n3\t-\t\"IT\"\n");
    let lines = run(["eval", "domain", "array.json", "--format=json"]).exits(0).json_lines();
    assert_eq!(lines[2], serde_json::json!({ "line": 3, "number": 3, "value": "IT" }));
}

#[test]
fn a_context_may_be_an_argument() {
    run(["eval", "domain", "{\"id\": 7, \"domain\": \"IT\"}"]).prints("1\t7\t\"IT\"\n").quietly();
    run(["eval", "domain", "{", "good.ndjson"]).exits(4);
}

#[test]
fn standard_input_is_what_its_first_line_says() {
    run_on(["eval", "x"], b"{\"x\": 1}\n{\"x\": 2}\n").prints("1\t-\t1\n2\t-\t2\n");
    run_on(["eval", "x"], b"[{\"x\": 1},\n{\"x\": 2}]").prints("1\t-\t1\n2\t-\t2\n");
    run_on(["eval", "x", "-"], b"{\n\"x\": 1}").prints("1\t-\t1\n");
    run_on(["eval", "x"], b"").prints("");
    run_on(["eval", "x"], b"\xef\xbb\xbf{\"x\": 1}\r\n").prints("1\t-\t1\n");
}

#[test]
fn a_file_that_is_no_json_between_contexts_ends_there() {
    let run = run_on(["eval", "x"], b"[{\"x\": 1}\n{\"x\": 2}]").exits(4);
    assert_eq!(run.stdout, "1\t-\t1\n2\t-\terror: invalid_context: expected `,` or `]` between contexts; the rest of the file was not read\n");
}

#[test]
fn lines_of_several_files_have_their_names() {
    run(["eval", "domain", "good.ndjson", "pretty.json"])
        .prints("good.ndjson:1\ta\t\"IT\"\ngood.ndjson:2\tb\t\"HR\"\npretty.json:1\tone\t\"IT\"\npretty.json:2\ttwo\t\"HR\"\n");
    let lines = run(["eval", "domain", "good.ndjson", "pretty.json", "--format", "json"]).exits(0).json_lines();
    assert_eq!(lines[3], serde_json::json!({ "file": "pretty.json", "line": 5, "number": 2, "id": "two", "value": "HR" }));
}

#[test]
fn counting() {
    let counted = run(["eval", "user.tenure > 30", "people.ndjson", "--count"]).exits(4);
    assert_eq!(counted.stdout, "1 matched, 2 did not match, 2 failed\n");
    assert_eq!(counted.stderr.lines().count(), 2);
    counted.tells("error: line 5: type_mismatch at 1:1").tells("error: line 6: invalid_context at /user");
    let counted = run(["eval", "domain == 'IT'", "good.ndjson", "--count", "--format", "json"]).exits(0);
    assert_eq!(counted.json_lines(), [serde_json::json!({ "matched": 1, "unmatched": 1, "failed": 0 })]);
    run(["eval", "x", "good.ndjson", "--count", "--time"]).prints("0 matched, 2 did not match, 0 failed\n").tells("2 contexts in ");
}

#[test]
fn only_those_that_match() {
    let matching = run(["eval", "user.tenure > 30", "people.ndjson", "--matching"]).exits(4).tells("error: line 5 (d): type_mismatch");
    assert_eq!(matching.stdout, "1\ta\ttrue\n");
    let matching = run(["eval", "user.tenure > 30", "people.ndjson", "--matching", "--format", "json"]).exits(4);
    assert_eq!(matching.json_lines().len(), 1);
    assert!(matching.stderr.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{matching:?}");
    run(["eval", "x", "good.ndjson", "--count", "--matching"]).exits(2);
}

#[test]
fn a_trace_shows_every_part() {
    run(["eval", "domain == \"HR\" AND score > 2", "good.ndjson", "--trace", "--matching"]).prints(
        "2\tb\ttrue\n    domain == \"HR\" AND score > 2  true\n      domain == \"HR\"              true\n        domain                    \"HR\"\n        \
         \"HR\"                      \"HR\"\n      score > 2                   true\n        score                     3\n        2                         2\n",
    );
    let lines = run(["eval", "domain == \"HR\" AND score > 2", "good.ndjson", "--trace", "--format", "json"]).exits(0).json_lines();
    let last = lines[0]["trace"].as_array().unwrap().last().unwrap();
    assert_eq!(last, &serde_json::json!({ "span": { "start": 27, "end": 28 }, "text": "2", "depth": 2, "times": 0 }));
    assert_eq!(lines[0]["trace"][1]["value"], false);
}

#[test]
fn a_trace_of_a_long_chain_stays_small() {
    let chain = vec!["x"; 3000].join("+");
    let traced = run_on(["eval", chain.as_str(), "--trace"], b"{\"x\": 1}").exits(0);
    assert!(traced.stdout.lines().count() > 5000 && traced.stdout.len() < 2_000_000, "{}", traced.stdout.len());
    let long = format!("{{\"x\": \"{}\"}}", "y".repeat(500_000));
    let list = format!("[{}]", ["x"; 100].join(","));
    for format in ["human", "json"] {
        let traced = run_on(["eval", &format!("$LENGTH({list})"), "--trace", "--format", format], long.as_bytes()).exits(0);
        assert!(traced.stdout.len() < 2_000_000, "{}", traced.stdout.len());
    }
}

#[test]
fn the_time_is_given() {
    for now in ["1767609045", "2026-01-05T10:30:45Z", "2026-01-05T11:30:45+01:00"] {
        run_on(["eval", "$TIME()", "--now", now], b"{}").prints("1\t-\t1767609045\n");
    }
    run_on(["eval", "$TIME() > 1700000000"], b"{}").prints("1\t-\ttrue\n");
    run_on(["eval", "$TIME()", "--now", "-1.5"], b"{}").prints("1\t-\t-1.5\n");
    run_on(["eval", "$TIME()", "--now", "soon"], b"{}").exits(2).tells("expected seconds since 1970");
}

#[test]
fn a_member_is_set_on_the_way_in() {
    run(["eval", "domain + \"/\" + user.name + $TEXT(score)", "good.ndjson", "--set", "domain=X", "--set", "user.name=\"N\"", "--set", "score=7"])
        .prints("1\ta\t\"X/N7\"\n2\tb\t\"X/N7\"\n");
    run(["eval", "id", "good.ndjson", "--set", "id=new"]).prints("1\tnew\t\"new\"\n2\tnew\t\"new\"\n");
    let twice = run_on(["eval", "x", "--set", "y=1"], b"{\"x\": 1, \"x\": 2}").exits(4);
    assert_eq!(twice.stdout, "1\t-\terror: invalid_context at /x: the key `x` occurs twice\n");
    run(["eval", "x", "good.ndjson", "--set", "x"]).exits(2).tells("expected `PATH=VALUE`");
}

#[test]
fn with_a_schema_contexts_are_bound_by_it() {
    let lenient = run(["eval", "score", "good.ndjson", "--schema", "schema.yaml"]).prints("1\ta\tnull\n2\tb\t3\n");
    lenient.tells("warning: line 1 (a): /score: expected an integer");
    let lenient = run(["eval", "score", "good.ndjson", "--schema", "schema.yaml", "--format", "json"]).exits(0).quietly();
    assert_eq!(lenient.json_lines()[0]["warnings"][0]["pointer"], "/score");
    let strict = run(["eval", "score", "good.ndjson", "--schema", "schema.yaml", "--strict"]).exits(4);
    assert!(strict.stdout.contains("1\ta\terror: invalid_context at /score: expected an integer"), "{strict:?}");
    run(["eval", "user.departmnt", "good.ndjson", "--schema", "builtin", "--strict"]).exits(3).tells("did you mean `department`?");
    run(["eval", "x", "good.ndjson", "--strict"]).exits(2).tells("--strict needs a schema");
    run(["eval", "x", "good.ndjson", "--schema", "none"]).exits(0);
}

#[test]
fn many_warnings_about_contexts_are_counted() {
    let lines = "{\"score\": \"x\"}\n".repeat(50);
    let run = run_on(["eval", "score", "--schema", "schema.yaml", "--count"], lines.as_bytes()).exits(0);
    assert_eq!(run.stderr.lines().count(), 21, "{run:?}");
    run.tells("warning: 30 more warnings of this kind");
}

#[test]
fn a_rule_comes_from_a_file_or_from_standard_input() {
    run(["eval", "@it.rule", "good.ndjson"]).prints("1\ta\ttrue\n2\tb\tfalse\n");
    run_on(["eval", "@-", "good.ndjson"], b"\xef\xbb\xbfdomain").prints("1\ta\t\"IT\"\n2\tb\t\"HR\"\n");
    run_on(["eval", "-", "good.ndjson"], b"domain").exits(0);
    run(["eval", "@-"]).exits(2).tells("standard input cannot give both the rule and the contexts");
    run(["eval", "it.rule", "good.ndjson"]).exits(0).tells("read as `@it.rule`");
}

#[test]
fn errors_in_the_rule_stop_it_and_warnings_are_told_once() {
    let wrong = run(["eval", "domain = 1", "good.ndjson"]).exits(3).tells("error[TF0008]").tells(" --> rule:1:8");
    assert_eq!(wrong.stdout, "");
    let warned = run(["eval", "domain IN [\"IT\"]", "good.ndjson"]).prints("1\ta\ttrue\n2\tb\tfalse\n");
    assert_eq!(warned.stderr.matches("warning[TF0306]").count(), 1);
    let wrong = run(["eval", "domain = 1", "good.ndjson", "--format", "json"]).exits(3);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&wrong.stderr).unwrap()["code"], "TF0008");
}

#[test]
fn what_cannot_be_read_is_told_before_anything_runs() {
    let missing = run(["eval", "domain", "good.ndjson", "missing.ndjson"]).exits(2).tells("error: cannot read missing.ndjson: ");
    assert_eq!(missing.stdout, "");
    run(["eval", "domain", "."]).exits(2).tells("cannot read .: ");
    run(["eval", "@missing.rule", "good.ndjson"]).exits(2).tells("cannot read missing.rule");
    run(["eval", "x", "good.ndjson", "--schema", "missing.yaml"]).exits(2).tells("cannot read missing.yaml");
}

#[test]
fn an_argument_is_known_by_its_looks() {
    run(["eval", "good.ndjson", "good.ndjson"]).exits(2).tells("is a file of cases or contexts, not a rule");
    run(["eval", "TF0105", "good.ndjson"]).exits(2).tells("`triggerfish explain TF0105`");
    for rule_set in ["acme.yaml", "@acme.yaml"] {
        run(["eval", rule_set, "good.ndjson"]).exits(2).tells("acme.yaml is a rule set");
    }
    run(["eval", "x", "acme.yaml"]).exits(2).tells("acme.yaml is a rule set");
}

#[test]
fn a_context_that_is_too_large_is_passed_over() {
    let size = |bytes: usize| format!("{{\"id\": 1, \"x\": \"{}\"}}", "y".repeat(bytes - 18));
    let limit = 1024 * 1024;
    let input = format!("{}\n{}\n{}\n{{}}\n", size(limit), size(limit + 1), size(20 * limit));
    let run = run_on(["eval", "$LENGTH(x)"], input.as_bytes()).exits(4);
    let large = "error: invalid_context: the context is larger than 1048576 bytes";
    assert_eq!(run.stdout, format!("1\t1\t{}\n2\t-\t{large}\n3\t-\t{large}\n4\t-\tnull\n", limit - 18));
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_run_quietly() {
    let mut child = triggerfish(["eval", "id"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        let line = format!("{{\"id\": \"{}\"}}\n", "x".repeat(1000));
        // Until nobody reads any more: without an end of its own, the run must have ended first.
        while stdin.write_all(line.as_bytes()).is_ok() {}
    });
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with("1\txxx"), "{first}");
    writer.join().unwrap();
    let run = Run::of(&child.wait_with_output().unwrap());
    run.exits(0).quietly();
}

#[test]
fn a_line_is_answered_before_the_next_one_is_there() {
    let mut child = triggerfish(["eval", "x"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    // The beginning of the next line must not hold up the answer either.
    for (written, answer) in [("{\"x\": 1}\n", "1\t-\t1\n"), ("{\"x\": 2}\n{\"x\"", "2\t-\t2\n"), (": 3}\n", "3\t-\t3\n")] {
        stdin.write_all(written.as_bytes()).unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, answer);
    }
    drop(stdin);
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert!(rest.is_empty() && child.wait().unwrap().success());
}

#[test]
#[cfg(target_os = "linux")]
fn an_output_that_is_full_is_an_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = triggerfish(["eval", "domain", "good.ndjson"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    Run::of(&output).exits(2).tells("error: cannot write to standard output: No space left on device");
}

#[test]
fn nothing_of_the_input_acts_on_the_terminal() {
    let context = b"{\"id\": \"\\u001b[31m\\u202e\", \"x\": \"\xe2\x80\xae\"}\n\x1b[31m\n";
    let run = run_on(["eval", "x"], context).exits(4);
    assert!(run.stdout.starts_with("1\t\\u{1b}[31m\\u{202e}\t\"\\u{202e}\"\n2\t-\terror: "), "{run:?}");
    assert!(!run.stdout.contains('\u{1b}'));
    let folder = file("escape", "\u{1b}[31m.ndjson", "{}\n");
    assert!(!crate::support::run(["eval", "x", &folder, "good.ndjson"]).exits(0).stdout.contains('\u{1b}'));
    let wrong = crate::support::run(["eval", "x == \u{1b}", "\u{1b}[32m"]).exits(2);
    assert!(!wrong.stderr.contains('\u{1b}'), "{wrong:?}");
}
