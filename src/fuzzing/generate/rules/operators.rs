//! Operators, conditionals, lists and maps.

use super::Writer;
use super::build::{bare, boxed, call, chain, compare, postfix};
use crate::builtins::{self, Gives};
use crate::syntax::ast::{ChainOp, Expr, ExprKind, If, Level, PostfixKind};
use crate::value::Kinds;
use crate::value::arith::ArithOp;
use crate::value::compare::CompareOp;

impl Writer<'_, '_, '_> {
    pub(super) fn operator(&mut self, want: Kinds, depth: usize) -> Expr {
        let kind = self.one_of(want);
        match kind {
            Kinds::BOOL => self.question(depth),
            Kinds::INTEGER | Kinds::FLOAT => self.arithmetic(kind, depth),
            Kinds::TEXT => match self.dice.roll(3) {
                0 => self.chain_of(&[ArithOp::Add], Kinds::TEXT, depth),
                1 => self.slice(Kinds::TEXT, depth),
                _ => self.element(Kinds::TEXT, depth),
            },
            Kinds::LIST => match self.dice.roll(3) {
                0 => {
                    let count = self.dice.roll(4);
                    let element = self.one_of(Kinds::ANY);
                    bare(ExprKind::List((0..count).map(|_| self.expr(element, depth)).collect()))
                }
                1 => self.slice(Kinds::LIST, depth),
                _ => self.element(Kinds::LIST, depth),
            },
            Kinds::MAP => {
                let count = self.dice.roll(4);
                bare(ExprKind::Map(
                    (0..count)
                        .map(|at| {
                            let key = if self.dice.one_in(6) { self.expr(Kinds::TEXT, depth) } else { self.key(at) };
                            (key, self.expr(Kinds::ANY, depth))
                        })
                        .collect(),
                ))
            }
            _ => self.leaf(want),
        }
    }

    pub(super) fn question(&mut self, depth: usize) -> Expr {
        match self.dice.roll(6) {
            0..=2 => self.compare(depth),
            3 => bare(ExprKind::Not(boxed(self.expr(Kinds::BOOL, depth)))),
            _ => {
                let (level, op) = if self.dice.roll(2) == 0 { (Level::And, ChainOp::And) } else { (Level::Or, ChainOp::Or) };
                let count = 2 + self.dice.roll(3);
                // A guard that narrows what follows.
                let guard = (op == ChainOp::And && self.dice.one_in(3)).then(|| self.guard()).flatten();
                let operands = guard.into_iter().chain((0..count).map(|_| self.expr(Kinds::BOOL, depth)).collect::<Vec<_>>());
                chain(level, operands.map(|operand| (op, operand)).collect())
            }
        }
    }

    /// `x != NULL`, `NOT $IS_NULL(x)`.
    pub(super) fn guard(&mut self) -> Option<Expr> {
        let path = self.path_where(|_| true)?;
        if self.dice.roll(2) == 0 {
            return Some(compare(CompareOp::NotEqual, path, bare(ExprKind::Null)));
        }
        let row = builtins::ALL.iter().find(|row| row.gives == Gives::WhetherMissing)?;
        let method = self.dice.roll(2) == 0;
        Some(bare(ExprKind::Not(boxed(call(row, vec![path], method)))))
    }

    pub(super) fn compare(&mut self, depth: usize) -> Expr {
        let op = self.dice.pick(&CompareOp::ALL).copied().unwrap_or(CompareOp::Equal);
        let (left, right) = match op {
            CompareOp::Equal | CompareOp::NotEqual => {
                let kind = self.one_of(Kinds::ANY);
                (kind, kind)
            }
            CompareOp::Less | CompareOp::LessOrEqual | CompareOp::Greater | CompareOp::GreaterOrEqual => {
                let kinds = if self.dice.roll(3) == 0 { Kinds::TEXT } else { Kinds::NUMBER };
                (kinds, kinds)
            }
            CompareOp::In | CompareOp::NotIn => match self.dice.roll(5) {
                0 => (Kinds::TEXT, Kinds::TEXT),
                1 => (Kinds::TEXT, Kinds::MAP),
                _ => (self.one_of(Kinds::ANY), Kinds::LIST),
            },
        };
        let (left, right) = (self.expr(left, depth), self.expr(right, depth));
        compare(op, left, right)
    }

    pub(super) fn arithmetic(&mut self, kind: Kinds, depth: usize) -> Expr {
        match self.dice.roll(6) {
            0 => bare(ExprKind::Negate(boxed(self.expr(kind, depth)))),
            1 => self.element(kind, depth),
            _ => {
                let op = self.dice.pick(&ArithOp::ALL).copied().unwrap_or(ArithOp::Add);
                let level = ChainOp::Arith(op).level();
                let ops: Vec<ArithOp> = ArithOp::ALL.into_iter().filter(|op| ChainOp::Arith(*op).level() == level).collect();
                self.chain_of(&ops, Kinds::NUMBER, depth)
            }
        }
    }

    pub(super) fn chain_of(&mut self, ops: &[ArithOp], kinds: Kinds, depth: usize) -> Expr {
        let count = 2 + self.dice.roll(2);
        let mut operands = Vec::with_capacity(count);
        for _ in 0..count {
            let op = ChainOp::Arith(self.dice.pick(ops).copied().unwrap_or(ArithOp::Add));
            operands.push((op, self.expr(kinds, depth)));
        }
        let level = operands.first().map_or(Level::Sum, |(op, _)| op.level());
        chain(level, operands)
    }

    pub(super) fn slice(&mut self, kinds: Kinds, depth: usize) -> Expr {
        let base = self.expr(kinds, depth);
        let from = self.bound();
        let to = self.bound();
        postfix(base, PostfixKind::Slice(from, to))
    }

    pub(super) fn bound(&mut self) -> Option<Expr> {
        match self.dice.roll(5) {
            0 => None,
            1 => Some(self.expr(Kinds::INTEGER, 1)),
            2 => Some(bare(ExprKind::Float(self.dice.float()))),
            _ => Some(bare(ExprKind::Integer(self.dice.integer()))),
        }
    }

    /// `list[0]`, `text[-1]`, `map["k"]`.
    pub(super) fn element(&mut self, want: Kinds, depth: usize) -> Expr {
        if self.dice.one_in(3) {
            let base = self.expr(Kinds::MAP, depth);
            let key = if self.dice.roll(2) == 0 { self.key(0) } else { self.expr(Kinds::TEXT, depth.min(1)) };
            return postfix(base, PostfixKind::Index(key));
        }
        let (base, _) = self.list(want, depth);
        let index = self.bound().unwrap_or_else(|| bare(ExprKind::Integer(0)));
        postfix(base, PostfixKind::Index(index))
    }

    /// `IF`, defaults.
    pub(super) fn either(&mut self, want: Kinds, depth: usize) -> Expr {
        if self.dice.roll(2) == 0 {
            let operands = vec![(ChainOp::Or, self.expr(want, depth)), (ChainOp::Or, self.expr(want, depth))];
            return chain(Level::Or, operands);
        }
        let count = 1 + self.dice.roll(2);
        let branches = (0..count).map(|_| (self.expr(Kinds::BOOL, depth), self.expr(want, depth))).collect();
        let otherwise = boxed(self.expr(want, depth));
        // An `IF` behind the last `ELSE` without parentheses is a branch more.
        if let (ExprKind::If(inner), false) = (&otherwise.kind, otherwise.parenthesised) {
            let mut branches: Vec<(Expr, Expr)> = branches;
            branches.extend(inner.branches.iter().cloned());
            return bare(ExprKind::If(If { branches, otherwise: inner.otherwise.clone() }));
        }
        bare(ExprKind::If(If { branches, otherwise }))
    }
}
