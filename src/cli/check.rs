//! `triggerfish check RULE...`

use triggerfish::diagnostic::{Diagnostic, render_all, to_json};
use triggerfish::{Engine, Rule};

use super::args::{CheckArgs, Format};
use super::output::{BAD, GOOD, JsonLine, json_text, paint};
use super::rule::RuleText;
use super::{Exit, Failure, Output, schema};

pub(crate) fn run(args: &CheckArgs, output: &mut Output) -> Result<Exit, Failure> {
    let engine = schema::engine(&args.schema.schema, args.schema.strict)?;
    let mut exit = Exit::Done;
    for (at, argument) in args.rules.iter().enumerate() {
        let name = if args.rules.len() > 1 { format!("rule {}", at + 1) } else { "rule".to_owned() };
        match RuleText::of(argument, &name) {
            Ok(text) => exit = exit.and(check(&text, &engine, args.format.format, output)?),
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
    let found = [(errors, "error"), (diagnostics.len() - errors, "warning")];
    let found: Vec<String> =
        found.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}{}", if *count == 1 { "" } else { "s" })).collect();
    let found = if found.is_empty() { String::new() } else { format!(", {}", found.join(", ")) };
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
