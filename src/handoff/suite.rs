//! The tests beside the rules: examples that a rule set carries, run against it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use super::decision::Decision;
use super::model::{Condition, Expectation, Model, TestCase};
use super::trace::{ConditionTrace, DecisionTrace, ItemOutcome, StrategyOutcome};
use super::{RuleSet, TraceLevel, time};
use crate::source::Span;
use crate::value::Timestamp;

/// What came of a rule set's tests.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// One for each test, in the order of the file.
    pub tests: Vec<Outcome>,
    /// What no test has shown.
    pub uncovered: Uncovered,
}

impl Report {
    /// Whether every test passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.tests.iter().all(|test| test.differences.is_empty())
    }
}

/// What came of one test.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The name of the test.
    pub name: String,
    /// Where its decision is not what it expects; none if it passed.
    pub differences: Vec<Difference>,
    /// Where the test is written in the file.
    #[serde(skip)]
    pub span: Span,
    /// What was decided.
    #[serde(skip)]
    pub decision: Decision,
}

/// Something that is not as expected.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// What: `options`, `first.kind`, `fields./entry_label`.
    pub what: String,
    /// What the test expects.
    pub expected: Json,
    /// What was decided; nothing where it is not there at all.
    pub found: Option<Json>,
}

/// What no test has shown: a test of a rule set should make each condition hold, and not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Uncovered {
    /// Items that no test was offered.
    pub items: Vec<String>,
    /// Strategies that no test used: `it_live_agent.strategies[1]`.
    pub strategies: Vec<String>,
    /// Conditions that never held.
    pub never_true: Vec<String>,
    /// Conditions that always held.
    pub never_false: Vec<String>,
}

impl Uncovered {
    /// Whether the tests have shown everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self == &Uncovered::default()
    }
}

impl RuleSet {
    /// Runs the tests that the rule set carries. A test without `now` decides at the time that its context tells as `now`, else at the epoch.
    #[must_use]
    pub fn run_tests(&self) -> Report {
        let model = self.model();
        let mut coverage = Coverage::new(model);
        let tests = model.tests.iter().map(|test| self.run_test(test, &mut coverage)).collect();
        Report { tests, uncovered: coverage.finish() }
    }

    fn run_test(&self, test: &TestCase, coverage: &mut Coverage) -> Outcome {
        let now = test.now.or_else(|| test.context.get("now").and_then(time::read)).unwrap_or(Timestamp::EPOCH);
        let context = test.context.to_string();
        let mut decision = self.decide_json_traced(context.as_bytes(), now, TraceLevel::Summary);
        if let Some(trace) = decision.trace.take() {
            coverage.see(&trace);
        }
        Outcome { name: test.name.to_string(), differences: differences(&test.expect, &decision), span: test.span, decision }
    }
}

fn differences(expect: &Expectation, decision: &Decision) -> Vec<Difference> {
    let whole = serde_json::to_value(decision).unwrap_or(Json::Null);
    let keys: Vec<Json> = decision.options.iter().map(|option| option.option.item.as_str().into()).collect();
    let mut found = Vec::new();
    let mut differ = |what: String, expected: Json, actual: Option<&Json>| {
        if actual != Some(&expected) {
            found.push(Difference { what, expected, found: actual.cloned() });
        }
    };
    if let Some(options) = &expect.options {
        differ("options".to_owned(), options.iter().map(|key| Json::from(&**key)).collect(), Some(&keys.clone().into()));
    }
    if let Some(state) = &expect.state {
        differ("state".to_owned(), (&**state).into(), whole.get("state"));
    }
    if let Some(fallback) = expect.fallback {
        differ("fallback".to_owned(), fallback.into(), whole.get("fallback_used"));
    }
    for key in &expect.absent {
        if keys.iter().any(|offered| offered == &**key) {
            found.push(Difference { what: format!("absent {key}"), expected: Json::Null, found: Some((&**key).into()) });
        }
    }
    if let Some(first) = &expect.first {
        subset("first", first, whole.pointer("/options/0"), &mut found);
    }
    for (path, expected) in &expect.fields {
        let actual = if path.starts_with('/') { whole.pointer(path) } else { whole.get(&**path) };
        subset(&format!("fields.{path}"), expected, actual, &mut found);
    }
    found
}

