//! The digest of a rule set: the same for all that means the same, another one for any change of meaning.

#![cfg(feature = "handoff")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use triggerfish::RuleSet;
use triggerfish::handoff::{Files, Loader};
use triggerfish::schema::Format;

/// A rule set with a bit of everything. Edits find their place by text, so each line says something else.
const BASE: &str = r#"
triggerfish: 1
name: acme
change_note: first
entry_label: { en: Get help, de: Hilfe }
default_locale: en
org: [acme, umbrella]
max_options: 5
cooldown: 5m
min_confidence: 0.5
when: NOT bot.resolved
context:
  attributes:
    agents.it.available: { type: integer, max_age: 60s }
    order: text
lists:
  mails: [a@acme.example, b@acme.example]
define:
  is_vip: user.email_addr IN mails
calendars:
  office:
    timezone: Europe/Berlin
    hours: { mon-fri: ["08:00-12:00", "13:00-18:00"] }
    holidays: { 12-25: Christmas Day }
    overrides: { 2026-12-24: ["08:00-11:00"] }
integrations:
  chat: { mode: broker, system: amazon_connect, queue: it, context: { domain: "{{ domain }}" } }
  room: { mode: channel, system: slack, channel: C1, message: "{{ utterance }}" }
  page: { mode: url, system: five9, url: "https://chat.example/", params: { q: "{{ utterance[0:80] }}", l: en }, expires_after: 15m }
categories:
  - key: it
    label: IT help
    domain: IT
    items:
      - key: chat
        label: Chat
        description: Talk to a person
        when: user.department == "Sales" AND (is_vip OR bot.attempts > 1)
        priority: IF is_vip THEN "high" ELSE "low"
        strategies:
          - agent: chat
            when: $OPEN("office") AND agents.it.available > 0
            gather: [{ name: order, ask: "Which order?", value: order }]
            file_ticket: { short_description_prefix: "[Chat] " }
            expected_reply: 2m
            if_unanswered: { after: 3m, then: ticket }
          - agent: room
            message: Wait
      - key: page
        label: Page
        presentation: popup
        strategies: [{ agent: page, summarize: true }]
      - key: ticket
        label: Ticket
        strategies: [{ ticket: { mode: rich, form: incident, short_description: "{{ utterance[0:60] }}" } }]
  - key: more
    items:
      - { key: plain, label: Plain, strategies: [{ ticket: default }] }
      - { key: portal, label: Portal, strategies: [{ url: "https://portal.example/" }] }
always:
  - { key: human, topics: [human], keywords: [agent], when: bot.attempts >= 2, offer: [chat, ticket] }
otherwise:
  - { key: form, label: Form, strategies: [{ email_form: { to: help@acme.example, attachments: { max: 5, max_size: 10MB } } }] }
notify: [{ when: is_vip, via: [push], events: requests }]
flags: [{ flag: seen, when: is_vip }]
texts:
  connecting: { en: Wait ..., de: Moment ... }
tests:
  - { name: help, context: { domain: HR, bot: { attempts: 0 } }, expect: { options: [plain, portal] } }
"#;

fn digest(text: &str) -> String {
    RuleSet::parse(text, Format::Yaml).unwrap_or_else(|error| panic!("{error}\n{text}")).digest().to_owned()
}

fn edited(from: &str, to: &str) -> String {
    assert_eq!(BASE.matches(from).count(), 1, "{from} stands once in the rule set");
    BASE.replacen(from, to, 1)
}

#[test]
fn it_is_a_sha_256_in_hexadecimal_digits() {
    let digest = digest(BASE);
    let digits = digest.strip_prefix("sha256:").unwrap();
    assert!(digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)), "{digest}");
}

