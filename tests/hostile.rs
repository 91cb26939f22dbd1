//! Hostile and extreme texts: refused or run, never a panic, never a hang, never the end of a small stack.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

mod support;

use support::{nesting, on_small_stack, whole_way};

const LONGEST: usize = 64 * 1024;

/// `unit` as often as it fits into the longest rule.
fn filled(before: &str, unit: &str, after: &str) -> String {
    let times = (LONGEST - before.len() - after.len()) / unit.len();
    format!("{before}{}{after}", unit.repeat(times))
}

#[track_caller]
fn survives(text: String) {
    let name = text.chars().take(40).collect::<String>();
    on_small_stack(&name, move || whole_way(&text));
}

/// Openings, prefixes and shared prefixes, repeated: as they are, closed, and with an operand at the end.
#[test]
fn repetition_of_anything_is_survived() {
    for unit in [
        "(",
        "[",
        "{",
        "{ {",
        "((",
        "([{",
        "a[",
        "a[a[a[",
        "a[0][",
        "a[:",
        "a[0:",
        "$TEXT(",
        "$F(",
        "a.$F(",
        "(a,(a,(a,",
        "(a, ",
        "[a, ",
        "{a: ",
        "{\"a\": ",
        "{a: {b: ",
        "{[",
        "NOT ",
        "not NOT ",
        "-",
        "- ",
        "--",
        "!",
        "! ",
        "-!",
        "NOT -",
        "NOT (",
        "-(",
        "-[",
        "IF ",
        "IF IF IF ",
        "IF a THEN ",
        "IF a THEN b ELSE ",
        "ELSE IF ",
        "IF a THEN b ELSE IF ",
        "IF (",
        "IF a THEN (",
        "IF a THEN b ELSE (",
        "THEN ",
        "ELSE ",
        "x => ",
        "x => x => ",
        "(x) => ",
        "(x, y) => ",
        "$ANY(l, x => ",
        "l.$MAP(x => ",
        "l.$MAP(x => [",
        "$REDUCE(l, (a, x) => ",
        "a = ",
        "a = = = ",
        "= ",
        "== ",
        "a == ",
        "a < ",
        "a IN ",
        "a NOT IN ",
        "NOT IN ",
        "IN ",
        "a AND ",
        "a OR ",
        "AND ",
        "OR ",
        "a AND b OR ",
        "a + ",
        "+ ",
        "1+",
        "1-",
        "1--",
        "a * b + ",
        "a / ",
        "a.",
        ".",
        ".a",
        "a.b",
        "a.$",
        "$",
        "$A",
        "\"",
        "'",
        "\"a\" ",
        "\"a\" + ",
        "\\",
        "\"\\",
        "'\\'",
        "\"\\u",
        "#",
        "# a\n",
        "#\n(",
        "a # b\n + ",
        ",",
        ", ",
        ":",
        ";",
        "?",
        "@",
        "a, ",
        "1",
        "1.",
        ".1",
        "1e",
        "1e+",
        "1 ",
        "0",
        "9",
        "_",
        "a",
        "A ",
        "TRUE ",
        "NULL.",
        "a b ",
        "a (",
        "(a)(",
        "()",
        "[]",
        "{}",
        "[](",
        "[] ",
        "{} ",
        "a[]",
        "(a) ",
        "((a)) + ",
        "a && ",
        "a || ",
        "a ?? ",
        "a ** ",
        "a // ",
        "a === ",
        "a <> ",
        "a & ",
        "%",
        "^ ",
        "`",
        "~",
        "é",
        "“",
        "\u{202e}",
        "\u{feff}",
        "\u{0}",
        "\u{1b}[31m",
        "\u{7f}",
        "\u{85}",
        "\u{2028}",
        "\r",
        "\t",
        "\n",
        " ",
        "😀",
    ] {
        survives(filled("", unit, ""));
        survives(filled("", unit, "a"));
        survives(filled("a ", unit, "a)]}"));
        survives(filled("\"a\" IN ", unit, "\""));
    }
}

