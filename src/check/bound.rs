//! The most that an expression can cost, whatever the context says: what "cannot fail" needs to know about budgets.

use crate::limits::Limits;

/// An upper bound on steps and bytes. Saturates: the largest number means "no bound is known".
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Work {
    pub(super) steps: u64,
    pub(super) bytes: u64,
}

impl Work {
    pub(super) const NONE: Work = Work { steps: 0, bytes: 0 };

    pub(super) fn steps(steps: u64) -> Work {
        Work { steps, bytes: 0 }
    }

    pub(super) fn bytes(bytes: u64) -> Work {
        Work { steps: 0, bytes }
    }

    pub(super) fn and(self, other: Work) -> Work {
        Work { steps: self.steps.saturating_add(other.steps), bytes: self.bytes.saturating_add(other.bytes) }
    }

    pub(super) fn times(self, count: u64) -> Work {
        Work { steps: self.steps.saturating_mul(count), bytes: self.bytes.saturating_mul(count) }
    }

    pub(super) fn fits(self, limits: &Limits) -> bool {
        self.steps <= limits.steps && self.bytes <= limits.bytes
    }
}

/// The longest text that a rule can meet: it comes with the context, or was built within the budget.
pub(super) fn longest_text(limits: &Limits) -> u64 {
    (limits.context_bytes as u64).max(limits.bytes)
}

/// The longest list that a rule can meet: an element takes two bytes of JSON (`0,`) or one entry of the budget.
pub(super) fn longest_list(limits: &Limits) -> u64 {
    (limits.context_bytes as u64 / 2).max(limits.bytes / u64::from(crate::value::ENTRY_BYTES))
}

/// The most elements or code points that a slice with constant bounds can have; `None` where its length depends on what is sliced. A bound that is
/// `None` is left out.
pub(crate) fn slice_length(from: Option<i64>, to: Option<i64>) -> Option<u64> {
    match (from.unwrap_or(0), to) {
        // From so many before the end to the end.
        (from, None) => (from < 0).then(|| from.unsigned_abs()),
        (from, Some(to)) if (from < 0) == (to < 0) => Some(u64::try_from(to.saturating_sub(from)).unwrap_or(0)),
        (from, Some(to)) => (from < 0).then(|| from.unsigned_abs().min(to.unsigned_abs())),
    }
}
