//! Generated code against the interpreter.
#![allow(clippy::print_stdout, reason = "how long the largest programs take to compile is told, not asserted")]

use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::{Optimisation, Unit, compile};
use crate::backend::{Job, interp};
use crate::builtins::NoCalendars;
use crate::check::{Names, World};
use crate::context::{Context, Layout};
use crate::limits::Limits;
use crate::rule::Expression;
use crate::schema::Schema;
use crate::value::{Budget, EvalErrorKind, Timestamp, Value};

/// Runs a rule on both backends, at both levels, with and without a budget that is shared, and gives what all say.
fn all_agree(source: &str, schema: Option<&Schema>, documents: &[Json]) -> Vec<String> {
    let limits = Limits::default();
    let mut layout = Layout::default();
    let world = World { schema, calendars: &NoCalendars, names: Names::NONE, limits: &limits };
    let expression = Expression::compile(source, world, &mut layout).unwrap_or_else(|found| panic!("{source}: {found:?}"));
    let program = expression.program();
    let contexts: Vec<Context> = documents.iter().map(|document| Context::from_value(&layout, document, &limits).unwrap()).collect();
    let job = |context| Job { program, context, now: Timestamp::EPOCH, calendars: &NoCalendars };
    let show = |value: Result<Value, crate::value::EvalError>| match value {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{} `{}`", error.kind, error.span.of(source)),
    };
    let expected: Vec<String> = contexts.iter().map(|context| show(interp::evaluate(&job(context)))).collect();
    for level in Optimisation::ALL {
        for shares_budget in [false, true] {
            let native = compile(&[Unit { program, layout: &layout, shares_budget }], level).unwrap().remove(0);
            for (context, expected) in contexts.iter().zip(&expected) {
                let job = job(context);
                assert_eq!(&show(native.evaluate(&job)), expected, "{source} at {level:?}, shared: {shares_budget}, {context:?}");
                let truth = interp::matches(&job).map_or_else(|error| show(Err(error)), |truth| truth.to_string());
                assert_eq!(native.matches(&job).map_or_else(|error| show(Err(error)), |truth| truth.to_string()), truth, "{source}");
                if shares_budget {
                    let (mut one, mut other) = (Budget::new(&limits), Budget::new(&limits));
                    let before = one.clone();
                    let _ = interp::evaluate_within(&job, &mut one);
                    let _ = native.evaluate_within(&job, &mut other);
                    let failed = interp::evaluate(&job).is_err();
                    assert!(failed || one.spent_since(&before) == other.spent_since(&before), "{source}: {one:?} {other:?}");
                }
            }
        }
    }
    expected
}

#[test]
fn what_is_cheap_agrees() {
    let documents = [
        json!({}),
        json!({"a": "x", "b": "y", "n": 3, "l": ["x", "y"]}),
        json!({"a": "y", "n": 3.5, "l": "xy"}),
        json!({"a": 1, "n": "3", "l": {"x": 1}}),
        json!({"a": null, "n": null, "l": []}),
        json!({"a": true, "n": 9_007_199_254_740_993_i64, "l": [1, "x"]}),
        json!({"a": {"b": 1}, "n": -0.5, "l": 3}),
    ];
    for rule in [
        r#"a == "x""#,
        r#"a != "x""#,
        r#"a IN ["x", "z", 1, NULL, TRUE]"#,
        r#"a NOT IN ["x", "y", "z"]"#,
        r#""x" IN l"#,
        r#""x" NOT IN l"#,
        "n > 3",
        "n <= 3.5",
        "4 > n",
        "n < 9007199254740993",
        "n == 3",
        "n IN [3, 3.5, 9007199254740993]",
        "a",
        "NOT l",
        r#"a == "x" AND n > 2 AND "y" IN l"#,
        r#"a == "x" OR n > 2 OR "x" IN l"#,
        r#"(a == "x" AND n > 3) OR (b == "y" AND NOT ("z" IN l))"#,
        r#"a == "x" AND (n == 4 OR n < 3 OR l)"#,
        "a.b == 1",
        r#"a.b.c == "x" OR b == "y""#,
        r#"b == "y" OR a.b.c == "x""#,
        "a == b",
        "n < a",
    ] {
        all_agree(rule, None, &documents);
    }
}

