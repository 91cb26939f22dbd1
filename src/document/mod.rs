//! JSON and YAML text becomes a tree whose nodes know where they stand: the form in which schemas and rule sets are read.
//!
//! Both readers feed one builder, which has no recursion and knows the limits; so the depth of a hostile text costs nothing.

mod error;
mod json;
#[cfg(feature = "handoff")]
mod place;
#[cfg(feature = "yaml")]
mod yaml;

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;

pub use error::{DocumentError, DocumentErrors};
pub(crate) use error::{Problems, closest, did_you_mean, fail, quoted};
#[cfg(feature = "handoff")]
pub(crate) use place::place_in_file;

use crate::source::Span;

/// How a file is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Format {
    /// JSON
    Json,
    /// YAML; a build without the feature `yaml` refuses it.
    Yaml,
}

impl Format {
    /// The format that a file's name tells: JSON for `.json`, else YAML.
    ///
    /// ```
    /// use triggerfish::schema::Format;
    /// assert_eq!(Format::of("schema.JSON"), Format::Json);
    /// assert_eq!(Format::of("schema.yml"), Format::Yaml);
    /// ```
    #[must_use]
    pub fn of(path: impl AsRef<Path>) -> Format {
        let json = path.as_ref().extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        if json { Format::Json } else { Format::Yaml }
    }
}

/// How large a document may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// How deep it may nest.
    pub(crate) depth: usize,
    /// How many values it may hold.
    pub(crate) nodes: usize,
}

/// A value, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) content: Content,
    /// The bytes of the text; the opening bracket of a list or map. `None` for what was read from no text.
    pub(crate) span: Option<Span>,
}

/// What a [`Node`] holds.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(Arc<str>),
    List(Vec<Node>),
    Map(IndexMap<Arc<str>, Member>),
}

/// The value of a key, and where the key stands.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) key: Option<Span>,
    pub(crate) node: Node,
}

impl Node {
    /// Reads a text.
    ///
    /// # Errors
    /// What is wrong with the syntax; a text that is too long, too deep or has too many parts; a key that a map has twice; in YAML an alias, an anchor, a tag.
    pub(crate) fn read(text: &str, format: Format, bounds: Bounds) -> Result<Node, DocumentErrors> {
        let mut builder = Builder::new(bounds);
        match format {
            Format::Json => json::feed(text, &mut builder)?,
            #[cfg(feature = "yaml")]
            Format::Yaml => yaml::feed(text, &mut builder)?,
            #[cfg(not(feature = "yaml"))]
            Format::Yaml => return fail(None, "this build does not read YAML"),
        }
        builder.finish()
    }

    /// The member of a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Member> {
        match &self.content {
            Content::Map(members) => members.get(key),
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) | Content::List(_) => None,
        }
    }

    /// The text, if it is one.
    pub(crate) fn as_text(&self) -> Option<&Arc<str>> {
        match &self.content {
            Content::Text(text) => Some(text),
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::List(_) | Content::Map(_) => None,
        }
    }

    /// What it is, for a message.
    pub(crate) fn what(&self) -> String {
        match &self.content {
            Content::Null => "nothing".to_owned(),
            Content::Bool(value) => format!("`{value}`"),
            Content::Number(value) => format!("the number {}", quoted(&value.to_string())),
            Content::Text(text) => format!("the text {}", quoted(text)),
            Content::List(_) => "a list".to_owned(),
            Content::Map(_) => "a map".to_owned(),
        }
    }

    /// The value without its places.
    pub(crate) fn to_value(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.content {
            Content::Null => Value::Null,
            Content::Bool(value) => Value::Bool(*value),
            Content::Number(value) => Value::Number(value.clone()),
            Content::Text(text) => Value::String(text.to_string()),
            Content::List(items) => Value::Array(items.iter().map(Node::to_value).collect()),
            Content::Map(members) => Value::Object(members.iter().map(|(key, member)| (key.to_string(), member.node.to_value())).collect()),
        }
    }

    /// A value that was read from elsewhere, under the same limits.
    pub(crate) fn from_value(value: &serde_json::Value, bounds: Bounds) -> Result<Node, DocumentErrors> {
        let mut builder = Builder::new(bounds);
        feed_value(value, &mut builder);
        builder.finish()
    }
}

