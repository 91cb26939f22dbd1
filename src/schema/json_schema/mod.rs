//! JSON Schema, draft 2020-12, out and in.
//!
//! | a schema's | JSON Schema |
//! |---|---|
//! | `bool` `integer` `number` `text` | `type: boolean / integer / number / string` |
//! | `time` | `type: [number, string]`, `format: date-time` |
//! | `enum`, closed | `type: string`, `enum` |
//! | `enum`, open | `type: string`, `examples`, `x-open: true` |
//! | `list<T>` | `type: array`, `items` |
//! | `map<T>` | `type: object`, `additionalProperties`, and `properties` for keys that are declared themselves |
//! | `object` | `type: object`, `properties`, and `additionalProperties: false` for a closed one |
//! | `any` | no `type`; all types but `null` if it is not nullable |
//! | nullable | `"null"` among the types, and not in `required` |
//! | `pii`, strict, `default`, `max_age` | `x-pii`, `x-strict`, `x-default`, `x-max_age` |
//!
//! What is written reads back as it was. Of foreign schemas, reading understands `type` (one type, or one and `null`, or `integer` and `number`),
//! `format: date-time` of a string (a `time`),
//! `properties`, `required`, `items`, `additionalProperties`, `enum`, `const`, `description`, `anyOf` and `oneOf` of `null` and one other, `allOf` of one,
//! `$ref` within the document (`#/...`; what contains itself becomes `any` there). Everything else only narrows what these say and is ignored;
//! where nothing is left, the type is `any`. Required and optional parts of the other kinds of combination are not merged.

mod export;
mod import;

pub(super) use import::import;

use super::Schema;
use super::SchemaErrors;
use crate::document::Node;
use crate::limits::Limits;

/// The keyword that marks personal data.
const PII: &str = "x-pii";
/// The keyword that says that an enum has other values too.
const OPEN: &str = "x-open";
/// The keyword of a strict schema.
const STRICT: &str = "x-strict";
/// The draft that is written.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The keyword of a default.
const DEFAULT: &str = "x-default";
/// The keyword of live data.
const MAX_AGE: &str = "x-max_age";
/// The format of a time.
const DATE_TIME: &str = "date-time";

impl Schema {
    /// The schema as JSON Schema, draft 2020-12.
    ///
    /// ```
    /// use triggerfish::{Limits, schema::{Format, Schema}};
    /// let schema = Schema::read(r#"{"extends": "none", "attributes": {"plan": {"type": "text", "pii": true}}}"#, Format::Json, &Limits::default())?;
    /// assert_eq!(schema.to_json_schema()["properties"]["plan"], serde_json::json!({ "type": ["string", "null"], "x-pii": true }));
    /// # Ok::<(), triggerfish::schema::SchemaErrors>(())
    /// ```
    #[must_use]
    pub fn to_json_schema(&self) -> serde_json::Value {
        export::schema(self)
    }

    /// Reads a JSON Schema: the attributes are its top-level properties, and it extends nothing. [`Schema::read`] does so for a text.
    /// What it understands is the subset that [`Schema::to_json_schema`] writes, and the usual forms beside it; what it does not makes an attribute `any`.
    ///
    /// # Errors
    /// What is no JSON Schema, refers to nothing, nests too deep or grows too large.
    ///
    /// ```
    /// use triggerfish::{Limits, schema::{Schema, Type}};
    /// let foreign = serde_json::json!({ "type": "object", "properties": { "age": { "$ref": "#/$defs/age" } }, "$defs": { "age": { "type": "integer" } } });
    /// assert_eq!(Schema::from_json_schema(&foreign, &Limits::default())?.attributes["age"].ty, Type::Integer);
    /// # Ok::<(), triggerfish::schema::SchemaErrors>(())
    /// ```
    pub fn from_json_schema(schema: &serde_json::Value, limits: &Limits) -> Result<Schema, SchemaErrors> {
        import(&Node::from_value(schema, super::bounds(limits))?, limits)
    }
}
