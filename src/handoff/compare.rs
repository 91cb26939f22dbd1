//! Whose decision changes when one rule set takes the place of another.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use super::RuleSet;
use super::decision::Decision;
use crate::value::Timestamp;

/// So many examples are kept.
const MOST_EXAMPLES: usize = 10;
/// So many different domains and departments are counted one by one.
const MOST_GROUPS: usize = 1_000;

/// What changes over many contexts.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Comparison {
    /// How many contexts were decided by both.
    pub contexts: u64,
    /// For how many the decisions differ in anything but the rule set's identity.
    pub changed: u64,
    /// For how many the keys of the options differ, in order.
    pub options_changed: u64,
    /// By the key of the item.
    pub items: BTreeMap<String, Change>,
    /// By the key of the category; entries of `otherwise` are `otherwise`.
    pub categories: BTreeMap<String, Change>,
    /// Changed decisions by the context's domain; `(none)` for none.
    pub domains: BTreeMap<String, u64>,
    /// Changed decisions by the user's department; `(none)` for none.
    pub departments: BTreeMap<String, u64>,
    /// The first few contexts with a change.
    pub examples: Vec<Example>,
}

/// How often something was offered before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Offered by the new one only.
    pub gained: u64,
    /// Offered by the old one only.
    pub lost: u64,
    /// Offered by both, with other data, or in another place.
    pub altered: u64,
}

/// A context whose decision changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// What the caller calls it.
    pub id: String,
    /// The old state and the keys of the old options.
    pub before: Summary,
    /// The new state and the keys of the new options.
    pub after: Summary,
}

/// A decision in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The state.
    pub state: &'static str,
    /// The keys of the options, in order.
    pub options: Vec<String>,
}

impl Summary {
    fn of(decision: &Decision) -> Summary {
        Summary { state: decision.state.name(), options: decision.options.iter().map(|option| option.option.item.clone()).collect() }
    }
}

impl Comparison {
    /// Decides on a context by both rule sets and counts what differs. `id` is what an example is called.
    pub fn add(&mut self, old: &RuleSet, new: &RuleSet, id: &str, context: &[u8], now: Timestamp) {
        let before = old.decide_json(context, now);
        let mut after = new.decide_json(context, now);
        self.contexts += 1;
        // The identity of the rule set is what differs anyhow.
        after.ruleset = before.ruleset.clone();
        if before == after {
            return;
        }
        self.changed += 1;
        let summaries = (Summary::of(&before), Summary::of(&after));
        self.options_changed += u64::from(summaries.0.options != summaries.1.options);
        self.count_items(&before, &after);
        let document: Json = serde_json::from_slice(context).unwrap_or(Json::Null);
        count(&mut self.domains, document.get("domain"));
        count(&mut self.departments, document.pointer("/user/department"));
        if self.examples.len() < MOST_EXAMPLES {
            self.examples.push(Example { id: id.to_owned(), before: summaries.0, after: summaries.1 });
        }
    }

    fn count_items(&mut self, before: &Decision, after: &Decision) {
        let mut categories: BTreeMap<&str, Change> = BTreeMap::new();
        for option in &before.options {
            let change = match after.options.iter().find(|other| other.option.item == option.option.item) {
                None => Change { lost: 1, ..Change::default() },
                Some(other) if other != option => Change { altered: 1, ..Change::default() },
                Some(_) => continue,
            };
            self.items.entry(option.option.item.clone()).or_default().add(change);
            categories.entry(option.option.category.as_deref().unwrap_or("otherwise")).or_default().mark(change);
        }
        for option in &after.options {
            if !before.options.iter().any(|other| other.option.item == option.option.item) {
                let change = Change { gained: 1, ..Change::default() };
                self.items.entry(option.option.item.clone()).or_default().add(change);
                categories.entry(option.option.category.as_deref().unwrap_or("otherwise")).or_default().mark(change);
            }
        }
        for (category, change) in categories {
            self.categories.entry(category.to_owned()).or_default().add(change);
        }
    }
}

impl Change {
    fn add(&mut self, other: Change) {
        self.gained += other.gained;
        self.lost += other.lost;
        self.altered += other.altered;
    }

    /// A context counts once for a category, whatever happens to how many of its items.
    fn mark(&mut self, other: Change) {
        self.gained |= other.gained;
        self.lost |= other.lost;
        self.altered |= other.altered;
    }
}

fn count(groups: &mut BTreeMap<String, u64>, value: Option<&Json>) {
    let name = match value {
        Some(Json::String(text)) if !text.trim().is_empty() => text.trim(),
        Some(Json::String(_) | Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_)) | None => "(none)",
    };
    let name = if groups.len() < MOST_GROUPS || groups.contains_key(name) { name } else { "(others)" };
    *groups.entry(name.to_owned()).or_default() += 1;
}
