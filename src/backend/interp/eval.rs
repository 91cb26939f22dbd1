//! Nodes.

use std::sync::Arc;

use super::Job;
use super::operand::{Frame, Operand};
use super::watch::{Place, Watch};
use crate::context::{Slot, SlotId};
use crate::hir::{Constant, Node, NodeId, Run};
use crate::source::Span;
use crate::value::compare::{self, CompareOp};
use crate::value::{Budget, EvalError, EvalErrorKind, Value, arith};

/// What an evaluation gives.
pub(super) type Evaluated<'v> = Result<Operand<'v>, EvalError>;

/// Puts the span of the expression on an error.
pub(super) fn at(span: Span) -> impl Fn(EvalErrorKind) -> EvalError {
    move |kind| EvalError { kind, span }
}

impl<'j> Job<'j> {
    /// The value of a node.
    pub(super) fn eval<'v, W: Watch>(&'v self, id: NodeId, frame: &'v Frame<'v>, budget: &mut Budget, watch: &mut W) -> Evaluated<'v> {
        let evaluated = match self.program.node(id) {
            Node::Constant(constant) => self.constant(self.program.constant(constant), id, budget),
            Node::Attribute(slot, path) => self.attribute(slot, path, id),
            Node::Parameter(up, place) => Ok(Operand::Borrowed(frame.parameter(up, place))),
            Node::Not(operand) => self.holds(operand, frame, budget, watch).map(|holds| (!holds).into()),
            Node::Negate(operand) => self.negate(id, operand, frame, budget, watch),
            Node::Compare(op, left, right) => self.compare(id, op, left, right, frame, budget, watch).map(Operand::from),
            Node::And(operands) => self.decide(operands, false, frame, budget, watch),
            Node::Or(operands) => self.decide(operands, true, frame, budget, watch),
            Node::If(branches, otherwise) => self.conditional(branches, otherwise, frame, budget, watch),
            Node::List(items) => self.list(id, items, frame, budget, watch),
            Node::Map(entries) => self.map(id, entries, frame, budget, watch),
            Node::Chain(base, links) => self.chain(id, base, links, frame, budget, watch),
            Node::Call(builtin) => self.call_alone(id, builtin, budget),
        };
        if W::ACTIVE {
            watch.see(Place::Node(id), evaluated.as_deref().map_err(|error| *error));
        }
        evaluated
    }

    /// Whether a node is truthy: the same as evaluating it, without building what only a condition needs.
    pub(super) fn holds<W: Watch>(&self, id: NodeId, frame: &Frame<'_>, budget: &mut Budget, watch: &mut W) -> Result<bool, EvalError> {
        if !W::ACTIVE {
            match self.program.node(id) {
                Node::Not(operand) => return self.holds(operand, frame, budget, watch).map(|holds| !holds),
                Node::Compare(op, left, right) => return self.compare(id, op, left, right, frame, budget, watch),
                Node::And(operands) => return self.condition(operands, false, frame, budget, watch),
                Node::Or(operands) => return self.condition(operands, true, frame, budget, watch),
                Node::Constant(_)
                | Node::Attribute(..)
                | Node::Parameter(..)
                | Node::Negate(_)
                | Node::If(..)
                | Node::List(_)
                | Node::Map(_)
                | Node::Chain(..)
                | Node::Call(_) => {}
            }
        }
        self.eval(id, frame, budget, watch).map(|value| value.is_truthy())
    }

    fn constant<'v>(&'v self, constant: &'v Constant, id: NodeId, budget: &mut Budget) -> Evaluated<'v> {
        if !constant.is_free() {
            budget.spend(constant.steps, constant.bytes).map_err(at(self.program.span(id)))?;
        }
        Ok(Operand::Borrowed(&constant.value))
    }

    fn attribute<'v>(&'v self, slot: SlotId, path: Run, id: NodeId) -> Evaluated<'v> {
        match self.context.slot(slot) {
            Slot::Value(value) => Ok(Operand::Borrowed(value)),
            Slot::NoMembers { at } => {
                let whole = self.program.span(id);
                let end = self.program.path_ends(path).get(at).copied().unwrap_or(whole.end);
                Err(EvalError { kind: EvalErrorKind::TypeMismatch, span: Span { end, ..whole } })
            }
            Slot::Failed(kind) => Err(EvalError { kind, span: self.program.span(id) }),
        }
    }

    fn negate<'v, W: Watch>(&'v self, id: NodeId, operand: NodeId, frame: &'v Frame<'v>, budget: &mut Budget, watch: &mut W) -> Evaluated<'v> {
        let operand = self.eval(operand, frame, budget, watch)?;
        arith::negate(&operand).map(Operand::Owned).map_err(at(self.program.span(id)))
    }

    #[expect(clippy::too_many_arguments, reason = "a node, its parts, and what every evaluation carries")]
    fn compare<W: Watch>(
        &self,
        id: NodeId,
        op: CompareOp,
        left: NodeId,
        right: NodeId,
        frame: &Frame<'_>,
        budget: &mut Budget,
        watch: &mut W,
    ) -> Result<bool, EvalError> {
        let searched_is_constant = matches!(self.program.node(right), Node::Constant(_));
        let result = match (self.leaf(left, frame), self.leaf(right, frame)) {
            // Most comparisons are between an attribute and a constant: no operand of theirs is built, moved and dropped.
            (Some(left), Some(right)) if !W::ACTIVE => compare::apply(op, left, right, searched_is_constant, budget),
            _ => {
                let left = self.eval(left, frame, budget, watch)?;
                let right = self.eval(right, frame, budget, watch)?;
                compare::apply(op, &left, &right, searched_is_constant, budget)
            }
        };
        result.map_err(|kind| EvalError { kind, span: self.program.span(id) })
    }

    /// The value of a node that is there to be borrowed: reading it costs nothing and cannot fail.
    fn leaf<'v>(&'v self, id: NodeId, frame: &'v Frame<'v>) -> Option<&'v Value> {
        match self.program.node(id) {
            Node::Constant(constant) => {
                let constant = self.program.constant(constant);
                constant.is_free().then_some(&constant.value)
            }
            Node::Attribute(slot, _) => match self.context.slot(slot) {
                Slot::Value(value) => Some(value),
                Slot::NoMembers { .. } | Slot::Failed(_) => None,
            },
            Node::Parameter(up, place) => Some(frame.parameter(up, place)),
            Node::Not(_)
            | Node::Negate(_)
            | Node::Compare(..)
            | Node::And(_)
            | Node::Or(_)
            | Node::If(..)
            | Node::List(_)
            | Node::Map(_)
            | Node::Chain(..)
            | Node::Call(_) => None,
        }
    }

    /// `AND` and `OR`: the first operand whose truth is `decisive`, else the last.
    fn decide<'v, W: Watch>(&'v self, operands: Run, decisive: bool, frame: &'v Frame<'v>, budget: &mut Budget, watch: &mut W) -> Evaluated<'v> {
        let mut result = Operand::NULL;
        for operand in self.program.children(operands) {
            result = self.eval(*operand, frame, budget, watch)?;
            if result.is_truthy() == decisive {
                break;
            }
        }
        Ok(result)
    }

    fn condition<W: Watch>(&self, operands: Run, decisive: bool, frame: &Frame<'_>, budget: &mut Budget, watch: &mut W) -> Result<bool, EvalError> {
        for operand in self.program.children(operands) {
            if self.holds(*operand, frame, budget, watch)? == decisive {
                return Ok(decisive);
            }
        }
        Ok(!decisive)
    }

    fn conditional<'v, W: Watch>(&'v self, branches: Run, otherwise: NodeId, frame: &'v Frame<'v>, budget: &mut Budget, watch: &mut W) -> Evaluated<'v> {
        for branch in self.program.children(branches).chunks_exact(2) {
            let [condition, then] = branch else { continue };
            if self.holds(*condition, frame, budget, watch)? {
                return self.eval(*then, frame, budget, watch);
            }
        }
        self.eval(otherwise, frame, budget, watch)
    }

    fn list<'v, W: Watch>(&'v self, id: NodeId, items: Run, frame: &'v Frame<'v>, budget: &mut Budget, watch: &mut W) -> Evaluated<'v> {
        let span = self.program.span(id);
        budget.entries(items.len()).map_err(at(span))?;
        let mut values = Vec::with_capacity(items.len());
        for item in self.program.children(items) {
            values.push(self.eval(*item, frame, budget, watch)?.into_value());
        }
        budget.list(values).map(Operand::Owned).map_err(at(span))
    }

    fn map<'v, W: Watch>(&'v self, id: NodeId, entries: Run, frame: &'v Frame<'v>, budget: &mut Budget, watch: &mut W) -> Evaluated<'v> {
        let span = self.program.span(id);
        budget.entries(entries.len() / 2).map_err(at(span))?;
        let mut pairs: Vec<(Arc<str>, Value)> = Vec::with_capacity(entries.len() / 2);
        for entry in self.program.children(entries).chunks_exact(2) {
            let [key, value] = entry else { continue };
            let text = match self.eval(*key, frame, budget, watch)?.into_value() {
                Value::Text(text) => text,
                Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => {
                    return Err(EvalError { kind: EvalErrorKind::TypeMismatch, span: self.program.span(*key) });
                }
            };
            pairs.push((text, self.eval(*value, frame, budget, watch)?.into_value()));
        }
        budget.map(pairs).map(Operand::Owned).map_err(at(span))
    }
}
