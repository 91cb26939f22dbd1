//! The OpenAPI 3.1 document: made of the table of routes, the table of problems, the wire types and the schema of decisions.

use std::sync::OnceLock;

use bytes::Bytes;
use serde_json::{Map, Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::problem::{Kind, TABLE};
use super::routes::{Access, ROUTES, Route, Shape};
use super::wire;

/// The names of rule sets.
const NAME: &str = "^[a-z0-9][a-z0-9._-]{0,63}$";

/// The document as JSON text. It is made once.
pub(super) fn text() -> Bytes {
    static TEXT: OnceLock<Bytes> = OnceLock::new();
    TEXT.get_or_init(|| document().to_string().into()).clone()
}

/// The document.
#[must_use]
pub fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        let place = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Value::Object(place) = place {
            place.insert(route.method.name().to_ascii_lowercase(), operation(route));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Triggerfish",
            "description": "Decides what a user is offered when a chatbot cannot help.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn operation(route: &Route) -> Value {
    let mut operation = Map::new();
    let mut put = |key: &str, value: Value| _ = operation.insert(key.to_owned(), value);
    put("summary", route.summary.into());
    put("operationId", format!("{}{}", route.method.name().to_ascii_lowercase(), route.path.replace(|c: char| !c.is_ascii_alphanumeric(), "_")).into());
    if let Access::Needs(scope) = route.access {
        put("description", format!("Needs a token with the scope `{}`, where there are tokens.", scope.name()).into());
        put("security", json!([{ "token": [] }]));
    }
    let parameters = parameters(route);
    if !parameters.is_empty() {
        put("parameters", parameters.into());
    }
    if let Some(content) = content(route.takes) {
        put("requestBody", json!({ "required": !route.path.ends_with("/rollback"), "content": content }));
    }
    put("responses", responses(route));
    Value::Object(operation)
}

fn parameters(route: &Route) -> Vec<Value> {
    let mut parameters = Vec::new();
    if route.path.contains("{name}") {
        let schema = json!({ "type": "string", "pattern": NAME });
        parameters.push(json!({ "name": "name", "in": "path", "required": true, "description": "The name of the rule set", "schema": schema }));
    }
    for (name, description) in route.query {
        parameters.push(json!({ "name": name, "in": "query", "description": description, "schema": query(name) }));
    }
    if route.may_tell(Kind::PreconditionFailed) {
        let tags = json!({ "type": "string", "pattern": r#"^(\*|"[^"]*"( *, *"[^"]*")*)$"# });
        parameters.push(header("if-match", "The tags of revisions of which one has to be there, or `*`", tags));
        parameters.push(header("if-none-match", "`*`: there is no such rule set yet", json!({ "const": "*" })));
    } else if route.may_tell(Kind::InvalidHeader) && route.takes == Shape::None {
        parameters.push(header("if-none-match", "Tags of revisions that the caller has", json!({ "type": "string" })));
    }
    parameters
}

/// The schema of a parameter of the query.
fn query(name: &str) -> Value {
    match name {
        "ruleset" => json!({ "type": "string", "pattern": NAME }),
        "now" => json!({ "$ref": "#/components/schemas/Time" }),
        "trace" => json!({ "$ref": "#/components/schemas/Trace" }),
        _ => json!({ "type": "string" }),
    }
}

fn header(name: &str, description: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "header", "description": description, "schema": schema })
}

fn responses(route: &Route) -> Value {
    let (status, shape) = route.gives;
    let mut responses = Map::new();
    let mut answer = json!({ "description": route.summary });
    if let (Some(content), Value::Object(answer)) = (content(shape), &mut answer) {
        answer.insert("content".to_owned(), content);
        if matches!(shape, Shape::Json("RuleSetAnswer" | "RevisionAnswer")) {
            answer.insert("headers".to_owned(), json!({ "etag": { "description": "The tag of the revision", "schema": { "type": "string" } } }));
        }
    }
    if route.takes == Shape::RuleSet || route.path.ends_with("/rollback") {
        responses.insert("201".to_owned(), answer.clone());
    }
    responses.insert(status.to_string(), answer);
    if route.path == "/v1/rulesets/{name}" && status == 200 && route.takes == Shape::None {
        responses.insert("304".to_owned(), json!({ "description": "The revision is the one of `if-none-match`." }));
    }
    let common: &[Kind] = match route.access {
        Access::Open => &[Kind::Internal],
        Access::Needs(_) => &[Kind::Unauthorized, Kind::Forbidden, Kind::Internal, Kind::Overloaded, Kind::Unavailable, Kind::OutOfTime],
    };
    let named: &[Kind] = if route.path.contains("{name}") { &[Kind::InvalidName, Kind::UnknownRuleSet, Kind::Unavailable] } else { &[] };
    for row in TABLE {
        if !common.contains(&row.kind) && !named.contains(&row.kind) && !route.may_tell(row.kind) {
            continue;
        }
        let response = responses.entry(row.status.to_string()).or_insert_with(
            || json!({ "description": "", "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } }),
        );
        let header = match row.status {
            401 => Some(("www-authenticate", json!({ "const": "Bearer" }))),
            503 => Some(("retry-after", json!({ "type": "integer" }))),
            _ => None,
        };
        if let (Some((name, schema)), Value::Object(response)) = (header, &mut *response) {
            response.insert("headers".to_owned(), json!({ name: { "schema": schema } }));
        }
        if let Some(Value::String(description)) = response.get_mut("description") {
            let more = format!("`{}`: {}", row.code, row.title);
            *description = if description.is_empty() { more } else { format!("{description}; {more}") };
        }
    }
    Value::Object(responses)
}

fn content(shape: Shape) -> Option<Value> {
    let named = |name: &str| if name == "Object" { json!({ "type": "object" }) } else { json!({ "$ref": format!("#/components/schemas/{name}") }) };
    let string = || json!({ "schema": { "type": "string" } });
    match shape {
        Shape::None => None,
        Shape::Json(name) => Some(json!({ "application/json": { "schema": named(name) } })),
        Shape::Text(media_type) => Some(json!({ media_type: string() })),
        Shape::JsonOrLines(whole, line) => {
            let lines = format!("Lines, each a JSON text as `#/components/schemas/{line}` says.");
            Some(json!({ "application/json": { "schema": named(whole) }, "application/x-ndjson": { "schema": { "type": "string", "description": lines } } }))
        }
        Shape::RuleSet => Some(json!({ "application/yaml": string(), "application/json": { "schema": { "type": "object" } } })),
    }
}

fn schemas() -> Value {
    let mut found: Vec<(String, RefOr<Schema>)> = Vec::new();
    macro_rules! collect {
        ($($ty:ty),* $(,)?) => {
            $(
                found.push((<$ty as ToSchema>::name().into_owned(), <$ty as PartialSchema>::schema()));
                <$ty as ToSchema>::schemas(&mut found);
            )*
        };
    }
    collect!(
        wire::DecideRequest<'_>,
        wire::described::DecideAnswer,
        wire::BatchRequest<'_>,
        wire::BatchItem<'_>,
        wire::described::BatchAnswer,
        wire::described::BatchResult,
        wire::ExplainAnswer,
        wire::EvaluateRequest<'_>,
        wire::EvaluateAnswer,
        wire::CheckRequest,
        wire::CheckAnswer,
        wire::CompareRequest<'_>,
        wire::CompareAnswer,
        wire::RuleSetsAnswer,
        wire::RuleSetAnswer,
        wire::RevisionsAnswer,
        wire::RevisionAnswer,
        wire::RollbackRequest,
        wire::StatusAnswer,
        wire::described::Time,
        wire::described::Id,
    );
    let mut schemas: Map<String, Value> = Map::new();
    for (name, schema) in found {
        // Types that serialize have a schema that does.
        schemas.insert(name, serde_json::to_value(&schema).unwrap_or(Value::Null));
    }
    let decision = crate::handoff::decision_schema();
    if let Value::Object(mut decision) = decision {
        if let Some(Value::Object(parts)) = decision.remove("$defs") {
            schemas.extend(parts.into_iter().map(|(name, part)| (part_name(&name), rooted(part))));
        }
        decision.remove("$schema");
        schemas.insert("Decision".to_owned(), rooted(Value::Object(decision)));
    }
    schemas.insert("Problem".to_owned(), problem());
    schemas.insert("Time".to_owned(), time());
    Value::Object(schemas)
}

/// What a part of the schema of decisions is called here.
fn part_name(name: &str) -> String {
    format!("Decision_{name}")
}

/// A schema whose references lead to where its parts stand in this document.
fn rooted(schema: Value) -> Value {
    match schema {
        Value::Object(members) => Value::Object(members.into_iter().map(|(key, value)| rooted_member(key, value)).collect()),
        Value::Array(elements) => elements.into_iter().map(rooted).collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}

fn rooted_member(key: String, value: Value) -> (String, Value) {
    let part = if key == "$ref" { value.as_str().and_then(|target| target.strip_prefix("#/$defs/")).map(part_name) } else { None };
    let value = part.map_or_else(|| rooted(value), |part| format!("#/components/schemas/{part}").into());
    (key, value)
}

fn time() -> Value {
    json!({
        "description": "A time: seconds since 1970, or RFC 3339.",
        "oneOf": [{ "type": "number", "minimum": -62_135_596_800_i64, "maximum": 253_402_300_799_i64 }, { "type": "string", "format": "date-time" }],
    })
}

fn problem() -> Value {
    let codes: Vec<&str> = TABLE.iter().map(|row| row.code).collect();
    json!({
        "type": "object",
        "description": "What went wrong (RFC 9457): the place, and never the value.",
        "required": ["type", "code", "title", "status"],
        "properties": {
            "type": { "type": "string", "description": "`urn:triggerfish:problem:` and the code." },
            "code": { "enum": codes },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "pointer": { "type": "string", "description": "Where in the body: a JSON pointer." },
            "line": { "type": "integer" },
            "column": { "type": "integer" },
            "offset": { "type": "integer" },
            "limit": { "type": "integer" },
            "etag": { "type": "string", "description": "The tag of the revision that is there." },
            "diagnostics": { "type": "array", "items": { "type": "object" } },
            "tests": { "type": "array", "items": { "type": "object" } },
        },
    })
}
