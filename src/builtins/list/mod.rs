//! Lists and maps: length, lambdas, sharing.

mod has_any;

use std::sync::Arc;

use super::{Args, Builtin, Env, Family, Fault, Gives, Lambda, Need, Param, Run};
use crate::value::EvalErrorKind::{self, TypeMismatch};
use crate::value::{ErrorKinds, Kinds, Value};

pub(super) use has_any::HAS_ANY;

pub(super) const LENGTH: Builtin = Builtin {
    name: "LENGTH",
    params: &[Param::required("value", Kinds::TEXT.or(Kinds::LIST).or(Kinds::MAP))],
    variadic: false,
    result: Kinds::INTEGER,
    errors: ErrorKinds::NONE,
    folds: true,
    gives: Gives::Kinds,
    family: Family::List,
    doc: "How long a text, list or map is.",
    notes: &["A text counts code points, a list elements, a map keys."],
    example: ("$LENGTH(\"日本\")", "2"),
    run: Run::Scalar(length),
};

pub(super) const MAP: Builtin = Builtin {
    name: "MAP",
    params: &[Param::required("list", Kinds::LIST), Param::lambda("lambda", 1)],
    variadic: false,
    result: Kinds::LIST,
    errors: ErrorKinds::NONE,
    folds: false,
    gives: Gives::Mapped,
    family: Family::List,
    doc: "The list of what the lambda gives for each element.",
    notes: &[],
    example: ("[1, 2, 3].$MAP(x => x * 2)", "[2, 4, 6]"),
    run: Run::Visit(map),
};

pub(super) const FILTER: Builtin = Builtin {
    name: "FILTER",
    params: &[Param::required("list", Kinds::LIST.or(Kinds::MAP)), Param::lambda("lambda", 1)],
    variadic: false,
    result: Kinds::LIST.or(Kinds::MAP),
    errors: ErrorKinds::NONE,
    folds: false,
    gives: Gives::SomeOfFirst,
    family: Family::List,
    doc: "The elements for which the lambda is truthy.",
    notes: &["Of a map, values are tested and kept with their keys.", "The result may be empty, but it is never `NULL` for a list."],
    example: ("{\"a\": 5, \"b\": 9}.$FILTER(v => v > 6)", "{\"b\": 9}"),
    run: Run::Visit(filter),
};

pub(super) const ANY: Builtin = Builtin {
    name: "ANY",
    params: &[Param::required("list", Kinds::LIST), TEST],
    variadic: false,
    result: Kinds::BOOL,
    errors: ErrorKinds::NONE,
    folds: false,
    gives: Gives::Kinds,
    family: Family::List,
    doc: "Whether the lambda is truthy for some element.",
    notes: &[
        "Without a lambda, the elements themselves are tested.",
        "Of an empty or missing list it is `FALSE`.",
        "Elements behind the first that decides are not visited.",
    ],
    example: ("[1, 2].$ANY(x => x > 1)", "TRUE"),
    run: Run::Visit(any),
};

pub(super) const ALL: Builtin = Builtin {
    name: "ALL",
    params: &[Param::required("list", Kinds::LIST), TEST],
    variadic: false,
    result: Kinds::BOOL,
    errors: ErrorKinds::NONE,
    folds: false,
    gives: Gives::Kinds,
    family: Family::List,
    doc: "Whether the lambda is truthy for every element.",
    notes: &[
        "Without a lambda, the elements themselves are tested.",
        "Of an empty list it is `TRUE`; of a missing list it is `FALSE`, because nothing known is not \"all\".",
        "Elements behind the first that decides are not visited.",
    ],
    example: ("[1, 2].$ALL(x => x > 1)", "FALSE"),
    run: Run::Visit(all),
};

pub(super) const FIND: Builtin = Builtin {
    name: "FIND",
    params: &[Param::required("list", Kinds::LIST), Param::lambda("lambda", 1)],
    variadic: false,
    result: Kinds::ANY,
    errors: ErrorKinds::NONE,
    folds: false,
    gives: Gives::OneOfFirst,
    family: Family::List,
    doc: "The first element for which the lambda is truthy.",
    notes: &["`NULL` if there is none."],
    example: ("[1, 2, 3].$FIND(x => x > 1)", "2"),
    run: Run::Visit(find),
};

