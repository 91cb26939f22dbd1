//! Calls of the functions of the table, and lists for them to visit.

use std::sync::Arc;

use super::super::pool;
use super::build::{bare, boxed, call};
use super::{Known, Writer};
use crate::builtins::{self, Builtin, Gives, Param, Run, Takes};
use crate::schema::Attribute;
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Lambda};
use crate::value::Kinds;

impl<'s> Writer<'_, '_, 's> {
    pub(super) fn call(&mut self, want: Kinds, depth: usize) -> Expr {
        let kind = self.one_of(want);
        let rows: Vec<&'static Builtin> = builtins::ALL.iter().filter(|row| row.result.meets(kind)).collect();
        let Some(row) = self.dice.pick(&rows).copied() else { return self.leaf(want) };
        let args = self.args(row, kind, depth);
        let method = self.dice.roll(2) == 0;
        call(row, args, method)
    }

    pub(super) fn args(&mut self, row: &'static Builtin, kind: Kinds, depth: usize) -> Vec<Expr> {
        let mut args: Vec<Expr> = Vec::new();
        let mut element = Known { kinds: Kinds::ANY, declared: None };
        for (at, param) in row.params.iter().enumerate() {
            if param.need.is_optional() && self.dice.roll(2) == 0 {
                break;
            }
            let arg = match param.takes {
                Takes::Lambda(params) => self.lambda(row, params, &element, kind, depth),
                Takes::Values(takes) if at == 0 && takes.meets(Kinds::LIST) && row.params.iter().any(|param| matches!(param.takes, Takes::Lambda(_))) => {
                    let is_map = takes.meets(Kinds::MAP) && row.gives == Gives::SomeOfFirst && kind == Kinds::MAP;
                    let (list, known) = if is_map {
                        (self.expr(Kinds::MAP, depth), Known { kinds: Kinds::ANY, declared: None })
                    } else if row.gives == Gives::OneOfFirst {
                        self.list(kind, depth)
                    } else {
                        self.list(Kinds::ANY, depth)
                    };
                    element = known;
                    list
                }
                Takes::Values(takes) => self.argument(row, at, param, takes, kind, depth),
            };
            args.push(arg);
        }
        if row.variadic {
            let more = self.dice.roll(3);
            for _ in 0..more {
                args.push(self.expr(kind, depth));
            }
        }
        // Sometimes too many or too few.
        if self.wild > 0 && self.dice.one_in(40) {
            if self.dice.roll(2) == 0 {
                args.pop();
            } else {
                args.push(self.leaf(Kinds::ANY));
            }
        }
        args
    }

    pub(super) fn argument(&mut self, row: &'static Builtin, at: usize, param: &Param, takes: Kinds, kind: Kinds, depth: usize) -> Expr {
        if matches!(row.run, Run::FirstPresent) {
            return self.expr(kind, depth);
        }
        if takes == Kinds::TEXT && at > 0 && self.dice.roll(3) > 0 {
            return bare(ExprKind::Text(pool::for_param(self.dice, row.name, at, param).into()));
        }
        if takes == Kinds::TEXT && at == 0 && self.dice.one_in(4) {
            return bare(ExprKind::Text(pool::for_param(self.dice, row.name, at, param).into()));
        }
        if takes == Kinds::LIST {
            return self.list(Kinds::ANY, depth).0;
        }
        self.expr(takes, depth)
    }

    pub(super) fn lambda(&mut self, row: &Builtin, params: usize, element: &Known<'s>, kind: Kinds, depth: usize) -> Expr {
        const NAMES: [&str; 5] = ["x", "y", "acc", "item", "user"];
        let start = self.dice.roll(NAMES.len());
        let names: Vec<Arc<str>> = NAMES.iter().cycle().skip(start).take(params).map(|name| Arc::from(*name)).collect();
        let outer = self.scopes.len();
        for (at, name) in names.iter().enumerate() {
            // The element is the last parameter.
            let known = if at + 1 == params { element.clone() } else { Known { kinds: kind, declared: None } };
            self.scopes.push((name.clone(), known));
        }
        let gives = match (row.gives, params) {
            (Gives::Mapped, _) => Kinds::ANY,
            (Gives::Kinds | Gives::SomeOfFirst | Gives::OneOfFirst | Gives::WhetherMissing, 1) => Kinds::BOOL,
            (Gives::Kinds | Gives::SomeOfFirst | Gives::OneOfFirst | Gives::WhetherMissing, _) => kind,
        };
        let body = self.expr(gives, depth);
        self.scopes.truncate(outer);
        bare(ExprKind::Lambda(Lambda { params: names.into_iter().map(|name| (name, Span::default())).collect(), body: boxed(body) }))
    }

    /// A list with elements of these kinds, and what is known of an element.
    pub(super) fn list(&mut self, want: Kinds, depth: usize) -> (Expr, Known<'s>) {
        let world = self.world;
        let element = |path: &[Arc<str>]| world.attribute(path).and_then(Attribute::element);
        if self.dice.roll(3) > 0 {
            let start = self.dice.roll(world.paths.len());
            let fits = |path: &&Vec<Arc<str>>| element(path).is_some_and(|element| element.ty.kinds().within(want));
            if let Some(path) = world.paths.iter().cycle().skip(start).take(world.paths.len()).find(fits)
                && let (Some(element), Some(expr)) = (element(path), self.path_where(|other| other == path))
            {
                return (expr, Known::of(element));
            }
        }
        let kinds = self.one_of(want);
        if depth > 0 && self.dice.one_in(3) {
            return (self.expr(Kinds::LIST, depth - 1), Known { kinds: Kinds::ANY, declared: None });
        }
        let count = self.dice.roll(5);
        let items = (0..count).map(|_| if depth > 0 && self.dice.one_in(4) { self.expr(kinds, depth - 1) } else { self.literal(kinds, 1) }).collect();
        (bare(ExprKind::List(items)), Known { kinds, declared: None })
    }
}
