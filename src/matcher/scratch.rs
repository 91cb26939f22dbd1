//! What a thread needs for matching, to be used again, and what it finds.

use super::RuleId;
use super::bits::Bits;
use crate::value::EvalError;

/// The memory that matching works in. Each thread has its own and hands it in again and again: once it has met contexts as large, matching allocates nothing,
/// unless a rule does.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) state: State,
    pub(super) found: Found,
}

impl Scratch {
    /// No memory yet.
    #[must_use]
    pub fn new() -> Scratch {
        Scratch::default()
    }
}

/// What is known of one context.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Which tests are true.
    pub(super) truth: Vec<u64>,
    /// The candidates to be looked at: from the first to behind the last entry.
    pub(super) runs: Vec<(u32, u32)>,
    /// The entries of those that pass the tests that stand with them.
    pub(super) passed: Vec<u32>,
    /// Which groups of tests have been evaluated.
    pub(super) done: Vec<bool>,
    /// For each composite: twice the number of the context for which it was evaluated, plus one if it is true.
    pub(super) memo: Vec<u64>,
    pub(super) contexts: u64,
    /// Rules that are evaluated by themselves: a test does not fit.
    pub(super) slow: Bits,
    /// Rules of which more than tests has to be looked at.
    pub(super) pending: Bits,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) matched: Bits,
    pub(super) errors: Vec<(RuleId, EvalError)>,
}

/// Which rules hold for a context.
#[derive(Clone, Copy, Debug)]
pub struct Matches<'s> {
    pub(super) found: &'s Found,
    pub(super) runs: &'s [(u32, u32)],
}

impl<'s> Matches<'s> {
    /// The rules that match, in the order of their ids.
    pub fn iter(self) -> impl Iterator<Item = RuleId> + use<'s> {
        self.found.matched.iter().map(RuleId)
    }

    /// The first rule that matches.
    #[must_use]
    pub fn first(self) -> Option<RuleId> {
        self.iter().next()
    }

    /// How many rules match.
    #[must_use]
    pub fn count(self) -> usize {
        self.found.matched.count()
    }

    /// Whether none matches.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.count() == 0
    }

    /// Whether a rule matches.
    #[must_use]
    pub fn contains(self, rule: RuleId) -> bool {
        self.found.matched.has(rule.0)
    }

    /// The rules that match, a bit each: bit 3 of the second word is rule 67.
    #[must_use]
    pub fn words(self) -> &'s [u64] {
        self.found.matched.words()
    }

    /// How many candidates the index led to: as often as a rule was looked at. It says how well the index fits the contexts; see
    /// [`Matcher::tuned`](super::Matcher::tuned).
    #[must_use]
    pub fn candidates(self) -> usize {
        self.runs.iter().map(|(first, end)| end.saturating_sub(*first) as usize).sum()
    }

    /// The rules that failed, in the order of their ids, each with its error: what evaluating it alone fails with.
    #[must_use]
    pub fn errors(self) -> &'s [(RuleId, EvalError)] {
        &self.found.errors
    }
}
