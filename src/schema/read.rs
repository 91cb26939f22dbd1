//! From text to a [`Schema`].

use super::SchemaErrors;
use super::defaults::settle;
use super::{Schema, declare, json_schema};
use crate::document::{Bounds, Content, Format, Node};
use crate::document::{Problems, did_you_mean, fail, quoted};
use crate::limits::Limits;
use crate::source::Span;

/// The keys of a schema file, which are also those of a rule set's `context:` block.
const KEYS: [&str; 3] = ["extends", "strict", "attributes"];

impl Schema {
    /// Reads a schema file, or a JSON Schema: what has `$schema`, `properties` or `type: object` at its top is one.
    ///
    /// # Errors
    /// All mistakes that were found, each with its place. Any bytes give an answer in bounded time and memory.
    ///
    /// # Examples
    /// ```
    /// use triggerfish::Limits;
    /// use triggerfish::schema::{Format, Lookup, Schema, Type};
    ///
    /// let text = r#"{ "strict": true, "attributes": { "user.custom_attributes.is_fte": "bool", "plan": "txt" } }"#;
    /// let errors = Schema::read(text, Format::Json, &Limits::default()).unwrap_err();
    /// assert_eq!(errors.to_string(), "1:84: `plan`: unknown type `txt` (help: did you mean `text`?)");
    ///
    /// let schema = Schema::read(text.replace("txt", "text"), Format::Json, &Limits::default())?;
    /// let Lookup::Declared { attribute, .. } = schema.lookup(["user", "custom_attributes", "is_fte"]) else { panic!() };
    /// assert_eq!(attribute.ty, Type::Bool);
    /// # Ok::<(), triggerfish::schema::SchemaErrors>(())
    /// ```
    pub fn read(text: impl AsRef<[u8]>, format: Format, limits: &Limits) -> Result<Schema, SchemaErrors> {
        read(text.as_ref(), format, limits)
    }

    /// Reads a schema from a value that was read from a larger text, such as the `context:` block of a rule set.
    ///
    /// # Errors
    /// As [`Schema::read`], without places.
    ///
    /// # Examples
    /// ```
    /// use triggerfish::{Limits, schema::Schema};
    /// let block = serde_json::json!({ "extends": "none", "attributes": { "plan": { "type": "enum", "values": ["free", "pro"] } } });
    /// assert_eq!(Schema::from_value(&block, &Limits::default())?.attributes.len(), 1);
    /// # Ok::<(), triggerfish::schema::SchemaErrors>(())
    /// ```
    pub fn from_value(value: &serde_json::Value, limits: &Limits) -> Result<Schema, SchemaErrors> {
        Schema::from_node(&Node::from_value(value, bounds(limits))?, limits)
    }

    /// Reads a schema from a part of a text that was read before.
    pub(crate) fn from_node(node: &Node, limits: &Limits) -> Result<Schema, SchemaErrors> {
        if is_json_schema(node) { json_schema::import(node, limits) } else { from_schema_file(node, limits) }
    }
}

fn read(bytes: &[u8], format: Format, limits: &Limits) -> Result<Schema, SchemaErrors> {
    if bytes.len() > limits.schema_bytes {
        return fail(None, format!("the schema is longer than {} bytes", limits.schema_bytes));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let good = bytes.get(..error.valid_up_to()).and_then(|good| std::str::from_utf8(good).ok()).unwrap_or("");
            let errors = fail(Some(Span::new(good.len(), good.len())), "not UTF-8 text");
            return errors.map_err(|errors: SchemaErrors| errors.locate(good, 0));
        }
    };
    let marked = text.len();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Node::read(text, format, bounds(limits)).and_then(|node| Schema::from_node(&node, limits)).map_err(|errors| errors.locate(text, marked - text.len()))
}

/// How large a schema file may be: each level of the schema takes two of the file at most, and a few stand around all; attributes have keys, listed texts.
pub(super) fn bounds(limits: &Limits) -> Bounds {
    Bounds { depth: 2 * limits.effective_json_depth() + 8, nodes: limits.schema_attributes.saturating_mul(25) }
}

fn is_json_schema(node: &Node) -> bool {
    let type_is_object = || node.get("type").and_then(|member| member.node.as_text()).is_some_and(|text| &**text == "object");
    node.get("$schema").is_some() || node.get("properties").is_some() || type_is_object()
}

fn from_schema_file(node: &Node, limits: &Limits) -> Result<Schema, SchemaErrors> {
    let Content::Map(members) = &node.content else {
        return fail(node.span, format!("a schema is a map with the keys {}, found {}", KEYS.join(", "), node.what()));
    };
    let mut problems = Problems::default();
    for (key, member) in members.iter().filter(|(key, _)| !KEYS.contains(&&***key)) {
        let help = did_you_mean(key, KEYS).unwrap_or_else(|| format!("keys are {}; attributes are declared below `attributes`", KEYS.join(", ")));
        problems.add_with(member.key, format!("unknown key {}", quoted(key)), Some(help));
    }
    let mut schema = match members.get("extends") {
        None => Schema::clone(&Schema::builtin()),
        Some(member) => base(&member.node, &mut problems),
    };
    schema.strict = match members.get("strict").map(|member| &member.node) {
        None => false,
        Some(Node { content: Content::Bool(strict), .. }) => *strict,
        Some(other) => {
            problems.add(other.span, format!("`strict` is `true` or `false`, found {}", other.what()));
            false
        }
    };
    match members.get("attributes").map(|member| &member.node) {
        // A key with nothing behind it declares nothing.
        None | Some(Node { content: Content::Null, .. }) => {}
        Some(Node { content: Content::Map(declarations), .. }) => {
            declare::declare(&mut schema, declarations, limits, &mut problems);
            settle(&mut schema, declarations, limits, &mut problems);
        }
        Some(other) => problems.add(other.span, format!("`attributes` is a map, found {}", other.what())),
    }
    problems.into_result(schema)
}

fn base(node: &Node, problems: &mut Problems) -> Schema {
    match node.as_text().map(|text| &**text) {
        Some("builtin") => return Schema::clone(&Schema::builtin()),
        Some("none") => {}
        word => {
            let help = word.and_then(|word| did_you_mean(word, ["builtin", "none"]));
            problems.add_with(node.span, format!("`extends` is `builtin` or `none`, found {}", node.what()), help);
        }
    }
    Schema::default()
}
