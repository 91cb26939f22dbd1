//! The facade that library users meet: compile a rule, keep it, evaluate it.

use std::fmt;
use std::sync::{Arc, Weak};

use serde::Serialize;

use crate::backend::{Backend, Choice, Executor, Optimisation, Running, Unavailable, Work};
use crate::builtins::{Calendars, NoCalendars};
use crate::check::{Names, World};
use crate::context::{Context, ContextError, Layout};
use crate::diagnostic::Diagnostic;
use crate::hir::Program;
use crate::limits::Limits;
use crate::matcher::{self, Matcher};
pub use crate::rule::CompileError;
use crate::rule::{Expression, Scope, Tier, Trace, dotted};
use crate::schema::Schema;
use crate::value::{ErrorKinds, EvalError, Timestamp, Value};

/// Compiles rules against a schema, under limits, with calendars, for a backend.
///
/// ```
/// use triggerfish::{Engine, schema::Schema};
///
/// let engine = Engine::new().with_schema(Schema::builtin());
/// let rule = engine.compile(r#"user.departmnt == "Sales""#)?;
/// assert_eq!(rule.diagnostics()[0].help.as_deref(), Some("did you mean `department`?"));
/// # Ok::<(), triggerfish::CompileError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Engine {
    schema: Option<Arc<Schema>>,
    limits: Limits,
    calendars: Arc<dyn Calendars>,
    choice: Choice,
}

impl Default for Engine {
    fn default() -> Engine {
        Engine { schema: None, limits: Limits::default(), calendars: Arc::new(NoCalendars), choice: Choice::default() }
    }
}

impl Engine {
    /// An engine without a schema: any attribute may be read, and nothing is known of it.
    #[must_use]
    pub fn new() -> Engine {
        Engine::default()
    }

    /// The same with a schema: rules are checked against it, contexts are bound by it.
    #[must_use]
    pub fn with_schema(mut self, schema: impl Into<Arc<Schema>>) -> Engine {
        self.schema = Some(schema.into());
        self
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Engine {
        self.limits = limits;
        self
    }

    /// The same with calendars for `$OPEN`, `$OPENS_AT` and `$CLOSES_AT`.
    #[must_use]
    pub fn with_calendars(mut self, calendars: Arc<dyn Calendars>) -> Engine {
        self.calendars = calendars;
        self
    }

    /// The same with another backend; [`Backend::Auto`] by default. Native code never changes what comes out.
    #[must_use]
    pub fn with_backend(mut self, backend: Backend) -> Engine {
        self.choice.backend = backend;
        self
    }

    /// The same with another level for native code; [`Optimisation::Speed`] by default.
    #[must_use]
    pub fn with_optimisation(mut self, optimisation: Optimisation) -> Engine {
        self.choice.optimisation = optimisation;
        self
    }

    /// The same with someone who compiles what is hot, for [`Backend::Auto`]. Rules keep it.
    #[must_use]
    pub fn with_executor(mut self, executor: Arc<dyn Executor>) -> Engine {
        self.choice.executor = Some(executor);
        self
    }

    /// The schema, if there is one.
    #[must_use]
    pub fn schema(&self) -> Option<&Arc<Schema>> {
        self.schema.as_ref()
    }

    /// The limits.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Parses, checks and compiles a rule; with [`Backend::Jit`] to native code, where there can be some: [`Rule::backend`] says.
    ///
    /// # Errors
    /// Everything that is wrong with the rule. Warnings do not stop it: they are in [`Rule::diagnostics`].
    pub fn compile(&self, source: &str) -> Result<Rule, CompileError> {
        let mut layout = Layout::default();
        match Expression::compile(source, self.world(), &mut layout) {
            Ok(expression) => {
                let tier = Tier::new(self.choice.clone());
                let rule = Rule { compiled: Arc::new(Compiled { expression, layout, engine: self.clone(), tier }) };
                if rule.compiled.tier.starts_native() {
                    // Why there is none is kept, and the interpreter does the work.
                    let _ = rule.compile_native();
                }
                Ok(rule)
            }
            Err(diagnostics) => Err(CompileError::new(source, diagnostics)),
        }
    }

    /// Compiles many rules into one set, which says which of them hold for a context. With [`Backend::Jit`] those that are more than tests of attributes are
    /// compiled to native code.
    #[must_use]
    pub fn matcher(&self) -> matcher::Builder {
        let native = (self.choice.backend == Backend::Jit).then_some(self.choice.optimisation);
        matcher::Builder::new(matcher::Settings { schema: self.schema.clone(), limits: self.limits.clone(), calendars: self.calendars.clone(), native })
    }

    /// Compiles rules into a set, in which they have the numbers of their places.
    ///
    /// # Errors
    /// The rules that do not compile, each with its place.
    pub fn compile_set<'s>(&self, sources: impl IntoIterator<Item = &'s str>) -> Result<Matcher, Vec<(usize, CompileError)>> {
        let mut builder = self.matcher();
        let refused: Vec<(usize, CompileError)> =
            sources.into_iter().enumerate().filter_map(|(place, source)| Some((place, builder.add(source).err()?))).collect();
        if refused.is_empty() { Ok(builder.build()) } else { Err(refused) }
    }

