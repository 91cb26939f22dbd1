//! The routes: the one table that the router, the authorization matrix of the tests and the OpenAPI document are made of.
//!
//! Every request goes the same way: room in the service, the caller, the handler, what is counted. A handler gives an answer or a problem.

mod batch;
mod check;
mod compare;
mod decide;
mod evaluate;
mod events;
mod explain;
mod health;
mod rulesets;
mod status;
mod stream;
mod write;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts as _, Path, Request};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, on};
use hyper::header::AUTHORIZATION;
use tower_http::catch_panic::CatchPanicLayer;

use super::app::App;
use super::auth::{Principal, Scope};
use super::call::Call;
use super::problem::{Kind, Problem, Told};

type Answer = Pin<Box<dyn Future<Output = Result<Response, Problem>> + Send>>;

/// Who may use a route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Everybody, whatever the load.
    Open,
    /// Whose token has the scope.
    Needs(Scope),
}

/// A method.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// GET, and HEAD with it.
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// DELETE
    Delete,
}

impl Method {
    /// As in a request.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }

    fn filter(self) -> MethodFilter {
        match self {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
            Method::Put => MethodFilter::PUT,
            Method::Delete => MethodFilter::DELETE,
        }
    }
}

/// What a body is, or an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// Nothing.
    None,
    /// JSON of a named schema.
    Json(&'static str),
    /// Text of a media type.
    Text(&'static str),
    /// JSON of a named schema, or lines of NDJSON of another.
    JsonOrLines(&'static str, &'static str),
    /// A rule set: YAML or JSON.
    RuleSet,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path; `{name}` is the name of a rule set.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
    /// One line for people.
    pub summary: &'static str,
    /// What it takes.
    pub takes: Shape,
    /// What it gives, and with which status.
    pub gives: (u16, Shape),
    /// The problems that it may tell beside those that all routes may.
    pub problems: &'static [&'static [Kind]],
    /// The parameters of its query.
    pub query: &'static [(&'static str, &'static str)],
    handler: Handler,
}

impl Route {
    /// Whether it may tell a problem of its own.
    #[must_use]
    pub fn may_tell(&self, kind: Kind) -> bool {
        self.problems.iter().any(|kinds| kinds.contains(&kind))
    }
}

#[derive(Clone, Copy)]
struct Handler(fn(Call) -> Answer);

impl std::fmt::Debug for Handler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handler")
    }
}

/// The problems of routes that take a body.
const BODY: &[Kind] = &[Kind::InvalidRequest, Kind::Timeout, Kind::TooLarge, Kind::UnsupportedMediaType];
/// The problem of a body that has to be JSON.
const JSON: &[Kind] = &[Kind::InvalidJson];
/// The problems of routes that work with a revision.
const REVISION: &[Kind] = &[Kind::RuleSetRequired, Kind::OtherOrganisation, Kind::UnknownRuleSet, Kind::UnknownDigest, Kind::Unavailable];
/// The problems of routes that change rule sets.
const CHANGE: &[Kind] = &[
    Kind::InvalidHeader,
    Kind::InvalidName,
    Kind::OtherOrganisation,
    Kind::ReadOnly,
    Kind::UnknownRuleSet,
    Kind::Conflict,
    Kind::PreconditionFailed,
    Kind::Storage,
];
/// The problems of a rule set that is to serve.
const REFUSED: &[Kind] = &[Kind::InvalidRules, Kind::FailingTests];

const DECIDE: Access = Access::Needs(Scope::Decide);
const READ: Access = Access::Needs(Scope::Read);
const PUBLISH: Access = Access::Needs(Scope::Publish);

/// What a stream of decisions is told in the query.
const STREAM_QUERY: &[(&str, &str)] = &[
    ("ruleset", "Of a stream: the rule set"),
    ("digest", "Of a stream: the revision that has to decide"),
    ("now", "Of a stream: the time of decisions that state none"),
    ("trace", "Of a stream: how much of the reasons decisions tell"),
];
/// What a change of a rule set is told in the query.
const CHANGE_QUERY: &[(&str, &str)] = &[("change_note", "What is changed")];

macro_rules! handler {
    ($handler:path) => {
        Handler(|call| Box::pin($handler(call)))
    };
}

macro_rules! routes {
    ($($method:ident $path:literal $access:ident $handler:path : $summary:literal, $takes:expr => $status:literal $gives:expr, $problems:expr, $query:expr;)*) => {
        /// All routes.
        pub const ROUTES: &[Route] = &[$(Route {
            method: Method::$method,
            path: $path,
            access: $access,
            summary: $summary,
            takes: $takes,
            gives: ($status, $gives),
            problems: $problems,
            query: $query,
            handler: handler!($handler),
        }),*];
    };
}

