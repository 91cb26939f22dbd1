//! Conformance cases: a rule, a context, and what comes out.
//!
//! A case is one line of an NDJSON file:
//!
//! ```json
//! {"id": "cel/lists/in/first", "rule": "\"alpha\" IN [\"alpha\", \"beta\"]", "context": {}, "expect": true}
//! ```
//!
//! Keys are `id`, `rule`, `context` (`{}` if left out), `now` (epoch seconds), `note`, and exactly one of
//! - `expect`: the value, as JSON. Numbers compare by exact value, maps without regard to order;
//! - `expect_error`: the kind of error, or `invalid_context`, `parse`, `check`, `any`;
//! - `expect_parse`, always `true`: the rule compiles and runs, whatever comes out.
//!
//! Nothing here reads files: that is the command line's work (`triggerfish test`), or a test's.

use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::context::ContextError;
use crate::diagnostic::{Code, Diagnostic, Stage, visible};
use crate::engine::Engine;
use crate::limits::Limits;
use crate::value::json::{self, JsonError};
use crate::value::{EvalError, EvalErrorKind, Timestamp, Value, arith};

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its unique name: `suite/group/name`.
    pub id: String,
    /// The text of the rule.
    pub rule: String,
    /// The JSON text of the context, as written: nothing of it is rounded or dropped before it is bound.
    pub context: Box<str>,
    /// The time that `$TIME()` gives.
    pub now: Timestamp,
    /// What must come out.
    pub expected: Expected,
    /// A remark.
    pub note: Option<String>,
}

/// What must come out of a case.
#[derive(Clone, PartialEq, Debug)]
pub enum Expected {
    /// `"expect": 3`: this value.
    Value(Value),
    /// `"expect_error": "overflow"`: no value, and this is why.
    Error(ExpectedError),
    /// `"expect_parse": true`: the rule compiles and runs, whatever comes out.
    Runs,
}

/// Why a case must give no value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExpectedError {
    /// A kind of run-time error; a compile-time error that stands for it will do.
    Kind(EvalErrorKind),
    /// `invalid_context`: the context does not bind.
    InvalidContext,
    /// `parse`: there is no tree that could run.
    Parse,
    /// `check`: there is a tree, but it is refused before it runs.
    Check,
    /// `any`: refused at any stage, for any reason.
    Any,
}

/// What came out of a case.
#[derive(Clone, PartialEq, Debug)]
pub enum Found {
    /// A value.
    Value(Value),
    /// The rule does not compile; these are the errors.
    Refused(Vec<Diagnostic>),
    /// The context does not bind.
    Unbound(ContextError),
    /// The evaluation failed.
    Failed(EvalError),
}

/// Whether a case came out as it must.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// It did.
    Passed,
    /// It did not.
    Failed {
        /// What must come out.
        expected: Expected,
        /// What came out.
        found: Found,
    },
}

/// Why a line is no case.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// It is no object.
    #[error("a case is a JSON object")]
    NoObject,
    /// It is no JSON, or not of the right form; the message says where.
    #[error("{0}")]
    Form(#[from] serde_json::Error),
    /// It says not exactly one thing that must come out.
    #[error("exactly one of `expect`, `expect_error` and `expect_parse` must be there")]
    Expectation,
    /// `"expect_error": "oops"`
    #[error("unknown kind of error `{0}`")]
    UnknownKind(String),
    /// `"expect_parse": false`
    #[error("`expect_parse` is always `true`")]
    ParseFalse,
    /// `expect` is JSON that no rule could give.
    #[error("`expect`: {0}")]
    Value(JsonError),
    /// `now` is no number of seconds, or out of range.
    #[error("`now` is a number of seconds since 1970, in the years 1 to 9999")]
    Now,
}

/// A line, as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    rule: String,
    #[serde(default, deserialize_with = "written")]
    context: Option<Box<RawValue>>,
    now: Option<Box<RawValue>>,
    note: Option<String>,
    #[serde(default, deserialize_with = "written")]
    expect: Option<Box<RawValue>>,
    expect_error: Option<String>,
    expect_parse: Option<bool>,
}

/// `null` is something that is written, too.
fn written<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

