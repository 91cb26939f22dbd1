//! The index of a set: tests numbered so that one look at a value answers many, and the rules below the tests that make them candidates.

use std::collections::BTreeMap;

use super::bits::small;
use super::condition::Watch;
use super::cost::{Costs, Sample};
use super::patterns::Patterns;
use super::points::Points;
use super::store::{Code, Composite, Meaning, Rule, Store};
use super::test::{Question, Source};
use super::texts::Texts;
use crate::context::{Dictionary, Layout, SlotId};
use crate::limits::Limits;
use crate::simd::{Best, LANES};

/// A set, ready to be asked.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) groups: Vec<Group>,
    /// The groups that are looked at for every context: the first ones, and more that lead to candidates.
    pub(super) first_groups: usize,
    /// Composites that many rules have, in their order: each with the test that says whether it is true, and with its bucket.
    pub(super) shared: Vec<Shared>,

    pub(super) leading: Vec<usize>,
    /// Tests from here on are looked at when somebody asks.
    pub(super) lazy_from: u32,
    /// The group of each word of tests from there on.
    pub(super) group_of_word: Vec<u32>,
    pub(super) words: usize,
    /// For each bucket, its first entry.
    pub(super) starts: Vec<u32>,
    /// For each entry, the test that it is most likely to fail; and [`LANES`] more that nothing passes.
    pub(super) firsts: Vec<u32>,
    /// The same entries, beyond that.
    pub(super) entries: Vec<Entry>,
    /// For each of these: twice how many words of codes follow, plus one if the rule is more than its tests; then the codes.
    pub(super) codes: Vec<u32>,
    /// For each composite, where it stands among the parts.
    pub(super) composites: Vec<u32>,
    /// For each composite that has several parents: its head and its parts, as in codes.
    pub(super) parts: Vec<u32>,
    /// Rules that are evaluated by themselves where a tag does not fit.
    pub(super) watches: Vec<(Watch, Vec<u32>)>,
    pub(super) budget: Charged,
    /// The number in this index of each test of the store.
    pub(super) placed: Vec<u32>,
    /// How candidates are looked at.
    pub(super) level: Best,
}

/// A candidate: a rule, and two tests that it has to pass.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) tests: [u32; 2],
    pub(super) rule: u32,
    /// Where more of it stands; 0 if there is no more.
    pub(super) rest: u32,
}

/// A composite that many rules have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shared {
    pub(super) composite: u32,
    pub(super) test: u32,
    pub(super) bucket: u32,
}

/// Tests that are looked at together: those of one kind of one source.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) source: Source,
    /// The literals of what is derived; those of a slot are its layout's.
    pub(super) dictionary: Dictionary,
    pub(super) tests: Tests,
}

#[derive(Debug)]
pub(super) enum Tests {
    Points(Points),
    Texts(Texts),
    Patterns(Patterns),
}

/// Rules that could be too much for their budget.
#[derive(Debug, Default)]
pub(super) struct Charged {
    pub(super) rules: Vec<u32>,
    /// The attributes that their charged tests may read.
    pub(super) slots: Vec<SlotId>,
    /// The most charged tests that one of them has.
    pub(super) most: u32,
}

impl Group {
    fn words(&self) -> (u32, u32) {
        match &self.tests {
            Tests::Points(points) => points.words(),
            Tests::Texts(texts) => texts.words(),
            Tests::Patterns(patterns) => patterns.words(),
        }
    }

    fn last_bucket(&self) -> u32 {
        match &self.tests {
            Tests::Points(points) => points.last_bucket(),
            Tests::Texts(texts) => texts.last_bucket(),
            Tests::Patterns(patterns) => patterns.last_bucket(),
        }
    }

    fn buckets(&self, question: &Question, test: u32, dictionary: &Dictionary) -> Vec<u32> {
        match &self.tests {
            Tests::Points(points) => points.buckets(question, test, dictionary),
            Tests::Texts(texts) => vec![texts.bucket_of(test)],
            Tests::Patterns(patterns) => vec![patterns.bucket_of(test)],
        }
    }
}

/// The kinds of groups: what every context is asked comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Kind {
    Values,
    DerivedValues,
    Texts,
    Patterns,
}

