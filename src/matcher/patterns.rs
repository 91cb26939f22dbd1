//! Regular expressions of one source, tested together.

use regex::RegexSet;

use super::collect::pattern_set;
use super::marker::Marker;
use super::test::Question;
use crate::limits::Limits;

/// So many patterns are compiled together at most.
const MOST: usize = 64;

/// The tests of one source.
#[derive(Debug)]
pub(super) struct Patterns {
    first: u32,
    words: (u32, u32),
    bucket: u32,
    /// Each with its first test.
    sets: Vec<(u32, RegexSet)>,
    count: u32,
}

impl Patterns {
    /// Lays out the tests of a source from a word and a bucket on; gives the number of each.
    pub(super) fn new(tests: &[&Question], limits: &Limits, first_word: u32, bucket: u32) -> (Patterns, Vec<u32>) {
        let first = first_word * 64;
        let mut sources = Vec::new();
        let mut placed = Vec::new();
        for (question, test) in tests.iter().zip(first..) {
            placed.push(test);
            if let Question::Pattern(pattern) = question {
                sources.push((test, pattern.as_ref()));
            }
        }
        let count = super::bits::small(sources.len());
        let mut patterns = Patterns { first, words: (first_word, first_word + count.div_ceil(64)), bucket, sets: Vec::new(), count };
        sources.chunks(MOST).for_each(|group| patterns.add(group, limits));
        (patterns, placed)
    }

    /// Compiles some together, or in parts where they are too much for one.
    fn add(&mut self, group: &[(u32, &str)], limits: &Limits) {
        let Some((first, _)) = group.first() else { return };
        match pattern_set(group.iter().map(|(_, pattern)| *pattern), limits) {
            Some(set) => self.sets.push((*first, set)),
            // One alone has been compiled when it was interned.
            None if group.len() == 1 => {}
            None => {
                let (one, other) = group.split_at(group.len() / 2);
                self.add(one, limits);
                self.add(other, limits);
            }
        }
    }

    pub(super) fn words(&self) -> (u32, u32) {
        self.words
    }

    /// The bucket behind the last one.
    pub(super) fn last_bucket(&self) -> u32 {
        self.bucket + self.count
    }

    pub(super) fn bucket_of(&self, test: u32) -> u32 {
        self.bucket + (test - self.first)
    }

    /// Answers for a text. The caller has forgotten the tests.
    pub(super) fn look_at_text(&self, text: &str, marker: &mut Marker<'_>) {
        for (first, set) in &self.sets {
            for at in set.matches(text) {
                let test = *first + super::bits::small(at);
                if marker.set(test) {
                    marker.candidates(self.bucket_of(test), self.bucket_of(test) + 1);
                }
            }
        }
    }
}
