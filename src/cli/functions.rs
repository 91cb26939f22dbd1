//! `triggerfish functions [NAME]`: the reference, from the function table.

use triggerfish::builtins::{self, Builtin, Family, Param, Takes};
use triggerfish::diagnostic::shorten;
use triggerfish::value::{ErrorKinds, EvalErrorKind, Kinds};

use super::args::{FunctionsArgs, ReferenceFormat};
use super::output::{FAINT, JsonLine, STRONG, json_text, paint};
use super::{Exit, Failure, Output};

pub(crate) fn run(args: &FunctionsArgs, output: &mut Output) -> Result<Exit, Failure> {
    let one = args.name.as_deref().map(find).transpose()?;
    match (args.format, one) {
        (ReferenceFormat::Human, None) => overview(output)?,
        (ReferenceFormat::Human, Some(function)) => describe(function, output)?,
        (ReferenceFormat::Json, None) => builtins::ALL.iter().try_for_each(|function| output.line(&json(function)))?,
        (ReferenceFormat::Json, Some(function)) => output.line(&json(function))?,
        (ReferenceFormat::Markdown, None) => output.write(&reference())?,
        (ReferenceFormat::Markdown, Some(function)) => output.write(&chapter_entry(function))?,
    }
    Ok(Exit::Done)
}

fn find(name: &str) -> Result<&'static Builtin, Failure> {
    let bare = name.strip_prefix('$').unwrap_or(name);
    if let Some(id) = builtins::find(bare) {
        return Ok(id.get());
    }
    let upper: String = bare.chars().take(64).map(|c| c.to_ascii_uppercase()).collect();
    let near =
        builtins::ALL.iter().map(|row| (strsim::osa_distance(&upper, row.name), row.name)).min().filter(|(distance, _)| *distance <= upper.len().div_ceil(3));
    let help = near.map_or_else(|| "`triggerfish functions` lists all of them".to_owned(), |(_, near)| format!("did you mean `${near}`?"));
    Err(Failure::Usage(format!("there is no function `${}`; {help}", shorten(bare, 40))))
}

/// The functions of each family.
fn chapters() -> impl Iterator<Item = (Family, impl Iterator<Item = &'static Builtin>)> {
    Family::ALL.into_iter().map(|family| (family, builtins::ALL.iter().filter(move |function| function.family == family)))
}

fn overview(output: &mut Output) -> Result<(), Failure> {
    let width = builtins::ALL.iter().map(|function| function.signature().len()).max().unwrap_or(0);
    for (at, (family, functions)) in chapters().enumerate() {
        let heading = paint(output.style(), STRONG, family.title()).into_owned();
        output.line(&format!("{}{heading}", if at == 0 { "" } else { "\n" }))?;
        for function in functions {
            output.line(&format!("  {:width$}  {}", function.signature(), function.doc))?;
        }
    }
    Ok(())
}

fn describe(function: &Builtin, output: &mut Output) -> Result<(), Failure> {
    let style = output.style();
    let mut text = format!("{}\n\n{}\n", paint(style, STRONG, &function.signature()), function.doc);
    for param in function.params {
        text.push_str(&format!("\n  {}: {}", paint(style, STRONG, param.name), takes(param)));
    }
    text.push_str(&format!("{}\n  gives {}\n", if function.params.is_empty() { "" } else { "\n" }, function.result));
    text.push_str(&format!("  {}\n", errors(function)));
    for note in function.notes {
        text.push_str(&format!("\n- {note}"));
    }
    let (rule, result) = function.example;
    text.push_str(&format!(
        "{}\nExample:\n\n    {rule}\n    {}\n",
        if function.notes.is_empty() { "" } else { "\n" },
        paint(style, FAINT, &format!("# {result}"))
    ));
    Ok(output.write(&text)?)
}

/// What fits a parameter.
fn takes(param: &Param) -> String {
    let what = match param.takes {
        Takes::Values(kinds) => kinds.to_string(),
        Takes::Lambda(1) => "a lambda, `x => ...`".to_owned(),
        Takes::Lambda(_) => "a lambda, `(acc, x) => ...`".to_owned(),
    };
    if param.need.is_optional() { format!("{what}; may be left out") } else { what }
}

/// What a call may fail with: by the kinds of its arguments, and by itself. Any call may exceed the budget.
fn error_names(function: &Builtin) -> Vec<&'static str> {
    let mismatch = EvalErrorKind::TypeMismatch;
    let selective = function.params.iter().any(|param| matches!(param.takes, Takes::Values(kinds) if kinds.or(Kinds::NULL) != Kinds::ANY));
    let kinds = if selective { function.errors.or(ErrorKinds::of(&[mismatch])) } else { function.errors };
    kinds.iter().map(EvalErrorKind::name).collect()
}

fn errors(function: &Builtin) -> String {
    let names = error_names(function);
    if names.is_empty() { "cannot fail".to_owned() } else { format!("may fail with {}", names.join(", ")) }
}

fn json(function: &Builtin) -> String {
    let params = function.params.iter().map(|param| {
        let row = JsonLine::new().text("name", param.name).bool("optional", param.need.is_optional());
        match param.takes {
            Takes::Values(kinds) => row.array("kinds", kinds.iter().map(|kind| json_text(kind.name()))),
            Takes::Lambda(params) => row.raw("lambda", &params.to_string()),
        }
        .finish()
    });
    let (rule, result) = function.example;
    JsonLine::new()
        .text("name", &format!("${}", function.name))
        .text("signature", &function.signature())
        .text("family", function.family.title())
        .text("doc", function.doc)
        .array("params", params)
        .bool("variadic", function.variadic)
        .array("gives", function.result.iter().map(|kind| json_text(kind.name())))
        .array("errors", error_names(function).into_iter().map(json_text))
        .array("notes", function.notes.iter().map(|note| json_text(note)))
        .raw("example", &JsonLine::new().text("rule", rule).text("result", result).finish())
        .finish()
}

fn reference() -> String {
    let mut text = "# Functions\n\nWritten by `triggerfish functions --format markdown`.\n\n\
        `v.$FUNC(a)` is `$FUNC(v, a)`. Names are matched in any letter case. A `NULL` operand gives `NULL`, or `FALSE` where the function answers a question; \
        an argument of another kind than is listed is `type_mismatch`. Any call may exceed the budget of an evaluation.\n"
        .to_owned();
    for (family, functions) in chapters() {
        text.push_str(&format!("\n## {}\n", family.title()));
        for function in functions {
            text.push('\n');
            text.push_str(&chapter_entry(function));
        }
    }
    text
}

fn chapter_entry(function: &Builtin) -> String {
    let mut text = format!("### `{}`\n\n{}\n\n", function.signature(), function.doc);
    for param in function.params {
        text.push_str(&format!("- `{}`: {}\n", param.name, takes(param)));
    }
    text.push_str(&format!("- gives {}; {}\n", function.result, errors(function)));
    if !function.notes.is_empty() {
        text.push_str(&format!("\n{}\n", function.notes.join(" ")));
    }
    let (rule, result) = function.example;
    text.push_str(&format!("\n```text\n{rule}\n```\n\ngives `{result}`.\n"));
    text
}
