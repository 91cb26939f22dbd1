//! The tests beside the rules of a rule set.

use serde_json::Value as Json;
use triggerfish::diagnostic::{shorten, visible};
use triggerfish::handoff::suite::{Difference, Outcome, Uncovered};
use triggerfish::source::Position;
use triggerfish::{Decision, RuleSet};

use super::super::args::Format;
use super::super::input::Source;
use super::super::output::{BAD, DOUBTFUL, JsonLine, json_text, paint};
use super::super::ruleset::{self, RuleSetText};
use super::super::{Exit, Failure};
use super::{MOST_SHOWN, Session};

impl Session<'_> {
    /// Runs the tests of a rule set. One that cannot be read or does not load is told on standard error, and the other files are run all the same.
    pub(super) fn rule_set(&mut self, source: &Source) -> Result<Exit, Failure> {
        let text = match RuleSetText::read(source.clone()) {
            Ok(text) => text,
            Err(Failure::Usage(message)) => {
                self.output.error(&message)?;
                return Ok(Exit::Usage);
            }
            Err(Failure::Rules(message)) => {
                self.output.error(&message)?;
                return Ok(Exit::Rules);
            }
            Err(failure @ Failure::Output(_)) => return Err(failure),
        };
        match text.load(&self.runner) {
            Ok(set) => self.suite(&text, &set),
            Err(error) => {
                ruleset::tell(error.diagnostics(), error.source(), &text.name, self.format, self.output)?;
                Ok(Exit::Rules)
            }
        }
    }

    fn suite(&mut self, text: &RuleSetText, set: &RuleSet) -> Result<Exit, Failure> {
        let report = set.run_tests();
        for outcome in &report.tests {
            if outcome.differences.is_empty() {
                self.passed += 1;
                continue;
            }
            self.failed += 1;
            let place = format!("{}:{}", text.name, Position::of(set.source(), outcome.span.range().start).line);
            match self.format {
                Format::Human => {
                    let failed = paint(self.output.style(), BAD, "FAILED").into_owned();
                    self.output.write(&human(&failed, &place, outcome))?;
                }
                Format::Json => self.output.line(&json(&place, outcome))?,
            }
        }
        match self.format {
            Format::Human => {
                let note = paint(self.output.style(), DOUBTFUL, "note:").into_owned();
                let said = note_of(&text.name, report.tests.len(), &report.uncovered);
                if let Some(said) = said {
                    self.output.write(&format!("{note} {said}"))?;
                }
            }
            Format::Json => {
                let line = JsonLine::new().text("ruleset", &text.source.raw_name()).number("tests", u64::try_from(report.tests.len()).unwrap_or(u64::MAX));
                // Its lists of texts can be written.
                let uncovered = serde_json::to_string(&report.uncovered).unwrap_or_else(|_| "null".to_owned());
                self.output.line(&line.raw("uncovered", &uncovered).finish())?;
            }
        }
        Ok(Exit::Done)
    }
}

fn human(failed: &str, place: &str, outcome: &Outcome) -> String {
    let mut text = format!("{failed} {} ({place})\n", shorten(&outcome.name, 200));
    for difference in &outcome.differences {
        let Difference { what, expected, found } = difference;
        let what = visible(what);
        match what.strip_prefix("absent ") {
            Some(key) => text.push_str(&format!("  {key}\n    expected: not offered\n    found:    offered\n")),
            None => {
                let found = found.as_ref().map_or_else(|| "nothing".to_owned(), shown);
                text.push_str(&format!("  {what}\n    expected: {}\n    found:    {found}\n", shown(expected)));
            }
        }
    }
    text.push_str(&format!("  decided\n    {}\n", decided(&outcome.decision)));
    for fault in &outcome.decision.errors {
        text.push_str(&format!("    {} failed with {}: {}\n", visible(&fault.at), fault.kind, visible(&fault.message)));
    }
    text
}

/// A list of texts without brackets and quotes, all else as JSON.
fn shown(value: &Json) -> String {
    let texts = match value {
        Json::Array(items) => items.iter().map(Json::as_str).collect::<Option<Vec<&str>>>(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => None,
    };
    match texts {
        Some(texts) if texts.is_empty() => "none".to_owned(),
        Some(texts) => shorten(&texts.join(", "), MOST_SHOWN).into_owned(),
        None => shorten(&value.to_string(), MOST_SHOWN).into_owned(),
    }
}

/// `offered: it_ticket (domain is IT)`
fn decided(decision: &Decision) -> String {
    let options = decision.options.iter().map(|ranked| match ranked.option.because.as_str() {
        "" => ranked.option.item.clone(),
        because => format!("{} ({because})", ranked.option.item),
    });
    let options = options.collect::<Vec<String>>().join(", ");
    let options = if options.is_empty() { "nothing" } else { &options };
    format!("{}: {}, at {}", decision.state.name().replace('_', " "), shorten(options, MOST_SHOWN), decision.now)
}

/// What the tests of a rule set leave open, if anything.
fn note_of(name: &str, tests: usize, uncovered: &Uncovered) -> Option<String> {
    if tests == 0 {
        return Some(format!("{name} has no tests; they stand under `tests:`, each with `context` and `expect`\n"));
    }
    if uncovered.is_empty() {
        return None;
    }
    let mut text = format!("what no test of {name} has shown\n");
    let Uncovered { items, strategies, never_true, never_false } = uncovered;
    for (what, names) in
        [("items never offered", items), ("strategies never used", strategies), ("conditions never true", never_true), ("conditions never false", never_false)]
    {
        if !names.is_empty() {
            text.push_str(&format!("  {:23} {}\n", format!("{what}:"), shorten(&names.join(", "), MOST_SHOWN)));
        }
    }
    Some(text)
}

fn json(place: &str, outcome: &Outcome) -> String {
    let differences = outcome.differences.iter().map(|Difference { what, expected, found }| {
        let line = JsonLine::new().text("what", what).raw("expected", &expected.to_string());
        match found {
            Some(found) => line.raw("found", &found.to_string()).finish(),
            None => line.finish(),
        }
    });
    let options = outcome.decision.options.iter().map(|ranked| json_text(&ranked.option.item));
    let decided = JsonLine::new().text("state", outcome.decision.state.name()).array("options", options).text("now", &outcome.decision.now).finish();
    JsonLine::new()
        .text("result", "failed")
        .text("place", place)
        .text("test", &outcome.name)
        .array("differences", differences)
        .raw("decided", &decided)
        .finish()
}
