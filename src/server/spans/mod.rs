//! Spans: what is told of each request to an OpenTelemetry collector, by builds with the feature `otel` that are told where one is.
//!
//! A span holds the method, the route as the table of routes has it, the status, the code of a problem, and the name of a rule set that is served: of what a
//! caller has sent, nothing but the identities in `traceparent`. A request never waits for a collector: what finds no room is dropped.

#[cfg(not(feature = "otel"))]
mod none;
#[cfg(feature = "otel")]
mod otlp;

#[cfg(not(feature = "otel"))]
pub(super) use none::Spans;
#[cfg(feature = "otel")]
pub(super) use otlp::Spans;
