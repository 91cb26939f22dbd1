//! Loops over the tables: a new row is tested because it exists.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

mod support;

use std::collections::HashSet;

use support::{Outcome, bare, run};
use triggerfish::builtins::{self, Family, Need, Takes};
use triggerfish::diagnostic::Code;
use triggerfish::syntax::ast::{ChainOp, ExprKind};
use triggerfish::value::arith::ArithOp;
use triggerfish::value::compare::CompareOp;
use triggerfish::value::{Kind, Kinds};
use triggerfish::{EvalErrorKind, Value};

/// Words of Rust and of its libraries that a rule author need not know.
const RUST: [&str; 12] = ["i64", "f64", "&str", "String", "Option", "Vec", "usize", "Some(", "None", "Result", "enum", "struct"];

// ---- functions

#[test]
fn every_function_gives_what_its_example_says() {
    for row in builtins::ALL {
        let (rule, result) = row.example;
        let Outcome::Value(expected) = run(&bare(), result, "{}") else { panic!("${}: {result}", row.name) };
        match run(&bare(), rule, "{}") {
            Outcome::Value(value) => assert_eq!(format!("{value:?}"), format!("{expected:?}"), "${}: {rule}", row.name),
            other => panic!("${}: {rule}: {other:?}", row.name),
        }
        assert!(rule.contains(&format!("${}(", row.name)), "${}: its example shows another function", row.name);
    }
}

#[test]
fn functions_are_documented_in_one_style() {
    for row in builtins::ALL {
        assert!(row.doc.ends_with('.') && row.doc.starts_with(char::is_uppercase), "${}: {}", row.name, row.doc);
        assert!(row.doc.len() <= 140 && !row.doc.contains('\n'), "${}: one line", row.name);
        for text in std::iter::once(&row.doc).chain(row.notes) {
            assert!(text.ends_with('.') && !text.contains("  ") && text.matches('`').count() % 2 == 0, "${}: {text}", row.name);
            assert!(!RUST.iter().any(|word| text.contains(word)), "${}: {text}", row.name);
        }
        assert!(row.name.chars().all(|character| character.is_ascii_uppercase() || character == '_'), "{}", row.name);
        assert!(row.params.iter().all(|param| param.name.chars().all(|character| character.is_ascii_lowercase() || character == '_')), "${}", row.name);
    }
}

#[test]
fn functions_are_found_by_name_in_any_letter_case() {
    let names: Vec<&str> = builtins::ALL.iter().map(|row| row.name).collect();
    assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "in order of name");
    for name in names {
        for spelling in [name.to_owned(), name.to_lowercase()] {
            assert_eq!(builtins::find(&spelling).unwrap().get().name, name);
        }
        assert!(builtins::find(&format!("{name}X")).is_none());
    }
}

#[test]
fn every_family_has_functions() {
    for family in Family::ALL {
        assert!(builtins::ALL.iter().any(|row| row.family == family), "{}", family.title());
    }
}

/// A value that fits a parameter of these kinds, as rule text.
fn fitting(kinds: Kinds) -> &'static str {
    match kinds.iter().find(|kind| *kind != Kind::Null).unwrap() {
        Kind::Text => "t",
        Kind::Integer | Kind::Float => "n",
        Kind::Bool => "b",
        Kind::List => "l",
        Kind::Map | Kind::Null => "m",
    }
}

/// `NULL` in any place that decides gives `FALSE` for a question and `NULL` for all else, in both call styles.
#[test]
fn null_decides_every_function_alike() {
    let context = r#"{"t": "2026-01-05", "n": 1, "b": true, "l": [1], "m": {}}"#;
    for row in builtins::ALL {
        for (at, _) in row.params.iter().enumerate().filter(|(_, param)| param.need.null_decides() && matches!(param.takes, Takes::Values(_))) {
            let args: Vec<&str> = row.params[..row.params.len().max(at + 1)]
                .iter()
                .enumerate()
                .map(|(place, param)| match param.takes {
                    _ if place == at => "missing",
                    Takes::Values(kinds) => fitting(kinds),
                    Takes::Lambda(1) => "x => x",
                    Takes::Lambda(_) => "(acc, x) => x",
                })
                .collect();
            let call = format!("${}({})", row.name, args.join(", "));
            let method = format!("{}.${}({})", args[0], row.name, args[1..].join(", "));
            for rule in [call, method] {
                assert_eq!(run(&bare(), &rule, context), Outcome::Value(row.on_null()), "{rule}");
            }
        }
        let asks = row.result == Kinds::BOOL;
        assert_eq!(row.on_null(), if asks { Value::Bool(false) } else { Value::Null });
    }
}

