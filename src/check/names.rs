//! Names: parameters of lambdas, attribute paths, and the members, indexes and calls behind them.

use std::sync::Arc;

use super::Named;
use super::bound::{self, Work};
use super::lower::{Lowerer, errors};
use super::suggest::nearest;
use super::typed::{Attr, Ty, Typed};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::hir::{Constant, Facts, Link, LinkOp, Node};
use crate::schema::Lookup;
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Postfix, PostfixKind, PostfixOp};
use crate::value::{ErrorKinds, EvalErrorKind, Kinds, Value, access};

/// A chain that is being built: its base, the links so far, and what is known of the value at its end.
pub(super) struct Spine<'c> {
    pub(super) base: Typed<'c>,
    links: Vec<Link>,
    pub(super) end: Typed<'c>,
}

impl<'c> Spine<'c> {
    pub(super) fn new(base: Typed<'c>) -> Spine<'c> {
        Spine { links: Vec::new(), end: base.clone(), base }
    }

    /// Whether the value so far is a node of its own, which folding may replace.
    pub(super) fn whole(&self) -> Option<&Typed<'c>> {
        self.links.is_empty().then_some(&self.base)
    }

    /// Adds a link. `errors` and `work` are those of the link and its operands.
    pub(super) fn push(&mut self, op: LinkOp, span: Span, ty: Ty<'c>, errors: ErrorKinds, work: Work) {
        let errors = self.end.errors.or(errors);
        self.links.push(Link { op, span, facts: Facts { kinds: ty.kinds, errors } });
        let work = self.end.work.and(work);
        self.end = Typed { node: self.base.node, span, ty, errors, work, attribute: None, when_true: Vec::new(), when_false: Vec::new() };
    }
}

impl<'c> Lowerer<'c> {
    pub(super) fn finish(&mut self, spine: Spine<'c>) -> Typed<'c> {
        if spine.links.is_empty() {
            return spine.base;
        }
        let links = self.program.add_links(&spine.links);
        let end = spine.end;
        let node = self.program.add(Node::Chain(spine.base.node, links), end.span, Facts { kinds: end.ty.kinds, errors: end.errors });
        Typed { node, ..end }
    }

    /// Stands in for something that was refused: nothing more is said about it.
    pub(super) fn hole(&mut self, span: Span) -> Typed<'c> {
        self.node(Node::Parameter(u16::MAX, 0), span, Ty::ANY, ErrorKinds::NONE, Work::NONE)
    }

