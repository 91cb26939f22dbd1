//! `triggerfish decide RULESET [CONTEXT...]`: a decision for every context, one after the other, none of them kept.

mod line;
mod summary;

use std::time::Instant;

use triggerfish::handoff::decision::State;
use triggerfish::{Limits, RuleSet};

use super::args::{DecideArgs, Format};
use super::backend::Runner;
use super::contexts::{self, Feed, Progress, Ready, Spot, Trouble, Visit};
use super::input::Source;
use super::{Exit, Failure, Output, ruleset};
use summary::Summary;
pub(crate) use summary::share;

pub(crate) fn run(args: &DecideArgs, output: &mut Output) -> Result<Exit, Failure> {
    let format = args.format.unwrap_or(if args.summary { Format::Human } else { Format::Json });
    let source = Source::of(&args.rule_set);
    source.expect_there()?;
    let sources = contexts::sources(&args.files, Some(&source), "the rule set", "triggerfish decide ruleset.yaml")?;
    let runner = Runner::new(args.backend.backend.into());
    let set = match ruleset::load(&args.rule_set, &runner, args.format.unwrap_or(Format::Human), output)? {
        Ok(set) => set,
        Err(exit) => return Ok(exit),
    };
    runner.warn_of(&set.backend(), output)?;
    let limits = Limits::default();
    let mut session = Session { set: &set, args, format, limits: &limits, summary: Summary::of(&set) };
    let started = Instant::now();
    let exit = Feed { sources: &sources, options: &args.context, limits: &limits, quiet: args.summary }.run(&mut session, output)?;
    let summary = session.summary;
    if args.summary {
        let elapsed = started.elapsed();
        match format {
            Format::Human => output.write(&summary.human(elapsed, output.style()))?,
            Format::Json => output.line(&summary.json(elapsed))?,
        }
    }
    Ok(if summary.failed() > 0 { exit.and(Exit::Contexts) } else { exit })
}

struct Session<'s> {
    set: &'s RuleSet,
    args: &'s DecideArgs,
    format: Format,
    limits: &'s Limits,
    summary: Summary,
}

impl Visit for Session<'_> {
    fn context(&mut self, spot: &Spot<'_>, context: Result<Ready<'_>, Trouble>, progress: &mut Progress, output: &mut Output) -> Result<(), Failure> {
        let decided = context.and_then(|ready| {
            let decision = self.set.decide_json_traced(&ready.json, ready.now, self.args.trace.into());
            // Only then can it be no JSON at all, which is a mistake of the input and not a matter of the rules.
            let no_json = if decision.state == State::InvalidContext { ready.no_json(self.limits) } else { None };
            no_json.map_or(Ok(decision), Err)
        });
        match &decided {
            Ok(decision) => self.summary.count(decision),
            Err(_) => self.summary.count_failed(),
        }
        match (decided, self.format, self.args.summary) {
            (Ok(_), _, true) => {}
            (Err(trouble), Format::Human, true) => {
                progress.make_room();
                output.error(&format!("{}: {}", spot.place(), trouble.human()))?;
            }
            (Err(trouble), Format::Json, true) => {
                progress.make_room();
                output.tell(&format!("{}\n", spot.json_with_id().raw("error", &trouble.json()).finish()))?;
            }
            (decided, Format::Json, false) => output.line(&line::json(spot, &decided))?,
            (decided, Format::Human, false) => output.write(&line::human(spot, &decided, output.style()))?,
        }
        Ok(())
    }
}
