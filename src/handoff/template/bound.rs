//! The most that an expression can render to, whatever the context says: what "cannot fail" needs to know about lengths and refusals.
//!
//! A declared attribute of a closed enumeration is no bound: a value that the schema does not list binds with a warning.

use std::sync::Arc;

use crate::builtins;
use crate::check::{Named, World, slice_length};
use crate::rule::Expression;
use crate::schema::Lookup;
use crate::syntax::ast::{Call, Expr, ExprKind, Level, Postfix, PostfixKind, PostfixOp};
use crate::value::{Kinds, Value};

/// What an expression may render to.
#[derive(Clone, Debug)]
pub(super) struct Possible {
    /// The texts, if all are known; the empty one stands for `NULL`, too.
    pub(super) texts: Option<Vec<Arc<str>>>,
    /// Whether, besides the texts, a Number or a Bool is possible.
    pub(super) numbers: bool,
    /// The most bytes; the largest number where no bound is known.
    pub(super) bytes: u64,
}

/// More alternatives than this are not listed.
const MOST_TEXTS: usize = 64;

/// No Number or Bool is longer; the longest are Floats such as `-0.000001234567890123456`.
const NUMBER_BYTES: u64 = 32;

/// Deeper parts are not looked at.
const DEEPEST: usize = 24;

/// A code point has at most so many bytes.
const CODE_POINT_BYTES: u64 = 4;

impl Possible {
    const ANYTHING: Possible = Possible { texts: None, numbers: true, bytes: u64::MAX };
    const NUMBER: Possible = Possible { texts: Some(Vec::new()), numbers: true, bytes: NUMBER_BYTES };

    fn nothing() -> Possible {
        Possible::text("".into())
    }

    fn text(text: Arc<str>) -> Possible {
        Possible { bytes: text.len() as u64, texts: Some(vec![text]), numbers: false }
    }

    fn any_of(bytes: u64) -> Possible {
        Possible { texts: None, numbers: true, bytes }
    }

    fn or(self, other: Possible) -> Possible {
        let texts = self.texts.zip(other.texts).map(|(mut texts, more)| {
            texts.extend(more);
            texts
        });
        Possible { texts, numbers: self.numbers || other.numbers, bytes: self.bytes.max(other.bytes) }.listed()
    }

    /// The same with each text once, and none where there are too many.
    fn listed(mut self) -> Possible {
        if let Some(texts) = &mut self.texts {
            texts.sort_unstable();
            texts.dedup();
        }
        self.texts = self.texts.filter(|texts| texts.len() <= MOST_TEXTS);
        self
    }
}

/// What an expression may render to.
pub(super) fn possible(expression: &Expression, world: World<'_>) -> Possible {
    let kinds = expression.program().root_facts().kinds;
    let walk = Walk { world, scalar: !kinds.meets(COLLECTIONS) };
    of_kinds(kinds).unwrap_or_else(|| walk.expr(expression.tree(), DEEPEST))
}

/// List and Map: rendered as JSON, of any length.
const COLLECTIONS: Kinds = Kinds::LIST.or(Kinds::MAP);

/// What values of these kinds may render to, if that is bounded.
fn of_kinds(kinds: Kinds) -> Option<Possible> {
    (!kinds.meets(COLLECTIONS.or(Kinds::TEXT))).then(|| Possible::NUMBER.or(Possible::nothing()))
}

#[derive(Clone, Copy)]
struct Walk<'w> {
    world: World<'w>,
    /// The value is known to be no List and no Map.
    scalar: bool,
}

