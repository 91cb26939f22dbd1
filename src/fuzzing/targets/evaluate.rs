//! All ways to evaluate agree: value, truth, trace; JSON text and documents in memory; more and less budget.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value as Json;

use super::super::calendars::FuzzCalendars;
use super::super::generate::{self, Care, Dice, World};
use super::super::{Input, Tally, facts, outcome};
use crate::backend::Job;
use crate::context::{Context, Slot};
use crate::diagnostic::Code;
use crate::engine::{Engine, Rule};
use crate::limits::Limits;
use crate::rule::StepOutcome;
use crate::value::{EvalErrorKind, Timestamp, Value, json};

/// Looks at one input.
pub(in super::super) fn run(bytes: &[u8], tally: &mut Tally) {
    tally.inputs += 1;
    match Input::of(bytes) {
        Input::Text(source, context) => {
            let engine = Engine::new().with_schema(generate::builtin().schema.clone()).with_calendars(Arc::new(FuzzCalendars));
            if let Some(rule) = compile(&engine, &source, tally) {
                look_at_bytes(&rule, context, tally);
            }
        }
        Input::Decisions(mut dice) => decide(&mut dice, tally),
    }
}

fn decide(dice: &mut Dice<'_>, tally: &mut Tally) {
    let (world, has_schema) = world(dice);
    let source = generate::text(dice, &world);
    let mut engine = Engine::new().with_calendars(Arc::new(FuzzCalendars));
    if has_schema {
        engine = engine.with_schema(world.schema.clone());
    }
    let Some(rule) = compile(&engine, &source, tally) else { return };
    let schema = Some(world.schema.as_ref());
    for _ in 0..4 {
        let document = generate::document(dice, rule.layout(), schema, Care::Dirty);
        look_at_document(&rule, &engine, &document, dice, tally);
    }
}

/// A schema, and whether the rule is checked against it.
pub(super) fn world(dice: &mut Dice<'_>) -> (Cow<'static, World>, bool) {
    match dice.roll(5) {
        choice @ 0..=1 => (Cow::Borrowed(generate::builtin()), choice == 0),
        2 => (Cow::Borrowed(generate::strict_builtin()), true),
        choice => (Cow::Owned(generate::generated(dice, choice == 4)), true),
    }
}

/// The rule of an input.
pub(in super::super) fn rule(bytes: &[u8]) -> String {
    match Input::of(bytes) {
        Input::Text(source, _) => source.into_owned(),
        Input::Decisions(mut dice) => {
            let (world, _) = world(&mut dice);
            generate::text(&mut dice, &world)
        }
    }
}

pub(super) fn compile(engine: &Engine, source: &str, tally: &mut Tally) -> Option<Rule> {
    match engine.compile(source) {
        Ok(rule) => {
            tally.valid += 1;
            tally.safe += u64::from(rule.cannot_fail());
            Some(rule)
        }
        Err(_) => {
            tally.refused += 1;
            None
        }
    }
}

fn now() -> Timestamp {
    Timestamp::from_micros(1_767_609_045_250_000).unwrap_or(Timestamp::EPOCH)
}

/// Bytes that may be a context.
fn look_at_bytes(rule: &Rule, bytes: &[u8], tally: &mut Tally) {
    let bound = rule.bind_json(bytes);
    if let (Ok(context), Ok(document)) = (&bound, serde_json::from_slice::<Json>(bytes)) {
        assert!(rule.bind_value(&document).is_ok(), "only the text binds\n{}\n{document}", rule.source());
        drop(run_all(rule, context, tally));
    } else {
        tally.unbound += 1;
    }
}

fn look_at_document(rule: &Rule, engine: &Engine, document: &Json, dice: &mut Dice<'_>, tally: &mut Tally) {
    let mut text = document.to_string().into_bytes();
    let (of_text, of_value) = (rule.bind_json(&text), rule.bind_value(document));
    assert_eq!(of_text.is_ok(), of_value.is_ok(), "text and document bind differently: {of_text:?} {of_value:?}\n{}\n{document}", rule.source());
    let (Ok(context), Ok(other)) = (of_text, of_value) else {
        tally.unbound += 1;
        return;
    };
    same_slots(rule, &context, &other, document);
    let outcome = run_all(rule, &context, tally);
    if dice.roll(4) == 0 {
        lower_budgets(rule, engine, document, &outcome, dice);
    }
    // The same text, damaged.
    if dice.one_in(4) && !text.is_empty() {
        let (at, byte) = (dice.roll(text.len()), dice.roll(256));
        if let (Some(place), Ok(byte)) = (text.get_mut(at), u8::try_from(byte)) {
            *place = byte;
        }
        let length = if dice.one_in(2) { dice.roll(text.len()) } else { text.len() };
        look_at_bytes(rule, text.get(..length).unwrap_or(&[]), tally);
    }
}

