//! The texts that rules compare an attribute with, as small numbers.
//!
//! While a context is bound, each text of such an attribute becomes the id of the equal literal, or 0 where no rule has it: from then on a comparison is one
//! of integers. The ids are found by a perfect hash (hash and displace: Belazzougui, Botelho and Dietzfelbinger, "Hash, displace, and compress", 2009), so that
//! a lookup hashes once and compares with one literal.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexSet;

/// What rules ask of the texts of one attribute.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// Literals that are looked for in it where it is a List, each once.
    needles: Vec<Arc<str>>,
    /// Literals that it is compared with, in groups of which each wants ids that are neighbours.
    groups: IndexSet<Vec<Arc<str>>>,
    known: HashSet<Arc<str>>,
}

/// So many groups are kept together; of later ones, what is new in them.
const MOST_GROUPS: usize = 4096;

impl Asked {
    pub(super) fn needle(&mut self, needle: &Arc<str>) {
        if !self.needles.contains(needle) && self.needles.len() < Dictionary::MOST_NEEDLES {
            self.needles.push(needle.clone());
        }
    }

    pub(super) fn group(&mut self, group: impl Iterator<Item = Arc<str>>) {
        let group: Vec<Arc<str>> = group.collect();
        // A group of which all are known changes nothing, unless it is the larger one that brings them together.
        let new: Vec<Arc<str>> = group.iter().filter(|text| self.known.insert((*text).clone())).cloned().collect();
        if group.len() > 1 && self.groups.len() < MOST_GROUPS {
            self.groups.insert(group);
        } else if !new.is_empty() {
            self.groups.insert(new);
        }
    }
}

/// The ids of the literals of one attribute.
#[derive(Clone, Debug)]
pub struct Dictionary {
    ids: BTreeMap<Arc<str>, u32>,
    /// The same, in the order of their ids.
    texts: Vec<Arc<str>>,
    needles: usize,
    seed: u64,
    displacements: Vec<u32>,
    places: Vec<Place>,
    blob: Vec<u8>,
}

/// A place of the hash table: where its literal stands in the blob.
#[derive(Clone, Copy, Debug)]
struct Place {
    start: u32,
    len: u32,
    id: u32,
}

const EMPTY: Place = Place { start: 0, len: u32::MAX, id: 0 };

impl Dictionary {
    const EMPTY: Dictionary =
        Dictionary { ids: BTreeMap::new(), texts: Vec::new(), needles: 0, seed: 0, displacements: Vec::new(), places: Vec::new(), blob: Vec::new() };

    /// The dictionary of an attribute that no rule compares with a literal.
    pub(super) const NONE: &Dictionary = &Dictionary::EMPTY;

    /// A List tells of so many literals, one bit each, whether it has them.
    pub const MOST_NEEDLES: usize = 64;

    pub(super) fn new(asked: &Asked) -> Dictionary {
        let mut literals: Vec<&Arc<str>> = asked.needles.iter().collect();
        let mut seen: HashSet<&Arc<str>> = asked.needles.iter().collect();
        let mut groups: Vec<&Vec<Arc<str>>> = asked.groups.iter().collect();
        // The largest list comes first: its ids are neighbours for sure.
        groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
        literals.extend(groups.into_iter().flatten().filter(|literal| seen.insert(literal)));
        let ids = literals.iter().zip(1..).map(|(literal, id)| ((*literal).clone(), id)).collect();
        let (blob, places) = written(&literals);
        let (seed, displacements, places) = hashed(&blob, &places);
        let texts = literals.iter().map(|literal| (*literal).clone()).collect();
        Dictionary { ids, texts, needles: asked.needles.len(), seed, displacements, places, blob }
    }

    /// The dictionary of some literals.
    pub(crate) fn of(literals: impl Iterator<Item = Arc<str>>) -> Dictionary {
        let mut asked = Asked::default();
        asked.group(literals);
        Dictionary::new(&asked)
    }

