//! What an expression reads by name, and the functions that it calls.

use std::sync::Arc;

use crate::limits::Limits;
use crate::source::Span;
use crate::syntax::ast::{Call, Expr, ExprKind, Postfix, PostfixKind, PostfixOp};

/// A name that is no parameter of a lambda, with the fixed names behind it: `user.department`, `user["cost center"]`.
#[derive(Clone, Debug)]
pub(super) struct Read {
    /// The names.
    pub(super) path: Vec<Arc<str>>,
    /// Where the path is.
    pub(super) span: Span,
}

impl Read {
    /// The first name: what a definition or a list is found by.
    pub(super) fn name(&self) -> &str {
        self.path.first().map_or("", AsRef::as_ref)
    }
}

/// Something met on the way.
pub(super) enum Met<'e> {
    Read(Read),
    Call(&'e Call),
}

/// Shows everything that an expression reads and calls, in source order.
pub(super) fn walk<'e>(expr: &'e Expr, meet: &mut dyn FnMut(Met<'e>)) {
    visit(expr, &mut Vec::new(), meet);
}

/// All that an expression reads.
pub(super) fn reads(expr: &Expr) -> Vec<Read> {
    let mut found = Vec::new();
    walk(expr, &mut |met| {
        if let Met::Read(read) = met {
            found.push(read);
        }
    });
    found
}

/// The path that an expression is, whole: `user.department`.
pub(super) fn whole_path(expr: &Expr) -> Option<Read> {
    match &expr.kind {
        ExprKind::Name(name) => Some(Read { path: vec![name.clone()], span: expr.span }),
        ExprKind::Postfix(postfix) => front(postfix).filter(|(_, used)| *used == postfix.ops.len()).map(|(read, _)| read),
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Integer(_)
        | ExprKind::Float(_)
        | ExprKind::Text(_)
        | ExprKind::List(_)
        | ExprKind::Map(_)
        | ExprKind::Not(_)
        | ExprKind::Negate(_)
        | ExprKind::Compare(_)
        | ExprKind::Chain(_)
        | ExprKind::If(_)
        | ExprKind::Call(_)
        | ExprKind::Lambda(_) => None,
    }
}

/// The path that a postfix chain begins with, and how many of its operators belong to it.
fn front(postfix: &Postfix) -> Option<(Read, usize)> {
    let ExprKind::Name(name) = &postfix.base.kind else { return None };
    let mut read = Read { path: vec![name.clone()], span: postfix.base.span };
    for (at, op) in postfix.ops.iter().take(Limits::DEEPEST_NESTING).enumerate() {
        let Some(name) = fixed_name(op) else { return Some((read, at)) };
        read.path.push(name.clone());
        read.span = op.span;
    }
    let used = read.path.len() - 1;
    Some((read, used))
}

fn fixed_name(op: &PostfixOp) -> Option<&Arc<str>> {
    match &op.kind {
        PostfixKind::Member { name, .. } | PostfixKind::Index(Expr { kind: ExprKind::Text(name), .. }) => Some(name),
        PostfixKind::Index(_) | PostfixKind::Slice(..) | PostfixKind::Method(_) => None,
    }
}

fn visit<'e>(expr: &'e Expr, params: &mut Vec<Arc<str>>, meet: &mut dyn FnMut(Met<'e>)) {
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Integer(_) | ExprKind::Float(_) | ExprKind::Text(_) => {}
        ExprKind::Name(name) => {
            if !params.contains(name) {
                meet(Met::Read(Read { path: vec![name.clone()], span: expr.span }));
            }
        }
        ExprKind::Postfix(postfix) => {
            let path = front(postfix).filter(|(read, _)| !params.iter().any(|param| **param == *read.name()));
            let used = match path {
                Some((read, used)) => {
                    meet(Met::Read(read));
                    used
                }
                None => {
                    visit(&postfix.base, params, meet);
                    0
                }
            };
            postfix.ops.iter().skip(used).for_each(|op| operands(op, params, meet));
        }
        ExprKind::Call(call) => {
            meet(Met::Call(call));
            call.args.iter().for_each(|arg| visit(arg, params, meet));
        }
        ExprKind::Lambda(lambda) => {
            let around = params.len();
            params.extend(lambda.params.iter().map(|(name, _)| name.clone()));
            visit(&lambda.body, params, meet);
            params.truncate(around);
        }
        ExprKind::List(_) | ExprKind::Map(_) | ExprKind::Not(_) | ExprKind::Negate(_) | ExprKind::Compare(_) | ExprKind::Chain(_) | ExprKind::If(_) => {
            children(expr).into_iter().for_each(|child| visit(child, params, meet));
        }
    }
}

fn operands<'e>(op: &'e PostfixOp, params: &mut Vec<Arc<str>>, meet: &mut dyn FnMut(Met<'e>)) {
    match &op.kind {
        PostfixKind::Member { .. } => {}
        PostfixKind::Index(index) => visit(index, params, meet),
        PostfixKind::Slice(from, to) => from.iter().chain(to).for_each(|bound| visit(bound, params, meet)),
        PostfixKind::Method(call) => {
            meet(Met::Call(call));
            call.args.iter().for_each(|arg| visit(arg, params, meet));
        }
    }
}

/// The expressions that an expression is made of, in source order.
pub(super) fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Integer(_) | ExprKind::Float(_) | ExprKind::Text(_) | ExprKind::Name(_) => Vec::new(),
        ExprKind::List(items) => items.iter().collect(),
        ExprKind::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
        ExprKind::Not(operand) | ExprKind::Negate(operand) => vec![operand],
        ExprKind::Compare(compare) => vec![&compare.left, &compare.right],
        ExprKind::Chain(chain) => std::iter::once(&*chain.first).chain(chain.rest.iter().map(|link| &link.operand)).collect(),
        ExprKind::If(conditional) => {
            conditional.branches.iter().flat_map(|(condition, value)| [condition, value]).chain(std::iter::once(&*conditional.otherwise)).collect()
        }
        ExprKind::Postfix(postfix) => {
            let mut found = vec![&*postfix.base];
            for op in &postfix.ops {
                match &op.kind {
                    PostfixKind::Member { .. } => {}
                    PostfixKind::Index(index) => found.push(index),
                    PostfixKind::Slice(from, to) => found.extend(from.iter().chain(to)),
                    PostfixKind::Method(call) => found.extend(&call.args),
                }
            }
            found
        }
        ExprKind::Call(call) => call.args.iter().collect(),
        ExprKind::Lambda(lambda) => vec![&lambda.body],
    }
}
