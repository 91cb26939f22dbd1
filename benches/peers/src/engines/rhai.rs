//! Rhai scripts.
//!
//! Fastest form: the bytecode of the `grain` feature ("for even faster evaluation") on one machine that keeps its caches, without safety checks (`unchecked`)
//! and with integers of one width (`only_i64`). A scope is searched by name, from its end: it holds the attributes that the rule reads, each under a name of
//! its own, so that there is no map to walk. An attribute that is not there is `()`: it equals no text, and no ordering with it is true.

use std::error::Error;

use rhai::grain::{Compiler, Vm};
use rhai::{Dynamic, Engine as Engines, OptimizationLevel, Scope};

use super::attributes::{ATTRIBUTES, value_at};
use super::{Engine, Inputs, NOT_WRITTEN, Prepared, Said, over};
use crate::workloads::Workload;

/// The `rhai` crate.
pub(crate) struct Rhai;

impl Engine for Rhai {
    fn name(&self) -> &'static str {
        "rhai 1.27 (grain)"
    }

    fn prepare(&self, workload: &Workload, inputs: &Inputs) -> Result<Prepared, Box<dyn Error>> {
        let source = match rule(workload.name) {
            Ok(source) => source,
            Err(why) => return Ok(Prepared::CannotSay(why)),
        };
        let mut engine = Engines::new();
        engine.set_optimization_level(OptimizationLevel::Full);
        // The machine borrows its engine: it lives as long as the process.
        let engine: &'static Engines = Box::leak(Box::new(engine));
        let program = Compiler::new().compile(&engine.compile(source)?);
        if program.residual_count() > 0 {
            return Err(format!("not all bytecode: {:?}", program.first_unsupported()).into());
        }
        let mut contexts = Vec::new();
        for value in &inputs.values {
            let mut scope = Scope::new();
            for path in ATTRIBUTES {
                let name = path.replace('.', "_");
                if source.contains(&name) {
                    let value: Dynamic = rhai::serde::to_dynamic(value_at(value, path))?;
                    scope.push_constant_dynamic(name, value);
                }
            }
            contexts.push(scope);
        }
        let mut machine = Vm::new(engine);
        Ok(over(contexts, move |scope| machine.eval_with_scope(scope, &program).is_ok_and(|value| value.as_bool() == Ok(true))))
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

const R1: &str = r#"domain == "IT""#;

const R2: &str = r#"domain == "IT" && user_department == "Sales""#;

const R3: &str = r#"
domain == "IT" && user_department == "Sales"
&& user_country_code in ["AT", "BE", "BG", "CH", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HU", "IE", "IT", "NL", "PL", "PT", "SE"]
&& user_custom_attributes_tenure_days > 30
&& !("CONTRACTOR" in user_user_tags)
"#;

const R4: &str = r#"{ let lower = utterance.to_lower(); lower.starts_with("help") || lower.contains("password") }"#;

const R5: &str = r#"
((domain == "IT" && bot_attempts >= 1)
  || (domain == "HR" && bot_attempts > 2)
  || (domain == "FINANCE" && agents_desk_emea_available > 1)
  || (channel == "web" && agents_desk_amer_available > 2))
&& ((user_department != "Legal" && user_role != "Counsel")
  || (user_role == "Director" && agents_desk_apac_available >= 1)
  || (user_city == "Berlin" && agents_desk_emea_online > 4)
  || (user_city == "Tokyo" && agents_desk_apac_online > 4))
&& ((user_region == "EMEA" && agents_desk_emea_oldest_wait_s < 600)
  || (user_region == "AMER" && agents_desk_amer_oldest_wait_s < 600)
  || (user_region == "APAC" && agents_desk_apac_oldest_wait_s < 600)
  || (user_country_code == "US" && agents_desk_amer_online >= 10))
&& ((ticket_created_at > 1767400000 && conversation_last_activity > 1767602000)
  || (ticket_created_at <= 1767400000 && bot_attempts <= 3)
  || (conversation_last_activity >= 1767608000 && agents_desk_emea_available != 0)
  || (channel != "web" && agents_desk_apac_online < 15))
&& ((user_country_code != "US" && conversation_last_activity < 1767606000)
  || (language_detected == "de" && agents_desk_apac_available < 7)
  || (user_department == "Sales" && agents_desk_amer_available <= 5)
  || (channel == "slack" && language_detected == "en"))
"#;
