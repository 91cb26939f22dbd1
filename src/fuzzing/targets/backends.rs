//! Native code gives what the interpreter gives: value, error kind, span, and what is charged; at every level of optimisation, with any budget.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::calendars::FuzzCalendars;
use super::super::generate::{self, Care, Dice, World};
use super::super::{Input, Tally, outcome};
use crate::backend::jit::{self, Native, Optimisation, Unit};
use crate::backend::{Job, interp};
use crate::check::{self, Named, Names};
use crate::context::{Context, Layout, SlotId};
use crate::hir::Facts;
use crate::limits::Limits;
use crate::rule::Expression;
use crate::value::{Budget, ErrorKinds, EvalError, EvalErrorKind, Kinds, Timestamp, Value};

/// How much is made of one input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Extent {
    /// The most programs, all over one layout.
    pub programs: usize,
    /// Contexts, each for all programs.
    pub contexts: usize,
    /// Whether native code is made at both levels, for budgets of its own and for shared ones; else at one level, for one of both.
    pub all: bool,
}

impl Extent {
    /// What an input of the fuzz target is.
    const FUZZED: Extent = Extent { programs: 8, contexts: 16, all: true };
}

/// Looks at one input.
pub(in super::super) fn run(bytes: &[u8], tally: &mut Tally) {
    match Input::of(bytes) {
        Input::Text(source, rest) => {
            let mut dice = Dice::new(rest);
            let mut batch = Batch::new(&mut dice, Cow::Borrowed(generate::builtin()), rest.len().is_multiple_of(2), Limits::default());
            batch.add(&source, tally);
            batch.compare(&mut dice, Extent::FUZZED, tally);
        }
        Input::Decisions(mut dice) => compare(dice.rest(), Extent::FUZZED, tally),
    }
}

/// The first rule of an input.
pub(in super::super) fn rule(bytes: &[u8]) -> String {
    match Input::of(bytes) {
        Input::Text(source, _) => source.into_owned(),
        Input::Decisions(mut dice) => {
            let (programs, _) = parted(dice.rest());
            let mut dice = Dice::new(programs);
            let batch = Batch::generated(&mut dice);
            source(&mut dice, &batch)
        }
    }
}

/// Generates programs and contexts from bytes, and asserts that both backends agree on all of them.
pub fn compare(bytes: &[u8], extent: Extent, tally: &mut Tally) {
    let (programs, contexts) = parted(bytes);
    let mut dice = Dice::new(programs);
    let mut batch = Batch::generated(&mut dice);
    // Bytes that have run out would make the same program again and again.
    for _ in 0..extent.programs {
        let source = source(&mut dice, &batch);
        batch.add(&source, tally);
        if dice.is_empty() {
            break;
        }
    }
    batch.compare(&mut Dice::new(contexts), extent, tally);
}

/// Bytes for programs, and bytes for contexts.
fn parted(bytes: &[u8]) -> (&[u8], &[u8]) {
    bytes.split_at_checked(bytes.len() / 2).unwrap_or((bytes, &[]))
}

fn source(dice: &mut Dice<'_>, batch: &Batch) -> String {
    match dice.roll(4) {
        0..=1 => generate::shaped(dice, &batch.world, &batch.bare),
        2 => generate::text(dice, &batch.world),
        _ => {
            let (one, other) = (generate::shaped(dice, &batch.world, &batch.bare), generate::text(dice, &batch.world));
            format!("({one}) {} ({other})", dice.word(&["AND", "OR"]))
        }
    }
}

/// Programs over one layout.
struct Batch {
    world: Cow<'static, World>,
    has_schema: bool,
    limits: Limits,
    layout: Layout,
    names: Names,
    /// The same names, for the generator.
    bare: Vec<Arc<str>>,
    /// The slots of computed values, and what is known of these.
    computed: Vec<(SlotId, Facts)>,
    programs: Vec<Expression>,
}