    /// The id of a text: 0 if no rule has it, else counted from 1.
    #[must_use]
    pub fn id(&self, text: &[u8]) -> u32 {
        if self.places.is_empty() {
            return self.searched(text);
        }
        let hash = hash(text, self.seed);
        let at = place_of(hash, self.displacements.get(bucket_of(hash, self.displacements.len())).copied().unwrap_or(0), self.places.len());
        match self.places.get(at) {
            Some(place) if place.len as usize == text.len() && self.blob.get(place.range()) == Some(text) => place.id,
            Some(_) | None => 0,
        }
    }

    /// The id of a text where there is no table.
    #[cold]
    fn searched(&self, text: &[u8]) -> u32 {
        if self.ids.is_empty() { 0 } else { std::str::from_utf8(text).ok().and_then(|text| self.literal(text)).unwrap_or(0) }
    }

    /// The id of a literal that some rule has.
    #[must_use]
    pub fn literal(&self, text: &str) -> Option<u32> {
        self.ids.get(text).copied()
    }

    /// The literal of an id.
    #[must_use]
    pub fn text(&self, id: u32) -> Option<&Arc<str>> {
        self.texts.get((id as usize).checked_sub(1)?)
    }

    /// The bit that stands for a literal where the attribute is a List.
    #[must_use]
    pub fn needle(&self, text: &str) -> Option<u32> {
        self.literal(text).map(|id| id - 1).filter(|bit| (*bit as usize) < self.needles)
    }

    /// The bit of an id: set in the bits of a List that has the literal.
    #[must_use]
    pub fn bit(&self, id: u32) -> u64 {
        match id.checked_sub(1) {
            Some(bit) if (bit as usize) < self.needles => 1 << bit,
            Some(_) | None => 0,
        }
    }

    /// Whether a List of the attribute is looked into for literals.
    #[must_use]
    pub fn has_needles(&self) -> bool {
        self.needles > 0
    }

