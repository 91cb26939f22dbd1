//! `evalexpr`.
//!
//! Fastest form: precompiled into an operator tree, evaluated on a `Context` of our own that finds a variable by a `match`, where the crate's
//! `HashMapContext` hashes its name. Variables are flat, and their names may have dots. There is no null that could be compared: both sides of `&&` are always
//! evaluated, and an ordering with the empty value is an error. So a text that is not there is `""` and a number that is not there is NaN, for which the
//! comparisons of these rules answer what they answer for nothing.
//!
//! R4 needs a regular expression, as no built-in function looks for a text at the start of another or within it; its ASCII case folding gives the same
//! answers, since `help` and `password` have no letter that anything but ASCII letters is lowered to.

use std::error::Error;

use evalexpr::{Context, EvalexprError, EvalexprResult, Node, Value, build_operator_tree};
use serde_json::Value as Json;

use super::attributes::{ATTRIBUTES, is_number, position, value_at};
use super::{Engine, Inputs, NOT_WRITTEN, Prepared, Said, over};
use crate::workloads::Workload;

/// The `evalexpr` crate.
pub(crate) struct Evalexpr;

impl Engine for Evalexpr {
    fn name(&self) -> &'static str {
        "evalexpr 11.3"
    }

    fn prepare(&self, workload: &Workload, inputs: &Inputs) -> Result<Prepared, Box<dyn Error>> {
        let source = match rule(workload.name) {
            Ok(source) => source,
            Err(why) => return Ok(Prepared::CannotSay(why)),
        };
        let tree: Node = build_operator_tree(source)?;
        let contexts = inputs.values.iter().map(Flat::new).collect();
        Ok(over(contexts, move |context| tree.eval_boolean_with_context(context) == Ok(true)))
    }
}

/// All attributes, at their positions.
struct Flat(Vec<Value>);

impl Flat {
    fn new(context: &Json) -> Flat {
        let value = |path: &&str| {
            let json = value_at(context, path);
            if json.is_null() && is_number(path) { Value::Float(f64::NAN) } else { converted(json) }
        };
        Flat(ATTRIBUTES.iter().map(value).collect())
    }
}

fn converted(json: &Json) -> Value {
    match json {
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => Value::Tuple(items.iter().map(converted).collect()),
        Json::Number(number) => number.as_i64().map_or(Value::Float(f64::NAN), Value::Int),
        Json::Bool(truth) => Value::Boolean(*truth),
        Json::Null | Json::Object(_) => Value::String(String::new()),
    }
}

impl Context for Flat {
    fn get_value(&self, identifier: &str) -> Option<&Value> {
        self.0.get(position(identifier)?)
    }

    fn call_function(&self, identifier: &str, _argument: &Value) -> EvalexprResult<Value> {
        Err(EvalexprError::FunctionIdentifierNotFound(identifier.to_owned()))
    }

    fn are_builtin_functions_disabled(&self) -> bool {
        false
    }

    fn set_builtin_functions_disabled(&mut self, _disabled: bool) -> EvalexprResult<()> {
        Err(EvalexprError::BuiltinFunctionsCannotBeDisabled)
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
&& contains(("AT", "BE", "BG", "CH", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HU", "IE", "IT", "NL", "PL", "PT", "SE"), user.country_code)
&& user.custom_attributes.tenure_days > 30
&& !contains(user.user_tags, "CONTRACTOR")
"#;

const R4: &str = r#"str::regex_matches(utterance, "(?i-u:^help|password)")"#;

const R5: &str = r#"
((domain == "IT" && bot.attempts >= 1)
  || (domain == "HR" && bot.attempts > 2)
  || (domain == "FINANCE" && agents.desk_emea.available > 1)
  || (channel == "web" && agents.desk_amer.available > 2))
&& ((user.department != "Legal" && user.role != "Counsel")
  || (user.role == "Director" && agents.desk_apac.available >= 1)
  || (user.city == "Berlin" && agents.desk_emea.online > 4)
  || (user.city == "Tokyo" && agents.desk_apac.online > 4))
&& ((user.region == "EMEA" && agents.desk_emea.oldest_wait_s < 600)
  || (user.region == "AMER" && agents.desk_amer.oldest_wait_s < 600)
  || (user.region == "APAC" && agents.desk_apac.oldest_wait_s < 600)
  || (user.country_code == "US" && agents.desk_amer.online >= 10))
&& ((ticket.created_at > 1767400000 && conversation.last_activity > 1767602000)
  || (ticket.created_at <= 1767400000 && bot.attempts <= 3)
  || (conversation.last_activity >= 1767608000 && agents.desk_emea.available != 0)
  || (channel != "web" && agents.desk_apac.online < 15))
&& ((user.country_code != "US" && conversation.last_activity < 1767606000)
  || (language.detected == "de" && agents.desk_apac.available < 7)
  || (user.department == "Sales" && agents.desk_amer.available <= 5)
  || (channel == "slack" && language.detected == "en"))
"#;
