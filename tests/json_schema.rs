//! The JSON Schemas of rule sets, decisions and contexts, judged by a validator that knows nothing of the engine.
#![cfg(feature = "handoff")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use arbtest::arbitrary::{Result as Drawn, Unstructured};
use jsonschema::Validator;
use serde_json::{Value, json};
use triggerfish::diagnostic::{Code, ExampleSchema};
use triggerfish::handoff::{context_schema, decision_schema, rule_set_schema};
use triggerfish::schema::{Format, Schema};
use triggerfish::{RuleSet, Timestamp, TraceLevel};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn validator(schema: &Value) -> Validator {
    assert!(jsonschema::meta::is_valid(schema), "not a JSON Schema");
    jsonschema::draft202012::new(schema).unwrap()
}

/// YAML as editors read it.
fn yaml(text: &str) -> Value {
    // `off` and `yes` are texts, as in YAML 1.2.
    serde_saphyr::from_str_with_options(text, serde_saphyr::options! { strict_booleans: true }).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[track_caller]
fn validates(validator: &Validator, value: &Value) {
    let errors: Vec<String> = validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}\n{value:#}", errors.join("\n"));
}

// ---- rule sets

/// A rule set with some lines before its last.
fn rule_set(lines: &str) -> String {
    format!("triggerfish: 1\n{lines}\notherwise: [{{key: help, label: Help, strategies: [{{ticket: default}}]}}]\n")
}

#[test]
fn every_rule_set_at_hand_validates() {
    let validator = validator(&rule_set_schema());
    validates(&validator, &yaml(&std::fs::read_to_string(path("tests/rulesets/example.yaml")).unwrap()));
    let mut seen = 0;
    for folder in ["tests/rulesets", "examples"] {
        for file in std::fs::read_dir(path(folder)).unwrap().map(|entry| entry.unwrap().path()) {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            if file.extension().is_some_and(|ending| ending == "yaml") && text.lines().any(|line| line.starts_with("triggerfish:")) {
                validates(&validator, &yaml(&text));
                seen += 1;
            }
        }
    }
    assert!(seen > 0);
}

#[test]
fn forms_that_load_validate() {
    let validator = validator(&rule_set_schema());
    let lines = [
        "name: 8\norg: acme\nmax_options: 3\ncooldown: 90",
        "enabled: false\nwhen: true\nmin_confidence: 0.5",
        "lists: { a: [x, 1, true], b: [] }\ndefine: { c: 1, d: 'domain IN a OR domain IN b OR c' }\nwhen: d",
        "calendars: { c: { timezone: UTC, hours: { 'Mon - Fri, sun': ['08:00 - 24:00'], sat: '09:00-10:00' }, holidays: { 12-24/01-02: 2 }, overrides: { 2026-12-31: } } }",
        "context: { type: object, properties: { plan: { type: string } } }",
        "context: { extends: none, attributes: { plan: { type: enum, values: [a, b] }, 'list': 'list< map<text> >' } }",
        "default_locale: pt_BR\nentry_label: { pt-br: Ajuda, EN: Help }",
        "integrations: { a: { mode: api, system: aws_connect, queue: 7 } }\ncategories: [{ key: 1, items: [{ key: b, label: B, priority: 'IF bot.resolved THEN \"low\" ELSE \"high\"', strategies: [{ agent: a, file_ticket: , gather: [{ name: x, ask: X, value: domain }] }] }] }]",
        "categories: [{ key: a, domain: [IT, HR], items: [{ key: b, label: B, strategies: [{ bot: { id: x } }] }, { key: c, label: C, strategies: [{ channel: { platform: irc, id: '#a', message: b } }] }] }]",
        "categories: [{ key: a, items: [{ key: b, label: B, strategies: [{ ticket: { mode: rich, form: f } }] }, { key: c, label: C, strategies: [{ url: { url: 'https://a.example/', params: { a: 1 }, expires_after: 5m } }] }] }]",
        "notify: [{ via: email, events: [a, b] }]\nflags: [{ flag: a }]\ntexts: { ended: Bye }\ntests: [{ name: a, now: 5, context: {}, expect: { state: fallback } }]",
    ];
    for lines in lines {
        let text = rule_set(lines);
        RuleSet::parse(&text, Format::Yaml).unwrap_or_else(|error| panic!("{text}\n{error}"));
        validates(&validator, &yaml(&text));
    }
}

#[test]
fn what_the_reader_refuses_for_its_form_does_not_validate() {
    let validator = validator(&rule_set_schema());
    let item = |rest: &str| format!("categories: [{{ key: c, items: [{{ key: a, label: A, {rest} }}] }}]");
    let strategy = |rest: &str| item(&format!("strategies: [{{ {rest} }}]"));
    let many = vec!["{ ticket: default }"; 17].join(", ");
    let lines = [
        "nmae: acme".to_owned(),
        "max_options: 0".to_owned(),
        "min_confidence: 2".to_owned(),
        "cooldown: 5 minutes".to_owned(),
        "when: [a]".to_owned(),
        "enabled: 'yes'".to_owned(),
        "define: { else: domain }".to_owned(),
        "lists: { a: { file: a, path: b } }".to_owned(),
        "calendars: { a: { hours: {} } }".to_owned(),
        "calendars: { a: { timezone: UTC, hours: { daily: [] } } }".to_owned(),
        "calendars: { a: { timezone: UTC, overrides: { 2026-13-01: [] } } }".to_owned(),
        "integrations: { a: { mode: fax, system: glia } }".to_owned(),
        "integrations: { a: { mode: broker, system: gila, queue: a } }".to_owned(),
        "integrations: { a: { mode: broker, system: glia } }".to_owned(),
        "integrations: { a: { mode: broker, system: glia, queue: a, url: 'https://a.example/' } }".to_owned(),
        "texts: { greeting: Hello }".to_owned(),
        "tests: [{ name: a, context: {}, expect: { state: open } }]".to_owned(),
        "context: { attributes: { a: txet } }".to_owned(),
        "context: { attribtues: {} }".to_owned(),
        "always: [{ key: a, offer: help }]".to_owned(),
        "entry_label: { english: { a: b } }".to_owned(),
        item("strategies: []"),
        item(&format!("strategies: [{many}]")),
        item("presentation: modal, strategies: [{ ticket: default }]"),
        strategy("when: bot.resolved"),
        strategy("ticket: default, url: 'https://a.example/'"),
        strategy("ticket: rich"),
        strategy("ticket: { mode: rich }"),
        strategy("ticket: { form: a }"),
        strategy("bot: { context: {} }"),
        strategy("bot: { url: 'https://a.example/', id: a }"),
        strategy("ticket: default, message: a, guidance: b"),
        strategy("ticket: default, short_description_prefix: a"),
        strategy("email_form: { to: a@b.example, attachments: { max: 5 } }"),
        strategy("email_form: { to: a@b.example, attachments: { max: 5, max_size: large } }"),
        strategy("ticket: default, if_unanswered: { after: 5m }"),
        strategy("ticket: default, gather: [{ name: a, ask: b }]"),
    ];
    for lines in lines {
        let text = rule_set(&lines);
        assert!(RuleSet::parse(&text, Format::Yaml).is_err(), "{text} loads");
        assert!(!validator.is_valid(&yaml(&text)), "{text} validates");
    }
    let live = "triggerfish: 1\nintegrations: { a: { mode: api, system: glia, queue: b } }\notherwise: [{ key: c, label: C, strategies: [{ agent: a }] }]\n";
    assert!(RuleSet::parse(live, Format::Yaml).is_err() && !validator.is_valid(&yaml(live)));
    for text in ["triggerfish: 1", "otherwise: [{ key: a, label: A, strategies: [{ ticket: default }] }]", "triggerfish: 2\notherwise: []", "[]"] {
        assert!(RuleSet::parse(text, Format::Yaml).is_err() && !validator.is_valid(&yaml(text)), "{text}");
    }
}

/// The examples of the codes: a mistake of form is one for the schema as well, what mends it validates.
#[test]
fn examples_of_diagnostic_codes_are_judged_alike() {
    let validator = validator(&rule_set_schema());
    let of_form = [Code::UnknownKey, Code::WrongShape, Code::MissingKey, Code::BadCalendar, Code::BadDeclaration];
    let mut refused = BTreeSet::new();
    for code in Code::ALL.iter().filter(|code| code.example().schema == ExampleSchema::RuleSet) {
        let example = code.example();
        if *code != Code::UnreadableFile && !validator.is_valid(&yaml(&example.rule.to_string())) {
            refused.insert(*code);
        }
        if RuleSet::parse(example.better, Format::Yaml).is_ok() {
            validates(&validator, &yaml(example.better));
        }
    }
    assert_eq!(refused, BTreeSet::from(of_form));
}

// ---- decisions

const SET: &str = r#"
triggerfish: 1
name: acme
entry_label: "{{ IF $OPEN('desk') THEN 'Chat' ELSE 'Ticket' }}"
default_locale: en
cooldown: 5m
org: [acme]
when: NOT bot.resolved
define: { is_vip: '"VIP" IN user.user_tags' }
calendars: { desk: { timezone: UTC, hours: { mon-fri: ["08:00-18:00"] } } }
integrations:
  a_url: { mode: url, system: genesys, url: "https://chat.example/", params: { d: "{{ domain }}" }, accepts_utterance: true, expires_after: 15m }
  a_broker: { mode: broker, system: amazon_connect, queue: it, accepts_utterance: true, context: { domain: "{{ domain }}" } }
  a_api: { mode: api, system: vayusphere, queue: hr }
  a_channel: { mode: channel, system: slack, channel: C1, message: "{{ utterance }}" }
categories:
  - key: it
    domain: IT
    items:
      - key: chat
        label: { en: Chat, de: Plaudern }
        description: With a person
        action: Request live agent
        priority: '"urgent"'
        presentation: popup
        strategies:
          - agent: a_broker
            when: $OPEN("desk") AND is_vip
            file_ticket: { short_description_prefix: "[Chat] " }
            gather: [{ name: a, ask: A?, value: conversation.id, required: true }, { name: b, ask: B?, value: conversation.id }]
            pre_handoff: Offer the article first
            message: Connecting you
            summarize: true
            expected_reply: 2m
            if_unanswered: { after: 2m, then: rich }
          - { agent: a_url, when: is_vip }
          - { agent: a_api, when: bot.attempts > 2 }
          - { agent: a_channel, guidance: Say hello, message: , if_unanswered: { then: room } }
      - key: rich
        label: Rich ticket
        description: With a form
        strategies: [{ ticket: { mode: rich, form: it_incident } }]
      - key: room
        label: Room
        when: $INTEGER(user.role) > 1
        strategies: [{ channel: { platform: slack, id: C2, message: "{{ utterance }}" }, message: Hello }]
      - { key: off, label: Off, enabled: false, strategies: [{ ticket: default }] }
  - key: hr
    domain: HR
    items:
      - { key: mail, label: Mail, strategies: [{ email: { to: hr@acme.example, body: "{{ utterance }}" } }] }
      - { key: page, label: Page, strategies: [{ url: { url: "https://hr.example/{{ user.office }}", expires_after: 1h } }] }
      - { key: who, label: Who, strategies: [{ person: { platform: slack, handle: "@hr" } }] }
      - { key: bot_url, label: Bot, strategies: [{ bot: { url: "https://bots.example/", context: { site: "{{ user.office }}" } } }] }
      - { key: bot_id, label: Bot, strategies: [{ bot: { id: hr_bot } }] }
      - { key: plain, label: Ticket, strategies: [{ ticket: default }] }
      - { key: again, label: Again, strategies: [{ ticket: default }] }
always:
  - { key: billing, topics: [billing], keywords: [chargeback], offer: [mail] }
otherwise:
  - { key: leave, label: Leave us a message, strategies: [{ email_form: { to: help@acme.example, attachments: { max: 5, max_size: 10MB } } }] }
notify: [{ when: is_vip, via: [email], events: requests }]
flags: [{ flag: vip, when: is_vip }, { flag: all }]
texts: { connecting: { en: Connecting, de: Verbinde }, handed_back: Back }
"#;

/// 2026-11-23, a Monday, 10:00 in UTC.
const MONDAY: i64 = 1_795_428_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds).unwrap()
}

