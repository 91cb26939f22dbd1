//! Canonical text: one spelling for each tree, comments kept.
//!
//! Printing is idempotent, and parsing what was printed gives the same tree. No parenthesis is printed that the author did not write or the tree does
//! not need, so that canonical text never nests deeper than its source.

mod layout;

use layout::{Doc, lay_out, text};

use super::ast::{Call, Chain, Comment, Compare, Expr, ExprKind, If, Lambda, Level, Postfix, PostfixKind, Rule};
use super::escape::quoted;
use crate::stack::with_room;

/// Lines are broken where they would get longer, in characters.
const WIDTH: usize = 100;

/// The canonical text of a rule, without a newline at its end.
///
/// ```
/// use triggerfish::{Limits, syntax};
/// let rule = syntax::parse("domain=='IT'   and(user.x)in[1,2,]", &Limits::default()).unwrap().rule;
/// assert_eq!(syntax::print(&rule), r#"domain == "IT" AND user.x IN [1, 2]"#);
/// ```
#[must_use]
pub fn print(rule: &Rule) -> String {
    with_room(rule.nesting, || {
        let mut printer = Printer { comments: rule.comments.iter().peekable() };
        let mut docs = vec![printer.expr(&rule.expr, Place::Whole)];
        docs.extend(printer.comments_before(u32::MAX));
        lay_out(&Doc::Group(docs), WIDTH)
    })
}

/// The canonical text of an expression without comments, on one line.
#[must_use]
pub fn print_expr(expr: &Expr) -> String {
    let mut printer = Printer { comments: [].iter().peekable() };
    lay_out(&Doc::Group(vec![printer.expr(expr, Place::Whole)]), usize::MAX)
}

/// A text as the language quotes it.
///
/// ```
/// assert_eq!(triggerfish::syntax::print_text("it's \"so\""), r#""it's \"so\"""#);
/// ```
#[must_use]
pub fn print_text(text: &str) -> String {
    quoted(text)
}

/// Where an expression stands, loosest first: an expression that is looser than its place needs parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// Nothing binds to it.
    Whole,
    /// Behind an `ELSE`: an `IF` would join the chain.
    Else,
    /// An operand of `OR`.
    Or,
    /// An operand of `AND`.
    And,
    /// Behind `NOT`.
    Not,
    /// An operand of a comparison.
    Comparison,
    /// An operand of `+` or `-`.
    Sum,
    /// An operand of `*` or `/`.
    Product,
    /// Behind `-`.
    Unary,
    /// What a postfix operator is applied to.
    Base,
}

/// The tightest place where an expression stands without parentheses.
fn tightest(kind: &ExprKind) -> Place {
    match kind {
        ExprKind::If(_) => Place::Whole,
        ExprKind::Lambda(_) => Place::Else,
        ExprKind::Chain(chain) => match chain.level {
            Level::Or => Place::Else,
            Level::And => Place::Or,
            Level::Sum => Place::Comparison,
            Level::Product => Place::Sum,
        },
        ExprKind::Not(_) => Place::Not,
        ExprKind::Compare(_) => Place::Not,
        ExprKind::Negate(_) => Place::Unary,
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Integer(_)
        | ExprKind::Float(_)
        | ExprKind::Text(_)
        | ExprKind::Name(_)
        | ExprKind::List(_)
        | ExprKind::Map(_)
        | ExprKind::Postfix(_)
        | ExprKind::Call(_) => Place::Base,
    }
}

struct Printer<'r> {
    comments: std::iter::Peekable<std::slice::Iter<'r, Comment>>,
}

