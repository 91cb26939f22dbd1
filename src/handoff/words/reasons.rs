//! The walk over the parts that decided.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::part::Part;
use super::reads::{children, reads, whole_path};
use super::show::{ALWAYS, NEVER, joined, shown, state};
use super::{Knows, LONGEST_LINE};
use crate::rule::{Expression, StepOutcome, Trace, dotted};
use crate::source::Span;
use crate::syntax::ast::{Chain, Expr, ExprKind, If, Level};
use crate::value::Value;

/// So many definitions inside of one another are explained; what is deeper is named.
const DEEPEST: usize = 8;
/// A definition with more reasons is named.
const MOST_REASONS: usize = 3;
/// A definition whose reasons are longer, in characters, is named.
const LONGEST_REASONS: usize = 120;

/// A definition and what it gave.
#[derive(Clone)]
pub(super) struct Definition<'k> {
    expression: &'k Expression,
    trace: Rc<Trace>,
}

/// Tells the reasons, and keeps the values that they are about.
pub(super) struct Teller<'k> {
    pub(super) knows: &'k dyn Knows,
    /// What names stand for, asked once.
    definitions: HashMap<String, Option<Definition<'k>>>,
    /// Whether a definition is made of what must not be shown.
    hiding: HashMap<String, bool>,
    /// Definitions whose reasons have been told.
    told: Vec<String>,
    /// Definitions that are named, because they have too many reasons. Finding that out once keeps the work within the size of the rule set.
    named: HashSet<String>,
    depth: usize,
    values: Vec<(String, String)>,
    /// Definitions whose values have been kept.
    kept: HashSet<String>,
}

impl<'k> Teller<'k> {
    pub(super) fn new(knows: &'k dyn Knows) -> Teller<'k> {
        Teller {
            knows,
            definitions: HashMap::new(),
            hiding: HashMap::new(),
            told: Vec::new(),
            named: HashSet::new(),
            depth: 0,
            values: Vec::new(),
            kept: HashSet::new(),
        }
    }

    pub(super) fn into_values(self) -> Vec<(String, String)> {
        self.values
    }

    /// The reasons of a whole expression, each once.
    pub(super) fn tell(&mut self, part: &Part<'_>) -> Vec<String> {
        let mut reasons = Vec::new();
        match part.error() {
            Some(error) => reasons.push(self.failure(part, error.span, error.kind.name())),
            None => self.condition(part.tree(), part, &mut reasons),
        }
        tidy(&mut reasons);
        reasons
    }

    // ---- names

    pub(super) fn definition(&mut self, name: &str) -> Option<Definition<'k>> {
        if let Some(known) = self.definitions.get(name) {
            return known.clone();
        }
        let definition = self.knows.definition(name).map(|(expression, trace)| Definition { expression, trace: Rc::new(trace) });
        self.definitions.insert(name.to_owned(), definition.clone());
        definition
    }

    /// Whether a name that is no definition is an attribute's.
    pub(super) fn is_attribute(&self, name: &str) -> bool {
        self.knows.list(name).is_none()
    }

    /// Whether a definition reads what must not be shown, itself or through others.
    pub(super) fn definition_hides(&mut self, name: &str) -> bool {
        if let Some(known) = self.hiding.get(name) {
            return *known;
        }
        let (mut seen, mut left) = (HashSet::from([name.to_owned()]), vec![name.to_owned()]);
        let mut hides = false;
        while let Some(definition) = left.pop().and_then(|next| self.definition(&next)) {
            for read in reads(definition.expression.tree()) {
                let path: Vec<&str> = read.path.iter().map(AsRef::as_ref).collect();
                if self.definition(read.name()).is_none() {
                    hides |= self.is_attribute(read.name()) && self.knows.is_hidden(&path);
                } else if seen.insert(read.name().to_owned()) {
                    left.push(read.name().to_owned());
                }
            }
        }
        self.hiding.insert(name.to_owned(), hides);
        hides
    }

    // ---- the walk

