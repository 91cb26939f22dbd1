//! `triggerfish explain [CODE]`, and `triggerfish explain RULESET CONTEXT`

mod decision;

use triggerfish::diagnostic::{Code, ExampleSchema, Severity, explain, shorten};

use super::args::{ExplainArgs, Format};
use super::output::{BAD, DOUBTFUL, JsonLine, paint};
use super::{Exit, Failure, Output, ruleset};

pub(crate) fn run(args: &ExplainArgs, output: &mut Output) -> Result<Exit, Failure> {
    if let Some(name) = &args.what
        && (name == "-" || ruleset::named_by(name).is_some() || !args.files.is_empty())
    {
        return decision::run(args, name, output);
    }
    let Some(word) = &args.what else {
        for code in Code::ALL {
            match args.format.format {
                Format::Human => output.line(&row(*code, output))?,
                Format::Json => output.line(&json(*code))?,
            }
        }
        return Ok(Exit::Done);
    };
    let code: Code = word.parse().map_err(|_| {
        let word = shorten(word, 40);
        Failure::Usage(format!("`{word}` is neither a rule set nor a diagnostic code; `triggerfish explain` lists all codes"))
    })?;
    match args.format.format {
        Format::Human => output.write(&explain(code))?,
        Format::Json => output.line(&json(code))?,
    }
    Ok(Exit::Done)
}

fn row(code: Code, output: &Output) -> String {
    let weight = match code.severity() {
        Severity::Warning => DOUBTFUL,
        Severity::Error => BAD,
    };
    format!("{}  {}  {}", code.id(), paint(output.style(), weight, &format!("{:7}", code.severity().name())), code.title())
}

fn json(code: Code) -> String {
    let example = code.example();
    let schema = match example.schema {
        ExampleSchema::None => "none",
        ExampleSchema::Lenient | ExampleSchema::Strict => "builtin",
        ExampleSchema::RuleSet => "ruleset",
    };
    let shown = JsonLine::new()
        .text("rule", &example.rule.text())
        .text("schema", schema)
        .bool("strict", example.schema == ExampleSchema::Strict)
        .text("better", example.better)
        .finish();
    JsonLine::new()
        .text("code", code.id())
        .text("severity", code.severity().name())
        .text("title", code.title())
        .text("explanation", code.explanation())
        .raw("example", &shown)
        .finish()
}
