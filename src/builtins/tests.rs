//! Tests that loop over the table, and what the tests of the families share.

use arbtest::arbitrary::{Result as Drawn, Unstructured};

use super::*;
use crate::limits::Limits;
use crate::value::{Budget, EvalError, Float, Timestamp, json};

/// Any Text.
pub(super) fn text(text: &str) -> Value {
    Value::text(text)
}

/// A Float.
pub(super) fn float(value: f64) -> Value {
    Value::Float(Float::new(value).unwrap())
}

/// What a Text says.
pub(super) fn said(value: Value) -> String {
    let Value::Text(text) = value else { panic!("{value} is no text") };
    text.to_string()
}

/// The values of a JSON array.
pub(super) fn values(text: &str) -> Vec<Value> {
    let Value::List(list) = json::read(text.as_bytes(), 64).unwrap() else { panic!("{text} is no list") };
    list.to_vec()
}

/// Calls a function without a lambda.
pub(super) fn call(name: &str, args: &[Value]) -> Result<Value, EvalErrorKind> {
    run(name, args, &mut Budget::new(&Limits::default()))
}

/// Calls a function without a lambda: its result, and the steps and bytes that it took.
pub(super) fn measured(name: &str, args: &[Value]) -> (Result<Value, EvalErrorKind>, (u64, u64)) {
    let before = Budget::unlimited();
    let mut budget = before.clone();
    let result = run(name, args, &mut budget);
    (result, budget.spent_since(&before))
}

fn run(name: &str, args: &[Value], budget: &mut Budget) -> Result<Value, EvalErrorKind> {
    let limits = Limits::default();
    let mut places = Args::default();
    args.iter().for_each(|value| places.push(Some(value)));
    let mut env = Env { budget, now: Timestamp::EPOCH, calendars: &NoCalendars, limits: &limits, prepared: None };
    find(name).unwrap().get().call(&places, &mut env).map_err(kind)
}

/// Calls a function whose second argument is a lambda; that place in `args` is not looked at.
pub(super) fn visit(name: &str, args: &[Value], lambda: &mut dyn Lambda, budget: &mut Budget) -> Result<Value, EvalErrorKind> {
    let limits = Limits::default();
    let mut places = Args::default();
    args.iter().enumerate().for_each(|(at, value)| places.push((at != 1).then_some(value)));
    let mut env = Env { budget, now: Timestamp::EPOCH, calendars: &NoCalendars, limits: &limits, prepared: None };
    find(name).unwrap().get().visit(&places, lambda, &mut env).map_err(kind)
}

fn kind(fault: Fault) -> EvalErrorKind {
    match fault {
        Fault::Here(kind) => kind,
        Fault::Inside(error) => error.kind,
    }
}

/// A lambda that a test writes as a closure.
pub(super) struct Body<F>(pub(super) F);

impl<F: FnMut(&[&Value]) -> Result<Value, EvalErrorKind>> Lambda for Body<F> {
    fn value(&mut self, args: &[&Value], _budget: &mut Budget) -> Result<Value, EvalError> {
        (self.0)(args).map_err(|kind| EvalError { kind, span: Default::default() })
    }
}

/// Calls a row as a backend would, with a lambda where it takes one.
fn call_row(row: &Builtin, args: &[Option<Value>], budget: &mut Budget) -> Result<Value, EvalErrorKind> {
    let limits = Limits::default();
    let mut places = Args::default();
    let is_lambda = |at: usize| row.param(at).is_some_and(|param| matches!(param.takes, Takes::Lambda(_)));
    for (at, value) in args.iter().enumerate() {
        places.push(value.as_ref().filter(|_| !is_lambda(at)));
    }
    let mut env = Env { budget, now: Timestamp::EPOCH, calendars: &NoCalendars, limits: &limits, prepared: None };
    let mut lambda = Body(|args: &[&Value]| Ok(args.last().copied().cloned().unwrap_or_default()));
    if (0..args.len()).any(is_lambda) { row.visit(&places, &mut lambda, &mut env) } else { row.call(&places, &mut env) }.map_err(kind)
}

