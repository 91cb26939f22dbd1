//! `triggerfish fmt [FILE...]`

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use triggerfish::diagnostic::visible;
use triggerfish::{Limits, handoff, syntax};

use super::args::{FmtArgs, Format};
use super::input::Source;
use super::rule::{RuleText, is_rule_set};
use super::ruleset::{self, RuleSetText};
use super::{Exit, Failure, Output};

pub(crate) fn run(args: &FmtArgs, output: &mut Output) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    for source in Source::all(&args.files) {
        match format(source, args.check, output) {
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

fn format(source: Source, check: bool, output: &mut Output) -> Result<Exit, Failure> {
    if source.has_extension(&["ndjson", "jsonl"]) {
        return Err(Failure::Usage(format!("{} is a file of cases or contexts, not of rules", source.name())));
    }
    if ruleset::looks_like_one(&source) {
        return rule_set(RuleSetText::read(source)?, check, output);
    }
    let rule = RuleText::read_any(source.clone())?;
    if is_rule_set(&rule.text) {
        return rule_set(RuleSetText { name: rule.name, source, text: rule.text }, check, output);
    }
    let parsed = match syntax::parse(&rule.text, &Limits::default()) {
        Ok(parsed) => parsed,
        Err(diagnostics) => {
            rule.tell(&diagnostics, Format::Human, output)?;
            return Ok(Exit::Rules);
        }
    };
    let canonical = syntax::print(&parsed.rule) + "\n";
    finish(&source, &rule.name, &rule.text, &canonical, check, output)
}

/// Formats the expressions of a rule set; all else stays as it is.
fn rule_set(read: RuleSetText, check: bool, output: &mut Output) -> Result<Exit, Failure> {
    let bare = read.text.strip_prefix('\u{feff}');
    match handoff::format(bare.unwrap_or(&read.text), read.file_format(), &Limits::default()) {
        Ok(formatted) => {
            let mark = if bare.is_some() { "\u{feff}" } else { "" };
            finish(&read.source, &read.name, &read.text, &format!("{mark}{formatted}"), check, output)
        }
        Err(error) => {
            ruleset::tell(error.diagnostics(), error.source(), &read.name, Format::Human, output)?;
            Ok(Exit::Rules)
        }
    }
}

/// Writes what was formatted, or says whether it differs.
fn finish(source: &Source, name: &str, before: &str, after: &str, check: bool, output: &mut Output) -> Result<Exit, Failure> {
    let differs = before != after;
    if check {
        if differs {
            output.line(name)?;
        }
        return Ok(if differs { Exit::Differs } else { Exit::Done });
    }
    match source {
        Source::Stdin | Source::Argument(_) => output.write(after)?,
        Source::File(path) if differs => {
            replace(path, after).map_err(|error| Failure::Usage(format!("cannot write {name}: {}", visible(&error.to_string()))))?
        }
        Source::File(_) => {}
    }
    Ok(Exit::Done)
}

/// Gives a file new content, as a whole or not at all: whoever reads it meanwhile sees the old one or the new one.
fn replace(path: &Path, content: &str) -> io::Result<()> {
    // The file that a symbolic link leads to is replaced, not the link.
    let path = fs::canonicalize(path)?;
    let permissions = fs::metadata(&path)?.permissions();
    if permissions.readonly() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let (mut file, draft) = new_beside(&path)?;
    let written = file.write_all(content.as_bytes()).and_then(|()| file.set_permissions(permissions)).and_then(|()| file.sync_all());
    let result = written.and_then(|()| fs::rename(&draft, &path));
    if result.is_err() {
        // What could not be finished is not left lying about.
        _ = fs::remove_file(&draft);
    }
    result
}

/// A new file in the same folder: only there is renaming certain to replace at once.
fn new_beside(path: &Path) -> io::Result<(File, PathBuf)> {
    const TRIES: u32 = 100;
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
    for attempt in 0..TRIES {
        let mut name = name.clone();
        name.push(format!(".{}.{attempt}.tmp", std::process::id()));
        let draft = path.with_file_name(name);
        match OpenOptions::new().write(true).create_new(true).open(&draft) {
            Ok(file) => return Ok((file, draft)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}
