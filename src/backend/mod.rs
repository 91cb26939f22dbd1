//! What runs a program.
//!
//! A backend takes a [`Job`] and gives the value of the rule, or its first error in evaluation order: kind and span. All backends agree on all three,
//! and on what is charged to the budget. The tree walk in [`interp`] is the reference: it is written to be obvious, and every other backend is compared with it.

pub mod interp;

use crate::builtins::Calendars;
use crate::context::Context;
use crate::hir::Program;
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