impl Walk<'_> {
    /// `left`: how many more levels are looked at.
    fn expr(self, expr: &Expr, left: usize) -> Possible {
        let Some(left) = left.checked_sub(1) else { return Possible::ANYTHING };
        match &expr.kind {
            ExprKind::Null => Possible::nothing(),
            ExprKind::Bool(_) | ExprKind::Integer(_) | ExprKind::Float(_) | ExprKind::Not(_) | ExprKind::Compare(_) => Possible::NUMBER,
            ExprKind::Negate(_) => Possible::NUMBER.or(Possible::nothing()),
            ExprKind::Text(text) => Possible::text(text.clone()),
            ExprKind::Name(name) => self.path(&[name]),
            ExprKind::Chain(chain) => match chain.level {
                // The value is one of the operands.
                Level::Or | Level::And => {
                    let rest = chain.rest.iter().map(|link| &link.operand);
                    rest.fold(self.expr(&chain.first, left), |known, operand| known.or(self.expr(operand, left)))
                }
                Level::Sum => Possible::ANYTHING,
                Level::Product => Possible::NUMBER.or(Possible::nothing()),
            },
            ExprKind::If(conditional) => {
                let values = conditional.branches.iter().map(|(_, value)| value);
                values.fold(self.expr(&conditional.otherwise, left), |known, value| known.or(self.expr(value, left)))
            }
            ExprKind::Postfix(postfix) => self.postfix(postfix, left),
            ExprKind::Call(call) => match call.args.split_first() {
                Some((first, rest)) => self.call(call, |walk| walk.expr(first, left), rest, left),
                None => result_of(call),
            },
            ExprKind::List(_) | ExprKind::Map(_) | ExprKind::Lambda(_) => Possible::ANYTHING,
        }
    }

    fn postfix(self, postfix: &Postfix, left: usize) -> Possible {
        let Some((last, before)) = postfix.ops.split_last() else { return self.expr(&postfix.base, left) };
        match &last.kind {
            PostfixKind::Member { .. } | PostfixKind::Index(_) => path(postfix, &postfix.ops).map_or(Possible::ANYTHING, |path| self.path(&path)),
            PostfixKind::Slice(from, to) => match constant_length(from.as_ref(), to.as_ref()) {
                Some(length) if self.scalar => Possible::any_of(length.saturating_mul(CODE_POINT_BYTES)),
                Some(_) | None => Possible::ANYTHING,
            },
            PostfixKind::Method(call) => {
                let receiver = |walk: Self| match before {
                    [] => walk.expr(&postfix.base, left),
                    _ => path(postfix, before).map_or(Possible::ANYTHING, |path| walk.path(&path)),
                };
                self.call(call, receiver, &call.args, left)
            }
        }
    }

    /// A call, given what is known of its first argument: the receiver, or what stands first in the parentheses.
    fn call(self, call: &Call, first: impl FnOnce(Self) -> Possible, rest: &[Expr], left: usize) -> Possible {
        if call.name.eq_ignore_ascii_case("TEXT") {
            // The text of a Number is no Number, but reads the same.
            first(Walk { scalar: false, ..self })
        } else if call.name.eq_ignore_ascii_case("COALESCE") && !rest.is_empty() {
            // One argument may be a list of values.
            rest.iter().fold(first(self), |known, arg| known.or(self.expr(arg, left)))
        } else {
            result_of(call)
        }
    }

    /// What the value of a path may render to: of a constant that is all, of an attribute its kind.
    fn path(self, path: &[&str]) -> Possible {
        if let [name] = path
            && let Some(Named::Constant(Value::Text(text))) = self.world.names.get(name)
        {
            return Possible::text(text.clone());
        }
        of_kinds(self.kinds(path)).unwrap_or(Possible::ANYTHING)
    }

    /// The kinds of a path's value.
    fn kinds(self, path: &[&str]) -> Kinds {
        if let Some(named) = path.first().and_then(|name| self.world.names.get(name)) {
            return match named {
                Named::Constant(value) if path.len() == 1 => value.kind().into(),
                Named::Computed { facts, .. } if path.len() == 1 => facts.kinds,
                Named::Constant(_) | Named::Computed { .. } => Kinds::ANY,
            };
        }
        match self.world.schema.map(|schema| schema.lookup(path.iter().copied())) {
            Some(Lookup::Declared { attribute, .. }) => attribute.ty.kinds().or(Kinds::NULL),
            Some(Lookup::Free { .. } | Lookup::Unknown { .. } | Lookup::NoMembers { .. }) | None => Kinds::ANY,
        }
    }
}

/// What a function gives, by its row.
fn result_of(call: &Call) -> Possible {
    builtins::find(&call.name).and_then(|id| of_kinds(id.get().result)).unwrap_or(Possible::ANYTHING)
}

/// The path that a name and operators after it spell.
fn path<'e>(postfix: &'e Postfix, ops: &'e [PostfixOp]) -> Option<Vec<&'e str>> {
    let ExprKind::Name(first) = &postfix.base.kind else { return None };
    let names = ops.iter().map(|op| match &op.kind {
        PostfixKind::Member { name, .. } => Some(name.as_ref()),
        PostfixKind::Index(Expr { kind: ExprKind::Text(name), .. }) => Some(name.as_ref()),
        PostfixKind::Index(_) | PostfixKind::Slice(..) | PostfixKind::Method(_) => None,
    });
    std::iter::once(Some(first.as_ref())).chain(names).collect()
}

/// The most code points that a slice can have, if its bounds are written as Integers.
fn constant_length(from: Option<&Expr>, to: Option<&Expr>) -> Option<u64> {
    let bound = |expr: Option<&Expr>| match expr.map(|expr| &expr.kind) {
        None => Some(None),
        Some(ExprKind::Integer(value)) => Some(Some(*value)),
        Some(_) => None,
    };
    slice_length(bound(from)?, bound(to)?)
}
