//! Precedence: from a flat run of operators and operands to a tree. What an operand is stands in `operand.rs`.
//!
//! Mistakes that leave a tree are collected; only too many nodes stop the work.

use std::iter::Peekable;

use pest::iterators::{Pair, Pairs};

use super::generated::Rule;
use crate::diagnostic::{Code, Diagnostic, Edit, Fix};
use crate::source::Span;
use crate::syntax::ast::{Chain, ChainOp, Compare, Expr, ExprKind, Link};
use crate::value::arith::ArithOp;
use crate::value::compare::CompareOp;

/// How tightly operators bind, loosest first. `=>` is below all, so that a lambda's body takes everything to its right.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Power {
    Arrow,
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Unary,
}

/// What an infix operator of the grammar is.
enum Infix {
    Arrow,
    Chain(ChainOp),
    Compare(CompareOp),
}

impl Infix {
    fn of(token: &Pair<'_, Rule>) -> Option<Infix> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the grammar has many rules that are no infix operator")]
        Some(match token.as_rule() {
            Rule::or => Infix::Chain(ChainOp::Or),
            Rule::and => Infix::Chain(ChainOp::And),
            Rule::eq => Infix::Compare(CompareOp::Equal),
            Rule::ne => Infix::Compare(CompareOp::NotEqual),
            Rule::lt => Infix::Compare(CompareOp::Less),
            Rule::le => Infix::Compare(CompareOp::LessOrEqual),
            Rule::gt => Infix::Compare(CompareOp::Greater),
            Rule::ge => Infix::Compare(CompareOp::GreaterOrEqual),
            Rule::r#in => Infix::Compare(CompareOp::In),
            Rule::not_in => Infix::Compare(CompareOp::NotIn),
            Rule::plus => Infix::Chain(ChainOp::Arith(ArithOp::Add)),
            Rule::dash => Infix::Chain(ChainOp::Arith(ArithOp::Subtract)),
            Rule::times => Infix::Chain(ChainOp::Arith(ArithOp::Multiply)),
            Rule::divide => Infix::Chain(ChainOp::Arith(ArithOp::Divide)),
            Rule::arrow => Infix::Arrow,
            Rule::foreign => Infix::meant_by(token.as_str()),
            _ => return None,
        })
    }

    /// The operator that somebody who writes another language's operator means, as far as precedence goes.
    fn meant_by(foreign: &str) -> Infix {
        match foreign {
            "=" | "===" => Infix::Compare(CompareOp::Equal),
            "!==" | "<>" => Infix::Compare(CompareOp::NotEqual),
            "&&" | "&" => Infix::Chain(ChainOp::And),
            "||" | "|" | "??" => Infix::Chain(ChainOp::Or),
            _ => Infix::Chain(ChainOp::Arith(ArithOp::Multiply)),
        }
    }

    fn power(&self) -> Power {
        match self {
            Infix::Arrow => Power::Arrow,
            Infix::Chain(ChainOp::Or) => Power::Or,
            Infix::Chain(ChainOp::And) => Power::And,
            Infix::Compare(_) => Power::Comparison,
            Infix::Chain(ChainOp::Arith(ArithOp::Add | ArithOp::Subtract)) => Power::Sum,
            Infix::Chain(ChainOp::Arith(ArithOp::Multiply | ArithOp::Divide)) => Power::Product,
        }
    }
}

impl Power {
    fn next(self) -> Power {
        match self {
            Power::Arrow => Power::Or,
            Power::Or => Power::And,
            Power::And => Power::Not,
            Power::Not => Power::Comparison,
            Power::Comparison => Power::Sum,
            Power::Sum => Power::Product,
            Power::Product | Power::Unary => Power::Unary,
        }
    }
}

/// An expression, and where it is with the parentheses around it.
pub(super) struct Item {
    pub(super) expr: Expr,
    pub(super) outer: Span,
}

impl Item {
    pub(super) fn bare(expr: Expr) -> Item {
        Item { outer: expr.span, expr }
    }

    pub(super) fn is_bare(&self) -> bool {
        self.outer == self.expr.span
    }
}

pub(super) type Tokens<'p> = Peekable<Pairs<'p, Rule>>;

