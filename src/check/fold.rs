//! Constants: what can be said about them now need not be found out at run time.

use super::bound::Work;
use super::lower::Lowerer;
use super::typed::{Shape, Ty, Typed};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::hir::{Constant, Facts, Node};
use crate::source::Span;
use crate::value::{Budget, ErrorKinds, EvalErrorKind, Kind, Kinds, Value};

impl<'c> Lowerer<'c> {
    /// The value of an expression that is a constant.
    pub(super) fn constant_of(&self, typed: &Typed<'c>) -> Option<&Constant> {
        let Node::Constant(constant) = self.program.node(typed.node) else { return None };
        Some(self.program.constant(constant))
    }

    /// A literal, which costs nothing.
    pub(super) fn literal(&mut self, value: Value, span: Span) -> Typed<'c> {
        self.constant(Constant { value, steps: 0, bytes: 0 }, span)
    }

    pub(super) fn constant(&mut self, constant: Constant, span: Span) -> Typed<'c> {
        let work = Work { steps: constant.steps, bytes: constant.bytes };
        let ty = self.type_of(&constant.value);
        // Several constants that each fit the budget may exceed it together.
        let errors = if work == Work::NONE { ErrorKinds::NONE } else { ErrorKinds::of(&[EvalErrorKind::BudgetExceeded]) };
        let constant = self.program.add_constant(constant);
        let node = self.program.add(Node::Constant(constant), span, Facts { kinds: ty.kinds, errors });
        Typed { node, span, ty, errors, work, attribute: None, when_true: Vec::new(), when_false: Vec::new() }
    }

    fn type_of(&self, value: &Value) -> Ty<'c> {
        let kinds = Kinds::from(value.kind());
        match value {
            Value::List(list) => {
                let element = list.iter().fold(Kinds::NONE, |kinds, element| kinds.or(element.kind().into()));
                // Nobody knows what an element of an empty list would be.
                if element.is_empty() { Ty::of(kinds) } else { Ty { kinds, shape: Shape::Elements(std::rc::Rc::new(Ty::of(element))) } }
            }
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) | Value::Map(_) => Ty::of(kinds),
        }
    }

    /// Evaluates an operation on constants now. The constants' own charges are added to the new one's.
    ///
    /// `None` where the operation is left to run time: folding is off, an operand is no constant, or the operation must fail, which is reported.
    pub(super) fn fold(
        &mut self,
        span: Span,
        operands: &[&Typed<'c>],
        operation: impl FnOnce(&[&Value], &mut Budget) -> Result<Value, EvalErrorKind>,
    ) -> Option<Typed<'c>> {
        self.fold_or(span, operands, operation, None)
    }

    /// The same, with help for a failure that is not one of kinds.
    pub(super) fn fold_or(
        &mut self,
        span: Span,
        operands: &[&Typed<'c>],
        operation: impl FnOnce(&[&Value], &mut Budget) -> Result<Value, EvalErrorKind>,
        otherwise: Option<String>,
    ) -> Option<Typed<'c>> {
        let constants: Vec<&Constant> = operands.iter().map(|operand| self.constant_of(operand)).collect::<Option<_>>()?;
        let values: Vec<&Value> = constants.iter().map(|constant| &constant.value).collect();
        let mut budget = Budget::new(self.world.limits);
        let before = budget.clone();
        // The constants are charged first, as they are when the rule runs: together with the operation they may be more than the budget.
        let charged = constants.iter().try_for_each(|constant| budget.spend(constant.steps, constant.bytes));
        let result = charged.and_then(|()| operation(&values, &mut budget));
        let (steps, bytes) = budget.spent_since(&before);
        match result {
            Ok(value) if self.folds => Some(self.constant(Constant { value, steps, bytes }, span)),
            Ok(_) => None,
            Err(kind) => {
                let kinds: Vec<&str> = values.iter().map(|value| value.kind().name()).collect();
                let help = if kind == EvalErrorKind::TypeMismatch { Some(format!("found {}", kinds.join(" and "))) } else { otherwise };
                self.must_fail(kind, span, help);
                None
            }
        }
    }

    /// A constant part must fail: an error where it always runs, else a warning.
    fn must_fail(&mut self, kind: EvalErrorKind, span: Span, help: Option<String>) {
        let source = self.quote(span);
        let mut diagnostic = Diagnostic::new(Code::ConstantFails, span, format!("`{source}` always fails: {}", kind.meaning()));
        diagnostic.kind = Some(kind);
        diagnostic.help = help;
        if self.conditional > 0 {
            diagnostic = diagnostic.with_severity(Severity::Warning);
        }
        self.diagnostics.push(diagnostic);
    }

    /// Whether a constant is one of these.
    pub(super) fn is_constant(&self, typed: &Typed<'c>, kind: Kind) -> bool {
        self.constant_of(typed).is_some_and(|constant| constant.value.kind() == kind)
    }
}
