//! A decision in sentences.

use std::path::Path;

use triggerfish::diagnostic::{shorten, visible};
use triggerfish::handoff::decision::State;
use triggerfish::handoff::explain::Explanation;
use triggerfish::{Limits, RuleSet};

use super::super::args::{ExplainArgs, Format};
use super::super::backend::Runner;
use super::super::contexts::{self, Feed, Progress, Ready, Spot, Trouble, Visit};
use super::super::input::Source;
use super::super::output::{BAD, STRONG, paint};
use super::super::{Exit, Failure, Output, ruleset};

pub(super) fn run(args: &ExplainArgs, name: &str, output: &mut Output) -> Result<Exit, Failure> {
    let file = Path::new(name.strip_prefix('@').unwrap_or(name));
    let source = Source::of(file);
    source.expect_there()?;
    let sources = contexts::sources(&args.files, Some(&source), "the rule set", "triggerfish explain ruleset.yaml")?;
    let set = match ruleset::load(file, &Runner::interpreter(), args.format.format, output)? {
        Ok(set) => set,
        Err(exit) => return Ok(exit),
    };
    if let Some(item) = &args.item {
        expect_item(item, &set)?;
    }
    let limits = Limits::default();
    let mut session = Session { set: &set, args, limits: &limits, shown: 0, failed: 0, held: None };
    let exit = Feed { sources: &sources, options: &args.context, limits: &limits, quiet: false }.run(&mut session, output)?;
    session.close(output)?;
    if session.shown == 0 && session.failed == 0 {
        return Err(Failure::Usage(match &args.id {
            Some(id) => format!("no context has the id `{}`", shorten(id, 80)),
            None => "there is no context to explain".to_owned(),
        }));
    }
    Ok(if session.failed > 0 { exit.and(Exit::Contexts) } else { exit })
}

fn expect_item(item: &str, set: &RuleSet) -> Result<(), Failure> {
    if set.items().any(|(key, _)| key == item) {
        return Ok(());
    }
    let near = set.items().map(|(key, _)| (strsim::osa_distance(item, key), key)).min().filter(|(distance, _)| *distance <= item.len().div_ceil(3));
    let help = near.map_or_else(
        || format!("its items are {}", shorten(&set.items().map(|(key, _)| key).collect::<Vec<_>>().join(", "), 400)),
        |(_, near)| format!("did you mean `{near}`?"),
    );
    Err(Failure::Usage(format!("the rule set has no item `{}`; {help}", shorten(item, 80))))
}

struct Session<'s> {
    set: &'s RuleSet,
    args: &'s ExplainArgs,
    limits: &'s Limits,
    shown: u64,
    failed: u64,
    /// The first one, until it is known whether it is the only one: several need headings. With its heading.
    held: Option<(String, String)>,
}

impl Visit for Session<'_> {
    fn context(&mut self, spot: &Spot<'_>, context: Result<Ready<'_>, Trouble>, _: &mut Progress, output: &mut Output) -> Result<(), Failure> {
        if let Some(wanted) = &self.args.id
            && spot.id.as_ref().is_none_or(|id| id.text() != wanted)
        {
            return Ok(());
        }
        let explained = context.and_then(|ready| {
            let explanation = self.set.explain_json(&ready.json, ready.now);
            let no_json = if explanation.decision.state == State::InvalidContext { ready.no_json(self.limits) } else { None };
            no_json.map_or(Ok(explanation), Err)
        });
        match &explained {
            Ok(_) => self.shown += 1,
            Err(_) => self.failed += 1,
        }
        match self.args.format.format {
            Format::Json => output.line(&self.json(spot, explained))?,
            Format::Human => {
                let heading = format!("{}\n", paint(output.style(), STRONG, &format!("{}:", spot.place())));
                let text = match explained {
                    Ok(explanation) => self.human(explanation),
                    Err(trouble) => format!("{} {}\n", paint(output.style(), BAD, "error:"), trouble.human()),
                };
                if self.shown + self.failed == 1 {
                    self.held = Some((heading, text));
                } else {
                    if let Some((heading, text)) = self.held.take() {
                        output.write(&format!("{heading}{text}"))?;
                    }
                    output.write(&format!("\n{heading}{text}"))?;
                }
            }
        }
        Ok(())
    }
}

impl Session<'_> {
    /// Shows the only one, if it was the only one.
    fn close(&mut self, output: &mut Output) -> Result<(), Failure> {
        match self.held.take() {
            Some((_, text)) => Ok(output.write(&text)?),
            None => Ok(()),
        }
    }

    fn only_item(&self, explanation: &mut Explanation) {
        if let Some(item) = &self.args.item {
            explanation.items.retain(|explained| explained.item == *item);
        }
    }

    fn json(&self, spot: &Spot<'_>, explained: Result<Explanation, Trouble>) -> String {
        let line = spot.json_with_id();
        match explained {
            Ok(mut explanation) => {
                self.only_item(&mut explanation);
                // Maps with texts as keys can be written.
                line.raw("explanation", &serde_json::to_string(&explanation).unwrap_or_else(|_| "null".to_owned())).finish()
            }
            Err(trouble) => line.raw("error", &trouble.json()).finish(),
        }
    }

    fn human(&self, mut explanation: Explanation) -> String {
        self.only_item(&mut explanation);
        let mut text: String = explanation.to_string().lines().flat_map(|line| [visible(line).into_owned(), "\n".to_owned()]).collect();
        if let Some(item) = &self.args.item
            && explanation.items.is_empty()
        {
            text.push_str(&format!("- {item} was not considered.\n"));
        }
        text
    }
}
