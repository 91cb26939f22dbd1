//! The syntax tree: what the author wrote, with the place of everything and the comments.
//!
//! Chains are flat: `a AND b AND c`, `1 + 2 - 3`, `a.b[0].$TRIM()` and `ELSE IF` are one node each, so the depth of a tree stays within a small
//! multiple of the nesting limit, and every walk over it fits the stack.

use std::sync::Arc;

use crate::source::Span;
use crate::value::Float;
use crate::value::arith::ArithOp;
use crate::value::compare::CompareOp;

/// A parsed rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What the rule says.
    pub expr: Expr,
    /// The comments, in order.
    pub comments: Vec<Comment>,
    /// How many nodes the tree has.
    pub nodes: usize,
    /// How deep the source nests.
    pub nesting: usize,
}

/// `# text` to the end of the line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Comment {
    /// From the `#` to the end of the line, trailing blanks not counted.
    pub span: Span,
    /// The text with its `#`.
    pub text: String,
    /// Whether something stands before it on its line.
    pub trails: bool,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it is, parentheses around it not counted.
    pub span: Span,
    /// Whether the author put it in parentheses. Says nothing about meaning: canonical text keeps those that show how operators group.
    pub parenthesised: bool,
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `NULL`
    Null,
    /// `TRUE`
    Bool(bool),
    /// `42`
    Integer(i64),
    /// `1.5`
    Float(Float),
    /// `"Sales"`, escapes resolved.
    Text(Arc<str>),
    /// `domain`: an attribute or a lambda's parameter.
    Name(Arc<str>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{k: v}`
    Map(Vec<(Expr, Expr)>),
    /// `NOT x`
    Not(Box<Expr>),
    /// `-x`
    Negate(Box<Expr>),
    /// `a == b`, `a NOT IN b`
    Compare(Box<Compare>),
    /// `a OR b OR c`, `a AND b`, `1 + 2 - 3`, `2 * 3 / 4`
    Chain(Chain),
    /// `IF a THEN b ELSE IF c THEN d ELSE e`
    If(If),
    /// `a.b[0][1:2].$TRIM()`
    Postfix(Postfix),
    /// `$NOW()`, `$CONCAT(a, b)`
    Call(Call),
    /// `x => e`, `(acc, x) => e`; only an argument of a function may be one, which the checker sees to.
    Lambda(Lambda),
}

/// `left op right`
#[derive(Clone, Debug)]
pub struct Compare {
    /// The operator.
    pub op: CompareOp,
    /// Where the operator is.
    pub op_span: Span,
    /// The left operand.
    pub left: Expr,
    /// The right operand.
    pub right: Expr,
}

/// Operands joined by operators of one level, left to right.
#[derive(Clone, Debug)]
pub struct Chain {
    /// Which level.
    pub level: Level,
    /// The first operand.
    pub first: Box<Expr>,
    /// The operators, each with the operand to its right; never empty.
    pub rest: Vec<Link>,
}

/// The levels that make flat chains, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// `OR`
    Or,
    /// `AND`
    And,
    /// `+` and `-`
    Sum,
    /// `*` and `/`
    Product,
}

/// An operator of a chain and the operand to its right.
#[derive(Clone, Debug)]
pub struct Link {
    /// The operator.
    pub op: ChainOp,
    /// Where the operator is.
    pub op_span: Span,
    /// The operand.
    pub operand: Expr,
    /// From the start of the chain to the end of the operand.
    pub span: Span,
}

/// An operator of a chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChainOp {
    /// `a OR b`
    Or,
    /// `a AND b`
    And,
    /// `a + b`, `a - b`, `a * b`, `a / b`
    Arith(ArithOp),
}

impl ChainOp {
    /// The level of the chains that it makes.
    #[must_use]
    pub fn level(self) -> Level {
        match self {
            ChainOp::Or => Level::Or,
            ChainOp::And => Level::And,
            ChainOp::Arith(ArithOp::Add | ArithOp::Subtract) => Level::Sum,
            ChainOp::Arith(ArithOp::Multiply | ArithOp::Divide) => Level::Product,
        }
    }

    /// The canonical spelling.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            ChainOp::Or => "OR",
            ChainOp::And => "AND",
            ChainOp::Arith(op) => op.symbol(),
        }
    }
}

/// `IF c THEN a ELSE b`
#[derive(Clone, Debug)]
pub struct If {
    /// Conditions and what they lead to; never empty.
    pub branches: Vec<(Expr, Expr)>,
    /// What the last `ELSE` gives.
    pub otherwise: Box<Expr>,
}

/// Something, and what is asked of it.
#[derive(Clone, Debug)]
pub struct Postfix {
    /// What the first operator is applied to.
    pub base: Box<Expr>,
    /// The operators, left to right; never empty.
    pub ops: Vec<PostfixOp>,
}

/// One postfix operator.
#[derive(Clone, Debug)]
pub struct PostfixOp {
    /// What it is.
    pub kind: PostfixKind,
    /// From the start of the chain to the end of the operator.
    pub span: Span,
}

/// The kinds of postfix operators.
#[derive(Clone, Debug)]
pub enum PostfixKind {
    /// `.name`
    Member {
        /// The name.
        name: Arc<str>,
        /// Where the name is.
        name_span: Span,
    },
    /// `[index]`
    Index(Expr),
    /// `[from:to]`
    Slice(Option<Expr>, Option<Expr>),
    /// `.$FUNC(args)`: the receiver is not among the arguments.
    Method(Call),
}

/// `$FUNC(args)`
#[derive(Clone, Debug)]
pub struct Call {
    /// The function's name as written, without the `$`.
    pub name: Arc<str>,
    /// Where `$NAME` is.
    pub name_span: Span,
    /// The arguments.
    pub args: Vec<Expr>,
    /// Where the arguments are, parentheses included.
    pub args_span: Span,
}

/// `(acc, x) => body`
#[derive(Clone, Debug)]
pub struct Lambda {
    /// The parameters, and where they are: one or more.
    pub params: Vec<(Arc<str>, Span)>,
    /// The body.
    pub body: Box<Expr>,
}

/// Trees are equal when they say the same; places and comments do not count.
impl PartialEq for Expr {
    fn eq(&self, other: &Expr) -> bool {
        self.kind == other.kind
    }
}

impl PartialEq for ExprKind {
    fn eq(&self, other: &ExprKind) -> bool {
        use ExprKind as K;
        match (self, other) {
            (K::Null, K::Null) => true,
            (K::Bool(a), K::Bool(b)) => a == b,
            (K::Integer(a), K::Integer(b)) => a == b,
            (K::Float(a), K::Float(b)) => a == b,
            (K::Text(a), K::Text(b)) | (K::Name(a), K::Name(b)) => a == b,
            (K::List(a), K::List(b)) => a == b,
            (K::Map(a), K::Map(b)) => a == b,
            (K::Not(a), K::Not(b)) | (K::Negate(a), K::Negate(b)) => a == b,
            (K::Compare(a), K::Compare(b)) => a.op == b.op && a.left == b.left && a.right == b.right,
            (K::Chain(a), K::Chain(b)) => {
                a.first == b.first && a.rest.len() == b.rest.len() && a.rest.iter().zip(&b.rest).all(|(a, b)| a.op == b.op && a.operand == b.operand)
            }
            (K::If(a), K::If(b)) => a.branches == b.branches && a.otherwise == b.otherwise,
            (K::Postfix(a), K::Postfix(b)) => a.base == b.base && a.ops == b.ops,
            (K::Call(a), K::Call(b)) => a == b,
            (K::Lambda(a), K::Lambda(b)) => a.params.iter().map(|(name, _)| name).eq(b.params.iter().map(|(name, _)| name)) && a.body == b.body,
            (
                K::Null
                | K::Bool(_)
                | K::Integer(_)
                | K::Float(_)
                | K::Text(_)
                | K::Name(_)
                | K::List(_)
                | K::Map(_)
                | K::Not(_)
                | K::Negate(_)
                | K::Compare(_)
                | K::Chain(_)
                | K::If(_)
                | K::Postfix(_)
                | K::Call(_)
                | K::Lambda(_),
                _,
            ) => false,
        }
    }
}

impl PartialEq for PostfixOp {
    fn eq(&self, other: &PostfixOp) -> bool {
        use PostfixKind as K;
        match (&self.kind, &other.kind) {
            (K::Member { name: a, .. }, K::Member { name: b, .. }) => a == b,
            (K::Index(a), K::Index(b)) => a == b,
            (K::Slice(a, b), K::Slice(c, d)) => a == c && b == d,
            (K::Method(a), K::Method(b)) => a == b,
            (K::Member { .. } | K::Index(_) | K::Slice(..) | K::Method(_), _) => false,
        }
    }
}

impl PartialEq for Call {
    fn eq(&self, other: &Call) -> bool {
        self.name.eq_ignore_ascii_case(&other.name) && self.args == other.args
    }
}
