//! A line of the decision log.
//!
//! A context is kept as it came, to the byte, or masked; a decision by its digest: it may hold what the user has written.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Noted;
use crate::handoff::sha256;
use crate::server::clock;
use crate::server::config::LogContext;

/// What a line says of a decision.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    /// The identity that the answer carried.
    pub decision_id: String,
    /// When the request came: RFC 3339, in UTC.
    pub time: String,
    /// The name of the rule set's file.
    pub ruleset: String,
    /// The digest of the revision that decided.
    pub digest: String,
    /// The version of the engine.
    pub engine: String,
    /// The version of the time-zone database.
    pub tzdb: String,
    /// The time that was decided for, in microseconds since 1970.
    pub now_us: i64,
    /// The state of the decision.
    pub outcome: String,
    /// The keys of the options, in order.
    pub options: Vec<String>,
    /// How many errors the decision tells.
    pub errors: usize,
    /// `none`, `summary` or `full`: how much of the reasons was asked for.
    pub trace: String,
    /// How long it took, in microseconds.
    pub latency_us: u64,
    /// `sha256:` and the digest of the context's bytes.
    pub context_hash: String,
    /// `sha256:` and the digest of the decision's bytes.
    pub decision_hash: String,
    /// How much of the context is kept: `none`, `masked`, `full`, or `text` for a full context that would not fit on one line.
    pub context_kept: String,
    /// What is kept of the context; of `text`, a text that is the context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Box<RawValue>>,
}

/// `sha256:` and the digest of some bytes.
#[must_use]
pub fn hash(bytes: &[u8]) -> String {
    sha256(bytes)
}

pub(super) fn write(noted: &Noted, kept: LogContext, out: &mut Vec<u8>) -> serde_json::Result<()> {
    let Noted { id, time, now, revision, decision, level, took, context } = noted;
    let (context_kept, kept) = match kept {
        LogContext::None => ("none", None),
        LogContext::Masked => ("masked", masked(noted)?),
        LogContext::Full => match std::str::from_utf8(context) {
            Ok(text) if text.contains(['\n', '\r']) => ("text", Some(serde_json::value::to_raw_value(text)?)),
            Ok(text) => ("full", Some(RawValue::from_string(text.to_owned())?)),
            Err(_) => ("none", None),
        },
    };
    let line = Line {
        decision_id: id.to_string(),
        time: clock::rfc_3339(*time),
        ruleset: revision.name.to_string(),
        digest: decision.ruleset.digest.clone(),
        engine: decision.engine.to_owned(),
        tzdb: decision.tzdb.to_owned(),
        now_us: now.as_micros(),
        outcome: decision.state.name().to_owned(),
        options: decision.options.iter().map(|option| option.option.item.clone()).collect(),
        errors: decision.errors.len(),
        trace: level.name().to_owned(),
        latency_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        context_hash: hash(context),
        decision_hash: hash(&serde_json::to_vec(decision)?),
        context_kept: context_kept.to_owned(),
        context: kept,
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.push(b'\n');
    Ok(())
}

/// What may be kept of the context. What is no sound context may hold anything, so nothing of it is kept.
fn masked(noted: &Noted) -> serde_json::Result<Option<Box<RawValue>>> {
    let Ok(document) = serde_json::from_slice(&noted.context) else { return Ok(None) };
    serde_json::value::to_raw_value(&noted.revision.set.masked(&document)).map(Some)
}
