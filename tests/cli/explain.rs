//! `triggerfish explain RULESET CONTEXT`

use crate::support::{run, run_on};

#[test]
fn a_decision_is_told_in_sentences() {
    let run = run(["explain", "acme.yaml", "{\"domain\": \"IT\"}"]).exits(0).quietly();
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines[0], "1 option is offered.");
    assert!(lines[1].starts_with("- Chat with IT (chat) is not offered: ") && lines[2].starts_with("- File a ticket (ticket) is offered"), "{run:?}");
}

#[test]
fn what_would_change_it_is_told() {
    let run = run(["explain", "acme.yaml", "{\"domain\": \"HR\"}", "--item", "ticket"]).exits(0);
    assert!(run.stdout.ends_with("- File a ticket (ticket) is not offered: domain is HR, not IT.\n  It would be offered if domain were IT.\n"), "{run:?}");
    assert!(!run.stdout.contains("Chat with IT"), "{run:?}");
}

#[test]
fn several_contexts_have_headings() {
    let run = run(["explain", "acme.yaml", "good.ndjson"]).exits(0);
    assert!(run.stdout.starts_with("line 1 (a):\n1 option is offered.\n") && run.stdout.contains("\n\nline 2 (b):\n"), "{run:?}");
    let one = crate::support::run(["explain", "acme.yaml", "good.ndjson", "--id", "b"]).exits(0);
    assert!(!one.stdout.contains("line ") && one.stdout.starts_with("Nothing but the last resort is offered"), "{one:?}");
    crate::support::run(["explain", "acme.yaml", "good.ndjson", "--id", "z"]).exits(2).tells("no context has the id `z`");
}

#[test]
fn machines_get_an_object_a_context() {
    let lines = run(["explain", "acme.yaml", "tickets.ndjson", "--format", "json"]).exits(4).json_lines();
    assert_eq!((&lines[0]["id"], lines[2]["error"]["kind"].as_str()), (&"t1".into(), Some("invalid_json")));
    let explanation = &lines[1]["explanation"];
    assert!(explanation["decision"]["trace"].is_object() && explanation["summary"].is_string(), "{explanation}");
    assert_eq!((&explanation["items"][1]["item"], &explanation["items"][1]["offered"]), (&"ticket".into(), &false.into()));
    let one = run(["explain", "acme.yaml", "good.ndjson", "--format", "json", "--item", "chat"]).exits(0).json_lines();
    assert_eq!(one[0]["explanation"]["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn options_are_those_of_decide() {
    let run = run(["explain", "acme.yaml", "good.ndjson", "--id", "a", "--set", "domain=HR", "--now", "1767609045", "--format", "json"]).exits(0);
    let decision = &run.json_lines()[0]["explanation"]["decision"];
    assert_eq!((&decision["state"], &decision["now"]), (&"fallback".into(), &"2026-01-05T10:30:45Z".into()));
    let found = crate::support::run(["explain", "acme.yaml", "{\"at\": 1767609045}", "--now-from", "at", "--format", "json"]).exits(0);
    assert_eq!(found.json_lines()[0]["explanation"]["decision"]["now"], "2026-01-05T10:30:45Z");
}

#[test]
fn bad_input_is_told() {
    run(["explain", "missing.yaml", "{}"]).exits(2).tells("cannot read missing.yaml");
    run(["explain", "acme.yaml", "missing.ndjson"]).exits(2).tells("cannot read missing.ndjson");
    run(["explain", "broken.yaml", "{}"]).exits(3).tells("broken.yaml: refused, 4 errors");
    run(["explain", "acme.yaml", "{}", "--item", "tickt"]).exits(2).tells("the rule set has no item `tickt`; did you mean `ticket`?");
    run(["explain", "acme.yaml", "{}", "--item", "zzzzzzzz"]).exits(2).tells("its items are chat, ticket, help");
    run(["explain", "nonsense"]).exits(2).tells("`nonsense` is neither a rule set nor a diagnostic code");
    run_on(["explain", "acme.yaml"], b"").exits(2).tells("there is no context to explain");
    let broken = run_on(["explain", "acme.yaml"], b"nonsense").exits(4);
    assert_eq!(broken.stdout, "error: invalid_json: expected a value (byte 0)\n");
}
