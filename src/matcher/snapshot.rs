//! A set of rules as it is at some moment, and the sets that it becomes by edits.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::bits::Bits;
use super::collect::Collector;
use super::index::Index;
use super::residual::Residual;
use super::scan::{self, Scan};
use super::scratch::{Matches, Scratch};
use super::store::Store;
use super::{RuleId, Settings};
use crate::backend::{Optimisation, Unavailable};
use crate::context::{Context, ContextError, Layout};
use crate::diagnostic::Diagnostic;
use crate::rule::{CompileError, Scope};
use crate::value::Timestamp;

/// A set of rules, compiled together. It does not change; cloning shares it, and any number of threads may ask it at once, each with a [`Scratch`] of its own.
///
/// An edit gives another set that shares almost everything with this one: it costs about what compiling the rule costs. Rules that were added since the set
/// was built are evaluated one after the other, so every now and then [`Matcher::merged`] builds it anew. [`super::Live`] does all that for many threads.
#[derive(Clone)]
pub struct Matcher {
    base: Arc<Base>,
    /// What contexts are bound to.
    layout: Arc<Layout>,
    /// The slots of all rules, those of edits included, whose programs refer to it.
    slots: Arc<Layout>,
    /// Rules that are not in the index, in the order of their ids.
    edits: Vec<Arc<Edit>>,
    /// Rules of the index that are no more, or are among the edits.
    gone: Arc<Bits>,
    /// How many numbers are taken.
    taken: u32,
    /// How many rules there are.
    len: usize,
}

struct Base {
    settings: Arc<Settings>,
    store: Store,
    index: Index,
    layout: Arc<Layout>,
}

struct Edit {
    rule: RuleId,
    residual: Residual,
}

/// A context is bound to another layout than that of the set: it has to be bound again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the context is bound for other rules; bind it again")]
pub struct OtherLayout;

impl Matcher {
    pub(super) fn new(settings: Arc<Settings>, store: Store, layout: Layout) -> Matcher {
        let slots = Arc::new(layout.bare());
        Matcher::indexed(settings, store, Arc::new(layout.sealed()), slots, None)
    }

    fn indexed(settings: Arc<Settings>, store: Store, layout: Arc<Layout>, slots: Arc<Layout>, sample: Option<&super::cost::Sample>) -> Matcher {
        let index = Index::new(&store, &layout, &settings.limits, sample);
        if let Some(level) = settings.native {
            // Without native code the interpreter does the work.
            let _ = Residual::compile_native(&store.residuals, &layout, level);
        }
        let (taken, len) = (super::small(store.len()), store.rules().count());
        let base = Arc::new(Base { settings, store, index, layout: layout.clone() });
        Matcher { base, layout, slots, edits: Vec::new(), gone: Arc::default(), taken, len }
    }

    // ---- looking at it

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many numbers have been given to rules: all ids are below.
    #[must_use]
    pub fn numbers(&self) -> usize {
        self.taken as usize
    }

    /// Whether there is a rule of this id.
    #[must_use]
    pub fn contains(&self, rule: RuleId) -> bool {
        self.edit_of(rule).is_ok() || self.base.store.is_there(rule.0) && !self.gone.has(rule.0)
    }

    /// How many rules were added or replaced since the set was built: they are evaluated one after the other.
    #[must_use]
    pub fn unmerged(&self) -> usize {
        self.edits.len()
    }

    /// The attribute paths that a context is bound to: those that any of the rules reads.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Compiles those rules of the index that are more than tests to native code, on this thread.
    ///
    /// # Errors
    /// There can be no native code. They run on the interpreter.
    pub fn compile_native(&self, level: Optimisation) -> Result<(), Unavailable> {
        Residual::compile_native(&self.base.store.residuals, &self.base.layout, level)
    }

    // ---- contexts

