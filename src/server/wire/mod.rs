//! What callers send and are sent, as JSON. `Decision` and its parts have a form of their own, which is public (`triggerfish schema decision`).

pub(super) mod described;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use described::{Id, Time};

use super::call::parse_value;
use super::problem::{Kind, Problem};
use crate::handoff::TraceLevel;
use crate::value::Timestamp;

/// How much of the reasons a decision tells.
#[derive(Clone, Copy, Default, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Trace {
    /// Nothing but the line of each option.
    #[default]
    None,
    /// What became of every item and strategy.
    Summary,
    /// The conditions too, with the values that mattered.
    Full,
}

impl From<Trace> for TraceLevel {
    fn from(trace: Trace) -> TraceLevel {
        match trace {
            Trace::None => TraceLevel::None,
            Trace::Summary => TraceLevel::Summary,
            Trace::Full => TraceLevel::Full,
        }
    }
}

/// A time: seconds since 1970, or RFC 3339.
pub(super) fn time(written: Option<&RawValue>, pointer: &str) -> Result<Option<Timestamp>, Problem> {
    let Some(written) = written else { return Ok(None) };
    let value: serde_json::Value = parse_value(written, pointer)?;
    if value.is_null() {
        return Ok(None);
    }
    let expected = || Problem::because(Kind::InvalidRequest, "expected seconds since 1970, or a time such as 2026-01-05T09:00:00Z").with("pointer", pointer);
    crate::handoff::time::read(&value).map(Some).ok_or_else(expected)
}

/// What is to be decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecideRequest<'r> {
    /// The rule set; not needed where the path names it, or there is only one.
    #[serde(borrow, default)]
    pub(super) ruleset: Option<Cow<'r, str>>,
    /// The revision that has to decide: `sha256:` and 64 hexadecimal digits.
    #[serde(borrow, default)]
    pub(super) digest: Option<Cow<'r, str>>,
    /// What is known of the user and the conversation.
    #[serde(borrow)]
    #[schema(value_type = Object)]
    pub(super) context: &'r RawValue,
    /// The time of the decision, the clock's by default: seconds since 1970, or RFC 3339.
    #[serde(borrow, default)]
    #[schema(value_type = Option<Time>)]
    pub(super) now: Option<&'r RawValue>,
    /// How much of the reasons the decision tells.
    #[serde(default)]
    pub(super) trace: Trace,
}

/// Decisions on many contexts by one revision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BatchRequest<'r> {
    /// The rule set; not needed where the path names it, or there is only one.
    #[serde(borrow, default)]
    pub(super) ruleset: Option<Cow<'r, str>>,
    /// The revision that has to decide.
    #[serde(borrow, default)]
    pub(super) digest: Option<Cow<'r, str>>,
    /// What holds for items that do not say otherwise.
    #[serde(borrow, default)]
    #[schema(value_type = Option<Defaults<'r>>)]
    pub(super) defaults: Option<&'r RawValue>,
    /// What is to be decided.
    #[serde(borrow)]
    #[schema(value_type = Vec<BatchItem<'r>>)]
    pub(super) items: &'r RawValue,
}

/// What holds for items that do not say otherwise.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Defaults<'r> {
    /// Members that every context has unless it has them itself.
    #[serde(borrow, default)]
    #[schema(value_type = Option<Object>)]
    pub(super) context: Option<&'r RawValue>,
    /// The time of the decisions.
    #[serde(borrow, default)]
    #[schema(value_type = Option<Time>)]
    pub(super) now: Option<&'r RawValue>,
    /// How much of the reasons the decisions tell.
    #[serde(default)]
    pub(super) trace: Option<Trace>,
}

/// An item of a batch, a line of a stream, or a context of a comparison.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BatchItem<'r> {
    /// What the caller calls it: a text or a number, given back with what comes of it.
    #[serde(borrow, default)]
    #[schema(value_type = Option<Id>)]
    pub(super) id: Option<&'r RawValue>,
    /// What is known of the user and the conversation.
    #[serde(borrow)]
    #[schema(value_type = Object)]
    pub(super) context: &'r RawValue,
    /// The time of the decision.
    #[serde(borrow, default)]
    #[schema(value_type = Option<Time>)]
    pub(super) now: Option<&'r RawValue>,
    /// How much of the reasons the decision tells.
    #[serde(default)]
    pub(super) trace: Option<Trace>,
}

