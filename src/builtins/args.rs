//! What a function of the table is called with.

use regex::Regex;

use super::Calendars;
use crate::limits::Limits;
use crate::value::{Budget, EvalError, EvalErrorKind, Map, Number, Timestamp, Value};
use crate::value::{List, arith};

/// Most arguments that one call keeps at hand. `$COALESCE`, which takes any number, evaluates them one by one instead.
const MOST: usize = 4;

/// The evaluated arguments of a call, by position. An argument that was left out, and the place of a lambda, is empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Args<'v> {
    values: [Option<&'v Value>; MOST],
    len: usize,
}

impl<'v> Args<'v> {
    /// Adds the next argument, or an empty place.
    pub fn push(&mut self, value: Option<&'v Value>) {
        if let Some(place) = self.values.get_mut(self.len) {
            *place = value;
            self.len += 1;
        }
    }

    /// How many places there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no place.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The argument at a place, `NULL` included.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&'v Value> {
        self.values.get(at).copied().flatten()
    }

    /// The arguments that are there.
    pub fn iter(&self) -> impl Iterator<Item = &'v Value> {
        self.values.iter().copied().flatten()
    }

    /// The argument at a place, if it is there and not `NULL`.
    #[must_use]
    pub fn present(&self, at: usize) -> Option<&'v Value> {
        self.get(at).filter(|value| !value.is_null())
    }

    /// A required Text.
    ///
    /// # Errors
    /// `type_mismatch` for anything else.
    pub fn text(&self, at: usize) -> Result<&'v str, EvalErrorKind> {
        match self.get(at) {
            Some(Value::Text(text)) => Ok(text),
            Some(_) | None => Err(EvalErrorKind::TypeMismatch),
        }
    }

    /// An optional Text.
    ///
    /// # Errors
    /// `type_mismatch` for anything else.
    pub fn optional_text(&self, at: usize) -> Result<Option<&'v str>, EvalErrorKind> {
        self.present(at).map(|_| self.text(at)).transpose()
    }

    /// A required Number.
    ///
    /// # Errors
    /// `type_mismatch` for anything else.
    pub fn number(&self, at: usize) -> Result<Number, EvalErrorKind> {
        arith::number(self.get(at).ok_or(EvalErrorKind::TypeMismatch)?)
    }

    /// A required List.
    ///
    /// # Errors
    /// `type_mismatch` for anything else.
    pub fn list(&self, at: usize) -> Result<&'v List, EvalErrorKind> {
        match self.get(at) {
            Some(Value::List(list)) => Ok(list),
            Some(_) | None => Err(EvalErrorKind::TypeMismatch),
        }
    }

    /// A Map, if that is what stands there.
    #[must_use]
    pub fn map(&self, at: usize) -> Option<&'v Map> {
        match self.get(at) {
            Some(Value::Map(map)) => Some(map),
            Some(_) | None => None,
        }
    }
}

/// What a function may use besides its arguments.
#[derive(Debug)]
pub struct Env<'e> {
    /// What the evaluation may still spend.
    pub budget: &'e mut Budget,
    /// The time of the decision.
    pub now: Timestamp,
    /// The calendars of the rule set.
    pub calendars: &'e dyn Calendars,
    /// The limits in force.
    pub limits: &'e Limits,
    /// What the compiler prepared of a constant argument of this call.
    pub prepared: Option<&'e Prepared>,
}

/// A constant argument, made ready when the rule was compiled.
#[derive(Clone, Debug)]
pub enum Prepared {
    /// A compiled regular expression.
    Pattern(Regex),
}

/// Why a call failed: by itself, or inside its lambda, whose error has a span of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The call itself.
    Here(EvalErrorKind),
    /// An expression inside its lambda.
    Inside(EvalError),
}

impl From<EvalErrorKind> for Fault {
    fn from(kind: EvalErrorKind) -> Fault {
        Fault::Here(kind)
    }
}

/// The lambda of a call, as a backend evaluates it.
pub trait Lambda {
    /// The value of the body for these arguments.
    ///
    /// # Errors
    /// What the body fails with.
    fn value(&mut self, args: &[&Value], budget: &mut Budget) -> Result<Value, EvalError>;

    /// Whether the body is truthy for these arguments; builds no value where it need not.
    ///
    /// # Errors
    /// What the body fails with.
    fn holds(&mut self, args: &[&Value], budget: &mut Budget) -> Result<bool, EvalError> {
        self.value(args, budget).map(|value| value.is_truthy())
    }
}
