//! A rule set as it is run: everything parsed, checked, compiled, and referred to by place.

use std::sync::Arc;

use super::calendar::CalendarSet;
use super::decision::{Attachments, Presentation, TicketMode};
use super::live::LiveData;
use super::systems::System;
use super::template::{Template, UrlTemplate};
use crate::check::Names;
use crate::context::{Layout, SlotId};
use crate::limits::Limits;
use crate::matcher::Candidates;
use crate::rule::Expression;
use crate::schema::Schema;
use crate::source::Span;
use crate::value::Timestamp;

/// A rule set.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) name: String,
    pub(super) change_note: Option<String>,
    pub(super) digest: String,
    pub(super) schema: Arc<Schema>,
    pub(super) limits: Limits,
    pub(super) layout: Layout,
    pub(super) slots: Slots,
    pub(super) live: LiveData,
    pub(super) names: Names,
    pub(super) calendars: Arc<CalendarSet>,
    /// In an order in which each needs only those before it.
    pub(super) definitions: Vec<Definition>,
    pub(super) entry_label: Option<Localized>,
    pub(super) enabled: bool,
    pub(super) when: Option<Condition>,
    /// The organisations served; all if empty.
    pub(super) org: Vec<Arc<str>>,
    /// Lower case.
    pub(super) default_locale: String,
    pub(super) max_options: Option<usize>,
    /// Seconds.
    pub(super) cooldown: u64,
    pub(super) min_confidence: f64,
    pub(super) integrations: Vec<Integration>,
    pub(super) categories: Vec<Category>,
    /// The items of the categories, then the entries of `otherwise`.
    pub(super) items: Vec<Item>,
    /// Which items' conditions can hold, where there are many; by place in `items`.
    pub(super) candidates: Option<Candidates>,
    pub(super) always: Vec<Always>,
    /// Places in `items`; never empty.
    pub(super) otherwise: Vec<usize>,
    pub(super) notify: Vec<Notify>,
    pub(super) flags: Vec<Flag>,
    pub(super) texts: Vec<(&'static str, Localized)>,
    pub(super) tests: Vec<TestCase>,
}

/// The attributes that deciding itself reads.
#[derive(Debug)]
pub(super) struct Slots {
    pub(super) org: SlotId,
    pub(super) domain: SlotId,
    pub(super) domains: SlotId,
    pub(super) preferred: SlotId,
    pub(super) detected: SlotId,
    pub(super) conversation_state: SlotId,
    pub(super) handed_back_at: SlotId,
    pub(super) topics: SlotId,
    pub(super) utterance: SlotId,
    pub(super) results: SlotId,
}

/// A named expression.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) name: Arc<str>,
    pub(super) condition: Condition,
    pub(super) slot: SlotId,
}

/// An expression of the rule set, and where it stands.
#[derive(Debug)]
pub(super) struct Condition {
    pub(super) expression: Expression,
    /// The definitions that it needs, and those need, in order.
    pub(super) uses: Box<[usize]>,
    /// `it_live_agent.strategies[0].when`
    pub(super) at: Box<str>,
    /// Where it is written in the file.
    pub(super) span: Span,
}

/// A text of the rule set, and where it stands.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) template: Template,
    /// The definitions that it needs, and those need, in order.
    pub(super) uses: Box<[usize]>,
    pub(super) at: Box<str>,
    /// Where it is written in the file.
    pub(super) span: Span,
}

/// A text in one or more languages.
#[derive(Debug)]
pub(super) enum Localized {
    /// The same for all.
    One(Text),
    /// By locale, in lower case.
    ByLocale(Vec<(Box<str>, Text)>),
}

impl Localized {
    pub(super) fn texts(&self) -> impl Iterator<Item = &Text> {
        let (one, many) = match self {
            Localized::One(text) => (Some(text), [].as_slice()),
            Localized::ByLocale(texts) => (None, texts.as_slice()),
        };
        one.into_iter().chain(many.iter().map(|(_, text)| text))
    }
}

/// A live-agent target.
#[derive(Debug)]
pub(super) struct Integration {
    pub(super) name: Arc<str>,
    pub(super) enabled: bool,
    pub(super) system: &'static System,
    pub(super) accepts_utterance: bool,
    pub(super) target: Target,
}

/// How a live agent is reached.
#[derive(Debug)]
pub(super) enum Target {
    Url(Link),
    Broker(QueueTarget),
    Api(QueueTarget),
    Channel { id: Text, message: Text },
}

/// An address with parameters.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) url: UrlTemplate,
    /// The definitions that it needs, and those need, in order.
    pub(super) uses: Box<[usize]>,
    /// `portal.strategies[0].url.url`
    pub(super) at: Box<str>,
    /// What it belongs to: `portal.strategies[0].url`
    pub(super) owner: Box<str>,
    /// Where it is written in the file.
    pub(super) span: Span,
    /// Seconds.
    pub(super) expires_after: Option<u64>,
}

/// A queue and what is passed along.
#[derive(Debug)]
pub(super) struct QueueTarget {
    pub(super) queue: Text,
    pub(super) context: Vec<(Box<str>, Text)>,
}

