//! What generated code and helpers share while one evaluation runs.

use std::any::Any;
use std::sync::Arc;

use super::helpers::Table;
use super::native::Body;
use crate::backend::Job;
use crate::context::{Slot, SlotId};
use crate::hir::ConstId;
use crate::value::{Budget, EvalError, EvalErrorKind, Float, Value};

/// A value in two words: a tag, and what the tag says of the other.
///
/// | tag | payload |
/// |---|---|
/// | 0 to 3, as in a [`crate::context::Cell`] | the scalar |
/// | 4 to 6, as in a cell | a pointer to the [`Value`], which lives until the evaluation ends |
/// | [`Pair::SLOT`] | a slot of the context, whose reading does not fail |
/// | [`Pair::CONSTANT`] | a constant of the program |
/// | [`Pair::BODY`] | the number of a lambda's body |
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(super) struct Pair {
    pub(super) tag: u64,
    pub(super) payload: u64,
}

impl Pair {
    pub(super) const NULL: Pair = Pair { tag: 0, payload: 0 };
    /// The first tag whose payload is no scalar.
    pub(super) const HEAP: u64 = 4;
    pub(super) const SLOT: u64 = 16;
    pub(super) const CONSTANT: u64 = 17;
    pub(super) const BODY: u64 = 18;

    /// The pair of a value that lives until the evaluation ends, or for as long as the pair is used.
    pub(super) fn of(value: &Value) -> Pair {
        let payload = match value {
            Value::Null => 0,
            Value::Bool(value) => u64::from(*value),
            Value::Integer(value) => value.cast_unsigned(),
            Value::Float(value) => value.get().to_bits(),
            Value::Text(_) | Value::List(_) | Value::Map(_) => std::ptr::from_ref(value).expose_provenance() as u64,
        };
        Pair { tag: value.kind() as u64, payload }
    }

    /// The scalar that the pair is, if it is one.
    fn scalar(self) -> Option<Value> {
        match self.tag {
            0 => Some(Value::Null),
            1 => Some(Value::Bool(self.payload != 0)),
            2 => Some(Value::Integer(self.payload.cast_signed())),
            3 => Some(Float::new(f64::from_bits(self.payload)).map_or(Value::Null, Value::Float)),
            _ => None,
        }
    }
}

/// The arguments of a lambda, and of the lambdas around it.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Frame {
    pub(super) args: [Pair; Frame::ARGS],
    pub(super) outer: *const Frame,
}

impl Frame {
    /// The most parameters that a lambda has.
    pub(super) const ARGS: usize = 2;
}

/// One evaluation. Generated code reads and writes the first three fields.
#[repr(C)]
pub(super) struct Run<'r> {
    pub(super) budget: Budget,
    pub(super) helpers: &'static Table,
    /// What a helper, or the function itself, gave.
    pub(super) result: Pair,
    pub(super) job: Job<'r>,
    pub(super) body: &'r Body,
    /// The first error.
    pub(super) error: Option<EvalError>,
    /// Values that were made on the way. Each has been leaked out of a box, and is freed here.
    temporaries: Vec<*mut Value>,
    /// The parts of lists and maps that are being built.
    pub(super) parts: Vec<Value>,
    pub(super) keys: Vec<Arc<str>>,
    /// A panic of a helper, to be carried on.
    pub(super) panic: Option<Box<dyn Any + Send>>,
}

impl<'r> Run<'r> {
    pub(super) fn new(job: Job<'r>, body: &'r Body, budget: Budget) -> Run<'r> {
        Run {
            budget,
            helpers: super::helpers::table(),
            result: Pair::NULL,
            job,
            body,
            error: None,
            temporaries: Vec::new(),
            parts: Vec::new(),
            keys: Vec::new(),
            panic: None,
        }
    }

    /// The value of a pair; a scalar is put into `scratch`.
    pub(super) fn value<'v>(&self, pair: Pair, scratch: &'v mut Value) -> &'v Value
    where
        'r: 'v,
    {
        static NULL: Value = Value::Null;
        if let Some(scalar) = pair.scalar() {
            *scratch = scalar;
            return scratch;
        }
        match pair.tag {
            Pair::SLOT => match self.job.context.slot(SlotId::at(low(pair.payload))) {
                Slot::Value(value) => value,
                Slot::NoMembers { .. } | Slot::Failed(_) => &NULL,
            },
            Pair::CONSTANT => &self.job.program.constant(ConstId::at(low(pair.payload) as usize)).value,
            Pair::BODY => &NULL,
            // SAFETY: pairs of these tags are made by `Pair::of` and `keep` alone, of values that live until the evaluation ends: in the context, in the
            // program, among the temporaries, or among the arguments of a lambda whose body is running.
            _ => unsafe { &*std::ptr::with_exposed_provenance::<Value>(usize::try_from(pair.payload).unwrap_or(0)) },
        }
    }

    /// A copy of the value of a pair.
    pub(super) fn take(&self, pair: Pair) -> Value {
        let mut scratch = Value::Null;
        self.value(pair, &mut scratch).clone()
    }

    /// Makes a value the result, and keeps it until the evaluation ends.
    pub(super) fn give(&mut self, value: Value) {
        self.result = if (value.kind() as u64) < Pair::HEAP {
            Pair::of(&value)
        } else {
            let kept = Box::into_raw(Box::new(value));
            self.temporaries.push(kept);
            // SAFETY: it was just made, and is freed by `release` alone.
            Pair::of(unsafe { &*kept })
        };
    }

    /// How many temporaries there are now, for [`Run::release`].
    pub(super) fn mark(&self) -> usize {
        self.temporaries.len()
    }

    /// Frees the temporaries behind a mark. No pair of them may be used from now on.
    pub(super) fn release(&mut self, mark: usize) {
        for temporary in self.temporaries.drain(mark..) {
            // SAFETY: it came out of a box in `give`, and it is drained here, once.
            drop(unsafe { Box::from_raw(temporary) });
        }
    }

    pub(super) fn fail(&mut self, error: EvalError) {
        self.error.get_or_insert(error);
    }

    /// Why the evaluation failed.
    pub(super) fn failure(&self) -> EvalError {
        self.error.unwrap_or(EvalError { kind: EvalErrorKind::TypeMismatch, span: crate::source::Span::default() })
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        self.release(0);
    }
}

/// The number that a word of generated code is: numbers of nodes, slots and constants have 32 bits.
pub(super) fn low(word: u64) -> u32 {
    u32::try_from(word).unwrap_or(u32::MAX)
}
