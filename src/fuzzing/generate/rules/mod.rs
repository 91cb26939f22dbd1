//! Rules as trees: mostly of kinds that fit, from the rows of the function table, the tables of operators, and the paths of a schema.

mod build;
mod calls;
mod leaves;
mod operators;

use std::sync::Arc;

use super::Dice;
use super::schemas::World;
use crate::schema::Attribute;
use crate::syntax::ast::Expr;
use crate::value::{Kind, Kinds};

/// A rule over the attributes of a schema. One part in so many is of any kind at all; 0 means none is.
pub fn rule(dice: &mut Dice<'_>, world: &World, wild: usize) -> Expr {
    let depth = 2 + dice.roll(5);
    let mut writer = Writer { dice, world, wild, scopes: Vec::new(), fuel: 60 };
    let want = if writer.dice.roll(3) > 0 { Kinds::BOOL } else { Kinds::ANY };
    writer.expr(want, depth)
}

/// What is known of a name: the kinds of its value, and its declaration.
#[derive(Clone)]
struct Known<'s> {
    kinds: Kinds,
    declared: Option<&'s Attribute>,
}

impl<'s> Known<'s> {
    fn of(attribute: &'s Attribute) -> Known<'s> {
        Known { kinds: attribute.ty.kinds(), declared: Some(attribute) }
    }
}

struct Writer<'w, 'd, 's> {
    dice: &'w mut Dice<'d>,
    world: &'s World,
    wild: usize,
    scopes: Vec<(Arc<str>, Known<'s>)>,
    fuel: usize,
}

impl<'s> Writer<'_, '_, 's> {
    /// An expression whose value is of one of these kinds, or `NULL`.
    fn expr(&mut self, want: Kinds, depth: usize) -> Expr {
        let want = if self.wild > 0 && self.dice.one_in(self.wild) { Kinds::ANY } else { want };
        if depth == 0 || self.fuel == 0 {
            return self.leaf(want);
        }
        self.fuel -= 1;
        let mut expr = match self.dice.roll(10) {
            0..=2 => self.leaf(want),
            3..=5 => self.operator(want, depth - 1),
            6 => self.either(want, depth - 1),
            _ => self.call(want, depth - 1),
        };
        expr.parenthesised = self.dice.one_in(16);
        expr
    }

    /// One of the kinds, as a set.
    fn one_of(&mut self, kinds: Kinds) -> Kinds {
        let kinds: Vec<Kind> = kinds.and(Kinds::SOME).iter().collect();
        self.dice.pick(&kinds).map_or(Kinds::TEXT, |kind| Kinds::from(*kind))
    }
}
