//! What is known of a rule before it runs: findings, narrowing, "cannot fail", folding, and the typed tree.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

mod support;

use support::{Outcome, assert_golden, bare, builtin, codes, compile, run};
use triggerfish::{Engine, EvalErrorKind, Limits};

/// A finding: a code, rules that have it, and rules that say something similar without it.
struct Finding {
    code: &'static str,
    fires: &'static [&'static str],
    keeps_quiet: &'static [&'static str],
}

#[track_caller]
fn check(engine: &Engine, findings: &[Finding]) {
    for Finding { code, fires, keeps_quiet } in findings {
        assert!(fires.len() >= 3 && keeps_quiet.len() >= 3, "{code}: three of each at least");
        for rule in *fires {
            assert!(codes(engine, rule).contains(code), "{code} should fire: {rule}\n{:?}", codes(engine, rule));
        }
        for rule in *keeps_quiet {
            assert!(!codes(engine, rule).contains(code), "{code} should not fire: {rule}");
        }
    }
}

#[test]
fn findings_that_need_no_schema() {
    check(
        &bare(),
        &[
            Finding { code: "TF0101", fires: &["$NOPE()", "x.$LOWER()", "$ANY(l, e => $NOPE(e))"], keeps_quiet: &["$time()", "x.$Lowercase()", "$IS_NULL(x)"] },
            Finding {
                code: "TF0102",
                fires: &["$LENGTH()", "x.$LENGTH(y)", "$ROLLOUT(1)"],
                keeps_quiet: &["$LENGTH(x)", "x.$LENGTH()", "$COALESCE(a, b, c, d, e)"],
            },
            Finding {
                code: "TF0103",
                fires: &["x => x", "[x => x]", "$TEXT(x => x)"],
                keeps_quiet: &["$MAP(l, x => x)", "l.$ANY(x => x)", "$REDUCE(l, (a, x) => a, 0)"],
            },
            Finding { code: "TF0104", fires: &["$MAP(l, 1)", "$ANY(l, x)", "$REDUCE(l, x => x, 0)"], keeps_quiet: &["$MAP(l, x => 1)", "$ANY(l)", "$ALL(l)"] },
            Finding {
                code: "TF0106",
                fires: &["{'a': 1, 'a': 2}", "{'a': 1, 'b': 2, \"a\": 3}", "[{'a': 1, '\\u0061': 2}]"],
                keeps_quiet: &["{'a': 1, 'A': 2}", "{'a': {'a': 1}}", "{a: 1, b: 2}"],
            },
            Finding {
                code: "TF0201",
                fires: &["x + TRUE", "x IN 5", "$LOWERCASE(y, 1).$LENGTH() + (a == b)", "(a == b) < 1"],
                keeps_quiet: &["x + 'a'", "x IN y", "x < 1", "NULL * x"],
            },
            Finding {
                code: "TF0202",
                fires: &["1 / 0", "x AND 1 / 0", "9223372036854775807 + 1", "$INTEGER('x')"],
                keeps_quiet: &["1 / 2", "x / 0.5", "9223372036854775807 + x", "$INTEGER('1')"],
            },
            Finding {
                code: "TF0203",
                fires: &["x.$MATCH('(')", "x AND y.$MATCH('[')", "$REPLACE(x, '*', 'y')"],
                keeps_quiet: &["x.$MATCH('\\(')", "x.$MATCH(y)", "$REPLACE(x, 'a', '(')"],
            },
            Finding {
                code: "TF0204",
                fires: &["$FORMAT_TIME(x, '%H', 'Nowhere')", "x AND $PARSE_TIME(y, NULL, 'CEST!')", "$ADD_DATE(x, 1, 'day', '')"],
                keeps_quiet: &["$FORMAT_TIME(x, '%H', 'utc')", "$FORMAT_TIME(x, '%H', '+0530')", "$FORMAT_TIME(x, '%H', z)"],
            },
            Finding {
                code: "TF0205",
                fires: &["$OPEN('it')", "x AND $OPENS_AT('it') > 1", "x OR $CLOSES_AT('it') > 1"],
                keeps_quiet: &["$OPEN(x)", "$OPENS_AT(NULL)", "$CLOSES_AT(x.y)"],
            },
            Finding {
                code: "TF0302",
                fires: &["x AND TRUE", "1 == 1 OR x", "IF TRUE THEN a ELSE b", "x AND NULL AND y"],
                keeps_quiet: &["TRUE", "FALSE", "x OR 'none'", "x AND y", "IF x THEN TRUE ELSE FALSE"],
            },
            Finding {
                code: "TF0305",
                fires: &["[1].$FILTER(x => x) != NULL", "NULL == $FILTER([1, 2], x => x)", "[1].$FILTER(x => x > y) == NULL"],
                keeps_quiet: &["[1].$FIND(x => x) != NULL", "[1].$FILTER(x => x) == []", "[1].$ANY(x => x)"],
            },
            Finding {
                code: "TF0306",
                fires: &["x IN ['a']", "x NOT IN [1]", "x IN [y]"],
                keeps_quiet: &["x IN ['a', 'b']", "x IN []", "x == 'a'", "[1].$ANY(e => e == x)"],
            },
            Finding {
                code: "TF0309",
                fires: &["x IN 'Sales'", "user.department IN ('Sales')", "x NOT IN \"a\""],
                keeps_quiet: &["'Sales' IN x", "x IN y", "x IN ['Sales', 'IT']", "'a' IN 'abc'"],
            },
            Finding {
                code: "TF0311",
                fires: &[
                    "$ROLLOUT(1, a) OR $ROLLOUT(2, b)",
                    "$ROLLOUT(1, a) AND x.$LENGTH() > 1 AND $ROLLOUT(2, a)",
                    "IF $ROLLOUT(1, a) THEN 1 ELSE $ROLLOUT(2, a)",
                ],
                keeps_quiet: &["$ROLLOUT(1, a)", "$ROLLOUT(1, a, 's') OR $ROLLOUT(2, b)", "$ROLLOUT(1, a, 's') OR $ROLLOUT(2, b, 't')"],
            },
            Finding {
                code: "TF0312",
                fires: &["x == 'a\u{200b}'", "\"\u{202e}\" IN x", "['\u{feff}']"],
                keeps_quiet: &["x == 'a\\u200b'", "x == 'é'", "x == 'a b'"],
            },
        ],
    );
}

