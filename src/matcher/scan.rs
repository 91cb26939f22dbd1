//! Asking the index: the truth of tests, then the candidates, then what has to be evaluated.

use super::RuleId;
use super::bits::{Bits, has};
use super::index::{ALWAYS, Group, Index, Tests};
use super::marker::Marker;
use super::passing::{Passing, holds};
use super::scratch::{Found, State};
use super::store::{Code, Meaning, Store};
use super::test::Source;
use crate::context::{Cell, Context, Slot};
use crate::limits::Limits;
use crate::rule::Scope;
use crate::simd::dispatch_to;
use crate::value::Value;

/// One context, as the index sees it.
pub(super) struct Scan<'s> {
    pub(super) index: &'s Index,
    pub(super) context: &'s Context,
    pub(super) state: &'s mut State,
    pub(super) found: &'s mut Found,
}

impl Scan<'_> {
    /// Finds the rules that match; those of which more is to be evaluated are pending, or slow.
    pub(super) fn run(&mut self, rules: usize, limits: &Limits) {
        let index = self.index;
        let state = &mut *self.state;
        if state.truth.len() != index.words {
            state.truth = vec![0; index.words];
        }
        if state.done.len() != index.groups.len() || state.memo.len() != index.composites.len() {
            state.done = vec![false; index.groups.len()];
            state.memo = vec![0; index.composites.len()];
            state.contexts = 0;
        }
        state.contexts += 1;
        state.done.fill(false);
        state.runs.clear();
        state.slow.reset(rules);
        state.pending.reset(rules);
        self.found.matched.reset(rules);
        self.found.errors.clear();
        self.watch(limits);
        self.look();
        self.candidates();
    }

    /// Finds the rules that the context does not fit.
    fn watch(&mut self, limits: &Limits) {
        let cells = self.context.cells();
        for (watch, rules) in &self.index.watches {
            let tag = cells.get(watch.slot.index()).map_or(Cell::NULL, |cell| cell.tag);
            if watch.tags >> tag & 1 != 0 {
                rules.iter().for_each(|rule| _ = self.state.slow.insert(*rule));
            }
        }
        let charged = &self.index.budget;
        if !charged.rules.is_empty() {
            let (mut steps, mut bytes) = (0u64, 0u64);
            for cell in charged.slots.iter().filter_map(|slot| cells.get(slot.index())) {
                let (len, text) = match cell.tag {
                    Cell::TEXT => (cell.payload, cell.payload),
                    Cell::LIST | Cell::MAP => (u64::from(cell.id), 0),
                    _ => (0, 0),
                };
                steps = steps.max(len);
                bytes = bytes.max(text);
            }
            // The constant that is read with a text is part of the source. What is derived is a few times as long as its text, and derived a few times.
            let most = u64::from(charged.most);
            let steps = steps.saturating_add(limits.source_bytes as u64 / 64 + 16).saturating_mul(most);
            let bytes = bytes.saturating_mul(16).saturating_add(256).saturating_mul(most);
            if steps > limits.steps || bytes > limits.bytes {
                charged.rules.iter().for_each(|rule| _ = self.state.slow.insert(*rule));
            }
        }
    }

    /// Looks at the attributes.
    fn look(&mut self) {
        let index = self.index;
        if let Some(first) = self.state.truth.get_mut(..(index.lazy_from / 64) as usize) {
            first.fill(0);
            if let Some(always) = first.first_mut() {
                *always = 1;
            }
        }
        let mut marker = Marker { truth: &mut self.state.truth, runs: &mut self.state.runs, starts: &index.starts };
        marker.candidates(ALWAYS, ALWAYS + 1);
        let cells = self.context.cells();
        for group in index.groups.iter().take(index.first_groups) {
            if let (Tests::Points(points), Source::Slot(slot)) = (&group.tests, group.source) {
                if let Some(cell) = cells.get(slot.index()) {
                    points.look(*cell, &mut marker);
                }
            } else {
                look_at_group(group, self.context, &mut marker);
            }
        }
        for at in &index.leading {
            self.look_at(*at);
        }
        for shared in &index.shared {
            if self.composite(shared.composite as usize) {
                let mut marker = Marker { truth: &mut self.state.truth, runs: &mut self.state.runs, starts: &index.starts };
                marker.set(shared.test);
                marker.candidates(shared.bucket, shared.bucket + 1);
            }
        }
    }

    /// Looks at what is looked at when it is asked for.
    fn look_at(&mut self, at: usize) {
        let index = self.index;
        let (Some(group), Some(done)) = (index.groups.get(at), self.state.done.get_mut(at)) else { return };
        if std::mem::replace(done, true) {
            return;
        }
        let mut marker = Marker { truth: &mut self.state.truth, runs: &mut self.state.runs, starts: &index.starts };
        look_at_group(group, self.context, &mut marker);
    }

    /// Looks at the candidates: those that pass the tests that stand with them match, unless there is more to them.
    fn candidates(&mut self) {
        let index = self.index;
        let mut passed = std::mem::take(&mut self.state.passed);
        passed.clear();
        let State { truth, runs, .. } = &*self.state;
        dispatch_to(index.level, Passing { firsts: &index.firsts, entries: &index.entries, truth, runs, passed: &mut passed });
        for entry in passed.iter().filter_map(|at| index.entries.get(*at as usize)) {
            if entry.rest == 0 {
                self.found.matched.insert(entry.rule);
            } else {
                self.rest(entry.rule, entry.rest);
            }
        }
        self.state.passed = passed;
    }

    fn rest(&mut self, rule: u32, rest: u32) {
        let index = self.index;
        let Some((header, codes)) = index.codes.get(rest as usize..).and_then(<[u32]>::split_first) else { return };
        if !self.decided(codes.get(..(header >> 1) as usize).unwrap_or(&[]), false) {
            return;
        }
        if header & 1 == 0 {
            self.found.matched.insert(rule);
        } else {
            self.state.pending.insert(rule);
        }
    }

    /// Whether one of these holds (`any`), or all do.
    fn decided(&mut self, mut codes: &[u32], any: bool) -> bool {
        while let Some((code, rest)) = codes.split_first() {
            let holds = match Code(*code).as_inline() {
                None => {
                    codes = rest;
                    self.holds(*code)
                }
                Some((any, words)) => {
                    let (parts, behind) = rest.split_at_checked(words).unwrap_or((rest, &[]));
                    codes = behind;
                    self.decided(parts, any)
                }
            };
            if holds == any {
                return any;
            }
        }
        !any
    }

    fn holds(&mut self, code: u32) -> bool {
        match Code(code).meaning() {
            Meaning::Test(test, _) => {
                if test >= self.index.lazy_from {
                    let group = self.index.group_of_word.get(((test - self.index.lazy_from) >> 6) as usize).copied().unwrap_or(0);
                    self.look_at(group as usize);
                }
                holds(&self.state.truth, code) & 1 != 0
            }
            Meaning::Composite(at) => self.composite(at as usize),
        }
    }

    /// Whether a composite is true: found out once.
    fn composite(&mut self, at: usize) -> bool {
        let index = self.index;
        match self.state.memo.get(at) {
            Some(memo) if memo >> 1 == self.state.contexts => return memo & 1 != 0,
            Some(_) | None => {}
        }
        let start = index.composites.get(at).copied().unwrap_or(u32::MAX);
        let Some((head, parts)) = index.parts.get(start as usize..).and_then(<[u32]>::split_first) else { return false };
        let Some((any, words)) = Code(*head).as_inline() else { return false };
        let truth = self.decided(parts.get(..words).unwrap_or(&[]), any);
        if let Some(memo) = self.state.memo.get_mut(at) {
            *memo = self.state.contexts << 1 | u64::from(truth);
        }
        truth
    }
}

