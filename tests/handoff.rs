//! Rule sets as a library sees them: traces, explanations, comparisons, tests beside the rules, limits.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

mod support;

use std::fmt::Write;

use serde_json::json;
use triggerfish::handoff::Loader;
use triggerfish::handoff::compare::Comparison;
use triggerfish::schema::Format;
use triggerfish::{Decision, Limits, LoadError, RuleSet, Timestamp, TraceLevel};

const OTHERWISE: &str = "otherwise: [{ key: help, label: Help, strategies: [{ url: 'https://help.example/' }] }]\n";

/// A rule set with something to say and the last resort.
fn set(text: &str) -> RuleSet {
    try_set(text).unwrap_or_else(|error| panic!("{error}"))
}

fn try_set(text: &str) -> Result<RuleSet, LoadError> {
    RuleSet::parse(&format!("triggerfish: 1\n{text}\n{OTHERWISE}"), Format::Yaml)
}

fn at(time: &str) -> Timestamp {
    let time: jiff::Timestamp = time.parse().unwrap();
    Timestamp::from_micros(time.as_microsecond()).unwrap()
}

fn decide(set: &RuleSet, context: serde_json::Value) -> Decision {
    set.decide(&context, at("2026-11-23T09:00:00Z"))
}

fn items(decision: &Decision) -> Vec<&str> {
    decision.options.iter().map(|option| option.option.item.as_str()).collect()
}

const CHAT: &str = r#"
define: { staffed: agents.desk.available > 0 }
calendars: { desk: { timezone: Europe/Berlin, hours: { mon-fri: ["08:00-18:00"] } } }
integrations: { chat: { mode: broker, system: glia, queue: it } }
categories:
  - key: it
    domain: IT
    items:
      - key: chat
        label: Chat with IT
        when: user.department == "Sales" AND user.email_addr.$ENDS_WITH("@acme.example")
        strategies: [{ agent: chat, when: '$OPEN("desk") AND staffed' }]
"#;

#[test]
fn a_rule_set_is_shared_between_threads() {
    fn shared<T: Send + Sync + Clone>(_: &T) {}
    let set = set(CHAT);
    shared(&set);
    let context = br#"{"domain": "IT"}"#;
    let expected = serde_json::to_vec(&set.decide_json(context, Timestamp::EPOCH)).unwrap();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let set = set.clone();
            std::thread::spawn(move || serde_json::to_vec(&set.decide_json(context, Timestamp::EPOCH)).unwrap())
        })
        .collect();
    assert!(threads.into_iter().all(|thread| thread.join().unwrap() == expected), "the same bytes everywhere");
}

#[test]
fn a_trace_changes_nothing_and_hides_personal_data() {
    let set = set(CHAT);
    let context = json!({"domain": "IT", "user": {"department": "Sales", "email_addr": "secret@acme.example"}, "agents": {"desk": {"available": 1}}});
    let now = at("2026-11-23T09:00:00Z");
    let plain = set.decide_traced(&context, now, TraceLevel::None);
    for level in TraceLevel::ALL {
        let mut traced = set.decide_traced(&context, now, level);
        let trace = traced.trace.take();
        assert_eq!(traced, plain);
        assert_eq!(trace.is_some(), level != TraceLevel::None);
        let text = serde_json::to_string(&trace).unwrap();
        assert!(!text.contains("secret"), "{text}");
        assert_eq!(text.contains("hidden"), level != TraceLevel::None);
    }
    assert_eq!(items(&plain), ["chat"]);
    assert!(!plain.options[0].option.because.contains("secret"));
}

#[test]
fn a_full_trace_points_into_the_file() {
    let set = set(CHAT);
    let decision = set.decide_traced(&json!({"domain": "IT", "user": {"department": "HR"}}), Timestamp::EPOCH, TraceLevel::Full);
    let trace = decision.trace.unwrap();
    let chat = trace.items.iter().find(|item| item.item == "chat").unwrap();
    assert_eq!(chat.because, "user.department is HR, not Sales");
    let when = chat.when.as_ref().unwrap();
    let [start, end] = when.span.unwrap().map(|at| at as usize);
    assert_eq!(&set.source()[start..end], when.source.as_deref().unwrap());
    assert_eq!((when.at.as_str(), when.outcome.as_str()), ("chat.when", "false"));
    assert_eq!(when.values.iter().map(|value| (value.attribute.as_str(), value.value.as_str())).collect::<Vec<_>>(), [("user.department", "HR")]);
    assert!(when.parts.iter().any(|part| part.gave == "not evaluated"));
}

