//! The canonical printer: what it prints means what was written, is printed the same again, and has all comments.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

mod support;

use arbtest::arbitrary::{Result, Unstructured};
use support::{bare, nesting, outcome};
use triggerfish::syntax::{self, ast};

const CONTEXT: &str = r#"{"a": 1, "b": "x", "c": true, "l": [1, "a", null], "m": {"k": 2, "in": [3]}, "t": "text"}"#;

#[track_caller]
fn parsed(source: &str) -> ast::Rule {
    support::parse(source).unwrap_or_else(|found| panic!("{source:?} does not parse: {}", found[0].message))
}

/// All that must hold of the canonical text of a rule.
#[track_caller]
fn holds(source: &str) {
    let tree = parsed(source);
    let printed = syntax::print(&tree);
    let again = parsed(&printed);
    assert!(again.expr == tree.expr, "another tree\n{source}\n---\n{printed}");
    assert_eq!(syntax::print(&again), printed, "not idempotent\n{source}\n---\n{printed}");
    let comments = |rule: &ast::Rule| rule.comments.iter().map(|comment| comment.text.clone()).collect::<Vec<_>>();
    assert_eq!(comments(&again), comments(&tree), "other comments\n{source}\n---\n{printed}");
    // A lambda where none can stand gets parentheses, and never runs.
    let misplaced = support::codes(&bare(), source).contains(&"TF0103");
    assert!(misplaced || nesting(&printed).unwrap() <= nesting(source).unwrap(), "deeper\n{source}\n---\n{printed}");
    assert!(printed.lines().all(|line| line.trim_end() == line) || source.contains(['"', '\'']), "blanks at the end of a line\n{printed}");
    if let Ok(rule) = bare().compile(source) {
        let reprinted = support::compile(&bare(), &printed);
        let kind = |rule| match outcome(rule, CONTEXT) {
            support::Outcome::Value(value) => format!("{value:?}"),
            support::Outcome::Error(kind, _) => kind.name().to_owned(),
            other => format!("{other:?}"),
        };
        assert_eq!(kind(&rule), kind(&reprinted), "another meaning\n{source}\n---\n{printed}");
    }
}

// ---- generated rules

/// Writes a rule of the grammar, token by token.
struct Writer<'u, 'b> {
    random: &'u mut Unstructured<'b>,
    tokens: Vec<String>,
}

impl Writer<'_, '_> {
    fn push(&mut self, token: &str) {
        self.tokens.push(token.to_owned());
    }

    /// Rarely true, and never once the random bytes are used up, so that every rule ends.
    fn one_in(&mut self, times: u8) -> Result<bool> {
        Ok(self.random.int_in_range(1..=times)? == times)
    }

    fn one_of(&mut self, tokens: &[&str]) -> Result<()> {
        let token = *self.random.choose(tokens)?;
        self.push(token);
        Ok(())
    }

    fn expr(&mut self, depth: usize) -> Result<()> {
        if depth > 0 && self.one_in(8)? {
            self.push("IF");
            self.expr(depth - 1)?;
            self.push("THEN");
            self.expr(depth - 1)?;
            self.push("ELSE");
            return self.expr(depth - 1);
        }
        self.run(depth, &["OR"], |writer, depth| {
            writer.run(depth, &["AND"], |writer, depth| {
                for _ in 0..writer.random.int_in_range(0u8..=5)?.saturating_sub(3) {
                    writer.push("NOT");
                }
                writer.sum(depth)?;
                if writer.one_in(3)? {
                    let op = *writer.random.choose(&["==", "!=", "<", "<=", ">", ">=", "IN", "NOT IN"])?;
                    for word in op.split(' ') {
                        writer.push(word);
                    }
                    writer.sum(depth)?;
                }
                Ok(())
            })
        })
    }

    fn sum(&mut self, depth: usize) -> Result<()> {
        self.run(depth, &["+", "-"], |writer, depth| writer.run(depth, &["*", "/"], Writer::unary))
    }

    fn run(&mut self, depth: usize, ops: &[&str], part: impl Fn(&mut Self, usize) -> Result<()>) -> Result<()> {
        part(self, depth)?;
        while depth > 0 && self.one_in(4)? {
            self.one_of(ops)?;
            part(self, depth - 1)?;
        }
        Ok(())
    }

    fn unary(&mut self, depth: usize) -> Result<()> {
        for _ in 0..self.random.int_in_range(0u8..=6)?.saturating_sub(4) {
            self.push("-");
        }
        self.primary(depth)?;
        while self.one_in(5)? {
            match self.random.int_in_range(0..=3)? {
                0 => {
                    self.push(".");
                    self.one_of(&["k", "in", "NOT", "x_1"])?;
                }
                1 => {
                    self.push("[");
                    self.expr(depth.saturating_sub(2))?;
                    self.push("]");
                }
                2 => {
                    self.push("[");
                    if self.one_in(2)? {
                        self.expr(depth.saturating_sub(2))?;
                    }
                    self.push(":");
                    if self.one_in(2)? {
                        self.expr(depth.saturating_sub(2))?;
                    }
                    self.push("]");
                }
                _ => {
                    self.push(".");
                    self.one_of(&["$LENGTH", "$text", "$IS_NULL"])?;
                    self.push("(");
                    self.push(")");
                }
            }
        }
        Ok(())
    }

