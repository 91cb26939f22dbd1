//! Rego in `regorus`.
//!
//! Fastest form: compiled to a program of its virtual machine, which is kept and given an input that was parsed beforehand (the crate's benchmarks call it
//! "hot"): cloning an input counts a reference. The entry point is found by index. What is not there is undefined, and so is any comparison with it;
//! `not` makes it true where the rule says "other than".

use std::error::Error;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine as Engines, Rc, Value};

use super::{Engine, Inputs, NOT_WRITTEN, Prepared, Said, over};
use crate::workloads::Workload;

const ENTRY_POINT: &str = "data.handoff.matches";

/// The `regorus` crate.
pub(crate) struct Regorus;

impl Engine for Regorus {
    fn name(&self) -> &'static str {
        "regorus 0.14 (RVM)"
    }

    fn prepare(&self, workload: &Workload, inputs: &Inputs) -> Result<Prepared, Box<dyn Error>> {
        let source = match rule(workload.name) {
            Ok(source) => source,
            Err(why) => return Ok(Prepared::CannotSay(why)),
        };
        let mut engine = Engines::new();
        engine.add_policy("handoff.rego".to_owned(), format!("package handoff\n\n{source}"))?;
        let entry_point: Rc<str> = ENTRY_POINT.into();
        let policy = engine.compile_with_entrypoint(&entry_point)?;
        let program = Compiler::compile_from_policy(&policy, &[ENTRY_POINT])?;
        let mut machine = RegoVM::new_with_policy(policy);
        machine.load_program(program);
        let contexts: Vec<Value> = inputs.values.iter().cloned().map(Value::from).collect();
        let yes = Value::from(true);
        Ok(over(contexts, move |context| {
            machine.set_input(context.clone());
            machine.execute_entry_point_by_index(0).is_ok_and(|value| value == yes)
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

const R1: &str = r#"matches if input.domain == "IT""#;

const R2: &str = r#"matches if { input.domain == "IT"; input.user.department == "Sales" }"#;

const R3: &str = r#"
matches if {
  input.domain == "IT"
  input.user.department == "Sales"
  input.user.country_code in {"AT", "BE", "BG", "CH", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HU", "IE", "IT", "NL", "PL", "PT", "SE"}
  input.user.custom_attributes.tenure_days > 30
  not "CONTRACTOR" in input.user.user_tags
}
"#;

const R4: &str = r#"
matches if startswith(lower(input.utterance), "help")
matches if contains(lower(input.utterance), "password")
"#;

const R5: &str = r#"
matches if { asked; staffed; waiting; recent; spoken }
asked if { input.domain == "IT"; input.bot.attempts >= 1 }
asked if { input.domain == "HR"; input.bot.attempts > 2 }
asked if { input.domain == "FINANCE"; input.agents.desk_emea.available > 1 }
asked if { input.channel == "web"; input.agents.desk_amer.available > 2 }
staffed if { not input.user.department == "Legal"; input.user.role != "Counsel" }
staffed if { input.user.role == "Director"; input.agents.desk_apac.available >= 1 }
staffed if { input.user.city == "Berlin"; input.agents.desk_emea.online > 4 }
staffed if { input.user.city == "Tokyo"; input.agents.desk_apac.online > 4 }
waiting if { input.user.region == "EMEA"; input.agents.desk_emea.oldest_wait_s < 600 }
waiting if { input.user.region == "AMER"; input.agents.desk_amer.oldest_wait_s < 600 }
waiting if { input.user.region == "APAC"; input.agents.desk_apac.oldest_wait_s < 600 }
waiting if { input.user.country_code == "US"; input.agents.desk_amer.online >= 10 }
recent if { input.ticket.created_at > 1767400000; input.conversation.last_activity > 1767602000 }
recent if { input.ticket.created_at <= 1767400000; input.bot.attempts <= 3 }
recent if { input.conversation.last_activity >= 1767608000; input.agents.desk_emea.available != 0 }
recent if { input.channel != "web"; input.agents.desk_apac.online < 15 }
spoken if { not input.user.country_code == "US"; input.conversation.last_activity < 1767606000 }
spoken if { input.language.detected == "de"; input.agents.desk_apac.available < 7 }
spoken if { input.user.department == "Sales"; input.agents.desk_amer.available <= 5 }
spoken if { input.channel == "slack"; input.language.detected == "en" }
"#;
