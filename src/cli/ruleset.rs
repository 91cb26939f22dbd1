//! The argument RULESET: which arguments are one, its text, and what the loader says of it.

use std::path::Path;

use triggerfish::diagnostic::{Diagnostic, render_all, to_json};
use triggerfish::handoff::{Folder, Loader};
use triggerfish::schema::Format as FileFormat;
use triggerfish::{Limits, LoadError, RuleSet};

use super::args::Format;
use super::backend::Runner;
use super::input::{Problem, Source};
use super::output::{BAD, Output, paint};
use super::rule::is_rule_set;
use super::{Exit, Failure};

/// The endings of files that are rule sets whatever they hold.
const ENDINGS: [&str; 2] = ["yaml", "yml"];
/// A file with another ending is looked into up to this size.
const LONGEST_LOOK: usize = 64 * 1024 * 1024;

/// The text of a rule set and where it comes from.
pub(crate) struct RuleSetText {
    /// The name for messages.
    pub(crate) name: String,
    pub(crate) source: Source,
    /// With the byte order mark, if it has one.
    pub(crate) text: String,
}

/// Whether a file is a rule set: by its ending, else by its content. A file that cannot be read is none; who reads it will say why.
pub(crate) fn looks_like_one(source: &Source) -> bool {
    match source {
        Source::Stdin | Source::Argument(_) => false,
        Source::File(_) if source.has_extension(&ENDINGS) => true,
        Source::File(_) if source.has_extension(&["ndjson", "jsonl"]) => false,
        Source::File(path) => path.is_file() && source.read_text(LONGEST_LOOK).is_ok_and(|text| is_rule_set(&text)),
    }
}

/// The rule set that an argument of a command for rules names: `ruleset.yaml`, `@ruleset.yaml`, or any file that holds one.
pub(crate) fn named_by(argument: &str) -> Option<Source> {
    let name = argument.strip_prefix('@').unwrap_or(argument);
    let source = Source::of(name);
    // What has a space in it is rather a rule.
    let plain = !name.contains(char::is_whitespace) && name.len() < 1024;
    let there = plain || Path::new(name).is_file();
    (name != "-" && there && looks_like_one(&source)).then_some(source)
}

impl RuleSetText {
    /// Reads a rule-set file.
    ///
    /// # Errors
    /// It cannot be read, is too long, or is no UTF-8 text.
    pub(crate) fn read(source: Source) -> Result<RuleSetText, Failure> {
        let text = source.read_whole_text(Limits::default().ruleset_bytes).map_err(|error| match error.problem {
            Problem::Io(_) => Failure::from(error),
            Problem::TooLong(_) | Problem::NotUtf8 { .. } => Failure::Rules(error.to_string()),
        })?;
        Ok(RuleSetText { name: source.name(), source, text })
    }

    /// How the file is written.
    pub(crate) fn file_format(&self) -> FileFormat {
        match &self.source {
            // JSON is YAML, too.
            Source::Stdin | Source::Argument(_) => FileFormat::Yaml,
            Source::File(path) => FileFormat::of(path),
        }
    }

    /// Reads the rule set. Files of lists are looked for in its folder.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(crate) fn load(&self, runner: &Runner) -> Result<RuleSet, LoadError> {
        let (folder, stem) = match &self.source {
            Source::Stdin | Source::Argument(_) => (Path::new(""), None),
            Source::File(path) => (path.parent().unwrap_or(Path::new("")), path.file_stem()),
        };
        let name = stem.map_or_else(|| "ruleset".to_owned(), |stem| stem.to_string_lossy().into_owned());
        let folder = Folder::new(folder);
        let loader = Loader::new().with_name(name).with_file_name(self.name.clone()).with_files(&folder);
        runner.loader(loader).read(&self.text, self.file_format())
    }
}

/// The rule set that an argument names, ready to decide. All that is wrong with it goes to standard error, and the exit code comes back.
///
/// # Errors
/// It cannot be read.
pub(crate) fn load(argument: &Path, runner: &Runner, format: Format, output: &mut Output) -> Result<Result<RuleSet, Exit>, Failure> {
    let text = RuleSetText::read(Source::of(argument))?;
    match text.load(runner) {
        Ok(set) => {
            let found = set.warnings().len();
            if found > 0 {
                let name = &text.name;
                output.warning(&format!("{name} has {}; `triggerfish check {name}` shows more", count(found, "warning")))?;
            }
            Ok(Ok(set))
        }
        Err(error) => {
            tell(error.diagnostics(), error.source(), &text.name, format, output)?;
            Ok(Err(Exit::Rules))
        }
    }
}

/// Tells on standard error why a rule set does not load. `source` is the text that the diagnostics have places in.
///
/// # Errors
/// Standard output takes no more.
pub(crate) fn tell(diagnostics: &[Diagnostic], source: &str, name: &str, format: Format, output: &mut Output) -> Result<(), Failure> {
    let text = match format {
        Format::Human => {
            let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
            let refused = paint(output.error_style(), BAD, "refused");
            format!("{}\n{name}: {refused}, {}\n", render_all(diagnostics, source, name, output.error_style()), count(errors, "error"))
        }
        Format::Json => diagnostics.iter().map(|diagnostic| format!("{}\n", with_file(to_json(diagnostic, source), name))).collect(),
    };
    Ok(output.tell(&text)?)
}

fn with_file(mut diagnostic: serde_json::Value, file: &str) -> serde_json::Value {
    if let serde_json::Value::Object(members) = &mut diagnostic {
        members.insert("file".to_owned(), file.into());
    }
    diagnostic
}

/// `1 error`, `2 errors`, `3 categories`
pub(crate) fn count(number: usize, what: &str) -> String {
    match (number, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {what}s"),
    }
}

/// The same for what is counted one by one.
pub(crate) fn count_of(number: u64, what: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_set_is_known_by_its_ending() {
        for argument in ["acme.yaml", "@acme.yml", "no/such/FILE.YAML"] {
            assert!(named_by(argument).is_some(), "{argument}");
        }
        for argument in ["-", "@-", "a == b.yaml", "cases.ndjson", "user.department", "missing.json", "domain"] {
            assert!(named_by(argument).is_none(), "{argument}");
        }
    }

    #[test]
    fn things_are_counted_in_words() {
        assert_eq!((count(1, "error"), count(0, "warning"), count(2, "category")), ("1 error".to_owned(), "0 warnings".to_owned(), "2 categories".to_owned()));
        assert_eq!(count(1, "category"), "1 category");
    }
}
