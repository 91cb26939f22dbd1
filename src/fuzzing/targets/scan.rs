//! What the scan passes, everything behind it can bear: parsing, checking, printing, evaluating and dropping, on the smallest stack that is promised.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use super::super::generate;
use super::super::{Input, Tally, report};
use super::parse::depth;
use crate::Engine;
use crate::limits::Limits;
use crate::syntax::{parse, print, scan};
use crate::value::{Timestamp, Value};

/// The stack that the language promises to fit.
const STACK: usize = if cfg!(debug_assertions) && !cfg!(fuzzing) { 1024 * 1024 } else { 256 * 1024 };

/// A tree may have so many levels for each level of nesting: `OR AND NOT == + * -` and a postfix chain.
const LEVELS: usize = 8;

/// Looks at one input.
pub(in super::super) fn run(bytes: &[u8], tally: &mut Tally) {
    tally.inputs += 1;
    let seen = on_a_small_stack(rule(bytes));
    tally.valid += u64::from(seen.valid);
    tally.refused += u64::from(!seen.valid);
    tally.matched += u64::from(seen.matched);
    tally.unmatched += u64::from(seen.unmatched);
    tally.failed += u64::from(seen.failed);
}

/// The rule of an input.
pub(in super::super) fn rule(bytes: &[u8]) -> String {
    match Input::of(bytes) {
        Input::Text(..) => String::from_utf8_lossy(bytes).into_owned(),
        Input::Decisions(mut dice) => match dice.roll(4) {
            0 => generate::text(&mut dice, generate::builtin()),
            _ => generate::nested(&mut dice),
        },
    }
}

#[derive(Default)]
struct Found {
    valid: bool,
    matched: bool,
    unmatched: bool,
    failed: bool,
}

/// A thread that is kept, because making one for each input costs more than most inputs.
struct Worker {
    texts: Sender<String>,
    found: Receiver<Found>,
}

fn on_a_small_stack(source: String) -> Found {
    static WORKER: Mutex<Option<Worker>> = Mutex::new(None);
    let mut worker = WORKER.lock().unwrap_or_else(PoisonError::into_inner);
    let found = worker.get_or_insert_with(start).ask(source);
    match found {
        Some(found) => found,
        None => {
            *worker = None;
            unreachable!("the thread with the small stack has panicked")
        }
    }
}

impl Worker {
    fn ask(&self, source: String) -> Option<Found> {
        self.texts.send(source).ok()?;
        self.found.recv().ok()
    }
}

fn start() -> Worker {
    let (texts, to_read) = channel::<String>();
    let (to_tell, found) = channel();
    let work = move || {
        while let Ok(source) = to_read.recv() {
            if to_tell.send(look(&source)).is_err() {
                break;
            }
        }
    };
    let started = std::thread::Builder::new().name("small stack".to_owned()).stack_size(STACK).spawn(work);
    assert!(started.is_ok(), "a thread can be started");
    Worker { texts, found }
}

fn look(source: &str) -> Found {
    let limits = Limits::default();
    let scanned = scan(source, &limits);
    let parsed = parse(source, &limits);
    let (scanned, parsed) = match (scanned, parsed) {
        (Ok(scanned), Ok(parsed)) => (scanned, parsed),
        (Ok(_), Err(diagnostics)) => {
            report::look_at(&diagnostics, source);
            return Found::default();
        }
        (Err(refused), parsed) => {
            assert!(parsed.is_err_and(|diagnostics| diagnostics == [*refused]), "the scan refuses what the parser takes\n{source:?}");
            return Found::default();
        }
    };
    assert!(scanned.nesting <= limits.effective_nesting());
    let levels = depth(&parsed.rule.expr);
    assert!(levels <= LEVELS * (scanned.nesting + 1), "a tree of {levels} levels, {} nested\n{source}", scanned.nesting);
    let printed = print(&parsed.rule);
    assert!(!printed.is_empty());
    drop(parsed);
    // Nested lambdas use up all steps, and what stands between them is free: with the default budget they take seconds, and this target looks for depth.
    let engine = Engine::new().with_limits(Limits { steps: 10_000, ..limits });
    let Ok(rule) = engine.compile(source) else { return Found { valid: true, ..Found::default() } };
    let mut found = Found { valid: true, ..Found::default() };
    for context in contexts() {
        let Ok(context) = rule.bind_json(context.as_bytes()) else { continue };
        let outcome = rule.evaluate(&context, Timestamp::EPOCH);
        let trace = rule.trace(&context, Timestamp::EPOCH);
        assert_eq!(outcome.is_ok(), trace.outcome.is_ok(), "{source}");
        match outcome {
            Ok(value) => {
                // Walks that recurse: writing, comparing, dropping.
                let written = value.to_string();
                assert!(!written.is_empty() && value == Value::clone(&value));
                found.matched |= value.is_truthy();
                found.unmatched |= !value.is_truthy();
            }
            Err(_) => found.failed = true,
        }
    }
    let _ = rule.program().dump();
    found
}

/// A context with what nested rules read, and one that is as deep as contexts may be.
fn contexts() -> &'static [String; 2] {
    static CONTEXTS: std::sync::LazyLock<[String; 2]> = std::sync::LazyLock::new(|| {
        let deep = format!("{}1{}", "[".repeat(60), "]".repeat(60));
        let maps = format!("{}1{}", "{\"b\":".repeat(60), "}".repeat(60));
        [
            r#"{"a": true, "l": [1, 2, 3], "x": [[1], "t", {"b": 1}], "acc": {"b": {"b": 1}}}"#.to_owned(),
            format!(r#"{{"a": null, "l": [{}1], "x": {deep}, "acc": {maps}}}"#, "1,".repeat(140)),
        ]
    });
    &CONTEXTS
}