#[test]
fn it_is_the_same_for_all_that_means_the_same() {
    let edits = [
        // Comments, quotes, order of keys, blocks for brackets.
        ("name: acme", "name: acme # the company"),
        ("\nname: acme\n", "\n\n# The name.\n\nname:   'acme'\n"),
        ("name: acme\nchange_note: first\n", "change_note: first\nname: acme\n"),
        ("{ en: Get help, de: Hilfe }", "{ de: Hilfe, en: 'Get help' }"),
        ("org: [acme, umbrella]", "org:\n  - acme\n  - umbrella"),
        ("{ mode: broker, system: amazon_connect, queue: it,", "{ queue: it, system: amazon_connect, mode: broker,"),
        ("{ key: plain, label: Plain,", "{ label: Plain, key: plain,"),
        // Other spellings.
        ("system: amazon_connect", "system: aws_connect"),
        ("default_locale: en", "default_locale: EN"),
        ("{ en: Wait ..., de: Moment ... }", "{ EN: Wait ..., de: Moment ... }"),
        ("cooldown: 5m", "cooldown: 300s"),
        ("cooldown: 5m", "cooldown: 300"),
        ("max_age: 60s", "max_age: 1m"),
        ("expires_after: 15m", "expires_after: 900"),
        ("expected_reply: 2m", "expected_reply: 120s"),
        ("after: 3m", "after: 180"),
        ("max_size: 10MB", "max_size: 10000000"),
        ("min_confidence: 0.5", "min_confidence: 5.0e-1"),
        ("mon-fri:", "\"mon,tue,wed,thu,fri\":"),
        ("Europe/Berlin", "europe/berlin"),
        ("domain: IT\n", "domain: [IT]\n"),
        ("events: requests", "events: [requests]"),
        ("ticket: default", "ticket: { mode: default }"),
        ("ticket: default", "ticket: {}"),
        ("{ url: \"https://portal.example/\" }", "{ url: { url: \"https://portal.example/\" } }"),
        // Defaults written out.
        ("name: acme", "name: acme\nenabled: true"),
        ("  - key: more", "  - key: more\n    enabled: true\n    when: TRUE"),
        ("        label: Page", "        label: Page\n        enabled: true\n        when: true"),
        ("presentation: popup\n", "presentation: popup\n        description:\n"),
        ("{ key: plain,", "{ key: plain, presentation: inline,"),
        ("- agent: room", "- agent: room\n            enabled: true\n            summarize: false\n            gather: []\n            file_ticket: false"),
        ("value: order }", "value: order, required: false }"),
        ("mode: broker,", "mode: broker, enabled: true, accepts_utterance: false,"),
        ("{ key: human,", "{ key: human, enabled: true,"),
        ("{ when: is_vip, via:", "{ enabled: true, when: is_vip, via:"),
        ("{ flag: seen,", "{ flag: seen, enabled: true,"),
        ("  attributes:\n", "  strict: false\n  attributes:\n"),
        // Expressions and templates in canonical print.
        ("NOT bot.resolved", "not   bot.resolved"),
        ("NOT bot.resolved", "(NOT (bot.resolved))"),
        ("\"Sales\" AND (is_vip OR bot.attempts > 1)", "'Sales'  and(is_vip  Or bot.attempts>1)"),
        ("IF is_vip THEN \"high\" ELSE \"low\"", "if is_vip then 'high' else 'low'"),
        ("$OPEN(\"office\")", "$open('office')"),
        ("{{ domain }}", "{{domain}}"),
        ("{{ utterance[0:60] }}", "{{utterance[ 0 : 60 ]}}"),
        // What bears no meaning for decisions.
        ("change_note: first", "change_note: second"),
        ("change_note: first\n", ""),
        ("attempts: 0 } }, expect:", "attempts: 1 } }, expect:"),
    ];
    let expected = digest(BASE);
    for (from, to) in edits {
        assert_eq!(digest(&edited(from, to)), expected, "{from} became {to}");
    }
    let bare = "triggerfish: 1\notherwise: [{ key: help, label: Help, strategies: [{ bot: { id: help } }] }]\n";
    let defaults = "enabled: true\ndefault_locale: en\ncooldown: 0\nmin_confidence: 0.0\nwhen: TRUE\norg: []\ncategories: []\nalways: []\nnotify: []\nflags: []\ntests: []\nlists: {}\n\
                    define: {}\ncalendars: {}\nintegrations: {}\ntexts: {}\ncontext: {}\nmax_options:\nentry_label:\n";
    for line in defaults.lines() {
        assert_eq!(digest(&format!("{bare}{line}\n")), digest(bare), "{line}");
    }
    assert_eq!(digest(&bare.replace("id: help", "id: help, context: {}")), digest(bare));
    assert_eq!(digest(BASE.split_once("tests:").unwrap().0), expected, "without tests");
    assert_eq!(digest(&BASE.replace('\n', "\r\n")), expected, "with other line ends");
}

