//! Comparisons in words: `domain is HR, not IT`.

use super::part::Part;
use super::reasons::Teller;
use super::show::{literals, quoted};
use super::subject::{Form, Subject};
use crate::syntax::ast::{Compare, Expr};
use crate::value::Value;
use crate::value::compare::CompareOp;

/// Which of two values is greater.
#[derive(Clone, Copy)]
enum Order {
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Order {
    fn words(self) -> &'static str {
        match self {
            Order::Less => "less than",
            Order::AtMost => "at most",
            Order::More => "more than",
            Order::AtLeast => "at least",
        }
    }

    /// The same with the sides changed.
    fn turned(self) -> Order {
        match self {
            Order::Less => Order::More,
            Order::AtMost => Order::AtLeast,
            Order::More => Order::Less,
            Order::AtLeast => Order::AtMost,
        }
    }
}

impl Teller<'_> {
    pub(super) fn comparison(&mut self, expr: &Expr, compare: &Compare, part: &Part<'_>) -> String {
        let Some(holds) = part.truth(expr) else { return self.other(expr, part) };
        let (left, right) = (self.subject(&compare.left, part), self.subject(&compare.right, part));
        match compare.op {
            CompareOp::Equal => equality(left, right, holds),
            CompareOp::NotEqual => equality(left, right, !holds),
            CompareOp::Less => ordering(Order::Less, left, right, holds),
            CompareOp::LessOrEqual => ordering(Order::AtMost, left, right, holds),
            CompareOp::Greater => ordering(Order::More, left, right, holds),
            CompareOp::GreaterOrEqual => ordering(Order::AtLeast, left, right, holds),
            CompareOp::In => membership(left, right, holds),
            CompareOp::NotIn => membership(left, right, !holds),
        }
    }
}

/// `a == b`, `$SAME(a, b)`
pub(super) fn equality(left: Subject, right: Subject, equal: bool) -> String {
    match (left.constant, right.constant) {
        (true, _) => equality_with(right, &left, equal),
        (false, true) => equality_with(left, &right, equal),
        (false, false) => equality_of_two(&left, &right, equal),
    }
}

fn equality_with(subject: Subject, constant: &Subject, equal: bool) -> String {
    match &constant.value {
        Some(Value::Null) => return if equal { subject.missing() } else { format!("{} is there", subject.name) },
        _ if subject.is_missing() => return subject.missing(),
        Some(_) | None => {}
    }
    if subject.hidden {
        // What it is equal to is what it is.
        let told = !equal && constant.value.as_ref().is_some_and(|literal| subject.may_be_told_from(literal));
        return if told { format!("{} is not {}", subject.label(), constant.shown()) } else { subject.matches_hidden(equal) };
    }
    if equal {
        return subject.is();
    }
    let subject = if subject.shown() == constant.shown() { subject.into_whole() } else { subject };
    match (&subject.value, &constant.value) {
        (Some(value), Some(wanted)) if subject.shown() == constant.shown() => format!("{} is {}, not {}", subject.name, quoted(value), quoted(wanted)),
        _ => format!("{}, not {}", subject.is(), constant.shown()),
    }
}

fn equality_of_two(left: &Subject, right: &Subject, equal: bool) -> String {
    if left.hidden || right.hidden {
        return format!("{} {} {}", left.label(), if equal { "matches" } else { "does not match" }, right.label());
    }
    match (equal, left.is_missing()) {
        (true, true) => format!("{} and {} are missing", left.name, right.name),
        (true, false) => format!("{}, the same as {}", left.is(), right.name),
        (false, _) => format!("{}, {}", left.is(), right.is()),
    }
}

/// `a < b`
fn ordering(order: Order, left: Subject, right: Subject, holds: bool) -> String {
    let (order, left, right) = if left.constant { (order.turned(), right, left) } else { (order, left, right) };
    if let Some(missing) = [&left, &right].into_iter().find(|side| side.is_missing()) {
        return missing.missing();
    }
    let words = format!("{}{}", if holds { "" } else { "not " }, order.words());
    let other = if right.constant || right.hidden { right.label() } else { format!("{} ({})", right.name, right.shown()) };
    if left.hidden {
        // Beside a value that must not be shown, the other one is not shown either.
        return format!("{} is {words} {}", left.label(), right.label());
    }
    let left_is = if right.hidden { format!("{} is", left.name) } else { format!("{},", left.is()) };
    format!("{left_is} {words} {other}")
}