    fn world(&self) -> World<'_> {
        World { schema: self.schema.as_deref(), calendars: self.calendars.as_ref(), names: Names::NONE, limits: &self.limits }
    }
}

/// A compiled rule. Cloning shares it; any number of threads may evaluate it at once.
///
/// ```
/// use triggerfish::{Rule, Timestamp};
///
/// let rule = Rule::compile(r#"domain == "IT" AND user.department.$TRIM().$LOWERCASE() == "sales""#)?;
/// let now = Timestamp::from_seconds(1_767_609_045).unwrap();
///
/// assert!(rule.matches_json(br#"{"domain": "IT", "user": {"department": "Sales "}}"#, now)?);
/// assert!(!rule.matches_json(br#"{"domain": "HR"}"#, now)?);
/// assert_eq!(rule.attributes(), ["domain", "user.department"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Rule {
    compiled: Arc<Compiled>,
}

struct Compiled {
    expression: Expression,
    layout: Layout,
    engine: Engine,
    tier: Tier,
}

impl Compiled {
    fn compile_native(&self) -> Result<(), Unavailable> {
        self.tier.compile(|level| Expression::compile_native(std::iter::once(&self.expression), &self.layout, false, level))
    }

    /// Counts a run on the interpreter. A rule that is dropped before its turn comes is not compiled.
    fn count(self: &Arc<Compiled>) {
        self.tier.count(|| -> Work {
            let compiled = Arc::downgrade(self);
            Box::new(move || _ = Weak::upgrade(&compiled).map(|compiled| compiled.compile_native()))
        });
    }
}

impl Rule {
    /// Compiles a rule without a schema.
    ///
    /// # Errors
    /// Everything that is wrong with the rule.
    pub fn compile(source: &str) -> Result<Rule, CompileError> {
        Engine::new().compile(source)
    }

    /// The text that was compiled.
    #[must_use]
    pub fn source(&self) -> &str {
        self.compiled.expression.source()
    }

    /// The rule in canonical text.
    #[must_use]
    pub fn canonical(&self) -> String {
        self.compiled.expression.canonical()
    }

