//! Operators, conditionals, lists and maps.

use std::collections::HashMap;

use super::bound::{self, Work};
use super::lower::{Lowerer, errors};
use super::names::Spine;
use super::typed::{Ty, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{LinkOp, Node, NodeId};
use crate::source::Span;
use crate::syntax::ast::{Chain, ChainOp, Expr, ExprKind, If, Level};
use crate::value::EvalErrorKind::{BudgetExceeded, DivisionByZero, NotFinite, Overflow, TypeMismatch};
use crate::value::arith::{self, ArithOp};
use crate::value::{ErrorKinds, Kinds, Value};

impl<'c> Lowerer<'c> {
    pub(super) fn not(&mut self, operand: &Expr, span: Span) -> Typed<'c> {
        let operand = self.negated(operand);
        self.lint_text_condition(&operand);
        if let Some(folded) = self.fold(span, &[&operand], |values, _| Ok(Value::Bool(!values.iter().any(|value| value.is_truthy())))) {
            return folded;
        }
        let mut typed = self.node(Node::Not(operand.node), span, Ty::of(Kinds::BOOL), operand.errors, operand.work);
        typed.when_true = operand.when_false;
        typed.when_false = operand.when_true;
        typed
    }

    pub(super) fn negate(&mut self, operand: &Expr, span: Span) -> Typed<'c> {
        let operand = self.value(operand);
        if let Some(folded) = self.fold(span, &[&operand], |values, _| arith::negate(values.first().copied().unwrap_or(&Value::Null))) {
            return folded;
        }
        let some = operand.ty.some();
        if !some.is_empty() && !some.meets(Kinds::NUMBER) && self.constant_of(&operand).is_none() {
            self.never_fits(span, operand.errors, format!("`-` does not take {some}"), "it takes a Number");
        }
        let fails = errors(&[(!some.within(Kinds::NUMBER), TypeMismatch), (some.meets(Kinds::INTEGER), Overflow)]);
        let kinds = operand.ty.kinds.and(Kinds::NUMBER.or(Kinds::NULL));
        self.node(Node::Negate(operand.node), span, Ty::of(kinds), operand.errors.or(fails), operand.work)
    }

    pub(super) fn chain(&mut self, chain: &Chain, span: Span) -> Typed<'c> {
        match chain.level {
            Level::Or => self.logic(chain, span, true),
            Level::And => self.logic(chain, span, false),
            Level::Sum | Level::Product => self.arithmetic(chain),
        }
    }

    // ---- AND, OR

    /// `AND` and `OR`: each operand runs only if those before it do not decide, and knows what that means.
    fn logic(&mut self, chain: &Chain, span: Span, decisive: bool) -> Typed<'c> {
        let first = self.expr(&chain.first);
        let mut operands = vec![first];
        let mut known = Vec::new();
        for link in &chain.rest {
            if let Some(before) = operands.last() {
                self.lint_text_condition_before(before, decisive);
                known.extend_from_slice(if decisive { &before.when_false } else { &before.when_true });
            }
            operands.push(self.under(&known, |lowerer| lowerer.expr(&link.operand)));
        }
        self.lint_constant_operands(&operands, decisive);
        let references: Vec<&Typed<'c>> = operands.iter().collect();
        let folded = self.fold(span, &references, |values, _| {
            let decided = values.iter().find(|value| value.is_truthy() == decisive).or(values.last());
            Ok(decided.map(|value| (*value).clone()).unwrap_or_default())
        });
        // An operand that is not evaluated must not be charged: only free constants fold.
        if let Some(folded) = folded.filter(|folded| folded.work == Work::NONE) {
            return folded;
        }
        let mut ty: Option<Ty<'c>> = None;
        let (mut fails, mut work) = (ErrorKinds::NONE, Work::NONE);
        let mut when_last = Vec::new();
        let last = operands.len() - 1;
        for (at, operand) in operands.iter().enumerate() {
            // An operand before the last is the result only if it decides: no truthy value is NULL.
            let part = if decisive && at < last { operand.ty.clone().present() } else { operand.ty.clone() };
            ty = Some(ty.map_or(part.clone(), |ty| ty.join(part)));
            fails = fails.or(operand.errors);
            work = work.and(operand.work);
            when_last.extend_from_slice(if decisive { &operand.when_false } else { &operand.when_true });
        }
        let nodes: Vec<NodeId> = operands.iter().map(|operand| operand.node).collect();
        let run = self.program.add_children(&nodes);
        let node = if decisive { Node::Or(run) } else { Node::And(run) };
        let mut typed = self.node(node, span, ty.unwrap_or(Ty::ANY), fails, work);
        if decisive {
            typed.when_false = when_last;
        } else {
            typed.when_true = when_last;
        }
        typed
    }

    // ---- + - * /

    fn arithmetic(&mut self, chain: &Chain) -> Typed<'c> {
        let first = self.value(&chain.first);
        let mut spine = Spine::new(first);
        for link in &chain.rest {
            let ChainOp::Arith(op) = link.op else { continue };
            let right = self.value(&link.operand);
            let folded = spine.whole().cloned().and_then(|left| {
                self.fold(link.span, &[&left, &right], |values, budget| {
                    let [left, right] = values else { return Ok(Value::Null) };
                    arith::apply(op, left, right, budget)
                })
            });
            spine = match folded {
                Some(folded) => Spine::new(folded),
                None => self.arith(spine, op, &right, link.span),
            };
        }
        self.finish(spine)
    }

    fn arith(&mut self, mut spine: Spine<'c>, op: ArithOp, right: &Typed<'c>, span: Span) -> Spine<'c> {
        let (left_some, right_some) = (spine.end.ty.some(), right.ty.some());
        let joins = op == ArithOp::Add;
        let both = |kinds: Kinds| left_some.meets(kinds) && right_some.meets(kinds);
        let may_fit = both(Kinds::NUMBER) || (joins && both(Kinds::TEXT));
        let null = spine.end.ty.is_null() || right.ty.is_null();
        let constant = spine.whole().is_some_and(|left| self.constant_of(left).is_some()) && self.constant_of(right).is_some();
        let wants = if joins { "two Numbers, or two Texts" } else { "two Numbers" };
        if !null && !may_fit && !constant {
            let help = if joins && (left_some.meets(Kinds::TEXT) || right_some.meets(Kinds::TEXT)) {
                "`+` takes two Numbers, or two Texts; `$TEXT(x)` makes a Text of a Number".to_owned()
            } else {
                format!("`{}` takes {wants}", op.symbol())
            };
            let message = misfit(op.symbol(), left_some, right_some);
            self.never_fits(span, spine.end.errors.or(right.errors), message, &help);
        } else if !null && !constant {
            // One side alone may be of a kind that never fits.
            let fitting = if joins { Kinds::NUMBER.or(Kinds::TEXT) } else { Kinds::NUMBER };
            for side in [left_some, right_some] {
                if !side.is_empty() && !side.meets(fitting) {
                    self.never_fits(span, spine.end.errors.or(right.errors), format!("`{}` does not take {side}", op.symbol()), &format!("it takes {wants}"));
                }
            }
        }
        let numbers = left_some.within(Kinds::NUMBER) && right_some.within(Kinds::NUMBER);
        let texts = joins && left_some.within(Kinds::TEXT) && right_some.within(Kinds::TEXT);
        let floats = op == ArithOp::Divide || left_some.meets(Kinds::FLOAT) || right_some.meets(Kinds::FLOAT);
        let divides_by_constant = self.constant_of(right).is_some_and(|constant| constant.value.is_truthy());
        let may_join = joins && both(Kinds::TEXT);
        let fails = errors(&[
            (!numbers && !texts, TypeMismatch),
            (op != ArithOp::Divide && both(Kinds::INTEGER), Overflow),
            (op == ArithOp::Divide && !divides_by_constant, DivisionByZero),
            (both(Kinds::NUMBER) && floats, NotFinite),
            (may_join, BudgetExceeded),
        ]);
        let mut kinds = Kinds::NONE;
        if both(Kinds::NUMBER) {
            kinds = kinds.or(match op {
                ArithOp::Divide => Kinds::FLOAT,
                ArithOp::Add | ArithOp::Subtract | ArithOp::Multiply => {
                    let integer = if both(Kinds::INTEGER) { Kinds::INTEGER } else { Kinds::NONE };
                    if floats { integer.or(Kinds::FLOAT) } else { integer }
                }
            });
        }
        if may_join {
            kinds = kinds.or(Kinds::TEXT);
        }
        if spine.end.ty.is_nullable() || right.ty.is_nullable() {
            kinds = kinds.or(Kinds::NULL);
        }
        let joined = if may_join { bound::longest_text(self.world.limits).saturating_mul(2) } else { 0 };
        spine.push(LinkOp::Arith(op, right.node), span, Ty::of(kinds), right.errors.or(fails), right.work.and(Work::bytes(joined)));
        spine
    }

    // ---- IF

    pub(super) fn conditional(&mut self, conditional: &If, span: Span) -> Typed<'c> {
        let mut nodes = Vec::with_capacity(conditional.branches.len() * 2);
        let mut known = Vec::new();
        let mut ty: Option<Ty<'c>> = None;
        let (mut fails, mut work) = (ErrorKinds::NONE, Work::NONE);
        for (at, (condition, then)) in conditional.branches.iter().enumerate() {
            // The first condition always runs.
            let condition = if at == 0 { self.condition(condition) } else { self.under(&known, |lowerer| lowerer.condition(condition)) };
            self.lint_text_condition(&condition);
            if let Some(constant) = self.constant_of(&condition) {
                let truth = if constant.value.is_truthy() { "true" } else { "false" };
                self.report(Code::ConstantCondition, condition.span, format!("this condition is always {truth}"), "one of the branches never runs");
            }
            let holds: Vec<_> = known.iter().chain(&condition.when_true).copied().collect();
            let then = self.under(&holds, |lowerer| lowerer.expr(then));
            known.extend_from_slice(&condition.when_false);
            nodes.extend([condition.node, then.node]);
            fails = fails.or(condition.errors).or(then.errors);
            work = work.and(condition.work).and(then.work);
            ty = Some(ty.map_or(then.ty.clone(), |ty| ty.join(then.ty)));
        }
        let otherwise = self.under(&known, |lowerer| lowerer.expr(&conditional.otherwise));
        let ty = ty.map_or(otherwise.ty.clone(), |ty| ty.join(otherwise.ty));
        let run = self.program.add_children(&nodes);
        self.node(Node::If(run, otherwise.node), span, ty, fails.or(otherwise.errors), work.and(otherwise.work))
    }

    // ---- [a, b], {k: v}

    pub(super) fn list(&mut self, items: &[Expr], span: Span) -> Typed<'c> {
        // Most lists that are written out are lists of scalars: one constant, and none for each element.
        if let Some(values) = items.iter().map(scalar).collect::<Option<Vec<Value>>>() {
            return self.literal(Value::from(values), span);
        }
        let items_are_literals = items.iter().all(is_literal);
        let typed: Vec<Typed<'c>> = items.iter().map(|item| self.value(item)).collect();
        if items_are_literals {
            // What is written out in the rule is not built when it runs.
            let values: Vec<Value> = typed.iter().filter_map(|item| self.constant_of(item)).map(|constant| constant.value.clone()).collect();
            return self.literal(Value::from(values), span);
        }
        let references: Vec<&Typed<'c>> = typed.iter().collect();
        let folded = self.fold(span, &references, |values, budget| {
            budget.entries(values.len())?;
            budget.list(values.iter().map(|value| (*value).clone()).collect())
        });
        if let Some(folded) = folded {
            return folded;
        }
        let element = typed.iter().map(|item| item.ty.clone()).reduce(Ty::join).unwrap_or(Ty::ANY);
        let nodes: Vec<NodeId> = typed.iter().map(|item| item.node).collect();
        let run = self.program.add_children(&nodes);
        let (fails, work) = sum(&typed, items.len());
        self.node(Node::List(run), span, Ty::list(element), fails.or(errors(&[(true, BudgetExceeded)])), work)
    }

    pub(super) fn map(&mut self, entries: &[(Expr, Expr)], span: Span) -> Typed<'c> {
        self.lint_map_keys(entries);
        let literal = entries.iter().all(|(key, value)| is_literal(key) && is_literal(value));
        let typed: Vec<Typed<'c>> = entries.iter().flat_map(|(key, value)| [key, value]).map(|part| self.value(part)).collect();
        let mut keys_fit = true;
        for key in typed.iter().step_by(2) {
            let kinds = key.ty.kinds;
            keys_fit &= kinds.within(Kinds::TEXT);
            if !kinds.meets(Kinds::TEXT) {
                self.never_fits(key.span, key.errors, format!("a map key must be Text, found {kinds}"), "`$TEXT(x)` makes a Text of a value");
            }
        }
        let text = |value: &Value| match value {
            Value::Text(text) => Ok(text.clone()),
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => Err(TypeMismatch),
        };
        if literal && keys_fit {
            let values: Vec<Value> = typed.iter().filter_map(|part| self.constant_of(part)).map(|constant| constant.value.clone()).collect();
            let pairs = values.chunks_exact(2).filter_map(|pair| Some((text(pair.first()?).ok()?, pair.get(1)?.clone())));
            let value: Value = pairs.collect();
            return self.literal(value, span);
        }
        if keys_fit {
            let references: Vec<&Typed<'c>> = typed.iter().collect();
            let folded = self.fold(span, &references, |values, budget| {
                budget.entries(values.len() / 2)?;
                let pairs: Result<Vec<_>, _> = values
                    .chunks_exact(2)
                    .map(|pair| Ok((text(pair.first().copied().unwrap_or(&Value::Null))?, pair.get(1).copied().cloned().unwrap_or_default())))
                    .collect();
                budget.map(pairs?)
            });
            if let Some(folded) = folded {
                return folded;
            }
        }
        let nodes: Vec<NodeId> = typed.iter().map(|part| part.node).collect();
        let run = self.program.add_children(&nodes);
        let (fails, work) = sum(&typed, entries.len());
        self.node(Node::Map(run), span, Ty::of(Kinds::MAP), fails.or(errors(&[(!keys_fit, TypeMismatch), (true, BudgetExceeded)])), work)
    }

    fn lint_map_keys(&mut self, entries: &[(Expr, Expr)]) {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for (key, _) in entries {
            if let ExprKind::Name(name) = &key.kind {
                self.lint_bare_key(name, key.span);
            }
            let ExprKind::Text(text) = &key.kind else { continue };
            if let Some(first) = seen.insert(text, key.span) {
                let message = format!("the key `{}` stands twice in this map", crate::diagnostic::shorten(text, 40));
                self.diagnostics
                    .push(Diagnostic::new(Code::DuplicateKey, key.span, message).with_label(first, "first here").with_help("only the last value would count"));
            }
        }
    }
}

