//! Parts, expressions and prose.

use serde_json::json;

use super::super::{PartKind, parts};
use super::{Position, compiled, problems, refused, rendered, under};
use crate::diagnostic::Code;
use crate::limits::Limits;
use crate::value::EvalErrorKind;

fn cut(text: &str) -> Vec<&str> {
    parts(text).unwrap().iter().map(|part| part.span.of(text)).collect()
}

#[test]
fn a_value_stands_where_its_expression_stood() {
    let context = json!({"user": {"first_name": "Ada"}, "domain": "IT"});
    assert_eq!(rendered("Hello {{ user.first_name }}, {{domain}}!", Position::Text, &context), "Hello Ada, IT!");
    assert_eq!(rendered("{{ user.first_name }}", Position::Text, &context), "Ada");
    assert_eq!(rendered("", Position::Text, &context), "");
}

#[test]
fn null_renders_as_nothing_and_other_values_as_their_text() {
    assert_eq!(rendered("[{{ domain }}]", Position::Text, &json!({})), "[]");
    let context = json!({"bot": {"attempts": 3, "resolved": true}, "user": {"user_tags": ["VIP", "a\"b"]}});
    assert_eq!(
        rendered("{{ bot.attempts / 2 }} {{ bot.resolved }} {{ user.user_tags }} {{ 6 / 2 }}", Position::Text, &context),
        "1.5 true [\"VIP\",\"a\\\"b\"] 3"
    );
}

#[test]
fn four_braces_are_two_and_single_ones_are_themselves() {
    assert_eq!(rendered("{{{{ {{ domain }} }} { } {{{{{{ domain }}", Position::Text, &json!({"domain": "IT"})), "{{ IT }} { } {{IT");
    assert_eq!(compiled("{{{{x}}}}", Position::Text).template.literal(), Some("{{x}}}}"));
    assert_eq!(cut("a{{{{{b"), ["a{{{{{b"]);
}