    /// Warnings, in source order.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        self.compiled.expression.diagnostics()
    }

    /// The attributes that the rule reads: dotted paths, each once.
    #[must_use]
    pub fn attributes(&self) -> Vec<String> {
        self.compiled.layout.paths().map(dotted).collect()
    }

    /// What an evaluation may fail with, whatever the context says.
    #[must_use]
    pub fn errors(&self) -> ErrorKinds {
        self.compiled.expression.errors()
    }

    /// Whether no context that binds can make the rule fail.
    #[must_use]
    pub fn cannot_fail(&self) -> bool {
        self.errors().is_empty()
    }

    /// The typed program, for those who look inside.
    #[must_use]
    pub fn program(&self) -> &Program {
        self.compiled.expression.program()
    }

    /// The attribute paths that a context is bound to.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.compiled.layout
    }

    // ---- native code

    /// What the rule runs on now. It goes to native code at most once, and never back.
    #[must_use]
    pub fn backend(&self) -> Running {
        self.compiled.tier.running()
    }

    /// Compiles the rule to native code now, on this thread, whatever backend was chosen; where that was tried before, this only says what came of it.
    /// All clones of the rule run on it from now on.
    ///
    /// ```
    /// use triggerfish::{Rule, Timestamp, backend::Running};
    ///
    /// let rule = Rule::compile("attempts > 2")?;
    /// match rule.compile_native() {
    ///     Ok(()) => assert_eq!(rule.backend(), Running::Native),
    ///     Err(why) => eprintln!("{why}"),
    /// }
    /// assert!(rule.matches_json(br#"{"attempts": 3}"#, Timestamp::EPOCH)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// There can be no native code. The rule runs on the interpreter.
    pub fn compile_native(&self) -> Result<(), Unavailable> {
        self.compiled.compile_native()
    }

    // ---- binding

    /// Binds a JSON document to what the rule reads.
    ///
    /// # Errors
    /// The document does not bind (`invalid_context`); see [`Context::from_json`].
    pub fn bind_json(&self, json: &[u8]) -> Result<Context, ContextError> {
        Context::from_json(self.layout(), json, self.limits())
    }

    /// A context that has nothing, to be bound again and again ([`Rule::rebind_json`]).
    #[must_use]
    pub fn empty_context(&self) -> Context {
        Context::empty(self.layout())
    }

    /// Binds a JSON document in the place of what a context has, with its memory: the fastest way from many documents to verdicts.
    ///
    /// ```
    /// use triggerfish::{Rule, Timestamp};
    ///
    /// let rule = Rule::compile(r#"domain == "IT""#)?;
    /// let mut context = rule.empty_context();
    /// for (document, expected) in [(r#"{"domain": "IT"}"#, true), (r#"{"domain": "HR"}"#, false)] {
    ///     rule.rebind_json(&mut context, document.as_bytes())?;
    ///     assert_eq!(rule.matches(&context, Timestamp::EPOCH)?, expected);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The document does not bind; the context then has nothing. See [`Context::rebind`], and [`Context::rebind_trusted`] for documents that are known to be
    /// valid.
    pub fn rebind_json(&self, context: &mut Context, json: &[u8]) -> Result<(), ContextError> {
        context.rebind(self.layout(), json, self.limits())
    }

    /// Binds a document that `serde_json` has read.
    ///
    /// # Errors
    /// The document does not bind; see [`Context::from_value`].
    pub fn bind_value(&self, document: &serde_json::Value) -> Result<Context, ContextError> {
        Context::from_value(self.layout(), document, self.limits())
    }

    /// Binds any value that serializes as a JSON object.
    ///
    /// ```
    /// use serde::Serialize;
    /// use triggerfish::{Rule, Timestamp};
    ///
    /// #[derive(Serialize)]
    /// struct Event { domain: &'static str, attempts: u32 }
    ///
    /// let rule = Rule::compile(r#"domain == "IT" AND attempts > 2"#)?;
    /// let context = rule.bind(&Event { domain: "IT", attempts: 3 })?;
    /// assert!(rule.matches(&context, Timestamp::EPOCH)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The value does not bind; see [`Context::from_serialize`].
    pub fn bind<T: Serialize + ?Sized>(&self, value: &T) -> Result<Context, ContextError> {
        Context::from_serialize(self.layout(), value, self.limits())
    }

    // ---- evaluating

    /// The value of the rule for a context that was bound by this rule. `now` is what `$TIME()` gives.
    ///
    /// # Errors
    /// The first error in evaluation order.
    pub fn evaluate(&self, context: &Context, now: Timestamp) -> Result<Value, EvalError> {
        self.compiled.expression.evaluate_noting(self.scope(context, now), || self.compiled.count())
    }

    /// Whether the rule matches: whether its value is truthy.
    ///
    /// # Errors
    /// The first error in evaluation order.
    #[inline]
    pub fn matches(&self, context: &Context, now: Timestamp) -> Result<bool, EvalError> {
        self.compiled.expression.matches_noting(self.scope(context, now), || self.compiled.count())
    }

    /// Binds a JSON document and evaluates the rule on it.
    ///
    /// # Errors
    /// The document does not bind, or the evaluation fails.
    pub fn evaluate_json(&self, json: &[u8], now: Timestamp) -> Result<Value, EvaluateError> {
        Ok(self.evaluate(&self.bind_json(json)?, now)?)
    }

    /// Binds a JSON document and asks whether the rule matches it.
    ///
    /// # Errors
    /// The document does not bind, or the evaluation fails.
    pub fn matches_json(&self, json: &[u8], now: Timestamp) -> Result<bool, EvaluateError> {
        Ok(self.matches(&self.bind_json(json)?, now)?)
    }

    /// Evaluates the rule and keeps the value of every part of it; parts that were not evaluated are marked.
    ///
    /// ```
    /// use triggerfish::{Rule, StepOutcome, Timestamp};
    ///
    /// let rule = Rule::compile(r#"domain == "IT" AND user.attempts > 2"#)?;
    /// let trace = rule.trace(&rule.bind_json(br#"{"domain": "HR"}"#)?, Timestamp::EPOCH);
    /// let last = trace.steps.last().unwrap();
    /// assert_eq!((last.span.of(rule.source()), &last.outcome), ("2", &StepOutcome::NotEvaluated));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn trace(&self, context: &Context, now: Timestamp) -> Trace {
        self.compiled.expression.trace(self.scope(context, now), self.compiled.engine.world(), self.layout())
    }

    fn scope<'s>(&'s self, context: &'s Context, now: Timestamp) -> Scope<'s> {
        Scope { context, now, calendars: self.compiled.engine.calendars.as_ref() }
    }

    fn limits(&self) -> &Limits {
        &self.compiled.engine.limits
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rule").field(&self.source()).finish()
    }
}

