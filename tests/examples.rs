//! The files under `examples/` stay valid: rules compile strictly and without a warning, contexts bind, and every rule tells some of them apart; rule sets
//! load without a warning, their tests pass and show everything, and what they decide is written down in `tests/rulesets/*.golden.ndjson`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

#[cfg(feature = "handoff")]
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use triggerfish::schema::Schema;
use triggerfish::{Engine, Rule, Timestamp};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The examples with an ending.
fn files(ending: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(example("")).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|extension| extension == ending)).collect();
    assert!(!files.is_empty());
    files
}

fn rules() -> Vec<PathBuf> {
    files("rule")
}

fn matching(rule: &Rule) -> (usize, usize) {
    let contexts = read(&example("contexts.ndjson"));
    let verdicts = contexts.lines().map(|line| {
        let context = rule.bind_json(line.as_bytes()).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(context.warnings(), [], "{line}");
        rule.matches(&context, Timestamp::EPOCH).unwrap()
    });
    let (matching, others): (Vec<bool>, Vec<bool>) = verdicts.partition(|matches| *matches);
    (matching.len(), others.len())
}

#[test]
fn every_rule_matches_some_of_the_contexts_without_a_schema() {
    for path in rules() {
        let rule = Rule::compile(&read(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (matching, others) = matching(&rule);
        assert!(matching > 0 && others > 0, "{} matches {matching}, others {others}", path.display());
        assert_eq!(matching + others, 20);
    }
}

#[test]
fn sales_it_needs_no_more_than_the_built_in_attributes() {
    let schema = Schema { strict: true, ..Schema::builtin().as_ref().clone() };
    let rule = Engine::new().with_schema(schema).compile(&read(&example("sales_it.rule"))).unwrap();
    assert_eq!(rule.diagnostics(), []);
    assert!(rule.cannot_fail());
    assert_eq!(matching(&rule), (4, 16));
}

#[test]
#[cfg(feature = "yaml")]
fn every_rule_fits_the_schema_beside_it_strictly() {
    use triggerfish::Limits;
    use triggerfish::schema::Format;

    let schema = Schema::read(read(&example("schema.yaml")), Format::Yaml, &Limits::default()).unwrap();
    assert!(schema.strict);
    let engine = Engine::new().with_schema(schema);
    for path in rules() {
        let rule = engine.compile(&read(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(rule.diagnostics(), [], "{}", path.display());
        assert!(rule.cannot_fail(), "{}", path.display());
        let (matching, others) = matching(&rule);
        assert!(matching > 0 && others > 0, "{} matches {matching}, others {others}", path.display());
    }
}

#[cfg(feature = "handoff")]
#[expect(clippy::indexing_slicing, reason = "a test fails by panicking")]
mod rule_sets {
    use std::collections::BTreeSet;
    use std::fmt::Write;
    use std::thread;

    use serde_json::{Value as Json, json};
    use triggerfish::handoff::decision::{State, TicketMode};
    use triggerfish::handoff::systems::{Mode, SYSTEMS};
    use triggerfish::handoff::trace::TraceLevel;
    use triggerfish::{Decision, RuleSet, Timestamp};

    use super::support::{assert_golden, path};
    use super::{example, read};

    const RULE_SETS: [&str; 4] = ["acme", "live_agents", "global", "conversations"];

    fn load(name: &str) -> RuleSet {
        RuleSet::from_file(example(&format!("{name}.yaml"))).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The contexts beside `acme.yaml` with the times that they tell.
    fn acme_contexts() -> Vec<(Json, Timestamp)> {
        let lines = read(&example("acme.contexts.ndjson"));
        let contexts = lines.lines().map(|line| serde_json::from_str::<Json>(line).unwrap_or_else(|error| panic!("{line}: {error}")));
        contexts
            .map(|context| {
                let now = triggerfish::value::parse_time(context["now"].as_str().unwrap()).unwrap();
                (context, now)
            })
            .collect()
    }

    fn to_json(decision: &Decision) -> String {
        serde_json::to_string(decision).unwrap()
    }

    #[test]
    fn every_rule_set_is_formatted() {
        for name in RULE_SETS.iter().chain(&["starter"]) {
            let text = read(&example(&format!("{name}.yaml")));
            let formatted = triggerfish::handoff::format(&text, triggerfish::schema::Format::Yaml, &triggerfish::Limits::default()).unwrap();
            assert!(formatted == text, "{name}: run `triggerfish fmt`");
        }
    }

    #[test]
    fn every_rule_set_loads_without_a_warning_and_is_named_like_its_file() {
        let found: BTreeSet<String> = super::files("yaml").iter().map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
        let known: BTreeSet<String> = RULE_SETS.iter().chain(&["schema", "starter"]).map(|name| (*name).to_owned()).collect();
        assert_eq!(found, known);
        for name in RULE_SETS {
            let set = load(name);
            assert_eq!(set.warnings(), [], "{name}");
            assert_eq!(set.name(), name);
            assert!(set.change_note().is_some(), "{name}");
        }
    }

    #[test]
    fn the_tests_beside_the_rules_pass_and_show_everything() {
        for name in RULE_SETS {
            let report = load(name).run_tests();
            for test in &report.tests {
                assert_eq!(test.differences, [], "{name}: {}", test.name);
            }
            assert!(report.uncovered.is_empty(), "{name}: {:?}", report.uncovered);
        }
    }

    /// What is written down of an example: one decision a line, with the context or the test that it is about.
    fn written(name: &str) -> String {
        let set = load(name);
        let mut lines = String::new();
        if name == "acme" {
            for (context, now) in acme_contexts() {
                let decision = set.decide_json(context.to_string().as_bytes(), now);
                writeln!(lines, "{{\"context\":{},\"decision\":{}}}", context["id"], to_json(&decision)).unwrap();
            }
        } else {
            for test in set.run_tests().tests {
                writeln!(lines, "{{\"test\":{},\"decision\":{}}}", json!(test.name), to_json(&test.decision)).unwrap();
            }
        }
        lines
    }

    #[test]
    fn decisions_are_those_that_are_written_down() {
        for name in RULE_SETS {
            assert_golden(&path(&format!("tests/rulesets/{name}.golden.ndjson")), &written(name));
        }
    }

    /// Every decision that is written down.
    fn golden() -> Vec<Json> {
        let texts = RULE_SETS.map(written);
        texts.iter().flat_map(|text| text.lines()).map(|line| serde_json::from_str::<Json>(line).unwrap()["decision"].take()).collect()
    }

    /// Every option, those that stand in included.
    fn options(decisions: &[Json]) -> impl Iterator<Item = &Json> {
        decisions.iter().flat_map(|decision| {
            let offered = decision["options"].as_array().into_iter().flatten();
            offered.chain(decision["fallbacks"].as_object().into_iter().flat_map(|fallbacks| fallbacks.values()))
        })
    }

    /// The texts that a member has, wherever it is one.
    fn texts<'d>(options: impl Iterator<Item = &'d Json>, member: &str) -> BTreeSet<String> {
        options.filter_map(|option| option[member].as_str()).map(str::to_owned).collect()
    }

    fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> BTreeSet<String> {
        names.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn the_decisions_that_are_written_down_show_all_that_a_decision_can_say() {
        let decisions = golden();
        assert_eq!(texts(decisions.iter(), "state"), names(State::ALL.map(State::name)));
        let kinds = ["ticket", "agent", "url", "email", "channel", "person", "bot", "email_form"];
        assert_eq!(texts(options(&decisions), "kind"), names(kinds));
        assert_eq!(texts(options(&decisions), "system"), names(SYSTEMS.iter().map(|system| system.name)));
        let modes = |kind: &'static str| texts(options(&decisions).filter(move |option| option["kind"] == kind), "mode");
        assert_eq!(modes("agent"), names(Mode::ALL.map(Mode::name)));
        let ticket_modes = [TicketMode::Default, TicketMode::Rich].map(|mode| json!(mode));
        assert_eq!(modes("ticket"), names(ticket_modes.iter().filter_map(Json::as_str)));
        assert_eq!(texts(options(&decisions), "presentation"), names(["inline", "popup", "pinned"]));

        let pairs: BTreeSet<(String, String)> =
            options(&decisions).filter_map(|option| Some((option["system"].as_str()?.to_owned(), option["mode"].as_str()?.to_owned()))).collect();
        for (system, mode) in [("beyondtrust", "url"), ("beyondtrust", "api"), ("servicenow", "url"), ("servicenow", "broker"), ("genesys", "api")] {
            assert!(pairs.contains(&(system.to_owned(), mode.to_owned())), "{system} by {mode}");
        }
    }

    #[test]
    fn every_optional_member_occurs_in_a_decision_that_is_written_down() {
        let decisions = golden();
        let says = |value: &Json| !(value.is_null() || value == &json!(false) || value == &json!([]) || value == &json!({}) || value == &json!(""));
        for member in ["entry_label", "options", "fallbacks", "fallback_used", "notify", "flags", "texts", "errors"] {
            assert!(decisions.iter().any(|decision| says(&decision[member])), "no decision has `{member}`");
        }
        let of_options = [
            "category",
            "category_label",
            "item_description",
            "action",
            "file_ticket",
            "priority",
            "pre_handoff",
            "message",
            "handoff_message",
            "guidance",
            "gather_missing",
            "expected_reply_s",
            "if_unanswered",
            "want_summary",
            "expires_at",
            "form",
            "short_description",
            "description",
            "work_notes",
            "url",
            "to",
            "subject",
            "body",
            "requires",
            "attachments",
            "platform",
            "id",
            "handle",
            "context",
            "queue",
            "utterance",
            "integration",
        ];
        for member in of_options {
            assert!(options(&decisions).any(|option| says(&option[member])), "no option has `{member}`");
        }
        let inner = ["/if_unanswered/after_s", "/gather_missing/1/required", "/attachments/max_size_bytes", "/file_ticket/work_notes"];
        for pointer in inner {
            assert!(options(&decisions).any(|option| option.pointer(pointer).is_some()), "no option has `{pointer}`");
        }
    }

    #[test]
    fn no_member_of_a_decision_stands_there_twice() {
        let rule = triggerfish::Rule::compile("$PARSE_JSON(text)").unwrap();
        for line in RULE_SETS.map(written).iter().flat_map(|text| text.lines()) {
            let context = rule.bind_json(json!({ "text": line }).to_string().as_bytes()).unwrap();
            assert!(rule.evaluate(&context, Timestamp::EPOCH).is_ok(), "a key stands twice in {line}");
        }
    }

    // ---- the same bytes

    /// JSON with the keys of all maps in descending order: `serde_json` writes them in ascending order.
    fn reversed(value: &Json) -> String {
        match value {
            Json::Object(members) => {
                let members: Vec<String> = members.iter().rev().map(|(key, value)| format!("{}: {}", json!(key), reversed(value))).collect();
                format!("{{{}}}", members.join(", "))
            }
            Json::Array(items) => format!("[{}]", items.iter().map(reversed).collect::<Vec<_>>().join(",")),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => value.to_string(),
        }
    }

    #[test]
    fn the_same_context_gives_the_same_bytes_on_every_thread() {
        let set = load("acme");
        let decide = |set: &RuleSet| -> Vec<String> {
            acme_contexts().iter().map(|(context, now)| to_json(&set.decide_json_traced(context.to_string().as_bytes(), *now, TraceLevel::Full))).collect()
        };
        let expected = decide(&set);
        thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    let shared = set.clone();
                    scope.spawn(move || decide(&shared))
                })
                .collect();
            for thread in threads {
                assert!(thread.join().unwrap() == expected);
            }
        });
        assert!(decide(&load("acme")) == expected, "another load of the same file decides the same");
    }

    #[test]
    fn the_order_of_keys_in_a_context_does_not_matter() {
        let set = load("acme");
        for (context, now) in acme_contexts() {
            let other = reversed(&context);
            assert_ne!(other, context.to_string());
            let [one, other] = [context.to_string(), other].map(|text| to_json(&set.decide_json_traced(text.as_bytes(), now, TraceLevel::Full)));
            assert_eq!(one, other);
        }
    }

    #[test]
    fn it_matters_only_where_a_map_is_turned_into_text() {
        use triggerfish::schema::Format;

        let text = r#"
triggerfish: 1
categories:
  - { key: it, items: [{ key: ticket, label: Ticket, strategies: [{ ticket: { description: "{{ user.custom_attributes }}" } }] }] }
otherwise:
  - { key: help, label: Help, strategies: [{ url: "https://help.example/" }] }
"#;
        let set = RuleSet::parse(text, Format::Yaml).unwrap_or_else(|error| panic!("{error}"));
        let description = |context: &str| {
            let decision = serde_json::to_value(set.decide_json(context.as_bytes(), Timestamp::EPOCH)).unwrap();
            decision["options"][0]["description"].as_str().unwrap().to_owned()
        };
        assert_eq!(description(r#"{"user": {"custom_attributes": {"b": 1, "a": 2}}}"#), r#"{"b":1,"a":2}"#);
        assert_eq!(description(r#"{"user": {"custom_attributes": {"a": 2, "b": 1}}}"#), r#"{"a":2,"b":1}"#);
    }
}
