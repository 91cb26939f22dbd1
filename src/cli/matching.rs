//! `triggerfish match RULES [CONTEXT...]`: which of many rules hold for every context, one after the other, none of them kept.

use std::collections::HashMap;

use serde::Deserialize;
use triggerfish::diagnostic::{Style, visible};
use triggerfish::matcher::{Matches, RuleId, Scratch};
use triggerfish::{Context, Limits, Matcher};

use super::args::{Format, MatchArgs};
use super::backend::Runner;
use super::contexts::{self, Feed, Id, Progress, Ready, Spot, Trouble, Visit};
use super::eval;
use super::input::{Body, RecordsError, Source};
use super::output::{BAD, JsonLine, json_array, json_text, paint};
use super::rule::RuleText;
use super::{Exit, Failure, Output, schema};

pub(crate) fn run(args: &MatchArgs, output: &mut Output) -> Result<Exit, Failure> {
    let source = Source::of(&args.rules);
    source.expect_there()?;
    let sources = contexts::sources(&args.files, Some(&source), "the rules", "triggerfish match rules.ndjson")?;
    let rules = read(&source)?;
    let runner = Runner::new(args.backend.backend.into());
    runner.warn(output)?;
    let engine = runner.engine(schema::engine(&args.schema.schema, args.schema.strict)?);
    let mut builder = engine.matcher();
    let mut are_refused = false;
    for rule in &rules {
        let diagnostics = match builder.add(&rule.text.text) {
            Ok((_, warnings)) => warnings,
            Err(error) => {
                are_refused = true;
                error.diagnostics().to_vec()
            }
        };
        rule.text.tell(&diagnostics, args.format.format, output)?;
    }
    if are_refused {
        return Ok(Exit::Rules);
    }
    let matcher = builder.build();
    let limits = Limits::default();
    let context = Context::empty(matcher.layout());
    let mut session = Session { matcher: &matcher, rules: &rules, args, context, scratch: Scratch::new(), failed: 0 };
    let exit = Feed { sources: &sources, options: &args.context, limits: &limits, quiet: false }.run(&mut session, output)?;
    Ok(if session.failed > 0 { exit.and(Exit::Contexts) } else { exit })
}

/// A rule of the file.
struct Rule {
    id: Id,
    text: RuleText,
}

/// What is read of a line.
#[derive(Deserialize)]
struct Line {
    rule: String,
}

/// A line of rules is not longer than this: a rule in which every byte is escaped, and room for more.
const LONGEST: usize = 1024 * 1024;

fn read(source: &Source) -> Result<Vec<Rule>, Failure> {
    let mut records = source.records(LONGEST)?;
    let mut rules: Vec<Rule> = Vec::new();
    let mut places: HashMap<String, u64> = HashMap::new();
    let refuse = |line: u64, message: &str| Err(Failure::Rules(format!("{}:{line}: {message}", source.name())));
    loop {
        let record = match records.next() {
            Ok(Some(record)) => record,
            Ok(None) => return Ok(rules),
            Err(RecordsError::Structure { line, expected }) => return refuse(line, &format!("expected {expected}")),
            Err(RecordsError::Io(error)) => return Err(source.broken(error).into()),
        };
        let line = record.line;
        let Body::Whole(json) = record.body else { return refuse(line, &format!("a rule is larger than {LONGEST} bytes")) };
        let read: Line = match serde_json::from_slice(json) {
            Ok(read) => read,
            Err(error) => return refuse(line, &format!("expected an object with an `id` and a `rule`: {}", visible(&error.to_string()))),
        };
        let Some(id) = Id::of(json) else { return refuse(line, "expected an `id`, a Text or a Number, beside the `rule`") };
        if let Some(other) = places.insert(id.text().to_owned(), line) {
            return refuse(line, &format!("the id `{}` is that of line {other}", visible(id.text())));
        }
        let name = format!("{}:{line} ({})", source.name(), visible(id.text()));
        rules.push(Rule { id, text: RuleText { name, text: read.rule, source: Some(source.clone()) } });
    }
}