    /// How many literals there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether the attribute is compared with no literal.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

impl Place {
    fn range(self) -> Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

/// All literals in one run of bytes, and where each stands.
fn written(literals: &[&Arc<str>]) -> (Vec<u8>, Vec<Place>) {
    let mut blob = Vec::new();
    let mut places = Vec::with_capacity(literals.len());
    for (literal, id) in literals.iter().zip(1..) {
        // Source texts are far smaller than 4 GiB; what would not fit is never found, which only costs time.
        let (Ok(start), Ok(len)) = (u32::try_from(blob.len()), u32::try_from(literal.len())) else { break };
        blob.extend_from_slice(literal.as_bytes());
        places.push(Place { start, len, id });
    }
    (blob, places)
}

/// So many displacements are tried for one bucket, then another seed is.
const MOST_TRIES: u32 = 1 << 12;

/// So many seeds are tried.
const MOST_SEEDS: u64 = 32;

/// Literals for each bucket, on average.
const BUCKET: usize = 3;

type Hashed = (u64, Vec<u32>, Vec<Place>);

fn hashed(blob: &[u8], places: &[Place]) -> Hashed {
    if places.is_empty() {
        return (0, Vec::new(), Vec::new());
    }
    let mut size = (places.len() + places.len() / 4).next_power_of_two().max(2);
    let buckets = places.len().div_ceil(BUCKET).next_power_of_two();
    for seed in 0..MOST_SEEDS {
        if let Some((displacements, table)) = displaced(blob, places, seed, buckets, size) {
            return (seed, displacements, table);
        }
        // Two literals of one hash need another seed; a table that is too full needs more room.
        size = if seed % 8 == 7 { size * 2 } else { size };
    }
    // Hardly ever: then literals are searched for in their order.
    (0, Vec::new(), Vec::new())
}

fn displaced(blob: &[u8], places: &[Place], seed: u64, buckets: usize, size: usize) -> Option<(Vec<u32>, Vec<Place>)> {
    let mut by_bucket: Vec<Vec<(u64, Place)>> = vec![Vec::new(); buckets];
    for place in places {
        let hash = hash(blob.get(place.range())?, seed);
        by_bucket.get_mut(bucket_of(hash, buckets))?.push((hash, *place));
    }
    let mut order: Vec<usize> = (0..buckets).collect();
    order.sort_by_key(|bucket| std::cmp::Reverse(by_bucket.get(*bucket).map_or(0, Vec::len)));
    let mut displacements = vec![0u32; buckets];
    let mut table = vec![EMPTY; size];
    for bucket in order {
        let members = by_bucket.get(bucket)?;
        let displacement = (0..MOST_TRIES).find(|displacement| place_all(members, *displacement, &mut table))?;
        *displacements.get_mut(bucket)? = displacement;
    }
    Some((displacements, table))
}

/// Puts all members of a bucket into free places, or none.
fn place_all(members: &[(u64, Place)], displacement: u32, table: &mut [Place]) -> bool {
    let size = table.len();
    for (placed, (hash, place)) in members.iter().enumerate() {
        match table.get_mut(place_of(*hash, displacement, size)) {
            Some(free) if free.len == EMPTY.len => *free = *place,
            Some(_) | None => {
                for (hash, _) in members.iter().take(placed) {
                    if let Some(taken) = table.get_mut(place_of(*hash, displacement, size)) {
                        *taken = EMPTY;
                    }
                }
                return false;
            }
        }
    }
    true
}

/// The bucket of a hash, of `buckets`, a power of two.
fn bucket_of(hash: u64, buckets: usize) -> usize {
    (hash >> 40) as usize & buckets.wrapping_sub(1)
}

/// The place of a hash, of `size`, a power of two.
#[expect(clippy::cast_possible_truncation, reason = "masked to the number of places")]
fn place_of(hash: u64, displacement: u32, size: usize) -> usize {
    (hash.wrapping_add(u64::from(displacement).wrapping_mul((hash >> 20) | 1))) as usize & size.wrapping_sub(1)
}

/// A hash that is good for short texts: at most two multiplications up to 16 bytes, in the manner of wyhash.
pub(super) fn hash(text: &[u8], seed: u64) -> u64 {
    const A: u64 = 0x9e37_79b9_7f4a_7c15;
    const B: u64 = 0xe703_7ed1_a0b4_28db;
    const LENGTH: u64 = 0x8ebc_6af0_9c88_c6e3;
    // The length must not meet the bytes of short texts: `IT` and `ITU` would have one hash, whatever the seed.
    let seed = seed.wrapping_mul(A).wrapping_add((text.len() as u64).wrapping_mul(LENGTH));
    let (low, high) = match (text.first_chunk::<8>(), text.last_chunk::<8>(), text.first_chunk::<4>(), text.last_chunk::<4>()) {
        (Some(first), Some(last), ..) if text.len() <= 16 => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        (Some(_), Some(last), ..) => (longer(text, seed), u64::from_le_bytes(*last)),
        (_, _, Some(first), Some(last)) => (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last))),
        _ => match text {
            [] => (0, 0),
            [only] => (u64::from(*only), 0),
            [first, .., last] => (u64::from(*first) | u64::from(text.get(1).copied().unwrap_or(0)) << 8, u64::from(*last)),
        },
    };
    fold(fold(low ^ A, high ^ seed ^ B), A)
}

fn longer(text: &[u8], seed: u64) -> u64 {
    let mut state = seed;
    let (pairs, _) = text.as_chunks::<16>();
    for pair in pairs {
        let (low, high) = pair.split_at(8);
        let word = |half: &[u8]| half.first_chunk::<8>().map_or(0, |half| u64::from_le_bytes(*half));
        state = fold(word(low) ^ state, word(high) ^ 0xa076_1d64_78bd_642f);
    }
    let tail = text.get(text.len().saturating_sub(16)..).and_then(|tail| tail.first_chunk::<8>()).map_or(0, |tail| u64::from_le_bytes(*tail));
    state ^ tail
}

