//! The members of a map of the file: read by key, each with its form, and written down in canonical form for the digest on the way.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::reader::Reader;
use crate::diagnostic::Code;
use crate::document::{Content, Member, Node, did_you_mean, quoted};
use crate::source::Span;
use crate::value::duration::parse_duration;

/// A map of the file.
#[derive(Debug)]
pub(super) struct Fields<'n> {
    node: &'n Node,
    /// `it_live_agent.strategies[0]`: how messages and traces call it; empty for the whole file.
    pub(super) at: String,
    /// What bears meaning, in canonical form: what has its default is left out.
    pub(super) canonical: Map<String, Value>,
}

/// Longest key of an item, category, integration and the like.
const LONGEST_KEY: usize = 128;

impl<'n> Fields<'n> {
    /// The value of a key; a key with nothing behind it counts as absent.
    pub(super) fn get(&self, key: &str) -> Option<&'n Member> {
        self.node.get(key).filter(|member| !matches!(member.node.content, Content::Null))
    }

    pub(super) fn node(&self, key: &str) -> Option<&'n Node> {
        self.get(key).map(|member| &member.node)
    }

    /// Whether the key is there, with or without something behind it.
    pub(super) fn present(&self, key: &str) -> bool {
        self.node.get(key).is_some()
    }

    pub(super) fn span(&self) -> Option<Span> {
        self.node.span
    }

    /// Notes what a key says in canonical form. An empty list says as much as no list.
    pub(super) fn note(&mut self, key: &str, canonical: impl Into<Value>) {
        let canonical = canonical.into();
        if !canonical.as_array().is_some_and(Vec::is_empty) {
            self.canonical.insert(key.to_owned(), canonical);
        }
    }

    /// Notes the members of a map whose keys the author chose. No members say as much as no map.
    pub(super) fn note_members(&mut self, key: &str, members: Map<String, Value>) {
        if !members.is_empty() {
            self.canonical.insert(key.to_owned(), members.into());
        }
    }

    /// The name of a member in messages and traces.
    pub(super) fn path(&self, key: &str) -> String {
        if self.at.is_empty() { key.to_owned() } else { format!("{}.{key}", self.at) }
    }
}

