//! Which attribute paths are read, and what the schema says of them.

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
    pub(super) roots: Vec<Branch>,
    pub(super) strict: bool,
}

/// A name on the way to one or more slots.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub(super) name: Arc<str>,
    /// The slot of the path that ends here.
    pub(super) slot: Option<SlotId>,
    pub(super) expected: Expected,
    pub(super) branches: Vec<Branch>,
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
        if let Some(known) = self.paths.iter().position(|known| known == path) {
            return SlotId(u32::try_from(known).unwrap_or(u32::MAX));
        }
        let slot = SlotId(u32::try_from(self.paths.len()).unwrap_or(u32::MAX));
        self.paths.push(path.to_vec());
        self.strict = schema.is_some_and(|schema| schema.strict);
        self.pii.push(match schema.map(|schema| schema.lookup(path.iter().map(AsRef::as_ref))) {
            Some(Lookup::Declared { pii, .. } | Lookup::Free { pii }) => pii,
            Some(Lookup::Unknown { .. } | Lookup::NoMembers { .. }) | None => true,
        });
        let mut branches = &mut self.roots;
        for (at, name) in path.iter().enumerate() {
            let found = match branches.iter().position(|branch| branch.name == *name) {
                Some(found) => found,
                None => {
                    branches.push(Branch { name: name.clone(), slot: None, expected: Expected::Anything, branches: Vec::new() });
                    branches.len() - 1
                }
            };
            let Some(branch) = branches.get_mut(found) else { break };
            let whole = at + 1 == path.len();
            if whole {
                branch.slot = Some(slot);
            }
            if whole || branch.slot.is_none() {
                branch.expected = expected(schema, path.get(..=at).unwrap_or(path), whole);
            }
            branches = &mut branch.branches;
        }
        slot
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
