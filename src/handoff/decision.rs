//! The decision: what the engine answers for one context, in the JSON form that callers rely on (ruleset.md, section 3).

use std::collections::BTreeMap;

use serde::Serialize;

use super::trace::DecisionTrace;

/// A decision. Serializing it gives the same bytes for the same rule set, engine, time-zone database, context bytes and time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision {
    /// Which rule set decided.
    pub ruleset: RuleSetId,
    /// The version of the engine.
    pub engine: &'static str,
    /// The version of the time-zone database, such as `2026a`.
    pub tzdb: &'static str,
    /// The time of the decision: RFC 3339, in UTC.
    pub now: String,
    /// The label of the entry point ("Get Help"), in the user's language.
    pub entry_label: Option<String>,
    /// What came of it.
    pub state: State,
    /// What the user is offered, best first.
    pub options: Vec<RankedOption>,
    /// What stands in when an option is not answered: by the item that [`IfUnanswered::then`] names.
    pub fallbacks: BTreeMap<String, OfferedOption>,
    /// Whether the options are those of `otherwise`.
    pub fallback_used: bool,
    /// Whom to tell.
    pub notify: Vec<Notification>,
    /// Flags for the caller.
    pub flags: Vec<String>,
    /// Texts for brokering and hand-back, by what they are for.
    pub texts: BTreeMap<&'static str, String>,
    /// What went wrong on the way; the decision stands nevertheless.
    pub errors: Vec<Fault>,
    /// Why, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<DecisionTrace>,
}

/// A rule set, by name and content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleSetId {
    /// Its name.
    pub name: String,
    /// `sha256:` and the digest of what bears meaning in it, in hexadecimal digits.
    pub digest: String,
}

/// What came of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// At least one rule offers something.
    Offered,
    /// No rule offers anything: the options are those of `otherwise`.
    Fallback,
    /// A person is talking to the user already: nothing is offered.
    AlreadyWithHuman,
    /// A person has just handed the user back: live agents are withheld, all else is offered as always.
    CoolingDown,
    /// The rule set's own condition does not hold: nothing is offered.
    NotNeeded,
    /// The rule set is switched off, or does not serve the user's organisation: nothing is offered.
    Disabled,
    /// The context does not bind: the options are those of `otherwise`, for an empty context.
    InvalidContext,
}

impl State {
    /// All states.
    pub const ALL: [State; 7] =
        [State::Offered, State::Fallback, State::AlreadyWithHuman, State::CoolingDown, State::NotNeeded, State::Disabled, State::InvalidContext];

    /// As in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            State::Offered => "offered",
            State::Fallback => "fallback",
            State::AlreadyWithHuman => "already_with_human",
            State::CoolingDown => "cooling_down",
            State::NotNeeded => "not_needed",
            State::Disabled => "disabled",
            State::InvalidContext => "invalid_context",
        }
    }
}

/// An option and its place among the others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RankedOption {
    /// 1 is the best.
    pub rank: usize,
    /// The option.
    #[serde(flatten)]
    pub option: OfferedOption,
}

/// Something that the user is offered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OfferedOption {
    /// The key of the item.
    pub item: String,
    /// The key of its category; an entry of `otherwise` has none.
    pub category: Option<String>,
    /// The label of its category, if that has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category_label: Option<String>,
    /// What the user reads on the button.
    pub label: String,
    /// What it is about, below the label: the item's `description`. A ticket has a `description` of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_description: Option<String>,
    /// What choosing it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Where it leads.
    #[serde(flatten)]
    pub destination: Destination,
    /// The ticket that is filed beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_ticket: Option<TicketFields>,
    /// Why it is offered, in one line.
    pub because: String,
    /// `low`, `normal`, `high` or `urgent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// For the bot, before it hands off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_handoff: Option<String>,
    /// The exact words at the handoff. Where the destination is a channel, with a message of its own, they are [`OfferedOption::handoff_message`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The exact words at the handoff, where `message` is what is posted in a channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handoff_message: Option<String>,
    /// A hint for a generator that finds the words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guidance: Option<String>,
    /// What is to be asked before the handoff: information that is not there yet.
    pub gather_missing: Vec<MissingInformation>,
    /// How long an answer usually takes, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_reply_s: Option<u64>,
    /// What stands in if nobody answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_unanswered: Option<IfUnanswered>,
    /// Whether the caller should attach a summary of the conversation.
    pub want_summary: bool,
    /// How it is shown.
    pub presentation: Presentation,
    /// When its link stops working: RFC 3339, in UTC.
    pub expires_at: Option<String>,
}

/// Where an option leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Destination {
    /// A ticket.
    Ticket(Ticket),
    /// A live agent: the only kind that needs a person now.
    Agent(Agent),
    /// A web page, such as a self-service portal.
    Url {
        /// The address.
        url: String,
    },
    /// An e-mail that the user sends.
    Email {
        /// To whom.
        to: String,
        /// Its subject.
        subject: String,
        /// Its text.
        body: String,
    },
    /// A chat channel.
    Channel(Channel),
    /// A person in a chat platform.
    Person {
        /// The platform.
        platform: String,
        /// The person's handle there.
        handle: String,
    },
    /// Another bot.
    Bot(Bot),
    /// A form that sends an e-mail: leave a message.
    EmailForm {
        /// To whom.
        to: String,
        /// What the user has to fill in.
        requires: Vec<&'static str>,
        /// The files that may be attached; none if absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        attachments: Option<Attachments>,
    },
}

