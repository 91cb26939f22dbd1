//! JSON Schema to a schema.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::super::SchemaErrors;
use super::super::declare::LONGEST_NAME;
use super::super::defaults::{read_default, read_max_age};
use super::super::meter::{Meter, enum_bytes, value_bytes};
use super::super::{Attribute, Schema, Type};
use super::{DATE_TIME, DEFAULT, MAX_AGE, OPEN, PII, STRICT};
use crate::document::{Content, Node};
use crate::document::{Problems, did_you_mean, quoted};
use crate::limits::Limits;
use crate::source::Span;

/// Reads a JSON Schema. A root that is no object has no attributes.
pub(in crate::schema) fn import(root: &Node, limits: &Limits) -> Result<Schema, SchemaErrors> {
    let mut problems = Problems::default();
    let reader = Reader { root, problems: &mut problems, meter: Meter::new(limits), deepest: limits.effective_json_depth(), inside: Vec::new(), place: vec![] };
    let schema = reader.schema();
    problems.into_result(schema)
}

/// References and combinations that may stand around one attribute's own keywords, for each level of depth.
const HOPS: usize = 3;

struct Reader<'r> {
    root: &'r Node,
    problems: &'r mut Problems,
    meter: Meter,
    deepest: usize,
    /// The schemas that are being read, from the root inwards: meeting one again is a cycle.
    inside: Vec<&'r Node>,
    /// The keys from the root to here, for messages.
    place: Vec<Arc<str>>,
}

impl<'r> Reader<'r> {
    fn schema(mut self) -> Schema {
        let strict = self.root.get(STRICT).is_some_and(|member| matches!(member.node.content, Content::Bool(true)));
        // The root is read as an attribute one level above those of the schema.
        let attributes = match self.attribute(self.root, 0).ty {
            Type::Object { members, .. } | Type::Map { known: members, .. } => members,
            Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::List(_) | Type::Any => {
                self.add(self.root.span, "describes no object", None);
                IndexMap::new()
            }
        };
        Schema { attributes, strict }
    }

    fn attribute(&mut self, node: &'r Node, depth: usize) -> Attribute {
        let any = Attribute::new(Type::Any);
        if self.inside.iter().any(|outer| std::ptr::eq(*outer, node)) {
            return any;
        }
        if depth > 0 {
            self.meter.attribute(node.span, self.problems);
        }
        if depth > self.deepest || self.inside.len() > HOPS * self.deepest {
            self.add(node.span, &format!("nests deeper than {} levels", self.deepest), None);
            return any;
        }
        if self.problems.fatal {
            return any;
        }
        match &node.content {
            Content::Bool(_) => any,
            Content::Map(_) => {
                self.inside.push(node);
                let mut attribute = self.shape(node, depth);
                self.inside.pop();
                self.notes(node, &mut attribute, depth);
                attribute
            }
            Content::Null | Content::Number(_) | Content::Text(_) | Content::List(_) => {
                self.add(node.span, &format!("a schema is a map, `true` or `false`, found {}", node.what()), None);
                any
            }
        }
    }

    /// Type and nullability.
    fn shape(&mut self, node: &'r Node, depth: usize) -> Attribute {
        let (types, nullable) = self.types(node);
        let ty = match types.as_deref() {
            None => return self.untyped(node, depth),
            Some(["boolean"]) => Type::Bool,
            Some(["integer"]) => Type::Integer,
            Some(["number"] | ["integer", "number"] | ["number", "integer"]) => Type::Number,
            Some(["string"] | ["number", "string"] | ["string", "number"]) if is_time(node) => Type::Time,
            Some(["string"]) => self.text_or_enum(node),
            Some(["array"]) => self.list(node, depth),
            Some(["object"]) => self.object(node, depth),
            Some(_) => Type::Any,
        };
        Attribute { nullable, ..Attribute::new(ty) }
    }