/// What was seen of decisions: `state offered`, `kind agent broker`.
fn seen(decision: &Value, seen: &mut BTreeSet<String>) {
    seen.insert(format!("state {}", decision["state"].as_str().unwrap()));
    for option in decision["options"].as_array().unwrap() {
        seen.insert(format!("kind {} {}", option["kind"].as_str().unwrap(), option["mode"].as_str().unwrap_or("")).trim_end().to_owned());
    }
}

#[test]
fn every_decision_validates() {
    let validator = validator(&decision_schema());
    let set = RuleSet::parse(SET, Format::Yaml).unwrap_or_else(|error| panic!("{error}"));
    let off = RuleSet::parse(&format!("{SET}enabled: false\n"), Format::Yaml).unwrap();
    let vip = json!(["VIP"]);
    let contexts = [
        json!({ "domain": "IT", "user": { "user_tags": vip, "role": "x" }, "utterance": "my laptop", "language": { "preferred": "de" } }),
        json!({ "domain": "IT", "user": { "role": "7" }, "bot": { "attempts": 3 } }),
        json!({ "domain": "IT", "user": { "user_tags": [] } }),
        json!({ "domain": "HR", "user": { "office": "Rome" }, "bot": { "results": [{ "title": "A", "url": "https://a.example/" }] } }),
        json!({ "domain": "HR", "conversation": { "handed_back_at": MONDAY - 60 } }),
        json!({ "utterance": "a chargeback!" }),
        json!({ "conversation": { "state": "human" } }),
        json!({ "bot": { "resolved": true } }),
        json!({ "org": "other" }),
        json!({}),
        json!([]),
    ];
    let mut found = BTreeSet::new();
    for context in contexts {
        for (set, now) in [(&set, MONDAY), (&set, MONDAY + 12 * 3600), (&off, MONDAY)] {
            for level in TraceLevel::ALL {
                let decision = serde_json::to_value(set.decide_json_traced(context.to_string().as_bytes(), at(now), level)).unwrap();
                assert_eq!(decision.get("trace").is_some(), level != TraceLevel::None);
                validates(&validator, &decision);
                seen(&decision, &mut found);
            }
        }
    }
    let expected = [
        "kind agent api",
        "kind agent broker",
        "kind agent channel",
        "kind agent url",
        "kind bot",
        "kind channel",
        "kind email",
        "kind email_form",
        "kind person",
        "kind ticket default",
        "kind ticket rich",
        "kind url",
        "state already_with_human",
        "state cooling_down",
        "state disabled",
        "state fallback",
        "state invalid_context",
        "state not_needed",
        "state offered",
    ];
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn a_decision_with_anything_else_does_not_validate() {
    let validator = validator(&decision_schema());
    let set = RuleSet::parse(SET, Format::Yaml).unwrap();
    let context = json!({ "domain": "IT", "user": { "user_tags": ["VIP"] } });
    let good = serde_json::to_value(set.decide_json_traced(context.to_string().as_bytes(), at(MONDAY), TraceLevel::Full)).unwrap();
    validates(&validator, &good);
    let wrong: [(&str, Value); 9] = [
        ("/state", json!("open")),
        ("/options/0/rank", json!(0)),
        ("/options/0/kind", json!("url")),
        ("/options/0/mode", json!("channel")),
        ("/options/0/context", json!({ "a": 1 })),
        ("/options/0/priority", json!("top")),
        ("/ruleset/digest", json!("md5:1")),
        ("/trace/items/0/outcome", json!("maybe")),
        ("/now", Value::Null),
    ];
    for (pointer, value) in wrong {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&bad), "{pointer}");
    }
    for pointer in ["", "/options/0", "/ruleset", "/fallbacks/rich", "/trace", "/trace/items/0", "/texts", "/options/0/file_ticket"] {
        let mut bad = good.clone();
        bad.pointer_mut(pointer).unwrap().as_object_mut().unwrap().insert("surprise".to_owned(), json!(1));
        assert!(!validator.is_valid(&bad), "{pointer}");
        let mut bad = good.clone();
        let members = bad.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
        if pointer != "/texts" {
            members.remove(["item", "name", "ruleset", "locale", "description"].into_iter().find(|key| members.contains_key(*key)).unwrap());
            assert!(!validator.is_valid(&bad) || pointer == "/options/0/file_ticket", "{pointer}");
        }
    }
}

