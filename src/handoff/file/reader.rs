//! What reading a file carries along: the report, and everything that expressions are compiled against.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::super::calendar::CalendarSet;
use super::super::model::{Condition, Localized, Text};
use super::super::template::{Position, Template};
use super::fields::Fields;
use super::names::names_in;
use super::report::Report;
use super::written::Written;
use crate::check::{Names, World};
use crate::context::Layout;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Content, Node, quoted};
use crate::limits::Limits;
use crate::rule::Expression;
use crate::schema::Schema;
use crate::source::Span;

pub(super) struct Reader<'r> {
    pub(super) report: Report<'r>,
    pub(super) limits: &'r Limits,
    pub(super) schema: Arc<Schema>,
    pub(super) calendars: Arc<CalendarSet>,
    pub(super) names: Names,
    pub(super) layout: Layout,
    /// The definitions by name: their places, and what each needs.
    pub(super) definitions: HashMap<Arc<str>, usize>,
    pub(super) needs: Vec<Box<[usize]>>,
    /// Definitions and lists that something uses.
    pub(super) used: std::collections::HashSet<Arc<str>>,
    /// In lower case, if the file states one.
    pub(super) default_locale: Option<String>,
    /// Lists whose files cannot be read: name, where the file is named, and why.
    pub(super) unread_lists: Vec<(Arc<str>, Option<Span>, String)>,
    /// The scalars that hold expressions, where they are asked for.
    pub(super) written: Option<Vec<Written>>,
}

