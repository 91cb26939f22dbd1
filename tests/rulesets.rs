//! How a decision is made: rule sets with tests beside their rules, one file for each point of the design.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

mod support;

use triggerfish::{RuleSet, Timestamp};

fn load(path: &std::path::Path) -> RuleSet {
    RuleSet::from_file(path).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_rule_set_decides_as_its_tests_say() {
    let files = support::files("tests/rulesets", "yaml");
    assert!(files.len() >= 10);
    let (mut ran, mut failed) = (0, Vec::new());
    for path in files {
        let set = load(&path);
        let report = set.run_tests();
        for test in &report.tests {
            for difference in &test.differences {
                failed.push(format!("{}: {}: {}: expected {}, found {:?}", path.display(), test.name, difference.what, difference.expected, difference.found));
            }
        }
        ran += report.tests.len();
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(ran >= 60, "only {ran} tests ran");
}

#[test]
fn a_context_that_does_not_bind_gets_the_last_resort() {
    let set = load(&support::path("tests/rulesets/ticket.yaml"));
    for context in ["[]", "{", "", "{\"domain\": 1, \"domain\": 2}", "{\"utterance\": \"\\ud800\"}"] {
        let decision = set.decide_json(context.as_bytes(), Timestamp::EPOCH);
        assert_eq!(decision.state.name(), "invalid_context", "{context}");
        assert_eq!(decision.errors[0].kind, "invalid_context", "{context}");
        assert_eq!(decision.options[0].option.item, "help", "{context}");
    }
}
