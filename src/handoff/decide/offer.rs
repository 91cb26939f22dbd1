//! From a strategy to an option: everything rendered.

use std::collections::BTreeMap;

use super::scene::Scene;
use crate::handoff::decision::{
    Agent, Bot, BotAddress, Channel, Destination, IfUnanswered, MissingInformation, OfferedOption, Priority, Queue, Reach, Ticket, TicketFields,
};
use crate::handoff::model::{BotWay, Integration, Item, Localized, QueueTarget, Strategy, Target, Text, TicketTexts, Way};
use crate::handoff::template::Position;
use crate::value::{Number, Timestamp, Value};

/// Characters of an utterance that a short description takes.
const SHORT: usize = 80;
/// What `email_form` asks the user for.
const FORM_FIELDS: [&str; 2] = ["email", "message"];

impl Scene<'_> {
    /// The option that an item's strategy makes; `None` where a text failed, which is reported.
    pub(super) fn offer(&mut self, item: &Item, strategy: &Strategy, because: String) -> Option<OfferedOption> {
        let model = self.model;
        let category = item.category.and_then(|place| model.categories.get(place));
        let category_label = match category.and_then(|category| category.label.as_ref()) {
            Some(label) => Some(self.localized(label)?),
            None => None,
        };
        let label = self.localized(&item.label)?;
        let (destination, expires_after) = self.destination(&strategy.destination, &label)?;
        let file_ticket = match &strategy.file_ticket {
            Some(texts) => Some(self.ticket_fields(texts, &label)?),
            None => None,
        };
        let optional = |scene: &mut Self, text: &Option<Localized>| -> Option<Option<String>> {
            match text {
                Some(text) => scene.localized(text).map(Some),
                None => Some(None),
            }
        };
        let said = optional(self, &strategy.message)?;
        Some(OfferedOption {
            item: item.key.to_string(),
            category: category.map(|category| category.key.to_string()),
            category_label,
            item_description: optional(self, &item.description)?,
            action: optional(self, &item.action)?,
            file_ticket,
            because,
            priority: self.priority(item),
            pre_handoff: optional(self, &strategy.pre_handoff)?,
            message: said.clone().filter(|_| !destination.posts_message()),
            handoff_message: said.filter(|_| destination.posts_message()),
            guidance: optional(self, &strategy.guidance)?,
            gather_missing: self.missing(strategy)?,
            expected_reply_s: strategy.expected_reply,
            if_unanswered: strategy.if_unanswered.as_ref().and_then(|next| {
                let then = model.items.get(next.then)?.key.to_string();
                Some(IfUnanswered { after_s: next.after, then })
            }),
            want_summary: strategy.summarize,
            presentation: item.presentation,
            expires_at: expires_after.and_then(|seconds| self.later(seconds)),
            label,
            destination,
        })
    }

    fn later(&self, seconds: u64) -> Option<String> {
        let micros = i64::try_from(seconds).ok()?.checked_mul(1_000_000)?.checked_add(self.now.as_micros())?;
        Timestamp::from_micros(micros).map(crate::builtins::rfc3339)
    }

    /// The priority; none where it failed or is none of the known, which is reported.
    fn priority(&mut self, item: &Item) -> Option<Priority> {
        let condition = item.priority.as_ref()?;
        let value = self.evaluate(condition);
        let name = match &value {
            Value::Null => return None,
            Value::Text(text) => text.trim().to_lowercase(),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => String::new(),
        };
        let priority = Priority::ALL.into_iter().find(|priority| priority.name() == name);
        if priority.is_none() {
            let message = "the value is none of low, normal, high and urgent; the option has no priority".to_owned();
            self.fault(&condition.at, "invalid_argument", message, None);
        }
        priority
    }

    /// What is to be gathered and is not there: absent, or empty. What cannot be evaluated is not there.
    fn missing(&mut self, strategy: &Strategy) -> Option<Vec<MissingInformation>> {
        let mut missing = Vec::new();
        for gather in &strategy.gather {
            let value = self.evaluate(&gather.value);
            let there = match &value {
                Value::Null => false,
                Value::Text(text) => !text.trim().is_empty(),
                Value::List(list) => !list.is_empty(),
                Value::Map(map) => !map.is_empty(),
                Value::Bool(_) | Value::Integer(_) | Value::Float(_) => true,
            };
            if !there {
                let ask = self.localized(&gather.ask)?;
                missing.push(MissingInformation { name: gather.name.to_string(), ask, required: gather.required });
            }
        }
        Some(missing)
    }

    // ---- tickets

    /// What the author left out has its default: the utterance, what the bot has shown, a short form of the utterance or else the label.
    fn ticket_fields(&mut self, texts: &TicketTexts, label: &str) -> Option<TicketFields> {
        let short = match &texts.short_description {
            Some(text) => self.render(text)?,
            None => self.short_description(label),
        };
        let prefix = match &texts.prefix {
            Some(text) => self.render(text)?,
            None => String::new(),
        };
        let description = match &texts.description {
            Some(text) => self.render(text)?,
            None => self.default_text(self.shown_utterance())?,
        };
        let work_notes = match &texts.work_notes {
            Some(text) => self.render(text)?,
            None => self.default_text(self.results())?,
        };
        Some(TicketFields { short_description: prefix + &short, description, work_notes })
    }

    fn default_text(&mut self, shown: String) -> Option<String> {
        self.take_room(shown.len(), "utterance").then_some(shown)
    }

    fn shown_utterance(&self) -> String {
        Position::Text.fit(self.cut(self.utterance()))
    }

    fn short_description(&self, label: &str) -> String {
        let utterance = self.utterance();
        let end = utterance.char_indices().nth(SHORT).map_or(utterance.len(), |(at, _)| at);
        let short = Position::Line.fit(utterance.get(..end).unwrap_or(utterance));
        if short.trim().is_empty() { label.to_owned() } else { short }
    }

    /// Title and address of each result that the bot has shown, one a line.
    fn results(&self) -> String {
        let Value::List(results) = self.value_of(self.model.slots.results) else { return String::new() };
        let lines = results.iter().filter_map(|result| {
            let Value::Map(result) = result else { return None };
            let part = |name: &str| match result.get(name) {
                Some(Value::Text(text)) if !text.trim().is_empty() => Some(text.trim()),
                Some(Value::Text(_) | Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::List(_) | Value::Map(_)) | None => None,
            };
            match (part("title"), part("url")) {
                (None, None) => None,
                (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
                (Some(title), Some(url)) => Some(format!("{title} {url}")),
            }
        });
        Position::Text.fit(self.cut(&lines.collect::<Vec<_>>().join("\n")))
    }

    // ---- destinations

    /// Where a way leads, and after how many seconds its link expires.
    fn destination(&mut self, way: &Way, label: &str) -> Option<(Destination, Option<u64>)> {
        let model = self.model;
        let destination = match way {
            Way::Ticket { mode, form, texts } => {
                let form = match form {
                    Some(form) => Some(self.render(form)?),
                    None => None,
                };
                Destination::Ticket(Ticket { mode: *mode, form, fields: self.ticket_fields(texts, label)? })
            }
            Way::Agent(place) => {
                let integration = model.integrations.get(*place)?;
                let expires_after = match &integration.target {
                    Target::Url(link) => link.expires_after,
                    Target::Broker(_) | Target::Api(_) | Target::Channel { .. } => None,
                };
                return Some((Destination::Agent(self.agent(integration)?), expires_after));
            }
            Way::Url(link) => return Some((Destination::Url { url: self.render_link(link)? }, link.expires_after)),
            Way::Email { to, subject, body } => Destination::Email {
                to: self.render(to)?,
                subject: match subject {
                    Some(subject) => self.render(subject)?,
                    None => self.short_description(label),
                },
                body: match body {
                    Some(body) => self.render(body)?,
                    None => self.default_text(self.shown_utterance())?,
                },
            },
            Way::Channel { platform, id, message } => {
                Destination::Channel(Channel { platform: platform.to_string(), id: self.render(id)?, message: self.render(message)? })
            }
            Way::Person { platform, handle } => Destination::Person { platform: platform.to_string(), handle: self.render(handle)? },
            Way::Bot { address, context } => Destination::Bot(Bot {
                address: match address {
                    BotWay::Url(url) => BotAddress::Url(self.render(url)?),
                    BotWay::Id(id) => BotAddress::Id(self.render(id)?),
                },
                context: self.passed(context)?,
            }),
            Way::EmailForm { to, attachments } => Destination::EmailForm { to: self.render(to)?, requires: FORM_FIELDS.to_vec(), attachments: *attachments },
        };
        Some((destination, None))
    }

    fn agent(&mut self, integration: &Integration) -> Option<Agent> {
        let utterance = match self.utterance() {
            utterance if integration.accepts_utterance && !utterance.is_empty() => Some(self.default_text(self.shown_utterance())?),
            _ => None,
        };
        let reach = match &integration.target {
            Target::Url(link) => Reach::Url { url: self.render_link(link)?, utterance },
            Target::Broker(queue) => Reach::Broker(self.queue(queue, utterance)?),
            Target::Api(queue) => Reach::Api(self.queue(queue, utterance)?),
            Target::Channel { id, message } => {
                Reach::Channel(Channel { platform: integration.system.name.to_owned(), id: self.render(id)?, message: self.render(message)? })
            }
        };
        Some(Agent { integration: integration.name.to_string(), system: integration.system.name.to_owned(), reach })
    }

    fn queue(&mut self, queue: &QueueTarget, utterance: Option<String>) -> Option<Queue> {
        Some(Queue { queue: self.render(&queue.queue)?, context: self.passed(&queue.context)?, utterance })
    }

    /// Named values; what renders to nothing is left out.
    fn passed(&mut self, context: &[(Box<str>, Text)]) -> Option<BTreeMap<String, String>> {
        let mut passed = BTreeMap::new();
        for (name, text) in context {
            let value = self.render(text)?;
            if !value.is_empty() {
                passed.insert(name.to_string(), value);
            }
        }
        Some(passed)
    }
}

