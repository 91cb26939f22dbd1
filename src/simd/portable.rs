//! What all levels can do, in plain Rust: the classes of bytes eight bytes at a time.

use super::{BLOCK, LANES, Level, Masks};

/// What every processor can do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Portable;

const ONES: u64 = 0x0101_0101_0101_0101;
const LOWS: u64 = 0x7f7f_7f7f_7f7f_7f7f;

impl Level for Portable {
    #[inline(always)]
    fn masks(self, block: &[u8; BLOCK]) -> Masks {
        let mut masks = Masks::default();
        let (words, _) = block.as_chunks::<8>();
        for (at, word) in words.iter().enumerate() {
            let word = u64::from_le_bytes(*word);
            let put = |mask: &mut u64, marks: u64| *mask |= bits(marks) << (at * 8);
            put(&mut masks.quote, equal(word, b'"'));
            put(&mut masks.backslash, equal(word, b'\\'));
            // `[` and `{`, and `]` and `}`, differ in this bit alone.
            let folded = word | (ONES * 0x20);
            put(&mut masks.open, equal(folded, b'{'));
            put(&mut masks.close, equal(folded, b'}'));
            put(&mut masks.colon, equal(word, b':'));
            put(&mut masks.comma, equal(word, b','));
            put(&mut masks.blank, equal(word, b' ') | equal(word, b'\t') | equal(word, b'\n') | equal(word, b'\r'));
            put(&mut masks.digit, below(word, b'9' + 1) & !below(word, b'0'));
            put(&mut masks.zero, equal(word, b'0'));
            put(&mut masks.control, below(word, 0x20));
            put(&mut masks.high, word & !LOWS);
        }
        masks
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        [1, 2, 4, 8, 16, 32].into_iter().fold(bits, |bits, shift| bits ^ (bits << shift))
    }

    #[inline(always)]
    fn holding(self, words: &[u64], bits: &[u32; LANES]) -> u16 {
        bits.iter().enumerate().fold(0, |mask, (at, bit)| {
            let word = words.get((bit >> 7) as usize).copied().unwrap_or(0);
            mask | u16::from((word >> (bit >> 1 & 63) ^ u64::from(*bit)) & 1 != 0) << at
        })
    }

    #[inline(always)]
    fn kept(self, numbers: [u32; LANES], mask: u16) -> [u32; LANES] {
        let (mut kept, mut count) = ([0; LANES], 0);
        for (at, number) in numbers.into_iter().enumerate() {
            if let Some(place) = kept.get_mut(count) {
                *place = number;
            }
            count += usize::from(mask >> at & 1);
        }
        kept
    }
}

/// The high bit of each byte that is `byte`, one of ASCII.
#[inline(always)]
fn equal(word: u64, byte: u8) -> u64 {
    let difference = word ^ (ONES * u64::from(byte));
    // Adding to seven bits does not reach the next byte.
    !(((difference & LOWS) + LOWS) | difference) & !LOWS
}

/// The high bit of each byte that is below `byte`, one of ASCII.
#[inline(always)]
fn below(word: u64, byte: u8) -> u64 {
    !(((word & LOWS) + ONES * u64::from(0x80 - byte)) | word) & !LOWS
}

/// The high bits of eight bytes, together.
#[inline(always)]
fn bits(marks: u64) -> u64 {
    (marks >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}
