//! The argument RULE: what it is by its looks, its text, and what the compiler says of it.

use std::path::Path;

use triggerfish::diagnostic::{Diagnostic, render_all, to_json, visible};
use triggerfish::value::json::Reader;
use triggerfish::{Engine, Limits, Rule};

use super::Failure;
use super::args::Format;
use super::input::{Problem, Source};
use super::output::Output;

/// The text of a rule, without a byte order mark, and where it comes from.
pub(crate) struct RuleText {
    /// The name for messages.
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) source: Option<Source>,
}

/// What an argument is by its looks.
#[derive(PartialEq, Eq, Debug)]
enum Looks {
    /// `TF0105`
    Code,
    /// `cases.ndjson`
    Records,
    /// `@FILE`
    File(Source),
    /// Anything else.
    Text,
}

fn looks(argument: &str) -> Looks {
    let file = match argument {
        "-" => Some("-"),
        argument => argument.strip_prefix('@'),
    };
    if argument.strip_prefix("TF").is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit())) {
        Looks::Code
    } else if has_extension(argument, "ndjson") || has_extension(argument, "jsonl") {
        Looks::Records
    } else {
        file.map_or(Looks::Text, |file| Looks::File(Source::of(file)))
    }
}

/// Whether it is the name of a file of this kind. With a space in it, it is rather a rule that ends in the name of a member.
fn has_extension(argument: &str, extension: &str) -> bool {
    let extends = Path::new(argument).extension().is_some_and(|found| found.eq_ignore_ascii_case(extension));
    extends && (!argument.contains(char::is_whitespace) || is_file(argument.strip_prefix('@').unwrap_or(argument)))
}

impl RuleText {
    /// The rule that an argument gives; `name` is for messages, where it is no file.
    ///
    /// # Errors
    /// The argument is something else, or its file cannot be read.
    pub(crate) fn of(argument: &str, name: &str) -> Result<RuleText, Failure> {
        let shown = visible(argument);
        match looks(argument) {
            Looks::Code => Err(Failure::Usage(format!("`{shown}` is a diagnostic code, not a rule: `triggerfish explain {shown}` explains it"))),
            Looks::Records => Err(Failure::Usage(format!(
                "`{shown}` is a file of cases or contexts, not a rule: `triggerfish test FILE` runs cases, `triggerfish eval RULE FILE` takes contexts"
            ))),
            Looks::File(source) => RuleText::read(source),
            Looks::Text => {
                if is_rule_set_file(argument) {
                    return Err(rule_set(&shown));
                }
                Ok(RuleText { name: name.to_owned(), text: argument.to_owned(), source: None })
            }
        }
    }

    /// Reads a file that holds one rule.
    ///
    /// # Errors
    /// It cannot be read, is no UTF-8 text, or is a rule set.
    pub(crate) fn read(source: Source) -> Result<RuleText, Failure> {
        let rule = RuleText::read_any(source)?;
        if is_rule_set(&rule.text) { Err(rule_set(&rule.name)) } else { Ok(rule) }
    }

    /// Reads a file that holds one rule, or a rule set.
    ///
    /// # Errors
    /// It cannot be read, or is no UTF-8 text.
    pub(crate) fn read_any(source: Source) -> Result<RuleText, Failure> {
        // Somewhat more than a rule may have: the compiler then says how long it is, and what to do about it.
        let limit = Limits::default().source_bytes.saturating_mul(16);
        let text = source.read_text(limit).map_err(|error| match error.problem {
            Problem::Io(_) => Failure::from(error),
            Problem::TooLong(_) | Problem::NotUtf8 { .. } => Failure::Rules(error.to_string()),
        })?;
        Ok(RuleText { name: source.name(), text, source: Some(source) })
    }

    /// Compiles the rule. Where that fails, the diagnostics are still to be shown.
    ///
    /// # Errors
    /// What is wrong with the rule.
    pub(crate) fn compile(&self, engine: &Engine) -> Result<Rule, Vec<Diagnostic>> {
        engine.compile(&self.text).map_err(|error| error.diagnostics().to_vec())
    }

    /// Tells diagnostics on standard error.
    ///
    /// # Errors
    /// Standard output takes no more.
    pub(crate) fn tell(&self, diagnostics: &[Diagnostic], format: Format, output: &mut Output) -> Result<(), Failure> {
        if diagnostics.is_empty() {
            return Ok(());
        }
        let text = match format {
            Format::Human => render_all(diagnostics, &self.text, &self.name, output.error_style()) + "\n",
            Format::Json => diagnostics.iter().map(|diagnostic| format!("{}\n", to_json(diagnostic, &self.text))).collect(),
        };
        Ok(output.tell(&text)?)
    }