/// What makes two options lead to the same place: kind, mode, system, integration, and the rendered target.
pub(super) fn same_place(one: &Destination, other: &Destination) -> bool {
    use Destination as D;
    match (one, other) {
        (D::Ticket(one), D::Ticket(other)) => one.mode == other.mode && one.form == other.form,
        (D::Agent(one), D::Agent(other)) => one.integration == other.integration && one.system == other.system && same_reach(&one.reach, &other.reach),
        (D::Url { url: one }, D::Url { url: other }) => one == other,
        (D::Email { to: one, .. }, D::Email { to: other, .. }) => one == other,
        (D::Channel(one), D::Channel(other)) => one.platform == other.platform && one.id == other.id,
        (D::Person { .. }, D::Person { .. }) => one == other,
        (D::Bot(one), D::Bot(other)) => one.address == other.address,
        (D::EmailForm { to: one, .. }, D::EmailForm { to: other, .. }) => one == other,
        (D::Ticket(_) | D::Agent(_) | D::Url { .. } | D::Email { .. } | D::Channel(_) | D::Person { .. } | D::Bot(_) | D::EmailForm { .. }, _) => false,
    }
}

fn same_reach(one: &Reach, other: &Reach) -> bool {
    match (one, other) {
        (Reach::Url { url: one, .. }, Reach::Url { url: other, .. }) => one == other,
        (Reach::Broker(one), Reach::Broker(other)) | (Reach::Api(one), Reach::Api(other)) => one.queue == other.queue,
        (Reach::Channel(one), Reach::Channel(other)) => one.platform == other.platform && one.id == other.id,
        (Reach::Url { .. } | Reach::Broker(_) | Reach::Api(_) | Reach::Channel(_), _) => false,
    }
}

/// The number of seconds that lie between a time and now, if it is one.
pub(super) fn seconds_since(time: &Value, now: Timestamp) -> Option<f64> {
    let number = match time {
        Value::Integer(seconds) => Number::Integer(*seconds),
        Value::Float(seconds) => Number::Float(*seconds),
        Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => return None,
    };
    let then = Timestamp::from_number(number).ok()?;
    #[expect(clippy::cast_precision_loss, reason = "a difference that is compared with whole seconds")]
    let seconds = (now.as_micros() - then.as_micros()) as f64 / 1e6;
    Some(seconds)
}