#[test]
fn findings_that_need_a_schema() {
    check(
        &builtin(false),
        &[
            Finding {
                code: "TF0105",
                fires: &["nope", "user.departmnt == 'a'", "user.user_tags.$ANY(t => t == nope)"],
                keeps_quiet: &["domain", "user.department == 'a'", "user.user_tags.$ANY(domain2 => domain2 == 'a')"],
            },
            Finding {
                code: "TF0201",
                fires: &["user.department + 1", "domain.x", "user.department < 5"],
                keeps_quiet: &["user.department + 'x'", "domain == 'x'", "user.department < 'm'"],
            },
            Finding {
                code: "TF0301",
                fires: &["user.work_status == 'NOPE'", "user.department == 5", "user.department IN [1, 2] AND domain == TRUE"],
                keeps_quiet: &["user.work_status == 'FULL_TIME'", "user.department == 'x'", "user.department == NULL"],
            },
            Finding {
                code: "TF0303",
                fires: &[
                    "user.department != 'Sales'",
                    "NOT user.department == 'Sales'",
                    "user.department NOT IN ['a', 'b']",
                    "NOT user.department.$STARTS_WITH('a')",
                ],
                keeps_quiet: &[
                    "user.department == 'Sales'",
                    "user.department != NULL",
                    "user.department != NULL AND user.department != 'Sales'",
                    "NOT $IS_NULL(user.department) AND user.department != 'a'",
                    "NOT user.department != 'Sales'",
                ],
            },
            Finding {
                code: "TF0304",
                fires: &["user.work_status == 'full_time'", "'Full_Time' == user.work_status", "user.work_status IN ['full_time', 'PART_TIME']"],
                keeps_quiet: &["user.work_status == 'FULL_TIME'", "user.department == 'full_time'", "user.work_status.$LOWERCASE() == 'full_time'"],
            },
            Finding {
                code: "TF0307",
                fires: &[
                    "user.manager_email == ticket.requested_for.email_addr",
                    "user.department == user.location",
                    "user.location == user.department OR domain == 'IT'",
                ],
                keeps_quiet: &[
                    "user.department != NULL AND user.department == user.location",
                    "user.department == 'x'",
                    "$SAME(user.department, user.location)",
                    "user.department AND user.department == user.location",
                ],
            },
            Finding {
                code: "TF0308",
                fires: &["NOT user.location", "user.location AND domain == 'IT'", "IF user.location THEN 1 ELSE 2"],
                keeps_quiet: &["user.location != NULL", "user.location OR 'none'", "bot.resolved AND domain == 'IT'"],
            },
            Finding {
                code: "TF0310",
                fires: &["{domain: 1}", "{'a': 1, domain: 2}", "[{user: 1}]"],
                keeps_quiet: &["{'domain': 1}", "{'d': domain}", "[1].$MAP(domain => {'a': domain})"],
            },
        ],
    );
}

#[test]
fn strict_mode_refuses_what_is_not_declared() {
    for rule in ["nope", "user.nope == 1", "domain == 'IT' AND user.nope"] {
        assert_eq!(run(&builtin(true), rule, "{}"), Outcome::Refused(vec!["TF0105"]), "{rule}");
        assert!(builtin(false).compile(rule).is_ok(), "{rule}");
        assert_eq!(codes(&bare(), rule).iter().filter(|code| **code == "TF0105").count(), 0, "{rule}");
    }
}

#[test]
fn several_findings_come_at_once() {
    assert_eq!(codes(&builtin(false), "user.departmnt == 'Sales' AND domain IN ['IT'] AND $NOPE(1)"), ["TF0105", "TF0306", "TF0101"]);
    assert_eq!(codes(&bare(), "a = 1 && b <> 2"), ["TF0008", "TF0008", "TF0008"]);
    assert_eq!(codes(&bare(), "1 / 0 == 9223372036854775807 + 1"), ["TF0202", "TF0202"]);
}

