//! THE function table.
//!
//! One row for each function: name, parameters, result, errors, documentation, an example with its result, and the one implementation.
//! Checker, interpreter, reference, completion and fuzzing read the rows; none repeats them.

mod args;
mod calendar;
mod charged;
mod json;
mod list;
mod logic;
mod number;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod time;

use std::sync::Arc;

pub use args::{Args, Env, Fault, Lambda, Prepared};
pub use calendar::{Calendars, NoCalendars, UnknownCalendar};
pub use logic::first_present;
pub use table::{ALL, BuiltinId, find};
pub use text::{PatternError, compile_pattern, fold_case, same_text};
#[cfg(feature = "handoff")]
pub(crate) use time::{civil, is_utc};
pub use time::{find_zone, rfc3339};

use crate::value::{ErrorKinds, EvalErrorKind, Kinds, Value};

/// A row of the function table.
#[derive(Debug)]
pub struct Builtin {
    /// The name in upper case, without the `$`.
    pub name: &'static str,
    /// The parameters; a receiver (`v.$FUNC()`) is the first.
    pub params: &'static [Param],
    /// Whether the last parameter may be repeated.
    pub variadic: bool,
    /// The kinds of the result. A function whose result is a Bool gives `FALSE` for a `NULL` operand, all others give `NULL`.
    pub result: Kinds,
    /// What it can fail with although the kinds of all arguments fit (the budget not counted).
    pub errors: ErrorKinds,
    /// Whether the result depends on the arguments alone, so that constant arguments give a constant.
    pub folds: bool,
    /// What the result has to do with the arguments.
    pub gives: Gives,
    /// The chapter of the reference.
    pub family: Family,
    /// One line: what it gives.
    pub doc: &'static str,
    /// Small print, one sentence each.
    pub notes: &'static [&'static str],
    /// A rule and its result, as canonical text of the language.
    pub example: (&'static str, &'static str),
    /// The implementation.
    pub run: Run,
}

/// Chapters of the function reference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Family {
    /// Text.
    Text,
    /// Lists and maps.
    List,
    /// Times and calendars.
    Time,
    /// Conversions and JSON.
    Conversion,
    /// Presence, sameness, rollouts.
    Logic,
}

impl Family {
    /// All chapters, in the order of the reference.
    pub const ALL: [Family; 5] = [Family::Text, Family::List, Family::Time, Family::Conversion, Family::Logic];

    /// The heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Family::Text => "Text",
            Family::List => "Lists and maps",
            Family::Time => "Times and calendars",
            Family::Conversion => "Conversions and JSON",
            Family::Logic => "Presence, sameness, rollouts",
        }
    }
}

/// A parameter of a function.
#[derive(Debug)]
pub struct Param {
    /// The name in the reference.
    pub name: &'static str,
    /// What fits.
    pub takes: Takes,
    /// What a `NULL`, or nothing at all, means.
    pub need: Need,
    /// What the argument is used for, where a constant one can be checked and prepared when the rule is compiled.
    pub role: Role,
}

impl Param {
    /// A parameter that must be written and whose `NULL` decides the call.
    const fn required(name: &'static str, kinds: Kinds) -> Param {
        Param { name, takes: Takes::Values(kinds), need: Need::Required, role: Role::Plain }
    }

    /// A parameter that takes any value, `NULL` included.
    const fn any(name: &'static str) -> Param {
        Param { name, takes: Takes::Values(Kinds::ANY), need: Need::AnyValue, role: Role::Plain }
    }

    /// A parameter that may be left out, by `NULL` too.
    const fn optional(name: &'static str, kinds: Kinds) -> Param {
        Param { name, takes: Takes::Values(kinds), need: Need::Optional, role: Role::Plain }
    }

    /// A lambda with so many parameters.
    const fn lambda(name: &'static str, params: usize) -> Param {
        Param { name, takes: Takes::Lambda(params), need: Need::Required, role: Role::Plain }
    }

    /// The same parameter, used for something that can be checked when the rule is compiled.
    const fn used_as(self, role: Role) -> Param {
        Param { role, ..self }
    }
}

/// What fits a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Takes {
    /// A value of one of these kinds.
    Values(Kinds),
    /// A lambda with so many parameters: `x => ...` or `(acc, x) => ...`.
    Lambda(usize),
}

/// What a missing argument means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// Must be written; `NULL` makes the whole call `NULL` (or `FALSE`).
    Required,
    /// Must be written; `NULL` is a value like any other.
    AnyValue,
    /// May be left out; `NULL` is the same as leaving it out.
    Optional,
    /// May be left out; but if it is written, `NULL` makes the whole call `NULL` (or `FALSE`).
    OptionalOperand,
}

impl Need {
    /// Whether the argument may be left out.
    #[must_use]
    pub fn is_optional(self) -> bool {
        matches!(self, Need::Optional | Need::OptionalOperand)
    }

    /// Whether a `NULL` decides the call.
    #[must_use]
    pub fn null_decides(self) -> bool {
        matches!(self, Need::Required | Need::OptionalOperand)
    }
}

/// What a parameter is used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Nothing special.
    Plain,
    /// A regular expression.
    Pattern,
    /// A time zone: an IANA name or a fixed offset.
    Zone,
    /// The name of a calendar.
    Calendar,
    /// What tells one rollout from another.
    Salt,
}

