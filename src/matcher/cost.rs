//! How often tests are true, as far as the set itself, or contexts that somebody has seen, let on.

use std::collections::HashMap;

use super::store::{Composite, Meaning, Store};
use super::test::{Atom, Question, Source};

/// What is thought of each test and composite, in the order of the store.
#[derive(Debug)]
pub(super) struct Costs {
    /// How likely each test is true.
    pub(super) tests: Vec<f32>,
    /// How likely each composite is true.
    pub(super) composites: Vec<f32>,
    /// How many candidates a context gets on average if a rule is found by the tests that cover a composite: no less than it is true. Infinite where none do.
    pub(super) covers: Vec<f32>,
    /// How often each test is asked, parts of composites counted as often as rules have these.
    pub(super) asked: Vec<u32>,
    /// How many rules and composites have each composite as a part of their own.
    pub(super) parents: Vec<u32>,
    /// How many tests each composite has.
    pub(super) sizes: Vec<f32>,
}

/// What a test that is false more often than not cannot do.
const NO_COVER: f32 = f32::INFINITY;

/// How often each test was true in so many contexts.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample {
    pub(super) hits: Vec<u32>,
    pub(super) contexts: u32,
}

/// A prior weighs as much as so many contexts.
const PRIOR: f32 = 2.0;

impl Costs {
    pub(super) fn of(store: &Store, sample: Option<&Sample>) -> Costs {
        let (asked, parents) = references(store);
        let mut tests = priors(store, &asked);
        if let Some(Sample { hits, contexts }) = sample {
            for (prior, hits) in tests.iter_mut().zip(hits) {
                *prior = (share(*hits) + PRIOR * *prior) / (share(*contexts) + PRIOR);
            }
        }
        let mut costs = Costs { tests, composites: Vec::new(), covers: Vec::new(), asked, parents, sizes: Vec::new() };
        for Composite { any, parts } in store.composites.iter() {
            let (mut likely, mut cover) = if any { (1.0, 0.0) } else { (1.0, NO_COVER) };
            for part in parts {
                let part_cover = costs.cover(part.meaning());
                if any {
                    likely *= 1.0 - costs.likely(part.meaning());
                    cover += part_cover;
                } else {
                    likely *= costs.likely(part.meaning());
                    cover = cover.min(part_cover);
                }
            }
            costs.composites.push(if any { 1.0 - likely } else { likely });
            costs.covers.push(cover);
            let size = parts.iter().map(|part| costs.size(part.meaning())).sum();
            costs.sizes.push(size);
        }
        costs
    }

    /// How likely a part is true.
    pub(super) fn likely(&self, part: Meaning) -> f32 {
        match part {
            Meaning::Test(test, holds) => {
                let likely = self.tests.get(test as usize).copied().unwrap_or(1.0);
                if holds { likely } else { 1.0 - likely }
            }
            Meaning::Composite(at) => self.composites.get(at as usize).copied().unwrap_or(1.0),
        }
    }

    /// How many tests a part is.
    pub(super) fn size(&self, part: Meaning) -> f32 {
        match part {
            Meaning::Test(..) => 1.0,
            Meaning::Composite(at) => self.sizes.get(at as usize).copied().unwrap_or(1.0),
        }
    }

