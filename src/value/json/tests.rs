use arbtest::arbitrary::{Result as Drawn, Unstructured};

use super::*;
use crate::value::Number;

fn problem(text: &str) -> JsonProblem {
    read(text.as_bytes(), 64).unwrap_err().problem
}

#[test]
fn numbers_are_integers_or_floats_by_their_spelling() {
    let read = |text: &str| read(text.as_bytes(), 64).unwrap();
    assert!(matches!(read("-0"), Value::Integer(0)));
    assert!(matches!(read("9223372036854775807"), Value::Integer(i64::MAX)));
    assert!(matches!(read("-9223372036854775808"), Value::Integer(i64::MIN)));
    assert!(matches!(read("1e2"), Value::Float(value) if value.get() == 100.0));
    assert!(matches!(read("-0.0"), Value::Float(value) if value.get().is_sign_positive()));
    assert!(matches!(read("1e-999"), Value::Float(value) if value.get() == 0.0));
}

#[test]
fn what_would_be_lost_is_an_error() {
    assert_eq!(problem("9223372036854775808"), JsonProblem::IntegerOutOfRange);
    assert_eq!(problem("-9223372036854775809"), JsonProblem::IntegerOutOfRange);
    assert_eq!(problem("[1e999]"), JsonProblem::NumberNotFinite);
    assert_eq!(problem(r#"{"x":{"a":1,"b":2,"\u0061":1}}"#), JsonProblem::DuplicateKey("a".into()));
    for lone in [r#""\ud83d""#, r#""\ude00""#, r#""\ud83dx""#, r#""\ud83d\n""#, r#""\ud83d\u0041""#] {
        assert_eq!(problem(lone), JsonProblem::LoneSurrogate, "{lone}");
    }
    assert_eq!(read(br#""\ud83d\ude00\/""#, 64).unwrap(), Value::text("😀/"));
}

#[test]
fn problems_say_where_they_are() {
    let at = |text: &[u8]| read(text, 64).unwrap_err();
    assert_eq!(at(b"{\"a\" 1}"), JsonProblem::Expected("`:`").at(5));
    assert_eq!(at(b"[1,]"), JsonProblem::Expected("a value").at(3));
    assert_eq!(at(b"[1 2]"), JsonProblem::Expected("`,` or `]`").at(3));
    assert_eq!(at(b"{'a': 1}"), JsonProblem::Expected("a key in double quotes").at(1));
    assert_eq!(at(b"{\"a\":1,}"), JsonProblem::Expected("a key in double quotes").at(7));
    assert_eq!(at(b" 01"), JsonProblem::MalformedNumber.at(1));
    assert_eq!(at(b"1."), JsonProblem::UnexpectedEnd.at(2));
    assert_eq!(at(b"nul"), JsonProblem::UnexpectedEnd.at(3));
    assert_eq!(at(b"nulx"), JsonProblem::Expected("a value").at(0));
    assert_eq!(at(b"[1] 2"), JsonProblem::Trailing.at(4));
    assert_eq!(at(b"\"a\nb\""), JsonProblem::ControlCharacter.at(2));
    assert_eq!(at(b"\"a\\xb\""), JsonProblem::MalformedEscape.at(2));
    assert_eq!(at(b"\"a\xffb\""), JsonProblem::NotUtf8.at(2));
    assert_eq!(at("\u{feff}1".as_bytes()), JsonProblem::ByteOrderMark.at(0));
    assert_eq!(at(b"").to_string(), "the text ends too early at byte 0");
    assert!(at(b"[").problem.is_syntax() && !at(b"[1e999]").problem.is_syntax());
}

#[test]
fn the_deepest_document_is_as_deep_as_the_limit() {
    let nested = |open: &str, close: &str, times: usize| open.repeat(times) + "1" + &close.repeat(times);
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let (fits, deeper) = (nested(open, close, 64), nested(open, close, 65));
        assert!(read(fits.as_bytes(), 64).is_ok());
        assert_eq!(problem(&deeper), JsonProblem::TooDeep);
        assert!(Reader::new(fits.as_bytes(), 64).unwrap().skip().is_ok());
        assert_eq!(Reader::new(deeper.as_bytes(), 64).unwrap().skip().unwrap_err().problem, JsonProblem::TooDeep);
    }
    assert!(read(b"[[],[],[[]]]", 3).is_ok() && read(b"[[],[],[[]]]", 2).is_err());
    assert_eq!(problem(&"[".repeat(1_000_000)), JsonProblem::TooDeep);
    let value = serde_json::json!([[1]]);
    assert!(from_serde(&value, 2).is_ok() && from_serde(&value, 1) == Err(JsonProblem::TooDeep));
}

#[test]
fn skipping_looks_at_the_grammar_only() {
    let skips = |text: &str| {
        let mut reader = Reader::new(text.as_bytes(), 64).unwrap();
        reader.skip().and_then(|()| reader.finish()).is_ok()
    };
    for text in [r#"{"a":1,"a":2}"#, "99999999999999999999", "1e999", r#""\ud83d""#, r#"[null,true,false,{"a":[]}]"#] {
        assert!(skips(text), "{text}");
    }
    for text in ["[1,]", "01", r#""\u12""#, "{\"a\"}", "tru", "\"\u{1}\"", ""] {
        assert!(!skips(text), "{text}");
    }
}

#[test]
fn a_caller_can_walk_into_objects_and_arrays() {
    let text = br#" { "a" : { } , "b" : { "c" : [ ] , "d" : [ 1 , { "e" : 2 } ] } , "f" : 3 } "#;
    let mut reader = Reader::new(text, 64).unwrap();
    let mut seen = Vec::new();
    reader.object().unwrap();
    while let Some(key) = reader.next_key().unwrap() {
        match &*key {
            "b" => {
                assert_eq!(reader.kind().unwrap(), JsonKind::Object);
                reader.object().unwrap();
                while let Some(inner) = reader.next_key().unwrap() {
                    reader.array().unwrap();
                    while reader.next_element().unwrap() {
                        seen.push(format!("{key}.{inner}={}", reader.read().unwrap()));
                    }
                }
            }
            _ => seen.push(format!("{key}={}", reader.read().unwrap())),
        }
    }
    reader.finish().unwrap();
    assert_eq!(seen, ["a={}", "b.d=1", "b.d={\"e\":2}", "f=3"]);
    assert_eq!(reader.offset(), text.len());
    assert_eq!(Reader::new(b"[1]", 64).unwrap().object(), Err(JsonProblem::Expected("an object").at(0)));
}

#[test]
fn an_allowance_counts_as_values_do() {
    let text = br#"{"key": ["four", 1, {}], "x": "\u00e9"}"#;
    let size = read(text, 64).unwrap().size() as usize;
    assert!(Reader::new(text, 64).unwrap().with_allowance(size).read().is_ok());
    assert_eq!(Reader::new(text, 64).unwrap().with_allowance(size - 1).read().unwrap_err().problem, JsonProblem::TooLarge);
}

#[test]
fn control_characters_are_written_as_serde_json_writes_them() {
    let all: String = (0..0x100).filter_map(char::from_u32).chain(['\u{2028}', '😀', '"', '\\']).collect();
    assert_eq!(write(&Value::text(&all)), serde_json::to_string(&all).unwrap());
}

/// Floats from 2^63 up to below 1e21 are written in digits, as `$TEXT` prints them, and so they read as Integers that are out of range.
fn reads_back(float: Float) -> bool {
    !(9_223_372_036_854_775_808.0..1e21).contains(&float.get().abs()) || float.get() == -9_223_372_036_854_775_808.0
}

/// A value of any shape, with texts that need every kind of escape.
fn any_value(u: &mut Unstructured<'_>, depth: usize) -> Drawn<Value> {
    Ok(match u.int_in_range(0..=if depth == 0 { 4 } else { 6 })? {
        0 => Value::Null,
        1 => Value::Bool(u.arbitrary()?),
        2 => Value::Integer(u.arbitrary()?),
        3 => Value::Float(Float::new(f64::from_bits(u.arbitrary()?)).filter(|float| reads_back(*float)).or(Float::new(0.5)).unwrap()),
        4 => Value::text(u.arbitrary()?),
        5 => Value::from((0..u.int_in_range(0..=4)?).map(|_| any_value(u, depth - 1)).collect::<Drawn<Vec<Value>>>()?),
        _ => (0..u.int_in_range(0..=4)?).map(|_| Ok((u.arbitrary::<&str>()?.into(), any_value(u, depth - 1)?))).collect::<Drawn<Value>>()?,
    })
}

#[test]
fn what_is_written_reads_back() {
    arbtest::arbtest(|u| {
        let value = any_value(u, 4)?;
        let text = write(&value);
        assert_eq!(written_len(&value), text.len());
        assert_eq!(read(text.as_bytes(), 64).unwrap(), value);
        let mut reader = Reader::new(text.as_bytes(), 64).unwrap();
        reader.skip().unwrap();
        reader.finish().unwrap();
        Ok(())
    });
}

/// A text that is nearly JSON: a written value with a few bytes changed, or pieces of JSON in a row.
fn nearly_json(u: &mut Unstructured<'_>) -> Drawn<Vec<u8>> {
    const PIECES: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "\n",
        "\"",
        "\\",
        "\"a\"",
        "\"b\"",
        "\\u00e9",
        "\\ud83d",
        "\\ude00",
        "\\x",
        "null",
        "true",
        "fals",
        "0",
        "-",
        "1",
        "12",
        ".",
        "e",
        "E+",
        "1e5",
        "-0",
        "0.5",
        "1e999",
        "9223372036854775807",
        "9223372036854775808",
        "\u{1}",
        "é",
        "/",
        "'",
    ];
    if u.arbitrary()? {
        return Ok((0..u.int_in_range(0..=12)?).map(|_| u.choose(PIECES).copied()).collect::<Drawn<String>>()?.into_bytes());
    }
    let mut text = write(&any_value(u, 3)?).into_bytes();
    for _ in 0..u.int_in_range(0..=3)? {
        let at = u.choose_index(text.len())?;
        match u.int_in_range(0..=2)? {
            0 => text[at] = u.arbitrary()?,
            1 => text.insert(at, *u.choose(b"{}[]\",:\\0e.- ")?),
            _ if text.len() > 1 => drop(text.remove(at)),
            _ => {}
        }
    }
    Ok(text)
}

fn agree(ours: &Value, theirs: &serde_json::Value) -> bool {
    match (ours, theirs) {
        (Value::List(ours), serde_json::Value::Array(theirs)) => ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| agree(a, b)),
        (Value::Map(ours), serde_json::Value::Object(theirs)) => {
            ours.len() == theirs.len() && ours.iter().all(|(key, value)| theirs.get(&**key).is_some_and(|other| agree(value, other)))
        }
        // `serde_json` rounds the last digit of some Floats.
        (Value::Float(ours), serde_json::Value::Number(theirs)) => {
            theirs.as_f64().is_some_and(|theirs| (ours.get() - theirs).abs() <= ours.get().abs() * 1e-15 || ours.get() == theirs)
        }
        (Value::Integer(0), serde_json::Value::Number(theirs)) => theirs.as_f64() == Some(0.0),
        (Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Text(_), theirs) => {
            from_serde(theirs, 64).is_ok_and(|theirs| theirs == *ours && theirs.kind() == ours.kind())
        }
        (Value::Float(_) | Value::List(_) | Value::Map(_), _) => false,
    }
}

#[test]
fn the_reader_agrees_with_serde_json() {
    arbtest::arbtest(|u| {
        let text = nearly_json(u)?;
        let theirs = serde_json::from_slice::<serde_json::Value>(&text);
        let shown = String::from_utf8_lossy(&text);
        match (read(&text, 64), &theirs) {
            (Ok(ours), Ok(theirs)) => assert!(agree(&ours, theirs), "{shown}: {ours} but {theirs}"),
            (Ok(ours), Err(error)) => panic!("{shown}: {ours} but {error}"),
            (Err(error), Ok(theirs)) => {
                let stricter = matches!(error.problem, JsonProblem::DuplicateKey(_) | JsonProblem::IntegerOutOfRange);
                assert!(stricter, "{shown}: {error} but {theirs}");
            }
            (Err(_), Err(_)) => {}
        }
        // What serde_json may refuse for the value's sake alone, skipping accepts.
        let skipped = Reader::new(&text, 64).and_then(|mut reader| reader.skip().and_then(|()| reader.finish()));
        assert!(theirs.is_err() || skipped.is_ok(), "{shown}");
        assert!(skipped.is_err() || !read(&text, 64).is_err_and(|error| error.problem.is_syntax()), "{shown}");
        Ok(())
    })
    .budget_ms(1_000);
}

#[test]
fn floats_read_back_exactly() {
    arbtest::arbtest(|u| {
        let Some(float) = Float::new(f64::from_bits(u.arbitrary()?)).filter(|float| reads_back(*float)) else { return Ok(()) };
        let text = write(&Value::Float(float));
        let back = read(text.as_bytes(), 1).unwrap();
        assert_eq!(back, Value::Float(float), "{text}");
        assert_eq!(read(format!("{float:?}").as_bytes(), 1).unwrap(), Value::from(Number::Float(float)));
        Ok(())
    });
}
