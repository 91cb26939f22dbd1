//! Values into slots: numbers and words wholly, texts and flat lists as copies that become values when somebody asks.

use super::Scan;
use super::grammar::number_len;
use crate::context::dictionary::Dictionary;
use crate::context::layout::SlotId;
use crate::context::plan::{Scalar, Take};
use crate::context::{Cell, Source};
use crate::value::json::{Reader, plain_len};
use crate::value::{Float, Number, Timestamp, Value, parse_time};

/// A scalar that stands in the text.
enum Found {
    /// Everything is said.
    Cell(Cell),
    /// A text: from where to where it is written, inside its quotes, and whether that is as it reads.
    Text { start: usize, end: usize, is_plain: bool },
}

impl Scan<'_> {
    /// Takes the value that starts at a place, which is not `null`, into its slot. `Some(false)`: it has to be built.
    pub(super) fn take(&mut self, slot: SlotId, take: &Take, at: usize) -> Option<bool> {
        let taken = match self.byte(at)? {
            b'[' => match &take.list {
                Some(element) => self.list(slot, element, at),
                None => None,
            },
            b'{' => None,
            _ => self.scalar(&take.scalar, at).and_then(|(found, _)| self.put(slot, &take.scalar, found)),
        };
        match taken {
            Some(()) => Some(true),
            None => take.may_build.then_some(false),
        }
    }

    /// A scalar that starts at a place, if it is wanted, and where it ends.
    #[inline(always)]
    fn scalar(&self, wanted: &Scalar, at: usize) -> Option<(Found, usize)> {
        match self.byte(at)? {
            b'"' if wanted.text || wanted.time => {
                let (end, is_plain) = self.text_end(at + 1)?;
                Some((Found::Text { start: at + 1, end, is_plain }, end + 1))
            }
            b'-' | b'0'..=b'9' => {
                let (number, end) = self.number(at)?;
                let cell = match number {
                    Number::Integer(_) if !wanted.integer => return None,
                    Number::Float(float) if !wanted.float => Number::Integer(float.as_integer().filter(|_| wanted.whole)?),
                    number @ (Number::Integer(_) | Number::Float(_)) => number,
                };
                (!wanted.time || Timestamp::from_number(number).is_ok()).then(|| (Found::Cell(Cell::number(cell)), end))
            }
            b't' if wanted.bool && self.json.get(at..at + 4) == Some(b"true") => Some((Found::Cell(Cell::bool(true)), at + 4)),
            b'f' if wanted.bool && self.json.get(at..at + 5) == Some(b"false") => Some((Found::Cell(Cell::bool(false)), at + 5)),
            b'n' if wanted.null && self.json.get(at..at + 4) == Some(b"null") => Some((Found::Cell(Cell::default()), at + 4)),
            _ => None,
        }
    }

    /// The closing quote of the text whose first byte this is, and whether it has no escapes.
    #[inline(always)]
    fn text_end(&self, start: usize) -> Option<(usize, bool)> {
        let mut end = start + plain_len(self.json.get(start..)?);
        let is_plain = self.byte(end)? == b'"';
        while self.byte(end)? == b'\\' {
            end += 2;
            end += plain_len(self.json.get(end..)?);
        }
        (self.byte(end)? == b'"').then_some((end, is_plain))
    }

    #[inline(always)]
    fn number(&self, at: usize) -> Option<(Number, usize)> {
        let rest = self.json.get(at..)?;
        // Most numbers are a few digits.
        let mut value = 0i64;
        let mut len = 0;
        while let Some(digit @ b'0'..=b'9') = rest.get(len) {
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            len += 1;
        }
        let is_short = (1..=18).contains(&len) && (len == 1 || rest.first() != Some(&b'0'));
        match rest.get(len) {
            Some(b'.' | b'e' | b'E' | b'-') => {}
            Some(_) | None if is_short => return Some((Number::Integer(value), at + len)),
            Some(_) | None => {}
        }
        let (len, is_integer) = number_len(rest)?;
        let text = std::str::from_utf8(rest.get(..len)?).ok()?;
        let number = if is_integer { Number::Integer(text.parse().ok()?) } else { Number::Float(Float::new(text.parse().ok()?)?) };
        Some((number, at + len))
    }

    fn put(&mut self, slot: SlotId, wanted: &Scalar, found: Found) -> Option<()> {
        let known = self.known;
        let cell = match found {
            Found::Cell(cell) => cell,
            Found::Text { start, end, is_plain } => {
                let kept = self.arena.len();
                if !is_plain {
                    self.decode(start, end)?;
                }
                let text = if is_plain { self.json.get(start..end)? } else { self.arena.get(kept..)? };
                if wanted.time {
                    // A time is kept as its number.
                    let time = parse_time(std::str::from_utf8(text).ok()?)?;
                    self.arena.truncate(kept);
                    Cell::number(time.to_number())
                } else {
                    if !is_listed(wanted, text) {
                        return None;
                    }
                    let cell = Cell::text(text, known.dictionary(slot));
                    if cell.id == 0 {
                        if is_plain {
                            self.arena.extend_from_slice(self.json.get(start..end)?);
                        }
                        self.keep(slot, kept)?;
                    } else {
                        // The text is that of the literal.
                        self.arena.truncate(kept);
                    }
                    cell
                }
            }
        };
        *self.cells.get_mut(slot.index())? = cell;
        Some(())
    }

    /// What a slot stands for begins here in the arena, and ends where that ends.
    fn keep(&mut self, slot: SlotId, start: usize) -> Option<()> {
        let (start, end) = (u32::try_from(start).ok()?, u32::try_from(self.arena.len()).ok()?);
        *self.sources.get_mut(slot.index())? = Source { start, end };
        Some(())
    }

    /// Puts the text between two quotes, which has escapes, behind the arena.
    #[inline(never)]
    fn decode(&mut self, start: usize, end: usize) -> Option<()> {
        let text = std::str::from_utf8(self.json.get(start - 1..=end)?).ok()?;
        Reader::of_text(text).string_into(self.arena).ok()
    }

    /// Takes a list of scalars.
    fn list(&mut self, slot: SlotId, element: &Scalar, at: usize) -> Option<()> {
        let known = self.known;
        let dictionary = known.dictionary(slot);
        let mut bits = 0;
        let mut count = 0u32;
        let mut place = self.past_blanks(at + 1);
        if self.byte(place)? != b']' {
            loop {
                let (found, end) = self.scalar(element, place)?;
                if let Found::Text { start, end, is_plain } = found {
                    bits |= self.element(element, dictionary, start, end, is_plain)?;
                }
                count = count.saturating_add(1);
                place = self.past_blanks(end);
                match self.byte(place)? {
                    b',' => place = self.past_blanks(place + 1),
                    b']' => break,
                    _ => return None,
                }
            }
        }
        let start = self.arena.len();
        self.arena.extend_from_slice(self.json.get(at..=place)?);
        self.keep(slot, start)?;
        *self.cells.get_mut(slot.index())? = Cell { tag: Cell::LIST, id: count, payload: bits };
        Some(())
    }

    /// The bit of a text in a list, if it may stand there as it is.
    #[inline(always)]
    fn element(&mut self, wanted: &Scalar, dictionary: &Dictionary, start: usize, end: usize, is_plain: bool) -> Option<u64> {
        if wanted.time {
            return None;
        }
        let kept = self.arena.len();
        if !is_plain {
            self.decode(start, end)?;
        }
        let text = if is_plain { self.json.get(start..end)? } else { self.arena.get(kept..)? };
        let bits = is_listed(wanted, text).then(|| if dictionary.has_needles() { dictionary.bit(dictionary.id(text)) } else { 0 });
        self.arena.truncate(kept);
        bits
    }
}

fn is_listed(wanted: &Scalar, text: &[u8]) -> bool {
    wanted.listed.as_ref().is_none_or(|listed| listed.iter().any(|listed| listed.as_bytes() == text))
}

/// The list that a copy of its JSON says.
pub(in crate::context) fn read_list(json: &[u8]) -> Value {
    // The scan has seen that it can be read; where the caller had vouched for what is no JSON, it may be not.
    Reader::new(json, 1).and_then(|mut reader| reader.read()).unwrap_or(Value::Null)
}
