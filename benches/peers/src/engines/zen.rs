//! The expression language of the ZEN rules engine, `zen-expression`.
//!
//! Fastest form: compiled once ("reusable expressions compile once via `compile_expression`"), evaluated with a scope that is built beforehand on one virtual
//! machine that keeps its stack: an `Isolate` with the same bytecode would have to be given each context anew. An attribute that is not there is null, which
//! cannot be put in order with a number: such comparisons ask for null first.

use std::error::Error;

use zen_expression::vm::VM;
use zen_expression::{Scope, Variable, compile_expression};

use super::{Engine, Inputs, NOT_WRITTEN, Prepared, Said, over};
use crate::workloads::Workload;

/// The `zen-expression` crate.
pub(crate) struct Zen;

impl Engine for Zen {
    fn name(&self) -> &'static str {
        "zen-expression 2.1"
    }

    fn prepare(&self, workload: &Workload, inputs: &Inputs) -> Result<Prepared, Box<dyn Error>> {
        let source = match rule(workload.name) {
            Ok(source) => source,
            Err(why) => return Ok(Prepared::CannotSay(why)),
        };
        let expression = compile_expression(source)?;
        let contexts = inputs.values.iter().map(|value| Scope::new(Variable::from(value))).collect();
        let mut machine = VM::new();
        Ok(over(contexts, move |context| expression.evaluate_with_scope(context, &mut machine).is_ok_and(|value| value.as_bool() == Some(true))))
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

const R1: &str = r"domain == 'IT'";

const R2: &str = r"domain == 'IT' and user.department == 'Sales'";

const R3: &str = r"
domain == 'IT' and user.department == 'Sales'
and user.country_code in ['AT', 'BE', 'BG', 'CH', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GB', 'GR', 'HU', 'IE', 'IT', 'NL', 'PL', 'PT', 'SE']
and user.custom_attributes.tenure_days != null and user.custom_attributes.tenure_days > 30
and 'CONTRACTOR' not in user.user_tags
";

const R4: &str = r"startsWith(lower(utterance), 'help') or contains(lower(utterance), 'password')";

const R5: &str = r"
((domain == 'IT' and bot.attempts >= 1)
  or (domain == 'HR' and bot.attempts > 2)
  or (domain == 'FINANCE' and agents.desk_emea.available > 1)
  or (channel == 'web' and agents.desk_amer.available > 2))
and ((user.department != 'Legal' and user.role != 'Counsel')
  or (user.role == 'Director' and agents.desk_apac.available >= 1)
  or (user.city == 'Berlin' and agents.desk_emea.online > 4)
  or (user.city == 'Tokyo' and agents.desk_apac.online > 4))
and ((user.region == 'EMEA' and agents.desk_emea.oldest_wait_s != null and agents.desk_emea.oldest_wait_s < 600)
  or (user.region == 'AMER' and agents.desk_amer.oldest_wait_s != null and agents.desk_amer.oldest_wait_s < 600)
  or (user.region == 'APAC' and agents.desk_apac.oldest_wait_s != null and agents.desk_apac.oldest_wait_s < 600)
  or (user.country_code == 'US' and agents.desk_amer.online >= 10))
and ((ticket.created_at != null and ticket.created_at > 1767400000 and conversation.last_activity > 1767602000)
  or (ticket.created_at != null and ticket.created_at <= 1767400000 and bot.attempts <= 3)
  or (conversation.last_activity >= 1767608000 and agents.desk_emea.available != 0)
  or (channel != 'web' and agents.desk_apac.online < 15))
and ((user.country_code != 'US' and conversation.last_activity < 1767606000)
  or (language.detected == 'de' and agents.desk_apac.available < 7)
  or (user.department == 'Sales' and agents.desk_amer.available <= 5)
  or (channel == 'slack' and language.detected == 'en'))
";