#[test]
fn an_explanation_is_what_was_agreed() {
    let set = set(&format!(
        "name: acme\ncontext: {{ attributes: {{ agents.fast.available: {{ type: integer, max_age: 60s }} }} }}\n{CHAT}{}{}",
        "      - { key: ticket, label: File a ticket, when: 'bot.attempts >= 2', strategies: [{ ticket: default }] }\n",
        "      - { key: fast, label: Fast lane, when: agents.fast.available > 0, strategies: [{ url: 'https://fast.example/' }] }\n",
    ));
    let staff = json!({"department": "Sales", "email_addr": "a@acme.example"});
    let contexts = [
        ("another domain", json!({"domain": "HR", "user": staff, "agents": {"desk": {"available": 1}}}), "2026-11-23T09:00:00Z"),
        (
            "another department",
            json!({"domain": "IT", "user": {"department": "HR", "email_addr": "a@acme.example"}, "agents": {"desk": {"available": 1}}}),
            "2026-11-23T09:00:00Z",
        ),
        ("at night", json!({"domain": "IT", "user": staff, "agents": {"desk": {"available": 1}}, "bot": {"attempts": 2}}), "2026-11-22T23:00:00Z"),
        ("nobody there", json!({"domain": "IT", "user": staff, "agents": {"desk": {"available": 0}}}), "2026-11-23T09:00:00Z"),
        (
            "stale live data",
            json!({"domain": "IT", "user": staff, "agents": {"fast": {"available": 1, "as_of": "2026-11-23T08:58:00Z"}}}),
            "2026-11-23T09:00:00Z",
        ),
        ("two things at once", json!({"domain": "HR", "user": {"department": "HR"}}), "2026-11-23T09:00:00Z"),
        (
            "a person already",
            json!({"domain": "IT", "user": staff, "agents": {"desk": {"available": 1}}, "conversation": {"state": "human"}}),
            "2026-11-23T09:00:00Z",
        ),
        ("no context", json!([]), "2026-11-23T09:00:00Z"),
    ];
    let mut text = String::new();
    for (name, context, now) in contexts {
        let explanation = set.explain_json(context.to_string().as_bytes(), at(now));
        write!(text, "=== {name}\n{explanation}\n").unwrap();
    }
    support::assert_golden(&support::path("tests/rulesets/explanations.golden"), &text);
}

#[test]
fn a_comparison_counts_whose_decision_changes() {
    let old = set("categories: [{ key: it, domain: IT, items: [{ key: a, label: A, strategies: [{ url: 'https://a.example/' }] }] }]");
    let new = set(concat!(
        "categories: [{ key: it, domain: IT, items: [",
        "{ key: a, label: Another, strategies: [{ url: 'https://a.example/' }] }, ",
        "{ key: b, label: B, when: user.department == 'Sales', strategies: [{ url: 'https://b.example/' }] }] }]"
    ));
    let mut comparison = Comparison::default();
    for context in [json!({"domain": "IT", "user": {"department": "Sales"}}), json!({"domain": "IT"}), json!({"domain": "HR"})] {
        comparison.add(&old, &new, "c", context.to_string().as_bytes(), Timestamp::EPOCH);
    }
    assert_eq!((comparison.contexts, comparison.changed, comparison.options_changed), (3, 2, 1));
    let counts = serde_json::to_value(&comparison).unwrap();
    assert_eq!(counts["items"], json!({"a": {"gained": 0, "lost": 0, "altered": 2}, "b": {"gained": 1, "lost": 0, "altered": 0}}));
    assert_eq!(counts["categories"], json!({"it": {"gained": 1, "lost": 0, "altered": 2}}));
    assert_eq!((&counts["domains"], &counts["departments"]), (&json!({"IT": 2}), &json!({"Sales": 1, "(none)": 1})));
    assert_eq!(counts["examples"][0]["after"]["options"], json!(["a", "b"]));
    let mut same = Comparison::default();
    same.add(&old, &old, "c", b"{}", Timestamp::EPOCH);
    assert_eq!((same.contexts, same.changed), (1, 0));
}