fn kind(source: Source, question: &Question) -> Kind {
    match question {
        Question::Truthy | Question::Among(_) | Question::Order(..) => match source {
            Source::Slot(_) => Kind::Values,
            Source::Derived(..) => Kind::DerivedValues,
        },
        Question::TextOrder(..) | Question::Has(_) | Question::StartsWith(_) | Question::EndsWith(_) => Kind::Texts,
        Question::Pattern(_) => Kind::Patterns,
    }
}

/// What is asked by so many rules is looked at for every context.
const MANY: u32 = 32;
/// The same for what takes longer.
const VERY_MANY: u32 = 256;

/// A test by which rules are found costs that much more often where it has to be looked at for that alone.
const LAZY: f32 = 2.0;

/// Tests that every candidate passes: number 0.
const PASSES: u32 = 0;
/// Its opposite.
pub(super) const NEVER: u32 = PASSES << 1 | 1;

/// The bucket of rules that are candidates always.
pub(super) const ALWAYS: u32 = 0;

impl Kind {
    /// Whether a group of tests that are asked so often is looked at for every context.
    fn is_worth_it(self, asked: u32) -> bool {
        match self {
            Kind::Values => true,
            Kind::DerivedValues | Kind::Texts => asked >= MANY,
            Kind::Patterns => asked >= VERY_MANY,
        }
    }
}

impl Index {
    /// Gives composites that many have a test each, from a word and a bucket on; gives the word and the bucket behind them.
    fn share(&mut self, costs: &Costs, shared_at: &mut [Option<u32>], word: u32, bucket: u32) -> (u32, u32) {
        let many = costs.parents.iter().zip(shared_at).enumerate().filter(|(_, (parents, _))| **parents >= MANY);
        for (composite, (_, place)) in many {
            let at = small(self.shared.len());
            *place = Some(at);
            self.shared.push(Shared { composite: small(composite), test: word * 64 + at, bucket: bucket + at });
        }
        let count = small(self.shared.len());
        self.lazy_from = (word + count.div_ceil(64)) * 64;
        (self.lazy_from / 64, bucket + count)
    }

    pub(super) fn new(store: &Store, layout: &Layout, limits: &Limits, sample: Option<&Sample>) -> Index {
        let mut builder = Builder::new(store, layout, limits, Costs::of(store, sample));
        builder.composites();
        for rule in store.rules() {
            builder.rule(rule);
        }
        builder.finish()
    }
}

/// Tests of one kind of one source, each with its number in the store.
type Questions<'q> = Vec<(usize, &'q Question)>;

struct Builder<'s> {
    store: &'s Store,
    layout: &'s Layout,
    costs: Costs,
    index: Index,
    /// The group of each test of the store.
    group_of: Vec<u32>,
    /// For each composite of the store, its place among the shared ones.
    shared_at: Vec<Option<u32>>,
    buckets: u32,
    /// Bucket, first test, entry.
    found: Vec<(u32, u32, Entry)>,
}