#[test]
fn values_agree() {
    let documents = [
        json!({}),
        json!({"t": " Help Me ", "n": 3, "m": {"k": "v", "l": [1, 2, 3]}, "l": [3, 1, 2], "s": "a,b"}),
        json!({"t": "", "n": 2.5, "m": 5, "l": ["a", {"k": 1}, [2]], "s": ["a"]}),
        json!({"t": 7, "n": i64::MAX, "m": {"l": "text"}, "l": {"a": 1, "b": 0}}),
        json!({"t": "ÄÖ straße", "n": 0, "m": {"k": 1e308}, "l": [[], "", 0, null]}),
    ];
    for rule in [
        "n + 1",
        "n * n - 3 / n",
        "-n",
        "n / 0",
        "m.k * 10",
        "t + s",
        r#"t.$LOWERCASE().$TRIM() + "!""#,
        r#"t.$LOWERCASE().$STARTS_WITH("help") OR "password" IN t.$LOWERCASE()"#,
        "m.k",
        "m.l[1] + l[0]",
        "t[0] + t[-1]",
        "t[1:3]",
        "l[1:]",
        r#"m["l"][n]"#,
        "IF n > 2 THEN t ELSE l",
        "IF t THEN n + 1 ELSE IF l THEN m ELSE NULL",
        "t AND n",
        "t OR n OR l",
        "[t, n, [l]]",
        r#"{"a": t, "b": {"c": n}}"#,
        r#"{t: n}"#,
        "l.$MAP(x => x + n)",
        "l.$FILTER(x => x > 1).$LENGTH()",
        "l.$MAP(x => l.$FILTER(y => y == x).$MAP(z => [x, z, n]))",
        "l.$REDUCE((a, x) => a + x, 0)",
        "l.$ANY(x => x == 2) AND l.$ALL(x => x != 9)",
        "$COALESCE(m.k, t, n)",
        "$COALESCE(l)",
        r#"t.$MATCH("(?i)help")"#,
        r#"s.$SPLIT(",").$CONCAT("-")"#,
        "$TIME() + n",
        "t.$LENGTH() > n",
        "n > t",
        "n == m.k",
        "(n + 1) == 4",
        "(n + 1) < (n * 2)",
        "t IN s",
        r#"t.$STARTS_WITH("He") OR t.$ENDS_WITH("aße")"#,
        r#"s.$ENDS_WITH(",b")"#,
        "NOT (n + 1)",
    ] {
        all_agree(rule, None, &documents);
    }
}

#[test]
fn declared_attributes_agree() {
    let schema = Schema::builtin();
    let documents = [
        json!({"domain": "IT", "user": {"department": "Sales", "country_code": "DE", "user_tags": ["VIP"], "custom_attributes": {"tenure_days": 31}}}),
        json!({"domain": "IT", "user": {"department": "Sales", "country_code": "US", "user_tags": ["CONTRACTOR"]}}),
        json!({"domain": "HR", "user": {"custom_attributes": {"tenure_days": "many"}}}),
        json!({}),
        json!({"domain": "IT", "user": {"department": "Sales", "country_code": "DE", "custom_attributes": {"tenure_days": "many"}}}),
    ];
    let rule = r#"domain == "IT" AND user.department == "Sales" AND user.country_code IN ["AT", "DE", "CH"]
AND user.custom_attributes.tenure_days > 30 AND NOT ("CONTRACTOR" IN user.user_tags)"#;
    let found = all_agree(rule, Some(&schema), &documents);
    assert_eq!(found, ["TRUE", "FALSE", "FALSE", "FALSE", "type_mismatch `user.custom_attributes.tenure_days > 30`"]);
}