impl Destination {
    /// Whether it is, or is reached by, a channel: its `message` is what is posted there.
    #[must_use]
    pub fn posts_message(&self) -> bool {
        match self {
            Destination::Channel(_) | Destination::Agent(Agent { reach: Reach::Channel(_), .. }) => true,
            Destination::Agent(Agent { reach: Reach::Url { .. } | Reach::Broker(_) | Reach::Api(_), .. })
            | Destination::Ticket(_)
            | Destination::Url { .. }
            | Destination::Email { .. }
            | Destination::Person { .. }
            | Destination::Bot(_)
            | Destination::EmailForm { .. } => false,
        }
    }

    /// As in JSON.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Destination::Ticket(_) => "ticket",
            Destination::Agent(_) => "agent",
            Destination::Url { .. } => "url",
            Destination::Email { .. } => "email",
            Destination::Channel(_) => "channel",
            Destination::Person { .. } => "person",
            Destination::Bot(_) => "bot",
            Destination::EmailForm { .. } => "email_form",
        }
    }
}

/// A ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ticket {
    /// How it is filed.
    pub mode: TicketMode,
    /// The form, for a rich ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// What is filled in.
    #[serde(flatten)]
    pub fields: TicketFields,
}

/// How a ticket is filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketMode {
    /// At once.
    Default,
    /// Through a form.
    Rich,
}

/// The texts of a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TicketFields {
    /// One line.
    pub short_description: String,
    /// The whole issue.
    pub description: String,
    /// For those who work on it: what the bot has shown already.
    pub work_notes: String,
}

/// A live agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Agent {
    /// The integration of the rule set.
    pub integration: String,
    /// The system that it belongs to.
    pub system: String,
    /// How the system is reached.
    #[serde(flatten)]
    pub reach: Reach,
}

/// How a live-agent system is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum Reach {
    /// By opening a page.
    Url {
        /// The address, its parameters included.
        url: String,
        /// The user's last utterance, where the system takes it.
        #[serde(skip_serializing_if = "Option::is_none")]
        utterance: Option<String>,
    },
    /// By passing messages to and fro.
    Broker(Queue),
    /// By a call of its interface.
    Api(Queue),
    /// In a chat channel where people watch.
    Channel(Channel),
}

impl Reach {
    /// As in JSON.
    #[must_use]
    pub fn mode(&self) -> &'static str {
        match self {
            Reach::Url { .. } => "url",
            Reach::Broker(_) => "broker",
            Reach::Api(_) => "api",
            Reach::Channel(_) => "channel",
        }
    }
}

/// A queue of a live-agent system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// Its name there.
    pub queue: String,
    /// What is passed along.
    pub context: BTreeMap<String, String>,
    /// The user's last utterance, where the system takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utterance: Option<String>,
}

/// A chat channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Channel {
    /// The platform.
    pub platform: String,
    /// The channel there.
    pub id: String,
    /// What is posted.
    pub message: String,
}

/// Another bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bot {
    /// Which one.
    #[serde(flatten)]
    pub address: BotAddress,
    /// What is passed along.
    pub context: BTreeMap<String, String>,
}

/// Which bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BotAddress {
    /// Its address.
    Url(String),
    /// Its name, where the caller knows it.
    Id(String),
}

/// How many files may be attached, and how large each may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Attachments {
    /// Most files.
    pub max: u64,
    /// Most bytes of one file.
    pub max_size_bytes: u64,
}

/// How urgent an option is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// `low`
    Low,
    /// `normal`
    Normal,
    /// `high`
    High,
    /// `urgent`
    Urgent,
}

impl Priority {
    /// From least to most urgent.
    pub const ALL: [Priority; 4] = [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];

    /// As in JSON and in rule sets.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Priority::Low => "low",
            Priority::Normal => "normal",
            Priority::High => "high",
            Priority::Urgent => "urgent",
        }
    }
}

/// How an option is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Presentation {
    /// In the conversation.
    #[default]
    Inline,
    /// In a window of its own.
    Popup,
    /// Pinned for an organisation.
    Pinned,
}

/// Information that the handoff needs and that is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MissingInformation {
    /// Its name.
    pub name: String,
    /// The question that gets it.
    pub ask: String,
    /// Whether the handoff cannot do without; told only where it can.
    #[serde(skip_serializing_if = "std::clone::Clone::clone")]
    pub required: bool,
}

/// What stands in if nobody answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IfUnanswered {
    /// After so many seconds; the caller's own patience if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_s: Option<u64>,
    /// The option of [`Decision::fallbacks`].
    pub then: String,
}

/// Whom to tell of what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notification {
    /// By what ways.
    pub via: Vec<String>,
    /// Of what.
    pub events: Vec<String>,
}

/// Something that went wrong on the way to a decision. It holds no value of the context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The part of the rule set, such as `it_live_agent.strategies[0].when`; or `context`.
    pub at: String,
    /// The kind of error, such as `type_mismatch` or `invalid_context`.
    pub kind: String,
    /// One line for people.
    pub message: String,
    /// The expression's text from which byte to which byte failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<[u32; 2]>,
}
