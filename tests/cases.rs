//! The language's behaviour as data: every file of `tests/cases/`, on every way that a rule can run.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, clippy::panic, reason = "helpers of tests fail by panicking")]

mod support;

use std::collections::HashMap;

use support::bare;
use triggerfish::backend::{Backend, Optimisation, Running, available};
use triggerfish::cases::{Case, Found, Outcome};
use triggerfish::matcher::{RuleId, Scratch};
use triggerfish::{Context, Engine, Rule, Value, syntax};

/// Every way that a rule can run, with its name.
fn ways() -> [(&'static str, Engine); 3] {
    let native = |level| bare().with_backend(Backend::Jit).with_optimisation(level);
    [("interp", bare().with_backend(Backend::Interp)), ("jit at none", native(Optimisation::None)), ("jit at speed", native(Optimisation::Speed))]
}

/// All cases, each with the file and line that it stands in.
fn cases() -> Vec<(String, Case)> {
    let cases = cases_below("tests/cases");
    assert!(cases.len() > 900, "only {} cases were found", cases.len());
    cases
}

/// The same, and those of the folder that `TRIGGERFISH_CASES` names.
fn all_cases() -> Vec<(String, Case)> {
    let more = std::env::var("TRIGGERFISH_CASES").map_or_else(|_| Vec::new(), |folder| cases_below(&folder));
    cases().into_iter().chain(more).collect()
}

fn cases_below(folder: &str) -> Vec<(String, Case)> {
    let mut cases = Vec::new();
    for path in support::files(folder, "ndjson") {
        for (at, line) in support::read(&path).lines().enumerate() {
            let place = format!("{}:{}", path.file_name().unwrap().to_string_lossy(), at + 1);
            let case = Case::parse(line.as_bytes()).unwrap_or_else(|error| panic!("{place}: {error}"));
            cases.push((place, case));
        }
    }
    cases
}

#[track_caller]
fn all_hold(check: impl FnMut(&Case) -> Result<(), String>) {
    hold(&cases(), check);
}

/// Collects what fails, so that one run shows all of it.
#[track_caller]
fn hold(cases: &[(String, Case)], mut check: impl FnMut(&Case) -> Result<(), String>) {
    let failures: Vec<String> =
        cases.iter().filter_map(|(place, case)| check(case).err().map(|problem| format!("{place} {}\n  {}\n  {problem}", case.id, case.rule))).collect();
    assert!(failures.is_empty(), "{} cases fail\n{}", failures.len(), failures.join("\n"));
}

/// The rule of a case and the context that it binds, if both exist.
fn bound(case: &Case) -> Option<(Rule, Context)> {
    bound_on(&bare(), case)
}

fn bound_on(engine: &Engine, case: &Case) -> Option<(Rule, Context)> {
    let rule = engine.compile(&case.rule).ok()?;
    let context = rule.bind_json(case.context.as_bytes()).ok()?;
    Some((rule, context))
}

#[test]
fn every_case_comes_out_as_it_says_on_every_backend() {
    let cases = all_cases();
    for (way, engine) in ways() {
        hold(&cases, |case| match case.run(&engine) {
            Outcome::Passed => Ok(()),
            Outcome::Failed { expected, found } => Err(format!("{way}: expected {expected}, found {found}")),
        });
    }
}

/// Also where a case leaves it open: whether a number is a Float, where an error stands, what the truth of the value is.
#[test]
fn backends_agree_to_the_last_detail() {
    let cases = all_cases();
    let [(_, interp), native @ ..] = ways();
    for (way, engine) in native {
        hold(&cases, |case| {
            let Some((rule, context)) = bound_on(&interp, case) else { return Ok(()) };
            let Some((compiled, _)) = bound_on(&engine, case) else { return Err(format!("{way}: it does not compile")) };
            if available().is_ok() && compiled.backend() != Running::Native {
                return Err(format!("{way}: it runs on {:?}", compiled.backend()));
            }
            // Both read the same slots in the same order: one context serves both.
            let expected = (rule.evaluate(&context, case.now), rule.matches(&context, case.now));
            let found = (compiled.evaluate(&context, case.now), compiled.matches(&context, case.now));
            if expected == found && exactly(&expected.0) == exactly(&found.0) { Ok(()) } else { Err(format!("{way}: expected {expected:?}, found {found:?}")) }
        });
    }
}

/// All rules of a file compiled together, asked about each of its contexts, say what each of them says alone.
#[test]
fn a_set_of_all_rules_says_what_each_of_them_says() {
    let cases = all_cases();
    let file_of = |place: &str| place.split(':').next().unwrap().to_owned();
    let (mut asked, mut unbound) = (0, 0);
    for file in cases.chunk_by(|(one, _), (other, _)| file_of(one) == file_of(other)) {
        let mut builder = bare().matcher();
        let rules: Vec<Option<Rule>> = file.iter().map(|(_, case)| builder.add(&case.rule).ok().and(bare().compile(&case.rule).ok())).collect();
        let (matcher, mut scratch) = (builder.build(), Scratch::new());
        hold(file, |case| {
            let Ok(context) = matcher.bind_json(case.context.as_bytes()) else {
                // What another rule reads may not bind.
                unbound += 1;
                return Ok(());
            };
            let found = matcher.matches(&context, case.now, &mut scratch).unwrap();
            for (at, rule) in rules.iter().enumerate() {
                let Some(rule) = rule else { continue };
                let Ok(alone) = rule.bind_json(case.context.as_bytes()) else { return Err(format!("it binds for all rules, but not for rule {at}")) };
                let expected = rule.matches(&alone, case.now);
                let error = found.errors().iter().find(|(rule, _)| rule.index() == at).map(|(_, error)| *error);
                let found = error.map_or(Ok(found.contains(RuleId::at(at))), Err);
                asked += 1;
                if found != expected {
                    return Err(format!("rule {at}, `{}`: alone {expected:?}, in the set {found:?}", rule.source()));
                }
            }
            Ok(())
        });
    }
    assert!(asked > 50_000 && unbound < cases.len() / 10, "{asked} {unbound}");
}

#[test]
fn ids_are_unique_and_kebab_case() {
    let mut seen = HashMap::new();
    all_hold(|case| {
        let plain =
            |part: &str| !part.is_empty() && part.chars().all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-');
        let parts: Vec<&str> = case.id.split('/').collect();
        if parts.len() == 3 && parts.iter().all(|part| plain(part)) { Ok(()) } else { Err("an id is `chapter/sentence/NN`".to_owned()) }
    });
    for (place, case) in cases() {
        if let Some(before) = seen.insert(case.id.clone(), place.clone()) {
            panic!("{} stands at {before} and at {place}", case.id);
        }
        assert!(place.starts_with(case.id.split('/').next().unwrap()), "{place}: {} belongs to another chapter", case.id);
    }
}

/// Folding constants changes neither a value nor an error, nor the place of the error.
#[test]
fn a_rule_means_the_same_folded_and_unfolded() {
    all_hold(|case| {
        let Some((rule, context)) = bound(case) else { return Ok(()) };
        let (folded, unfolded) = (rule.evaluate(&context, case.now), rule.trace(&context, case.now).outcome);
        if folded == unfolded && exactly(&folded) == exactly(&unfolded) { Ok(()) } else { Err(format!("folded {folded:?}, unfolded {unfolded:?}")) }
    });
}

/// Tells `3` from `3.0`, which are equal.
fn exactly<E>(result: &Result<Value, E>) -> Option<String> {
    result.as_ref().ok().map(|value| format!("{value:?}"))
}

#[test]
fn a_rule_matches_when_its_value_is_truthy() {
    all_hold(|case| {
        let Some((rule, context)) = bound(case) else { return Ok(()) };
        let truth = rule.evaluate(&context, case.now).map(|value| value.is_truthy());
        let matches = rule.matches(&context, case.now);
        if truth == matches { Ok(()) } else { Err(format!("`evaluate` is {truth:?}, `matches` is {matches:?}")) }
    });
}

#[test]
fn evaluating_twice_gives_the_same() {
    all_hold(|case| {
        let Some((rule, context)) = bound(case) else { return Ok(()) };
        let (first, second) = (rule.evaluate(&context, case.now), rule.clone().evaluate(&context, case.now));
        if first == second { Ok(()) } else { Err(format!("first {first:?}, then {second:?}")) }
    });
}

/// A document gives the same, whether it comes as bytes, as a tree of `serde_json` or as something that serializes.
#[test]
fn every_way_of_binding_agrees() {
    all_hold(|case| {
        let Ok(rule) = bare().compile(&case.rule) else { return Ok(()) };
        // What `serde_json` rounds or drops while it reads cannot be seen behind it.
        let Ok(tree) = serde_json::from_str::<serde_json::Value>(&case.context) else { return Ok(()) };
        // Nor the order of keys.
        let Ok(bytes) = rule.bind_json(tree.to_string().as_bytes()) else { return Ok(()) };
        let run = |context: Context| rule.evaluate(&context, case.now);
        let (bytes, value, serialized) = (run(bytes), rule.bind_value(&tree).map(run), rule.bind(&tree).map(run));
        match (value, serialized) {
            (Ok(value), Ok(serialized)) if value == bytes && serialized == bytes && exactly(&value) == exactly(&bytes) => Ok(()),
            (value, serialized) => Err(format!("bytes {bytes:?}, tree {value:?}, serialized {serialized:?}")),
        }
    });
}

#[test]
fn canonical_text_means_the_same() {
    all_hold(|case| {
        let Ok(tree) = support::parse(&case.rule) else { return Ok(()) };
        let printed = syntax::print(&tree);
        let Ok(again) = support::parse(&printed) else { return Err(format!("`{printed}` does not parse")) };
        if again.expr != tree.expr {
            return Err(format!("`{printed}` is another tree"));
        }
        if syntax::print(&again) != printed {
            return Err(format!("`{printed}` is printed as `{}`", syntax::print(&again)));
        }
        let reprinted = Case { rule: printed, ..case.clone() };
        match (case.observe(&bare()), reprinted.observe(&bare())) {
            (Found::Value(value), Found::Value(again)) if value == again => Ok(()),
            (Found::Failed(error), Found::Failed(again)) if error.kind == again.kind => Ok(()),
            (Found::Refused(_), Found::Refused(_)) | (Found::Unbound(_), Found::Unbound(_)) => Ok(()),
            (found, again) => Err(format!("before {found}, printed {again}")),
        }
    });
}

/// An error points at a part of the rule.
#[test]
fn every_error_has_a_place() {
    all_hold(|case| match case.observe(&bare()) {
        Found::Failed(error) if error.span.of(&case.rule).is_empty() => Err(format!("{error} points nowhere")),
        Found::Value(_) | Found::Failed(_) | Found::Refused(_) | Found::Unbound(_) => Ok(()),
    });
}