    /// Why a condition holds or not.
    fn condition(&mut self, expr: &Expr, part: &Part<'_>, reasons: &mut Vec<String>) {
        if self.is_constant(expr) {
            let words = part.truth(expr).map_or_else(|| part.text(expr.span), |holds| if holds { ALWAYS } else { NEVER }.to_owned());
            reasons.push(words);
            return;
        }
        match &expr.kind {
            ExprKind::Not(operand) => self.condition(operand, part, reasons),
            ExprKind::Chain(chain) => match chain.level {
                Level::And => self.connected(expr, chain, false, part, reasons),
                Level::Or => self.connected(expr, chain, true, part, reasons),
                Level::Sum | Level::Product => self.leaf(expr, part, reasons),
            },
            ExprKind::If(conditional) => self.conditional(conditional, part, reasons),
            ExprKind::Name(name) => match self.definition(name) {
                Some(definition) => self.defined(name, &definition, expr, part, reasons),
                None => self.leaf(expr, part, reasons),
            },
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Integer(_)
            | ExprKind::Float(_)
            | ExprKind::Text(_)
            | ExprKind::List(_)
            | ExprKind::Map(_)
            | ExprKind::Negate(_)
            | ExprKind::Compare(_)
            | ExprKind::Postfix(_)
            | ExprKind::Call(_)
            | ExprKind::Lambda(_) => self.leaf(expr, part, reasons),
        }
    }

    /// `AND`, `OR`: the operand that decided, or else all of them.
    fn connected(&mut self, expr: &Expr, chain: &Chain, decisive: bool, part: &Part<'_>, reasons: &mut Vec<String>) {
        let operands = || std::iter::once(&*chain.first).chain(chain.rest.iter().map(|link| &link.operand));
        let decided = if part.truth(expr) == Some(decisive) { operands().find(|operand| part.truth(operand) == Some(decisive)) } else { None };
        match decided {
            Some(operand) => self.condition(operand, part, reasons),
            None => operands().for_each(|operand| self.condition(operand, part, reasons)),
        }
    }

    /// `IF`: the conditions up to the one that holds, and what it leads to.
    fn conditional(&mut self, conditional: &If, part: &Part<'_>, reasons: &mut Vec<String>) {
        for (condition, then) in &conditional.branches {
            self.condition(condition, part, reasons);
            if part.truth(condition) == Some(true) {
                return self.condition(then, part, reasons);
            }
        }
        self.condition(&conditional.otherwise, part, reasons);
    }

    /// A definition as a condition: its own reasons, or its name where they are long or it is no condition.
    fn defined(&mut self, name: &str, definition: &Definition<'k>, expr: &Expr, part: &Part<'_>, reasons: &mut Vec<String>) {
        if self.told.iter().any(|told| told == name) {
            return;
        }
        let inner = Part::new(definition.expression, &definition.trace);
        let told = self.told.len();
        if self.depth < DEEPEST && !self.named.contains(name) && inner.value(inner.tree()).is_some_and(|value| matches!(value, Value::Bool(_))) {
            self.told.push(name.to_owned());
            self.depth += 1;
            let mut own = Vec::new();
            self.condition(inner.tree(), &inner, &mut own);
            self.depth -= 1;
            tidy(&mut own);
            let says_something = own.iter().any(|reason| reason != ALWAYS && reason != NEVER);
            if says_something && own.len() <= MOST_REASONS && joined(&own, LONGEST_LINE).chars().count() <= LONGEST_REASONS {
                return reasons.extend(own);
            }
            self.told.truncate(told);
            self.named.insert(name.to_owned());
        }
        self.leaf(expr, part, reasons);
    }

    /// A condition that has no parts that are conditions.
    fn leaf(&mut self, expr: &Expr, part: &Part<'_>, reasons: &mut Vec<String>) {
        self.keep(expr, part);
        reasons.push(match &expr.kind {
            ExprKind::Compare(compare) => self.comparison(expr, compare, part),
            ExprKind::Name(_) => self.bare(expr, part),
            ExprKind::Postfix(_) | ExprKind::Call(_) => match self.call(expr, part) {
                Some(reason) => reason,
                None => self.bare(expr, part),
            },
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Integer(_)
            | ExprKind::Float(_)
            | ExprKind::Text(_)
            | ExprKind::List(_)
            | ExprKind::Map(_)
            | ExprKind::Not(_)
            | ExprKind::Negate(_)
            | ExprKind::Chain(_)
            | ExprKind::If(_)
            | ExprKind::Lambda(_) => self.other(expr, part),
        });
    }