/// Why a rule has no value for a document.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EvaluateError {
    /// The document does not bind.
    #[error(transparent)]
    Context(#[from] ContextError),
    /// The evaluation failed.
    #[error(transparent)]
    Evaluation(#[from] EvalError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_shared_between_threads() {
        fn shared<T: Send + Sync + Clone>(_: &T) {}
        let rule = Rule::compile("domain == \"IT\"").unwrap();
        shared(&rule);
        let threads = [br#"{"domain": "IT"}"#, br#"{"domain": "HR"}"#].map(|json| {
            let rule = rule.clone();
            std::thread::spawn(move || rule.matches_json(json, Timestamp::EPOCH).unwrap())
        });
        assert_eq!(threads.map(|thread| thread.join().unwrap()), [true, false]);
    }

    #[test]
    fn paths_read_as_rule_authors_write_them() {
        let rule = Rule::compile(r#"user["cost center"].x + a[""] + b.c[0].d"#).unwrap();
        assert_eq!(rule.attributes(), [r#"user["cost center"].x"#, r#"a[""]"#, "b.c"]);
    }

    #[test]
    fn now_is_injected() {
        let rule = Rule::compile("$TIME()").unwrap();
        let at = |micros| rule.evaluate_json(b"{}", Timestamp::from_micros(micros).unwrap()).unwrap().to_string();
        assert_eq!(at(5_000_000), "5");
        assert_eq!(at(5_250_000), "5.25");
    }
}
