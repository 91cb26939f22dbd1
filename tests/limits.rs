//! Every limit just below and just above: what is refused, and at which place.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, clippy::panic, reason = "helpers of tests fail by panicking")]

mod support;

use support::{Outcome, bare, findings, run, with_limits};
use triggerfish::diagnostic::Code;
use triggerfish::{EvalErrorKind, Limits, Value};

/// The one finding that refuses a text, and the bytes that it points at.
#[track_caller]
fn refusal(source: &str) -> (Code, std::ops::Range<usize>) {
    let found = findings(&bare(), source);
    let error = found.iter().find(|diagnostic| diagnostic.is_error()).unwrap_or_else(|| panic!("{} is not refused", &source[..source.len().min(60)]));
    (error.code, error.span.range())
}

#[track_caller]
fn compiles(source: &str) {
    if let Err(error) = bare().compile(source) {
        let first = error.diagnostics().iter().find(|diagnostic| diagnostic.is_error()).unwrap();
        panic!("{}...: {} at {}", &source[..source.len().min(60)], first.message, first.span);
    }
}

fn value(source: &str, context: &str) -> Value {
    match run(&bare(), source, context) {
        Outcome::Value(value) => value,
        other => panic!("{}...: {other:?}", &source[..source.len().min(60)]),
    }
}

#[track_caller]
fn exceeds(source: &str, context: &str, place: &str) {
    match run(&bare(), source, context) {
        Outcome::Error(EvalErrorKind::BudgetExceeded, at) => assert_eq!(at, place, "{source}"),
        other => panic!("{}...: {other:?}", &source[..source.len().min(60)]),
    }
}

// ---- the text of a rule

#[test]
fn a_rule_has_64_kib() {
    let text = |bytes: usize| format!("x == \"{}\"", "a".repeat(bytes - 7));
    compiles(&text(65_536));
    assert_eq!(refusal(&text(65_537)).0, Code::SourceTooLong);
    compiles(&format!("1{}", " ".repeat(65_535)));
    assert_eq!(refusal(&format!("1{}", " ".repeat(65_536))).0, Code::SourceTooLong);
    // Bytes count, not characters.
    compiles(&format!("'{}'", "é".repeat(32_767)));
    assert_eq!(refusal(&format!("'{}'", "é".repeat(32_768))).0, Code::SourceTooLong);
}

/// Each kind of bracket and prefix, 64 deep and 65 deep; the finding points at the one that is too much.
#[test]
fn nesting_goes_64_deep() {
    for (open, inside, close) in [
        ("(", "a", ")"),
        ("[", "a", "]"),
        ("{\"k\":", "a", "}"),
        ("a[", "a", "]"),
        ("l[0][", "a", "]"),
        ("$TEXT(", "a", ")"),
        ("a.$COALESCE(", "a", ")"),
        ("NOT ", "a", ""),
        ("- ", "a", ""),
        ("-", "a", ""),
        ("IF a THEN ", "b", " ELSE c"),
        ("IF ", "a", " THEN b ELSE c"),
    ] {
        let nested = |times: usize| format!("{}{inside}{}", open.repeat(times), close.repeat(times));
        compiles(&nested(64));
        let (code, span) = refusal(&nested(65));
        assert_eq!(code, Code::TooDeep, "{open}");
        let last = open.len() * 64..open.len() * 65;
        assert!(last.contains(&span.start) && span.end <= last.end, "{open}: {span:?} is not within {last:?}");
    }
}

#[test]
fn lambdas_nest_64_deep_at_most() {
    let nested = |times: usize| format!("{}x{}", "l.$MAP(x => ".repeat(times), ")".repeat(times));
    // The brackets count; the body of a lambda inside them does not count again.
    compiles(&nested(64));
    assert_eq!(refusal(&nested(65)).0, Code::TooDeep);
}