/// A rule on contexts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EvaluateRequest<'r> {
    /// The text of the rule.
    #[serde(borrow)]
    pub(super) rule: Cow<'r, str>,
    /// A context.
    #[serde(borrow, default)]
    #[schema(value_type = Option<Object>)]
    pub(super) context: Option<&'r RawValue>,
    /// Or many.
    #[serde(borrow, default)]
    #[schema(value_type = Option<Vec<Object>>)]
    pub(super) contexts: Option<&'r RawValue>,
    /// What `$TIME()` gives; the clock's by default.
    #[serde(borrow, default)]
    #[schema(value_type = Option<Time>)]
    pub(super) now: Option<&'r RawValue>,
    /// The rule set whose attributes are declared; the built-in ones by default.
    #[serde(borrow, default)]
    pub(super) ruleset: Option<Cow<'r, str>>,
    /// Whether attributes that are not declared are errors.
    #[serde(default)]
    pub(super) strict: bool,
}

/// What came of a rule.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EvaluateAnswer {
    /// What is suspicious of the rule.
    #[schema(value_type = Vec<Object>)]
    pub(super) diagnostics: Vec<serde_json::Value>,
    /// The attributes that it reads.
    pub(super) attributes: Vec<String>,
    /// One for each context, in order.
    pub(super) results: Vec<EvaluateResult>,
}

/// What came of a rule on a context: a value or an error.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EvaluateResult {
    /// The value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = serde_json::Value)]
    pub(super) value: Option<Box<RawValue>>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<EvaluateError>,
}

/// Why a rule has no value.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EvaluateError {
    /// `type_mismatch`, `invalid_context` and so on.
    pub(super) kind: String,
    /// One line.
    pub(super) message: String,
    /// From which byte to which byte of the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) span: Option<[u32; 2]>,
    /// Where in the context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pointer: Option<String>,
}

/// Rules to be checked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckRequest {
    /// The text.
    pub(super) source: String,
    /// What it is.
    #[serde(default)]
    pub(super) kind: CheckKind,
    /// How a rule set is written.
    #[serde(default)]
    pub(super) format: SourceFormat,
    /// The files that lists of a rule set name: path and text. Where there are none, those of the service, if the token is not bound to an organisation.
    #[serde(default)]
    pub(super) files: Option<BTreeMap<String, String>>,
    /// Of a rule: the rule set whose attributes are declared; the built-in ones by default.
    #[serde(default)]
    pub(super) ruleset: Option<String>,
    /// Of a rule: whether attributes that are not declared are errors.
    #[serde(default)]
    pub(super) strict: bool,
}

/// What a text is.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum CheckKind {
    /// A rule set.
    #[default]
    Ruleset,
    /// A rule.
    Rule,
}

/// How a rule set is written.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum SourceFormat {
    /// YAML
    #[default]
    Yaml,
    /// JSON
    Json,
}

/// What was found.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct CheckAnswer {
    /// Whether there are no errors and all tests pass.
    pub(super) ok: bool,
    /// What is wrong or suspicious, with places.
    #[schema(value_type = Vec<Object>)]
    pub(super) diagnostics: Vec<serde_json::Value>,
    /// The digest of a rule set that loads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) digest: Option<String>,
    /// The attributes that are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) attributes: Option<Vec<String>>,
    /// The canonical text of a rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) canonical: Option<String>,
    /// The tests of a rule set that fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub(super) failing_tests: Option<Vec<serde_json::Value>>,
    /// What no test of a rule set has shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(super) uncovered: Option<serde_json::Value>,
}

/// Two revisions and contexts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CompareRequest<'r> {
    /// The rule set; not needed where there is only one.
    #[serde(borrow, default)]
    pub(super) ruleset: Option<Cow<'r, str>>,
    /// The digest of the old revision; the current one by default.
    #[serde(borrow, default)]
    pub(super) from: Option<Cow<'r, str>>,
    /// The digest of the new revision; the current one by default.
    #[serde(borrow, default)]
    pub(super) to: Option<Cow<'r, str>>,
    /// Or the text of a new revision.
    #[serde(borrow, default)]
    pub(super) source: Option<Cow<'r, str>>,
    /// How that text is written.
    #[serde(default)]
    pub(super) format: SourceFormat,
    /// The contexts.
    #[serde(borrow)]
    #[schema(value_type = Vec<BatchItem<'r>>)]
    pub(super) contexts: &'r RawValue,
    /// The time of the decisions; the clock's, read once, by default.
    #[serde(borrow, default)]
    #[schema(value_type = Option<Time>)]
    pub(super) now: Option<&'r RawValue>,
}