#[test]
fn arity_is_what_the_parameters_say() {
    for row in builtins::ALL {
        let (fewest, most) = row.arity();
        let call = |count: usize| format!("${}({})", row.name, vec!["a"; count].join(", "));
        if fewest > 0 {
            assert_eq!(run(&bare(), &call(fewest - 1), "{}"), Outcome::Refused(vec!["TF0102"]), "{}", row.signature());
        }
        match most {
            Some(most) => assert_eq!(run(&bare(), &call(most + 1), "{}"), Outcome::Refused(vec!["TF0102"]), "{}", row.signature()),
            None => assert!(row.variadic && bare().compile(&call(50)).is_ok()),
        }
        let optional = row.params.iter().position(|param| param.need.is_optional()).unwrap_or(row.params.len());
        assert!(row.params[optional..].iter().all(|param| param.need.is_optional()), "{}: optional parameters come last", row.signature());
        assert!(row.params.iter().all(|param| param.need != Need::AnyValue || matches!(param.takes, Takes::Values(Kinds::ANY))), "{}", row.signature());
    }
}

// ---- operators

#[test]
fn every_comparison_is_written_as_its_symbol() {
    let mut symbols = HashSet::new();
    for op in CompareOp::ALL {
        assert!(symbols.insert(op.symbol()));
        for spelling in [op.symbol().to_owned(), op.symbol().to_lowercase()] {
            let tree = support::parse(&format!("a {spelling} b")).unwrap();
            let ExprKind::Compare(compare) = tree.expr.kind else { panic!("{spelling}") };
            assert_eq!(compare.op, op);
        }
    }
}

#[test]
fn every_arithmetic_operator_is_written_as_its_symbol() {
    for op in ArithOp::ALL {
        let tree = support::parse(&format!("a {} b", op.symbol())).unwrap();
        let ExprKind::Chain(chain) = tree.expr.kind else { panic!("{}", op.symbol()) };
        assert_eq!(chain.rest[0].op, ChainOp::Arith(op));
        assert_eq!(chain.level, chain.rest[0].op.level());
        // `NULL` on either side gives `NULL`.
        for rule in [format!("a {} 1", op.symbol()), format!("1 {} a", op.symbol())] {
            assert_eq!(run(&bare(), &rule, "{}"), Outcome::Value(Value::Null), "{rule}");
        }
    }
}

#[test]
fn a_comparison_with_null_holds_only_for_equality() {
    for op in CompareOp::ALL {
        let expected = matches!(op, CompareOp::NotEqual | CompareOp::NotIn);
        let right = if matches!(op, CompareOp::In | CompareOp::NotIn) { "[1]" } else { "1" };
        assert_eq!(run(&bare(), &format!("a {} {right}", op.symbol()), "{}"), Outcome::Value(Value::Bool(expected)), "{}", op.symbol());
    }
}

// ---- errors and codes

#[test]
fn every_kind_of_error_can_happen() {
    let happens = |kind: EvalErrorKind| {
        let (rule, context) = match kind {
            EvalErrorKind::TypeMismatch => ("x < 3", r#"{"x": "a"}"#),
            EvalErrorKind::Overflow => ("x + 1", r#"{"x": 9223372036854775807}"#),
            EvalErrorKind::DivisionByZero => ("1 / x", r#"{"x": 0}"#),
            EvalErrorKind::NotFinite => ("x * 10", r#"{"x": 1e308}"#),
            EvalErrorKind::InvalidArgument => ("$PARSE_TIME(x)", r#"{"x": "soon"}"#),
            EvalErrorKind::InvalidRegex => ("'a'.$MATCH(x)", r#"{"x": "("}"#),
            EvalErrorKind::BudgetExceeded => ("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].$REDUCE((a, e) => a + a + a + a, x)", r#"{"x": "aaaaaaaaaa"}"#),
            EvalErrorKind::UnknownCalendar => ("$OPEN(x)", r#"{"x": "nowhere"}"#),
        };
        (rule, run(&bare(), rule, context))
    };
    for kind in EvalErrorKind::ALL {
        match happens(*kind) {
            (_, Outcome::Error(found, place)) => assert!(found == *kind && !place.is_empty(), "{kind}: {found} at {place}"),
            (rule, other) => panic!("{kind}: {rule}: {other:?}"),
        }
    }
}

#[test]
fn names_of_errors_are_stable_and_meanings_are_readable() {
    let names: Vec<&str> = EvalErrorKind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(
        names,
        ["type_mismatch", "overflow", "division_by_zero", "not_finite", "invalid_argument", "invalid_regex", "budget_exceeded", "unknown_calendar"],
        "language.md, section 4"
    );
    for kind in EvalErrorKind::ALL {
        assert!(!kind.meaning().ends_with('.') && !kind.meaning().is_empty() && !RUST.iter().any(|word| kind.meaning().contains(word)), "{kind}");
    }
}

#[test]
fn codes_are_written_in_one_style() {
    let mut titles = HashSet::new();
    for code in Code::ALL {
        assert!(code.id().starts_with("TF") && code.id().len() == 6, "{code}");
        assert!(titles.insert(code.title()), "{code}: another code has the same title");
        for text in [code.title(), code.explanation()] {
            assert!(!RUST.iter().any(|word| text.contains(word)), "{code}: {text}");
        }
    }
}
