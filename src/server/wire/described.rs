//! Shapes that are only described: what is written from its parts, given back as it came, or read by what reads it everywhere.

#![expect(dead_code, reason = "the description is made of the types, the texts are not")]

use utoipa::ToSchema;

/// A decision: its schema is that of `triggerfish schema decision`.
#[derive(ToSchema)]
pub(in crate::server) struct Decision {}

/// What went wrong: its schema is made of the table of problems.
#[derive(ToSchema)]
pub(in crate::server) struct Problem {}

/// Which revision of which rule set.
#[derive(ToSchema)]
pub(in crate::server) struct RevisionName {
    /// The name that it states.
    pub(in crate::server) name: String,
    /// Its digest.
    pub(in crate::server) digest: String,
}

/// A time: its schema says which texts are times.
#[derive(ToSchema)]
pub(in crate::server) struct Time {}

/// A decision, and the identity of it being made.
#[derive(ToSchema)]
pub(in crate::server) struct DecideAnswer {
    /// A UUID, version 7.
    pub(in crate::server) decision_id: String,
    /// The decision: the same bytes whenever the same revision decides on the same context for the same time.
    pub(in crate::server) decision: Decision,
}

/// What the caller calls something: a text or a number.
#[derive(ToSchema)]
#[serde(untagged)]
pub(in crate::server) enum Id {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
}

/// What came of a batch.
#[derive(ToSchema)]
pub(in crate::server) struct BatchAnswer {
    /// The revision that decided.
    pub(in crate::server) ruleset: RevisionName,
    /// One for each item, in order.
    pub(in crate::server) results: Vec<BatchResult>,
}

/// What came of an item: a decision or an error.
#[derive(ToSchema)]
pub(in crate::server) struct BatchResult {
    /// What the caller calls it, or nothing.
    pub(in crate::server) id: Option<Id>,
    /// The identity of the decision, if there is one.
    pub(in crate::server) decision_id: Option<String>,
    /// The decision, if there is one.
    pub(in crate::server) decision: Option<Decision>,
    /// Why there is none.
    pub(in crate::server) error: Option<Problem>,
}