impl Reader<'_> {
    /// A condition below a key.
    pub(super) fn condition(&mut self, fields: &mut Fields<'_>, key: &str) -> Option<Condition> {
        let node = fields.node(key)?;
        let at = fields.path(key);
        let condition = self.condition_at(node, key, at)?;
        // `when: TRUE` is no condition at all.
        if key != "when" || condition.expression.canonical_line() != "TRUE" {
            fields.note(key, condition.expression.canonical_line());
        }
        Some(condition)
    }

    pub(super) fn condition_at(&mut self, node: &Node, key: &str, at: String) -> Option<Condition> {
        let source = self.expression_text(node, key)?;
        let span = node.span.unwrap_or_default();
        match self.compile(&source) {
            Ok(expression) => {
                self.report.in_text(node, &source, expression.diagnostics().iter().cloned().map(|found| said_better(found, &source)).collect());
                if let Some(written) = &mut self.written {
                    written.extend(Written::expression(node, &source, &expression));
                }
                let uses = self.uses(std::iter::once(&expression));
                Some(Condition { expression, uses, at: at.into(), span })
            }
            Err(found) => {
                self.report.in_text(node, &source, found.into_iter().map(|found| said_better(found, &source)).collect());
                None
            }
        }
    }

    /// The text of an expression. YAML makes Bools and numbers of some.
    pub(super) fn expression_text(&mut self, node: &Node, key: &str) -> Option<Arc<str>> {
        match &node.content {
            Content::Text(text) => Some(text.clone()),
            Content::Bool(value) => Some(if *value { "TRUE" } else { "FALSE" }.into()),
            Content::Number(number) => Some(number.to_string().into()),
            Content::Null | Content::List(_) | Content::Map(_) => {
                self.wrong(
                    node,
                    key,
                    "an expression",
                    "an expression that begins with a bracket or a quote stands in single quotes, or behind `|` on a line of its own",
                );
                None
            }
        }
    }

    fn compile(&mut self, source: &str) -> Result<Expression, Vec<Diagnostic>> {
        let world = World { schema: Some(&self.schema), calendars: self.calendars.as_ref(), names: &self.names, limits: self.limits };
        Expression::compile(source, world, &mut self.layout)
    }

    /// The definitions that expressions need, those of their definitions included, in order.
    pub(super) fn uses<'e>(&mut self, expressions: impl Iterator<Item = &'e Expression>) -> Box<[usize]> {
        let mut uses = Vec::new();
        for expression in expressions {
            let mut see = |name: &Arc<str>| {
                if let Some(place) = self.definitions.get(name) {
                    uses.extend(self.needs.get(*place).into_iter().flat_map(|needs| needs.iter().copied()));
                    uses.push(*place);
                }
                if self.names.get(name).is_some() {
                    self.used.insert(name.clone());
                }
            };
            crate::stack::with_room(expression.nesting(), || names_in(expression.tree(), &mut see));
        }
        uses.sort_unstable();
        uses.dedup();
        uses.into()
    }

    /// A text with templates below a key.
    pub(super) fn template(&mut self, fields: &mut Fields<'_>, key: &str, position: Position) -> Option<Text> {
        let node = fields.node(key)?;
        let at = fields.path(key);
        let text = self.template_at(node, key, position, at)?;
        fields.note(key, text.template.canonical());
        Some(text)
    }

    pub(super) fn template_at(&mut self, node: &Node, key: &str, position: Position, at: String) -> Option<Text> {
        let source = self.text_of(node, key)?;
        let span = node.span.unwrap_or_default();
        let world = World { schema: Some(&self.schema), calendars: self.calendars.as_ref(), names: &self.names, limits: self.limits };
        match Template::compile(&source, position, world, &mut self.layout) {
            Ok(template) => {
                self.report.in_text(node, &source, template.diagnostics());
                if let Some(written) = &mut self.written {
                    written.extend(Written::template(node, &source, &template));
                }
                let expressions: Vec<&Expression> = template.expressions().map(|(expression, _)| expression).collect();
                let uses = self.uses(expressions.into_iter());
                Some(Text { template, uses, at: at.into(), span })
            }
            Err(found) => {
                self.report.in_text(node, &source, found);
                None
            }
        }
    }

    /// A map of templates, whose keys the author chooses; the order of the keys does not count.
    pub(super) fn templates(&mut self, fields: &mut Fields<'_>, key: &str, position: Position) -> Vec<(Box<str>, Text)> {
        let mut texts = self.templates_at(fields, key, position);
        texts.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        fields.note_members(key, texts.iter().map(|(name, text)| (name.to_string(), text.template.canonical().into())).collect());
        texts
    }

    /// A map of templates, whose order counts: the parameters of a URL.
    pub(super) fn ordered_templates(&mut self, fields: &mut Fields<'_>, key: &str, position: Position) -> Vec<(Box<str>, Text)> {
        let texts = self.templates_at(fields, key, position);
        fields.note(key, texts.iter().map(|(name, text)| Json::from(vec![name.to_string(), text.template.canonical()])).collect::<Vec<_>>());
        texts
    }

    fn templates_at(&mut self, fields: &Fields<'_>, key: &str, position: Position) -> Vec<(Box<str>, Text)> {
        let Some(node) = fields.node(key) else { return Vec::new() };
        let at = fields.path(key);
        let entries = self.entries(node, &format!("`{key}`"));
        let texts = entries
            .into_iter()
            .filter_map(|(name, member)| Some((Box::from(&**name), self.template_at(&member.node, name, position, format!("{at}.{name}"))?)));
        texts.collect()
    }

    /// A text in one or more languages below a key.
    pub(super) fn localized(&mut self, fields: &mut Fields<'_>, key: &str, position: Position) -> Option<Localized> {
        let node = fields.node(key)?;
        let at = fields.path(key);
        let (localized, canonical) = self.localized_at(node, key, position, &at)?;
        fields.note(key, canonical);
        Some(localized)
    }

    pub(super) fn localized_at(&mut self, node: &Node, key: &str, position: Position, at: &str) -> Option<(Localized, Json)> {
        let Content::Map(members) = &node.content else {
            let text = self.template_at(node, key, position, at.to_owned())?;
            let canonical = text.template.canonical().into();
            return Some((Localized::One(text), canonical));
        };
        let mut canonical = serde_json::Map::new();
        let mut texts: Vec<(Box<str>, Text)> = Vec::new();
        for (locale, member) in members {
            let Some(tag) = locale_tag(locale) else {
                self.report.add(
                    Code::WrongShape,
                    member.key,
                    format!("{} is no locale", quoted(locale)),
                    format!("`{key}` is a text, or a map of locales such as `en`, `de` or `pt-BR` to texts"),
                );
                continue;
            };
            if canonical.contains_key(&tag) {
                self.report.add(Code::TakenKey, member.key, format!("the locale {} stands here twice", quoted(locale)), "letter case makes no other locale");
            }
            if let Some(text) = self.template_at(&member.node, locale, position, format!("{at}.{locale}")) {
                canonical.insert(tag.clone(), text.template.canonical().into());
                texts.push((tag.into(), text));
            }
        }
        match &self.default_locale {
            None => self.report.add(
                Code::MissingKey,
                node.span,
                format!("`{key}` has texts by locale, but there is no `default_locale`"),
                "say which locale stands in where a user's is not there: `default_locale: en`",
            ),
            Some(default) if !members.keys().any(|locale| locale_tag(locale).as_deref() == Some(default)) => {
                let message = format!("`{key}` has no text for the default locale `{default}`");
                self.report.add(Code::MissingKey, node.span, message, format!("add `{default}: ...`, which stands in where a user's locale is not there"));
            }
            Some(_) => {}
        }
        (!texts.is_empty()).then(|| (Localized::ByLocale(texts), canonical.into()))
    }

    pub(super) fn at_span(span: Option<Span>) -> Span {
        span.unwrap_or_default()
    }
}

/// A locale in lower case with hyphens: `pt_BR` is `pt-br`. `None` for what is none.
pub(in super::super) fn locale_tag(text: &str) -> Option<String> {
    let tag = text.trim().replace('_', "-").to_ascii_lowercase();
    let mut parts = tag.split('-');
    let language = parts.next().is_some_and(|first| (2..=8).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_lowercase()));
    let others = parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    (language && others).then_some(tag)
}

/// An unknown attribute that is all there is, is a word that lost its quotes.
fn said_better(mut found: Diagnostic, source: &str) -> Diagnostic {
    let word = source.trim();
    if found.code == Code::UnknownAttribute && found.span.of(source) == word && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        let quote = format!("a text stands in two pairs of quotes, one for YAML: `'\"{word}\"'`");
        found.help = Some(match found.help {
            Some(help) if help.starts_with("did you mean") => format!("{help} {quote}"),
            Some(_) | None => quote,
        });
    }
    found
}
