//! What samples had at one place.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::super::declare::LONGEST_NAME;
use crate::limits::Limits;

/// An object with more distinct keys is a map.
const MOST_MEMBERS: usize = 128;
/// An object with more distinct keys, of which each sample has few, is a map.
const MOST_SPARSE_MEMBERS: usize = 16;
/// Keys are few if on average an object has less than one in so many.
const SPARSE: u64 = 4;
/// Most values that an `enum` is guessed for.
const MOST_VALUES: usize = 12;
/// Least texts that must have been seen to guess an `enum`, and least for each of its values on average.
const LEAST_TEXTS: u64 = 20;
const LEAST_TEXTS_A_VALUE: u64 = 5;
/// A longer text is prose.
const LONGEST_VALUE: usize = 64;

/// What an inference may still keep.
#[derive(Debug)]
pub(super) struct Budget {
    shapes: usize,
    bytes: usize,
    /// Shapes were merged: what is kept now is less than was charged.
    pub(super) must_recount: bool,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Budget {
        // A byte of a name may take six in a file, beside the rest of it.
        Budget { shapes: limits.schema_attributes, bytes: limits.schema_bytes / 8, must_recount: false }
    }

    pub(super) fn unlimited() -> Budget {
        Budget { shapes: usize::MAX, bytes: usize::MAX, must_recount: false }
    }

    fn take(&mut self, shapes: usize, bytes: usize) -> bool {
        match (self.shapes.checked_sub(shapes), self.bytes.checked_sub(bytes)) {
            (Some(shapes), Some(bytes)) => {
                (self.shapes, self.bytes) = (shapes, bytes);
                true
            }
            (None, _) | (_, None) => false,
        }
    }
}

/// A kind of JSON value. An Integer is one that fits 64 bits, signed; every other number is a Number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Seen {
    Bool,
    Integer,
    Number,
    Text,
    List,
    Object,
}

/// What samples had at one place.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// How often there was anything, `null` included.
    pub(super) met: u64,
    /// How often there was a value other than `null`.
    pub(super) values: u64,
    /// How many of them were objects.
    pub(super) objects: u64,
    /// The one kind of all values so far.
    kind: Option<Seen>,
    /// There were values of several kinds, or too deep to look at.
    mixed: bool,
    /// How often which text was seen, until there are too many or too long ones.
    texts: IndexMap<Arc<str>, u64>,
    prose: bool,
    pub(super) element: Option<Box<Shape>>,
    pub(super) members: IndexMap<Arc<str>, Shape>,
    /// What all keys have in common, once there were too many of them.
    pub(super) map_values: Option<Box<Shape>>,
    /// Some members were not kept.
    pub(super) partial: bool,
}

