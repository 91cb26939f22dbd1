//! Categories, items and strategies.

use serde_json::{Map, Value as Json, json};

use super::{DOMAINS, Writer};

/// Where a strategy may lead that needs nobody.
const KINDS: [&str; 7] = ["ticket", "url", "email", "channel", "person", "bot", "email_form"];

impl Writer<'_, '_> {
    /// `categories` and `otherwise`: the keys are known before what refers to them.
    pub(super) fn categories_and_otherwise(&mut self) -> (Json, Json) {
        let counts: Vec<usize> = (0..self.dice.roll(4)).map(|_| self.dice.roll(4)).collect();
        let last = 1 + self.dice.roll(3);
        let total = counts.iter().sum::<usize>();
        self.keys = (0..total).map(|at| format!("i{at}")).chain((0..last).map(|at| format!("o-{at}.x"))).collect();
        let mut place = 0;
        let mut categories = Vec::new();
        for (at, count) in counts.into_iter().enumerate() {
            let mut category = Map::new();
            category.insert("key".to_owned(), format!("c{at}").into());
            if self.dice.one_in(2) {
                category.insert("label".to_owned(), self.localized(false));
            }
            match self.dice.roll(4) {
                0 => {}
                1 => drop(category.insert("domain".to_owned(), json!(DOMAINS))),
                _ => drop(category.insert("domain".to_owned(), self.dice.word(&DOMAINS).into())),
            }
            if self.dice.one_in(4) {
                category.insert("when".to_owned(), self.condition());
            }
            if self.dice.one_in(12) {
                category.insert("enabled".to_owned(), false.into());
            }
            let mut items = Vec::new();
            for _ in 0..count {
                items.push(self.item(place, Kind::Item));
                place += 1;
            }
            category.insert("items".to_owned(), items.into());
            categories.push(Json::Object(category));
        }
        let mut otherwise = Vec::new();
        for at in 0..last {
            otherwise.push(self.item(place, if at + 1 == last { Kind::Last } else { Kind::Otherwise }));
            place += 1;
        }
        (categories.into(), otherwise.into())
    }

    fn item(&mut self, place: usize, kind: Kind) -> Json {
        let safe = kind == Kind::Last;
        let mut item = Map::new();
        item.insert("key".to_owned(), self.keys.get(place).cloned().into());
        item.insert("label".to_owned(), self.localized(safe));
        if self.dice.one_in(4) {
            item.insert("description".to_owned(), self.localized(safe));
            item.insert("action".to_owned(), self.localized(safe));
        }
        if self.dice.one_in(4) {
            let priority = self.dice.word(&["'urgent'", "IF bot.resolved THEN 'low' ELSE 'HIGH'", "utterance", "signals.priority", "bot.attempts"]);
            item.insert("priority".to_owned(), priority.into());
        }
        if self.dice.one_in(4) {
            let most = if self.pinned { 3 } else { 2 };
            item.insert("presentation".to_owned(), ["inline", "popup", "pinned"].get(self.dice.roll(most)).copied().into());
        }
        if !safe && self.dice.one_in(2) {
            item.insert("when".to_owned(), self.condition());
        }
        if !safe && self.dice.one_in(16) {
            item.insert("enabled".to_owned(), false.into());
        }
        let count = 1 + self.dice.roll(3);
        let strategies: Vec<Json> = (0..count).map(|at| self.strategy(place, kind, safe && at + 1 == count)).collect();
        item.insert("strategies".to_owned(), strategies.into());
        Json::Object(item)
    }