#[test]
fn the_first_closing_braces_outside_quotes_and_brackets_count() {
    assert_eq!(cut("{{ '}}' }}b"), ["{{ '}}' }}", "b"]);
    assert_eq!(cut(r#"{{ "\"}}" }}b"#), [r#"{{ "\"}}" }}"#, "b"]);
    assert_eq!(cut("{{{'a': {'b': 1}}}}b"), ["{{{'a': {'b': 1}}}}", "b"]);
    assert_eq!(cut("{{ $LENGTH({'a': {}}) }} }}"), ["{{ $LENGTH({'a': {}}) }}", " }}"]);
    assert_eq!(cut("{{ x }}}"), ["{{ x }}", "}"]);
    assert_eq!(rendered("{{ {'a': {'b': 1}} }}", Position::Text, &json!({})), r#"{"a":{"b":1}}"#);
}

#[test]
fn quotes_and_brackets_of_a_comment_mean_nothing() {
    assert_eq!(cut("{{ x # it's [ }}b"), ["{{ x # it's [ }}", "b"]);
    assert_eq!(cut("{{ [x, # it's }}\n y] }}b"), ["{{ [x, # it's }}\n y] }}", "b"]);
    assert_eq!(rendered("{{ domain # the user's }}!", Position::Text, &json!({"domain": "IT"})), "IT!");
}

#[test]
fn parts_touch_and_know_what_is_between_the_braces() {
    let text = "a{{ x }}{{y}}b";
    let parts = parts(text).unwrap();
    assert!(parts.windows(2).all(|pair| pair[0].span.end == pair[1].span.start));
    let inner: Vec<&str> = parts
        .iter()
        .filter_map(|part| match part.kind {
            PartKind::Literal => None,
            PartKind::Expression { inner } => Some(inner.of(text)),
        })
        .collect();
    assert_eq!(inner, [" x ", "y"]);
}

#[test]
fn what_keeps_an_expression_open_is_told() {
    assert_eq!(problems("Help with {{ domain", Position::Text), ["TF0408: this `{{` is not closed [{{]"]);
    assert_eq!(problems("{{ 'a }}", Position::Text), ["TF0408: a text begins here that no `'` closes [']"]);
    assert_eq!(
        problems("{{ (x }} and {{ [y }}", Position::Text),
        ["TF0408: this `(` is not closed before `}}` [(]", "TF0408: this `[` is not closed before `}}` [[]"]
    );
    assert_eq!(problems("{{ }}", Position::Text), ["TF0408: there is no expression between these braces [{{ }}]"]);
}

#[test]
fn diagnostics_of_expressions_point_into_the_template() {
    let text = "é {{ user.departmnt }} {{ 1 / 0 }} {{ domain IN ('IT') }}";
    assert_eq!(
        problems(text, Position::Text),
        [
            "TF0105: `user` has no declared attribute `departmnt` [departmnt]",
            "TF0202: `1 / 0` always fails: a division by zero [1 / 0]",
            "TF0309: this asks whether `domain` is a part of the text \"IT\" [domain IN ('IT')]"
        ]
    );
    let found = under(Limits::default(), text, Position::Text).err().unwrap();
    let fixed = found[0].fix.as_ref().unwrap().apply(text);
    assert!(fixed.starts_with("é {{ user.department }}"), "{fixed}");
}

#[test]
fn warnings_are_kept() {
    let text = "in {{ IF domain IN ['IT'] THEN 'a' ELSE 'b' }}";
    let found = compiled(text, Position::Text).template.diagnostics();
    assert_eq!(found.iter().map(|found| (found.code, found.span.of(text))).collect::<Vec<_>>(), [(Code::OneElementList, "domain IN ['IT']")]);
    for plain in ["{{ utterance }}", "{{ 'a' }}", "{{ bot.attempts }}"] {
        assert!(compiled(plain, Position::Text).template.diagnostics().is_empty(), "{plain}");
    }
}

#[test]
fn the_failing_part_of_an_expression_is_where_a_render_error_points() {
    let text = "ä {{ $INTEGER(utterance) + 1 }}";
    let error = compiled(text, Position::Text).render(&json!({"utterance": "x"})).unwrap_err();
    assert_eq!((error.kind, error.span.of(text), error.message), (EvalErrorKind::InvalidArgument, "$INTEGER(utterance)", None));
}

#[test]
fn canonical_text_compiles_to_the_same_template() {
    let template = compiled("{{{{ {{domain=='IT' # why\n AND(bot.resolved)}} }}", Position::Text).template;
    assert_eq!(template.canonical(), r#"{{{{ {{ domain == "IT" AND bot.resolved }} }}"#);
    assert_eq!(compiled(&template.canonical(), Position::Text).template.canonical(), template.canonical());
}

#[test]
fn expressions_are_found_with_the_text_that_they_were_compiled_from() {
    let text = "a {{ domain }} b {{org}}";
    let template = compiled(text, Position::Text).template;
    let found: Vec<_> = template.expressions().map(|(expression, span)| (expression.source().to_owned(), span.of(text))).collect();
    assert_eq!(found, [(" domain ".to_owned(), " domain "), ("org".to_owned(), "org")]);
}

#[test]
fn prose_keeps_lines_and_drops_what_acts_on_a_terminal_or_hides() {
    let context = json!({"utterance": "a\r\nb\rc\td\u{1b}[31m\u{0}\u{7f}\u{9b}e\u{2028}f\u{b}g\n\nh"});
    assert_eq!(rendered("{{ utterance }}", Position::Text, &context), "a\nb\nc\td[31me\nf\ng\n\nh");
    assert_eq!(rendered("x\r\n\u{1b}y", Position::Text, &json!({})), "x\ny");
}

#[test]
fn an_override_that_a_user_leaves_open_does_not_reorder_what_follows() {
    let context = json!({"user": {"full_name": "\u{202e}ada\u{2066} \u{200f}b"}});
    assert_eq!(rendered("{{ user.full_name }} waits\u{202c}", Position::Text, &context), "ada \u{200f}b waits\u{202c}");
    assert_eq!(rendered("{{ user.full_name }}", Position::Subject, &context), "ada \u{200f}b");
}

#[test]
fn a_line_has_blanks_for_line_breaks() {
    let context = json!({"utterance": "a\r\nb\tc\u{2029}d\u{0}e"});
    assert_eq!(rendered("{{ utterance }}\nx", Position::Line, &context), "a b c de x");
}

#[test]
fn a_subject_refuses_line_breaks_and_control_characters() {
    let text = "Re: {{ utterance }}";
    assert_eq!(
        refused(text, Position::Subject, &json!({"utterance": "a\r\nBcc: b"})),
        ("utterance".to_owned(), "a line break cannot stand in a subject".to_owned())
    );
    assert_eq!(refused(text, Position::Subject, &json!({"utterance": "a\u{1}"})).1, "a control character cannot stand in a subject");
    assert_eq!(refused(text, Position::Subject, &json!({"utterance": "a\u{2028}"})).1, "a line break cannot stand in a subject");
    assert_eq!(rendered(text, Position::Subject, &json!({"utterance": "grüße"})), "Re: grüße");
}

#[test]
fn an_identifier_refuses_invisible_characters_as_well() {
    assert_eq!(
        refused("q-{{ org }}", Position::Identifier, &json!({"org": "a\u{200b}"})),
        ("org".to_owned(), "an invisible character cannot stand in an identifier".to_owned())
    );
    assert_eq!(refused("q-{{ org }}", Position::Identifier, &json!({"org": "a\n"})).1, "a line break cannot stand in an identifier");
    assert_eq!(rendered("q-{{ org }}", Position::Identifier, &json!({"org": "acme"})), "q-acme");
}

#[test]
fn what_is_written_out_in_a_subject_or_identifier_is_checked_when_loaded() {
    assert_eq!(
        problems("a\u{1}b\n", Position::Subject),
        ["TF0409: a control character, `\\u{1}`, cannot stand in a subject [\u{1}]", "TF0409: a line break, `\\n`, cannot stand in a subject [\n]"]
    );
    assert_eq!(problems("a\u{200b}", Position::Identifier), ["TF0409: an invisible character, `\\u{200b}`, cannot stand in an identifier [\u{200b}]"]);
}

#[test]
fn a_rendered_text_may_have_so_many_bytes_and_not_one_more() {
    let limits = Limits { rendered_bytes: 10, ..Limits::default() };
    let text = "é{{ utterance }}é";
    let short = under(limits.clone(), text, Position::Text).unwrap();
    assert_eq!(short.render(&json!({"utterance": "123456"})).unwrap(), "é123456é");
    let error = short.render(&json!({"utterance": "1234567"})).unwrap_err();
    assert_eq!((error.kind, error.span.of(text)), (EvalErrorKind::BudgetExceeded, "utterance"));
    assert_eq!(error.message.as_deref(), Some("the text gets longer than 10 bytes"));
    assert!(under(limits.clone(), "1234567890", Position::Text).is_ok());
    let found = under(limits, "12345678901", Position::Text).err().unwrap();
    assert_eq!((found[0].code, found[0].message.as_str()), (Code::BadTemplate, "11 bytes are written out; the limit is 10"));
}

#[test]
fn the_text_of_a_template_is_as_long_as_that_of_a_rule() {
    let limits = Limits { source_bytes: 20, ..Limits::default() };
    assert!(under(limits.clone(), "{{domain}}{{domain}}", Position::Text).is_ok());
    assert_eq!(under(limits, "{{domain}}{{domain}}a", Position::Text).err().unwrap()[0].code, Code::SourceTooLong);
}

#[test]
fn a_huge_value_is_given_up_early() {
    let context = json!({"user": {"user_tags": vec!["x".repeat(1000); 500]}});
    let error = compiled("{{ user.user_tags }}", Position::Text).render(&context).unwrap_err();
    assert_eq!(error.kind, EvalErrorKind::BudgetExceeded);
}

#[test]
fn an_empty_budget_ends_rendering() {
    use crate::context::Context;
    use crate::rule::Scope;
    use crate::value::{Budget, Timestamp};
    let case = compiled("{{ utterance.$UPPERCASE() }}", Position::Text);
    let context = Context::from_value(&case.layout, &json!({"utterance": "abc"}), &case.limits).unwrap();
    let scope = Scope { context: &context, now: Timestamp::from_seconds(0).unwrap(), calendars: &crate::builtins::NoCalendars };
    let mut left = Budget::new(&Limits { bytes: 5, ..Limits::default() });
    assert_eq!(case.template.render(scope, &mut left, &case.limits).unwrap(), "ABC");
    assert_eq!(case.template.render(scope, &mut left, &case.limits).unwrap_err().kind, EvalErrorKind::BudgetExceeded);
}
