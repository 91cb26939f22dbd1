//! What people and programs write and read, as JSON Schema (draft 2020-12): the rule-set file, the decision, the context.
//!
//! The keys are those of the reader's tables and of the structures that are serialized; tests compare them.

mod decision;
mod declare;
mod destination;
mod forms;
mod item;
mod rule_set;
#[cfg(test)]
mod tests;
mod trace;

use serde_json::Value;

use super::RuleSet;
use crate::schema::Schema;

/// The draft that is written.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The JSON Schema of the rule-set file, for editors: every key with what it means.
///
/// An editor that knows the YAML language server completes and checks a rule set beside the schema if its first line says so:
///
/// ```yaml
/// # yaml-language-server: $schema=ruleset.schema.json
/// triggerfish: 1
/// ```
///
/// What validates has the right form; whether expressions are sound and references lead somewhere, only loading says. A key with nothing behind it is
/// refused, where loading takes it for absent.
///
/// ```
/// let schema = triggerfish::handoff::rule_set_schema();
/// assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
/// assert_eq!(schema["required"], serde_json::json!(["triggerfish", "otherwise"]));
/// ```
#[must_use]
pub fn rule_set_schema() -> Value {
    rule_set::schema()
}

/// The JSON Schema of a [`super::Decision`], strict: a member that it does not know is refused.
///
/// ```
/// let schema = triggerfish::handoff::decision_schema();
/// assert_eq!(schema["$defs"]["priority"]["enum"], serde_json::json!(["low", "normal", "high", "urgent"]));
/// ```
#[must_use]
pub fn decision_schema() -> Value {
    decision::schema()
}

/// The JSON Schema of the contexts that a schema allows: [`Schema::to_json_schema`] with a title.
///
/// ```
/// use triggerfish::{handoff, schema::Schema};
/// let context = handoff::context_schema(&Schema::builtin());
/// assert_eq!(context["properties"]["domain"]["type"], serde_json::json!(["string", "null"]));
/// ```
#[must_use]
pub fn context_schema(schema: &Schema) -> Value {
    let mut whole = schema.to_json_schema();
    if let Value::Object(keywords) = &mut whole {
        let strict = "An attribute that is not declared here is refused by rules, not by contexts; a value of another type does not bind.";
        let lenient = "Attributes that are not declared here may stand beside the others; a value of another type counts as missing.";
        keywords.insert("title".to_owned(), "A context of Triggerfish".into());
        keywords.insert("description".to_owned(), format!("What a decision is made on. {}", if schema.strict { strict } else { lenient }).into());
    }
    whole
}

impl RuleSet {
    /// The JSON Schema of the contexts that it decides on: the built-in attributes and those of its `context:`.
    #[must_use]
    pub fn context_schema(&self) -> Value {
        context_schema(self.schema())
    }
}