/// Maps have at least the members that are expected, also inside lists; all else is equal.
fn subset(what: &str, expected: &Json, found: Option<&Json>, differences: &mut Vec<Difference>) {
    match (expected, found) {
        (Json::Object(members), Some(Json::Object(actual))) => {
            for (key, expected) in members {
                subset(&format!("{what}.{key}"), expected, actual.get(key), differences);
            }
        }
        (Json::Array(items), Some(Json::Array(actual))) if items.len() == actual.len() => {
            for (at, (expected, found)) in items.iter().zip(actual).enumerate() {
                subset(&format!("{what}[{at}]"), expected, Some(found), differences);
            }
        }
        // A member that is expected to be nothing may be absent.
        (Json::Null, None) => {}
        (expected, found) if found.is_some_and(|found| equal(expected, found)) => {}
        (expected, found) => differences.push(Difference { what: what.to_owned(), expected: expected.clone(), found: found.cloned() }),
    }
}

/// `5` and `5.0` are the same number.
fn equal(one: &Json, other: &Json) -> bool {
    one == other || matches!((one.as_f64(), other.as_f64()), (Some(one), Some(other)) if one.to_bits() == other.to_bits())
}

/// What the tests have shown so far.
struct Coverage {
    /// Whether each item was offered.
    items: BTreeMap<String, bool>,
    /// Whether each strategy was used.
    strategies: BTreeMap<String, bool>,
    /// Whether each condition held, and whether it did not.
    conditions: BTreeMap<String, [bool; 2]>,
}

impl Coverage {
    fn new(model: &Model) -> Coverage {
        let items = model.items.iter().filter(|item| item.enabled);
        let strategies = items.clone().flat_map(|item| (0..item.strategies.len()).map(|place| strategy_name(&item.key, place)));
        let own = |condition: &Option<Condition>| {
            condition.as_ref().filter(|condition| !super::file::link::is_always(condition)).map(|condition| condition.at.to_string())
        };
        let conditions = own(&model.when)
            .into_iter()
            .chain(model.categories.iter().filter_map(|category| own(&category.when)))
            .chain(model.always.iter().filter_map(|rule| own(&rule.when)))
            .chain(
                model.items.iter().flat_map(|item| std::iter::once(&item.when).chain(item.strategies.iter().map(|strategy| &strategy.when)).filter_map(own)),
            );
        Coverage {
            items: items.clone().map(|item| (item.key.to_string(), false)).collect(),
            strategies: strategies.map(|name| (name, false)).collect(),
            conditions: conditions.map(|at| (at, [false; 2])).collect(),
        }
    }

    fn see(&mut self, trace: &DecisionTrace) {
        let of_items = trace.items.iter().flat_map(|item| item.when.iter().chain(item.strategies.iter().filter_map(|strategy| strategy.when.as_ref())));
        let others = trace
            .when
            .iter()
            .chain(trace.categories.iter().filter_map(|category| category.when.as_ref()))
            .chain(trace.always.iter().filter_map(|rule| rule.when.as_ref()));
        for condition in others.chain(of_items) {
            self.see_condition(condition);
        }
        for item in &trace.items {
            if item.outcome == ItemOutcome::Offered
                && let Some(offered) = self.items.get_mut(&item.item)
            {
                *offered = true;
            }
            for strategy in item.strategies.iter().filter(|strategy| strategy.outcome == StrategyOutcome::Used) {
                if let Some(used) = self.strategies.get_mut(&strategy_name(&item.item, strategy.strategy)) {
                    *used = true;
                }
            }
        }
    }

    fn see_condition(&mut self, condition: &ConditionTrace) {
        if let Some([held, did_not]) = self.conditions.get_mut(&condition.at) {
            *held |= condition.outcome == "true";
            *did_not |= condition.outcome == "false";
        }
    }

    fn finish(self) -> Uncovered {
        let missing = |seen: BTreeMap<String, bool>| seen.into_iter().filter(|(_, seen)| !seen).map(|(name, _)| name).collect();
        let never = |which: usize| self.conditions.iter().filter(|(_, seen)| seen.get(which) == Some(&false)).map(|(at, _)| at.clone()).collect();
        Uncovered { never_true: never(0), never_false: never(1), items: missing(self.items), strategies: missing(self.strategies) }
    }
}

fn strategy_name(item: &str, place: usize) -> String {
    format!("{item}.strategies[{place}]")
}