    /// How many candidates a rule costs that is found by a part of it.
    pub(super) fn cover(&self, part: Meaning) -> f32 {
        match part {
            Meaning::Test(test, true) => self.tests.get(test as usize).copied().unwrap_or(NO_COVER),
            Meaning::Test(_, false) => NO_COVER,
            Meaning::Composite(at) => self.covers.get(at as usize).copied().unwrap_or(NO_COVER),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn share(count: u32) -> f32 {
    count as f32
}

/// How often each test is asked, and how many have each composite as a part.
fn references(store: &Store) -> (Vec<u32>, Vec<u32>) {
    let mut parents = vec![0u32; store.composites.len()];
    let of_composites = store.composites.iter().flat_map(|composite| composite.parts.iter());
    for code in store.rules().flat_map(|rule| rule.codes).chain(of_composites) {
        if let Meaning::Composite(at) = code.meaning()
            && let Some(count) = parents.get_mut(at as usize)
        {
            *count = count.saturating_add(1);
        }
    }
    let mut tests = vec![0u32; store.tests.len()];
    let mut composites = vec![0u32; store.composites.len()];
    fn count(tests: &mut [u32], composites: &mut [u32], part: Meaning, times: u32) {
        let place = match part {
            Meaning::Test(test, _) => tests.get_mut(test as usize),
            Meaning::Composite(at) => composites.get_mut(at as usize),
        };
        if let Some(place) = place {
            *place = place.saturating_add(times);
        }
    }
    for rule in store.rules() {
        rule.codes.iter().for_each(|code| count(&mut tests, &mut composites, code.meaning(), 1));
    }
    for (at, composite) in store.composites.iter().enumerate().rev() {
        let times = composites.get(at).copied().unwrap_or(0);
        composite.parts.iter().for_each(|code| count(&mut tests, &mut composites, code.meaning(), times));
    }
    (tests, parents)
}

/// What is thought of a constant before anything is known.
const SOME: f32 = 1.0;

/// Rules ask for what there is.
fn priors(store: &Store, references: &[u32]) -> Vec<f32> {
    let mut atoms: HashMap<(Source, &Atom), f32> = HashMap::new();
    let mut totals: HashMap<(Source, Family), f32> = HashMap::new();
    let mut bounds: HashMap<Source, Vec<(&Question, f32)>> = HashMap::new();
    for (test, count) in store.tests.iter().zip(references) {
        let weight = share(*count);
        match &test.question {
            Question::Among(list) => {
                for atom in list {
                    *atoms.entry((test.source, atom)).or_insert_with(|| {
                        *totals.entry((test.source, Family::Among)).or_insert(SOME) += SOME;
                        SOME
                    }) += weight;
                    *totals.entry((test.source, Family::Among)).or_insert(SOME) += weight;
                }
            }
            Question::Has(_) | Question::StartsWith(_) | Question::EndsWith(_) => {
                *totals.entry((test.source, Family::Text)).or_insert(SOME) += weight + SOME;
            }
            Question::Order(..) | Question::TextOrder(..) => bounds.entry(test.source).or_default().push((&test.question, weight)),
            Question::Truthy | Question::Pattern(_) => {}
        }
    }
    let bounds: HashMap<Source, Quantiles<'_>> = bounds.into_iter().map(|(source, bounds)| (source, Quantiles::of(bounds))).collect();
    let likely = |test: &super::test::Test, weight: f32| match &test.question {
        Question::Truthy => 0.5,
        Question::Among(list) => {
            let total = totals.get(&(test.source, Family::Among)).copied().unwrap_or(SOME);
            let weight: f32 = list.iter().filter_map(|atom| atoms.get(&(test.source, atom))).sum();
            (weight / total).min(0.9)
        }
        Question::Has(_) | Question::StartsWith(_) | Question::EndsWith(_) => {
            let total = totals.get(&(test.source, Family::Text)).copied().unwrap_or(SOME);
            (2.0 * (weight + SOME) / total).min(0.7)
        }
        Question::Order(..) | Question::TextOrder(..) => bounds.get(&test.source).map_or(0.5, |bounds| bounds.likely(&test.question)),
        Question::Pattern(_) => 0.3,
    };
    store.tests.iter().zip(references).map(|(test, count)| likely(test, share(*count))).collect()
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Family {
    Among,
    Text,
}

/// Constants that are compared with, sorted, each with the weight of what lies before it: values are thought to lie where the constants do.
struct Quantiles<'q>(Vec<(&'q Question, f32)>, f32);

impl<'q> Quantiles<'q> {
    fn of(mut bounds: Vec<(&'q Question, f32)>) -> Quantiles<'q> {
        bounds.sort_by(|(one, _), (other, _)| compare(one, other));
        let mut before = 0.0;
        for (_, weight) in &mut bounds {
            before += std::mem::replace(weight, before);
        }
        Quantiles(bounds, before)
    }

    fn likely(&self, question: &Question) -> f32 {
        let at = self.0.partition_point(|(other, _)| compare(other, question).is_lt());
        let before = self.0.get(at).map_or(0.0, |(_, before)| *before) / self.1.max(SOME);
        let is_greater = match question {
            Question::Order(order, _) | Question::TextOrder(order, _) => order.is_greater(),
            Question::Truthy | Question::Among(_) | Question::Has(_) | Question::StartsWith(_) | Question::EndsWith(_) | Question::Pattern(_) => false,
        };
        (if is_greater { 1.0 - before } else { before }).clamp(0.02, 0.95)
    }
}

fn compare(one: &Question, other: &Question) -> std::cmp::Ordering {
    match (one, other) {
        (Question::Order(_, one), Question::Order(_, other)) => one.cmp(other),
        (Question::TextOrder(_, one), Question::TextOrder(_, other)) => one.cmp(other),
        (Question::Order(..), _) => std::cmp::Ordering::Less,
        (_, Question::Order(..)) => std::cmp::Ordering::Greater,
        _ => std::cmp::Ordering::Equal,
    }
}
