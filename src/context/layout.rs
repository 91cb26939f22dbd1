//! Which attribute paths are read, and what the schema says of them.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::derived::{Base, Derivation, DerivedId, is_kept};
use super::dictionary::{Asked, Dictionary};
use super::plan::Plan;
use crate::builtins::BuiltinId;
use crate::schema::{Attribute, Lookup, Schema, Type};
use crate::value::Value;

/// A slot of a context: the place of an attribute path in its [`Layout`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SlotId(u32);

impl SlotId {
    /// The slot at a place.
    #[cfg(feature = "jit")]
    pub(crate) fn at(place: u32) -> SlotId {
        SlotId(place)
    }

    /// The place in the layout.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A place of a document whose raw value a context keeps: [`Layout::raw`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RawId(u32);

impl RawId {
    pub(super) fn index(self) -> usize {
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
    /// Whether anything that is read, or something on the way to it, has a default.
    defaults: bool,
    /// How many raw values are kept.
    raw: u32,
    /// What the texts of each slot are compared with.
    asked: Vec<Asked>,
    derivations: Vec<Derivation>,
    /// The same, ready for contexts; made anew when something is added.
    known: OnceLock<Arc<Known>>,
}

/// What contexts are bound with, beside the paths.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) dictionaries: Vec<Arc<Dictionary>>,
    pub(super) derivations: Vec<Derivation>,
    /// What the scan looks for.
    pub(super) plan: Plan,
}

impl Known {
    /// The literals that an attribute is compared with.
    pub(super) fn dictionary(&self, slot: SlotId) -> &Dictionary {
        self.dictionaries.get(slot.index()).map_or(Dictionary::NONE, AsRef::as_ref)
    }
}

/// A name on the way to one or more slots.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub(super) name: Arc<str>,
    /// The slot of the path that ends here.
    pub(super) slot: Option<SlotId>,
    /// Where the raw value of the path that ends here is kept.
    pub(super) raw: Option<RawId>,
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

    /// The branch at a place.
    pub(super) fn get(&self, at: usize) -> Option<&Branch> {
        self.list.get(at)
    }

    /// The branch of a name, and its place.
    pub(super) fn find(&self, name: &str) -> Option<(usize, &Branch)> {
        let at = if self.by_name.is_empty() { self.list.iter().position(|branch| *branch.name == *name)? } else { *self.by_name.get(name)? };
        Some((at, self.list.get(at)?))
    }

