//! Tests that read a text, or a list for its elements: parts, beginnings and ends, found by one automaton, and order.

use std::sync::Arc;

use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, Anchored, Input, MatchKind, StartKind};

use super::bits::{ones_of, small};
use super::marker::Marker;
use super::test::{Order, Question};
use crate::context::Dictionary;
use crate::value::Value;

/// The tests of one source.
#[derive(Debug)]
pub(super) struct Texts {
    /// The number of the first test, which begins a word.
    first: u32,
    words: (u32, u32),
    /// The bucket of the first test; each has one.
    bucket: u32,
    machines: Vec<Machine>,
    starts: Option<Starts>,
    /// For each pattern, from where to where its uses stand.
    patterns: Box<[(u32, u32)]>,
    uses: Box<[(Part, u32)]>,
    /// Tests that every text passes.
    any: Box<[u32]>,
    /// Tests for an element of a list, by the bit of the literal.
    by_bit: Box<[Option<u32>]>,
    /// The others, by the id of the literal.
    by_id: Box<[(u32, u32)]>,
    greater: Bounds,
    less: Bounds,
}

/// Where in the text a pattern has to be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Part {
    Anywhere,
    Start,
    End,
}

/// An automaton that finds some of the patterns.
#[derive(Debug)]
struct Machine {
    automaton: AhoCorasick,
    first_pattern: u32,
    /// Whether all of them are looked for at the start alone.
    at_start: bool,
}

/// Patterns that are all looked for at the start, and have few lengths: the start of each length is looked up, which takes less than an automaton.
#[derive(Debug)]
struct Starts {
    lengths: Box<[usize]>,
    dictionary: Dictionary,
    /// The pattern of each id, counted from 1.
    patterns: Box<[u32]>,
}

/// So few lengths are looked up one by one.
const FEW_LENGTHS: usize = 12;

impl Starts {
    fn new(words: &[&str]) -> Option<Starts> {
        let mut lengths: Vec<usize> = words.iter().map(|word| word.len()).collect();
        lengths.sort_unstable();
        lengths.dedup();
        if lengths.len() > FEW_LENGTHS {
            return None;
        }
        let dictionary = Dictionary::of(words.iter().map(|word| Arc::from(*word)));
        let mut patterns = vec![0; words.len()];
        for (word, pattern) in words.iter().zip(0u32..) {
            *patterns.get_mut((dictionary.literal(word)? as usize).checked_sub(1)?)? = pattern;
        }
        Some(Starts { lengths: lengths.into(), dictionary, patterns: patterns.into() })
    }

    fn find(&self, text: &[u8]) -> impl Iterator<Item = u32> {
        let ids = self.lengths.iter().map_while(|length| text.get(..*length)).map(|start| self.dictionary.id(start));
        ids.filter_map(|id| self.patterns.get((id as usize).checked_sub(1)?).copied())
    }
}

/// Tests of order on one side, sorted, numbered from `first` on.
#[derive(Debug, Default)]
struct Bounds {
    first: u32,
    bounds: Box<[(Arc<str>, Order)]>,
}

impl Bounds {
    fn border(&self, text: &[u8]) -> u32 {
        // The order of UTF-8 bytes is the order of code points.
        small(self.bounds.partition_point(|(bound, order)| order.holds(text.cmp(bound.as_bytes())) == order.is_greater()))
    }

    fn end(&self) -> u32 {
        self.first + small(self.bounds.len())
    }
}

impl Texts {
    /// Lays out the tests of a source from a word and a bucket on; gives the number of each.
    pub(super) fn new(tests: &[&Question], dictionary: &Dictionary, first_word: u32, bucket: u32) -> (Texts, Vec<u32>) {
        let first = first_word * 64;
        let mut placed = vec![first; tests.len()];
        let mut bounds: Vec<(&Arc<str>, Order, usize)> = Vec::new();
        let mut found: Vec<(&str, Part, u32)> = Vec::new();
        let (mut by_bit, mut by_id) = (vec![None; Dictionary::MOST_NEEDLES], Vec::new());
        let mut next = first;
        for ((at, question), place) in tests.iter().enumerate().zip(&mut placed) {
            *place = next;
            let (text, part) = match question {
                Question::Has(text) => (text, Part::Anywhere),
                Question::StartsWith(text) => (text, Part::Start),
                Question::EndsWith(text) => (text, Part::End),
                Question::TextOrder(order, text) => {
                    bounds.push((text, *order, at));
                    continue;
                }
                Question::Truthy | Question::Among(_) | Question::Order(..) | Question::Pattern(_) => continue,
            };
            if part == Part::Anywhere {
                match (dictionary.needle(text).and_then(|bit| by_bit.get_mut(bit as usize)), dictionary.literal(text)) {
                    (Some(by_bit), _) => *by_bit = Some(next),
                    (None, Some(id)) => by_id.push((id, next)),
                    (None, None) => {}
                }
            }
            found.push((text, part, next));
            next += 1;
        }
        bounds.sort_by(|(one, order, _), (other, other_order, _)| one.cmp(other).then(order.rank().cmp(&other_order.rank())));
        let [greater, less] = [true, false].map(|is_greater| {
            let first = next;
            let mut side = Vec::new();
            for (text, order, at) in bounds.iter().filter(|(_, order, _)| order.is_greater() == is_greater) {
                side.push(((*text).clone(), *order));
                if let Some(place) = placed.get_mut(*at) {
                    *place = next;
                }
                next += 1;
            }
            Bounds { first, bounds: side.into() }
        });
        by_id.sort_unstable();
        found.sort_unstable();
        let any: Vec<u32> = found.iter().filter(|(text, ..)| text.is_empty()).map(|(.., test)| *test).collect();
        found.retain(|(text, ..)| !text.is_empty());
        let mut texts = Texts {
            first,
            words: (first_word, next.div_ceil(64).max(first_word)),
            bucket,
            machines: Vec::new(),
            starts: None,
            patterns: Box::default(),
            uses: found.iter().map(|(_, part, test)| (*part, *test)).collect(),
            any: any.into(),
            by_bit: by_bit.into(),
            by_id: by_id.into(),
            greater,
            less,
        };
        texts.build(&found);
        (texts, placed)
    }

