//! THE table of what generated code calls: everything that has no native form.
//!
//! Each helper does what the interpreter does, through the same functions. All take the [`Run`] and words, and give a status; what they make is the run's
//! result. A word is a number (of a node, of a link, of a constant) or half of a [`Pair`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::native::Entry;
use super::run::{Frame, Pair, Run, low};
use crate::builtins::{Args, Env, Fault, Lambda, first_present};
use crate::context::{DerivedId, Slot};
use crate::hir::{Arg, ConstId, Link, LinkOp, Node, NodeId, Ready};
use crate::source::Span;
use crate::value::access::{self, Element};
use crate::value::compare::{self, CompareOp};
use crate::value::{Budget, EvalError, EvalErrorKind, Kind, Value, arith};

/// The word that a function of generated code and a helper give.
pub(super) mod status {
    /// It does not hold; or a result was made.
    pub(in super::super) const FALSE: u64 = 0;
    /// It holds.
    pub(in super::super) const TRUE: u64 = 1;
    /// It failed: the run has the error.
    pub(in super::super) const FAILED: u64 = 2;
    /// It was called without a run, and needs one after all.
    pub(in super::super) const NEEDS_RUN: u64 = 3;
}

macro_rules! words {
    ($word:ident) => {
        u64
    };
}

macro_rules! helpers {
    ($( $(#[doc = $doc:literal])* fn $name:ident / $variant:ident($run:ident $(, $word:ident)*) -> $outcome:ty $body:block )*) => {
        /// The number of a helper: its place in the table.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Helper {
            $( $(#[doc = $doc])* $variant, )*
        }

        impl Helper {
            /// The names of all helpers, in the order of their numbers.
            #[cfg(feature = "fuzzing")]
            pub(super) const NAMES: [&str; <[&str]>::len(&[$(stringify!($name)),*])] = [$(stringify!($name)),*];

            /// How many words it takes beside the run.
            pub(super) fn words(self) -> usize {
                match self { $( Helper::$variant => <[&str]>::len(&[$(stringify!($word)),*]), )* }
            }
        }

        /// The addresses of all helpers, in the order of their numbers.
        #[derive(Debug)]
        #[repr(C)]
        pub(super) struct Table([*const (); <[&str]>::len(&[$(stringify!($name)),*])]);

        // SAFETY: the addresses are those of functions, and nobody writes to them.
        unsafe impl Sync for Table {}

        static TABLE: Table = Table([$($name as *const ()),*]);

        $(
            extern "C" fn $name(run: *mut Run<'_> $(, $word: words!($word))*) -> u64 {
                #[cfg(feature = "fuzzing")]
                super::seen::called(Helper::$variant as usize);
                // SAFETY: generated code passes on the run that it was called with, which lives until it returns, and nobody else uses it meanwhile: where a
                // helper calls generated code again, it holds no reference to the run.
                guarded(run, |$run: *mut Run<'_>| -> $outcome { $body })
            }
        )*
    };
}

/// The one table.
pub(super) fn table() -> &'static Table {
    &TABLE
}

/// What a helper gives, as a status.
trait Outcome {
    fn put(self, run: &mut Run<'_>) -> u64;
}

impl Outcome for () {
    fn put(self, _: &mut Run<'_>) -> u64 {
        status::FALSE
    }
}

impl Outcome for bool {
    fn put(self, _: &mut Run<'_>) -> u64 {
        if self { status::TRUE } else { status::FALSE }
    }
}

impl Outcome for Value {
    fn put(self, run: &mut Run<'_>) -> u64 {
        run.give(self);
        status::FALSE
    }
}

impl Outcome for Pair {
    fn put(self, run: &mut Run<'_>) -> u64 {
        run.result = self;
        status::FALSE
    }
}

/// A result that exists already, or one that was made.
enum Part {
    There(Pair),
    Made(Value),
}

impl Outcome for Part {
    fn put(self, run: &mut Run<'_>) -> u64 {
        match self {
            Part::There(pair) => pair.put(run),
            Part::Made(value) => value.put(run),
        }
    }
}

impl<T: Outcome> Outcome for Result<T, EvalError> {
    fn put(self, run: &mut Run<'_>) -> u64 {
        match self {
            Ok(outcome) => outcome.put(run),
            Err(error) => {
                run.fail(error);
                status::FAILED
            }
        }
    }
}

/// Does the work of a helper, and keeps its panic from unwinding into generated code.
fn guarded<'r, T: Outcome>(run: *mut Run<'r>, work: impl FnOnce(*mut Run<'r>) -> T) -> u64 {
    let outcome = catch_unwind(AssertUnwindSafe(|| work(run)));
    // SAFETY: see the macro; `work` has ended.
    let run = unsafe { &mut *run };
    match outcome {
        Ok(outcome) => outcome.put(run),
        Err(panic) => {
            run.panic = Some(panic);
            status::FAILED
        }
    }
}

/// The run, for as long as no generated code is called.
macro_rules! here {
    ($run:ident) => {
        // SAFETY: see `helpers!`: until this helper returns or calls generated code, nobody else uses the run.
        unsafe { &mut *$run }
    };
}

helpers! {
    /// Fails with an error kind, from here to there.
    fn fail / Fail(run, kind, start, end) -> Result<(), EvalError> {
        let _ = run;
        let kind = EvalErrorKind::ALL.iter().copied().find(|known| *known as u64 == kind).unwrap_or(EvalErrorKind::TypeMismatch);
        Err(EvalError { kind, span: Span { start: low(start), end: low(end) } })
    }

    /// Fails with what reading an attribute fails with.
    fn unreadable / Unreadable(run, node) -> Result<(), EvalError> {
        let run = here!(run);
        read(run, node_id(node)).map(drop)
    }

    /// Charges what a constant cost when it was folded.
    fn spend / Spend(run, node, constant) -> Result<(), EvalError> {
        let run = here!(run);
        let constant = run.job.program.constant(ConstId::at(low(constant) as usize));
        run.budget.spend(constant.steps, constant.bytes).map_err(at(run.job.program.span(node_id(node))))
    }

    /// Charges the entries of a list or map that is about to be built.
    fn entries / Entries(run, node, count) -> Result<(), EvalError> {
        let run = here!(run);
        run.budget.entries(low(count) as usize).map_err(at(run.job.program.span(node_id(node))))
    }

    /// Whether a value is truthy.
    fn truthy / Truthy(run, tag, payload) -> bool {
        let run = here!(run);
        run.value(Pair { tag, payload }, &mut Value::Null).is_truthy()
    }

    /// A comparison of two attributes or constants.
    fn compare_leaves / CompareLeaves(run, node) -> Result<bool, EvalError> {
        let run = here!(run);
        let id = node_id(node);
        let Node::Compare(op, left, right) = run.job.program.node(id) else { return Ok(false) };
        let searched_is_constant = matches!(run.job.program.node(right), Node::Constant(_));
        let left = read(run, left)?;
        let right = read(run, right)?;
        compare::apply(op, left, right, searched_is_constant, &mut run.budget).map_err(at(run.job.program.span(id)))
    }

    /// A comparison of two values.
    fn compare_values / CompareValues(run, node, left_tag, left_payload, right_tag, right_payload) -> Result<bool, EvalError> {
        let run = here!(run);
        let id = node_id(node);
        let Node::Compare(op, _, searched) = run.job.program.node(id) else { return Ok(false) };
        let searched_is_constant = matches!(run.job.program.node(searched), Node::Constant(_));
        let (mut left, mut right) = (Value::Null, Value::Null);
        let left = run.value(Pair { tag: left_tag, payload: left_payload }, &mut left);
        let right = run.value(Pair { tag: right_tag, payload: right_payload }, &mut right);
        compare::apply(op, left, right, searched_is_constant, &mut run.budget).map_err(at(run.job.program.span(id)))
    }

    /// Whether a constant text is in a value, by a searcher that was prepared.
    fn search / Search(run, node, searcher, tag, payload) -> Result<bool, EvalError> {
        let run = here!(run);
        let id = node_id(node);
        let Node::Compare(op, needle, _) = run.job.program.node(id) else { return Ok(false) };
        let mut searched = Value::Null;
        let searched = run.value(Pair { tag, payload }, &mut searched);
        let found = match (searched, run.body.searcher(low(searcher))) {
            (Value::Text(text), Some(searcher)) => run.budget.reading(text.len()).map(|()| searcher.find(text.as_bytes()).is_some() == (op == CompareOp::In)),
            _ => {
                let needle = read(run, needle)?;
                compare::apply(op, needle, searched, false, &mut run.budget)
            }
        };
        found.map_err(at(run.job.program.span(id)))
    }

    /// `-x`
    fn negate / Negate(run, node, tag, payload) -> Result<Value, EvalError> {
        let run = here!(run);
        arith::negate(run.value(Pair { tag, payload }, &mut Value::Null)).map_err(at(run.job.program.span(node_id(node))))
    }

    /// `a + b` and its like: link number so-and-so of a chain.
    fn arithmetic / Arithmetic(run, node, place, left_tag, left_payload, right_tag, right_payload) -> Result<Value, EvalError> {
        let run = here!(run);
        let Some(Link { op: LinkOp::Arith(op, _), span, .. }) = link(run, node, place) else { return Ok(Value::Null) };
        let (mut left, mut right) = (Value::Null, Value::Null);
        let left = run.value(Pair { tag: left_tag, payload: left_payload }, &mut left);
        let right = run.value(Pair { tag: right_tag, payload: right_payload }, &mut right);
        arith::apply(*op, left, right, &mut run.budget).map_err(at(*span))
    }

    /// `.name`
    fn member / Member(run, node, place, tag, payload) -> Result<Pair, EvalError> {
        let run = here!(run);
        let Some(Link { op: LinkOp::Member(name), span, .. }) = link(run, node, place) else { return Ok(Pair::NULL) };
        let Value::Text(name) = &run.job.program.constant(*name).value else {
            return Err(EvalError { kind: EvalErrorKind::TypeMismatch, span: *span });
        };
        let mut scratch = Value::Null;
        let found = access::member(run.value(Pair { tag, payload }, &mut scratch), name).map_err(at(*span))?;
        Ok(found.map_or(Pair::NULL, Pair::of))
    }

    /// `[index]`
    fn index / Index(run, node, place, tag, payload, index_tag, index_payload) -> Result<Part, EvalError> {
        let run = here!(run);
        let Some(Link { op: LinkOp::Index(_), span, .. }) = link(run, node, place) else { return Ok(Part::There(Pair::NULL)) };
        let (mut value, mut index) = (Value::Null, Value::Null);
        let value = run.value(Pair { tag, payload }, &mut value);
        let index = run.value(Pair { tag: index_tag, payload: index_payload }, &mut index);
        Ok(match access::index(value, index, &mut run.budget).map_err(at(*span))? {
            Element::Missing => Part::There(Pair::NULL),
            Element::Part(part) => Part::There(Pair::of(part)),
            Element::Character(character) => Part::Made(character),
        })
    }

    /// `[from:to]`; a bound that is left out is `NULL`.
    fn slice / Slice(run, node, place, tag, payload, from_tag, from_payload, to_tag, to_payload) -> Result<Value, EvalError> {
        let run = here!(run);
        let Some(Link { op: LinkOp::Slice(..), span, .. }) = link(run, node, place) else { return Ok(Value::Null) };
        let (mut value, mut from, mut to) = (Value::Null, Value::Null, Value::Null);
        let value = run.value(Pair { tag, payload }, &mut value);
        let from = run.value(Pair { tag: from_tag, payload: from_payload }, &mut from);
        let to = run.value(Pair { tag: to_tag, payload: to_payload }, &mut to);
        access::slice(value, Some(from), Some(to), &mut run.budget).map_err(at(*span))
    }

    /// A function of a text that contexts keep; where the context does not, a call like others.
    fn kept / Kept(run, node, place, tag, payload) -> Result<Part, EvalError> {
        let run = here!(run);
        let Some(Link { op: LinkOp::Call(builtin, _, Ready::Result(derived)), span, .. }) = link(run, node, place) else {
            return Ok(Part::There(Pair::NULL));
        };
        if let Some(kept) = run.job.context.derived(DerivedId::clone(derived)) {
            run.budget.spend(kept.steps, kept.bytes).map_err(at(*span))?;
            return Ok(Part::There(Pair::of(&kept.value)));
        }
        let mut scratch = Value::Null;
        let mut args = Args::default();
        args.push(Some(run.value(Pair { tag, payload }, &mut scratch)));
        let mut env = Env { budget: &mut run.budget, now: run.job.now, calendars: run.job.calendars, limits: &run.job.program.limits, prepared: None };
        builtin.get().call(&args, &mut env).map(Part::Made).map_err(of_fault(*span))
    }

    /// Whether a text begins or ends with a constant one: `$STARTS_WITH` and `$ENDS_WITH`, which are called more often than all others.
    fn affix / Affix(run, node, place, constant, at_end, tag, payload) -> Result<Pair, EvalError> {
        let run = here!(run);
        let Some(Link { span, .. }) = link(run, node, place) else { return Ok(Pair::NULL) };
        let mut scratch = Value::Null;
        let holds = match (run.value(Pair { tag, payload }, &mut scratch), &run.job.program.constant(ConstId::at(low(constant) as usize)).value) {
            (Value::Text(text), Value::Text(affix)) => {
                run.budget.reading(text.len().saturating_add(affix.len())).map_err(at(*span))?;
                if at_end != 0 { text.ends_with(affix.as_ref()) } else { text.starts_with(affix.as_ref()) }
            }
            (Value::Null, _) => false,
            _ => return Err(EvalError { kind: EvalErrorKind::TypeMismatch, span: *span }),
        };
        Ok(Pair { tag: Kind::Bool as u64, payload: u64::from(holds) })
    }

    /// `$COALESCE` of one argument: of the elements of a List.
    fn first_of / FirstOf(run, node, place, tag, payload) -> Result<Part, EvalError> {
        let run = here!(run);
        let Some(Link { span, .. }) = link(run, node, place) else { return Ok(Part::There(Pair::NULL)) };
        let pair = Pair { tag, payload };
        match run.value(pair, &mut Value::Null) {
            Value::List(list) => first_present(list, &mut run.budget).map(Part::Made).map_err(at(*span)),
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) | Value::Map(_) => Ok(Part::There(pair)),
        }
    }

    /// A call of a function: `count` pairs at `args`, the place of a lambda among them with the number of its body.
    fn call / Call(run, node, place, args, count, cells, frame) -> Result<Value, EvalError> {
        call_link(run, node, place, args, count, cells, frame)
    }

    /// A function that takes no argument.
    fn call_alone / CallAlone(run, node) -> Result<Value, EvalError> {
        let run = here!(run);
        let id = node_id(node);
        let Node::Call(builtin) = run.job.program.node(id) else { return Ok(Value::Null) };
        let mut env = Env { budget: &mut run.budget, now: run.job.now, calendars: run.job.calendars, limits: &run.job.program.limits, prepared: None };
        builtin.get().call(&Args::default(), &mut env).map_err(of_fault(run.job.program.span(id)))
    }

    /// The next part of a list or map.
    fn part / Part(run, tag, payload) -> () {
        let run = here!(run);
        let value = run.take(Pair { tag, payload });
        run.parts.push(value);
    }

    /// The next key of a map.
    fn key / Key(run, node, tag, payload) -> Result<(), EvalError> {
        let run = here!(run);
        match run.take(Pair { tag, payload }) {
            Value::Text(text) => {
                run.keys.push(text);
                Ok(())
            }
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => {
                Err(EvalError { kind: EvalErrorKind::TypeMismatch, span: run.job.program.span(node_id(node)) })
            }
        }
    }

    /// The list of the last parts.
    fn list / List(run, node, count) -> Result<Value, EvalError> {
        let run = here!(run);
        let start = run.parts.len().saturating_sub(low(count) as usize);
        let items = run.parts.split_off(start);
        run.budget.list(items).map_err(at(run.job.program.span(node_id(node))))
    }

    /// The map of the last keys and parts.
    fn map / Map(run, node, count) -> Result<Value, EvalError> {
        let run = here!(run);
        let count = low(count) as usize;
        let values = run.parts.split_off(run.parts.len().saturating_sub(count));
        let keys: Vec<Arc<str>> = run.keys.split_off(run.keys.len().saturating_sub(count));
        run.budget.map(keys.into_iter().zip(values)).map_err(at(run.job.program.span(node_id(node))))
    }
}

fn node_id(word: u64) -> NodeId {
    NodeId::at(low(word) as usize)
}

fn at(span: Span) -> impl Fn(EvalErrorKind) -> EvalError {
    move |kind| EvalError { kind, span }
}

fn of_fault(span: Span) -> impl Fn(Fault) -> EvalError {
    move |fault| match fault {
        Fault::Here(kind) => EvalError { kind, span },
        Fault::Inside(error) => error,
    }
}

/// A link of a chain.
fn link<'r>(run: &Run<'r>, node: u64, place: u64) -> Option<&'r Link> {
    match run.job.program.node(node_id(node)) {
        Node::Chain(_, links) => run.job.program.links(links).get(low(place) as usize),
        Node::Constant(_)
        | Node::Attribute(..)
        | Node::Parameter(..)
        | Node::Not(_)
        | Node::Negate(_)
        | Node::Compare(..)
        | Node::And(_)
        | Node::Or(_)
        | Node::If(..)
        | Node::List(_)
        | Node::Map(_)
        | Node::Call(_) => None,
    }
}

/// The value of an attribute or a constant.
fn read<'r>(run: &Run<'r>, id: NodeId) -> Result<&'r Value, EvalError> {
    static NULL: Value = Value::Null;
    let program = run.job.program;
    match program.node(id) {
        Node::Constant(constant) => Ok(&program.constant(constant).value),
        Node::Attribute(slot, path) => match run.job.context.slot(slot) {
            Slot::Value(value) => Ok(value),
            Slot::NoMembers { at } => {
                let whole = program.span(id);
                let end = program.path_ends(path).get(at).copied().unwrap_or(whole.end);
                Err(EvalError { kind: EvalErrorKind::TypeMismatch, span: Span { end, ..whole } })
            }
            Slot::Failed(kind) => Err(EvalError { kind, span: program.span(id) }),
        },
        Node::Parameter(..)
        | Node::Not(_)
        | Node::Negate(_)
        | Node::Compare(..)
        | Node::And(_)
        | Node::Or(_)
        | Node::If(..)
        | Node::List(_)
        | Node::Map(_)
        | Node::Chain(..)
        | Node::Call(_) => Ok(&NULL),
    }
}