// ---- any context

fn one_of<'v>(u: &mut Unstructured<'_>, values: &'v [Value]) -> Drawn<&'v Value> {
    u.choose(values)
}

fn context(u: &mut Unstructured<'_>) -> Drawn<Value> {
    let odd = [json!(null), json!(7), json!(""), json!([1]), json!({ "a": "b" }), json!("\u{202e}\n\"x\""), json!(true), json!("VIP")];
    let mut context = json!({});
    let paths: [(&[&str], Vec<Value>); 11] = [
        (&["domain"], vec![json!("IT"), json!("hr ")]),
        (&["org"], vec![json!("acme"), json!("x")]),
        (&["utterance"], vec![json!("chargeback now"), json!("x".repeat(300))]),
        (&["user", "user_tags"], vec![json!(["VIP"]), json!([])]),
        (&["user", "role"], vec![json!("7"), json!("x")]),
        (&["user", "office"], vec![json!("a/b?c"), json!("..")]),
        (&["bot", "attempts"], vec![json!(3)]),
        (&["bot", "resolved"], vec![json!(true), json!(false)]),
        (&["conversation", "state"], vec![json!("human"), json!("bot")]),
        (&["conversation", "handed_back_at"], vec![json!(MONDAY - 5)]),
        (&["language", "preferred"], vec![json!("de-CH"), json!("fr")]),
    ];
    for (path, values) in &paths {
        let value = match u.int_in_range(0..=5)? {
            0..=2 => continue,
            3 | 4 => one_of(u, values)?,
            _ => one_of(u, &odd)?,
        };
        let mut place = &mut context;
        for name in *path {
            place = &mut place[*name];
        }
        *place = value.clone();
    }
    Ok(context)
}