/// What is opened as often as the limit allows, then closed in every right and wrong way.
#[test]
fn balanced_repetition_is_survived() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{a: ", "}"),
        ("{\"a\": ", "}"),
        ("a[", "]"),
        ("a[0:", "]"),
        ("a[:", ":]"),
        ("$TEXT(", ")"),
        ("a.$F(", ")"),
        ("(a, ", ")"),
        ("[a, ", ", a]"),
        ("(a + ", " + a)"),
        ("(a == ", ")"),
        ("(", " == a)"),
        ("(", " AND b)"),
        ("NOT (", ")"),
        ("-(", ")"),
        ("IF ", " THEN a ELSE b"),
        ("IF a THEN ", " ELSE b"),
        ("IF a THEN b ELSE (", ")"),
        ("(IF a THEN b ELSE ", ")"),
        ("$ANY(l, x => ", ")"),
        ("l.$MAP(x => ", ")"),
        ("$REDUCE(l, (a, x) => ", ", a)"),
        ("(x => ", ")"),
        ("[x => ", "]"),
        ("(", ").a"),
        ("(", ")[0]"),
        ("[", "][0]"),
        ("{\"a\": ", "}.a"),
        ("(", ").$TEXT()"),
        ("a[", "].b"),
        ("(NOT ", ")"),
        ("{", ": a}"),
    ] {
        for times in [8, 31, 32, 33, 63, 64, 65, 66, 1000, LONGEST / (open.len() + close.len())] {
            let inside = "a";
            survives(format!("{}{inside}{}", open.repeat(times), close.repeat(times)));
            survives(format!("{}{inside}{}", open.repeat(times), close.repeat(times / 2)));
            survives(format!("{}{inside}{}", open.repeat(times / 2), close.repeat(times)));
            survives(format!("{}{inside}{}", open.repeat(times), "])}".repeat(times)));
        }
    }
}

#[test]
fn unclosed_quotes_and_comments_are_survived() {
    for text in [
        "\"",
        "'",
        "\"\\",
        "\"\\\"",
        "'\"",
        "\"'",
        "# \"",
        "\"#",
        "a == \"",
        "a == '\\",
        "\"\\u{",
        "\"\\u{110000}\"",
        "\"\\ud83d",
        "\"\\ud83d\\u",
        "\"a\nb",
        "'\u{0}",
    ] {
        survives(text.to_owned());
        survives(filled(text, "a", ""));
        survives(filled("", text, ""));
        survives(filled("((((", text, "))))"));
        survives(filled("[", &format!("{text}, "), "]"));
    }
}

/// A small generator whose sequence never changes.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next()).unwrap() % bound
    }
}

const TOKENS: [&str; 64] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ".",
    "=>",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "IN",
    "NOT",
    "AND",
    "OR",
    "IF",
    "THEN",
    "ELSE",
    "TRUE",
    "FALSE",
    "NULL",
    "+",
    "-",
    "*",
    "/",
    "1",
    "-1",
    "1.5",
    "1e9",
    "9223372036854775807",
    "\"a\"",
    "'b'",
    "\"\\u{1f600}\"",
    "a",
    "user",
    "domain",
    "x",
    "l",
    ".a",
    ".in",
    "[0]",
    "[1:]",
    "[:-1]",
    "$TEXT(",
    "$MAP(",
    "$COALESCE(",
    ".$LENGTH()",
    ".$ANY(x => x)",
    "$TIME()",
    "$NOPE()",
    "# c\n",
    "\n",
    " ",
    "=",
    "&&",
    "!",
    "\"",
    "\u{200b}",
    "é",
];

