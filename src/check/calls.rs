//! Calls: the function, its arguments, what it gives.

use super::bound::{self, Work};
use super::lower::{Lowerer, Polarity, errors};
use super::names::Spine;
use super::suggest::nearest;
use super::typed::{Ty, Typed};
use crate::builtins::{self, Args, Builtin, BuiltinId, Env, Fault, Gives, Prepared, Role, Run, Takes, compile_pattern, find_zone};
use crate::context::SlotId;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Arg, LinkOp, Node, PreparedId, Ready};
use crate::source::Span;
use crate::syntax::ast::{Call, Expr, ExprKind};
use crate::syntax::print_text;
use crate::value::EvalErrorKind::{BudgetExceeded, InvalidArgument, InvalidRegex, TypeMismatch, UnknownCalendar};
use crate::value::{Budget, ErrorKinds, Kinds, Timestamp, Value};

/// An argument: a value, or the body of a lambda.
enum Lowered<'c> {
    Value(Typed<'c>),
    Lambda(Typed<'c>),
}

impl<'c> Lowered<'c> {
    fn typed(&self) -> &Typed<'c> {
        match self {
            Lowered::Value(typed) | Lowered::Lambda(typed) => typed,
        }
    }

    fn value(&self) -> Option<&Typed<'c>> {
        match self {
            Lowered::Value(typed) => Some(typed),
            Lowered::Lambda(_) => None,
        }
    }
}

