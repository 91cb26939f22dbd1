//! A decision in sentences, and for what is not offered the nearest single change that would offer it.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value as Json;

use super::decision::{Decision, State};
use super::model::{Condition, Item, Model};
use super::trace::{DecisionTrace, ItemOutcome, ItemTrace, StrategyOutcome};
use super::words::{Candidate, candidates};
use super::{RuleSet, TraceLevel};
use crate::check::Named;
use crate::context::{Context, SlotId};
use crate::rule::dotted;
use crate::value::Timestamp;

/// So many changes are tried for one item.
const MOST_TRIES: usize = 64;
/// So many changes are tried for one explanation.
const MOST_TRIES_TOGETHER: usize = 4_096;

/// A decision in sentences.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The decision, with a full trace.
    pub decision: Decision,
    /// What came of it and why.
    pub summary: String,
    /// Every item, offered or not, in the order in which it was considered.
    pub items: Vec<ItemExplanation>,
    /// What was not usable or went wrong.
    pub remarks: Vec<String>,
}

/// An item in a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ItemExplanation {
    /// Its key.
    pub item: String,
    /// Whether it is an option.
    pub offered: bool,
    /// `Chat with IT (it_live_agent) is not offered: domain is HR, not IT`
    pub sentence: String,
    /// `would be offered if user.department were Sales`: confirmed by deciding again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
}

impl RuleSet {
    /// Decides on a JSON document and says why in words, with the nearest change that would offer what is not offered.
    #[must_use]
    pub fn explain_json(&self, context: &[u8], now: Timestamp) -> Explanation {
        let decision = self.decide_json_traced(context, now, TraceLevel::Full);
        let document: Option<Json> = serde_json::from_slice(context).ok();
        let model = self.model();
        let mut bound = Context::from_json(&model.layout, context, &model.limits).unwrap_or_else(|_| Context::empty(&model.layout));
        let stale = model.live.apply(&mut bound, now).into_iter().filter_map(|stale| Some((stale.slot, beside(model.layout.path(stale.slot))?)));
        let mut explainer = Explainer { set: self, model, document, now, stale: stale.collect(), left: MOST_TRIES_TOGETHER };
        let trace = decision.trace.clone();
        let items = trace.as_ref().map(|trace| explainer.items(&decision, trace)).unwrap_or_default();
        let summary = summary(&decision, trace.as_ref());
        let remarks = trace
            .iter()
            .flat_map(|trace| trace.stale.iter().chain(&trace.warnings).cloned())
            .chain(decision.errors.iter().map(|fault| format!("{} failed with {}: {}", fault.at, fault.kind, fault.message)))
            .collect();
        Explanation { decision, summary, items, remarks }
    }
}

fn summary(decision: &Decision, trace: Option<&DecisionTrace>) -> String {
    let because = trace.map_or("", |trace| trace.because.as_str());
    match decision.state {
        State::Offered => format!("{} offered", plural(decision.options.len(), "option")),
        State::Fallback => format!("Nothing but the last resort is offered: {because}"),
        State::CoolingDown => format!("{} offered, no live agent: {because}", plural(decision.options.len(), "option")),
        State::AlreadyWithHuman => format!("Nothing is offered: {because}"),
        State::NotNeeded => format!("Nothing is offered: {because}"),
        State::Disabled => format!("Nothing is offered: {because}"),
        State::InvalidContext => format!("Nothing but the last resort is offered: {because}"),
    }
}

fn plural(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what} is") } else { format!("{count} {what}s are") }
}

/// Where the `as_of` of an attribute stands.
fn beside(path: &[Arc<str>]) -> Option<Vec<Arc<str>>> {
    let (_, around) = path.split_last()?;
    Some(around.iter().cloned().chain([Arc::from("as_of")]).collect())
}

/// A change that may offer an item.
#[derive(Clone, PartialEq, Debug)]
enum Change {
    /// Of an attribute, or of the time.
    Candidate(Candidate),
    /// Live data is as of now: where its `as_of` stands.
    Current(Vec<Arc<str>>),
}

struct Explainer<'e> {
    set: &'e RuleSet,
    model: &'e Model,
    document: Option<Json>,
    now: Timestamp,
    /// Slots of live data that is too old, and where their `as_of` stands.
    stale: Vec<(SlotId, Vec<Arc<str>>)>,
    /// How many changes may still be tried.
    left: usize,
}

