//! What a programmer would write who has the texts of events interned: each text a number, found once for each event.

use std::collections::HashMap;

use crate::workloads::Event;

/// An event whose texts are numbers: 0 where there is none, else that of the text in an [`Interner`].
pub(crate) struct Interned {
    domain: u32,
    channel: u32,
    department: u32,
    country: u32,
    region: u32,
    city: u32,
    role: u32,
    language: u32,
    tags: Vec<u32>,
    tenure_days: Option<i64>,
    attempts: i64,
    emea: Numbers,
    amer: Numbers,
    apac: Numbers,
    created_at: Option<i64>,
    last_activity: i64,
    /// What stays a text: nobody interns what users write.
    utterance: String,
}

struct Numbers {
    available: i64,
    online: i64,
    oldest_wait_s: Option<i64>,
}

/// The twins of R1 to R5, in the order of the workloads.
pub(crate) const BY_IDS: [fn(&Interned) -> bool; 5] = [r1, r2, r3, r4, r5];

/// Gives numbers to texts.
pub(crate) struct Interner {
    ids: HashMap<String, u32>,
}

/// The texts that the rules have, with their numbers: first those of the list of countries, so that they are neighbours.
const KNOWN: [(&str, u32); 20] = [
    ("AT", 1),
    ("BE", 2),
    ("BG", 3),
    ("CH", 4),
    ("CZ", 5),
    ("DE", 6),
    ("DK", 7),
    ("EE", 8),
    ("ES", 9),
    ("FI", 10),
    ("FR", 11),
    ("GB", 12),
    ("GR", 13),
    ("HU", 14),
    ("IE", 15),
    ("IT", IT),
    ("NL", 17),
    ("PL", 18),
    ("PT", 19),
    ("SE", LAST_COUNTRY),
];
const IT: u32 = 16;
const LAST_COUNTRY: u32 = 20;
const WORDS: [(&str, u32); 18] = [
    ("Sales", SALES),
    ("CONTRACTOR", CONTRACTOR),
    ("HR", HR),
    ("FINANCE", FINANCE),
    ("web", WEB),
    ("Legal", LEGAL),
    ("Counsel", COUNSEL),
    ("Director", DIRECTOR),
    ("Berlin", BERLIN),
    ("Tokyo", TOKYO),
    ("EMEA", EMEA),
    ("AMER", AMER),
    ("APAC", APAC),
    ("US", US),
    ("de", GERMAN),
    ("en", ENGLISH),
    ("slack", SLACK),
    ("", NO_TEXT),
];
const SALES: u32 = 21;
const CONTRACTOR: u32 = 22;
const HR: u32 = 23;
const FINANCE: u32 = 24;
const WEB: u32 = 25;
const LEGAL: u32 = 26;
const COUNSEL: u32 = 27;
const DIRECTOR: u32 = 28;
const BERLIN: u32 = 29;
const TOKYO: u32 = 30;
const EMEA: u32 = 31;
const AMER: u32 = 32;
const APAC: u32 = 33;
const US: u32 = 34;
const GERMAN: u32 = 35;
const ENGLISH: u32 = 36;
const SLACK: u32 = 37;
/// What is empty is no word of any rule.
const NO_TEXT: u32 = 38;

impl Interner {
    pub(crate) fn new() -> Interner {
        Interner { ids: KNOWN.iter().chain(&WORDS).map(|(text, id)| ((*text).to_owned(), *id)).collect() }
    }

    pub(crate) fn intern(&mut self, event: Event) -> Interned {
        let Event { domain, utterance, channel, language, user, bot, agents, ticket, conversation } = event;
        Interned {
            domain: self.id(domain.as_deref()),
            channel: self.id(Some(&channel)),
            department: self.id(user.department.as_deref()),
            country: self.id(user.country_code.as_deref()),
            region: self.id(Some(&user.region)),
            city: self.id(user.city.as_deref()),
            role: self.id(Some(&user.role)),
            language: self.id(Some(&language.detected)),
            tags: user.user_tags.iter().map(|tag| self.id(Some(tag))).collect(),
            tenure_days: user.custom_attributes.tenure_days,
            attempts: bot.attempts,
            emea: Numbers::new(agents.desk_emea.available, agents.desk_emea.online, agents.desk_emea.oldest_wait_s),
            amer: Numbers::new(agents.desk_amer.available, agents.desk_amer.online, agents.desk_amer.oldest_wait_s),
            apac: Numbers::new(agents.desk_apac.available, agents.desk_apac.online, agents.desk_apac.oldest_wait_s),
            created_at: ticket.created_at,
            last_activity: conversation.last_activity,
            utterance,
        }
    }

    fn id(&mut self, text: Option<&str>) -> u32 {
        let Some(text) = text else { return 0 };
        let next = u32::try_from(self.ids.len()).unwrap_or(u32::MAX) + 1;
        *self.ids.entry(text.to_owned()).or_insert(next)
    }
}

impl Numbers {
    fn new(available: i64, online: i64, oldest_wait_s: Option<i64>) -> Numbers {
        Numbers { available, online, oldest_wait_s }
    }
}

fn r1(event: &Interned) -> bool {
    event.domain == IT
}

fn r2(event: &Interned) -> bool {
    r1(event) && event.department == SALES
}

fn r3(event: &Interned) -> bool {
    r2(event) && (1..=LAST_COUNTRY).contains(&event.country) && event.tenure_days.is_some_and(|days| days > 30) && !event.tags.contains(&CONTRACTOR)
}

fn r4(event: &Interned) -> bool {
    let utterance = event.utterance.to_lowercase();
    utterance.starts_with("help") || utterance.contains("password")
}

fn r5(event: &Interned) -> bool {
    let Interned { domain, channel, department, country, region, city, role, language, emea, amer, apac, .. } = event;
    let waits_less = |wait: Option<i64>| wait.is_some_and(|seconds| seconds < 600);

    ((*domain == IT && event.attempts >= 1)
        || (*domain == HR && event.attempts > 2)
        || (*domain == FINANCE && emea.available > 1)
        || (*channel == WEB && amer.available > 2))
        && ((*department != LEGAL && *role != COUNSEL)
            || (*role == DIRECTOR && apac.available >= 1)
            || (*city == BERLIN && emea.online > 4)
            || (*city == TOKYO && apac.online > 4))
        && ((*region == EMEA && waits_less(emea.oldest_wait_s))
            || (*region == AMER && waits_less(amer.oldest_wait_s))
            || (*region == APAC && waits_less(apac.oldest_wait_s))
            || (*country == US && amer.online >= 10))
        && ((event.created_at.is_some_and(|at| at > 1_767_400_000) && event.last_activity > 1_767_602_000)
            || (event.created_at.is_some_and(|at| at <= 1_767_400_000) && event.attempts <= 3)
            || (event.last_activity >= 1_767_608_000 && emea.available != 0)
            || (*channel != WEB && apac.online < 15))
        && ((*country != US && event.last_activity < 1_767_606_000)
            || (*language == GERMAN && apac.available < 7)
            || (*department == SALES && amer.available <= 5)
            || (*channel == SLACK && *language == ENGLISH))
}
