//! What pest could not match, in the words of the language.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::generated::Rule;
use crate::diagnostic::{Code, Diagnostic, visible};
use crate::source::Span;

const KEYWORDS: [&str; 10] = ["AND", "OR", "NOT", "IN", "IF", "THEN", "ELSE", "TRUE", "FALSE", "NULL"];

/// The text has no expression at all.
pub(super) fn empty(source: &str) -> Diagnostic {
    Diagnostic::new(Code::UnexpectedToken, Span::new(0, source.len()), "the rule is empty").with_help("a rule that always holds is written `TRUE`")
}

/// The place that pest reached, what it found there, and what could have stood there.
pub(super) fn from_pest(error: &Error<Rule>, source: &str) -> Diagnostic {
    let at = match error.location {
        InputLocation::Pos(at) => at,
        InputLocation::Span((at, _)) => at,
    };
    let rest = source.get(at..).unwrap_or("");
    let wanted = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives.as_slice(),
        ErrorVariant::CustomError { .. } => &[],
    };
    let wants_operand = wanted.iter().any(|rule| matches!(rule, Rule::expression | Rule::name | Rule::text | Rule::number | Rule::group));
    let found = token(rest);
    let span = Span::new(at, at + found.len());
    if rest.is_empty() {
        if is_blank(source) {
            return empty(source);
        }
        let end = Span::new(at, at);
        if wants_operand {
            return Diagnostic::new(Code::UnexpectedToken, end, "the rule ends where a value was expected")
                .with_help("a value is a literal, an attribute, a call, or something in brackets");
        }
        return Diagnostic::new(Code::UnexpectedToken, end, "the rule ends too early").with_help(format!("expected {}", expected(wanted)));
    }
    let shown = visible(found);
    if wants_operand && KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(found)) {
        return Diagnostic::new(Code::ReservedWord, span, format!("`{shown}` is a keyword; a value was expected here"))
            .with_help("a member may have this name behind a dot (`user.in`); anything else is written `value[\"key\"]`");
    }
    let diagnostic = Diagnostic::new(Code::UnexpectedToken, span, format!("unexpected `{shown}`"));
    match found {
        ";" => diagnostic.with_help("a rule is one expression; join conditions by `AND` or `OR`"),
        "?" => diagnostic.with_help("a conditional is written `IF c THEN a ELSE b`"),
        "@" | "`" | "~" | "\\" => diagnostic.with_help("this character has no meaning outside quotes"),
        "(" if source.get(..at).is_some_and(|before| before.ends_with(|last: char| last.is_ascii_alphanumeric() || last == '_')) => {
            diagnostic.with_help("the name of a function begins with `$`: `$LOWERCASE(text)`")
        }
        "$" => diagnostic.with_help("`$` begins the name of a function: `$LOWERCASE(text)`"),
        _ => diagnostic.with_help(format!("expected {}", expected(wanted))),
    }
}

fn is_blank(source: &str) -> bool {
    source.lines().all(|line| {
        let line = line.trim();
        line.is_empty() || line.starts_with('#')
    })
}

/// The word, or else the character, that a text begins with.
fn token(rest: &str) -> &str {
    let word = rest.find(|character: char| !character.is_ascii_alphanumeric() && character != '_').unwrap_or(rest.len());
    let length = if word > 0 { word.min(40) } else { rest.chars().next().map_or(0, char::len_utf8) };
    rest.get(..length).unwrap_or("")
}

/// What could have stood there, from the grammar rules that pest tried.
fn expected(wanted: &[Rule]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for rule in wanted {
        let name = name(*rule);
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    match names.split_last() {
        None => "something else".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every other rule is part of one that is named")]
fn name(rule: Rule) -> &'static str {
    match rule {
        Rule::EOI => "the end of the rule",
        Rule::expression | Rule::name | Rule::text | Rule::number | Rule::constant | Rule::group | Rule::list | Rule::map | Rule::call | Rule::conditional => {
            "a value"
        }
        Rule::and | Rule::or | Rule::eq | Rule::ne | Rule::r#in | Rule::not_in | Rule::plus | Rule::dash | Rule::times | Rule::divide => "an operator",
        Rule::kw_then => "`THEN`",
        Rule::else_branch => "`ELSE`",
        Rule::arguments => "`(` and the arguments",
        Rule::function => "the name of a function",
        Rule::member_name => "the name of a member",
        Rule::colon | Rule::slice => "`:`",
        _ => "",
    }
}
