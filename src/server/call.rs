//! A request on its way to its handler: who calls, its name of a rule set, and its body, read within bounds.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, HttpBody as _};
use axum::http::request::Parts;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use super::app::App;
use super::auth::Principal;
use super::catalogue::Revision;
use super::name::Name;
use super::problem::{Kind, Problem};
use super::room::Place;

/// A request.
pub(super) struct Call {
    pub(super) app: Arc<App>,
    pub(super) by: Principal,
    /// What stands in the path where the route has `{name}`.
    pub(super) name: Option<String>,
    pub(super) parts: Parts,
    /// It cannot be looked at from several threads, and never is: the lock is what says so to the compiler.
    pub(super) body: Mutex<Body>,
    pub(super) started: Instant,
    /// Room in the service, given back when the call is dropped.
    pub(super) room: Option<Place>,
}

impl Call {
    // ---- headers

    /// The media type of the body, in lower case, without parameters.
    pub(super) fn media_type(&self) -> Option<String> {
        media_type(self.parts.headers.get(CONTENT_TYPE)?)
    }

    /// Whether the caller would rather have this media type than JSON.
    pub(super) fn prefers(&self, wanted: &[&str]) -> bool {
        let accepted = self.parts.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
        let first = accepted.split(',').next().unwrap_or("").split(';').next().unwrap_or("").trim();
        wanted.contains(&first)
    }

    /// The text of a header.
    pub(super) fn header(&self, name: HeaderName) -> Result<Option<&str>, Problem> {
        let malformed = |_| Problem::because(Kind::InvalidHeader, format!("the header `{name}` is no text"));
        self.parts.headers.get(&name).map(|value| value.to_str().map_err(malformed)).transpose()
    }

    /// The parameters of the query, of which only these are known.
    pub(super) fn query<const N: usize>(&self, known: [&'static str; N]) -> Result<[Option<String>; N], Problem> {
        let mut found = [const { None }; N];
        for pair in self.parts.uri.query().unwrap_or("").split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let place = known.iter().zip(&mut found).find(|(known, _)| **known == name);
            let (name, place) = place.ok_or_else(|| Problem::because(Kind::InvalidHeader, format!("the query has at most {}", known.join(", "))))?;
            let value = value.replace('+', " ");
            let text = percent_decode_str(&value).decode_utf8().map_err(|_| Problem::because(Kind::InvalidHeader, format!("`{name}` is not UTF-8")))?;
            if place.replace(text.into_owned()).is_some() {
                return Err(Problem::because(Kind::InvalidHeader, format!("`{name}` stands twice in the query")));
            }
        }
        Ok(found)
    }

    // ---- body

    /// The time until which the request may run.
    pub(super) fn deadline(&self) -> Instant {
        self.started + self.app.config.request_timeout
    }

    /// The body, which has to be JSON.
    pub(super) async fn json(&mut self, most: usize) -> Result<Bytes, Problem> {
        match self.media_type().as_deref() {
            Some("application/json") => self.bytes(most).await,
            Some(_) | None => Err(Problem::because(Kind::UnsupportedMediaType, "expected `content-type: application/json`")),
        }
    }

    /// The body.
    pub(super) async fn bytes(&mut self, most: usize) -> Result<Bytes, Problem> {
        let too_large = || Problem::because(Kind::TooLarge, format!("the body is larger than {most} bytes")).with("limit", most);
        let (patience, deadline) = (self.app.config.body_timeout, self.deadline());
        let body = self.body.get_mut().unwrap_or_else(PoisonError::into_inner);
        if body.size_hint().lower() > u64::try_from(most).unwrap_or(u64::MAX) {
            return Err(too_large());
        }
        let Some(first) = frame(body, patience, deadline).await? else { return Ok(Bytes::new()) };
        if body.is_end_stream() && first.len() <= most {
            return Ok(first);
        }
        let mut whole = BytesMut::from(first);
        loop {
            if whole.len() > most {
                return Err(too_large());
            }
            match frame(body, patience, deadline).await? {
                Some(next) => whole.extend_from_slice(&next),
                None => return Ok(whole.freeze()),
            }
        }
    }