#[test]
fn a_declared_text_that_is_missing_is_missing_behind_any_operator() {
    let schema = Schema::builtin();
    let documents = [json!({}), json!({"domain": "IT"}), json!({"user": {"department": "Sales"}}), json!({"user": {"country_code": "DE"}})];
    for rule in [
        r#"$COALESCE($COALESCE(user.department, user.country_code), "none")"#,
        r#"$COALESCE(domain AND user.department, user.country_code, 1)"#,
        r#"$COALESCE(IF domain == "IT" THEN user.department ELSE user.country_code, [domain])"#,
    ] {
        all_agree(rule, Some(&schema), &documents);
    }
}

#[test]
fn a_lambda_reads_no_cell_that_a_context_does_not_have() {
    let limits = Limits::default();
    let mut layout = Layout::default();
    let world = World { schema: None, calendars: &NoCalendars, names: Names::NONE, limits: &limits };
    let expression = Expression::compile("l.$ANY(x => x == a) OR l.$FILTER(x => x > 1).$ALL(x => b AND c.d.e)", world, &mut layout).unwrap();
    let program = expression.program();
    let native = compile(&[Unit { program, layout: &layout, shares_budget: false }], Optimisation::None).unwrap().remove(0);
    let mut fewer = Layout::default();
    for path in layout.paths().collect::<Vec<_>>() {
        let context = Context::from_value(&fewer, &json!({"l": [1, 2, 3]}), &limits).unwrap();
        let job = Job { program, context: &context, now: Timestamp::EPOCH, calendars: &NoCalendars };
        assert_eq!(native.evaluate(&job).unwrap_err().kind, EvalErrorKind::TypeMismatch, "{} cells", context.cells().len());
        fewer.slot(path, None);
    }
}

