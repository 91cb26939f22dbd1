//! Attributes, parameters, literals.

use std::sync::Arc;

use super::super::pool;
use super::Writer;
use super::build::{bare, member};
use crate::schema::{Attribute, Type};
use crate::syntax::ast::{Expr, ExprKind};
use crate::value::{Kind, Kinds};

impl Writer<'_, '_, '_> {
    pub(super) fn leaf(&mut self, want: Kinds) -> Expr {
        match self.dice.roll(8) {
            0..=3 => self.path(want).or_else(|| self.parameter(want)).unwrap_or_else(|| bare(ExprKind::Bool(true))),
            4 => self.parameter(want).unwrap_or_else(|| bare(ExprKind::Integer(1))),
            _ => self.literal(want, 2),
        }
    }

    pub(super) fn path(&mut self, want: Kinds) -> Option<Expr> {
        let world = self.world;
        let fits = |path: &Vec<Arc<str>>| world.attribute(path).is_some_and(|attribute| attribute.ty.kinds().within(want));
        self.path_where(fits)
    }

    /// The first path from a random place on that fits.
    pub(super) fn path_where(&mut self, fits: impl Fn(&Vec<Arc<str>>) -> bool) -> Option<Expr> {
        let world = self.world;
        let start = self.dice.roll(world.paths.len());
        let path = world.paths.iter().cycle().skip(start).take(world.paths.len()).find(|path| fits(path))?;
        let (first, rest) = path.split_first()?;
        if !is_name(first) {
            return None;
        }
        Some(rest.iter().fold(bare(ExprKind::Name(first.clone())), |base, name| member(base, name, self.dice)))
    }

    pub(super) fn parameter(&mut self, want: Kinds) -> Option<Expr> {
        let scopes = self.scopes.clone();
        let start = self.dice.roll(scopes.len());
        for (name, known) in scopes.iter().cycle().skip(start).take(scopes.len()) {
            let base = bare(ExprKind::Name(name.clone()));
            if known.kinds.and(Kinds::SOME).within(want) {
                return Some(base);
            }
            let members = known.declared.map(members_of).unwrap_or_default();
            if let Some((name, _)) = members.iter().find(|(_, member)| member.ty.kinds().within(want)) {
                return Some(member(base, name, self.dice));
            }
        }
        None
    }

    pub(super) fn literal(&mut self, want: Kinds, depth: usize) -> Expr {
        let kind = self.one_of(want).iter().next().unwrap_or(Kind::Text);
        bare(match kind {
            Kind::Null => ExprKind::Null,
            _ if self.dice.one_in(24) => ExprKind::Null,
            Kind::Bool => ExprKind::Bool(self.dice.roll(2) == 0),
            Kind::Integer => ExprKind::Integer(self.dice.integer()),
            Kind::Float => ExprKind::Float(self.dice.float()),
            Kind::Text => ExprKind::Text(self.text().into()),
            Kind::List => {
                let element = if self.dice.one_in(4) { Kinds::ANY } else { self.one_of(Kinds::ANY) };
                let element = if depth == 0 { element.without(Kinds::LIST.or(Kinds::MAP)).or(Kinds::TEXT) } else { element };
                let count = self.dice.roll(5);
                ExprKind::List((0..count).map(|_| self.literal(element, depth.saturating_sub(1))).collect())
            }
            Kind::Map => {
                let count = self.dice.roll(4);
                let value = if depth == 0 { Kinds::TEXT } else { Kinds::ANY };
                ExprKind::Map((0..count).map(|at| (self.key(at), self.literal(value, depth.saturating_sub(1)))).collect())
            }
        })
    }

    pub(super) fn key(&mut self, at: usize) -> Expr {
        const KEYS: [&str; 4] = ["a", "name", "k", "größe"];
        let again = self.wild > 0 && self.dice.one_in(8);
        let key = KEYS.get(if again { 0 } else { at }).copied().unwrap_or("z");
        bare(ExprKind::Text(key.into()))
    }

    pub(super) fn text(&mut self) -> String {
        pool::text(self.dice)
    }
}

fn is_name(text: &str) -> bool {
    text.chars().all(|character| character == '_' || character.is_ascii_alphabetic())
}

fn members_of(attribute: &Attribute) -> Vec<(&Arc<str>, &Attribute)> {
    match &attribute.ty {
        Type::Object { members, .. } => members.iter().collect(),
        Type::Map { known, .. } => known.iter().collect(),
        Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::List(_) | Type::Any => Vec::new(),
    }
}
