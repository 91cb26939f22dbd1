//! Rules on their way into a store: what they share is found.

use std::sync::Arc;

use indexmap::IndexSet;
use regex::RegexSetBuilder;

use super::bits::small;
use super::condition::{self, Analysis, Condition};
use super::residual::Residual;
use super::store::{Code, Composite, Meaning, Record, Store};
use super::test::{Question, Source, Test};
use crate::context::Layout;
use crate::hir::Program;
use crate::limits::Limits;

/// The dialect of all patterns, for several at once. Each of them has been compiled alone within its limits.
pub(super) fn pattern_set<'p>(patterns: impl Iterator<Item = &'p str>, limits: &Limits) -> Option<regex::RegexSet> {
    RegexSetBuilder::new(patterns).size_limit(usize::MAX).dfa_size_limit(limits.regex_compiled_bytes.saturating_mul(4)).build().ok()
}

/// What rules share, each once.
#[derive(Debug, Default)]
pub(super) struct Interner {
    tests: IndexSet<Test>,
    /// Whether one part is enough, and the parts, which come before what they are parts of.
    composites: IndexSet<(bool, Box<[Code]>)>,
}

impl Interner {
    /// The number of a test; `None` for a pattern that cannot be tested together with others.
    pub(super) fn test(&mut self, test: Test, limits: &Limits) -> Option<u32> {
        if let Some(at) = self.tests.get_index_of(&test) {
            return Some(small(at));
        }
        if let Question::Pattern(pattern) = &test.question {
            pattern_set(std::iter::once(pattern.as_ref()), limits)?;
        }
        Some(small(self.tests.insert_full(test).0))
    }

    fn code(&mut self, condition: &Condition) -> Code {
        match condition {
            Condition::Literal(code) => *code,
            Condition::All(parts) => self.composite(false, parts),
            Condition::Any(parts) => self.composite(true, parts),
            // Joining conditions leaves none of these inside others.
            Condition::Always => self.composite(false, &[]),
            Condition::Never => self.composite(true, &[]),
        }
    }

    fn composite(&mut self, any: bool, parts: &[Condition]) -> Code {
        let parts = parts.iter().map(|part| self.code(part)).collect();
        self.composite_of(any, parts)
    }

    fn composite_of(&mut self, any: bool, parts: Box<[Code]>) -> Code {
        Code::composite(small(self.composites.insert_full((any, parts)).0))
    }
}

/// A store in the making.
#[derive(Debug, Default)]
pub(super) struct Collector {
    interner: Interner,
    store: Store,
    /// Whether values that are computed may not be there yet when the index is asked: then nothing is known of them.
    computed_later: bool,
}

impl Collector {
    /// For an index that is asked before values are computed.
    #[cfg(feature = "handoff")]
    pub(super) fn for_later() -> Collector {
        Collector { computed_later: true, ..Collector::default() }
    }

    /// Adds a rule, or `None` for one that is not there, and gives its number.
    pub(super) fn add(&mut self, program: Option<Program>, layout: &Layout) -> u32 {
        match program {
            None => self.store.push(Record::default(), &[], None),
            Some(program) => {
                let Analysis { condition, is_exact, watches, charged } = condition::analyse(&program, layout, &mut self.interner, self.computed_later);
                let (any, codes) = self.top(&condition);
                let is_needed = !is_exact || !watches.is_empty() || charged > 0;
                let residual = is_needed.then(|| Residual::new(Arc::new(program), watches, charged, !is_exact));
                self.store.push(Record::of(any, is_exact), &codes, residual)
            }
        }
    }

    fn top(&mut self, condition: &Condition) -> (bool, Vec<Code>) {
        match condition {
            Condition::Always => (false, Vec::new()),
            Condition::Never => (true, Vec::new()),
            Condition::Literal(code) => (false, vec![*code]),
            Condition::All(parts) => (false, parts.iter().map(|part| self.interner.code(part)).collect()),
            Condition::Any(parts) => (true, parts.iter().map(|part| self.interner.code(part)).collect()),
        }
    }

    /// Copies a rule of another store, or that it is not there.
    pub(super) fn copy(&mut self, other: &Store, id: u32, limits: &Limits) {
        let Some(record) = other.record(id) else {
            self.store.push(Record::default(), &[], None);
            return;
        };
        let codes: Vec<Code> = other.codes_of(record).iter().map(|code| self.copied(other, *code, limits)).collect();
        self.store.push(*record, &codes, other.residual(id).map(Residual::renewed));
    }

    fn copied(&mut self, other: &Store, code: Code, limits: &Limits) -> Code {
        match code.meaning() {
            Meaning::Test(test, holds) => {
                let test = other.tests.get(test as usize).cloned();
                // Every code has its test, and that could be interned before.
                test.and_then(|test| self.interner.test(test, limits)).map_or(code, |test| Code::literal(test, holds))
            }
            Meaning::Composite(at) => {
                let Some(Composite { any, parts }) = other.composites.get(at as usize) else { return code };
                let parts = parts.iter().map(|part| self.copied(other, *part, limits)).collect();
                self.interner.composite_of(any, parts)
            }
        }
    }

    /// Tells a layout what the tests ask of its attributes, so that contexts keep it ready.
    pub(super) fn teach(&self, layout: &mut Layout, anew: bool) {
        for test in &self.interner.tests {
            let Source::Slot(slot) = test.source else { continue };
            match &test.question {
                Question::Among(_) if anew => layout.compared(slot, condition::texts(&test.question).cloned()),
                Question::Has(text) => {
                    if anew {
                        layout.searched(slot, text);
                    }
                    // What finds no bit has a number at least.
                    layout.compared(slot, std::iter::once(text.clone()));
                }
                Question::Among(_)
                | Question::Truthy
                | Question::Order(..)
                | Question::TextOrder(..)
                | Question::StartsWith(_)
                | Question::EndsWith(_)
                | Question::Pattern(_) => {}
            }
        }
        if anew {
            for residual in &self.store.residuals {
                crate::check::teach(residual.program(), layout);
            }
        }
    }

    /// The store of the rules that were added.
    pub(super) fn finish(self) -> Store {
        let Collector { interner: Interner { tests, composites }, mut store, .. } = self;
        store.tests = tests.into_iter().collect();
        composites.iter().for_each(|(any, parts)| store.composites.push(*any, parts));
        store.shrink();
        store
    }
}
