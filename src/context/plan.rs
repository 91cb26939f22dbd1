//! A layout as the scan wants it: for each object of which members are read, the keys to look for, and what is to be done with their values.

use std::ops::Range;
use std::sync::Arc;

use super::dictionary::{Asked, Dictionary};
use super::layout::{Branch, Branches, Expected, SlotId};
use crate::schema::{Attribute, Type};

/// What the scan looks for.
#[derive(Debug, Default)]
pub(super) struct Plan {
    nodes: Vec<Node>,
    keys: Vec<Key>,
    /// Slots that are marked where something has no members.
    marks: Vec<SlotId>,
}

/// An object of which members are read.
#[derive(Debug)]
pub(super) struct Node {
    keys: Range<usize>,
    /// A bit for the first byte behind the quote of each key, modulo 64.
    first_bytes: u64,
    /// Where there are many keys, they are hashed.
    by_name: Option<Dictionary>,
    /// Keys that cannot be absent without something being done about it.
    pub(super) must: Vec<usize>,
    /// How many values are taken below.
    pub(super) leaves: usize,
}

/// A key that is looked for.
#[derive(Debug)]
pub(super) struct Key {
    /// The first bytes of the name and its closing quote, and which of eight bytes they are.
    word: u64,
    mask: u64,
    /// What follows in the text behind these bytes, where they are not all: the rest of the name, and the quote.
    rest: Box<[u8]>,
    /// Whether nothing needs to be done where it is absent or `null`.
    pub(super) may_be_nothing: bool,
    /// How many values are taken at it or below.
    pub(super) leaves: usize,
    pub(super) want: Want,
    /// The places of its branch in the layout, from the document on.
    pub(super) branch: Box<[usize]>,
}

/// What is done with the value of a key.
#[derive(Debug)]
pub(super) enum Want {
    /// Its members are looked at; the slots below are marked where it has none, unless that is a misfit.
    Members { node: usize, marks: Option<Range<usize>> },
    /// It is taken into a slot.
    Take(SlotId, Take),
    /// It is read and placed as a whole.
    Build,
}

/// Which values are taken as they are.
#[derive(Debug)]
pub(super) struct Take {
    pub(super) scalar: Scalar,
    /// Which elements a list may have; `None`: no list is taken.
    pub(super) list: Option<Scalar>,
    /// Whether what is not taken can be read and placed as a whole, rather than being a misfit.
    pub(super) may_build: bool,
}

/// Which scalars are taken as they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Scalar {
    pub(super) null: bool,
    pub(super) bool: bool,
    pub(super) integer: bool,
    pub(super) float: bool,
    pub(super) text: bool,
    /// The only texts that are.
    pub(super) listed: Option<Vec<Arc<str>>>,
    /// Numbers have to be times, and times may be texts.
    pub(super) time: bool,
    /// Floats that are whole become Integers.
    pub(super) whole: bool,
}

/// From so many keys on, they are hashed.
const MANY: usize = 9;

impl Plan {
    pub(super) fn new(roots: &Branches) -> Plan {
        let mut plan = Plan::default();
        plan.node(roots, &mut Vec::new());
        plan
    }

    /// The document.
    pub(super) fn root(&self) -> Option<&Node> {
        self.nodes.first()
    }

    pub(super) fn node_at(&self, at: usize) -> Option<&Node> {
        self.nodes.get(at)
    }

    pub(super) fn key(&self, at: usize) -> Option<&Key> {
        self.keys.get(at)
    }

    pub(super) fn keys(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn marked(&self, range: Range<usize>) -> &[SlotId] {
        self.marks.get(range).unwrap_or(&[])
    }

    fn node(&mut self, branches: &Branches, path: &mut Vec<usize>) -> usize {
        let at = self.nodes.len();
        let start = self.keys.len();
        let names: Vec<&Branch> = branches.iter().collect();
        let first_bytes = names.iter().fold(0, |bits, branch| bits | first_bit(branch.name.as_bytes().first().copied().unwrap_or(b'"')));
        self.nodes.push(Node { keys: start..start + names.len(), first_bytes, by_name: by_name(&names), must: Vec::new(), leaves: 0 });
        // The keys of one object stand together: first all of them, then what they need below.
        self.keys.extend(names.iter().map(|branch| Key::new(branch)));
        let mut leaves = 0;
        let mut must = Vec::new();
        for (place, branch) in names.iter().enumerate() {
            path.push(place);
            let want = self.want(branch, path);
            let below = match &want {
                Want::Members { node, .. } => self.nodes.get(*node).map_or(0, |node| node.leaves),
                Want::Take(..) | Want::Build => 1,
            };
            leaves += below;
            if let Some(key) = self.keys.get_mut(start + place) {
                key.branch = path.as_slice().into();
                key.leaves = below;
                key.want = want;
                if !key.may_be_nothing {
                    must.push(start + place);
                }
            }
            path.pop();
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.must = must;
            node.leaves = leaves;
        }
        at
    }

    fn want(&mut self, branch: &Branch, path: &mut Vec<usize>) -> Want {
        match (branch.slot, branch.raw, branch.branches.iter().len()) {
            (None, None, _) => {
                let marks = match &branch.expected {
                    Expected::Members { .. } => None,
                    Expected::Anything { .. } | Expected::Whole(_) => {
                        let start = self.marks.len();
                        mark(&branch.branches, &mut self.marks);
                        Some(start..self.marks.len())
                    }
                };
                Want::Members { node: self.node(&branch.branches, path), marks }
            }
            (Some(slot), None, 0) => match &branch.expected {
                Expected::Anything { .. } => Want::Take(slot, Take::anything()),
                Expected::Whole(attribute) => Take::of(attribute).map_or(Want::Build, |take| Want::Take(slot, take)),
                Expected::Members { .. } => Want::Build,
            },
            (_, _, _) => Want::Build,
        }
    }
}

fn by_name(names: &[&Branch]) -> Option<Dictionary> {
    (names.len() >= MANY).then(|| {
        let mut asked = Asked::default();
        asked.group(names.iter().map(|branch| branch.name.clone()));
        Dictionary::new(&asked)
    })
}

fn mark(branches: &Branches, marks: &mut Vec<SlotId>) {
    for branch in branches.iter() {
        marks.extend(branch.slot);
        mark(&branch.branches, marks);
    }
}

fn first_bit(byte: u8) -> u64 {
    1 << (byte & 63)
}

impl Node {
    /// The key whose text starts behind a quote with these bytes, of which the first eight are `word`. Only for texts without escapes, and few keys.
    #[inline(always)]
    pub(super) fn find_few(&self, plan: &Plan, word: u64, json: &[u8], at: usize) -> Option<usize> {
        if self.first_bytes >> (word & 63) & 1 == 0 {
            return None;
        }
        let keys = plan.keys.get(self.keys.clone())?;
        let place = keys.iter().position(|key| (word ^ key.word) & key.mask == 0 && key.ends_at(json, at))?;
        Some(self.keys.start + place)
    }