impl Case {
    /// Reads one line of a case file.
    ///
    /// # Errors
    /// What is wrong with it. Any bytes give an answer.
    ///
    /// # Examples
    /// ```
    /// use triggerfish::Engine;
    /// use triggerfish::cases::{Case, Outcome};
    ///
    /// let case = Case::parse(br#"{"id": "sums/one", "rule": "x + 1", "context": {"x": 2}, "expect": 3.0}"#)?;
    /// assert_eq!(case.run(&Engine::new()), Outcome::Passed);
    /// # Ok::<(), triggerfish::cases::CaseError>(())
    /// ```
    pub fn parse(line: &[u8]) -> Result<Case, CaseError> {
        // Serde would take an array for the fields in order.
        if line.trim_ascii_start().first() != Some(&b'{') {
            return Err(CaseError::NoObject);
        }
        let line: Line = serde_json::from_slice(line)?;
        let expected = match (line.expect, line.expect_error, line.expect_parse) {
            (Some(value), None, None) => json::read(value.get().as_bytes(), Limits::DEEPEST_NESTING).map(Expected::Value).map_err(CaseError::Value)?,
            (None, Some(kind), None) => match ExpectedError::of(&kind) {
                Some(error) => Expected::Error(error),
                None => return Err(CaseError::UnknownKind(kind)),
            },
            (None, None, Some(true)) => Expected::Runs,
            (None, None, Some(false)) => return Err(CaseError::ParseFalse),
            (_, _, _) => return Err(CaseError::Expectation),
        };
        let now = line.now.map_or(Ok(Timestamp::EPOCH), |now| seconds(now.get()).ok_or(CaseError::Now))?;
        let context = line.context.map_or_else(|| Box::from("{}"), Into::into);
        Ok(Case { id: line.id, rule: line.rule, context, now, expected, note: line.note })
    }

    /// Runs the case and compares. The engine should have no schema and no calendars.
    #[must_use]
    pub fn run(&self, engine: &Engine) -> Outcome {
        let found = self.observe(engine);
        if self.expected.admits(&found) { Outcome::Passed } else { Outcome::Failed { expected: self.expected.clone(), found } }
    }

    /// What comes out.
    #[must_use]
    pub fn observe(&self, engine: &Engine) -> Found {
        let rule = match engine.compile(&self.rule) {
            Ok(rule) => rule,
            Err(refused) => return Found::Refused(refused.diagnostics().iter().filter(|diagnostic| diagnostic.is_error()).cloned().collect()),
        };
        match rule.bind_json(self.context.as_bytes()).map(|context| rule.evaluate(&context, self.now)) {
            Ok(Ok(value)) => Found::Value(value),
            Ok(Err(error)) => Found::Failed(error),
            Err(error) => Found::Unbound(error),
        }
    }
}

fn seconds(json: &str) -> Option<Timestamp> {
    let value = json::read(json.as_bytes(), 0).ok()?;
    arith::number(&value).and_then(Timestamp::from_number).ok()
}

impl Expected {
    /// Whether this may come out.
    #[must_use]
    pub fn admits(&self, found: &Found) -> bool {
        match (self, found) {
            (Expected::Value(expected), Found::Value(found)) => expected == found,
            (Expected::Runs, Found::Refused(_)) | (Expected::Value(_), Found::Refused(_) | Found::Unbound(_) | Found::Failed(_)) => false,
            (Expected::Runs, Found::Value(_) | Found::Unbound(_) | Found::Failed(_)) => true,
            (Expected::Error(_), Found::Value(_)) => false,
            (Expected::Error(expected), Found::Refused(errors)) => errors.iter().any(|error| expected.admits_diagnostic(error)),
            (Expected::Error(expected), Found::Unbound(_)) => matches!(expected, ExpectedError::InvalidContext | ExpectedError::Any),
            (Expected::Error(expected), Found::Failed(error)) => *expected == ExpectedError::Any || *expected == ExpectedError::Kind(error.kind),
        }
    }
}

/// The kinds of error that a case names, besides those of [`EvalErrorKind`].
const OTHER_ERRORS: [(&str, ExpectedError); 4] =
    [("invalid_context", ExpectedError::InvalidContext), ("parse", ExpectedError::Parse), ("check", ExpectedError::Check), ("any", ExpectedError::Any)];

