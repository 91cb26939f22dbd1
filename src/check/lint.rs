//! What runs, but probably does not say what its author means.

use std::sync::Arc;

use super::lower::{Lowerer, Polarity};
use super::typed::Typed;
use crate::builtins::{Gives, find};
use crate::diagnostic::{Code, Diagnostic, Edit, Fix};
use crate::source::Span;
use crate::syntax::ast::{self, Expr, ExprKind, PostfixKind};
use crate::syntax::print_text;
use crate::value::compare::CompareOp;
use crate::value::{Kind, Kinds, Value};

impl<'c> Lowerer<'c> {
    pub(super) fn lint_comparison(&mut self, compare: &ast::Compare, left: &Typed<'c>, right: &Typed<'c>, span: Span) {
        match compare.op {
            CompareOp::Equal | CompareOp::NotEqual => {
                self.lint_equality(compare, left, right, span);
                self.lint_value(left, right, compare.op, span);
                self.lint_value(right, left, compare.op, span);
            }
            CompareOp::In | CompareOp::NotIn => {
                self.lint_membership(compare, left, right, span);
                self.lint_listed(left, right, span);
            }
            CompareOp::Less | CompareOp::LessOrEqual | CompareOp::Greater | CompareOp::GreaterOrEqual => {}
        }
        let (fires, of) = match (self.polarity, compare.op) {
            (Polarity::Positive, CompareOp::NotEqual | CompareOp::NotIn) => (true, compare.op.symbol()),
            (Polarity::Negative, CompareOp::NotEqual | CompareOp::NotIn) | (Polarity::Positive | Polarity::Neither, _) => (false, ""),
            (Polarity::Negative, _) => (true, "NOT"),
        };
        if fires {
            self.lint_missing(of, &[left, right], Some((compare, span)));
        }
    }

