//! Generated code against the interpreter.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::{Optimisation, Unit, compile};
use crate::backend::{Job, interp};
use crate::builtins::NoCalendars;
use crate::check::{Names, World};
use crate::context::{Context, Layout};
use crate::limits::Limits;
use crate::rule::Expression;
use crate::schema::Schema;
use crate::value::{Budget, Timestamp, Value};

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
