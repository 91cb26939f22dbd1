//! `POST /v1/evaluate`: one rule on one or many contexts.

use std::time::Instant;

use axum::response::Response;
use serde_json::value::RawValue;

use super::batch::elements;
use crate::backend::Backend;
use crate::diagnostic::to_json;
use crate::engine::{Engine, EvaluateError as Failed, Rule};
use crate::schema::Schema;
use crate::server::call::{Call, json, parse};
use crate::server::clock;
use crate::server::problem::{Kind, Problem};
use crate::server::wire::{EvaluateAnswer, EvaluateError, EvaluateRequest, EvaluateResult, time};
use crate::value::{Timestamp, json as json_value};

pub(super) async fn evaluate(mut call: Call) -> Result<Response, Problem> {
    let body = call.json(call.app.config.max_batch_body).await?;
    let request: EvaluateRequest<'_> = parse(&body)?;
    let now = time(request.now, "/now")?.unwrap_or_else(clock::now);
    let engine = engine(&call, request.ruleset.as_deref(), request.strict).await?;
    let contexts = match (request.context, request.contexts) {
        (Some(one), None) => vec![body.slice_ref(one.get().as_bytes())],
        (None, Some(many)) => elements(&body.slice_ref(many.get().as_bytes()), "/contexts", call.app.config.max_batch)?,
        (Some(_), Some(_)) | (None, None) => return Err(Problem::because(Kind::InvalidRequest, "expected either `context` or `contexts`")),
    };
    let (rule, until) = (request.rule.into_owned(), call.deadline());
    let answer = call
        .heavy(move || {
            let rule = engine.compile(&rule).map_err(|error| {
                let found: Vec<_> = error.diagnostics().iter().take(100).map(|found| to_json(found, error.source())).collect();
                Problem::new(Kind::InvalidRules).with("diagnostics", found)
            })?;
            let results = contexts.iter().map(|context| one(&rule, context, now, until)).collect();
            let diagnostics = rule.diagnostics().iter().take(100).map(|found| to_json(found, rule.source())).collect();
            Ok(EvaluateAnswer { diagnostics, attributes: rule.attributes(), results })
        })
        .await??;
    json(&answer)
}

/// An engine that knows the attributes of a rule set, or the built-in ones.
pub(super) async fn engine(call: &Call, ruleset: Option<&str>, strict: bool) -> Result<Engine, Problem> {
    let schema = match ruleset {
        Some(name) => Schema::clone(call.revision(Some(name), None).await?.set.schema()),
        None => Schema::clone(&Schema::builtin()),
    };
    let schema = Schema { strict: strict || (ruleset.is_some() && schema.strict), ..schema };
    // A rule that is compiled for one request is not worth native code.
    Ok(Engine::new().with_schema(schema).with_limits(call.app.maker.limits().clone()).with_backend(Backend::Interp))
}

fn one(rule: &Rule, context: &[u8], now: Timestamp, until: Instant) -> EvaluateResult {
    let failed = |kind: &str, message: String| EvaluateError { kind: kind.to_owned(), message, span: None, pointer: None };
    let outcome = if Instant::now() > until {
        Err(failed("out_of_time", "the request took longer than it may".to_owned()))
    } else {
        rule.evaluate_json(context, now).map_err(|error| match error {
            Failed::Context(error) => EvaluateError { pointer: Some(error.pointer), ..failed("invalid_context", error.message) },
            Failed::Evaluation(error) => {
                EvaluateError { span: Some([error.span.start, error.span.end]), ..failed(error.kind.name(), error.kind.meaning().to_owned()) }
            }
        })
    };
    let written =
        outcome.and_then(|value| RawValue::from_string(json_value::write(&value)).map_err(|_| failed("internal", "a value has no JSON text".to_owned())));
    match written {
        Ok(value) => EvaluateResult { value: Some(value), error: None },
        Err(error) => EvaluateResult { value: None, error: Some(error) },
    }
}
