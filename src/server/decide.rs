//! One decision: within bounds, for the right organisation, counted and logged.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bytes::Bytes;
use serde_json::value::RawValue;

use super::app::App;
use super::auth::Principal;
use super::catalogue::Revision;
use super::clock;
use super::log::Noted;
use super::problem::{Kind, Problem};
use crate::handoff::decision::State;
use crate::handoff::{Decision, TraceLevel};
use crate::value::json::Reader;
use crate::value::{Timestamp, Value};

/// Decides for one caller, by one revision.
pub(super) struct Decider<'d> {
    pub(super) app: &'d App,
    pub(super) by: &'d Principal,
    pub(super) revision: &'d Arc<Revision>,
}

impl Decider<'_> {
    /// Decides on a context and appends `"decision_id":..,"decision":..` to an answer. `body` is what the context stands in.
    pub(super) fn decide(&self, context: &RawValue, body: Option<&Bytes>, now: Option<Timestamp>, level: TraceLevel, out: &mut Vec<u8>) -> Result<(), Problem> {
        let started = Instant::now();
        let time = clock::now();
        let now = now.unwrap_or(time);
        let decision = self.decision(context, now, level)?;
        let id = identity(time);
        out.extend_from_slice(b"\"decision_id\":\"");
        out.extend_from_slice(id.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()).as_bytes());
        out.extend_from_slice(b"\",\"decision\":");
        serde_json::to_writer(&mut *out, &decision).map_err(|_| Problem::new(Kind::Internal))?;
        self.app.metrics.decided(self.revision.name.as_str(), decision.state);
        if let Some(log) = &self.app.log {
            let context = kept(context.get(), body);
            log.note(Noted { id, time, now, revision: self.revision.clone(), decision, level, took: started.elapsed(), context });
        }
        Ok(())
    }

    fn decision(&self, context: &RawValue, now: Timestamp, level: TraceLevel) -> Result<Decision, Problem> {
        self.admit(context)?;
        let decision = self.revision.set.decide_json_traced(context.get().as_bytes(), now, level);
        if decision.state == State::InvalidContext {
            self.no_json(context)?;
        }
        Ok(decision)
    }

    /// Whether the context is small enough, and of the caller's organisation.
    pub(super) fn admit(&self, context: &RawValue) -> Result<(), Problem> {
        let limits = self.app.maker.limits();
        if context.get().len() > limits.context_bytes {
            let detail = format!("the context is larger than {} bytes", limits.context_bytes);
            return Err(Problem::because(Kind::TooLarge, detail).with("pointer", "/context"));
        }
        match &self.by.organisation {
            Some(own) if other_organisation(context.get(), own) => Err(Problem::because(Kind::OtherOrganisation, "`org` of the context is another one")),
            Some(_) | None => Ok(()),
        }
    }

    /// What makes a context no JSON that can be read at all: too deep, or half a character.
    fn no_json(&self, context: &RawValue) -> Result<(), Problem> {
        let read = || {
            let mut reader = Reader::new(context.get().as_bytes(), self.app.maker.limits().effective_json_depth())?;
            reader.skip()?;
            reader.finish()
        };
        read().map_err(|error| {
            let deepest = self.app.maker.limits().effective_json_depth();
            let detail =
                if error.problem.is_syntax() { "the context is no JSON".to_owned() } else { format!("the context is nested deeper than {deepest} levels") };
            Problem::because(Kind::InvalidRequest, detail).with("pointer", "/context").with("offset", error.offset)
        })
    }
}

/// A UUID, version 7, that no other decision has: of the time, and of a number that begins anywhere and counts.
fn identity(time: Timestamp) -> uuid::Uuid {
    static BEGIN: OnceLock<u64> = OnceLock::new();
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    // Asking the system for random bytes once is enough: identities are to be unique, not secret.
    let begin = BEGIN.get_or_init(|| uuid::Uuid::now_v7().as_u64_pair().1);
    let number = begin.wrapping_add(NUMBER.fetch_add(1, Ordering::Relaxed)).to_be_bytes();
    let mut bytes = [0; 10];
    for (byte, from) in bytes.iter_mut().zip(number.into_iter().rev().take(2).chain(number)) {
        *byte = from;
    }
    let milliseconds = u64::try_from(time.as_micros() / 1_000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &bytes).into_uuid()
}

/// Whether a context says that it is of another organisation.
fn other_organisation(context: &str, own: &str) -> bool {
    let find = || {
        let mut reader = Reader::new(context.as_bytes(), crate::limits::Limits::DEEPEST_NESTING).ok()?;
        reader.object().ok()?;
        let mut found = None;
        while let Some(key) = reader.next_key().ok()? {
            if key == "org" {
                found = Some(reader.read().ok()?);
            } else {
                reader.skip().ok()?;
            }
        }
        found
    };
    match find() {
        None | Some(Value::Null) => false,
        Some(Value::Text(org)) => org.trim() != own,
        Some(Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::List(_) | Value::Map(_)) => true,
    }
}

/// The context for the log: a part of the body where that is not much larger, else a copy.
fn kept(context: &str, body: Option<&Bytes>) -> Bytes {
    match body {
        Some(body) if body.len() <= 2 * context.len() + 4_096 => body.slice_ref(context.as_bytes()),
        Some(_) | None => Bytes::copy_from_slice(context.as_bytes()),
    }
}