    pub(super) fn postfix(&mut self, postfix: &Postfix, span: Span) -> Typed<'c> {
        let (base, used) = if matches!(postfix.base.kind, ExprKind::Name(_)) {
            // No context nests deeper, and every walk over the paths of a layout recurses: names beyond are asked of the value.
            let deepest = crate::limits::Limits::DEEPEST_NESTING;
            let fixed = postfix.ops.iter().take(deepest).take_while(|op| fixed_name(op).is_some()).count();
            let ops = postfix.ops.get(..fixed).unwrap_or(&[]);
            let whole = ops.last().map_or(postfix.base.span, |op| op.span);
            self.named(&postfix.base, ops, whole)
        } else {
            (self.value(&postfix.base), 0)
        };
        let last = postfix.ops.len();
        if used == last {
            return Typed { span, ..base };
        }
        let mut spine = Spine::new(base);
        for (at, op) in postfix.ops.iter().enumerate().skip(used) {
            // The polarity counts only for the call that gives the result.
            spine = match &op.kind {
                PostfixKind::Member { name, .. } => self.member(spine, name, op.span),
                PostfixKind::Index(index) => self.index(spine, index, op.span),
                PostfixKind::Slice(from, to) => self.slice(spine, from.as_ref(), to.as_ref(), op.span),
                PostfixKind::Method(call) => self.method(spine, call, op.span, at + 1 == last),
            };
        }
        let mut typed = self.finish(spine);
        typed.span = span;
        typed
    }

    /// A name alone.
    pub(super) fn path(&mut self, base: &Expr, ops: &[PostfixOp], span: Span) -> Typed<'c> {
        self.named(base, ops, span).0
    }

    /// A name and the fixed names behind it; says how many of these it used.
    fn named(&mut self, base: &Expr, ops: &[PostfixOp], span: Span) -> (Typed<'c>, usize) {
        let ExprKind::Name(name) = &base.kind else { return (self.hole(span), 0) };
        if let Some(parameter) = self.parameter(name, base.span) {
            return (parameter, 0);
        }
        if let Some(named) = self.world.names.get(name) {
            return (self.known_name(named, base.span), 0);
        }
        let path: Vec<Arc<str>> = std::iter::once(name).chain(ops.iter().filter_map(fixed_name)).cloned().collect();
        let ends: Vec<u32> = std::iter::once(base.span.end).chain(ops.iter().map(|op| op.span.end)).collect();
        let (declared, ty, fails) = match self.world.schema {
            None => (false, Ty::ANY, path.len() > 1),
            Some(schema) => match schema.lookup(path.iter().map(AsRef::as_ref)) {
                Lookup::Declared { attribute, nullable, .. } => {
                    let kinds = attribute.kinds(schema.strict);
                    (true, Ty::declared(attribute, if nullable { kinds.or(Kinds::NULL) } else { kinds }), false)
                }
                Lookup::Free { .. } => (false, Ty::ANY, true),
                Lookup::Unknown { at } => {
                    self.unknown_attribute(&path, at, base, ops);
                    (false, Ty::ANY, path.len() > 1)
                }
                Lookup::NoMembers { at, parent } => {
                    let end = ends.get(at).copied().unwrap_or(span.end);
                    let parent_path: Vec<&str> = path.iter().take(at).map(AsRef::as_ref).collect();
                    let message =
                        format!("`{}` is of kind {} and has no member `{}`", parent_path.join("."), parent.ty.kinds(), path.get(at).map_or("", AsRef::as_ref));
                    self.never_fits(Span { end, ..span }, ErrorKinds::NONE, message, "only a Map has members");
                    return (self.hole(span), ops.len());
                }
            },
        };
        let slot = self.layout.slot(&path, self.world.schema);
        let present = self.present.contains(&slot);
        let ty = if present { ty.present() } else { ty };
        let ends = self.program.add_path_ends(&ends);
        let mut typed = self.node(Node::Attribute(slot, ends), span, ty, errors(&[(fails, EvalErrorKind::TypeMismatch)]), Work::NONE);
        typed.attribute = Some(Attr { slot, declared });
        typed.when_true = vec![slot];
        (typed, ops.len())
    }

    fn parameter(&mut self, name: &Arc<str>, span: Span) -> Option<Typed<'c>> {
        let (up, place, ty) = self.scopes.iter().rev().enumerate().find_map(|(up, scope)| {
            let place = scope.iter().rposition(|binding| binding.name == *name)?;
            Some((u16::try_from(up).ok()?, u8::try_from(place).ok()?, scope.get(place)?.ty.clone()))
        })?;
        Some(self.node(Node::Parameter(up, place), span, ty, ErrorKinds::NONE, Work::NONE))
    }

    /// A name of the rule set.
    fn known_name(&mut self, named: &'c Named, span: Span) -> Typed<'c> {
        match named {
            Named::Constant(value) => self.literal(value.clone(), span),
            Named::Computed { slot, facts, declared } => {
                let present = self.present.contains(slot);
                let ty = declared.as_deref().map_or(Ty::of(facts.kinds), |declared| Ty::declared(declared, facts.kinds));
                let ty = if present { ty.present() } else { ty };
                let ends = self.program.add_path_ends(&[span.end]);
                let mut typed = self.node(Node::Attribute(*slot, ends), span, ty, facts.errors, Work::NONE);
                typed.attribute = Some(Attr { slot: *slot, declared: false });
                typed.when_true = vec![*slot];
                typed
            }
        }
    }

    fn unknown_attribute(&mut self, path: &[Arc<str>], at: usize, base: &Expr, ops: &[PostfixOp]) {
        let Some(schema) = self.world.schema else { return };
        let names: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
        let unknown = names.get(at).copied().unwrap_or("");
        let span = match at.checked_sub(1).and_then(|at| ops.get(at)) {
            Some(PostfixOp { kind: PostfixKind::Member { name_span, .. }, .. }) => *name_span,
            Some(op) => Span { start: base.span.start, ..op.span },
            None => base.span,
        };
        let mut siblings = schema.siblings(&names, at);
        if at == 0 {
            siblings.extend(self.world.names.iter());
        }
        let message = match names.get(..at).unwrap_or(&[]) {
            [] => format!("no attribute `{unknown}` is declared"),
            parents => format!("`{}` has no declared attribute `{unknown}`", parents.join(".")),
        };
        let mut diagnostic = Diagnostic::new(Code::UnknownAttribute, span, message);
        if schema.strict {
            diagnostic = diagnostic.with_severity(Severity::Error);
        }
        self.diagnostics.push(match nearest(unknown, siblings) {
            Some(known) if span.of(self.source) == unknown => {
                diagnostic.with_help(format!("did you mean `{known}`?")).with_fix(format!("did you mean `{known}`?"), span, known)
            }
            Some(known) => diagnostic.with_help(format!("did you mean `{known}`?")),
            None => diagnostic.with_help("an attribute that no context has is always NULL; declare it in the schema if there is one"),
        });
    }

    // ---- what is asked of a value

    /// Reports kinds that can never fit, whatever the context says. Where an operand may fail with an error of its own, that one comes first when the
    /// rule runs, so that the finding cannot stand for the outcome: it is a warning.
    pub(super) fn never_fits(&mut self, span: Span, operands: ErrorKinds, message: String, help: &str) {
        let mut diagnostic = Diagnostic::new(Code::KindMismatch, span, message).with_help(help).standing_for(EvalErrorKind::TypeMismatch);
        if !operands.without(ErrorKinds::of(&[EvalErrorKind::TypeMismatch, EvalErrorKind::BudgetExceeded])).is_empty() {
            diagnostic = diagnostic.with_severity(Severity::Warning);
        }
        self.diagnostics.push(diagnostic);
    }

    fn member(&mut self, mut spine: Spine<'c>, name: &Arc<str>, span: Span) -> Spine<'c> {
        let folded = spine.whole().cloned().and_then(|whole| {
            self.fold(span, &[&whole], |values, _| {
                access::member(values.first().copied().unwrap_or(&Value::Null), name).map(|member| member.cloned().unwrap_or_default())
            })
        });
        if let Some(folded) = folded {
            return Spine::new(folded);
        }
        let some = spine.end.ty.some();
        if !some.is_empty() && !some.meets(Kinds::MAP) && self.constant_of(&spine.end).is_none() {
            self.never_fits(span, spine.end.errors, format!("{some} has no member `{name}`"), "only a Map has members; an element of a List is `list[0]`");
        }
        let ty = match spine.end.ty.member(name, self.strict()) {
            Some(ty) if spine.end.ty.is_nullable() => ty.or_null(),
            Some(ty) => ty,
            None => {
                self.report(Code::UnknownAttribute, span, format!("no member `{name}` is declared here"), "a member that is not there is always NULL");
                Ty::ANY
            }
        };
        let fails = errors(&[(!some.within(Kinds::MAP), EvalErrorKind::TypeMismatch)]);
        let constant = self.program.add_constant(Constant { value: Value::Text(name.clone()), steps: 0, bytes: 0 });
        spine.push(LinkOp::Member(constant), span, ty.or_null(), fails, Work::NONE);
        spine
    }

    fn index(&mut self, mut spine: Spine<'c>, index: &Expr, span: Span) -> Spine<'c> {
        let index = self.value(index);
        let folded = spine.whole().cloned().and_then(|whole| {
            self.fold(span, &[&whole, &index], |values, budget| {
                let [value, index] = values else { return Ok(Value::Null) };
                access::index(value, index, budget).map(|element| match element {
                    access::Element::Missing => Value::Null,
                    access::Element::Part(part) => part.clone(),
                    access::Element::Character(character) => character,
                })
            })
        });
        if let Some(folded) = folded {
            return Spine::new(folded);
        }
        let (some, by) = (spine.end.ty.some(), index.ty.some());
        let sequence = Kinds::LIST.or(Kinds::TEXT);
        let may_fit = (some.meets(sequence) && by.meets(Kinds::NUMBER)) || (some.meets(Kinds::MAP) && by.meets(Kinds::TEXT));
        let both_constant = self.constant_of(&spine.end).is_some() && self.constant_of(&index).is_some();
        if !some.is_empty() && !by.is_empty() && !may_fit && !both_constant {
            self.never_fits(
                span,
                spine.end.errors.or(index.errors),
                format!("{some} has no element by {by}"),
                "a List or Text takes a Number in brackets, a Map takes a Text",
            );
        }
        let fits = (some.within(sequence) && by.within(Kinds::NUMBER)) || (some.within(Kinds::MAP) && by.within(Kinds::TEXT));
        let fails = errors(&[
            (!fits, EvalErrorKind::TypeMismatch),
            (some.meets(sequence) && by.meets(Kinds::FLOAT), EvalErrorKind::InvalidArgument),
            (some.meets(Kinds::TEXT), EvalErrorKind::BudgetExceeded),
        ]);
        let mut ty = Ty::of(Kinds::NONE);
        if some.meets(Kinds::LIST.or(Kinds::MAP)) {
            ty = spine.end.ty.element(self.strict());
        }
        if some.meets(Kinds::TEXT) {
            ty = ty.join(Ty::of(Kinds::TEXT));
        }
        let work = index.work.and(Work::bytes(if some.meets(Kinds::TEXT) { 4 } else { 0 }));
        spine.push(LinkOp::Index(index.node), span, ty.or_null(), index.errors.or(fails), work);
        spine
    }

    fn slice(&mut self, mut spine: Spine<'c>, from: Option<&Expr>, to: Option<&Expr>, span: Span) -> Spine<'c> {
        let from = from.map(|from| self.value(from));
        let to = to.map(|to| self.value(to));
        let bounds: Vec<&Typed<'c>> = from.iter().chain(&to).collect();
        let folded = spine.whole().cloned().and_then(|whole| {
            let operands: Vec<&Typed<'c>> = std::iter::once(&whole).chain(bounds.iter().copied()).collect();
            let has_from = from.is_some();
            self.fold(span, &operands, |values, budget| {
                let mut values = values.iter().copied();
                let value = values.next().unwrap_or(&Value::Null);
                let from = if has_from { values.next() } else { None };
                access::slice(value, from, values.next(), budget)
            })
        });
        if let Some(folded) = folded {
            return Spine::new(folded);
        }
        let some = spine.end.ty.some();
        let sequence = Kinds::LIST.or(Kinds::TEXT);
        let constant = self.constant_of(&spine.end).is_some() && bounds.iter().all(|bound| self.constant_of(bound).is_some());
        if !some.is_empty() && !some.meets(sequence) && !constant {
            self.never_fits(span, spine.end.errors, format!("{some} has no slices"), "a List or a Text has");
        }
        for bound in bounds.iter().filter(|_| !constant) {
            let kinds = bound.ty.some();
            if !kinds.is_empty() && !kinds.meets(Kinds::NUMBER) {
                self.never_fits(bound.span, spine.end.errors.or(bound.errors), format!("the bound of a slice is {kinds}"), "it is a Number, or left out");
            }
        }
        let most = match (self.constant_bound(from.as_ref()), self.constant_bound(to.as_ref())) {
            (Some(from), Some(to)) => bound::slice_length(from, to),
            (None, _) | (_, None) => None,
        };
        let each = if some.meets(Kinds::LIST) { u64::from(crate::value::ENTRY_BYTES) } else { 4 };
        let most = most.map_or(bound::longest_text(self.world.limits).saturating_mul(16), |most| most.saturating_mul(each));
        let mut work = Work::bytes(if spine.end.ty.is_null() { 0 } else { most });
        let mut fails = errors(&[
            (!some.within(sequence) || bounds.iter().any(|bound| !bound.ty.some().within(Kinds::NUMBER)), EvalErrorKind::TypeMismatch),
            (bounds.iter().any(|bound| bound.ty.kinds.meets(Kinds::FLOAT)), EvalErrorKind::InvalidArgument),
            (true, EvalErrorKind::BudgetExceeded),
        ]);
        for bound in &bounds {
            work = work.and(bound.work);
            fails = fails.or(bound.errors);
        }
        let ty = Ty { kinds: spine.end.ty.kinds.and(sequence.or(Kinds::NULL)), shape: spine.end.ty.shape.clone() };
        spine.push(LinkOp::Slice(from.map(|from| from.node), to.map(|to| to.node)), span, ty, fails, work);
        spine
    }

    /// The bound of a slice, if it is left out or a constant Integer.
    fn constant_bound(&self, bound: Option<&Typed<'c>>) -> Option<Option<i64>> {
        let Some(bound) = bound else { return Some(None) };
        match self.constant_of(bound)?.value {
            Value::Null => Some(None),
            Value::Integer(bound) => Some(Some(bound)),
            Value::Bool(_) | Value::Float(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => None,
        }
    }
}

/// The name of a `.name` or a `["name"]`.
fn fixed_name(op: &PostfixOp) -> Option<&Arc<str>> {
    match &op.kind {
        PostfixKind::Member { name, .. } => Some(name),
        PostfixKind::Index(Expr { kind: ExprKind::Text(name), .. }) => Some(name),
        PostfixKind::Index(_) | PostfixKind::Slice(..) | PostfixKind::Method(_) => None,
    }
}
