//! A decision on a line.

use serde::Serialize;
use triggerfish::Decision;
use triggerfish::diagnostic::{Style, visible};
use triggerfish::handoff::decision::{OfferedOption, RankedOption};
use triggerfish::handoff::trace::DecisionTrace;

use super::super::contexts::{Spot, Trouble};
use super::super::output::{BAD, DOUBTFUL, FAINT, GOOD, paint};
use super::super::ruleset::count;
use super::summary::kind;

/// `{"line": 1, "id": "c000001", "decision": {..}}`
pub(super) fn json(spot: &Spot<'_>, decided: &Result<Decision, Trouble>) -> String {
    let line = spot.json_with_id();
    match decided {
        Ok(decision) => line.raw("decision", &text_of(decision)).finish(),
        Err(trouble) => line.raw("error", &trouble.json()).finish(),
    }
}

/// The JSON text of something whose maps have texts as keys, and which therefore has one.
fn text_of<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// `1 c000001 offered it_live_agent (agent broker), it_ticket (ticket rich)`, with tabs between, and below it what became of each item, if that was asked for.
pub(super) fn human(spot: &Spot<'_>, decided: &Result<Decision, Trouble>, style: Style) -> String {
    let start = spot.start(style);
    let decision = match decided {
        Ok(decision) => decision,
        Err(trouble) => return format!("{start}\t{} {}\n", paint(style, BAD, "error:"), trouble.human()),
    };
    let state = paint(style, if decision.fallback_used { DOUBTFUL } else { GOOD }, decision.state.name());
    let options: Vec<String> = decision.options.iter().map(|RankedOption { option, .. }| offered(option)).collect();
    let options = if options.is_empty() { "-".to_owned() } else { options.join(", ") };
    let faults = match decision.errors.len() {
        0 => String::new(),
        found => format!("\t{}", paint(style, BAD, &count(found, "error"))),
    };
    let mut text = format!("{start}\t{state}\t{options}{faults}\n");
    for fault in &decision.errors {
        text.push_str(&format!("    {} {} failed with {}: {}\n", paint(style, BAD, "error:"), visible(&fault.at), fault.kind, visible(&fault.message)));
    }
    if let Some(trace) = &decision.trace {
        text.push_str(&reasons(trace, style));
    }
    text
}

fn offered(option: &OfferedOption) -> String {
    format!("{} ({})", option.item, kind(&option.destination))
}

fn reasons(trace: &DecisionTrace, style: Style) -> String {
    let mut text = String::new();
    let mut row = |what: &str, outcome: &str, because: &str| {
        let because = if because.is_empty() { String::new() } else { format!(", {}", visible(because)) };
        text.push_str(&format!("    {what}: {}{because}\n", paint(style, FAINT, outcome)));
    };
    for category in &trace.categories {
        row(&category.category, &outcome(&category.outcome), &category.because);
    }
    for item in &trace.items {
        row(&format!("  {}", item.item), &outcome(&item.outcome), &item.because);
        for strategy in &item.strategies {
            row(&format!("    {}", strategy.kind), &outcome(&strategy.outcome), &strategy.because);
        }
    }
    text
}

/// As in JSON, in words: `no strategy`.
fn outcome<T: Serialize>(outcome: &T) -> String {
    text_of(outcome).trim_matches('"').replace('_', " ")
}
