//! Generated rule sets on generated contexts: there is always a decision, it keeps its promises, and it is the same each time.

use serde_json::Value as Json;

use super::super::generate::{self, Dice, Marks, Question};
use super::super::judge::{self, Terms};
use super::super::{Input, Tally};
use crate::handoff::{Decision, Loader, RuleSet, TraceLevel};
use crate::limits::Limits;
use crate::schema::Format;
use crate::value::Timestamp;

/// Looks at one input.
pub(in super::super) fn run(bytes: &[u8], tally: &mut Tally) {
    tally.inputs += 1;
    match Input::of(bytes) {
        Input::Text(file, context) => match RuleSet::parse(&file, Format::Yaml) {
            Ok(set) => {
                tally.valid += 1;
                let question = Question { context: context.to_vec(), now: Timestamp::EPOCH, marks: Marks::Unknown };
                look_at(&set, &Terms { limits: &Limits::default(), max_options: None }, &question, true, tally);
            }
            Err(_) => tally.refused += 1,
        },
        Input::Decisions(mut dice) => decide(&mut dice, tally),
    }
}

/// The file of an input.
pub(in super::super) fn rule(bytes: &[u8]) -> String {
    match Input::of(bytes) {
        Input::Text(file, _) => file.into_owned(),
        Input::Decisions(mut dice) => format!("{:#}", generate::rule_set(&mut dice)),
    }
}

/// Limits that generated decisions meet.
fn tight() -> Limits {
    Limits { steps: 2_000, bytes: 16 * 1024, rendered_bytes: 2048, decision_bytes: 12 * 1024, ..Limits::default() }
}

fn decide(dice: &mut Dice<'_>, tally: &mut Tally) {
    let file = generate::rule_set(dice);
    let limits = if dice.one_in(4) { tight() } else { Limits::default() };
    let max_options = file.get("max_options").and_then(Json::as_u64).and_then(|most| usize::try_from(most).ok());
    let text = format!("{file:#}");
    let loader = Loader::new().with_limits(limits.clone());
    let set = match loader.read(&text, Format::Json) {
        Ok(set) => set,
        Err(error) => unreachable!("a generated rule set is refused\n{error}\n{text}"),
    };
    tally.valid += 1;
    // The same rule set, written otherwise, decides alike.
    let written = generate::yaml(dice, &file);
    let twin = match loader.read(&written, Format::Yaml) {
        Ok(twin) => twin,
        Err(error) => unreachable!("only JSON loads\n{error}\n{written}"),
    };
    assert_eq!(twin.digest(), set.digest(), "{written}");
    let terms = Terms { limits: &limits, max_options };
    for round in 0..4 {
        let question = generate::question(dice, &set);
        let explain = round == 0 && dice.one_in(3);
        let decision = look_at(&set, &terms, &question, explain, tally);
        let again = twin.decide_json(&question.context, question.now);
        assert_eq!(json(&again), json(&decision), "{text}");
    }
}

fn look_at(set: &RuleSet, terms: &Terms<'_>, question: &Question, explain: bool, tally: &mut Tally) -> Decision {
    let Question { context, now, marks } = question;
    let text = String::from_utf8_lossy(context);
    let shown = format!("{text}\nat {now:?}\n{}", set.source());
    let decision = set.decide_json(context, *now);
    assert!(decision.trace.is_none());
    tally.handoff.see(&decision);
    judge::decision(&decision, terms, &shown);
    tally.unbound += u64::from(set.bind_json(context).is_err());

    assert_eq!(json(&set.decide_json(context, *now)), json(&decision), "{shown}");
    let is_marked = text.contains(generate::MARK) || text.contains(generate::MARKED_NUMBER);
    tally.handoff.marked += u64::from(is_marked);
    for level in [TraceLevel::Summary, TraceLevel::Full] {
        let traced = set.decide_json_traced(context, *now, level);
        assert!(traced.trace.is_some());
        match marks {
            Marks::Hidden => judge::keeps_secrets(&traced, &shown),
            Marks::Everywhere => judge::faults_keep_secrets(&traced, &shown),
            Marks::Unknown => {}
        }
        assert_eq!(json(&Decision { trace: None, ..traced }), json(&decision), "{} {shown}", level.name());
    }
    if explain {
        let explanation = set.explain_json(context, *now);
        if *marks == Marks::Hidden {
            judge::explanation_keeps_secrets(&explanation, &shown);
        }
        assert_eq!(json(&Decision { trace: None, ..explanation.decision.clone() }), json(&decision), "{shown}");
        assert!(explanation.to_string().lines().count() > explanation.items.len());
        tally.handoff.nearest += u64::try_from(explanation.items.iter().filter(|item| item.nearest.is_some()).count()).unwrap_or(0);
    }
    decision
}

fn json(decision: &Decision) -> String {
    serde_json::to_string(decision).unwrap_or_default()
}