#[test]
fn whatever_the_context_the_decision_validates() {
    let validator = validator(&decision_schema());
    let set = RuleSet::parse(SET, Format::Yaml).unwrap();
    let mut found = BTreeSet::new();
    arbtest::arbtest(|u| {
        let context = context(u)?;
        let (level, now) = (*u.choose(&TraceLevel::ALL)?, MONDAY + i64::from(u.int_in_range(0..=200_u8)?) * 3600);
        let decision = serde_json::to_value(set.decide_json_traced(context.to_string().as_bytes(), at(now), level)).unwrap();
        validates(&validator, &decision);
        seen(&decision, &mut found);
        Ok(())
    })
    .budget_ms(1_500);
    assert!(found.len() > 6, "only {found:?}");
}

// ---- contexts

#[test]
fn the_context_schema_is_that_of_the_rule_set() {
    let set = RuleSet::parse(
        &rule_set("context: { strict: true, attributes: { user.custom_attributes.is_fte: bool, plan: { type: enum, values: [a] } } }"),
        Format::Yaml,
    )
    .unwrap();
    let schema = set.context_schema();
    let validator = validator(&schema);
    assert!(schema["title"].is_string() && schema["description"].is_string());
    validates(&validator, &json!({ "plan": "a", "user": { "custom_attributes": { "is_fte": true } } }));
    for bad in [json!({ "plan": "b" }), json!({ "user": { "custom_attributes": { "is_fte": 1 } } }), json!([])] {
        assert!(!validator.is_valid(&bad) && (bad.is_object() || set.bind_json(bad.to_string().as_bytes()).is_err()), "{bad}");
    }
    assert_eq!(context_schema(&Schema::builtin())["properties"]["plan"], Value::Null);
}
