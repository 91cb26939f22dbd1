//! Single changes that could make a condition otherwise.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value as Json;

use super::calls::called;
use super::part::literal;
use super::reads::{children, whole_path};
use super::show::shown;
use super::subject::likeness;
use crate::rule::{Expression, dotted};
use crate::syntax::ast::{Chain, Compare, Expr, ExprKind, Level};
use crate::value::compare::CompareOp;
use crate::value::{Float, Value, json};

/// The most candidates of one expression.
pub const MOST_CANDIDATES: usize = 64;

/// So many definitions stand for one another on the way to an attribute.
const LONGEST_ALIAS: usize = 16;

/// A change to a context, or to the time, that may make a condition otherwise. Whether it does is found by deciding again.
#[derive(Clone, PartialEq, Debug)]
pub enum Candidate {
    /// The attribute has this value.
    Attribute {
        /// The names of its path.
        path: Vec<Arc<str>>,
        /// The value.
        value: Json,
    },
    /// The attribute contains this: a List has it as one more element, a Text is it. A List that is missing has just this element.
    Element {
        /// The names of the attribute's path.
        path: Vec<Arc<str>>,
        /// The element.
        value: Json,
    },
    /// It is the time at which this calendar next opens.
    OpeningOf(Arc<str>),
}

impl Candidate {
    /// The change in the words that follow `would be offered if`: `user.department were Sales`, `user.user_tags had VIP`,
    /// `it were Monday 23 November 2026 08:00 Europe/Berlin, when it_emea opens`. `time` is the text of that time; only openings use it.
    #[must_use]
    pub fn words(&self, time: &str) -> String {
        match self {
            Candidate::Attribute { path, value: Json::Null } => format!("{} were missing", name(path)),
            Candidate::Attribute { path, value } => format!("{} were {}", name(path), text(value)),
            Candidate::Element { path, value } => format!("{} had {}", name(path), text(value)),
            Candidate::OpeningOf(calendar) => format!("it were {time}, when {calendar} opens"),
        }
    }
}

fn name(path: &[Arc<str>]) -> String {
    crate::diagnostic::visible(&dotted(path)).into_owned()
}

fn text(value: &Json) -> String {
    json::from_serde(value, crate::limits::Limits::DEEPEST_NESTING).map_or_else(|_| value.to_string(), |value| shown(&value))
}

/// What could be changed: each attribute that the expression and the definitions it uses read, set to each value that it is compared with, numbers also
/// to the ones beside it; attributes that are conditions, to both truths; calendars, to their next opening. In the order of reading, each once, at most
/// [`MOST_CANDIDATES`].
///
/// `definitions` and `lists` say what the names of the rule set stand for.
#[must_use]
pub fn candidates<'e>(
    expression: &'e Expression,
    definitions: &dyn Fn(&str) -> Option<&'e Expression>,
    lists: &dyn Fn(&str) -> Option<Value>,
) -> Vec<Candidate> {
    let mut finder = Finder { definitions, lists, params: Vec::new(), seen: Vec::new(), later: VecDeque::new(), found: Vec::new() };
    finder.condition(expression.tree(), true);
    while let Some((definition, wanted)) = finder.later.pop_front() {
        match wanted {
            Some(wanted) => finder.condition(definition.tree(), wanted),
            None => finder.operand(definition.tree()),
        }
    }
    finder.found
}

struct Finder<'f, 'e> {
    definitions: &'f dyn Fn(&str) -> Option<&'e Expression>,
    lists: &'f dyn Fn(&str) -> Option<Value>,
    params: Vec<Arc<str>>,
    /// Definitions that have been met, and whether as conditions.
    seen: Vec<(Arc<str>, bool)>,
    /// Definitions that are looked at in their turn: as conditions that should hold or should not, or as operands.
    later: VecDeque<(&'e Expression, Option<bool>)>,
    found: Vec<Candidate>,
}

impl Finder<'_, '_> {
    fn add(&mut self, candidate: Candidate) {
        if self.found.len() < MOST_CANDIDATES && !self.found.contains(&candidate) {
            self.found.push(candidate);
        }
    }

    // ---- the walk

    /// A condition that should hold, or should not.
    fn condition(&mut self, expr: &Expr, wanted: bool) {
        if self.found.len() >= MOST_CANDIDATES {
            return;
        }
        match &expr.kind {
            ExprKind::Not(operand) => self.condition(operand, !wanted),
            ExprKind::Chain(Chain { level: Level::And | Level::Or, .. }) => children(expr).into_iter().for_each(|operand| self.condition(operand, wanted)),
            ExprKind::If(conditional) => {
                for (condition, then) in &conditional.branches {
                    self.condition(condition, wanted);
                    self.condition(then, wanted);
                }
                self.condition(&conditional.otherwise, wanted);
            }
            ExprKind::Compare(compare) => self.comparison(compare),
            ExprKind::Lambda(lambda) => {
                let around = self.params.len();
                self.params.extend(lambda.params.iter().map(|(name, _)| name.clone()));
                self.condition(&lambda.body, wanted);
                self.params.truncate(around);
            }
            ExprKind::Name(_) | ExprKind::Postfix(_) if whole_path(expr).is_some() => self.bare(expr, wanted),
            ExprKind::Postfix(_) | ExprKind::Call(_) => self.call(expr, wanted),
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Integer(_)
            | ExprKind::Float(_)
            | ExprKind::Text(_)
            | ExprKind::Name(_)
            | ExprKind::List(_)
            | ExprKind::Map(_)
            | ExprKind::Negate(_)
            | ExprKind::Chain(_) => self.inside(expr),
        }
    }

