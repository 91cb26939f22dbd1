//! How a decision is made: rule sets with tests beside their rules, one file for each point of the design.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

mod support;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use triggerfish::backend::{Backend, HOT, Optimisation, Running, Unavailable, Why, Work, available};
use triggerfish::handoff::Loader;
use triggerfish::{RuleSet, Timestamp, TraceLevel};

fn load(path: &Path) -> RuleSet {
    load_on(&Loader::new(), path)
}

fn load_on(loader: &Loader<'_>, path: &Path) -> RuleSet {
    loader.read_file(path).unwrap_or_else(|error| panic!("{error}"))
}

/// Every way that a rule set can run, with its name.
fn ways() -> [(&'static str, Loader<'static>); 3] {
    let native = |level| Loader::new().with_backend(Backend::Jit).with_optimisation(level);
    [("interp", Loader::new().with_backend(Backend::Interp)), ("jit at none", native(Optimisation::None)), ("jit at speed", native(Optimisation::Speed))]
}

/// The rule sets of the tests and of the examples.
fn all_rule_sets() -> Vec<PathBuf> {
    let mut files = support::files("tests/rulesets", "yaml");
    files.extend(support::files("examples", "yaml").into_iter().filter(|path| !path.ends_with("schema.yaml")));
    files
}

/// What is told of something that was compiled to native code: in tests without it, why there is none.
fn compiled() -> Running {
    match available() {
        Ok(()) => Running::Native,
        Err(why) => Running::Interpreter(Why::Unavailable(why)),
    }
}

#[test]
fn every_rule_set_decides_as_its_tests_say_on_every_backend() {
    let files = support::files("tests/rulesets", "yaml");
    assert!(files.len() >= 10);
    for (way, loader) in ways() {
        let (mut ran, mut failed) = (0, Vec::new());
        for path in &files {
            let report = load_on(&loader, path).run_tests();
            for test in &report.tests {
                for difference in &test.differences {
                    let place = path.display();
                    failed.push(format!("{place} ({way}): {}: {}: expected {}, found {:?}", test.name, difference.what, difference.expected, difference.found));
                }
            }
            ran += report.tests.len();
        }
        assert!(failed.is_empty(), "{}", failed.join("\n"));
        assert!(ran >= 60, "only {ran} tests ran");
    }
}

/// Contexts that the rule sets know, and some that none of them expects.
fn contexts() -> Vec<Vec<u8>> {
    let mut contexts: Vec<Vec<u8>> = support::files("examples", "ndjson")
        .iter()
        .flat_map(|path| support::read(path).lines().map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>())
        .collect();
    for odd in [
        "{}",
        "[]",
        r#"{"domain": 3, "user": "nobody", "utterance": ["a"], "signals": 1.5, "agents": [], "bot": {"attempts": "many", "results": {}}}"#,
        r#"{"domain": "IT", "domains": [{"name": "HR", "confidence": 2}], "language": {"preferred": "de"}, "conversation": {"state": "handed_over"}}"#,
        r#"{"org": null, "user": {"department": {"a": [1]}, "user_tags": "VIP", "full_name": 17, "email_addr": "a@b"}, "utterance": "password\n\u0000"}"#,
    ] {
        contexts.push(odd.as_bytes().to_vec());
    }
    contexts
}

#[test]
fn a_decision_is_the_same_to_the_byte_on_every_backend() {
    let [(_, interp), native @ ..] = ways();
    let contexts = contexts();
    let mut compared = 0;
    for path in all_rule_sets() {
        let reference = load_on(&interp, &path);
        assert_eq!(reference.backend(), Running::Interpreter(Why::Chosen));
        for (way, loader) in &native {
            let set = load_on(loader, &path);
            assert_eq!(set.backend(), compiled(), "{} ({way})", path.display());
            assert_eq!(set.digest(), reference.digest());
            let mut same = |expected: Vec<u8>, found: Vec<u8>, what: &dyn std::fmt::Display| {
                let [expected, found] = [expected, found].map(|bytes| String::from_utf8(bytes).unwrap());
                assert_eq!(expected, found, "{} ({way}): {what}", path.display());
                compared += 1;
            };
            for (expected, found) in reference.run_tests().tests.iter().zip(&set.run_tests().tests) {
                same(serde_json::to_vec(&expected.decision).unwrap(), serde_json::to_vec(&found.decision).unwrap(), &expected.name);
            }
            for context in &contexts {
                for level in [TraceLevel::None, TraceLevel::Full] {
                    let decide = |set: &RuleSet| serde_json::to_vec(&set.decide_json_traced(context, support::now(), level)).unwrap();
                    same(decide(&reference), decide(&set), &String::from_utf8_lossy(context));
                }
            }
        }
    }
    assert!(compared > 1_000, "only {compared} decisions were compared");
}

/// The budget of a decision is shared by all that it evaluates: it ends at the same place.
#[test]
fn a_decision_runs_out_of_its_budget_at_the_same_place() {
    let path = support::path("examples/acme.yaml");
    let context =
        br#"{"domain": "IT", "utterance": "my laptop is slow and the screen is black", "user": {"user_tags": ["VIP", "STAFF"], "department": "Sales"}}"#;
    let mut faults = std::collections::BTreeSet::new();
    for steps in (0..60).chain([100, 200, 400]) {
        let limits = triggerfish::Limits { steps, ..triggerfish::Limits::default() };
        let [expected, at_none, at_speed] = ways().map(|(_, loader)| {
            let decision = load_on(&loader.with_limits(limits.clone()), &path).decide_json(context, support::now());
            serde_json::to_string(&decision).unwrap()
        });
        assert_eq!((&at_none, &at_speed), (&expected, &expected), "{steps} steps");
        faults.insert(expected.matches("budget_exceeded").count());
    }
    assert!(faults.len() > 1, "some budgets are too small, some are not: {faults:?}");
}

#[test]
fn a_rule_set_that_is_hot_is_compiled_by_the_executor() {
    let works: Arc<Mutex<Vec<Work>>> = Arc::default();
    let kept = works.clone();
    let loader = Loader::new().with_executor(Arc::new(move |work: Work| kept.lock().unwrap().push(work)));
    let set = load_on(&loader, &support::path("tests/rulesets/ticket.yaml"));
    let decide = |times: u32| (0..times).for_each(|_| _ = set.decide_json(b"{}", Timestamp::EPOCH));
    let told = |why: Why| Running::Interpreter(if cfg!(feature = "jit") { why } else { Why::Unavailable(Unavailable::NotBuilt) });
    decide(HOT - 1);
    assert_eq!((works.lock().unwrap().len(), set.backend()), (0, told(Why::NotHot)));
    decide(HOT);
    assert_eq!((works.lock().unwrap().len(), set.backend()), (usize::from(cfg!(feature = "jit")), told(Why::Compiling)));
    let taken = std::mem::take(&mut *works.lock().unwrap());
    taken.into_iter().for_each(|work| work());
    assert_eq!(set.backend(), compiled());
    decide(HOT);
    assert!(works.lock().unwrap().is_empty());
}

#[test]
fn a_rule_set_is_compiled_when_it_is_told_to() {
    let set = load(&support::path("tests/rulesets/ticket.yaml"));
    let clone = set.clone();
    assert_eq!(set.compile_native(), available());
    assert_eq!(clone.backend(), compiled());
    assert!(clone.run_tests().passed());
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
