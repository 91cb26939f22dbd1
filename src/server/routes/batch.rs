//! `POST /v1/decide:batch`: many contexts, one revision; an item that fails does not stop the others.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use axum::response::Response;
use bytes::Bytes;
use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::stream;
use crate::handoff::TraceLevel;
use crate::server::app::App;
use crate::server::auth::Principal;
use crate::server::call::{Call, json_text, malformed, parse, parse_value};
use crate::server::catalogue::Revision;
use crate::server::decide::Decider;
use crate::server::problem::{Kind, Problem};
use crate::server::wire::{BatchItem, BatchRequest, Defaults, time};
use crate::value::Timestamp;
use crate::value::json::{JsonKind, Reader};

pub(super) async fn decide(mut call: Call) -> Result<Response, Problem> {
    if matches!(call.media_type().as_deref(), Some("application/x-ndjson" | "application/ndjson" | "application/jsonl")) {
        return stream::decide(call).await;
    }
    let body = call.json(call.app.config.max_batch_body).await?;
    // Before anything is looked at: to be turned away has to cost little.
    let place = call.app.working.enter()?;
    let request: BatchRequest<'_> = parse(&body)?;
    let revision = call.revision(request.ruleset.as_deref(), request.digest.as_deref()).await?;
    let defaults: Defaults<'_> = match request.defaults {
        Some(defaults) => parse(defaults.get().as_bytes()).map_err(|problem| problem.with("pointer", "/defaults"))?,
        None => Defaults::default(),
    };
    let defaults = Given {
        context: defaults.context.map(|context| body.slice_ref(context.get().as_bytes())),
        now: time(defaults.now, "/defaults/now")?,
        level: defaults.trace.unwrap_or_default().into(),
    };
    let items = body.slice_ref(request.items.get().as_bytes());
    let found = elements(&items, "/items", call.app.config.max_batch)?;
    let batch = Batch { app: call.app.clone(), by: call.by.clone(), revision, defaults, until: call.deadline() };
    let answer = call.heavy_at(place, move || batch.run(&found)).await?;
    Ok(json_text(answer))
}

/// What holds for items that do not say otherwise.
pub(super) struct Given {
    pub(super) context: Option<Bytes>,
    pub(super) now: Option<Timestamp>,
    pub(super) level: TraceLevel,
}

/// All that items need to be decided.
pub(super) struct Batch {
    pub(super) app: Arc<App>,
    pub(super) by: Principal,
    pub(super) revision: Arc<Revision>,
    pub(super) defaults: Given,
    pub(super) until: Instant,
}

impl Batch {
    fn run(&self, items: &[Bytes]) -> Vec<u8> {
        let mut out = Vec::with_capacity(items.len() * 1_024);
        out.extend_from_slice(b"{\"ruleset\":");
        let name = serde_json::json!({ "name": self.revision.set.name(), "digest": self.revision.about.digest });
        out.extend_from_slice(name.to_string().as_bytes());
        out.extend_from_slice(b",\"results\":[");
        for (number, item) in items.iter().enumerate() {
            if number > 0 {
                out.push(b',');
            }
            self.item(item, &mut out);
        }
        out.extend_from_slice(b"]}");
        out
    }

    /// Appends what comes of an item: `{"id": .., "decision_id": .., "decision": ..}` or `{"id": .., "error": ..}`.
    pub(super) fn item(&self, item: &[u8], out: &mut Vec<u8>) {
        let parsed = parse::<BatchItem<'_>>(item);
        // An item of another shape may have an id all the same.
        let id = match &parsed {
            Ok(item) => item.id.map_or("null", RawValue::get),
            Err(_) => id_of(item).unwrap_or("null"),
        };
        out.extend_from_slice(b"{\"id\":");
        out.extend_from_slice(if is_id(id) { id.as_bytes() } else { b"null" });
        out.push(b',');
        let begun = out.len();
        let decided = parsed.and_then(|item| {
            if !is_id(id) {
                return Err(Problem::because(Kind::InvalidRequest, "expected a text or a number").with("pointer", "/id"));
            }
            if Instant::now() > self.until {
                return Err(Problem::new(Kind::OutOfTime));
            }
            self.decide(&item, out)
        });
        if decided.is_ok() && out.len() > self.most() {
            out.truncate(begun);
            write_error(&Problem::because(Kind::TooLarge, "the answer is too large for more decisions"), out);
        } else if let Err(problem) = decided {
            out.truncate(begun);
            write_error(&problem, out);
        }
        out.push(b'}');
    }

    fn most(&self) -> usize {
        self.app.config.max_batch_body.saturating_mul(4)
    }

    fn decide(&self, item: &BatchItem<'_>, out: &mut Vec<u8>) -> Result<(), Problem> {
        let now = time(item.now, "/now")?.or(self.defaults.now);
        let level = item.trace.map_or(self.defaults.level, Into::into);
        let decider = Decider { app: &self.app, by: &self.by, revision: &self.revision };
        match &self.defaults.context {
            None => decider.decide(item.context, None, now, level, out),
            Some(shared) => {
                let context = merged(item.context.get(), shared)?;
                decider.decide(&context, None, now, level, out)
            }
        }
    }
}

fn write_error(problem: &Problem, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\"error\":");
    out.extend_from_slice(problem.to_json().to_string().as_bytes());
}

