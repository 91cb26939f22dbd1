//! `default` and `max_age`: read, and checked against the type that they stand beside.

use std::sync::Arc;

use indexmap::IndexMap;

use super::conform::{Conformer, Misfit, Pointer};
use super::{Attribute, Schema, Type, path};
use crate::document::{Content, Member, Node, Problems, quoted};
use crate::limits::Limits;
use crate::source::Span;
use crate::value::json::from_serde;
use crate::value::{LONGEST_DURATION, Value, parse_duration};

/// A `default` as the attribute wants it; `None` for `null`, which is none. `levels` is how many lists and maps may stand inside one another in
/// it, `room` how many bytes members may add that have defaults of their own.
pub(super) fn read_default(node: &Node, attribute: &Attribute, levels: usize, mut room: usize) -> Result<Option<Value>, String> {
    if let Content::Null = node.content {
        return Ok(None);
    }
    let value = from_serde(&node.to_value(), levels).map_err(|problem| format!("`default`: {problem}"))?;
    fit(attribute, value, &mut room).map(Some)
}

/// A `max_age` in seconds; `None` for `null`, which is none. Else the message and the help.
pub(super) fn read_max_age(node: &Node) -> Result<Option<u64>, (String, String)> {
    let seconds = match &node.content {
        Content::Null => return Ok(None),
        Content::Number(number) => number.as_u64().filter(|seconds| *seconds <= LONGEST_DURATION),
        Content::Text(text) => parse_duration(text),
        Content::Bool(_) | Content::List(_) | Content::Map(_) => None,
    };
    let help = "write a whole number of seconds, or `60s`, `2m`, `1h`, `1d`; ten years at most";
    seconds.map(Some).ok_or_else(|| (format!("`max_age` is a duration, found {}", node.what()), help.to_owned()))
}

/// Fits each default to its declaration once all are known: members may have been declared, with defaults of their own, after the object that they are part of.
pub(super) fn settle(schema: &mut Schema, declarations: &IndexMap<Arc<str>, Member>, limits: &Limits, problems: &mut Problems) {
    let mut room = limits.schema_bytes;
    for (name, attribute) in &mut schema.attributes {
        let mut report = |path: &str, message: String| {
            let place: Option<Span> = declarations.get(path).and_then(|member| member.node.get("default")?.node.span);
            problems.add(place, format!("{}: {message}", quoted(path)));
        };
        settle_attribute(&path::print([&**name]), attribute, &mut room, &mut report);
    }
}

fn settle_attribute(path: &str, attribute: &mut Attribute, room: &mut usize, report: &mut dyn FnMut(&str, String)) {
    match &mut attribute.ty {
        Type::List(element) => settle_attribute(path, element, room, report),
        Type::Map { values, known } => {
            settle_attribute(path, values, room, report);
            known.iter_mut().for_each(|(name, member)| settle_attribute(&path::join(path, name), member, room, report));
        }
        Type::Object { members, .. } => members.iter_mut().for_each(|(name, member)| settle_attribute(&path::join(path, name), member, room, report)),
        Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::Any => {}
    }
    if let Some(default) = attribute.default.take() {
        match fit(attribute, default, room) {
            Ok(default) => attribute.default = Some(default),
            Err(message) => report(path, message),
        }
    }
}

/// A default as its attribute, which has none yet or another one, wants it.
fn fit(attribute: &Attribute, default: Value, room: &mut usize) -> Result<Value, String> {
    let mut conformer = Conformer { strict: true, warnings: Vec::new(), room: *room };
    let fitted = conformer.fit(attribute, default, &mut Pointer::default());
    *room = conformer.room;
    match (fitted, conformer.warnings.into_iter().next()) {
        (Ok(default), None) => Ok(default),
        (Err(misfit), _) | (Ok(_), Some(misfit)) => Err(told(&misfit)),
    }
}

fn told(misfit: &Misfit) -> String {
    let place = if misfit.pointer.is_empty() { String::new() } else { format!(" at {}", quoted(&misfit.pointer)) };
    format!("the default does not fit{place}: {}", misfit.message)
}
