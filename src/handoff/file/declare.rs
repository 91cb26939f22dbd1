//! What the rest of a file builds on: the schema, constant lists, calendars, definitions.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::super::calendar::{CalendarBuilder, CalendarSet, Mistake};
use super::super::model::Definition;
use super::Files;
use super::fields::Fields;
use super::keys;
use super::names::names_in;
use super::reader::Reader;
use crate::check::{Facts, Named};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Content, Member, Node, quoted};
use crate::schema::Schema;
use crate::source::Span;
use crate::syntax;
use crate::value::{ErrorKinds, Kinds, Value};

/// Most calendars of a rule set.
const MOST_CALENDARS: usize = 1_000;
/// Most values of a constant list.
const MOST_VALUES: usize = 1_000_000;

impl Reader<'_> {
    /// `context:` on top of the built-in schema.
    pub(super) fn context(&mut self, fields: &mut Fields<'_>) {
        let Some(node) = fields.node("context") else { return };
        match Schema::from_node(node, self.limits) {
            Ok(schema) => {
                self.schema = Arc::new(schema);
                if self.schema != Schema::builtin() {
                    fields.note("context", self.schema.to_json_schema());
                }
            }
            Err(errors) => {
                for error in errors {
                    let mut found = Diagnostic::new(Code::BadDeclaration, error.span.or(node.span).unwrap_or_default(), error.message);
                    found.help = error.help;
                    self.report.push(found);
                }
            }
        }
    }

    /// `lists:` named constant lists, inline or one value a line in a file.
    pub(super) fn lists(&mut self, fields: &mut Fields<'_>, files: &dyn Files) {
        let Some(node) = fields.node("lists") else { return };
        let mut canonical = Map::new();
        for (name, member) in self.entries(node, "`lists`") {
            if !self.good_name(name, member.key, "a list") {
                continue;
            }
            let values = match &member.node.content {
                Content::List(items) => self.inline_list(items),
                Content::Map(_) => self.list_file(&member.node, name, files),
                Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) => {
                    self.wrong(&member.node, name, "a list, or a map with the key `file`", "write `[a, b]`, or `{ file: values.txt }` with one value a line");
                    continue;
                }
            };
            let Some(values) = values else { continue };
            canonical.insert(name.to_string(), values.iter().map(to_json).collect());
            self.names.insert(name.clone(), Named::Constant(Value::from(values)));
        }
        fields.note_members("lists", canonical);
    }

    fn inline_list(&mut self, items: &[Node]) -> Option<Vec<Value>> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            match &item.content {
                Content::Text(text) => values.push(Value::Text(text.clone())),
                Content::Bool(value) => values.push(Value::Bool(*value)),
                Content::Number(number) => values.push(crate::value::json::from_serde(&Json::Number(number.clone()), 1).ok()?),
                Content::Null | Content::List(_) | Content::Map(_) => {
                    self.wrong(item, "an element", "a text, a number, `true` or `false`", "a list of a rule set holds constants");
                    return None;
                }
            }
        }
        Some(values)
    }

    fn list_file(&mut self, node: &Node, name: &str, files: &dyn Files) -> Option<Vec<Value>> {
        let mut fields = self.fields(node, &format!("the list `{name}`"), "", &["file"])?;
        let Some(path) = self.text(&mut fields, "file") else {
            self.missing(&fields, &format!("the list `{name}`"), "file", "write `{ file: values.txt }`, or the values themselves in `[]`");
            return None;
        };
        let span = fields.node("file").and_then(|node| node.span);
        let text = match files.read(&path) {
            Ok(text) => text,
            Err(reason) => {
                // Whether that matters is known when everything has been read.
                self.unread_lists.push((name.into(), span, format!("the file {} of the list `{name}` cannot be read: {reason}", quoted(&path))));
                return Some(Vec::new());
            }
        };
        let lines = text.strip_prefix('\u{feff}').unwrap_or(&text).lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let values: Vec<Value> = lines.map(Value::text).take(MOST_VALUES + 1).collect();
        if values.len() > MOST_VALUES {
            self.report.add(
                Code::WrongShape,
                span,
                format!("the file {} has more than {MOST_VALUES} values", quoted(&path)),
                "split the list, or put the fact into the context",
            );
            return None;
        }
        Some(values)
    }

    /// A name that expressions use.
    fn good_name(&mut self, name: &str, span: Option<Span>, what: &str) -> bool {
        let mut bytes = name.bytes();
        let plain =
            bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_') && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let keyword = ["and", "or", "not", "in", "if", "then", "else", "true", "false", "null"].contains(&name.to_ascii_lowercase().as_str());
        if !plain || keyword || name.len() > 128 {
            let help = "a name is made of letters without accents, digits and `_`, does not begin with a digit, and is no keyword";
            self.report.add(Code::WrongShape, span, format!("{} is no name for {what}", quoted(name)), help);
            return false;
        }
        if self.schema.attributes.contains_key(name) {
            let message = format!("{what} called `{name}` would hide the attribute `{name}`");
            self.report.add(Code::HiddenAttribute, span, message, "choose another name");
            return false;
        }
        if self.names.get(name).is_some() {
            self.report.add(Code::TakenKey, span, format!("`{name}` is the name of a list already"), "choose another name");
            return false;
        }
        true
    }

    /// `calendars:`
    pub(super) fn calendars(&mut self, fields: &mut Fields<'_>) {
        let Some(node) = fields.node("calendars") else { return };
        let entries = self.entries(node, "`calendars`");
        if entries.len() > MOST_CALENDARS {
            self.report.add(Code::WrongShape, node.span, format!("more than {MOST_CALENDARS} calendars"), "calendars that are alike can be one");
            return;
        }
        let mut set = CalendarSet::default();
        let mut canonical = Map::new();
        for (name, member) in entries {
            if !self.good_key(name, member.key) {
                continue;
            }
            if let Some(calendar) = self.calendar(name, &member.node) {
                if calendar.never_opens() {
                    self.report.add(
                        Code::Ineffective,
                        member.key,
                        format!("the calendar `{name}` never opens"),
                        "give it `hours`, such as `{ mon-fri: [\"08:00-18:00\"] }`",
                    );
                }
                canonical.insert(name.to_string(), calendar.canonical());
                set.insert(&**name, calendar);
            }
        }
        self.calendars = Arc::new(set);
        fields.note_members("calendars", canonical);
    }

    fn calendar(&mut self, name: &str, node: &Node) -> Option<super::super::calendar::Calendar> {
        let what = format!("the calendar `{name}`");
        let mut fields = self.fields(node, &what, "", keys::CALENDAR)?;
        let Some(zone) = self.text(&mut fields, "timezone") else {
            self.missing(&fields, &what, "timezone", "say where the hours are local: `timezone: Europe/Berlin`");
            return None;
        };
        let zone_span = fields.node("timezone").and_then(|node| node.span);
        let mut builder = match CalendarBuilder::new(&zone) {
            Ok(builder) => builder,
            Err(mistake) => {
                self.bad_calendar(mistake, zone_span, &[]);
                return None;
            }
        };
        let mut good = true;
        for (days, member) in fields.node("hours").map(|node| self.entries(node, "`hours`")).unwrap_or_default() {
            good &= self.ranges(days, member, |ranges| builder.hours(days, ranges));
        }
        for (date, member) in fields.node("holidays").map(|node| self.entries(node, "`holidays`")).unwrap_or_default() {
            let Some(name) = self.text_of(&member.node, date) else {
                good = false;
                continue;
            };
            if let Err(mistake) = builder.holiday(date, &name) {
                self.bad_calendar(mistake, member.key, &[]);
                good = false;
            }
        }
        for (date, member) in fields.node("overrides").map(|node| self.entries(node, "`overrides`")).unwrap_or_default() {
            good &= self.ranges(date, member, |ranges| builder.override_(date, ranges));
        }
        good.then(|| builder.build())
    }

    /// Hands the ranges of some days to a calendar; what it says against them is reported at the key or at the range.
    fn ranges(&mut self, key: &str, member: &Member, hand: impl FnOnce(&[&str]) -> Result<(), Mistake>) -> bool {
        let nodes: Vec<&Node> = match &member.node.content {
            Content::List(items) => items.iter().collect(),
            Content::Null => Vec::new(),
            Content::Bool(_) | Content::Number(_) | Content::Text(_) | Content::Map(_) => vec![&member.node],
        };
        let texts: Option<Vec<Arc<str>>> = nodes.iter().map(|node| self.text_of(node, key)).collect();
        let Some(texts) = texts else { return false };
        let ranges: Vec<&str> = texts.iter().map(|text| &**text).collect();
        match hand(&ranges) {
            Ok(()) => true,
            Err(mistake) => {
                self.bad_calendar(mistake, member.key, &nodes);
                false
            }
        }
    }

    fn bad_calendar(&mut self, mistake: Mistake, key: Option<Span>, ranges: &[&Node]) {
        let span = mistake.range.and_then(|range| ranges.get(range)).and_then(|node| node.span).or(key);
        let mut found = Diagnostic::new(Code::BadCalendar, span.unwrap_or_default(), mistake.message);
        found.help = mistake.help;
        self.report.push(found);
    }

    /// `define:` named expressions. Each may use the others, but not in a circle.
    pub(super) fn define(&mut self, fields: &mut Fields<'_>) -> Vec<Definition> {
        let Some(node) = fields.node("define") else { return Vec::new() };
        let mut sources: BTreeMap<Arc<str>, &Member> = BTreeMap::new();
        for (name, member) in self.entries(node, "`define`") {
            if self.good_name(name, member.key, "a definition") {
                sources.insert(name.clone(), member);
            }
        }
        let needs = self.direct_needs(&sources);
        let mut canonical = Map::new();
        let mut definitions = Vec::new();
        for name in self.in_order(&sources, &needs) {
            let Some(member) = sources.get(&name) else { continue };
            let Some(condition) = self.condition_at(&member.node, &name, format!("define.{name}")) else {
                self.unknown_definition(name);
                continue;
            };
            canonical.insert(name.to_string(), condition.expression.canonical_line().into());
            let hidden = self.layout.slots().any(|slot| self.layout.is_pii(slot) && self.reads(&condition, slot));
            let slot = self.layout.computed(&name, hidden);
            let facts = condition.expression.facts();
            let declared = condition.expression.declared().cloned();
            self.names.insert(name.clone(), Named::Computed { slot, facts, declared });
            self.definitions.insert(name.clone(), definitions.len());
            self.needs.push(condition.uses.clone());
            definitions.push(Definition { name, condition, slot });
        }
        // Only what something else uses counts as used; the lists that definitions use are used.
        self.used.retain(|name| !self.definitions.contains_key(name));
        for definition in &definitions {
            for need in &definition.condition.uses {
                if let Some(used) = definitions.get(*need) {
                    self.used.insert(used.name.clone());
                }
            }
        }
        fields.note_members("define", canonical);
        definitions
    }

    /// A definition that is not sound: of what uses it, nothing more is said.
    fn unknown_definition(&mut self, name: Arc<str>) {
        let slot = self.layout.computed(&name, true);
        self.names.insert(name, Named::Computed { slot, facts: Facts { kinds: Kinds::ANY, errors: ErrorKinds::NONE }, declared: None });
    }

    fn reads(&self, condition: &super::super::model::Condition, slot: crate::context::SlotId) -> bool {
        condition.expression.slots().any(|read| read == slot)
    }

    /// The definitions that each definition names.
    fn direct_needs(&mut self, sources: &BTreeMap<Arc<str>, &Member>) -> HashMap<Arc<str>, Vec<Arc<str>>> {
        let mut needs = HashMap::new();
        for (name, member) in sources {
            let Some(text) = self.expression_text(&member.node, name) else { continue };
            let Ok(parsed) = syntax::parse(&text, self.limits) else { continue };
            let mut named = Vec::new();
            crate::stack::with_room(parsed.rule.nesting, || {
                names_in(&parsed.rule.expr, &mut |used| {
                    if sources.contains_key(used) {
                        named.push(used.clone());
                    }
                });
            });
            needs.insert(name.clone(), named);
        }
        needs
    }

    /// The names in an order in which each comes behind those that it needs. What stands in a circle is reported and left out.
    fn in_order(&mut self, sources: &BTreeMap<Arc<str>, &Member>, needs: &HashMap<Arc<str>, Vec<Arc<str>>>) -> Vec<Arc<str>> {
        let mut waiting: HashMap<&Arc<str>, usize> = HashMap::new();
        let mut users: HashMap<&Arc<str>, Vec<&Arc<str>>> = HashMap::new();
        for name in sources.keys() {
            let mut direct: Vec<&Arc<str>> = needs.get(name).into_iter().flatten().collect();
            direct.sort_unstable();
            direct.dedup();
            waiting.insert(name, direct.len());
            direct.into_iter().for_each(|need| users.entry(need).or_default().push(name));
        }
        let mut ready: std::collections::VecDeque<&Arc<str>> = sources.keys().filter(|name| waiting.get(name) == Some(&0)).collect();
        let mut ordered = Vec::with_capacity(sources.len());
        while let Some(name) = ready.pop_front() {
            ordered.push(name.clone());
            for user in users.get(name).into_iter().flatten() {
                if let Some(left) = waiting.get_mut(*user) {
                    *left -= 1;
                    if *left == 0 {
                        ready.push_back(user);
                    }
                }
            }
        }
        if ordered.len() < sources.len() {
            let done: std::collections::HashSet<&Arc<str>> = ordered.iter().collect();
            let left: Vec<&Arc<str>> = sources.keys().filter(|name| !done.contains(name)).collect();
            if let Some(circle) = circle(&left, needs) {
                let shown = circle.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" needs ");
                let span = circle.first().and_then(|name| sources.get(*name)).and_then(|member| member.key);
                self.report.add(Code::Cycle, span, format!("definitions go in a circle: {shown}"), "write one of them without the others");
            }
            for name in left {
                self.unknown_definition(name.clone());
            }
        }
        ordered
    }
}

/// A way from a name back to itself.
fn circle<'n>(left: &[&'n Arc<str>], needs: &'n HashMap<Arc<str>, Vec<Arc<str>>>) -> Option<Vec<&'n Arc<str>>> {
    let mut way: Vec<&Arc<str>> = Vec::new();
    let mut name = *left.first()?;
    // Whoever is left needs another who is left, so this comes back to where it has been.
    while !way.contains(&name) {
        way.push(name);
        name = needs.get(name)?.iter().find(|need| left.contains(need))?;
    }
    let start = way.iter().position(|passed| *passed == name)?;
    let mut circle = way.split_off(start);
    circle.push(name);
    Some(circle)
}

fn to_json(value: &Value) -> Json {
    serde_json::from_str(&crate::value::json::write(value)).unwrap_or(Json::Null)
}
