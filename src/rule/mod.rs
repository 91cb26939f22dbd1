//! One expression, all the way: text, checked and compiled against slots that it may share with others, evaluated on a bound context.
//!
//! The facade's [`crate::Rule`] is one with a layout of its own; a rule set has thousands over one layout.

mod error;
mod tier;
mod trace;

use std::sync::Arc;
#[cfg(feature = "jit")]
use std::sync::OnceLock;

pub use error::CompileError;
pub(crate) use tier::Tier;
pub use trace::{StepOutcome, Trace, TraceStep, trace};

#[cfg(feature = "jit")]
use crate::backend::jit::{self, Native};
use crate::backend::{Job, Optimisation, Unavailable, interp};
use crate::builtins::Calendars;
use crate::check::{self, World};
use crate::context::{Context, Layout, SlotId};
use crate::diagnostic::Diagnostic;
use crate::hir::{Facts, Program};
use crate::schema::Attribute;
use crate::stack::with_room;
use crate::syntax::{self, ast};
use crate::value::{Budget, ErrorKinds, EvalError, Timestamp, Value};

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    source: Box<str>,
    tree: ast::Rule,
    program: Program,
    diagnostics: Vec<Diagnostic>,
    declared: Option<Arc<Attribute>>,
    /// Its native code, once there is some.
    #[cfg(feature = "jit")]
    native: OnceLock<Native>,
}

/// What an expression is evaluated in.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'s> {
    /// The values of the slots.
    pub context: &'s Context,
    /// What `$TIME()` gives, and when calendars are asked.
    pub now: Timestamp,
    /// The calendars that are declared.
    pub calendars: &'s dyn Calendars,
}

impl Expression {
    /// Parses, checks and compiles a text. The attributes that it reads get slots of `layout`.
    ///
    /// # Errors
    /// Everything that is wrong with it, warnings included, in source order.
    pub fn compile(source: &str, world: World<'_>, layout: &mut Layout) -> Result<Expression, Vec<Diagnostic>> {
        let parsed = syntax::parse(source, world.limits)?;
        let checked = check::check(&parsed.rule, source, world, layout);
        let mut diagnostics = parsed.warnings;
        diagnostics.extend(checked.diagnostics);
        diagnostics.sort_by_key(|diagnostic| diagnostic.span);
        match checked.program {
            Some(program) => Ok(Expression {
                source: source.into(),
                tree: parsed.rule,
                program,
                diagnostics,
                declared: checked.declared,
                #[cfg(feature = "jit")]
                native: OnceLock::new(),
            }),
            None => Err(diagnostics),
        }
    }

    /// The text that was compiled.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The program and the warnings, without the text.
    pub(crate) fn into_parts(self) -> (Program, Vec<Diagnostic>) {
        (self.program, self.diagnostics)
    }

    /// What was parsed.
    #[must_use]
    pub fn tree(&self) -> &ast::Expr {
        &self.tree.expr
    }

    /// How deep the text nests: what a walk over the tree needs room for.
    #[must_use]
    pub fn nesting(&self) -> usize {
        self.tree.nesting
    }

    /// The slots that it reads, as often as it names them.
    pub fn slots(&self) -> impl Iterator<Item = SlotId> {
        self.program.nodes().filter_map(|(id, _)| self.program.slot_of(id))
    }

    /// What is known of its value without running anything.
    #[must_use]
    pub fn facts(&self) -> Facts {
        self.program.root_facts()
    }

    /// The expression in canonical text.
    #[must_use]
    pub fn canonical(&self) -> String {
        syntax::print(&self.tree)
    }

    /// The expression in canonical text without comments, on one line: what it says, and nothing else.
    #[must_use]
    pub fn canonical_line(&self) -> String {
        with_room(self.tree.nesting, || syntax::print_expr(&self.tree.expr))
    }

    /// Whether there are comments in the text.
    #[must_use]
    pub fn has_comments(&self) -> bool {
        !self.tree.comments.is_empty()
    }

    /// Warnings, in source order.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// What an evaluation may fail with, whatever the context says.
    #[must_use]
    pub fn errors(&self) -> ErrorKinds {
        self.program.root_facts().errors
    }

    /// What the schema declares of the value's parts, where the expression is just an attribute.
    #[must_use]
    pub fn declared(&self) -> Option<&Arc<Attribute>> {
        self.declared.as_ref()
    }

    /// The typed program.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The value.
    ///
    /// # Errors
    /// The first error in evaluation order.
    pub fn evaluate(&self, scope: Scope<'_>) -> Result<Value, EvalError> {
        self.evaluate_noting(scope, || {})
    }

    /// As [`Expression::evaluate`]; `note` is called before the interpreter runs, and not where there is native code.
    pub(crate) fn evaluate_noting(&self, scope: Scope<'_>, note: impl FnOnce()) -> Result<Value, EvalError> {
        #[cfg(feature = "jit")]
        if let Some(native) = self.native.get() {
            return native.evaluate(&self.job(scope));
        }
        note();
        interp::evaluate(&self.job(scope))
    }

    /// Whether the value is truthy.
    ///
    /// # Errors
    /// The first error in evaluation order.
    #[inline]
    pub fn matches(&self, scope: Scope<'_>) -> Result<bool, EvalError> {
        self.matches_noting(scope, || {})
    }