#[test]
fn it_is_the_same_for_json() {
    let json = serde_json::json!({
        "triggerfish": 1, "name": "small", "cooldown": "2m",
        "categories": [{ "key": "it", "domain": "IT", "items": [{ "key": "ticket", "label": "Ticket", "when": "user.department == \"Sales\"", "strategies": [{ "ticket": "default" }] }] }],
        "otherwise": [{ "key": "help", "label": "Help", "strategies": [{ "url": "https://help.example/" }] }],
    });
    let yaml = r#"
triggerfish: 1
name: small
cooldown: 120
categories:
  - key: it
    domain: IT
    items: [{ key: ticket, label: Ticket, when: user.department == "Sales", strategies: [{ ticket: default }] }]
otherwise: [{ key: help, label: Help, strategies: [{ url: "https://help.example/" }] }]
"#;
    let expected = digest(yaml);
    for text in [json.to_string(), format!("{json:#}")] {
        assert_eq!(RuleSet::parse(&text, Format::Json).unwrap().digest(), expected);
    }
    assert_eq!(RuleSet::from_value(&json).unwrap().digest(), expected);
    assert_eq!(digest(&json.to_string()), expected, "JSON is YAML");
}

/// One file of a list.
struct Mails;

impl Files for Mails {
    fn read(&self, path: &str) -> Result<String, String> {
        assert_eq!(path, "mails.txt");
        Ok("# Important people.\na@acme.example\r\n\n  b@acme.example\n".to_owned())
    }
}

#[test]
fn a_list_in_a_file_is_worth_as_much_as_one_in_place() {
    let text = edited("[a@acme.example, b@acme.example]", "{ file: mails.txt }");
    assert_eq!(Loader::new().with_files(&Mails).read(&text, Format::Yaml).unwrap().digest(), digest(BASE));
}

