//! `triggerfish decide`

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::json;

use crate::support::{Run, file, folder, run, run_on, triggerfish};

const NOW: &str = "2026-01-05T09:00:00Z";

#[test]
fn each_context_gives_its_decision_or_its_error() {
    let run = run(["decide", "acme.yaml", "tickets.ndjson"]).exits(4).quietly();
    let lines = run.json_lines();
    let found: Vec<_> = lines.iter().map(|line| (line["line"].as_u64().unwrap(), &line["id"], &line["decision"]["state"], &line["error"]["kind"])).collect();
    let null = serde_json::Value::Null;
    assert_eq!(
        found,
        [
            (1, &json!("t1"), &json!("offered"), &null),
            (2, &json!(2), &json!("fallback"), &null),
            (3, &null, &null, &json!("invalid_json")),
            (4, &json!("t4"), &null, &json!("invalid_time")),
            (5, &null, &json!("offered"), &null),
        ]
    );
    let first = &lines[0]["decision"];
    assert_eq!((&first["options"][0]["item"], &first["options"][0]["kind"], &first["ruleset"]["name"]), (&json!("chat"), &json!("agent"), &json!("acme")));
    assert!(run.stdout.starts_with("{\"line\":1,\"id\":\"t1\",\"decision\":{\"ruleset\":"), "{run:?}");
    assert_eq!(lines[2]["error"], json!({ "kind": "invalid_json", "message": "expected a value", "offset": 0 }));
}

#[test]
fn people_get_a_line_for_each_context() {
    let run = run(["decide", "acme.yaml", "tickets.ndjson", "--format", "human"]).exits(4).quietly();
    let expected = "1\tt1\toffered\tchat (agent broker), ticket (ticket default)\n2\t2\tfallback\thelp (url)\n3\t-\terror: invalid_json: expected a value (byte 0)\n\
        4\tt4\terror: invalid_time: the member `now` tells no time: expected seconds since 1970, or a time such as 2026-01-05T09:00:00Z, found \"soon\"\n\
        5\t-\toffered\tticket (ticket default)\n";
    assert_eq!(run.stdout, expected);
    let traced = crate::support::run(["decide", "acme.yaml", "{\"domain\": \"HR\"}", "--format", "human", "--trace", "summary"]).exits(0);
    assert!(traced.stdout.contains("    it: domain, domain is HR, not IT\n      chat: category, domain is HR, not IT\n"), "{traced:?}");
}

#[test]
fn a_context_comes_as_an_argument_from_a_file_or_from_standard_input() {
    let argument = run(["decide", "acme.yaml", "{\"domain\": \"IT\"}", "--now", NOW]).exits(0).quietly();
    assert_eq!(argument.json_lines()[0]["decision"]["options"][0]["item"], "ticket");
    for args in [vec!["decide", "acme.yaml", "--now", NOW], vec!["decide", "acme.yaml", "-", "--now", NOW]] {
        run_on(args, b"{\"domain\": \"IT\"}").prints(&argument.stdout);
    }
    run_on(["decide", "acme.yaml", "--now", NOW], b"{\n  \"domain\": \"IT\"\n}\n").exits(0);
    let several = run(["decide", "acme.yaml", "pretty.json", "good.ndjson"]).exits(0).json_lines();
    assert_eq!(
        (&several[1]["file"], &several[1]["line"], &several[1]["number"], &several[1]["id"]),
        (&json!("pretty.json"), &json!(5), &json!(2), &json!("two"))
    );
    assert_eq!((&several[2]["file"], several[2].get("number")), (&json!("good.ndjson"), None));
    run_on(["decide", "acme.yaml"], b"").prints("");
}

#[test]
fn the_rule_set_comes_from_standard_input() {
    let set = std::fs::read_to_string("tests/cli/fixtures/acme.yaml").unwrap();
    let run = run_on(["decide", "-", "{\"domain\": \"IT\"}"], set.as_bytes()).exits(0);
    assert_eq!(run.json_lines()[0]["decision"]["ruleset"]["name"], "acme");
    run_on(["decide", "-"], set.as_bytes()).exits(2).tells("standard input cannot give both the rule set and the contexts");
}

