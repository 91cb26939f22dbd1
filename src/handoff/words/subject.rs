//! What the operands of a condition are called, and what they are.

use std::borrow::Cow;

use super::part::Part;
use super::reads::{Met, reads, walk, whole_path};
use super::reasons::Teller;
use super::show::{shown, state};
use crate::builtins::{Builtin, Role, Run, find};
use crate::diagnostic::shorten;
use crate::rule::dotted;
use crate::syntax::ast::{Call, Expr, ExprKind, Postfix, PostfixKind};
use crate::value::Value;

/// The most characters of a name.
const LONGEST_NAME: usize = 60;

/// Functions behind which an attribute is still called by its own name.
const LIKENESSES: [&str; 5] = ["TRIM", "LOWERCASE", "UPPERCASE", "TITLECASE", "TEXT"];

/// Those behind which a literal in lower case without blanks around it is what the attribute itself would have to be.
const LOWERING: [&str; 2] = ["TRIM", "LOWERCASE"];

/// How an operand is made of what it is called by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// It is the attribute.
    Itself,
    /// It is the attribute in lower case.
    Lower,
    /// It is made of it in another way.
    Other,
}

/// An operand.
pub(super) struct Subject {
    /// What it is called: an attribute's path, a definition's or list's name, the literal, or the author's words.
    pub(super) name: String,
    /// What it is, if that is known.
    pub(super) value: Option<Value>,
    /// Whether the value must not be shown, nor what it is equal to.
    pub(super) hidden: bool,
    /// Whether it is the same in every evaluation.
    pub(super) constant: bool,
    /// Whether it is a list of the rule set.
    pub(super) named_list: bool,
    /// How it is made of what it is called by.
    pub(super) form: Form,
    /// Why it is missing.
    stale: Option<String>,
    /// With the functions that the name leaves out: the author's words, and their value.
    whole: Option<(String, Option<Value>)>,
}

impl Subject {
    pub(super) fn is_missing(&self) -> bool {
        matches!(self.value, Some(Value::Null))
    }

    /// Whether a literal may be told that the hidden operand is not. What the operand is made of, or has in it, could still be that literal.
    pub(super) fn may_be_told_from(&self, literal: &Value) -> bool {
        self.is_unlike(literal) && self.value.as_ref().is_none_or(is_single)
    }

    /// The same for a literal that the hidden operand does not have.
    pub(super) fn may_be_told_to_lack(&self, literal: &Value) -> bool {
        self.is_unlike(literal)
            && match &self.value {
                Some(Value::List(elements)) => elements.iter().all(is_single),
                Some(Value::Map(_)) => false,
                Some(Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_)) | None => true,
            }
    }

    /// Whether what is called by the name differs from the literal where the operand does. A Bool that is not the one is the other.
    fn is_unlike(&self, literal: &Value) -> bool {
        match (self.form, literal) {
            (Form::Other, _) | (_, Value::Bool(_)) => false,
            (Form::Itself, _) => true,
            (Form::Lower, Value::Text(text)) => text.trim().len() == text.len() && text.to_lowercase() == **text,
            (Form::Lower, Value::Null | Value::Integer(_) | Value::Float(_) | Value::List(_) | Value::Map(_)) => false,
        }
    }

    /// `user.email_addr does not match (hidden)`
    pub(super) fn matches_hidden(&self, matches: bool) -> String {
        format!("{} {} (hidden)", self.name, if matches { "matches" } else { "does not match" })
    }

    /// `domain is missing`
    pub(super) fn missing(&self) -> String {
        match &self.stale {
            None => format!("{} is missing", self.name),
            Some(why) => format!("{} is missing ({why})", self.name),
        }
    }

    /// The name; of a value that must not be shown, with a note.
    pub(super) fn label(&self) -> String {
        if self.hidden { format!("{} (hidden)", self.name) } else { self.name.clone() }
    }

    /// The value of what may be shown.
    pub(super) fn shown(&self) -> String {
        if self.named_list {
            return self.name.clone();
        }
        match &self.value {
            // The functions that the name leaves out would have taken the blanks away, or do not matter.
            Some(Value::Text(text)) if self.whole.is_some() && !text.trim().is_empty() => shown(&Value::text(text.trim())),
            Some(value) => shown(value),
            None => self.name.clone(),
        }
    }

    /// `domain is IT`, `domain is empty`
    pub(super) fn is(&self) -> String {
        match &self.value {
            None => self.name.clone(),
            Some(Value::Null) => self.missing(),
            Some(value) if state(value) == "empty" => format!("{} is empty", self.name),
            Some(_) => format!("{} is {}", self.name, self.shown()),
        }
    }

    /// The same operand with the functions that its name leaves out.
    pub(super) fn into_whole(self) -> Subject {
        match self.whole {
            Some((name, value)) => Subject { name, value, whole: None, ..self },
            None => self,
        }
    }
}

