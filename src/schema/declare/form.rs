//! What one declaration says: `text`, or `{ type: text, pii: true }`.

use std::sync::Arc;

use super::super::defaults::{read_default, read_max_age};
use super::super::meter::{enum_bytes, value_bytes};
use super::super::type_name::{self, Named};
use super::super::{Attribute, Type, path};
use super::{Declarations, Members, Reader, keeps_mark, open};
use crate::document::{Content, Member, Node};
use crate::document::{did_you_mean, quoted};
use crate::source::Span;

/// The keys of a declaration.
const KEYS: [&str; 11] = ["type", "values", "open", "of", "closed", "attributes", "nullable", "pii", "description", "default", "max_age"];

impl Reader<'_> {
    /// Reads one declaration. `before` is what it replaces or amends.
    pub(super) fn declaration(&mut self, node: &Node, before: Option<&Attribute>, depth: usize, name: &str) -> Option<Attribute> {
        self.meter.attribute(node.span, self.problems);
        if depth > self.deepest {
            self.problems.add(node.span, format!("{}: nests deeper than {} levels", quoted(name), self.deepest));
        }
        if depth > self.deepest || self.problems.fatal {
            return None;
        }
        match &node.content {
            Content::Text(word) => {
                let ty = match self.named(word, node.span, depth, name)? {
                    Named::Type(ty) => ty,
                    Named::Enum => {
                        self.add(node.span, name, "an `enum` needs its values", Some("write `{ type: enum, values: [..] }`"));
                        return None;
                    }
                };
                Some(Attribute { pii: keeps_mark(&ty, before, false), ..Attribute::new(ty) })
            }
            Content::Map(keys) => self.long_form(keys, node, before, depth, name),
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::List(_) => {
                let message = format!("expected a type such as `text`, or a map with the key `type`, found {}", node.what());
                self.add(node.span, name, &message, None);
                None
            }
        }
    }

    fn named(&mut self, word: &str, span: Option<Span>, depth: usize, name: &str) -> Option<Named> {
        match type_name::parse(word, self.deepest - depth) {
            Ok(named) => {
                self.meter.bytes(word.len().saturating_mul(16), span, self.problems);
                Some(named)
            }
            Err((message, help)) => {
                self.add(span, name, &message, help.as_deref());
                None
            }
        }
    }

    fn long_form(&mut self, keys: &Declarations, node: &Node, before: Option<&Attribute>, depth: usize, name: &str) -> Option<Attribute> {
        for (key, member) in keys.iter().filter(|(key, _)| !KEYS.contains(&&***key)) {
            let help = did_you_mean(key, KEYS).unwrap_or_else(|| format!("keys are {}", KEYS.join(", ")));
            self.add(member.key, name, &format!("unknown key {}", quoted(key)), Some(&help));
        }
        let mut attribute = match keys.get("type") {
            Some(member) => self.typed(keys, &member.node, before, depth, name)?,
            None => self.amended(keys, node, before, depth, name)?,
        };
        if let Some(nullable) = self.flag(keys, "nullable", name) {
            attribute.nullable = nullable;
        }
        if let Some(pii) = self.flag(keys, "pii", name) {
            attribute.pii = pii;
        }
        if let Some(member) = keys.get("description") {
            match member.node.as_text() {
                Some(text) => attribute.description = Some(text.to_string()),
                None => self.add(member.node.span, name, &format!("`description` is a text, found {}", member.node.what()), None),
            }
        }
        if let Some(member) = keys.get("max_age") {
            match read_max_age(&member.node) {
                Ok(seconds) => attribute.max_age = seconds,
                Err((message, help)) => self.add(member.node.span, name, &message, Some(&help)),
            }
        }
        if let Some(member) = keys.get("default") {
            match read_default(&member.node, &attribute, self.deepest.saturating_sub(depth), self.meter.room()) {
                Ok(default) => {
                    self.meter.bytes(default.as_ref().map_or(0, value_bytes), member.key, self.problems);
                    attribute.default = default;
                }
                Err(message) => self.add(member.node.span, name, &message, None),
            }
        }
        Some(attribute)
    }

    /// A declaration with the key `type`.
    fn typed(&mut self, keys: &Declarations, node: &Node, before: Option<&Attribute>, depth: usize, name: &str) -> Option<Attribute> {
        let Some(word) = node.as_text() else {
            self.add(node.span, name, &format!("`type` is the name of a type, found {}", node.what()), None);
            return None;
        };
        let mut ty = match self.named(word, node.span, depth, name)? {
            Named::Type(ty) => ty,
            Named::Enum => self.values(keys, node.span, name)?,
        };
        self.keys_fit(&ty, keys, name);
        if let Some(member) = keys.get("of") {
            let before = before.and_then(|before| if ty.name() == "list" { before.element() } else { before.map_values() });
            let inner = self.declaration(&member.node, before, depth + 1, name)?;
            match &mut ty {
                Type::List(part) | Type::Map { values: part, .. } if **part == Attribute::new(Type::Any) => **part = inner,
                Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::Object { .. } | Type::Any => {}
                Type::List(_) | Type::Map { .. } => {
                    self.add(member.key, name, "what the elements are is told twice", Some("write `list` or `map` without `<>` beside `of`"))
                }
            }
        }
        if let Type::Object { closed, .. } = &mut ty {
            *closed = self.flag(keys, "closed", name).unwrap_or(false);
        }
        let mut attribute = Attribute::new(ty);
        self.members(keys, &mut attribute, before, depth, name);
        attribute.pii = keeps_mark(&attribute.ty, before, keys.contains_key("of"));
        Some(attribute)
    }

    /// A declaration without the key `type`: it says more of what is declared, or of an object that is not.
    fn amended(&mut self, keys: &Declarations, node: &Node, before: Option<&Attribute>, depth: usize, name: &str) -> Option<Attribute> {
        let mut attribute = match before {
            Some(before) => {
                self.meter.copy(before, node.span, self.problems);
                if self.problems.fatal {
                    return None;
                }
                before.clone()
            }
            None if keys.contains_key("attributes") => Attribute::new(Type::Object { members: Members::new(), closed: true }),
            None => {
                let help = if keys.contains_key("values") { "add `type: enum`" } else { "add `type`" };
                self.add(node.span, name, "the type is missing", Some(help));
                return None;
            }
        };
        if keys.contains_key("attributes") && open(&mut attribute).is_none() {
            self.add(node.span, name, &format!("has the type `{}` and no members", attribute.ty.name()), Some("add `type: object` to replace it"));
            return None;
        }
        if let Type::Enum { .. } = attribute.ty
            && keys.contains_key("values")
        {
            attribute.ty = self.values(keys, node.span, name)?;
        } else if let Type::Enum { open, .. } = &mut attribute.ty
            && let Some(flag) = self.flag(keys, "open", name)
        {
            *open = flag;
        }
        if let Type::Object { closed, .. } = &mut attribute.ty
            && let Some(flag) = self.flag(keys, "closed", name)
        {
            *closed = flag;
        }
        if keys.contains_key("of") {
            self.add(node.span, name, "`of` needs a `type` beside it", Some("add `type: list` or `type: map`"));
        }
        self.keys_fit(&attribute.ty, keys, name);
        self.members(keys, &mut attribute, before, depth, name);
        Some(attribute)
    }

    /// The members below `attributes`, by their plain names.
    fn members(&mut self, keys: &Declarations, attribute: &mut Attribute, before: Option<&Attribute>, depth: usize, name: &str) {
        let Some(member) = keys.get("attributes") else { return };
        let Content::Map(declarations) = &member.node.content else {
            self.add(member.node.span, name, &format!("`attributes` is a map, found {}", member.node.what()), None);
            return;
        };
        let Some((members, values)) = open(attribute) else { return };
        for (key, member) in declarations {
            if self.problems.fatal {
                return;
            }
            if !self.names_are_sound(std::slice::from_ref(key), member.key) {
                continue;
            }
            let before = members.get(key).or(before.and_then(|before| before.member(key))).or(values);
            if let Some(declared) = self.declaration(&member.node, before, depth + 1, &path::join(name, key)) {
                members.insert(Arc::clone(key), declared);
            }
        }
    }

    fn values(&mut self, keys: &Declarations, span: Option<Span>, name: &str) -> Option<Type> {
        let Some(Member { node, .. }) = keys.get("values") else {
            self.add(span, name, "an `enum` needs its values", Some("add `values: [..]`"));
            return None;
        };
        let Content::List(items) = &node.content else {
            self.add(node.span, name, &format!("`values` is a list of texts, found {}", node.what()), None);
            return None;
        };
        let mut values: indexmap::IndexSet<Arc<str>> = indexmap::IndexSet::new();
        for item in items {
            match item.as_text() {
                Some(text) if values.contains(text) => self.add(item.span, name, &format!("{} is listed twice", quoted(text)), None),
                Some(text) => {
                    values.insert(Arc::clone(text));
                }
                None => self.add(item.span, name, &format!("`values` lists texts, found {}", item.what()), Some("quote it if it is one")),
            }
        }
        if values.is_empty() {
            self.add(node.span, name, "an `enum` needs at least one value", None);
            return None;
        }
        self.meter.bytes(enum_bytes(values.len()), node.span, self.problems);
        let open = self.flag(keys, "open", name).unwrap_or(false);
        Some(Type::Enum { values: values.into_iter().collect(), open })
    }

    /// Reports keys that say nothing of a type.
    fn keys_fit(&mut self, ty: &Type, keys: &Declarations, name: &str) {
        let is = |names: &[&str]| names.contains(&ty.name());
        let rules: [(&str, bool, &str); 5] = [
            ("values", is(&["enum"]), "`values` belongs to `type: enum`"),
            ("open", is(&["enum"]), "`open` belongs to `type: enum`"),
            ("of", is(&["list", "map"]), "`of` belongs to `type: list` and `type: map`"),
            ("closed", is(&["object"]), "`closed` belongs to `type: object`"),
            ("attributes", is(&["object", "map"]), "`attributes` belongs to `type: object` and `type: map`"),
        ];
        for (key, fits, message) in rules {
            if let Some(member) = keys.get(key).filter(|_| !fits) {
                let help = (key == "attributes" && is(&["list"])).then_some("write `{ type: list, of: { type: object, attributes: {..} } }`");
                self.add(member.key, name, message, help);
            }
        }
    }

    fn flag(&mut self, keys: &Declarations, key: &str, name: &str) -> Option<bool> {
        let node = &keys.get(key)?.node;
        if let Content::Bool(flag) = node.content {
            return Some(flag);
        }
        self.add(node.span, name, &format!("`{key}` is `true` or `false`, found {}", node.what()), None);
        None
    }

    fn add(&mut self, span: Option<Span>, name: &str, message: &str, help: Option<&str>) {
        self.problems.add_with(span, format!("{}: {message}", quoted(name)), help.map(str::to_owned));
    }
}
