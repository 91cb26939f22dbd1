//! Functions as conditions, in words: `utterance contains chat`.

use std::borrow::Cow;

use super::compare::equality;
use super::part::Part;
use super::reads::whole_path;
use super::reasons::Teller;
use super::show::{literals, shown};
use super::subject::{Form, Subject, front};
use crate::builtins::find;
use crate::syntax::ast::{Expr, ExprKind, PostfixKind};
use crate::value::Value;

/// A call in either spelling: `$F(v, a)` or `v.$F(a)`.
pub(super) struct Called<'e> {
    /// The function's name in upper case.
    pub(super) name: &'static str,
    /// The arguments, the receiver first.
    pub(super) args: Vec<Cow<'e, Expr>>,
}

/// The call that gives an expression's value.
pub(super) fn called(expr: &Expr) -> Option<Called<'_>> {
    match &expr.kind {
        ExprKind::Call(call) => Some(Called { name: find(&call.name)?.get().name, args: call.args.iter().map(Cow::Borrowed).collect() }),
        ExprKind::Postfix(postfix) => {
            let last = postfix.ops.last()?;
            let PostfixKind::Method(call) = &last.kind else { return None };
            let receiver = front(postfix, postfix.ops.len() - 1);
            Some(Called { name: find(&call.name)?.get().name, args: std::iter::once(receiver).chain(call.args.iter().map(Cow::Borrowed)).collect() })
        }
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Integer(_)
        | ExprKind::Float(_)
        | ExprKind::Text(_)
        | ExprKind::Name(_)
        | ExprKind::List(_)
        | ExprKind::Map(_)
        | ExprKind::Not(_)
        | ExprKind::Negate(_)
        | ExprKind::Compare(_)
        | ExprKind::Chain(_)
        | ExprKind::If(_)
        | ExprKind::Lambda(_) => None,
    }
}