/// Only what ends the work is an `Err`; everything else is collected.
pub(super) type Built<T> = Result<T, Box<Diagnostic>>;

/// After so many mistakes the work ends: the author has enough to do.
const MOST_DIAGNOSTICS: usize = 20;

pub(super) struct Builder {
    pub(super) diagnostics: Vec<Diagnostic>,
    nodes: usize,
    most_nodes: usize,
}

impl Builder {
    pub(super) fn new(most_nodes: usize) -> Builder {
        Builder { diagnostics: Vec::new(), nodes: 0, most_nodes }
    }

    pub(super) fn nodes(&self) -> usize {
        self.nodes
    }

    pub(super) fn expression(&mut self, pair: Pair<'_, Rule>) -> Built<Item> {
        let mut tokens = pair.into_inner().peekable();
        self.climb(&mut tokens, Power::Arrow)
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) -> Built<()> {
        if self.diagnostics.len() + 1 >= MOST_DIAGNOSTICS {
            return Err(Box::new(diagnostic));
        }
        self.diagnostics.push(diagnostic);
        Ok(())
    }

    pub(super) fn node(&mut self, kind: ExprKind, span: Span) -> Built<Expr> {
        self.count(span)?;
        Ok(Expr { kind, span, parenthesised: false })
    }

    pub(super) fn count(&mut self, span: Span) -> Built<()> {
        self.nodes += 1;
        if self.nodes > self.most_nodes {
            let message = format!("the rule has more than {} parts", self.most_nodes);
            let diagnostic = Diagnostic::new(Code::TooManyNodes, Span::new(span.start as usize, span.start as usize + 1), message);
            return Err(Box::new(diagnostic.with_help("compare with a list instead of a long chain, or split the rule")));
        }
        Ok(())
    }

    // ---- operators

    pub(super) fn climb(&mut self, tokens: &mut Tokens<'_>, loosest: Power) -> Built<Item> {
        let mut left = self.prefixed(tokens, loosest)?;
        while let Some(infix) = tokens.peek().and_then(Infix::of) {
            if infix.power() < loosest {
                break;
            }
            let Some(op) = tokens.next() else { break };
            if op.as_rule() == Rule::foreign {
                self.foreign(&op)?;
            }
            left = match infix {
                Infix::Chain(chain_op) => self.chain(left, chain_op, &op, tokens)?,
                Infix::Compare(compare_op) => self.compare(left, compare_op, &op, tokens)?,
                Infix::Arrow => {
                    let message = "only names can be the parameters of a lambda";
                    self.report(Diagnostic::new(Code::UnexpectedToken, left.outer, message).with_help("write `x => ...` or `(acc, x) => ...`"))?;
                    self.climb(tokens, Power::Arrow)?
                }
            };
        }
        Ok(left)
    }

    fn chain(&mut self, left: Item, op: ChainOp, op_pair: &Pair<'_, Rule>, tokens: &mut Tokens<'_>) -> Built<Item> {
        let right = self.climb(tokens, Infix::Chain(op).power().next())?;
        let span = left.outer.to(right.outer);
        self.count(span)?;
        let link = Link { op, op_span: span_of(op_pair), operand: right.expr, span };
        let bare = left.is_bare();
        Ok(Item::bare(match left.expr {
            Expr { kind: ExprKind::Chain(mut chain), .. } if bare && chain.level == op.level() => {
                chain.rest.push(link);
                Expr { kind: ExprKind::Chain(chain), span, parenthesised: false }
            }
            first => Expr { kind: ExprKind::Chain(Chain { level: op.level(), first: Box::new(first), rest: vec![link] }), span, parenthesised: false },
        }))
    }

    fn compare(&mut self, left: Item, op: CompareOp, op_pair: &Pair<'_, Rule>, tokens: &mut Tokens<'_>) -> Built<Item> {
        let op_span = span_of(op_pair);
        if left.is_bare()
            && let ExprKind::Compare(first) = &left.expr.kind
        {
            let message = format!("`{}` cannot follow `{}`: comparisons do not chain", op.symbol(), first.op.symbol());
            self.report(
                Diagnostic::new(Code::ChainedComparison, op_span, message)
                    .with_label(first.op_span, "the first comparison")
                    .with_help("put one comparison in parentheses, or join two by `AND`: `a < b AND b < c`"),
            )?;
            // The first comparison stands for all: a tree of them would be as deep as the chain is long.
            self.climb(tokens, Power::Sum)?;
            return Ok(left);
        }
        let right = self.climb(tokens, Power::Sum)?;
        let span = left.outer.to(right.outer);
        self.node(ExprKind::Compare(Box::new(Compare { op, op_span, left: left.expr, right: right.expr })), span).map(Item::bare)
    }