#[test]
fn random_tokens_are_survived() {
    on_small_stack("random tokens", || {
        let mut random = Random(1);
        for _ in 0..4_000 {
            let text: Vec<&str> = (0..random.below(40)).map(|_| TOKENS[random.below(TOKENS.len())]).collect();
            whole_way(&text.join(if random.below(2) == 0 { " " } else { "" }));
        }
    });
}

#[test]
fn long_random_tokens_are_survived() {
    let mut random = Random(2);
    for _ in 0..30 {
        let mut text = String::new();
        while text.len() < LONGEST - 32 {
            text.push_str(TOKENS[random.below(TOKENS.len())]);
            text.push(' ');
        }
        survives(text);
    }
}

#[test]
fn random_bytes_are_survived() {
    let mut random = Random(3);
    for round in 0..300 {
        let length = random.below(if round % 10 == 0 { LONGEST } else { 200 });
        let printable = random.below(2) == 0;
        let bytes: Vec<u8> = (0..length).map(|_| u8::try_from(if printable { 32 + random.below(95) } else { random.below(256) }).unwrap()).collect();
        survives(String::from_utf8_lossy(&bytes).chars().take(LONGEST / 3).collect());
    }
}

#[test]
fn any_bytes_as_a_context_are_survived() {
    on_small_stack("contexts", || {
        let rule = support::compile(&support::bare(), "x.a[0] == 1 OR l.$ANY(e => e == x) OR user.department == 'Sales'");
        let lenient = support::compile(&support::builtin(false), "user.department == 'Sales' AND user.user_tags.$ANY(t => t == 'a')");
        let mut random = Random(4);
        let pieces = [
            "{",
            "}",
            "[",
            "]",
            "\"x\"",
            "\"user\"",
            "\"department\"",
            ":",
            ",",
            "1",
            "-",
            "1e999",
            "null",
            "true",
            "\"\\ud800\"",
            "\\",
            "\u{0}",
            " ",
            "99999999999999999999",
        ];
        for _ in 0..4_000 {
            let text: String = (0..random.below(30)).map(|_| pieces[random.below(pieces.len())]).collect();
            for rule in [&rule, &lenient] {
                let _ = rule.evaluate_json(text.as_bytes(), support::now());
            }
        }
        for unit in ["[", "{\"x\":", "{\"x\":[", "{\"user\":{\"department\":", "[[", "\"", "{", "1", "-", " ", "\u{0}"] {
            let text = unit.repeat(1024 * 1024 / unit.len());
            for text in [text.clone(), format!("{{\"x\":{text}"), format!("{{\"user\":{{\"department\":{text}"), format!("{{\"other\":{text}")] {
                for rule in [&rule, &lenient] {
                    assert!(rule.evaluate_json(text.as_bytes(), support::now()).is_err(), "{unit}");
                }
            }
        }
        for bytes in [&b"\xff"[..], b"{\"x\": \"\xff\"}", b"\xef\xbb\xbf{}", b"{\"x\": 1}\0", b"{\"\xc0\x80\": 1}", b""] {
            assert!(rule.evaluate_json(bytes, support::now()).is_err(), "{bytes:?}");
        }
    });
}

// ---- the deepest and the largest rules that are legal

/// Nests a shape as deep as the limit allows, and takes it the whole way.
#[track_caller]
fn deepest(open: &str, inside: &str, close: &str) {
    let nested = |times: usize| format!("{}{inside}{}", open.repeat(times), close.repeat(times));
    let times = (1..=65).rev().find(|times| nesting(&nested(*times)).is_some()).unwrap();
    let text = nested(times);
    let depth = nesting(&text).unwrap();
    let name = format!("{times} times {open}");
    assert!(depth <= 64, "{name}: {depth}");
    let parses = on_small_stack(&name, move || whole_way(&text));
    assert!(parses, "{name} does not parse");
}

