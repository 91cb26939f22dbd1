//! `triggerfish compare OLD NEW [CONTEXT...]`

use std::collections::BTreeMap;

use triggerfish::diagnostic::{Style, shorten};
use triggerfish::handoff::compare::{Change, Comparison, Summary};
use triggerfish::{Limits, RuleSet};

use super::args::{CompareArgs, Format};
use super::backend::Runner;
use super::contexts::{self, Feed, Progress, Ready, Spot, Trouble, Visit};
use super::decide::share;
use super::input::Source;
use super::output::{BAD, FAINT, GOOD, STRONG, paint};
use super::ruleset;
use super::{Exit, Failure, Output};

/// So many rows of a table are shown to people.
const MOST_ROWS: usize = 50;

pub(crate) fn run(args: &CompareArgs, output: &mut Output) -> Result<Exit, Failure> {
    let (old, new) = (Source::of(&args.old), Source::of(&args.new));
    if (&old, &new) == (&Source::Stdin, &Source::Stdin) {
        return Err(Failure::Usage("standard input cannot give both rule sets".to_owned()));
    }
    old.expect_there()?;
    new.expect_there()?;
    let taken = if old == Source::Stdin { &old } else { &new };
    let sources = contexts::sources(&args.files, Some(taken), "a rule set", "triggerfish compare old.yaml new.yaml")?;
    let format = args.format.format;
    let runner = Runner::interpreter();
    // Both are read before either is refused: all mistakes are told at once.
    let (old, new) = match (ruleset::load(&args.old, &runner, format, output)?, ruleset::load(&args.new, &runner, format, output)?) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(exit), _) | (_, Err(exit)) => return Ok(exit),
    };
    let limits = Limits::default();
    let mut session = Session { old: &old, new: &new, format, limits: &limits, comparison: Comparison::default(), failed: 0 };
    let exit = Feed { sources: &sources, options: &args.context, limits: &limits, quiet: true }.run(&mut session, output)?;
    let Session { comparison, failed, .. } = session;
    match format {
        Format::Human => output.write(&human(&comparison, failed, [&old, &new], output.style()))?,
        Format::Json => output.line(&json(&comparison, failed, [&old, &new]))?,
    }
    let exit = if args.exit_code && comparison.changed > 0 { exit.and(Exit::Differs) } else { exit };
    Ok(if failed > 0 { exit.and(Exit::Contexts) } else { exit })
}

struct Session<'s> {
    old: &'s RuleSet,
    new: &'s RuleSet,
    format: Format,
    limits: &'s Limits,
    comparison: Comparison,
    failed: u64,
}

impl Visit for Session<'_> {
    fn context(&mut self, spot: &Spot<'_>, context: Result<Ready<'_>, Trouble>, progress: &mut Progress, output: &mut Output) -> Result<(), Failure> {
        let ready = context.and_then(|ready| ready.no_json(self.limits).map_or(Ok(ready), Err));
        let trouble = match ready {
            Ok(ready) => {
                let name = spot.id.as_ref().map_or_else(|| spot.place(), |id| id.text().to_owned());
                self.comparison.add(self.old, self.new, &name, &ready.json, ready.now);
                return Ok(());
            }
            Err(trouble) => trouble,
        };
        self.failed += 1;
        progress.make_room();
        match self.format {
            Format::Human => output.error(&format!("{}: {}", spot.place(), trouble.human()))?,
            Format::Json => output.tell(&format!("{}\n", spot.json_with_id().raw("error", &trouble.json()).finish()))?,
        }
        Ok(())
    }
}

fn json(comparison: &Comparison, failed: u64, sets: [&RuleSet; 2]) -> String {
    let [old, new] = sets.map(|set| serde_json::json!({ "name": set.name(), "digest": set.digest() }));
    let mut whole = serde_json::json!({ "old": old, "new": new, "failed": failed });
    if let (serde_json::Value::Object(whole), Ok(serde_json::Value::Object(counts))) = (&mut whole, serde_json::to_value(comparison)) {
        whole.extend(counts);
    }
    whole.to_string()
}

fn human(comparison: &Comparison, failed: u64, sets: [&RuleSet; 2], style: Style) -> String {
    let [old, new] = sets;
    let same = if old.digest() == new.digest() { "the two rule sets mean the same\n" } else { "" };
    let without = if failed > 0 { format!(", {} could not be decided", paint(style, BAD, &ruleset::count_of(failed, "line"))) } else { String::new() };
    let contexts = ruleset::count_of(comparison.contexts, "context");
    if comparison.changed == 0 {
        return format!("{same}{contexts}: {}{without}\n", paint(style, GOOD, "no decision changes"));
    }
    let part = |number: u64| format!("{number} ({})", share(number, comparison.contexts));
    let mut text = format!(
        "{same}{contexts}: the decision changes for {}, the options for {}{without}\n",
        paint(style, STRONG, &part(comparison.changed)),
        part(comparison.options_changed)
    );
    for (title, table) in [("item", &comparison.items), ("category", &comparison.categories)] {
        text.push_str(&changes(title, table, style));
    }
    for (title, table) in [("domain", &comparison.domains), ("department", &comparison.departments)] {
        text.push_str(&groups(title, table, style));
    }
    text.push_str(&format!("\n{}\n", paint(style, STRONG, "examples")));
    for example in &comparison.examples {
        let id = shorten(&example.id, 80);
        if example.before == example.after {
            text.push_str(&format!("  {id}: {}, {}\n", options(&example.before), paint(style, FAINT, "with other data")));
        } else {
            text.push_str(&format!("  {id}: {}\n      -> {}\n", options(&example.before), options(&example.after)));
        }
    }
    text
}

/// `offered it_live_agent, it_ticket`
fn options(summary: &Summary) -> String {
    let options = if summary.options.is_empty() { "nothing".to_owned() } else { summary.options.join(", ") };
    format!("{}: {options}", summary.state.replace('_', " "))
}

fn changes(title: &str, table: &BTreeMap<String, Change>, style: Style) -> String {
    let line = format!("{title:26}  {:>8}  {:>8}  {:>8}", "gained", "lost", "altered");
    let rows = table.iter().map(|(name, change)| (change.gained + change.lost + change.altered, name, change));
    let row =
        |(_, name, change): &(u64, &String, &Change)| format!("  {:24}  {:>8}  {:>8}  {:>8}\n", shorten(name, 60), change.gained, change.lost, change.altered);
    section(&line, rows.map(|found| (found.0, row(&found))).collect(), style)
}

fn groups(title: &str, table: &BTreeMap<String, u64>, style: Style) -> String {
    let line = format!("{title:26}  {:>8}", "changed");
    section(&line, table.iter().map(|(name, number)| (*number, format!("  {:24}  {number:>8}\n", shorten(name, 60)))).collect(), style)
}

/// A table, the largest rows first; nothing if it has no rows.
fn section(heading: &str, mut rows: Vec<(u64, String)>, style: Style) -> String {
    if rows.is_empty() {
        return String::new();
    }
    rows.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    let shown: String = rows.iter().take(MOST_ROWS).map(|(_, row)| row.as_str()).collect();
    let more = if rows.len() > MOST_ROWS { format!("  and {} more\n", rows.len() - MOST_ROWS) } else { String::new() };
    format!("\n{}\n{shown}{more}", paint(style, STRONG, heading))
}