impl Printer<'_> {
    /// The comments that stand before byte `at` of the source and are not printed yet.
    fn comments_before(&mut self, at: u32) -> Vec<Doc> {
        let mut docs = Vec::new();
        while let Some(comment) = self.comments.next_if(|comment| comment.span.start < at) {
            docs.push(if comment.trails { text("  ") } else { Doc::HardLine });
            docs.push(text(comment.text.clone()));
            docs.push(Doc::HardLine);
        }
        docs
    }

    fn expr(&mut self, expr: &Expr, place: Place) -> Doc {
        let groups = matches!(expr.kind, ExprKind::Chain(_) | ExprKind::Not(_)) && place > Place::Else;
        let under_not = matches!(expr.kind, ExprKind::Compare(_)) && place == Place::Not;
        let shows_grouping = expr.parenthesised && (groups || under_not);
        // Comments before the first token stand outside, wherever dropped parentheses were: so they do not break what they stand before.
        let mut docs = self.comments_before(first_token(expr));
        docs.push(if tightest(&expr.kind) >= place && !shows_grouping {
            self.bare(expr)
        } else {
            Doc::Group(vec![text("("), Doc::Nest(vec![Doc::SoftLine, self.bare(expr)]), Doc::SoftLine, text(")")])
        });
        Doc::Sequence(docs)
    }

    fn bare(&mut self, expr: &Expr) -> Doc {
        match &expr.kind {
            ExprKind::Null => self.leaf(expr, "NULL"),
            ExprKind::Bool(true) => self.leaf(expr, "TRUE"),
            ExprKind::Bool(false) => self.leaf(expr, "FALSE"),
            ExprKind::Integer(value) => self.leaf(expr, value.to_string()),
            ExprKind::Float(value) => self.leaf(expr, format!("{value:?}")),
            ExprKind::Text(value) => self.leaf(expr, quoted(value)),
            ExprKind::Name(name) => self.leaf(expr, name.to_string()),
            ExprKind::List(items) => self.enclosed("[", items, "]", expr.span.start, expr.span.end),
            ExprKind::Map(entries) => self.map(entries, expr),
            ExprKind::Not(operand) => self.prefix("NOT ", expr, operand, Place::Not),
            ExprKind::Negate(operand) => {
                let sign = if begins_with_digit(operand) { "- " } else { "-" };
                self.prefix(sign, expr, operand, Place::Unary)
            }
            ExprKind::Compare(compare) => self.compare(compare),
            ExprKind::Chain(chain) => self.chain(chain),
            ExprKind::If(conditional) => self.conditional(conditional, expr.span.start),
            ExprKind::Postfix(postfix) => self.postfix(postfix),
            ExprKind::Call(call) => self.call(call),
            ExprKind::Lambda(lambda) => self.lambda(lambda),
        }
    }

    fn leaf(&mut self, expr: &Expr, spelling: impl Into<String>) -> Doc {
        let mut docs = self.comments_before(expr.span.start);
        docs.push(text(spelling));
        Doc::Sequence(docs)
    }

    fn prefix(&mut self, sign: &str, expr: &Expr, operand: &Expr, place: Place) -> Doc {
        let mut docs = self.comments_before(expr.span.start);
        docs.push(text(sign));
        docs.push(self.expr(operand, place));
        Doc::Sequence(docs)
    }

    fn compare(&mut self, compare: &Compare) -> Doc {
        let mut docs = vec![self.expr(&compare.left, Place::Comparison)];
        docs.extend(self.comments_before(compare.op_span.start));
        docs.push(text(format!(" {} ", compare.op.symbol())));
        docs.push(self.expr(&compare.right, Place::Comparison));
        Doc::Sequence(docs)
    }

    fn chain(&mut self, chain: &Chain) -> Doc {
        let place = match chain.level {
            Level::Or => Place::Or,
            Level::And => Place::And,
            Level::Sum => Place::Sum,
            Level::Product => Place::Product,
        };
        let mut docs = vec![self.expr(&chain.first, place)];
        let mut rest = Vec::new();
        for link in &chain.rest {
            rest.extend(self.comments_before(link.op_span.start));
            rest.push(Doc::Line);
            rest.push(text(format!("{} ", link.op.symbol())));
            rest.push(self.expr(&link.operand, place));
        }
        match chain.level {
            Level::Or | Level::And => docs.extend(rest),
            Level::Sum | Level::Product => docs.push(Doc::Nest(rest)),
        }
        Doc::Group(docs)
    }

    fn conditional(&mut self, conditional: &If, start: u32) -> Doc {
        let mut docs = self.comments_before(start);
        for (at, (condition, then)) in conditional.branches.iter().enumerate() {
            if at > 0 {
                docs.push(Doc::Line);
            }
            docs.push(text(if at == 0 { "IF " } else { "ELSE IF " }));
            docs.push(self.expr(condition, Place::Whole));
            docs.push(Doc::Line);
            docs.push(text("THEN "));
            docs.push(self.expr(then, Place::Whole));
        }
        docs.push(Doc::Line);
        docs.push(text("ELSE "));
        docs.push(self.expr(&conditional.otherwise, Place::Else));
        Doc::Group(docs)
    }

    fn postfix(&mut self, postfix: &Postfix) -> Doc {
        let mut docs = vec![self.expr(&postfix.base, Place::Base)];
        for op in &postfix.ops {
            match &op.kind {
                PostfixKind::Member { name, name_span } => {
                    docs.extend(self.comments_before(name_span.start));
                    docs.push(text(format!(".{name}")));
                }
                PostfixKind::Index(index) => {
                    docs.push(text("["));
                    docs.push(self.expr(index, Place::Whole));
                    docs.extend(self.comments_before(op.span.end));
                    docs.push(text("]"));
                }
                PostfixKind::Slice(from, to) => {
                    docs.push(text("["));
                    docs.extend(from.as_ref().map(|from| self.expr(from, Place::Whole)));
                    docs.push(text(":"));
                    docs.extend(to.as_ref().map(|to| self.expr(to, Place::Whole)));
                    docs.extend(self.comments_before(op.span.end));
                    docs.push(text("]"));
                }
                PostfixKind::Method(call) => {
                    docs.extend(self.comments_before(call.name_span.start));
                    docs.push(text("."));
                    docs.push(self.call(call));
                }
            }
        }
        Doc::Sequence(docs)
    }

    fn call(&mut self, call: &Call) -> Doc {
        let mut docs = self.comments_before(call.name_span.start);
        docs.push(text(format!("${}", call.name.to_ascii_uppercase())));
        docs.push(self.enclosed("(", &call.args, ")", call.args_span.start, call.args_span.end));
        Doc::Sequence(docs)
    }

    fn lambda(&mut self, lambda: &Lambda) -> Doc {
        let start = lambda.params.first().map_or(0, |(_, span)| span.start);
        let mut docs = self.comments_before(start);
        let names: Vec<&str> = lambda.params.iter().map(|(name, _)| name.as_ref()).collect();
        docs.push(text(match names.as_slice() {
            [name] => format!("{name} => "),
            names => format!("({}) => ", names.join(", ")),
        }));
        docs.push(self.expr(&lambda.body, Place::Whole));
        Doc::Sequence(docs)
    }

    /// Expressions in brackets, as many on a line as fit where all are literals.
    fn enclosed(&mut self, open: &str, items: &[Expr], close: &str, start: u32, end: u32) -> Doc {
        let mut docs = self.comments_before(start);
        docs.push(text(open));
        let literals = items.iter().all(|item| matches!(item.kind, ExprKind::Text(_) | ExprKind::Integer(_) | ExprKind::Float(_)));
        let mut inner = vec![Doc::SoftLine];
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                inner.push(text(","));
                inner.extend(self.comments_before(first_token(item)));
                inner.push(if literals { Doc::FillLine } else { Doc::Line });
            }
            // Inside brackets a conditional or lambda is whole; its own breaks are indented.
            inner.push(self.expr(item, Place::Whole));
        }
        inner.extend(self.comments_before(end.saturating_sub(1)));
        docs.push(Doc::Group(vec![Doc::Nest(inner), Doc::SoftLine, text(close)]));
        Doc::Sequence(docs)
    }

    fn map(&mut self, entries: &[(Expr, Expr)], expr: &Expr) -> Doc {
        let mut docs = self.comments_before(expr.span.start);
        docs.push(text("{"));
        let mut inner = vec![Doc::SoftLine];
        for (at, (key, value)) in entries.iter().enumerate() {
            if at > 0 {
                inner.push(text(","));
                inner.extend(self.comments_before(first_token(key)));
                inner.push(Doc::Line);
            }
            inner.push(self.expr(key, Place::Whole));
            inner.push(text(": "));
            inner.push(self.expr(value, Place::Whole));
        }
        inner.extend(self.comments_before(expr.span.end.saturating_sub(1)));
        docs.push(Doc::Group(vec![Doc::Nest(inner), Doc::SoftLine, text("}")]));
        Doc::Sequence(docs)
    }
}

/// Where the first token of an expression stands that is printed whatever becomes of parentheses.
fn first_token(expr: &Expr) -> u32 {
    match &expr.kind {
        ExprKind::Chain(chain) => first_token(&chain.first),
        ExprKind::Compare(compare) => first_token(&compare.left),
        ExprKind::Postfix(postfix) => first_token(&postfix.base),
        ExprKind::Lambda(lambda) => lambda.params.first().map_or(expr.span.start, |(_, span)| span.start),
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Integer(_)
        | ExprKind::Float(_)
        | ExprKind::Text(_)
        | ExprKind::Name(_)
        | ExprKind::List(_)
        | ExprKind::Map(_)
        | ExprKind::Not(_)
        | ExprKind::Negate(_)
        | ExprKind::If(_)
        | ExprKind::Call(_) => expr.span.start,
    }
}

/// Whether canonical text of the expression begins with a digit, which a `-` right before it would take for its own.
fn begins_with_digit(expr: &Expr) -> bool {
    if let ExprKind::Postfix(postfix) = &expr.kind {
        return begins_with_digit(&postfix.base);
    }
    matches!(expr.kind, ExprKind::Integer(value) if value >= 0) || matches!(expr.kind, ExprKind::Float(value) if value.get() >= 0.0)
}