/// The slots hold the same, but for the order of keys, which a document in memory has sorted.
fn same_slots(rule: &Rule, one: &Context, other: &Context, document: &Json) {
    for (_, node) in rule.program().nodes() {
        let crate::hir::Node::Attribute(slot, _) = node else { continue };
        let same = match (one.slot(slot), other.slot(slot)) {
            (Slot::Value(one), Slot::Value(other)) => outcome::is_same(one, other),
            (Slot::NoMembers { at: one }, Slot::NoMembers { at: other }) => one == other,
            (Slot::Value(_) | Slot::NoMembers { .. } | Slot::Failed(_), _) => false,
        };
        assert!(same, "text and document bind differently: {:?} {:?}\n{}\n{document}", one.slot(slot), other.slot(slot), rule.source());
    }
}

/// Evaluates in every way, and asserts that all agree.
fn run_all(rule: &Rule, context: &Context, tally: &mut Tally) -> outcome::Outcome {
    let source = rule.source();
    let outcome = rule.evaluate(context, now());
    let matches = rule.matches(context, now());
    assert_eq!(matches, outcome.as_ref().map(Value::is_truthy).map_err(|error| *error), "matches and evaluate\n{source}\n{context:?}");
    let job = Job { program: rule.program(), context, now: now(), calendars: &FuzzCalendars };
    let watched = facts::evaluate(&job, source);
    outcome::agree(&outcome, &watched, "evaluated and watched", source);
    let trace = rule.trace(context, now());
    outcome::agree(&outcome, &trace.outcome, "evaluated and traced", source);
    for step in &trace.steps {
        assert!(source.get(step.span.range()).is_some(), "a step at {} does not lie in the source\n{source}", step.span);
        assert_eq!(step.times == 0, step.outcome == StepOutcome::NotEvaluated, "{step:?}\n{source}");
    }
    match &outcome {
        Ok(value) => {
            if value.is_truthy() {
                tally.matched += 1;
            } else {
                tally.unmatched += 1;
            }
            reads_back(value, source);
        }
        Err(error) => {
            assert!(rule.errors().has(error.kind), "the rule fails with {error} and says {:?}\n{source}", rule.errors());
            tally.failed += 1;
        }
    }
    outcome
}

/// The JSON of a result reads back, but for Floats whose digits are beyond Integers.
fn reads_back(value: &Value, source: &str) {
    let written = json::write(value);
    assert_eq!(written.len(), json::written_len(value), "{source}");
    match json::read(written.as_bytes(), usize::from(value.depth())) {
        Ok(read) => assert!(outcome::reads_back(value, &read), "{value:?} reads back as {read:?}\n{source}"),
        Err(error) => assert!(
            error.problem == json::JsonProblem::IntegerOutOfRange && outcome::has_digits_beyond_integers(value),
            "{written} does not read back: {error}\n{source}"
        ),
    }
}

/// Less budget gives the same or `budget_exceeded`, and what is enough stays enough.
fn lower_budgets(rule: &Rule, engine: &Engine, document: &Json, full: &outcome::Outcome, dice: &mut Dice<'_>) {
    let source = rule.source();
    let mut limits = Limits { steps: dice.roll(40) as u64, bytes: dice.roll(200) as u64, ..Limits::default() };
    let mut was_enough = false;
    for _ in 0..4 {
        match engine.clone().with_limits(limits.clone()).compile(source) {
            Ok(lower) => {
                let Ok(context) = lower.bind_value(document) else { unreachable!("less budget does not bind\n{source}\n{document}") };
                let job = Job { program: lower.program(), context: &context, now: now(), calendars: &FuzzCalendars };
                let outcome = facts::evaluate(&job, source);
                outcome::agree(&outcome, &lower.evaluate(&context, now()), "watched and evaluated", source);
                let exceeded = outcome.as_ref().is_err_and(|error| error.kind == EvalErrorKind::BudgetExceeded);
                assert!(!(was_enough && exceeded), "enough budget is no longer enough: {limits:?}\n{source}\n{document}");
                if !exceeded {
                    was_enough = true;
                    outcome::agree(&outcome, full, "little and full budget", source);
                }
            }
            // A constant part that uses up the budget is found when the rule is compiled; what it is part of is then no constant, and judged by its kinds.
            Err(error) => {
                let budget = error
                    .diagnostics()
                    .iter()
                    .any(|diagnostic| diagnostic.code == Code::ConstantFails && diagnostic.kind == Some(EvalErrorKind::BudgetExceeded));
                assert!(budget, "less budget does not compile: {error}");
            }
        }
        limits.steps = limits.steps.saturating_mul(4).saturating_add(1);
        limits.bytes = limits.bytes.saturating_mul(4).saturating_add(1);
    }
}