/// What a result has to do with the arguments, as far as the checker follows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gives {
    /// A value of the row's kinds.
    Kinds,
    /// Some of the elements of the first argument, in a list or map like it.
    SomeOfFirst,
    /// One of the elements of the first argument, or `NULL`.
    OneOfFirst,
    /// A list of what the lambda gives.
    Mapped,
    /// Whether the first argument is `NULL`.
    WhetherMissing,
}

/// How a function is implemented.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// A function of its arguments, which have been evaluated, looked at for `NULL`, and checked for their kinds.
    Scalar(fn(&Args<'_>, &mut Env<'_>) -> Result<Value, EvalErrorKind>),
    /// A function that visits a list (or map) with a lambda.
    Visit(Visit),
    /// The first argument that is not `NULL`, later ones evaluated only as needed: `$COALESCE`. The one row that a backend runs itself.
    FirstPresent,
    /// The time of the decision: `$TIME`.
    Now,
}

/// A function of its arguments and of a lambda, if the call has one.
pub type Visit = fn(&Args<'_>, Option<&mut dyn Lambda>, &mut Env<'_>) -> Result<Value, Fault>;

impl Builtin {
    /// The fewest and the most arguments; no upper bound for a variadic function.
    #[must_use]
    pub fn arity(&self) -> (usize, Option<usize>) {
        let fewest = self.params.iter().filter(|param| !param.need.is_optional()).count();
        (fewest, (!self.variadic).then_some(self.params.len()))
    }

    /// The parameter that argument `at` is for.
    #[must_use]
    pub fn param(&self, at: usize) -> Option<&'static Param> {
        self.params.get(at).or_else(|| self.params.last().filter(|_| self.variadic))
    }

    /// What a `NULL` operand gives: `FALSE` where the function answers a question, else `NULL`.
    #[must_use]
    pub fn on_null(&self) -> Value {
        if self.result == Kinds::BOOL { Value::Bool(false) } else { Value::Null }
    }

    /// Whether the function looks at each element of its lists: with a lambda, or by itself.
    #[must_use]
    pub fn visits(&self) -> bool {
        self.params.iter().any(|param| match param.takes {
            Takes::Lambda(_) => true,
            Takes::Values(kinds) => kinds == Kinds::LIST,
        })
    }

    /// The signature as the reference shows it: `$CONCAT(list, separator?)`.
    #[must_use]
    pub fn signature(&self) -> String {
        let params: Vec<String> = self.params.iter().map(|param| format!("{}{}", param.name, if param.need.is_optional() { "?" } else { "" })).collect();
        format!("${}({}{})", self.name, params.join(", "), if self.variadic { ", ..." } else { "" })
    }

    /// Runs a scalar function on evaluated arguments: the one order of `NULL`, kinds, charge, call.
    ///
    /// # Errors
    /// `type_mismatch` for an argument of the wrong kind; whatever the function itself fails with.
    pub fn call(&self, args: &Args<'_>, env: &mut Env<'_>) -> Result<Value, Fault> {
        let decided = self.admit(args, env)?;
        match (decided, self.run) {
            (Some(decided), _) => Ok(decided),
            (None, Run::Scalar(run)) => run(args, env).map_err(Fault::Here),
            (None, Run::Visit(run)) => run(args, None, env),
            (None, Run::FirstPresent) => logic::first_of(args, env.budget).map_err(Fault::Here),
            (None, Run::Now) => Ok(env.now.to_number().into()),
        }
    }

    /// Runs a list function with a lambda, whose place among the arguments is left empty.
    ///
    /// # Errors
    /// `type_mismatch` for an argument of the wrong kind; whatever the function or the lambda fails with.
    pub fn visit(&self, args: &Args<'_>, lambda: &mut dyn Lambda, env: &mut Env<'_>) -> Result<Value, Fault> {
        if let Some(decided) = self.admit(args, env)? {
            return Ok(decided);
        }
        match self.run {
            Run::Visit(run) => run(args, Some(lambda), env),
            Run::Scalar(_) | Run::FirstPresent | Run::Now => Err(Fault::Here(EvalErrorKind::TypeMismatch)),
        }
    }

    /// Looks at `NULL` first, then at kinds, then charges the texts that will be read. `Some` is the result where `NULL` decides.
    fn admit(&self, args: &Args<'_>, env: &mut Env<'_>) -> Result<Option<Value>, EvalErrorKind> {
        let params = || (0..args.len()).filter_map(|at| Some((self.param(at)?, args.get(at)?)));
        if params().any(|(param, value)| param.need.null_decides() && value.is_null()) {
            return Ok(Some(self.on_null()));
        }
        let mut read = 0usize;
        for (param, value) in params() {
            match param.takes {
                Takes::Values(kinds) if kinds.has(value.kind()) || value.is_null() => {}
                Takes::Values(_) | Takes::Lambda(_) => return Err(EvalErrorKind::TypeMismatch),
            }
            if let Value::Text(text) = value {
                read = read.saturating_add(text.len());
            }
        }
        env.budget.reading(read)?;
        Ok(None)
    }
}

/// Shares a prepared argument.
pub type SharedPrepared = Arc<Prepared>;
