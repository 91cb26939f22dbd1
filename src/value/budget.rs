//! What one evaluation may still spend.

use std::sync::Arc;

use super::{ENTRY_BYTES, EvalErrorKind, List, Map, Value};
use crate::limits::Limits;

/// The steps and bytes that one evaluation has left. Everything is charged as written, before it is done.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Budget {
    steps: u64,
    bytes: u64,
}

/// A value whose unshared size would be larger is not built: it could not be printed.
const LARGEST_VALUE: u32 = 64 * 1024 * 1024;

/// A value that would nest deeper is not built: every walk over values fits the stack.
const DEEPEST_VALUE: u16 = 128;

/// Bytes of text that cost one step to read.
const BYTES_PER_STEP: u64 = 64;

impl Budget {
    /// Where native code finds the steps that are left.
    #[cfg(feature = "jit")]
    pub(crate) const STEPS_AT: usize = std::mem::offset_of!(Budget, steps);

    /// The budget of one evaluation under `limits`.
    #[must_use]
    pub fn new(limits: &Limits) -> Budget {
        Budget { steps: limits.steps, bytes: limits.bytes }
    }

    /// The budget of many evaluations together: `times` that of one.
    #[must_use]
    pub fn of_many(limits: &Limits, times: u64) -> Budget {
        Budget { steps: limits.steps.saturating_mul(times), bytes: limits.bytes.saturating_mul(times) }
    }

    /// Takes the budget of one evaluation under `limits` out of this one: as much, or what is left.
    #[must_use]
    pub fn part(&self, limits: &Limits) -> Budget {
        Budget { steps: self.steps.min(limits.steps), bytes: self.bytes.min(limits.bytes) }
    }

    /// Charges what an evaluation spent of its part, given what is left of that.
    pub fn settle(&mut self, part: &Budget, left: &Budget) {
        let (steps, bytes) = left.spent_since(part);
        self.steps = self.steps.saturating_sub(steps);
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// A budget that no evaluation uses up.
    #[must_use]
    pub fn unlimited() -> Budget {
        Budget { steps: u64::MAX, bytes: u64::MAX }
    }

    /// Steps and bytes that have been spent since the budget was `before`.
    #[must_use]
    pub fn spent_since(&self, before: &Budget) -> (u64, u64) {
        (before.steps.saturating_sub(self.steps), before.bytes.saturating_sub(self.bytes))
    }

    /// Charges what a constant cost when it was folded.
    ///
    /// # Errors
    /// `budget_exceeded` when less is left.
    pub fn spend(&mut self, steps: u64, bytes: u64) -> Result<(), EvalErrorKind> {
        self.steps(steps)?;
        self.bytes = self.bytes.checked_sub(bytes).ok_or(EvalErrorKind::BudgetExceeded)?;
        Ok(())
    }

    /// Charges steps: elements visited.
    ///
    /// # Errors
    /// `budget_exceeded` when fewer are left.
    pub fn steps(&mut self, count: u64) -> Result<(), EvalErrorKind> {
        self.steps = self.steps.checked_sub(count).ok_or(EvalErrorKind::BudgetExceeded)?;
        Ok(())
    }

    /// Charges the steps of reading so many bytes of text.
    ///
    /// # Errors
    /// `budget_exceeded` when fewer are left.
    pub fn reading(&mut self, bytes: usize) -> Result<(), EvalErrorKind> {
        self.steps(bytes as u64 / BYTES_PER_STEP)
    }

    /// Charges bytes: the length of a text that is about to be built.
    ///
    /// # Errors
    /// `budget_exceeded` when fewer are left.
    pub fn bytes(&mut self, count: usize) -> Result<(), EvalErrorKind> {
        self.bytes = self.bytes.checked_sub(count as u64).ok_or(EvalErrorKind::BudgetExceeded)?;
        Ok(())
    }

    /// How many bytes may still be built.
    #[must_use]
    pub fn bytes_left(&self) -> u64 {
        self.bytes
    }

    /// Charges the bytes of a list or map that is about to be built with so many entries.
    ///
    /// # Errors
    /// `budget_exceeded` when fewer are left.
    pub fn entries(&mut self, count: usize) -> Result<(), EvalErrorKind> {
        self.bytes(count.saturating_mul(ENTRY_BYTES as usize))
    }

    /// Charges for, and builds, a text.
    ///
    /// # Errors
    /// `budget_exceeded` when too few bytes are left.
    pub fn text(&mut self, text: &str) -> Result<Value, EvalErrorKind> {
        self.bytes(text.len())?;
        Ok(Value::text(text))
    }

    /// Builds a list whose entries have been charged.
    ///
    /// # Errors
    /// `budget_exceeded` for a value that would be too deep or too large to walk.
    pub fn list(&mut self, items: Vec<Value>) -> Result<Value, EvalErrorKind> {
        bounded(Value::List(List::from(items)))
    }

    /// Builds a map whose entries have been charged.
    ///
    /// # Errors
    /// `budget_exceeded` for a value that would be too deep or too large to walk.
    pub fn map(&mut self, entries: impl IntoIterator<Item = (Arc<str>, Value)>) -> Result<Value, EvalErrorKind> {
        bounded(Value::Map(entries.into_iter().collect::<Map>()))
    }
}

fn bounded(value: Value) -> Result<Value, EvalErrorKind> {
    if value.depth() > DEEPEST_VALUE || value.size() > LARGEST_VALUE {
        return Err(EvalErrorKind::BudgetExceeded);
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_step_and_byte_are_free_to_use() {
        let mut budget = Budget::new(&Limits { steps: 2, bytes: 5, ..Limits::default() });
        assert_eq!(budget.steps(2), Ok(()));
        assert_eq!(budget.steps(1), Err(EvalErrorKind::BudgetExceeded));
        assert!(budget.text("abcde").is_ok());
        assert_eq!(budget.bytes(1), Err(EvalErrorKind::BudgetExceeded));
    }

    #[test]
    fn values_stop_nesting_before_a_walk_could_overflow() {
        let mut budget = Budget::unlimited();
        let mut value = Value::Null;
        for _ in 0..DEEPEST_VALUE {
            value = budget.list(vec![value]).unwrap();
        }
        assert_eq!(budget.list(vec![value]).unwrap_err(), EvalErrorKind::BudgetExceeded);
    }

    #[test]
    fn shared_parts_count_as_often_as_they_are_printed() {
        let mut budget = Budget::unlimited();
        let mut value = Value::text("x");
        let refused = (0..DEEPEST_VALUE).find(|_| match budget.list(vec![value.clone(), value.clone()]) {
            Ok(doubled) => {
                value = doubled;
                false
            }
            Err(_) => true,
        });
        assert_eq!(refused, Some(20));
    }
}
