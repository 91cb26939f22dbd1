//! Any text parses, or is refused with diagnostics that point into it and can be shown.

use super::super::generate::{self, Dice};
use super::super::{Input, Tally, report};
use crate::Engine;
use crate::limits::Limits;
use crate::source::Span;
use crate::syntax;
use crate::syntax::ast::{Call, Expr, ExprKind, PostfixKind};

/// Looks at one input.
pub(in super::super) fn run(bytes: &[u8], tally: &mut Tally) {
    tally.inputs += 1;
    let source = rule(bytes);
    match syntax::parse(&source, &Limits::default()) {
        Ok(parsed) => {
            tally.valid += 1;
            report::look_at(&parsed.warnings, &source);
            walk(&parsed.rule.expr, &mut |span| assert!(source.get(span.range()).is_some(), "{span} does not lie in the source\n{source:?}"));
            for comment in &parsed.rule.comments {
                assert_eq!(comment.span.of(&source), comment.text, "{source:?}");
            }
            match Engine::new().with_schema(crate::schema::Schema::builtin()).compile(&source) {
                Ok(rule) => report::look_at(rule.diagnostics(), &source),
                Err(error) => report::look_at(error.diagnostics(), &source),
            }
        }
        Err(diagnostics) => {
            tally.refused += 1;
            assert!(diagnostics.iter().any(crate::diagnostic::Diagnostic::is_error), "refused without an error\n{source:?}");
            report::look_at(&diagnostics, &source);
        }
    }
}

/// The rule of an input.
pub(in super::super) fn rule(bytes: &[u8]) -> String {
    match Input::of(bytes) {
        Input::Text(..) => String::from_utf8_lossy(bytes).into_owned(),
        Input::Decisions(mut dice) => text(&mut dice),
    }
}

fn text(dice: &mut Dice<'_>) -> String {
    match dice.roll(6) {
        0..=1 => generate::text(dice, generate::builtin()),
        2..=3 => {
            let text = generate::text(dice, generate::builtin());
            generate::mutated(dice, &text)
        }
        4 => generate::soup(dice),
        _ => generate::nested(dice),
    }
}

/// Shows every span of a tree.
fn walk(expr: &Expr, see: &mut dyn FnMut(Span)) {
    see(expr.span);
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Integer(_) | ExprKind::Float(_) | ExprKind::Text(_) | ExprKind::Name(_) => {}
        ExprKind::List(items) => items.iter().for_each(|item| walk(item, see)),
        ExprKind::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).for_each(|part| walk(part, see)),
        ExprKind::Not(operand) | ExprKind::Negate(operand) => walk(operand, see),
        ExprKind::Compare(compare) => {
            see(compare.op_span);
            walk(&compare.left, see);
            walk(&compare.right, see);
        }
        ExprKind::Chain(chain) => {
            walk(&chain.first, see);
            for link in &chain.rest {
                see(link.op_span);
                see(link.span);
                walk(&link.operand, see);
            }
        }
        ExprKind::If(conditional) => {
            for (condition, then) in &conditional.branches {
                walk(condition, see);
                walk(then, see);
            }
            walk(&conditional.otherwise, see);
        }
        ExprKind::Postfix(postfix) => {
            walk(&postfix.base, see);
            for op in &postfix.ops {
                see(op.span);
                match &op.kind {
                    PostfixKind::Member { name_span, .. } => see(*name_span),
                    PostfixKind::Index(index) => walk(index, see),
                    PostfixKind::Slice(from, to) => from.iter().chain(to).for_each(|bound| walk(bound, see)),
                    PostfixKind::Method(call) => walk_call(call, see),
                }
            }
        }
        ExprKind::Call(call) => walk_call(call, see),
        ExprKind::Lambda(lambda) => {
            lambda.params.iter().for_each(|(_, span)| see(*span));
            walk(&lambda.body, see);
        }
    }
}

fn walk_call(call: &Call, see: &mut dyn FnMut(Span)) {
    see(call.name_span);
    see(call.args_span);
    call.args.iter().for_each(|arg| walk(arg, see));
}

/// How many expressions stand inside one another.
pub(super) fn depth(expr: &Expr) -> usize {
    let of_call = |call: &Call| call.args.iter().map(depth).max().unwrap_or(0);
    let below = match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Integer(_) | ExprKind::Float(_) | ExprKind::Text(_) | ExprKind::Name(_) => 0,
        ExprKind::List(items) => items.iter().map(depth).max().unwrap_or(0),
        ExprKind::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).map(depth).max().unwrap_or(0),
        ExprKind::Not(operand) | ExprKind::Negate(operand) => depth(operand),
        ExprKind::Compare(compare) => depth(&compare.left).max(depth(&compare.right)),
        ExprKind::Chain(chain) => chain.rest.iter().map(|link| depth(&link.operand)).max().unwrap_or(0).max(depth(&chain.first)),
        ExprKind::If(conditional) => {
            conditional.branches.iter().flat_map(|(condition, then)| [condition, then]).map(depth).max().unwrap_or(0).max(depth(&conditional.otherwise))
        }
        ExprKind::Postfix(postfix) => postfix
            .ops
            .iter()
            .map(|op| match &op.kind {
                PostfixKind::Member { .. } => 0,
                PostfixKind::Index(index) => depth(index),
                PostfixKind::Slice(from, to) => from.iter().chain(to).map(depth).max().unwrap_or(0),
                PostfixKind::Method(call) => of_call(call),
            })
            .max()
            .unwrap_or(0)
            .max(depth(&postfix.base)),
        ExprKind::Call(call) => of_call(call),
        ExprKind::Lambda(lambda) => depth(&lambda.body),
    };
    below + 1
}
