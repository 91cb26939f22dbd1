//! What must hold for every decision (ruleset.md, sections 2 and 3).

use std::collections::BTreeSet;

use super::generate::{MARK, MARKED_NUMBER};
use crate::handoff::Decision;
use crate::handoff::decision::{BotAddress, Destination, OfferedOption, Reach, State};
use crate::handoff::explain::Explanation;
use crate::limits::Limits;
use crate::value::EvalErrorKind;

/// What a rule set says about all of its decisions.
pub(super) struct Terms<'t> {
    pub(super) limits: &'t Limits,
    pub(super) max_options: Option<usize>,
}

/// Asserts what must hold for a decision; `shown` is what it was decided on, for messages.
pub(super) fn decision(decision: &Decision, terms: &Terms<'_>, shown: &str) {
    state(decision, shown);
    options(decision, terms, shown);
    chains(decision, shown);
    for fault in &decision.errors {
        let known = fault.kind == "invalid_context" || EvalErrorKind::ALL.iter().any(|kind| kind.name() == fault.kind);
        assert!(known && !fault.at.is_empty() && !fault.message.is_empty(), "{fault:?}\n{shown}");
    }
    assert!(decision.errors.len() <= MOST_FAULTS, "{} errors\n{shown}", decision.errors.len());
    size(decision, terms, shown);
}

/// Those that are listed, and the one that counts the others.
const MOST_FAULTS: usize = 101;

fn state(decision: &Decision, shown: &str) {
    let is_empty = decision.options.is_empty();
    match decision.state {
        State::Offered => assert!(!is_empty && !decision.fallback_used, "{decision:?}\n{shown}"),
        State::Fallback | State::InvalidContext => assert!(!is_empty && decision.fallback_used, "{decision:?}\n{shown}"),
        State::CoolingDown => assert!(!is_empty, "{decision:?}\n{shown}"),
        State::AlreadyWithHuman | State::NotNeeded | State::Disabled => assert!(is_empty && !decision.fallback_used, "{decision:?}\n{shown}"),
    }
    let has_agent = decision.options.iter().map(|option| &option.option).chain(decision.fallbacks.values()).any(is_agent);
    assert!(decision.state != State::CoolingDown || !has_agent, "an agent while cooling down: {decision:?}\n{shown}");
    let categories = decision.options.iter().filter(|option| option.option.category.is_some()).count();
    assert!(!decision.fallback_used || categories == 0, "the last resort beside others: {decision:?}\n{shown}");
}

fn options(decision: &Decision, terms: &Terms<'_>, shown: &str) {
    let mut places = BTreeSet::new();
    for (at, option) in decision.options.iter().enumerate() {
        assert_eq!(option.rank, at + 1, "{shown}");
        assert!(!option.option.label.is_empty() || !option.option.item.is_empty(), "{shown}");
        assert!(places.insert(place(&option.option.destination)), "two options lead to {:?}: {decision:?}\n{shown}", option.option.destination);
    }
    assert!(terms.max_options.is_none_or(|most| decision.options.len() <= most), "{} options\n{shown}", decision.options.len());
}

fn is_agent(option: &OfferedOption) -> bool {
    matches!(option.destination, Destination::Agent(_))
}

/// Where an option leads: kind, mode, system, integration, rendered target.
fn place(destination: &Destination) -> Vec<String> {
    let mut place = vec![destination.kind().to_owned()];
    match destination {
        Destination::Ticket(ticket) => place.extend([format!("{:?}", ticket.mode), format!("{:?}", ticket.form)]),
        Destination::Agent(agent) => {
            place.extend([agent.integration.clone(), agent.system.clone(), agent.reach.mode().to_owned()]);
            match &agent.reach {
                Reach::Url { url, .. } => place.push(url.clone()),
                Reach::Broker(queue) | Reach::Api(queue) => place.push(queue.queue.clone()),
                Reach::Channel(channel) => place.extend([channel.platform.clone(), channel.id.clone()]),
            }
        }
        Destination::Url { url } => place.push(url.clone()),
        Destination::Email { to, .. } | Destination::EmailForm { to, .. } => place.push(to.clone()),
        Destination::Channel(channel) => place.extend([channel.platform.clone(), channel.id.clone()]),
        Destination::Person { platform, handle } => place.extend([platform.clone(), handle.clone()]),
        Destination::Bot(bot) => match &bot.address {
            BotAddress::Url(url) => place.extend(["url".to_owned(), url.clone()]),
            BotAddress::Id(id) => place.extend(["id".to_owned(), id.clone()]),
        },
    }
    place
}