/// `AND OR + - * /`, postfix and `ELSE IF` chains do not nest.
#[test]
fn chains_do_not_nest() {
    for (first, link) in
        [("a", " AND a"), ("a", " OR a"), ("1", " + 1"), ("1", " - 1"), ("1", " * 1"), ("1", " / 1"), ("a", ".b"), ("a", "[0]"), ("a", ".$TEXT()")]
    {
        compiles(&format!("{first}{}", link.repeat(500)));
        // ... not even at the deepest place.
        compiles(&format!("{}{first}{}{}", "(".repeat(63), link.repeat(500), ")".repeat(63)));
    }
    compiles(&format!("{}c", "IF a THEN b ELSE ".repeat(1_000)));
    compiles(&format!("{}{}c{}", "(".repeat(63), "IF a THEN b ELSE ".repeat(1_000), ")".repeat(63)));
    compiles("NOT a AND ".repeat(500).replace("AND ", "AND\n").trim_end_matches("AND\n"));
    compiles(&format!("[{}]", "-a, ".repeat(500)));
}

#[test]
fn ifs_and_brackets_count_together() {
    let mixed = |brackets: usize, ifs: usize| format!("{}{}a{}{}", "(".repeat(brackets), "IF a THEN ".repeat(ifs), " ELSE b".repeat(ifs), ")".repeat(brackets));
    compiles(&mixed(32, 32));
    assert_eq!(refusal(&mixed(32, 33)).0, Code::TooDeep);
    assert_eq!(refusal(&mixed(33, 32)).0, Code::TooDeep);
    // What is closed does not count any more.
    let deepest = format!("{}a{}", "(".repeat(64), ")".repeat(64));
    compiles(&format!("{deepest} + {deepest}"));
    // Nor do brackets in texts and comments.
    compiles(&format!("'{}' # {}", "(".repeat(100), "[".repeat(100)));
}

#[test]
fn a_rule_has_10_000_nodes() {
    // A list, and its elements.
    compiles(&format!("[{}]", "1,".repeat(9_999)));
    assert_eq!(refusal(&format!("[{}]", "1,".repeat(10_000))).0, Code::TooManyNodes);
    // A number for each operator and one more.
    compiles(&format!("1{}", "+1".repeat(4_999)));
    assert_eq!(refusal(&format!("1{}", "+1".repeat(5_000))).0, Code::TooManyNodes);
    compiles(&format!("a{}", ".b".repeat(9_999)));
    assert_eq!(refusal(&format!("a{}", ".b".repeat(10_000))).0, Code::TooManyNodes);
    let (_, span) = refusal(&format!("[{}]", "1,".repeat(10_000)));
    assert!(span.start <= 20_001 && span.end <= 20_002 && !span.is_empty(), "{span:?}");
}

#[test]
fn lower_limits_hold_too() {
    let engine = with_limits(Limits { nesting: 2, nodes: 5, source_bytes: 12, ..Limits::default() });
    assert!(engine.compile("((a))").is_ok() && engine.compile("(((a)))").is_err());
    assert!(engine.compile("a+b+c").is_ok() && engine.compile("a+b+c+d").is_err());
    assert!(engine.compile("a == 'abcde'").is_ok() && engine.compile("a == 'abcdef'").is_err());
    // Nesting cannot be raised beyond what the stacks hold.
    assert!(with_limits(Limits { nesting: 1_000, ..Limits::default() }).compile(&format!("{}a{}", "(".repeat(65), ")".repeat(65))).is_err());
}

// ---- regular expressions

