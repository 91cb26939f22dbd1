//! Fuzzing: generators of inputs, and what must hold for each of them.
//!
//! ```text
//! bytes --generate--> rules and rule sets, schemas, contexts --targets--> assertions, Tally
//! ```
//!
//! A fuzz target of `fuzz/` is glue around a row of [`TARGETS`]; `tests/fuzz_smoke.rs` runs each row for a second over seeded noise, and
//! `tests/regressions.rs` replays the inputs that once broke something. A body panics where a promise of the language is broken, and counts in a
//! [`Tally`] what its inputs were, so that "no crash" means something.
//!
//! An input that begins with [`STRUCTURED`] is a stream of decisions for the generators; any other is text, so that seeds and dictionaries are of use.

mod calendars;
mod compared;
mod decided;
mod dictionary;
mod facts;
pub mod generate;
mod judge;
mod outcome;
mod report;
mod targets;

use std::fmt;

pub use compared::{Compared, forms, helpers};
pub use decided::Decided;
pub use dictionary::dictionary;
pub use targets::backends::{Extent, compare};

use generate::Dice;

/// A fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name, that of the binary in `fuzz/`.
    pub name: &'static str,
    /// What it holds to be true, in a few words.
    pub doc: &'static str,
    /// Looks at one input.
    pub body: fn(&[u8], &mut Tally),
    /// The rule that an input stands for.
    pub rule: fn(&[u8]) -> String,
}

/// All targets.
pub const TARGETS: [Target; 11] = [
    Target { name: "parse", doc: "any text parses or is refused with diagnostics that point into it", body: targets::parse::run, rule: targets::parse::rule },
    Target { name: "scan", doc: "what the scan passes, everything behind it can bear on a small stack", body: targets::scan::run, rule: targets::scan::rule },
    Target { name: "roundtrip", doc: "printing keeps meaning and comments, and is idempotent", body: targets::roundtrip::run, rule: targets::roundtrip::rule },
    Target { name: "check", doc: "what the checker says of a rule is what happens when it runs", body: targets::check::run, rule: targets::check::rule },
    Target { name: "evaluate", doc: "all ways to evaluate agree, within their budgets", body: targets::evaluate::run, rule: targets::evaluate::rule },
    Target { name: "bind", doc: "JSON bytes bind in one way", body: targets::bind::run, rule: targets::evaluate::rule },
    Target {
        name: "backends",
        doc: "native code gives what the interpreter gives, and charges the same",
        body: targets::backends::run,
        rule: targets::backends::rule,
    },
    Target {
        name: "matcher",
        doc: "a set of rules gives what each of them gives alone, whatever was edited",
        body: targets::matcher::run,
        rule: targets::matcher::rule,
    },
    Target {
        name: "ruleset",
        doc: "any file loads and means the same however it is written, or is refused with diagnostics that point into it",
        body: targets::ruleset::run,
        rule: targets::ruleset::rule,
    },
    Target { name: "decide", doc: "there is always a decision, and it keeps its promises", body: targets::decide::run, rule: targets::decide::rule },
    Target { name: "template", doc: "what is rendered keeps the promises of its position", body: targets::template::run, rule: targets::template::rule },
];

/// The target of a name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// What the inputs of a run were.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tally {
    /// Inputs looked at.
    pub inputs: u64,
    /// Inputs whose rule was accepted.
    pub valid: u64,
    /// Inputs whose rule was refused with diagnostics.
    pub refused: u64,
    /// Accepted rules that say that they cannot fail.
    pub safe: u64,
    /// Contexts that did not bind.
    pub unbound: u64,
    /// Contexts that the scan bound alone.
    pub scanned: u64,
    /// Evaluations that gave something falsy.
    pub unmatched: u64,
    /// Evaluations that gave something truthy.
    pub matched: u64,
    /// Evaluations that failed.
    pub failed: u64,
    /// Fixes that were applied.
    pub fixed: u64,
    /// What was decided.
    pub handoff: Decided,
    /// What backends were compared on.
    pub compared: Compared,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { inputs, valid, refused, safe, unbound, scanned, unmatched, matched, failed, fixed, handoff, compared } = self;
        write!(
            f,
            "{inputs} inputs: {valid} valid ({safe} cannot fail), {refused} refused; {matched} matched, {unmatched} did not, {failed} failed, {unbound} contexts did not bind; {fixed} fixes"
        )?;
        if *scanned > 0 {
            write!(f, "; {scanned} contexts bound by the scan")?;
        }
        if *handoff != Decided::default() {
            write!(f, "; {handoff}")?;
        }
        if *compared == Compared::default() { Ok(()) } else { write!(f, "; {compared}") }
    }
}

/// The first byte of an input that is a stream of decisions. No UTF-8 text begins with it.
pub const STRUCTURED: u8 = 0xFF;

/// An input, looked at.
enum Input<'i> {
    /// A rule, and bytes for whatever else is needed: those behind the first NUL.
    Text(std::borrow::Cow<'i, str>, &'i [u8]),
    /// Decisions.
    Decisions(Dice<'i>),
}

impl Input<'_> {
    fn of(bytes: &[u8]) -> Input<'_> {
        match bytes {
            [STRUCTURED, decisions @ ..] => Input::Decisions(Dice::new(decisions)),
            text => {
                let end = text.iter().position(|byte| *byte == 0);
                let (rule, rest) = end.and_then(|end| text.split_at_checked(end)).unwrap_or((text, &[]));
                Input::Text(String::from_utf8_lossy(rule), rest.get(1..).unwrap_or(&[]))
            }
        }
    }
}