#[test]
fn a_test_says_what_differs_and_what_it_has_not_shown() {
    let set = set(concat!(
        "categories: [{ key: it, items: [",
        "{ key: a, label: A, when: domain == 'IT', strategies: [{ url: 'https://a.example/', when: bot.resolved }, { url: 'https://b.example/' }] }] }]\n",
        "tests:\n",
        "  - { name: good, context: { domain: IT }, expect: { options: [a], first: { kind: url } } }\n",
        "  - { name: bad, context: { domain: IT }, expect: { options: [b], absent: [a], fallback: true, state: fallback, first: { kind: agent, x: 1 }, fields: { /options/0/label: B, notify: [1] } } }\n",
    ));
    let report = set.run_tests();
    assert!(!report.passed());
    assert!(report.tests[0].differences.is_empty());
    let what: Vec<&str> = report.tests[1].differences.iter().map(|difference| difference.what.as_str()).collect();
    assert_eq!(what, ["options", "state", "fallback", "absent a", "first.kind", "first.x", "fields./options/0/label", "fields.notify"]);
    assert_eq!(report.uncovered.items, ["help"]);
    assert_eq!(report.uncovered.strategies, ["a.strategies[0]", "help.strategies[0]"]);
    assert_eq!(report.uncovered.never_true, ["a.strategies[0].when"]);
    assert_eq!(report.uncovered.never_false, ["a.when"]);
}

#[test]
fn a_rule_set_reads_the_same_from_a_value() {
    let value = json!({"triggerfish": 1, "name": "x", "otherwise": [{"key": "help", "label": "Help", "strategies": [{"ticket": "default"}]}]});
    let from_value = RuleSet::from_value(&value).unwrap();
    let from_text = RuleSet::parse("triggerfish: 1\nname: x\notherwise: [{key: help, label: Help, strategies: [{ticket: default}]}]", Format::Yaml).unwrap();
    assert_eq!(from_value.digest(), from_text.digest());
    assert_eq!(from_value.name(), "x");
    let broken = RuleSet::from_value(&json!({"triggerfish": 1})).unwrap_err();
    assert!(broken.to_string().contains("`otherwise`"), "{broken}");
}

