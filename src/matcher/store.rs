//! Rules as data: tests and the parts that rules share, each once, and for each rule what it makes of them.

use super::RuleId;
use super::bits::small;
use super::condition::Watch;
use super::residual::Residual;
use super::test::Test;

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
#[derive(Clone, Copy, Debug)]
pub(super) struct Composite<'s> {
    pub(super) any: bool,
    pub(super) parts: &'s [Code],
}

/// Composites by number. Parts come before what they are parts of.
#[derive(Clone, Debug, Default)]
pub(super) struct Composites {
    /// Whether one part is enough, and where the parts end.
    heads: Vec<(bool, u32)>,
    parts: Vec<Code>,
}

impl Composites {
    pub(super) fn push(&mut self, any: bool, parts: &[Code]) {
        self.parts.extend_from_slice(parts);
        self.heads.push((any, small(self.parts.len())));
    }

    pub(super) fn get(&self, at: usize) -> Option<Composite<'_>> {
        let (any, end) = self.heads.get(at)?;
        let start = at.checked_sub(1).and_then(|before| self.heads.get(before)).map_or(0, |(_, end)| *end);
        Some(Composite { any: *any, parts: self.parts.get(start as usize..*end as usize)? })
    }

    pub(super) fn len(&self) -> usize {
        self.heads.len()
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Composite<'_>> + ExactSizeIterator {
        (0..self.len()).map(|at| self.get(at).unwrap_or(Composite { any: false, parts: &[] }))
    }

    fn shrink(&mut self) {
        self.heads.shrink_to_fit();
        self.parts.shrink_to_fit();
    }
}

/// A rule.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Record {
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

impl Record {
    pub(super) fn of(any: bool, is_exact: bool) -> Record {
        Record { is_there: true, any, is_exact, ..Record::default() }
    }
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
    pub(super) tests: Vec<Test>,
    pub(super) composites: Composites,
    records: Vec<Record>,
    codes: Vec<Code>,
    pub(super) residuals: Vec<Residual>,
}

impl Store {
    pub(super) fn codes_of(&self, record: &Record) -> &[Code] {
        self.codes.get(record.start as usize..record.start as usize + record.len as usize).unwrap_or(&[])
    }

    /// How many numbers are taken, by rules that are there or not.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn is_there(&self, id: u32) -> bool {
        self.record(id).is_some()
    }

    /// A rule that is there.
    pub(super) fn record(&self, id: u32) -> Option<&Record> {
        self.records.get(id as usize).filter(|record| record.is_there)
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

    /// Adds a rule and gives its number.
    pub(super) fn push(&mut self, record: Record, codes: &[Code], residual: Option<Residual>) -> u32 {
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

    /// Gives back memory that it has no use for.
    pub(super) fn shrink(&mut self) {
        self.records.shrink_to_fit();
        self.codes.shrink_to_fit();
        self.residuals.shrink_to_fit();
        self.tests.shrink_to_fit();
        self.composites.shrink();
    }
}