    /// The types that `type` names, `null` apart; `None` without one.
    fn types(&mut self, node: &'r Node) -> (Option<Vec<&'r str>>, bool) {
        const TYPES: [&str; 7] = ["null", "boolean", "integer", "number", "string", "array", "object"];
        let Some(member) = node.get("type") else { return (None, true) };
        let listed = match &member.node.content {
            Content::List(items) => items.iter().collect(),
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) | Content::Map(_) => vec![&member.node],
        };
        let mut names = Vec::new();
        for item in listed {
            match item.as_text().map(|text| &**text) {
                Some(name) if TYPES.contains(&name) => names.push(name),
                name => {
                    let help = name.and_then(|name| did_you_mean(name, TYPES));
                    self.add(item.span, &format!("unknown type, found {}", item.what()), help);
                }
            }
        }
        let nullable = names.contains(&"null");
        names.retain(|name| *name != "null");
        (Some(names), nullable)
    }

    /// A schema without `type`: what its other keywords tell.
    fn untyped(&mut self, node: &'r Node, depth: usize) -> Attribute {
        if let Some(reference) = node.get("$ref") {
            return match self.target(&reference.node) {
                Some(target) => self.attribute(target, depth),
                None => Attribute::new(Type::Any),
            };
        }
        for keyword in ["anyOf", "oneOf", "allOf"] {
            if let Some(Content::List(branches)) = node.get(keyword).map(|member| &member.node.content) {
                return self.combined(branches, depth);
            }
        }
        let has = |keyword: &str| node.get(keyword).is_some();
        if has("enum") || has("const") {
            return listed(node, self.text_or_enum(node));
        }
        let ty = if has("properties") || has("additionalProperties") {
            self.object(node, depth)
        } else if has("items") {
            self.list(node, depth)
        } else {
            Type::Any
        };
        Attribute::new(ty)
    }

    /// `null` or one other schema, or one schema alone.
    fn combined(&mut self, branches: &'r [Node], depth: usize) -> Attribute {
        let is_null = |branch: &&Node| branch.get("type").and_then(|member| member.node.as_text()).is_some_and(|name| &**name == "null");
        let mut others = branches.iter().filter(|branch| !is_null(branch));
        match (others.next(), others.next()) {
            (Some(only), None) => {
                let attribute = self.attribute(only, depth);
                Attribute { nullable: attribute.nullable || branches.len() > 1, ..attribute }
            }
            _ => Attribute::new(Type::Any),
        }
    }

    fn target(&mut self, reference: &'r Node) -> Option<&'r Node> {
        let Some(text) = reference.as_text() else {
            self.add(reference.span, &format!("`$ref` is a text, found {}", reference.what()), None);
            return None;
        };
        // Other documents are not fetched, and anchors are not looked for.
        let pointer = text.strip_prefix('#').filter(|pointer| pointer.is_empty() || pointer.starts_with('/'))?;
        let pointer = percent_encoding::percent_decode_str(pointer).decode_utf8_lossy();
        let target = pointer.split('/').skip(1).try_fold(self.root, |node, step| match &node.content {
            Content::Map(members) => members.get(step.replace("~1", "/").replace("~0", "~").as_str()).map(|member| &member.node),
            Content::List(items) => items.get(step.parse::<usize>().ok()?),
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) => None,
        });
        if target.is_none() {
            self.add(reference.span, &format!("{} refers to nothing", quoted(text)), None);
        }
        target
    }

    fn text_or_enum(&mut self, node: &'r Node) -> Type {
        let open = node.get(OPEN).is_some_and(|member| matches!(member.node.content, Content::Bool(true)));
        let keyword = node.get("enum").or_else(|| open.then(|| node.get("examples")).flatten());
        let items = match (keyword.map(|member| &member.node.content), node.get("const")) {
            (Some(Content::List(items)), _) => items.as_slice(),
            (None, Some(only)) => std::slice::from_ref(&only.node),
            _ => &[],
        };
        let values: IndexSet<Arc<str>> = items.iter().filter_map(Node::as_text).cloned().collect();
        self.meter.bytes(enum_bytes(items.len()), node.span, self.problems);
        if values.is_empty() { Type::Text } else { Type::Enum { values: values.into_iter().collect(), open } }
    }

    fn list(&mut self, node: &'r Node, depth: usize) -> Type {
        Type::list(match node.get("items") {
            Some(member) => self.at("items", |reader| reader.attribute(&member.node, depth + 1)),
            None => Attribute::new(Type::Any),
        })
    }

    fn object(&mut self, node: &'r Node, depth: usize) -> Type {
        let required = self.required(node);
        let properties = node.get("properties").map(|member| &member.node);
        let mut members = IndexMap::new();
        match properties.map(|node| &node.content) {
            None => {}
            Some(Content::Map(declared)) => {
                for (name, member) in declared {
                    if self.problems.fatal {
                        break;
                    }
                    if name.len() > LONGEST_NAME {
                        self.add(member.key, &format!("a name is longer than {LONGEST_NAME} bytes"), None);
                        continue;
                    }
                    let attribute = self.at(name, |reader| reader.attribute(&member.node, depth + 1));
                    let nullable = attribute.nullable || !required.contains(name.as_ref());
                    members.insert(Arc::clone(name), Attribute { nullable, ..attribute });
                }
            }
            Some(_) => self.add(properties.and_then(|node| node.span), "`properties` is a map", None),
        }
        match node.get("additionalProperties").map(|member| &member.node) {
            Some(Node { content: Content::Bool(false), .. }) => Type::Object { members, closed: true },
            None => Type::Object { members, closed: false },
            Some(Node { content: Content::Bool(true), .. }) if properties.is_some() => Type::Object { members, closed: false },
            Some(values) => {
                let values = self.at("additionalProperties", |reader| reader.attribute(values, depth + 1));
                Type::Map { values: Box::new(values), known: members }
            }
        }
    }

    fn required(&mut self, node: &'r Node) -> HashSet<&'r str> {
        match node.get("required").map(|member| &member.node) {
            None => HashSet::new(),
            Some(Node { content: Content::List(items), .. }) => items.iter().filter_map(Node::as_text).map(|text| &**text).collect(),
            Some(other) => {
                self.add(other.span, &format!("`required` is a list, found {}", other.what()), None);
                HashSet::new()
            }
        }
    }

    /// What is said beside the type; it adds to what a reference brought.
    fn notes(&mut self, node: &'r Node, attribute: &mut Attribute, depth: usize) {
        attribute.pii |= node.get(PII).is_some_and(|member| matches!(member.node.content, Content::Bool(true)));
        if let Some(text) = node.get("description").and_then(|member| member.node.as_text()) {
            self.meter.bytes(text.len(), node.span, self.problems);
            attribute.description = Some(text.to_string());
        }
        if let Some(member) = node.get(MAX_AGE) {
            match read_max_age(&member.node) {
                Ok(seconds) => attribute.max_age = seconds,
                Err((message, help)) => self.add(member.node.span, &message, Some(help)),
            }
        }
        if let Some(member) = node.get(DEFAULT) {
            match read_default(&member.node, attribute, self.deepest.saturating_sub(depth), self.meter.room()) {
                Ok(default) => {
                    self.meter.bytes(default.as_ref().map_or(0, value_bytes), node.span, self.problems);
                    attribute.default = default;
                }
                Err(message) => self.add(member.node.span, &message, None),
            }
        }
    }

    fn at<T>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.place.push(step.into());
        let read = read(self);
        self.place.pop();
        read
    }

    fn add(&mut self, span: Option<Span>, message: &str, help: Option<String>) {
        let place = if self.place.is_empty() { "the JSON Schema".to_owned() } else { quoted(&self.place.join(".")) };
        self.problems.add_with(span, format!("{place}: {message}"), help);
    }
}

