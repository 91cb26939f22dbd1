//! `triggerfish check RULESET|RULE...`

use triggerfish::diagnostic::{Diagnostic, render_all, to_json, visible};
use triggerfish::{Engine, LoadError, Rule, RuleSet};

use super::args::{CheckArgs, Format};
use super::backend::Runner;
use super::input::Source;
use super::output::{BAD, GOOD, JsonLine, json_text, paint};
use super::rule::{RuleText, is_rule_set};
use super::ruleset::{self, RuleSetText, count};
use super::{Exit, Failure, Output, schema};

pub(crate) fn run(args: &CheckArgs, output: &mut Output) -> Result<Exit, Failure> {
    let engine = schema::engine(&args.schema.schema, args.schema.strict)?;
    let mut exit = Exit::Done;
    for (at, argument) in args.rules.iter().enumerate() {
        let name = if args.rules.len() > 1 { format!("rule {}", at + 1) } else { "rule".to_owned() };
        let checked = match ruleset::named_by(argument) {
            Some(source) => RuleSetText::read(source).and_then(|text| rule_set(&text, args.format.format, output)),
            None if matches!(argument.as_str(), "-" | "@-") => standard_input(&engine, args.format.format, output),
            None => RuleText::of(argument, &name).and_then(|text| check(&text, &engine, args.format.format, output)),
        };
        match checked {
            Ok(one) => exit = exit.and(one),
            // The others are looked at all the same.
            Err(Failure::Usage(message)) => {
                output.error(&message)?;
                exit = exit.and(Exit::Usage);
            }
            Err(Failure::Rules(message)) => {
                output.error(&message)?;
                exit = exit.and(Exit::Rules);
            }
            Err(failure @ Failure::Output(_)) => return Err(failure),
        }
    }
    Ok(exit)
}

/// What standard input holds tells what it is.
fn standard_input(engine: &Engine, format: Format, output: &mut Output) -> Result<Exit, Failure> {
    let read = RuleText::read_any(Source::Stdin)?;
    if is_rule_set(&read.text) {
        return rule_set(&RuleSetText { name: read.name, source: Source::Stdin, text: read.text }, format, output);
    }
    check(&read, engine, format, output)
}

fn check(text: &RuleText, engine: &Engine, format: Format, output: &mut Output) -> Result<Exit, Failure> {
    text.warn_of_file(output)?;
    let compiled = text.compile(engine);
    match format {
        Format::Human => output.write(&human(text, &compiled, output))?,
        Format::Json => output.line(&json(text, &compiled))?,
    }
    Ok(if compiled.is_ok() { Exit::Done } else { Exit::Rules })
}

fn diagnostics_of(compiled: &Result<Rule, Vec<Diagnostic>>) -> &[Diagnostic] {
    match compiled {
        Ok(rule) => rule.diagnostics(),
        Err(diagnostics) => diagnostics,
    }
}

fn human(text: &RuleText, compiled: &Result<Rule, Vec<Diagnostic>>, output: &Output) -> String {
    let style = output.style();
    let diagnostics = diagnostics_of(compiled);
    let mut shown = render_all(diagnostics, &text.text, &text.name, style);
    if !diagnostics.is_empty() {
        shown.push('\n');
    }
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let found = found(errors, diagnostics.len() - errors);
    match compiled {
        Err(_) => shown.push_str(&format!("{}: {}{found}\n", text.name, paint(style, BAD, "refused"))),
        Ok(rule) => {
            let kinds: Vec<&str> = rule.errors().iter().map(triggerfish::EvalErrorKind::name).collect();
            let fails = if rule.cannot_fail() { "cannot fail".to_owned() } else { format!("may fail with {}", kinds.join(", ")) };
            let attributes = rule.attributes();
            let reads = if attributes.is_empty() { "no attributes".to_owned() } else { attributes.join(", ") };
            shown.push_str(&format!("{}: {}{found}\n  {fails}\n  reads {reads}\n", text.name, paint(style, GOOD, "ok")));
        }
    }
    shown
}

/// `, 1 error, 2 warnings`, or nothing.
fn found(errors: usize, warnings: usize) -> String {
    [(errors, "error"), (warnings, "warning")].iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!(", {}", count(*number, what))).collect()
}

