//! Many small things at once. Sixty-four bytes of JSON: which of them are quotes, brackets, digits, ... as one bit each. Sixteen numbers of bits: which of
//! these are set.
//!
//! A [`Kernel`] is work that is written once, in safe code, over a [`Level`]; [`dispatch_to`] runs it with one that the processor has. All levels give
//! the same bits: [`Portable`] is their meaning, in plain Rust. Unsafe code stays in this module.

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use portable::Portable;

/// Bytes of one block.
pub(crate) const BLOCK: usize = 64;

/// Numbers that are looked at together.
pub(crate) const LANES: usize = 16;

/// Where the bytes of a block are of a class: bit `n` stands for byte `n`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Masks {
    /// `"`
    pub(crate) quote: u64,
    /// `\`
    pub(crate) backslash: u64,
    /// `{` and `[`
    pub(crate) open: u64,
    /// `}` and `]`
    pub(crate) close: u64,
    /// `:`
    pub(crate) colon: u64,
    /// `,`
    pub(crate) comma: u64,
    /// A space, a tab, a line feed or a carriage return.
    pub(crate) blank: u64,
    /// `0` to `9`
    pub(crate) digit: u64,
    /// `0`
    pub(crate) zero: u64,
    /// Below the space.
    pub(crate) control: u64,
    /// 128 and above.
    pub(crate) high: u64,
}

/// What a processor can do.
pub(crate) trait Level: Copy {
    /// The classes of a block.
    fn masks(self, block: &[u8; BLOCK]) -> Masks;

    /// Each bit is the sum, modulo 2, of the bits up to it: what stands between an odd bit and the next even one is set, the odd bit with it.
    fn prefix_xor(self, bits: u64) -> u64;

    /// Which of sixteen bits of `words` are as they should be: the number of each is twice its place, plus one if it should not be set. What lies beyond the
    /// words is not set.
    fn holding(self, words: &[u64], bits: &[u32; LANES]) -> u16;

    /// Those of sixteen numbers that a mask has, one behind the other; what stands behind them means nothing.
    fn kept(self, numbers: [u32; LANES], mask: u16) -> [u32; LANES];
}

/// Work over blocks. `run` has to be `#[inline(always)]`: only so is it compiled for the level.
pub(crate) trait Kernel {
    /// What it gives.
    type Output;

    /// Does the work.
    fn run<L: Level>(self, level: L) -> Self::Output;
}

/// The levels by name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Best {
    /// Plain Rust.
    Portable,
    /// AVX2, PCLMULQDQ and BMI.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512 F and BW beside them.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Best {
    /// The best level of this processor.
    pub(crate) fn here() -> Best {
        #[cfg(target_arch = "x86_64")]
        {
            if x86::has_avx512() {
                return Best::Avx512;
            }
            if x86::has_avx2() {
                return Best::Avx2;
            }
        }
        Best::Portable
    }

    /// All levels of this processor.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn all() -> impl Iterator<Item = Best> {
        #[cfg(target_arch = "x86_64")]
        let levels = [(Best::Portable, true), (Best::Avx2, x86::has_avx2()), (Best::Avx512, x86::has_avx512())];
        #[cfg(not(target_arch = "x86_64"))]
        let levels = [(Best::Portable, true)];
        levels.into_iter().filter_map(|(level, here)| here.then_some(level))
    }
}

/// Runs the work with a level; with the portable one where the processor does not have it.
pub(crate) fn dispatch_to<K: Kernel>(level: Best, kernel: K) -> K::Output {
    match level {
        Best::Portable => kernel.run(Portable),
        #[cfg(target_arch = "x86_64")]
        Best::Avx2 => x86::run_avx2(kernel),
        #[cfg(target_arch = "x86_64")]
        Best::Avx512 => x86::run_avx512(kernel),
    }
}

#[cfg(test)]
mod tests {
    use arbtest::arbtest;

    use super::*;