// ---- cannot fail

#[test]
fn rules_that_cannot_fail_say_so() {
    let strict = builtin(true);
    for rule in [
        "TRUE",
        "domain == 'IT'",
        "domain == 'IT' AND user.department == 'Sales'",
        "user.department IN ['a', 'b', 'c']",
        "user.department != NULL AND user.department < 'm'",
        "user.department < 'm'",
        "NOT (domain == 'IT')",
        "IF domain == 'IT' THEN 1 ELSE 2",
        "$IS_NULL(user.department)",
        "domain OR 'none'",
    ] {
        assert!(compile(&strict, rule).cannot_fail(), "{rule}: {:?}", compile(&strict, rule).errors());
    }
}

#[test]
fn rules_that_may_fail_do_not_say_that_they_cannot() {
    for (rule, kind) in [
        ("x < 3", EvalErrorKind::TypeMismatch),
        ("x.y", EvalErrorKind::TypeMismatch),
        ("x + y", EvalErrorKind::Overflow),
        ("x / y", EvalErrorKind::DivisionByZero),
        ("x * 1.5", EvalErrorKind::NotFinite),
        ("$PARSE_TIME(x)", EvalErrorKind::InvalidArgument),
        ("x.$MATCH(y)", EvalErrorKind::InvalidRegex),
        ("x + 'a'", EvalErrorKind::BudgetExceeded),
        ("$OPEN(x)", EvalErrorKind::UnknownCalendar),
        ("l.$ANY(e => l.$ANY(f => e == f))", EvalErrorKind::BudgetExceeded),
        ("FALSE AND x.y", EvalErrorKind::TypeMismatch),
        ("-x", EvalErrorKind::Overflow),
    ] {
        let rule = compile(&bare(), rule);
        assert!(!rule.cannot_fail() && rule.errors().has(kind), "{rule:?}: {:?}", rule.errors());
    }
}

/// What fails was announced: every error of every case is among the errors that its rule says it may fail with.
#[test]
fn no_case_fails_with_an_error_that_its_rule_rules_out() {
    for path in support::files("tests/cases", "ndjson") {
        for line in support::read(&path).lines() {
            let case = triggerfish::cases::Case::parse(line.as_bytes()).unwrap();
            let Ok(rule) = bare().compile(&case.rule) else { continue };
            let Ok(context) = rule.bind_json(case.context.as_bytes()) else { continue };
            if let Err(error) = rule.evaluate(&context, case.now) {
                assert!(rule.errors().has(error.kind), "{}: {} fails with {}, but says {:?}", case.id, case.rule, error.kind, rule.errors());
            }
        }
    }
}

// ---- folding

/// Constants are charged as written: a rule has the same budget whether its constants are folded or not.
#[test]
fn folding_does_not_change_the_budget() {
    for rule in [
        "('a' + 'b') + x",
        "[1, 2].$MAP(e => e) == x",
        "$UPPERCASE('abcdef') == x",
        "$SPLIT('a,b,c', ',') == x",
        "'aaa'.$LENGTH() == x",
        "[1 + 1, x]",
        "$CONCAT(['a', 'b'], '-') + x",
        "2 IN [1, 2] AND x",
    ] {
        let mut seen = Vec::new();
        for bytes in 0..200 {
            let engine = support::with_limits(Limits { bytes, ..Limits::default() });
            let Ok(rule) = engine.compile(rule) else {
                seen.push((true, true));
                continue;
            };
            let context = rule.bind_json(br#"{"x": "t"}"#).unwrap();
            let exceeded =
                |result: &Result<triggerfish::Value, triggerfish::EvalError>| matches!(result, Err(error) if error.kind == EvalErrorKind::BudgetExceeded);
            seen.push((exceeded(&rule.evaluate(&context, support::now())), exceeded(&rule.trace(&context, support::now()).outcome)));
        }
        assert!(seen.iter().all(|(folded, unfolded)| folded == unfolded), "{rule}: {seen:?}");
        assert!(!seen.last().unwrap().0, "{rule}");
    }
}

// ---- the typed tree

#[test]
fn the_typed_tree_is_what_was_agreed() {
    for (name, engine, rule) in [
        ("domain", builtin(true), r#"domain == "IT" AND user.department == "Sales""#),
        ("chain", bare(), "m.a[0][1:].$TRIM().$LOWERCASE()"),
        ("folding", bare(), "x + (1 + 2 * 3) OR $UPPERCASE('abc') == x"),
        ("lambda", bare(), "l.$MAP(x => l.$REDUCE((acc, y) => acc + x + y, 0))"),
        ("conditional", builtin(true), "IF user.department == NULL THEN 'none' ELSE IF domain IN ['IT', 'HR'] THEN user.department + '!' ELSE NULL"),
        ("literals", bare(), "[x, -x, {'k': x, \"j\": [1, 2.5, NULL, TRUE]}, NOT x, x.$MATCH('a+')]"),
    ] {
        let dump = compile(&engine, rule).program().dump();
        assert_golden(&support::path(&format!("tests/hir/{name}.txt")), &format!("{rule}\n\n{dump}"));
    }
}