    /// As [`Expression::matches`]; `note` is called before the interpreter runs, and not where there is native code.
    pub(crate) fn matches_noting(&self, scope: Scope<'_>, note: impl FnOnce()) -> Result<bool, EvalError> {
        #[cfg(feature = "jit")]
        if let Some(native) = self.native.get() {
            return match native.matches_at_once(scope.context) {
                Some(truth) => Ok(truth),
                None => native.matches_within(&self.job(scope), &mut Budget::new(&self.program.limits)),
            };
        }
        note();
        interp::matches(&self.job(scope))
    }

    /// The value, charged to a budget that several evaluations share. None takes more of it than one evaluation may.
    ///
    /// # Errors
    /// The first error in evaluation order; `budget_exceeded` also when too little is left.
    pub fn evaluate_within(&self, scope: Scope<'_>, shared: &mut Budget) -> Result<Value, EvalError> {
        #[cfg(feature = "jit")]
        if let Some(native) = self.native.get() {
            return self.charged(shared, |part| native.evaluate_within(&self.job(scope), part));
        }
        self.charged(shared, |part| interp::evaluate_within(&self.job(scope), part))
    }

    /// Whether the value is truthy, charged to a budget that several evaluations share.
    ///
    /// # Errors
    /// As [`Expression::evaluate_within`].
    pub fn matches_within(&self, scope: Scope<'_>, shared: &mut Budget) -> Result<bool, EvalError> {
        #[cfg(feature = "jit")]
        if let Some(native) = self.native.get() {
            return self.charged(shared, |part| native.matches_within(&self.job(scope), part));
        }
        self.charged(shared, |part| interp::matches_within(&self.job(scope), part))
    }

    /// Compiles expressions to native code, all in one module; those that have some keep it. From now on they run on it.
    ///
    /// `layout` is what their contexts are bound to. `shared` says whether they are charged to budgets that several evaluations share
    /// ([`Expression::matches_within`]).
    ///
    /// # Errors
    /// There is no native code here. The expressions go on running on the interpreter.
    #[cfg_attr(not(feature = "jit"), allow(unused_variables, reason = "there is nothing to compile with"))]
    pub fn compile_native<'e>(
        expressions: impl Iterator<Item = &'e Expression>,
        layout: &Layout,
        shared: bool,
        level: Optimisation,
    ) -> Result<(), Unavailable> {
        #[cfg(feature = "jit")]
        {
            let new: Vec<&Expression> = expressions.filter(|expression| expression.native.get().is_none()).collect();
            let units: Vec<jit::Unit<'_>> = new.iter().map(|expression| jit::Unit { program: &expression.program, layout, shares_budget: shared }).collect();
            for (expression, native) in new.iter().zip(jit::compile(&units, level)?) {
                // Another thread may have been faster: its code is as good.
                let _ = expression.native.set(native);
            }
            Ok(())
        }
        #[cfg(not(feature = "jit"))]
        Err(Unavailable::NotBuilt)
    }

    /// Bytes of machine code, and of the executable memory that it shares with the others of its module; `None` while it has none.
    #[must_use]
    pub fn native_bytes(&self) -> Option<(usize, usize)> {
        #[cfg(feature = "jit")]
        return self.native.get().map(|native| (native.bytes(), native.module_bytes()));
        #[cfg(not(feature = "jit"))]
        return None;
    }

    fn charged<T>(&self, shared: &mut Budget, run: impl FnOnce(&mut Budget) -> T) -> T {
        let part = shared.part(&self.program.limits);
        let mut left = part.clone();
        let result = run(&mut left);
        shared.settle(&part, &left);
        result
    }

    /// Evaluates the expression and keeps the value of every part of it; parts that were not evaluated are marked.
    /// `world` and `layout` are those that it was compiled with.
    #[must_use]
    pub fn trace(&self, scope: Scope<'_>, world: World<'_>, layout: &Layout) -> Trace {
        let unfolded = check::unfolded(&self.tree, &self.source, world, &mut layout.clone());
        let program = unfolded.program.as_ref().unwrap_or(&self.program);
        trace(&Job { program, ..self.job(scope) })
    }

    /// The same for the compiled program: a part that was folded into a constant is not listed. Cheaper than [`Expression::trace`].
    #[must_use]
    pub fn trace_folded(&self, scope: Scope<'_>) -> Trace {
        trace(&self.job(scope))
    }

    fn job<'j>(&'j self, scope: Scope<'j>) -> Job<'j> {
        Job { program: &self.program, context: scope.context, now: scope.now, calendars: scope.calendars }
    }
}

/// A path as rule authors write it: `user.department`, `user["cost center"]`.
pub(crate) fn dotted(path: &[Arc<str>]) -> String {
    let mut text = String::new();
    for (at, name) in path.iter().enumerate() {
        let plain = name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_') && !name.is_empty();
        match (at, plain) {
            (0, _) => text.push_str(name),
            (_, true) => {
                text.push('.');
                text.push_str(name);
            }
            (_, false) => {
                text.push('[');
                text.push_str(&syntax::print_text(name));
                text.push(']');
            }
        }
    }
    text
}