#[expect(clippy::cast_possible_truncation, reason = "the two halves of the product are what is folded")]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use arbtest::arbtest;

    use super::*;

    /// No table is found for texts that always have the same hash, however long it is looked for.
    #[test]
    fn texts_that_begin_alike_have_hashes_of_their_own() {
        let words = ["IT", "ITU", "no", "non", "in", "ino", "w6", "w67", "nooo", "noooo", "nooooo", "noooooooo", "nooooooooooo"];
        for (one, other) in words.iter().flat_map(|one| words.iter().map(move |other| (one, other))).filter(|(one, other)| one != other) {
            let same = (0..16).filter(|seed| hash(one.as_bytes(), *seed) == hash(other.as_bytes(), *seed)).count();
            assert_eq!(same, 0, "{one} {other}");
        }
        assert_eq!(dictionary(&[&words]).len(), words.len());
    }

    fn dictionary(groups: &[&[&str]]) -> Dictionary {
        let mut asked = Asked::default();
        for group in groups {
            asked.group(group.iter().map(|text| Arc::from(*text)));
        }
        Dictionary::new(&asked)
    }

    #[test]
    fn every_literal_has_its_id_and_nothing_else_has_one() {
        arbtest(|u| {
            let literals: Vec<String> = (0..u.int_in_range(0..=300)?).map(|_| u.arbitrary()).collect::<Result<_, _>>()?;
            let group: Vec<&str> = literals.iter().map(String::as_str).collect();
            let dictionary = dictionary(&[&group]);
            for literal in &literals {
                assert_eq!(Some(dictionary.id(literal.as_bytes())), dictionary.literal(literal));
                assert_ne!(dictionary.id(literal.as_bytes()), 0, "{literal:?}");
            }
            let other: String = u.arbitrary()?;
            assert_eq!(dictionary.id(other.as_bytes()), dictionary.literal(&other).unwrap_or(0));
            Ok(())
        });
    }

    #[test]
    fn thousands_of_literals_have_an_id_each() {
        let literals: Vec<String> = (0..20_000).map(|number| format!("tenant-{number:05}")).collect();
        let group: Vec<&str> = literals.iter().map(String::as_str).collect();
        let dictionary = dictionary(&[&group]);
        let ids: HashSet<u32> = literals.iter().map(|literal| dictionary.id(literal.as_bytes())).collect();
        assert_eq!((ids.len(), ids.contains(&0), dictionary.id(b"tenant-20000")), (20_000, false, 0));
    }

    #[test]
    fn literals_that_differ_in_their_last_byte_and_length_are_told_apart() {
        let literals: Vec<String> = (0..200).map(|number| format!("a{number}")).collect();
        let group: Vec<&str> = literals.iter().map(String::as_str).collect();
        let dictionary = dictionary(&[&group]);
        assert!(!dictionary.places.is_empty());
        assert!(literals.iter().all(|literal| Some(dictionary.id(literal.as_bytes())) == dictionary.literal(literal)));
    }

    #[test]
    fn without_a_table_literals_are_searched_for() {
        let dictionary = Dictionary { places: Vec::new(), ..dictionary(&[&["a", "b"]]) };
        assert_eq!([b"a".as_slice(), b"b", b"c", b"\xff"].map(|text| dictionary.id(text)), [1, 2, 0, 0]);
    }

    #[test]
    fn the_literals_of_a_list_are_neighbours() {
        let dictionary = dictionary(&[&["Sales"], &["DE"], &["AT", "DE", "CH"], &["Legal"]]);
        let mut ids = ["AT", "DE", "CH"].map(|text| dictionary.id(text.as_bytes()));
        ids.sort_unstable();
        assert_eq!(ids, [1, 2, 3]);
        assert_eq!(dictionary.len(), 5);
    }

    #[test]
    fn needles_have_a_bit_each_while_there_are_bits() {
        let mut asked = Asked::default();
        let needles: Vec<Arc<str>> = (0..70).map(|number| Arc::from(number.to_string())).collect();
        needles.iter().for_each(|needle| asked.needle(needle));
        asked.group(std::iter::once(Arc::from("x")));
        let dictionary = Dictionary::new(&asked);
        assert_eq!((dictionary.needle("0"), dictionary.needle("63"), dictionary.needle("64"), dictionary.needle("x")), (Some(0), Some(63), None, None));
        assert_eq!((dictionary.bit(1), dictionary.bit(64), dictionary.bit(65), dictionary.bit(0)), (1, 1 << 63, 0, 0));
    }
}
