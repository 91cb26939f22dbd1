//! Operands: literals, brackets, calls and conditionals, and the postfix operators behind them.

use std::sync::Arc;

use pest::iterators::Pair;

use super::climb::{Builder, Built, Item, Power, Tokens, span_of};
use super::generated::Rule;
use super::literal;
use crate::diagnostic::{Code, Diagnostic, Edit, Fix};
use crate::source::Span;
use crate::syntax::ast::{Call, Expr, ExprKind, If, Lambda, Postfix, PostfixKind, PostfixOp};

impl Builder {
    /// An operand and the postfix operators behind it.
    pub(super) fn postfixed(&mut self, tokens: &mut Tokens<'_>, if_may_stand_here: bool) -> Built<Item> {
        let Some(token) = tokens.next() else {
            return Err(Box::new(Diagnostic::new(Code::UnexpectedToken, Span::default(), "a value was expected")));
        };
        let base = self.operand(token, tokens, if_may_stand_here)?;
        let start = base.outer;
        let mut ops: Vec<PostfixOp> = Vec::new();
        while let Some(op) = tokens.next_if(|token| matches!(token.as_rule(), Rule::member | Rule::method | Rule::index)) {
            let span = start.to(span_of(&op));
            self.count(span)?;
            let kind = self.postfix(op)?;
            ops.push(PostfixOp { kind, span });
        }
        let Some(span) = ops.last().map(|last| last.span) else { return Ok(base) };
        // Parentheses around a chain mean nothing to what follows: `(a.b).c` is `a.b.c`.
        let postfix = if let ExprKind::Postfix(mut inner) = base.expr.kind {
            if let Some(last) = inner.ops.last_mut() {
                last.span = start;
            }
            inner.ops.append(&mut ops);
            inner
        } else {
            Postfix { base: Box::new(base.expr), ops }
        };
        Ok(Item::bare(Expr { kind: ExprKind::Postfix(postfix), span, parenthesised: false }))
    }

    fn operand(&mut self, token: Pair<'_, Rule>, tokens: &mut Tokens<'_>, if_may_stand_here: bool) -> Built<Item> {
        let span = span_of(&token);
        let arrow = tokens.peek().is_some_and(|next| next.as_rule() == Rule::arrow);
        #[expect(clippy::wildcard_enum_match_arm, reason = "the grammar has no other operand than those named")]
        match token.as_rule() {
            Rule::name | Rule::group if arrow && !if_may_stand_here => {
                let message = "a lambda can only be the argument of a function that takes one";
                self.report(Diagnostic::new(Code::MisplacedLambda, span, message).with_help("for example `list.$ANY(x => x > 1)`"))?;
                tokens.next();
                self.climb(tokens, Power::Arrow)
            }
            Rule::name if arrow => self.lambda(vec![(Arc::from(token.as_str()), span)], span, tokens),
            Rule::name => self.node(ExprKind::Name(Arc::from(token.as_str())), span).map(Item::bare),
            Rule::text => {
                let text = literal::text(&token).or_else(|(stand_in, diagnostic)| self.report(*diagnostic).map(|()| stand_in))?;
                self.node(ExprKind::Text(text), span).map(Item::bare)
            }
            Rule::number => {
                let kind = literal::number(&token).or_else(|diagnostic| self.report(*diagnostic).map(|()| ExprKind::Integer(0)))?;
                self.node(kind, span).map(Item::bare)
            }
            Rule::constant => {
                let kind = literal::constant(token);
                self.node(kind, span).map(Item::bare)
            }
            Rule::group => self.group(token, tokens, arrow),
            Rule::list => {
                let items = self.expressions(token)?;
                self.node(ExprKind::List(items), span).map(Item::bare)
            }
            Rule::map => self.map(token),
            Rule::call => {
                let call = self.call(token)?;
                self.node(ExprKind::Call(call), span).map(Item::bare)
            }
            Rule::conditional => {
                if !if_may_stand_here {
                    self.needs_parentheses(span, "IF")?;
                }
                self.conditional(token)
            }
            _ => Err(Box::new(Diagnostic::new(Code::UnexpectedToken, span, "a value was expected"))),
        }
    }

    fn expressions(&mut self, pair: Pair<'_, Rule>) -> Built<Vec<Expr>> {
        pair.into_inner().filter(|inner| inner.as_rule() == Rule::expression).map(|inner| self.expression(inner).map(|item| item.expr)).collect()
    }

