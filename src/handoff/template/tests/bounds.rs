//! What cannot fail, and what may.

use arbtest::arbtest;
use serde_json::json;

use super::{Position, Template, compiled, under};
use crate::builtins::NoCalendars;
use crate::check::{Named, Names, World};
use crate::context::Layout;
use crate::limits::Limits;
use crate::value::EvalErrorKind::{self, BudgetExceeded, InvalidArgument};
use crate::value::{Float, Value};

#[track_caller]
fn cannot_fail(text: &str, position: Position) {
    let errors = compiled(text, position).template.errors();
    assert!(errors.is_empty(), "{text}: {errors:?}");
}

#[track_caller]
fn may_fail(text: &str, position: Position, kind: EvalErrorKind) {
    let errors = compiled(text, position).template.errors();
    assert!(errors.has(kind), "{text}: {errors:?}");
}

#[test]
fn what_is_bounded_cannot_fail() {
    for text in [
        "Help",
        "",
        "{{ NULL }}",
        "Help with {{ bot.attempts }} {{ bot.resolved }} {{ conversation.last_activity }}",
        "{{ IF bot.resolved THEN 'File ticket / live chat' ELSE IF domain == 'IT' THEN 'File ticket' ELSE NULL }}",
        "{{ utterance[0:80] }} {{ utterance[:80] }} {{ utterance[-80:] }} {{ utterance[-9:-2] }} {{ utterance[-9:2] }}",
        "{{ $COALESCE(user.first_name[0:40], 'you') }} {{ user.first_name[0:40] OR 'you' }}",
        "{{ IF bot.attempts > 1 THEN $TEXT(bot.attempts) ELSE 'no' }} tries, {{ $LENGTH(utterance) }}, {{ bot.attempts.$TEXT() }}",
        "{{ $LENGTH(user.user_tags) + 1 == 2 }}",
    ] {
        let errors = compiled(text, Position::Text).template.errors();
        // Adding may overflow, and no more.
        assert!(errors.iter().all(|kind| kind == EvalErrorKind::Overflow && text.contains("+ 1")), "{text}: {errors:?}");
    }
}

#[test]
fn what_has_no_bound_may_get_too_long() {
    for text in [
        "Hello {{ user.first_name }}",
        "{{ user.work_status }}",
        "{{ user.user_tags }}",
        "{{ user.user_tags[0:3] }}",
        "{{ ticket.custom_data.x[0:3] }}",
        "{{ utterance[5:] }}",
        "{{ utterance[0:-1] }}",
        "{{ utterance[0:bot.attempts] }}",
        "{{ utterance[0:80].$REPLACE('a', utterance) }}",
        "{{ 'Hello ' + user.first_name }}",
        "{{ $TEXT(user.user_tags) }}",
        "{{ IF bot.resolved THEN 'a' ELSE utterance }}",
        "{{ $CONCAT(user.user_tags) }}",
        "{{ $CONCAT(['a', 'b'], utterance) }}",
        "{{ [1, 2] }}",
        "{{ user.first_name OR 'you' }}",
    ] {
        may_fail(text, Position::Text, BudgetExceeded);
    }
}

#[test]
fn bounds_count_bytes_as_they_are_rendered() {
    let fails = |limit, text: &str, position| !under(Limits { rendered_bytes: limit, ..Limits::default() }, text, position).unwrap().template.cannot_fail();
    assert!(!fails(41, "a{{ utterance[0:10] }}", Position::Text));
    assert!(fails(40, "a{{ utterance[0:10] }}", Position::Text));
    assert!(!fails(120, "{{ utterance[0:10] }}", Position::Parameter));
    assert!(fails(119, "{{ utterance[0:10] }}", Position::Parameter));
    let longest = under(Limits { rendered_bytes: 41, ..Limits::default() }, "a{{ utterance[0:10] }}", Position::Text).unwrap();
    assert!(longest.render(&json!({"utterance": "😀".repeat(50)})).is_ok());
}