    fn prefixed(&mut self, tokens: &mut Tokens<'_>, loosest: Power) -> Built<Item> {
        let nots = self.prefixes(tokens, |rule| matches!(rule, Rule::not | Rule::bang))?;
        if let Some(first) = nots.first().copied() {
            let operand = self.climb(tokens, Power::Comparison)?;
            let item = self.wrap(operand, &nots, ExprKind::Not)?;
            if loosest > Power::Not {
                self.needs_parentheses(first.to(item.outer), "NOT")?;
            }
            return Ok(item);
        }
        let minuses = self.prefixes(tokens, |rule| rule == Rule::minus)?;
        if tokens.peek().is_some_and(|token| matches!(token.as_rule(), Rule::not | Rule::bang)) {
            let operand = self.prefixed(tokens, Power::Unary)?;
            return self.wrap(operand, &minuses, ExprKind::Negate);
        }
        let operand = self.postfixed(tokens, loosest == Power::Arrow && minuses.is_empty())?;
        self.wrap(operand, &minuses, ExprKind::Negate)
    }

    /// Takes a run of prefix operators, and says where each is.
    fn prefixes(&mut self, tokens: &mut Tokens<'_>, wanted: fn(Rule) -> bool) -> Built<Vec<Span>> {
        let mut spans = Vec::new();
        while let Some(token) = tokens.next_if(|token| wanted(token.as_rule())) {
            if token.as_rule() == Rule::bang {
                let span = span_of(&token);
                self.report(Diagnostic::new(Code::ForeignOperator, span, "`!` is not an operator").with_help("write `NOT`").with_fix(
                    "write `NOT`",
                    span,
                    "NOT ",
                ))?;
            }
            spans.push(span_of(&token));
        }
        Ok(spans)
    }

    fn wrap(&mut self, operand: Item, prefixes: &[Span], kind: fn(Box<Expr>) -> ExprKind) -> Built<Item> {
        let mut item = operand;
        for prefix in prefixes.iter().rev() {
            let span = prefix.to(item.outer);
            item = Item::bare(self.node(kind(Box::new(item.expr)), span)?);
        }
        Ok(item)
    }

    pub(super) fn needs_parentheses(&mut self, span: Span, what: &str) -> Built<()> {
        let at = |offset: u32| Span { start: offset, end: offset };
        let edits = vec![Edit { span: at(span.start), text: "(".to_owned() }, Edit { span: at(span.end), text: ")".to_owned() }];
        let mut diagnostic =
            Diagnostic::new(Code::NeedsParentheses, span, format!("`{what}` binds looser than the operator before it")).with_help("add parentheses");
        diagnostic.fix = Some(Fix { title: "add parentheses".to_owned(), edits });
        self.report(diagnostic)
    }

    fn foreign(&mut self, op: &Pair<'_, Rule>) -> Built<()> {
        let (span, written) = (span_of(op), op.as_str());
        let right = match written {
            "=" | "===" => "==",
            "!==" | "<>" => "!=",
            "&&" | "&" => "AND",
            "||" | "|" => "OR",
            _ => "",
        };
        let diagnostic = Diagnostic::new(Code::ForeignOperator, span, format!("`{written}` is not an operator"));
        self.report(match (right, written) {
            ("", "??") => diagnostic.with_help("write `$COALESCE(a, b)`"),
            ("", "//") => diagnostic.with_help("divide with `/`; a comment begins with `#`"),
            ("", _) => diagnostic.with_help("the arithmetic operators are `+ - * /`"),
            (right, _) => diagnostic.with_help(format!("write `{right}`")).with_fix(format!("write `{right}`"), span, right),
        })
    }
}

pub(super) fn span_of(pair: &Pair<'_, Rule>) -> Span {
    let span = pair.as_span();
    Span::new(span.start(), span.end())
}
