//! The same by AVX2 and AVX-512.
#![allow(unsafe_code, reason = "intrinsics: each use says what makes it sound")]

use std::arch::is_x86_feature_detected;
use std::arch::x86_64::{
    __m128i, __m256i, __m512i, _mm_clmulepi64_si128, _mm_cvtsi64_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_set1_epi8, _mm_setr_epi8, _mm256_and_si256,
    _mm256_broadcastsi128_si256, _mm256_castsi256_ps, _mm256_cmpeq_epi8, _mm256_cmpeq_epi32, _mm256_cvtepu8_epi32, _mm256_loadu_si256,
    _mm256_mask_i32gather_epi32, _mm256_max_epu8, _mm256_max_epu32, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_movemask_ps, _mm256_or_si256,
    _mm256_permutevar8x32_epi32, _mm256_set1_epi8, _mm256_set1_epi32, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_slli_epi32, _mm256_srli_epi32,
    _mm256_srlv_epi32, _mm256_storeu_si256, _mm256_sub_epi8, _mm256_xor_si256, _mm512_and_si512, _mm512_broadcast_i32x4, _mm512_cmpeq_epi8_mask,
    _mm512_cmplt_epu8_mask, _mm512_cmplt_epu32_mask, _mm512_loadu_si512, _mm512_mask_i32gather_epi32, _mm512_maskz_compress_epi32, _mm512_movepi8_mask,
    _mm512_or_si512, _mm512_set1_epi8, _mm512_set1_epi32, _mm512_setzero_si512, _mm512_shuffle_epi8, _mm512_srli_epi32, _mm512_srlv_epi32, _mm512_storeu_si512,
    _mm512_sub_epi8, _mm512_test_epi32_mask, _mm512_xor_si512, _pdep_u64, _pext_u64,
};

use super::{BLOCK, Kernel, LANES, Level, Masks, Portable};

pub(super) fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("pclmulqdq")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
}

pub(super) fn has_avx512() -> bool {
    has_avx2() && is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw")
}

pub(super) fn run_avx2<K: Kernel>(kernel: K) -> K::Output {
    #[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,lzcnt,popcnt")]
    fn run<K: Kernel>(kernel: K, level: Avx2) -> K::Output {
        kernel.run(level)
    }
    match Avx2::new() {
        // SAFETY: an `Avx2` exists only where the processor has the features.
        Some(level) => unsafe { run(kernel, level) },
        None => kernel.run(Portable),
    }
}

pub(super) fn run_avx512<K: Kernel>(kernel: K) -> K::Output {
    #[target_feature(enable = "avx512f,avx512bw,avx2,pclmulqdq,bmi1,bmi2,lzcnt,popcnt")]
    fn run<K: Kernel>(kernel: K, level: Avx512) -> K::Output {
        kernel.run(level)
    }
    match Avx512::new() {
        // SAFETY: an `Avx512` exists only where the processor has the features.
        Some(level) => unsafe { run(kernel, level) },
        None => kernel.run(Portable),
    }
}

/// Says that the processor has AVX2, PCLMULQDQ and BMI.
#[derive(Clone, Copy)]
pub(super) struct Avx2(());

impl Avx2 {
    fn new() -> Option<Avx2> {
        has_avx2().then_some(Avx2(()))
    }
}

impl Level for Avx2 {
    #[inline(always)]
    fn masks(self, block: &[u8; BLOCK]) -> Masks {
        // SAFETY: the processor has AVX2, as `self` says.
        unsafe { masks_avx2(block) }
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        // SAFETY: the processor has PCLMULQDQ, as `self` says.
        unsafe { prefix_xor(bits) }
    }

    #[inline(always)]
    fn holding(self, words: &[u64], bits: &[u32; LANES]) -> u16 {
        // SAFETY: the processor has AVX2, as `self` says.
        unsafe { holding_avx2(words, bits) }
    }

    #[inline(always)]
    fn kept(self, numbers: [u32; LANES], mask: u16) -> [u32; LANES] {
        // SAFETY: the processor has AVX2 and BMI2, as `self` says.
        unsafe { kept_avx2(numbers, mask) }
    }
}

/// Says that the processor has AVX-512 F and BW, too.
#[derive(Clone, Copy)]
pub(super) struct Avx512(());

impl Avx512 {
    fn new() -> Option<Avx512> {
        has_avx512().then_some(Avx512(()))
    }
}

impl Level for Avx512 {
    #[inline(always)]
    fn masks(self, block: &[u8; BLOCK]) -> Masks {
        // SAFETY: the processor has AVX-512 F and BW, as `self` says.
        unsafe { masks_avx512(block) }
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        // SAFETY: the processor has PCLMULQDQ, as `self` says.
        unsafe { prefix_xor(bits) }
    }

