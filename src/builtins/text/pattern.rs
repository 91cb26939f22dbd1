//! Regular expressions: one dialect, bounded, and `$MATCH`.

use std::borrow::Cow;

use regex::{Regex, RegexBuilder};

use super::super::{Args, Builtin, Env, Family, Gives, Param, Prepared, Role, Run};
use crate::limits::Limits;
use crate::value::EvalErrorKind::{self, InvalidRegex};
use crate::value::{Budget, ErrorKinds, Kinds, Value};

pub(in super::super) const MATCH: Builtin = Builtin {
    name: "MATCH",
    params: &[Param::required("text", Kinds::TEXT), PATTERN, Param::optional("all", Kinds::BOOL)],
    variadic: false,
    result: Kinds::LIST,
    errors: ErrorKinds::of(&[InvalidRegex]),
    folds: true,
    gives: Gives::Kinds,
    family: Family::Text,
    doc: "What a regular expression matches in the text: the first match, or all of them with `TRUE`.",
    notes: &[
        "Matches are found anywhere in the text and given whole; `[]` if there is none. Empty matches count.",
        "Patterns are the linear-time dialect of the `regex` crate: Unicode classes, no look-around, no back references.",
        COMPILING_NOTE,
        SCANNING_NOTE,
    ],
    example: ("\"a1b22\".$MATCH(\"\\d+\", TRUE)", "[\"1\", \"22\"]"),
    run: Run::Scalar(matches),
};

/// The parameter that takes a pattern.
pub(super) const PATTERN: Param = Param::required("pattern", Kinds::TEXT).used_as(Role::Pattern);

pub(super) const COMPILING_NOTE: &str = "A pattern that is not written out in the rule is compiled at every call, which costs 1,000 steps.";

pub(super) const SCANNING_NOTE: &str =
    "With a pattern that repeats (`* + {}`), each match costs a step per 4 KiB of text behind it, because finding the next one may read all of it.";

/// Steps of compiling a pattern while a rule runs.
const COMPILING: u64 = 1_000;

/// Bytes of text that cost one step to scan again.
const SCANNED_PER_STEP: usize = 4096;

/// Deepest nesting of a pattern, where groups, repetitions, sequences and alternatives count each: compiling recurses, and the stack may be small.
const NESTING: u32 = 64;

/// Why a pattern is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PatternError {
    /// Its text is longer than [`Limits::regex_bytes`].
    #[error("the pattern has {bytes} bytes; the limit is {limit}")]
    TooLong {
        /// The length of its text.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Compiled, it is larger than [`Limits::regex_compiled_bytes`].
    #[error("the compiled pattern takes more than {limit} bytes; fewer or smaller repetitions make it smaller")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// It is no pattern: `(`
    #[error("{0}")]
    Malformed(String),
}

/// Compiles a pattern within the limits.
///
/// # Errors
/// Why the pattern is refused.
pub fn compile_pattern(text: &str, limits: &Limits) -> Result<Regex, PatternError> {
    if text.len() > limits.regex_bytes {
        return Err(PatternError::TooLong { bytes: text.len(), limit: limits.regex_bytes });
    }
    // The lazily built automaton may take a few times what the program takes; it starts over when it is full.
    let cache = limits.regex_compiled_bytes.saturating_mul(4);
    RegexBuilder::new(text).nest_limit(NESTING).size_limit(limits.regex_compiled_bytes).dfa_size_limit(cache).build().map_err(|error| {
        if let regex::Error::CompiledTooBig(limit) = error {
            return PatternError::TooLarge { limit };
        }
        PatternError::Malformed(last_line(&error.to_string()))
    })
}

/// The crate's message shows the pattern over several lines; the last one says what is wrong.
fn last_line(message: &str) -> String {
    let line = message.trim_end().lines().next_back().unwrap_or_default().trim();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

/// The pattern of a call: as the compiler prepared it, or compiled now.
pub(super) fn pattern<'e>(text: &str, prepared: Option<&'e Prepared>, limits: &Limits, budget: &mut Budget) -> Result<Cow<'e, Regex>, EvalErrorKind> {
    match prepared {
        Some(Prepared::Pattern(pattern)) => Ok(Cow::Borrowed(pattern)),
        None => {
            budget.steps(COMPILING)?;
            compile_pattern(text, limits).map(Cow::Owned).map_err(|_| InvalidRegex)
        }
    }
}