    pub(super) fn has_few(&self) -> bool {
        self.by_name.is_none()
    }

    /// The key of a name.
    pub(super) fn find(&self, plan: &Plan, name: &[u8]) -> Option<usize> {
        match &self.by_name {
            // Ids are counted from 1, in the order of the names.
            Some(names) => (names.id(name) as usize).checked_sub(1).map(|place| self.keys.start + place),
            None => {
                let keys = plan.keys.get(self.keys.clone())?;
                keys.iter().position(|key| key.is(name)).map(|place| self.keys.start + place)
            }
        }
    }
}

impl Key {
    fn new(branch: &Branch) -> Key {
        let mut text = branch.name.as_bytes().to_vec();
        text.push(b'"');
        let mut word = [0; 8];
        let mut mask = [0; 8];
        for ((byte, mask), from) in word.iter_mut().zip(&mut mask).zip(&text) {
            (*byte, *mask) = (*from, u8::MAX);
        }
        Key {
            word: u64::from_le_bytes(word),
            mask: u64::from_le_bytes(mask),
            rest: text.get(8..).unwrap_or(&[]).into(),
            may_be_nothing: may_be_nothing(branch),
            leaves: 0,
            want: Want::Build,
            branch: Box::default(),
        }
    }

    /// How many bytes the name and its quote have.
    pub(super) fn len(&self) -> usize {
        self.mask.count_ones() as usize / 8 + self.rest.len()
    }

    #[inline(always)]
    fn ends_at(&self, json: &[u8], at: usize) -> bool {
        self.rest.is_empty() || json.get(at + 8..at + 8 + self.rest.len()) == Some(&*self.rest)
    }

    fn is(&self, name: &[u8]) -> bool {
        let word = self.word.to_le_bytes();
        let known = word.iter().chain(self.rest.iter());
        name.len() + 1 == self.len() && known.zip(name).all(|(known, byte)| known == byte)
    }
}

/// Whether nothing has to be done where a branch is absent: neither is it required, nor does anything at it or below have a default.
fn may_be_nothing(branch: &Branch) -> bool {
    fn has_default(branch: &Branch) -> bool {
        branch.expected.default().is_some() || branch.branches.iter().any(has_default)
    }
    !branch.expected.is_required() && !has_default(branch)
}

impl Take {
    fn anything() -> Take {
        Take { scalar: Scalar::anything(), list: Some(Scalar::anything()), may_build: true }
    }

    /// What is taken of a declared attribute as it is; `None` where it is always built.
    fn of(attribute: &Attribute) -> Option<Take> {
        match &attribute.ty {
            Type::Any => Some(Take::anything()),
            Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } => {
                Some(Take { scalar: Scalar::of(&attribute.ty)?, list: None, may_build: false })
            }
            Type::List(element) => {
                let null = element.nullable && element.default.is_none();
                let list = Scalar { null, whole: false, ..Scalar::of(&element.ty)? };
                Some(Take { scalar: Scalar::default(), list: Some(list), may_build: true })
            }
            Type::Map { .. } | Type::Object { .. } => None,
        }
    }
}

impl Scalar {
    fn anything() -> Scalar {
        Scalar { null: true, bool: true, integer: true, float: true, text: true, ..Scalar::default() }
    }

    fn of(ty: &Type) -> Option<Scalar> {
        let none = Scalar::default();
        match ty {
            Type::Any => Some(Scalar::anything()),
            Type::Bool => Some(Scalar { bool: true, ..none }),
            Type::Integer => Some(Scalar { integer: true, whole: true, ..none }),
            Type::Number => Some(Scalar { integer: true, float: true, ..none }),
            Type::Time => Some(Scalar { integer: true, float: true, time: true, ..none }),
            Type::Text | Type::Enum { open: true, .. } => Some(Scalar { text: true, ..none }),
            Type::Enum { values, open: false } => Some(Scalar { text: true, listed: Some(values.clone()), ..none }),
            Type::List(_) | Type::Map { .. } | Type::Object { .. } => None,
        }
    }
}
