//! What rule sets cost: `cargo bench --bench rulesets`, or `-- decide/acme` for one workload, `-- --test` to only check the results.
//!
//! An id is `stage/workload/backend`:
//!
//! - `load/1000_items/yaml` and `.../json`: text to a [`RuleSet`] that decides, beside `.../yaml_parse` and `.../json_parse`, the same text to a
//!   `serde_json::Value`;
//! - `decide/acme/bytes`: a thousand JSON texts to decisions, beside `.../summary` and `.../full`, which say why, and `.../serde_json`, the same texts to
//!   `serde_json::Value`s;
//! - `decide/10000_items/bytes`: one JSON text to a decision, where its domain selects fifty items of ten thousand, five of which are offered;
//! - `decide/10000_conditions/bytes`: the same where all items are asked.

#[path = "workloads/event.rs"]
mod event;

use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use serde_json::{Value, json};
use triggerfish::handoff::decision::State;
use triggerfish::schema::Format;
use triggerfish::{RuleSet, Timestamp, TraceLevel};

use event::{EVENTS, events};

const ACME: &str = include_str!("workloads/acme.yaml");

/// Monday 23 November 2026, 09:00 in Berlin.
const NOW: i64 = 1_795_420_800;

/// So many domains share the categories of a large set.
const DOMAINS: usize = 200;
const ITEMS_OF_CATEGORY: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let mut criterion =
        Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_millis(1500)).configure_from_args();
    let now = Timestamp::from_seconds(NOW).ok_or("now is a time")?;
    decide_acme(&mut criterion, now)?;
    decide_large(&mut criterion, "10000_items", true, now)?;
    decide_large(&mut criterion, "10000_conditions", false, now)?;
    for items in [20, 1_000, 10_000] {
        load(&mut criterion, items)?;
    }
    criterion.final_summary();
    Ok(())
}

// ---- loading

fn load(criterion: &mut Criterion, items: usize) -> Result<(), Box<dyn Error>> {
    let yaml = large(items, true);
    let value = parse_yaml(&yaml)?;
    let json = value.to_string();
    let (from_yaml, from_json) = (RuleSet::parse(&yaml, Format::Yaml)?, RuleSet::parse(&json, Format::Json)?);
    assert_eq!(from_yaml.digest(), from_json.digest());
    assert_eq!(from_yaml.items().count(), items + 1);

    let mut group = criterion.benchmark_group(format!("load/{items}_items"));
    group.sample_size(10).throughput(Throughput::Bytes(u64::try_from(yaml.len())?));
    group.bench_function("yaml", |bencher| bencher.iter(|| RuleSet::parse(black_box(&yaml), Format::Yaml)));
    group.bench_function("yaml_parse", |bencher| bencher.iter(|| parse_yaml(black_box(&yaml))));
    group.throughput(Throughput::Bytes(u64::try_from(json.len())?));
    group.bench_function("json", |bencher| bencher.iter(|| RuleSet::parse(black_box(&json), Format::Json)));
    group.bench_function("json_parse", |bencher| bencher.iter(|| serde_json::from_str::<Value>(black_box(&json))));
    group.finish();
    Ok(())
}

/// The parser that the crate stands on, by its own way into `serde`, without a limit on the number of nodes.
fn parse_yaml(text: &str) -> Result<Value, serde_saphyr::Error> {
    serde_saphyr::from_str_with_options(text, serde_saphyr::options! { budget: None })
}