impl Batch {
    fn generated(dice: &mut Dice<'_>) -> Batch {
        let (world, has_schema) = match dice.roll(6) {
            choice @ 0..=2 => (Cow::Borrowed(generate::builtin()), choice == 0),
            3 => (Cow::Borrowed(generate::strict_builtin()), true),
            choice => (Cow::Owned(generate::generated(dice, choice == 5)), dice.roll(3) > 0),
        };
        let limits = match dice.roll(6) {
            0 => Limits { steps: dice.roll(40) as u64, bytes: dice.roll(400) as u64, ..Limits::default() },
            _ => Limits::default(),
        };
        Batch::new(dice, world, has_schema, limits)
    }

    fn new(dice: &mut Dice<'_>, world: Cow<'static, World>, has_schema: bool, limits: Limits) -> Batch {
        let mut layout = Layout::default();
        let mut names = Names::default();
        let (mut bare, mut computed) = (Vec::new(), Vec::new());
        for name in ["safe", "risky", "made"].into_iter().take(dice.roll(4)) {
            let kinds = match dice.roll(4) {
                0 => Kinds::ANY,
                1 => Kinds::BOOL,
                2 => Kinds::NUMBER.or(Kinds::NULL),
                _ => Kinds::TEXT.or(Kinds::LIST),
            };
            let errors = if name == "risky" { ErrorKinds::of(&[EvalErrorKind::Overflow, EvalErrorKind::BudgetExceeded]) } else { ErrorKinds::NONE };
            let (slot, facts) = (layout.computed(name, false), Facts { kinds, errors });
            names.insert(name.into(), Named::Computed { slot, facts, declared: None });
            computed.push((slot, facts));
            bare.push(Arc::from(name));
        }
        Batch { world, has_schema, limits, layout, names, bare, computed, programs: Vec::new() }
    }

    fn add(&mut self, source: &str, tally: &mut Tally) {
        tally.inputs += 1;
        let schema = self.has_schema.then_some(self.world.schema.as_ref());
        let world = check::World { schema, calendars: &FuzzCalendars, names: &self.names, limits: &self.limits };
        match Expression::compile(source, world, &mut self.layout) {
            Ok(expression) => {
                tally.valid += 1;
                tally.safe += u64::from(expression.errors().is_empty());
                tally.compared.program(expression.program());
                self.programs.push(expression);
            }
            Err(_) => tally.refused += 1,
        }
    }

    fn compare(&self, dice: &mut Dice<'_>, extent: Extent, tally: &mut Tally) {
        if self.programs.is_empty() {
            return;
        }
        let mut modules = Vec::new();
        let levels = if extent.all { Optimisation::ALL.as_slice() } else { &[Optimisation::None] };
        let one = dice.roll(2) == 0;
        for level in levels {
            for shared in [false, true].into_iter().filter(|shared| extent.all || *shared == one) {
                modules.push(self.module(*level, shared, tally));
            }
        }
        let contexts: Vec<Context> = (0..extent.contexts * 2).filter_map(|_| self.context(dice, tally)).take(extent.contexts).collect();
        let now = Timestamp::from_micros(1_767_609_045_250_000).unwrap_or(Timestamp::EPOCH);
        for (at, expression) in self.programs.iter().enumerate() {
            for context in &contexts {
                let job = Job { program: expression.program(), context, now, calendars: &FuzzCalendars };
                let pair = Pair { job, source: expression.source() };
                tally.compared.contexts += 1;
                let (value, truth) = (interp::evaluate(&job), interp::matches(&job));
                count(&value, tally);
                for module in &modules {
                    let Some(native) = module.natives.get(at) else { continue };
                    pair.alike(&value, &native.evaluate(&job), module, tally);
                    pair.alike_truth(truth, native.matches(&job), module, tally);
                    if module.shared {
                        pair.charges(native, dice, module, tally);
                    }
                }
            }
        }
        if extent.all {
            self.strangers(dice, &modules, now);
        }
    }

