//! `$REPLACE`: a pattern, and a replacement that may refer to its groups.

use regex::{Captures, Regex};

use super::super::charged::Charged;
use super::super::{Args, Builtin, Env, Family, Gives, Param, Run};
use super::pattern::{COMPILING_NOTE, PATTERN, SCANNING_NOTE, Scanning, pattern};
use crate::value::EvalErrorKind::{self, InvalidArgument, InvalidRegex};
use crate::value::{ErrorKinds, Kinds, Value};

pub(in super::super) const REPLACE: Builtin = Builtin {
    name: "REPLACE",
    params: &[Param::required("text", Kinds::TEXT), PATTERN, Param::required("replacement", Kinds::TEXT)],
    variadic: false,
    result: Kinds::TEXT,
    errors: ErrorKinds::of(&[InvalidRegex, InvalidArgument]),
    folds: true,
    gives: Gives::Kinds,
    family: Family::Text,
    doc: "The text with every match of a regular expression replaced.",
    notes: &[
        "In the replacement, `\\1` to `\\9` (one digit) and `\\g<name>` stand for groups of the pattern, `\\g<1>` for group 1; all else is literal.",
        "A group that took no part in the match is empty; one that the pattern does not have is `invalid_argument`, even where nothing matches.",
        COMPILING_NOTE,
        SCANNING_NOTE,
    ],
    example: ("\"John Smith\".$REPLACE(\"(\\w+) (\\w+)\", \"\\2, \\1\")", "\"Smith, John\""),
    run: Run::Scalar(replace),
};

/// A part of a replacement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Piece<'r> {
    Literal(&'r str),
    /// A group, by number.
    Group(usize),
}

fn replace(args: &Args<'_>, env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    let (text, replacement) = (args.text(0)?, args.text(2)?);
    let pattern = pattern(args.text(1)?, env.prepared, env.limits, env.budget)?;
    let pieces = pieces(replacement, &pattern).ok_or(InvalidArgument)?;
    let scanning = Scanning::new(&pattern, text);
    let mut copied = 0;
    let mut out = Charged::new(env.budget);
    // Finding groups takes several times as long as finding matches.
    let mut put = |start: usize, end: usize, captures: Option<&Captures<'_>>| {
        out.push(text.get(copied..start).unwrap_or(""))?;
        copied = end;
        for piece in &pieces {
            match piece {
                Piece::Literal(literal) => out.push(literal)?,
                Piece::Group(group) => out.push(captures.and_then(|captures| captures.get(*group)).map_or("", |group| group.as_str()))?,
            }
        }
        out.steps(scanning.steps(end))
    };
    if pieces.iter().any(|piece| matches!(piece, Piece::Group(_))) {
        for captures in pattern.captures_iter(text) {
            if let Some(whole) = captures.get(0) {
                put(whole.start(), whole.end(), Some(&captures))?;
            }
        }
    } else {
        for whole in pattern.find_iter(text) {
            put(whole.start(), whole.end(), None)?;
        }
    }
    out.push(text.get(copied..).unwrap_or(""))?;
    Ok(out.finish())
}

/// The parts of a replacement; `None` where it refers to a group that the pattern does not have.
fn pieces<'r>(replacement: &'r str, pattern: &Regex) -> Option<Vec<Piece<'r>>> {
    let mut pieces = Vec::new();
    let mut literal = 0;
    for (at, _) in replacement.match_indices('\\') {
        // A backslash inside a reference's name belongs to it.
        if at < literal {
            continue;
        }
        let Some((reference, length)) = reference(replacement.get(at + 1..).unwrap_or("")) else { continue };
        if at > literal {
            pieces.push(Piece::Literal(replacement.get(literal..at).unwrap_or("")));
        }
        pieces.push(Piece::Group(group(reference, pattern)?));
        literal = at + 1 + length;
    }
    if literal < replacement.len() {
        pieces.push(Piece::Literal(replacement.get(literal..).unwrap_or("")));
    }
    Some(pieces)
}

/// The group that a text behind a backslash names, and how long the reference is: `1`, `g<name>`.
fn reference(text: &str) -> Option<(&str, usize)> {
    if let Some(b'1'..=b'9') = text.bytes().next() {
        return text.get(..1).map(|digit| (digit, 1));
    }
    let (name, _) = text.strip_prefix("g<")?.split_once('>')?;
    Some((name, name.len() + 3))
}

fn group(name: &str, pattern: &Regex) -> Option<usize> {
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        return name.parse().ok().filter(|number| *number < pattern.captures_len());
    }
    pattern.capture_names().position(|group| group == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::tests::{call, said, text};

    fn replaced(t: &str, p: &str, r: &str) -> Result<String, EvalErrorKind> {
        call("REPLACE", &[text(t), text(p), text(r)]).map(said)
    }

    #[test]
    fn groups_are_referred_to_by_one_digit_or_by_name() {
        for (t, p, r, expected) in [
            ("John Smith", r"(\w+) (\w+)", r"\2, \1", "Smith, John"),
            ("b", "(b)", r"\10", "b0"),
            ("b", "(a)|b", r"[\1]", "[]"),
            ("2026-01", r"(?P<y>\d+)-(?<m>\d+)", r"\g<m>.\g<y>", "01.2026"),
            ("ab", "(a)(b)", r"\g<2>\g<1>", "ba"),
            ("b", "b", r"<\g<0>>", "<b>"),
            ("abcdefghijk", "(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)", r"\g<11>\9", "ki"),
            ("b", "b", r"\g", r"\g"),
            ("b", "b", r"\g<b", r"\g<b"),
            ("b", "(b)", r"\0\1", r"\0b"),
            ("b", "(b)", r"\\1\n$1${x}", r"\b\n$1${x}"),
            ("b", "b", "é\\", "é\\"),
            ("aab", "a*", "-", "-b-"),
            ("abc", "", "-", "-a-b-c-"),
        ] {
            assert_eq!(replaced(t, p, r).as_deref(), Ok(expected), "{t} {p} {r}");
        }
    }

    #[test]
    fn an_unknown_group_fails_even_where_nothing_matches() {
        for r in [r"\2", r"\g<x>", r"\g<>", r"\g<2>", r"\g<99999999999999999999>", r"\g<1 >", r"\g<\1>"] {
            assert_eq!(replaced("z", "(b)", r), Err(InvalidArgument), "{r}");
        }
        assert_eq!(replaced("z", "(", r"\2"), Err(InvalidRegex));
    }

    #[test]
    fn growth_is_charged_before_it_happens() {
        let grown = |times: usize| replaced(&"x".repeat(times), "x", &"y".repeat(1024)).map(|text| text.len());
        assert_eq!(grown(1024), Ok(1024 * 1024));
        assert_eq!(grown(1025), Err(EvalErrorKind::BudgetExceeded));
    }
}