/// A rule set of so many items, ten to a category.
fn large(items: usize, by_domain: bool) -> String {
    let mut text = "triggerfish: 1\nname: large\nmax_options: 5\nintegrations:\n  chat: { mode: broker, system: genesys, queue: it }\ncategories:\n".to_owned();
    for item in 0..items {
        let category = item / ITEMS_OF_CATEGORY;
        if item % ITEMS_OF_CATEGORY == 0 {
            let domain = if by_domain { format!("\n    domain: D{}", category % DOMAINS) } else { String::new() };
            // Writing to a String does not fail.
            let _ = write!(text, "  - key: c{category}\n    label: Category {category}{domain}\n    items:\n");
        }
        let department = item % ITEMS_OF_CATEGORY;
        let _ = write!(
            text,
            r#"      - key: i{item}
        label: "Item {item} for {{{{ user.department }}}}"
        when: user.department == "Dept {department}" AND user.country_code IN ["DE", "AT", "CH"] AND bot.attempts > 0
        strategies:
          - agent: chat
            when: agents.it.available > 10
            if_unanswered: {{ after: 2m, then: help }}
          - ticket: {{ mode: rich, form: form_{item}, short_description: "{{{{ utterance[0:80] }}}}" }}
"#
        );
    }
    text.push_str("otherwise:\n  - { key: help, label: Help, strategies: [ { email_form: { to: help@acme.example } } ] }\n");
    text
}

// ---- deciding

/// A thousand contexts for the example of the documentation: those of the other benches, with what it reads beside them.
fn contexts() -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut contexts = Vec::new();
    for (number, event) in events(EVENTS).iter().enumerate() {
        let mut context = serde_json::to_value(event)?;
        if let Some(agents) = context.pointer_mut("/agents").and_then(Value::as_object_mut) {
            agents.insert("it_emea".to_owned(), json!({"available": number % 3, "as_of": NOW - i64::try_from(number % 90)?}));
        }
        if number % 50 == 0
            && let Some(utterance) = context.get_mut("utterance")
        {
            *utterance = "I want a chargeback".into();
        }
        contexts.push(serde_json::to_vec(&context)?);
    }
    Ok(contexts)
}

fn decide_acme(criterion: &mut Criterion, now: Timestamp) -> Result<(), Box<dyn Error>> {
    let set = RuleSet::parse(ACME, Format::Yaml)?;
    let contexts = contexts()?;
    let of_state = |state| contexts.iter().filter(|context| set.decide_json(context, now).state == state).count();
    let (offered, fallback, not_needed) = (of_state(State::Offered), of_state(State::Fallback), of_state(State::NotNeeded));
    assert_eq!(offered + fallback + not_needed, contexts.len(), "every context binds, and nobody is with a person");
    assert!(offered > 100 && fallback > 100 && not_needed > 100, "{offered} offered, {fallback} not, {not_needed} need nothing");

    let mut group = criterion.benchmark_group("decide/acme");
    group.throughput(Throughput::Elements(u64::try_from(contexts.len())?));
    for (name, level) in [("bytes", TraceLevel::None), ("summary", TraceLevel::Summary), ("full", TraceLevel::Full)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| contexts.iter().map(|context| set.decide_json_traced(black_box(context), now, level).options.len()).sum::<usize>());
        });
    }
    group.bench_function("serde_json", |bencher| {
        bencher.iter(|| contexts.iter().filter(|context| serde_json::from_slice::<Value>(black_box(context)).is_ok()).count());
    });
    group.finish();
    Ok(())
}

fn decide_large(criterion: &mut Criterion, name: &str, by_domain: bool, now: Timestamp) -> Result<(), Box<dyn Error>> {
    let set = RuleSet::parse(&large(10_000, by_domain), Format::Yaml)?;
    let context = json!({
        "domain": "D7", "utterance": "My laptop does not find the office printer since Monday noon", "bot": {"attempts": 2},
        "user": {"department": "Dept 3", "country_code": "DE", "full_name": "Ann Example"},
    });
    let context = serde_json::to_vec(&context)?;
    let decision = set.decide_json(&context, now);
    assert_eq!((decision.state, decision.options.len(), decision.fallback_used), (State::Offered, 5, false));
    let first = if by_domain { "i73" } else { "i3" };
    assert_eq!(decision.options.first().map(|option| option.option.item.as_str()), Some(first));

    let mut group = criterion.benchmark_group(format!("decide/{name}"));
    for (name, level) in [("bytes", TraceLevel::None), ("full", TraceLevel::Full)] {
        group.bench_function(name, |bencher| bencher.iter(|| set.decide_json_traced(black_box(&context), now, level)));
    }
    group.finish();
    Ok(())
}
