//! CEL in the `cel` crate.
//!
//! Fastest form: the program is compiled once and its expression given to `Value::resolve_val`, which borrows what it can ("nothing is copied unless an
//! operation produces a new value"; the crate's own benchmarks do the same), where `Program::execute` makes a `Value` of the result besides. Variables are
//! qualified: `user.department` is looked up as one name before it is taken apart, so no map is walked. A context holds the attributes that its rule reads;
//! one that is not there is `null`. A `VariableResolver` that lends the same values takes twice as long on R1 and R2 and a tenth less on R5.
//!
//! R4 lowers with `lowerAscii()` of the strings extension, which gives the same answers: `help` and `password` have no letter that anything but ASCII
//! letters is lowered to.

use std::error::Error;
use std::sync::Arc;

use cel::common::types::{CelBool, CelInt, CelList, CelNull, CelString};
use cel::common::value::CowVal;
use cel::context::VariableResolver;
use cel::{Context, Env, Program, Value, extensions};
use serde_json::Value as Json;

use super::attributes::{ATTRIBUTES, position, value_at};
use super::{Engine, Inputs, NOT_WRITTEN, Prepared, Said, over};
use crate::workloads::Workload;

/// The `cel` crate.
pub(crate) struct Cel;

impl Engine for Cel {
    fn name(&self) -> &'static str {
        "cel 0.15"
    }

    fn prepare(&self, workload: &Workload, inputs: &Inputs) -> Result<Prepared, Box<dyn Error>> {
        let source = match rule(workload.name) {
            Ok(source) => source,
            Err(why) => return Ok(Prepared::CannotSay(why)),
        };
        let (env, program) = compile(source)?;
        let build = |value: &Json| {
            let mut context = Context::with_env(Arc::clone(&env));
            for path in ATTRIBUTES.iter().filter(|path| source.contains(**path)) {
                context.add_variable_as_val(*path, owned(value_at(value, path)).into_owned());
            }
            context
        };
        let contexts = inputs.values.iter().map(build).collect();
        Ok(over(contexts, move |context| matches(&program, context)))
    }

    /// A resolver that reads the parsed document where the rule asks for it: `cel::to_value` would convert all of it.
    fn prepare_bytes(&self, workload: &Workload, inputs: &Inputs) -> Result<Prepared, Box<dyn Error>> {
        let source = match rule(workload.name) {
            Ok(source) => source,
            Err(why) => return Ok(Prepared::CannotSay(why)),
        };
        let (env, program) = compile(source)?;
        Ok(over(inputs.documents.clone(), move |document| {
            let Ok(json) = serde_json::from_slice(document) else { return false };
            let parsed = Parsed(json);
            let mut context = Context::with_env(Arc::clone(&env));
            context.set_variable_resolver(&parsed);
            matches(&program, &context)
        }))
    }
}

fn compile(source: &str) -> Result<(Arc<Env>, Program), Box<dyn Error>> {
    let mut env = Env::stdlib();
    env.add_extension(extensions::strings)?;
    let program = env.compile(source)?;
    Ok((Arc::new(env), program))
}

fn matches(program: &Program, context: &Context) -> bool {
    Value::resolve_val(program.expression(), context).is_ok_and(|value| value.downcast_ref::<CelBool>().is_some_and(|verdict| *verdict.inner()))
}

/// A document whose attributes become CEL values when they are read; texts are borrowed.
struct Parsed(Json);

impl VariableResolver for Parsed {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        position(variable)?;
        Some(borrowed(value_at(&self.0, variable)))
    }
}

fn owned(json: &Json) -> CowVal<'static, 'static> {
    match json {
        Json::String(text) => CowVal::owned(CelString::from(text.clone())),
        Json::Array(items) => CowVal::owned(CelList::from(items.iter().map(|item| owned(item).into_owned()).collect::<Vec<_>>())),
        Json::Number(number) => number.as_i64().map_or_else(|| CowVal::owned(CelNull), |number| CowVal::owned(CelInt::from(number))),
        Json::Bool(truth) => CowVal::owned(CelBool::from(*truth)),
        Json::Null | Json::Object(_) => CowVal::owned(CelNull),
    }
}

fn borrowed(json: &Json) -> CowVal<'_, '_> {
    match json {
        Json::String(text) => CowVal::owned(CelString::from(text.as_str())),
        Json::Array(items) => CowVal::owned(CelList::from(items.iter().map(|item| borrowed(item).into_owned()).collect::<Vec<_>>())),
        Json::Number(_) | Json::Bool(_) | Json::Null | Json::Object(_) => owned(json),
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

const R2: &str = r#"domain == "IT" && user.department == "Sales""#;

const R3: &str = r#"
domain == "IT" && user.department == "Sales"
&& user.country_code in ["AT", "BE", "BG", "CH", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HU", "IE", "IT", "NL", "PL", "PT", "SE"]
&& user.custom_attributes.tenure_days != null && user.custom_attributes.tenure_days > 30
&& !("CONTRACTOR" in user.user_tags)
"#;

const R4: &str = r#"utterance.lowerAscii().startsWith("help") || utterance.lowerAscii().contains("password")"#;

const R5: &str = r#"
((domain == "IT" && bot.attempts >= 1)
  || (domain == "HR" && bot.attempts > 2)
  || (domain == "FINANCE" && agents.desk_emea.available > 1)
  || (channel == "web" && agents.desk_amer.available > 2))
&& ((user.department != "Legal" && user.role != "Counsel")
  || (user.role == "Director" && agents.desk_apac.available >= 1)
  || (user.city == "Berlin" && agents.desk_emea.online > 4)
  || (user.city == "Tokyo" && agents.desk_apac.online > 4))
&& ((user.region == "EMEA" && agents.desk_emea.oldest_wait_s != null && agents.desk_emea.oldest_wait_s < 600)
  || (user.region == "AMER" && agents.desk_amer.oldest_wait_s != null && agents.desk_amer.oldest_wait_s < 600)
  || (user.region == "APAC" && agents.desk_apac.oldest_wait_s != null && agents.desk_apac.oldest_wait_s < 600)
  || (user.country_code == "US" && agents.desk_amer.online >= 10))
&& ((ticket.created_at != null && ticket.created_at > 1767400000 && conversation.last_activity > 1767602000)
  || (ticket.created_at != null && ticket.created_at <= 1767400000 && bot.attempts <= 3)
  || (conversation.last_activity >= 1767608000 && agents.desk_emea.available != 0)
  || (channel != "web" && agents.desk_apac.online < 15))
&& ((user.country_code != "US" && conversation.last_activity < 1767606000)
  || (language.detected == "de" && agents.desk_apac.available < 7)
  || (user.department == "Sales" && agents.desk_amer.available <= 5)
  || (channel == "slack" && language.detected == "en"))
"#;
