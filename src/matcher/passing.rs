//! Candidates as data: many at once, those that pass the tests that stand with them.

use super::bits::small;
use super::index::{Entry, NEVER};
use crate::simd::{Kernel, LANES, Level};

/// So many candidates are looked at together.
const BLOCK: usize = 16 * LANES;
/// A block is full once it has so many: the last ones may be more, and what nothing passes is written behind them.
const ROOM: usize = BLOCK + 2 * LANES;

/// The places of candidates that are looked at together.
const PLACES: [u32; LANES] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// Finds candidates that pass.
pub(super) struct Passing<'s> {
    /// For each entry, the test that it is most likely to fail; and [`LANES`] more that nothing passes.
    pub(super) firsts: &'s [u32],
    pub(super) entries: &'s [Entry],
    pub(super) truth: &'s [u64],
    /// The candidates: from the first to behind the last entry.
    pub(super) runs: &'s [(u32, u32)],
    /// The entries of those that pass.
    pub(super) passed: &'s mut Vec<u32>,
}

/// Candidates of one run or many.
struct Block {
    len: usize,
    firsts: [u32; ROOM],
    entries: [u32; ROOM],
}

impl Kernel for Passing<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Level>(mut self, level: L) {
        let mut block = Block { len: 0, firsts: [0; ROOM], entries: [0; ROOM] };
        for (first, end) in self.runs {
            let (mut at, mut rest) = (*first, self.firsts.get(*first as usize..).unwrap_or(&[]));
            // Most runs are short, or empty: the first part of one is taken without a look at its length. What it does not fill, the next one does.
            while let Some((firsts, behind)) = rest.split_first_chunk() {
                put(&mut block.firsts, block.len, *firsts);
                put(&mut block.entries, block.len, PLACES.map(|place| at.wrapping_add(place)));
                let few = end.saturating_sub(at).min(small(LANES));
                block.len += few as usize;
                (at, rest) = (at + few, behind);
                if block.len >= BLOCK {
                    self.look(level, &mut block);
                }
                if at >= *end {
                    break;
                }
            }
        }
        self.look(level, &mut block);
    }
}

impl Passing<'_> {
    /// Looks at a block: first at the tests that stand by themselves, and then, of those that pass, at the others.
    #[inline(always)]
    fn look<L: Level>(&mut self, level: L, block: &mut Block) {
        put(&mut block.firsts, block.len, [NEVER; LANES]);
        let (mut left, mut count) = ([0; ROOM], 0);
        let (firsts, _) = block.firsts.as_chunks::<LANES>();
        let (entries, _) = block.entries.as_chunks::<LANES>();
        for (firsts, entries) in firsts.iter().zip(entries).take(block.len.div_ceil(LANES)) {
            let mask = level.holding(self.truth, firsts);
            put(&mut left, count, level.kept(*entries, mask));
            count += mask.count_ones() as usize;
        }
        block.len = 0;
        let mut passing = 0;
        for at in 0..count {
            let Some(place) = left.get(at).copied() else { break };
            let Some(entry) = self.entries.get(place as usize) else { continue };
            let [one, other] = entry.tests;
            if let Some(to) = left.get_mut(passing) {
                *to = place;
            }
            passing += usize::from(holds(self.truth, one) & holds(self.truth, other) & 1 != 0);
        }
        self.passed.extend_from_slice(left.get(..passing).unwrap_or(&[]));
    }
}

/// Writes some numbers from a place on.
#[inline(always)]
fn put(room: &mut [u32; ROOM], at: usize, numbers: [u32; LANES]) {
    if let Some(place) = room.get_mut(at..).and_then(<[u32]>::first_chunk_mut) {
        *place = numbers;
    }
}

/// Whether a test holds, or does not, in the lowest bit.
#[inline(always)]
pub(super) fn holds(truth: &[u64], code: u32) -> u64 {
    (truth.get((code >> 7) as usize).copied().unwrap_or(0) >> ((code >> 1) & 63)) ^ u64::from(code)
}

#[cfg(test)]
mod tests {
    use arbtest::arbtest;

    use super::*;
    use crate::simd::{Best, dispatch_to};

    #[test]
    fn who_passes_is_who_passes_all_three_tests_at_every_level() {
        arbtest(|u| {
            let truth: [u64; 3] = [u.arbitrary::<u64>()? | 1, u.arbitrary()?, u.arbitrary()?];
            let count = u.int_in_range(0..=3 * BLOCK)?;
            let (mut firsts, mut entries) = (Vec::new(), Vec::new());
            let mut state = u.arbitrary::<u64>()?;
            let mut code = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                u32::try_from(state >> 33).unwrap() % (3 * 128)
            };
            for rule in 0..small(count) {
                firsts.push(code());
                entries.push(Entry { tests: [code(), code()], rule, rest: 0 });
            }
            firsts.extend([NEVER; LANES]);
            let mut runs = Vec::new();
            for _ in 0..u.int_in_range(0..=40)? {
                let first = u.int_in_range(0..=small(count))?;
                let most = if u.ratio(1, 8)? { small(count) - first } else { (small(count) - first).min(20) };
                runs.push((first, first + u.int_in_range(0..=most)?));
            }
            let is_passed = |at: &u32| {
                let [one, other] = entries[*at as usize].tests;
                [firsts[*at as usize], one, other].iter().all(|code| holds(&truth, *code) & 1 != 0)
            };
            let expected: Vec<u32> = runs.iter().flat_map(|(first, end)| *first..*end).filter(is_passed).collect();
            for level in Best::all() {
                let mut passed = Vec::new();
                dispatch_to(level, Passing { firsts: &firsts, entries: &entries, truth: &truth, runs: &runs, passed: &mut passed });
                assert_eq!(passed, expected, "{level:?}");
            }
            Ok(())
        });
    }
}
