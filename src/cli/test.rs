//! `triggerfish test FILE...`: runs the tests of rule sets, and case files.

mod rulesets;

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use indexmap::IndexMap;
use serde::Deserialize;
use triggerfish::Engine;
use triggerfish::cases::{Case, Outcome};
use triggerfish::diagnostic::{shorten, visible};

use super::args::{Format, TestArgs};
use super::backend::Runner;
use super::input::{Body, Records, RecordsError, Shape, Source};
use super::output::{BAD, JsonLine, paint};
use super::{Exit, Failure, Output, ruleset};

/// The longest line of a case file: room for the longest rule and for contexts beyond the limit, both with everything escaped.
const LONGEST_LINE: usize = 16 * 1024 * 1024;
/// The longest line of a ledger.
const LONGEST_ENTRY: usize = 64 * 1024;
/// Rules and contexts are shown up to so many characters.
const MOST_SHOWN: usize = 2000;
/// So many ids are remembered, to find those that occur twice.
const MOST_IDS: usize = 1_000_000;

pub(crate) fn run(args: &TestArgs, output: &mut Output) -> Result<Exit, Failure> {
    let ledger = args.ledger.as_deref().map(Ledger::read).transpose()?.unwrap_or_default();
    let sources = Source::all(&args.files);
    for source in &sources {
        source.expect_there()?;
    }
    let runner = Runner::new(args.backend.backend.into());
    runner.warn(output)?;
    let engine = runner.engine(Engine::new());
    let mut session = Session { runner, engine, format: args.format.format, output, ledger, ids: Ids::default(), passed: 0, failed: 0, skipped: 0 };
    let mut exit = Exit::Done;
    for source in &sources {
        if ruleset::looks_like_one(source) {
            exit = exit.and(session.rule_set(source)?);
        } else {
            session.file(source)?;
        }
    }
    session.close().map(|closed| exit.and(closed))
}

/// Cases that are held to be wrong.
#[derive(Default)]
struct Ledger {
    entries: IndexMap<String, Entry>,
    name: String,
}

struct Entry {
    line: u64,
    met: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryLine {
    id: String,
    reason: String,
}

impl Ledger {
    fn read(path: &Path) -> Result<Ledger, Failure> {
        let source = Source::of(path);
        let mut ledger = Ledger { entries: IndexMap::new(), name: source.name() };
        let mut records = Records::new(source.open()?, Some(Shape::Lines), LONGEST_ENTRY);
        loop {
            let (line, problem) = match records.next() {
                Ok(None) => return Ok(ledger),
                Ok(Some(record)) => match record.body {
                    Body::Whole(text) => (record.line, ledger.add(record.line, text).err()),
                    Body::TooLong => (record.line, Some(format!("the line is longer than {LONGEST_ENTRY} bytes"))),
                },
                Err(RecordsError::Structure { line, expected }) => (line, Some(format!("expected {expected}"))),
                Err(RecordsError::Io(error)) => return Err(source.broken(error).into()),
            };
            if let Some(problem) = problem {
                return Err(Failure::Usage(format!("{}:{line}: {}", ledger.name, visible(&problem))));
            }
        }
    }

    fn add(&mut self, line: u64, text: &[u8]) -> Result<(), String> {
        if text.first() != Some(&b'{') {
            return Err("a line of a ledger is a JSON object with `id` and `reason`".to_owned());
        }
        let entry: EntryLine = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        if entry.reason.trim().is_empty() {
            return Err(format!("`{}` needs a reason", entry.id));
        }
        match self.entries.insert(entry.id.clone(), Entry { line, met: false }) {
            Some(_) => Err(format!("`{}` stands here twice", entry.id)),
            None => Ok(()),
        }
    }
}

/// Ids that have been met, as hashes: 8 bytes each.
#[derive(Default)]
struct Ids {
    seen: HashSet<u64>,
    hasher: RandomState,
}

impl Ids {
    /// Whether the id was met before.
    fn again(&mut self, id: &str) -> bool {
        let hash = self.hasher.hash_one(id);
        if self.seen.len() < MOST_IDS { !self.seen.insert(hash) } else { self.seen.contains(&hash) }
    }
}

struct Session<'s> {
    runner: Runner,
    engine: Engine,
    format: Format,
    output: &'s mut Output,
    ledger: Ledger,
    ids: Ids,
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Session<'_> {
    fn file(&mut self, source: &Source) -> Result<(), Failure> {
        let name = source.name();
        let mut records = Records::new(source.open()?, Some(Shape::Lines), LONGEST_LINE);
        loop {
            let record = match records.next() {
                Ok(None) => return Ok(()),
                Ok(Some(record)) => record,
                Err(RecordsError::Structure { line, expected }) => {
                    self.no_case(&format!("{name}:{line}"), &format!("expected {expected}"))?;
                    continue;
                }
                Err(RecordsError::Io(error)) => return Err(source.broken(error).into()),
            };
            let place = format!("{name}:{}", record.line);
            match record.body {
                Body::TooLong => self.no_case(&place, &format!("the line is longer than {LONGEST_LINE} bytes"))?,
                Body::Whole(line) => match Case::parse(line) {
                    Ok(case) => self.case(&place, &case)?,
                    Err(error) => self.no_case(&place, &error.to_string())?,
                },
            }
        }
    }

