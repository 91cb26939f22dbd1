//! Conditions and templates that compile.

use serde_json::{Map, Value as Json};

use super::super::{Dice, tree};
use super::{LOCALES, Writer};
use crate::syntax::print_expr;

/// Conditions as authors write them, over attributes that generated contexts often have.
const CONDITIONS: [&str; 30] = [
    r#"user.department == "Sales""#,
    r#""VIP" IN user.user_tags"#,
    "bot.attempts > 1",
    "NOT bot.resolved",
    r#"$OPEN("weekdays")"#,
    r#"$OPEN("never")"#,
    r#"$OPEN("always") AND agents.it_emea.available > 0"#,
    "agents.it_emea.available > 0",
    r#"utterance.$LOWERCASE().$MATCH("\\bhelp\\b")"#,
    r#"utterance[0:4] == "help""#,
    r#"utterance == "help""#,
    "utterance > user.first_name",
    r#"user.email_addr == "ann@acme.example""#,
    r#"user.first_name > "M" OR user.last_name != NULL"#,
    r#"user.country_code IN ["DE", "AT"]"#,
    "user.country_code IN codes",
    "signals.wants_human",
    r#"signals.priority == "high""#,
    "$LENGTH(utterance) > 10",
    r#"user.custom_attributes.badge == "gold""#,
    "user.custom_attributes.salary > 1000",
    r#"secret_note == "x""#,
    r#"secret.badge IN ["x", "y"] OR secret.level > 3"#,
    "$INTEGER(utterance) > 3",
    "10 / bot.attempts > 2",
    r#"account.owner == "x" AND account.number > 5"#,
    r#"tier == "gold""#,
    "load < 0.5",
    "TRUE",
    "FALSE",
];

/// Expressions as authors write them into texts.
const SHOWN: [&str; 16] = [
    "utterance",
    "utterance[0:80]",
    "user.full_name",
    "user.email_addr",
    "domain",
    "user.office",
    "$CONCAT(bot.results.$MAP(r => r.title), ', ')",
    "bot.results",
    "agents",
    "IF bot.resolved THEN 'yes' ELSE 'no'",
    "user.custom_attributes.salary",
    "secret_note",
    "$INTEGER(utterance)",
    "conversation.order_number OR '-'",
    "{'a': {'b': utterance}}",
    "account.owner",
];

/// What cannot fail and is short.
const SAFE: [&str; 5] = ["Leave a message", "Help: {{ utterance[0:80] }}", "{{ utterance[0:40] OR 'help' }}", "{{{{ braces }}", "größer"];

impl Writer<'_, '_> {
    /// A condition that compiles, or `TRUE`.
    pub(super) fn condition(&mut self) -> Json {
        let text = match self.dice.roll(8) {
            0..=4 => self.checked(|dice| dice.word(&CONDITIONS).to_owned()),
            5 => self.of_definitions(),
            _ => {
                let world = &self.scenery.world;
                self.checked(|dice| print_expr(&tree(dice, world, 0)))
            }
        };
        match text.as_str() {
            "TRUE" => Json::Bool(true),
            _ => text.into(),
        }
    }

    fn of_definitions(&mut self) -> String {
        let Some(name) = self.dice.pick(&self.definitions).cloned() else { return "domain IN codes".to_owned() };
        match self.dice.roll(4) {
            0 => name,
            1 => format!("NOT {name}"),
            2 => format!("{name} AND (\n{}\n)", self.checked(|dice| dice.word(&CONDITIONS).to_owned())),
            _ => format!("{name} OR user.country_code IN codes"),
        }
    }

    /// An expression that the checker accepts.
    fn checked(&mut self, make: impl Fn(&mut Dice<'_>) -> String) -> String {
        let text = make(self.dice);
        // Names of the rule set are no attributes.
        if text.ends_with(" IN codes") || self.scenery.engine.compile(&text).is_ok() { text } else { "TRUE".to_owned() }
    }

    fn shown(&mut self) -> String {
        let world = &self.scenery.world;
        match self.dice.roll(6) {
            0 => self.checked(|dice| print_expr(&tree(dice, world, 0))),
            1 if !self.definitions.is_empty() => self.dice.pick(&self.definitions).cloned().unwrap_or_default(),
            _ => self.checked(|dice| dice.word(&SHOWN).to_owned()),
        }
    }

    // ---- one for each position; `safe` ones cannot fail

    pub(super) fn prose(&mut self, safe: bool) -> String {
        if safe || self.dice.one_in(2) {
            return self.dice.word(&SAFE).to_owned();
        }
        format!("Hello {{{{ {} }}}}!", self.shown())
    }

    /// A text, or one for each of some locales.
    pub(super) fn localized(&mut self, safe: bool) -> Json {
        if !self.localized || self.dice.one_in(2) {
            return self.prose(safe).into();
        }
        let mut texts = Map::new();
        for locale in LOCALES.iter().take(1 + self.dice.roll(LOCALES.len())) {
            texts.insert((*locale).to_owned(), self.prose(safe).into());
        }
        Json::Object(texts)
    }

    pub(super) fn url(&mut self, safe: bool) -> String {
        const FIXED: [&str; 2] = ["https://acme.example/chat", "https://acme.example:8443/a/b?x=1#top"];
        match if safe { 0 } else { self.dice.roll(4) } {
            0 => self.dice.word(&FIXED).to_owned(),
            1 => format!("https://acme.example/{{{{ {} }}}}/x", self.shown()),
            _ => format!("https://acme.example/new?q={{{{ {} }}}}&site={{{{ user.office }}}}#f{{{{ domain }}}}", self.shown()),
        }
    }

    pub(super) fn address(&mut self, safe: bool) -> String {
        const ADDRESSES: [&str; 4] = ["help@acme.example", "it@acme.example", "{{ user.manager_email }}", "desk-{{ user.office }}@acme.example"];
        self.dice.word(if safe { ADDRESSES.split_at(2).0 } else { &ADDRESSES }).to_owned()
    }

    pub(super) fn identifier(&mut self, safe: bool) -> String {
        const FIXED: [&str; 3] = ["it-emea", "C0123456789", "@facilities-lead"];
        if safe || self.dice.one_in(2) { self.dice.word(&FIXED).to_owned() } else { format!("q-{{{{ {} }}}}", self.shown()) }
    }

    pub(super) fn subject(&mut self, safe: bool) -> String {
        if safe || self.dice.one_in(2) { "Help".to_owned() } else { format!("About {{{{ {} }}}}", self.shown()) }
    }
}