    fn get_or_new(&mut self, name: &Arc<str>) -> Option<&mut Branch> {
        let known = self.find(name).map(|(known, _)| known);
        let at = known.unwrap_or_else(|| self.push(Branch::new(name)));
        self.list.get_mut(at)
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

impl Branch {
    fn new(name: &Arc<str>) -> Branch {
        Branch { name: name.clone(), slot: None, raw: None, expected: Expected::Anything { default: None }, branches: Branches::default() }
    }

    /// Whether the value itself is kept, not only parts of it.
    pub(super) fn is_kept(&self) -> bool {
        self.slot.is_some() || self.raw.is_some()
    }
}

/// What the schema says of the value at a name.
#[derive(Clone, Debug)]
pub(super) enum Expected {
    /// Nothing, but perhaps what stands for it where it is absent.
    Anything { default: Option<Value> },
    /// Only parts of it are read, so that it has to be a Map.
    Members { nullable: bool, default: Option<Value> },
    /// It is read whole, and declared.
    Whole(Box<Attribute>),
}

impl Expected {
    pub(super) fn default(&self) -> Option<&Value> {
        match self {
            Expected::Anything { default } | Expected::Members { default, .. } => default.as_ref(),
            Expected::Whole(attribute) => attribute.default.as_ref(),
        }
    }

    /// Whether something has to be there.
    pub(super) fn is_required(&self) -> bool {
        match self {
            Expected::Anything { .. } => false,
            Expected::Members { nullable, default } => !nullable && default.is_none(),
            Expected::Whole(attribute) => !attribute.nullable && attribute.default.is_none(),
        }
    }
}

impl Layout {
    /// The slot of a path; the same slot for the same path.
    pub fn slot(&mut self, path: &[Arc<str>], schema: Option<&Schema>) -> SlotId {
        if let Some(known) = self.find(path) {
            return known;
        }
        self.known.take();
        let slot = SlotId(u32::try_from(self.paths.len()).unwrap_or(u32::MAX));
        self.paths.push(path.to_vec());
        self.computed.push(false);
        self.strict = schema.is_some_and(|schema| schema.strict);
        self.pii.push(match schema.map(|schema| schema.lookup(path.iter().map(AsRef::as_ref))) {
            // The whole shows what its parts do.
            Some(Lookup::Declared { attribute, pii, .. }) => pii || attribute.holds_pii(),
            Some(Lookup::Free { pii }) => pii,
            Some(Lookup::Unknown { .. } | Lookup::NoMembers { .. }) | None => true,
        });
        if let Some(branch) = self.branch(path, true, schema) {
            branch.slot = Some(slot);
        }
        slot
    }

    /// The branch of a path, which comes into being, with what the schema says of it. `whole`: the value is read, not only parts of it.
    fn branch(&mut self, path: &[Arc<str>], whole: bool, schema: Option<&Schema>) -> Option<&mut Branch> {
        let (last, parents) = path.split_last()?;
        let mut branches = &mut self.roots;
        for (at, name) in parents.iter().enumerate() {
            let branch = branches.get_or_new(name)?;
            // What is read whole stays so.
            if branch.slot.is_none() {
                branch.expected = expected(schema, path.get(..=at).unwrap_or(path), false);
                self.defaults |= branch.expected.default().is_some();
            }
            branches = &mut branch.branches;
        }
        let branch = branches.get_or_new(last)?;
        if whole {
            branch.expected = expected(schema, path, true);
            self.defaults |= branch.expected.default().is_some();
        }
        Some(branch)
    }

    /// Has contexts keep what the document has at a path, as it is written there: [`super::Context::raw`]. The same place for the same path.
    /// It is no slot: no rule reads it, and it does not have to be of its declared type.
    pub fn raw(&mut self, path: &[Arc<str>], schema: Option<&Schema>) -> RawId {
        self.known.take();
        let new = RawId(self.raw);
        let Some(branch) = self.branch(path, false, schema) else { return new };
        let place = *branch.raw.get_or_insert(new);
        if place == new {
            self.raw = self.raw.saturating_add(1);
        }
        place
    }

    /// A slot of its own for a value that is no attribute: the caller computes it and fills it ([`super::Context::set`]); binding leaves it `NULL`.
    pub fn computed(&mut self, name: &str, pii: bool) -> SlotId {
        self.known.take();
        let slot = SlotId(u32::try_from(self.paths.len()).unwrap_or(u32::MAX));
        self.paths.push(vec![name.into()]);
        self.computed.push(true);
        self.pii.push(pii);
        slot
    }

    // ---- what is asked of the slots

    /// Says that an attribute is compared with texts; those that are given together get ids that are neighbours, where possible.
    pub fn compared(&mut self, slot: SlotId, texts: impl Iterator<Item = Arc<str>>) {
        if let Some(asked) = self.asked(slot) {
            asked.group(texts);
        }
    }

    /// Says that a text is looked for in an attribute, which may be a List.
    pub fn searched(&mut self, slot: SlotId, text: &Arc<str>) {
        if let Some(asked) = self.asked(slot) {
            asked.needle(text);
        }
    }

    fn asked(&mut self, slot: SlotId) -> Option<&mut Asked> {
        self.known.take();
        if self.asked.len() <= slot.index() {
            self.asked.resize_with(self.paths.len(), Asked::default);
        }
        self.asked.get_mut(slot.index())
    }

    /// The place of a value that is derived of the text of an attribute, if such values are kept: the same for the same function of the same text.
    pub fn derived(&mut self, base: Base, builtin: BuiltinId) -> Option<DerivedId> {
        if !is_kept(builtin.get()) {
            return None;
        }
        let derivation = Derivation { base, builtin };
        let known = self.derivations.iter().position(|known| *known == derivation);
        let at = known.unwrap_or_else(|| {
            self.known.take();
            self.derivations.push(derivation);
            self.derivations.len() - 1
        });
        u32::try_from(at).ok().map(DerivedId)
    }

    /// The literals that an attribute is compared with.
    #[must_use]
    pub fn dictionary(&self, slot: SlotId) -> &Dictionary {
        self.ready().dictionary(slot)
    }

    pub(super) fn known(&self) -> Arc<Known> {
        self.ready().clone()
    }

    /// Whether a context is of this layout.
    pub(super) fn is_of(&self, known: &Arc<Known>) -> bool {
        Arc::ptr_eq(self.ready(), known)
    }

    fn ready(&self) -> &Arc<Known> {
        self.known.get_or_init(|| {
            let dictionaries = self.asked.iter().map(|asked| Arc::new(Dictionary::new(asked))).collect();
            Arc::new(Known { dictionaries, derivations: self.derivations.clone(), plan: Plan::new(&self.roots) })
        })
    }

    // ---- layouts that grow

    /// The same for contexts alone: what the slots are asked is settled, and not kept.
    pub(crate) fn sealed(mut self) -> Layout {
        self.ready();
        self.asked = Vec::new();
        self
    }

    /// The same slots, of which nothing is asked.
    pub(crate) fn bare(&self) -> Layout {
        Layout { asked: Vec::new(), known: OnceLock::new(), ..self.clone() }
    }

    /// This sealed layout with the slots that another has beyond it. What is asked of its own slots stays as it is.
    pub(crate) fn grown(&self, other: &Layout) -> Layout {
        let known = Known { plan: Plan::new(&other.roots), dictionaries: self.ready().dictionaries.clone(), derivations: self.derivations.clone() };
        Layout { asked: Vec::new(), derivations: self.derivations.clone(), known: OnceLock::from(Arc::new(known)), ..other.clone() }
    }

    // ---- reading

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

    pub(super) fn has_defaults(&self) -> bool {
        self.defaults
    }

    pub(super) fn raw_len(&self) -> usize {
        self.raw as usize
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
            _ if whole => Expected::Whole(Box::new(attribute.clone())),
            Type::Object { .. } | Type::Map { .. } => Expected::Members { nullable: attribute.nullable, default: attribute.default.clone() },
            Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::List(_) | Type::Any => {
                Expected::Anything { default: attribute.default.clone() }
            }
        },
        Some(Lookup::Free { .. } | Lookup::Unknown { .. } | Lookup::NoMembers { .. }) | None => Expected::Anything { default: None },
    }
}
