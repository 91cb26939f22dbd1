//! Rules as trees: mostly of kinds that fit, from the rows of the function table, the tables of operators, and the paths of a schema.

use std::sync::Arc;

use super::schemas::World;
use super::{Dice, pool};
use crate::builtins::{self, Builtin, Gives, Param, Run, Takes};
use crate::schema::Attribute;
use crate::source::Span;
use crate::syntax::ast::{Call, Chain, ChainOp, Compare, Expr, ExprKind, If, Lambda, Level, Link, Postfix, PostfixKind, PostfixOp};
use crate::value::arith::ArithOp;
use crate::value::compare::CompareOp;
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

fn bare(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default(), parenthesised: false }
}

fn boxed(expr: Expr) -> Box<Expr> {
    Box::new(expr)
}

/// A call, in either style: `$FUNC(a, b)` or `a.$FUNC(b)`.
fn call(row: &Builtin, mut args: Vec<Expr>, method: bool) -> Expr {
    let receiver = (method && !args.is_empty()).then(|| args.remove(0));
    let call = Call { name: row.name.into(), name_span: Span::default(), args, args_span: Span::default() };
    match receiver {
        Some(receiver) => postfix(receiver, PostfixKind::Method(call)),
        None => bare(ExprKind::Call(call)),
    }
}

/// A postfix operator on something; the parser makes one chain of all that follow each other.
fn postfix(base: Expr, kind: PostfixKind) -> Expr {
    let op = PostfixOp { kind, span: Span::default() };
    match base {
        Expr { kind: ExprKind::Postfix(mut chain), .. } => {
            chain.ops.push(op);
            bare(ExprKind::Postfix(chain))
        }
        base => bare(ExprKind::Postfix(Postfix { base: boxed(base), ops: vec![op] })),
    }
}

fn member(base: Expr, name: &Arc<str>, dice: &mut Dice<'_>) -> Expr {
    let plain = name.chars().enumerate().all(|(at, character)| character == '_' || character.is_ascii_alphabetic() || (at > 0 && character.is_ascii_digit()));
    if plain && !name.is_empty() && !dice.one_in(8) {
        return postfix(base, PostfixKind::Member { name: name.clone(), name_span: Span::default() });
    }
    postfix(base, PostfixKind::Index(bare(ExprKind::Text(name.clone()))))
}