    /// `!=` and `NOT` hold for everybody who lacks the attribute.
    pub(super) fn lint_missing(&mut self, operator: &str, operands: &[&Typed<'c>], comparison: Option<(&ast::Compare, Span)>) {
        if operands.iter().any(|operand| self.is_constant(operand, Kind::Null)) {
            return;
        }
        let Some(missing) = operands.iter().find(|operand| operand.attribute.is_some_and(|attribute| attribute.declared) && operand.ty.is_nullable()) else {
            return;
        };
        let name = self.quote(missing.span);
        let span = comparison.map_or(missing.span, |(_, span)| span);
        let why = if operator == "NOT" { "no test holds for NULL, and `NOT` turns that around" } else { "NULL differs from every value" };
        let mut diagnostic = Diagnostic::new(Code::MissingUnderNot, span, format!("this also holds when `{name}` is missing"))
            .with_help(format!("{why}; write `{name} != NULL AND ...`, or `{name} == NULL OR ...` if it is meant"));
        if let Some((compare, span)) = comparison
            && matches!(compare.op, CompareOp::NotEqual | CompareOp::NotIn)
        {
            let edit = |at: u32, text: String| Edit { span: Span { start: at, end: at }, text };
            let edits = vec![edit(span.start, format!("({} != NULL AND ", missing.span.of(self.source))), edit(span.end, ")".to_owned())];
            diagnostic.fix = Some(Fix { title: "leave out contexts without it".to_owned(), edits });
        }
        self.diagnostics.push(diagnostic);
    }

    fn lint_equality(&mut self, compare: &ast::Compare, left: &Typed<'c>, right: &Typed<'c>, span: Span) {
        let (op, not) = (compare.op, compare.op == CompareOp::NotEqual);
        if (is_filter(&compare.left) && self.is_constant(right, Kind::Null)) || (is_filter(&compare.right) && self.is_constant(left, Kind::Null)) {
            let always = if not { "true" } else { "false" };
            let message = format!("`$FILTER` of a list is never NULL, so this is always {always}");
            self.report(Code::FilterIsNeverNull, span, message, "an empty list is not NULL: ask `list.$ANY(x => ...)`, or compare `$LENGTH` with 0");
            return;
        }
        let both_constant = self.constant_of(left).is_some() && self.constant_of(right).is_some();
        let (left_kinds, right_kinds) = (left.ty.kinds, right.ty.kinds);
        let comparable = |kinds: Kinds| if kinds.meets(Kinds::NUMBER) { kinds.or(Kinds::NUMBER) } else { kinds };
        if !both_constant && !left_kinds.is_empty() && !right_kinds.is_empty() && !comparable(left_kinds).meets(right_kinds) {
            let always = if not { ", so this is always true" } else { "" };
            let message = format!("`{}` never equals `{}`{always}", self.quote(left.span), self.quote(right.span));
            self.report(Code::NeverTrue, span, message, &format!("one side is {left_kinds}, the other is {right_kinds}"));
            return;
        }
        let may_be_missing = |side: &Typed<'c>| side.attribute.is_some_and(|attribute| attribute.declared) && side.ty.is_nullable();
        if op == CompareOp::Equal && may_be_missing(left) && may_be_missing(right) && self.polarity != Polarity::Negative {
            let name = self.quote(left.span);
            self.report(
                Code::BothMayBeMissing,
                span,
                "this also holds when both are missing",
                &format!("two missing attributes are equal; test `{name} != NULL AND ...` first"),
            );
        }
    }

    /// A constant compared with an attribute whose values the schema lists.
    fn lint_value(&mut self, attribute: &Typed<'c>, constant: &Typed<'c>, op: CompareOp, span: Span) {
        let Some(Value::Text(text)) = self.constant_of(constant).map(|constant| constant.value.clone()) else { return };
        self.lint_listed_text(attribute, &text, constant.span, op, span);
    }

    fn lint_listed_text(&mut self, attribute: &Typed<'c>, text: &Arc<str>, at: Span, op: CompareOp, span: Span) {
        let Some((values, open)) = attribute.ty.listed() else { return };
        if values.contains(text) {
            return;
        }
        let name = self.quote(attribute.span);
        let written = print_text(text);
        if let Some(listed) = values.iter().find(|listed| crate::builtins::same_text(listed, text)) {
            let right = print_text(listed);
            let message = if open {
                format!("the schema lists {right} for `{name}`, not {written}")
            } else {
                format!("`{name}` is never {written}: the schema writes {right}")
            };
            self.diagnostics.push(Diagnostic::new(Code::LetterCase, at, message).with_help("texts compare case-sensitively").with_fix(
                format!("write {right}"),
                at,
                right,
            ));
        } else if !open {
            let help = match super::suggest::nearest(text, values.iter().map(AsRef::as_ref)) {
                Some(near) => format!("did you mean {}?", print_text(near)),
                None => format!("the schema lists {}", listing(values)),
            };
            let always = if op == CompareOp::NotEqual { ", so this is always true" } else { "" };
            self.report(Code::NeverTrue, span, format!("`{name}` is never {written}{always}"), &help);
        }
    }

    /// The elements of a constant list that is searched for an attribute.
    fn lint_listed(&mut self, attribute: &Typed<'c>, list: &Typed<'c>, span: Span) {
        let (None, Some(Value::List(list))) = (self.constant_of(attribute), self.constant_of(list).map(|constant| constant.value.clone())) else { return };
        for element in list.iter() {
            if let Value::Text(text) = element {
                self.lint_listed_text(attribute, text, span, CompareOp::In, span);
            }
        }
    }

    fn lint_membership(&mut self, compare: &ast::Compare, left: &Typed<'c>, right: &Typed<'c>, span: Span) {
        let symbol = compare.op.symbol();
        let equality = if compare.op == CompareOp::NotIn { "!=" } else { "==" };
        if let ExprKind::List(items) = &compare.right.kind
            && let [only] = items.as_slice()
        {
            let (list, inner) = (right.span, only.span.of(self.source));
            let is_loose = matches!(only.kind, ExprKind::Chain(_) | ExprKind::Compare(_) | ExprKind::Not(_) | ExprKind::If(_));
            let inner = if is_loose { format!("({inner})") } else { inner.to_owned() };
            let mut diagnostic = Diagnostic::new(Code::OneElementList, span, format!("`{symbol}` a list of one element is `{equality}`"))
                .with_help(format!("write `{equality}`"));
            let edits = vec![Edit { span: compare.op_span, text: equality.to_owned() }, Edit { span: list, text: inner }];
            diagnostic.fix = Some(Fix { title: format!("write `{equality}`"), edits });
            self.diagnostics.push(diagnostic);
        } else if let ExprKind::Text(text) = &compare.right.kind
            && left.attribute.is_some()
        {
            let message = format!("this asks whether `{}` is a part of the text {}", self.quote(left.span), print_text(text));
            self.diagnostics.push(
                Diagnostic::new(Code::SubstringOfLiteral, span, message)
                    .with_help(format!("write `{equality}` for equality, or `[...]` for a list; the other way round, the literal stands on the left"))
                    .with_fix(format!("write `{equality}`"), compare.op_span, equality),
            );
        }
    }

    // ---- conditions

    pub(super) fn lint_text_condition(&mut self, condition: &Typed<'c>) {
        if condition.attribute.is_some_and(|attribute| attribute.declared) && condition.ty.some() == Kinds::TEXT {
            let name = self.quote(condition.span);
            self.report(
                Code::TextAsCondition,
                condition.span,
                format!("the text `{name}` is used as a condition"),
                &format!("every text but \"\" is truthy, \"false\" included; write `{name} != NULL`, or compare it with a value"),
            );
        }
    }

    /// An operand of `AND` that others follow is only a condition; one of `OR` is also the result: `a OR "none"` is a default.
    pub(super) fn lint_text_condition_before(&mut self, operand: &Typed<'c>, decisive: bool) {
        if !decisive {
            self.lint_text_condition(operand);
        }
    }

    pub(super) fn lint_constant_operands(&mut self, operands: &[Typed<'c>], decisive: bool) {
        let last = operands.len().saturating_sub(1);
        for (at, operand) in operands.iter().enumerate() {
            let Some(constant) = self.constant_of(operand) else { continue };
            // The last operand is the result: as a default it may well be a constant.
            if at == last && constant.value.kind() != Kind::Bool {
                continue;
            }
            let truth = constant.value.is_truthy();
            let word = if decisive { "OR" } else { "AND" };
            let message = format!("this operand of `{word}` is always {}", if truth { "true" } else { "false" });
            let help = if truth == decisive { format!("it decides the whole `{word}`") } else { "it decides nothing; remove it".to_owned() };
            self.report(Code::ConstantCondition, operand.span, message, &help);
        }
    }

    // ---- maps, rollouts

    pub(super) fn lint_bare_key(&mut self, name: &Arc<str>, span: Span) {
        let is_parameter = self.scopes.iter().flatten().any(|binding| binding.name == *name);
        if !is_parameter && self.world.schema.is_some_and(|schema| schema.attributes.contains_key(name)) {
            let message = format!("the key is the value of the attribute `{name}`, not the word");
            self.diagnostics.push(Diagnostic::new(Code::AttributeAsKey, span, message).with_help("quote the key if the word is meant").with_fix(
                "quote the key",
                span,
                print_text(name),
            ));
        }
    }

    pub(super) fn lint_rollouts(&mut self) {
        let unsalted = std::mem::take(&mut self.unsalted);
        if let [first, rest @ ..] = unsalted.as_slice() {
            for span in rest {
                self.diagnostics.push(
                    Diagnostic::new(Code::RolloutsShareBuckets, *span, "this rollout and another one have no salt, so they reach the same people")
                        .with_label(*first, "the other one")
                        .with_help("give each a salt: `$ROLLOUT(10, user.employee_id, \"chat\")`"),
                );
            }
        }
    }
}

/// Whether an expression is a call of `$FILTER`.
fn is_filter(expr: &Expr) -> bool {
    let name = if let ExprKind::Call(call) = &expr.kind {
        &call.name
    } else if let ExprKind::Postfix(postfix) = &expr.kind
        && let Some(PostfixKind::Method(call)) = postfix.ops.last().map(|op| &op.kind)
    {
        &call.name
    } else {
        return false;
    };
    find(name).is_some_and(|id| id.get().gives == Gives::SomeOfFirst)
}

/// The first few values of an enumeration.
fn listing(values: &[Arc<str>]) -> String {
    let mut shown: Vec<String> = values.iter().take(8).map(|value| print_text(value)).collect();
    if values.len() > shown.len() {
        shown.push("...".to_owned());
    }
    shown.join(", ")
}
