//! Rules as text: canonical, or with noise between the tokens; mutated; no rule at all; or nested up to the limit and beyond.

use super::schemas::World;
use super::{Dice, rules};
use crate::builtins;
use crate::syntax::ast::{ChainOp, Expr};
use crate::syntax::print_expr;
use crate::value::arith::ArithOp;
use crate::value::compare::CompareOp;

/// The words of the language.
pub(in crate::fuzzing) const KEYWORDS: [&str; 10] = ["AND", "OR", "NOT", "IN", "IF", "THEN", "ELSE", "TRUE", "FALSE", "NULL"];

/// The signs of the language that no table of operators names.
pub(in crate::fuzzing) const SIGNS: [&str; 14] = ["(", ")", "[", "]", "{", "}", ",", ":", ".", "=>", "#", "\"", "'", "\\"];

/// What other languages write.
const FOREIGN: [&str; 12] = ["=", "&&", "||", "!", "<>", "===", "!==", "**", "//", "%", "??", ";"];

/// The operators of the tables.
pub(in crate::fuzzing) fn operators() -> Vec<&'static str> {
    let compare = CompareOp::ALL.into_iter().map(CompareOp::symbol);
    let arith = ArithOp::ALL.into_iter().map(ArithOp::symbol);
    compare.chain(arith).chain([ChainOp::And.symbol(), ChainOp::Or.symbol()]).collect()
}

/// A rule as text: mostly well-typed.
pub fn rule(dice: &mut Dice<'_>, world: &World) -> String {
    match dice.roll(16) {
        0..=8 => print_expr(&rules::rule(dice, world, 0)),
        9..=11 => {
            let tree = rules::rule(dice, world, 0);
            noisy(dice, &tree)
        }
        12..=13 => print_expr(&rules::rule(dice, world, 12)),
        14 => {
            let tree = rules::rule(dice, world, 20);
            mutated(dice, &print_expr(&tree))
        }
        _ => soup(dice),
    }
}

/// The tree as text, with blanks, comments and other letter cases where they change nothing.
pub fn noisy(dice: &mut Dice<'_>, tree: &Expr) -> String {
    const NOISE: [&str; 9] = [" ", "  ", "\n", "\t", "\r\n", " # why\n", "# IF \"( \n", "\n\n# a\n# b\n", " #\n"];
    let canonical = print_expr(tree);
    let mut text = String::new();
    if dice.one_in(4) {
        text.push_str(dice.word(&NOISE));
    }
    for token in tokens(&canonical) {
        let folds = KEYWORDS.contains(&token) || token.starts_with('$');
        if folds && dice.one_in(3) {
            text.push_str(&token.to_ascii_lowercase());
        } else {
            text.push_str(token);
        }
        if dice.one_in(6) {
            text.push_str(dice.word(&NOISE));
        }
    }
    text
}

/// Some tokens are gone, doubled, swapped, or others.
pub fn mutated(dice: &mut Dice<'_>, text: &str) -> String {
    let mut tokens: Vec<String> = tokens(text).into_iter().map(str::to_owned).collect();
    let times = 1 + dice.roll(4);
    for _ in 0..times {
        let (at, other) = (dice.roll(tokens.len()), dice.roll(tokens.len()));
        if tokens.is_empty() {
            break;
        }
        match dice.roll(5) {
            0 => drop(tokens.remove(at)),
            1 => {
                let token = token(dice);
                tokens.insert(at, token);
            }
            2 => tokens.swap(at, other),
            3 => {
                let copies: Vec<String> = tokens.iter().skip(at).take(other.min(8)).cloned().collect();
                tokens.splice(at..at, copies);
            }
            _ => {
                let token = token(dice);
                tokens.splice(at..=at, [token]);
            }
        }
    }
    tokens.concat()
}

/// Tokens in no order.
pub fn soup(dice: &mut Dice<'_>) -> String {
    let count = dice.roll(24);
    (0..count).map(|_| token(dice) + dice.word(&["", " ", " ", "\n"])).collect()
}

fn token(dice: &mut Dice<'_>) -> String {
    match dice.roll(9) {
        0 => dice.word(&KEYWORDS).to_owned(),
        1 => dice.word(&SIGNS).to_owned(),
        2 => dice.pick(&operators()).copied().unwrap_or("").to_owned(),
        3 => format!("${}", dice.pick(builtins::ALL).map_or("", |row| row.name)),
        4 => dice.word(&["x", "user", "domain", "acc", "_", "department"]).to_owned(),
        5 => dice.integer().to_string(),
        6 => format!("{:?}", dice.float()),
        7 => dice.word(&FOREIGN).to_owned(),
        _ => dice.noise(4),
    }
}