fn feed_value(value: &serde_json::Value, builder: &mut Builder) {
    use serde_json::Value;
    if builder.stopped() {
        return;
    }
    match value {
        Value::Null => builder.scalar(Content::Null, None),
        Value::Bool(value) => builder.scalar(Content::Bool(*value), None),
        Value::Number(value) => builder.scalar(Content::Number(value.clone()), None),
        Value::String(text) => builder.scalar(Content::Text(text.as_str().into()), None),
        Value::Array(items) => {
            builder.open_list(None);
            items.iter().for_each(|item| feed_value(item, builder));
            builder.close();
        }
        Value::Object(members) => {
            builder.open_map(None);
            for (key, value) in members {
                builder.scalar(Content::Text(key.as_str().into()), None);
                feed_value(value, builder);
            }
            builder.close();
        }
    }
}

/// Makes a tree of a flat stream: openings, closings, scalars; in a map keys and values by turns.
struct Builder {
    open: Vec<Open>,
    done: Option<Node>,
    problems: Problems,
    nodes_left: usize,
    deepest: usize,
}

struct Open {
    span: Option<Span>,
    parts: Parts,
}

enum Parts {
    List(Vec<Node>),
    Map { members: IndexMap<Arc<str>, Member>, key: Option<(Arc<str>, Option<Span>)> },
}

impl Builder {
    fn new(bounds: Bounds) -> Builder {
        Builder { open: Vec::new(), done: None, problems: Problems::default(), nodes_left: bounds.nodes, deepest: bounds.depth }
    }

    fn stopped(&self) -> bool {
        self.problems.fatal
    }

    /// Whether the next scalar is the key of a map.
    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { parts: Parts::Map { key: None, .. }, .. }))
    }

    fn open_list(&mut self, span: Option<Span>) {
        self.push(span, Parts::List(Vec::new()));
    }

    fn open_map(&mut self, span: Option<Span>) {
        self.push(span, Parts::Map { members: IndexMap::new(), key: None });
    }

    fn push(&mut self, span: Option<Span>, parts: Parts) {
        if self.open.len() >= self.deepest {
            self.problems.stop(span, format!("nests deeper than {} levels", self.deepest));
        } else if self.expects_key() {
            self.problems.stop(span, "a key is a text, found a list or a map");
        } else {
            self.open.push(Open { span, parts });
        }
    }

    fn close(&mut self) {
        if self.stopped() {
            return;
        }
        if let Some(Open { span, parts }) = self.open.pop() {
            let content = match parts {
                Parts::List(items) => Content::List(items),
                Parts::Map { members, .. } => Content::Map(members),
            };
            self.add(Node { content, span });
        }
    }

    fn scalar(&mut self, content: Content, span: Option<Span>) {
        if let Some(Open { parts: Parts::Map { key: key @ None, .. }, .. }) = self.open.last_mut()
            && let Content::Text(text) = content
        {
            *key = Some((text, span));
            return;
        }
        self.add(Node { content, span });
    }

    fn add(&mut self, node: Node) {
        let Some(left) = self.nodes_left.checked_sub(1) else {
            self.problems.stop(node.span, "has too many parts");
            return;
        };
        self.nodes_left = left;
        match self.open.last_mut().map(|open| &mut open.parts) {
            None => self.done = Some(node),
            Some(Parts::List(items)) => items.push(node),
            Some(Parts::Map { members, key }) => match key.take() {
                Some((key, span)) if members.contains_key(&key) => self.problems.add(span, format!("the key {} stands here twice", quoted(&key))),
                Some((name, key)) => {
                    members.insert(name, Member { key, node });
                }
                None => self.problems.stop(node.span, format!("a key is a text, found {}", node.what())),
            },
        }
    }

    fn finish(self) -> Result<Node, DocumentErrors> {
        match self.problems.into_result(self.done)? {
            Some(node) => Ok(node),
            None => fail(None, "expected a map, found nothing"),
        }
    }
}

/// The Number that a text spells: the Integer exactly, else the nearest finite 64-bit number.
fn number(text: &str) -> Option<serde_json::Number> {
    let integer = text.parse::<i64>().ok().map(Into::into).or_else(|| text.parse::<u64>().ok().map(Into::into));
    let fraction = || text.contains(['.', 'e', 'E']).then(|| text.parse::<f64>().ok()).flatten().and_then(serde_json::Number::from_f64);
    integer.or_else(fraction)
}
