//! Contexts, one after the other, none of them kept: where they come from, which one is which, and what time it is for each.

mod progress;
mod spot;

use std::borrow::Cow;
use std::io::Read;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use triggerfish::diagnostic::{shorten, visible};
use triggerfish::value::json::{JsonProblem, Reader};
use triggerfish::{Limits, Timestamp};

pub(crate) use progress::Progress;
pub(crate) use spot::{Id, Spot};

use super::args::{ContextOptions, Now};
use super::input::{Body, InputError, Record, Records, RecordsError, Source, stdin_is_terminal};
use super::output::JsonLine;
use super::rule::refuse_rule_sets;
use super::{Exit, Failure, Output};

/// Where the contexts come from. Whatever is wrong with that is found before anything runs.
///
/// `taken` is where `what` comes from, such as the rule: both cannot come from standard input. `example` is a command that reads contexts.
pub(crate) fn sources(files: &[PathBuf], taken: Option<&Source>, what: &str, example: &str) -> Result<Vec<Source>, Failure> {
    let sources = Source::contexts(files);
    for source in &sources {
        source.expect_there()?;
    }
    refuse_rule_sets(&sources)?;
    if taken == Some(&Source::Stdin) && sources.contains(&Source::Stdin) {
        return Err(Failure::Usage(format!("standard input cannot give both {what} and the contexts")));
    }
    if files.is_empty() && stdin_is_terminal() {
        let command = example.split(' ').take(2).collect::<Vec<_>>().join(" ");
        return Err(Failure::Usage(format!(
            "no contexts: name a file, or write them to standard input, as in\n\n  echo '{{\"domain\": \"IT\"}}' | {example}\n\n`-` reads them from the terminal; see `{command} --help`"
        )));
    }
    Ok(sources)
}

/// The time by the clock: read once, so that all contexts are evaluated at the same time.
pub(crate) fn clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_micros()).ok().and_then(Timestamp::from_micros).unwrap_or(Timestamp::MAX)
}

/// Why there is nothing to be decided for a line of input.
pub(crate) enum Trouble {
    /// The context is larger than this, and was not kept.
    TooLarge(usize),
    /// The file is no JSON from here on: this was expected.
    Structure(&'static str),
    /// The context is no JSON: why, and from which byte on, where that is a byte of the file.
    NoJson { message: String, offset: Option<usize> },
    /// The member that tells the time tells none.
    NoTime(String),
}

impl Trouble {
    fn kind(&self) -> &'static str {
        match self {
            Trouble::TooLarge(_) => "too_large",
            Trouble::Structure(_) | Trouble::NoJson { .. } => "invalid_json",
            Trouble::NoTime(_) => "invalid_time",
        }
    }

    fn message(&self) -> String {
        match self {
            Trouble::TooLarge(limit) => format!("the context is larger than {limit} bytes"),
            Trouble::Structure(expected) => format!("expected {expected}; the rest of the file was not read"),
            Trouble::NoJson { message, .. } | Trouble::NoTime(message) => message.clone(),
        }
    }

    /// One line of visible text: `invalid_json: expected a value (byte 7)`.
    pub(crate) fn human(&self) -> String {
        let byte = match self {
            Trouble::NoJson { offset: Some(offset), .. } => format!(" (byte {offset})"),
            Trouble::NoJson { offset: None, .. } | Trouble::TooLarge(_) | Trouble::Structure(_) | Trouble::NoTime(_) => String::new(),
        };
        format!("{}: {}{byte}", self.kind(), visible(&self.message()))
    }

    pub(crate) fn json(&self) -> String {
        let line = JsonLine::new().text("kind", self.kind()).text("message", &self.message());
        match self {
            Trouble::NoJson { offset: Some(offset), .. } => line.number("offset", u64::try_from(*offset).unwrap_or(u64::MAX)).finish(),
            Trouble::NoJson { offset: None, .. } | Trouble::TooLarge(_) | Trouble::Structure(_) | Trouble::NoTime(_) => line.finish(),
        }
    }
}

/// A context, ready to be decided on.
pub(crate) struct Ready<'r> {
    pub(crate) json: Cow<'r, [u8]>,
    /// The time of the decision.
    pub(crate) now: Timestamp,
    /// Whether the text differs from that of the file.
    edited: bool,
}

