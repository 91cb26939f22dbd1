//! Comparisons: kinds, what their truth says of attributes, and what is probably not meant.

use super::bound::{self, Work};
use super::lower::{Lowerer, errors};
use super::operators::misfit;
use super::typed::{Ty, Typed};
use crate::context::SlotId;
use crate::hir::Node;
use crate::source::Span;
use crate::syntax::ast;
use crate::value::EvalErrorKind::{BudgetExceeded, TypeMismatch};
use crate::value::compare::{self, CompareOp};
use crate::value::{Kind, Kinds, Value};

impl<'c> Lowerer<'c> {
    pub(super) fn compare(&mut self, compare: &ast::Compare, span: Span) -> Typed<'c> {
        let (op, left, right) = (compare.op, self.value(&compare.left), self.value(&compare.right));
        self.lint_comparison(compare, &left, &right, span);
        let folded = self.fold(span, &[&left, &right], |values, budget| {
            let [left, right] = values else { return Ok(Value::Null) };
            compare::apply(op, left, right, true, budget).map(Value::Bool)
        });
        if let Some(folded) = folded {
            return folded;
        }
        let constant = self.constant_of(&left).is_some() && self.constant_of(&right).is_some();
        let (fails, work) = match op {
            CompareOp::Equal | CompareOp::NotEqual => (errors(&[]), self.equality_work(&left, &right)),
            CompareOp::Less | CompareOp::LessOrEqual | CompareOp::Greater | CompareOp::GreaterOrEqual => {
                self.check_order(op, &left, &right, span, constant);
                let fits = |kinds: Kinds| left.ty.some().within(kinds) && right.ty.some().within(kinds);
                (errors(&[(!fits(Kinds::NUMBER) && !fits(Kinds::TEXT), TypeMismatch)]), Work::NONE)
            }
            CompareOp::In | CompareOp::NotIn => {
                self.check_membership(op, &left, &right, span, constant);
                let searched = right.ty.some();
                let fits = searched.within(Kinds::LIST) || (left.ty.some().within(Kinds::TEXT) && searched.within(Kinds::LIST.or(Kinds::TEXT).or(Kinds::MAP)));
                (errors(&[(!fits, TypeMismatch)]), self.membership_work(&left, &right))
            }
        };
        let work = work.and(left.work).and(right.work);
        let fails = fails.or(left.errors).or(right.errors).or(errors(&[(work != Work::NONE, BudgetExceeded)]));
        let mut typed = self.node(Node::Compare(op, left.node, right.node), span, Ty::of(Kinds::BOOL), fails, work);
        (typed.when_true, typed.when_false) = self.implied(op, &left, &right);
        typed
    }

    fn check_order(&mut self, op: CompareOp, left: &Typed<'c>, right: &Typed<'c>, span: Span, constant: bool) {
        let (left_some, right_some) = (left.ty.some(), right.ty.some());
        let both = |kinds: Kinds| left_some.meets(kinds) && right_some.meets(kinds);
        if left_some.is_empty() || right_some.is_empty() || constant || both(Kinds::NUMBER) || both(Kinds::TEXT) {
            return;
        }
        self.never_fits(span, left.errors.or(right.errors), misfit(op.symbol(), left_some, right_some), "order is between two Numbers, or between two Texts");
    }

    fn check_membership(&mut self, op: CompareOp, left: &Typed<'c>, right: &Typed<'c>, span: Span, constant: bool) {
        let (left_some, right_some) = (left.ty.some(), right.ty.some());
        if left.ty.is_null() || right_some.is_empty() || constant || right_some.meets(Kinds::LIST) {
            return;
        }
        let symbol = op.symbol();
        if !right_some.meets(Kinds::TEXT.or(Kinds::MAP)) {
            self.never_fits(
                span,
                left.errors.or(right.errors),
                format!("`{symbol}` cannot search {right_some}"),
                "it searches a List, a Text, or the keys of a Map",
            );
        } else if !left_some.is_empty() && !left_some.meets(Kinds::TEXT) {
            self.never_fits(
                span,
                left.errors.or(right.errors),
                format!("`{symbol}` looks for {left_some} in {right_some}"),
                "in a Text, and among the keys of a Map, only a Text can be found",
            );
        }
    }

    /// Two lists or maps are compared entry by entry.
    fn equality_work(&self, left: &Typed<'c>, right: &Typed<'c>) -> Work {
        let deep = Kinds::LIST.or(Kinds::MAP);
        if !left.ty.kinds.and(right.ty.kinds).meets(deep) {
            return Work::NONE;
        }
        let entries = |typed: &Typed<'c>| self.constant_of(typed).map_or(bound::longest_list(self.world.limits), |constant| u64::from(constant.value.size()));
        Work::steps(entries(left).min(entries(right)))
    }

    fn membership_work(&self, left: &Typed<'c>, right: &Typed<'c>) -> Work {
        let constant = self.constant_of(right);
        let mut work = Work::NONE;
        if right.ty.kinds.meets(Kinds::TEXT) && left.ty.kinds.meets(Kinds::TEXT) {
            let length = constant.map_or(bound::longest_text(self.world.limits), |constant| u64::from(constant.value.size()));
            work = work.and(Work::steps(length / 64));
        }
        if right.ty.kinds.meets(Kinds::LIST) {
            let list = bound::longest_list(self.world.limits);
            if constant.is_none() {
                work = work.and(Work::steps(list));
            }
            if left.ty.kinds.meets(Kinds::LIST.or(Kinds::MAP)) {
                work = work.and(Work::steps(constant.map_or(list, |constant| u64::from(constant.value.size()))));
            }
        }
        work
    }

    /// Which attributes are there if the comparison holds, and if it does not.
    fn implied(&self, op: CompareOp, left: &Typed<'c>, right: &Typed<'c>) -> (Vec<SlotId>, Vec<SlotId>) {
        let slots = |sides: &[&Typed<'c>]| sides.iter().filter_map(|side| side.attribute).map(|attribute| attribute.slot).collect::<Vec<_>>();
        let is_null = |side: &Typed<'c>| self.is_constant(side, Kind::Null);
        let holds = match op {
            CompareOp::Equal | CompareOp::NotEqual if is_null(left) || is_null(right) => {
                let there = slots(&[left, right]);
                return if op == CompareOp::Equal { (Vec::new(), there) } else { (there, Vec::new()) };
            }
            CompareOp::Equal | CompareOp::NotEqual => {
                let mut there = if right.ty.is_nullable() { Vec::new() } else { slots(&[left]) };
                there.extend(if left.ty.is_nullable() { Vec::new() } else { slots(&[right]) });
                there
            }
            CompareOp::Less | CompareOp::LessOrEqual | CompareOp::Greater | CompareOp::GreaterOrEqual => slots(&[left, right]),
            CompareOp::In | CompareOp::NotIn => {
                let finds_null = right.ty.kinds.meets(Kinds::LIST) && right.ty.element(self.strict()).is_nullable();
                if finds_null { slots(&[right]) } else { slots(&[left, right]) }
            }
        };
        match op {
            CompareOp::NotEqual | CompareOp::NotIn => (Vec::new(), holds),
            CompareOp::Equal | CompareOp::Less | CompareOp::LessOrEqual | CompareOp::Greater | CompareOp::GreaterOrEqual | CompareOp::In => (holds, Vec::new()),
        }
    }
}