pub(super) const REDUCE: Builtin = Builtin {
    name: "REDUCE",
    params: &[Param::required("list", Kinds::LIST), Param::lambda("lambda", 2), Param::any("start")],
    variadic: false,
    result: Kinds::ANY,
    errors: ErrorKinds::NONE,
    folds: false,
    gives: Gives::Kinds,
    family: Family::List,
    doc: "What remains when the lambda joins the elements, from the left, to a start value.",
    notes: &["The lambda's parameters are what there is so far and the element.", "Of an empty list it is the start value."],
    example: ("[3, 4].$REDUCE((acc, x) => acc + x * 10, 5)", "75"),
    run: Run::Visit(reduce),
};

/// The lambda of `$ANY` and `$ALL`, which may be left out.
const TEST: Param = Param { need: Need::Optional, ..Param::lambda("lambda", 1) };

fn length(args: &Args<'_>, _env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    let length = match args.get(0).ok_or(TypeMismatch)? {
        Value::Text(text) => text.chars().count(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) => return Err(TypeMismatch),
    };
    Ok(Value::Integer(i64::try_from(length).unwrap_or(i64::MAX)))
}

/// The lambda of a function that cannot do without.
fn needed(lambda: Option<&mut dyn Lambda>) -> Result<&mut dyn Lambda, Fault> {
    lambda.ok_or(Fault::Here(TypeMismatch))
}

fn map(args: &Args<'_>, lambda: Option<&mut dyn Lambda>, env: &mut Env<'_>) -> Result<Value, Fault> {
    let (list, lambda) = (args.list(0)?, needed(lambda)?);
    env.budget.entries(list.len())?;
    let mut items = Vec::with_capacity(list.len());
    for element in list.iter() {
        env.budget.steps(1)?;
        items.push(lambda.value(&[element], env.budget).map_err(Fault::Inside)?);
    }
    Ok(env.budget.list(items)?)
}

fn filter(args: &Args<'_>, lambda: Option<&mut dyn Lambda>, env: &mut Env<'_>) -> Result<Value, Fault> {
    let lambda = needed(lambda)?;
    if let Some(map) = args.map(0) {
        let mut kept = Vec::new();
        for (key, value) in map.iter() {
            if keeps(value, lambda, env)? {
                kept.push((Arc::clone(key), value.clone()));
            }
        }
        return Ok(env.budget.map(kept)?);
    }
    let mut kept = Vec::new();
    for element in args.list(0)?.iter() {
        if keeps(element, lambda, env)? {
            kept.push(element.clone());
        }
    }
    Ok(env.budget.list(kept)?)
}

/// Visits an element of `$FILTER`; one that is kept is charged.
fn keeps(value: &Value, lambda: &mut dyn Lambda, env: &mut Env<'_>) -> Result<bool, Fault> {
    env.budget.steps(1)?;
    let keeps = lambda.holds(&[value], env.budget).map_err(Fault::Inside)?;
    if keeps {
        env.budget.entries(1)?;
    }
    Ok(keeps)
}

fn any(args: &Args<'_>, lambda: Option<&mut dyn Lambda>, env: &mut Env<'_>) -> Result<Value, Fault> {
    Ok(Value::Bool(first(args, lambda, true, env)?.is_some()))
}

fn all(args: &Args<'_>, lambda: Option<&mut dyn Lambda>, env: &mut Env<'_>) -> Result<Value, Fault> {
    Ok(Value::Bool(first(args, lambda, false, env)?.is_none()))
}

fn find(args: &Args<'_>, lambda: Option<&mut dyn Lambda>, env: &mut Env<'_>) -> Result<Value, Fault> {
    Ok(first(args, Some(needed(lambda)?), true, env)?.cloned().unwrap_or_default())
}

/// The first element whose test (or own truthiness) comes out as `wanted`; visits none behind it.
fn first<'v>(args: &Args<'v>, mut lambda: Option<&mut dyn Lambda>, wanted: bool, env: &mut Env<'_>) -> Result<Option<&'v Value>, Fault> {
    for element in args.list(0)?.iter() {
        env.budget.steps(1)?;
        let holds = match &mut lambda {
            Some(lambda) => lambda.holds(&[element], env.budget).map_err(Fault::Inside)?,
            None => element.is_truthy(),
        };
        if holds == wanted {
            return Ok(Some(element));
        }
    }
    Ok(None)
}

fn reduce(args: &Args<'_>, lambda: Option<&mut dyn Lambda>, env: &mut Env<'_>) -> Result<Value, Fault> {
    let (list, lambda) = (args.list(0)?, needed(lambda)?);
    let mut so_far = args.get(2).cloned().unwrap_or_default();
    for element in list.iter() {
        env.budget.steps(1)?;
        so_far = lambda.value(&[&so_far, element], env.budget).map_err(Fault::Inside)?;
    }
    Ok(so_far)
}
