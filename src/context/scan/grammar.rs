//! Whether a text is JSON, 64 bytes at a time: what may follow what is said in bits, brackets aside.

use crate::simd::{BLOCK, Level, Masks};

/// The tokens of a block: bit `n` stands for byte `n`. What stands inside quotes is no token.
#[derive(Clone, Copy)]
pub(super) struct Tokens {
    /// Quotes that are not escaped.
    pub(super) quote: u64,
    /// From each opening quote up to before the closing one.
    pub(super) in_string: u64,
    pub(super) opens: u64,
    pub(super) closes: u64,
    /// Opening quotes behind an opening bracket or a comma.
    pub(super) members: u64,
    /// What follows an opening bracket or a comma, blanks aside.
    pub(super) after_open: u64,
    pub(super) blank: u64,
    pub(super) colon: u64,
}

/// What a block leaves to the next one, each 0 or 1 unless said otherwise.
#[derive(Default)]
pub(super) struct Grammar {
    escaped: u64,
    /// All ones inside quotes.
    in_string: u64,
    after_end: u64,
    after_open: u64,
    after_key: u64,
    scalar: u64,
    zero: u64,
    in_key: u64,
    /// Where the last scalar started.
    scalar_start: usize,
    /// Up to where scalars have been looked at one by one.
    looked_at: usize,
    /// The first byte beyond ASCII, and the last.
    high: Option<(usize, usize)>,
}

const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;

/// What stands behind the bytes of `ends`, blanks aside.
#[inline(always)]
fn behind(ends: u64, blank: u64, carry: &mut u64) -> u64 {
    let next = ends << 1 | *carry;
    if blank == 0 {
        *carry = ends >> 63;
        return next;
    }
    // Where blanks follow, the sum runs through them to the byte behind.
    let (sum, over) = (next & blank).overflowing_add(blank);
    *carry = ends >> 63 | u64::from(over);
    (next | sum) & !blank
}

impl Grammar {
    /// The tokens of a block that stands at `base`; `None` where it cannot be JSON.
    #[inline(always)]
    pub(super) fn tokens<L: Level, const CHECKED: bool>(&mut self, level: L, masks: &Masks, json: &[u8], base: usize) -> Option<Tokens> {
        let escaped = self.escaped(masks.backslash);
        let quote = masks.quote & !escaped;
        let in_string = level.prefix_xor(quote) ^ self.in_string;
        self.in_string = (in_string >> 63).wrapping_neg();
        let outside = !(in_string | quote);
        let opens = masks.open & outside;
        let closes = masks.close & outside;
        let blank = masks.blank & outside;
        let comma = masks.comma & outside;
        let colon = masks.colon & outside;
        let quote_open = quote & in_string;
        let after_open = behind(opens | comma, blank, &mut self.after_open);
        if CHECKED {
            let scalar = outside & !(blank | comma | colon | opens | closes);
            let starts = scalar & !(scalar << 1 | self.scalar);
            self.scalar = scalar >> 63;
            let after_end = behind(quote & !in_string | closes | scalar, blank, &mut self.after_end);
            // A value follows a bracket, a colon or a comma; a comma and a colon follow a value; a bracket closes behind a value, or at once.
            let misplaced = (quote_open | starts | opens) & after_end | (comma | colon) & !after_end;
            let zero = masks.zero & starts;
            let leading_zeros = (zero << 1 | self.zero) & masks.digit & scalar;
            self.zero = zero >> 63;
            if misplaced | leading_zeros | masks.control & in_string != 0 {
                return None;
            }
            let odd = scalar & !masks.digit;
            if odd != 0 {
                self.scalars(odd, starts, json, base)?;
            }
            if closes & !after_end != 0 {
                closed_at_once(closes & !after_end, json, base)?;
            }
            if starts != 0 {
                self.scalar_start = base + last(starts);
            }
            if escaped != 0 {
                escapes(escaped, json, base)?;
            }
            if masks.high != 0 {
                let first = base + masks.high.trailing_zeros() as usize;
                self.high = Some((self.high.map_or(first, |(first, _)| first), base + last(masks.high)));
            }
        }
        Some(Tokens { quote, in_string, opens, closes, members: after_open & quote_open, after_open, blank, colon })
    }

    /// Which bytes stand behind a backslash that is not itself behind one. (Keiser and Lemire, "Parsing Gigabytes of JSON per Second", 2019)
    #[inline(always)]
    fn escaped(&mut self, backslash: u64) -> u64 {
        if backslash == 0 {
            return std::mem::take(&mut self.escaped);
        }
        let starts = backslash & !self.escaped;
        let ends = (starts << 1 | ODD).wrapping_sub(starts) ^ ODD;
        let escaped = ends ^ (backslash | self.escaped);
        self.escaped = (ends & backslash) >> 63;
        escaped
    }