#[test]
fn the_time_is_the_options_then_the_contexts_then_the_clocks() {
    let now = |args: &[&str], context: &str| {
        let run = run(["decide", "acme.yaml", context].iter().chain(args)).exits(0);
        run.json_lines()[0]["decision"]["now"].as_str().unwrap().to_owned()
    };
    assert_eq!(now(&["--now", "1767609045"], "{\"now\": 1}"), "2026-01-05T10:30:45Z");
    assert_eq!(now(&["--now", "2026-01-05T11:30:45+01:00"], "{\"now\": \"nonsense\"}"), "2026-01-05T10:30:45Z");
    assert_eq!(now(&[], "{\"now\": 1767609045}"), "2026-01-05T10:30:45Z");
    assert_eq!(now(&[], "{\"now\": \"2026-01-05T11:30:45+01:00\"}"), "2026-01-05T10:30:45Z");
    assert_eq!(now(&["--now-from", "event.at"], "{\"event\": {\"at\": 1767609045}, \"now\": 1}"), "2026-01-05T10:30:45Z");
    assert_eq!(now(&["--set", "now=1767609045"], "{}"), "2026-01-05T10:30:45Z");
    // The clock is read once: it is the same for all.
    let clocks = run_on(["decide", "acme.yaml"], b"{}\n{\"now\": null}\n").exits(0).json_lines();
    assert_eq!(clocks[0]["decision"]["now"], clocks[1]["decision"]["now"]);
    for bad in ["\"2026-01-05\"", "\"1767609045\"", "true", "[1]", "1e300"] {
        let run = run(["decide", "acme.yaml", &format!("{{\"id\": \"x\", \"now\": {bad}}}")]).exits(4);
        assert_eq!((&run.json_lines()[0]["error"]["kind"], &run.json_lines()[0]["id"]), (&json!("invalid_time"), &json!("x")), "{bad}");
    }
}

#[test]
fn a_member_is_set_on_the_way_in() {
    let run = run(["decide", "acme.yaml", "good.ndjson", "--set", "domain=HR", "--format", "human"]);
    run.prints("1\ta\tfallback\thelp (url)\n2\tb\tfallback\thelp (url)\n");
}

#[test]
fn reasons_are_told_when_they_are_asked_for() {
    let trace = |level: &str| run(["decide", "acme.yaml", "{\"domain\": \"IT\"}", "--trace", level]).exits(0).json_lines()[0]["decision"]["trace"].clone();
    assert!(trace("none").is_null());
    assert!(trace("summary")["items"][0]["because"].is_string() && trace("summary")["items"][0]["when"]["parts"].is_null());
    assert!(trace("full")["items"][0]["when"]["parts"].is_array());
    run(["decide", "acme.yaml", "{}", "--trace", "loud"]).exits(2);
}

#[test]
fn a_summary_counts() {
    let run = run(["decide", "acme.yaml", "tickets.ndjson", "--summary"]).exits(4);
    for part in [
        "5 contexts: 3 decisions, 2 without (40.0%)\n",
        "  fell back             1   33.3%\n",
        "\n  offered                           2   66.7%\n",
        "\n  otherwise                         1   33.3%          1\n",
        "\n  ticket                            2   66.7%          1\n",
        "\n  agent broker                      1   33.3%          1\n",
        " a second\n",
    ] {
        assert!(run.stdout.contains(part), "no `{part}` in {run:?}");
    }
    run.tells("error: line 3: invalid_json: ").tells("error: line 4 (t4): invalid_time: ");
    let run = crate::support::run(["decide", "acme.yaml", "tickets.ndjson", "--summary", "--format", "json", "--set", "now=1", "--set", "domain=HR"]).exits(4);
    let mut counts = run.json_lines().remove(0);
    let timed = counts.as_object_mut().unwrap();
    assert!(timed.remove("seconds").unwrap().is_number() && timed.remove("decisions_per_second").unwrap().is_u64());
    assert_eq!(
        counts,
        json!({
            "contexts": 5, "decided": 4, "failed": 1, "failed_share": 0.2, "fallback": 4, "fallback_share": 1.0, "with_errors": 0, "with_errors_share": 0.0,
            "states": { "fallback": 4 }, "categories": { "otherwise": { "offered": 4, "first": 4 } }, "items": { "help": { "offered": 4, "first": 4 } },
            "kinds": { "url": { "offered": 4, "first": 4 } }, "never_offered": ["chat", "ticket"]
        })
    );
    assert_eq!(serde_json::from_str::<serde_json::Value>(&run.stderr).unwrap()["error"]["kind"], "invalid_json");
    crate::support::run(["decide", "acme.yaml", "--summary", "--trace", "full"]).exits(2);
    let none = run_on(["decide", "acme.yaml", "--summary"], b"").exits(0);
    assert!(none.stdout.starts_with("0 contexts: 0 decisions\n") && !none.stdout.contains("state"), "{none:?}");
}