/// The elements of a list, each as it was written.
pub(super) fn elements(list: &Bytes, pointer: &str, most: usize) -> Result<Vec<Bytes>, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(list);
    let found = Elements { most }.deserialize(&mut reader).map_err(|error| malformed(&error).with("pointer", pointer))?;
    let found =
        found.ok_or_else(|| Problem::because(Kind::TooLarge, format!("there are more than {most} elements")).with("pointer", pointer).with("limit", most))?;
    Ok(found.into_iter().map(|element| list.slice_ref(element.get().as_bytes())).collect())
}

/// Reads a list of so many elements; of a longer one nothing is kept.
struct Elements {
    most: usize,
}

impl<'de> DeserializeSeed<'de> for Elements {
    type Value = Option<Vec<&'de RawValue>>;

    fn deserialize<D: Deserializer<'de>>(self, list: D) -> Result<Self::Value, D::Error> {
        list.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Elements {
    type Value = Option<Vec<&'de RawValue>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(element) = list.next_element()? {
            if found.len() == self.most {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(None);
            }
            found.push(element);
        }
        Ok(Some(found))
    }
}

/// A context and the members that it shares with others, its own first in rank.
fn merged(own: &str, shared: &[u8]) -> Result<Box<RawValue>, Problem> {
    let wrong = || Problem::because(Kind::InvalidRequest, "expected an object").with("pointer", "/context");
    let mine: BTreeMap<Cow<'_, str>, IgnoredAny> = serde_json::from_str(own).map_err(|_| wrong())?;
    let theirs: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_slice(shared).map_err(|_| wrong())?;
    let open = own.find('{').map_or(0, |at| at + 1);
    let mut text = String::with_capacity(own.len() + shared.len());
    text.push('{');
    let mut first = true;
    for (key, value) in &theirs {
        if mine.contains_key(key) {
            continue;
        }
        if !first {
            text.push(',');
        }
        first = false;
        text.push_str(&serde_json::Value::from(key.as_ref()).to_string());
        text.push(':');
        text.push_str(value.get());
    }
    if !first && !mine.is_empty() {
        text.push(',');
    }
    text.push_str(own.get(open..).unwrap_or("}"));
    RawValue::from_string(text).map_err(|_| wrong())
}

/// Whether it may be given back as an id.
fn is_id(written: &str) -> bool {
    let mut reader = match Reader::new(written.as_bytes(), 1) {
        Ok(reader) => reader,
        Err(_) => return false,
    };
    matches!(reader.kind(), Ok(JsonKind::Text | JsonKind::Number | JsonKind::Null)) && written.len() <= 1_024
}

/// The `id` of an item that has another shape.
fn id_of(item: &[u8]) -> Option<&str> {
    #[derive(serde::Deserialize)]
    struct Named<'i> {
        #[serde(borrow)]
        id: &'i RawValue,
    }
    serde_json::from_slice::<Named<'_>>(item).ok().map(|named| named.id.get())
}

/// A level, from the query.
pub(super) fn level(written: Option<&str>) -> Result<TraceLevel, Problem> {
    let Some(written) = written else { return Ok(TraceLevel::None) };
    let found = TraceLevel::ALL.into_iter().find(|level| level.name() == written);
    found.ok_or_else(|| Problem::because(Kind::InvalidHeader, "`trace` is one of none, summary, full"))
}

/// A time, from the query.
pub(super) fn query_time(written: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let Some(written) = written else { return Ok(None) };
    let quoted = if written.parse::<f64>().is_ok() { written.to_owned() } else { serde_json::Value::from(written).to_string() };
    let raw = RawValue::from_string(quoted).map_err(|_| Problem::because(Kind::InvalidHeader, "`now` is no time"))?;
    let value: serde_json::Value = parse_value(&raw, "")?;
    crate::handoff::time::read(&value).map(Some).ok_or_else(|| Problem::because(Kind::InvalidHeader, "`now` is no time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_members_stand_beside_own_ones() {
        for (own, shared, both) in [
            (r#"{"a": 1}"#, r#"{"b": [2], "a": 3}"#, r#"{"b":[2],"a": 1}"#),
            ("{}", r#"{"b": 2}"#, r#"{"b":2}"#),
            (r#"{ "a": {} }"#, "{}", r#"{ "a": {} }"#),
            (r#"{"a": 1}"#, r#"{"k\"y": "v\n"}"#, r#"{"k\"y":"v\n","a": 1}"#),
        ] {
            assert_eq!(merged(own, shared.as_bytes()).unwrap().get(), both);
        }
        assert!(merged("[]", b"{}").is_err() && merged("{}", b"3").is_err());
    }

    #[test]
    fn elements_are_found_and_bounded() {
        let text = Bytes::from_static(br#"[1, {"a": [2]}, "x,]" ]"#);
        assert_eq!(elements(&text, "/items", 3).unwrap(), [b"1".as_slice(), br#"{"a": [2]}"#, br#""x,]""#]);
        assert_eq!(elements(&text, "/items", 2).unwrap_err().kind, Kind::TooLarge);
        assert_eq!(elements(&Bytes::from_static(b"{}"), "/items", 2).unwrap_err().kind, Kind::InvalidRequest);
    }
}
