//! Syntax tree and schema to typed program, with everything that can be said about a rule before it runs.
//!
//! One walk over the tree resolves names to slots, parameters and functions, infers kinds, folds constants, narrows attributes under guards, looks for
//! what is probably not meant, and emits the program. The files of this folder are the parts of that walk.

mod bound;
mod calls;
mod compare;
mod fold;
mod lint;
mod lower;
mod names;
mod operators;
mod suggest;

mod typed;

use crate::builtins::Calendars;
use crate::context::Layout;
use crate::diagnostic::Diagnostic;
use crate::hir::Program;
use crate::limits::Limits;
use crate::schema::Schema;
use crate::stack::with_room;
use crate::syntax::ast;

/// What a rule is checked against.
#[derive(Clone, Copy, Debug)]
pub struct World<'w> {
    /// The attributes that a context may have; without a schema any attribute may be read, and nothing is known of it.
    pub schema: Option<&'w Schema>,
    /// The calendars that a constant name may refer to.
    pub calendars: &'w dyn Calendars,
    /// The limits that the program will run under.
    pub limits: &'w Limits,
}

/// What checking gives.
#[derive(Debug)]
pub struct Checked {
    /// The program, unless there is an error among the diagnostics.
    pub program: Option<Program>,
    /// The attributes that the rule reads.
    pub layout: Layout,
    /// Errors and warnings, in source order: at most 100, errors before warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks a rule and compiles it. `source` is the text that the tree was parsed from: fixes and messages quote it.
#[must_use]
pub fn check(rule: &ast::Rule, source: &str, world: World<'_>) -> Checked {
    with_room(rule.nesting, || lower::Lowerer::new(source, rule.nodes, world, true).rule(rule))
}

/// Compiles a rule with no constant folded, so that a trace can show every part of it. The same layout, the same results.
#[must_use]
pub fn unfolded(rule: &ast::Rule, source: &str, world: World<'_>) -> Checked {
    with_room(rule.nesting, || lower::Lowerer::new(source, rule.nodes, world, false).rule(rule))
}