/// Looks at the tests of one group.
pub(super) fn look_at_group(group: &Group, context: &Context, marker: &mut Marker<'_>) {
    match &group.tests {
        Tests::Points(points) => {
            marker.clear(points.words());
            match group.source {
                Source::Slot(slot) => {
                    if let Some(cell) = context.cells().get(slot.index()) {
                        points.look(*cell, marker);
                    }
                }
                Source::Derived(..) => {
                    if let Some(value) = value_of(group.source, context) {
                        points.look_at_value(value, &group.dictionary, marker);
                    }
                }
            }
        }
        Tests::Texts(texts) => {
            marker.clear(texts.words());
            match group.source {
                Source::Slot(slot) => match context.cells().get(slot.index()) {
                    Some(Cell { tag: Cell::LIST, payload, .. }) => {
                        texts.look_at_list(*payload, context.dictionary(slot), || value_of(group.source, context), marker);
                    }
                    Some(_) | None => {
                        if let Some(text) = context.text(slot) {
                            texts.look_at_text(text, marker);
                        }
                    }
                },
                Source::Derived(..) => {
                    if let Some(Value::Text(text)) = value_of(group.source, context) {
                        texts.look_at_text(text.as_bytes(), marker);
                    }
                }
            }
        }
        Tests::Patterns(patterns) => {
            marker.clear(patterns.words());
            match group.source {
                Source::Slot(slot) => {
                    if let Some(text) = context.text(slot) {
                        patterns.look_at_text(&String::from_utf8_lossy(text), marker);
                    }
                }
                Source::Derived(..) => {
                    if let Some(Value::Text(text)) = value_of(group.source, context) {
                        patterns.look_at_text(text, marker);
                    }
                }
            }
        }
    }
}

