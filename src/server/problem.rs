//! What can go wrong with a request: the one table of HTTP errors, as problem documents (RFC 9457).
//!
//! A problem tells the place and never the value: what a caller has sent is not in it.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::{Map, Value, json};

/// The kinds of problems.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// The body is no JSON.
    InvalidJson,
    /// The body is JSON of another shape.
    InvalidRequest,
    /// A header or a parameter of the query is malformed.
    InvalidHeader,
    /// No rule set is named, and there is not exactly one.
    RuleSetRequired,
    /// A name that no rule set can have.
    InvalidName,
    /// No token, or one that nobody knows.
    Unauthorized,
    /// The token does not allow it.
    Forbidden,
    /// The context or the rule set is of another organisation.
    OtherOrganisation,
    /// The service does not write.
    ReadOnly,
    /// There is no such path.
    NotFound,
    /// There is no such rule set.
    UnknownRuleSet,
    /// The path has no such method.
    MethodNotAllowed,
    /// The body did not arrive in time.
    Timeout,
    /// The stated digest is not of a revision that is kept.
    UnknownDigest,
    /// The change collides with what is there.
    Conflict,
    /// A precondition does not hold.
    PreconditionFailed,
    /// The body, or a part of it, is too large.
    TooLarge,
    /// The body is not of a type that the path takes.
    UnsupportedMediaType,
    /// The rule or the rule set has errors.
    InvalidRules,
    /// The tests of the rule set fail.
    FailingTests,
    /// A defect of the service.
    Internal,
    /// There is too much to do.
    Overloaded,
    /// The service is stopping, or has nothing to serve.
    Unavailable,
    /// The request took longer than it may.
    OutOfTime,
    /// The disk takes no more, or refuses to be written.
    Storage,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The kind.
    pub kind: Kind,
    /// The HTTP status.
    pub status: u16,
    /// The end of the problem's `type`, and its `code`.
    pub code: &'static str,
    /// What it is, the same for all problems of the kind.
    pub title: &'static str,
}

const fn row(kind: Kind, status: u16, code: &'static str, title: &'static str) -> Row {
    Row { kind, status, code, title }
}

/// Every kind, its status, its code and its title.
pub const TABLE: [Row; 25] = [
    row(Kind::InvalidJson, 400, "invalid_json", "the body is no JSON"),
    row(Kind::InvalidRequest, 400, "invalid_request", "the body has another shape than expected"),
    row(Kind::InvalidHeader, 400, "invalid_header", "a header or a parameter is malformed"),
    row(Kind::RuleSetRequired, 400, "ruleset_required", "no rule set is named, and there is not exactly one"),
    row(Kind::InvalidName, 400, "invalid_name", "no rule set can have this name"),
    row(Kind::Unauthorized, 401, "unauthorized", "a bearer token is required"),
    row(Kind::Forbidden, 403, "forbidden", "the token does not allow this"),
    row(Kind::OtherOrganisation, 403, "other_organisation", "the token is for another organisation"),
    row(Kind::ReadOnly, 403, "read_only", "the service does not write: it was started without `--writable`"),
    row(Kind::NotFound, 404, "not_found", "there is no such path"),
    row(Kind::UnknownRuleSet, 404, "unknown_ruleset", "there is no such rule set"),
    row(Kind::MethodNotAllowed, 405, "method_not_allowed", "the path does not take this method"),
    row(Kind::Timeout, 408, "timeout", "the body did not arrive in time"),
    row(Kind::UnknownDigest, 409, "unknown_digest", "no revision with this digest is kept"),
    row(Kind::Conflict, 409, "conflict", "the change collides with what is there"),
    row(Kind::PreconditionFailed, 412, "precondition_failed", "the rule set is not in the stated revision"),
    row(Kind::TooLarge, 413, "too_large", "the body, or a part of it, is too large"),
    row(Kind::UnsupportedMediaType, 415, "unsupported_media_type", "the body is not of a type that this path takes"),
    row(Kind::InvalidRules, 422, "invalid_rules", "there are errors in the rules"),
    row(Kind::FailingTests, 422, "failing_tests", "the rule set's own tests fail"),
    row(Kind::Internal, 500, "internal", "a defect of the service"),
    row(Kind::Overloaded, 503, "overloaded", "the service has too much to do: try again"),
    row(Kind::Unavailable, 503, "unavailable", "the service is stopping, or has nothing to serve"),
    row(Kind::OutOfTime, 503, "out_of_time", "the request took longer than it may"),
    row(Kind::Storage, 507, "storage", "the change could not be stored"),
];

impl Kind {
    /// Its row.
    #[must_use]
    pub fn row(self) -> Row {
        TABLE.into_iter().find(|row| row.kind == self).unwrap_or(row(self, 500, "internal", "a defect of the service"))
    }
}

/// A problem.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    /// Its kind.
    pub(super) kind: Kind,
    members: Map<String, Value>,
}

impl Problem {
    /// A problem of a kind.
    pub(super) fn new(kind: Kind) -> Problem {
        Problem { kind, members: Map::new() }
    }

    /// A problem with a line for people. It must not hold what a caller has sent.
    pub(super) fn because(kind: Kind, detail: impl Into<String>) -> Problem {
        Problem::new(kind).with("detail", detail.into())
    }

    /// The same with one more member.
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Problem {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// As in JSON.
    pub(super) fn to_json(&self) -> Value {
        let row = self.kind.row();
        let mut whole = Map::new();
        whole.insert("type".to_owned(), format!("urn:triggerfish:problem:{}", row.code).into());
        whole.insert("code".to_owned(), row.code.into());
        whole.insert("title".to_owned(), row.title.into());
        whole.insert("status".to_owned(), json!(row.status));
        whole.extend(self.members.clone());
        Value::Object(whole)
    }
}

/// The kind of the problem that a response tells, for metrics and spans.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told(pub(super) Kind);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let row = self.kind.row();
        let mut response = Response::new(Body::from(self.to_json().to_string()));
        *response.status_mut() = hyper::StatusCode::from_u16(row.status).unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if row.status == 503 {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if row.status == 401 {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(Told(self.kind));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_row_in_order() {
        assert!(TABLE.is_sorted_by(|one, next| one.kind < next.kind && one.status <= next.status));
        assert_eq!(TABLE.len(), Kind::Storage as usize + 1);
        for row in TABLE {
            assert_eq!(row.kind.row().code, row.code);
            assert_eq!(Problem::new(row.kind).into_response().status().as_u16(), row.status);
        }
    }
}
