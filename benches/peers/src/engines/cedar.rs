//! Cedar, the policy language.
//!
//! Fastest form: a parsed expression over a request that is built beforehand, through `eval_expression`; an `Authorizer` evaluates the same expression as
//! a policy's condition and then collects the reasons for its answer. A schema would be used for validation only. An attribute that is not there is an error:
//! what may be missing is asked for with `has`.

use std::error::Error;
use std::str::FromStr;

use cedar_policy::{Context, Entities, EntityUid, EvalResult, Expression, Request, eval_expression};

use super::{Engine, Inputs, NOT_WRITTEN, Prepared, Said, over};
use crate::workloads::Workload;

/// The `cedar-policy` crate.
pub(crate) struct Cedar;

impl Engine for Cedar {
    fn name(&self) -> &'static str {
        "cedar-policy 4.14"
    }

    fn prepare(&self, workload: &Workload, inputs: &Inputs) -> Result<Prepared, Box<dyn Error>> {
        let source = match rule(workload.name) {
            Ok(source) => source,
            Err(why) => return Ok(Prepared::CannotSay(why)),
        };
        let expression = Expression::from_str(source)?;
        let (principal, action, resource) =
            (EntityUid::from_str(r#"User::"user""#)?, EntityUid::from_str(r#"Action::"hand_off""#)?, EntityUid::from_str(r#"Desk::"desk""#)?);
        let mut contexts = Vec::new();
        for value in &inputs.values {
            let context = Context::from_json_value(value.clone(), None)?;
            contexts.push(Request::new(principal.clone(), action.clone(), resource.clone(), context, None)?);
        }
        let entities = Entities::empty();
        Ok(over(contexts, move |request| matches!(eval_expression(request, &entities, &expression), Ok(EvalResult::Bool(true)))))
    }
}

fn rule(name: &str) -> Said {
    match name {
        "R1" => Ok(R1),
        "R2" => Ok(R2),
        "R3" => Ok(R3),
        "R4" => Err("texts have no lower case"),
        "R5" => Ok(R5),
        _ => NOT_WRITTEN,
    }
}

const R1: &str = r#"context has domain && context.domain == "IT""#;

const R2: &str = r#"
context has domain && context.domain == "IT"
&& context.user has department && context.user.department == "Sales"
"#;

const R3: &str = r#"
context has domain && context.domain == "IT"
&& context.user has department && context.user.department == "Sales"
&& context.user has country_code
&& ["AT", "BE", "BG", "CH", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HU", "IE", "IT", "NL", "PL", "PT", "SE"].contains(context.user.country_code)
&& context.user.custom_attributes has tenure_days && context.user.custom_attributes.tenure_days > 30
&& !context.user.user_tags.contains("CONTRACTOR")
"#;

const R5: &str = r#"
((context has domain && context.domain == "IT" && context.bot.attempts >= 1)
  || (context has domain && context.domain == "HR" && context.bot.attempts > 2)
  || (context has domain && context.domain == "FINANCE" && context.agents.desk_emea.available > 1)
  || (context.channel == "web" && context.agents.desk_amer.available > 2))
&& ((!(context.user has department && context.user.department == "Legal") && context.user.role != "Counsel")
  || (context.user.role == "Director" && context.agents.desk_apac.available >= 1)
  || (context.user has city && context.user.city == "Berlin" && context.agents.desk_emea.online > 4)
  || (context.user has city && context.user.city == "Tokyo" && context.agents.desk_apac.online > 4))
&& ((context.user.region == "EMEA" && context.agents.desk_emea has oldest_wait_s && context.agents.desk_emea.oldest_wait_s < 600)
  || (context.user.region == "AMER" && context.agents.desk_amer has oldest_wait_s && context.agents.desk_amer.oldest_wait_s < 600)
  || (context.user.region == "APAC" && context.agents.desk_apac has oldest_wait_s && context.agents.desk_apac.oldest_wait_s < 600)
  || (context.user has country_code && context.user.country_code == "US" && context.agents.desk_amer.online >= 10))
&& ((context.ticket has created_at && context.ticket.created_at > 1767400000 && context.conversation.last_activity > 1767602000)
  || (context.ticket has created_at && context.ticket.created_at <= 1767400000 && context.bot.attempts <= 3)
  || (context.conversation.last_activity >= 1767608000 && context.agents.desk_emea.available != 0)
  || (context.channel != "web" && context.agents.desk_apac.online < 15))
&& ((!(context.user has country_code && context.user.country_code == "US") && context.conversation.last_activity < 1767606000)
  || (context.language.detected == "de" && context.agents.desk_apac.available < 7)
  || (context.user has department && context.user.department == "Sales" && context.agents.desk_amer.available <= 5)
  || (context.channel == "slack" && context.language.detected == "en"))
"#;
