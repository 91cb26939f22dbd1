//! Live data: what is declared with `max_age` reads as `NULL` once it is too old to be believed.
//!
//! How old it is says `as_of`, seconds since 1970 or a text of RFC 3339, in the nearest map around the attribute that has such a member. Where none has
//! one, where it is no time, or where it lies in the future, nobody knows how old the data is: it is stale.

mod part;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use crate::context::{Context, Layout, RawId, Slot, SlotId};
use crate::schema::{Attribute, Schema, member_path};
use crate::value::{Number, Timestamp, Value, parse_time};
use part::{Inside, Place, Walk};

/// The member that says when what stands beside it was true.
const AS_OF: &str = "as_of";

/// Clocks differ: so many seconds in the future count as now.
const CLOCKS_DIFFER_S: i64 = 5;

const MICROS: i64 = 1_000_000;

/// Which slots of a layout are live data or hold some: made once per rule set, used for each context.
#[derive(Clone, Debug, Default)]
pub(super) struct LiveData {
    watched: Vec<Watched>,
}

/// A slot that is live data, or a part of it, or holds some.
#[derive(Clone, Debug)]
struct Watched {
    slot: SlotId,
    path: Vec<Arc<str>>,
    /// How many names of the path lead to something with a limit, and the limit in seconds; the outermost first.
    limits: Vec<(usize, u64)>,
    /// What is live inside the value, and where the value is as the document has it.
    inside: Option<(Inside, RawId)>,
    /// The raw `as_of` below so many names of the path.
    as_of: Vec<RawId>,
}

/// Something that was not used because it is too old.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Stale {
    /// What: the path that is declared with `max_age`, such as `agents.it_emea.available`, or the element of a list (`queues[0].waiting`).
    pub(super) path: String,
    /// The slot that it is, is a part of, or is in.
    pub(super) slot: SlotId,
    /// How old it is, in seconds, rounded away from zero; negative for the future. `None` where no `as_of` says so.
    pub(super) age_s: Option<i64>,
    /// How old it may be, in seconds.
    pub(super) limit_s: u64,
}

/// ``stale: 95 s, limit 60 s``
impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.age_s {
            None => write!(f, "stale: no as_of, limit {} s", self.limit_s),
            Some(age) if age < 0 => write!(f, "stale: {} s in the future, limit {} s", age.unsigned_abs(), self.limit_s),
            Some(age) => write!(f, "stale: {age} s, limit {} s", self.limit_s),
        }
    }
}

impl LiveData {
    /// Finds the slots of a layout that are live data or hold some, and has contexts keep what says how old they are. All expressions that use the layout are
    /// compiled before: slots that are added later are not looked at.
    #[must_use]
    pub(super) fn plan(schema: &Schema, layout: &mut Layout) -> LiveData {
        let slots = layout.slots().filter(|slot| !layout.is_computed(*slot)).collect::<Vec<_>>();
        LiveData { watched: slots.into_iter().filter_map(|slot| Watched::plan(slot, schema, layout)).collect() }
    }

    /// Whether nothing is live data.
    #[must_use]
    pub(super) fn is_empty(&self) -> bool {
        self.watched.is_empty()
    }

    /// Sets what is stale to `NULL`: slots, and members of the values in them. Says what was there and was stale; of the members of values the first hundred.
    /// `context` was bound to the layout of the plan, and no rule has read it yet.
    pub(super) fn apply(&self, context: &mut Context, now: Timestamp) -> Vec<Stale> {
        let mut found = Vec::new();
        self.watched.iter().for_each(|watched| watched.apply(context, now, &mut found));
        found
    }
}

impl Watched {
    fn plan(slot: SlotId, schema: &Schema, layout: &mut Layout) -> Option<Watched> {
        let path = layout.path(slot).to_vec();
        let mut limits = Vec::new();
        let mut attribute: Option<&Attribute> = None;
        for (at, name) in path.iter().enumerate() {
            attribute = if at == 0 { schema.attributes.get(name) } else { attribute.and_then(|attribute| attribute.member(name)) };
            let Some(declared) = attribute else { break };
            limits.extend(declared.max_age.map(|limit| (at + 1, limit)));
        }
        let inside = attribute.and_then(Inside::of);
        if limits.is_empty() && inside.is_none() {
            return None;
        }
        let as_of = (0..path.len()).map(|names| {
            let place: Vec<Arc<str>> = path.iter().take(names).cloned().chain([AS_OF.into()]).collect();
            layout.raw(&place, Some(schema))
        });
        let as_of = as_of.collect();
        let inside = inside.map(|inside| (inside, layout.raw(&path, Some(schema))));
        Some(Watched { slot, path, limits, inside, as_of })
    }

    fn apply(&self, context: &mut Context, now: Timestamp, found: &mut Vec<Stale>) {
        let value = match context.slot(self.slot) {
            Slot::Value(Value::Null) => return,
            Slot::Value(value) => Some(value),
            Slot::NoMembers { .. } | Slot::Failed(_) => None,
        };
        let stale = self.limits.iter().find_map(|(names, limit)| Some((names, limit, judge(self.nearest(context, *names), now, *limit).err()?)));
        if let Some((names, limit, age_s)) = stale {
            let path = self.path.iter().take(*names).fold(String::new(), |path, name| member_path(&path, name));
            found.push(Stale { path, slot: self.slot, age_s, limit_s: *limit });
            context.set(self.slot, Ok(Value::Null));
            return;
        }
        let (Some(value), Some((inside, raw))) = (value, &self.inside) else { return };
        let around = self.nearest(context, self.path.len());
        let mut walk = Walk { slot: self.slot, now, found };
        if let Some(rewritten) = walk.members(inside, value, context.raw(*raw), around, &Place::Slot(&self.path)) {
            context.set(self.slot, Ok(rewritten));
        }
    }

    /// The `as_of` of the nearest map around what so many names lead to.
    fn nearest(&self, context: &Context, names: usize) -> Option<Timestamp> {
        self.as_of.iter().take(names).rev().find_map(|place| context.raw(*place)).and_then(read_as_of)
    }
}

/// The time that an `as_of` says, if it says one.
fn read_as_of(raw: &Value) -> Option<Timestamp> {
    match raw {
        Value::Integer(seconds) => Timestamp::from_number(Number::Integer(*seconds)).ok(),
        Value::Float(seconds) => Timestamp::from_number(Number::Float(*seconds)).ok(),
        Value::Text(text) => parse_time(text),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => None,
    }
}

/// Whether something is fresh that was true at a time, and may be so many seconds old; else its age in seconds, where it is known.
fn judge(as_of: Option<Timestamp>, now: Timestamp, limit_s: u64) -> Result<(), Option<i64>> {
    let age = now.as_micros() - as_of.ok_or(None)?.as_micros();
    let limit = i64::try_from(limit_s).unwrap_or(i64::MAX).saturating_mul(MICROS);
    if (-CLOCKS_DIFFER_S * MICROS..=limit).contains(&age) {
        return Ok(());
    }
    // A little more than the limit is not shown as the limit.
    let rest = i64::from(age % MICROS != 0) * age.signum();
    Err(Some(age / MICROS + rest))
}