/// The most arguments of a call that is no `$COALESCE`, the first included.
pub(super) const MOST_ARGS: usize = 4;

fn call_link(run: *mut Run<'_>, node: u64, place: u64, args: u64, count: u64, cells: u64, frame: u64) -> Result<Value, EvalError> {
    let (job, body, mut budget, pairs) = {
        let run = here!(run);
        let count = usize::try_from(count).unwrap_or(0).min(MOST_ARGS);
        // SAFETY: generated code stored so many pairs there, in its own stack frame.
        let pairs = unsafe { std::slice::from_raw_parts(std::ptr::with_exposed_provenance::<Pair>(usize::try_from(args).unwrap_or(0)), count) };
        let mut copy = [Pair::NULL; MOST_ARGS];
        copy.iter_mut().zip(pairs).for_each(|(copy, pair)| *copy = *pair);
        (run.job, run.body, run.budget.clone(), copy)
    };
    let Some(Link { op: LinkOp::Call(builtin, rest, ready), span, .. }) = link(here!(run), node, place) else { return Ok(Value::Null) };
    let mut scratch = [const { Value::Null }; MOST_ARGS];
    let mut args = Args::default();
    let mut lambda = None;
    let rest = job.program.args(*rest);
    for (at, (pair, scratch)) in pairs.iter().zip(&mut scratch).enumerate().take(rest.len() + 1) {
        let is_lambda = at.checked_sub(1).and_then(|at| rest.get(at)).is_some_and(|arg| matches!(arg, Arg::Lambda(_)));
        if is_lambda {
            lambda = body.lambda(low(pair.payload));
            args.push(None);
        } else {
            args.push(Some(here!(run).value(*pair, scratch)));
        }
    }
    let prepared = match ready {
        Ready::Argument(prepared) => job.program.prepared(*prepared),
        Ready::Nothing | Ready::Result(_) => None,
    };
    let mut env = Env { budget: &mut budget, now: job.now, calendars: job.calendars, limits: &job.program.limits, prepared };
    // From here on the body of a lambda may run, which uses the run.
    let result = match lambda {
        None => builtin.get().call(&args, &mut env),
        Some(entry) => {
            let mut lambda = Native { run, entry, cells, outer: std::ptr::with_exposed_provenance(usize::try_from(frame).unwrap_or(0)) };
            builtin.get().visit(&args, &mut lambda, &mut env)
        }
    };
    here!(run).budget = budget;
    result.map_err(of_fault(*span))
}

/// The body of a lambda as generated code.
struct Native<'n, 'r> {
    run: *mut Run<'r>,
    entry: &'n Entry,
    cells: u64,
    outer: *const Frame,
}

impl Lambda for Native<'_, '_> {
    fn value(&mut self, args: &[&Value], budget: &mut Budget) -> Result<Value, EvalError> {
        let mut frame = Frame { args: [Pair::NULL; Frame::ARGS], outer: self.outer };
        frame.args.iter_mut().zip(args).for_each(|(pair, value)| *pair = Pair::of(value));
        let mark = {
            let run = self.run;
            let run = here!(run);
            run.budget = budget.clone();
            run.mark()
        };
        // SAFETY: the entry is of the module whose code is running; cells and run are those that it was called with, and the frame is as its code expects.
        let status = unsafe { (self.entry.function)(self.cells, self.run, &raw const frame) };
        let run = self.run;
        let run = here!(run);
        *budget = run.budget.clone();
        let result = if status == status::FAILED { Err(run.failure()) } else { Ok(run.take(run.result)) };
        run.release(mark);
        result
    }
}