    /// An attribute or a definition as a condition.
    fn bare(&mut self, expr: &Expr, wanted: bool) {
        if self.uses_definition(expr, Some(wanted)) {
            return;
        }
        if let Some(path) = self.attribute(expr) {
            for value in [wanted, !wanted] {
                self.add(Candidate::Attribute { path: path.clone(), value: Json::Bool(value) });
            }
        }
    }

    /// Conditions inside of an operand: those of an `IF`, of a lambda, of a definition.
    fn inside(&mut self, expr: &Expr) {
        for child in children(expr) {
            self.operand(child);
        }
    }

    fn operand(&mut self, expr: &Expr) {
        if whole_path(expr).is_some() {
            self.uses_definition(expr, None);
        } else {
            self.condition(expr, true);
        }
    }

    /// Whether the expression is a definition, which is looked at in its turn.
    fn uses_definition(&mut self, expr: &Expr, wanted: Option<bool>) -> bool {
        let Some(read) = whole_path(expr) else { return false };
        let Some(name) = read.path.first().filter(|name| !self.params.contains(name)) else { return false };
        let Some(definition) = (self.definitions)(name) else { return false };
        let seen = (name.clone(), wanted.is_some());
        if !self.seen.contains(&seen) {
            self.seen.push(seen);
            self.later.push_back((definition, wanted));
        }
        true
    }

    // ---- comparisons

    fn comparison(&mut self, compare: &Compare) {
        let (left, right) = (self.constant(&compare.left), self.constant(&compare.right));
        match (compare.op, left, right) {
            (CompareOp::Equal | CompareOp::NotEqual, None, Some(value)) => self.set(&compare.left, &value),
            (CompareOp::Equal | CompareOp::NotEqual, Some(value), None) => self.set(&compare.right, &value),
            (CompareOp::Less | CompareOp::LessOrEqual | CompareOp::Greater | CompareOp::GreaterOrEqual, None, Some(value)) => self.set(&compare.left, &value),
            (CompareOp::Less | CompareOp::LessOrEqual | CompareOp::Greater | CompareOp::GreaterOrEqual, Some(value), None) => self.set(&compare.right, &value),
            (CompareOp::In | CompareOp::NotIn, None, Some(Value::List(values))) => values.iter().for_each(|value| self.set(&compare.left, value)),
            (CompareOp::In | CompareOp::NotIn, None, Some(value @ Value::Text(_))) => self.set(&compare.left, &value),
            (CompareOp::In | CompareOp::NotIn, Some(value), None) => self.element(&compare.right, &value),
            (_, _, _) => {}
        }
        self.operand(&compare.left);
        self.operand(&compare.right);
    }

    fn call(&mut self, expr: &Expr, wanted: bool) {
        if let Some(call) = called(expr) {
            match (call.name, call.args.as_slice()) {
                ("OPEN", [calendar, ..]) => {
                    if let Some(Value::Text(calendar)) = self.constant(calendar) {
                        self.add(Candidate::OpeningOf(calendar));
                    }
                }
                ("IS_NULL", [operand]) => self.set(operand, &Value::Null),
                ("SAME" | "STARTS_WITH" | "ENDS_WITH", [left, right]) => match (self.constant(left), self.constant(right)) {
                    (None, Some(value)) => self.set(left, &value),
                    (Some(value), None) => self.set(right, &value),
                    (None, None) | (Some(_), Some(_)) => {}
                },
                ("HAS_ANY", [left, right]) => match (self.constant(left), self.constant(right)) {
                    (None, Some(Value::List(values))) => values.iter().for_each(|value| self.element(left, value)),
                    (Some(Value::List(values)), None) => values.iter().for_each(|value| self.element(right, value)),
                    (_, _) => {}
                },
                // The first operand that is there is the condition.
                ("COALESCE", args) => return args.iter().for_each(|arg| self.condition(arg, wanted)),
                _ => {}
            }
        }
        self.inside(expr);
    }

    /// A constant: a literal, or a list of the rule set.
    fn constant(&self, expr: &Expr) -> Option<Value> {
        if let ExprKind::Name(name) = &expr.kind { (self.lists)(name).filter(|_| !self.params.contains(name)) } else { literal(expr) }
    }

    /// The attribute that an operand is, by whatever name.
    fn attribute(&self, expr: &Expr) -> Option<Vec<Arc<str>>> {
        let mut read = whole_path(&likeness(expr))?;
        if self.params.iter().any(|param| **param == *read.name()) {
            return None;
        }
        for _ in 0..LONGEST_ALIAS {
            let Some(definition) = (self.definitions)(read.name()) else { break };
            let alias = whole_path(&likeness(definition.tree()))?;
            read.path.splice(..1, alias.path);
        }
        ((self.definitions)(read.name()).is_none() && (self.lists)(read.name()).is_none()).then_some(read.path)
    }

    fn set(&mut self, expr: &Expr, value: &Value) {
        let Some(path) = self.attribute(expr) else { return };
        for value in std::iter::once(value.clone()).chain(beside(value)) {
            if let Ok(value) = serde_json::from_str(&value.to_string()) {
                self.add(Candidate::Attribute { path: path.clone(), value });
            }
        }
    }

    fn element(&mut self, expr: &Expr, value: &Value) {
        if let (Some(path), Ok(value)) = (self.attribute(expr), serde_json::from_str(&value.to_string())) {
            self.add(Candidate::Element { path, value });
        }
    }
}

/// The numbers beside a number.
fn beside(value: &Value) -> Vec<Value> {
    match value {
        Value::Integer(value) => value.checked_add(1).into_iter().chain(value.checked_sub(1)).map(Value::Integer).collect(),
        Value::Float(value) => [1.0, -1.0].into_iter().filter_map(|step| Float::new(value.get() + step)).map(Value::Float).collect(),
        Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => Vec::new(),
    }
}