    fn module(&self, level: Optimisation, shared: bool, tally: &mut Tally) -> Module {
        let units: Vec<Unit<'_>> =
            self.programs.iter().map(|expression| Unit { program: expression.program(), layout: &self.layout, shares_budget: shared }).collect();
        match jit::compile(&units, level) {
            Ok(natives) => {
                tally.compared.modules += 1;
                tally.compared.natives += natives.len() as u64;
                tally.compared.bytes += natives.iter().map(|native| native.bytes() as u64).sum::<u64>();
                Module { natives, level, shared }
            }
            Err(error) => {
                let sources: Vec<&str> = self.programs.iter().map(Expression::source).collect();
                unreachable!("no native code: {error}\n{sources:#?}")
            }
        }
    }

    fn context(&self, dice: &mut Dice<'_>, tally: &mut Tally) -> Option<Context> {
        let schema = self.has_schema.then_some(self.world.schema.as_ref());
        let care = if dice.roll(3) == 0 { Care::Fits } else { Care::Dirty };
        // Without a schema the declared types are a hint at what rules are about.
        let hint = schema.or((dice.roll(3) > 0).then_some(self.world.schema.as_ref()));
        let mut document = generate::document(dice, &self.layout, hint, care);
        if dice.roll(3) > 0 {
            generate::sprinkled(dice, &mut document);
        }
        let Ok(mut context) = Context::from_value(&self.layout, &document, &self.limits) else {
            tally.unbound += 1;
            return None;
        };
        for (slot, facts) in &self.computed {
            let failure = facts.errors.iter().next().filter(|_| dice.roll(3) == 0);
            let content = match failure {
                Some(kind) => Err(kind),
                None => Ok(value(dice, facts.kinds)),
            };
            context.set(*slot, content);
        }
        // What is too old reads as NULL.
        let may_be_missing = schema.is_none_or(|schema| !schema.strict);
        if may_be_missing && dice.one_in(4) {
            let slots: Vec<SlotId> = self.layout.slots().filter(|slot| !self.layout.is_computed(*slot)).collect();
            if let Some(slot) = dice.pick(&slots) {
                context.set(*slot, Ok(Value::Null));
            }
        }
        Some(context)
    }

    /// Native code on contexts of other layouts: what it says means nothing, and nothing worse happens.
    fn strangers(&self, dice: &mut Dice<'_>, modules: &[Module], now: Timestamp) {
        let mut other = Layout::default();
        let paths: Vec<&[Arc<str>]> = self.layout.paths().collect();
        for path in paths.iter().rev() {
            other.slot(path, None);
        }
        let document = generate::document(dice, &other, None, Care::Dirty);
        let bound = Context::from_value(&other, &document, &self.limits).ok();
        for context in bound.into_iter().chain([Context::empty(&Layout::default())]) {
            for module in modules {
                for (expression, native) in self.programs.iter().zip(&module.natives) {
                    let job = Job { program: expression.program(), context: &context, now, calendars: &FuzzCalendars };
                    drop((native.evaluate(&job), native.matches(&job)));
                }
            }
        }
    }
}

/// A value of one of these kinds.
fn value(dice: &mut Dice<'_>, kinds: Kinds) -> Value {
    let text = |dice: &mut Dice<'_>| Value::text(dice.word(&["w1", "w2", "w30", " w4 ", "", "IT"]));
    let some = [
        Value::Null,
        Value::Bool(dice.roll(2) == 0),
        Value::Integer(dice.integer()),
        Value::Float(dice.float()),
        text(dice),
        Value::from(vec![text(dice), text(dice), Value::Integer(1)]),
    ];
    let start = dice.roll(some.len());
    some.iter().cycle().skip(start).take(some.len()).find(|value| kinds.has(value.kind())).cloned().unwrap_or_default()
}

