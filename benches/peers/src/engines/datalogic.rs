//! JSONLogic in `datalogic-rs`.
//!
//! Fastest form: compiled once, then tier 3 of its five (`Engine::evaluate` into a caller's arena, "zero-copy"), with parsed data ("zero" cost per call,
//! "pass-through"). The arena is reset after each context, as the crate's session advises. `===` compares without coercion. An attribute that is not there
//! is null, which counts as 0 in an ordering; where that would answer otherwise, `var` has a default that makes the comparison false.

use std::error::Error;

use datalogic_rs::bumpalo::Bump;
use datalogic_rs::{Engine as Datalogics, ParsedData};

use super::{Engine, Inputs, NOT_WRITTEN, Prepared, Said, over};
use crate::workloads::Workload;

/// The `datalogic-rs` crate.
pub(crate) struct Datalogic;

impl Engine for Datalogic {
    fn name(&self) -> &'static str {
        "datalogic-rs 5.4"
    }

    fn prepare(&self, workload: &Workload, inputs: &Inputs) -> Result<Prepared, Box<dyn Error>> {
        let source = match rule(workload.name) {
            Ok(source) => source,
            Err(why) => return Ok(Prepared::CannotSay(why)),
        };
        let engine = Datalogics::new();
        let logic = engine.compile(source)?;
        let mut contexts = Vec::new();
        for document in &inputs.documents {
            contexts.push(ParsedData::from_json(std::str::from_utf8(document)?)?);
        }
        let mut arena = Bump::new();
        Ok(over(contexts, move |context| {
            let verdict = engine.evaluate(&logic, &*context, &arena).is_ok_and(|value| value.as_bool() == Some(true));
            arena.reset();
            verdict
        }))
    }

    fn prepare_bytes(&self, workload: &Workload, inputs: &Inputs) -> Result<Prepared, Box<dyn Error>> {
        let source = match rule(workload.name) {
            Ok(source) => source,
            Err(why) => return Ok(Prepared::CannotSay(why)),
        };
        let engine = Datalogics::new();
        let logic = engine.compile(source)?;
        let mut arena = Bump::new();
        Ok(over(inputs.documents.clone(), move |document| {
            let verdict =
                std::str::from_utf8(document).is_ok_and(|document| engine.evaluate(&logic, document, &arena).is_ok_and(|value| value.as_bool() == Some(true)));
            arena.reset();
            verdict
        }))
    }
}

fn rule(name: &str) -> Said {
    match name {
        "R1" => Ok(R1),
        "R2" => Ok(R2),
        "R3" => Ok(R3),
        "R4" => Ok(R4),
        "R5" => Ok(R5),
        _ => NOT_WRITTEN,
    }
}

const R1: &str = r#"{"===": [{"var": "domain"}, "IT"]}"#;

const R2: &str = r#"{"and": [{"===": [{"var": "domain"}, "IT"]}, {"===": [{"var": "user.department"}, "Sales"]}]}"#;

const R3: &str = r#"
{"and": [
  {"===": [{"var": "domain"}, "IT"]},
  {"===": [{"var": "user.department"}, "Sales"]},
  {"in": [{"var": "user.country_code"}, ["AT", "BE", "BG", "CH", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HU", "IE", "IT", "NL", "PL", "PT", "SE"]]},
  {">": [{"var": "user.custom_attributes.tenure_days"}, 30]},
  {"!": {"in": ["CONTRACTOR", {"var": "user.user_tags"}]}}
]}
"#;

const R4: &str = r#"
{"or": [
  {"starts_with": [{"lower": {"var": "utterance"}}, "help"]},
  {"in": ["password", {"lower": {"var": "utterance"}}]}
]}
"#;

const R5: &str = r#"
{"and": [
  {"or": [
    {"and": [{"===": [{"var": "domain"}, "IT"]}, {">=": [{"var": "bot.attempts"}, 1]}]},
    {"and": [{"===": [{"var": "domain"}, "HR"]}, {">": [{"var": "bot.attempts"}, 2]}]},
    {"and": [{"===": [{"var": "domain"}, "FINANCE"]}, {">": [{"var": "agents.desk_emea.available"}, 1]}]},
    {"and": [{"===": [{"var": "channel"}, "web"]}, {">": [{"var": "agents.desk_amer.available"}, 2]}]}]},
  {"or": [
    {"and": [{"!==": [{"var": "user.department"}, "Legal"]}, {"!==": [{"var": "user.role"}, "Counsel"]}]},
    {"and": [{"===": [{"var": "user.role"}, "Director"]}, {">=": [{"var": "agents.desk_apac.available"}, 1]}]},
    {"and": [{"===": [{"var": "user.city"}, "Berlin"]}, {">": [{"var": "agents.desk_emea.online"}, 4]}]},
    {"and": [{"===": [{"var": "user.city"}, "Tokyo"]}, {">": [{"var": "agents.desk_apac.online"}, 4]}]}]},
  {"or": [
    {"and": [{"===": [{"var": "user.region"}, "EMEA"]}, {"<": [{"var": ["agents.desk_emea.oldest_wait_s", 600]}, 600]}]},
    {"and": [{"===": [{"var": "user.region"}, "AMER"]}, {"<": [{"var": ["agents.desk_amer.oldest_wait_s", 600]}, 600]}]},
    {"and": [{"===": [{"var": "user.region"}, "APAC"]}, {"<": [{"var": ["agents.desk_apac.oldest_wait_s", 600]}, 600]}]},
    {"and": [{"===": [{"var": "user.country_code"}, "US"]}, {">=": [{"var": "agents.desk_amer.online"}, 10]}]}]},
  {"or": [
    {"and": [{">": [{"var": "ticket.created_at"}, 1767400000]}, {">": [{"var": "conversation.last_activity"}, 1767602000]}]},
    {"and": [{"<=": [{"var": ["ticket.created_at", 1767400001]}, 1767400000]}, {"<=": [{"var": "bot.attempts"}, 3]}]},
    {"and": [{">=": [{"var": "conversation.last_activity"}, 1767608000]}, {"!==": [{"var": "agents.desk_emea.available"}, 0]}]},
    {"and": [{"!==": [{"var": "channel"}, "web"]}, {"<": [{"var": "agents.desk_apac.online"}, 15]}]}]},
  {"or": [
    {"and": [{"!==": [{"var": "user.country_code"}, "US"]}, {"<": [{"var": "conversation.last_activity"}, 1767606000]}]},
    {"and": [{"===": [{"var": "language.detected"}, "de"]}, {"<": [{"var": "agents.desk_apac.available"}, 7]}]},
    {"and": [{"===": [{"var": "user.department"}, "Sales"]}, {"<=": [{"var": "agents.desk_amer.available"}, 5]}]},
    {"and": [{"===": [{"var": "channel"}, "slack"]}, {"===": [{"var": "language.detected"}, "en"]}]}]}
]}
"#;
