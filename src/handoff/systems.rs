//! The table of systems: which modes each is publicly known to support, and what it takes.
//!
//! Systems are data: nothing else in the engine depends on which one it is. Public sources contradict each other, so a pair that is not listed is a warning.

/// How a live agent is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// A page is opened.
    Url,
    /// The caller passes messages to and fro.
    Broker,
    /// The caller calls the system's interface.
    Api,
    /// A message is posted where people watch.
    Channel,
}

impl Mode {
    /// All modes.
    pub const ALL: [Mode; 4] = [Mode::Url, Mode::Broker, Mode::Api, Mode::Channel];

    /// As in rule sets and decisions.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Mode::Url => "url",
            Mode::Broker => "broker",
            Mode::Api => "api",
            Mode::Channel => "channel",
        }
    }

    /// The mode of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Mode> {
        Mode::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// A system that live agents work in.
///
/// A row claims no more than public pages do: the modes that they name the system for, and what it takes when a user is handed over. Any system with a
/// page of its own can be opened in the mode [`Mode::Url`].
#[derive(Clone, Copy, Debug)]
pub struct System {
    /// Its name in rule sets and decisions.
    pub name: &'static str,
    /// Other names that mean the same.
    pub aliases: &'static [&'static str],
    /// What people call it.
    pub title: &'static str,
    /// The modes that it is publicly known to support.
    pub modes: &'static [Mode],
    /// Whether it takes the user's last utterance.
    pub takes_utterance: bool,
    /// Whether it takes context: further named values.
    pub takes_context: bool,
    /// Names of context that its public pages mention. Others may be taken as well.
    pub context_keys: &'static [&'static str],
    /// The titles of the public pages that say so; none where no page was found and the row is a cautious guess.
    pub sources: &'static [&'static str],
}

impl System {
    /// The system of that name or alias.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static System> {
        SYSTEMS.iter().find(|system| system.name == name || system.aliases.contains(&name))
    }
}

/// A system that takes the utterance and context.
const fn system(name: &'static str, title: &'static str, modes: &'static [Mode], sources: &'static [&'static str]) -> System {
    System { name, aliases: &[], title, modes, takes_utterance: true, takes_context: true, context_keys: &[], sources }
}

/// A chat platform: a message says all there is to say.
const fn platform(name: &'static str, title: &'static str, modes: &'static [Mode], sources: &'static [&'static str]) -> System {
    System { takes_context: false, ..system(name, title, modes, sources) }
}

use Mode::{Api, Broker, Channel, Url};

/// "Live Agent Chat / Handoff", help.moveworks.com: which systems are reached by URL, by brokering, by API and by channel.
const HANDOFF: &str = "Moveworks: Live Agent Chat / Handoff";
/// The reference of its configuration names the systems that messages are brokered to.
const BROKERS: &str = "Moveworks: Create live agent integration";
/// What ServiceNow routes by.
const AWA: &str = "Moveworks: Discovery Guide, ServiceNow AWA Live Agent Message Brokering";
const SERVICENOW_KEYS: &[&str] = &["domain", "language", "region", "queue", "mandatory_skills"];

/// The systems, in the order of ruleset.md.
pub const SYSTEMS: [System; 19] = [
    // A portal is the other way, says "Lab #7: Handoff - Live Agent".
    System {
        context_keys: SERVICENOW_KEYS,
        ..system("servicenow", "ServiceNow", &[Url, Broker], &[HANDOFF, BROKERS, "Moveworks: Lab #7: Handoff - Live Agent"])
    },
    System { context_keys: SERVICENOW_KEYS, ..system("servicenow_awa", "ServiceNow Advanced Work Assignment", &[Url, Broker], &[HANDOFF, AWA]) },
    // ServiceNow has deprecated it in favour of Advanced Work Assignment.
    system(
        "servicenow_connect_chat",
        "ServiceNow Connect Chat",
        &[Url],
        &[HANDOFF, "ServiceNow: Move from Connect Support to Advanced Work Assignment and Agent Chat"],
    ),
    System { aliases: &["aws_connect"], ..system("amazon_connect", "Amazon Connect", &[Broker, Url], &[HANDOFF, BROKERS, "Ada: Amazon Connect handoff"]) },
    system("glia", "Glia", &[Broker, Url], &[HANDOFF, "Moveworks: Glia Access Requirements"]),
    system("8x8", "8x8", &[Broker, Url], &[HANDOFF]),
    // Open Messaging is an interface that conversations are routed through.
    system("genesys", "Genesys", &[Broker, Api, Url], &[BROKERS, "Moveworks: Genesys Access Requirements", "Ada: Genesys handoff"]),
    system("salesforce", "Salesforce", &[Broker, Url], &[BROKERS]),
    system("vayusphere", "Vayusphere", &[Api], &[HANDOFF, BROKERS]),
    system("beyondtrust", "BeyondTrust", &[Url, Api], &[HANDOFF, BROKERS]),
    system("five9", "Five9", &[Url], &[HANDOFF]),
    system("incontact", "NICE inContact", &[Url], &[HANDOFF]),
    system("compucom", "CompuCom", &[Url], &[HANDOFF]),
    system("intrasee", "IntraSee", &[Url], &[HANDOFF]),
    system("convocore", "Convocore", &[Url], &[]),
    platform("teams", "Microsoft Teams", &[Channel, Url], &[HANDOFF, "Microsoft: Deep link to Teams chat"]),
    platform("slack", "Slack", &[Channel, Url], &[HANDOFF, "Slack: Deep linking into Slack"]),
    platform("google_chat", "Google Chat", &[Channel], &[HANDOFF]),
    platform("webex", "Cisco Webex", &[Channel], &[HANDOFF]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_aliases_are_told_once() {
        let mut names: Vec<&str> = SYSTEMS.iter().flat_map(|system| system.aliases.iter().chain([&system.name])).copied().collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
        assert_eq!(System::find("aws_connect").map(|system| system.name), Some("amazon_connect"));
        assert_eq!(System::find("amazon").map(|system| system.name), None);
    }

    #[test]
    fn every_system_supports_something_and_says_where_that_is_told() {
        for system in &SYSTEMS {
            assert!(!system.modes.is_empty() && !system.title.is_empty(), "{}", system.name);
            assert!((0..system.modes.len()).all(|at| !system.modes[..at].contains(&system.modes[at])), "{} has a mode twice", system.name);
            // One that no page was found of claims no more than any page does: it can be opened.
            assert!(!system.sources.is_empty() || system.modes == [Mode::Url], "{}", system.name);
            assert!(system.takes_context || system.context_keys.is_empty(), "{}", system.name);
        }
    }

    #[test]
    fn what_watches_a_channel_takes_a_message_and_nothing_beside_it() {
        let platforms: Vec<&str> = SYSTEMS.iter().filter(|system| system.modes.contains(&Mode::Channel)).map(|system| system.name).collect();
        assert_eq!(platforms, ["teams", "slack", "google_chat", "webex"]);
        assert!(SYSTEMS.iter().all(|system| system.takes_context != platforms.contains(&system.name)));
    }
}