/// A value that fits the parameter.
fn fitting(param: &Param) -> Option<Value> {
    match param.takes {
        Takes::Lambda(_) => Some(Value::Null),
        Takes::Values(kinds) => kinds.iter().find(|kind| *kind != crate::value::Kind::Null).map(|kind| sample(kind.into())),
    }
}

fn sample(kinds: Kinds) -> Value {
    let all = [
        Value::Null,
        Value::Bool(true),
        Value::Integer(1),
        float(1.5),
        text("a"),
        Value::from(vec![Value::Integer(1)]),
        Value::from_iter([("a".into(), Value::Null)]),
    ];
    all.into_iter().find(|value| kinds.has(value.kind())).unwrap()
}

#[test]
fn names_are_sorted_upper_case_and_found_in_any_letter_case() {
    assert!(ALL.windows(2).all(|pair| pair[0].name < pair[1].name));
    assert_eq!(BuiltinId::all().count(), ALL.len());
    for (id, row) in BuiltinId::all().zip(ALL) {
        assert!(row.name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'), "{}", row.name);
        assert_eq!(id.get().name, row.name);
        assert_eq!(find(row.name), Some(id));
        assert_eq!(find(&row.name.to_lowercase()), Some(id));
        assert_eq!(find(&format!("{}X", row.name)), None);
        assert_eq!(find(&row.name[1..]), None);
    }
    assert_eq!((find(""), find("$TEXT"), find("TE\u{212a}T"), find("ſAME")), (None, None, None, None));
}

#[test]
fn rows_are_documented_in_sentences() {
    for row in ALL {
        for sentence in std::iter::once(&row.doc).chain(row.notes) {
            assert!(sentence.ends_with('.') && !sentence.contains('\n'), "{}: {sentence}", row.name);
        }
        assert!(row.example.0.contains(&format!("${}(", row.name)) && !row.example.1.is_empty(), "{}", row.name);
        assert!(row.params.iter().all(|param| !param.name.is_empty()), "{}", row.name);
        assert!(row.params.len() <= 4, "{}: more parameters than `Args` has places", row.name);
        let first_optional = row.params.iter().position(|param| param.need.is_optional()).unwrap_or(row.params.len());
        assert!(row.params[first_optional..].iter().all(|param| param.need.is_optional()), "{}", row.name);
    }
}

#[test]
fn null_decides_before_kinds_and_values_do() {
    for row in ALL {
        for (at, param) in row.params.iter().enumerate() {
            if !param.need.null_decides() || matches!(param.takes, Takes::Lambda(_)) {
                continue;
            }
            let mut args: Vec<_> = row.params[..=at].iter().map(fitting).collect();
            args[at] = Some(Value::Null);
            let mut wrong = args.clone();
            for (other, param) in row.params[..at].iter().enumerate() {
                if let Takes::Values(kinds) = param.takes {
                    let misfits = Kinds::SOME.without(kinds);
                    wrong[other] = if misfits.is_empty() { wrong[other].clone() } else { Some(sample(misfits)) };
                }
            }
            for args in [args, wrong] {
                let result = call_row(row, &args, &mut Budget::unlimited()).unwrap();
                assert_eq!(result, row.on_null(), "${} with {args:?}", row.name);
                assert_eq!(result, if row.result == Kinds::BOOL { Value::Bool(false) } else { Value::Null });
            }
        }
    }
}

#[test]
fn wrong_kinds_are_a_type_mismatch() {
    for row in ALL {
        for (at, param) in row.params.iter().enumerate() {
            let Takes::Values(kinds) = param.takes else { continue };
            for misfit in Kinds::SOME.without(kinds).iter() {
                let mut args: Vec<_> = row.params[..=at].iter().map(fitting).collect();
                args[at] = Some(sample(misfit.into()));
                assert_eq!(call_row(row, &args, &mut Budget::unlimited()), Err(EvalErrorKind::TypeMismatch), "${} with {args:?}", row.name);
            }
        }
    }
}

#[test]
fn signatures_show_what_may_be_left_out() {
    let signature = |name: &str| find(name).unwrap().get().signature();
    assert_eq!(signature("CONCAT"), "$CONCAT(list, separator?)");
    assert_eq!(signature("COALESCE"), "$COALESCE(value, ...)");
    assert_eq!(signature("ANY"), "$ANY(list, lambda?)");
    let arity = |name: &str| find(name).unwrap().get().arity();
    assert_eq!(
        (arity("TIME"), arity("COALESCE"), arity("REDUCE"), arity("ADD_DATE"), arity("OPEN")),
        ((0, Some(0)), (1, None), (3, Some(3)), (3, Some(4)), (1, Some(2)))
    );
}

/// Any value, with a liking for those that functions trip over.
fn any_value(u: &mut Unstructured<'_>, depth: usize) -> Drawn<Value> {
    const TEXTS: &[&str] = &[
        "",
        " ",
        "a",
        "ΑΣ",
        "ß",
        "\u{0}",
        "(",
        "a*",
        "(?P<x>a)|b",
        "\\1\\g<x>",
        "\\g<",
        "%Y-%m-%d",
        "%s%Z%Q",
        "%.3f%20Y%::z",
        "%",
        "%é",
        "2026-01-05T10:30:45.5+02:00",
        "9999-12-31",
        "0001-01-01",
        "Europe/Berlin",
        "+23:59",
        "Africa/Monrovia",
        "day",
        "months",
        "YEARS",
        "[1,{\"a\":2}]",
        "1e999",
        "9223372036854775808",
        "-0",
        "99",
        "1.5e3",
    ];
    const FLOATS: &[f64] = &[0.0, 0.5, -1.5, 1e300, -1e300, 1e-300, 100.0, 253_402_300_799.5, -62_135_596_800.0, 9.3e18, 33.335];
    const INTEGERS: &[i64] = &[0, 1, -1, 2, 100, i64::MAX, i64::MIN, 253_402_300_799, 253_402_300_800, -62_135_596_800, 1_774_746_000, 120_000];
    Ok(match u.int_in_range(0..=if depth == 0 { 7 } else { 9 })? {
        0 => Value::Null,
        1 => Value::Bool(u.arbitrary()?),
        2 => Value::Integer(*u.choose(INTEGERS)?),
        3 => Value::Integer(u.arbitrary()?),
        4 => float(*u.choose(FLOATS)?),
        5 => Float::new(f64::from_bits(u.arbitrary()?)).map_or(Value::Null, Value::Float),
        6 => text(u.choose(TEXTS)?),
        7 => text(u.arbitrary()?),
        8 => Value::from((0..u.int_in_range(0..=12)?).map(|_| any_value(u, depth - 1)).collect::<Drawn<Vec<_>>>()?),
        _ => (0..u.int_in_range(0..=4)?).map(|_| Ok((u.arbitrary::<&str>()?.into(), any_value(u, depth - 1)?))).collect::<Drawn<Value>>()?,
    })
}

/// A value that most likely fits.
fn likely(u: &mut Unstructured<'_>, param: &Param) -> Drawn<Value> {
    for _ in 0..8 {
        let value = any_value(u, 2)?;
        if matches!(param.takes, Takes::Values(kinds) if kinds.has(value.kind())) {
            return Ok(value);
        }
    }
    any_value(u, 2)
}

#[test]
fn no_row_panics_and_rows_keep_their_word() {
    let mut fine = std::collections::BTreeSet::new();
    arbtest::arbtest(|u| {
        let row = u.choose(ALL)?;
        let (fewest, _) = row.arity();
        let count = u.int_in_range(fewest..=row.params.len())?;
        let args = (0..count).map(|at| likely(u, &row.params[at]).map(Some)).collect::<Drawn<Vec<_>>>()?;
        let mut budget = if u.ratio(1, 4)? {
            Budget::new(&Limits { steps: u.int_in_range(0..=20)?, bytes: u.int_in_range(0..=64)?, ..Limits::default() })
        } else {
            Budget::unlimited()
        };
        let before = budget.clone();
        let fits = |value: &Value, param: &Param| matches!(param.takes, Takes::Values(kinds) if kinds.has(value.kind())) || value.is_null();
        let all_fit =
            args.iter().zip(row.params).all(|(value, param)| matches!(param.takes, Takes::Lambda(_)) || value.as_ref().is_some_and(|value| fits(value, param)));
        match call_row(row, &args, &mut budget) {
            Ok(value) => {
                assert!(row.result.has(value.kind()) || value == row.on_null(), "${} {args:?} gives {value}", row.name);
                if row.folds && row.result.within(Kinds::TEXT.or(Kinds::LIST)) && !value.is_null() {
                    assert_eq!(budget.spent_since(&before).1, u64::from(value.size()), "${} {args:?} gives {value}", row.name);
                }
                fine.insert(row.name);
            }
            Err(EvalErrorKind::BudgetExceeded) => {}
            Err(EvalErrorKind::TypeMismatch) => assert!(!all_fit, "${} {args:?}", row.name),
            Err(kind) => assert!(row.errors.has(kind), "${} {args:?} fails with {kind}", row.name),
        }
        Ok(())
    })
    .budget_ms(3_000);
    assert_eq!(fine.len(), ALL.len(), "only {fine:?} gave values");
}

#[test]
fn coalesce_takes_one_list_or_values() {
    let call = |args: &str| call("COALESCE", &values(args)).unwrap().to_string();
    assert_eq!(call("[[null, 2, 3]]"), "2");
    assert_eq!(call("[[]]"), "null");
    assert_eq!(call("[null, [null, 1]]"), "[null,1]");
    assert_eq!(call("[false, 1]"), "false");
    assert_eq!(call("[5]"), "5");
    assert_eq!(measured("COALESCE", &values("[[null, null, 1, null]]")).1, (3, 0));
}

#[test]
fn list_functions_visit_what_they_need() {
    let list = Value::from((0..5).map(Value::Integer).collect::<Vec<_>>());
    let spent = |name: &str, wanted: i64| {
        let before = Budget::unlimited();
        let mut budget = before.clone();
        let mut body = Body(|args: &[&Value]| Ok(Value::Bool(*args[0] == Value::Integer(wanted))));
        let result = visit(name, &[list.clone(), Value::Null], &mut body, &mut budget).unwrap().to_string();
        (result, budget.spent_since(&before))
    };
    assert_eq!(spent("ANY", 1), ("true".into(), (2, 0)));
    assert_eq!(spent("ANY", 9), ("false".into(), (5, 0)));
    assert_eq!(spent("ALL", 0), ("false".into(), (2, 0)));
    assert_eq!(spent("FIND", 3), ("3".into(), (4, 0)));
    assert_eq!(spent("FIND", 9), ("null".into(), (5, 0)));
    assert_eq!(spent("FILTER", 2), ("[2]".into(), (5, 16)));
    assert_eq!(spent("MAP", 0), ("[true,false,false,false,false]".into(), (5, 80)));
    assert_eq!(call("ANY", std::slice::from_ref(&list)), Ok(Value::Bool(true)));
    assert_eq!(call("ALL", &[list]), Ok(Value::Bool(false)));
}

#[test]
fn filter_of_a_map_keeps_keys_and_reduce_folds_from_the_left() {
    let mut over_six = Body(|args: &[&Value]| Ok(Value::Bool(matches!(args[0], Value::Integer(value) if *value > 6))));
    let map = values(r#"[{"b": 9, "a": 5, "c": 7}, null]"#);
    assert_eq!(visit("FILTER", &map, &mut over_six, &mut Budget::unlimited()).unwrap().to_string(), r#"{"b":9,"c":7}"#);
    let mut join = Body(|args: &[&Value]| Ok(text(&format!("({}{})", args[0], args[1]))));
    let list = values("[[1, 2], null, 0]");
    assert_eq!(visit("REDUCE", &list, &mut join, &mut Budget::unlimited()), Ok(text("(\"(01)\"2)")));
    let mut fails = Body(|_: &[&Value]| Err(EvalErrorKind::DivisionByZero));
    assert_eq!(visit("MAP", &list, &mut fails, &mut Budget::unlimited()), Err(EvalErrorKind::DivisionByZero));
}

#[test]
fn concat_and_split() {
    let concat = |args: &str| call("CONCAT", &values(args)).unwrap().to_string();
    assert_eq!(concat(r#"[["a", null, "b"], "-"]"#), "\"a-b\"");
    assert_eq!(concat(r#"[["", ""], "-"]"#), "\"-\"");
    assert_eq!(concat(r#"[[[1, 2], {"a": 2.0}, null, true, 0.1], " "]"#), r#""[1,2] {\"a\":2} true 0.1""#);
    let split = |args: &str| call("SPLIT", &values(args)).map(|value| value.to_string());
    assert_eq!(split(r#"["a,,b", ","]"#).as_deref(), Ok(r#"["a","","b"]"#));
    assert_eq!(split(r#"["aaa", "aa"]"#).as_deref(), Ok(r#"["","a"]"#));
    assert_eq!(split(r#"["", ","]"#).as_deref(), Ok(r#"[""]"#));
    assert_eq!(split(r#"["abc", ""]"#), Err(EvalErrorKind::InvalidArgument));
    assert_eq!(measured("SPLIT", &values(r#"["a,,bc", ","]"#)).1, (0, 3 * 16 + 3));
}

#[test]
fn numbers_of_text() {
    use EvalErrorKind::{InvalidArgument, NotFinite, Overflow};
    let integer = |from: &str| call("INTEGER", &[text(from)]).map(|value| value.to_string());
    for (from, to) in [
        ("7", "7"),
        ("+7", "7"),
        ("\n -42\t", "-42"),
        ("-0", "0"),
        ("007", "7"),
        ("9223372036854775807", "9223372036854775807"),
        ("\u{3000}-9223372036854775808", "-9223372036854775808"),
    ] {
        assert_eq!(integer(from).as_deref(), Ok(to), "{from}");
    }
    for from in ["", " ", "-", "+-1", "7.9", "7.", "1e3", "1_000", "7 7", "٣", "0x10", "inf", "NaN", "TRUE"] {
        assert_eq!(integer(from), Err(InvalidArgument), "{from}");
    }
    assert_eq!((integer("9223372036854775808"), integer("-99999999999999999999")), (Err(Overflow), Err(Overflow)));
    let decimal = |from: &str| call("DECIMAL", &[text(from)]).map(|value| value.to_string());
    for (from, to) in [("7", "7"), ("+1.50", "1.5"), ("-1e3", "-1000"), ("1E+2", "100"), ("0.5e-1", "0.05"), ("-0.0", "0"), ("1e-400", "0"), (" 2 ", "2")] {
        assert_eq!(decimal(from).as_deref(), Ok(to), "{from}");
    }
    for from in ["", ".5", "5.", "-.5", "1e", "e5", "1.5 kg", "1,5", "1_0", "inf", "-Infinity", "nan", "0x1p3", "1e5.5"] {
        assert_eq!(decimal(from), Err(InvalidArgument), "{from}");
    }
    assert_eq!(decimal("-1e999"), Err(NotFinite));
    assert_eq!(call("INTEGER", &[float(-7.9)]), Ok(Value::Integer(-7)));
    assert_eq!(call("INTEGER", &[float(9_223_372_036_854_775_808.0)]), Err(Overflow));
    assert_eq!(call("INTEGER", &[float(-9_223_372_036_854_775_808.0)]), Ok(Value::Integer(i64::MIN)));
    assert!(matches!(call("DECIMAL", &[Value::Integer(7)]), Ok(Value::Float(_))));
}

#[test]
fn json_text_is_read_within_the_budget() {
    let parse = |from: &str| call("PARSE_JSON", &[text(from)]).map(|value| value.to_string());
    assert_eq!(parse(" { \"b\" : [ 1 , 2 ] ,\n\"a\":{\"c\":null} } ").as_deref(), Ok(r#"{"b":[1,2],"a":{"c":null}}"#));
    for from in ["", "{'a': 1}", "[1] 2", "{\"a\":1,\"a\":2}", "9223372036854775808", "1e999", "\"\\ud83d\"", "NaN"] {
        assert_eq!(parse(from), Err(EvalErrorKind::InvalidArgument), "{from}");
    }
    let entries = |count: usize| parse(&format!("[{}]", vec!["1"; count].join(","))).map(|text| text.len());
    assert!(entries(65_536).is_ok());
    assert_eq!(entries(65_537), Err(EvalErrorKind::BudgetExceeded));
    assert_eq!(parse(&("[".repeat(64) + &"]".repeat(64))).map(|text| text.len()), Ok(128));
    assert_eq!(parse(&("[".repeat(65) + &"]".repeat(65))), Err(EvalErrorKind::InvalidArgument));
}

#[test]
fn urls_keep_unreserved_characters_only() {
    let encode = |from: &str| call("URLENCODE", &[text(from)]).unwrap();
    assert_eq!(encode("AZaz09-._~"), text("AZaz09-._~"));
    assert_eq!(encode("ä ö/%41\u{7f}😀"), text("%C3%A4%20%C3%B6%2F%2541%7F%F0%9F%98%80"));
    assert_eq!(measured("URLENCODE", &[text("a b")]).1, (0, 5));
}

#[test]
fn rollouts_are_sticky_and_only_grow() {
    let rollout = |percent: Value, key: Value, salt: &str| call("ROLLOUT", &[percent, key, text(salt)]);
    for (percent, key, salt, expected) in [
        (74.49, text("ann@acme.example"), "", false),
        (90.79, text("bob@acme.example"), "", false),
        (90.8, text("bob@acme.example"), "", true),
        (10.87, text("ann@acme.example"), "pilot", true),
        (22.48, text("日本"), "pilot", false),
        (15.06, text(""), "2026", true),
        (22.4, float(7.0), "", true),
        (22.39, Value::Integer(7), "", false),
    ] {
        assert_eq!(rollout(float(percent), key.clone(), salt), Ok(Value::Bool(expected)), "{percent} {key} {salt}");
    }
    assert_eq!(rollout(Value::Integer(50), Value::Bool(true), ""), rollout(Value::Integer(50), text("true"), ""));
    for percent in [float(-0.01), float(100.01), Value::Integer(101), float(1e300)] {
        assert_eq!(rollout(percent, text("a"), ""), Err(EvalErrorKind::InvalidArgument));
    }
    arbtest::arbtest(|u| {
        let (key, salt): (&str, &str) = (u.arbitrary()?, u.arbitrary()?);
        let mut percents = [f64::from(u.int_in_range(0..=100_000)?) / 1e3, f64::from(u.int_in_range(0..=100_000)?) / 1e3];
        percents.sort_by(f64::total_cmp);
        let [fewer, more] = percents.map(|percent| rollout(float(percent), text(key), salt).unwrap().is_truthy());
        assert!(more || !fewer, "{key:?} {salt:?} {percents:?}");
        assert_eq!(rollout(Value::Integer(0), text(key), salt), Ok(Value::Bool(false)));
        assert_eq!(rollout(Value::Integer(100), text(key), salt), Ok(Value::Bool(true)));
        Ok(())
    });
}

#[test]
fn steps_run_out_where_they_should() {
    let with = |steps: u64, name: &str, args: &[Value]| run(name, args, &mut Budget::new(&Limits { steps, ..Limits::default() }));
    let has_any = values("[[1, 2], [3, 4, 5]]");
    assert!(with(5, "HAS_ANY", &has_any).is_ok());
    assert_eq!(with(4, "HAS_ANY", &has_any), Err(EvalErrorKind::BudgetExceeded));
    let read = [text(&"a".repeat(64)), text("b")];
    assert!(with(1, "STARTS_WITH", &read).is_ok());
    assert_eq!(with(0, "STARTS_WITH", &read), Err(EvalErrorKind::BudgetExceeded));
    let pattern = [text("a"), text("a")];
    assert!(with(1_000, "MATCH", &pattern).is_ok());
    assert_eq!(with(999, "MATCH", &pattern), Err(EvalErrorKind::BudgetExceeded));
}
