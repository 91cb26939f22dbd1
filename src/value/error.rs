//! What can go wrong when a rule runs.

use std::fmt;

use crate::source::Span;

macro_rules! error_kinds {
    ($( $(#[doc = $doc:literal])* $variant:ident $name:literal $meaning:literal, )*) => {
        /// Why an evaluation failed. Missing data is never an error: it is `NULL`.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[repr(u8)]
        pub enum EvalErrorKind {
            $( $(#[doc = $doc])* $variant, )*
        }

        impl EvalErrorKind {
            /// All kinds.
            pub const ALL: &[EvalErrorKind] = &[$(EvalErrorKind::$variant),*];

            /// The stable name: `type_mismatch`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(EvalErrorKind::$variant => $name,)* }
            }

            /// One line for people.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(EvalErrorKind::$variant => $meaning,)* }
            }
        }
    };
}

error_kinds! {
    /// An operator or function met a kind that it does not take: `"a" < 3`.
    TypeMismatch "type_mismatch" "a value of a kind that does not fit here",
    /// An Integer result leaves 64 bits: `9223372036854775807 + 1`.
    Overflow "overflow" "an Integer result that leaves 64 bits",
    /// `1 / 0`.
    DivisionByZero "division_by_zero" "a division by zero",
    /// A Float result is no finite number: `1e308 * 10`.
    NotFinite "not_finite" "a Float result that is no finite number",
    /// An argument of the right kind with a value that makes no sense: `$PARSE_TIME("soon")`.
    InvalidArgument "invalid_argument" "an argument whose value makes no sense here",
    /// A regular expression that is malformed or too large: `$MATCH(x, "(")`.
    InvalidRegex "invalid_regex" "a regular expression that is malformed or too large",
    /// More steps or bytes than one evaluation may use.
    BudgetExceeded "budget_exceeded" "more work or memory than one evaluation may use",
    /// `$OPEN("nowhere")` where no calendar of that name is declared.
    UnknownCalendar "unknown_calendar" "a calendar that is not declared",
}

impl fmt::Display for EvalErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A failed evaluation: what went wrong, and in which expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{kind} at {span}: {}", kind.meaning())]
pub struct EvalError {
    /// What went wrong.
    pub kind: EvalErrorKind,
    /// The expression that failed.
    pub span: Span,
}

/// A set of [`EvalErrorKind`]s: what an expression may fail with.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct ErrorKinds(u16);

impl ErrorKinds {
    /// Cannot fail.
    pub const NONE: ErrorKinds = ErrorKinds(0);

    /// The set of the given kinds.
    #[must_use]
    pub const fn of(kinds: &[EvalErrorKind]) -> ErrorKinds {
        let mut bits = 0;
        let mut rest = kinds;
        while let [first, tail @ ..] = rest {
            bits |= 1 << *first as u8;
            rest = tail;
        }
        ErrorKinds(bits)
    }

    /// Either set.
    #[must_use]
    pub const fn or(self, other: ErrorKinds) -> ErrorKinds {
        ErrorKinds(self.0 | other.0)
    }

    /// This set without the other.
    #[must_use]
    pub const fn without(self, other: ErrorKinds) -> ErrorKinds {
        ErrorKinds(self.0 & !other.0)
    }

    /// Whether the set has the kind.
    #[must_use]
    pub const fn has(self, kind: EvalErrorKind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    /// Whether nothing can fail.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds of the set.
    pub fn iter(self) -> impl Iterator<Item = EvalErrorKind> {
        EvalErrorKind::ALL.iter().copied().filter(move |kind| self.has(*kind))
    }
}

impl fmt::Debug for ErrorKinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(EvalErrorKind::name)).finish()
    }
}
