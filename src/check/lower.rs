//! The walk: one expression after the other, leaves first.

use std::sync::Arc;

use super::bound::Work;
use super::learn::learn;
use super::typed::{Shape, Ty, Typed};
use super::{Checked, World};
use crate::context::{Layout, SlotId};
use crate::diagnostic::{Code, Diagnostic, shorten};
use crate::hir::{Facts, Node, NodeId, Program};
use crate::source::Span;
use crate::syntax::ast::{self, Expr, ExprKind};
use crate::value::{ErrorKinds, EvalErrorKind, Value};

/// So many findings are told of one rule.
const MOST_DIAGNOSTICS: usize = 100;

/// Whether an expression's truth counts for the rule as it is, or turned around by `NOT`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Polarity {
    Positive,
    Negative,
    /// It is a value among others: nobody knows what its truth leads to.
    Neither,
}

impl Polarity {
    fn turned(self) -> Polarity {
        match self {
            Polarity::Positive => Polarity::Negative,
            Polarity::Negative => Polarity::Positive,
            Polarity::Neither => Polarity::Neither,
        }
    }
}

/// A parameter of a lambda around the expression.
pub(super) struct Binding<'c> {
    pub(super) name: Arc<str>,
    pub(super) ty: Ty<'c>,
}

pub(super) struct Lowerer<'c> {
    pub(super) source: &'c str,
    pub(super) world: World<'c>,
    /// Whether constants are folded.
    pub(super) folds: bool,
    pub(super) program: Program,
    pub(super) layout: &'c mut Layout,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The parameters of the lambdas around, outermost first.
    pub(super) scopes: Vec<Vec<Binding<'c>>>,
    /// How many conditions the expression runs under.
    pub(super) conditional: usize,
    /// Attributes that are known to be there.
    pub(super) present: Vec<SlotId>,
    pub(super) polarity: Polarity,
    /// Rollouts without a salt.
    pub(super) unsalted: Vec<Span>,
}

impl<'c> Lowerer<'c> {
    pub(super) fn new(source: &'c str, nodes: usize, world: World<'c>, layout: &'c mut Layout, folds: bool) -> Lowerer<'c> {
        Lowerer {
            source,
            world,
            folds,
            program: Program::new(world.limits.clone(), nodes),
            layout,
            diagnostics: Vec::new(),
            scopes: Vec::new(),
            conditional: 0,
            present: Vec::new(),
            polarity: Polarity::Positive,
            unsalted: Vec::new(),
        }
    }

    pub(super) fn rule(mut self, rule: &ast::Rule) -> Checked {
        let typed = self.expr(&rule.expr);
        self.program.set_root(typed.node);
        self.program.nesting = rule.nesting;
        if typed.work.fits(self.world.limits) {
            self.program.forget_budget();
        }
        self.lint_rollouts();
        // Whoever reads a hundred findings has enough to do; an error is never left out for a warning.
        self.diagnostics.sort_by_key(|diagnostic| (!diagnostic.is_error(), diagnostic.span));
        self.diagnostics.truncate(MOST_DIAGNOSTICS);
        self.diagnostics.sort_by_key(|diagnostic| diagnostic.span);
        // Without folding, a constant part that must fail looks like kinds that never fit: what was accepted is not refused for that.
        let fails = self.folds && self.diagnostics.iter().any(Diagnostic::is_error);
        let declared = match typed.ty.shape {
            Shape::Declared(attribute) => Some(Arc::new(attribute.clone())),
            Shape::Unknown | Shape::Elements(_) => None,
        };
        if self.folds && !fails {
            learn(&mut self.program, self.layout);
        }
        Checked { program: (!fails).then_some(self.program), diagnostics: self.diagnostics, declared }
    }

    /// Strict mode: undeclared attributes are errors, and contexts have the declared kinds.
    pub(super) fn strict(&self) -> bool {
        self.world.schema.is_some_and(|schema| schema.strict)
    }

    /// The author's words, for a message.
    pub(super) fn quote(&self, span: Span) -> String {
        shorten(span.of(self.source), 60).into_owned()
    }

    pub(super) fn report(&mut self, code: Code, span: Span, message: impl Into<String>, help: &str) {
        self.diagnostics.push(Diagnostic::new(code, span, message).with_help(help));
    }

    // ---- the walk

    pub(super) fn expr(&mut self, expr: &Expr) -> Typed<'c> {
        match &expr.kind {
            ExprKind::Null => self.literal(Value::Null, expr.span),
            ExprKind::Bool(value) => self.literal(Value::Bool(*value), expr.span),
            ExprKind::Integer(value) => self.literal(Value::Integer(*value), expr.span),
            ExprKind::Float(value) => self.literal(Value::Float(*value), expr.span),
            ExprKind::Text(value) => self.literal(Value::Text(value.clone()), expr.span),
            ExprKind::Name(_) => self.path(expr, &[], expr.span),
            ExprKind::List(items) => self.list(items, expr.span),
            ExprKind::Map(entries) => self.map(entries, expr.span),
            ExprKind::Not(operand) => self.not(operand, expr.span),
            ExprKind::Negate(operand) => self.negate(operand, expr.span),
            ExprKind::Compare(compare) => self.compare(compare, expr.span),
            ExprKind::Chain(chain) => self.chain(chain, expr.span),
            ExprKind::If(conditional) => self.conditional(conditional, expr.span),
            ExprKind::Postfix(postfix) => self.postfix(postfix, expr.span),
            ExprKind::Call(call) => self.call(call, expr.span),
            ExprKind::Lambda(lambda) => {
                self.report(
                    Code::MisplacedLambda,
                    expr.span,
                    "a lambda can only be the argument of a function that takes one",
                    "for example `list.$ANY(x => x > 1)`",
                );
                self.body(lambda, &[]);
                self.literal(Value::Null, expr.span)
            }
        }
    }