impl Teller<'_> {
    pub(super) fn subject(&mut self, expr: &Expr, part: &Part<'_>) -> Subject {
        if self.is_constant(expr) {
            return self.constant(expr, part);
        }
        let base = likeness(expr);
        let stripped = matches!(base, Cow::Owned(_)) || !std::ptr::eq::<Expr>(&*base, expr);
        let whole = |hidden: bool| (stripped && !hidden).then(|| (part.text(expr.span), part.value(expr)));
        let Some(read) = whole_path(&base) else { return self.complex(expr, part) };
        let subject = |name: String, hidden: bool, form: Form, stale: Option<String>| Subject {
            name: shorten(&name, LONGEST_NAME).into_owned(),
            value: part.value(&base),
            hidden,
            constant: false,
            named_list: false,
            form,
            stale,
            whole: whole(hidden),
        };
        if self.definition(read.name()).is_some() {
            if read.path.len() > 1 {
                return self.complex(expr, part);
            }
            return subject(read.name().to_owned(), self.definition_hides(read.name()), Form::Other, None);
        }
        let path: Vec<&str> = read.path.iter().map(AsRef::as_ref).collect();
        let stale = part.value(&base).filter(Value::is_null).and_then(|_| self.knows.stale(&path));
        subject(dotted(&read.path), self.knows.is_hidden(&path), form(expr), stale)
    }

    fn constant(&mut self, expr: &Expr, part: &Part<'_>) -> Subject {
        let list = if let ExprKind::Name(name) = &expr.kind { Some(name.as_ref()) } else { None };
        let value = list.map_or_else(|| part.value(expr), |list| self.knows.list(list));
        let name = match (list, &value) {
            (Some(list), _) => shorten(list, LONGEST_NAME).into_owned(),
            (None, Some(value)) if !value.is_null() => shown(value),
            (None, _) => part.text(expr.span),
        };
        Subject { name, value, hidden: false, constant: true, named_list: list.is_some(), form: Form::Itself, stale: None, whole: None }
    }

    /// Neither an attribute nor a constant: the author's words. Those could say what a hidden value is equal to, so they are left out beside one.
    fn complex(&mut self, expr: &Expr, part: &Part<'_>) -> Subject {
        let hidden = self.hides(expr);
        let name = if hidden { format!("a value from {}", self.hidden_names(expr)) } else { part.text(expr.span) };
        Subject { name, value: part.value(expr), hidden, constant: false, named_list: false, form: Form::Other, stale: None, whole: None }
    }

    /// Whether the expression is the same in every evaluation.
    pub(super) fn is_constant(&self, expr: &Expr) -> bool {
        let mut constant = true;
        walk(expr, &mut |met| {
            constant &= match met {
                Met::Read(read) => self.knows.list(read.name()).is_some(),
                Met::Call(call) => find(&call.name).is_some_and(|id| !asks_the_time(id.get())),
            };
        });
        constant
    }

    /// Whether something that must not be shown is in the expression's value, or decides it.
    pub(super) fn hides(&mut self, expr: &Expr) -> bool {
        reads(expr).iter().any(|read| {
            let path: Vec<&str> = read.path.iter().map(AsRef::as_ref).collect();
            if self.definition(read.name()).is_some() {
                self.definition_hides(read.name())
            } else {
                self.is_attribute(read.name()) && self.knows.is_hidden(&path)
            }
        })
    }

    /// The names of what hides the value of the expression.
    pub(super) fn hidden_names(&mut self, expr: &Expr) -> String {
        let mut names: Vec<String> = Vec::new();
        for read in reads(expr) {
            let path: Vec<&str> = read.path.iter().map(AsRef::as_ref).collect();
            let name = if self.definition(read.name()).is_some() {
                self.definition_hides(read.name()).then(|| read.name().to_owned())
            } else {
                (self.is_attribute(read.name()) && self.knows.is_hidden(&path)).then(|| dotted(&read.path))
            };
            names.extend(name.filter(|name| !names.contains(name)));
        }
        shorten(&names.join(", "), LONGEST_NAME).into_owned()
    }
}

/// Whether nothing else is in a value.
fn is_single(value: &Value) -> bool {
    !matches!(value, Value::List(_) | Value::Map(_))
}

/// Whether the result depends on the time of the decision.
fn asks_the_time(row: &Builtin) -> bool {
    matches!(row.run, Run::Now) || row.params.iter().any(|param| param.role == Role::Calendar)
}

/// How an attribute is changed by the functions behind it that its name leaves out.
fn form(expr: &Expr) -> Form {
    let mut form = Form::Itself;
    walk(expr, &mut |met| {
        if let Met::Call(call) = met {
            let lowers = find(&call.name).is_some_and(|id| LOWERING.contains(&id.get().name));
            form = if lowers && form != Form::Other { Form::Lower } else { Form::Other };
        }
    });
    form
}

/// The expression without the functions behind which an attribute is still called by its own name.
pub(super) fn likeness(expr: &Expr) -> Cow<'_, Expr> {
    if let ExprKind::Postfix(postfix) = &expr.kind {
        let kept = postfix.ops.iter().rposition(|op| !matches!(&op.kind, PostfixKind::Method(call) if is_likeness(call, 0))).map_or(0, |at| at + 1);
        return if kept == postfix.ops.len() { Cow::Borrowed(expr) } else { front(postfix, kept) };
    }
    let ExprKind::Call(call) = &expr.kind else { return Cow::Borrowed(expr) };
    call.args.first().filter(|_| is_likeness(call, 1)).map_or(Cow::Borrowed(expr), likeness)
}

/// The first operators of a postfix chain, as an expression.
pub(super) fn front(postfix: &Postfix, ops: usize) -> Cow<'_, Expr> {
    let kept = postfix.ops.get(..ops).unwrap_or(&[]);
    match kept.last() {
        None => Cow::Borrowed(&postfix.base),
        Some(last) => {
            let kind = ExprKind::Postfix(Postfix { base: postfix.base.clone(), ops: kept.to_vec() });
            Cow::Owned(Expr { kind, span: last.span, parenthesised: false })
        }
    }
}

fn is_likeness(call: &Call, args: usize) -> bool {
    call.args.len() == args && find(&call.name).is_some_and(|id| LIKENESSES.contains(&id.get().name))
}
