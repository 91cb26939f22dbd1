//! URLs keep the structure that is written out.

use serde_json::json;

use super::super::UrlTemplate;
use super::{Position, compiled, problems, refused, rendered, under};
use crate::builtins::NoCalendars;
use crate::check::{Names, World};
use crate::context::{Context, Layout};
use crate::limits::Limits;
use crate::rule::Scope;
use crate::schema::Schema;
use crate::value::{Budget, EvalErrorKind, Timestamp};

const URL: Position = Position::Url;

#[test]
fn a_value_is_encoded_wherever_it_stands() {
    let context = json!({"utterance": "a b/c?d#e&f=g+h%2F\\\"<ü\n~-._", "domain": "I/T"});
    let encoded = "a%20b%2Fc%3Fd%23e%26f%3Dg%2Bh%252F%5C%22%3C%C3%BC%0A~-._";
    let text = "https://acme.example:8443/new/{{ domain }}/x-{{ utterance }}?q={{ utterance }}&z=1#at-{{ utterance }}";
    assert_eq!(rendered(text, URL, &context), format!("https://acme.example:8443/new/I%2FT/x-{encoded}?q={encoded}&z=1#at-{encoded}"));
    assert_eq!(rendered("https://acme.example/{{ domain }}/x", URL, &json!({})), "https://acme.example//x");
}

#[test]
fn hosts_and_ports_are_checked() {
    for good in [
        "https://a.example",
        "HTTP://A.example/",
        "https://localhost:8080?x=1",
        "https://10.0.0.1/",
        "https://[2001:db8::1]:443/#x",
        "https://xn--mller-kva.example/",
        "https://a.example/p;v=1/@x:y/(b)?a[0]=1&b=%C3%BC&c=?/#/route?x",
    ] {
        let literal = compiled(good, URL).template;
        assert_eq!(literal.literal(), Some(good));
        ::url::Url::parse(good).unwrap();
    }
    for bad in [
        "",
        "a.example/",
        "/path",
        "//a.example/",
        "ftp://a.example/",
        "javascript:alert(1)",
        "mailto:a@a.example",
        "https:a.example",
        "https:///path",
        "https://?x",
        "https://user@a.example/",
        "https://user:pw@a.example/",
        "https://a.example:/",
        "https://a.example:0/",
        "https://a.example:99999/",
        "https://a.example:+80/",
        "https://a_b.example/",
        "https://-a.example/",
        "https://a..example/",
        "https://bücher.example/",
        "https://10.0.0.256/",
        "https://1/",
        "https://0x7f.1/",
        "https://[::1/",
        "https://[::1]x/",
        "https://a.example\\@evil.example/",
        " https://a.example/",
    ] {
        assert_eq!(problems(bad, URL).len(), 1, "{bad}");
    }
}

#[test]
fn scheme_host_and_port_are_no_matter_of_data() {
    for (text, words) in [
        ("{{ org }}", " org "),
        ("{{ org }}://a.example/", " org "),
        ("https://{{ org }}.example/", " org "),
        ("https://a.{{ org }}/", " org "),
        ("https://a.example{{ org }}", " org "),
        ("https://a.example:{{ org }}/", " org "),
        ("https://a.example:80{{ org }}/", " org "),
    ] {
        let found = problems(text, URL);
        assert!(
            matches!(found.as_slice(), [found] if found.starts_with("TF0409: an expression cannot stand in the") && found.ends_with(&format!("[{words}]"))),
            "{found:?}"
        );
    }
    assert_eq!(problems("http{{ org }}://a.example/", URL), ["TF0409: expected `https://` or `http://`, found `http` [http]"]);
}

#[test]
fn what_is_written_out_is_written_as_urls_are() {
    assert_eq!(
        problems("https://a.example/a b/\"<x>\"/ü?'#a#b%zz", URL),
        [
            "TF0409: ` ` cannot stand in a URL [ ]",
            "TF0409: `\"` cannot stand in a URL [\"]",
            "TF0409: `<` cannot stand in a URL [<]",
            "TF0409: `>` cannot stand in a URL [>]",
            "TF0409: `ü` cannot stand in a URL [ü]",
            "TF0409: `'` cannot stand in a URL [']",
            "TF0409: a URL has one `#` [#]",
            "TF0409: a `%` in a URL is followed by two hexadecimal digits [%]",
        ]
    );
    assert_eq!(problems("https://a.example/{{{{x", URL), ["TF0409: `{` cannot stand in a URL [{]"]);
    let help = under(Limits::default(), "https://a.example/ü", URL).err().unwrap()[0].help.clone();
    assert_eq!(help.as_deref(), Some("remove it, or write `%C3%BC`"));
}

#[test]
fn a_value_does_not_complete_an_escape() {
    assert_eq!(problems("https://a.example/%2{{ org }}", URL), ["TF0409: a `%` in a URL is followed by two hexadecimal digits [%]"]);
    assert_eq!(problems("https://a.example/%{{ org }}", URL).len(), 1);
}

