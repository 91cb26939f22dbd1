//! A rule-set file becomes a model: read with all its mistakes at once, checked, compiled, and digested.
//!
//! ```text
//! text --document--> located nodes --fields--> parts, each noted in canonical form --link--> Model
//! ```
//!
//! The order matters: what expressions build on (schema, lists, calendars, definitions) comes first.

mod declare;
pub(super) mod digest;
mod fields;
mod items;
pub(super) mod keys;
pub(super) mod link;
pub(super) mod names;
mod reader;
mod report;
mod settings;
mod targets;
mod written;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub(super) use reader::locale_tag;
pub(super) use written::{Part, Written};

use self::items::Items;
use self::reader::Reader;
use self::report::Report;
use super::calendar::CalendarSet;
use super::live::LiveData;
use super::model::{Item, Model, Slots};
use super::template::Position;
use crate::check::Names;
use crate::context::{Layout, SlotId};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Bounds, Content, Format, Node};
use crate::limits::Limits;
use crate::matcher::Candidates;
use crate::schema::Schema;
use crate::source::Span;

/// The locale of texts whose rule set states none.
const DEFAULT_LOCALE: &str = "en";
/// The edition of the format that this engine reads.
const EDITION: u64 = 1;

/// Where the files of constant lists come from.
pub trait Files {
    /// The text of a file that a rule set names.
    ///
    /// # Errors
    /// Why it cannot be read, in a few words.
    fn read(&self, path: &str) -> Result<String, String>;
}

/// There are no files.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _path: &str) -> Result<String, String> {
        Err("the rule set was not read from a folder".to_owned())
    }
}

