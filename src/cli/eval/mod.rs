//! `triggerfish eval RULE [FILE...]`: a rule on many contexts, one after the other, none of them kept.

mod row;
mod trace;

use std::time::{Duration, Instant};

use triggerfish::{Context, Engine, Limits, Rule, Timestamp, Trace, Value};

use super::args::{EvalArgs, Format};
use super::backend::Runner;
use super::contexts::{self, Id, Progress, Spot};
use super::input::{Body, InputError, Record, Records, RecordsError, Source};
use super::output::JsonLine;
use super::rule::RuleText;
use super::{Exit, Failure, Output, schema};
pub(crate) use row::Trouble;

pub(crate) fn run(args: &EvalArgs, output: &mut Output) -> Result<Exit, Failure> {
    let runner = Runner::new(args.backend.backend.into());
    let engine = runner.engine(schema::engine(&args.schema.schema, args.schema.strict)?);
    let text = RuleText::of(&args.rule, "rule")?;
    let sources = contexts::sources(&args.files, text.source.as_ref(), "the rule", "triggerfish eval 'domain == \"IT\"'")?;
    text.warn_of_file(output)?;
    let rule = match text.compile(&engine) {
        Ok(rule) => rule,
        Err(diagnostics) => {
            text.tell(&diagnostics, args.format.format, output)?;
            return Ok(Exit::Rules);
        }
    };
    text.tell(rule.diagnostics(), args.format.format, output)?;
    runner.warn_of(&rule.backend(), output)?;
    let now = args.now.map_or_else(contexts::clock, |now| now.0);
    let mut session = Session {
        args,
        engine: &engine,
        rule: &rule,
        context: rule.empty_context(),
        now,
        output,
        several: sources.len() > 1,
        counts: Counts::default(),
        warnings: 0,
    };
    let started = Instant::now();
    let exit = session.sources(&sources)?;
    let counts = session.close(started.elapsed())?;
    Ok(if counts.failed > 0 { exit.and(Exit::Contexts) } else { exit })
}

/// What came of the contexts so far.
#[derive(Default)]
struct Counts {
    matched: u64,
    unmatched: u64,
    failed: u64,
}

impl Counts {
    fn all(&self) -> u64 {
        self.matched + self.unmatched + self.failed
    }
}

/// More warnings about contexts than this are counted, not told: a column of the wrong type is wrong in every context.
const MOST_WARNINGS: u64 = 20;

struct Session<'s> {
    args: &'s EvalArgs,
    engine: &'s Engine,
    rule: &'s Rule,
    /// What each context is bound to in its turn.
    context: Context,
    now: Timestamp,
    output: &'s mut Output,
    /// Whether lines need the name of their file.
    several: bool,
    counts: Counts,
    warnings: u64,
}

/// What one context gave.
struct Evaluated {
    outcome: Result<Value, Trouble>,
    warnings: Vec<triggerfish::context::ContextWarning>,
    trace: Option<Trace>,
}

impl From<Trouble> for Evaluated {
    fn from(trouble: Trouble) -> Evaluated {
        Evaluated { outcome: Err(trouble), warnings: Vec::new(), trace: None }
    }
}

