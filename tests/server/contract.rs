//! The OpenAPI document: all routes are in it, and whatever the tests are answered is as it says.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use serde_json::{Value, json};
use triggerfish::server::{Access, PROBLEMS, ROUTES, openapi_document};

use super::support::{Answer, Folder, Rig};

static DOCUMENT: LazyLock<Value> = LazyLock::new(openapi_document);
static VALIDATORS: LazyLock<Mutex<HashMap<String, &'static jsonschema::Validator>>> = LazyLock::new(Mutex::default);

/// The path of the document that a path belongs to.
fn template(path: &str) -> Option<&'static str> {
    let parts: Vec<&str> = path.split('/').collect();
    ROUTES.iter().map(|route| route.path).find(|template| {
        let wanted: Vec<&str> = template.split('/').collect();
        wanted.len() == parts.len() && wanted.iter().zip(&parts).all(|(wanted, part)| wanted == part || (*wanted == "{name}" && !part.is_empty()))
    })
}

fn validator(pointer: &str) -> &'static jsonschema::Validator {
    let mut known = VALIDATORS.lock().unwrap();
    known.entry(pointer.to_owned()).or_insert_with(|| {
        let schema = json!({ "$ref": format!("#{pointer}"), "paths": DOCUMENT["paths"], "components": DOCUMENT["components"] });
        Box::leak(Box::new(jsonschema::draft202012::new(&schema).unwrap()))
    })
}

/// Holds an answer against the document.
pub(crate) fn check(method: &str, path: &str, answer: &Answer) {
    let method = method.to_ascii_lowercase().replace("head", "get");
    let Some(template) = template(path) else {
        assert_eq!(answer.outcome(), (404, "not_found".to_owned()), "{method} {path} is not in the document");
        return;
    };
    let operation = &DOCUMENT["paths"][template][&method];
    if operation.is_null() {
        assert_eq!(answer.outcome(), (405, "method_not_allowed".to_owned()), "{method} {path}");
        return;
    }
    let response = &operation["responses"][answer.status.to_string()];
    assert!(response.is_object(), "{method} {template} does not document {}: {}", answer.status, answer.text());
    if answer.code() != "" {
        let told = response["description"].as_str().unwrap();
        assert!(told.contains(&format!("`{}`", answer.code())), "{method} {template}: {} does not document `{}`", answer.status, answer.code());
    }
    let media_type = answer.header("content-type").split(';').next().unwrap().trim();
    if media_type.is_empty() || media_type == "application/yaml" {
        return;
    }
    let content = &response["content"][media_type];
    assert!(content.is_object(), "{method} {template} does not document {media_type} for {}", answer.status);
    if media_type.ends_with("json") && !media_type.contains("ndjson") {
        let at = |part: &str| part.replace('~', "~0").replace('/', "~1").replace('{', "%7B").replace('}', "%7D");
        let pointer = format!("/paths/{}/{method}/responses/{}/content/{}/schema", at(template), answer.status, at(media_type));
        let errors: Vec<String> = validator(&pointer).iter_errors(&answer.json()).take(3).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{method} {template} {}: {errors:?}\n{}", answer.status, answer.text());
    }
}

#[test]
fn every_route_and_every_problem_is_in_the_document() {
    assert_eq!(DOCUMENT["openapi"], "3.1.0");
    let mut told = Vec::new();
    for route in ROUTES {
        let operation = &DOCUMENT["paths"][route.path][route.method.name().to_ascii_lowercase()];
        assert!(operation["summary"].is_string(), "{} {}", route.method.name(), route.path);
        assert_eq!(operation["security"].is_array(), route.access != Access::Open);
        for response in operation["responses"].as_object().unwrap().values() {
            told.push(response["description"].as_str().unwrap().to_owned());
        }
    }
    for row in PROBLEMS {
        let everywhere = ["not_found", "method_not_allowed"].contains(&row.code);
        assert!(everywhere || told.iter().any(|told| told.contains(&format!("`{}`", row.code))), "no route documents `{}`", row.code);
    }
}

/// All references lead somewhere.
#[test]
fn the_document_is_whole() {
    fn visit(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(target)) = members.get("$ref") {
                    found.push(target.clone());
                }
                members.values().for_each(|value| visit(value, found));
            }
            Value::Array(elements) => elements.iter().for_each(|value| visit(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    visit(&DOCUMENT, &mut found);
    assert!(found.len() > 50);
    for target in found {
        assert!(DOCUMENT.pointer(target.strip_prefix('#').unwrap()).is_some(), "{target}");
    }
    for (name, schema) in DOCUMENT["components"]["schemas"].as_object().unwrap() {
        assert!(
            schema.get("type").is_some() || schema.get("oneOf").is_some() || schema.get("allOf").is_some() || schema.get("enum").is_some(),
            "{name}: {schema}"
        );
        validator(&format!("/components/schemas/{name}"));
    }
}

#[tokio::test]
async fn the_service_gives_the_document() {
    let rig = Rig::new(Folder::new(), &[]);
    assert_eq!(rig.get("/openapi.json").await.json(), *DOCUMENT);
}