/// What reading gives: the model unless there are errors, and everything that was found.
pub(super) struct Read {
    pub(super) model: Option<Model>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// How large a file may be beside its bytes.
pub(super) const BOUNDS: Bounds = Bounds { depth: 140, nodes: 4_000_000 };

/// Reads a rule set. `name` is what it is called if it does not say so itself.
pub(super) fn read(text: &str, format: Format, name: &str, files: &dyn Files, limits: &Limits) -> Read {
    read_file(text, format, name, files, limits, None).0
}

/// From so many conditions of items on, an index says which of them can hold.
const MANY: usize = 64;

fn candidates(items: &[Item], layout: &mut Layout, limits: &Limits) -> Option<Candidates> {
    let programs = items.iter().map(|item| item.when.as_ref().map(|when| when.expression.program()));
    (programs.clone().flatten().count() >= MANY).then(|| Candidates::new(programs, layout, limits))
}

/// Reads a rule set, and notes every scalar that holds expressions, in the order in which they are read.
pub(super) fn read_noting(text: &str, format: Format, name: &str, files: &dyn Files, limits: &Limits) -> (Read, Vec<Written>) {
    read_file(text, format, name, files, limits, Some(Vec::new()))
}

fn read_file(text: &str, format: Format, name: &str, files: &dyn Files, limits: &Limits, written: Option<Vec<Written>>) -> (Read, Vec<Written>) {
    let mut report = Report::new(text);
    if text.len() > limits.ruleset_bytes {
        report.add(Code::UnreadableFile, None, format!("the rule set is longer than {} bytes", limits.ruleset_bytes), "split it by organisation or domain");
        return (Read { model: None, diagnostics: report.finish() }, Vec::new());
    }
    let node = match Node::read(text, format, BOUNDS) {
        Ok(node) => node,
        Err(errors) => {
            for error in errors {
                let mut found = Diagnostic::new(Code::UnreadableFile, error.span.unwrap_or_default(), error.message);
                found.help = error.help.or_else(|| Some(how_to_write(text, &found.message, error.span)));
                report.push(found);
            }
            return (Read { model: None, diagnostics: report.finish() }, Vec::new());
        }
    };
    let mut reader = Reader {
        report,
        limits,
        schema: Schema::builtin(),
        calendars: Arc::new(CalendarSet::default()),
        names: Names::default(),
        layout: Layout::default(),
        definitions: HashMap::new(),
        needs: Vec::new(),
        used: HashSet::new(),
        default_locale: None,
        unread_lists: Vec::new(),
        written,
    };
    let model = reader.rule_set(&node, name, files);
    let model = model.filter(|_| !reader.report.has_errors());
    (Read { model, diagnostics: reader.report.finish() }, reader.written.unwrap_or_default())
}

/// What to do about a file that cannot be read.
fn how_to_write(text: &str, message: &str, span: Option<Span>) -> String {
    if message.contains("stands here twice") {
        return "leave one of them out".to_owned();
    }
    if message.starts_with("YAML ") {
        return "write it out where it is needed".to_owned();
    }
    span.and_then(|span| broken_by_yaml(text, span)).unwrap_or_else(|| "a rule set is one YAML or JSON document".to_owned())
}

/// An expression that begins with a quote, or has a colon in it, breaks YAML: how to write it.
fn broken_by_yaml(text: &str, span: Span) -> Option<String> {
    let before = text.get(..span.start as usize)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    // The parser may notice at the end of the line, or at the start of the next one.
    let line = text.get(start..)?.lines().next()?;
    let line = if line.contains(": ") { line } else { before.trim_end().rsplit('\n').next()? };
    let (key, value) = line.split_once(": ")?;
    let key = key.trim().trim_start_matches("- ").rsplit(['{', ',']).next()?.trim();
    let value = value.trim();
    let is_expression = ["when", "priority", "value"].contains(&key) || value.starts_with(['"', '\'']);
    let before_template = value.split_once("{{").map_or("", |(before, _)| before);
    if !is_expression && value.contains("{{") && before_template.matches(['"', '\'']).count() % 2 == 0 {
        return Some("a text with `{{` stands in quotes: `queue: \"it-{{ user.city }}\"`".to_owned());
    }
    is_expression.then(|| {
        let quoted = if value.contains('\'') { format!("`{key}: |` with the expression on the next line") } else { format!("`{key}: '{value}'`") };
        format!("where an expression breaks YAML, put it in single quotes or behind `|`: {quoted}")
    })
}

impl Reader<'_> {
    fn rule_set(&mut self, node: &Node, name: &str, files: &dyn Files) -> Option<Model> {
        let mut fields = self.fields(node, "a rule set", "", keys::RULE_SET)?;
        match fields.node("triggerfish") {
            None => {
                self.missing(&fields, "the rule set", "triggerfish", "the first line of a rule set says which edition of the format it is: `triggerfish: 1`")
            }
            Some(Node { content: Content::Number(number), .. }) if number.as_u64() == Some(EDITION) => fields.note("triggerfish", EDITION),
            Some(other) => self.wrong(other, "triggerfish", "the edition 1", "this engine reads edition 1"),
        }
        let stated = self.text(&mut fields, "name");
        let change_note = self.text(&mut fields, "change_note").map(|note| note.to_string());
        fields.canonical.remove("change_note");
        self.context(&mut fields);
        self.lists(&mut fields, files);
        self.calendars(&mut fields);
        self.default_locale = self.default_locale(&mut fields);
        let definitions = self.define(&mut fields);
        let slots = self.own_slots();

        let entry_label = self.localized(&mut fields, "entry_label", Position::Text);
        let enabled = self.bool(&mut fields, "enabled", true);
        let when = self.condition(&mut fields, "when");
        let org = self.texts(&mut fields, "org");
        let max_options = self.count(&mut fields, "max_options", 1, 1_000).and_then(|count| usize::try_from(count).ok());
        let cooldown = self.duration(&mut fields, "cooldown").unwrap_or(0);
        if cooldown == 0 {
            fields.canonical.remove("cooldown");
        }
        let min_confidence = self.confidence(&mut fields);
        let integrations = self.integrations(&mut fields);
        let mut items = Items::default();
        let categories = self.categories(&mut fields, &integrations, &mut items);
        let start = items.items.len();
        let mut listed = Vec::new();
        if self.list(&fields, "otherwise").is_empty() {
            self.missing(
                &fields,
                "the rule set",
                "otherwise",
                "say what is offered when nothing else is: `otherwise: [ { key: help, label: Help, strategies: [ { ticket: default } ] } ]`",
            );
        }
        for node in self.list(&fields, "otherwise") {
            self.item(node, None, &integrations, &mut items, &mut listed);
        }
        fields.note("otherwise", listed);
        let otherwise: Vec<usize> = (start..items.items.len()).collect();
        let always = self.always(&mut fields, &items);
        let notify = self.notify(&mut fields);
        let flags = self.flags(&mut fields);
        let texts = self.announcements(&mut fields);
        let tests = self.tests(&fields);

        self.link_unanswered(&mut items, &otherwise);
        let items: Vec<Item> = items.items;
        self.check_chains(&items);
        self.check_otherwise(&items, &otherwise);
        self.check_items(&items, !org.is_empty());
        let spans: Vec<(Arc<str>, Option<Span>)> = definitions.iter().map(|definition| (definition.name.clone(), Some(definition.condition.span))).collect();
        self.check_names(&spans);

        let live = LiveData::plan(&self.schema, &mut self.layout);
        let candidates = candidates(&items, &mut self.layout, self.limits);
        Some(Model {
            name: stated.map_or_else(|| name.to_owned(), |stated| stated.to_string()),
            change_note,
            digest: digest::of(fields.canonical),
            schema: self.schema.clone(),
            limits: self.limits.clone(),
            layout: std::mem::take(&mut self.layout),
            slots,
            live,
            names: std::mem::take(&mut self.names),
            calendars: self.calendars.clone(),
            definitions,
            entry_label,
            enabled,
            when,
            org,
            default_locale: self.default_locale.clone().unwrap_or_else(|| DEFAULT_LOCALE.to_owned()),
            max_options,
            cooldown,
            min_confidence,
            integrations,
            categories,
            items,
            candidates,
            always,
            otherwise,
            notify,
            flags,
            texts,
            tests,
        })
    }