    // ---- rule sets

    /// The revision that a request asks for: by the path, by the name in the body, or the one that there is; by its digest if it states one.
    pub(super) async fn revision(&self, named: Option<&str>, digest: Option<&str>) -> Result<Arc<Revision>, Problem> {
        let named = match (self.name.as_deref(), named) {
            (Some(path), Some(body)) if path != body => {
                return Err(Problem::because(Kind::InvalidRequest, "`ruleset` names another rule set than the path").with("pointer", "/ruleset"));
            }
            (Some(path), _) => Some(path),
            (None, named) => named,
        };
        let catalogue = self.app.current.get();
        let current = match named.or(self.app.config.default_ruleset.as_deref()) {
            Some(name) => catalogue.entries.get(name).ok_or_else(|| Problem::new(Kind::UnknownRuleSet))?,
            None => {
                let mut seen = catalogue.entries.values().filter(|entry| entry.revision.as_ref().is_none_or(|revision| self.sees(revision)));
                match (seen.next(), seen.next()) {
                    (Some(only), None) => only,
                    (None, _) => return Err(Problem::because(Kind::Unavailable, "there is no rule set")),
                    (Some(_), Some(_)) => return Err(Problem::new(Kind::RuleSetRequired)),
                }
            }
        };
        let Some(current) = &current.revision else {
            // Whose it is, is not known.
            let kind = if self.by.organisation.is_some() { Kind::UnknownRuleSet } else { Kind::Unavailable };
            return Err(Problem::because(kind, "the rule set does not load"));
        };
        if !self.sees(current) {
            return Err(Problem::new(Kind::UnknownRuleSet));
        }
        match digest {
            Some(digest) if digest != current.about.digest => self.pinned(&current.name, digest).await,
            Some(_) | None => Ok(current.clone()),
        }
    }

    /// An older revision, from memory or from disk.
    async fn pinned(&self, name: &Name, digest: &str) -> Result<Arc<Revision>, Problem> {
        let found = match self.app.pins.get(name.as_str(), digest) {
            Some(found) => Some(found),
            None => {
                let (app, name, digest) = (self.app.clone(), name.clone(), digest.to_owned());
                self.heavy(move || app.pins.load(&name, &digest, app.store.as_ref(), &app.maker)).await?
            }
        };
        found.filter(|revision| self.sees(revision)).ok_or_else(|| Problem::new(Kind::UnknownDigest))
    }

    pub(super) fn sees(&self, revision: &Revision) -> bool {
        self.by.sees(revision.set.organisations())
    }

    // ---- work

    /// Does work that takes long beside what answers at once.
    pub(super) async fn heavy<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let place = self.app.working.enter()?;
        self.heavy_at(place, work).await
    }

    /// The same for who has a place already.
    pub(super) async fn heavy_at<T: Send + 'static>(&self, place: Place, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let done = heavy(&self.app, self.deadline(), work).await;
        drop(place);
        done
    }
}

/// Does work that takes long beside what answers at once, when there is a processor for it.
pub(super) async fn heavy<T: Send + 'static>(app: &App, until: Instant, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let permit = tokio::time::timeout_at(until.into(), app.heavy.clone().acquire_owned()).await;
    let permit = permit.map_err(|_| Problem::new(Kind::Overloaded))?.map_err(|_| Problem::new(Kind::Unavailable))?;
    let work = move || {
        let _permit = permit;
        work()
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::new(Kind::Internal))
}

/// The next bytes of a body; nothing at its end.
pub(super) async fn frame(body: &mut Body, patience: Duration, deadline: Instant) -> Result<Option<Bytes>, Problem> {
    loop {
        let until = deadline.min(Instant::now() + patience);
        let frame = tokio::time::timeout_at(until.into(), body.frame()).await.map_err(|_| Problem::new(Kind::Timeout))?;
        match frame {
            None => return Ok(None),
            Some(Err(_)) => return Err(Problem::because(Kind::InvalidRequest, "the body is malformed or broke off")),
            // Trailers mean nothing here.
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => return Ok(Some(data)),
                Err(_) => continue,
            },
        }
    }
}