    #[inline(always)]
    fn holding(self, words: &[u64], bits: &[u32; LANES]) -> u16 {
        // SAFETY: the processor has AVX-512 F, as `self` says.
        unsafe { holding_avx512(words, bits) }
    }

    #[inline(always)]
    fn kept(self, numbers: [u32; LANES], mask: u16) -> [u32; LANES] {
        // SAFETY: the processor has AVX-512 F, as `self` says.
        unsafe { kept_avx512(numbers, mask) }
    }
}

#[inline]
#[target_feature(enable = "pclmulqdq")]
fn prefix_xor(bits: u64) -> u64 {
    // A product without carries by all ones: each bit of it is the sum of all bits up to it.
    let product = _mm_clmulepi64_si128::<0>(_mm_set_epi64x(0, bits.cast_signed()), _mm_set1_epi8(-1));
    _mm_cvtsi128_si64(product).cast_unsigned()
}

/// A byte of ASCII as the intrinsics take it.
const fn ascii(byte: u8) -> i8 {
    byte.cast_signed()
}

/// Each blank at the place that its low four bits say, and elsewhere what no byte of such bits is: a byte is blank where a shuffle gives it back.
#[inline]
#[target_feature(enable = "avx2")]
fn blanks() -> __m128i {
    _mm_setr_epi8(ascii(b' '), 0, 0, 0, 0, 0, 0, 0, 0, ascii(b'\t'), ascii(b'\n'), 0, 0, ascii(b'\r'), 0, 0)
}

#[inline]
#[target_feature(enable = "avx2")]
fn masks_avx2(block: &[u8; BLOCK]) -> Masks {
    let start: *const __m256i = block.as_ptr().cast();
    // SAFETY: the block has 64 bytes, and these loads want no alignment.
    let (low, high) = unsafe { (_mm256_loadu_si256(start), _mm256_loadu_si256(start.add(1))) };
    let equal = |byte: u8| bits_of(_mm256_cmpeq_epi8(low, _mm256_set1_epi8(ascii(byte))), _mm256_cmpeq_epi8(high, _mm256_set1_epi8(ascii(byte))));
    // `[` and `{`, and `]` and `}`, differ in this bit alone.
    let fold = |half: __m256i| _mm256_or_si256(half, _mm256_set1_epi8(0x20));
    let (low_folded, high_folded) = (fold(low), fold(high));
    let folded =
        |byte: u8| bits_of(_mm256_cmpeq_epi8(low_folded, _mm256_set1_epi8(ascii(byte))), _mm256_cmpeq_epi8(high_folded, _mm256_set1_epi8(ascii(byte))));
    let table = _mm256_broadcastsi128_si256(blanks());
    let blank = |half: __m256i| _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, half), half);
    let digit = |half: __m256i| {
        let above = _mm256_sub_epi8(half, _mm256_set1_epi8(ascii(b'0')));
        _mm256_cmpeq_epi8(_mm256_min_epu8(above, _mm256_set1_epi8(9)), above)
    };
    let control = |half: __m256i| _mm256_cmpeq_epi8(_mm256_max_epu8(half, _mm256_set1_epi8(0x1f)), _mm256_set1_epi8(0x1f));
    Masks {
        quote: equal(b'"'),
        backslash: equal(b'\\'),
        open: folded(b'{'),
        close: folded(b'}'),
        colon: equal(b':'),
        comma: equal(b','),
        blank: bits_of(blank(low), blank(high)),
        digit: bits_of(digit(low), digit(high)),
        zero: equal(b'0'),
        control: bits_of(control(low), control(high)),
        high: bits_of(low, high),
    }
}

/// The high bits of 64 bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn bits_of(low: __m256i, high: __m256i) -> u64 {
    u64::from(_mm256_movemask_epi8(low).cast_unsigned()) | u64::from(_mm256_movemask_epi8(high).cast_unsigned()) << 32
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx2")]
fn masks_avx512(block: &[u8; BLOCK]) -> Masks {
    let start: *const __m512i = block.as_ptr().cast();
    // SAFETY: the block has 64 bytes, and this load wants no alignment.
    let bytes = unsafe { _mm512_loadu_si512(start) };
    let equal = |byte: u8| _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(ascii(byte)));
    let folded_bytes = _mm512_or_si512(bytes, _mm512_set1_epi8(0x20));
    let folded = |byte: u8| _mm512_cmpeq_epi8_mask(folded_bytes, _mm512_set1_epi8(ascii(byte)));
    Masks {
        quote: equal(b'"'),
        backslash: equal(b'\\'),
        open: folded(b'{'),
        close: folded(b'}'),
        colon: equal(b':'),
        comma: equal(b','),
        blank: _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(_mm512_broadcast_i32x4(blanks()), bytes), bytes),
        digit: _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8(ascii(b'0'))), _mm512_set1_epi8(10)),
        zero: equal(b'0'),
        control: _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(0x20)),
        high: _mm512_movepi8_mask(bytes),
    }
}