impl Session<'_> {
    fn sources(&mut self, sources: &[Source]) -> Result<Exit, Failure> {
        let mut progress = Progress::new(sources, false);
        let mut exit = Exit::Done;
        for source in sources {
            let read = match source.records(self.limits().context_bytes) {
                Ok(records) => self.records(source, records, &mut progress)?,
                Err(error) => Err(error),
            };
            if let Err(error) = read {
                exit = exit.and(Exit::Usage);
                progress.make_room();
                self.output.error(&error.to_string())?;
            }
        }
        Ok(exit)
    }

    /// Evaluates all contexts of a source. The inner error: the source broke off.
    fn records(&mut self, source: &Source, mut records: Records<Box<dyn std::io::Read>>, progress: &mut Progress) -> Result<Result<(), InputError>, Failure> {
        let file = self.several.then_some(source);
        loop {
            if records.may_wait() {
                self.output.flush()?;
            }
            let before = records.passed();
            match records.next() {
                Ok(None) => return Ok(Ok(())),
                Ok(Some(record)) => self.record(file, &record, progress)?,
                Err(RecordsError::Structure { line, expected }) => {
                    let row = Spot { file, line, number: None, id: None };
                    self.show(&row, Trouble::Structure(expected).into(), progress)?;
                }
                Err(RecordsError::Io(error)) => return Ok(Err(source.broken(error))),
            }
            progress.advance(records.passed() - before);
        }
    }

    fn record(&mut self, file: Option<&Source>, record: &Record<'_>, progress: &mut Progress) -> Result<(), Failure> {
        let mut row = Spot { file, line: record.line, number: record.number, id: None };
        let evaluated = match record.body {
            Body::TooLong => Trouble::TooLarge(self.limits().context_bytes).into(),
            Body::Whole(json) if self.args.set.is_empty() => {
                row.id = self.id(json);
                self.evaluate(json)
            }
            Body::Whole(json) => {
                let json = self.args.set.iter().fold(json.to_vec(), |json, setting| setting.apply(json));
                row.id = self.id(&json);
                // Where it went wrong is a place in a text that nobody has seen.
                self.evaluate(&json).without_offset()
            }
        };
        self.show(&row, evaluated, progress)
    }

    /// The context's id, where it is to be shown.
    fn id(&self, json: &[u8]) -> Option<Id> {
        if self.args.count { None } else { Id::of(json) }
    }

    fn evaluate(&mut self, json: &[u8]) -> Evaluated {
        if let Err(error) = self.rule.rebind_json(&mut self.context, json) {
            return Trouble::Unbound(error).into();
        }
        let context = &self.context;
        let trace = self.args.trace.then(|| self.rule.trace(context, self.now));
        let outcome = match &trace {
            Some(trace) => trace.outcome.clone(),
            None if self.args.count => self.rule.matches(context, self.now).map(Value::Bool),
            None => self.rule.evaluate(context, self.now),
        };
        Evaluated { outcome: outcome.map_err(Trouble::Failed), warnings: context.warnings().to_vec(), trace }
    }

    /// Counts a context, and shows it unless only others are wanted.
    fn show(&mut self, row: &Spot<'_>, evaluated: Evaluated, progress: &mut Progress) -> Result<(), Failure> {
        let (count, shown) = match &evaluated.outcome {
            Ok(value) if value.is_truthy() => (&mut self.counts.matched, !self.args.count),
            Ok(_) => (&mut self.counts.unmatched, !self.args.count && !self.args.matching),
            Err(_) => (&mut self.counts.failed, true),
        };
        *count += 1;
        if !shown && evaluated.warnings.is_empty() {
            return Ok(());
        }
        let format = self.args.format.format;
        // Where only some contexts are shown, those that failed must not be taken for them.
        let aside = evaluated.outcome.is_err() && (self.args.count || self.args.matching);
        if aside || !evaluated.warnings.is_empty() {
            progress.make_room();
        }
        if format == Format::Human {
            self.warn(row, &evaluated)?;
        }
        if !shown {
            return Ok(());
        }
        match (format, aside) {
            (Format::Human, false) => self.output.line(&row::human(row, &evaluated.outcome, self.rule.source(), self.output.style()))?,
            (Format::Human, true) => {
                let trouble = evaluated.outcome.as_ref().err().map(|trouble| trouble.human(self.rule.source())).unwrap_or_default();
                self.output.error(&format!("{}: {trouble}", row.place()))?;
                return Ok(());
            }
            (Format::Json, false) => self.output.line(&self.json(row, &evaluated))?,
            (Format::Json, true) => self.output.tell(&format!("{}\n", self.json(row, &evaluated)))?,
        }
        if let (Format::Human, Some(trace)) = (format, &evaluated.trace) {
            let steps = trace::human(trace, self.rule.source(), self.output.style());
            self.output.write(&steps)?;
        }
        Ok(())
    }

    fn json(&self, row: &Spot<'_>, evaluated: &Evaluated) -> String {
        let mut line = row::json(row, &evaluated.outcome, self.rule.source());
        if !evaluated.warnings.is_empty() {
            let warnings =
                evaluated.warnings.iter().map(|warning| JsonLine::new().text("pointer", &warning.pointer).text("message", &warning.message).finish());
            line = line.array("warnings", warnings);
        }
        if let Some(trace) = &evaluated.trace {
            line = line.array("trace", trace.steps.iter().map(|step| trace::json(step, self.rule.source())));
        }
        line.finish()
    }

    fn warn(&mut self, row: &Spot<'_>, evaluated: &Evaluated) -> Result<(), Failure> {
        for warning in &evaluated.warnings {
            self.warnings += 1;
            if self.warnings <= MOST_WARNINGS {
                self.output.warning(&format!("{}: {}", row.place(), row::at_pointer(&warning.pointer, &warning.message)))?;
            }
        }
        Ok(())
    }

    /// Says what is to be said at the end.
    fn close(self, elapsed: Duration) -> Result<Counts, Failure> {
        let Session { args, output, counts, warnings, .. } = self;
        if args.count {
            let Counts { matched, unmatched, failed } = &counts;
            output.line(&match args.format.format {
                Format::Human => format!("{matched} matched, {unmatched} did not match, {failed} failed"),
                Format::Json => JsonLine::new().number("matched", *matched).number("unmatched", *unmatched).number("failed", *failed).finish(),
            })?;
        }
        if warnings > MOST_WARNINGS {
            output.warning(&format!("{} more warnings of this kind", warnings - MOST_WARNINGS))?;
        }
        if args.time {
            let rate = u128::from(counts.all()) * 1_000_000_000 / elapsed.as_nanos().max(1);
            output.tell(&format!("{} contexts in {:.3} s: {rate} a second\n", counts.all(), elapsed.as_secs_f64()))?;
        }
        Ok(counts)
    }

    fn limits(&self) -> &Limits {
        self.engine.limits()
    }
}

impl Evaluated {
    fn without_offset(mut self) -> Evaluated {
        if let Err(Trouble::Unbound(error)) = &mut self.outcome {
            error.offset = None;
        }
        self
    }
}
