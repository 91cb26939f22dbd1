//! `POST /v1/decide`

use axum::response::Response;

use crate::server::call::{Call, json_text, parse};
use crate::server::decide::Decider;
use crate::server::problem::Problem;
use crate::server::wire::{DecideRequest, time};

/// What most answers are no longer than, in bytes.
const USUAL: usize = 4_096;

pub(super) async fn decide(mut call: Call) -> Result<Response, Problem> {
    let body = call.json(call.app.config.max_body).await?;
    let request: DecideRequest<'_> = parse(&body)?;
    let now = time(request.now, "/now")?;
    let revision = call.revision(request.ruleset.as_deref(), request.digest.as_deref()).await?;
    let _turn = call.app.queue.turn().await?;
    let mut out = Vec::with_capacity(USUAL);
    out.push(b'{');
    let decider = Decider { app: &call.app, by: &call.by, revision: &revision };
    decider.decide(request.context, Some(&body), now, request.trace.into(), &mut out)?;
    out.push(b'}');
    Ok(json_text(out))
}
