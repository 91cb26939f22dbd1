//! `triggerfish compare`

use serde_json::json;

use crate::support::{run, run_on};

#[test]
fn nothing_changes_between_equal_rule_sets() {
    run(["compare", "acme.yaml", "acme.yaml", "good.ndjson", "--exit-code"])
        .prints("the two rule sets mean the same\n2 contexts: no decision changes\n")
        .quietly();
}

#[test]
fn what_changes_is_counted_and_shown() {
    let run = run(["compare", "acme.yaml", "acme-next.yaml", "tickets.ndjson"]).exits(4);
    let expected = "3 contexts: the decision changes for 2 (66.7%), the options for 1 (33.3%), 2 lines could not be decided

item                          gained      lost   altered
  chat                             0         0         1
  help                             0         1         0
  ticket                           1         0         0

category                      gained      lost   altered
  it                               1         0         1
  otherwise                        0         1         0

domain                       changed
  HR                               1
  IT                               1

department                   changed
  Legal                            1
  Sales                            1

examples
  t1: offered: chat, ticket, with other data
  2: fallback: help
      -> offered: ticket
";
    assert_eq!(run.stdout, expected);
    run.tells("error: line 3: invalid_json: ").tells("error: line 4 (t4): invalid_time: ");
}

#[test]
fn machines_get_one_object() {
    let run = run(["compare", "acme.yaml", "acme-next.yaml", "good.ndjson", "--format", "json"]).exits(0).quietly();
    let whole = run.json_lines().remove(0);
    assert_eq!((&whole["contexts"], &whole["changed"], &whole["options_changed"], &whole["failed"]), (&json!(2), &json!(1), &json!(1), &json!(0)));
    assert_eq!(whole["items"]["ticket"], json!({ "gained": 1, "lost": 0, "altered": 0 }));
    assert_eq!((&whole["old"]["name"], &whole["domains"]), (&json!("acme"), &json!({ "HR": 1 })));
    assert_ne!(whole["old"]["digest"], whole["new"]["digest"]);
    assert_eq!(whole["examples"][0]["id"], "b");
}

#[test]
fn the_exit_code_tells_of_changes_only_if_asked() {
    run(["compare", "acme.yaml", "acme-next.yaml", "good.ndjson"]).exits(0);
    run(["compare", "acme.yaml", "acme-next.yaml", "good.ndjson", "--exit-code"]).exits(1);
    run(["compare", "acme.yaml", "acme-next.yaml", "good.ndjson", "--exit-code", "--set", "domain=IT"]).prints("2 contexts: no decision changes\n");
    run(["compare", "acme.yaml", "acme-next.yaml", "tickets.ndjson", "--exit-code"]).exits(4);
}

#[test]
fn contexts_come_from_standard_input_or_one_of_the_rule_sets_does() {
    run_on(["compare", "acme.yaml", "acme-next.yaml"], b"{\"domain\": \"FINANCE\"}\n").prints("1 context: no decision changes\n");
    let set = std::fs::read("tests/cli/fixtures/acme-next.yaml").unwrap();
    run_on(["compare", "acme.yaml", "-", "{}", "--now", "1"], &set).prints("1 context: no decision changes\n");
    for args in [["compare", "-", "acme.yaml"].as_slice(), &["compare", "acme.yaml", "-", "-"], &["compare", "-", "acme.yaml", "-"]] {
        run_on(args, &set).exits(2).tells("standard input cannot give both a rule set and the contexts");
    }
    run(["compare", "-", "-", "{}"]).exits(2).tells("standard input cannot give both rule sets");
}

#[test]
fn bad_input_is_told() {
    run(["compare", "missing.yaml", "acme.yaml", "{}"]).exits(2).tells("cannot read missing.yaml");
    run(["compare", "acme.yaml", "missing.yaml", "{}"]).exits(2).tells("cannot read missing.yaml");
    run(["compare", "acme.yaml", "acme.yaml", "missing.ndjson"]).exits(2).tells("cannot read missing.ndjson");
    run(["compare", "acme.yaml"]).exits(2).tells("<NEW>");
    run(["compare", "acme.yaml", "broken.yaml", "{}"]).exits(3).tells("broken.yaml: refused, 4 errors");
    let both = run(["compare", "broken.yaml", "broken.yaml", "{}"]).exits(3);
    assert_eq!(both.stderr.matches("broken.yaml: refused, 4 errors").count(), 2);
}