/// Operands of one level, flat.
fn chain(level: Level, operands: Vec<(ChainOp, Expr)>) -> Expr {
    let mut operands = operands.into_iter();
    let Some((_, first)) = operands.next() else { return bare(ExprKind::Null) };
    let rest: Vec<Link> = operands.map(|(op, operand)| Link { op, op_span: Span::default(), operand, span: Span::default() }).collect();
    if rest.is_empty() {
        return first;
    }
    // A chain in front of a chain of its own level is the same chain, unless parentheses keep it apart.
    if let Expr { kind: ExprKind::Chain(mut inner), parenthesised: false, .. } = first {
        if inner.level == level {
            inner.rest.extend(rest);
            return bare(ExprKind::Chain(inner));
        }
        return bare(ExprKind::Chain(Chain { level, first: boxed(bare(ExprKind::Chain(inner))), rest }));
    }
    bare(ExprKind::Chain(Chain { level, first: boxed(first), rest }))
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

    // ---- leaves

    fn leaf(&mut self, want: Kinds) -> Expr {
        match self.dice.roll(8) {
            0..=3 => self.path(want).or_else(|| self.parameter(want)).unwrap_or_else(|| bare(ExprKind::Bool(true))),
            4 => self.parameter(want).unwrap_or_else(|| bare(ExprKind::Integer(1))),
            _ => self.literal(want, 2),
        }
    }

    fn path(&mut self, want: Kinds) -> Option<Expr> {
        let world = self.world;
        let fits = |path: &Vec<Arc<str>>| world.attribute(path).is_some_and(|attribute| attribute.ty.kinds().within(want));
        self.path_where(fits)
    }

    /// The first path from a random place on that fits.
    fn path_where(&mut self, fits: impl Fn(&Vec<Arc<str>>) -> bool) -> Option<Expr> {
        let world = self.world;
        let start = self.dice.roll(world.paths.len());
        let path = world.paths.iter().cycle().skip(start).take(world.paths.len()).find(|path| fits(path))?;
        let (first, rest) = path.split_first()?;
        if !is_name(first) {
            return None;
        }
        Some(rest.iter().fold(bare(ExprKind::Name(first.clone())), |base, name| member(base, name, self.dice)))
    }

    fn parameter(&mut self, want: Kinds) -> Option<Expr> {
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

    fn literal(&mut self, want: Kinds, depth: usize) -> Expr {
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

    fn key(&mut self, at: usize) -> Expr {
        const KEYS: [&str; 4] = ["a", "name", "k", "größe"];
        let again = self.wild > 0 && self.dice.one_in(8);
        let key = KEYS.get(if again { 0 } else { at }).copied().unwrap_or("z");
        bare(ExprKind::Text(key.into()))
    }

    fn text(&mut self) -> String {
        pool::text(self.dice)
    }

    // ---- operators

    fn operator(&mut self, want: Kinds, depth: usize) -> Expr {
        let kind = self.one_of(want);
        match kind {
            Kinds::BOOL => self.question(depth),
            Kinds::INTEGER | Kinds::FLOAT => self.arithmetic(kind, depth),
            Kinds::TEXT => match self.dice.roll(3) {
                0 => self.chain_of(&[ArithOp::Add], Kinds::TEXT, depth),
                1 => self.slice(Kinds::TEXT, depth),
                _ => self.element(Kinds::TEXT, depth),
            },
            Kinds::LIST => match self.dice.roll(3) {
                0 => {
                    let count = self.dice.roll(4);
                    let element = self.one_of(Kinds::ANY);
                    bare(ExprKind::List((0..count).map(|_| self.expr(element, depth)).collect()))
                }
                1 => self.slice(Kinds::LIST, depth),
                _ => self.element(Kinds::LIST, depth),
            },
            Kinds::MAP => {
                let count = self.dice.roll(4);
                bare(ExprKind::Map(
                    (0..count)
                        .map(|at| {
                            let key = if self.dice.one_in(6) { self.expr(Kinds::TEXT, depth) } else { self.key(at) };
                            (key, self.expr(Kinds::ANY, depth))
                        })
                        .collect(),
                ))
            }
            _ => self.leaf(want),
        }
    }

    fn question(&mut self, depth: usize) -> Expr {
        match self.dice.roll(6) {
            0..=2 => self.compare(depth),
            3 => bare(ExprKind::Not(boxed(self.expr(Kinds::BOOL, depth)))),
            _ => {
                let (level, op) = if self.dice.roll(2) == 0 { (Level::And, ChainOp::And) } else { (Level::Or, ChainOp::Or) };
                let count = 2 + self.dice.roll(3);
                // A guard that narrows what follows.
                let guard = (op == ChainOp::And && self.dice.one_in(3)).then(|| self.guard()).flatten();
                let operands = guard.into_iter().chain((0..count).map(|_| self.expr(Kinds::BOOL, depth)).collect::<Vec<_>>());
                chain(level, operands.map(|operand| (op, operand)).collect())
            }
        }
    }

    /// `x != NULL`, `NOT $IS_NULL(x)`.
    fn guard(&mut self) -> Option<Expr> {
        let path = self.path_where(|_| true)?;
        if self.dice.roll(2) == 0 {
            return Some(bare(ExprKind::Compare(Box::new(Compare {
                op: CompareOp::NotEqual,
                op_span: Span::default(),
                left: path,
                right: bare(ExprKind::Null),
            }))));
        }
        let row = builtins::ALL.iter().find(|row| row.gives == Gives::WhetherMissing)?;
        let method = self.dice.roll(2) == 0;
        Some(bare(ExprKind::Not(boxed(call(row, vec![path], method)))))
    }

    fn compare(&mut self, depth: usize) -> Expr {
        let op = self.dice.pick(&CompareOp::ALL).copied().unwrap_or(CompareOp::Equal);
        let (left, right) = match op {
            CompareOp::Equal | CompareOp::NotEqual => {
                let kind = self.one_of(Kinds::ANY);
                (kind, kind)
            }
            CompareOp::Less | CompareOp::LessOrEqual | CompareOp::Greater | CompareOp::GreaterOrEqual => {
                let kinds = if self.dice.roll(3) == 0 { Kinds::TEXT } else { Kinds::NUMBER };
                (kinds, kinds)
            }
            CompareOp::In | CompareOp::NotIn => match self.dice.roll(5) {
                0 => (Kinds::TEXT, Kinds::TEXT),
                1 => (Kinds::TEXT, Kinds::MAP),
                _ => (self.one_of(Kinds::ANY), Kinds::LIST),
            },
        };
        let (left, right) = (self.expr(left, depth), self.expr(right, depth));
        bare(ExprKind::Compare(Box::new(Compare { op, op_span: Span::default(), left, right })))
    }

    fn arithmetic(&mut self, kind: Kinds, depth: usize) -> Expr {
        match self.dice.roll(6) {
            0 => bare(ExprKind::Negate(boxed(self.expr(kind, depth)))),
            1 => self.element(kind, depth),
            _ => {
                let op = self.dice.pick(&ArithOp::ALL).copied().unwrap_or(ArithOp::Add);
                let level = ChainOp::Arith(op).level();
                let ops: Vec<ArithOp> = ArithOp::ALL.into_iter().filter(|op| ChainOp::Arith(*op).level() == level).collect();
                self.chain_of(&ops, Kinds::NUMBER, depth)
            }
        }
    }

    fn chain_of(&mut self, ops: &[ArithOp], kinds: Kinds, depth: usize) -> Expr {
        let count = 2 + self.dice.roll(2);
        let mut operands = Vec::with_capacity(count);
        for _ in 0..count {
            let op = ChainOp::Arith(self.dice.pick(ops).copied().unwrap_or(ArithOp::Add));
            operands.push((op, self.expr(kinds, depth)));
        }
        let level = operands.first().map_or(Level::Sum, |(op, _)| op.level());
        chain(level, operands)
    }

    fn slice(&mut self, kinds: Kinds, depth: usize) -> Expr {
        let base = self.expr(kinds, depth);
        let from = self.bound();
        let to = self.bound();
        postfix(base, PostfixKind::Slice(from, to))
    }

    fn bound(&mut self) -> Option<Expr> {
        match self.dice.roll(5) {
            0 => None,
            1 => Some(self.expr(Kinds::INTEGER, 1)),
            2 => Some(bare(ExprKind::Float(self.dice.float()))),
            _ => Some(bare(ExprKind::Integer(self.dice.integer()))),
        }
    }

    /// `list[0]`, `text[-1]`, `map["k"]`.
    fn element(&mut self, want: Kinds, depth: usize) -> Expr {
        if self.dice.one_in(3) {
            let base = self.expr(Kinds::MAP, depth);
            let key = if self.dice.roll(2) == 0 { self.key(0) } else { self.expr(Kinds::TEXT, depth.min(1)) };
            return postfix(base, PostfixKind::Index(key));
        }
        let (base, _) = self.list(want, depth);
        let index = self.bound().unwrap_or_else(|| bare(ExprKind::Integer(0)));
        postfix(base, PostfixKind::Index(index))
    }

    /// `IF`, defaults.
    fn either(&mut self, want: Kinds, depth: usize) -> Expr {
        if self.dice.roll(2) == 0 {
            let operands = vec![(ChainOp::Or, self.expr(want, depth)), (ChainOp::Or, self.expr(want, depth))];
            return chain(Level::Or, operands);
        }
        let count = 1 + self.dice.roll(2);
        let branches = (0..count).map(|_| (self.expr(Kinds::BOOL, depth), self.expr(want, depth))).collect();
        let otherwise = boxed(self.expr(want, depth));
        // An `IF` behind the last `ELSE` without parentheses is a branch more.
        if let (ExprKind::If(inner), false) = (&otherwise.kind, otherwise.parenthesised) {
            let mut branches: Vec<(Expr, Expr)> = branches;
            branches.extend(inner.branches.iter().cloned());
            return bare(ExprKind::If(If { branches, otherwise: inner.otherwise.clone() }));
        }
        bare(ExprKind::If(If { branches, otherwise }))
    }

    // ---- calls

    fn call(&mut self, want: Kinds, depth: usize) -> Expr {
        let kind = self.one_of(want);
        let rows: Vec<&'static Builtin> = builtins::ALL.iter().filter(|row| row.result.meets(kind)).collect();
        let Some(row) = self.dice.pick(&rows).copied() else { return self.leaf(want) };
        let args = self.args(row, kind, depth);
        let method = self.dice.roll(2) == 0;
        call(row, args, method)
    }

    fn args(&mut self, row: &'static Builtin, kind: Kinds, depth: usize) -> Vec<Expr> {
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

    fn argument(&mut self, row: &'static Builtin, at: usize, param: &Param, takes: Kinds, kind: Kinds, depth: usize) -> Expr {
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

    fn lambda(&mut self, row: &Builtin, params: usize, element: &Known<'s>, kind: Kinds, depth: usize) -> Expr {
        const NAMES: [&str; 5] = ["x", "y", "acc", "item", "user"];
        let start = self.dice.roll(NAMES.len());
        let names: Vec<Arc<str>> = NAMES.iter().cycle().skip(start).take(params).map(|name| Arc::from(*name)).collect();
        let outer = self.scopes.len();
        for (at, name) in names.iter().enumerate() {
            // The element is the last parameter.
            let known = if at + 1 == params { element.clone() } else { Known { kinds: kind, declared: None } };
            self.scopes.push((name.clone(), known));
        }
        let body = match row.gives {
            Gives::Mapped => self.expr(Kinds::ANY, depth),
            Gives::Kinds | Gives::SomeOfFirst | Gives::OneOfFirst | Gives::WhetherMissing if params > 1 => self.expr(kind, depth),
            Gives::Kinds | Gives::SomeOfFirst | Gives::OneOfFirst | Gives::WhetherMissing => self.expr(Kinds::BOOL, depth),
        };
        self.scopes.truncate(outer);
        bare(ExprKind::Lambda(Lambda { params: names.into_iter().map(|name| (name, Span::default())).collect(), body: boxed(body) }))
    }

    /// A list with elements of these kinds, and what is known of an element.
    fn list(&mut self, want: Kinds, depth: usize) -> (Expr, Known<'s>) {
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

fn is_name(text: &str) -> bool {
    text.chars().all(|character| character == '_' || character.is_ascii_alphabetic())
}

fn members_of(attribute: &Attribute) -> Vec<(&Arc<str>, &Attribute)> {
    match &attribute.ty {
        crate::schema::Type::Object { members, .. } => members.iter().collect(),
        crate::schema::Type::Map { known, .. } => known.iter().collect(),
        crate::schema::Type::Bool
        | crate::schema::Type::Integer
        | crate::schema::Type::Number
        | crate::schema::Type::Text
        | crate::schema::Type::Enum { .. }
        | crate::schema::Type::List(_)
        | crate::schema::Type::Any => Vec::new(),
    }
}
