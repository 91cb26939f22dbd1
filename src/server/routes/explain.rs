//! `POST /v1/explain`

use axum::response::Response;

use crate::server::call::{Call, json, parse};
use crate::server::clock;
use crate::server::decide::Decider;
use crate::server::problem::Problem;
use crate::server::wire::{DecideRequest, ExplainAnswer, time};

pub(super) async fn explain(mut call: Call) -> Result<Response, Problem> {
    let body = call.json(call.app.config.max_body).await?;
    let request: DecideRequest<'_> = parse(&body)?;
    let now = time(request.now, "/now")?.unwrap_or_else(clock::now);
    let revision = call.revision(request.ruleset.as_deref(), request.digest.as_deref()).await?;
    Decider { app: &call.app, by: &call.by, revision: &revision }.admit(request.context)?;
    let context = body.slice_ref(request.context.get().as_bytes());
    // It decides again for each change that it tries.
    let explanation = call.heavy(move || revision.set.explain_json(&context, now)).await?;
    json(&ExplainAnswer { explanation })
}
