//! What the tests know of the library's interface, in one place: a refactoring edits a function here, not two hundred tests.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(unreachable_pub, reason = "a module that several test crates include")]
#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use triggerfish::diagnostic::{self, Diagnostic, Style};
use triggerfish::schema::Schema;
use triggerfish::syntax::{self, ast};
use triggerfish::{CompileError, Engine, EvalErrorKind, EvaluateError, Limits, Rule, Timestamp, Value};

/// What `$TIME()` gives unless a test says otherwise: 2026-01-05T10:30:45Z.
pub const NOW: i64 = 1_767_609_045;

pub fn now() -> Timestamp {
    Timestamp::from_seconds(NOW).unwrap()
}

// ---- rules

/// An engine that knows no schema.
pub fn bare() -> Engine {
    Engine::new()
}

/// An engine with the built-in schema.
pub fn builtin(strict: bool) -> Engine {
    let schema = Schema { strict, ..Schema::clone(&Schema::builtin()) };
    Engine::new().with_schema(schema)
}

pub fn with_limits(limits: Limits) -> Engine {
    Engine::new().with_limits(limits)
}

/// A rule that must compile.
#[track_caller]
pub fn compile(engine: &Engine, source: &str) -> Rule {
    engine.compile(source).unwrap_or_else(|error| panic!("{source}\n{error}"))
}

/// Everything that is said about a rule, whether it compiles or not.
pub fn findings(engine: &Engine, source: &str) -> Vec<Diagnostic> {
    match engine.compile(source) {
        Ok(rule) => rule.diagnostics().to_vec(),
        Err(error) => error.diagnostics().to_vec(),
    }
}

/// The codes of everything that is said about a rule, in order: `TF0105`.
pub fn codes(engine: &Engine, source: &str) -> Vec<&'static str> {
    findings(engine, source).iter().map(|diagnostic| diagnostic.code.id()).collect()
}

/// The findings as people read them without a terminal.
pub fn rendered(engine: &Engine, source: &str) -> String {
    diagnostic::render_all(&findings(engine, source), source, "rule", Style::Plain)
}

/// What came of a rule: its value, or why there is none.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    Value(Value),
    /// A run-time error and the text that it points at.
    Error(EvalErrorKind, String),
    Refused(Vec<&'static str>),
    Unbound(String),
}

/// Compiles a rule, binds a JSON context, evaluates.
pub fn run(engine: &Engine, source: &str, context: &str) -> Outcome {
    match engine.compile(source) {
        Err(error) => Outcome::Refused(refusals(&error)),
        Ok(rule) => outcome(&rule, context),
    }
}

pub fn outcome(rule: &Rule, context: &str) -> Outcome {
    match rule.evaluate_json(context.as_bytes(), now()) {
        Ok(value) => Outcome::Value(value),
        Err(EvaluateError::Context(error)) => Outcome::Unbound(error.pointer),
        Err(EvaluateError::Evaluation(error)) => Outcome::Error(error.kind, error.span.of(rule.source()).to_owned()),
    }
}

/// The codes of the errors that keep a rule from running.
pub fn refusals(error: &CompileError) -> Vec<&'static str> {
    error.diagnostics().iter().filter(|diagnostic| diagnostic.is_error()).map(|diagnostic| diagnostic.code.id()).collect()
}

// ---- syntax

pub fn parse(source: &str) -> Result<ast::Rule, Vec<Diagnostic>> {
    syntax::parse(source, &Limits::default()).map(|parsed| parsed.rule)
}

/// How deep the scan finds a text to be nested; `None` where it refuses it.
pub fn nesting(source: &str) -> Option<usize> {
    syntax::scan(source, &Limits::default()).ok().map(|scan| scan.nesting)
}

// ---- everything, on a small stack