impl Ready<'_> {
    /// What makes it no JSON at all, if anything does. What is JSON but cannot be bound is not seen here.
    pub(crate) fn no_json(&self, limits: &Limits) -> Option<Trouble> {
        let read = || {
            let mut reader = Reader::new(&self.json, limits.effective_json_depth())?;
            reader.skip()?;
            reader.finish()
        };
        let error = read().err()?;
        let deep = matches!(error.problem, JsonProblem::TooDeep);
        let message = if deep { format!("{}: at most {} levels", error.problem, limits.effective_json_depth()) } else { error.problem.to_string() };
        // Where an edited text goes wrong is a place that nobody has seen.
        Some(Trouble::NoJson { message, offset: (!self.edited).then_some(error.offset) })
    }
}

/// The contexts of a command, and how each is made ready.
pub(crate) struct Feed<'f> {
    pub(crate) sources: &'f [Source],
    pub(crate) options: &'f ContextOptions,
    pub(crate) limits: &'f Limits,
    /// Nothing is written to standard output until all have been seen.
    pub(crate) quiet: bool,
}

/// What is done with each context.
pub(crate) trait Visit {
    /// One more context, or why there is none. Whoever writes to standard error makes room for that first.
    fn context(&mut self, spot: &Spot<'_>, context: Result<Ready<'_>, Trouble>, progress: &mut Progress, output: &mut Output) -> Result<(), Failure>;
}

impl Feed<'_> {
    /// Shows all contexts to the visitor. A file that breaks off is told, and the others are read all the same.
    pub(crate) fn run(&self, visit: &mut impl Visit, output: &mut Output) -> Result<Exit, Failure> {
        let times = Times { options: self.options, otherwise: self.options.now.map_or_else(clock, |now| now.0) };
        let mut progress = Progress::new(self.sources, self.quiet);
        let mut exit = Exit::Done;
        for source in self.sources {
            let read = match source.records(self.limits.context_bytes) {
                Ok(records) => self.records(source, records, &times, visit, &mut progress, output)?,
                Err(error) => Err(error),
            };
            if let Err(error) = read {
                exit = exit.and(Exit::Usage);
                progress.make_room();
                output.error(&error.to_string())?;
            }
        }
        Ok(exit)
    }

    /// All contexts of a source. The inner error: the source broke off.
    fn records(
        &self,
        source: &Source,
        mut records: Records<Box<dyn Read>>,
        times: &Times<'_>,
        visit: &mut impl Visit,
        progress: &mut Progress,
        output: &mut Output,
    ) -> Result<Result<(), InputError>, Failure> {
        let file = (self.sources.len() > 1).then_some(source);
        loop {
            if records.may_wait() {
                output.flush()?;
            }
            let before = records.passed();
            match records.next() {
                Ok(None) => return Ok(Ok(())),
                Ok(Some(record)) => {
                    let (id, context) = self.ready(&record, times);
                    visit.context(&Spot { file, line: record.line, number: record.number, id }, context, progress, output)?;
                }
                Err(RecordsError::Structure { line, expected }) => {
                    visit.context(&Spot { file, line, number: None, id: None }, Err(Trouble::Structure(expected)), progress, output)?;
                }
                Err(RecordsError::Io(error)) => return Ok(Err(source.broken(error))),
            }
            progress.advance(records.passed() - before);
        }
    }

    fn ready<'r>(&self, record: &Record<'r>, times: &Times<'_>) -> (Option<Id>, Result<Ready<'r>, Trouble>) {
        let json = match record.body {
            Body::TooLong => return (None, Err(Trouble::TooLarge(self.limits.context_bytes))),
            Body::Whole(json) => json,
        };
        let edited = !self.options.set.is_empty();
        let json = if edited { Cow::Owned(self.options.set.iter().fold(json.to_vec(), |json, setting| setting.apply(json))) } else { Cow::Borrowed(json) };
        let id = Id::of(&json);
        if json.len() > self.limits.context_bytes {
            return (id, Err(Trouble::TooLarge(self.limits.context_bytes)));
        }
        let ready = times.of(&json).map(|now| Ready { json, now, edited });
        (id, ready)
    }
}

/// What time it is for each context.
struct Times<'t> {
    options: &'t ContextOptions,
    /// The time for contexts that tell none.
    otherwise: Timestamp,
}

impl Times<'_> {
    fn of(&self, json: &[u8]) -> Result<Timestamp, Trouble> {
        if self.options.now.is_some() {
            return Ok(self.otherwise);
        }
        match self.options.now_from.of(json) {
            None | Some(b"null") => Ok(self.otherwise),
            Some(written) => Now::of_json(written).map(|now| now.0).map_err(|expected| {
                let written = String::from_utf8_lossy(written);
                Trouble::NoTime(format!("the member `{}` tells no time: {expected}, found {}", self.options.now_from, shorten(&written, 60)))
            }),
        }
    }
}