impl Shape {
    fn observe(&mut self, value: &Value, levels: usize, budget: &mut Budget) {
        self.met = self.met.saturating_add(1);
        let kind = match value {
            Value::Null => return,
            Value::Bool(_) => Seen::Bool,
            Value::Number(number) if number.is_i64() => Seen::Integer,
            Value::Number(_) => Seen::Number,
            Value::String(_) => Seen::Text,
            Value::Array(_) => Seen::List,
            Value::Object(_) => Seen::Object,
        };
        self.values = self.values.saturating_add(1);
        self.join_kind(kind);
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
            Value::String(text) => self.observe_text(text, 1, budget),
            Value::Array(items) if levels > 1 => self.observe_items(items, levels, budget),
            Value::Object(members) if levels > 1 => self.observe_members(members, levels - 1, true, budget),
            Value::Array(_) | Value::Object(_) => self.mixed = true,
        }
    }

    fn join_kind(&mut self, kind: Seen) {
        match (self.kind, kind) {
            (None, kind) => self.kind = Some(kind),
            (Some(before), kind) if before == kind => {}
            (Some(Seen::Integer | Seen::Number), Seen::Integer | Seen::Number) => self.kind = Some(Seen::Number),
            (Some(_), _) => self.mixed = true,
        }
    }

    fn observe_text(&mut self, text: &str, times: u64, budget: &mut Budget) {
        if self.prose {
            return;
        }
        if let Some(count) = self.texts.get_mut(text) {
            *count = count.saturating_add(times);
        } else if self.texts.len() < MOST_VALUES && text.len() <= LONGEST_VALUE && !text.contains('@') && budget.take(0, text.len()) {
            self.texts.insert(text.into(), times);
        } else {
            self.prose = true;
            budget.bytes = budget.bytes.saturating_add(self.texts.keys().map(|text| text.len()).sum());
            self.texts = IndexMap::new();
        }
    }

    fn observe_items(&mut self, items: &[Value], levels: usize, budget: &mut Budget) {
        if items.is_empty() {
            return;
        }
        if self.element.is_none() && budget.take(1, 0) {
            self.element = Some(Box::default());
        }
        let Some(element) = &mut self.element else {
            self.mixed = true;
            return;
        };
        items.iter().for_each(|item| element.observe(item, levels - 1, budget));
    }

    /// Looks at the members of one object. `may_collapse`: it may turn out to be a map.
    pub(super) fn observe_members(&mut self, members: &serde_json::Map<String, Value>, levels: usize, may_collapse: bool, budget: &mut Budget) {
        self.objects = self.objects.saturating_add(1);
        for (name, value) in members {
            if let Some(values) = &mut self.map_values {
                values.observe(value, levels, budget);
            } else if let Some(member) = self.members.get_mut(name.as_str()) {
                member.observe(value, levels, budget);
            } else if may_collapse && self.members.len() >= MOST_MEMBERS {
                self.collapse(budget);
                if let Some(values) = &mut self.map_values {
                    values.observe(value, levels, budget);
                }
            } else if name.len() <= LONGEST_NAME && budget.take(1, name.len()) {
                self.members.entry(name.as_str().into()).or_default().observe(value, levels, budget);
            } else {
                self.partial = true;
            }
        }
    }

    /// Turns the members into what they have in common.
    pub(super) fn collapse(&mut self, budget: &mut Budget) {
        budget.must_recount = true;
        let mut values = self.map_values.take().unwrap_or_default();
        for (_, member) in std::mem::take(&mut self.members) {
            values.merge(member, budget);
        }
        self.map_values = Some(values);
    }

    fn merge(&mut self, other: Shape, budget: &mut Budget) {
        self.met = self.met.saturating_add(other.met);
        self.values = self.values.saturating_add(other.values);
        self.objects = self.objects.saturating_add(other.objects);
        other.kind.into_iter().for_each(|kind| self.join_kind(kind));
        self.mixed |= other.mixed;
        self.partial |= other.partial;
        if other.prose {
            self.prose = true;
            self.texts = IndexMap::new();
        }
        other.texts.iter().for_each(|(text, times)| self.observe_text(text, *times, budget));
        if let Some(element) = other.element {
            self.element.get_or_insert_default().merge(*element, budget);
        }
        if let Some(values) = other.map_values {
            self.collapse(budget);
            self.map_values.get_or_insert_default().merge(*values, budget);
        }
        for (name, member) in other.members {
            match &mut self.map_values {
                Some(values) => values.merge(member, budget),
                None => self.members.entry(name).or_default().merge(member, budget),
            }
        }
        if self.members.len() > MOST_MEMBERS {
            self.collapse(budget);
        }
    }

    /// Charges for what is kept.
    pub(super) fn recount(&self, budget: &mut Budget) {
        let names: usize = self.members.keys().chain(self.texts.keys()).map(|text| text.len()).sum();
        // What was kept once fits.
        budget.shapes = budget.shapes.saturating_sub(1);
        budget.bytes = budget.bytes.saturating_sub(names);
        self.members.values().chain(self.element.as_deref()).chain(self.map_values.as_deref()).for_each(|part| part.recount(budget));
    }

    /// The kind of all values, if they are of one.
    pub(super) fn only_kind(&self) -> Option<Seen> {
        self.kind.filter(|_| !self.mixed)
    }

    /// The values of an `enum`, if it looks like one; in an order that does not depend on that of the samples.
    pub(super) fn enumeration(&self) -> Option<Vec<Arc<str>>> {
        let seen: u64 = self.texts.values().sum();
        let distinct = u64::try_from(self.texts.len()).unwrap_or(u64::MAX);
        let repeated = !self.prose && distinct > 0 && seen >= LEAST_TEXTS.max(distinct.saturating_mul(LEAST_TEXTS_A_VALUE));
        repeated.then(|| {
            let mut values: Vec<Arc<str>> = self.texts.keys().cloned().collect();
            values.sort();
            values
        })
    }

    /// Whether the keys look like the caller's choice: many, and each object has few of them.
    pub(super) fn is_sparse(&self) -> bool {
        let keys = u64::try_from(self.members.len()).unwrap_or(u64::MAX);
        let met: u64 = self.members.values().map(|member| member.met).fold(0, u64::saturating_add);
        self.members.len() > MOST_SPARSE_MEMBERS && met.saturating_mul(SPARSE) < keys.saturating_mul(self.objects)
    }
}