/// Takes any text all the way that a text can go: scan, parse, print, check with and without a schema, run, trace, render, drop.
/// Says whether it parsed.
pub fn whole_way(source: &str) -> bool {
    let tree = parse(source);
    let parses = tree.is_ok();
    if let Ok(tree) = tree {
        let printed = syntax::print(&tree);
        if printed.len() <= Limits::default().source_bytes {
            let again = parse(&printed).unwrap_or_else(|found| panic!("the canonical text does not parse: {found:?}"));
            assert!(again.expr == tree.expr, "the canonical text says something else");
        }
        drop(tree.clone());
    }
    for engine in [bare(), builtin(false), builtin(true)] {
        match engine.compile(source) {
            Ok(rule) => {
                let _ = rule.canonical();
                let _ = rule.program().dump();
                let _ = rule.attributes();
                let shown = rule.diagnostics().len().min(50);
                let _ = diagnostic::render_all(&rule.diagnostics()[..shown], source, "rule", Style::Plain);
                for context in ["{}", r#"{"a": [[1, 2], "x"], "c": true, "l": [1, [2]], "x": {"a": 1}, "user": {"department": "Sales"}}"#] {
                    let Ok(bound) = rule.bind_json(context.as_bytes()) else { continue };
                    let value = rule.evaluate(&bound, now());
                    let matches = rule.matches(&bound, now());
                    assert_eq!(value.as_ref().map(Value::is_truthy).map_err(|error| *error), matches, "`matches` is the truth of `evaluate`");
                    let trace = rule.trace(&bound, now());
                    assert_eq!(trace.outcome, value, "a trace has the outcome of the evaluation");
                }
            }
            Err(error) => {
                assert!(!error.diagnostics().is_empty(), "a refusal says why");
                // A rule may have thousands of findings in one line, which takes seconds to draw.
                let shown = error.diagnostics().len().min(50);
                let _ = diagnostic::render_all(&error.diagnostics()[..shown], source, "rule", Style::Plain);
                for found in &error.diagnostics()[..shown] {
                    let _ = diagnostic::to_json(found, source);
                }
            }
        }
    }
    parses
}

/// The stack that the language promises to fit: 256 KiB in release, 1 MiB in debug.
pub const SMALL_STACK: usize = if cfg!(debug_assertions) { 1024 * 1024 } else { 256 * 1024 };

/// Nothing that a rule can ask for takes anywhere near as long; what does, hangs.
const HANGS_AFTER: Duration = Duration::from_secs(10);

/// Runs work on a small stack, in a thread of the name (which an overflow reports), and fails if it hangs.
#[track_caller]
pub fn on_small_stack<T: Send + 'static>(name: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, waits) = mpsc::channel();
    let name: String = name.chars().filter(|character| !character.is_control()).take(60).collect();
    let thread = std::thread::Builder::new().name(name.clone()).stack_size(SMALL_STACK).spawn(move || done.send(work())).unwrap();
    match waits.recv_timeout(HANGS_AFTER) {
        Ok(result) => {
            let _ = thread.join();
            result
        }
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("`{name}` hangs"),
        Err(mpsc::RecvTimeoutError::Disconnected) => panic!("`{name}` panicked"),
    }
}

// ---- files

/// A folder or file of the repository.
pub fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// All files below a folder with an extension, in order of name.
pub fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![path(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|has| has == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Compares a text with a golden file, or writes the file when `UPDATE_GOLDEN` is set.
#[track_caller]
pub fn assert_golden(path: &Path, text: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return;
    }
    let golden = read(path);
    if golden != text {
        let at = golden.lines().zip(text.lines()).position(|(a, b)| a != b).unwrap_or_else(|| golden.lines().count().min(text.lines().count()));
        let line = |text: &str| text.lines().nth(at).unwrap_or("(the end)").to_owned();
        panic!(
            "{}:{} differs\n  golden: {}\n  now:    {}\nlook at all of it with `UPDATE_GOLDEN=1 cargo test` and `git diff`",
            path.display(),
            at + 1,
            line(&golden),
            line(text)
        );
    }
}