    /// An expression whose truth leads nowhere in particular.
    pub(super) fn value(&mut self, expr: &Expr) -> Typed<'c> {
        let polarity = std::mem::replace(&mut self.polarity, Polarity::Neither);
        let typed = self.expr(expr);
        self.polarity = polarity;
        typed
    }

    /// The operand of a `NOT`.
    pub(super) fn negated(&mut self, expr: &Expr) -> Typed<'c> {
        let polarity = self.polarity;
        self.polarity = polarity.turned();
        let typed = self.expr(expr);
        self.polarity = polarity;
        typed
    }

    /// A condition of its own.
    pub(super) fn condition(&mut self, expr: &Expr) -> Typed<'c> {
        let polarity = std::mem::replace(&mut self.polarity, Polarity::Positive);
        let typed = self.expr(expr);
        self.polarity = polarity;
        typed
    }

    /// Work under a condition, in which these attributes are known to be there.
    pub(super) fn under<T>(&mut self, present: &[SlotId], work: impl FnOnce(&mut Self) -> T) -> T {
        let known = self.present.len();
        self.present.extend_from_slice(present);
        self.conditional += 1;
        let result = work(self);
        self.conditional -= 1;
        self.present.truncate(known);
        result
    }

    /// The body of a lambda, with the types of its parameters. Runs conditionally: the list may be empty.
    pub(super) fn body(&mut self, lambda: &ast::Lambda, types: &[Ty<'c>]) -> Typed<'c> {
        let types = types.iter().cloned().chain(std::iter::repeat(Ty::ANY));
        self.scopes.push(lambda.params.iter().zip(types).map(|((name, _), ty)| Binding { name: name.clone(), ty }).collect());
        let body = self.under(&[], |lowerer| lowerer.value(&lambda.body));
        self.scopes.pop();
        body
    }

    // ---- results

    pub(super) fn node(&mut self, node: Node, span: Span, ty: Ty<'c>, errors: ErrorKinds, work: Work) -> Typed<'c> {
        let id = self.add(node, span, &ty, errors);
        Typed { node: id, span, ty, errors, work, attribute: None, when_true: Vec::new(), when_false: Vec::new() }
    }

    fn add(&mut self, node: Node, span: Span, ty: &Ty<'c>, errors: ErrorKinds) -> NodeId {
        self.program.add(node, span, Facts { kinds: ty.kinds, errors })
    }
}

/// What a node may fail with besides its parts.
pub(super) fn errors(own: &[(bool, EvalErrorKind)]) -> ErrorKinds {
    own.iter().filter(|(may, _)| *may).fold(ErrorKinds::NONE, |all, (_, kind)| all.or(ErrorKinds::of(&[*kind])))
}
