//! An expression with what its parts gave, looked up by their places.

use std::collections::HashMap;

use crate::diagnostic::shorten;
use crate::rule::{Expression, StepOutcome, Trace};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind};
use crate::value::{EvalError, Value, arith};

/// The most characters of the author's words in a reason.
const LONGEST_QUOTE: usize = 60;

/// An expression and its trace.
pub(super) struct Part<'p> {
    expression: &'p Expression,
    trace: &'p Trace,
    steps: HashMap<Span, &'p StepOutcome>,
}

impl<'p> Part<'p> {
    pub(super) fn new(expression: &'p Expression, trace: &'p Trace) -> Part<'p> {
        let mut steps = HashMap::with_capacity(trace.steps.len());
        for step in &trace.steps {
            // A part comes before its own parts: where two have one place, the outer one is meant.
            steps.entry(step.span).or_insert(&step.outcome);
        }
        Part { expression, trace, steps }
    }

    pub(super) fn tree(&self) -> &'p Expr {
        self.expression.tree()
    }

    pub(super) fn error(&self) -> Option<EvalError> {
        self.trace.outcome.as_ref().err().copied()
    }

    /// What an expression gave; `None` where it was not evaluated or is not listed.
    pub(super) fn value(&self, expr: &Expr) -> Option<Value> {
        match self.steps.get(&expr.span) {
            Some(StepOutcome::Value(value)) => Some(value.clone()),
            Some(StepOutcome::NotEvaluated | StepOutcome::Error(_)) => None,
            None => literal(expr),
        }
    }

    /// Whether what stands at a place was evaluated.
    pub(super) fn outcome(&self, span: Span) -> Option<&'p StepOutcome> {
        self.steps.get(&span).copied().filter(|outcome| !matches!(outcome, StepOutcome::NotEvaluated))
    }

    pub(super) fn truth(&self, expr: &Expr) -> Option<bool> {
        self.value(expr).map(|value| value.is_truthy())
    }

    /// The author's words on one line.
    pub(super) fn text(&self, span: Span) -> String {
        let words: Vec<&str> = span.of(self.expression.source()).split_whitespace().collect();
        shorten(&words.join(" "), LONGEST_QUOTE).into_owned()
    }
}

/// The value of a literal: `3`, `-3`, `["IT", "HR"]`.
pub(super) fn literal(expr: &Expr) -> Option<Value> {
    match &expr.kind {
        ExprKind::Null => Some(Value::Null),
        ExprKind::Bool(value) => Some(Value::Bool(*value)),
        ExprKind::Integer(value) => Some(Value::Integer(*value)),
        ExprKind::Float(value) => Some(Value::Float(*value)),
        ExprKind::Text(value) => Some(Value::Text(value.clone())),
        ExprKind::List(items) => items.iter().map(literal).collect::<Option<Vec<Value>>>().map(Value::from),
        ExprKind::Negate(operand) => literal(operand).and_then(|value| arith::negate(&value).ok()),
        ExprKind::Name(_)
        | ExprKind::Map(_)
        | ExprKind::Not(_)
        | ExprKind::Compare(_)
        | ExprKind::Chain(_)
        | ExprKind::If(_)
        | ExprKind::Postfix(_)
        | ExprKind::Call(_)
        | ExprKind::Lambda(_) => None,
    }
}
