//! Finds what ends a run of plain characters inside quotes, eight bytes at a time.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// How many bytes of `bytes` are neither a quote, nor a backslash, nor a control character.
pub(crate) fn plain_len(bytes: &[u8]) -> usize {
    let (chunks, rest) = bytes.as_chunks::<8>();
    let mut at = 0;
    for chunk in chunks {
        let stops = stops(u64::from_le_bytes(*chunk));
        if stops != 0 {
            return at + stops.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at + rest.iter().position(|byte| is_stop(*byte)).unwrap_or(rest.len())
}

/// Whether the byte cannot stand in a text as it is.
fn is_stop(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}

/// The high bit of each byte that is a stop. Borrows may mark bytes above the first stop wrongly, so only the lowest mark counts.
fn stops(word: u64) -> u64 {
    let equal = |byte: u8| {
        let difference = word ^ (ONES * u64::from(byte));
        difference.wrapping_sub(ONES) & !difference
    };
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (equal(b'"') | equal(b'\\') | control) & HIGHS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place_stops_or_passes_as_it_should() {
        for byte in 0..=u8::MAX {
            for place in 0..20 {
                let mut bytes = [b'a'; 24];
                bytes[place] = byte;
                assert_eq!(plain_len(&bytes), if is_stop(byte) { place } else { 24 }, "{byte:#x} at {place}");
                bytes[place + 1] = b'"';
                assert_eq!(plain_len(&bytes), if is_stop(byte) { place } else { place + 1 }, "{byte:#x} at {place}");
            }
        }
        assert_eq!(plain_len(b""), 0);
    }
}
