//! Syntax tree and schema to typed program, with everything that can be said about a rule before it runs.
//!
//! One walk over the tree resolves names to slots, parameters and functions, infers kinds, folds constants, narrows attributes under guards, looks for
//! what is probably not meant, and emits the program. The files of this folder are the parts of that walk.

mod bound;
mod calls;
mod compare;
mod fold;
mod learn;
mod lint;
mod lower;
mod names;
mod operators;
mod suggest;

mod typed;

#[cfg(feature = "handoff")]
pub(crate) use bound::slice_length;

pub use crate::hir::Facts;
pub(crate) use learn::teach;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::builtins::Calendars;
use crate::context::{Layout, SlotId};
use crate::diagnostic::Diagnostic;
use crate::hir::Program;
use crate::limits::Limits;
use crate::schema::{Attribute, Schema};
use crate::stack::with_room;
use crate::syntax::ast;
use crate::value::Value;

/// What a rule is checked against.
#[derive(Clone, Copy, Debug)]
pub struct World<'w> {
    /// The attributes that a context may have; without a schema any attribute may be read, and nothing is known of it.
    pub schema: Option<&'w Schema>,
    /// The calendars that a constant name may refer to.
    pub calendars: &'w dyn Calendars,
    /// What bare names stand for besides attributes.
    pub names: &'w Names,
    /// The limits that the program will run under.
    pub limits: &'w Limits,
}

/// Names that are no attributes: a rule set's constant lists and its definitions. They come before attributes, after the parameters of lambdas.
#[derive(Clone, Debug, Default)]
pub struct Names {
    entries: BTreeMap<Arc<str>, Named>,
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Named {
    /// A value that is known now.
    Constant(Value),
    /// A value that is computed before the program runs, and stands in a slot.
    Computed {
        /// Where it stands.
        slot: SlotId,
        /// What is known of it: its kinds, and what computing it may fail with. Reading it fails likewise.
        facts: Facts,
        /// What a schema declares of its parts, where it is an attribute under another name.
        declared: Option<Arc<Attribute>>,
    },
}

impl Names {
    /// No names.
    pub const NONE: &'static Names = &Names { entries: BTreeMap::new() };

    /// Says what a name stands for.
    pub fn insert(&mut self, name: Arc<str>, named: Named) {
        self.entries.insert(name, named);
    }

    /// What a name stands for.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Named> {
        self.entries.get(name)
    }

    /// The names, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(AsRef::as_ref)
    }
}

/// What checking gives.
#[derive(Debug)]
pub struct Checked {
    /// The program, unless there is an error among the diagnostics.
    pub program: Option<Program>,
    /// Errors and warnings, in source order: at most 100, errors before warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// What a schema declares of the value's parts, where the rule is just an attribute.
    pub declared: Option<Arc<Attribute>>,
}

/// Checks a rule and compiles it. `source` is the text that the tree was parsed from: fixes and messages quote it.
/// The attributes that it reads get slots of `layout`, which may have some of other rules already.
#[must_use]
pub fn check(rule: &ast::Rule, source: &str, world: World<'_>, layout: &mut Layout) -> Checked {
    with_room(rule.nesting, || lower::Lowerer::new(source, rule.nodes, world, layout, true).rule(rule))
}

/// Compiles a rule with no constant folded, so that a trace can show every part of it. The same slots, the same results.
#[must_use]
pub fn unfolded(rule: &ast::Rule, source: &str, world: World<'_>, layout: &mut Layout) -> Checked {
    with_room(rule.nesting, || lower::Lowerer::new(source, rule.nodes, world, layout, false).rule(rule))
}