const OPEN: Access = Access::Open;
const BOTH: &[&[Kind]] = &[JSON, BODY, REVISION];
const STREAM: &[&[Kind]] = &[JSON, BODY, REVISION, &[Kind::InvalidHeader]];
const RULES: &[&[Kind]] = &[JSON, BODY, REVISION, &[Kind::InvalidRules]];
const PUT: &[&[Kind]] = &[CHANGE, BODY, REFUSED];
const ROLL: &[&[Kind]] = &[CHANGE, JSON, BODY, REFUSED, &[Kind::UnknownDigest]];
const BATCH: Shape = Shape::JsonOrLines("BatchRequest", "BatchItem");
const RESULTS: Shape = Shape::JsonOrLines("BatchAnswer", "BatchResult");

routes! {
    Get "/healthz" OPEN health::live: "Whether the process runs", Shape::None => 200 Shape::Text("text/plain"), &[], &[];
    Get "/readyz" OPEN health::ready: "Whether it can decide: 503 until a rule set is there", Shape::None => 200 Shape::Text("text/plain"), &[&[Kind::Unavailable]], &[];
    Get "/metrics" OPEN health::metrics: "Counters, as Prometheus reads them", Shape::None => 200 Shape::Text("application/openmetrics-text"), &[], &[];
    Get "/openapi.json" OPEN health::openapi: "This document", Shape::None => 200 Shape::Json("Object"), &[], &[];
    Post "/v1/decide" DECIDE decide::decide: "Decide what a user is offered", Shape::Json("DecideRequest") => 200 Shape::Json("DecideAnswer"), BOTH, &[];
    Post "/v1/decide:batch" DECIDE batch::decide: "Decide on many contexts, by one revision", BATCH => 200 RESULTS, STREAM, STREAM_QUERY;
    Post "/v1/explain" DECIDE explain::explain: "A decision in sentences, and what would change it", Shape::Json("DecideRequest") => 200 Shape::Json("ExplainAnswer"), BOTH, &[];
    Post "/v1/evaluate" DECIDE evaluate::evaluate: "Evaluate a rule on contexts", Shape::Json("EvaluateRequest") => 200 Shape::Json("EvaluateAnswer"), RULES, &[];
    Post "/v1/check" READ check::check: "Check a rule set or a rule without using it", Shape::Json("CheckRequest") => 200 Shape::Json("CheckAnswer"), BOTH, &[];
    Post "/v1/compare" READ compare::compare: "Whose decision changes from one revision to another", Shape::Json("CompareRequest") => 200 Shape::Json("CompareAnswer"), RULES, &[];
    Get "/v1/rulesets" READ rulesets::list: "The rule sets", Shape::None => 200 Shape::Json("RuleSetsAnswer"), &[], &[];
    Get "/v1/rulesets/{name}" READ rulesets::get: "A rule set with its text", Shape::None => 200 Shape::Json("RuleSetAnswer"), &[&[Kind::UnknownRuleSet, Kind::InvalidHeader]], &[];
    Put "/v1/rulesets/{name}" PUBLISH write::put: "Put a rule set in the place of what is there, if anything is", Shape::RuleSet => 200 Shape::Json("RevisionAnswer"), PUT, CHANGE_QUERY;
    Delete "/v1/rulesets/{name}" PUBLISH write::delete: "Remove a rule set", Shape::None => 204 Shape::None, &[CHANGE], &[];
    Post "/v1/rulesets/{name}/decide" DECIDE decide::decide: "Decide what a user is offered", Shape::Json("DecideRequest") => 200 Shape::Json("DecideAnswer"), BOTH, &[];
    Post "/v1/rulesets/{name}/decide:batch" DECIDE batch::decide: "Decide on many contexts, by one revision", BATCH => 200 RESULTS, STREAM, STREAM_QUERY;
    Post "/v1/rulesets/{name}/explain" DECIDE explain::explain: "A decision in sentences, and what would change it", Shape::Json("DecideRequest") => 200 Shape::Json("ExplainAnswer"), BOTH, &[];
    Get "/v1/rulesets/{name}/revisions" READ rulesets::revisions: "The revisions of a rule set that are kept", Shape::None => 200 Shape::Json("RevisionsAnswer"), &[&[Kind::UnknownRuleSet]], &[];
    Post "/v1/rulesets/{name}/rollback" PUBLISH write::rollback: "Put an older revision in the place of what is there", Shape::Json("RollbackRequest") => 200 Shape::Json("RevisionAnswer"), ROLL, &[];
    Get "/v1/rulesets/{name}/schema" READ rulesets::schema: "The JSON Schema of the contexts of a rule set", Shape::None => 200 Shape::Json("Object"), &[&[Kind::UnknownRuleSet]], &[];
    Get "/v1/events" READ events::events: "Revisions that come and go, as server-sent events", Shape::None => 200 Shape::Text("text/event-stream"), &[], &[];
    Get "/v1/status" READ status::status: "How the service is", Shape::None => 200 Shape::Json("StatusAnswer"), &[], &[];
}

