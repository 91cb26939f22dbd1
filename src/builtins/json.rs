//! Values as text and back: `$TEXT`, JSON, URL encoding.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::charged::{Charged, part_of, refused};
use super::{Args, Builtin, Env, Family, Gives, Param, Run};
use crate::value::EvalErrorKind::{self, BudgetExceeded, InvalidArgument};
use crate::value::json::{JsonError, JsonProblem, Reader, write_into};
use crate::value::{ErrorKinds, Kinds, Value, write_text};

pub(super) const TEXT: Builtin = Builtin {
    name: "TEXT",
    params: &[Param::required("value", Kinds::SOME)],
    variadic: false,
    result: Kinds::TEXT,
    errors: ErrorKinds::NONE,
    folds: true,
    gives: Gives::Kinds,
    family: Family::Conversion,
    doc: "The value as Text.",
    notes: &[
        "A Text stays as it is; Bools are `true` and `false`; lists and maps are written as JSON.",
        "Equal Numbers have equal text: `6 / 2` is `3`.",
        "Numbers are printed with the fewest digits that read back, without an exponent from 1e-6 up to below 1e21.",
    ],
    example: ("$TEXT(6 / 2)", "\"3\""),
    run: Run::Scalar(text),
};

pub(super) const STRINGIFY_JSON: Builtin = Builtin {
    name: "STRINGIFY_JSON",
    params: &[Param::any("value")],
    variadic: false,
    result: Kinds::TEXT,
    errors: ErrorKinds::of(&[InvalidArgument]),
    folds: true,
    gives: Gives::Kinds,
    family: Family::Conversion,
    doc: "The value as compact JSON text.",
    notes: &[
        "Keys stay in their order.",
        "Numbers are printed as `$TEXT` prints them.",
        "`NULL` gives the text `null`.",
        "A value that nests beyond the limit on JSON is `invalid_argument`: what is written can be read back.",
    ],
    example: ("$STRINGIFY_JSON({\"b\": 1, \"a\": [NULL, 2.5]})", "\"{\\\"b\\\":1,\\\"a\\\":[null,2.5]}\""),
    run: Run::Scalar(stringify_json),
};

pub(super) const PARSE_JSON: Builtin = Builtin {
    name: "PARSE_JSON",
    params: &[Param::required("text", Kinds::TEXT)],
    variadic: false,
    result: Kinds::ANY,
    errors: ErrorKinds::of(&[InvalidArgument]),
    folds: true,
    gives: Gives::Kinds,
    family: Family::Conversion,
    doc: "The value of a JSON text.",
    notes: &[
        "A number without fraction and exponent is an Integer; one outside 64 bits is `invalid_argument`, and so are `1e999` and half a surrogate pair.",
        "A key twice in an object, or nesting beyond the limit, is `invalid_argument`.",
    ],
    example: ("$PARSE_JSON(\"{\\\"a\\\": [1, 2.5]}\").a[1]", "2.5"),
    run: Run::Scalar(parse_json),
};

pub(super) const URLENCODE: Builtin = Builtin {
    name: "URLENCODE",
    params: &[Param::required("text", Kinds::TEXT)],
    variadic: false,
    result: Kinds::TEXT,
    errors: ErrorKinds::NONE,
    folds: true,
    gives: Gives::Kinds,
    family: Family::Conversion,
    doc: "The text, percent-encoded for a place inside a URL.",
    notes: &["Only `A-Z a-z 0-9 - . _ ~` stay as they are; all else becomes the `%XX` of its UTF-8 bytes."],
    example: ("$URLENCODE(\"a b&c\")", "\"a%20b%26c\""),
    run: Run::Scalar(urlencode),
};

fn text(args: &Args<'_>, env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    match args.get(0) {
        Some(Value::Text(text)) => part_of(args.get(0), text, env.budget),
        Some(value) => {
            let mut out = Charged::new(env.budget);
            write_text(value, &mut out).map_err(refused)?;
            Ok(out.finish())
        }
        None => Err(EvalErrorKind::TypeMismatch),
    }
}

fn stringify_json(args: &Args<'_>, env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    let value = args.get(0).unwrap_or(&Value::Null);
    if usize::from(value.depth()) > env.limits.effective_json_depth() {
        return Err(InvalidArgument);
    }
    let mut out = Charged::new(env.budget);
    write_into(value, &mut out).map_err(refused)?;
    Ok(out.finish())
}

fn parse_json(args: &Args<'_>, env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    let kind = |error: JsonError| if error.problem == JsonProblem::TooLarge { BudgetExceeded } else { InvalidArgument };
    let text = args.text(0)?;
    let allowance = usize::try_from(env.budget.bytes_left()).unwrap_or(usize::MAX);
    let mut reader = Reader::new(text.as_bytes(), env.limits.effective_json_depth()).map_err(kind)?.with_allowance(allowance);
    let value = reader.read().map_err(kind)?;
    reader.finish().map_err(kind)?;
    env.budget.bytes(value.size() as usize)?;
    Ok(value)
}

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn urlencode(args: &Args<'_>, env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    let text = args.text(0)?;
    let stays = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let encoded = text.bytes().filter(|byte| !stays(*byte)).count();
    if encoded == 0 {
        return part_of(args.get(0), text, env.budget);
    }
    env.budget.bytes(text.len().saturating_add(encoded.saturating_mul(2)))?;
    Ok(Value::Text(utf8_percent_encode(text, RESERVED).to_string().into()))
}