    /// An attribute or a definition as a condition: `bot.resolved is true`, `domain is missing`.
    fn bare(&mut self, expr: &Expr, part: &Part<'_>) -> String {
        if whole_path(expr).is_none() {
            return self.other(expr, part);
        }
        let subject = self.subject(expr, part);
        if subject.hidden && !subject.is_missing() {
            return format!("{} {}", subject.label(), if part.truth(expr) == Some(true) { "holds" } else { "does not hold" });
        }
        subject.is()
    }

    /// Any other condition: the author's words and their value.
    pub(super) fn other(&mut self, expr: &Expr, part: &Part<'_>) -> String {
        let value = part.value(expr);
        if self.hides(expr) {
            let holds = if value.is_some_and(|value| value.is_truthy()) { "holds" } else { "does not hold" };
            return format!("a condition on {} (hidden) {holds}", self.hidden_names(expr));
        }
        match value {
            None => format!("`{}`", part.text(expr.span)),
            Some(value) => format!("`{}` is {}", part.text(expr.span), state(&value)),
        }
    }

    // ---- failures

    /// What failed, and how.
    fn failure(&mut self, part: &Part<'_>, span: Span, kind: &str) -> String {
        let expr = innermost(part.tree(), span);
        if let ExprKind::Name(name) = &expr.kind
            && self.depth < DEEPEST
            && let Some(definition) = self.definition(name)
        {
            let inner = Part::new(definition.expression, &definition.trace);
            if let Some(error) = inner.error() {
                self.depth += 1;
                return self.failure(&inner, error.span, error.kind.name());
            }
        }
        self.keep(expr, part);
        if self.hides(expr) {
            return format!("a condition on {} (hidden) failed: {kind}", self.hidden_names(expr));
        }
        format!("`{}` failed: {kind}", part.text(span))
    }

    // ---- values

    /// Keeps the values of the attributes that an expression has read.
    fn keep(&mut self, expr: &Expr, part: &Part<'_>) {
        let mut definitions = self.keep_attributes(expr, part);
        while let Some(name) = definitions.pop() {
            if !self.kept.insert(name.clone()) {
                continue;
            }
            if let Some(definition) = self.definition(&name) {
                let inner = Part::new(definition.expression, &definition.trace);
                definitions.extend(self.keep_attributes(inner.tree(), &inner));
            }
        }
    }

    /// Keeps those that the expression itself has read; gives the definitions that it has used.
    fn keep_attributes(&mut self, expr: &Expr, part: &Part<'_>) -> Vec<String> {
        let mut definitions = Vec::new();
        for read in reads(expr) {
            if self.definition(read.name()).is_some() {
                definitions.push(read.name().to_owned());
                continue;
            }
            let Some(outcome) = part.outcome(read.span).filter(|_| self.is_attribute(read.name())) else { continue };
            let path: Vec<&str> = read.path.iter().map(AsRef::as_ref).collect();
            let name = crate::diagnostic::visible(&dotted(&read.path)).into_owned();
            if self.values.iter().any(|(known, _)| *known == name) {
                continue;
            }
            let value = match outcome {
                StepOutcome::Value(Value::Null) => self.knows.stale(&path).map_or("missing".to_owned(), |why| format!("missing ({why})")),
                StepOutcome::Value(_) | StepOutcome::Error(_) if self.knows.is_hidden(&path) => "hidden".to_owned(),
                StepOutcome::Value(value) => shown(value),
                StepOutcome::Error(kind) => kind.name().to_owned(),
                StepOutcome::NotEvaluated => continue,
            };
            self.values.push((name, value));
        }
        definitions
    }
}

/// The smallest expression in which a place lies.
fn innermost(expr: &Expr, span: Span) -> &Expr {
    let mut expr = expr;
    while let Some(inner) = children(expr).into_iter().find(|child| child.span.start <= span.start && span.end <= child.span.end) {
        expr = inner;
    }
    expr
}

/// Each reason once; what is always so is no reason beside others.
fn tidy(reasons: &mut Vec<String>) {
    let mut seen = HashSet::new();
    reasons.retain(|reason| seen.insert(reason.clone()));
    if reasons.iter().any(|reason| reason != ALWAYS && reason != NEVER) {
        reasons.retain(|reason| reason != ALWAYS && reason != NEVER);
    }
}