#[test]
fn the_deepest_rules_of_every_shape_go_the_whole_way() {
    for (open, inside, close) in [
        ("(", "a", ")"),
        ("[", "a", "]"),
        ("[a, ", "a", ", a]"),
        ("{\"k\": ", "a", "}"),
        ("{\"j\": a, \"k\": ", "a", ", \"l\": a}"),
        ("NOT ", "a", ""),
        ("- ", "a", ""),
        ("-", "a", ""),
        ("NOT (", "a", ")"),
        ("-(", "a", ")"),
        ("IF ", "a", " THEN b ELSE c"),
        ("IF a THEN ", "b", " ELSE c"),
        ("IF a THEN b ELSE (", "c", ")"),
        ("(IF a THEN b ELSE ", "c", ")"),
        ("IF (", "a", ") THEN b ELSE c"),
        ("$TEXT(", "a", ")"),
        ("a.$CONCAT(", "a", ")"),
        ("$COALESCE(a, ", "a", ")"),
        ("a[", "a", "]"),
        ("a[0:", "a", "]"),
        ("l[$LENGTH(a[", "0", ":])]"),
        ("a.b[", "a", "].c"),
        ("l.$MAP(x => ", "x", ")"),
        ("x.$MAP(x => ", "x", ")"),
        ("$ANY(l, x => ", "x", ")"),
        ("l.$ANY(x => a OR ", "x", ")"),
        ("l.$ANY(x => x == (", "x", "))"),
        ("$REDUCE(l, (acc, x) => ", "acc", ", a)"),
        ("$REDUCE(l, (acc, x) => acc + x + ", "acc", ", a)"),
        ("l.$FILTER(x => IF x THEN ", "x", " ELSE a)"),
        ("(", "a", ").b"),
        ("(", "a", ")[0]"),
        ("(", "a", ").$TEXT()"),
        ("(", "a", ").b[0][1:].$TEXT().$TRIM()"),
        ("[", "a", "][0]"),
        ("{\"k\": ", "a", "}.k"),
        ("(a + ", "a", ")"),
        ("(", "a", " + a)"),
        ("(a * ", "a", ")"),
        ("(a - b * -(", "a", ") / c)"),
        ("(a == ", "a", ")"),
        ("(", "a", " IN b)"),
        ("(a AND ", "a", ")"),
        ("(a OR b AND ", "a", ")"),
        ("(a OR b AND NOT c == d + e * -f.g[", "a", "])"),
        ("(a OR b AND NOT c == d + e * -$TEXT(l.$MAP(x => IF x THEN [x, {\"k\": ", "a", "}] ELSE b)))"),
        ("[IF a THEN b ELSE IF c THEN d ELSE {\"k\": NOT b AND c IN a - b * ", "a", "}.k[0].$TRIM()]"),
        ("(1 + ", "2", ")"),
        ("[", "1", "]"),
        ("{\"k\": ", "1", "}"),
        ("$TEXT(", "1", ")"),
    ] {
        deepest(open, inside, close);
    }
}

/// What one bracket holds on every level: a chain of each kind, so that each level has as many frames as a level can have.
#[test]
fn sixty_four_brackets_of_every_level_go_the_whole_way() {
    for bracket in [("(", ")"), ("[", "]"), ("$TEXT(", ")"), ("{\"k\": ", "}"), ("a[", "]")] {
        for around in [
            ("a OR b AND c == d + e * ", " * e + d OR c AND b"),
            ("a OR b AND c == d - e / ", ".m[0].$LENGTH() / f - g AND h OR i"),
            ("a AND b + c * ", ""),
            ("", ".m.n[0].$COALESCE(b).o"),
            ("a == ", ""),
            ("", " IN a"),
        ] {
            let (open, close) = (format!("{}{}", around.0, bracket.0), format!("{}{}", bracket.1, around.1));
            let text = format!("{}a{}", open.repeat(64), close.repeat(64));
            assert_eq!(nesting(&text), Some(64), "{open}");
            let parses = on_small_stack(&open.clone(), move || whole_way(&text));
            assert!(parses, "{open}");
        }
    }
}

