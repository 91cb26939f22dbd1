//! Five rules, each beside the function that a programmer would have written instead, and the contexts that both are run on.

mod event;

pub(crate) use event::{EVENTS, Event, events};

/// A rule and its hand-written twin.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) source: &'static str,
    pub(crate) by_hand: fn(&Event) -> bool,
}

/// All attributes that they read stand in the built-in schema; `tenure_days` is one of its free `custom_attributes`, all others have types there.
pub(crate) const WORKLOADS: [Workload; 5] = [
    Workload { name: "R1", source: R1, by_hand: r1 },
    Workload { name: "R2", source: R2, by_hand: r2 },
    Workload { name: "R3", source: R3, by_hand: r3 },
    Workload { name: "R4", source: R4, by_hand: r4 },
    Workload { name: "R5", source: R5, by_hand: r5 },
];

const R1: &str = r#"domain == "IT""#;

fn r1(event: &Event) -> bool {
    event.domain.as_deref() == Some("IT")
}

const R2: &str = r#"domain == "IT" AND user.department == "Sales""#;

fn r2(event: &Event) -> bool {
    r1(event) && event.user.department.as_deref() == Some("Sales")
}

const R3: &str = r#"domain == "IT" AND user.department == "Sales"
AND user.country_code IN ["AT", "BE", "BG", "CH", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HU", "IE", "IT", "NL", "PL", "PT", "SE"]
AND user.custom_attributes.tenure_days > 30
AND NOT ("CONTRACTOR" IN user.user_tags)"#;

const EUROPE: [&str; 20] = ["AT", "BE", "BG", "CH", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HU", "IE", "IT", "NL", "PL", "PT", "SE"];

fn r3(event: &Event) -> bool {
    let user = &event.user;
    r2(event)
        && user.country_code.as_deref().is_some_and(|country| EUROPE.contains(&country))
        && user.custom_attributes.tenure_days.is_some_and(|days| days > 30)
        && !user.user_tags.iter().any(|tag| tag == "CONTRACTOR")
}

const R4: &str = r#"utterance.$LOWERCASE().$STARTS_WITH("help") OR "password" IN utterance.$LOWERCASE()"#;

fn r4(event: &Event) -> bool {
    let utterance = event.utterance.to_lowercase();
    utterance.starts_with("help") || utterance.contains("password")
}

/// Forty comparisons over 8 texts and 12 numbers.
const R5: &str = r#"
((domain == "IT" AND bot.attempts >= 1) OR (domain == "HR" AND bot.attempts > 2)
  OR (domain == "FINANCE" AND agents.desk_emea.available > 1) OR (channel == "web" AND agents.desk_amer.available > 2))
AND ((user.department != "Legal" AND user.role != "Counsel") OR (user.role == "Director" AND agents.desk_apac.available >= 1)
  OR (user.city == "Berlin" AND agents.desk_emea.online > 4) OR (user.city == "Tokyo" AND agents.desk_apac.online > 4))
AND ((user.region == "EMEA" AND agents.desk_emea.oldest_wait_s < 600) OR (user.region == "AMER" AND agents.desk_amer.oldest_wait_s < 600)
  OR (user.region == "APAC" AND agents.desk_apac.oldest_wait_s < 600) OR (user.country_code == "US" AND agents.desk_amer.online >= 10))
AND ((ticket.created_at > 1767400000 AND conversation.last_activity > 1767602000) OR (ticket.created_at <= 1767400000 AND bot.attempts <= 3)
  OR (conversation.last_activity >= 1767608000 AND agents.desk_emea.available != 0) OR (channel != "web" AND agents.desk_apac.online < 15))
AND ((user.country_code != "US" AND conversation.last_activity < 1767606000) OR (language.detected == "de" AND agents.desk_apac.available < 7)
  OR (user.department == "Sales" AND agents.desk_amer.available <= 5) OR (channel == "slack" AND language.detected == "en"))
"#;

fn r5(event: &Event) -> bool {
    let Event { user, bot, ticket, conversation, language, .. } = event;
    let (emea, amer, apac) = (&event.agents.desk_emea, &event.agents.desk_amer, &event.agents.desk_apac);
    let (domain, channel, region) = (event.domain.as_deref(), event.channel.as_str(), user.region.as_str());
    let (department, city, country) = (user.department.as_deref(), user.city.as_deref(), user.country_code.as_deref());
    let waits_less = |wait: Option<i64>| wait.is_some_and(|seconds| seconds < 600);

    ((domain == Some("IT") && bot.attempts >= 1)
        || (domain == Some("HR") && bot.attempts > 2)
        || (domain == Some("FINANCE") && emea.available > 1)
        || (channel == "web" && amer.available > 2))
        && ((department != Some("Legal") && user.role != "Counsel")
            || (user.role == "Director" && apac.available >= 1)
            || (city == Some("Berlin") && emea.online > 4)
            || (city == Some("Tokyo") && apac.online > 4))
        && ((region == "EMEA" && waits_less(emea.oldest_wait_s))
            || (region == "AMER" && waits_less(amer.oldest_wait_s))
            || (region == "APAC" && waits_less(apac.oldest_wait_s))
            || (country == Some("US") && amer.online >= 10))
        && ((ticket.created_at.is_some_and(|at| at > 1_767_400_000) && conversation.last_activity > 1_767_602_000)
            || (ticket.created_at.is_some_and(|at| at <= 1_767_400_000) && bot.attempts <= 3)
            || (conversation.last_activity >= 1_767_608_000 && emea.available != 0)
            || (channel != "web" && apac.online < 15))
        && ((country != Some("US") && conversation.last_activity < 1_767_606_000)
            || (language.detected == "de" && apac.available < 7)
            || (department == Some("Sales") && amer.available <= 5)
            || (channel == "slack" && language.detected == "en"))
}