    fn strategy(&mut self, place: usize, kind: Kind, sure: bool) -> Json {
        let safe = kind == Kind::Last;
        let mut strategy = Map::new();
        let agent = if kind == Kind::Item && self.dice.roll(3) > 0 { self.dice.pick(&self.agents).cloned() } else { None };
        let needs_chain = agent.is_some() || self.dice.one_in(8);
        match agent {
            Some(agent) => drop(strategy.insert("agent".to_owned(), agent.into())),
            None => {
                let (kind, destination) = self.destination(safe);
                strategy.insert(kind.to_owned(), destination);
            }
        }
        if !sure {
            if self.dice.one_in(2) {
                strategy.insert("when".to_owned(), self.condition());
            }
            if self.dice.one_in(16) {
                strategy.insert("enabled".to_owned(), false.into());
            }
        }
        if self.dice.one_in(4) {
            strategy.insert("file_ticket".to_owned(), self.ticket_texts(safe, true));
        }
        if self.dice.one_in(4) {
            let ask = self.localized(safe);
            strategy.insert(
                "gather".to_owned(),
                json!([
                    {"name": "order", "ask": ask, "value": self.condition(), "required": self.dice.one_in(2)},
                    {"name": "mail", "ask": "Which address?", "value": "user.email_addr"},
                ]),
            );
        }
        if self.dice.one_in(4) {
            strategy.insert(self.dice.word(&["message", "guidance"]).to_owned(), self.localized(safe));
            strategy.insert("pre_handoff".to_owned(), self.localized(safe));
            strategy.insert("summarize".to_owned(), true.into());
            strategy.insert("expected_reply".to_owned(), "2m".into());
        }
        // Only what stands further down, so that chains end.
        let later = self.keys.get(place + 1..).unwrap_or(&[]);
        if needs_chain && let Some(then) = self.dice.pick(later).cloned() {
            strategy.insert("if_unanswered".to_owned(), json!({"after": 120, "then": then}));
        }
        Json::Object(strategy)
    }

    fn ticket_texts(&mut self, safe: bool, prefix: bool) -> Json {
        let mut texts = Map::new();
        if prefix && self.dice.one_in(2) {
            texts.insert("short_description_prefix".to_owned(), "[Chat] ".into());
        }
        for key in ["short_description", "description", "work_notes"] {
            if self.dice.one_in(3) {
                texts.insert(key.to_owned(), self.prose(safe).into());
            }
        }
        Json::Object(texts)
    }

    fn destination(&mut self, safe: bool) -> (&'static str, Json) {
        let kind = self.dice.word(&KINDS);
        let destination = match kind {
            "ticket" if self.dice.one_in(2) => "default".into(),
            "url" if self.dice.one_in(2) => self.url(safe).into(),
            "url" => json!({"url": self.url(safe), "params": {"q": self.prose(safe)}, "expires_after": 600}),
            "email" => {
                let mut email = json!({"to": self.address(safe)});
                if let (Some(email), true) = (email.as_object_mut(), self.dice.one_in(2)) {
                    email.insert("subject".to_owned(), self.subject(safe).into());
                    email.insert("body".to_owned(), self.prose(safe).into());
                }
                email
            }
            "channel" => json!({"platform": self.dice.word(&["slack", "teams", "webex"]), "id": self.identifier(safe), "message": self.prose(safe)}),
            "person" => json!({"platform": "slack", "handle": self.identifier(safe)}),
            "bot" if self.dice.one_in(2) => json!({"url": self.url(safe), "context": {"site": self.prose(safe)}}),
            "bot" => json!({"id": self.identifier(safe)}),
            "email_form" if self.dice.one_in(2) => json!({"to": self.address(safe), "attachments": {"max": 5, "max_size": "10MB"}}),
            "email_form" => json!({"to": self.address(safe)}),
            _ => {
                let mut ticket = self.ticket_texts(safe, false);
                if let (Some(ticket), true) = (ticket.as_object_mut(), self.dice.one_in(2)) {
                    ticket.insert("mode".to_owned(), "rich".into());
                    ticket.insert("form".to_owned(), self.identifier(safe).into());
                }
                ticket
            }
        };
        (kind, destination)
    }
}

/// What an item is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Item,
    Otherwise,
    /// The last entry of `otherwise`, which cannot fail.
    Last,
}
