//! The tree walk: the reference semantics.
//!
//! Attributes, constants and parts of them are borrowed, so a rule that builds no text, list or map allocates nothing; a text or list that a context holds
//! becomes a value when it is first asked for.

mod call;
mod chain;
mod eval;
mod operand;
mod watch;

use super::{Job, with_room};
use crate::value::{Budget, EvalError, Kinds, Value};

pub use watch::{Place, Seen, Watch};

use operand::Frame;
use watch::Unwatched;

/// The value of a rule.
///
/// # Errors
/// The first error in evaluation order.
pub fn evaluate(job: &Job<'_>) -> Result<Value, EvalError> {
    // A rule that is either TRUE or FALSE is a condition, whose parts need not be built as values.
    if job.program.root_facts().kinds.within(Kinds::BOOL) {
        return matches(job).map(Value::Bool);
    }
    evaluate_watched(job, &mut Unwatched)
}

/// Whether the value of a rule is truthy. The same as asking the value, but conditions need not be built as values.
///
/// # Errors
/// The first error in evaluation order.
pub fn matches(job: &Job<'_>) -> Result<bool, EvalError> {
    matches_within(job, &mut Budget::new(&job.program.limits))
}

/// As [`evaluate`], charged to a budget that goes on.
///
/// # Errors
/// The first error in evaluation order; `budget_exceeded` also when what is left of the budget does not suffice.
pub fn evaluate_within(job: &Job<'_>, budget: &mut Budget) -> Result<Value, EvalError> {
    with_room(job, || job.eval(job.program.root(), &Frame::OUTERMOST, budget, &mut Unwatched).map(operand::Operand::into_value))
}

/// As [`matches()`], charged to a budget that goes on.
///
/// # Errors
/// As [`evaluate_within`].
pub fn matches_within(job: &Job<'_>, budget: &mut Budget) -> Result<bool, EvalError> {
    with_room(job, || job.holds(job.program.root(), &Frame::OUTERMOST, budget, &mut Unwatched))
}

/// The value of a rule, with every result on the way shown to `watch`.
///
/// # Errors
/// The first error in evaluation order.
pub fn evaluate_watched<W: Watch>(job: &Job<'_>, watch: &mut W) -> Result<Value, EvalError> {
    with_room(job, || {
        let mut budget = Budget::new(&job.program.limits);
        job.eval(job.program.root(), &Frame::OUTERMOST, &mut budget, watch).map(operand::Operand::into_value)
    })
}