/// The deepest mix of things that count a level each.
#[test]
fn mixed_levels_go_the_whole_way() {
    let shapes = [
        ("(", ")"),
        ("[", "]"),
        ("{\"k\": ", "}"),
        ("NOT ", ""),
        ("IF a THEN ", " ELSE b"),
        ("$TEXT(", ")"),
        ("l.$MAP(x => ", ")"),
        ("a[", "]"),
        ("(a == ", ")"),
        ("(a OR b AND ", ")"),
        ("$COALESCE(a, b, ", ", c)"),
        ("(a + ", ")"),
        ("$REDUCE(l, (p, q) => ", ", b)"),
        ("(- ", ")"),
        ("IF ", " THEN a ELSE b"),
        ("a[1:", "].$TEXT()"),
    ];
    let mut random = Random(5);
    for _ in 0..200 {
        let (mut open, mut close) = (String::new(), String::new());
        loop {
            let shape = shapes[random.below(shapes.len())];
            let (next_open, next_close) = (format!("{open}{}", shape.0), format!("{}{close}", shape.1));
            // A conditional needs a place that takes one.
            if nesting(&format!("{next_open}a{next_close}")).is_none() {
                break;
            }
            (open, close) = (next_open, next_close);
        }
        survives(format!("{open}a{close}"));
    }
}

/// The longest chains: left-deep in other languages, flat here.
#[test]
fn ten_thousand_nodes_in_a_chain_go_the_whole_way() {
    for (first, link, most) in [
        ("1", "+1", 4_999),
        ("a", " + a", 4_999),
        ("a", "-1", 4_999),
        ("1", "*1", 4_999),
        ("a", " / 2", 4_999),
        ("\"\"", "+\"\"", 4_999),
        ("a", " AND a", 4_999),
        ("a", " OR b", 4_999),
        ("TRUE", " AND TRUE", 4_999),
        ("a", ".b", 9_999),
        ("a", "[0]", 4_999),
        ("a", "[:]", 9_999),
        ("a", "[\"b\"]", 4_999),
        ("a", ".$TEXT()", 8_000),
        ("a", ".$MAP(x=>x)", 3_333),
        ("[[]]", "[0]", 4_999),
    ] {
        let text = format!("{first}{}", link.repeat(most));
        let name = format!("{first}{link} ...");
        assert!(on_small_stack(&name, move || whole_way(&text)), "{name}");
    }
    for (before, unit, most, after) in [
        ("[", "1,", 9_999, "]"),
        ("[", "a,", 9_999, "]"),
        ("[", "[],", 9_999, "]"),
        ("$COALESCE(", "a,", 9_998, ")"),
        ("", "IF a THEN b ELSE ", 3_333, "c"),
        ("", "IF a == 1 THEN b ELSE ", 1_999, "c"),
    ] {
        let text = format!("{before}{}{after}", unit.repeat(most));
        let name = format!("{before}{unit}...");
        assert!(on_small_stack(&name, move || whole_way(&text)), "{name}");
    }
    let keys: String = (0..4_999).map(|key| format!("\"{key}\":1,")).collect();
    assert!(on_small_stack("map", move || whole_way(&format!("{{{keys}}}"))));
}

/// Chains within every level of the deepest nesting.
#[test]
fn deep_and_wide_rules_go_the_whole_way() {
    for (open, close) in
        [("(a + b + c + ", " + d + e + f)"), ("[a, b, ", ", c]"), ("(a AND b OR c AND ", " AND d OR e AND f)"), ("l.$MAP(x => x + ", " + x).$FILTER(y => y)")]
    {
        let times = (1..=64).rev().find(|times| nesting(&format!("{}a{}", open.repeat(*times), close.repeat(*times))).is_some()).unwrap();
        let text = format!("{}a{}", open.repeat(times), close.repeat(times));
        assert!(on_small_stack(open, move || whole_way(&text)), "{open}");
    }
}
