//! Calls of functions.

use super::Job;
use super::eval::{Evaluated, at};
use super::operand::{Frame, Operand};
use super::watch::Watch;
use crate::builtins::{Args, Builtin, BuiltinId, Env, Fault, Lambda, Prepared, Run as RunsAs, first_present};
use crate::hir::{Arg, NodeId, Run};
use crate::source::Span;
use crate::value::{Budget, EvalError, Value};

impl<'j> Job<'j> {
    /// A function that takes no argument.
    pub(super) fn call_alone<'v>(&'v self, id: NodeId, builtin: BuiltinId, budget: &mut Budget) -> Evaluated<'v> {
        let mut env = self.env(budget, None);
        builtin.get().call(&Args::default(), &mut env).map(Operand::Owned).map_err(|fault| error(fault, self.program.span(id)))
    }

    #[expect(clippy::too_many_arguments, reason = "a call, its parts, and what every evaluation carries")]
    pub(super) fn call<'v, W: Watch>(
        &'v self,
        builtin: &'static Builtin,
        first: Operand<'v>,
        rest: Run,
        prepared: Option<&Prepared>,
        span: Span,
        frame: &'v Frame<'v>,
        budget: &mut Budget,
        watch: &mut W,
    ) -> Evaluated<'v> {
        let rest = self.program.args(rest);
        if matches!(builtin.run, RunsAs::FirstPresent) {
            return self.first_present(first, rest, span, frame, budget, watch);
        }
        // Every argument is evaluated, left to right, before the function looks at any.
        let mut values = [const { Operand::NULL }; 4];
        let mut lambda = None;
        for (value, arg) in values.iter_mut().zip(rest) {
            match *arg {
                Arg::Value(node) => *value = self.eval(node, frame, budget, watch)?,
                Arg::Lambda(body) => lambda = Some(body),
            }
        }
        let mut args = Args::default();
        args.push(Some(&first));
        for (value, arg) in values.iter().zip(rest) {
            args.push(matches!(arg, Arg::Value(_)).then_some(value));
        }
        let mut env = self.env(budget, prepared);
        let result = match lambda {
            None => builtin.call(&args, &mut env),
            Some(body) => builtin.visit(&args, &mut Body { job: self, body, frame, watch }, &mut env),
        };
        result.map(Operand::Owned).map_err(|fault| error(fault, span))
    }

    /// `$COALESCE`: later arguments are evaluated only as needed; one List argument is an ordinary list.
    fn first_present<'v, W: Watch>(
        &'v self,
        first: Operand<'v>,
        rest: &'v [Arg],
        span: Span,
        frame: &'v Frame<'v>,
        budget: &mut Budget,
        watch: &mut W,
    ) -> Evaluated<'v> {
        if let (Value::List(list), []) = (&*first, rest) {
            return first_present(list, budget).map(Operand::Owned).map_err(at(span));
        }
        let mut value = first;
        for arg in rest {
            if !value.is_null() {
                break;
            }
            if let Arg::Value(node) = arg {
                value = self.eval(*node, frame, budget, watch)?;
            }
        }
        Ok(value)
    }

    fn env<'e>(&'e self, budget: &'e mut Budget, prepared: Option<&'e Prepared>) -> Env<'e> {
        Env { budget, now: self.now, calendars: self.calendars, limits: &self.program.limits, prepared }
    }
}

fn error(fault: Fault, span: Span) -> EvalError {
    match fault {
        Fault::Here(kind) => EvalError { kind, span },
        Fault::Inside(error) => error,
    }
}

/// The body of a lambda, and the arguments of the lambdas around it.
struct Body<'b, 'j, W> {
    job: &'b Job<'j>,
    body: NodeId,
    frame: &'b Frame<'b>,
    watch: &'b mut W,
}

impl<W: Watch> Lambda for Body<'_, '_, W> {
    fn value(&mut self, args: &[&Value], budget: &mut Budget) -> Result<Value, EvalError> {
        let frame = Frame { args, outer: Some(self.frame) };
        self.job.eval(self.body, &frame, budget, self.watch).map(Operand::into_value)
    }

    fn holds(&mut self, args: &[&Value], budget: &mut Budget) -> Result<bool, EvalError> {
        let frame = Frame { args, outer: Some(self.frame) };
        self.job.holds(self.body, &frame, budget, self.watch)
    }
}
