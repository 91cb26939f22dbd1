//! A service that embeds the engine: `cargo run --example embed`.

use std::error::Error;
use std::io::{Write, stdout};
use std::time::SystemTime;

use serde::Serialize;
use triggerfish::schema::Schema;
use triggerfish::{Engine, StepOutcome, Timestamp};

/// What this service knows of a conversation. Written as JSON, it is a context.
#[derive(Serialize)]
struct Conversation {
    domain: &'static str,
    user: User,
}

#[derive(Serialize)]
struct User {
    department: &'static str,
    user_tags: Vec<&'static str>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = stdout().lock();

    // Compile once, keep the rule, share it between threads: cloning it costs nothing.
    let engine = Engine::new().with_schema(Schema::builtin());
    let rule = engine.compile(r#"domain == "IT" AND user.department != "Sales" AND "VIP" IN user.user_tags"#)?;
    for warning in rule.diagnostics() {
        writeln!(out, "warning {}: {} at `{}`", warning.code, warning.message, warning.span.of(rule.source()))?;
    }
    writeln!(out, "reads {}; cannot fail: {}", rule.attributes().join(", "), rule.cannot_fail())?;

    // A rule that is wrong says what, where, and what to write instead.
    if let Err(error) = engine.compile("$LOWRCASE(domain)") {
        writeln!(out, "\n{error}")?;
    }

    // The clock is read out here and handed in: the same context at the same time gives the same verdict.
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let now = Timestamp::from_seconds(i64::try_from(seconds)?).ok_or("the clock is beyond the year 9999")?;

    let json = br#"{"domain": "IT", "user": {"department": "Legal", "user_tags": ["VIP"]}}"#;
    writeln!(out, "\nJSON bytes: {}", rule.matches_json(json, now)?)?;

    let conversation = Conversation { domain: "IT", user: User { department: "Sales", user_tags: vec!["VIP"] } };
    let context = rule.bind(&conversation)?;
    writeln!(out, "a Rust value: {}", rule.evaluate(&context, now)?)?;

    // Why? Every part of the rule with what it gave.
    for step in rule.trace(&context, now).steps {
        let outcome = match step.outcome {
            StepOutcome::Value(value) => value.to_string(),
            StepOutcome::Error(kind) => kind.to_string(),
            StepOutcome::NotEvaluated => "not evaluated".to_owned(),
        };
        writeln!(out, "{:indent$}{} -> {outcome}", "", step.span.of(rule.source()), indent = 2 * step.depth)?;
    }
    Ok(())
}