#[test]
fn errors_of_expressions_are_errors_of_the_template() {
    may_fail("{{ $INTEGER(utterance) }}", Position::Text, InvalidArgument);
    assert!(!compiled("{{ bot.attempts + 1 }}", Position::Text).template.cannot_fail());
}

#[test]
fn a_subject_of_known_texts_cannot_fail() {
    cannot_fail("{{ IF bot.resolved THEN 'a' ELSE 'b' }} {{ bot.attempts }}", Position::Subject);
    cannot_fail("it{{ IF bot.resolved THEN '-emea' ELSE NULL }}", Position::Identifier);
    may_fail("{{ IF bot.resolved THEN 'a\\n' ELSE 'b' }}", Position::Subject, InvalidArgument);
    may_fail("{{ utterance[0:60] }}", Position::Subject, InvalidArgument);
    may_fail("{{ IF bot.resolved THEN 'a\\u200b' ELSE 'b' }}", Position::Identifier, InvalidArgument);
}

#[test]
fn a_name_for_a_constant_is_as_good_as_the_constant() {
    let mut names = Names::default();
    names.insert("desk".into(), Named::Constant(Value::text("it")));
    names.insert("desks".into(), Named::Constant(Value::from(vec![Value::text("it")])));
    let world = World { schema: None, calendars: &NoCalendars, names: &names, limits: &Limits::default() };
    let errors = |text: &str, position| Template::compile(text, position, world, &mut Layout::default()).unwrap().errors();
    assert!(errors("{{ desk }}@acme.example", Position::Address).is_empty());
    assert!(errors("{{ IF x THEN desk ELSE 'hr' }}", Position::Identifier).is_empty());
    assert!(errors("{{ IF x THEN desk ELSE NULL }}", Position::Identifier).has(InvalidArgument), "nothing may be left of it");
    assert!(errors("{{ desks }}", Position::Identifier).has(InvalidArgument));
}

#[test]
fn an_address_of_known_texts_cannot_fail() {
    cannot_fail("help@acme.example", Position::Address);
    cannot_fail("{{ IF domain == 'IT' THEN 'it@acme.example' ELSE 'help@acme.example' }}", Position::Address);
    cannot_fail("{{ IF domain == 'IT' THEN 'it' ELSE 'help' }}@acme.example", Position::Address);
    may_fail("{{ IF domain == 'IT' THEN 'it' ELSE 'help' }}", Position::Address, InvalidArgument);
    may_fail("{{ IF domain == 'IT' THEN 'it' ELSE NULL }}@acme.example", Position::Address, InvalidArgument);
    may_fail("{{ user.manager_email }}", Position::Address, InvalidArgument);
}

#[test]
fn a_url_fails_where_a_segment_may_be_dots() {
    cannot_fail("https://a.example/x?q={{ org[0:9] }}#{{ org[0:9] }}", Position::Url);
    cannot_fail("https://a.example/x-{{ org[0:9] }}/{{ bot.attempts }}/{{ bot.attempts }}.{{ bot.attempts }}5", Position::Url);
    cannot_fail("https://a.example/{{ IF bot.resolved THEN 'a' ELSE '...' }}", Position::Url);
    may_fail("https://a.example/{{ org[0:9] }}", Position::Url, InvalidArgument);
    may_fail("https://a.example/{{ IF bot.resolved THEN 'a' ELSE '..' }}", Position::Url, InvalidArgument);
    may_fail("https://a.example/.{{ bot.attempts }}", Position::Url, InvalidArgument);
    may_fail("https://a.example/{{ IF bot.resolved THEN '.' ELSE '' }}{{ IF bot.resolved THEN '.' ELSE '' }}", Position::Url, InvalidArgument);
}

#[test]
fn no_number_is_longer_than_the_bound_says() {
    arbtest(|u| {
        let bits: u64 = u.arbitrary()?;
        let length = Float::new(f64::from_bits(bits)).map_or(0, |float| crate::value::number_text(float).len());
        assert!(length <= 32 && i64::MIN.to_string().len() <= 32, "{length}");
        Ok(())
    });
    assert!(crate::value::number_text(Float::new(-0.000_001_234_567_890_123_456_7).unwrap()).len() <= 32);
}