/// The codes that always stand for the same run-time error; of `TF0202` each diagnostic says for which.
const STANDS_FOR: [(Code, EvalErrorKind); 4] = [
    (Code::KindMismatch, EvalErrorKind::TypeMismatch),
    (Code::BadPattern, EvalErrorKind::InvalidRegex),
    (Code::BadZone, EvalErrorKind::InvalidArgument),
    (Code::UnknownCalendar, EvalErrorKind::UnknownCalendar),
];

impl ExpectedError {
    fn of(name: &str) -> Option<ExpectedError> {
        let kind = EvalErrorKind::ALL.iter().find(|kind| kind.name() == name).map(|kind| ExpectedError::Kind(*kind));
        kind.or_else(|| OTHER_ERRORS.iter().find(|(other, _)| *other == name).map(|(_, error)| *error))
    }

    /// The name in a case file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ExpectedError::Kind(kind) => kind.name(),
            ExpectedError::InvalidContext => "invalid_context",
            ExpectedError::Parse => "parse",
            ExpectedError::Check => "check",
            ExpectedError::Any => "any",
        }
    }

    fn admits_diagnostic(self, error: &Diagnostic) -> bool {
        match self {
            ExpectedError::Kind(kind) => stands_for(error) == Some(kind),
            ExpectedError::InvalidContext => false,
            ExpectedError::Parse => error.code.stage() == Stage::Parse,
            ExpectedError::Check => error.code.stage() == Stage::Check,
            ExpectedError::Any => true,
        }
    }
}

/// The run-time error that a compile-time error stands for.
fn stands_for(error: &Diagnostic) -> Option<EvalErrorKind> {
    error.kind.or_else(|| STANDS_FOR.iter().find(|(code, _)| *code == error.code).map(|(_, kind)| *kind))
}

/// One line for people: the value as JSON, the kind of error, or what must hold.
impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expected::Value(value) => f.write_str(&visible(&value.to_string())),
            Expected::Error(error) => write!(f, "error: {}", error.name()),
            Expected::Runs => f.write_str("the rule compiles and runs"),
        }
    }
}