#[test]
fn code_is_given_back() {
    let limits = Limits::default();
    let mut layout = Layout::default();
    let world = World { schema: None, calendars: &NoCalendars, names: Names::NONE, limits: &limits };
    let expression = Expression::compile(r#"a == "x" AND b > 3"#, world, &mut layout).unwrap();
    let unit = Unit { program: expression.program(), layout: &layout, shares_budget: false };
    let [one, other]: [_; 2] = compile(&[unit, unit], Optimisation::None).unwrap().try_into().unwrap();
    let code = Arc::downgrade(&one.code);
    drop(one);
    assert!(code.upgrade().is_some(), "the other still runs on it");
    drop(other);
    assert!(code.upgrade().is_none());
}

// ---- the largest and the deepest

/// The least stack that the language promises to fit, and what a build without optimisation needs.
const SMALL_STACK: usize = if cfg!(debug_assertions) { 1024 * 1024 } else { 256 * 1024 };
const HANGS_AFTER: Duration = Duration::from_secs(300);

/// Compiles a rule on a small stack, at both levels, and runs it there beside the interpreter.
#[track_caller]
fn fits(name: &str, source: String, document: Json) {
    let (done, waits) = mpsc::channel();
    let told = name.to_owned();
    let work = move || {
        let limits = Limits::default();
        let mut layout = Layout::default();
        let world = World { schema: None, calendars: &NoCalendars, names: Names::NONE, limits: &limits };
        let expression = Expression::compile(&source, world, &mut layout).unwrap_or_else(|found| panic!("{told}: {:?}", found.first()));
        let program = expression.program();
        let contexts = [Context::from_value(&layout, &document, &limits).unwrap(), Context::empty(&layout)];
        for level in Optimisation::ALL {
            let start = Instant::now();
            let native = compile(&[Unit { program, layout: &layout, shares_budget: true }], level).unwrap().remove(0);
            println!("{told}: {} bytes of source, {level:?}: {:.2} s, {} bytes of code", source.len(), start.elapsed().as_secs_f64(), native.bytes());
            for context in &contexts {
                let job = Job { program, context, now: Timestamp::EPOCH, calendars: &NoCalendars };
                assert_eq!(native.evaluate(&job), interp::evaluate(&job), "{told}");
                assert_eq!(native.matches(&job), interp::matches(&job), "{told}");
            }
        }
        done.send(()).unwrap();
    };
    let thread = std::thread::Builder::new().name(name.to_owned()).stack_size(SMALL_STACK).spawn(work).unwrap();
    let outcome = waits.recv_timeout(HANGS_AFTER);
    assert!(outcome != Err(mpsc::RecvTimeoutError::Timeout), "{name} hangs");
    thread.join().unwrap_or_else(|_| panic!("{name} fails"));
}

fn compiles(source: &str) -> bool {
    let limits = Limits::default();
    let world = World { schema: None, calendars: &NoCalendars, names: Names::NONE, limits: &limits };
    Expression::compile(source, world, &mut Layout::default()).is_ok()
}

/// A row of these, as long as a rule may be.
#[track_caller]
fn longest_row(before: &str, between: &str, after: &str, part: impl Fn(usize) -> String) -> String {
    let row = |count: usize| format!("{before}{}{after}", (0..count).map(&part).collect::<Vec<_>>().join(between));
    let (mut fits, mut does_not) = (1, Limits::default().source_bytes);
    while does_not - fits > 1 {
        let middle = usize::midpoint(fits, does_not);
        *(if compiles(&row(middle)) { &mut fits } else { &mut does_not }) = middle;
    }
    assert!(fits > 100, "only {fits} parts");
    row(fits)
}

#[test]
fn the_largest_rules_compile_and_run_on_a_small_stack() {
    let name = |at: usize| format!("a.{}", ["b", "c", "d", "e", "f", "g", "h"][at % 7]);
    let document = json!({"a": {"b": 1, "c": "x", "d": 2.5, "e": ["x"], "f": 4, "g": 5, "h": null}, "n": 3, "l": [1, 2]});
    fits("tests in one AND", longest_row("", " AND ", "", |at| format!("{} != \"w{at}\"", name(at))), document.clone());
    fits("comparisons in one OR", longest_row("", " OR ", "", |at| format!("n + 1 == {}", at + 100)), document.clone());
    fits("terms of a sum", longest_row("", " + ", "", |_| "n".to_owned()), document.clone());
    fits("elements of a list", longest_row("[", ", ", "]", name), document.clone());
    fits("literals of a list", longest_row("a.c IN [", ", ", "]", |at| format!("\"w{at}\"")), document.clone());
    fits("branches", longest_row("", " ELSE ", " ELSE n", |at| format!("IF n == {} THEN {}", at + 50, name(at))), document.clone());
    fits("arguments", longest_row("$COALESCE(a.h, ", ", ", ")", |_| "a.h".to_owned()), document.clone());
    fits("links", longest_row("n", "", "", |_| ".$TEXT()".to_owned()), document.clone());
    fits("lambdas", longest_row("", " OR ", "", |at| format!("l.$ANY(x => x == {})", at + 9)), document);
}

#[test]
fn the_deepest_rules_compile_and_run_on_a_small_stack() {
    let document = json!({"a": 1, "b": 2, "l": [1]});
    for (open, inside, close) in [
        ("IF a THEN ", "b", " ELSE l"),
        ("IF a == 1 THEN b ELSE (", "l", ")"),
        ("(a AND ", "b", ")"),
        ("(a OR b AND NOT b == ", "a", ")"),
        ("(a + ", "b", ")"),
        ("[a, ", "b", ", l]"),
        ("{\"k\": ", "b", "}"),
        ("$COALESCE(NULL, ", "a", ", b)"),
        ("l.$MAP(x => ", "x", ")"),
        ("$REDUCE(l, (acc, x) => acc + x + ", "acc", ", a)"),
        ("l.$ANY(x => a == 5 OR ", "x", ")"),
        ("(a OR b AND NOT a == b + b * -$LENGTH(l.$MAP(x => IF x THEN [x, {\"k\": ", "a", "}] ELSE b)))"),
    ] {
        let nested = |times: usize| format!("{}{inside}{}", open.repeat(times), close.repeat(times));
        let times = (1..=65).rev().find(|times| compiles(&nested(*times))).unwrap();
        fits(&format!("{times} times {open}"), nested(times), document.clone());
    }
}