    fn case(&mut self, place: &str, case: &Case) -> Result<(), Failure> {
        let again = self.ids.again(&case.id);
        let outcome = case.run(&self.engine);
        let listed = self.ledger.entries.get_mut(&case.id).map(|entry| entry.met = true).is_some();
        match outcome {
            _ if again => self.fail(place, Some(case), &[("found", "the id of an earlier case")]),
            Outcome::Passed if listed => self.fail(place, Some(case), &[("found", "it passes, but the ledger says that it does not")]),
            Outcome::Passed => {
                self.passed += 1;
                Ok(())
            }
            Outcome::Failed { .. } if listed => {
                self.skipped += 1;
                Ok(())
            }
            Outcome::Failed { expected, found } => self.fail(place, Some(case), &[("expected", &expected.to_string()), ("found", &found.to_string())]),
        }
    }

    /// A line that is no case counts as one that failed.
    fn no_case(&mut self, place: &str, problem: &str) -> Result<(), Failure> {
        self.fail(place, None, &[("found", &format!("no case: {}", visible(problem)))])
    }

    /// Counts and shows a failure. The texts are visible text.
    fn fail(&mut self, place: &str, case: Option<&Case>, said: &[(&str, &str)]) -> Result<(), Failure> {
        self.failed += 1;
        match self.format {
            Format::Human => {
                let label = paint(self.output.style(), BAD, "FAILED");
                let id = case.map(|case| format!(" {}", shorten(&case.id, 200))).unwrap_or_default();
                let mut text = format!("{label}{id} ({place})\n");
                let mut row = |key: &str, value: &str| text.push_str(&format!("  {:9} {}\n", format!("{key}:"), shorten(value, MOST_SHOWN)));
                if let Some(case) = case {
                    row("rule", &case.rule);
                    row("context", &case.context);
                }
                said.iter().for_each(|(key, value)| row(key, value));
                if let Some(note) = case.and_then(|case| case.note.as_deref()) {
                    row("note", note);
                }
                self.output.write(&text)?;
            }
            Format::Json => {
                let mut line = JsonLine::new().text("result", "failed").text("place", place);
                if let Some(case) = case {
                    line = line.text("id", &case.id).text("rule", &case.rule).text("context", &case.context);
                }
                for (key, value) in said {
                    line = line.text(key, value);
                }
                self.output.line(&line.finish())?;
            }
        }
        Ok(())
    }

    fn close(mut self) -> Result<Exit, Failure> {
        let name = self.ledger.name.clone();
        let unmet: Vec<(String, u64)> = self.ledger.entries.iter().filter(|(_, entry)| !entry.met).map(|(id, entry)| (id.clone(), entry.line)).collect();
        for (id, line) in unmet {
            self.fail(&format!("{name}:{line}"), None, &[("found", &format!("no file has the case `{}`", shorten(&id, 200)))])?;
        }
        let Session { format, output, passed, failed, skipped, .. } = self;
        match format {
            Format::Human => {
                let skipped = if skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
                output.line(&format!("{passed} passed, {failed} failed{skipped}"))?;
            }
            Format::Json => output.line(&JsonLine::new().number("passed", passed).number("failed", failed).number("skipped", skipped).finish())?,
        }
        Ok(if failed > 0 { Exit::Differs } else { Exit::Done })
    }
}

#[cfg(test)]
mod tests {
    use triggerfish::Limits;

    use super::*;

    #[test]
    fn a_case_line_has_room_for_the_longest_rule_and_context() {
        let limits = Limits::default();
        assert!(LONGEST_LINE > 6 * limits.source_bytes + 7 * limits.context_bytes);
    }
}
