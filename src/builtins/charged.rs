//! Results that are charged before they take memory.

use std::fmt;

use crate::value::{Budget, EvalErrorKind, Value};

/// A text that grows part by part; each part is charged before it is kept.
pub(super) struct Charged<'b> {
    text: String,
    budget: &'b mut Budget,
}

impl<'b> Charged<'b> {
    pub(super) fn new(budget: &'b mut Budget) -> Charged<'b> {
        Charged { text: String::new(), budget }
    }

    pub(super) fn push(&mut self, part: &str) -> Result<(), EvalErrorKind> {
        self.budget.bytes(part.len())?;
        self.text.push_str(part);
        Ok(())
    }

    /// Charges steps while the text is being built.
    pub(super) fn steps(&mut self, count: u64) -> Result<(), EvalErrorKind> {
        self.budget.steps(count)
    }

    pub(super) fn finish(self) -> Value {
        Value::Text(self.text.into())
    }
}

/// Writing fails only where the budget does: see [`refused`].
impl fmt::Write for Charged<'_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.push(part).map_err(|_| fmt::Error)
    }
}

/// What a failed write into a [`Charged`] means.
pub(super) fn refused(_: fmt::Error) -> EvalErrorKind {
    EvalErrorKind::BudgetExceeded
}

/// Charges for `part`, a part of the Text `whole`, which is shared if the part is all of it.
pub(super) fn part_of(whole: Option<&Value>, part: &str, budget: &mut Budget) -> Result<Value, EvalErrorKind> {
    match whole {
        Some(Value::Text(text)) if text.len() == part.len() => {
            budget.bytes(part.len())?;
            Ok(Value::Text(text.clone()))
        }
        Some(_) | None => budget.text(part),
    }
}
