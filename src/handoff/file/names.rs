//! The names that an expression uses, parameters of its lambdas left out.

use std::sync::Arc;

use crate::syntax::ast::{Expr, ExprKind, Lambda, PostfixKind};

/// Shows every name that is no parameter, as often as it is used.
pub(in super::super) fn names_in(expr: &Expr, see: &mut impl FnMut(&Arc<str>)) {
    walk(expr, &mut Vec::new(), see);
}

fn walk(expr: &Expr, parameters: &mut Vec<Arc<str>>, see: &mut impl FnMut(&Arc<str>)) {
    let mut each = |expr: &Expr| walk(expr, parameters, see);
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Integer(_) | ExprKind::Float(_) | ExprKind::Text(_) => {}
        ExprKind::Name(name) => {
            if !parameters.contains(name) {
                see(name);
            }
        }
        ExprKind::List(items) => items.iter().for_each(each),
        ExprKind::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).for_each(each),
        ExprKind::Not(operand) | ExprKind::Negate(operand) => each(operand),
        ExprKind::Compare(compare) => {
            each(&compare.left);
            each(&compare.right);
        }
        ExprKind::Chain(chain) => {
            each(&chain.first);
            chain.rest.iter().map(|link| &link.operand).for_each(each);
        }
        ExprKind::If(conditional) => {
            conditional.branches.iter().flat_map(|(condition, value)| [condition, value]).for_each(&mut each);
            each(&conditional.otherwise);
        }
        ExprKind::Postfix(postfix) => {
            each(&postfix.base);
            for op in &postfix.ops {
                match &op.kind {
                    PostfixKind::Member { .. } => {}
                    PostfixKind::Index(index) => each(index),
                    PostfixKind::Slice(from, to) => from.iter().chain(to).for_each(&mut each),
                    PostfixKind::Method(call) => call.args.iter().for_each(&mut each),
                }
            }
        }
        ExprKind::Call(call) => call.args.iter().for_each(each),
        ExprKind::Lambda(Lambda { params, body }) => {
            let before = parameters.len();
            parameters.extend(params.iter().map(|(name, _)| name.clone()));
            walk(body, parameters, see);
            parameters.truncate(before);
        }
    }
}
