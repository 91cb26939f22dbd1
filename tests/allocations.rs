//! The interpreter allocates nothing for a rule that builds no text, list or map.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use triggerfish::schema::Schema;
use triggerfish::{Context, Engine, Rule, Timestamp};

#[path = "../benches/workloads/mod.rs"]
#[expect(dead_code, reason = "the hand-written functions are for the benches")]
mod workloads;

const NOW: Timestamp = Timestamp::EPOCH;

/// Everything that the rules below read.
const DOCUMENT: &str = r#"{
    "domain": "IT",
    "utterance": "HELP, my VPN is down",
    "user": {
        "department": "Sales ", "country_code": "DE", "record_id": "u-17", "user_tags": ["VIP", "TESTER"],
        "custom_attributes": { "tenure_days": 400, "shifts": [7.5, 8, 4], "cost_center": { "id": 12 } }
    },
    "bot": { "attempts": 3, "results": [{ "title": "VPN", "score": 0.7 }, { "title": "Wifi", "score": 0.4 }] },
    "conversation": { "last_activity": -1800 }
}"#;

/// Rules that build nothing, whatever else they do. Each is a value other than `NULL` for the document, so that none stops early.
const FREE: [&str; 32] = [
    "domain",
    "user.user_tags",
    "user.custom_attributes.cost_center.id",
    r#"user.user_tags[-1] == "TESTER""#,
    r#"domain IN ["HR", "IT"]"#,
    r#"domain NOT IN ["HR", "IT"]"#,
    r#""VIP" IN user.user_tags"#,
    r#""VPN" IN utterance"#,
    r#""cost_center" IN user.custom_attributes"#,
    r#"user.user_tags == ["VIP", "TESTER"]"#,
    r#"NOT (domain == "HR" OR user.country_code > "FR")"#,
    r#"domain OR "none""#,
    r#"IF bot.attempts > 5 THEN "gives up" ELSE IF bot.attempts > 2 THEN "tries" ELSE domain"#,
    "-bot.attempts + 2 * user.custom_attributes.tenure_days / 7 - 1",
    "$TIME() - conversation.last_activity > 3600 / 4",
    r#"$ADD_DATE(conversation.last_activity, 1, "days") > $TIME()"#,
    "$LENGTH(utterance) + $LENGTH(user.user_tags) + user.custom_attributes.$LENGTH()",
    r#"utterance.$STARTS_WITH("HELP") AND utterance.$ENDS_WITH("down")"#,
    r#"$SAME(user.department, "sales")"#,
    r#"$HAS_ANY(user.user_tags, ["DIRECTOR", "VIP"])"#,
    r#"$ROLLOUT(50, user.record_id, "pilot") OR TRUE"#,
    "$COALESCE(user.region, user.city, user.country_code)",
    "$COALESCE(user.user_tags)",
    "$IS_NULL(user.region)",
    r#"user.user_tags.$ANY(tag => tag == "TESTER")"#,
    "bot.results.$ALL(result => result.score > 0.3)",
    r#"bot.results.$ANY(result => user.user_tags.$ANY(tag => tag == "TESTER" AND result.title == "Wifi"))"#,
    r#"bot.results.$FIND(result => result.score < 0.5).title"#,
    "user.custom_attributes.shifts.$REDUCE((sum, shift) => sum + shift, 0)",
    "bot.attempts.$INTEGER() + user.custom_attributes.shifts[0].$DECIMAL()",
    r#"domain.$TRIM() == "IT""#,
    "$TEXT(domain)",
];

/// Rules that build a text, a list or a map.
const BUILDING: [&str; 6] = [
    "utterance.$LOWERCASE()",
    "user.department.$TRIM()",
    r#"domain + "/" + user.country_code"#,
    "[domain, utterance]",
    "{\"domain\": domain}",
    "bot.results.$MAP(result => result.title)",
];

fn compile(source: &str) -> Rule {
    Engine::new().with_schema(Schema::builtin()).compile(source).unwrap()
}

/// How often `evaluate` and `matches` allocate together.
fn allocations(rule: &Rule, context: &Context) -> u64 {
    let counted = allocation_counter::measure(|| {
        assert!(rule.evaluate(context, NOW).is_ok());
        assert!(rule.matches(context, NOW).is_ok());
    });
    counted.count_total
}

#[test]
fn rules_that_build_nothing_allocate_nothing() {
    for source in FREE {
        let rule = compile(source);
        let context = rule.bind_json(DOCUMENT.as_bytes()).unwrap();
        assert_eq!(context.warnings(), [], "{source}");
        assert!(!rule.evaluate(&context, NOW).unwrap().is_null(), "{source} is NULL");
        assert_eq!(allocations(&rule, &context), 0, "{source}");
    }
}

#[test]
fn rules_that_build_something_are_seen_to_allocate() {
    for source in BUILDING {
        let rule = compile(source);
        let context = rule.bind_json(DOCUMENT.as_bytes()).unwrap();
        assert!(allocations(&rule, &context) > 0, "{source}");
    }
}

#[test]
fn the_benchmarked_rules_allocate_nothing() {
    let documents: Vec<Vec<u8>> = workloads::events(workloads::EVENTS).iter().map(|event| serde_json::to_vec(event).unwrap()).collect();
    for workload in &workloads::WORKLOADS {
        let rule = compile(workload.source);
        let total: u64 = documents
            .iter()
            .map(|document| {
                let context = rule.bind_json(document).unwrap();
                // What is bound becomes a value when it is first asked for, and stays one; the text that R4 lowers is kept, too.
                let first = rule.evaluate(&context, NOW);
                assert!(first.is_ok());
                allocations(&rule, &context)
            })
            .sum();
        assert_eq!(total, 0, "{}", workload.name);
    }
}
