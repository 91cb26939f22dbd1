//! Whatever the values are: positions keep their promises, and what was said to be impossible does not happen.

use arbtest::arbitrary::{Result, Unstructured};
use arbtest::arbtest;
use serde_json::json;
use url::Url;

use super::super::promises::{PIECES, hidden_character, is_one_address, structure};
use super::{Position, compiled};

fn hostile(u: &mut Unstructured<'_>) -> Result<String> {
    let mut text = String::new();
    for _ in 0..u.int_in_range(0..=6)? {
        match u.int_in_range(0..=8)? {
            0 => text.push(u.arbitrary()?),
            1 => text.push_str(u.arbitrary()?),
            2 if u.ratio(1, 20)? => text.push_str(&"long".repeat(20_000)),
            _ => text.push_str(u.choose(&PIECES)?),
        }
    }
    Ok(text)
}

fn both(a: &str, b: &str) -> serde_json::Value {
    json!({"utterance": a, "org": b, "user": {"manager_email": a}})
}

#[test]
fn no_value_changes_the_structure_of_a_url() {
    let templates = [
        "https://acme.example:8443/new/{{ utterance }}/x{{ org }}?site={{ org }}&q=a{{ utterance }}b#f-{{ org }}",
        "https://acme.example/{{ utterance }}",
        "https://acme.example/.{{ utterance }}{{ org }}/%2e{{ org }}/end",
        "https://10.0.0.1?q={{ utterance }}&q={{ org }}",
        "http://[::1]/#{{ utterance }}",
    ]
    .map(|text| (text, compiled(text, Position::Url)));
    let mut rendered = 0;
    arbtest(|u| {
        let (text, case) = u.choose(&templates)?;
        if let Ok(url) = case.render(&both(&hostile(u)?, &hostile(u)?)) {
            let plain = case.render(&both("x", "y")).unwrap();
            assert!(structure(&plain).is_some() && structure(&url) == structure(&plain), "{text}\n{url}");
            assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "{url}");
            rendered += 1;
        }
        Ok(())
    });
    assert!(rendered > 50, "{rendered}");
}

#[test]
fn the_value_of_a_parameter_comes_back() {
    let case = compiled("https://acme.example/?a=1&q={{ utterance }}&b=2", Position::Url);
    arbtest(|u| {
        let value = hostile(u)?;
        if let Ok(url) = case.render(&both(&value, "")) {
            let url = Url::parse(&url).unwrap();
            let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            assert_eq!(pairs, [("a".into(), "1".into()), ("q".into(), value), ("b".into(), "2".into())]);
        }
        Ok(())
    });
}

#[test]
fn an_address_is_one_address() {
    let (whole, name) = (compiled("{{ user.manager_email }}", Position::Address), compiled("{{ utterance }}-{{ org }}@acme.example", Position::Address));
    let mut rendered = 0;
    arbtest(|u| {
        let mut value = hostile(u)?;
        if u.ratio(1, 2)? {
            value.push_str("@evil.example");
        }
        if let Ok(address) = whole.render(&both(&value, "")) {
            assert_eq!(address, value);
            assert!(is_one_address(&address), "{address}");
            rendered += 1;
        }
        if let Ok(address) = name.render(&both(&value, &hostile(u)?)) {
            assert!(is_one_address(&address) && address.ends_with("@acme.example"), "{address}");
            rendered += 1;
        }
        Ok(())
    });
    assert!(rendered > 5, "{rendered}");
}

#[test]
fn no_control_character_gets_through() {
    let of = |position| compiled("{{ utterance }} - {{ org }}", position);
    let (text, line, subject, identifier) = (of(Position::Text), of(Position::Line), of(Position::Subject), of(Position::Identifier));
    arbtest(|u| {
        let context = both(&hostile(u)?, &hostile(u)?);
        for case in [&text, &line, &subject, &identifier] {
            if let Ok(out) = case.render(&context) {
                assert_eq!(hidden_character(case.template.position(), &out), None, "{out:?}");
                assert!(out.len() <= case.limits.rendered_bytes);
            }
        }
        Ok(())
    });
}

#[test]
fn what_cannot_fail_does_not_fail() {
    let templates = [
        ("{{ utterance[0:80] }} {{ org[0:9] OR utterance[-9:] }} {{ $COALESCE(utterance[-7:3], 'a') }}", Position::Text),
        ("{{ IF utterance THEN 'it' ELSE 'hr' }}-{{ utterance == org }}", Position::Identifier),
        ("{{ IF utterance > org THEN 'it' ELSE 'hr' }}@acme.example", Position::Address),
        ("https://acme.example/v{{ utterance[0:20] }}/{{ $LENGTH(org) }}?q={{ org[0:100] }}", Position::Url),
    ]
    .map(|(text, position)| compiled(text, position));
    assert!(templates.iter().all(|case| case.template.cannot_fail()));
    arbtest(|u| {
        let context = both(&hostile(u)?, &hostile(u)?);
        for case in &templates {
            case.render(&context).unwrap();
        }
        Ok(())
    });
}

#[test]
fn any_text_is_read_or_refused_and_its_canonical_form_is_stable() {
    arbtest(|u| {
        let mut text = String::new();
        for _ in 0..u.int_in_range(0..=8)? {
            text.push_str(u.choose(&["{", "}", "{{", "}}", "{{{{", "'", "\"", "\\", "(", "]", "#", "\n", " ", "domain", "org", "==", "[1]", "é"])?);
        }
        if let Ok(parts) = super::super::parts(&text) {
            let whole: String = parts.iter().map(|part| part.span.of(&text)).collect();
            assert_eq!(whole, text);
        }
        if let Ok(case) = super::under(crate::limits::Limits::default(), &text, Position::Text) {
            let canonical = case.template.canonical();
            let again = compiled(&canonical, Position::Text);
            assert_eq!(again.template.canonical(), canonical);
            assert_eq!(again.render(&both("u", "o")).ok(), case.render(&both("u", "o")).ok());
        }
        Ok(())
    });
}
