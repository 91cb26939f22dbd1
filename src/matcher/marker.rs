//! Where the truth of tests is written down, and with it whom that makes a candidate.

use super::bits;

/// Sets tests and collects the entries of buckets.
pub(super) struct Marker<'m> {
    pub(super) truth: &'m mut [u64],
    pub(super) runs: &'m mut Vec<(u32, u32)>,
    /// For each bucket, its first entry; and behind the last one, where they end.
    pub(super) starts: &'m [u32],
}

impl Marker<'_> {
    /// Sets one test, and says whether that is new.
    pub(super) fn set(&mut self, test: u32) -> bool {
        bits::set(self.truth, test)
    }

    /// Sets neighbours.
    pub(super) fn fill(&mut self, from: u32, to: u32) {
        bits::fill(self.truth, from, to);
    }

    /// Forgets the tests of some words.
    pub(super) fn clear(&mut self, words: (u32, u32)) {
        if let Some(words) = self.truth.get_mut(words.0 as usize..words.1 as usize) {
            words.fill(0);
        }
    }

    /// Copies a row of tests to the words from here on.
    pub(super) fn copy(&mut self, first_word: u32, row: &[u64]) {
        if let Some(words) = self.truth.get_mut(first_word as usize..first_word as usize + row.len()) {
            words.copy_from_slice(row);
        }
    }

    /// The entries of the buckets from here up to there are candidates.
    #[inline]
    pub(super) fn candidates(&mut self, from: u32, to: u32) {
        if let (Some(&first), Some(&end)) = (self.starts.get(from as usize), self.starts.get(to as usize)) {
            self.run(first, end);
        }
    }

    /// These entries are candidates. That there are none is no reason to stop and ask.
    #[inline]
    pub(super) fn run(&mut self, first: u32, end: u32) {
        self.runs.push((first, end));
    }
}