    /// Looks at the scalars of which some bytes are no digits.
    #[inline(never)]
    fn scalars(&mut self, mut odd: u64, starts: u64, json: &[u8], base: usize) -> Option<()> {
        odd &= !below(self.looked_at.saturating_sub(base));
        while odd != 0 {
            let upto = starts & (odd ^ (odd - 1));
            let start = if upto == 0 { self.scalar_start } else { base + last(upto) };
            let end = scalar_end(json, start)?;
            self.looked_at = end;
            odd &= !below(end.saturating_sub(base));
        }
        Some(())
    }

    /// The keys of the block are followed by colons, and nothing else is. `in_object`: what stands in an object, rather than in an array.
    #[inline(always)]
    pub(super) fn has_keys(&mut self, tokens: &Tokens, in_object: u64) -> bool {
        let must_be_keys = tokens.after_open & in_object;
        let keys = must_be_keys & tokens.members;
        // The sum runs through the text of a key to its closing quote.
        let (sum, first) = keys.overflowing_add(tokens.in_string);
        let (sum, second) = sum.overflowing_add(self.in_key);
        let ends = sum & !tokens.in_string;
        self.in_key = u64::from(first || second);
        let colons = behind(ends, tokens.blank, &mut self.after_key);
        // `{}` has no key.
        must_be_keys & !(tokens.members | tokens.closes) == 0 && colons == tokens.colon
    }

    /// Nothing is left open, and all is UTF-8.
    pub(super) fn is_over(&self, json: &[u8]) -> bool {
        let is_text = self.high.is_none_or(|(first, last)| json.get(first..=last).is_some_and(|high| std::str::from_utf8(high).is_ok()));
        self.in_string == 0 && is_text
    }
}

/// The bits below a place, all where the place is beyond the block.
pub(super) fn below(place: usize) -> u64 {
    if place < BLOCK { (1 << place) - 1 } else { u64::MAX }
}

/// The place of the highest bit; 0 where there is none.
fn last(bits: u64) -> usize {
    (63 - (bits | 1).leading_zeros()) as usize
}

/// The end of the word or number that starts at a place; `None` where there is none, or where something stands behind it that cannot.
fn scalar_end(json: &[u8], start: usize) -> Option<usize> {
    let rest = json.get(start..)?;
    let len = match rest {
        [b't', b'r', b'u', b'e', ..] | [b'n', b'u', b'l', b'l', ..] => 4,
        [b'f', b'a', b'l', b's', b'e', ..] => 5,
        _ => number_len(rest)?.0,
    };
    match rest.get(len) {
        None | Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' | b'{' | b'}' | b'[' | b']' | b'"') => Some(start + len),
        Some(_) => None,
    }
}

/// How many bytes the number has that these bytes start with, and whether it has neither fraction nor exponent.
pub(super) fn number_len(bytes: &[u8]) -> Option<(usize, bool)> {
    let digits = |at: usize| {
        let count = bytes.get(at..).unwrap_or(&[]).iter().take_while(|byte| byte.is_ascii_digit()).count();
        (count > 0).then_some(at + count)
    };
    let sign = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(sign)?;
    if bytes.get(sign) == Some(&b'0') && whole > sign + 1 {
        return None;
    }
    let fraction = if bytes.get(whole) == Some(&b'.') { digits(whole + 1)? } else { whole };
    let end = match bytes.get(fraction) {
        Some(b'e' | b'E') => digits(fraction + 1 + usize::from(matches!(bytes.get(fraction + 1), Some(b'+' | b'-'))))?,
        Some(_) | None => fraction,
    };
    Some((end, end == whole))
}

/// Looks at brackets that close behind no value: they have to stand behind what opens.
#[inline(never)]
fn closed_at_once(mut closes: u64, json: &[u8], base: usize) -> Option<()> {
    while closes != 0 {
        let before = json.get(..base + closes.trailing_zeros() as usize)?;
        let last = before.iter().rev().find(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        if !matches!(last, Some(b'{' | b'[')) {
            return None;
        }
        closes &= closes - 1;
    }
    Some(())
}

/// Looks at what stands behind the backslashes of a block.
#[inline(never)]
fn escapes(mut escaped: u64, json: &[u8], base: usize) -> Option<()> {
    while escaped != 0 {
        let at = base + escaped.trailing_zeros() as usize;
        match json.get(at)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
            b'u' if json.get(at + 1..at + 5)?.iter().all(u8::is_ascii_hexdigit) => {}
            _ => return None,
        }
        escaped &= escaped - 1;
    }
    Some(())
}
