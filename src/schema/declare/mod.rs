//! Declarations on top of what is declared already: here the place of each, in `form` what it says.

mod form;

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::meter::Meter;
use super::{Attribute, Schema, Type, path};
use crate::document::Member;
use crate::document::{Problems, quoted};
use crate::limits::Limits;
use crate::source::Span;

/// Longer names are nobody's, and YAML could not hold them as keys.
pub(super) const LONGEST_NAME: usize = 512;

type Members = IndexMap<Arc<str>, Attribute>;
type Declarations = IndexMap<Arc<str>, Member>;

/// Adds the declarations of a schema file, whose keys are dotted paths.
pub(super) fn declare(schema: &mut Schema, declarations: &Declarations, limits: &Limits, problems: &mut Problems) {
    let mut reader = Reader { problems, meter: Meter::new(limits), deepest: limits.effective_json_depth() };
    let mut paths = Vec::with_capacity(declarations.len());
    let mut seen = HashMap::new();
    for (key, member) in declarations {
        match path::parse(key) {
            Err(reason) => reader.problems.add(member.key, format!("{} is no path: {reason}", quoted(key))),
            Ok(names) if !reader.names_are_sound(&names, member.key) => {}
            Ok(names) => match seen.insert(names.clone(), key) {
                None => paths.push((names, member)),
                Some(before) => reader.problems.add(member.key, format!("{} is declared twice, before as {}", quoted(key), quoted(before))),
            },
        }
    }
    // A parent comes before its parts: what a file means does not depend on the order of its keys.
    paths.sort_by_key(|(names, _)| names.len());
    for (names, member) in paths {
        if reader.problems.fatal {
            return;
        }
        reader.path(&mut schema.attributes, &names, member);
    }
}

struct Reader<'r> {
    problems: &'r mut Problems,
    meter: Meter,
    deepest: usize,
}

impl Reader<'_> {
    fn names_are_sound(&mut self, names: &[Arc<str>], span: Option<Span>) -> bool {
        if names.iter().any(|name| name.len() > LONGEST_NAME) {
            self.problems.add(span, format!("a name is longer than {LONGEST_NAME} bytes"));
            return false;
        }
        if names.len() > self.deepest {
            self.problems.add(span, format!("nests deeper than {} levels", self.deepest));
            return false;
        }
        true
    }

    fn path(&mut self, attributes: &mut Members, names: &[Arc<str>], member: &Member) {
        let Some((last, parents)) = names.split_last() else { return };
        let shown = path::print(names.iter().map(|name| &**name));
        // The members that the next name is one of and, in a map, what stands for a key that is not declared.
        let mut level: (&mut Members, Option<&Attribute>) = (attributes, None);
        for (at, name) in parents.iter().enumerate() {
            let (members, values) = level;
            if !members.contains_key(name) {
                let created = match values {
                    Some(values) => {
                        self.meter.copy(values, member.key, self.problems);
                        if self.problems.fatal {
                            return;
                        }
                        values.clone()
                    }
                    None => {
                        self.meter.attribute(member.key, self.problems);
                        // Whoever declares members one by one declares them all: a name that is not among them is a mistake.
                        Attribute::new(Type::Object { members: Members::new(), closed: true })
                    }
                };
                members.insert(Arc::clone(name), created);
            }
            let Some(parent) = members.get_mut(name) else { return };
            let name = parent.ty.name();
            match open(parent) {
                Some(inner) => level = inner,
                None => {
                    let parent = path::print(parents.iter().take(at + 1).map(|name| &**name));
                    let help = (name == "list").then(|| "what its elements are is told by `of`".to_owned());
                    let message = format!("{}: {} has the type `{name}` and no members", quoted(&shown), quoted(&parent));
                    self.problems.add_with(member.key, message, help);
                    return;
                }
            }
        }
        let (members, values) = level;
        let before = members.get(last).or(values);
        if let Some(attribute) = self.declaration(&member.node, before, names.len(), &shown) {
            members.insert(Arc::clone(last), attribute);
        }
    }
}

/// The members of something that can have some; in a map also what stands for its other keys. What is `any` becomes an open object.
fn open(attribute: &mut Attribute) -> Option<(&mut Members, Option<&Attribute>)> {
    if attribute.ty == Type::Any {
        attribute.ty = Type::Object { members: Members::new(), closed: false };
    }
    match &mut attribute.ty {
        Type::Object { members, .. } => Some((members, None)),
        Type::Map { values, known } => Some((known, Some(values))),
        Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::List(_) | Type::Any => None,
    }
}

/// Whether a new type is marked `pii` because what it replaces is: the mark itself, or marks of parts that the new type no longer tells apart.
/// `parts_inherit` says that the elements of a list or map have been looked at already.
pub(super) fn keeps_mark(ty: &Type, before: Option<&Attribute>, parts_inherit: bool) -> bool {
    let Some(before) = before else { return false };
    before.pii
        || match (ty, &before.ty) {
            // The members have inherited theirs; those that are not declared count as marked.
            (Type::Object { .. }, Type::Object { .. } | Type::Map { .. }) => false,
            (Type::List(_), Type::List(_)) if parts_inherit => false,
            (Type::Map { .. }, Type::Map { known, .. }) if parts_inherit => known.values().any(Attribute::holds_pii),
            _ => before.holds_pii(),
        }
}