impl<'s> Builder<'s> {
    fn new(store: &'s Store, layout: &'s Layout, limits: &Limits, costs: Costs) -> Builder<'s> {
        let count = store.tests.len();
        let mut index = Index {
            groups: Vec::new(),
            first_groups: 0,
            shared: Vec::new(),
            leading: Vec::new(),
            lazy_from: 0,
            group_of_word: Vec::new(),
            words: 0,
            starts: Vec::new(),
            firsts: Vec::new(),
            entries: Vec::new(),
            codes: vec![0],
            composites: Vec::new(),
            parts: Vec::new(),
            watches: Vec::new(),
            budget: Charged::default(),
            placed: vec![0; count],
            level: Best::here(),
        };
        let mut by_kind: BTreeMap<(Kind, Source), (u32, Questions<'_>)> = BTreeMap::new();
        for (at, test) in store.tests.iter().enumerate() {
            let (asked, tests) = by_kind.entry((kind(test.source, &test.question), test.source)).or_default();
            *asked = asked.saturating_add(costs.asked.get(at).copied().unwrap_or(0));
            tests.push((at, &test.question));
        }
        // What is looked at for every context comes first.
        let mut groups: Vec<(bool, Kind, Source, Questions<'_>)> =
            by_kind.into_iter().map(|((kind, source), (asked, tests))| (!kind.is_worth_it(asked), kind, source, tests)).collect();
        groups.sort_by_key(|(is_lazy, kind, source, _)| (*is_lazy, *kind, *source));
        // Word 0 has the test that is always passed, bucket 0 the rules that are always candidates.
        let (mut word, mut bucket) = (1, ALWAYS + 1);
        let mut group_of = vec![0; count];
        let mut shared_at = vec![None; store.composites.len()];
        let is_lazy_from = groups.partition_point(|(is_lazy, ..)| !is_lazy);
        for (place, (_, kind, source, tests)) in groups.into_iter().enumerate() {
            if place == is_lazy_from {
                (word, bucket) = index.share(&costs, &mut shared_at, word, bucket);
            }
            let questions: Vec<&Question> = tests.iter().map(|(_, question)| *question).collect();
            let own = match source {
                Source::Slot(_) => None,
                Source::Derived(..) => Some(Dictionary::of(questions.iter().flat_map(|question| super::condition::texts(question)).cloned())),
            };
            let dictionary = own.as_ref().unwrap_or_else(|| match source {
                Source::Slot(slot) | Source::Derived(_, slot) => layout.dictionary(slot),
            });
            let (laid_out, placed) = match kind {
                Kind::Values | Kind::DerivedValues => {
                    let (points, placed) = Points::new(&questions, dictionary, word, bucket);
                    (Tests::Points(points), placed)
                }
                Kind::Texts => {
                    let (texts, placed) = Texts::new(&questions, dictionary, word, bucket);
                    (Tests::Texts(texts), placed)
                }
                Kind::Patterns => {
                    let (patterns, placed) = Patterns::new(&questions, limits, word, bucket);
                    (Tests::Patterns(patterns), placed)
                }
            };
            for ((at, _), number) in tests.iter().zip(placed) {
                if let (Some(place), Some(group)) = (index.placed.get_mut(*at), group_of.get_mut(*at)) {
                    (*place, *group) = (number, small(index.groups.len()));
                }
            }
            let group = Group { source, dictionary: own.unwrap_or_else(|| Dictionary::of(std::iter::empty())), tests: laid_out };
            (word, bucket) = (group.words().1, group.last_bucket());
            if place < is_lazy_from {
                index.first_groups += 1;
            } else {
                let count = group.words().1 - group.words().0;
                index.group_of_word.extend((0..count).map(|_| small(index.groups.len())));
            }
            index.groups.push(group);
        }
        if index.first_groups == index.groups.len() {
            (word, bucket) = index.share(&costs, &mut shared_at, word, bucket);
        }
        index.words = word as usize;
        Builder { store, layout, costs, index, group_of, shared_at, buckets: bucket, found: Vec::new() }
    }

    /// The number in the index of a part.
    fn placed(&self, code: Code) -> u32 {
        match code.meaning() {
            Meaning::Test(test, holds) => Code::literal(self.index.placed.get(test as usize).copied().unwrap_or(PASSES), holds).0,
            Meaning::Composite(at) => self.shared(at).map_or(code.0, |shared| Code::literal(shared.test, true).0),
        }
    }

    fn shared(&self, composite: u32) -> Option<&Shared> {
        let at = self.shared_at.get(composite as usize).copied().flatten()?;
        self.index.shared.get(at as usize)
    }

    /// How many candidates a rule costs that is found by a part of it.
    fn cost(&self, code: Code) -> f32 {
        let cost = self.costs.cover(code.meaning());
        match code.meaning() {
            Meaning::Test(..) if self.placed(code) >> 1 >= self.index.lazy_from => cost * LAZY,
            Meaning::Composite(at) if self.shared(at).is_some() => cost.min(self.costs.likely(code.meaning())),
            Meaning::Test(..) | Meaning::Composite(_) => cost,
        }
    }

    /// Parts in the order in which they are best looked at, in numbers of the index. `falsy`: what is likely to be false comes first.
    fn sorted(&self, parts: &[Code], falsy: bool) -> Vec<u32> {
        let mut parts: Vec<(u8, f32, u32)> = parts
            .iter()
            .map(|code| {
                let placed = self.placed(*code);
                let class = match Code(placed).meaning() {
                    Meaning::Test(test, _) if test < self.index.lazy_from => 0,
                    Meaning::Composite(_) => 1,
                    Meaning::Test(..) => 2,
                };
                let likely = self.costs.likely(code.meaning());
                let decides = if falsy { 1.0 - likely } else { likely };
                let size = if class == 0 { 1.0 } else { self.costs.size(code.meaning()) };
                (class, -decides / size, placed)
            })
            .collect();
        parts.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)).then(one.2.cmp(&other.2)));
        parts.into_iter().map(|(.., placed)| placed).collect()
    }

    fn composites(&mut self) {
        for (composite, parents) in self.store.composites.iter().zip(&self.costs.parents) {
            self.index.composites.push(small(self.index.parts.len()));
            // What has one parent stands with it.
            if *parents > 1 {
                let mut words = Vec::new();
                self.write_parts(composite, &mut words);
                self.index.parts.push(Code::inline(composite.any, small(words.len())).0);
                self.index.parts.extend(words);
            }
        }
    }

    fn write_parts(&self, composite: Composite<'_>, words: &mut Vec<u32>) {
        self.sorted(composite.parts, !composite.any).into_iter().for_each(|part| self.write(part, words));
    }

    /// Writes a part, in numbers of the index: a composite that only this one has with all of its parts.
    fn write(&self, part: u32, words: &mut Vec<u32>) {
        if let Meaning::Composite(at) = Code(part).meaning()
            && self.costs.parents.get(at as usize).is_some_and(|parents| *parents <= 1)
            && let Some(composite) = self.store.composites.get(at as usize)
        {
            let head = words.len();
            words.push(0);
            self.write_parts(composite, words);
            let len = small(words.len() - head - 1);
            if let Some(place) = words.get_mut(head) {
                *place = Code::inline(composite.any, len).0;
            }
        } else {
            words.push(part);
        }
    }

    fn rule(&mut self, rule: Rule<'s>) {
        if rule.any {
            // Each part is enough, and is found by itself.
            for code in rule.codes {
                let alone = [*code];
                let codes = match code.meaning() {
                    Meaning::Test(..) => alone.as_slice(),
                    Meaning::Composite(at) => match self.store.composites.get(at as usize) {
                        Some(composite) if !composite.any => composite.parts,
                        Some(_) | None => alone.as_slice(),
                    },
                };
                self.conjunction(codes, rule);
            }
        } else {
            self.conjunction(rule.codes, rule);
        }
    }

    /// Puts a rule that needs all of these below the tests of which one is true if all of them are.
    fn conjunction(&mut self, codes: &[Code], rule: Rule<'s>) {
        let best = codes.iter().map(|code| (self.cost(*code), code)).min_by(|(one, _), (other, _)| one.total_cmp(other)).filter(|(cost, _)| *cost < 1.0);
        let mut covers = Vec::new();
        let mut needed: Vec<Code> = codes.to_vec();
        if let Some((_, best)) = best {
            self.cover(*best, &mut covers);
            // Where one alone leads to the rule, it holds.
            if covers.len() == 1 {
                needed.retain(|code| code != best || covers.first() != Some(code));
            }
        }
        let (first, entry) = self.entry(&needed, rule);
        if best.is_none() {
            self.found.push((ALWAYS, first, entry));
        }
        for code in covers {
            let test = match code.meaning() {
                Meaning::Test(test, _) => test,
                Meaning::Composite(at) => {
                    let bucket = self.shared(at).map_or(ALWAYS, |shared| shared.bucket);
                    self.found.push((bucket, first, entry));
                    continue;
                }
            };
            let Some(question) = self.store.tests.get(test as usize) else { continue };
            let Some(group) = self.group_of.get(test as usize).and_then(|group| self.index.groups.get(*group as usize)) else { continue };
            let dictionary = match group.source {
                Source::Slot(slot) => self.layout.dictionary(slot),
                Source::Derived(..) => &group.dictionary,
            };
            let placed = self.index.placed.get(test as usize).copied().unwrap_or(PASSES);
            for bucket in group.buckets(&question.question, placed, dictionary) {
                self.found.push((bucket, first, entry));
            }
        }
    }

    /// The tests and shared composites of which one is true if a part is.
    fn cover(&self, code: Code, found: &mut Vec<Code>) {
        if let Meaning::Composite(at) = code.meaning()
            && (self.shared(at).is_none() || self.costs.cover(code.meaning()) < self.costs.likely(code.meaning()))
        {
            let Some(composite) = self.store.composites.get(at as usize) else { return };
            if composite.any {
                composite.parts.iter().for_each(|part| self.cover(*part, found));
            } else if let Some(best) = composite.parts.iter().min_by(|one, other| self.cost(**one).total_cmp(&self.cost(**other))) {
                self.cover(*best, found);
            }
        } else if !found.contains(&code) {
            found.push(code);
        }
    }

    fn entry(&mut self, needed: &[Code], rule: Rule<'s>) -> (u32, Entry) {
        let sorted = self.sorted(needed, true);
        let at_once = sorted.iter().take(3).take_while(|code| **code >> 1 < self.index.lazy_from).count();
        let (first, more) = sorted.split_at(at_once);
        let mut tests = [PASSES << 1; 3];
        for (place, code) in tests.iter_mut().zip(first) {
            *place = *code;
        }
        let [first, one, other] = tests;
        let mut entry = Entry { tests: [one, other], rule: rule.id, rest: 0 };
        if !more.is_empty() || !rule.is_exact {
            entry.rest = small(self.index.codes.len());
            let mut words = Vec::new();
            more.iter().for_each(|part| self.write(*part, &mut words));
            self.index.codes.push(small(words.len()) << 1 | u32::from(!rule.is_exact));
            self.index.codes.extend(words);
        }
        (first, entry)
    }

    fn finish(mut self) -> Index {
        let mut starts = vec![0u32; self.buckets as usize + 2];
        for (bucket, ..) in &self.found {
            if let Some(count) = starts.get_mut(*bucket as usize + 1) {
                *count += 1;
            }
        }
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        self.found.sort_by_key(|(bucket, first, entry)| (*bucket, *first, entry.rule));
        self.index.starts = starts;
        self.index.firsts = self.found.iter().map(|(_, first, _)| *first).chain([NEVER; LANES]).collect();
        self.index.entries = self.found.iter().map(|(.., entry)| *entry).collect();
        self.index.codes.shrink_to_fit();
        self.index.parts.shrink_to_fit();
        for group in &mut self.index.groups {
            if let Tests::Points(points) = &mut group.tests {
                points.lead(&self.index.starts);
            }
        }
        self.leading();
        self.watches();
        self.index
    }

    /// Groups beyond the first ones that lead to candidates.
    fn leading(&mut self) {
        let index = &mut self.index;
        let before = index.first_groups.checked_sub(1).and_then(|last| index.groups.get(last)).map_or(ALWAYS + 1, Group::last_bucket);
        let mut first_bucket = before + small(index.shared.len());
        for (at, group) in index.groups.iter().enumerate().skip(index.first_groups) {
            let end = group.last_bucket();
            if index.starts.get(first_bucket as usize) != index.starts.get(end as usize) {
                index.leading.push(at);
            }
            first_bucket = end;
        }
    }

    fn watches(&mut self) {
        let mut watches: BTreeMap<Watch, Vec<u32>> = BTreeMap::new();
        for (watch, rule) in self.store.watches() {
            watches.entry(watch).or_default().push(rule.0);
        }
        self.index.watches = watches
            .into_iter()
            .map(|(watch, mut rules)| {
                rules.shrink_to_fit();
                (watch, rules)
            })
            .collect();
        for rule in self.store.rules() {
            if let Some(residual) = self.store.residual(rule.id).filter(|residual| residual.charged() > 0) {
                self.index.budget.rules.push(rule.id);
                self.index.budget.most = self.index.budget.most.max(residual.charged());
            }
        }
        if !self.index.budget.rules.is_empty() {
            self.index.budget.slots = self.layout.slots().collect();
        }
    }
}
