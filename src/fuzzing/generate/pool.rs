//! Texts that mean something to functions of the table, most of them taken from its examples.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::Dice;
use crate::builtins::{self, Param, Role};
use crate::limits::Limits;
use crate::syntax::ast::{Call, Expr, ExprKind, PostfixKind};
use crate::syntax::parse;

/// Texts of the table's examples: all of them, and those that stand for a parameter of a function.
struct Pool {
    all: Vec<String>,
    of_param: BTreeMap<(&'static str, usize), Vec<String>>,
}

static POOL: LazyLock<Pool> = LazyLock::new(|| {
    let mut pool = Pool { all: Vec::new(), of_param: BTreeMap::new() };
    for row in builtins::ALL {
        if let Ok(parsed) = parse(row.example.0, &Limits::default()) {
            pool.take(&parsed.rule.expr);
        }
    }
    pool.all.sort();
    pool.all.dedup();
    pool
});

impl Pool {
    fn take(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Text(text) => self.all.push(text.to_string()),
            ExprKind::List(items) => items.iter().for_each(|item| self.take(item)),
            ExprKind::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).for_each(|part| self.take(part)),
            ExprKind::Not(operand) | ExprKind::Negate(operand) => self.take(operand),
            ExprKind::Compare(compare) => [&compare.left, &compare.right].into_iter().for_each(|side| self.take(side)),
            ExprKind::Chain(chain) => std::iter::once(chain.first.as_ref()).chain(chain.rest.iter().map(|link| &link.operand)).for_each(|part| self.take(part)),
            ExprKind::If(_) | ExprKind::Null | ExprKind::Bool(_) | ExprKind::Integer(_) | ExprKind::Float(_) | ExprKind::Name(_) => {}
            ExprKind::Postfix(postfix) => {
                self.take(&postfix.base);
                let mut receiver = Some(postfix.base.as_ref());
                for op in &postfix.ops {
                    if let PostfixKind::Method(call) = &op.kind {
                        self.take_call(receiver, call);
                    }
                    receiver = None;
                }
            }
            ExprKind::Call(call) => self.take_call(None, call),
            ExprKind::Lambda(lambda) => self.take(&lambda.body),
        }
    }

    fn take_call(&mut self, receiver: Option<&Expr>, call: &Call) {
        let Some(row) = builtins::find(&call.name).map(builtins::BuiltinId::get) else { return };
        let args = receiver.into_iter().chain(&call.args);
        for (at, arg) in args.enumerate() {
            if let ExprKind::Text(text) = &arg.kind {
                self.of_param.entry((row.name, at)).or_default().push(text.to_string());
            }
        }
        call.args.iter().for_each(|arg| self.take(arg));
    }
}

/// All texts of the table's examples.
pub(in crate::fuzzing) fn example_texts() -> &'static [String] {
    &POOL.all
}

/// Calendars that the fuzzed engine declares.
pub(in crate::fuzzing) const CALENDARS: [&str; 3] = ["weekdays", "always", "never"];

const ZONES: [&str; 9] = ["UTC", "Europe/Berlin", "america/new_york", "+02:00", "-0330", "Z", "+05", "Africa/Monrovia", "Nowhere/Land"];

const PATTERNS: [&str; 20] = [
    "a",
    "\\s+",
    "(\\w+)@(\\w+)",
    "^$",
    "",
    "[a-z]*",
    "(?i)it",
    "(?P<name>\\d)(x)?",
    "a|b|",
    "\\bIT\\b",
    "\\p{Lu}",
    "(a*)*",
    "(?:a{2,3}){2}",
    ".{0,9}é",
    "(",
    "[",
    "\\1",
    "(?=a)",
    "a{999}{999}",
    "(?s).",
];

const REPLACEMENTS: [&str; 7] = ["", "-", "\\1", "\\g<name>", "\\g<1>\\2", "\\", "\\9"];

const FORMATS: [&str; 10] = ["%Y-%m-%d", "%d.%m.%Y %H:%M", "%A", "%j", "%G-W%V", "%s", "%Z", "%", "%Q", "%Y-%m-%dT%H:%M:%S%.f%z"];

const UNITS: [&str; 10] = ["second", "minutes", "HOUR", "day", "weeks", "month", "Months", "year", "fortnight", ""];

const TIMES: [&str; 10] = [
    "2026-01-05",
    "2026-03-29T02:30",
    "2026-01-05T10:30:45.123456Z",
    "1999-12-31 23:59:60+0530",
    "0001-01-01",
    "9999-12-31T23:59:59.999999Z",
    "2026",
    "24:00",
    "soon",
    "1883-11-18T12:00:00-04:56:02",
];

const JSON: [&str; 9] = ["null", "{\"a\": [1, 2.5, \"x\"]}", "[]", "1e999", "{\"a\":1,\"a\":2}", "\"\\ud83d\"", "[[[[1]]]]", "9223372036854775808", " true "];

const NUMBERS: [&str; 10] = ["42", " -7 ", "+1", "7.9", "1e3", ".5", "inf", "9223372036854775808", "1e999", "0x10"];

const PLAIN: [&str; 16] =
    ["a", "", "IT", "Sales", " sales ", "VIP", "x", ",", "STRASSE", "straße", "o'neil mcGEE", "e\u{301}", "false", "ann@acme.example", "İıǆ Σς", "a,b,,c"];

/// A text for a parameter of a function.
pub(super) fn for_param(dice: &mut Dice<'_>, function: &'static str, at: usize, param: &Param) -> String {
    let of_example = POOL.of_param.get(&(function, at)).map(Vec::as_slice).unwrap_or(&[]);
    if !of_example.is_empty() && dice.roll(3) == 0 {
        return dice.pick(of_example).cloned().unwrap_or_default();
    }
    let fitting: &[&'static str] = match (param.role, param.name) {
        (Role::Pattern, _) => &PATTERNS,
        (Role::Zone, _) => &ZONES,
        (Role::Calendar, _) if dice.roll(8) > 0 => &CALENDARS,
        (Role::Calendar | Role::Salt, _) => &PLAIN,
        (Role::Plain, "unit") => &UNITS,
        (Role::Plain, "format") => &FORMATS,
        (Role::Plain, "replacement") => &REPLACEMENTS,
        (Role::Plain, _) => return text(dice),
    };
    dice.word(fitting).to_owned()
}

/// A text.
pub(super) fn text(dice: &mut Dice<'_>) -> String {
    match dice.roll(12) {
        0..=4 => dice.word(&PLAIN).to_owned(),
        5..=6 => dice.pick(&POOL.all).cloned().unwrap_or_default(),
        7 => dice.word(&TIMES).to_owned(),
        8 => dice.word(&JSON).to_owned(),
        9 => dice.word(&NUMBERS).to_owned(),
        10 => dice.noise(8),
        _ => dice.word(&PLAIN).repeat(1 + dice.roll(40)),
    }
}