impl<'c> Lowerer<'c> {
    /// `$FUNC(a, b)`
    pub(super) fn call(&mut self, call: &Call, span: Span) -> Typed<'c> {
        let Some(id) = self.function(call) else {
            return self.refused(&call.args, span);
        };
        let Some((first, rest)) = call.args.split_first() else {
            if !self.check_arity(id.get(), call, 0) {
                return self.hole(span);
            }
            return self.node(Node::Call(id), span, Ty::of(id.get().result), ErrorKinds::NONE, Work::NONE);
        };
        if !self.check_arity(id.get(), call, call.args.len()) {
            return self.refused(&call.args, span);
        }
        if matches!(first.kind, ExprKind::Lambda(_)) {
            self.expr(first);
            return self.refused(rest, span);
        }
        let first = self.value(first);
        let spine = self.apply(Spine::new(first), id, rest, span);
        self.finish(spine)
    }

    /// `.$FUNC(b)`: the receiver is the first argument.
    pub(super) fn method(&mut self, spine: Spine<'c>, call: &Call, span: Span, is_last: bool) -> Spine<'c> {
        let Some(id) = self.function(call) else {
            return Spine::new(self.refused(&call.args, span));
        };
        if !self.check_arity(id.get(), call, call.args.len() + 1) {
            return Spine::new(self.refused(&call.args, span));
        }
        let polarity = self.polarity;
        if !is_last {
            self.polarity = Polarity::Neither;
        }
        let spine = self.apply(spine, id, &call.args, span);
        self.polarity = polarity;
        spine
    }

    fn refused(&mut self, args: &[Expr], span: Span) -> Typed<'c> {
        args.iter().for_each(|arg| self.look_at(arg));
        self.hole(span)
    }

    /// An argument of a call that was refused: its own mistakes are told all the same.
    fn look_at(&mut self, arg: &Expr) {
        if let ExprKind::Lambda(lambda) = &arg.kind {
            self.body(lambda, &[]);
        } else {
            self.value(arg);
        }
    }

    fn function(&mut self, call: &Call) -> Option<BuiltinId> {
        if let Some(id) = builtins::find(&call.name) {
            return Some(id);
        }
        let diagnostic =
            Diagnostic::new(Code::UnknownFunction, call.name_span, format!("there is no function `${}`", self.quote(call.name_span).trim_start_matches('$')));
        self.diagnostics.push(match nearest(&call.name, builtins::ALL.iter().map(|row| row.name)) {
            Some(name) => {
                diagnostic.with_help(format!("did you mean `${name}`?")).with_fix(format!("did you mean `${name}`?"), call.name_span, format!("${name}"))
            }
            None => diagnostic.with_help("`triggerfish functions` lists them all"),
        });
        None
    }

    fn check_arity(&mut self, row: &Builtin, call: &Call, count: usize) -> bool {
        let (fewest, most) = row.arity();
        if count >= fewest && most.is_none_or(|most| count <= most) {
            return true;
        }
        let takes = match most {
            Some(most) if most == fewest => format!("{fewest}"),
            Some(most) => format!("{fewest} to {most}"),
            None => format!("at least {fewest}"),
        };
        let plural = if most == Some(1) || (most.is_none() && fewest == 1) { "" } else { "s" };
        let message = format!("`${}` takes {takes} argument{plural}, found {count}", row.name);
        let span = call.name_span.to(call.args_span);
        self.report(Code::WrongArity, span, message, &format!("it is `{}`; in `v.${}()` the receiver is the first", row.signature(), row.name));
        false
    }

    /// A call on what is left of it. The number of arguments is right.
    fn apply(&mut self, mut spine: Spine<'c>, id: BuiltinId, rest: &[Expr], span: Span) -> Spine<'c> {
        let row = id.get();
        if matches!(row.run, Run::FirstPresent) {
            return self.first_present(spine, id, rest, span);
        }
        let Some(rest) = self.arguments(row, &spine.end, rest) else {
            return Spine::new(self.hole(span));
        };
        let prepared = self.check_roles(row, &spine.end, &rest);
        if let Some(folded) = self.fold_call(row, &spine, &rest, prepared, span) {
            return Spine::new(folded);
        }
        let values = || std::iter::once(&spine.end).chain(rest.iter().map(Lowered::typed)).enumerate();
        let is_value = |at: usize| at == 0 || rest.get(at - 1).is_some_and(|arg| arg.value().is_some());
        let operands: Vec<(&'static builtins::Param, &Typed<'c>)> =
            values().filter(|(at, _)| is_value(*at)).filter_map(|(at, typed)| Some((row.param(at)?, typed))).collect();
        let decides = |param: &builtins::Param| param.need.null_decides();
        let surely_null = operands.iter().any(|(param, typed)| decides(param) && typed.ty.is_null());
        let all_constant = operands.iter().all(|(_, typed)| self.constant_of(typed).is_some()) && spine.whole().is_some();
        let mut own = row.errors;
        let mut misfits = Vec::new();
        for (param, typed) in &operands {
            let Takes::Values(takes) = param.takes else { continue };
            let some = typed.ty.some();
            if !some.within(takes) {
                own = own.or(ErrorKinds::of(&[TypeMismatch]));
            }
            let folds = all_constant && row.folds;
            if !some.is_empty() && !some.meets(takes) && !surely_null && !folds {
                misfits.push((
                    typed.span,
                    format!("`${}` does not take {some} as its {}", row.name, param.name),
                    format!("`{}` takes {takes} there", row.signature()),
                ));
            }
        }
        let nullable = operands.iter().any(|(param, typed)| decides(param) && typed.ty.is_nullable());
        let when_true: Vec<SlotId> = if row.result == Kinds::BOOL {
            operands.iter().filter(|(param, _)| decides(param)).filter_map(|(_, typed)| typed.attribute).map(|attribute| attribute.slot).collect()
        } else {
            Vec::new()
        };
        if row.result == Kinds::BOOL && row.gives != Gives::WhetherMissing && self.polarity == Polarity::Negative {
            let asked: Vec<&Typed<'c>> = operands.iter().filter(|(param, _)| decides(param)).map(|(_, typed)| *typed).collect();
            self.lint_missing("NOT", &asked, None);
        }
        let when_false: Vec<SlotId> = match (row.gives, spine.end.attribute) {
            (Gives::WhetherMissing, Some(attribute)) => vec![attribute.slot],
            (Gives::WhetherMissing | Gives::Kinds | Gives::SomeOfFirst | Gives::OneOfFirst | Gives::Mapped, _) => Vec::new(),
        };
        let mut work = self.call_work(row, &spine.end, &rest);
        let mut ty = self.gives(row, &spine.end, &rest);
        if nullable && row.result != Kinds::BOOL {
            ty = ty.or_null();
        }
        if work != Work::NONE {
            own = own.or(errors(&[(true, BudgetExceeded)]));
        }
        let mut args = Vec::with_capacity(rest.len());
        for arg in &rest {
            own = own.or(arg.typed().errors);
            match arg {
                Lowered::Value(typed) => {
                    work = work.and(typed.work);
                    args.push(Arg::Value(typed.node));
                }
                Lowered::Lambda(body) => args.push(Arg::Lambda(body.node)),
            }
        }
        let operands = rest.iter().fold(spine.end.errors, |all, arg| all.or(arg.typed().errors));
        for (at, message, help) in misfits {
            self.never_fits(at, operands, message, &help);
        }
        let args = self.program.add_args(&args);
        spine.push(LinkOp::Call(id, args, prepared.map_or(Ready::Nothing, Ready::Argument)), span, ty, own, work);
        spine.end.when_true = when_true;
        spine.end.when_false = when_false;
        spine
    }

    /// The arguments behind the first. `None` where one is a lambda and should not be, or the other way round.
    fn arguments(&mut self, row: &'static Builtin, first: &Typed<'c>, rest: &[Expr]) -> Option<Vec<Lowered<'c>>> {
        let mut lowered = Vec::with_capacity(rest.len());
        let mut fits = true;
        if matches!(row.param(0).map(|param| param.takes), Some(Takes::Lambda(_))) {
            return None;
        }
        for (at, arg) in rest.iter().enumerate() {
            let takes = row.param(at + 1).map(|param| param.takes);
            match (takes, &arg.kind) {
                (Some(Takes::Lambda(params)), ExprKind::Lambda(lambda)) if lambda.params.len() == params => {
                    let element = first.ty.element(self.strict());
                    let types = if params > 1 { vec![Ty::ANY, element] } else { vec![element] };
                    lowered.push(Lowered::Lambda(self.body(lambda, &types)));
                }
                (Some(Takes::Lambda(params)), _) => {
                    fits = false;
                    let shape = if params > 1 { "`(acc, x) => ...`" } else { "`x => ...`" };
                    let message = format!("`${}` takes a lambda with {params} parameter{} here", row.name, if params > 1 { "s" } else { "" });
                    self.report(Code::LambdaExpected, arg.span, message, &format!("write {shape}"));
                    self.look_at(arg);
                }
                (_, ExprKind::Lambda(_)) => {
                    fits = false;
                    self.expr(arg);
                }
                _ => lowered.push(Lowered::Value(self.value(arg))),
            }
        }
        fits.then_some(lowered)
    }

    /// `$COALESCE`: all but the first run only as needed.
    fn first_present(&mut self, mut spine: Spine<'c>, id: BuiltinId, rest: &[Expr], span: Span) -> Spine<'c> {
        let alone = rest.is_empty();
        let mut ty = spine.end.ty.clone();
        let mut work = Work::NONE;
        if alone && ty.kinds.meets(Kinds::LIST) {
            let element = ty.element(self.strict()).or_null();
            let others = Ty { kinds: ty.kinds.without(Kinds::LIST), ..ty };
            ty = if others.kinds.is_empty() { element } else { others.join(element) };
            work = Work::steps(bound::longest_list(self.world.limits));
        }
        let mut own = errors(&[(work != Work::NONE, BudgetExceeded)]);
        let mut args = Vec::with_capacity(rest.len());
        for arg in rest {
            if matches!(arg.kind, ExprKind::Lambda(_)) {
                self.expr(arg);
                continue;
            }
            let typed = self.under(&[], |lowerer| lowerer.value(arg));
            own = own.or(typed.errors);
            work = work.and(typed.work);
            ty = ty.present().join(typed.ty);
            args.push(Arg::Value(typed.node));
        }
        let args = self.program.add_args(&args);
        spine.push(LinkOp::Call(id, args, Ready::Nothing), span, ty, own, work);
        spine
    }

    /// What the function gives for arguments that fit.
    fn gives(&self, row: &Builtin, first: &Typed<'c>, rest: &[Lowered<'c>]) -> Ty<'c> {
        let strict = self.strict();
        match row.gives {
            Gives::Kinds | Gives::WhetherMissing => Ty::of(row.result),
            Gives::SomeOfFirst => Ty { kinds: first.ty.kinds.and(row.result), shape: first.ty.shape.clone() },
            Gives::OneOfFirst => first.ty.element(strict).or_null(),
            Gives::Mapped => {
                rest.iter().find_map(|arg| if let Lowered::Lambda(body) = arg { Some(Ty::list(body.ty.clone())) } else { None }).unwrap_or(Ty::of(row.result))
            }
        }
    }

    /// The most that the call itself can cost.
    fn call_work(&self, row: &Builtin, first: &Typed<'c>, rest: &[Lowered<'c>]) -> Work {
        let limits = self.world.limits;
        let mut work = Work::NONE;
        let (mut text, mut lists) = (0u64, 0u64);
        for typed in std::iter::once(first).chain(rest.iter().filter_map(Lowered::value)) {
            let constant = self.constant_of(typed).map(|constant| u64::from(constant.value.size()));
            if typed.ty.kinds.meets(Kinds::TEXT) {
                text = text.saturating_add(constant.unwrap_or(bound::longest_text(limits)));
            }
            if typed.ty.kinds.meets(Kinds::LIST.or(Kinds::MAP)) {
                lists = lists.saturating_add(constant.unwrap_or(bound::longest_list(limits)));
            }
        }
        work = work.and(Work::steps(text / 64));
        let body = rest.iter().find_map(|arg| if let Lowered::Lambda(body) = arg { Some(body.work) } else { None });
        if row.visits() {
            work = work.and(body.unwrap_or(Work::NONE).and(Work::steps(1)).times(lists));
        }
        // What a function builds can be many times what it reads; only small results are told apart.
        let builds = row.result.meets(Kinds::TEXT.or(Kinds::LIST).or(Kinds::MAP)) && row.gives != Gives::OneOfFirst;
        if builds && (text > 0 || lists > 0) {
            work = work.and(Work { steps: 0, bytes: u64::MAX });
        } else if builds {
            work = work.and(Work::bytes(64));
        }
        if row.params.iter().any(|param| param.role == Role::Pattern) {
            work = work.and(Work { steps: u64::MAX, bytes: u64::MAX });
        }
        work
    }

    // ---- constant arguments

    /// Looks at constant patterns, zones, calendars and salts, and makes ready what can be.
    fn check_roles(&mut self, row: &'static Builtin, first: &Typed<'c>, rest: &[Lowered<'c>]) -> Option<PreparedId> {
        let mut prepared = None;
        let given: Vec<(Role, Span, Option<Value>)> = std::iter::once(Some(first))
            .chain(rest.iter().map(Lowered::value))
            .enumerate()
            .filter_map(|(at, typed)| Some((row.param(at)?.role, typed?)))
            .map(|(role, typed)| (role, typed.span, self.constant_of(typed).map(|constant| constant.value.clone())))
            .collect();
        if row.params.iter().any(|param| param.role == Role::Salt) && !given.iter().any(|(role, ..)| *role == Role::Salt) {
            self.unsalted.push(first.span);
        }
        for (role, span, constant) in given {
            let Some(Value::Text(text)) = constant else { continue };
            let quoted = || crate::diagnostic::shorten(&print_text(&text), 60).into_owned();
            match role {
                Role::Pattern => match compile_pattern(&text, self.world.limits) {
                    Ok(pattern) => prepared = Some(self.program.add_prepared(Prepared::Pattern(pattern))),
                    Err(problem) => {
                        let message = format!("the pattern {} cannot be compiled: {problem}", quoted());
                        self.diagnostics.push(
                            Diagnostic::new(Code::BadPattern, span, message)
                                .with_help("the dialect is that of the `regex` crate: no look-around, no back references; a literal `(` is written `\\\\(`")
                                .standing_for(InvalidRegex),
                        );
                    }
                },
                Role::Zone if find_zone(&text).is_none() => {
                    self.diagnostics.push(
                        Diagnostic::new(Code::BadZone, span, format!("there is no time zone {}", quoted()))
                            .with_help("use an IANA name such as \"Europe/Berlin\", or a fixed offset such as \"+02:00\"")
                            .standing_for(InvalidArgument),
                    );
                }
                Role::Calendar if !self.world.calendars.is_declared(&text) => {
                    self.diagnostics.push(
                        Diagnostic::new(Code::UnknownCalendar, span, format!("no calendar {} is declared", quoted()))
                            .with_help("calendars are declared in a rule set")
                            .standing_for(UnknownCalendar),
                    );
                }
                Role::Zone | Role::Calendar | Role::Salt | Role::Plain => {}
            }
        }
        prepared
    }

    fn fold_call(&mut self, row: &'static Builtin, spine: &Spine<'c>, rest: &[Lowered<'c>], prepared: Option<PreparedId>, span: Span) -> Option<Typed<'c>> {
        let mut operands = vec![spine.whole()?.clone()];
        for arg in rest {
            operands.push(arg.value()?.clone());
        }
        // A constant that was refused for its role is not refused again.
        let roles_fit = !row.params.iter().any(|param| param.role == Role::Pattern) || prepared.is_some();
        if !row.folds
            || !roles_fit
            || self.diagnostics.iter().any(|diagnostic| diagnostic.code == Code::BadZone && operands.iter().any(|operand| operand.span == diagnostic.span))
        {
            return None;
        }
        let prepared = prepared.and_then(|prepared| self.program.prepared(prepared)).cloned();
        let (calendars, limits) = (self.world.calendars, self.world.limits);
        let references: Vec<&Typed<'c>> = operands.iter().collect();
        let operation = |values: &[&Value], budget: &mut Budget| {
            let mut args = Args::default();
            values.iter().for_each(|value| args.push(Some(value)));
            let mut env = Env { budget, now: Timestamp::EPOCH, calendars, limits, prepared: prepared.as_ref() };
            row.call(&args, &mut env).map_err(|fault| match fault {
                Fault::Here(kind) => kind,
                Fault::Inside(error) => error.kind,
            })
        };
        self.fold_or(span, &references, operation, Some(format!("`triggerfish functions {}` says what it takes", row.name)))
    }
}