/// A group of items.
#[derive(Debug)]
pub(super) struct Category {
    pub(super) key: Arc<str>,
    pub(super) label: Option<Localized>,
    pub(super) enabled: bool,
    /// The domains that it is for, as written and folded; any if empty.
    pub(super) domains: Vec<(Arc<str>, Box<str>)>,
    pub(super) when: Option<Condition>,
    /// Places in the model's items.
    pub(super) items: std::ops::Range<usize>,
}

/// Something that can be offered.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) key: Arc<str>,
    /// The place of its category; an entry of `otherwise` has none.
    pub(super) category: Option<usize>,
    pub(super) enabled: bool,
    pub(super) label: Localized,
    pub(super) description: Option<Localized>,
    pub(super) action: Option<Localized>,
    pub(super) when: Option<Condition>,
    pub(super) priority: Option<Condition>,
    pub(super) presentation: Presentation,
    pub(super) strategies: Vec<Strategy>,
    /// Where it is written in the file.
    pub(super) span: Span,
}

/// A way to serve an item.
#[derive(Debug)]
pub(super) struct Strategy {
    pub(super) enabled: bool,
    pub(super) when: Option<Condition>,
    pub(super) destination: Way,
    pub(super) file_ticket: Option<TicketTexts>,
    pub(super) gather: Vec<Gather>,
    pub(super) pre_handoff: Option<Localized>,
    pub(super) message: Option<Localized>,
    pub(super) guidance: Option<Localized>,
    pub(super) summarize: bool,
    /// Seconds.
    pub(super) expected_reply: Option<u64>,
    pub(super) if_unanswered: Option<Unanswered>,
    /// Where it is written in the file.
    pub(super) span: Span,
}

/// Where a strategy leads.
#[derive(Debug)]
pub(super) enum Way {
    Ticket {
        mode: TicketMode,
        form: Option<Text>,
        texts: Box<TicketTexts>,
    },
    /// The place of an integration.
    Agent(usize),
    Url(Link),
    Email {
        to: Text,
        subject: Option<Text>,
        body: Option<Text>,
    },
    Channel {
        platform: Arc<str>,
        id: Text,
        message: Text,
    },
    Person {
        platform: Arc<str>,
        handle: Text,
    },
    Bot {
        address: BotWay,
        context: Vec<(Box<str>, Text)>,
    },
    EmailForm {
        to: Text,
        attachments: Option<Attachments>,
    },
}

impl Way {
    /// As in JSON.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Way::Ticket { .. } => "ticket",
            Way::Agent(_) => "agent",
            Way::Url(_) => "url",
            Way::Email { .. } => "email",
            Way::Channel { .. } => "channel",
            Way::Person { .. } => "person",
            Way::Bot { .. } => "bot",
            Way::EmailForm { .. } => "email_form",
        }
    }
}

/// Which bot.
#[derive(Debug)]
pub(super) enum BotWay {
    Url(Text),
    Id(Text),
}

/// The texts of a ticket; what is absent has its default.
#[derive(Debug, Default)]
pub(super) struct TicketTexts {
    pub(super) prefix: Option<Text>,
    pub(super) short_description: Option<Text>,
    pub(super) description: Option<Text>,
    pub(super) work_notes: Option<Text>,
}

/// Information that a handoff needs.
#[derive(Debug)]
pub(super) struct Gather {
    pub(super) name: Arc<str>,
    pub(super) ask: Localized,
    pub(super) value: Condition,
    pub(super) required: bool,
}

/// What stands in if nobody answers.
#[derive(Debug)]
pub(super) struct Unanswered {
    /// Seconds.
    pub(super) after: Option<u64>,
    /// A place in the model's items.
    pub(super) then: usize,
}

/// A rule that comes before the categories.
#[derive(Debug)]
pub(super) struct Always {
    pub(super) key: Arc<str>,
    pub(super) enabled: bool,
    pub(super) topics: Vec<Arc<str>>,
    /// As written and folded.
    pub(super) keywords: Vec<(Arc<str>, Box<str>)>,
    pub(super) when: Option<Condition>,
    /// Places in the model's items.
    pub(super) offer: Vec<usize>,
}

/// Whom to tell.
#[derive(Debug)]
pub(super) struct Notify {
    pub(super) enabled: bool,
    pub(super) when: Option<Condition>,
    pub(super) via: Vec<Arc<str>>,
    pub(super) events: Vec<Arc<str>>,
}

/// A flag for the caller.
#[derive(Debug)]
pub(super) struct Flag {
    pub(super) enabled: bool,
    pub(super) flag: Arc<str>,
    pub(super) when: Option<Condition>,
}

/// An example beside the rules.
#[derive(Debug)]
pub(super) struct TestCase {
    pub(super) name: Arc<str>,
    pub(super) now: Option<Timestamp>,
    pub(super) context: serde_json::Value,
    pub(super) expect: Expectation,
    /// Where it is written in the file.
    pub(super) span: Span,
}

/// What a test expects; what is absent is not looked at.
#[derive(Debug, Default)]
pub(super) struct Expectation {
    /// The keys of all options, in order.
    pub(super) options: Option<Vec<Arc<str>>>,
    /// Members of the first option.
    pub(super) first: Option<serde_json::Value>,
    /// Keys of items that are not offered.
    pub(super) absent: Vec<Arc<str>>,
    pub(super) fallback: Option<bool>,
    pub(super) state: Option<Arc<str>>,
    /// Members of the decision, by name or JSON pointer.
    pub(super) fields: Vec<(Arc<str>, serde_json::Value)>,
}
