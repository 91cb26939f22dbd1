//! Rule-set files that are valid by construction, as JSON values: every kind of destination, mode and system; calendars, lists, definitions, live data,
//! `always`, `otherwise`, locales, gathers, tickets beside handoffs, chains of what stands in.

mod items;
mod scenery;
mod texts;

use serde_json::{Map, Value as Json, json};

use super::Dice;
use crate::handoff::systems::{Mode, SYSTEMS};
use scenery::Scenery;

/// The words that generated files and contexts share, so that conditions and domains are met.
pub(super) const DOMAINS: [&str; 4] = ["IT", "HR", "Finance", "straße"];
/// The topics of `always` rules and of contexts.
pub(super) const TOPICS: [&str; 3] = ["billing", "Refund", "outage"];
/// The keywords of `always` rules; some utterances have them.
pub(super) const KEYWORDS: [&str; 3] = ["chargeback", "human being", "Über"];
/// The organisations that are served.
pub(super) const ORGS: [&str; 2] = ["acme", "initech"];
/// The locales of texts and of contexts.
pub(super) const LOCALES: [&str; 4] = ["en", "de", "pt-BR", "fr"];

/// A rule set that loads, under whatever limits.
pub fn rule_set(dice: &mut Dice<'_>) -> Json {
    let scenery = scenery::pick(dice);
    let mut writer = Writer { dice, scenery, definitions: Vec::new(), localized: false, pinned: false, agents: Vec::new(), keys: Vec::new() };
    Json::Object(writer.file())
}

/// What the parts of a file under way refer to.
struct Writer<'w, 'd> {
    dice: &'w mut Dice<'d>,
    scenery: &'static Scenery,
    definitions: Vec<String>,
    /// Whether texts may be maps of locales: there is a default.
    localized: bool,
    /// Whether items may be pinned: there are organisations.
    pinned: bool,
    agents: Vec<String>,
    /// The keys of all items in order, those of `otherwise` last.
    keys: Vec<String>,
}

impl Writer<'_, '_> {
    fn file(&mut self) -> Map<String, Json> {
        let mut file = Map::new();
        let mut put = |key: &str, value: Json| drop(file.insert(key.to_owned(), value));
        put("triggerfish", 1.into());
        put("name", "generated".into());
        if let Some(context) = &self.scenery.context {
            put("context", context.clone());
        }
        put("calendars", calendars());
        put("lists", json!({"codes": ["DE", "AT", "IT", 7, true], "nothing": []}));
        self.localized = self.dice.one_in(2);
        if self.localized {
            put("default_locale", "en".into());
        }
        self.pinned = self.dice.one_in(3);
        if self.pinned {
            put("org", if self.dice.one_in(2) { "acme".into() } else { json!(ORGS) });
        }
        put("define", self.define());
        put("integrations", self.integrations());
        if self.dice.one_in(16) {
            put("enabled", Json::Bool(false));
        }
        if self.dice.one_in(4) {
            put("when", self.condition());
        }
        if self.dice.one_in(3) {
            put("max_options", (1 + self.dice.roll(3)).into());
        }
        if self.dice.one_in(2) {
            put("cooldown", if self.dice.one_in(2) { "5m".into() } else { 90.into() });
        }
        if self.dice.one_in(2) {
            put("min_confidence", 0.5.into());
        }
        let (categories, otherwise) = self.categories_and_otherwise();
        put("categories", categories);
        put("otherwise", otherwise);
        put("always", self.always());
        if self.dice.one_in(2) {
            put("entry_label", self.localized(false));
            put("texts", json!({"connecting": self.localized(false), "failed": self.localized(false)}));
            put("notify", json!([{"when": self.condition(), "via": ["email", "push"], "events": "requests"}, {"via": "sms", "events": []}]));
            put("flags", json!([{"flag": "needs_agent", "when": self.condition()}, {"flag": "needs_agent"}, {"flag": "x", "enabled": false}]));
        }
        file
    }

    fn define(&mut self) -> Json {
        let mut all = Map::new();
        for at in 0..self.dice.roll(4) {
            let condition = self.condition();
            let name = format!("d{at}");
            all.insert(name.clone(), condition);
            self.definitions.push(name);
        }
        Json::Object(all)
    }

    fn integrations(&mut self) -> Json {
        let mut all = Map::new();
        for at in 0..self.dice.roll(5) {
            let name = format!("a{at}");
            let mut integration = Map::new();
            let mode = self.dice.pick(&Mode::ALL).copied().unwrap_or(Mode::Broker);
            let system = self.dice.pick(&SYSTEMS).map_or("slack", |system| self.dice.pick(system.aliases).copied().unwrap_or(system.name));
            integration.insert("mode".to_owned(), mode.name().into());
            integration.insert("system".to_owned(), system.into());
            if self.dice.one_in(2) {
                integration.insert("accepts_utterance".to_owned(), true.into());
            }
            if self.dice.one_in(12) {
                integration.insert("enabled".to_owned(), false.into());
            }
            match mode {
                Mode::Url => {
                    integration.insert("url".to_owned(), self.url(false).into());
                    if self.dice.one_in(2) {
                        integration.insert("params".to_owned(), json!({"q": self.prose(false), "a&b": "c d"}));
                        integration.insert("expires_after".to_owned(), "15m".into());
                    }
                }
                Mode::Broker | Mode::Api => {
                    integration.insert("queue".to_owned(), self.identifier(false).into());
                    if self.dice.one_in(2) {
                        integration.insert("context".to_owned(), json!({"domain": self.prose(false), "site": "{{ user.office }}"}));
                    }
                }
                Mode::Channel => {
                    integration.insert("channel".to_owned(), self.identifier(false).into());
                    integration.insert("message".to_owned(), self.prose(false).into());
                }
            }
            all.insert(name.clone(), Json::Object(integration));
            self.agents.push(name);
        }
        Json::Object(all)
    }

    fn always(&mut self) -> Json {
        let mut rules = Vec::new();
        for at in 0..self.dice.roll(3) {
            let mut rule = Map::new();
            rule.insert("key".to_owned(), format!("r{at}").into());
            let by = self.dice.roll(4);
            if by != 1 {
                rule.insert("topics".to_owned(), json!([self.dice.word(&TOPICS)]));
            }
            if by != 0 {
                rule.insert("keywords".to_owned(), json!([self.dice.word(&KEYWORDS), "refund"]));
            }
            if by == 3 {
                rule.insert("when".to_owned(), self.condition());
            }
            let offered: Vec<String> = (0..=self.dice.roll(3)).filter_map(|_| self.dice.pick(&self.keys).cloned()).collect();
            rule.insert("offer".to_owned(), json!(offered));
            rules.push(Json::Object(rule));
        }
        Json::Array(rules)
    }
}

/// Those that the generated expressions name, with a day that differs here and there.
fn calendars() -> Json {
    json!({
        "weekdays": {
            "timezone": "Europe/Berlin",
            "hours": {"mon-fri": ["08:00-12:00", "13:00-18:00"]},
            "holidays": {"12-25": "Christmas Day", "2026-12-24/2026-12-31": "Year's end"},
            "overrides": {"2026-12-31": ["08:00-12:00"]},
        },
        "always": {"timezone": "UTC", "hours": {"mon-sun": ["00:00-24:00"]}},
        "never": {"timezone": "America/New_York"},
    })
}
