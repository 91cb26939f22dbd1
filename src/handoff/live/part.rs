//! Live data inside values: what a rule sees that reads `agents` as a whole.

use std::collections::HashMap;
use std::sync::Arc;

use super::{AS_OF, Stale, judge, read_as_of};
use crate::context::SlotId;
use crate::schema::{Attribute, Type, member_path};
use crate::value::{Timestamp, Value};

/// A part of a value that is live data, or holds some.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// How old it may be, in seconds.
    limit: Option<u64>,
    inside: Option<Inside>,
}

/// What is live inside a value.
#[derive(Clone, Debug)]
pub(super) enum Inside {
    /// Each element of a list.
    Elements(Box<Part>),
    /// Members of a map.
    Members {
        /// By name; `None` for one that is not live although the others are.
        known: HashMap<Arc<str>, Option<Part>>,
        /// All others.
        others: Option<Box<Part>>,
    },
}

impl Part {
    /// What is live in a declared part, if anything is.
    fn of(attribute: &Attribute) -> Option<Part> {
        let inside = Inside::of(attribute);
        (attribute.max_age.is_some() || inside.is_some()).then_some(Part { limit: attribute.max_age, inside })
    }
}

impl Inside {
    /// What is live inside the values of an attribute, if anything is.
    pub(super) fn of(attribute: &Attribute) -> Option<Inside> {
        match &attribute.ty {
            Type::List(element) => Part::of(element).map(|part| Inside::Elements(Box::new(part))),
            Type::Map { values, known } => {
                let others = Part::of(values).map(Box::new);
                let known = known.iter().map(|(name, member)| (name.clone(), Part::of(member)));
                let known: HashMap<_, _> = known.filter(|(_, part)| others.is_some() || part.is_some()).collect();
                (others.is_some() || !known.is_empty()).then_some(Inside::Members { known, others })
            }
            Type::Object { members, .. } => {
                let known: HashMap<_, _> = members.iter().filter_map(|(name, member)| Some((name.clone(), Some(Part::of(member)?)))).collect();
                (!known.is_empty()).then_some(Inside::Members { known, others: None })
            }
            Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::Any => None,
        }
    }
}

/// Where a part stands; written only when it is told.
pub(super) enum Place<'p> {
    Slot(&'p [Arc<str>]),
    Member(&'p Place<'p>, &'p str),
    Element(&'p Place<'p>, usize),
}

impl Place<'_> {
    fn text(&self) -> String {
        match self {
            Place::Slot(path) => path.iter().fold(String::new(), |path, name| member_path(&path, name)),
            Place::Member(above, name) => member_path(&above.text(), name),
            Place::Element(above, at) => format!("{}[{at}]", above.text()),
        }
    }
}

/// A list of a thousand stale members says no more than its first ones.
const MOST_TOLD: usize = 100;

/// A walk through the value of one slot.
pub(super) struct Walk<'w> {
    pub(super) slot: SlotId,
    pub(super) now: Timestamp,
    pub(super) found: &'w mut Vec<Stale>,
}

impl Walk<'_> {
    /// The value with what is stale in it set to `NULL`; `None` if nothing is. `raw` is the value as the document has it, `around` the nearest `as_of`.
    pub(super) fn members(&mut self, inside: &Inside, value: &Value, raw: Option<&Value>, around: Option<Timestamp>, place: &Place<'_>) -> Option<Value> {
        match (inside, value) {
            (Inside::Elements(part), Value::List(items)) => {
                let raw = |at: usize| match raw {
                    Some(Value::List(raw)) => raw.get(at),
                    Some(Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) | Value::Map(_)) | None => None,
                };
                let walked = items.iter().enumerate().map(|(at, item)| self.part(part, item, raw(at), around, &Place::Element(place, at)));
                let walked: Vec<Option<Value>> = walked.collect();
                let is_changed = walked.iter().any(Option::is_some);
                is_changed.then(|| items.iter().zip(walked).map(|(item, new)| new.unwrap_or_else(|| item.clone())).collect::<Vec<_>>().into())
            }
            (Inside::Members { known, others }, Value::Map(map)) => {
                let raw = |key: &str| match raw {
                    Some(Value::Map(raw)) => raw.get(key),
                    Some(Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) | Value::List(_)) | None => None,
                };
                let around = raw(AS_OF).map_or(around, read_as_of);
                let walked = map.iter().map(|(key, member)| {
                    let part = known.get(key).map_or(others.as_deref(), Option::as_ref)?;
                    self.part(part, member, raw(key), around, &Place::Member(place, key))
                });
                let walked: Vec<Option<Value>> = walked.collect();
                let is_changed = walked.iter().any(Option::is_some);
                is_changed.then(|| map.iter().zip(walked).map(|((key, member), new)| (key.clone(), new.unwrap_or_else(|| member.clone()))).collect())
            }
            (Inside::Elements(_) | Inside::Members { .. }, _) => None,
        }
    }

    fn part(&mut self, part: &Part, value: &Value, raw: Option<&Value>, around: Option<Timestamp>, place: &Place<'_>) -> Option<Value> {
        if value.is_null() {
            return None;
        }
        if let Some(limit_s) = part.limit
            && let Err(age_s) = judge(around, self.now, limit_s)
        {
            if self.found.len() < MOST_TOLD {
                self.found.push(Stale { path: place.text(), slot: self.slot, age_s, limit_s });
            }
            return Some(Value::Null);
        }
        self.members(part.inside.as_ref()?, value, raw, around, place)
    }
}
