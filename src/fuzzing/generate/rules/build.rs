//! Trees from parts, as the parser would make them.

use std::sync::Arc;

use super::super::Dice;
use crate::builtins::Builtin;
use crate::source::Span;
use crate::syntax::ast::{Call, Chain, ChainOp, Compare, Expr, ExprKind, Level, Link, Postfix, PostfixKind, PostfixOp};
use crate::value::compare::CompareOp;

pub(super) fn bare(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default(), parenthesised: false }
}

pub(super) fn boxed(expr: Expr) -> Box<Expr> {
    Box::new(expr)
}

/// A call, in either style: `$FUNC(a, b)` or `a.$FUNC(b)`.
pub(super) fn call(row: &Builtin, mut args: Vec<Expr>, method: bool) -> Expr {
    let receiver = (method && !args.is_empty()).then(|| args.remove(0));
    let call = Call { name: row.name.into(), name_span: Span::default(), args, args_span: Span::default() };
    match receiver {
        Some(receiver) => postfix(receiver, PostfixKind::Method(call)),
        None => bare(ExprKind::Call(call)),
    }
}

/// A postfix operator on something; the parser makes one chain of all that follow each other.
pub(super) fn postfix(base: Expr, kind: PostfixKind) -> Expr {
    let op = PostfixOp { kind, span: Span::default() };
    match base {
        Expr { kind: ExprKind::Postfix(mut chain), .. } => {
            chain.ops.push(op);
            bare(ExprKind::Postfix(chain))
        }
        base => bare(ExprKind::Postfix(Postfix { base: boxed(base), ops: vec![op] })),
    }
}

pub(super) fn member(base: Expr, name: &Arc<str>, dice: &mut Dice<'_>) -> Expr {
    let plain = name.chars().enumerate().all(|(at, character)| character == '_' || character.is_ascii_alphabetic() || (at > 0 && character.is_ascii_digit()));
    if plain && !name.is_empty() && !dice.one_in(8) {
        return postfix(base, PostfixKind::Member { name: name.clone(), name_span: Span::default() });
    }
    postfix(base, PostfixKind::Index(bare(ExprKind::Text(name.clone()))))
}

/// Operands of one level, flat.
pub(super) fn chain(level: Level, operands: Vec<(ChainOp, Expr)>) -> Expr {
    let mut operands = operands.into_iter();
    let Some((_, first)) = operands.next() else { return bare(ExprKind::Null) };
    let rest: Vec<Link> = operands.map(|(op, operand)| Link { op, op_span: Span::default(), operand, span: Span::default() }).collect();
    if rest.is_empty() {
        return first;
    }
    // A chain in front of a chain of its own level is the same chain, unless parentheses keep it apart.
    if let Expr { kind: ExprKind::Chain(mut inner), parenthesised: false, .. } = first {
        if inner.level == level {
            inner.rest.extend(rest);
            return bare(ExprKind::Chain(inner));
        }
        return bare(ExprKind::Chain(Chain { level, first: boxed(bare(ExprKind::Chain(inner))), rest }));
    }
    bare(ExprKind::Chain(Chain { level, first: boxed(first), rest }))
}

/// `left op right`
pub(super) fn compare(op: CompareOp, left: Expr, right: Expr) -> Expr {
    bare(ExprKind::Compare(Box::new(Compare { op, op_span: Span::default(), left, right })))
}
