//! Texts that are derived of attributes: lower-case, trimmed, how long.
//!
//! What several rules ask of one attribute is computed once for a context, when the first of them asks, with what it is charged each time.

use super::layout::SlotId;
use crate::builtins::{Args, Builtin, BuiltinId, Env, Need, NoCalendars, Run, Takes};
use crate::limits::Limits;
use crate::value::{Budget, Kinds, Timestamp, Value};

/// A derived value of a context: the place in its layout.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct DerivedId(pub(super) u32);

impl DerivedId {
    /// The place in the layout.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a value is derived of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Base {
    /// An attribute.
    Slot(SlotId),
    /// Something derived.
    Derived(DerivedId),
}

/// A function of the text of an attribute.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Derivation {
    pub(super) base: Base,
    pub(super) builtin: BuiltinId,
}

/// A derived value, and what whoever asks for it is charged: as much as if it had been computed for him.
#[derive(Clone, Debug)]
pub struct Derived {
    /// The value.
    pub value: Value,
    /// Steps.
    pub steps: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Whether values of the function are kept: it reads one text and nothing else, and cannot fail.
pub(super) fn is_kept(row: &Builtin) -> bool {
    let [param] = row.params else { return false };
    let reads_text = matches!(param.takes, Takes::Values(kinds) if Kinds::TEXT.within(kinds)) && param.need == Need::Required;
    reads_text
        && !row.variadic
        && row.folds
        && row.errors.is_empty()
        && matches!(row.run, Run::Scalar(_))
        && row.result.within(Kinds::TEXT.or(Kinds::INTEGER).or(Kinds::NULL))
}

/// What the function gives for a Text.
pub(super) fn derive(builtin: BuiltinId, text: &Value) -> Option<Derived> {
    let mut args = Args::default();
    args.push(Some(text));
    let mut budget = Budget::unlimited();
    let before = budget.clone();
    let limits = Limits::default();
    let mut env = Env { budget: &mut budget, now: Timestamp::EPOCH, calendars: &NoCalendars, limits: &limits, prepared: None };
    let value = builtin.get().call(&args, &mut env).ok()?;
    let (steps, bytes) = budget.spent_since(&before);
    Some(Derived { value, steps, bytes })
}