    fn default_locale(&mut self, fields: &mut fields::Fields<'_>) -> Option<String> {
        let text = self.text(fields, "default_locale")?;
        let tag = locale_tag(&text);
        match &tag {
            Some(tag) if tag == DEFAULT_LOCALE => {
                fields.canonical.remove("default_locale");
            }
            Some(tag) => fields.note("default_locale", tag.as_str()),
            None => {
                let span = fields.node("default_locale").and_then(|node| node.span);
                self.report.add(Code::WrongShape, span, format!("{} is no locale", crate::document::quoted(&text)), "a locale is `en`, `de` or `pt-BR`");
            }
        }
        tag
    }

    /// From 0 to 1; 0 if absent: every domain that is told counts.
    fn confidence(&mut self, fields: &mut fields::Fields<'_>) -> f64 {
        let Some(node) = fields.node("min_confidence") else { return 0.0 };
        let confidence = match &node.content {
            Content::Number(number) => number.as_f64().filter(|confidence| (0.0..=1.0).contains(confidence)),
            Content::Null | Content::Bool(_) | Content::Text(_) | Content::List(_) | Content::Map(_) => None,
        };
        match confidence {
            // Zero is the default.
            Some(confidence) if confidence > 0.0 => fields.note("min_confidence", confidence),
            Some(_) => {}
            None => self.wrong(node, "min_confidence", "a number from 0 to 1", "0.5 lets every domain count that is as likely as not"),
        }
        confidence.unwrap_or(0.0)
    }

    /// The attributes that deciding itself reads.
    fn own_slots(&mut self) -> Slots {
        let mut slot = |path: &[&str]| -> SlotId {
            let path: Vec<Arc<str>> = path.iter().map(|name| Arc::from(*name)).collect();
            self.layout.slot(&path, Some(&self.schema))
        };
        Slots {
            org: slot(&["org"]),
            domain: slot(&["domain"]),
            domains: slot(&["domains"]),
            preferred: slot(&["language", "preferred"]),
            detected: slot(&["language", "detected"]),
            conversation_state: slot(&["conversation", "state"]),
            handed_back_at: slot(&["conversation", "handed_back_at"]),
            topics: slot(&["signals", "topics"]),
            utterance: slot(&["utterance"]),
            results: slot(&["bot", "results"]),
        }
    }
}