fn media_type(value: &HeaderValue) -> Option<String> {
    Some(value.to_str().ok()?.split(';').next()?.trim().to_ascii_lowercase())
}

/// An answer of JSON text.
pub(super) fn json_text(text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// An answer that serializes. What is answered has texts as keys, and so always has a JSON text.
pub(super) fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<Response, Problem> {
    serde_json::to_vec(value).map(json_text).map_err(|_| Problem::new(Kind::Internal))
}

/// A body of a shape. What is wrong is told by its place, and by what was expected: never by what stands there.
pub(super) fn parse<'b, T: serde::Deserialize<'b>>(body: &'b [u8]) -> Result<T, Problem> {
    // What reads an object would take a list of its members, too.
    if body.trim_ascii_start().first() != Some(&b'{') {
        serde_json::from_slice::<serde::de::IgnoredAny>(body).map_err(|error| malformed(&error))?;
        return Err(Problem::because(Kind::InvalidRequest, "expected an object"));
    }
    serde_json::from_slice(body).map_err(|error| malformed(&error))
}

/// The same for a value that was read already.
pub(super) fn parse_value<T: DeserializeOwned>(value: &serde_json::value::RawValue, pointer: &str) -> Result<T, Problem> {
    serde_json::from_str(value.get()).map_err(|error| malformed(&error).with("pointer", pointer))
}

pub(super) fn malformed(error: &serde_json::Error) -> Problem {
    let place = |problem: Problem| problem.with("line", error.line()).with("column", error.column());
    match error.classify() {
        serde_json::error::Category::Data => {
            let told = error.to_string();
            let told = told.rsplit_once(" at line ").map_or(told.as_str(), |(told, _)| told);
            let detail = match told.rsplit_once(", expected ") {
                _ if told.starts_with("missing field") || told.starts_with("duplicate field") => told.replace("field", "member"),
                Some((found, expected)) if found.starts_with("unknown field") => format!("a member that is not known; expected {expected}"),
                Some((_, expected)) => format!("expected {expected}"),
                None => "a value of another type".to_owned(),
            };
            place(Problem::because(Kind::InvalidRequest, detail))
        }
        serde_json::error::Category::Syntax | serde_json::error::Category::Eof | serde_json::error::Category::Io => place(Problem::new(Kind::InvalidJson)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Shape {
        #[expect(dead_code, reason = "only its type matters")]
        number: u8,
    }

    #[test]
    fn what_is_malformed_is_told_by_its_place_and_not_by_its_value() {
        for (body, kind, detail) in [
            (r#"{"number": "secret"}"#, Kind::InvalidRequest, "expected u8"),
            (r#"{"secret": 1}"#, Kind::InvalidRequest, "a member that is not known; expected `number`"),
            (r#"{"secret, expected x": 1}"#, Kind::InvalidRequest, "a member that is not known; expected `number`"),
            (r#"{"number": ", expected secret"}"#, Kind::InvalidRequest, "expected u8"),
            ("{}", Kind::InvalidRequest, "missing member `number`"),
            (r#"{"number": 1, "number": 2}"#, Kind::InvalidRequest, "duplicate member `number`"),
            (r#"{"number": secret}"#, Kind::InvalidJson, ""),
            ("", Kind::InvalidJson, ""),
            ("[1", Kind::InvalidJson, ""),
            ("[1]", Kind::InvalidRequest, "expected an object"),
        ] {
            let problem = parse::<Shape>(body.as_bytes()).unwrap_err();
            let json = problem.to_json();
            assert_eq!((problem.kind, json["detail"].as_str().unwrap_or("")), (kind, detail), "{body}");
            assert!(json["line"].is_number() == (body != "[1]") && !json.to_string().contains("secret"), "{json}");
        }
    }
}