impl Explainer<'_> {
    fn items(&mut self, decision: &Decision, trace: &DecisionTrace) -> Vec<ItemExplanation> {
        let mut explained: Vec<ItemExplanation> = Vec::new();
        for item in &trace.items {
            let offered = item.outcome == ItemOutcome::Offered;
            // What an `always` rule named may come again with its category.
            if explained.iter().any(|known| known.item == item.item && (known.offered || !offered)) {
                continue;
            }
            explained.retain(|known| known.item != item.item);
            let nearest = if offered || decision.state == State::InvalidContext { None } else { self.nearest(&item.item) };
            explained.push(ItemExplanation { item: item.item.clone(), offered, sentence: self.sentence(decision, item), nearest });
        }
        // In states without a question, no item was considered.
        if trace.items.is_empty() && decision.state != State::InvalidContext {
            for item in self.model.items.iter().filter(|item| item.category.is_some()) {
                let sentence = format!("{} is not offered: {}", self.name(decision, item), trace.because);
                let nearest = self.nearest(&item.key);
                explained.push(ItemExplanation { item: item.key.to_string(), offered: false, sentence, nearest });
            }
        }
        explained
    }

    /// The label that the user would read, and the key.
    fn name(&self, decision: &Decision, item: &Item) -> String {
        let offered = decision.options.iter().find(|option| option.option.item == *item.key).map(|option| option.option.label.clone());
        let label = offered.or_else(|| item.label.texts().next().map(|text| text.template.text().to_owned())).unwrap_or_default();
        format!("{} ({})", crate::diagnostic::shorten(&label, 60), item.key)
    }

    fn sentence(&self, decision: &Decision, trace: &ItemTrace) -> String {
        let name = self.model.items.iter().find(|item| *item.key == *trace.item).map_or_else(|| trace.item.clone(), |item| self.name(decision, item));
        let because = &trace.because;
        match trace.outcome {
            ItemOutcome::Offered => {
                let used = trace.strategies.iter().find(|strategy| strategy.outcome == StrategyOutcome::Used);
                let passed: Vec<String> = trace
                    .strategies
                    .iter()
                    .filter(|strategy| strategy.outcome != StrategyOutcome::Used)
                    .map(|strategy| format!("{} is not used: {}", strategy.kind, strategy.because))
                    .collect();
                let by = used.map_or_else(String::new, |strategy| format!(" {}", by_what(&strategy.kind)));
                let passed = if passed.is_empty() { String::new() } else { format!("; {}", passed.join("; ")) };
                format!("{name} is offered{by}: {because}{passed}")
            }
            ItemOutcome::NoStrategy
            | ItemOutcome::Disabled
            | ItemOutcome::Category
            | ItemOutcome::Condition
            | ItemOutcome::Duplicate
            | ItemOutcome::Cut
            | ItemOutcome::Error => {
                format!("{name} is not offered: {because}")
            }
        }
    }

    // ---- the nearest change

    /// The first single change that offers the item, confirmed by deciding again.
    fn nearest(&mut self, key: &str) -> Option<String> {
        let model = self.model;
        let item = model.items.iter().find(|item| *item.key == *key)?;
        let category = item.category.and_then(|place| model.categories.get(place))?;
        if !item.enabled || !category.enabled || !model.enabled {
            return None;
        }
        let mut tried: Vec<Change> = Vec::new();
        for change in self.changes(item, category) {
            if tried.len() >= MOST_TRIES || self.left == 0 {
                return None;
            }
            if tried.contains(&change) {
                continue;
            }
            self.left -= 1;
            if let Some(words) = self.confirm(&change, key) {
                return Some(format!("would be offered if {words}"));
            }
            tried.push(change);
        }
        None
    }

    fn changes(&self, item: &Item, category: &super::model::Category) -> Vec<Change> {
        let model = self.model;
        let path = |names: &[&str]| names.iter().map(|name| Arc::from(*name)).collect::<Vec<Arc<str>>>();
        let mut all: Vec<Candidate> =
            category.domains.iter().map(|(name, _)| Candidate::Attribute { path: path(&["domain"]), value: (&**name).into() }).collect();
        let strategies = item.strategies.iter().filter_map(|strategy| strategy.when.as_ref());
        let conditions = model.when.iter().chain(&category.when).chain(&item.when).chain(strategies);
        let mut current = Vec::new();
        for condition in conditions {
            all.extend(self.candidates_of(condition));
            current.extend(self.stale.iter().filter(|(slot, _)| self.reads(condition, *slot)).map(|(_, as_of)| Change::Current(as_of.clone())));
        }
        // A person who is talking to the user, or has just done so, stands against everything.
        all.push(Candidate::Attribute { path: path(&["conversation", "state"]), value: "bot".into() });
        all.push(Candidate::Attribute { path: path(&["conversation", "handed_back_at"]), value: Json::Null });
        if let Some(org) = model.org.first() {
            all.push(Candidate::Attribute { path: path(&["org"]), value: (&**org).into() });
        }
        current.into_iter().chain(all.into_iter().map(Change::Candidate)).collect()
    }

    /// Whether a condition, or a definition that it needs, reads a slot.
    fn reads(&self, condition: &Condition, slot: SlotId) -> bool {
        let needed = condition.uses.iter().filter_map(|place| self.model.definitions.get(*place)).map(|definition| &definition.condition);
        std::iter::once(condition).chain(needed).any(|condition| condition.expression.slots().any(|read| read == slot))
    }

    fn candidates_of(&self, condition: &Condition) -> Vec<Candidate> {
        let model = self.model;
        let definitions = |name: &str| model.definitions.iter().find(|definition| *definition.name == *name).map(|definition| &definition.condition.expression);
        let lists = |name: &str| match model.names.get(name) {
            Some(Named::Constant(value)) => Some(value.clone()),
            Some(Named::Computed { .. }) | None => None,
        };
        candidates(&condition.expression, &definitions, &lists)
    }

    /// The change in words, if it offers the item.
    fn confirm(&self, change: &Change, key: &str) -> Option<String> {
        let mut document = self.document.clone()?;
        let mut now = self.now;
        let mut time = String::new();
        match change {
            Change::Current(as_of) => set(&mut document, as_of, crate::builtins::rfc3339(now).into())?,
            Change::Candidate(Candidate::Attribute { path, value }) => set(&mut document, path, value.clone())?,
            Change::Candidate(Candidate::Element { path, value }) => append(&mut document, path, value)?,
            Change::Candidate(Candidate::OpeningOf(calendar)) => {
                let hours = self.model.calendars.get(calendar)?;
                now = hours.opens_at(self.now).filter(|opening| *opening > self.now)?;
                time = hours.moment(now, self.now);
            }
        }
        let decision = self.set.decide_json(document.to_string().as_bytes(), now);
        let offered = !decision.fallback_used && decision.options.iter().any(|option| option.option.item == key);
        offered.then(|| match change {
            Change::Current(as_of) => format!("{} were current", dotted(as_of)),
            Change::Candidate(candidate) => candidate.words(&time),
        })
    }
}