struct Session<'s> {
    matcher: &'s Matcher,
    rules: &'s [Rule],
    args: &'s MatchArgs,
    context: Context,
    scratch: Scratch,
    /// Contexts for which something failed.
    failed: u64,
}

impl Visit for Session<'_> {
    fn context(&mut self, spot: &Spot<'_>, context: Result<Ready<'_>, Trouble>, _progress: &mut Progress, output: &mut Output) -> Result<(), Failure> {
        let format = self.args.format.format;
        let trouble = match context {
            Err(trouble) => Some((trouble.human(), trouble.json())),
            Ok(ready) => match self.matcher.rebind_json(&mut self.context, &ready.json) {
                Ok(()) => {
                    // The context is bound to this very set.
                    if let Ok(matches) = self.matcher.matches(&self.context, ready.now, &mut self.scratch) {
                        let shown = Shown { rules: self.rules, args: self.args, matches };
                        self.failed += u64::from(shown.failures().next().is_some());
                        match format {
                            Format::Human => output.write(&shown.human(spot, output.style()))?,
                            Format::Json => output.line(&shown.json(spot))?,
                        }
                    }
                    None
                }
                Err(error) => {
                    let trouble = eval::Trouble::Unbound(error);
                    Some((trouble.human(""), trouble.json("")))
                }
            },
        };
        if let Some((human, json)) = trouble {
            self.failed += 1;
            match format {
                Format::Human => output.write(&format!("{}\t{} {human}\n", spot.start(output.style()), paint(output.style(), BAD, "error:")))?,
                Format::Json => output.line(&spot.json().raw("error", &json).finish())?,
            }
        }
        Ok(())
    }
}

/// What came of one context.
struct Shown<'s> {
    rules: &'s [Rule],
    args: &'s MatchArgs,
    matches: Matches<'s>,
}

impl Shown<'_> {
    fn rule(&self, id: RuleId) -> Option<&Rule> {
        self.rules.get(id.index())
    }

    /// The ids of the rules that are to be shown.
    fn ids(&self) -> impl Iterator<Item = &str> {
        let most = if self.args.first { 1 } else { usize::MAX };
        self.matches.iter().take(most).filter_map(|id| Some(self.rule(id)?.id.text()))
    }

    /// The rules that failed; where only the first rule is wanted that holds, only those before it.
    fn failures(&self) -> impl Iterator<Item = (&Rule, eval::Trouble)> {
        let first = self.matches.first().filter(|_| self.args.first);
        let errors = self.matches.errors().iter().filter(move |(rule, _)| first.is_none_or(|first| *rule < first));
        errors.filter_map(|(rule, error)| Some((self.rule(*rule)?, eval::Trouble::Failed(*error))))
    }

    fn human(&self, spot: &Spot<'_>, style: Style) -> String {
        let ids: Vec<_> = self.ids().map(visible).collect();
        let held = match (self.args.count, ids.is_empty()) {
            (true, _) => self.matches.count().to_string(),
            (false, true) => "-".to_owned(),
            (false, false) => ids.join(", "),
        };
        let mut text = format!("{}\t{held}\n", spot.start(style));
        for (rule, trouble) in self.failures() {
            text.push_str(&format!("    {} {}: {}\n", paint(style, BAD, "error:"), visible(rule.id.text()), trouble.human(&rule.text.text)));
        }
        text
    }

    fn json(&self, spot: &Spot<'_>) -> String {
        let line = spot.json();
        let line = if self.args.count {
            line.number("count", u64::try_from(self.matches.count()).unwrap_or(u64::MAX))
        } else {
            line.raw("matches", &json_array(self.ids().map(json_text)))
        };
        let errors = self.failures().map(|(rule, trouble)| JsonLine::new().text("rule", rule.id.text()).raw("error", &trouble.json(&rule.text.text)).finish());
        line.raw("errors", &json_array(errors)).finish()
    }
}
