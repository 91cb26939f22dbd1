use arbtest::arbitrary::{Result as Drawn, Unstructured};

use super::format;
use crate::document::{Bounds, Format, Node};
use crate::handoff::RuleSet;
use crate::limits::Limits;

const END: &str = "otherwise: [{key: help, label: Help, strategies: [{ticket: default}]}]\n";

/// A rule set with some lines before its last.
fn file(lines: &str) -> String {
    format!("triggerfish: 1\n{lines}{END}")
}

#[track_caller]
fn formatted(text: &str) -> String {
    let format_of = if text.starts_with('{') { Format::Json } else { Format::Yaml };
    let result = format(text, format_of, &Limits::default()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(format(&result, format_of, &Limits::default()).unwrap(), result, "formatting again changes nothing");
    result
}

#[track_caller]
fn becomes(lines: &str, expected: &str) {
    assert_eq!(formatted(&file(lines)), file(expected));
}

#[test]
fn a_plain_scalar_stays_plain_while_it_can() {
    becomes("when: not(bot.resolved)    # the guard\n", "when: NOT bot.resolved    # the guard\n");
    becomes("when: (domain)=='IT'\n", "when: domain == \"IT\"\n");
    becomes("flags: [{flag: a, when: domain=='IT'}]\n", "flags: [{flag: a, when: domain == \"IT\"}]\n");
}

#[test]
fn a_plain_scalar_gets_single_quotes_where_it_must() {
    becomes("when: (\"IT\") == domain\n", "when: '\"IT\" == domain'\n");
    becomes("flags: [{flag: a, when: utterance.$match('a')#b}]\n", "flags: [{flag: a, when: 'utterance.$MATCH(\"a\")  #b'}]\n");
    becomes("when: not(bot.resolved)#why\n", "when: 'NOT bot.resolved  #why'\n");
}

#[test]
fn quotes_stay_as_the_author_chose_them() {
    becomes("when: 'domain==\"it''s\"'\n", "when: 'domain == \"it''s\"'\n");
    becomes("when: \"domain=='IT'\"\n", "when: \"domain == 'IT'\"\n");
    becomes("when: \"domain  == \\\"J\\u00f6rg\\\"\"\n", "when: \"domain == 'Jörg'\"\n");
    becomes("when: \"domain == \\\"J\\u00f6rg\\\"\"\n", "when: \"domain == \\\"J\\u00f6rg\\\"\"\n");
}

#[test]
fn words_that_yaml_takes_for_bools_are_written_as_the_language_does() {
    becomes("when: true\n", "when: TRUE\n");
    becomes("flags: [{flag: a, when: True}, {flag: b, when: 'true'}]\n", "flags: [{flag: a, when: TRUE}, {flag: b, when: 'TRUE'}]\n");
}

#[test]
fn blocks_keep_header_indentation_and_what_follows() {
    becomes("when: |  # why\n    domain=='IT'\n\n\nname: acme\n", "when: |  # why\n    domain == \"IT\"\n\n\nname: acme\n");
    becomes("when: |+\n  domain=='IT'\n\nname: acme\n", "when: |+\n  domain == \"IT\"\n\nname: acme\n");
    becomes(
        "flags:\n  - flag: a\n    when: |2-\n       domain=='IT'\n       or bot.resolved\n",
        "flags:\n  - flag: a\n    when: |2-\n       domain == \"IT\" OR bot.resolved\n",
    );
    becomes("when: |\n  domain=='IT' # for IT\n  and not(bot.resolved)\n", "when: |\n  domain == \"IT\"  # for IT\n  AND NOT bot.resolved\n");
}

#[test]
fn a_long_block_is_broken_into_lines() {
    let long = (0..12).map(|at| format!("domain=='value {at}'")).collect::<Vec<_>>().join(" or ");
    let lines = (0..12).map(|at| format!("{}domain == \"value {at}\"\n", if at == 0 { "  " } else { "  OR " })).collect::<String>();
    becomes(&format!("when: |\n  {long}\n"), &format!("when: |\n{lines}"));
    becomes(&format!("when: >-\n  {long}\n"), &format!("when: >-\n{lines}"));
    let one_line = long.replace("==", " == ").replace('\'', "\"").replace(" or ", " OR ");
    becomes(&format!("when: {long}\n"), &format!("when: {one_line}\n"));
}

#[test]
fn folded_lines_stay_where_they_say_the_canonical_text() {
    for lines in
        ["when: bot.resolved AND\n  domain == \"IT\"\n", "when: 'bot.resolved AND\n  domain == \"IT\"'\n", "when: >-\n  bot.resolved\n  AND domain == \"IT\"\n"]
    {
        becomes(lines, lines);
    }
    becomes("when: bot.resolved and\n  domain == \"IT\"\n", "when: bot.resolved AND domain == \"IT\"\n");
    becomes("when: \"bot.resolved \\\n  and domain == 'IT'\"\n", "when: \"bot.resolved AND domain == 'IT'\"\n");
}

#[test]
fn comments_in_a_quoted_text_stay_where_the_style_can_hold_them() {
    becomes("when: \"bot.resolved # why\\nand domain=='IT'\"\n", "when: \"bot.resolved  # why\\nAND domain == \\\"IT\\\"\"\n");
    becomes("when: 'bot.resolved # why\n\n  and domain==\"IT\"'\n", "when: 'bot.resolved # why\n\n  and domain==\"IT\"'\n");
    becomes("when: 'not(bot.resolved) # why'\n", "when: 'NOT bot.resolved  # why'\n");
}

#[test]
fn templates_keep_what_is_written_out() {
    becomes("entry_label:   Help  with {{domain}}  \n", "entry_label:   Help  with {{ domain }}  \n");
    becomes("entry_label: 'it''s {{ domain.$uppercase()}} {{{{x'\n", "entry_label: 'it''s {{ domain.$UPPERCASE() }} {{{{x'\n");
    becomes("entry_label: \"\\u00fc {{domain or 'x'}}\\t\"\n", "entry_label: \"\\u00fc {{ domain OR 'x' }}\\t\"\n");
    becomes(
        "entry_label: {en: 'a', de: '{{if bot.resolved then 1 else 2}}'}\ndefault_locale: en\n",
        "entry_label: {en: 'a', de: '{{ IF bot.resolved THEN 1 ELSE 2 }}'}\ndefault_locale: en\n",
    );
    becomes(
        "texts:\n  queued: |-\n    Hello\n      {{domain}},\n    {{ domain\n      or 'you' }}!\n",
        "texts:\n  queued: |-\n    Hello\n      {{ domain }},\n    {{ domain OR \"you\" }}!\n",
    );
    becomes("texts:\n  queued: >\n    Hello\n    {{domain}},\n\n    bye\n", "texts:\n  queued: >\n    Hello\n    {{ domain }},\n\n    bye\n");
    becomes("entry_label: it's {{domain#x}} now\n", "entry_label: 'it''s {{ domain  #x }} now'\n");
}

#[test]
fn line_ends_and_the_byte_order_mark_stay() {
    let windows = |lines: &str| format!("\u{feff}{}", file(lines)).replace('\n', "\r\n");
    let result = formatted(&windows("when: |\n  domain=='IT' # x\n  and bot.resolved\nentry_label: \"{{domain}}\"\n"));
    assert_eq!(result, windows("when: |\n  domain == \"IT\"  # x\n  AND bot.resolved\nentry_label: \"{{ domain }}\"\n"));
}

#[test]
fn json_stays_json() {
    let text = |when: &str| {
        format!(
            "{{\n  \"triggerfish\": 1, \"when\": {when},\n  \"otherwise\": [{{\"key\": \"a\", \"label\": \"{{{{bot.attempts}}}}\\u00fc\", \"strategies\": [{{\"ticket\": \"default\"}}]}}] }}\n"
        )
    };
    assert_eq!(
        formatted(&text("\"domain=='IT' # a\\nand true\"")),
        text("\"domain == \\\"IT\\\"  # a\\nAND TRUE\"").replace("{{bot.attempts}}", "{{ bot.attempts }}")
    );
    assert_eq!(formatted(&text("true")), text("true").replace("{{bot.attempts}}", "{{ bot.attempts }}"));
}

#[test]
fn files_of_lists_are_not_needed() {
    becomes("lists: { vips: { file: nowhere.txt } }\nwhen: domain in vips\n", "lists: { vips: { file: nowhere.txt } }\nwhen: domain IN vips\n");
}

#[test]
fn a_file_with_errors_is_not_formatted() {
    let error = format(&file("when: domain ==\n"), Format::Yaml, &Limits::default()).unwrap_err();
    assert!(!error.diagnostics().is_empty());
}

#[test]
fn a_text_that_would_grow_beyond_the_limit_stays() {
    let limits = Limits { source_bytes: 30, ..Limits::default() };
    let text = file("when: domain=='IT'or domain=='HR'\nname: acme\nflags: [{flag: a, when: not(bot.resolved)}]\n");
    assert_eq!(format(&text, Format::Yaml, &limits).unwrap(), text.replace("not(bot.resolved)", "NOT bot.resolved"));
}

#[test]
fn the_example_keeps_its_lines_and_its_digest() {
    let text = include_str!("../../../tests/rulesets/example.yaml");
    let result = formatted(text);
    let changed: Vec<&str> =
        result.lines().filter(|line| !text.lines().any(|before| before == *line)).map(|line| line.trim().split(':').next().unwrap()).collect();
    assert_eq!(changed, ["- { key"]);
    assert_eq!(result.lines().count(), text.lines().count());
}

// ---- any file

/// Expressions as people write them; all say something else in canonical form, or the same.
const UNTIDY: [&str; 12] = [
    "domain=='IT'",
    "(user.department)==\"Sales\"   and not bot.resolved",
    "domain in[\"IT\",'HR: x',]",
    "user.full_name=='Jörg # 1 \u{1f600}'",
    "if bot.resolved then FALSE else TRUE",
    "TRUE",
    "true",
    "NOT bot.resolved",
    "utterance.$lowercase().$match(\"\\\\bhuman\\\\b\")",
    "{'a':1}.a==1 or [1,2].$any(x=>x>1)",
    "user.user_tags.$any(t=>t=='VIP')and(domain=='a, b'or domain==\"it's\")and bot.attempts>=  2 and conversation.state!='human'",
    "-1<bot.attempts",
];

/// A scalar, as it is written behind `key: `; it ends without a line break.
fn scalar(u: &mut Unstructured<'_>, text: &str, flow: bool, indent: usize, eol: &str) -> Drawn<String> {
    let single = format!("'{}'", text.replace('\'', "''"));
    let plain = |raw: &str| {
        let document = if flow { format!("{{k: {raw}, l: 0}}") } else { format!("k: {raw}\n") };
        let node = Node::read(&document, Format::Yaml, Bounds { depth: 4, nodes: 9 }).ok();
        node.and_then(|node| node.get("k").and_then(|member| member.node.as_text().map(|read| **read == *text))).unwrap_or(false)
    };
    let inset = " ".repeat(indent + u.int_in_range(1..=4)?);
    let words = text.replacen(" and ", &format!(" # why{eol}{inset}and "), 1);
    let folded = text.replacen(" and ", &format!("{eol}{inset}and "), 1);
    Ok(match u.int_in_range(0..=if flow { 3 } else { 8 })? {
        0 | 1 if plain(text) => text.to_owned(),
        0..=2 => single,
        3 => serde_json::Value::from(text).to_string(),
        4 => format!("|{eol}{inset}{words}"),
        5 => format!("|-  # header{eol}{eol}{inset}{words}"),
        6 => format!(">{eol}{inset}{folded}"),
        7 => format!("|+{eol}{inset}{words}{eol}"),
        _ => format!("'{}'", folded.replace('\'', "''")),
    })
}

/// The pieces of a file: what stays, and by turns what may be rewritten.
fn pieces(u: &mut Unstructured<'_>) -> Drawn<Vec<String>> {
    let eol = *u.choose(&["\n", "\r\n"])?;
    let mut pieces = vec![format!("# Ünï {{{{a}}}}{eol}triggerfish: 1{eol}name:   'acme'{eol}when: ")];
    let expression = *u.choose(&UNTIDY)?;
    pieces.push(scalar(u, expression, false, 0, eol)?);
    let mut fixed = format!("{eol}{eol}# between{eol}flags:{eol}");
    for at in 0..u.int_in_range(0..=6)? {
        let flow = u.arbitrary::<bool>()?;
        fixed += &if flow { format!("- {{flag:  f{at}, when:   ") } else { format!("-   flag: f{at}{eol}    when:  ") };
        pieces.push(std::mem::take(&mut fixed));
        let expression = *u.choose(&UNTIDY)?;
        pieces.push(scalar(u, expression, flow, 4, eol)?);
        fixed = if flow { format!(" ,  enabled: true}}  # f{at}{eol}") } else { format!("{eol}    enabled:   true{eol}") };
    }
    fixed += &format!("texts:{eol}  queued: ");
    pieces.push(std::mem::take(&mut fixed));
    let (before, expression, behind) =
        (*u.choose(&["", "Hallo ", "a: b ", "it's {{{{ "])?, *u.choose(&UNTIDY)?, *u.choose(&["", "!", " # no comment", " }}"])?);
    pieces.push(scalar(u, &format!("{before}{{{{{expression}}}}}{behind}"), false, 2, eol)?);
    pieces.push(format!("{eol}{}", END.replace('\n', eol)));
    Ok(pieces)
}

#[test]
fn of_any_file_only_the_expressions_change() {
    arbtest::arbtest(|u| {
        let pieces = pieces(u)?;
        let text = pieces.concat();
        let before = RuleSet::parse(&text, Format::Yaml).unwrap_or_else(|error| panic!("{error}"));
        let result = format(&text, Format::Yaml, &Limits::default()).unwrap_or_else(|error| panic!("{error}"));
        let after = RuleSet::parse(&result, Format::Yaml).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(after.digest(), before.digest(), "{text}\n{result}");
        assert_eq!(format(&result, Format::Yaml, &Limits::default()).unwrap(), result, "{text}");
        let mut rest = result.as_str();
        for fixed in pieces.iter().step_by(2) {
            let at = rest.find(fixed.as_str()).unwrap_or_else(|| panic!("{fixed:?} is gone:\n{text}\n{result}"));
            rest = &rest[at + fixed.len()..];
        }
        assert_eq!(rest, "");
        Ok(())
    })
    .budget_ms(1_500);
}
