//! `triggerfish check`

use crate::support::{file, run, run_on};

#[test]
fn a_sound_rule() {
    run(["check", "domain == \"IT\" AND user.department == \"Sales\""]).prints("rule: ok\n  cannot fail\n  reads domain, user.department\n").quietly();
    run(["check", "TRUE"]).prints("rule: ok\n  cannot fail\n  reads no attributes\n");
    let may_fail = run(["check", "user.custom_attributes.a - 1 > 2"]).exits(0);
    assert!(may_fail.stdout.contains("may fail with type_mismatch"), "{may_fail:?}");
}

#[test]
fn a_warning_is_no_failure() {
    let run = run(["check", "user.departmnt == \"Sales\""]).exits(0).quietly();
    assert!(run.stdout.starts_with("warning[TF0105]: ") && run.stdout.contains("did you mean `department`?"), "{run:?}");
    assert!(run.stdout.contains("\nrule: ok, 1 warning\n"), "{run:?}");
}

#[test]
fn errors_are_shown_for_each_rule() {
    let run = run(["check", "1 +", "@it.rule", "$NOPE()"]).exits(3);
    for part in ["error[TF0007]", " --> rule 1:1:4", "rule 1: refused, 1 error", "it.rule: ok", "error[TF0101]", "rule 3: refused, 1 error"] {
        assert!(run.stdout.contains(part), "no `{part}` in {run:#?}");
    }
}

#[test]
fn a_rule_is_checked_against_the_schema_that_is_named() {
    run(["check", "user.departmnt", "--strict"]).exits(3);
    run(["check", "user.departmnt", "--schema", "none"]).prints("rule: ok\n  may fail with type_mismatch\n  reads user.departmnt\n");
    let run = run(["check", "domain == \"It\"", "--schema", "schema.yaml"]).exits(0);
    assert!(run.stdout.contains("warning[TF0304]"), "{run:?}");
}

#[test]
fn machines_get_an_object_a_rule() {
    let lines = run(["check", "domain = 1", "@it.rule", "--format", "json"]).exits(3).quietly().json_lines();
    assert_eq!((&lines[0]["name"], &lines[0]["ok"], &lines[0]["diagnostics"][0]["code"]), (&"rule 1".into(), &false.into(), &"TF0008".into()));
    assert_eq!(
        lines[1],
        serde_json::json!({
            "name": "it.rule", "ok": true, "cannot_fail": true, "may_fail_with": [], "attributes": ["domain"],
            "canonical": "# people of IT\ndomain == \"IT\"", "diagnostics": []
        })
    );
}

#[test]
fn any_bytes_as_a_rule_file_give_an_answer() {
    run(["check", &format!("@{}", file("utf8", "a.rule", b"x == 1\nAND \xff"))]).exits(3).tells("a.rule:2:5: not UTF-8 text, at byte 11");
    run(["check", &format!("@{}", file("nul", "a.rule", b"x\0y"))]).exits(3);
    run(["check", &format!("@{}", file("empty", "a.rule", b""))]).exits(3);
    let long = run(["check", &format!("@{}", file("long", "a.rule", vec![b' '; 70_000]))]).exits(3);
    assert!(long.stdout.contains("error[TF0001]") && long.stdout.contains("70000 bytes"), "{long:?}");
    run(["check", &format!("@{}", file("longer", "a.rule", vec![b' '; 5_000_000]))]).exits(3).tells("a.rule is longer than 1048576 bytes");
    run(["check", &format!("@{}", file("deep", "a.rule", "(".repeat(60_000)))]).exits(3);
}

#[test]
fn what_is_no_rule_is_told_and_the_others_are_checked() {
    let run = run(["check", "good.ndjson", "acme.yaml", "@missing.rule", "TF0001", "1 = 1", "domain"]).exits(2);
    assert_eq!(run.stderr.lines().count(), 3, "{run:#?}");
    assert!(run.stdout.contains("acme.yaml: ok\n") && run.stdout.contains("rule 5: refused") && run.stdout.contains("rule 6: ok"), "{run:#?}");
}

#[test]
fn a_rule_from_standard_input() {
    run_on(["check", "-"], b"domain").prints("<stdin>: ok\n  cannot fail\n  reads domain\n");
}

#[test]
fn a_sound_rule_set() {
    for argument in ["acme.yaml", "@acme.yaml"] {
        let run = run(["check", argument]).exits(0).quietly();
        let lines: Vec<&str> = run.stdout.lines().collect();
        assert_eq!((lines[0], lines.len()), ("acme.yaml: ok", 4), "{run:?}");
        assert!(lines[1].starts_with("  acme sha256:"), "{run:?}");
        assert_eq!(lines[2], "  1 category, 2 items, 2 conditions, 1 last resort, 1 integration, 3 tests");
        assert!(lines[3].starts_with("  reads ") && lines[3].contains("user.department"), "{run:?}");
    }
}

#[test]
fn a_rule_set_with_errors_is_shown_with_all_of_them() {
    let refused = run(["check", "broken.yaml", "acme.yaml"]).exits(3).quietly();
    for part in [
        "--> broken.yaml:9:32",
        "--> broken.yaml:10:32",
        "--> broken.yaml:12:5",
        "--> broken.yaml:13:1",
        "\nbroken.yaml: refused, 4 errors\n",
        "acme.yaml: ok\n",
    ] {
        assert!(refused.stdout.contains(part), "no `{part}` in {refused:?}");
    }
}

#[test]
fn machines_get_an_object_a_rule_set() {
    let lines = run(["check", "acme.yaml", "broken.yaml", "--format", "json"]).exits(3).quietly().json_lines();
    assert_eq!(
        (&lines[0]["name"], &lines[0]["ok"], &lines[0]["ruleset"]["name"], &lines[0]["counts"]["items"]),
        (&"acme.yaml".into(), &true.into(), &"acme".into(), &2.into())
    );
    assert!(lines[0]["attributes"].as_array().unwrap().contains(&"user.department".into()));
    let places: Vec<u64> = lines[1]["diagnostics"].as_array().unwrap().iter().map(|found| found["span"]["line"].as_u64().unwrap()).collect();
    assert_eq!((&lines[1]["ok"], places), (&false.into(), vec![9, 10, 12, 13]));
}

#[test]
fn a_rule_set_is_known_by_its_ending_or_its_key() {
    let set = "{\"triggerfish\": 1, \"otherwise\": [{\"key\": \"help\", \"label\": \"Help\", \"strategies\": [{\"ticket\": \"default\"}]}]}";
    for name in ["set.json", "set.conf"] {
        let checked = run(["check", &file(&format!("check-{name}"), name, set)]).exits(0);
        assert!(checked.stdout.contains(": ok\n  set sha256:"), "{checked:?}");
    }
    let piped = run_on(["check", "-"], set.as_bytes()).exits(0);
    assert!(piped.stdout.starts_with("<stdin>: ok\n  ruleset sha256:"), "{piped:?}");
    run(["check", "schema.yaml"]).exits(3);
    run(["check", "missing.yaml"]).exits(2).tells("cannot read missing.yaml");
    run(["check", &file("check-bytes", "a.yaml", b"triggerfish: 1\nname: \xff")]).exits(3).tells("a.yaml:2:7: not UTF-8 text");
}