    /// Binds a JSON document to what the rules read.
    ///
    /// # Errors
    /// The document does not bind; see [`Context::from_json`].
    pub fn bind_json(&self, json: &[u8]) -> Result<Context, ContextError> {
        Context::from_json(&self.layout, json, &self.base.settings.limits)
    }

    /// Binds another JSON document in the place of what a context has, with its memory; see [`Context::rebind`]. Any context will do.
    ///
    /// # Errors
    /// The document does not bind.
    pub fn rebind_json(&self, context: &mut Context, json: &[u8]) -> Result<(), ContextError> {
        context.rebind(&self.layout, json, &self.base.settings.limits)
    }

    /// Binds a document that `serde_json` has read.
    ///
    /// # Errors
    /// The document does not bind; see [`Context::from_value`].
    pub fn bind_value(&self, document: &serde_json::Value) -> Result<Context, ContextError> {
        Context::from_value(&self.layout, document, &self.base.settings.limits)
    }

    /// Binds any value that serializes as a JSON object.
    ///
    /// # Errors
    /// The value does not bind; see [`Context::from_serialize`].
    pub fn bind<T: Serialize + ?Sized>(&self, value: &T) -> Result<Context, ContextError> {
        Context::from_serialize(&self.layout, value, &self.base.settings.limits)
    }

    /// Whether a context can be asked about as it is. An edit that reads an attribute which no rule has read before makes contexts that were bound earlier
    /// stale, and so does [`Matcher::merged`]; other edits do not.
    #[must_use]
    pub fn is_current(&self, context: &Context) -> bool {
        context.is_bound_to(&self.layout)
    }

    // ---- matching