#[test]
fn any_change_of_meaning_changes_it() {
    let edits = [
        ("name: acme", "name: umbrella"),
        ("en: Get help", "en: Help"),
        (", de: Hilfe", ""),
        ("default_locale: en", "default_locale: de"),
        ("[acme, umbrella]", "[acme]"),
        ("max_options: 5", "max_options: 4"),
        ("max_options: 5\n", ""),
        ("cooldown: 5m", "cooldown: 6m"),
        ("min_confidence: 0.5", "min_confidence: 0.6"),
        ("NOT bot.resolved", "bot.resolved"),
        ("name: acme", "name: acme\nenabled: false"),
        ("max_age: 60s", "max_age: 61s"),
        ("order: text", "order: integer"),
        ("  attributes:\n", "  strict: true\n  attributes:\n"),
        ("[a@acme.example, b@acme.example]", "[b@acme.example, a@acme.example]"),
        ("[a@acme.example, b@acme.example]", "[a@acme.example]"),
        ("IN mails", "NOT IN mails"),
        ("Europe/Berlin", "Europe/Paris"),
        ("13:00-18:00", "13:00-18:01"),
        ("mon-fri", "mon-thu"),
        ("12-25: Christmas Day", "12-26: Christmas Day"),
        ("12-25: Christmas Day", "12-25: Christmas"),
        ("2026-12-24:", "2026-12-23:"),
        ("mode: broker, system: amazon_connect", "mode: broker, system: genesys"),
        ("mode: broker, system: amazon_connect", "mode: api, system: amazon_connect"),
        ("mode: broker,", "mode: broker, accepts_utterance: true,"),
        ("mode: broker,", "mode: broker, enabled: false,"),
        ("queue: it,", "queue: It,"),
        ("{{ domain }}", "{{ domain }}."),
        ("channel: C1", "channel: C2"),
        ("message: \"{{ utterance }}\"", "message: \"{{ summary }}\""),
        ("https://chat.example/", "https://chat.example/it"),
        ("{ q: \"{{ utterance[0:80] }}\", l: en }", "{ q: \"{{ utterance[0:80] }}\", l: de }"),
        ("{ q: \"{{ utterance[0:80] }}\", l: en }", "{ l: en, q: \"{{ utterance[0:80] }}\" }"),
        ("expires_after: 15m", "expires_after: 16m"),
        ("  - key: it\n", "  - key: its\n"),
        ("label: IT help", "label: IT"),
        ("domain: IT\n", "domain: HR\n"),
        ("domain: IT\n", "domain: [IT, HR]\n"),
        ("  - key: more", "  - key: more\n    enabled: false"),
        ("        label: Chat\n", "        label: Talk\n"),
        ("description: Talk to a person", "description: Talk"),
        ("description: Talk to a person", "action: Talk to a person"),
        ("\"Sales\"", "\"sales\""),
        ("bot.attempts > 1", "bot.attempts > 2"),
        ("(is_vip OR bot.attempts > 1)", "is_vip OR bot.attempts > 1"),
        ("THEN \"high\"", "THEN \"urgent\""),
        ("AND agents.it.available > 0", "OR agents.it.available > 0"),
        ("name: order, ask", "name: orders, ask"),
        ("Which order?", "Which?"),
        ("value: order }", "value: order, required: true }"),
        ("\"[Chat] \"", "\"[Chat]\""),
        ("            file_ticket: { short_description_prefix: \"[Chat] \" }\n", ""),
        ("expected_reply: 2m", "expected_reply: 3m"),
        ("after: 3m, then: ticket", "after: 4m, then: ticket"),
        ("after: 3m, then: ticket", "then: ticket"),
        ("after: 3m, then: ticket", "after: 3m, then: plain"),
        ("message: Wait", "guidance: Wait"),
        ("message: Wait", "pre_handoff: Wait"),
        ("presentation: popup", "presentation: pinned"),
        ("summarize: true", "summarize: false"),
        ("form: incident", "form: incidents"),
        ("utterance[0:60]", "utterance[0:61]"),
        ("mode: rich, form: incident, ", ""),
        ("ticket: default", "email: { to: help@acme.example }"),
        ("https://portal.example/", "https://portal.example/new"),
        ("topics: [human], ", ""),
        ("keywords: [agent]", "keywords: [person]"),
        ("bot.attempts >= 2", "bot.attempts >= 3"),
        ("offer: [chat, ticket]", "offer: [ticket, chat]"),
        ("{ key: human,", "{ key: human, enabled: false,"),
        ("to: help@acme.example", "to: helpdesk@acme.example"),
        ("max: 5, max_size", "max: 6, max_size"),
        ("max_size: 10MB", "max_size: 10MiB"),
        (", attachments: { max: 5, max_size: 10MB }", ""),
        ("via: [push]", "via: [email]"),
        ("events: requests", "events: tickets"),
        ("{ when: is_vip, via:", "{ via:"),
        ("flag: seen", "flag: vip"),
        ("{ flag: seen,", "{ flag: seen, enabled: false,"),
        ("de: Moment ...", "de: Augenblick ..."),
        ("  connecting: {", "  queued: {"),
        (
            "      - { key: plain, label: Plain, strategies: [{ ticket: default }] }\n      - { key: portal, label: Portal, strategies: [{ url: \"https://portal.example/\" }] }",
            "      - { key: portal, label: Portal, strategies: [{ url: \"https://portal.example/\" }] }\n      - { key: plain, label: Plain, strategies: [{ ticket: default }] }",
        ),
    ];
    let mut seen = vec![(digest(BASE), "nothing", "nothing")];
    for (from, to) in edits {
        let digest = digest(&edited(from, to));
        if let Some((_, other_from, other_to)) = seen.iter().find(|(known, ..)| *known == digest) {
            panic!("`{from}` became `{to}`: the digest is that where `{other_from}` became `{other_to}`");
        }
        seen.push((digest, from, to));
    }
}