/// How many halves of words there are, and the first of them: on this processor the lower one comes first.
fn halves(words: &[u64]) -> (*const i32, u32) {
    (words.as_ptr().cast(), u32::try_from(words.len() * 2).unwrap_or(u32::MAX))
}

#[inline]
#[target_feature(enable = "avx2")]
fn holding_avx2(words: &[u64], bits: &[u32; LANES]) -> u16 {
    let (start, count) = halves(words);
    let Some(last) = count.checked_sub(1) else { return Portable.holding(words, bits) };
    let eight = |at: usize| {
        // SAFETY: there are sixteen numbers, of which `at` begins a half, and this load wants no alignment.
        let bits = unsafe { _mm256_loadu_si256(bits.as_ptr().add(at).cast()) };
        let half = _mm256_srli_epi32::<6>(bits);
        let last = _mm256_set1_epi32(last.cast_signed());
        let is_there = _mm256_cmpeq_epi32(_mm256_max_epu32(half, last), last);
        // SAFETY: only halves up to the last one are read. A number has 26 bits here, so it is not negative.
        let words = unsafe { _mm256_mask_i32gather_epi32::<4>(_mm256_setzero_si256(), start, half, is_there) };
        let place = _mm256_and_si256(_mm256_srli_epi32::<1>(bits), _mm256_set1_epi32(31));
        // The bit in question comes to the front, where the mask is taken.
        let holds = _mm256_slli_epi32::<31>(_mm256_xor_si256(_mm256_srlv_epi32(words, place), bits));
        _mm256_movemask_ps(_mm256_castsi256_ps(holds)).cast_unsigned()
    };
    u16::try_from(eight(0) | eight(8) << 8).unwrap_or(0)
}

#[inline]
#[target_feature(enable = "avx2,bmi2,popcnt")]
fn kept_avx2(numbers: [u32; LANES], mask: u16) -> [u32; LANES] {
    let eight = |at: usize, mask: u16| {
        // A byte for each lane of the mask, and from these the numbers of the lanes that it has.
        let bytes = _pdep_u64(u64::from(mask), 0x0101_0101_0101_0101) * 0xff;
        let lanes = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(_pext_u64(0x0706_0504_0302_0100, bytes).cast_signed()));
        // SAFETY: there are sixteen numbers, of which `at` begins a half, and this load wants no alignment.
        let numbers = unsafe { _mm256_loadu_si256(numbers.as_ptr().add(at).cast()) };
        _mm256_permutevar8x32_epi32(numbers, lanes)
    };
    let mut kept = [0; LANES];
    let low = mask & 0xff;
    // SAFETY: of the sixteen places, the first eight are written, and then eight from one of the first nine on.
    unsafe {
        _mm256_storeu_si256(kept.as_mut_ptr().cast(), eight(0, low));
        _mm256_storeu_si256(kept.as_mut_ptr().add(low.count_ones() as usize).cast(), eight(8, mask >> 8));
    }
    kept
}

#[inline]
#[target_feature(enable = "avx512f")]
fn holding_avx512(words: &[u64], bits: &[u32; LANES]) -> u16 {
    let (start, count) = halves(words);
    // SAFETY: there are sixteen numbers, and this load wants no alignment.
    let bits = unsafe { _mm512_loadu_si512(bits.as_ptr().cast()) };
    let half = _mm512_srli_epi32::<6>(bits);
    let is_there = _mm512_cmplt_epu32_mask(half, _mm512_set1_epi32(count.cast_signed()));
    // SAFETY: only halves of the words are read. A number has 26 bits here, so it is not negative.
    let words = unsafe { _mm512_mask_i32gather_epi32::<4>(_mm512_setzero_si512(), is_there, half, start) };
    let place = _mm512_and_si512(_mm512_srli_epi32::<1>(bits), _mm512_set1_epi32(31));
    _mm512_test_epi32_mask(_mm512_xor_si512(_mm512_srlv_epi32(words, place), bits), _mm512_set1_epi32(1))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn kept_avx512(numbers: [u32; LANES], mask: u16) -> [u32; LANES] {
    let mut kept = [0; LANES];
    // SAFETY: both arrays have sixteen numbers, and neither the load nor the store wants alignment.
    unsafe {
        let numbers = _mm512_loadu_si512(numbers.as_ptr().cast());
        _mm512_storeu_si512(kept.as_mut_ptr().cast(), _mm512_maskz_compress_epi32(mask, numbers));
    }
    kept
}
