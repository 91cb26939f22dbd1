//! Sets of small numbers, as bits.

/// The number as an index of 32 bits; what does not fit is beyond every table.
pub(super) fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

pub(super) fn has(words: &[u64], at: u32) -> bool {
    words.get((at >> 6) as usize).is_some_and(|word| word >> (at & 63) & 1 != 0)
}

/// Sets a bit, and says whether it is new.
pub(super) fn set(words: &mut [u64], at: u32) -> bool {
    let Some(word) = words.get_mut((at >> 6) as usize) else { return false };
    let bit = 1 << (at & 63);
    let is_new = *word & bit == 0;
    *word |= bit;
    is_new
}

/// Sets the bits from here up to there.
pub(super) fn fill(words: &mut [u64], from: u32, to: u32) {
    if from >= to {
        return;
    }
    let (first, last) = ((from >> 6) as usize, ((to - 1) >> 6) as usize);
    let (low, high) = (u64::MAX << (from & 63), u64::MAX >> (63 - ((to - 1) & 63)));
    let Some(words) = words.get_mut(first..=last) else { return };
    let before = words.last().copied().unwrap_or(0);
    let mut bits = low;
    // Most are a few words: a loop over them takes less than the call that fills memory.
    for word in words.iter_mut() {
        *word |= bits;
        bits = u64::MAX;
    }
    if let Some(end) = words.last_mut() {
        *end = before | *end & high;
    }
}

/// A set of rules: a bit each, and above them a bit for each word that has some, so that a few among very many are found, and forgotten, in little time.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits {
    words: Vec<u64>,
    summary: Vec<u64>,
    count: usize,
}

impl Bits {
    /// Makes it an empty set with room for so many.
    pub(super) fn reset(&mut self, room: usize) {
        let words = room.div_ceil(64);
        if self.words.len() == words {
            self.clear();
        } else {
            *self = Bits { words: vec![0; words], summary: vec![0; words.div_ceil(64)], count: 0 };
        }
    }

    /// Makes room for so many, and keeps what is there.
    pub(super) fn grow(&mut self, room: usize) {
        let words = room.div_ceil(64);
        if self.words.len() < words {
            self.words.resize(words, 0);
            self.summary.resize(words.div_ceil(64), 0);
        }
    }

    fn clear(&mut self) {
        if self.count == 0 {
            return;
        }
        for (at, summary) in self.summary.iter_mut().enumerate() {
            let mut rest = std::mem::take(summary);
            while rest != 0 {
                if let Some(word) = self.words.get_mut(at * 64 + rest.trailing_zeros() as usize) {
                    *word = 0;
                }
                rest &= rest - 1;
            }
        }
        self.count = 0;
    }

    /// Adds one, and says whether it is new. What there is no room for is not added.
    #[inline]
    pub(super) fn insert(&mut self, at: u32) -> bool {
        let is_new = set(&mut self.words, at);
        if is_new {
            set(&mut self.summary, at >> 6);
            self.count += 1;
        }
        is_new
    }

    /// Takes one out.
    pub(super) fn remove(&mut self, at: u32) {
        if self.has(at)
            && let Some(word) = self.words.get_mut((at >> 6) as usize)
        {
            *word &= !(1 << (at & 63));
            self.count -= 1;
        }
    }

    pub(super) fn has(&self, at: u32) -> bool {
        has(&self.words, at)
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }

    /// The members, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        let summary = if self.count == 0 { &[] } else { self.summary.as_slice() };
        ones(summary).flat_map(|at| {
            let word = self.words.get(at as usize).copied().unwrap_or(0);
            ones_of(word).map(move |bit| at * 64 + bit)
        })
    }
}

fn ones(words: &[u64]) -> impl Iterator<Item = u32> {
    words.iter().zip(0u32..).flat_map(|(word, at)| ones_of(*word).map(move |bit| at * 64 + bit))
}

/// The places of the bits of a word.
pub(super) fn ones_of(word: u64) -> impl Iterator<Item = u32> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let bit = (rest != 0).then(|| rest.trailing_zeros())?;
        rest &= rest - 1;
        Some(bit)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use arbtest::arbtest;

    use super::*;

    #[test]
    fn a_set_of_bits_is_a_set() {
        arbtest(|u| {
            let room = u.int_in_range(1..=20_000)?;
            let mut bits = Bits::default();
            for _ in 0..2 {
                bits.reset(room);
                let mut model = BTreeSet::new();
                for _ in 0..u.int_in_range(0..=40)? {
                    let at = u.int_in_range(0..=small(room) - 1)?;
                    if u.ratio(1, 4)? {
                        bits.remove(at);
                        model.remove(&at);
                    } else {
                        assert_eq!(bits.insert(at), model.insert(at));
                    }
                }
                assert!(bits.iter().eq(model.iter().copied()));
                assert_eq!(bits.count(), model.len());
            }
            Ok(())
        });
    }

    #[test]
    fn a_filled_range_has_what_lies_in_it() {
        arbtest(|u| {
            let (from, to) = (u.int_in_range(0..=300)?, u.int_in_range(0..=320)?);
            let mut words = [0; 5];
            fill(&mut words, from, to);
            assert!((0..320).all(|at| has(&words, at) == (from <= at && at < to)), "{from} {to}");
            Ok(())
        });
    }
}
