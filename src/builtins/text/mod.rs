//! Text: letter case, white space, joining and splitting, patterns.

mod case;
mod pattern;
mod replace;

use super::charged::{Charged, part_of, refused};
use super::{Args, Builtin, Env, Family, Gives, Param, Run};
use crate::value::EvalErrorKind::{self, InvalidArgument};
use crate::value::{ErrorKinds, Kinds, Value, write_text};

pub(super) use case::{LOWERCASE, TITLECASE, UPPERCASE};
pub use case::{fold_case, same_text};
pub(super) use pattern::MATCH;
pub use pattern::{PatternError, compile_pattern};
pub(super) use replace::REPLACE;

pub(super) const TRIM: Builtin = Builtin {
    name: "TRIM",
    params: &[Param::required("text", Kinds::TEXT)],
    variadic: false,
    result: Kinds::TEXT,
    errors: ErrorKinds::NONE,
    folds: true,
    gives: Gives::Kinds,
    family: Family::Text,
    doc: "The text without the white space around it.",
    notes: &["White space is that of Unicode; invisible characters such as the zero width space are none."],
    example: ("$TRIM(\"  a b \")", "\"a b\""),
    run: Run::Scalar(|args, env| part_of(args.get(0), args.text(0)?.trim(), env.budget)),
};

pub(super) const CONCAT: Builtin = Builtin {
    name: "CONCAT",
    params: &[Param::required("list", Kinds::LIST), Param::optional("separator", Kinds::TEXT)],
    variadic: false,
    result: Kinds::TEXT,
    errors: ErrorKinds::NONE,
    folds: true,
    gives: Gives::Kinds,
    family: Family::Text,
    doc: "The elements of a list as one text.",
    notes: &["Elements are written as `$TEXT` writes them.", "`NULL` elements are skipped, and no separator stands for them."],
    example: ("$CONCAT([\"a\", NULL, 2], \"-\")", "\"a-2\""),
    run: Run::Scalar(concat),
};

pub(super) const SPLIT: Builtin = Builtin {
    name: "SPLIT",
    params: &[Param::required("text", Kinds::TEXT), Param::required("separator", Kinds::TEXT)],
    variadic: false,
    result: Kinds::LIST,
    errors: ErrorKinds::of(&[InvalidArgument]),
    folds: true,
    gives: Gives::Kinds,
    family: Family::Text,
    doc: "The parts of a text between separators.",
    notes: &["The separator is taken literally.", "An empty separator is `invalid_argument`."],
    example: ("$SPLIT(\"a,,b\", \",\")", "[\"a\", \"\", \"b\"]"),
    run: Run::Scalar(split),
};

pub(super) const STARTS_WITH: Builtin = Builtin {
    name: "STARTS_WITH",
    params: &[Param::required("text", Kinds::TEXT), Param::required("prefix", Kinds::TEXT)],
    variadic: false,
    result: Kinds::BOOL,
    errors: ErrorKinds::NONE,
    folds: true,
    gives: Gives::Kinds,
    family: Family::Text,
    doc: "Whether the text starts with another.",
    notes: &["Letter case counts.", "Every text starts with the empty one."],
    example: ("$STARTS_WITH(\"hello\", \"he\")", "TRUE"),
    run: Run::Scalar(|args, _env| Ok(Value::Bool(args.text(0)?.starts_with(args.text(1)?)))),
};

pub(super) const ENDS_WITH: Builtin = Builtin {
    name: "ENDS_WITH",
    params: &[Param::required("text", Kinds::TEXT), Param::required("suffix", Kinds::TEXT)],
    variadic: false,
    result: Kinds::BOOL,
    errors: ErrorKinds::NONE,
    folds: true,
    gives: Gives::Kinds,
    family: Family::Text,
    doc: "Whether the text ends with another.",
    notes: &["Letter case counts.", "Every text ends with the empty one."],
    example: ("$ENDS_WITH(\"a@acme.example\", \"@acme.example\")", "TRUE"),
    run: Run::Scalar(|args, _env| Ok(Value::Bool(args.text(0)?.ends_with(args.text(1)?)))),
};

fn concat(args: &Args<'_>, env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    let separator = args.optional_text(1)?.unwrap_or("");
    let mut out = Charged::new(env.budget);
    let mut is_first = true;
    for element in args.list(0)?.iter() {
        out.steps(1)?;
        if element.is_null() {
            continue;
        }
        if !std::mem::take(&mut is_first) {
            out.push(separator)?;
        }
        write_text(element, &mut out).map_err(refused)?;
    }
    Ok(out.finish())
}

fn split(args: &Args<'_>, env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    let (text, separator) = (args.text(0)?, args.text(1)?);
    if separator.is_empty() {
        return Err(InvalidArgument);
    }
    let cuts = text.matches(separator).count();
    env.budget.entries(cuts.saturating_add(1))?;
    env.budget.bytes(text.len().saturating_sub(cuts.saturating_mul(separator.len())))?;
    let parts = text.split(separator).map(Value::text).collect();
    env.budget.list(parts)
}