fn json(text: &RuleText, compiled: &Result<Rule, Vec<Diagnostic>>) -> String {
    let name = text.source.as_ref().map_or_else(|| text.name.as_str().into(), |source| source.raw_name());
    let mut line = JsonLine::new().text("name", &name).bool("ok", compiled.is_ok());
    if let Ok(rule) = compiled {
        line = line
            .bool("cannot_fail", rule.cannot_fail())
            .array("may_fail_with", rule.errors().iter().map(|kind| json_text(kind.name())))
            .array("attributes", rule.attributes().iter().map(|path| json_text(path)))
            .text("canonical", &rule.canonical());
    }
    line.array("diagnostics", diagnostics_of(compiled).iter().map(|diagnostic| to_json(diagnostic, &text.text).to_string())).finish()
}

fn rule_set(text: &RuleSetText, format: Format, output: &mut Output) -> Result<Exit, Failure> {
    let loaded = text.load(&Runner::interpreter());
    match format {
        Format::Human => output.write(&human_rule_set(text, &loaded, output))?,
        Format::Json => output.line(&json_rule_set(text, &loaded))?,
    }
    Ok(if loaded.is_ok() { Exit::Done } else { Exit::Rules })
}

/// What was found, and the text that it was found in.
fn findings(loaded: &Result<RuleSet, LoadError>) -> (&[Diagnostic], &str) {
    match loaded {
        Ok(set) => (set.warnings(), set.source()),
        Err(error) => (error.diagnostics(), error.source()),
    }
}

fn human_rule_set(text: &RuleSetText, loaded: &Result<RuleSet, LoadError>, output: &Output) -> String {
    let style = output.style();
    let (diagnostics, source) = findings(loaded);
    let mut shown = render_all(diagnostics, source, &text.name, style);
    if !diagnostics.is_empty() {
        shown.push('\n');
    }
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let found = found(errors, diagnostics.len() - errors);
    match loaded {
        Err(_) => shown.push_str(&format!("{}: {}{found}\n", text.name, paint(style, BAD, "refused"))),
        Ok(set) => {
            let size = set.size();
            let held = [
                (size.categories, "category"),
                (size.items, "item"),
                (size.conditions, "condition"),
                (size.always, "`always` rule"),
                (size.otherwise, "last resort"),
                (size.integrations, "integration"),
                (size.calendars, "calendar"),
                (size.tests, "test"),
            ];
            // A rule set without tests says so; of all else, what is not there is not told.
            let held = held.iter().filter(|(number, what)| *number > 0 || *what == "test").map(|(number, what)| count(*number, what));
            let held = held.collect::<Vec<String>>().join(", ");
            let (name, digest) = (visible(set.name()), set.digest());
            let reads = set.attributes().join(", ");
            shown.push_str(&format!("{}: {}{found}\n  {name} {digest}\n  {held}\n  reads {reads}\n", text.name, paint(style, GOOD, "ok")));
        }
    }
    shown
}

fn json_rule_set(text: &RuleSetText, loaded: &Result<RuleSet, LoadError>) -> String {
    let mut line = JsonLine::new().text("name", &text.source.raw_name()).bool("ok", loaded.is_ok());
    if let Ok(set) = loaded {
        let size = set.size();
        let number = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let counts = JsonLine::new()
            .number("categories", number(size.categories))
            .number("items", number(size.items))
            .number("strategies", number(size.strategies))
            .number("conditions", number(size.conditions))
            .number("always", number(size.always))
            .number("otherwise", number(size.otherwise))
            .number("definitions", number(size.definitions))
            .number("integrations", number(size.integrations))
            .number("calendars", number(size.calendars))
            .number("tests", number(size.tests));
        line = line
            .raw("ruleset", &JsonLine::new().text("name", set.name()).text("digest", set.digest()).finish())
            .raw("counts", &counts.finish())
            .array("attributes", set.attributes().iter().map(|path| json_text(path)));
    }
    let (diagnostics, source) = findings(loaded);
    line.array("diagnostics", diagnostics.iter().map(|diagnostic| to_json(diagnostic, source).to_string())).finish()
}
