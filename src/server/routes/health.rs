//! What is reachable for everybody, whatever the load.

use axum::response::Response;

use super::text;
use crate::server::call::{Call, json_text};
use crate::server::openapi;
use crate::server::problem::{Kind, Problem};

pub(super) async fn live(_call: Call) -> Result<Response, Problem> {
    Ok(text("text/plain", "ok\n"))
}

pub(super) async fn ready(call: Call) -> Result<Response, Problem> {
    if call.app.ready() { Ok(text("text/plain", "ready\n")) } else { Err(Problem::because(Kind::Unavailable, "there is no rule set")) }
}

pub(super) async fn metrics(call: Call) -> Result<Response, Problem> {
    call.app.metrics.in_flight.set(i64::try_from(call.app.requests.taken()).unwrap_or(i64::MAX));
    Ok(text("application/openmetrics-text; version=1.0.0; charset=utf-8", call.app.metrics.text()))
}

pub(super) async fn openapi(_call: Call) -> Result<Response, Problem> {
    Ok(json_text(openapi::text()))
}
