//! Why a decision is what it is: every category, item and strategy, with what decided about it.

use serde::Serialize;

/// How much of the reasons is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TraceLevel {
    /// Nothing but the one line of each option.
    #[default]
    None,
    /// What became of every item and strategy, and one line why.
    Summary,
    /// Also the conditions with the values that mattered and the value of every part.
    Full,
}

impl TraceLevel {
    /// All levels, from least to most.
    pub const ALL: [TraceLevel; 3] = [TraceLevel::None, TraceLevel::Summary, TraceLevel::Full];

    /// `none`, `summary`, `full`
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            TraceLevel::None => "none",
            TraceLevel::Summary => "summary",
            TraceLevel::Full => "full",
        }
    }
}

/// Why a decision is what it is. Values of attributes that are marked as personal, or that nobody declares, are hidden.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecisionTrace {
    /// The locale of the texts.
    pub locale: String,
    /// Why the state is what it is.
    pub because: String,
    /// Live data that was too old to be used, such as `agents.it_emea.available: stale: 95 s, limit 60 s`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stale: Vec<String>,
    /// Attributes that do not fit the schema and were read as `NULL`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The condition of the whole set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<ConditionTrace>,
    /// The definitions that were evaluated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub definitions: Vec<ConditionTrace>,
    /// The rules that come before the categories.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub always: Vec<AlwaysTrace>,
    /// The categories, in the order of the rule set.
    pub categories: Vec<CategoryTrace>,
    /// The items, in the order in which they were considered. An item that an `always` rule named is there once for each time.
    pub items: Vec<ItemTrace>,
}

/// What became of a category.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CategoryTrace {
    /// Its key.
    pub category: String,
    /// What became of it: `considered`, `disabled`, `domain`, `condition` or `error`.
    pub outcome: CategoryOutcome,
    /// Why, in one line.
    pub because: String,
    /// Its condition, if it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<ConditionTrace>,
}

/// What became of a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CategoryOutcome {
    /// Its items were considered.
    Considered,
    /// It is switched off.
    Disabled,
    /// It is for other domains.
    Domain,
    /// Its condition does not hold.
    Condition,
    /// Its condition failed.
    Error,
}

/// What became of a rule of `always`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AlwaysTrace {
    /// Its key.
    pub rule: String,
    /// Whether it held.
    pub held: bool,
    /// Why, in one line.
    pub because: String,
    /// Its condition, if it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<ConditionTrace>,
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ItemTrace {
    /// Its key.
    pub item: String,
    /// The key of its category; an entry of `otherwise` has none.
    pub category: Option<String>,
    /// What became of it.
    pub outcome: ItemOutcome,
    /// Why, in one line.
    pub because: String,
    /// Its condition, if it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<ConditionTrace>,
    /// Its strategies up to the first that is usable.
    pub strategies: Vec<StrategyTrace>,
}

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemOutcome {
    /// It is an option.
    Offered,
    /// It, its category or the rule set is switched off.
    Disabled,
    /// Its category is not considered.
    Category,
    /// Its condition does not hold.
    Condition,
    /// None of its strategies is usable.
    NoStrategy,
    /// An option before it leads to the same place.
    Duplicate,
    /// There are enough options before it.
    Cut,
    /// Its condition, or a text of it, failed.
    Error,
}

/// What became of a strategy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StrategyTrace {
    /// Its place in the item, from 0.
    pub strategy: usize,
    /// Its kind, and for an agent its integration: `agent it_chat`.
    pub kind: String,
    /// What became of it.
    pub outcome: StrategyOutcome,
    /// Why, in one line.
    pub because: String,
    /// Its condition, if it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<ConditionTrace>,
}

/// What became of a strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StrategyOutcome {
    /// It is the destination.
    Used,
    /// It, or its integration, is switched off.
    Disabled,
    /// Its condition does not hold.
    Condition,
    /// Live agents are withheld after a hand-back.
    Withheld,
    /// Its condition, or a text of it, failed.
    Error,
}

/// A condition that was asked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConditionTrace {
    /// The part of the rule set: `it_live_agent.when`.
    pub at: String,
    /// `true`, `false`, or the kind of error.
    pub outcome: String,
    /// The text of the condition, for a full trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// From which byte to which byte of the rule set's file it is written, for a full trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<[u32; 2]>,
    /// The attributes that mattered, for a full trace.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<TracedValue>,
    /// The parts of the condition, for a full trace.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<TracedPart>,
}

/// An attribute and the value that it had.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TracedValue {
    /// Its path.
    pub attribute: String,
    /// Its value as text, or `hidden`.
    pub value: String,
}

/// A part of a condition and what it gave.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TracedPart {
    /// From which byte to which byte of the condition's text.
    pub span: [u32; 2],
    /// What it gave: a value as JSON, `hidden`, `not evaluated`, or the kind of error.
    pub gave: String,
}
