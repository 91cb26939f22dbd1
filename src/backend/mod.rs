//! What runs a program.
//!
//! A backend takes a [`Job`] and gives the value of the rule, or its first error in evaluation order: kind and span. All backends agree on all three,
//! and on what is charged to the budget. The tree walk in [`interp`] is the reference: it is written to be obvious, and every other backend is compared with it.

mod choice;
pub mod interp;
#[cfg(feature = "jit")]
pub mod jit;

pub(crate) use choice::Choice;
pub use choice::{Backend, Executor, HOT, Optimisation, Running, Unavailable, Why, Work, available};

use crate::builtins::Calendars;
use crate::context::Context;
use crate::hir::Program;
use crate::stack;
use crate::value::Timestamp;

/// One evaluation: a program, the context that was bound to its slots, and the world around it.
#[derive(Clone, Copy, Debug)]
pub struct Job<'j> {
    /// What is run.
    pub program: &'j Program,
    /// The values of its slots.
    pub context: &'j Context,
    /// What `$TIME()` gives, and when calendars are asked.
    pub now: Timestamp,
    /// The calendars that are declared.
    pub calendars: &'j dyn Calendars,
}

/// Nesting that fits every stack that the language promises to fit.
const SHALLOW: usize = 12;

/// Makes room on the stack for a deeply nested rule; the others do not pay for the question.
fn with_room<T>(job: &Job<'_>, work: impl FnOnce() -> T) -> T {
    if job.program.nesting <= SHALLOW { work() } else { stack::with_room(job.program.nesting, work) }
}