#[test]
fn an_expression_in_a_query_is_the_value_of_a_parameter() {
    for text in ["https://a.example/?{{ org }}", "https://a.example/?a=1&{{ org }}=2", "https://a.example/?x{{ org }}=2"] {
        assert_eq!(problems(text, URL), ["TF0409: an expression cannot be the name of a parameter [ org ]"]);
    }
    assert_eq!(rendered("https://a.example/?a=1&b=x{{ org }}y", URL, &json!({"org": "&c=d"})), "https://a.example/?a=1&b=x%26c%3Ddy");
}

#[test]
fn a_value_does_not_make_a_dot_segment() {
    for (text, org) in [
        ("https://a.example/x/{{ org }}/y", ".."),
        ("https://a.example/x/{{ org }}", "."),
        ("https://a.example/x/.{{ org }}?q", ""),
        ("https://a.example/x/.{{ org }}", "."),
        ("https://a.example/x/%2E{{ org }}#f", "."),
        ("https://a.example/x/{{ org }}{{ org }}", "."),
    ] {
        let (words, message) = refused(text, URL, &json!({"org": org}));
        assert!(words.starts_with("org") && words.ends_with("org"), "{words}");
        assert_eq!(message, "a value cannot make a path segment `.` or `..`");
    }
    assert_eq!(rendered("https://a.example/x/{{ org }}", URL, &json!({"org": "..."})), "https://a.example/x/...");
    assert_eq!(rendered("https://a.example/x/v{{ org }}?q={{ org }}", URL, &json!({"org": ".."})), "https://a.example/x/v..?q=..");
    assert_eq!(rendered("https://a.example/x/{{ org }}", URL, &json!({"org": "%2e%2e"})), "https://a.example/x/%252e%252e");
}

/// A URL with parameters beside it, rendered.
fn with_params(
    limits: &Limits,
    url: &str,
    params: &[(&str, &str)],
    context: &serde_json::Value,
) -> (UrlTemplate, Result<String, (Option<usize>, EvalErrorKind)>) {
    let schema = Schema::builtin();
    let mut layout = Layout::default();
    let world = World { schema: Some(&schema), calendars: &NoCalendars, names: Names::NONE, limits };
    let mut compile = |text: &str, position| super::Template::compile(text, position, world, &mut layout).unwrap();
    let url = compile(url, URL);
    let params = params.iter().map(|(key, value)| ((*key).to_owned(), compile(value, Position::Parameter))).collect();
    let template = UrlTemplate::new(url, params, limits);
    let context = Context::from_value(&layout, context, limits).unwrap();
    let scope = Scope { context: &context, now: Timestamp::from_seconds(0).unwrap(), calendars: &NoCalendars };
    let result = template.render(scope, &mut Budget::new(limits), limits).map_err(|error| (error.param, error.error.kind));
    (template, result)
}

#[test]
fn parameters_go_to_the_end_of_the_query() {
    let context = json!({"utterance": "a&b=c#\r\n", "domain": "IT"});
    let params = [("q", "{{ utterance }}"), ("from & to", "50% {{ domain }}"), ("none", "{{ org }}")];
    let query = "q=a%26b%3Dc%23%0D%0A&from%20%26%20to=50%25%20IT&none=";
    for (url, expected) in [
        ("https://a.example", format!("https://a.example?{query}")),
        ("https://a.example/x?", format!("https://a.example/x?{query}")),
        ("https://a.example/x?y=1", format!("https://a.example/x?y=1&{query}")),
        ("https://a.example/x?y=1&#f", format!("https://a.example/x?y=1&{query}#f")),
        ("https://a.example/#/route?x", format!("https://a.example/?{query}#/route?x")),
    ] {
        assert_eq!(with_params(&Limits::default(), url, &params, &context).1, Ok(expected));
    }
    assert_eq!(with_params(&Limits::default(), "https://a.example/#f", &[], &context).1.as_deref(), Ok("https://a.example/#f"));
}

#[test]
fn the_limit_counts_for_the_url_with_its_parameters() {
    let limits = Limits { rendered_bytes: 30, ..Limits::default() };
    let render = |utterance: &str| with_params(&limits, "https://a.example/#f", &[("q", "{{ utterance }}")], &json!({"utterance": utterance})).1;
    assert_eq!(render("1234567").unwrap().len(), 30);
    assert_eq!(render("12345678"), Err((Some(0), EvalErrorKind::BudgetExceeded)));
}

#[test]
fn a_url_with_parameters_knows_what_it_may_fail_with() {
    let errors = |url: &str, param: &str| with_params(&Limits::default(), url, &[("q", param)], &json!({})).0;
    assert!(errors("https://a.example/", "{{ bot.attempts }} {{ utterance[0:100] }}").cannot_fail());
    assert!(errors("https://a.example/", "{{ utterance }}").errors().has(EvalErrorKind::BudgetExceeded));
    assert!(errors("https://a.example/{{ org[0:5] }}", "x").errors().has(EvalErrorKind::InvalidArgument));
    let limits = Limits { rendered_bytes: 25, ..Limits::default() };
    assert!(!with_params(&limits, "https://a.example/", &[("q", "123456")], &json!({})).0.cannot_fail());
    assert!(with_params(&limits, "https://a.example/", &[("q", "1234")], &json!({})).0.cannot_fail());
}