    fn primary(&mut self, depth: usize) -> Result<()> {
        if depth == 0 || self.one_in(2)? {
            return self.one_of(&[
                "a",
                "b",
                "c",
                "l",
                "m",
                "t",
                "0",
                "1",
                "42",
                "1.5",
                "1e9",
                "0.1",
                "-3",
                "-2.5",
                "9223372036854775807",
                "-9223372036854775808",
                "NULL",
                "true",
                "FALSE",
                "\"x\"",
                "'it'",
                "\"a\\\"b\\n\\u00e9\"",
                "'a\"b'",
                "\"\\s\"",
                "''",
                "\"# no comment (\"",
                "\"日本\"",
            ]);
        }
        match self.random.int_in_range(0..=5)? {
            0 | 1 => {
                self.push("(");
                self.expr(depth - 1)?;
                self.push(")");
            }
            2 => {
                self.push("[");
                self.items(depth)?;
                self.push("]");
            }
            3 => {
                self.push("{");
                for at in 0..self.random.int_in_range(0..=2)? {
                    if at > 0 {
                        self.push(",");
                    }
                    self.push(if at == 0 { "\"p\"" } else { "'q'" });
                    self.push(":");
                    self.expr(depth - 1)?;
                }
                self.push("}");
            }
            4 => {
                self.one_of(&["$COALESCE", "$text"])?;
                self.push("(");
                self.expr(depth - 1)?;
                self.push(")");
            }
            _ => {
                self.one_of(&["$ANY", "$Map", "$FILTER"])?;
                for token in ["(", "l", ",", "x", "=>"] {
                    self.push(token);
                }
                self.expr(depth - 1)?;
                self.push(")");
            }
        }
        Ok(())
    }

    fn items(&mut self, depth: usize) -> Result<()> {
        let items = self.random.int_in_range(0..=3)?;
        for _ in 0..items {
            self.expr(depth - 1)?;
            self.push(",");
        }
        if items > 0 && self.one_in(2)? {
            self.tokens.pop();
        }
        Ok(())
    }
}

fn tokens(random: &mut Unstructured<'_>) -> Result<Vec<String>> {
    let depth = random.int_in_range(0..=4)?;
    let mut writer = Writer { random, tokens: Vec::new() };
    writer.expr(depth)?;
    Ok(writer.tokens)
}

#[test]
fn generated_rules_are_printed_faithfully() {
    arbtest::arbtest(|random| {
        let source = tokens(random)?.join(" ");
        if bare().compile(&source).is_ok() || support::parse(&source).is_ok() {
            holds(&source);
        } else {
            panic!("the generator writes only rules that parse: {source}\n{}", bare().compile(&source).unwrap_err());
        }
        Ok(())
    })
    .budget_ms(3_000);
}

/// Comments, line breaks and blanks between any two tokens.
#[test]
fn generated_rules_keep_their_comments() {
    arbtest::arbtest(|random| {
        let mut source = String::new();
        for (at, token) in tokens(random)?.into_iter().enumerate() {
            source.push_str(&token);
            match random.int_in_range(0..=9)? {
                0 => source.push_str(&format!(" # note {at}\n")),
                1 => source.push_str(&format!("\n # alone {at}\n#again\n")),
                2 => source.push('\n'),
                3 => source.push_str("\t \r\n"),
                _ => source.push(' '),
            }
        }
        holds(&source);
        Ok(())
    })
    .budget_ms(3_000);
}

/// What mutation leaves of a rule is printed faithfully whenever it is still a rule.
#[test]
fn mutated_rules_are_printed_faithfully() {
    arbtest::arbtest(|random| {
        let mut tokens = tokens(random)?;
        for _ in 0..random.int_in_range(1..=3)? {
            let at = random.choose_index(tokens.len())?;
            match random.int_in_range(0..=2)? {
                0 if tokens.len() > 1 => drop(tokens.remove(at)),
                1 => {
                    let other = tokens[random.choose_index(tokens.len())?].clone();
                    tokens.insert(at, other);
                }
                _ => {
                    let other = random.choose_index(tokens.len())?;
                    tokens.swap(at, other);
                }
            }
        }
        let source = tokens.join(" ");
        if support::parse(&source).is_ok() {
            holds(&source);
        }
        Ok(())
    })
    .budget_ms(2_000);
}

// ---- by hand

