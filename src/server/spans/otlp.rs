//! Spans by OTLP over HTTP, as protobuf: queued, and sent by a thread of the SDK's own.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use hyper::HeaderMap;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::{Span as _, SpanKind, Status, Tracer as _, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

use crate::server::ServeError;
use crate::server::call::Call;
use crate::server::config::Config;
use crate::server::problem;
use crate::server::routes::Route;

/// A collector that has not answered after this has failed.
const PATIENCE: Duration = Duration::from_secs(5);
/// The one header of a caller that is read. `tracestate` may hold anything, so it is not.
const PARENT: &str = "traceparent";

/// The way to a collector, if there is one.
#[derive(Debug)]
pub(in crate::server) struct Spans(Option<Collector>);

#[derive(Debug)]
struct Collector {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
    propagator: TraceContextPropagator,
}

/// A request that runs.
#[derive(Debug)]
pub(in crate::server) struct Begun(Option<Told>);

#[derive(Debug)]
struct Told {
    at: SystemTime,
    /// What the request is a part of.
    parent: Context,
    rule_set: Option<String>,
}

impl Spans {
    /// Opens the way to the collector that the configuration names.
    ///
    /// # Errors
    /// What is named is no collector, or no thread can be started.
    pub(in crate::server) fn open(config: &Config) -> Result<Spans, ServeError> {
        let Some(endpoint) = &config.otlp_endpoint else { return Ok(Spans(None)) };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client::new())
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(PATIENCE)
            .with_endpoint(format!("{endpoint}/v1/traces"))
            .build()
            .map_err(|error| ServeError::new(format!("spans cannot be sent: {error}")))?;
        let resource = Resource::builder();
        // Whoever starts the service may call it otherwise.
        let resource = if std::env::var_os("OTEL_SERVICE_NAME").is_none() { resource.with_service_name("triggerfish") } else { resource };
        let resource = resource.with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))).build();
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
        let tracer = provider.tracer("triggerfish");
        Ok(Spans(Some(Collector { provider, tracer, propagator: TraceContextPropagator::new() })))
    }

    /// A request has come.
    pub(in crate::server) fn begin(&self, headers: &HeaderMap) -> Begun {
        Begun(self.0.as_ref().map(|collector| Told {
            at: SystemTime::now(),
            parent: collector.propagator.extract_with_context(&Context::new(), &Parent(headers)),
            rule_set: None,
        }))
    }

    /// It is answered.
    pub(in crate::server) fn end(&self, begun: Begun, route: &Route, response: &axum::response::Response) {
        let (Some(collector), Some(told)) = (&self.0, begun.0) else { return };
        let status = response.status();
        let mut attributes = vec![
            KeyValue::new("http.request.method", route.method.name()),
            KeyValue::new("http.route", route.path),
            KeyValue::new("http.response.status_code", i64::from(status.as_u16())),
        ];
        attributes.extend(told.rule_set.map(|name| KeyValue::new("triggerfish.ruleset", name)));
        attributes.extend(response.extensions().get::<problem::Told>().map(|problem::Told(kind)| KeyValue::new("error.type", kind.row().code)));
        let span = collector.tracer.span_builder(format!("{} {}", route.method.name(), route.path));
        let span = span.with_kind(SpanKind::Server).with_start_time(told.at).with_attributes(attributes);
        let mut span = collector.tracer.build_with_context(span, &told.parent);
        if status.is_server_error() {
            span.set_status(Status::error(""));
        }
        span.end();
    }

    /// Sends what waits to be sent. Waits so long and no longer.
    pub(in crate::server) fn close(&self, until: Instant) {
        let Some(collector) = &self.0 else { return };
        let patience = until.saturating_duration_since(Instant::now()).min(PATIENCE);
        if collector.provider.shutdown_with_timeout(patience).is_err() {
            tracing::warn!("not all spans were sent");
        }
    }
}

impl Begun {
    /// The request is one for a rule set. A name that is none is not told: it may be anything.
    pub(in crate::server) fn rule_set(&mut self, call: &Call) {
        if let Some(told) = &mut self.0 {
            told.rule_set = call.name.clone().filter(|name| call.app.current.get().revision(name).is_some());
        }
    }
}

/// What a caller says that its request is a part of.
struct Parent<'h>(&'h HeaderMap);

impl Extractor for Parent<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        if key == PARENT { self.0.get(PARENT)?.to_str().ok() } else { None }
    }

    fn keys(&self) -> Vec<&str> {
        vec![PARENT]
    }
}

/// Sends, and waits for the answer: it runs in the thread that does nothing else.
#[derive(Debug)]
struct Client {
    agent: ureq::Agent,
    /// Whether sending failed the last time: it is told once, not every time.
    failing: AtomicBool,
}

impl Client {
    fn new() -> Client {
        let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).max_redirects(0).build();
        Client { agent: config.new_agent(), failing: AtomicBool::new(false) }
    }

    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sent = self.agent.run(request.map(|body| body.to_vec())).and_then(|response| {
            let (parts, mut body) = response.into_parts();
            Ok(Response::from_parts(parts, Bytes::from(body.read_to_vec()?)))
        });
        let failed = match &sent {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => Some(response.status().to_string()),
            Err(error) => Some(error.to_string()),
        };
        if failed.is_some() != self.failing.swap(failed.is_some(), Ordering::Relaxed) {
            match failed {
                Some(error) => tracing::error!(%error, "spans cannot be sent"),
                None => tracing::info!("spans are sent again"),
            }
        }
        sent.map_err(HttpError::from)
    }
}

impl HttpClient for Client {
    fn send_bytes<'s, 'f>(&'s self, request: Request<Bytes>) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'f>>
    where
        's: 'f,
        Self: 'f,
    {
        Box::pin(std::future::ready(self.send(request)))
    }
}