fn is_time(node: &Node) -> bool {
    node.get("format").and_then(|member| member.node.as_text()).is_some_and(|format| &**format == DATE_TIME)
}

/// The type of `enum` and `const` without `type`: that of the values, if they are of one.
fn listed(node: &Node, texts: Type) -> Attribute {
    let items: &[Node] = match (node.get("enum").map(|member| &member.node.content), node.get("const")) {
        (Some(Content::List(items)), _) => items,
        (None, Some(member)) => std::slice::from_ref(&member.node),
        _ => &[],
    };
    let nullable = items.iter().any(|item| matches!(item.content, Content::Null));
    let mut others = items.iter().filter(|item| !matches!(item.content, Content::Null));
    let kind = |item: &Node| match &item.content {
        Content::Bool(_) => Type::Bool,
        Content::Number(number) if number.is_i64() => Type::Integer,
        Content::Number(_) => Type::Number,
        Content::Text(_) => texts.clone(),
        Content::List(_) | Content::Map(_) | Content::Null => Type::Any,
    };
    let Some(first) = others.next().map(kind) else { return Attribute::new(Type::Any) };
    let same = others.all(|item| kind(item).name() == first.name());
    if same { Attribute { nullable, ..Attribute::new(first) } } else { Attribute::new(Type::Any) }
}
