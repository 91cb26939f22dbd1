//! Rules as data: tests and the parts that rules share, each once, and for each rule what it makes of them.

use std::sync::Arc;

use indexmap::IndexSet;
use regex::RegexSetBuilder;

use super::RuleId;
use super::bits::small;
use super::condition::{self, Analysis, Condition, Watch};
use super::residual::Residual;
use super::test::{Question, Source, Test};
use crate::context::Layout;
use crate::hir::Program;
use crate::limits::Limits;

/// A part of a condition: a test, its opposite, or a composite.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Code(pub(super) u32);

/// What a code stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Meaning {
    /// A test, which is to hold or not.
    Test(u32, bool),
    /// A composite.
    Composite(u32),
}

impl Code {
    const COMPOSITE: u32 = 1 << 31;
    const INLINE: u32 = 3 << 30;

    pub(super) fn literal(test: u32, holds: bool) -> Code {
        Code(test << 1 | u32::from(!holds))
    }

    pub(super) fn composite(at: u32) -> Code {
        Code(at | Code::COMPOSITE)
    }

    /// The head of a composite whose parts follow it, in so many words.
    pub(super) fn inline(any: bool, words: u32) -> Code {
        Code(words << 1 | u32::from(any) | Code::INLINE)
    }

    /// Whether it is such a head: whether one of the parts is enough, and how many words they take.
    #[inline]
    pub(super) fn as_inline(self) -> Option<(bool, usize)> {
        (self.0 & Code::INLINE == Code::INLINE).then_some((self.0 & 1 != 0, ((self.0 & !Code::INLINE) >> 1) as usize))
    }

    pub(super) fn meaning(self) -> Meaning {
        if self.0 & Code::COMPOSITE == 0 { Meaning::Test(self.0 >> 1, self.0 & 1 == 0) } else { Meaning::Composite(self.0 & !Code::COMPOSITE) }
    }
}

/// Parts under an `OR` (`any`) or an `AND`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Composite {
    pub(super) any: bool,
    pub(super) parts: Box<[Code]>,
}

/// What rules share.
#[derive(Clone, Debug, Default)]
pub(super) struct Interner {
    pub(super) tests: IndexSet<Test>,
    /// Parts come before what they are parts of.
    pub(super) composites: IndexSet<Composite>,
}

/// The dialect of all patterns, for several at once. Each of them has been compiled alone within its limits.
pub(super) fn pattern_set<'p>(patterns: impl Iterator<Item = &'p str>, limits: &Limits) -> Option<regex::RegexSet> {
    RegexSetBuilder::new(patterns).size_limit(usize::MAX).dfa_size_limit(limits.regex_compiled_bytes.saturating_mul(4)).build().ok()
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
        Code::composite(small(self.composites.insert_full(Composite { any, parts }).0))
    }
}

/// A rule.
#[derive(Clone, Copy, Debug, Default)]
struct Record {
    /// Where its codes stand.
    start: u32,
    len: u32,
    /// The number of its residual, counted from 1; 0 if it needs none.
    residual: u32,
    is_there: bool,
    /// Whether its codes stand under `OR`.
    any: bool,
    is_exact: bool,
}

/// A rule as the index wants it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule<'s> {
    pub(super) id: u32,
    pub(super) codes: &'s [Code],
    pub(super) any: bool,
    pub(super) is_exact: bool,
}

/// The rules.
#[derive(Clone, Debug, Default)]
pub(super) struct Store {
    pub(super) interner: Interner,
    records: Vec<Record>,
    codes: Vec<Code>,
    pub(super) residuals: Vec<Residual>,
    /// Whether values that are computed may not be there yet when the index is asked: then nothing is known of them.
    computed_later: bool,
}

impl Store {
    /// A store for an index that is asked before values are computed.
    #[cfg(feature = "handoff")]
    pub(super) fn for_later() -> Store {
        Store { computed_later: true, ..Store::default() }
    }

