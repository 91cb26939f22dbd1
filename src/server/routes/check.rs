//! `POST /v1/check`: what is wrong with a rule set or a rule, without using it.

use axum::response::Response;

use super::evaluate;
use crate::diagnostic::{Diagnostic, to_json};
use crate::document::Format;
use crate::engine::Engine;
use crate::server::app::App;
use crate::server::call::{Call, json, parse};
use crate::server::load::{Lists, failing};
use crate::server::name::Name;
use crate::server::problem::{Kind, Problem};
use crate::server::wire::{CheckAnswer, CheckKind, CheckRequest, SourceFormat};

pub(super) async fn check(mut call: Call) -> Result<Response, Problem> {
    let body = call.json(call.app.config.max_ruleset).await?;
    let request: CheckRequest = parse(&body)?;
    drop(body);
    let answer = match request.kind {
        CheckKind::Rule => {
            let engine = evaluate::engine(&call, request.ruleset.as_deref(), request.strict).await?;
            call.heavy(move || rule(&engine, &request.source)).await?
        }
        CheckKind::Ruleset => {
            let (app, bound) = (call.app.clone(), call.by.organisation.is_some());
            call.heavy(move || rule_set(&app, bound, &request)).await??
        }
    };
    json(&answer)
}

fn told(found: &[Diagnostic], source: &str) -> Vec<serde_json::Value> {
    found.iter().take(1_000).map(|found| to_json(found, source)).collect()
}

fn rule(engine: &Engine, source: &str) -> CheckAnswer {
    match engine.compile(source) {
        Ok(rule) => CheckAnswer {
            ok: true,
            diagnostics: told(rule.diagnostics(), source),
            attributes: Some(rule.attributes()),
            canonical: Some(rule.canonical()),
            ..CheckAnswer::default()
        },
        Err(error) => CheckAnswer { diagnostics: told(error.diagnostics(), source), ..CheckAnswer::default() },
    }
}

fn rule_set(app: &App, bound: bool, request: &CheckRequest) -> Result<CheckAnswer, Problem> {
    let name = Name::new("ruleset").ok_or_else(|| Problem::new(Kind::Internal))?;
    let lists = match &request.files {
        Some(files) => Lists::Kept(files),
        None if bound => Lists::None,
        None => Lists::Folder(&app.config.rules),
    };
    Ok(match app.maker.load(&name, &request.source, format(request.format), lists) {
        Ok(loaded) => {
            let set = loaded.set;
            let tests = failing(&set);
            let uncovered = serde_json::to_value(set.run_tests().uncovered).map_err(|_| Problem::new(Kind::Internal))?;
            CheckAnswer {
                ok: tests.is_empty(),
                diagnostics: told(set.warnings(), set.source()),
                digest: Some(set.digest().to_owned()),
                attributes: Some(set.attributes()),
                canonical: None,
                failing_tests: Some(tests),
                uncovered: Some(uncovered),
            }
        }
        Err(refusal) => CheckAnswer { diagnostics: refusal.diagnostics, ..CheckAnswer::default() },
    })
}

pub(super) fn format(format: SourceFormat) -> Format {
    match format {
        SourceFormat::Yaml => Format::Yaml,
        SourceFormat::Json => Format::Json,
    }
}