#[test]
fn what_is_json_but_no_context_gets_a_decision() {
    let lines = run_on(["decide", "acme.yaml", "-"], b"{}\n[1]\n").exits(0).json_lines();
    let decision = &lines[1]["decision"];
    assert_eq!(
        (&decision["state"], &decision["options"][0]["item"], &decision["errors"][0]["kind"]),
        (&json!("invalid_context"), &json!("help"), &json!("invalid_context"))
    );
}

#[test]
fn a_line_that_cannot_be_read_does_not_stop_the_rest() {
    let deep = format!("{{\"id\": 3, \"a\": {}{}}}", "[".repeat(70), "]".repeat(70));
    let large = format!("{{\"a\": \"{}\"}}", "x".repeat(1024 * 1024));
    let input = [b"{\"domain\": \"\xff\"}\n".as_slice(), b"{\n", deep.as_bytes(), b"\n", large.as_bytes(), b"\n\n{}\n"].concat();
    let path = file("decide-bad-lines", "c.ndjson", input);
    let lines = run(["decide", "acme.yaml", &path]).exits(4).quietly().json_lines();
    let found: Vec<_> = lines.iter().map(|line| (line["line"].as_u64().unwrap(), line["error"]["kind"].as_str().unwrap_or("decided"))).collect();
    assert_eq!(found, [(1, "invalid_json"), (2, "invalid_json"), (3, "invalid_json"), (4, "too_large"), (6, "decided")]);
    assert_eq!((&lines[0]["error"]["message"], &lines[0]["error"]["offset"]), (&json!("the text is not UTF-8"), &json!(12)));
    assert!(lines[2]["error"]["message"].as_str().unwrap().contains("at most 64 levels"));
    // What was set is in no file: there is no place to tell.
    let set = run_on(["decide", "acme.yaml", "--set", "a=1"], b"{\"x\": }\n").exits(4).json_lines();
    assert_eq!(set[0]["error"].get("offset"), None);
    let broken = run_on(["decide", "acme.yaml"], b"[{} {}]").exits(4).json_lines();
    assert_eq!(broken[1]["error"]["message"], "expected `,` or `]` between contexts; the rest of the file was not read");
}

#[test]
fn a_rule_set_with_errors_is_refused_with_all_of_them() {
    let refused = run(["decide", "broken.yaml", "tickets.ndjson"]).exits(3);
    assert_eq!(refused.stdout, "");
    for part in ["--> broken.yaml:9:32", "--> broken.yaml:10:32", "--> broken.yaml:12:5", "--> broken.yaml:13:1", "broken.yaml: refused, 4 errors\n"] {
        assert!(refused.stderr.contains(part), "no `{part}` in {refused:?}");
    }
    let refused = run(["decide", "broken.yaml", "tickets.ndjson", "--format", "json"]).exits(3);
    let found: Vec<serde_json::Value> = refused.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((found.len(), &found[0]["file"], &found[0]["span"]["line"]), (4, &json!("broken.yaml"), &json!(9)));
}