    /// Adds a rule, or `None` for one that is not there, and gives its number.
    pub(super) fn add(&mut self, program: Option<Program>, layout: &Layout) -> u32 {
        match program {
            None => self.push(Record::default(), &[], None),
            Some(program) => {
                let Analysis { condition, is_exact, watches, charged } = condition::analyse(&program, layout, &mut self.interner, self.computed_later);
                let (any, codes) = self.top(&condition);
                let is_needed = !is_exact || !watches.is_empty() || charged > 0;
                let residual = is_needed.then(|| Residual::new(Arc::new(program), watches, charged, !is_exact));
                self.push(Record { is_there: true, any, is_exact, ..Record::default() }, &codes, residual)
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

    fn push(&mut self, record: Record, codes: &[Code], residual: Option<Residual>) -> u32 {
        let id = small(self.records.len());
        let residual = match residual {
            Some(residual) => {
                self.residuals.push(residual);
                small(self.residuals.len())
            }
            None => 0,
        };
        self.records.push(Record { start: small(self.codes.len()), len: small(codes.len()), residual, ..record });
        self.codes.extend_from_slice(codes);
        id
    }

    /// Copies a rule of another store, or that it is not there.
    pub(super) fn copy(&mut self, other: &Store, id: u32, limits: &Limits) {
        let Some(record) = other.records.get(id as usize).filter(|record| record.is_there) else {
            self.push(Record::default(), &[], None);
            return;
        };
        let codes: Vec<Code> = other.codes_of(record).iter().map(|code| self.copied(other, *code, limits)).collect();
        self.push(*record, &codes, other.residual(id).map(Residual::renewed));
    }

    fn copied(&mut self, other: &Store, code: Code, limits: &Limits) -> Code {
        match code.meaning() {
            Meaning::Test(test, holds) => {
                let test = other.interner.tests.get_index(test as usize).cloned();
                // Every code has its test, and that could be interned before.
                test.and_then(|test| self.interner.test(test, limits)).map_or(code, |test| Code::literal(test, holds))
            }
            Meaning::Composite(at) => {
                let Some(Composite { any, parts }) = other.interner.composites.get_index(at as usize) else { return code };
                let parts = parts.iter().map(|part| self.copied(other, *part, limits)).collect();
                Code::composite(small(self.interner.composites.insert_full(Composite { any: *any, parts }).0))
            }
        }
    }

    fn codes_of(&self, record: &Record) -> &[Code] {
        self.codes.get(record.start as usize..record.start as usize + record.len as usize).unwrap_or(&[])
    }

    /// How many numbers are taken, by rules that are there or not.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn is_there(&self, id: u32) -> bool {
        self.records.get(id as usize).is_some_and(|record| record.is_there)
    }

    /// The rules that are there.
    pub(super) fn rules(&self) -> impl Iterator<Item = Rule<'_>> {
        let numbered = self.records.iter().zip(0u32..).filter(|(record, _)| record.is_there);
        numbered.map(|(record, id)| Rule { id, codes: self.codes_of(record), any: record.any, is_exact: record.is_exact })
    }

    /// What has the last word on a rule, where its tests alone have not.
    pub(super) fn residual(&self, id: u32) -> Option<&Residual> {
        let record = self.records.get(id as usize)?;
        self.residuals.get((record.residual as usize).checked_sub(1)?)
    }

    /// The watches of all rules, each with its rule.
    pub(super) fn watches(&self) -> impl Iterator<Item = (Watch, RuleId)> {
        let ids = (0..small(self.records.len())).filter_map(|id| Some((id, self.residual(id)?)));
        ids.flat_map(|(id, residual)| residual.watches().iter().map(move |watch| (*watch, RuleId(id))))
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
            for residual in &self.residuals {
                crate::check::teach(residual.program(), layout);
            }
        }
    }

    pub(super) fn shrink(&mut self) {
        self.records.shrink_to_fit();
        self.codes.shrink_to_fit();
        self.residuals.shrink_to_fit();
        self.interner.tests.shrink_to_fit();
        self.interner.composites.shrink_to_fit();
    }
}