const SAMPLES: [&[&str]; 12] = [
    &["a", "AND", "b", "OR", "NOT", "c", "IN", "l"],
    &["(", "a", "OR", "b", ")", "AND", "(", "NOT", "c", ")", "==", "TRUE"],
    &["IF", "a", "THEN", "b", "ELSE", "IF", "c", "THEN", "1", "ELSE", "2"],
    &["[", "1", ",", "2", ",", "3", ",", "]"],
    &["{", "\"p\"", ":", "1", ",", "'q'", ":", "a", ",", "}"],
    &["m", ".", "in", "[", "0", "]", "[", "1", ":", "2", "]", ".", "$TEXT", "(", ")"],
    &["l", ".", "$ANY", "(", "x", "=>", "x", "==", "1", ")"],
    &["l", ".", "$REDUCE", "(", "(", "acc", ",", "x", ")", "=>", "acc", "+", "x", ",", "0", ")"],
    &["-", "a", "*", "(", "1", "+", "-2", ")", "-", "3", "/", "4"],
    &["$COALESCE", "(", "a", ",", "[", "]", ",", "{", "}", ",", ")"],
    &["t", "[", ":", "]", "NOT", "IN", "\"text\"", "+", "''"],
    &["(", "(", "m", ".", "k", ")", ".", "$TEXT", "(", ")", ")", "[", "0", "]"],
];

#[test]
fn a_comment_may_stand_between_any_two_tokens() {
    for sample in SAMPLES {
        for at in 0..=sample.len() {
            for comment in ["# one\n", "\n# one\n", " # one\n# two\n", "\n\n# one\n\n"] {
                let mut words: Vec<&str> = sample.to_vec();
                words.insert(at, comment);
                holds(&words.join(" "));
            }
        }
        let everywhere: Vec<String> = sample.iter().enumerate().map(|(at, token)| format!("{token} # {at}\n")).collect();
        holds(&everywhere.concat());
        holds(&format!("# before\n{}", everywhere.concat()));
    }
}

#[test]
fn spellings_become_canonical() {
    for (source, canonical) in [
        ("a=='x'", "a == \"x\""),
        ("not a and b", "NOT a AND b"),
        ("a not  in l", "a NOT IN l"),
        ("((a))", "a"),
        ("(a) + (b)", "a + b"),
        ("(a.b).c", "a.b.c"),
        ("(a AND b) OR c", "(a AND b) OR c"),
        ("a AND b OR c", "a AND b OR c"),
        ("- 5", "- 5"),
        ("-5", "-5"),
        ("- a", "-a"),
        ("$lowercase( t )", "$LOWERCASE(t)"),
        ("t.$Lowercase()", "t.$LOWERCASE()"),
        ("[1,2,]", "[1, 2]"),
        ("{'a':1,}", "{\"a\": 1}"),
        ("if a then b else c", "IF a THEN b ELSE c"),
        ("l[ 0 : ]", "l[0:]"),
        ("$ANY(l,(x)=>x)", "$ANY(l, x => x)"),
        ("TRUE", "TRUE"),
        ("null", "NULL"),
        ("'say \"hi\"'", "\"say \\\"hi\\\"\""),
        ("1.50", "1.5"),
        ("1e3", "1000.0"),
        ("  a  # why", "a  # why"),
    ] {
        assert_eq!(syntax::print(&parsed(source)), canonical, "{source}");
        holds(source);
    }
}

/// Parentheses that meaning needs stay, those that it does not need and that show nothing go.
#[test]
fn parentheses_keep_the_meaning() {
    for source in [
        "(a + b) * c",
        "a - (b - c)",
        "a / (b * c)",
        "(a OR b) AND c",
        "NOT (a AND b)",
        "(NOT a) == b",
        "-(a + b)",
        "(a == b) == c",
        "a == (b IN c)",
        "(-a).k",
        "-(a.k)",
        "(- 5).k",
        "- 5.k",
        "(IF a THEN b ELSE c) + 1",
        "IF a THEN b ELSE (IF c THEN 1 ELSE 2)",
        "IF (IF a THEN b ELSE c) THEN 1 ELSE 2",
        "(a AND b)[0]",
        "(1).$TEXT()",
        "(a IN l) NOT IN l",
        "-(-a)",
        "-(-5)",
        "- -5",
        "(a OR (b OR c))",
        "((a AND b) AND c)",
        "a + (b + c)",
        "(a + b) + c",
        "NOT (NOT a)",
        "NOT (a == b)",
        "[(a, b)[0]]".trim_matches(['[', ']']),
    ] {
        if support::parse(source).is_ok() {
            holds(source);
        }
    }
}

#[test]
fn long_rules_are_broken_into_lines() {
    let words: Vec<String> = (0..40).map(|at| format!("attribute_{at} == \"value {at}\"")).collect();
    for joined in [words.join(" AND "), words.join(" OR "), format!("[{}]", words.join(", ")), format!("$COALESCE({})", words.join(", "))] {
        holds(&joined);
        let printed = syntax::print(&parsed(&joined));
        assert!(printed.lines().count() > 5 && printed.lines().all(|line| line.chars().count() <= 100), "{printed}");
    }
}