/// What finding all matches costs beyond reading the text once.
pub(super) struct Scanning {
    rescans: bool,
    text_len: usize,
}

impl Scanning {
    pub(super) fn new(pattern: &Regex, text: &str) -> Scanning {
        // Without repetition a match is shorter than the pattern is long, so no search reads far beyond its match.
        Scanning { rescans: pattern.as_str().contains(['*', '+', '{']), text_len: text.len() }
    }

    /// The steps that a match ending at `end` costs.
    pub(super) fn steps(&self, end: usize) -> u64 {
        if self.rescans { (self.text_len.saturating_sub(end) / SCANNED_PER_STEP) as u64 } else { 0 }
    }
}

fn matches(args: &Args<'_>, env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    let text = args.text(0)?;
    let all = matches!(args.get(2), Some(Value::Bool(true)));
    let pattern = pattern(args.text(1)?, env.prepared, env.limits, env.budget)?;
    let scanning = Scanning::new(&pattern, text);
    let mut found = Vec::new();
    for each in pattern.find_iter(text).take(if all { usize::MAX } else { 1 }) {
        env.budget.entries(1)?;
        found.push(env.budget.text(each.as_str())?);
        if all {
            env.budget.steps(scanning.steps(each.end()))?;
        }
    }
    env.budget.list(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::tests::{call, measured, text};

    #[test]
    fn patterns_end_at_their_limits() {
        let limits = Limits::default();
        assert!(compile_pattern(&"a".repeat(1024), &limits).is_ok());
        assert_eq!(compile_pattern(&"a".repeat(1025), &limits).unwrap_err(), PatternError::TooLong { bytes: 1025, limit: 1024 });
        assert_eq!(compile_pattern("(a{1000}){1000}", &limits).unwrap_err(), PatternError::TooLarge { limit: 256 * 1024 });
        assert!(compile_pattern(r"^[\w.+-]+@[\w-]+(\.[\w-]+)+$", &limits).is_ok());
        assert!(compile_pattern(&"(".repeat(1024), &limits).is_err());
    }

    #[test]
    fn messages_have_one_line() {
        let message = |pattern: &str| compile_pattern(pattern, &Limits::default()).unwrap_err().to_string();
        assert_eq!(message("(a"), "unclosed group");
        assert_eq!(message("a(?=b)"), "look-around, including look-ahead and look-behind, is not supported");
        assert_eq!(message("*a"), "repetition operator missing expression");
        assert!(!message("(?x)\n[a").contains('\n'));
    }

    #[test]
    fn nested_patterns_fit_a_small_stack() {
        let run = || {
            let deepest = |open: &str, close: &str| {
                (1..300).rfind(|times| compile_pattern(&(open.repeat(*times) + "a" + &close.repeat(*times)), &Limits::default()).is_ok())
            };
            for (open, close, levels) in [("(", ")", 64), ("(?:", ")*", 32), ("(b|c", ")", 21), ("[b", "]", 32)] {
                assert_eq!(deepest(open, close), Some(levels), "{open}");
            }
        };
        std::thread::Builder::new().stack_size(128 * 1024).spawn(run).unwrap().join().unwrap();
    }

    #[test]
    fn matches_are_whole_and_empty_ones_count() {
        let all = |t: &str, p: &str| call("MATCH", &[text(t), text(p), Value::Bool(true)]).unwrap().to_string();
        assert_eq!(all("aab", "a*"), r#"["aa",""]"#);
        assert_eq!(all("Grüße, Ωmega", r"\w+"), r#"["Grüße","Ωmega"]"#);
        assert_eq!(call("MATCH", &[text("baa"), text("a*")]).unwrap().to_string(), r#"[""]"#);
        assert_eq!(call("MATCH", &[text("b"), text("a")]).unwrap().to_string(), "[]");
        assert_eq!(call("MATCH", &[text("ab"), text("a(?=b)")]), Err(InvalidRegex));
    }

    #[test]
    fn all_matches_of_a_long_text_are_bounded_by_steps() {
        // Each search reads to the end of the text before it settles for one letter.
        let long = text(&"a".repeat(200_000));
        assert_eq!(call("MATCH", &[long.clone(), text("[^b]*b|a"), Value::Bool(true)]), Err(EvalErrorKind::BudgetExceeded));
        let (result, spent) = measured("REPLACE", &[long, text("a"), text("b")]);
        assert!(result.is_ok());
        assert_eq!(spent, (200_002 / 64 + 1_000, 200_000));
    }
}