/// One line for people.
impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Found::Value(value) => f.write_str(&visible(&value.to_string())),
            Found::Refused(errors) => {
                f.write_str("the rule does not compile")?;
                errors.iter().enumerate().try_for_each(|(at, error)| {
                    let kind = stands_for(error).map(|kind| format!(" ({kind})")).unwrap_or_default();
                    write!(f, "{} {}{kind} at {}: {}", if at == 0 { ":" } else { ";" }, error.code, error.span, visible(&error.message))
                })
            }
            Found::Unbound(error) => write!(f, "error: {}", visible(&error.to_string())),
            Found::Failed(error) => write!(f, "error: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Case, String> {
        Case::parse(line.as_bytes()).map_err(|error| error.to_string())
    }

    fn expected(json: &str) -> Expected {
        parse(&format!(r#"{{"id": "a", "rule": "x", {json}}}"#)).unwrap().expected
    }

    #[test]
    fn a_context_is_kept_as_written() {
        let case = parse(r#"{"id": "a", "rule": "x", "context": {"x": 99999999999999999999, "x":1.0 }, "now": 1.5, "expect": null, "note": "n"}"#).unwrap();
        assert_eq!(&*case.context, r#"{"x": 99999999999999999999, "x":1.0 }"#);
        assert_eq!((case.now.as_micros(), case.note.as_deref()), (1_500_000, Some("n")));
        assert_eq!(case.expected, Expected::Value(Value::Null));
    }

    #[test]
    fn every_kind_of_error_has_its_name() {
        for name in EvalErrorKind::ALL.iter().map(|kind| kind.name()).chain(OTHER_ERRORS.iter().map(|(name, _)| *name)) {
            let Expected::Error(error) = expected(&format!(r#""expect_error": "{name}""#)) else { panic!("{name}") };
            assert_eq!(error.name(), name);
        }
    }

    #[test]
    fn a_line_that_is_no_case_says_why() {
        for (line, message) in [
            ("", "a case is a JSON object"),
            (r#"["a", "x"]"#, "a case is a JSON object"),
            (r#"{"id": "a""#, "EOF while parsing an object at line 1 column 10"),
            (r#"{"id": "a", "rule": "x", "expect": 1, "expext": 1}"#, "unknown field `expext`"),
            (r#"{"id": "a", "id": "a"}"#, "duplicate field `id`"),
            (r#"{"id": "a", "expect": 1}"#, "missing field `rule`"),
            (r#"{"id": "a", "rule": "x"}"#, "exactly one of"),
            (r#"{"id": "a", "rule": "x", "expect": 1, "expect_error": "any"}"#, "exactly one of"),
            (r#"{"id": "a", "rule": "x", "expect_error": "oops"}"#, "unknown kind of error `oops`"),
            (r#"{"id": "a", "rule": "x", "expect_parse": false}"#, "`expect_parse` is always `true`"),
            (r#"{"id": "a", "rule": "x", "expect": 99999999999999999999}"#, "`expect`: an integer outside 64 bits at byte 0"),
            (r#"{"id": "a", "rule": "x", "expect": 1, "now": "soon"}"#, "`now` is a number"),
            (r#"{"id": "a", "rule": "x", "expect": 1, "now": 1e300}"#, "`now` is a number"),
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.contains(message), "{line}: {error}");
        }
        assert!(Case::parse(b"{\"id\": \"\xff\"}").unwrap_err().to_string().contains("column"));
    }

    #[test]
    fn numbers_compare_exactly_and_maps_without_order() {
        let admits = |expect: &str, found: &str| expected(&format!(r#""expect": {expect}"#)).admits(&Found::Value(json::read(found.as_bytes(), 9).unwrap()));
        assert!(admits("3", "3.0") && admits(r#"{"a": 1, "b": [2]}"#, r#"{"b": [2.0], "a": 1}"#));
        assert!(!admits("[1, 2]", "[2, 1]") && !admits("9007199254740993", "9007199254740992.0") && !admits("null", "false"));
    }

    #[test]
    fn a_compile_time_error_counts_for_what_it_stands_for() {
        let error = |code: Code| Diagnostic::new(code, crate::source::Span::new(0, 1), "m");
        let overflow = Diagnostic { kind: Some(EvalErrorKind::Overflow), ..error(Code::ConstantFails) };
        for (name, diagnostic, admitted) in [
            ("parse", error(Code::UnexpectedToken), true),
            ("check", error(Code::UnexpectedToken), false),
            ("check", error(Code::UnknownFunction), true),
            ("check", error(Code::KindMismatch), true),
            ("parse", error(Code::DuplicateKey), false),
            ("type_mismatch", error(Code::KindMismatch), true),
            ("invalid_regex", error(Code::BadPattern), true),
            ("invalid_argument", error(Code::BadZone), true),
            ("unknown_calendar", error(Code::UnknownCalendar), true),
            ("overflow", overflow.clone(), true),
            ("type_mismatch", overflow.clone(), false),
            ("overflow", error(Code::ConstantFails), false),
            ("any", overflow, true),
            ("invalid_context", error(Code::UnexpectedToken), false),
        ] {
            let refused = Found::Refused(vec![diagnostic]);
            assert_eq!(expected(&format!(r#""expect_error": "{name}""#)).admits(&refused), admitted, "{name}: {refused}");
            assert!(!expected(r#""expect_parse": true"#).admits(&refused) && !expected(r#""expect": 1"#).admits(&refused));
        }
    }

    #[test]
    fn a_failed_evaluation_and_an_unbound_context_are_told_apart() {
        let failed = Found::Failed(EvalError { kind: EvalErrorKind::Overflow, span: crate::source::Span::new(0, 1) });
        let unbound = Found::Unbound(ContextError { pointer: "/x".to_owned(), message: "m\u{1b}".to_owned(), offset: None });
        for (name, by_failed, by_unbound) in [
            ("overflow", true, false),
            ("type_mismatch", false, false),
            ("invalid_context", false, true),
            ("any", true, true),
            ("parse", false, false),
            ("check", false, false),
        ] {
            let expected = expected(&format!(r#""expect_error": "{name}""#));
            assert_eq!((expected.admits(&failed), expected.admits(&unbound)), (by_failed, by_unbound), "{name}");
        }
        assert_eq!(unbound.to_string(), r"error: invalid_context at /x: m\u{1b}");
        assert!(expected(r#""expect_parse": true"#).admits(&failed));
    }
}