/// What stands in is there, and chains end in something that needs nobody.
fn chains(decision: &Decision, shown: &str) {
    for option in decision.options.iter().map(|option| &option.option).chain(decision.fallbacks.values()) {
        let mut at = option;
        let mut steps = 0;
        while let Some(next) = &at.if_unanswered {
            let Some(there) = decision.fallbacks.get(&next.then) else { unreachable!("`{}` does not stand in: {decision:?}\n{shown}", next.then) };
            at = there;
            steps += 1;
            assert!(steps <= decision.fallbacks.len(), "a chain does not end: {decision:?}\n{shown}");
        }
        assert!(!is_agent(at), "a chain ends with a live person: {decision:?}\n{shown}");
    }
}

/// What is written out for each option beside its texts.
const BESIDE: usize = 8 * 1024;

/// The texts of a decision keep to the limit, once for the rules and once for the last resort.
fn size(decision: &Decision, terms: &Terms<'_>, shown: &str) {
    let plain = Decision { trace: None, ..decision.clone() };
    let Ok(json) = serde_json::to_value(&plain) else { unreachable!("a decision is JSON: {decision:?}\n{shown}") };
    let parts = 2 + decision.options.len() + decision.fallbacks.len() + decision.errors.len();
    let most = 2 * terms.limits.decision_bytes + parts * BESIDE;
    assert!(texts(&json) <= most, "{} bytes of text\n{shown}", texts(&json));
}

fn texts(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::String(text) => text.len(),
        serde_json::Value::Array(items) => items.iter().map(texts).sum(),
        serde_json::Value::Object(members) => members.values().map(texts).sum(),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => 0,
    }
}

// ---- secrets

/// Nothing of a hidden value is told: not in reasons, traces, errors. Texts that the rule set renders may have it.
pub(super) fn keeps_secrets(decision: &Decision, shown: &str) {
    for option in decision.options.iter().map(|option| &option.option).chain(decision.fallbacks.values()) {
        is_clean("because", &option.because, shown);
    }
    faults_keep_secrets(decision, shown);
    if let Some(trace) = &decision.trace {
        is_clean("the trace", &serde_json::to_string(trace).unwrap_or_default(), shown);
    }
}

/// Errors hold no value of the context at all.
pub(super) fn faults_keep_secrets(decision: &Decision, shown: &str) {
    is_clean("errors", &serde_json::to_string(&decision.errors).unwrap_or_default(), shown);
}

/// An explanation tells nothing either, but for labels, which are rendered.
pub(super) fn explanation_keeps_secrets(explanation: &Explanation, shown: &str) {
    let labels_are_clean = explanation.decision.options.iter().all(|option| !is_marked(&option.option.label));
    for item in &explanation.items {
        if labels_are_clean {
            is_clean("a sentence", &item.sentence, shown);
        }
        is_clean("the nearest change", item.nearest.as_deref().unwrap_or(""), shown);
    }
    explanation.remarks.iter().chain([&explanation.summary]).for_each(|text| is_clean("a remark", text, shown));
}

fn is_clean(what: &str, text: &str, shown: &str) {
    assert!(!is_marked(text), "{what} tells a secret: {text}\n{shown}");
}

fn is_marked(text: &str) -> bool {
    text.to_ascii_lowercase().contains(MARK) || text.contains(MARKED_NUMBER)
}