impl Teller<'_> {
    /// Why a function holds or not; `None` where there are no better words than the author's.
    pub(super) fn call(&mut self, expr: &Expr, part: &Part<'_>) -> Option<String> {
        let called = called(expr)?;
        let value = part.value(expr)?;
        let holds = value.is_truthy();
        match (called.name, called.args.as_slice()) {
            ("OPEN", [calendar]) => self.opening(calendar, part, holds),
            ("IS_NULL", [operand]) => {
                let subject = self.subject(operand, part);
                Some(if holds { subject.missing() } else { format!("{} is there", subject.name) })
            }
            ("SAME", [left, right]) => {
                let (left, right) = (self.subject(left, part), self.subject(right, part));
                let missing = [&left, &right].into_iter().find(|side| side.is_missing()).map(Subject::missing);
                Some(missing.unwrap_or_else(|| equality(left, right, holds)))
            }
            ("STARTS_WITH", [text, start]) => self.text_and_part(text, start, part, holds, ["starts with", "does not start with"]),
            ("ENDS_WITH", [text, end]) => self.text_and_part(text, end, part, holds, ["ends with", "does not end with"]),
            ("MATCH", [text, pattern, ..]) => self.pattern(text, pattern, part, holds),
            ("HAS_ANY", [left, right]) => Some(self.shared(left, right, part, holds)),
            ("ANY" | "FILTER", [list, test @ ..]) => Some(self.elements(list, test.first(), part, if holds { "an" } else { "no" })),
            ("FIND", [list, test]) if value.is_null() || holds => Some(self.elements(list, Some(test), part, if holds { "an" } else { "no" })),
            ("ALL", [list, test @ ..]) => Some(self.elements(list, test.first(), part, if holds { "every" } else { "not every" })),
            ("ROLLOUT", [percent, key, ..]) => Some(self.rollout(percent, key, part, holds)),
            _ => None,
        }
    }

    fn opening(&mut self, calendar: &Expr, part: &Part<'_>, open: bool) -> Option<String> {
        let Some(Value::Text(name)) = part.value(calendar) else { return None };
        if !self.is_constant(calendar) {
            return None;
        }
        let state = self.knows.calendar(&name);
        Some(state.unwrap_or_else(|| format!("{} is {}", shown(&Value::Text(name)), if open { "open" } else { "closed" })))
    }

    fn text_and_part(&mut self, text: &Expr, wanted: &Expr, part: &Part<'_>, holds: bool, [does, does_not]: [&str; 2]) -> Option<String> {
        let (text, wanted) = (self.subject(text, part), self.subject(wanted, part));
        if let Some(missing) = [&text, &wanted].into_iter().find(|side| side.is_missing()) {
            return Some(missing.missing());
        }
        if text.constant {
            return None;
        }
        let told = wanted.value.as_ref().is_some_and(|literal| if holds { text.form != Form::Other } else { text.may_be_told_from(literal) });
        if text.hidden && wanted.constant && !told {
            return Some(text.matches_hidden(holds));
        }
        let what = if wanted.constant { wanted.shown() } else { wanted.label() };
        Some(format!("{} {} {what}", text.label(), if holds { does } else { does_not }))
    }

    fn pattern(&mut self, text: &Expr, pattern: &Expr, part: &Part<'_>, holds: bool) -> Option<String> {
        let (text, pattern) = (self.subject(text, part), self.subject(pattern, part));
        if text.is_missing() {
            return Some(text.missing());
        }
        if !pattern.constant {
            return None;
        }
        if text.hidden && (is_whole(&pattern) || text.form == Form::Other) {
            return Some(text.matches_hidden(holds));
        }
        Some(format!("{} {} {}", text.label(), if holds { "matches" } else { "does not match" }, pattern.shown()))
    }

    fn shared(&mut self, left: &Expr, right: &Expr, part: &Part<'_>, holds: bool) -> String {
        let (left, right) = (self.subject(left, part), self.subject(right, part));
        if let Some(missing) = [&left, &right].into_iter().find(|side| side.is_missing()) {
            return missing.missing();
        }
        let (subject, other) = if left.constant { (right, left) } else { (left, right) };
        let (Some(Value::List(own)), Some(Value::List(wanted))) = (&subject.value, &other.value) else { return subject.is() };
        let both = || own.iter().filter(|value| wanted.contains(value));
        match (other.constant, subject.hidden || other.hidden, holds) {
            (true, true, true) if other.named_list => format!("{} has one of {}", subject.label(), other.name),
            (true, true, true) => subject.matches_hidden(true),
            (true, true, false) if !other.named_list && !wanted.iter().all(|literal| subject.may_be_told_to_lack(literal)) => subject.matches_hidden(false),
            (true, _, false) => {
                let several = if other.named_list { other.name.clone() } else { literals(wanted.iter()) };
                format!("{} has none of {several}", subject.label())
            }
            (true, false, true) => format!("{} has {}", subject.name, literals(both())),
            (false, true, true) => format!("{} and {} have something in common", subject.label(), other.label()),
            (false, false, true) => format!("{} and {} have {}", subject.name, other.name, literals(both())),
            (false, _, false) => format!("{} and {} have nothing in common", subject.label(), other.label()),
        }
    }

    fn elements(&mut self, list: &Expr, test: Option<&Cow<'_, Expr>>, part: &Part<'_>, which: &str) -> String {
        let subject = self.subject(list, part);
        let hidden = subject.hidden || test.is_some_and(|test| self.hides(test));
        match &subject.value {
            Some(Value::Null) => return subject.missing(),
            Some(Value::List(elements)) if elements.is_empty() => return format!("{} is empty", subject.name),
            Some(Value::Map(members)) if members.is_empty() => return format!("{} is empty", subject.name),
            Some(_) | None => {}
        }
        let asked = match test.map(|test| (&test.kind, test.span)) {
            _ if hidden => "is as asked".to_owned(),
            Some((ExprKind::Lambda(lambda), _)) => format!("satisfies `{}`", part.text(lambda.body.span)),
            Some((_, span)) => format!("satisfies `{}`", part.text(span)),
            None => "holds".to_owned(),
        };
        let of = if hidden { format!("{} (hidden)", subject.name) } else { subject.name };
        format!("{which} element of {of} {asked}")
    }

    fn rollout(&mut self, percent: &Expr, key: &Expr, part: &Part<'_>, holds: bool) -> String {
        let (percent, key_is) = (self.subject(percent, part), self.subject(key, part));
        if let Some(missing) = [&percent, &key_is].into_iter().find(|side| side.is_missing()) {
            return missing.missing();
        }
        // Whose key it is says enough.
        let who = whole_path(key).filter(|read| read.path.len() > 1 && read.name() == "user").map_or(key_is.name, |_| "user".to_owned());
        let percent = if percent.hidden { percent.label() } else { percent.shown() };
        format!("{who} is {}among the {percent} %", if holds { "" } else { "not " })
    }
}

/// Whether a pattern says what the whole text is.
fn is_whole(pattern: &Subject) -> bool {
    let Some(Value::Text(pattern)) = &pattern.value else { return true };
    (pattern.contains('^') || pattern.contains("\\A")) && (pattern.contains('$') || pattern.contains("\\z"))
}
