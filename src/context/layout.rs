//! Which attribute paths are read, and what the schema says of them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::schema::{Lookup, Schema, Type};

/// A slot of a context: the place of an attribute path in its [`Layout`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SlotId(u32);

impl SlotId {
    /// The place in the layout.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The attribute paths that a program reads.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    paths: Vec<Vec<Arc<str>>>,
    pii: Vec<bool>,
    computed: Vec<bool>,
    pub(super) roots: Branches,
    pub(super) strict: bool,
}

/// A name on the way to one or more slots.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub(super) name: Arc<str>,
    /// The slot of the path that ends here.
    pub(super) slot: Option<SlotId>,
    pub(super) expected: Expected,
    pub(super) branches: Branches,
}

/// The names at one level. Few are compared one by one, many are hashed.
#[derive(Clone, Debug, Default)]
pub(super) struct Branches {
    list: Vec<Branch>,
    by_name: HashMap<Arc<str>, usize>,
}

/// From so many on, names are hashed.
const MANY: usize = 17;

impl Branches {
    pub(super) fn iter(&self) -> std::slice::Iter<'_, Branch> {
        self.list.iter()
    }

    /// The branch of a name, and its place.
    pub(super) fn find(&self, name: &str) -> Option<(usize, &Branch)> {
        let at = if self.by_name.is_empty() { self.list.iter().position(|branch| *branch.name == *name)? } else { *self.by_name.get(name)? };
        Some((at, self.list.get(at)?))
    }

    fn push(&mut self, branch: Branch) -> usize {
        let at = self.list.len();
        self.list.push(branch);
        if self.list.len() == MANY {
            self.by_name = self.list.iter().enumerate().map(|(at, branch)| (branch.name.clone(), at)).collect();
        } else if self.list.len() > MANY
            && let Some(branch) = self.list.last()
        {
            self.by_name.insert(branch.name.clone(), at);
        }
        at
    }
}

/// What the schema says of the value at a name.
#[derive(Clone, Debug)]
pub(super) enum Expected {
    /// Nothing.
    Anything,
    /// Only parts of it are read, so that it has to be a Map.
    Members { nullable: bool },
    /// It is read whole, and has a type.
    Whole { ty: Type, nullable: bool },
}

impl Layout {
    /// The slot of a path; the same slot for the same path.
    pub fn slot(&mut self, path: &[Arc<str>], schema: Option<&Schema>) -> SlotId {
        if let Some(known) = self.find(path) {
            return known;
        }
        let slot = SlotId(u32::try_from(self.paths.len()).unwrap_or(u32::MAX));
        self.paths.push(path.to_vec());
        self.computed.push(false);
        self.strict = schema.is_some_and(|schema| schema.strict);
        self.pii.push(match schema.map(|schema| schema.lookup(path.iter().map(AsRef::as_ref))) {
            Some(Lookup::Declared { pii, .. } | Lookup::Free { pii }) => pii,
            Some(Lookup::Unknown { .. } | Lookup::NoMembers { .. }) | None => true,
        });
        let mut branches = &mut self.roots;
        for (at, name) in path.iter().enumerate() {
            let whole = at + 1 == path.len();
            let known = branches.find(name).map(|(known, _)| known);
            let found =
                known.unwrap_or_else(|| branches.push(Branch { name: name.clone(), slot: None, expected: Expected::Anything, branches: Branches::default() }));
            let Some(branch) = branches.list.get_mut(found) else { break };
            if whole {
                branch.slot = Some(slot);
            }
            // What is expected of a branch changes only when it becomes one that is read whole.
            if whole || known.is_none() {
                branch.expected = expected(schema, path.get(..=at).unwrap_or(path), whole);
            }
            branches = &mut branch.branches;
        }
        slot
    }

    /// A slot of its own for a value that is no attribute: the caller computes it and fills it ([`super::Context::set`]); binding leaves it `NULL`.
    pub fn computed(&mut self, name: &str, pii: bool) -> SlotId {
        let slot = SlotId(u32::try_from(self.paths.len()).unwrap_or(u32::MAX));
        self.paths.push(vec![name.into()]);
        self.computed.push(true);
        self.pii.push(pii);
        slot
    }

    /// Whether the slot is filled by the caller, not by binding.
    #[must_use]
    pub fn is_computed(&self, slot: SlotId) -> bool {
        self.computed.get(slot.index()).copied().unwrap_or(false)
    }

    /// The slots, in order.
    pub fn slots(&self) -> impl Iterator<Item = SlotId> + use<> {
        (0..u32::try_from(self.paths.len()).unwrap_or(u32::MAX)).map(SlotId)
    }

    /// The slot of an attribute path, if it is read.
    #[must_use]
    pub fn find(&self, path: &[Arc<str>]) -> Option<SlotId> {
        let (first, rest) = path.split_first()?;
        let (_, first) = self.roots.find(first)?;
        rest.iter().try_fold(first, |branch, name| branch.branches.find(name).map(|(_, branch)| branch))?.slot
    }

    /// How many slots there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// Whether nothing is read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// The path of a slot.
    #[must_use]
    pub fn path(&self, slot: SlotId) -> &[Arc<str>] {
        self.paths.get(slot.index()).map_or(&[], Vec::as_slice)
    }

    /// The paths, in the order of their slots.
    pub fn paths(&self) -> impl Iterator<Item = &[Arc<str>]> {
        self.paths.iter().map(Vec::as_slice)
    }

    /// Whether the attribute is personal data: marked in the schema, or not declared.
    #[must_use]
    pub fn is_pii(&self, slot: SlotId) -> bool {
        self.pii.get(slot.index()).copied().unwrap_or(true)
    }
}

fn expected(schema: Option<&Schema>, path: &[Arc<str>], whole: bool) -> Expected {
    match schema.map(|schema| schema.lookup(path.iter().map(AsRef::as_ref))) {
        Some(Lookup::Declared { attribute, .. }) => match &attribute.ty {
            ty if whole => Expected::Whole { ty: ty.clone(), nullable: attribute.nullable },
            Type::Object { .. } | Type::Map { .. } => Expected::Members { nullable: attribute.nullable },
            Type::Bool | Type::Integer | Type::Number | Type::Text | Type::Enum { .. } | Type::List(_) | Type::Any => Expected::Anything,
        },
        Some(Lookup::Free { .. } | Lookup::Unknown { .. } | Lookup::NoMembers { .. }) | None => Expected::Anything,
    }
}
