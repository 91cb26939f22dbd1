//! A build that tells no collector of anything.

use std::time::Instant;

use axum::response::Response;
use hyper::HeaderMap;

use crate::server::ServeError;
use crate::server::call::Call;
use crate::server::config::Config;
use crate::server::routes::Route;

/// No way to any collector.
#[derive(Debug)]
pub(in crate::server) struct Spans;

/// A request of which nothing is told.
#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct Begun;

impl Spans {
    /// # Errors
    /// There is to be a collector.
    pub(in crate::server) fn open(config: &Config) -> Result<Spans, ServeError> {
        match config.otlp_endpoint {
            Some(_) => Err(ServeError::new("`otlp-endpoint` needs a build with the feature `otel`")),
            None => Ok(Spans),
        }
    }

    pub(in crate::server) fn begin(&self, _headers: &HeaderMap) -> Begun {
        Begun
    }

    pub(in crate::server) fn end(&self, _begun: Begun, _route: &Route, _response: &Response) {}

    pub(in crate::server) fn close(&self, _until: Instant) {}
}

impl Begun {
    pub(in crate::server) fn rule_set(&mut self, _call: &Call) {}
}