    fn build(&mut self, found: &[(&str, Part, u32)]) {
        let mut patterns: Vec<(u32, u32)> = Vec::new();
        let mut words: Vec<&str> = Vec::new();
        for group in found.chunk_by(|(one, ..), (other, ..)| one == other) {
            let start = patterns.last().map_or(0, |(_, end)| *end);
            patterns.push((start, start + small(group.len())));
            words.extend(group.first().map(|(text, ..)| *text));
        }
        self.patterns = patterns.into();
        let at_start = found.iter().all(|(_, part, _)| *part == Part::Start);
        self.starts = Some(words.as_slice()).filter(|words| at_start && !words.is_empty()).and_then(Starts::new);
        if self.starts.is_none() {
            self.add_machines(&words, 0, at_start);
        }
    }

    /// Builds an automaton, or several where one would be too large.
    fn add_machines(&mut self, words: &[&str], first_pattern: u32, at_start: bool) {
        if words.is_empty() {
            return;
        }
        let start = if at_start { StartKind::Anchored } else { StartKind::Unanchored };
        match AhoCorasick::builder().match_kind(MatchKind::Standard).start_kind(start).build(words) {
            Ok(automaton) => self.machines.push(Machine { automaton, first_pattern, at_start }),
            Err(_) => {
                let (one, other) = words.split_at(words.len() / 2);
                self.add_machines(one, first_pattern, at_start);
                self.add_machines(other, first_pattern + small(one.len()), at_start);
            }
        }
    }

    pub(super) fn words(&self) -> (u32, u32) {
        self.words
    }

    /// The bucket behind the last one.
    pub(super) fn last_bucket(&self) -> u32 {
        self.bucket_of(self.less.end())
    }

    pub(super) fn bucket_of(&self, test: u32) -> u32 {
        self.bucket + (test - self.first)
    }

    // ---- looking at a value

    /// Answers for a text. The caller has forgotten the tests.
    pub(super) fn look_at_text(&self, text: &[u8], marker: &mut Marker<'_>) {
        for test in &self.any {
            self.passes(*test, marker);
        }
        if let Some(starts) = &self.starts {
            starts.find(text).for_each(|pattern| self.found(pattern, true, false, marker));
        }
        for machine in &self.machines {
            let anchored = if machine.at_start { Anchored::Yes } else { Anchored::No };
            let input = Input::new(text).anchored(anchored);
            let mut state = OverlappingState::start();
            loop {
                machine.automaton.find_overlapping(input.clone(), &mut state);
                let Some(found) = state.get_match() else { break };
                self.found(machine.first_pattern + found.pattern().as_u32(), found.start() == 0, found.end() == text.len(), marker);
            }
        }
        let border = self.greater.first + self.greater.border(text);
        marker.fill(self.greater.first, border);
        marker.candidates(self.bucket_of(self.greater.first), self.bucket_of(border));
        let border = self.less.first + self.less.border(text);
        marker.fill(border, self.less.end());
        marker.candidates(self.bucket_of(border), self.bucket_of(self.less.end()));
    }

    fn found(&self, pattern: u32, at_start: bool, at_end: bool, marker: &mut Marker<'_>) {
        let Some((start, end)) = self.patterns.get(pattern as usize) else { return };
        for (part, test) in self.uses.get(*start as usize..*end as usize).unwrap_or(&[]) {
            let passes = match part {
                Part::Anywhere => true,
                Part::Start => at_start,
                Part::End => at_end,
            };
            if passes {
                self.passes(*test, marker);
            }
        }
    }

    /// Answers for a list, of which the bits of its cell are known; `list` is asked only where that does not tell.
    pub(super) fn look_at_list<'v>(&self, bits: u64, dictionary: &Dictionary, list: impl FnOnce() -> Option<&'v Value>, marker: &mut Marker<'_>) {
        for bit in ones_of(bits) {
            if let Some(Some(test)) = self.by_bit.get(bit as usize) {
                self.passes(*test, marker);
            }
        }
        if self.by_id.is_empty() {
            return;
        }
        if let Some(Value::List(list)) = list() {
            for item in list.iter() {
                if let Value::Text(text) = item
                    && let Ok(at) = self.by_id.binary_search_by_key(&dictionary.id(text.as_bytes()), |(id, _)| *id)
                    && let Some((_, test)) = self.by_id.get(at)
                {
                    self.passes(*test, marker);
                }
            }
        }
    }

    fn passes(&self, test: u32, marker: &mut Marker<'_>) {
        if marker.set(test) {
            marker.candidates(self.bucket_of(test), self.bucket_of(test) + 1);
        }
    }
}