#[test]
fn a_pattern_has_1_kib_and_a_compiled_size() {
    let rule = |pattern: &str| format!("t.$MATCH('{pattern}')");
    compiles(&rule(&"a".repeat(1_024)));
    let (code, span) = refusal(&rule(&"a".repeat(1_025)));
    assert_eq!((code, span), (Code::BadPattern, 9..9 + 1_027));
    compiles(&rule("[a-z]{100}"));
    assert_eq!(refusal(&rule("\\w{1000}")).0, Code::BadPattern);
    assert_eq!(run(&bare(), "t.$MATCH(p)", r#"{"t": "a", "p": "\\w{1000}"}"#), Outcome::Error(EvalErrorKind::InvalidRegex, "t.$MATCH(p)".to_owned()));
}

// ---- steps

/// A list of so many numbers, as a context's `l`.
fn list(length: usize) -> String {
    format!("{{\"l\": [{}]}}", vec!["1"; length].join(","))
}

#[test]
fn visits_take_a_step_each() {
    // 1,000 times 1,000 visits inside, 1,000 outside.
    let nested = |times: usize| format!("l.$ALL(x => l.$ALL(y => y)) AND l[:{times}].$ALL(x => x)");
    let thousand = list(999);
    assert_eq!(value(&nested(999), &thousand), Value::Bool(true));
    let steps = |steps: u64, rule: &str, context: &str| run(&with_limits(Limits { steps, ..Limits::default() }), rule, context);
    for (rule, needed) in [
        ("l.$ALL(x => x)", 10),
        ("l.$ANY(x => NOT x)", 10),
        ("l.$MAP(x => x) == NULL", 10),
        ("l.$FILTER(x => x) == NULL", 10),
        ("l.$FIND(x => NOT x)", 10),
        ("l.$REDUCE((a, x) => x, 0)", 10),
        ("l.$ALL()", 10),
        ("2 IN l", 10),
        ("2 NOT IN l", 10),
        ("l.$ALL(x => l.$ALL(y => y))", 110),
        ("l.$ALL(x => x) AND l.$ALL(x => x)", 20),
    ] {
        let context = list(10);
        assert!(matches!(steps(needed, rule, &context), Outcome::Value(_)), "{rule} within {needed} steps: {:?}", steps(needed, rule, &context));
        assert!(matches!(steps(needed - 1, rule, &context), Outcome::Error(EvalErrorKind::BudgetExceeded, _)), "{rule} within {} steps", needed - 1);
    }
    // Straight-line operators and constant lists are free.
    for rule in ["1 + 2 * 3 - 4", "a == b AND c < d OR NOT e", "a IN [1, 2, 3, 4, 5]", "m.a.b[0]", "IF a THEN b ELSE c", "'a' + 'b'"] {
        assert!(matches!(steps(0, rule, "{}"), Outcome::Value(_)), "{rule}");
    }
}

#[test]
fn a_million_steps_are_the_most() {
    // 999 outside, 999 x 1,001 inside, and a rest that makes it a million exactly.
    let context = list(1_000);
    exceeds("l.$ALL(x => l.$ALL(y => y))", &context, "l.$ALL(y => y)");
    assert_eq!(value("l[:999].$ALL(x => l.$ALL(y => y))", &context), Value::Bool(true));
    assert_eq!(value("l[:999].$ALL(x => l.$ALL(y => y)) AND l[:1].$ALL(x => x)", &context), Value::Bool(true));
    exceeds("l[:999].$ALL(x => l.$ALL(y => y)) AND l[:2].$ALL(x => x)", &context, "l[:2].$ALL(x => x)");
    exceeds("l[:999].$ALL(x => l.$ALL(y => y)) AND l[:1].$ALL(x => x) AND 5 IN l", &context, "5 IN l");
}

#[test]
fn reading_text_takes_a_step_for_64_bytes() {
    let steps = |steps: u64, rule: &str, bytes: usize| {
        let context = format!("{{\"t\": \"{}\"}}", "a".repeat(bytes));
        match run(&with_limits(Limits { steps, ..Limits::default() }), rule, &context) {
            Outcome::Value(_) => true,
            Outcome::Error(EvalErrorKind::BudgetExceeded, _) => false,
            other => panic!("{rule}: {other:?}"),
        }
    };
    for rule in ["t.$LOWERCASE()", "t.$LENGTH()", "'b' IN t", "t.$STARTS_WITH('b')"] {
        assert!(steps(1, rule, 100) && !steps(0, rule, 100), "{rule}");
        assert!(steps(100, rule, 6_400 + 40) && !steps(99, rule, 6_400 + 40), "{rule}");
        assert!(steps(0, rule, 60), "{rule}");
    }
}

// ---- bytes

#[test]
fn a_mebibyte_of_text_is_the_most() {
    let context = |bytes: usize| format!("{{\"t\": \"{}\"}}", "a".repeat(bytes));
    assert_eq!(value("(t + t).$LENGTH()", &context(524_288)), Value::Integer(1_048_576));
    exceeds("t + t + 'a'", &context(524_288), "t + t + 'a'");
    exceeds("(t + t).$LENGTH()", &context(524_289), "t + t");
}

#[test]
fn lists_and_maps_take_16_bytes_an_entry() {
    let fits =
        |bytes: u64, rule: &str| match run(&with_limits(Limits { bytes, ..Limits::default() }), rule, r#"{"x": 1, "l": [1, 2, 3], "t": "abcd", "k": "a"}"#) {
            Outcome::Value(_) => true,
            Outcome::Error(EvalErrorKind::BudgetExceeded, _) => false,
            other => panic!("{rule}: {other:?}"),
        };
    for (rule, bytes) in [
        ("[x]", 16),
        ("[x, x, x]", 48),
        ("[[x]]", 32),
        ("{'a': x}", 16),
        ("{k: x, 'b': x}", 32),
        ("t + t", 8),
        ("t + t + t", 20),
        ("t[0]", 1),
        ("t[1:3]", 2),
        ("l[0:2]", 32),
        ("l.$MAP(x => x)", 48),
        ("l.$FILTER(x => x > 1)", 32),
        ("t.$UPPERCASE()", 4),
        ("t.$SPLIT('b')", 35),
        ("l.$CONCAT('--')", 7),
        ("x.$TEXT()", 1),
        ("$STRINGIFY_JSON(l)", 7),
        ("$URLENCODE(t)", 4),
    ] {
        assert!(fits(bytes, rule), "{rule} within {bytes} bytes");
        assert!(!fits(bytes - 1, rule), "{rule} within {} bytes", bytes - 1);
    }
    // What is written out in the rule is not built.
    for rule in ["[1, 2, 3]", "{'a': 1}", "'abc'", "x == 1", "l[0]", "x + 1"] {
        assert!(fits(0, rule), "{rule}");
    }
}

#[test]
fn repeated_concatenation_ends_before_memory_does() {
    let doubling = format!("{}'aaaaaaaaaaaaaaaa'{}", "[1].$REDUCE((s, x) => s + s, ".repeat(18), ")".repeat(18));
    assert!(matches!(run(&bare(), &doubling, "{}"), Outcome::Error(EvalErrorKind::BudgetExceeded, _) | Outcome::Refused(_)));
    exceeds("l.$REDUCE((s, x) => s + s, t)", &format!("{{\"t\": \"aaaaaaaa\", \"l\": [{}]}}", vec!["1"; 64].join(",")), "s + s");
    exceeds("l.$REDUCE((s, x) => [s, s, s, s], 1).$TEXT()", &list(32), "[s, s, s, s]");
}

// ---- JSON

#[test]
fn json_nests_64_deep() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |times: usize| format!("{}1{}", open.repeat(times), close.repeat(times));
        // The context itself is the first level.
        assert!(matches!(run(&bare(), "x == 1", &format!("{{\"x\": {}}}", nested(63))), Outcome::Value(_)), "{open}");
        assert_eq!(run(&bare(), "x == 1", &format!("{{\"x\": {}}}", nested(64))), Outcome::Unbound(refused_at(open)), "{open}");
        let quoted = |times: usize| serde_json::to_string(&serde_json::json!({ "t": nested(times) })).unwrap();
        assert!(matches!(run(&bare(), "$PARSE_JSON(t) == 1", &quoted(64)), Outcome::Value(_)), "{open}");
        assert_eq!(run(&bare(), "$PARSE_JSON(t) == 1", &quoted(65)), Outcome::Error(EvalErrorKind::InvalidArgument, "$PARSE_JSON(t)".to_owned()), "{open}");
    }
}

/// The pointer of the deepest value that is refused.
fn refused_at(open: &str) -> String {
    format!("/x{}", if open == "[" { "/0" } else { "/a" }.repeat(63))
}

#[test]
fn a_context_has_1_mib() {
    let context = |bytes: usize| format!("{{\"y\":1,\"x\":\"{}\"}}", "a".repeat(bytes - 14));
    assert_eq!(value("y", &context(1_048_576)), Value::Integer(1));
    assert_eq!(run(&bare(), "y", &context(1_048_577)), Outcome::Unbound(String::new()));
}
