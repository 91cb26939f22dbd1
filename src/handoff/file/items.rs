//! Categories, items and strategies.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::super::decision::Presentation;
use super::super::model::{Category, Gather, Integration, Item, Localized, Strategy, TicketTexts, Way};
use super::super::template::Position;
use super::fields::Fields;
use super::keys;
use super::reader::Reader;
use crate::builtins::fold_case;
use crate::diagnostic::Code;
use crate::document::{Content, Node, did_you_mean, quoted};
use crate::source::Span;

/// Most items of a rule set.
pub(super) const MOST_ITEMS: usize = 20_000;
/// Most strategies of an item.
const MOST_STRATEGIES: usize = 16;

/// What items are read into, and what they refer to.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) items: Vec<Item>,
    pub(super) places: HashMap<Arc<str>, usize>,
    /// What refers to items that may stand further down.
    pub(super) unanswered: Vec<Waiting>,
    /// Every key of an item that the file has, those of items with mistakes included.
    pub(super) keys: HashMap<Arc<str>, Option<Span>>,
}

/// An `if_unanswered` whose item is looked for when all are known.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) item: usize,
    pub(super) strategy: usize,
    /// Seconds.
    pub(super) after: Option<u64>,
    pub(super) then: Arc<str>,
    pub(super) span: Option<Span>,
}

