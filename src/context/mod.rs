//! JSON, or any Rust value, to the slots that a program reads, and nothing else.
//!
//! A [`Layout`] names the attribute paths that a program (a rule, or a whole set) reads. A context is bound once to these slots; it binds or fails as a whole.

mod bind;
mod layout;
mod pointer;
#[cfg(test)]
mod tests;

pub use crate::schema::Misfit as ContextWarning;
pub use layout::{Layout, RawId, SlotId};

use crate::schema::Misfit;
use crate::value::{EvalErrorKind, Value};

/// The values of one context that a program reads.
#[derive(Clone, Debug)]
pub struct Context {
    slots: Vec<Slot>,
    raw: Vec<Option<Value>>,
    warnings: Vec<ContextWarning>,
}

/// The value of an attribute path.
#[derive(Clone, Debug)]
pub enum Slot {
    /// The value; `NULL` where the attribute is absent.
    Value(Value),
    /// The value at this place of the path is no Map, so that it has no members: reading the path is a `type_mismatch`.
    NoMembers {
        /// The place of the member that was asked for, counted from 0.
        at: usize,
    },
    /// What computes the value failed: reading it fails likewise. Only slots that a caller fills are like that ([`Layout::computed`]).
    Failed(EvalErrorKind),
}

impl Context {
    /// A context that has nothing: every slot is `NULL`, whatever the schema requires.
    #[must_use]
    pub fn empty(layout: &Layout) -> Context {
        Context { slots: vec![Slot::Value(Value::Null); layout.len()], raw: vec![None; layout.raw_len()], warnings: Vec::new() }
    }

    /// The value of a slot.
    #[must_use]
    pub fn slot(&self, slot: SlotId) -> &Slot {
        const NULL: &Slot = &Slot::Value(Value::Null);
        self.slots.get(slot.index()).unwrap_or(NULL)
    }

    /// What the document has at a place whose raw value is kept ([`Layout::raw`]): as it is written there, whatever its declared type; `None` where it has
    /// nothing.
    #[must_use]
    pub fn raw(&self, place: RawId) -> Option<&Value> {
        self.raw.get(place.index())?.as_ref()
    }

    /// Fills a slot with something else than what the document has there: a value that is computed, or that is too old to be used.
    pub fn set(&mut self, slot: SlotId, content: Slot) {
        if let Some(place) = self.slots.get_mut(slot.index()) {
            *place = content;
        }
    }

    /// What did not fit the schema and was read as `NULL` (in lenient mode), or fits it only loosely.
    #[must_use]
    pub fn warnings(&self) -> &[ContextWarning] {
        &self.warnings
    }
}

/// Why a context does not bind: the outcome `invalid_context`.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("invalid_context{}: {message}", if pointer.is_empty() { String::new() } else { format!(" at {pointer}") })]
pub struct ContextError {
    /// Where: a JSON pointer; empty for the document itself.
    pub pointer: String,
    /// What: one line.
    pub message: String,
    /// The byte of the document, where there is one.
    pub offset: Option<usize>,
}

impl From<Misfit> for ContextError {
    fn from(misfit: Misfit) -> ContextError {
        ContextError { pointer: misfit.pointer, message: misfit.message, offset: None }
    }
}