/// The value of a source; `None` where it cannot be read, or nothing is derived of it.
fn value_of(source: Source, context: &Context) -> Option<&Value> {
    const NULL: &Value = &Value::Null;
    let of_slot = |slot| match context.slot(slot) {
        Slot::Value(value) => Some(value),
        Slot::NoMembers { .. } | Slot::Failed(_) => None,
    };
    match source {
        Source::Slot(slot) => of_slot(slot),
        Source::Derived(derived, slot) => match context.derived(derived) {
            Some(derived) => Some(&derived.value),
            None => of_slot(slot).filter(|value| value.is_null()).map(|_| NULL),
        },
    }
}

/// Evaluates what is pending or slow, and forgets what is gone.
pub(super) fn evaluate(store: &Store, state: &State, gone: &Bits, found: &mut Found, scope: Scope<'_>) {
    for rule in state.slow.iter().chain(gone.iter()) {
        found.matched.remove(rule);
    }
    let pending = state.pending.iter().filter(|rule| !state.slow.has(*rule));
    for rule in state.slow.iter().chain(pending).filter(|rule| !gone.has(*rule)) {
        let Some(residual) = store.residual(rule) else { continue };
        match residual.matches(scope) {
            Ok(true) => _ = found.matched.insert(rule),
            Ok(false) => {}
            Err(error) => found.errors.push((RuleId(rule), error)),
        }
    }
}

/// How often each test holds in some contexts, in the order of the store.
pub(super) fn sample<'c>(index: &Index, contexts: impl Iterator<Item = &'c Context>) -> super::cost::Sample {
    let mut sample = super::cost::Sample { hits: vec![0; index.placed.len()], contexts: 0 };
    let (mut truth, mut runs) = (vec![0; index.words], Vec::new());
    for context in contexts {
        truth.fill(0);
        runs.clear();
        let mut marker = Marker { truth: &mut truth, runs: &mut runs, starts: &index.starts };
        index.groups.iter().for_each(|group| look_at_group(group, context, &mut marker));
        for (hits, test) in sample.hits.iter_mut().zip(&index.placed) {
            *hits += u32::from(has(&truth, *test));
        }
        sample.contexts = sample.contexts.saturating_add(1);
    }
    sample
}