    fn group(&mut self, token: Pair<'_, Rule>, tokens: &mut Tokens<'_>, arrow: bool) -> Built<Item> {
        let span = span_of(&token);
        let mut items = token.into_inner().map(|inner| self.expression(inner)).collect::<Built<Vec<Item>>>()?;
        if arrow {
            let params: Option<Vec<(Arc<str>, Span)>> = items
                .iter()
                .map(|item| {
                    let ExprKind::Name(name) = &item.expr.kind else { return None };
                    item.is_bare().then(|| (name.clone(), item.expr.span))
                })
                .collect();
            if let Some(params) = params {
                return self.lambda(params, span, tokens);
            }
        }
        match items.pop() {
            Some(item) if items.is_empty() => Ok(Item { expr: Expr { parenthesised: true, ..item.expr }, outer: span }),
            last => {
                let mut diagnostic = Diagnostic::new(Code::ListInParentheses, span, "a list is written in square brackets")
                    .with_help("`(a, b)` is only the parameters of a lambda");
                let edge = |start: u32, text: &str| Edit { span: Span { start, end: start + 1 }, text: text.to_owned() };
                diagnostic.fix = Some(Fix { title: "use square brackets".to_owned(), edits: vec![edge(span.start, "["), edge(span.end - 1, "]")] });
                self.report(diagnostic)?;
                let items = items.into_iter().chain(last).map(|item| item.expr).collect();
                self.node(ExprKind::List(items), span).map(Item::bare)
            }
        }
    }

    fn lambda(&mut self, params: Vec<(Arc<str>, Span)>, start: Span, tokens: &mut Tokens<'_>) -> Built<Item> {
        tokens.next();
        let body = self.climb(tokens, Power::Arrow)?;
        let span = start.to(body.outer);
        self.node(ExprKind::Lambda(Lambda { params, body: Box::new(body.expr) }), span).map(Item::bare)
    }

    fn map(&mut self, token: Pair<'_, Rule>) -> Built<Item> {
        let span = span_of(&token);
        let mut inner = self.expressions(token)?.into_iter();
        let mut entries = Vec::with_capacity(inner.len() / 2);
        while let (Some(key), Some(value)) = (inner.next(), inner.next()) {
            entries.push((key, value));
        }
        self.node(ExprKind::Map(entries), span).map(Item::bare)
    }

    fn conditional(&mut self, token: Pair<'_, Rule>) -> Built<Item> {
        let span = span_of(&token);
        let mut branches = Vec::new();
        let mut otherwise = None;
        let mut parts = token.into_inner().filter(|part| part.as_rule() != Rule::kw_then);
        while let Some(part) = parts.next() {
            if part.as_rule() == Rule::else_branch {
                otherwise = part.into_inner().next().map(|inner| self.expression(inner)).transpose()?;
            } else if let Some(then) = parts.next() {
                self.count(span)?;
                branches.push((self.expression(part)?.expr, self.expression(then)?.expr));
            }
        }
        let Some(otherwise) = otherwise else {
            let end = Span { start: span.end, end: span.end };
            self.report(
                Diagnostic::new(Code::MissingElse, Span { start: span.start, end: span.start + 2 }, "this `IF` has no `ELSE`")
                    .with_help("say what it gives otherwise: `ELSE NULL` if nothing")
                    .with_fix("add `ELSE NULL`", end, " ELSE NULL"),
            )?;
            return Ok(Item::bare(Expr { kind: ExprKind::Null, span, parenthesised: false }));
        };
        // The tree's span ends with the last `ELSE`'s operand, its parentheses included.
        Ok(Item::bare(Expr { kind: ExprKind::If(If { branches, otherwise: Box::new(otherwise.expr) }), span: span.to(otherwise.outer), parenthesised: false }))
    }

    fn postfix(&mut self, op: Pair<'_, Rule>) -> Built<PostfixKind> {
        let span = span_of(&op);
        let rule = op.as_rule();
        let mut inner = op.into_inner();
        let first = inner.next();
        Ok(match (rule, first) {
            (Rule::member, Some(name)) => PostfixKind::Member { name: Arc::from(name.as_str()), name_span: span_of(&name) },
            (Rule::method, Some(call)) => PostfixKind::Method(self.call(call)?),
            (_, Some(slice)) if slice.as_rule() == Rule::slice => PostfixKind::Slice(None, self.bound(slice)?),
            (_, Some(index)) => {
                let index = self.expression(index)?.expr;
                match inner.next() {
                    Some(slice) => PostfixKind::Slice(Some(index), self.bound(slice)?),
                    None => PostfixKind::Index(index),
                }
            }
            (_, None) => return Err(Box::new(Diagnostic::new(Code::UnexpectedToken, span, "an index was expected"))),
        })
    }

    /// The upper bound of a slice: what stands behind its colon.
    fn bound(&mut self, slice: Pair<'_, Rule>) -> Built<Option<Expr>> {
        slice.into_inner().find(|part| part.as_rule() == Rule::expression).map(|bound| self.expression(bound).map(|item| item.expr)).transpose()
    }

    fn call(&mut self, call: Pair<'_, Rule>) -> Built<Call> {
        let span = span_of(&call);
        let mut inner = call.into_inner();
        match (inner.next(), inner.next()) {
            (Some(function), Some(arguments)) => Ok(Call {
                name: Arc::from(function.as_str().trim_start_matches('$')),
                name_span: span_of(&function),
                args_span: span_of(&arguments),
                args: self.expressions(arguments)?,
            }),
            _ => Err(Box::new(Diagnostic::new(Code::UnexpectedToken, span, "a function call was expected"))),
        }
    }
}
