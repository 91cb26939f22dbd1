//! What a service hands to its rules: a plain struct over `String`, and a thousand made-up ones.

use serde::Serialize;

/// A conversation as a service would hold it. Written as JSON, it is a context of the built-in schema.
#[derive(Serialize)]
pub(crate) struct Event {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) domain: Option<String>,
    pub(crate) utterance: String,
    pub(crate) channel: String,
    pub(crate) language: Language,
    pub(crate) user: User,
    pub(crate) bot: Bot,
    pub(crate) agents: Agents,
    pub(crate) ticket: Ticket,
    pub(crate) conversation: Conversation,
}

#[derive(Serialize)]
pub(crate) struct Language {
    pub(crate) detected: String,
}

#[derive(Serialize)]
pub(crate) struct User {
    pub(crate) employee_id: String,
    pub(crate) email_addr: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) department: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) country_code: Option<String>,
    pub(crate) region: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) city: Option<String>,
    pub(crate) role: String,
    pub(crate) user_tags: Vec<String>,
    pub(crate) custom_attributes: CustomAttributes,
}

#[derive(Serialize)]
pub(crate) struct CustomAttributes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tenure_days: Option<i64>,
    pub(crate) is_fte: bool,
}

#[derive(Serialize)]
pub(crate) struct Bot {
    pub(crate) resolved: bool,
    pub(crate) attempts: i64,
}

#[derive(Serialize)]
pub(crate) struct Agents {
    pub(crate) desk_emea: Desk,
    pub(crate) desk_amer: Desk,
    pub(crate) desk_apac: Desk,
}

#[derive(Serialize)]
pub(crate) struct Desk {
    pub(crate) available: i64,
    pub(crate) online: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) oldest_wait_s: Option<i64>,
}

#[derive(Serialize)]
pub(crate) struct Ticket {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) created_at: Option<i64>,
}

#[derive(Serialize)]
pub(crate) struct Conversation {
    pub(crate) last_activity: i64,
}

/// As many events as most benches take.
pub(crate) const EVENTS: u64 = 1000;

/// The same events in every run.
pub(crate) fn events(count: u64) -> Vec<Event> {
    let mut dice = Dice(0x7419_6765_7266_6973);
    (0..count).map(|number| event(number, &mut dice)).collect()
}

const DOMAINS: [&str; 4] = ["IT", "HR", "FINANCE", "FACILITIES"];
const DEPARTMENTS: [&str; 5] = ["Sales", "sales", "Engineering", "Legal", "Marketing"];
const COUNTRIES: [&str; 12] = ["DE", "FR", "ES", "IT", "PL", "JP", "US", "CA", "BR", "IN", "AU", "SE"];
const REGIONS: [&str; 3] = ["EMEA", "AMER", "APAC"];
const CITIES: [&str; 5] = ["Berlin", "Paris", "Toronto", "Tokyo", "New York"];
const ROLES: [&str; 5] = ["Engineer", "Account Executive", "Counsel", "Analyst", "Director"];
const TAGS: [&str; 6] = ["CONTRACTOR", "VIP", "BASIC_USER", "KNOWLEDGE_WORKER", "DIRECTOR", "TESTER"];
const CHANNELS: [&str; 3] = ["slack", "teams", "web"];
const LANGUAGES: [&str; 4] = ["en", "de", "fr", "es"];
/// Sixty characters each, one of them outside ASCII here and there.
const UTTERANCES: [&str; 6] = [
    "Hello, I cannot sign in since my PASSWORD expired last night",
    "My laptop does not find the office printer since Monday noon",
    "HELP: the VPN on my new laptop drops every couple of minutes",
    "Wie ändere ich mein Passwort, wenn ich im Homeoffice arbeite",
    "I would like to know how many days of vacation I have left 🙂",
    "Please reset the password of my account in the travel portal",
];

fn event(number: u64, dice: &mut Dice) -> Event {
    Event {
        // More IT and Sales than anything else, so that the conjunctions behind them are reached.
        domain: if dice.percent(40) { Some("IT".to_owned()) } else { dice.maybe(90, |dice| dice.one_of(&DOMAINS)) },
        utterance: dice.one_of(&UTTERANCES),
        channel: dice.one_of(&CHANNELS),
        language: Language { detected: dice.one_of(&LANGUAGES) },
        user: User {
            employee_id: format!("e{number:05}"),
            email_addr: format!("E{number:05}@example.com"),
            department: if dice.percent(40) { Some("Sales".to_owned()) } else { dice.maybe(85, |dice| dice.one_of(&DEPARTMENTS)) },
            country_code: dice.maybe(95, |dice| dice.one_of(&COUNTRIES)),
            region: dice.one_of(&REGIONS),
            city: dice.maybe(80, |dice| dice.one_of(&CITIES)),
            role: dice.one_of(&ROLES),
            user_tags: (0..dice.below(4)).map(|_| dice.one_of(&TAGS)).collect(),
            custom_attributes: CustomAttributes { tenure_days: dice.maybe(90, |dice| dice.below(4000)), is_fte: dice.percent(70) },
        },
        bot: Bot { resolved: dice.percent(30), attempts: dice.below(6) },
        agents: Agents { desk_emea: desk(dice), desk_amer: desk(dice), desk_apac: desk(dice) },
        ticket: Ticket { created_at: dice.maybe(70, |dice| 1_767_000_000 + dice.below(600_000)) },
        conversation: Conversation { last_activity: 1_767_600_000 + dice.below(9_000) },
    }
}

fn desk(dice: &mut Dice) -> Desk {
    Desk { available: dice.below(8), online: dice.below(20), oldest_wait_s: dice.maybe(80, |dice| dice.below(900)) }
}

/// SplitMix64: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to below the limit.
    fn below(&mut self, limit: u32) -> i64 {
        i64::try_from(self.roll() % u64::from(limit)).unwrap_or(0)
    }

    fn percent(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }

    fn maybe<T>(&mut self, percent: i64, make: impl FnOnce(&mut Dice) -> T) -> Option<T> {
        self.percent(percent).then(|| make(self))
    }

    fn one_of(&mut self, words: &[&str]) -> String {
        let count = u64::try_from(words.len()).unwrap_or(1);
        let at = usize::try_from(self.roll() % count).unwrap_or(0);
        words.get(at).copied().unwrap_or_default().to_owned()
    }
}