/// How an item is served: `by agent it_chat`, `as a ticket`.
fn by_what(kind: &str) -> String {
    let words = match kind {
        "ticket" => "as a ticket",
        "url" => "as a link",
        "email" => "as an e-mail",
        "channel" => "in a channel",
        "person" => "by a person",
        "bot" => "by another bot",
        "email_form" => "as a form",
        agent => return format!("by {agent}"),
    };
    words.to_owned()
}

/// Sets a member of a document, making the maps on the way. `None` where something else stands in the way.
fn set(document: &mut Json, path: &[Arc<str>], value: Json) -> Option<()> {
    *place(document, path)? = value;
    Some(())
}

fn append(document: &mut Json, path: &[Arc<str>], value: &Json) -> Option<()> {
    let place = place(document, path)?;
    match place {
        Json::Array(items) => items.push(value.clone()),
        Json::Null => *place = Json::Array(vec![value.clone()]),
        Json::String(_) => *place = value.clone(),
        Json::Bool(_) | Json::Number(_) | Json::Object(_) => return None,
    }
    Some(())
}

fn place<'d>(document: &'d mut Json, path: &[Arc<str>]) -> Option<&'d mut Json> {
    let mut at = document;
    for name in path {
        if at.is_null() {
            *at = Json::Object(serde_json::Map::new());
        }
        let Json::Object(members) = at else { return None };
        at = members.entry(&**name).or_insert(Json::Null);
    }
    Some(at)
}

/// One sentence a line.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}.", self.summary)?;
        for item in &self.items {
            writeln!(f, "- {}.", item.sentence)?;
            if let Some(nearest) = &item.nearest {
                writeln!(f, "  It {nearest}.")?;
            }
        }
        for remark in &self.remarks {
            writeln!(f, "! {remark}")?;
        }
        Ok(())
    }
}
