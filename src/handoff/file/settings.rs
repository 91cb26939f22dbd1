//! What stands beside the categories: rules that come first, notifications, flags, texts, tests.

use std::sync::Arc;

use serde_json::Value as Json;

use super::super::model::{Always, Expectation, Flag, Localized, Notify, TestCase};
use super::super::template::Position;
use super::fields::{Fields, listed};
use super::items::Items;
use super::keys;
use super::reader::Reader;
use crate::builtins::fold_case;
use crate::diagnostic::Code;
use crate::document::{Content, Node, did_you_mean, quoted};
use crate::value::Timestamp;

impl Reader<'_> {
    /// `always:`
    pub(super) fn always(&mut self, fields: &mut Fields<'_>, items: &Items) -> Vec<Always> {
        let mut rules: Vec<Always> = Vec::new();
        let mut canonical = Vec::new();
        for node in self.list(fields, "always") {
            let Some(mut inner) = self.fields(node, "a rule of `always`", "", keys::ALWAYS) else { continue };
            let Some(key) = self.key(&mut inner, "a rule of `always`") else { continue };
            if rules.iter().any(|rule| rule.key == key) {
                let span = inner.get("key").and_then(|member| member.node.span);
                self.report.add(Code::TakenKey, span, format!("another rule of `always` has the key `{key}`"), "give it a key of its own");
            }
            inner.at = format!("always.{key}");
            let enabled = self.bool(&mut inner, "enabled", true);
            let topics = self.texts(&mut inner, "topics");
            let keywords: Vec<(Arc<str>, Box<str>)> =
                self.texts(&mut inner, "keywords").into_iter().map(|word| (word.clone(), fold_case(word.trim()).into())).collect();
            if keywords.iter().any(|(_, folded)| folded.is_empty()) {
                let span = inner.node("keywords").and_then(|node| node.span);
                self.report.add(Code::WrongShape, span, "a keyword is empty", "a keyword is one or more whole words of the utterance");
            }
            let when = self.condition(&mut inner, "when");
            if !["topics", "keywords", "when"].iter().any(|key| inner.node(key).is_some()) {
                self.missing(&inner, &format!("the rule `{key}`"), "when", "say when it holds: by `topics`, by `keywords`, or by `when`");
            }
            let offer = self.offers(&mut inner, &key, items);
            canonical.push(Json::from(inner.canonical));
            rules.push(Always { key, enabled, topics, keywords, when, offer });
        }
        if !canonical.is_empty() {
            fields.note("always", canonical);
        }
        rules
    }

    fn offers(&mut self, fields: &mut Fields<'_>, key: &str, items: &Items) -> Vec<usize> {
        if fields.node("offer").is_none() {
            self.missing(fields, &format!("the rule `{key}`"), "offer", "say which items it offers: `offer: [it_live_agent]`");
        }
        let nodes: Vec<&Node> = match fields.node("offer") {
            None => Vec::new(),
            Some(Node { content: Content::List(list), .. }) => list.iter().collect(),
            Some(one) => vec![one],
        };
        self.texts(fields, "offer").iter().zip(nodes).filter_map(|(item, node)| self.item_place(items, item, node.span)).collect()
    }

    /// `notify:`
    pub(super) fn notify(&mut self, fields: &mut Fields<'_>) -> Vec<Notify> {
        let mut all = Vec::new();
        let mut canonical = Vec::new();
        for (at, node) in self.list(fields, "notify").iter().enumerate() {
            let Some(mut inner) = self.fields(node, "an entry of `notify`", format!("notify[{at}]"), keys::NOTIFY) else { continue };
            for (key, help) in [("via", "by what ways: `via: [email, push]`"), ("events", "of what: `events: requests`")] {
                if inner.node(key).is_none() {
                    self.missing(&inner, "an entry of `notify`", key, help);
                }
            }
            let enabled = self.bool(&mut inner, "enabled", true);
            let when = self.condition(&mut inner, "when");
            let via = self.texts(&mut inner, "via");
            let events = self.texts(&mut inner, "events");
            canonical.push(Json::from(inner.canonical));
            all.push(Notify { enabled, when, via, events });
        }
        if !canonical.is_empty() {
            fields.note("notify", canonical);
        }
        all
    }

    /// `flags:`
    pub(super) fn flags(&mut self, fields: &mut Fields<'_>) -> Vec<Flag> {
        let mut all = Vec::new();
        let mut canonical = Vec::new();
        for (at, node) in self.list(fields, "flags").iter().enumerate() {
            let Some(mut inner) = self.fields(node, "an entry of `flags`", format!("flags[{at}]"), keys::FLAG) else { continue };
            let enabled = self.bool(&mut inner, "enabled", true);
            let when = self.condition(&mut inner, "when");
            let flag = self.text(&mut inner, "flag");
            canonical.push(Json::from(inner.canonical.clone()));
            match flag {
                Some(flag) => all.push(Flag { enabled, flag, when }),
                None => self.missing(&inner, "an entry of `flags`", "flag", "a flag is a name that the caller knows"),
            }
        }
        if !canonical.is_empty() {
            fields.note("flags", canonical);
        }
        all
    }

    /// `texts:`
    pub(super) fn announcements(&mut self, fields: &mut Fields<'_>) -> Vec<(&'static str, Localized)> {
        let Some(node) = fields.node("texts") else { return Vec::new() };
        let mut texts = Vec::new();
        let mut canonical = serde_json::Map::new();
        for (name, member) in self.entries(node, "`texts`") {
            let Some(key) = keys::TEXTS.into_iter().find(|key| **key == **name) else {
                let help = did_you_mean(name, keys::TEXTS).unwrap_or_else(|| format!("its keys are {}", listed(&keys::TEXTS)));
                self.report.add(Code::UnknownKey, member.key, format!("`texts` has no key {}", quoted(name)), help);
                continue;
            };
            if let Some((text, written)) = self.localized_at(&member.node, key, Position::Text, &format!("texts.{key}")) {
                canonical.insert(key.to_owned(), written);
                texts.push((key, text));
            }
        }
        // In one order, so that what fails is reported in one order.
        texts.sort_unstable_by_key(|(key, _)| *key);
        fields.note_members("texts", canonical);
        texts
    }

    /// `tests:` bear no meaning for decisions.
    pub(super) fn tests(&mut self, fields: &Fields<'_>) -> Vec<TestCase> {
        let mut tests: Vec<TestCase> = Vec::new();
        for node in self.list(fields, "tests") {
            let Some(mut inner) = self.fields(node, "a test", "", keys::TEST) else { continue };
            for (key, help) in [
                ("name", "say in a few words what it shows"),
                ("context", "the context that is decided on"),
                ("expect", "such as `expect: { options: [it_ticket] }`"),
            ] {
                if inner.node(key).is_none() {
                    self.missing(&inner, "a test", key, help);
                }
            }
            let name = self.text(&mut inner, "name");
            let now = inner.node("now").and_then(|node| self.time(node));
            if let (Some(context), Some(name)) = (inner.node("context"), &name)
                && !matches!(context.content, Content::Map(_))
            {
                self.wrong(context, "context", "a map", &format!("the context of the test {} is what a caller would send", quoted(name)));
            }
            let expect = inner.node("expect").and_then(|node| self.expectation(node));
            if let (Some(name), Some(context), Some(expect)) = (name, inner.node("context"), expect) {
                if tests.iter().any(|test| test.name == name) {
                    self.report.add(
                        Code::TakenKey,
                        inner.node("name").and_then(|node| node.span),
                        format!("another test is called {}", quoted(&name)),
                        "name it by what it shows",
                    );
                }
                let span = inner.get("name").and_then(|member| member.node.span);
                tests.push(TestCase { name, now, context: context.to_value(), expect, span: Self::at_span(span) });
            }
        }
        tests
    }

    fn time(&mut self, node: &Node) -> Option<Timestamp> {
        let time = super::super::time::read(&node.to_value());
        if time.is_none() {
            self.wrong(node, "now", "a time", "write it as in RFC 3339, `2026-11-23T09:00:00+01:00`, or as seconds since 1970");
        }
        time
    }

    fn expectation(&mut self, node: &Node) -> Option<Expectation> {
        let mut fields = self.fields(node, "`expect`", "", keys::EXPECT)?;
        let options = fields.node("options").is_some().then(|| self.texts(&mut fields, "options"));
        let absent = self.texts(&mut fields, "absent");
        let fallback = fields.node("fallback").is_some().then(|| self.bool(&mut fields, "fallback", false));
        let state = self.text(&mut fields, "state");
        if let (Some(state), Some(node)) = (&state, fields.node("state")) {
            let states = super::super::decision::State::ALL.map(super::super::decision::State::name);
            if !states.contains(&&**state) {
                let help = did_you_mean(state, states).unwrap_or_else(|| format!("states are {}", listed(&states)));
                self.report.add(Code::UnknownReference, node.span, format!("no state is called {}", quoted(state)), help);
            }
        }
        for key in ["first", "fields"] {
            if let Some(node) = fields.node(key) {
                self.entries(node, &format!("`{key}`"));
            }
        }
        let first = fields.node("first").map(Node::to_value);
        let expected = match fields.node("fields").map(|node| &node.content) {
            Some(Content::Map(members)) => members.iter().map(|(key, member)| (key.clone(), member.node.to_value())).collect(),
            Some(Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) | Content::List(_)) | None => Vec::new(),
        };
        Some(Expectation { options, first, absent, fallback, state, fields: expected })
    }
}