impl Reader<'_> {
    /// The members of a map; a key that is not known is reported.
    pub(super) fn fields<'n>(&mut self, node: &'n Node, what: &str, at: impl Into<String>, known: &[&str]) -> Option<Fields<'n>> {
        let Content::Map(members) = &node.content else {
            self.report.add(Code::WrongShape, node.span, format!("{what} is a map, found {}", node.what()), format!("its keys are {}", listed(known)));
            return None;
        };
        for (key, member) in members {
            if !known.contains(&&**key) {
                let help = misplaced(key).or_else(|| did_you_mean(key, known.iter().copied())).unwrap_or_else(|| format!("its keys are {}", listed(known)));
                self.report.add(Code::UnknownKey, member.key, format!("{what} has no key {}", quoted(key)), help);
            }
        }
        Some(Fields { node, at: at.into(), canonical: Map::new() })
    }

    /// The members of a map whose keys the author chooses.
    pub(super) fn entries<'n>(&mut self, node: &'n Node, what: &str) -> Vec<(&'n Arc<str>, &'n Member)> {
        match &node.content {
            Content::Map(members) => members.iter().collect(),
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) | Content::List(_) => {
                self.report.add(Code::WrongShape, node.span, format!("{what} is a map, found {}", node.what()), "a map has a key and a value on each line");
                Vec::new()
            }
        }
    }

    /// The elements of a list.
    pub(super) fn elements<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        match &node.content {
            Content::List(items) => items,
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) | Content::Map(_) => {
                self.report.add(
                    Code::WrongShape,
                    node.span,
                    format!("{what} is a list, found {}", node.what()),
                    "a list is `[a, b]`, or has a `-` before each element",
                );
                &[]
            }
        }
    }

    /// The elements of a list below a key; none if the key is absent.
    pub(super) fn list<'n>(&mut self, fields: &Fields<'n>, key: &str) -> &'n [Node] {
        fields.node(key).map_or(&[], |node| self.elements(node, &format!("`{key}`")))
    }

    pub(super) fn wrong(&mut self, node: &Node, key: &str, wanted: &str, help: &str) {
        self.report.add(Code::WrongShape, node.span, format!("`{key}` is {wanted}, found {}", node.what()), help);
    }

    pub(super) fn missing(&mut self, fields: &Fields<'_>, what: &str, key: &str, help: &str) {
        self.report.add(Code::MissingKey, fields.span(), format!("{what} has no `{key}`"), help);
    }

    pub(super) fn bool(&mut self, fields: &mut Fields<'_>, key: &str, default: bool) -> bool {
        let value = match fields.node(key) {
            None => return default,
            Some(Node { content: Content::Bool(value), .. }) => *value,
            Some(other) => {
                self.wrong(other, key, "`true` or `false`", "a condition belongs into `when`");
                return default;
            }
        };
        if value != default {
            fields.note(key, value);
        }
        value
    }

    /// A text that stands for itself: no template.
    pub(super) fn text(&mut self, fields: &mut Fields<'_>, key: &str) -> Option<Arc<str>> {
        let text = self.text_of(fields.node(key)?, key)?;
        fields.note(key, &*text);
        Some(text)
    }

    pub(super) fn text_of(&mut self, node: &Node, key: &str) -> Option<Arc<str>> {
        match &node.content {
            Content::Text(text) => Some(text.clone()),
            // `name: 8x8` is a text, `name: 8` is none, but nothing else can be meant.
            Content::Number(number) => Some(number.to_string().into()),
            Content::Null | Content::Bool(_) | Content::List(_) | Content::Map(_) => {
                self.wrong(node, key, "a text", "put it in quotes");
                None
            }
        }
    }

    /// One text or a list of texts.
    pub(super) fn texts(&mut self, fields: &mut Fields<'_>, key: &str) -> Vec<Arc<str>> {
        let texts: Vec<Arc<str>> = match fields.node(key) {
            None => return Vec::new(),
            Some(Node { content: Content::List(items), .. }) => items.iter().filter_map(|item| self.text_of(item, key)).collect(),
            Some(one) => self.text_of(one, key).into_iter().collect(),
        };
        fields.note(key, texts.iter().map(|text| Value::from(&**text)).collect::<Vec<_>>());
        texts
    }

    /// A key by which others refer to a part.
    pub(super) fn key(&mut self, fields: &mut Fields<'_>, what: &str) -> Option<Arc<str>> {
        let Some(node) = fields.node("key") else {
            self.missing(fields, what, "key", "a key is how decisions, traces and tests call it");
            return None;
        };
        let key = self.text_of(node, "key")?;
        fields.note("key", &*key);
        self.good_key(&key, node.span).then_some(key)
    }

    /// Whether a key is made of letters, digits, `_`, `-` and `.`.
    pub(super) fn good_key(&mut self, key: &str, span: Option<Span>) -> bool {
        let good = !key.is_empty() && key.len() <= LONGEST_KEY && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
        if !good {
            self.report.add(
                Code::WrongShape,
                span,
                format!("{} is no key", quoted(key)),
                format!("a key is made of letters without accents, digits, `_`, `-` and `.`, at most {LONGEST_KEY}"),
            );
        }
        good
    }

    /// A duration, in seconds.
    pub(super) fn duration(&mut self, fields: &mut Fields<'_>, key: &str) -> Option<u64> {
        const HELP: &str = "a duration is a whole number and a unit, `90s`, `5m`, `2h` or `1d`; a number alone is seconds";
        let node = fields.node(key)?;
        let seconds = match &node.content {
            Content::Text(text) => parse_duration(text),
            Content::Number(number) => parse_duration(&number.to_string()),
            Content::Null | Content::Bool(_) | Content::List(_) | Content::Map(_) => None,
        };
        match seconds {
            Some(seconds) => fields.note(key, seconds),
            None => self.wrong(node, key, "a duration", HELP),
        }
        seconds
    }

    /// A whole number of at least `least`.
    pub(super) fn count(&mut self, fields: &mut Fields<'_>, key: &str, least: u64, most: u64) -> Option<u64> {
        let node = fields.node(key)?;
        let count = match &node.content {
            Content::Number(number) => number.as_u64().filter(|count| (least..=most).contains(count)),
            Content::Null | Content::Bool(_) | Content::Text(_) | Content::List(_) | Content::Map(_) => None,
        };
        match count {
            Some(count) => fields.note(key, count),
            None => self.wrong(node, key, &format!("a whole number from {least} to {most}"), "write the number without quotes"),
        }
        count
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&mut self, fields: &mut Fields<'_>, key: &str, words: &[(&str, T)]) -> Option<T> {
        let node = fields.node(key)?;
        let written = node.as_text().map_or("", |text| text);
        if let Some((word, value)) = words.iter().find(|(word, _)| *word == written) {
            fields.note(key, *word);
            return Some(*value);
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let help = did_you_mean(written, known.iter().copied()).unwrap_or_else(|| "nothing else is known".to_owned());
        self.wrong(node, key, &format!("one of {}", listed(&known)), &help);
        None
    }
}

/// `` `a`, `b`, `c` ``
pub(super) fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Keys that stand one level too high or low, or are called otherwise.
fn misplaced(key: &str) -> Option<String> {
    let help = match key {
        "short_description_prefix" => "the prefix belongs into `file_ticket`: without a ticket there is nothing to prefix",
        "condition" | "if" | "trigger" | "rule" => "the condition is called `when`",
        "form" => "the form belongs to a rich ticket: `ticket: { mode: rich, form: ... }`",
        "include" | "anchors" => "a rule set is one file",
        _ => return None,
    };
    Some(help.to_owned())
}