impl Reader<'_> {
    /// `categories:`
    pub(super) fn categories(&mut self, fields: &mut Fields<'_>, integrations: &[Integration], items: &mut Items) -> Vec<Category> {
        let mut categories: Vec<Category> = Vec::new();
        let mut canonical = Vec::new();
        for node in self.list(fields, "categories") {
            let Some(mut inner) = self.fields(node, "a category", "", keys::CATEGORY) else { continue };
            let Some(key) = self.key(&mut inner, "a category") else { continue };
            if categories.iter().any(|category| category.key == key) {
                let span = inner.get("key").and_then(|member| member.node.span);
                self.report.add(Code::TakenKey, span, format!("another category has the key `{key}`"), "give it a key of its own");
            }
            inner.at = key.to_string();
            let label = self.localized(&mut inner, "label", Position::Text);
            let enabled = self.bool(&mut inner, "enabled", true);
            let domains = self.texts(&mut inner, "domain").into_iter().map(|domain| (domain.clone(), fold_case(domain.trim()).into())).collect();
            let when = self.condition(&mut inner, "when");
            let start = items.items.len();
            let mut listed = Vec::new();
            for node in self.list(&inner, "items") {
                self.item(node, Some(categories.len()), integrations, items, &mut listed);
            }
            inner.note("items", listed);
            categories.push(Category { key, label, enabled, domains, when, items: start..items.items.len() });
            canonical.push(Json::from(inner.canonical));
        }
        fields.note("categories", canonical);
        categories
    }

    /// One item, or an entry of `otherwise`.
    pub(super) fn item(&mut self, node: &Node, category: Option<usize>, integrations: &[Integration], items: &mut Items, canonical: &mut Vec<Json>) {
        let what = if category.is_some() { "an item" } else { "an entry of `otherwise`" };
        let Some(mut fields) = self.fields(node, what, "", keys::ITEM) else { return };
        let Some(key) = self.key(&mut fields, what) else { return };
        let key_span = fields.get("key").and_then(|member| member.node.span);
        if items.keys.insert(key.clone(), key_span).is_some() {
            self.report.add(
                Code::TakenKey,
                key_span,
                format!("another item has the key `{key}`"),
                "items share one room, whatever their category: give it a key of its own",
            );
        }
        if items.items.len() >= MOST_ITEMS {
            if items.items.len() == MOST_ITEMS {
                self.report.add(Code::WrongShape, key_span, format!("more than {MOST_ITEMS} items"), "split the rule set by organisation or domain");
            }
            return;
        }
        fields.at = key.to_string();
        if fields.node("label").is_none() {
            self.missing(&fields, &format!("the item `{key}`"), "label", "a label is what users read: `label: Chat with IT`");
        }
        let label = self.localized(&mut fields, "label", Position::Text);
        let enabled = self.bool(&mut fields, "enabled", true);
        let description = self.localized(&mut fields, "description", Position::Text);
        let action = self.localized(&mut fields, "action", Position::Text);
        let when = self.condition(&mut fields, "when");
        let priority = self.condition(&mut fields, "priority");
        let words = [("inline", Presentation::Inline), ("popup", Presentation::Popup), ("pinned", Presentation::Pinned)];
        let presentation = self.word(&mut fields, "presentation", &words).unwrap_or_default();
        if presentation == Presentation::Inline {
            fields.canonical.remove("presentation");
        }
        let place = items.items.len();
        let strategies = self.strategies(&mut fields, &key, integrations, place, items);
        canonical.push(std::mem::take(&mut fields.canonical).into());
        let label = label.or_else(|| self.stand_in_label(&fields));
        let Some(label) = label else { return };
        items.places.insert(key.clone(), place);
        items.items.push(Item {
            key,
            category,
            enabled,
            label,
            description,
            action,
            when,
            priority,
            presentation,
            strategies,
            span: Self::at_span(key_span.or(node.span)),
        });
    }

    /// So that what refers to an item with a bad label does not count as dangling.
    fn stand_in_label(&mut self, fields: &Fields<'_>) -> Option<Localized> {
        let node = Node { content: Content::Text("-".into()), span: fields.span() };
        self.template_at(&node, "label", Position::Text, fields.path("label")).map(Localized::One)
    }

    fn strategies(&mut self, fields: &mut Fields<'_>, key: &str, integrations: &[Integration], place: usize, items: &mut Items) -> Vec<Strategy> {
        let nodes = self.list(fields, "strategies");
        if nodes.is_empty() {
            let message = format!("the item `{key}` has no strategy");
            self.report.add(Code::MissingKey, fields.span(), message, "say where it leads: `strategies: [ { ticket: default } ]`");
        }
        if let Some(one_too_many) = nodes.get(MOST_STRATEGIES) {
            let message = format!("the item `{key}` has more than {MOST_STRATEGIES} strategies");
            self.report.add(Code::WrongShape, one_too_many.span, message, "make several items of it");
        }
        let mut strategies = Vec::new();
        let mut canonical = Vec::new();
        for (at, node) in nodes.iter().enumerate().take(MOST_STRATEGIES) {
            let Some(mut inner) = self.fields(node, "a strategy", format!("{key}.strategies[{at}]"), keys::STRATEGY) else { continue };
            let destination = self.destination(&mut inner, integrations);
            let waiting = self.if_unanswered(&mut inner);
            let strategy = self.strategy(&mut inner, destination);
            canonical.push(Json::from(inner.canonical));
            if let Some(strategy) = strategy {
                items.unanswered.extend(waiting.map(|waiting| Waiting { item: place, strategy: strategies.len(), ..waiting }));
                strategies.push(strategy);
            }
        }
        fields.note("strategies", canonical);
        strategies
    }

    /// A strategy, all of which is read even where its destination is not sound.
    fn strategy(&mut self, fields: &mut Fields<'_>, destination: Option<Way>) -> Option<Strategy> {
        let enabled = self.bool(fields, "enabled", true);
        let when = self.condition(fields, "when");
        let file_ticket = self.file_ticket(fields);
        let gather = self.gather(fields);
        let pre_handoff = self.localized(fields, "pre_handoff", Position::Text);
        let message = self.localized(fields, "message", Position::Text);
        let guidance = self.localized(fields, "guidance", Position::Text);
        if let (Some(_), Some(guidance)) = (fields.get("message"), fields.get("guidance")) {
            let help = "`message` is the exact words, `guidance` a hint for a generator that finds them: leave one out";
            self.report.add(Code::WrongShape, guidance.key, "a strategy has a `message` or `guidance`, not both", help);
        }
        let summarize = self.bool(fields, "summarize", false);
        let expected_reply = self.duration(fields, "expected_reply");
        let span = Self::at_span(fields.span());
        Some(Strategy {
            enabled,
            when,
            destination: destination?,
            file_ticket,
            gather,
            pre_handoff,
            message,
            guidance,
            summarize,
            expected_reply,
            if_unanswered: None,
            span,
        })
    }

    fn file_ticket(&mut self, fields: &mut Fields<'_>) -> Option<TicketTexts> {
        // `file_ticket:` with nothing behind it is present: all its defaults.
        let member = match fields.get("file_ticket") {
            Some(member) => member,
            None => {
                if fields.present("file_ticket") {
                    fields.note("file_ticket", serde_json::json!({}));
                    return Some(TicketTexts::default());
                }
                return None;
            }
        };
        if fields.node("ticket").is_some() && !matches!(member.node.content, Content::Bool(false)) {
            let help = "leave `file_ticket` out: the destination is a ticket already";
            self.report.add(Code::Ineffective, member.key, "a ticket files a second ticket", help);
        }
        match &member.node.content {
            Content::Bool(false) => None,
            Content::Bool(true) => {
                fields.note("file_ticket", serde_json::json!({}));
                Some(TicketTexts::default())
            }
            Content::Null | Content::Number(_) | Content::Text(_) | Content::List(_) | Content::Map(_) => {
                let at = fields.path("file_ticket");
                let mut inner = self.fields(&member.node, "`file_ticket`", at, keys::FILE_TICKET)?;
                let texts = self.ticket_texts(&mut inner);
                fields.note("file_ticket", inner.canonical);
                Some(texts)
            }
        }
    }

    fn gather(&mut self, fields: &mut Fields<'_>) -> Vec<Gather> {
        let mut gathered: Vec<Gather> = Vec::new();
        let mut canonical = Vec::new();
        for (at, node) in self.list(fields, "gather").iter().enumerate() {
            let path = format!("{}[{at}]", fields.path("gather"));
            let Some(mut inner) = self.fields(node, "an entry of `gather`", path, keys::GATHER) else { continue };
            for (key, help) in
                [("name", "such as `name: order_number`"), ("ask", "the question that gets it"), ("value", "the attribute that has it once it is known")]
            {
                if inner.node(key).is_none() {
                    self.missing(&inner, "an entry of `gather`", key, help);
                }
            }
            let name = self.text(&mut inner, "name");
            let ask = self.localized(&mut inner, "ask", Position::Text);
            let value = self.condition(&mut inner, "value");
            let required = self.bool(&mut inner, "required", false);
            canonical.push(Json::from(inner.canonical));
            if let (Some(name), Some(ask), Some(value)) = (name, ask, value) {
                if gathered.iter().any(|other| other.name == name) {
                    self.report.add(Code::TakenKey, node.span, format!("`{name}` is gathered twice"), "leave one out");
                }
                gathered.push(Gather { name, ask, value, required });
            }
        }
        if !canonical.is_empty() {
            fields.note("gather", canonical);
        }
        gathered
    }

    fn if_unanswered(&mut self, fields: &mut Fields<'_>) -> Option<Waiting> {
        let node = fields.node("if_unanswered")?;
        let at = fields.path("if_unanswered");
        let mut inner = self.fields(node, "`if_unanswered`", at, keys::IF_UNANSWERED)?;
        let after = self.duration(&mut inner, "after");
        let then = self.text(&mut inner, "then");
        if inner.node("then").is_none() {
            self.missing(&inner, "`if_unanswered`", "then", "say which item stands in: `then: it_ticket`");
        }
        let span = inner.node("then").and_then(|node| node.span);
        fields.note("if_unanswered", inner.canonical);
        Some(Waiting { item: 0, strategy: 0, after, then: then?, span })
    }

    /// The place of an item that a key refers to.
    pub(super) fn item_place(&mut self, items: &Items, key: &str, span: Option<Span>) -> Option<usize> {
        let place = items.places.get(key).copied();
        if place.is_none() && !items.keys.contains_key(key) {
            let help =
                did_you_mean(key, items.keys.keys().map(|key| &**key)).unwrap_or_else(|| "items have keys; their categories cannot be named here".to_owned());
            self.report.add(Code::UnknownReference, span, format!("no item has the key {}", quoted(key)), help);
        }
        place
    }
}
