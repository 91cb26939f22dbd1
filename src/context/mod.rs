//! JSON, or any Rust value, to the slots that a program reads, and nothing else.
//!
//! A [`Layout`] names the attribute paths that a program (a rule, or a whole set) reads. A context is bound once to these slots; it binds or fails as a whole.

mod bind;
mod cell;
mod derived;
mod dictionary;
mod layout;
mod plan;
mod pointer;
mod rebind;
mod scan;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::{Arc, OnceLock};

pub use crate::schema::Misfit as ContextWarning;
pub use cell::Cell;
pub use derived::{Base, Derived, DerivedId};
pub use dictionary::Dictionary;
pub use layout::{Layout, RawId, SlotId};

use self::layout::Known;
use self::scan::Scratch;
use crate::schema::Misfit;
use crate::value::{EvalErrorKind, Value};

/// The values of one context that a program reads.
///
/// Each slot has two forms that say the same: a [`Cell`] for native code, which is sixteen bytes, and the [`Value`].
#[derive(Clone, Debug)]
pub struct Context {
    cells: Vec<Cell>,
    /// What cells stand for, made when it is asked for. Native code asks for little, so that there is not even room for it before.
    values: OnceLock<Box<[OnceLock<Value>]>>,
    sources: Vec<Source>,
    /// Copies of what has been read, of which values are made.
    arena: Vec<u8>,
    scratch: Scratch,
    derived: Vec<OnceLock<Option<Derived>>>,
    raw: Vec<Option<Value>>,
    warnings: Vec<ContextWarning>,
    known: Arc<Known>,
}

/// Where the value of a Text or a List stands in the arena: the text itself, or the JSON of the list.
#[derive(Clone, Copy, Debug, Default)]
struct Source {
    start: u32,
    end: u32,
}

impl Source {
    fn range(self) -> Range<usize> {
        // Its ends are places in the arena.
        self.start as usize..self.end as usize
    }
}