/// `x IN y`
fn membership(left: Subject, right: Subject, found: bool) -> String {
    if right.is_missing() {
        return right.missing();
    }
    let empty: &[Value] = &[];
    match (&right.value, right.constant) {
        (Some(Value::List(list)), true) => member_of_constant(left, &right, list, found),
        (Some(Value::List(list)), false) if list.is_empty() && !right.hidden => format!("{} is empty", right.name),
        (Some(Value::List(_)), false) => has(&left, &right, "has", "has no", found),
        (Some(Value::Map(_)), false) => has(&left, &right, "has the key", "has no key", found),
        // What it contains is not yet what it is.
        (Some(Value::Text(_)), false) if found && left.constant && right.form != Form::Other => format!("{} contains {}", right.label(), left.shown()),
        (Some(Value::Text(_)), false) => has(&left, &right, "contains", "does not contain", found),
        (Some(Value::Text(_) | Value::Map(_)), true) => part_of_constant(&left, &right, found),
        (Some(Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_)) | None, _) => member_of_constant(left, &right, empty, found),
    }
}

/// `domain IN ["IT", "HR"]`
fn member_of_constant(left: Subject, right: &Subject, list: &[Value], found: bool) -> String {
    if left.is_missing() {
        return left.missing();
    }
    let several = if right.named_list {
        right.name.clone()
    } else if list.is_empty() {
        "nothing".to_owned()
    } else {
        literals(list)
    };
    let none_of = |are: &str| match (right.named_list, list.len()) {
        (true, _) => format!("{are}not in {several}"),
        (false, 0 | 1) => format!("{are}not {several}"),
        (false, _) => format!("{are}not one of {several}"),
    };
    match (left.hidden, found) {
        (true, true) if right.named_list => format!("{} is one of {several}", left.label()),
        (true, false) if right.named_list || list.iter().all(|literal| left.may_be_told_from(literal)) => format!("{} {}", left.label(), none_of("is ")),
        (true, _) => left.matches_hidden(found),
        (false, true) if right.named_list => format!("{}, one of {several}", left.is()),
        (false, true) => left.is(),
        (false, false) => {
            let left = if list.iter().any(|value| super::show::shown(value) == left.shown()) { left.into_whole() } else { left };
            match &left.value {
                Some(value) if list.iter().any(|wanted| super::show::shown(wanted) == left.shown()) => {
                    format!("{} is {}, {}", left.name, quoted(value), none_of(""))
                }
                _ => format!("{}, {}", left.is(), none_of("")),
            }
        }
    }
}

/// `domain IN "IT,HR"`
fn part_of_constant(left: &Subject, right: &Subject, found: bool) -> String {
    match (left.is_missing(), left.hidden, found) {
        (true, ..) => left.missing(),
        (false, true, _) => left.matches_hidden(found),
        (false, false, true) => format!("{}, part of {}", left.is(), right.shown()),
        (false, false, false) => format!("{}, not part of {}", left.is(), right.shown()),
    }
}

/// `"VIP" IN user.user_tags`
fn has(left: &Subject, right: &Subject, has: &str, has_not: &str, found: bool) -> String {
    let verb = if found { has } else { has_not };
    match (left.constant, left.hidden || right.hidden) {
        (true, true) if found || !left.value.as_ref().is_some_and(|literal| right.may_be_told_to_lack(literal)) => right.matches_hidden(found),
        (true, _) => format!("{} {verb} {}", right.label(), left.shown()),
        (false, _) if left.is_missing() => left.missing(),
        (false, true) => format!("{} {verb} {}", right.label(), left.label()),
        (false, false) => format!("{} {verb} {} ({})", right.name, left.name, left.shown()),
    }
}