    /// The rules that hold for a context, and those that fail. `now` is what `$TIME()` gives.
    ///
    /// # Errors
    /// The context is not bound to this set: see [`Matcher::is_current`].
    pub fn matches<'s>(&self, context: &Context, now: Timestamp, scratch: &'s mut Scratch) -> Result<Matches<'s>, OtherLayout> {
        if !self.is_current(context) {
            return Err(OtherLayout);
        }
        let Base { settings, store, index, .. } = self.base.as_ref();
        let Scratch { state, found } = scratch;
        Scan { index, context, state, found }.run(self.numbers(), &settings.limits);
        let scope = Scope { context, now, calendars: settings.calendars.as_ref() };
        scan::evaluate(store, state, &self.gone, found, scope);
        for edit in &self.edits {
            match edit.residual.matches(scope) {
                Ok(true) => _ = found.matched.insert(edit.rule.0),
                Ok(false) => {}
                Err(error) => found.errors.push((edit.rule, error)),
            }
        }
        found.errors.sort_unstable_by_key(|(rule, _)| *rule);
        Ok(Matches { found, runs: &state.runs })
    }

    // ---- edits

    /// This set with one more rule, its id, and warnings.
    ///
    /// # Errors
    /// Everything that is wrong with the rule.
    pub fn with(&self, source: &str) -> Result<(Matcher, RuleId, Vec<Diagnostic>), CompileError> {
        let rule = RuleId(self.taken);
        let (matcher, diagnostics) = self.put(rule, source)?;
        Ok((matcher, rule, diagnostics))
    }

    /// This set with another rule of that id, be there one of it now or not, and warnings.
    ///
    /// # Errors
    /// Everything that is wrong with the rule.
    pub fn replaced(&self, rule: RuleId, source: &str) -> Result<(Matcher, Vec<Diagnostic>), CompileError> {
        self.put(rule, source)
    }

    fn put(&self, rule: RuleId, source: &str) -> Result<(Matcher, Vec<Diagnostic>), CompileError> {
        let mut slots = self.slots.bare();
        let (program, diagnostics) = self.base.settings.compile(source, &mut slots)?.into_parts();
        let mut matcher = self.without(rule);
        let edit = Arc::new(Edit { rule, residual: Residual::new(Arc::new(program), Vec::new(), 0, true) });
        matcher.insert(edit, Arc::new(slots));
        Ok((matcher, diagnostics))
    }

    /// This set without a rule.
    #[must_use]
    pub fn without(&self, rule: RuleId) -> Matcher {
        let mut matcher = self.clone();
        if !self.contains(rule) {
            return matcher;
        }
        matcher.len -= 1;
        if let Ok(at) = self.edit_of(rule) {
            matcher.edits.remove(at);
        }
        if self.base.store.is_there(rule.0) && !self.gone.has(rule.0) {
            let mut gone = self.gone.as_ref().clone();
            gone.grow(self.base.store.len());
            gone.insert(rule.0);
            matcher.gone = Arc::new(gone);
        }
        matcher
    }

    /// Adds a rule of which there is none, compiled with `slots`, which has all of this set's.
    fn insert(&mut self, edit: Arc<Edit>, slots: Arc<Layout>) {
        if slots.len() > self.layout.len() {
            self.layout = Arc::new(self.layout.grown(&slots));
        }
        self.slots = slots;
        let at = self.edit_of(edit.rule).unwrap_or_else(|at| at);
        self.taken = self.taken.max(edit.rule.0.saturating_add(1));
        self.edits.insert(at, edit);
        self.len += 1;
    }

    fn edit_of(&self, rule: RuleId) -> Result<usize, usize> {
        self.edits.binary_search_by_key(&rule, |edit| edit.rule)
    }

    /// The same rules under the same ids, all in the index. It takes a fraction of what compiling them took, so it is for another thread than those that match.
    #[must_use]
    pub fn merged(&self) -> Matcher {
        let settings = self.base.settings.clone();
        let mut rules = Collector::default();
        for id in 0..self.taken {
            match self.edit_of(RuleId(id)).ok().and_then(|at| self.edits.get(at)) {
                Some(edit) => _ = rules.add(Some(edit.residual.program().clone()), &self.slots),
                None if self.gone.has(id) => _ = rules.add(None, &self.slots),
                None => rules.copy(&self.base.store, id, &settings.limits),
            }
        }
        let mut layout = self.slots.bare();
        rules.teach(&mut layout, true);
        Matcher::indexed(settings, rules.finish(), Arc::new(layout.sealed()), self.slots.clone(), None)
    }

    /// The same set with its index arranged for contexts like these, which are bound to this set: so that rules stand below tests that hold seldom in them.
    /// The answers are the same. Edits are merged.
    #[must_use]
    pub fn tuned<'c>(&self, contexts: impl IntoIterator<Item = &'c Context>) -> Matcher {
        let matcher = if self.edits.is_empty() && self.gone.count() == 0 { self.clone() } else { self.merged() };
        let Base { settings, store, index, .. } = matcher.base.as_ref();
        // What a context tells does not depend on where the tests stand; one of another layout tells nothing.
        let sample = scan::sample(index, contexts.into_iter().filter(|context| matcher.is_current(context)));
        Matcher::indexed(settings.clone(), store.clone(), matcher.layout.clone(), matcher.slots.clone(), Some(&sample))
    }

    /// This set, which `before` was merged to, with what has become of `before` since.
    pub(super) fn caught_up(&self, before: &Matcher, now: &Matcher) -> Matcher {
        let mut matcher = self.clone();
        for id in (0..before.taken).map(RuleId).filter(|id| before.contains(*id) && !now.contains(*id)) {
            matcher = matcher.without(id);
        }
        for edit in &now.edits {
            let is_new = before.edit_of(edit.rule).ok().and_then(|at| before.edits.get(at)).is_none_or(|known| !Arc::ptr_eq(known, edit));
            if is_new {
                matcher = matcher.without(edit.rule);
                matcher.insert(edit.clone(), now.slots.clone());
            }
        }
        matcher.taken = now.taken;
        matcher
    }
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matcher").field("rules", &self.len).field("unmerged", &self.edits.len()).finish_non_exhaustive()
    }
}
