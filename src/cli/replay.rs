//! `triggerfish replay LOG...`: decisions of a log, decided again.

use std::collections::BTreeMap;

use triggerfish::Limits;
use triggerfish::diagnostic::visible;
use triggerfish::server::Config;
use triggerfish::server::replay::{Outcome, Replay};

use super::args::{Format, ReplayArgs};
use super::input::{Body, RecordsError, Source};
use super::output::{BAD, JsonLine, paint};
use super::ruleset::count_of;
use super::{Exit, Failure, Output};

/// Longest line of a log, in bytes: a context, its escapes, and what is told beside it.
const LONGEST_LINE: usize = 8 * 1024 * 1024;

pub(crate) fn run(args: &ReplayArgs, output: &mut Output) -> Result<Exit, Failure> {
    let mut config = Config::new(&args.rules);
    config.state_dir.clone_from(&args.state_dir);
    let unreadable = |error: std::io::Error| Failure::Usage(format!("{}: {error}", visible(&args.rules.to_string_lossy())));
    let mut replay = Replay::open(&config).map_err(unreadable)?;
    for file in &args.contexts {
        each(&Source::of(file), Limits::default().context_bytes, |_, context| {
            if let Some(context) = context {
                replay.supply(context.trim_ascii());
            }
            Ok(())
        })?;
    }
    let mut session = Session { format: args.format.format, several: args.logs.len() > 1, counts: BTreeMap::new() };
    for log in &args.logs {
        let source = Source::of(log);
        each(&source, LONGEST_LINE, |line, text| {
            let text = text.and_then(|text| std::str::from_utf8(text).ok()).unwrap_or("");
            let (decision, outcome) = replay.line(text);
            let place = if session.several { format!("{}:{line}", source.name()) } else { format!("line {line}") };
            session.tell(&place, line, decision.map(|decision| decision.decision_id).as_deref(), outcome, output)
        })?;
    }
    session.close(output)
}

/// Every line of a source, or nothing for one that is too long.
fn each(source: &Source, longest: usize, mut visit: impl FnMut(u64, Option<&[u8]>) -> Result<(), Failure>) -> Result<(), Failure> {
    source.expect_there()?;
    let mut records = source.records(longest)?;
    loop {
        match records.next() {
            Ok(None) => return Ok(()),
            Ok(Some(record)) => visit(
                record.line,
                match record.body {
                    Body::Whole(text) => Some(text),
                    Body::TooLong => None,
                },
            )?,
            Err(RecordsError::Structure { line, .. }) => visit(line, None)?,
            Err(RecordsError::Io(error)) => return Err(source.broken(error).into()),
        }
    }
}

struct Session {
    format: Format,
    /// Whether lines need the name of their file.
    several: bool,
    counts: BTreeMap<Outcome, u64>,
}

impl Session {
    fn tell(&mut self, place: &str, line: u64, id: Option<&str>, outcome: Outcome, output: &mut Output) -> Result<(), Failure> {
        *self.counts.entry(outcome).or_default() += 1;
        match self.format {
            Format::Human if outcome == Outcome::Different => {
                let what = paint(output.style(), BAD, "different").into_owned();
                output.line(&format!("{place}\t{}\t{what}", visible(id.unwrap_or("-"))))?;
            }
            Format::Human => {}
            Format::Json => {
                let told = JsonLine::new().number("line", line);
                let told = id.map_or_else(|| told.raw("decision_id", "null"), |id| JsonLine::new().number("line", line).text("decision_id", id));
                output.line(&told.text("outcome", outcome.name()).finish())?;
            }
        }
        Ok(())
    }

    fn close(&self, output: &mut Output) -> Result<Exit, Failure> {
        let count = |outcome: Outcome| self.counts.get(&outcome).copied().unwrap_or(0);
        match self.format {
            Format::Human => {
                let all = self.counts.values().sum();
                let mut text = format!("{}: {} the same, {} different\n", count_of(all, "line"), count(Outcome::Same), count(Outcome::Different));
                for outcome in Outcome::ALL {
                    if let (Some(why), 1..) = (outcome.uncompared(), count(outcome)) {
                        text.push_str(&format!("  {} not compared: {why}\n", count(outcome)));
                    }
                }
                output.write(&text)?;
            }
            Format::Json => {
                let counts = Outcome::ALL.into_iter().fold(JsonLine::new(), |line, outcome| line.number(outcome.name(), count(outcome))).finish();
                output.line(&JsonLine::new().raw("counts", &counts).finish())?;
            }
        }
        let malformed = if count(Outcome::Malformed) > 0 { Exit::Contexts } else { Exit::Done };
        Ok(if count(Outcome::Different) > 0 { malformed.and(Exit::Differs) } else { malformed })
    }
}
