//! Where strategies lead: integrations and the other kinds of destinations.

use std::sync::Arc;

use super::super::decision::{Attachments, TicketMode};
use super::super::model::{BotWay, Integration, Link, QueueTarget, Target, Text, TicketTexts, Way};
use super::super::systems::{Mode, SYSTEMS, System};
use super::super::template::{Position, UrlTemplate};
use super::fields::{Fields, listed};
use super::keys;
use super::reader::Reader;
use crate::diagnostic::Code;
use crate::document::{Content, did_you_mean, quoted};

impl Reader<'_> {
    /// `integrations:`
    pub(super) fn integrations(&mut self, fields: &mut Fields<'_>) -> Vec<Integration> {
        let Some(node) = fields.node("integrations") else { return Vec::new() };
        let mut canonical = serde_json::Map::new();
        let mut integrations = Vec::new();
        for (name, member) in self.entries(node, "`integrations`") {
            if !self.good_key(name, member.key) {
                continue;
            }
            let what = format!("the integration `{name}`");
            let Some(mut inner) = self.fields(&member.node, &what, format!("integrations.{name}"), keys::INTEGRATION) else { continue };
            if let Some(integration) = self.integration(name, &what, &mut inner) {
                integrations.push(integration);
            }
            canonical.insert(name.to_string(), inner.canonical.into());
        }
        fields.note_members("integrations", canonical);
        integrations
    }

    fn integration(&mut self, name: &Arc<str>, what: &str, fields: &mut Fields<'_>) -> Option<Integration> {
        let modes = Mode::ALL.map(|mode| (mode.name(), mode));
        if fields.node("mode").is_none() {
            self.missing(fields, what, "mode", "it is reached by `url`, `broker`, `api` or `channel`");
        }
        let mode = self.word(fields, "mode", &modes);
        let system = self.system(what, fields);
        let enabled = self.bool(fields, "enabled", true);
        let accepts_utterance = self.bool(fields, "accepts_utterance", false);
        let (mode, system) = (mode?, system?);
        let allowed: &[&str] = match mode {
            Mode::Url => &["url", "params", "expires_after"],
            Mode::Broker | Mode::Api => &["queue", "context"],
            Mode::Channel => &["channel", "message"],
        };
        for key in ["url", "params", "expires_after", "queue", "context", "channel", "message"] {
            if let (Some(member), false) = (fields.get(key), allowed.contains(&key)) {
                let message = format!("{what} has the mode `{}`, which has no `{key}`", mode.name());
                self.report.add(Code::UnknownKey, member.key, message, format!("this mode has {}", listed(allowed)));
            }
        }
        self.judge_pair(what, mode, system, accepts_utterance, fields);
        let target = match mode {
            Mode::Url => Target::Url(self.link(what, fields)?),
            Mode::Broker => Target::Broker(self.queue(what, fields)?),
            Mode::Api => Target::Api(self.queue(what, fields)?),
            Mode::Channel => {
                let id = self.required(what, fields, "channel", Position::Identifier);
                let message = self.required(what, fields, "message", Position::Text);
                Target::Channel { id: id?, message: message? }
            }
        };
        Some(Integration { name: name.clone(), enabled, system, accepts_utterance, target })
    }

    fn system(&mut self, what: &str, fields: &mut Fields<'_>) -> Option<&'static System> {
        let Some(node) = fields.node("system") else {
            self.missing(fields, what, "system", "say which system it is, such as `system: amazon_connect`");
            return None;
        };
        let name = self.text_of(node, "system")?;
        let system = System::find(&name);
        match system {
            Some(system) => fields.note("system", system.name),
            None => {
                let names = SYSTEMS.iter().flat_map(|system| system.aliases.iter().copied().chain([system.name]));
                let known: Vec<&str> = SYSTEMS.iter().map(|system| system.name).collect();
                let help = did_you_mean(&name, names).unwrap_or_else(|| format!("systems are {}", listed(&known)));
                self.report.add(Code::UnknownReference, node.span, format!("no system is called {}", quoted(&name)), help);
            }
        }
        system
    }

    /// Whether the system is publicly known to work like this.
    fn judge_pair(&mut self, what: &str, mode: Mode, system: &System, accepts_utterance: bool, fields: &Fields<'_>) {
        if !system.modes.contains(&mode) {
            let known: Vec<&str> = system.modes.iter().map(|mode| mode.name()).collect();
            let message = format!("{what}: `{}` is not known to support the mode `{}`", system.name, mode.name());
            self.report.add(Code::UnknownPair, fields.node("mode").and_then(|node| node.span), message, format!("it is known to support {}", listed(&known)));
        }
        if accepts_utterance && !system.takes_utterance {
            let span = fields.node("accepts_utterance").and_then(|node| node.span);
            self.report.add(Code::UnknownPair, span, format!("{what}: `{}` is not known to take the utterance", system.name), "leave `accepts_utterance` out");
        }
        if let (Some(node), false) = (fields.node("context"), system.takes_context) {
            self.report.add(Code::UnknownPair, node.span, format!("{what}: `{}` is not known to take context", system.name), "leave `context` out");
        }
    }

    /// A template that has to be there.
    fn required(&mut self, what: &str, fields: &mut Fields<'_>, key: &str, position: Position) -> Option<Text> {
        if fields.node(key).is_none() {
            self.missing(fields, what, key, &format!("add `{key}: ...`"));
        }
        self.template(fields, key, position)
    }

    fn queue(&mut self, what: &str, fields: &mut Fields<'_>) -> Option<QueueTarget> {
        let queue = self.required(what, fields, "queue", Position::Identifier);
        let context = self.templates(fields, "context", Position::Text);
        Some(QueueTarget { queue: queue?, context })
    }

    fn link(&mut self, what: &str, fields: &mut Fields<'_>) -> Option<Link> {
        let url = self.required(what, fields, "url", Position::Url);
        let params = self.ordered_templates(fields, "params", Position::Parameter);
        let expires_after = self.duration(fields, "expires_after");
        Some(self.linked(url?, params, &fields.at, expires_after))
    }

    fn linked(&self, url: Text, params: Vec<(Box<str>, Text)>, owner: &str, expires_after: Option<u64>) -> Link {
        let mut uses: Vec<usize> = url.uses.iter().chain(params.iter().flat_map(|(_, text)| text.uses.iter())).copied().collect();
        uses.sort_unstable();
        uses.dedup();
        let params = params.into_iter().map(|(name, text)| (name.into(), text.template)).collect();
        Link { url: UrlTemplate::new(url.template, params, self.limits), uses: uses.into(), at: url.at, owner: owner.into(), span: url.span, expires_after }
    }

    /// The destination of a strategy: exactly one of its kinds.
    pub(super) fn destination(&mut self, fields: &mut Fields<'_>, integrations: &[Integration]) -> Option<Way> {
        let found: Vec<&str> = keys::DESTINATIONS.iter().copied().filter(|key| fields.node(key).is_some()).collect();
        let kind = match found.as_slice() {
            [kind] => *kind,
            [] => {
                let help = format!("it leads to one of {}", listed(keys::DESTINATIONS));
                self.report.add(Code::MissingKey, fields.span(), "a strategy leads nowhere", help);
                return None;
            }
            [first, second, ..] => {
                let span = fields.get(second).and_then(|member| member.key);
                let message = format!("a strategy leads to `{first}` and to `{second}`");
                self.report.add(Code::WrongShape, span, message, "make it two strategies, of which the first usable one counts, or two items");
                return None;
            }
        };
        let node = fields.node(kind)?;
        let at = fields.path(kind);
        let what = format!("`{kind}`");
        let shorthand = matches!(node.content, Content::Text(_));
        match kind {
            "agent" => {
                let name = self.text(fields, kind)?;
                let place = integrations.iter().position(|integration| integration.name == name);
                if place.is_none() {
                    let names = integrations.iter().map(|integration| &*integration.name);
                    let help = did_you_mean(&name, names).unwrap_or_else(|| "declare it below `integrations`".to_owned());
                    self.report.add(Code::UnknownReference, node.span, format!("no integration is called {}", quoted(&name)), help);
                }
                place.map(Way::Agent)
            }
            "url" if shorthand => {
                let url = self.template_at(node, kind, Position::Url, at.clone())?;
                fields.note(kind, serde_json::json!({ "url": url.template.canonical() }));
                Some(Way::Url(self.linked(url, Vec::new(), &at, None)))
            }
            "ticket" if shorthand => {
                self.word(fields, kind, &[("default", ())])?;
                fields.note(kind, serde_json::json!({}));
                Some(Way::Ticket { mode: TicketMode::Default, form: None, texts: Box::default() })
            }
            _ => {
                let known = match kind {
                    "ticket" => keys::TICKET,
                    "url" => keys::URL,
                    "email" => keys::EMAIL,
                    "channel" => keys::CHANNEL,
                    "person" => keys::PERSON,
                    "bot" => keys::BOT,
                    _ => keys::EMAIL_FORM,
                };
                let mut inner = self.fields(node, &what, at, known)?;
                let way = self.way(kind, &what, &mut inner);
                fields.note(kind, inner.canonical);
                way
            }
        }
    }

    fn way(&mut self, kind: &str, what: &str, fields: &mut Fields<'_>) -> Option<Way> {
        match kind {
            "ticket" => self.ticket(fields),
            "url" => self.link(what, fields).map(Way::Url),
            "email" => {
                let to = self.required(what, fields, "to", Position::Address);
                let subject = self.template(fields, "subject", Position::Subject);
                let body = self.template(fields, "body", Position::Text);
                Some(Way::Email { to: to?, subject, body })
            }
            "channel" => {
                let platform = self.platform(what, fields);
                let id = self.required(what, fields, "id", Position::Identifier);
                let message = self.required(what, fields, "message", Position::Text);
                Some(Way::Channel { platform: platform?, id: id?, message: message? })
            }
            "person" => {
                let platform = self.platform(what, fields);
                let handle = self.required(what, fields, "handle", Position::Identifier);
                Some(Way::Person { platform: platform?, handle: handle? })
            }
            "bot" => self.bot(what, fields),
            _ => {
                let to = self.required(what, fields, "to", Position::Address);
                let attachments = self.attachments(fields);
                Some(Way::EmailForm { to: to?, attachments })
            }
        }
    }

    fn ticket(&mut self, fields: &mut Fields<'_>) -> Option<Way> {
        let mode = self.word(fields, "mode", &[("default", TicketMode::Default), ("rich", TicketMode::Rich)]).unwrap_or(TicketMode::Default);
        if mode == TicketMode::Default {
            fields.canonical.remove("mode");
        }
        let form = self.template(fields, "form", Position::Identifier);
        match (mode, fields.get("form")) {
            (TicketMode::Rich, None) => self.missing(fields, "a rich ticket", "form", "say which form it fills in: `form: it_incident`"),
            (TicketMode::Default, Some(member)) => {
                self.report.add(Code::UnknownKey, member.key, "a ticket of the mode `default` has no form", "add `mode: rich`, or leave `form` out");
            }
            (TicketMode::Rich, Some(_)) | (TicketMode::Default, None) => {}
        }
        let texts = self.ticket_texts(fields);
        Some(Way::Ticket { mode, form, texts: Box::new(texts) })
    }

    /// The texts of a ticket, or of one that is filed beside a handoff.
    pub(super) fn ticket_texts(&mut self, fields: &mut Fields<'_>) -> TicketTexts {
        TicketTexts {
            prefix: self.template(fields, "short_description_prefix", Position::Line),
            short_description: self.template(fields, "short_description", Position::Line),
            description: self.template(fields, "description", Position::Text),
            work_notes: self.template(fields, "work_notes", Position::Text),
        }
    }

    fn platform(&mut self, what: &str, fields: &mut Fields<'_>) -> Option<Arc<str>> {
        let Some(node) = fields.node("platform") else {
            self.missing(fields, what, "platform", "such as `platform: slack`");
            return None;
        };
        let platform = self.text(fields, "platform")?;
        match System::find(&platform) {
            Some(system) if system.modes.contains(&Mode::Channel) => return Some(platform),
            Some(_) | None => {
                let known: Vec<&str> = SYSTEMS.iter().filter(|system| system.modes.contains(&Mode::Channel)).map(|system| system.name).collect();
                let help = did_you_mean(&platform, known.iter().copied()).unwrap_or_else(|| format!("platforms with channels are {}", listed(&known)));
                self.report.add(Code::UnknownPair, node.span, format!("{} is not known as a chat platform", quoted(&platform)), help);
            }
        }
        self.good_key(&platform, node.span).then_some(platform)
    }

    fn bot(&mut self, what: &str, fields: &mut Fields<'_>) -> Option<Way> {
        let url = self.template(fields, "url", Position::Url);
        let id = self.template(fields, "id", Position::Identifier);
        let context = self.templates(fields, "context", Position::Text);
        match (fields.get("url"), fields.get("id")) {
            (None, None) => self.missing(fields, what, "url", "say which bot it is: `url: https://...`, or `id: ...` where the caller knows it by name"),
            (Some(_), Some(id)) => self.report.add(Code::WrongShape, id.key, "a bot has a `url` or an `id`, not both", "leave one of them out"),
            (Some(_), None) | (None, Some(_)) => {}
        }
        let address = url.map(BotWay::Url).or(id.map(BotWay::Id))?;
        Some(Way::Bot { address, context })
    }

    fn attachments(&mut self, fields: &mut Fields<'_>) -> Option<Attachments> {
        let node = fields.node("attachments")?;
        let at = fields.path("attachments");
        let mut inner = self.fields(node, "`attachments`", at, keys::ATTACHMENTS)?;
        let max = self.count(&mut inner, "max", 1, 1_000);
        let size = inner.node("max_size");
        let max_size_bytes = size.and_then(|node| match &node.content {
            Content::Text(text) => size_of(text),
            Content::Number(number) => number.as_u64(),
            Content::Null | Content::Bool(_) | Content::List(_) | Content::Map(_) => None,
        });
        for key in keys::ATTACHMENTS {
            if inner.node(key).is_none() {
                self.missing(&inner, "`attachments`", key, "write `attachments: { max: 5, max_size: 10MB }`");
            }
        }
        if let (Some(node), None) = (size, max_size_bytes) {
            self.wrong(node, "max_size", "a size", "a size is a whole number and a unit: `500KB`, `10MB`, `1GB`, `10MiB`");
        }
        inner.note("max_size", max_size_bytes);
        fields.note("attachments", inner.canonical);
        Some(Attachments { max: max?, max_size_bytes: max_size_bytes? })
    }
}

/// The bytes of `10MB`, at most a terabyte.
fn size_of(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let unit: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "b" | "" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit).filter(|bytes| (1..=1_000_000_000_000).contains(bytes))
}

#[cfg(test)]
mod tests {
    use super::size_of;

    #[test]
    fn sizes_have_units() {
        assert_eq!(["10MB", "500 kb", "1MiB", "7"].map(size_of), [Some(10_000_000), Some(500_000), Some(1_048_576), Some(7)]);
        assert_eq!(["", "MB", "1.5MB", "-1MB", "0MB", "5TB", "99999999999999999999MB"].map(size_of), [None; 7]);
    }
}