#[test]
fn a_file_of_a_list_stands_beside_the_rule_set() {
    let folder = std::env::temp_dir().join(format!("triggerfish-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("lists")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write("lists/vips.txt", "# who matters\nAnn\n\n  Bob  \n");
    let text = |file: &str| {
        format!(
            "triggerfish: 1\nlists: {{ vips: {{ file: {file} }} }}\ncategories: [{{ key: it, items: [{{ key: a, label: A, when: user.first_name IN vips, strategies: [{{ ticket: default }}] }}] }}]\n{OTHERWISE}"
        )
    };
    write("good.yaml", &text("lists/vips.txt"));
    let good = RuleSet::from_file(folder.join("good.yaml")).unwrap();
    assert_eq!(good.name(), "good");
    let first = |name: &str| decide(&good, json!({"user": {"first_name": name}})).options[0].option.item.clone();
    assert_eq!(["Ann", "Bob", "# who matters", ""].map(first), ["a", "a", "help", "help"]);
    for (file, reason) in [("../good.yaml", "without `..`"), ("/etc/hostname", "without `..`"), ("nothing.txt", "no such file"), ("lists", "it is a folder")] {
        write("bad.yaml", &text(file));
        let error = RuleSet::from_file(folder.join("bad.yaml")).unwrap_err();
        assert!(error.to_string().contains(reason), "{file}: {error}");
    }
    assert!(RuleSet::from_file(folder.join("none.yaml")).unwrap_err().to_string().contains("cannot be read"));
    std::fs::remove_dir_all(folder).unwrap();
}

// ---- limits, just below and just above

fn many_items(count: usize) -> String {
    let mut text = "categories:\n  - key: it\n    items:\n".to_owned();
    for place in 0..count {
        writeln!(text, "      - {{ key: i{place}, label: L, strategies: [{{ url: 'https://a.example/{place}' }}] }}").unwrap();
    }
    text
}

#[test]
fn a_rule_set_has_at_most_20_000_items() {
    // The entry of `otherwise` is one of them.
    assert_eq!(set(&many_items(19_999)).items().count(), 20_000);
    assert!(try_set(&many_items(20_000)).unwrap_err().to_string().contains("more than 20000 items"));
}

#[test]
fn an_item_has_at_most_16_strategies() {
    let item = |count: usize| {
        let strategies = vec!["{ ticket: default, when: bot.resolved }"; count].join(", ");
        format!("categories: [{{ key: it, items: [{{ key: a, label: A, strategies: [{strategies}] }}] }}]")
    };
    set(&item(16));
    assert!(try_set(&item(17)).unwrap_err().to_string().contains("more than 16 strategies"));
}

#[test]
fn a_rule_set_has_at_most_1_000_calendars() {
    let calendars = |count: usize| {
        let mut text = "calendars:\n".to_owned();
        (0..count).for_each(|place| writeln!(text, "  c{place}: {{ timezone: UTC, hours: {{ mon: ['08:00-09:00'] }} }}").unwrap());
        text
    };
    set(&calendars(1_000));
    assert!(try_set(&calendars(1_001)).unwrap_err().to_string().contains("more than 1000 calendars"));
}

#[test]
fn a_file_has_a_length() {
    let text = format!("triggerfish: 1\n{OTHERWISE}");
    let with = |bytes: usize| Loader::new().with_limits(Limits { ruleset_bytes: bytes, ..Limits::default() }).read(&text, Format::Yaml);
    assert!(with(text.len()).is_ok());
    assert!(with(text.len() - 1).unwrap_err().to_string().contains("longer than"));
}

#[test]
fn a_rendered_text_and_a_decision_have_a_length() {
    let text = "categories: [{ key: it, items: [{ key: a, label: '{{ utterance }}', strategies: [{ ticket: { description: d, short_description: s, work_notes: w } }] }] }]";
    let label = |limits: Limits, length: usize| {
        let set = Loader::new().with_limits(limits).read(&format!("triggerfish: 1\n{text}\n{OTHERWISE}"), Format::Yaml).unwrap();
        let decision = decide(&set, json!({"utterance": "x".repeat(length)}));
        (decision.options[0].option.label.len(), decision.errors.first().map(|fault| fault.kind.clone()))
    };
    let refused = (4, Some("budget_exceeded".to_owned()));
    assert_eq!(label(Limits::default(), 65_536), (65_536, None));
    assert_eq!(label(Limits::default(), 65_537), refused);
    let small = || Limits { decision_bytes: 103, ..Limits::default() };
    assert_eq!(label(small(), 100), (100, None));
    assert_eq!(label(small(), 101), refused);
}

#[test]
fn a_decision_spends_ten_times_what_an_expression_may() {
    let limits = Limits { steps: 100, ..Limits::default() };
    let mut text = "categories:\n  - key: it\n    items:\n".to_owned();
    for place in 0..20 {
        writeln!(text, "      - {{ key: i{place}, label: L, when: 'list.$ANY(x => x == {place})', strategies: [{{ url: 'https://a.example/{place}' }}] }}")
            .unwrap();
    }
    let set = Loader::new().with_limits(limits).read(&format!("triggerfish: 1\n{text}\n{OTHERWISE}"), Format::Yaml).unwrap();
    let decide = |length: usize| decide(&set, json!({"list": vec![-1; length]}));
    assert_eq!(decide(50).errors, [], "twenty times fifty is a thousand");
    let errors = decide(100).errors;
    assert_eq!((errors.len(), errors[0].at.as_str(), errors[0].kind.as_str()), (10, "i10.when", "budget_exceeded"));
    assert_eq!(decide(101).errors.len(), 20, "none may spend more than its own hundred");
}

#[test]
fn a_definition_is_charged_once() {
    let limits = Limits { steps: 100, ..Limits::default() };
    let mut text = "define: { found: 'list.$ANY(x => x == 7)' }\ncategories:\n  - key: it\n    items:\n".to_owned();
    for place in 0..50 {
        writeln!(text, "      - {{ key: i{place}, label: L, when: found, strategies: [{{ url: 'https://a.example/{place}' }}] }}").unwrap();
    }
    let set = Loader::new().with_limits(limits).read(&format!("triggerfish: 1\n{text}\n{OTHERWISE}"), Format::Yaml).unwrap();
    assert_eq!(decide(&set, json!({"list": vec![0; 100]})).errors, []);
}

#[test]
fn errors_are_counted_where_they_are_too_many() {
    let mut text = "categories:\n  - key: it\n    items:\n".to_owned();
    for place in 0..150 {
        writeln!(text, "      - {{ key: i{place}, label: L, when: level < {place}, strategies: [{{ ticket: default }}] }}").unwrap();
    }
    let errors = decide(&set(&text), json!({"level": "x"})).errors;
    assert_eq!((errors.len(), errors[100].message.as_str()), (101, "50 more errors are not listed"));
}