/// What an attribute path reads as.
#[derive(Clone, Copy, Debug)]
pub enum Slot<'c> {
    /// The value; `NULL` where the attribute is absent.
    Value(&'c Value),
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
        let known = layout.known();
        Context {
            cells: vec![Cell::default(); layout.len()],
            values: OnceLock::new(),
            sources: vec![Source::default(); layout.len()],
            arena: Vec::new(),
            scratch: Scratch::default(),
            derived: vec![OnceLock::new(); known.derivations.len()],
            raw: vec![None; layout.raw_len()],
            warnings: Vec::new(),
            known,
        }
    }

    /// Makes it a context that has nothing, of a layout, and keeps its memory.
    fn clear(&mut self, layout: &Layout) {
        if !layout.is_of(&self.known) {
            *self = Context::empty(layout);
            return;
        }
        self.cells.fill(Cell::default());
        for value in self.values.get_mut().into_iter().flatten() {
            value.take();
        }
        self.arena.clear();
        self.raw.fill(None);
        self.warnings.clear();
        self.forget_derived();
    }

    /// The value of a slot.
    #[must_use]
    pub fn slot(&self, slot: SlotId) -> Slot<'_> {
        const NULL: &Value = &Value::Null;
        let Some(cell) = self.cells.get(slot.index()) else { return Slot::Value(NULL) };
        match cell.tag {
            Cell::NO_MEMBERS => Slot::NoMembers { at: usize::try_from(cell.payload).unwrap_or(usize::MAX) },
            Cell::FAILED => Slot::Failed(cell.error()),
            Cell::NULL => Slot::Value(NULL),
            _ => Slot::Value(self.values().get(slot.index()).map_or(NULL, |value| value.get_or_init(|| self.value(slot, *cell)))),
        }
    }

    fn values(&self) -> &[OnceLock<Value>] {
        self.values.get_or_init(|| vec![OnceLock::new(); self.cells.len()].into())
    }

    /// The value of a cell, made of what has been read.
    fn value(&self, slot: SlotId, cell: Cell) -> Value {
        if let Some(value) = cell.value() {
            return value;
        }
        let source = self.sources.get(slot.index()).and_then(|source| self.arena.get(source.range())).unwrap_or(&[]);
        match cell.tag {
            Cell::TEXT => match self.known.dictionary(slot).text(cell.id) {
                Some(literal) => Value::Text(literal.clone()),
                None => Value::text(&String::from_utf8_lossy(source)),
            },
            Cell::LIST => scan::read_list(source),
            _ => Value::Null,
        }
    }

    /// All slots as native code reads them, in the order of the layout.
    #[must_use]
    #[inline]
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The bytes of a slot that is a Text, wherever they stand.
    pub(crate) fn text(&self, slot: SlotId) -> Option<&[u8]> {
        let cell = self.cells.get(slot.index()).filter(|cell| cell.tag == Cell::TEXT)?;
        if let Some(literal) = self.known.dictionary(slot).text(cell.id) {
            return Some(literal.as_bytes());
        }
        match self.values.get().and_then(|values| values.get(slot.index())).and_then(OnceLock::get) {
            Some(Value::Text(text)) => Some(text.as_bytes()),
            Some(Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::List(_) | Value::Map(_)) | None => {
                self.sources.get(slot.index()).and_then(|source| self.arena.get(source.range()))
            }
        }
    }

    /// The literals that an attribute is compared with.
    pub(crate) fn dictionary(&self, slot: SlotId) -> &Dictionary {
        self.known.dictionary(slot)
    }

    /// Whether it was bound to a layout, or to a clone of it.
    #[must_use]
    pub fn is_bound_to(&self, layout: &Layout) -> bool {
        layout.is_of(&self.known)
    }

    /// A derived value ([`Layout::derived`]), computed when it is asked for first; `None` where what it is derived of is no Text.
    #[must_use]
    pub fn derived(&self, id: DerivedId) -> Option<&Derived> {
        self.derived
            .get(id.index())?
            .get_or_init(|| {
                let derivation = self.known.derivations.get(id.index())?;
                let text = match derivation.base {
                    Base::Slot(slot) => match self.slot(slot) {
                        Slot::Value(value) => value,
                        Slot::NoMembers { .. } | Slot::Failed(_) => return None,
                    },
                    Base::Derived(base) => &self.derived(base)?.value,
                };
                matches!(text, Value::Text(_)).then(|| derived::derive(derivation.builtin, text))?
            })
            .as_ref()
    }

    /// What the document has at a place whose raw value is kept ([`Layout::raw`]): as it is written there, whatever its declared type; `None` where it has
    /// nothing.
    #[must_use]
    pub fn raw(&self, place: RawId) -> Option<&Value> {
        self.raw.get(place.index())?.as_ref()
    }

    /// Fills a slot with something else than what the document has there: a value that is computed, or that is too old to be used. Reading the slot fails
    /// where an error is put there.
    pub fn set(&mut self, slot: SlotId, content: Result<Value, EvalErrorKind>) {
        match content {
            Ok(value) => self.put(slot, value),
            Err(kind) => self.put_cell(slot, Cell::failed(kind)),
        }
        self.forget_derived();
    }

    fn put(&mut self, slot: SlotId, value: Value) {
        let Some(cell) = self.cells.get_mut(slot.index()) else { return };
        *cell = Cell::of(&value, self.known.dictionary(slot));
        self.values();
        if let Some(place) = self.values.get_mut().and_then(|values| values.get_mut(slot.index())) {
            *place = OnceLock::from(value);
        }
    }

    fn put_cell(&mut self, slot: SlotId, cell: Cell) {
        if let Some(place) = self.cells.get_mut(slot.index()) {
            *place = cell;
        }
    }

    fn forget_derived(&mut self) {
        for derived in &mut self.derived {
            derived.take();
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
