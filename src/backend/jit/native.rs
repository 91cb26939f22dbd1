//! Native code of one program: what callers hold.

use std::panic::resume_unwind;
use std::sync::Arc;

use memchr::memmem::Finder;

use super::code::Code;
use super::helpers::status;
use super::run::{Frame, Run};
use crate::backend::{Job, with_room};
use crate::context::Context;
use crate::value::{Budget, EvalError, Value};

/// A function of generated code: cells of the context, the run, the frame of the lambda that it is the body of. Gives a [`status`].
pub(super) type Function = unsafe extern "C" fn(u64, *mut Run<'_>, *const Frame) -> u64;

/// A function, and what it asks of its caller.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) function: Function,
    /// It reads so many cells.
    pub(super) cells: usize,
    /// Whether it always needs a run. Otherwise it is called without one at first, and says so where it needs one after all.
    pub(super) needs_run: bool,
}

/// What the code of a program refers to by number.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) lambdas: Vec<Entry>,
    pub(super) searchers: Vec<Finder<'static>>,
}

impl Body {
    pub(super) fn lambda(&self, number: u32) -> Option<&Entry> {
        self.lambdas.get(number as usize)
    }

    pub(super) fn searcher(&self, number: u32) -> Option<&Finder<'static>> {
        self.searchers.get(number as usize)
    }
}

/// The native code of one program. It has to be run with that program, on contexts of the layout that it was compiled with: with others its answers mean
/// nothing, though nothing worse happens.
#[derive(Debug)]
pub(crate) struct Native {
    /// Whether the rule matches.
    pub(super) truth: Entry,
    /// Its value; `None` where that is the truth.
    pub(super) value: Option<Entry>,
    pub(super) body: Body,
    pub(super) code: Arc<Code>,
    pub(super) bytes: usize,
}

impl Native {
    /// Whether the value of the program is truthy, where its tests of attributes alone say so: the way of almost every evaluation of almost every rule.
    #[inline]
    pub(crate) fn matches_at_once(&self, context: &Context) -> Option<bool> {
        let cells = context.cells();
        if self.truth.needs_run || cells.len() < self.truth.cells {
            return None;
        }
        // SAFETY: the function reads as many cells as there are, and no frame; it was generated to do without a run. `self.code` keeps it mapped.
        let status = unsafe { (self.truth.function)(cells.as_ptr().expose_provenance() as u64, std::ptr::null_mut(), std::ptr::null()) };
        (status != status::NEEDS_RUN).then_some(status == status::TRUE)
    }

    /// Whether the value of the program is truthy.
    pub(crate) fn matches(&self, job: &Job<'_>) -> Result<bool, EvalError> {
        match self.matches_at_once(job.context) {
            Some(truth) => Ok(truth),
            None => self.matches_within(job, &mut Budget::new(&job.program.limits)),
        }
    }

    /// As [`Native::matches`], charged to a budget that goes on.
    pub(crate) fn matches_within(&self, job: &Job<'_>, budget: &mut Budget) -> Result<bool, EvalError> {
        self.run(&self.truth, job, budget, |status, _| status == status::TRUE)
    }

    /// The value of the program.
    pub(crate) fn evaluate(&self, job: &Job<'_>) -> Result<Value, EvalError> {
        match self.value {
            None => self.matches(job).map(Value::Bool),
            Some(_) => self.evaluate_within(job, &mut Budget::new(&job.program.limits)),
        }
    }

    /// As [`Native::evaluate`], charged to a budget that goes on.
    pub(crate) fn evaluate_within(&self, job: &Job<'_>, budget: &mut Budget) -> Result<Value, EvalError> {
        match &self.value {
            None => self.matches_within(job, budget).map(Value::Bool),
            Some(value) => self.run(value, job, budget, |_, run| run.take(run.result)),
        }
    }

    fn run<T>(&self, entry: &Entry, job: &Job<'_>, budget: &mut Budget, read: impl FnOnce(u64, &Run<'_>) -> T) -> Result<T, EvalError> {
        let cells = job.context.cells();
        if cells.len() < entry.cells {
            // A context of another layout: nothing is read of it.
            return Err(EvalError { kind: crate::value::EvalErrorKind::TypeMismatch, span: job.program.span(job.program.root()) });
        }
        with_room(job, || {
            let mut run = Run::new(*job, &self.body, budget.clone());
            // SAFETY: the function reads as many cells as there are; the run is made for it, and there is no lambda around it. `self.code` keeps it mapped.
            let status = unsafe { (entry.function)(cells.as_ptr().expose_provenance() as u64, &raw mut run, std::ptr::null()) };
            *budget = run.budget.clone();
            if let Some(panic) = run.panic.take() {
                resume_unwind(panic);
            }
            if status == status::FAILED { Err(run.failure()) } else { Ok(read(status, &run)) }
        })
    }

    /// Bytes of machine code of this program alone.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes of executable memory of the module that it is part of.
    pub(crate) fn module_bytes(&self) -> usize {
        self.code.len()
    }
}