fn count(value: &outcome::Outcome, tally: &mut Tally) {
    match value {
        Ok(value) if value.is_truthy() => tally.matched += 1,
        Ok(_) => tally.unmatched += 1,
        Err(error) => {
            tally.failed += 1;
            tally.compared.error(error.kind);
        }
    }
}

/// Native code of all programs.
struct Module {
    natives: Vec<Native>,
    level: Optimisation,
    shared: bool,
}

/// A program and a context.
struct Pair<'p> {
    job: Job<'p>,
    source: &'p str,
}

impl Pair<'_> {
    fn alike(&self, expected: &outcome::Outcome, found: &outcome::Outcome, module: &Module, tally: &mut Tally) {
        tally.compared.evaluations += 1;
        let same = match (expected, found) {
            (Ok(one), Ok(other)) => outcome::is_same(one, other),
            (Err(one), Err(other)) => one == other,
            (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
        };
        if !same {
            self.differ(expected, found, module);
        }
    }

    fn alike_truth(&self, expected: Result<bool, EvalError>, found: Result<bool, EvalError>, module: &Module, tally: &mut Tally) {
        tally.compared.evaluations += 1;
        if expected != found {
            self.differ(&expected, &found, module);
        }
    }

    /// The same is charged; and where too little is left, both find so at the same place.
    fn charges(&self, native: &Native, dice: &mut Dice<'_>, module: &Module, tally: &mut Tally) {
        let full = Budget::new(&self.job.program.limits);
        let (steps, bytes) = self.within(&full, native, module, tally);
        if steps == 0 && bytes == 0 {
            return;
        }
        let least = |dice: &mut Dice<'_>, spent: u64| u64::try_from(dice.roll(usize::try_from(spent).unwrap_or(usize::MAX).saturating_add(1))).unwrap_or(0);
        let limits = match dice.roll(3) {
            0 => Limits { steps: least(dice, steps), bytes, ..Limits::default() },
            1 => Limits { steps, bytes: least(dice, bytes), ..Limits::default() },
            _ => Limits { steps: least(dice, steps), bytes: least(dice, bytes), ..Limits::default() },
        };
        self.within(&Budget::new(&limits), native, module, tally);
    }

    /// Evaluates within a budget, and gives what the interpreter spent of it.
    fn within(&self, budget: &Budget, native: &Native, module: &Module, tally: &mut Tally) -> (u64, u64) {
        let (mut one, mut other) = (budget.clone(), budget.clone());
        let expected = interp::evaluate_within(&self.job, &mut one);
        self.alike(&expected, &native.evaluate_within(&self.job, &mut other), module, tally);
        self.charged(budget, [&one, &other], expected.is_ok(), module, tally);
        tally.compared.exhausted += u64::from(expected.is_err_and(|error| error.kind == EvalErrorKind::BudgetExceeded));
        let spent = one.spent_since(budget);
        let (mut one, mut other) = (budget.clone(), budget.clone());
        let expected = interp::matches_within(&self.job, &mut one);
        self.alike_truth(expected, native.matches_within(&self.job, &mut other), module, tally);
        self.charged(budget, [&one, &other], expected.is_ok(), module, tally);
        spent
    }

    fn charged(&self, before: &Budget, left: [&Budget; 2], succeeds: bool, module: &Module, tally: &mut Tally) {
        let [one, other] = left.map(|left| left.spent_since(before));
        if succeeds {
            tally.compared.charged += 1;
            if one != other {
                self.differ(&one, &other, module);
            }
        }
    }

    fn differ(&self, expected: &dyn std::fmt::Debug, found: &dyn std::fmt::Debug, module: &Module) -> ! {
        unreachable!(
            "interpreter {expected:?}, native code {found:?}, at {:?}, shared: {}\n{}\n{:?}\n{}",
            module.level,
            module.shared,
            self.source,
            self.job.context,
            self.job.program.dump()
        )
    }
}