    struct MasksOf<'b>(&'b [u8; BLOCK]);

    impl Kernel for MasksOf<'_> {
        type Output = Masks;

        #[inline(always)]
        fn run<L: Level>(self, level: L) -> Masks {
            level.masks(self.0)
        }
    }

    struct HoldingOf<'w>(&'w [u64], &'w [u32; LANES]);

    impl Kernel for HoldingOf<'_> {
        type Output = u16;

        #[inline(always)]
        fn run<L: Level>(self, level: L) -> u16 {
            level.holding(self.0, self.1)
        }
    }

    struct KeptOf([u32; LANES], u16);

    impl Kernel for KeptOf {
        type Output = [u32; LANES];

        #[inline(always)]
        fn run<L: Level>(self, level: L) -> [u32; LANES] {
            level.kept(self.0, self.1)
        }
    }

    struct PrefixXorOf(u64);

    impl Kernel for PrefixXorOf {
        type Output = u64;

        #[inline(always)]
        fn run<L: Level>(self, level: L) -> u64 {
            level.prefix_xor(self.0)
        }
    }

    #[test]
    fn every_byte_is_of_its_classes_at_every_place() {
        for byte in 0..=u8::MAX {
            for place in 0..BLOCK {
                let mut block = [b'a'; BLOCK];
                block[place] = byte;
                let bit = |is: bool| u64::from(is) << place;
                let expected = Masks {
                    quote: bit(byte == b'"'),
                    backslash: bit(byte == b'\\'),
                    open: bit(b"{[".contains(&byte)),
                    close: bit(b"}]".contains(&byte)),
                    colon: bit(byte == b':'),
                    comma: bit(byte == b','),
                    blank: bit(b" \t\n\r".contains(&byte)),
                    digit: bit(byte.is_ascii_digit()),
                    zero: bit(byte == b'0'),
                    control: bit(byte < 0x20),
                    high: bit(byte >= 0x80),
                };
                for level in Best::all() {
                    assert_eq!(dispatch_to(level, MasksOf(&block)), expected, "{byte:#x} at {place} with {level:?}");
                }
            }
        }
    }

    #[test]
    fn all_levels_see_the_same() {
        arbtest(|u| {
            let block: [u8; BLOCK] = u.arbitrary()?;
            let block = if u.arbitrary()? { block } else { block.map(|byte| b"{}[]:,\"\\ \n0719a\x80\xff\x1f"[usize::from(byte % 18)]) };
            let bits: u64 = u.arbitrary()?;
            let slow = (0..64).fold((0u64, 0), |(sum, last), at| {
                let last = last ^ (bits >> at & 1);
                (sum | last << at, last)
            });
            for level in Best::all() {
                assert_eq!(dispatch_to(level, MasksOf(&block)), Portable.masks(&block), "{level:?}");
                assert_eq!(dispatch_to(level, PrefixXorOf(bits)), slow.0, "{level:?}");
            }
            Ok(())
        });
    }

    #[test]
    fn bits_hold_where_they_are_as_they_should_be() {
        arbtest(|u| {
            let words: Vec<u64> = (0..u.int_in_range(0..=5)?).map(|_| u.arbitrary()).collect::<Result<_, _>>()?;
            let mut bits = [0; LANES];
            for bit in &mut bits {
                *bit = if u.ratio(7, 8)? { u.int_in_range(0..=5 * 128)? } else { u.arbitrary()? };
            }
            let is_set = |place: u32| words.get(place as usize / 64).is_some_and(|word| word >> (place % 64) & 1 != 0);
            let expected = bits.iter().enumerate().fold(0, |mask, (at, bit)| mask | u16::from(is_set(bit >> 1) != (bit & 1 != 0)) << at);
            for level in Best::all() {
                assert_eq!(dispatch_to(level, HoldingOf(&words, &bits)), expected, "{level:?}");
            }
            Ok(())
        });
    }

    #[test]
    fn numbers_are_kept_in_their_order() {
        arbtest(|u| {
            let (numbers, mask): ([u32; LANES], u16) = u.arbitrary()?;
            let expected: Vec<u32> = numbers.iter().enumerate().filter(|(at, _)| mask >> at & 1 != 0).map(|(_, number)| *number).collect();
            for level in Best::all() {
                assert_eq!(dispatch_to(level, KeptOf(numbers, mask))[..expected.len()], expected, "{level:?}");
            }
            Ok(())
        });
    }
}