/// Something nested, close to the limit of depth and beyond it.
pub fn nested(dice: &mut Dice<'_>) -> String {
    const WRAPS: [(&str, &str); 30] = [
        ("(", ")"),
        ("[", "]"),
        ("{\"a\": ", "}"),
        ("{", ": 1}"),
        ("NOT ", ""),
        ("- ", ""),
        ("-", ""),
        ("! ", ""),
        ("IF ", " THEN 1 ELSE 2"),
        ("IF a THEN ", " ELSE 1"),
        ("IF a THEN 1 ELSE ", ""),
        ("IF a THEN 1 ELSE (", ")"),
        ("$MAP(l, x => ", ")"),
        ("l.$MAP(x => ", ")"),
        ("l.$REDUCE((acc, x) => ", ", [])"),
        ("$LENGTH(", ")"),
        ("$COALESCE(a, ", ")"),
        ("x[", "]"),
        ("x[1:", "]"),
        ("x[", ":]"),
        ("x => ", ""),
        ("(acc, x) => ", ""),
        ("a AND ", ""),
        ("a OR ", ""),
        ("a == ", ""),
        ("1 + ", ""),
        ("2 * ", ""),
        ("", ".b"),
        ("", "[0]"),
        ("a NOT IN ", ""),
    ];
    const CORES: [&str; 9] = ["1", "a", "\"t\"", "", "l", "acc", "NULL", "[]", "-9223372036854775808"];
    let mut openers = String::new();
    let mut closers = Vec::new();
    let groups = 1 + dice.roll(5);
    let mut levels = 0;
    for _ in 0..groups {
        // A pattern of a few wraps, repeated.
        let pattern: Vec<(&str, &str)> = (0..=dice.roll(3)).filter_map(|_| dice.pick(&WRAPS).copied()).collect();
        let times = match dice.roll(4) {
            0 => 1 + dice.roll(8),
            1 => 60 + dice.roll(8),
            2 => 28 + dice.roll(8),
            _ => 1 + dice.roll(300),
        };
        for _ in 0..times {
            for (open, close) in &pattern {
                if levels < 4_000 {
                    openers.push_str(open);
                    closers.push(*close);
                    levels += 1;
                }
            }
        }
    }
    let core = dice.word(&CORES);
    closers.reverse();
    let mut text = format!("{openers}{core}{}", closers.concat());
    if dice.one_in(4) {
        text = mutated(dice, &text);
    }
    text
}

/// The tokens of a text, blanks included: joined they are the text.
pub fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => quoted_len(rest, first),
            '$' => 1 + run(rest.get(1..).unwrap_or(""), |character| character.is_ascii_alphanumeric() || character == '_'),
            ' ' | '\n' | '\t' | '\r' => run(rest, char::is_whitespace),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '-' | '0'..='9' => number_len(rest),
            first if first.is_ascii_alphabetic() || first == '_' => run(rest, |character| character.is_ascii_alphanumeric() || character == '_'),
            '=' | '!' | '<' | '>' if rest.get(1..2).is_some_and(|next| next == "=" || next == ">") => 2,
            first => first.len_utf8(),
        };
        let (token, behind) = rest.split_at_checked(length.max(1)).unwrap_or((rest, ""));
        tokens.push(token);
        rest = behind;
    }
    tokens
}

fn run(text: &str, part: impl Fn(char) -> bool) -> usize {
    text.find(|character| !part(character)).unwrap_or(text.len())
}

fn quoted_len(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            character if character == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// `-1.5e-7` is one token, `-x` two.
fn number_len(text: &str) -> usize {
    let sign = usize::from(text.starts_with('-'));
    let digits = |from: usize| run(text.get(from..).unwrap_or(""), |character| character.is_ascii_digit());
    let whole = digits(sign);
    if whole == 0 {
        return 1;
    }
    let mut end = sign + whole;
    if text.get(end..).is_some_and(|rest| rest.starts_with('.')) && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    if text.get(end..).is_some_and(|rest| rest.starts_with('e')) {
        let sign = usize::from(text.get(end + 1..).is_some_and(|rest| rest.starts_with('-')));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}