/// What changes.
#[derive(Serialize, ToSchema)]
pub(super) struct CompareAnswer {
    /// The digest of the old revision.
    pub(super) from: String,
    /// The digest of the new one.
    pub(super) to: String,
    /// Counts by item, category, domain and department, and a few examples.
    #[schema(value_type = Object)]
    pub(super) comparison: crate::handoff::compare::Comparison,
    /// Whose decision changes: what the caller calls the contexts, or their places from 0.
    pub(super) changed: Vec<String>,
    /// Contexts that could not be decided on: their places from 0, and why.
    #[schema(value_type = Vec<Object>)]
    pub(super) errors: Vec<serde_json::Value>,
}

/// A revision.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RevisionAnswer {
    /// The rule set.
    pub(super) name: String,
    /// Counts the revisions of the rule set.
    pub(super) sequence: u64,
    /// The digest of what bears meaning.
    pub(super) digest: String,
    /// The tag of the text: `ETag` without quotes.
    pub(super) etag: String,
    /// When it came.
    pub(super) at: String,
    /// Whose token brought it.
    pub(super) author: Option<String>,
    /// What was changed.
    pub(super) change_note: Option<String>,
    /// `file`, `put` or `rollback`
    pub(super) origin: String,
    /// Whether it decides now.
    pub(super) serving: bool,
}

/// A rule set with its text.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RuleSetAnswer {
    /// The revision that decides.
    #[serde(flatten)]
    pub(super) revision: RevisionAnswer,
    /// How the text is written.
    pub(super) format: SourceFormat,
    /// The text.
    pub(super) source: String,
    /// The organisations that it serves; all if there are none.
    pub(super) organisations: Vec<String>,
    /// The attributes that decisions read.
    pub(super) attributes: Vec<String>,
    /// What is probably not meant.
    #[schema(value_type = Vec<Object>)]
    pub(super) warnings: Vec<serde_json::Value>,
}

/// The rule sets.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RuleSetsAnswer {
    /// The revisions that decide, by name.
    pub(super) rulesets: Vec<RevisionAnswer>,
}

/// The revisions of a rule set.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RevisionsAnswer {
    /// The newest first.
    pub(super) revisions: Vec<RevisionAnswer>,
}

/// Which revision is to come back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RollbackRequest {
    /// Its digest; the last one that differs from what decides if absent.
    #[serde(default)]
    pub(super) digest: Option<String>,
    /// Why.
    #[serde(default)]
    pub(super) change_note: Option<String>,
}

/// An explanation.
#[derive(Serialize, ToSchema)]
pub(super) struct ExplainAnswer {
    /// The decision with a full trace, a sentence for every item, and the nearest change that would offer what is not offered.
    #[schema(value_type = Object)]
    pub(super) explanation: crate::handoff::explain::Explanation,
}

/// How the service is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StatusAnswer {
    /// The version of the service and the engine.
    pub(super) version: &'static str,
    /// The version of the time-zone database.
    pub(super) tzdb: &'static str,
    /// When it started.
    pub(super) started: String,
    /// Whether it can decide.
    pub(super) ready: bool,
    /// Whether rule sets can be changed.
    pub(super) writable: bool,
    /// What rules run on by choice: `auto`, `interp` or `jit`.
    pub(super) backend: &'static str,
    /// Why there is no native code, where there is none.
    pub(super) native_unavailable: Option<String>,
    /// Why revisions are not kept on disk, where they are not.
    pub(super) not_stored: Option<String>,
    /// When the folder had last changed.
    pub(super) looked: Option<String>,
    /// What is wrong with the folder.
    pub(super) complaints: Vec<String>,
    /// The rule sets.
    pub(super) rulesets: Vec<RuleSetStatus>,
}

/// How a rule set is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RuleSetStatus {
    /// Its name.
    pub(super) name: String,
    /// The digest of the revision that decides.
    pub(super) digest: Option<String>,
    /// When that revision came.
    pub(super) loaded: Option<String>,
    /// Whether it is the last good revision of an earlier run.
    pub(super) last_good: bool,
    /// What it runs on now.
    pub(super) backend: Option<String>,
    /// Warnings of its rules.
    pub(super) warnings: usize,
    /// Why what stands in the folder does not decide.
    pub(super) last_error: Option<LoadErrorStatus>,
}

/// Why a rule set was refused.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LoadErrorStatus {
    /// When.
    pub(super) at: String,
    /// `unreadable`, `duplicate`, `invalid_rules`, `failing_tests` or `too_many`
    pub(super) kind: &'static str,
    /// One line.
    pub(super) message: String,
    /// What is wrong with the rules, with places.
    #[schema(value_type = Vec<Object>)]
    pub(super) diagnostics: Vec<serde_json::Value>,
    /// The tests that fail.
    #[schema(value_type = Vec<Object>)]
    pub(super) tests: Vec<serde_json::Value>,
}