    /// A word to those who named a file but forgot the `@`: many file names are rules, too.
    ///
    /// # Errors
    /// Standard output takes no more.
    pub(crate) fn warn_of_file(&self, output: &mut Output) -> Result<(), Failure> {
        if self.source.is_none() && is_file(&self.text) {
            let name = visible(&self.text);
            output.warning(&format!("`{name}` is taken as the text of a rule; there is a file of that name, which is read as `@{name}`"))?;
        }
        Ok(())
    }
}

fn is_file(argument: &str) -> bool {
    argument.len() < 1024 && Path::new(argument).is_file()
}

/// Whether an argument names a file that is a rule set by its content, whatever the argument is taken for.
fn is_rule_set_file(argument: &str) -> bool {
    const LONGEST: usize = 16 * 1024 * 1024;
    is_file(argument) && Source::of(argument).read_text(LONGEST).is_ok_and(|text| is_rule_set(&text))
}

/// Files of contexts may be large: only those that may hold YAML are looked into.
///
/// # Errors
/// One of them is a rule set.
pub(crate) fn refuse_rule_sets(sources: &[Source]) -> Result<(), Failure> {
    let found = sources.iter().find(|source| source.has_extension(&["yaml", "yml"]) && is_rule_set_file(&source.raw_name()));
    found.map_or(Ok(()), |source| Err(Failure::Usage(format!("{} is a rule set, not contexts", source.name()))))
}

fn rule_set(name: &str) -> Failure {
    Failure::Usage(format!("{name} is a rule set, not a rule: `triggerfish decide {name} CONTEXT...` decides with it"))
}

/// Whether the top level of a YAML or JSON text has the key `triggerfish`.
pub(crate) fn is_rule_set(text: &str) -> bool {
    is_json_rule_set(text).unwrap_or(false)
        || text.lines().any(|line| {
            let quoted = |quote: char| line.strip_prefix(quote).and_then(|line| line.strip_prefix("triggerfish")).and_then(|line| line.strip_prefix(quote));
            let behind = line.strip_prefix("triggerfish").or_else(|| quoted('"')).or_else(|| quoted('\''));
            let value = behind.and_then(|behind| behind.trim_start_matches([' ', '\t']).strip_prefix(':'));
            value.is_some_and(|value| value.is_empty() || value.starts_with([' ', '\t', '\r']))
        })
}

fn is_json_rule_set(text: &str) -> Option<bool> {
    let mut reader = Reader::new(text.as_bytes(), Limits::DEEPEST_NESTING).ok()?;
    reader.object().ok()?;
    while let Some(key) = reader.next_key().ok()? {
        if key == "triggerfish" {
            return Some(true);
        }
        reader.skip().ok()?;
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_is_known_by_its_looks() {
        for (argument, expected) in [
            ("TF0105", Looks::Code),
            ("TF010", Looks::Text),
            ("(TF0105)", Looks::Text),
            ("a/b.ndjson", Looks::Records),
            ("@b.JSONL", Looks::Records),
            ("@a.rule", Looks::File(Source::of("a.rule"))),
            ("@-", Looks::File(Source::Stdin)),
            ("-", Looks::File(Source::Stdin)),
            ("x == \"a.ndjson\"", Looks::Text),
            ("x == y.ndjson", Looks::Text),
            ("user.department", Looks::Text),
        ] {
            assert_eq!(looks(argument), expected, "{argument}");
        }
    }

    #[test]
    fn a_rule_set_is_known_by_its_key() {
        for text in ["# c\nname: a\ntriggerfish: 1\n", "\"triggerfish\": 1", "triggerfish:\r\n", "{\"a\": {}, \"triggerfish\": 1}", "'triggerfish' : 1"] {
            assert!(is_rule_set(text), "{text}");
        }
        for text in
            ["x == 1 # triggerfish: 1", "triggerfish == 1", "  triggerfish: 1", "{\"a\": {\"triggerfish\": 1}}", "{\"a\": triggerfish}", "triggerfish:x", ""]
        {
            assert!(!is_rule_set(text), "{text}");
        }
    }
}