#[test]
fn what_cannot_be_read_is_told_before_anything_runs() {
    run(["decide", "missing.yaml", "tickets.ndjson"]).exits(2).tells("error: cannot read missing.yaml: ");
    run(["decide", "acme.yaml", "tickets.ndjson", "missing.ndjson"]).exits(2).tells("error: cannot read missing.ndjson: ");
    run(["decide", "acme.yaml", "acme-next.yaml"]).exits(2).tells("acme-next.yaml is a rule set, not contexts");
    run(["decide", "."]).exits(2).tells("cannot read .: ");
    run(["decide"]).exits(2).tells("<RULESET>");
    run(["decide", &file("decide-bytes", "a.yaml", b"triggerfish: 1\nname: \xff"), "{}"]).exits(3).tells("a.yaml:2:7: not UTF-8 text");
    run(["decide", "schema.yaml", "{}"]).exits(3).tells("triggerfish: 1");
    run(["decide", "acme.yaml", "{}", "--now", "soon"]).exits(2).tells("expected seconds since 1970");
    run(["decide", "acme.yaml", "{}", "--now", "1", "--now-from", "x"]).exits(2).tells("--now-from");
    run(["decide", "acme.yaml", "{}", "--now-from", "a b"]).exits(2).tells("expected a member such as `now`");
    run(["decide", "acme.yaml", "{}", "--set", "x"]).exits(2).tells("expected `PATH=VALUE`");
}

#[test]
fn files_of_lists_are_read_in_the_folder_of_the_rule_set() {
    let missing = file("decide-no-list", "acme.yaml", std::fs::read("tests/cli/fixtures/acme.yaml").unwrap());
    run(["decide", &missing, "{}"]).exits(3).tells("error[TF0405]: the file `vips.txt` of the list `vips` cannot be read");
    let found = run(["decide", "acme.yaml", "{\"domain\": \"IT\", \"user\": {\"email_addr\": \"boss@acme.example\"}}"]).exits(0);
    assert_eq!(found.json_lines()[0]["decision"]["options"][0]["priority"], "high");
}

#[test]
fn warnings_of_the_rule_set_are_told_in_one_line() {
    let set = "triggerfish: 1\ndefine: { unused: domain }\notherwise: [ { key: help, label: Help, strategies: [ { ticket: default } ] } ]\n";
    let path = folder("decide-warned").join("w.yaml");
    std::fs::write(&path, set).unwrap();
    let run = run(["decide".as_ref(), path.as_os_str(), "{}".as_ref()]).exits(0);
    assert!(run.stderr.starts_with("warning: ") && run.stderr.lines().count() == 1, "{run:?}");
    run.tells("w.yaml has 1 warning; `triggerfish check ");
}

#[test]
fn nothing_of_the_input_acts_on_the_terminal() {
    let context = b"{\"id\": \"\\u001b[31m\", \"now\": \"\\u001b[31m\"}\n\x1b[31m\n{\"id\": \"\\u202e\", \"domain\": \"\\u001b[31m\"}\n";
    for args in
        [["decide", "acme.yaml", "--format", "human"].as_slice(), &["decide", "acme.yaml", "--format", "human", "--trace", "full"], &["explain", "acme.yaml"]]
    {
        let run = run_on(args, context).exits(4);
        assert!(!run.stdout.contains(['\u{1b}', '\u{202e}']) && !run.stderr.contains(['\u{1b}', '\u{202e}']), "{run:?}");
    }
    let hostile = run_on(["decide", "-", "{}"], b"triggerfish: 1\nname: \"\\e[31m\"\n\"\\u202e\": 1\n").exits(3);
    assert!(!hostile.stderr.contains(['\u{1b}', '\u{202e}']), "{hostile:?}");
}

#[test]
fn a_decision_is_there_before_the_next_context_is() {
    let mut child = triggerfish(["decide", "acme.yaml", "--format", "human"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for (written, answer) in [("{\"domain\": \"IT\"}\n", "1\t-\toffered\tticket (ticket default)\n"), ("{}\n{\"x\"", "2\t-\tfallback\thelp (url)\n")] {
        stdin.write_all(written.as_bytes()).unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, answer);
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(4));
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_run_quietly() {
    let mut child = triggerfish(["decide", "acme.yaml"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || while stdin.write_all(b"{\"domain\": \"IT\"}\n").is_ok() {});
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with("{\"line\":1,"), "{first}");
    writer.join().unwrap();
    Run::of(&child.wait_with_output().unwrap()).exits(0).quietly();
}