/// Names the kinds that do not fit: one side alone where nothing is known of the other.
pub(super) fn misfit(symbol: &str, left: Kinds, right: Kinds) -> String {
    match (left == Kinds::SOME, right == Kinds::SOME) {
        (false, true) => format!("`{symbol}` does not take {left}"),
        (true, false) => format!("`{symbol}` does not take {right}"),
        (false, false) | (true, true) => format!("`{symbol}` between {left} and {right}"),
    }
}

fn sum(parts: &[Typed<'_>], entries: usize) -> (ErrorKinds, Work) {
    let built = Work::bytes((entries as u64).saturating_mul(u64::from(crate::value::ENTRY_BYTES)));
    parts.iter().fold((ErrorKinds::NONE, built), |(fails, work), part| (fails.or(part.errors), work.and(part.work)))
}

/// The value of a literal that has no parts.
fn scalar(expr: &Expr) -> Option<Value> {
    match &expr.kind {
        ExprKind::Null => Some(Value::Null),
        ExprKind::Bool(value) => Some(Value::Bool(*value)),
        ExprKind::Integer(value) => Some(Value::Integer(*value)),
        ExprKind::Float(value) => Some(Value::Float(*value)),
        ExprKind::Text(value) => Some(Value::Text(value.clone())),
        ExprKind::List(_)
        | ExprKind::Map(_)
        | ExprKind::Name(_)
        | ExprKind::Not(_)
        | ExprKind::Negate(_)
        | ExprKind::Compare(_)
        | ExprKind::Chain(_)
        | ExprKind::If(_)
        | ExprKind::Postfix(_)
        | ExprKind::Call(_)
        | ExprKind::Lambda(_) => None,
    }
}

/// Whether an expression is written out: a literal, or a list or map of literals.
fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Integer(_) | ExprKind::Float(_) | ExprKind::Text(_) => true,
        ExprKind::List(items) => items.iter().all(is_literal),
        ExprKind::Map(entries) => entries.iter().all(|(key, value)| matches!(key.kind, ExprKind::Text(_)) && is_literal(value)),
        ExprKind::Name(_)
        | ExprKind::Not(_)
        | ExprKind::Negate(_)
        | ExprKind::Compare(_)
        | ExprKind::Chain(_)
        | ExprKind::If(_)
        | ExprKind::Postfix(_)
        | ExprKind::Call(_)
        | ExprKind::Lambda(_) => false,
    }
}