/// The router of the service.
pub(super) fn router(app: &Arc<App>) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let app = app.clone();
        router = router.route(route.path, on(route.method.filter(), move |request: Request| answer(app, *route, request)));
    }
    let (unknown, other) = (app.clone(), app.clone());
    let defect = |_: Box<dyn std::any::Any + Send>| {
        tracing::error!("a request ended in a defect of the service");
        Problem::new(Kind::Internal).into_response()
    };
    router
        .fallback(move || refuse(unknown, Kind::NotFound))
        .method_not_allowed_fallback(move || refuse(other, Kind::MethodNotAllowed))
        .layer(CatchPanicLayer::custom(defect))
}

async fn refuse(app: Arc<App>, kind: Kind) -> Response {
    app.metrics.problem(kind.row().code);
    Problem::new(kind).into_response()
}

/// Takes a request all the way to its answer.
async fn answer(app: Arc<App>, route: Route, request: Request) -> Response {
    let started = Instant::now();
    let mut span = app.spans.begin(request.headers());
    let response = match call(app.clone(), route, request, started).await {
        Ok(call) => {
            span.rule_set(&call);
            (route.handler.0)(call).await.unwrap_or_else(Problem::into_response)
        }
        Err(problem) => problem.into_response(),
    };
    if let Some(Told(kind)) = response.extensions().get::<Told>() {
        app.metrics.problem(kind.row().code);
        tracing::debug!(route = route.path, code = kind.row().code, "a problem was told");
    }
    app.metrics.answered(route.path, response.status().as_u16(), started.elapsed());
    app.spans.end(span, &route, &response);
    response
}

/// Lets a request in: there is room, and its caller may.
async fn call(app: Arc<App>, route: Route, request: Request, started: Instant) -> Result<Call, Problem> {
    let (mut parts, body) = request.into_parts();
    let (room, by) = match route.access {
        Access::Open => (None, Principal::default()),
        Access::Needs(scope) => {
            if parts.extensions.get::<super::listen::Reserve>().is_some() {
                return Err(Problem::new(Kind::Overloaded));
            }
            let room = app.requests.enter()?;
            (Some(room), authorize(&app, &parts, scope)?)
        }
    };
    let name = if route.path.contains("{name}") {
        let malformed = |_| Problem::new(Kind::InvalidName);
        let Path(name) = Path::<String>::from_request_parts(&mut parts, &()).await.map_err(malformed)?;
        Some(name)
    } else {
        None
    };
    Ok(Call { app, by, name, parts, body: body.into(), started, room })
}

fn authorize(app: &App, parts: &axum::http::request::Parts, scope: Scope) -> Result<Principal, Problem> {
    let Some(tokens) = &app.tokens else { return Ok(Principal::default()) };
    let mut sent = parts.headers.get_all(AUTHORIZATION).iter();
    let (Some(header), None) = (sent.next(), sent.next()) else { return Err(Problem::new(Kind::Unauthorized)) };
    let (scheme, token) = header.as_bytes().split_at_checked(7).ok_or_else(|| Problem::new(Kind::Unauthorized))?;
    if !scheme.eq_ignore_ascii_case(b"bearer ") {
        return Err(Problem::new(Kind::Unauthorized));
    }
    let (principal, scopes) = tokens.find(token.trim_ascii()).ok_or_else(|| Problem::new(Kind::Unauthorized))?;
    if !scopes.contains(&scope) {
        return Err(Problem::because(Kind::Forbidden, format!("the scope `{}` is required", scope.name())));
    }
    Ok(principal.clone())
}

/// An answer without a body.
fn empty(status: u16) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// An answer of text.
fn text(media_type: &'static str, text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, hyper::header::HeaderValue::from_static(media_type));
    response
}
