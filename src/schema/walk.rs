//! From a path of names to its declaration.

use super::{Attribute, Schema, Type};

/// What a schema says of a path such as `user.department`.
#[derive(Clone, Copy, Debug)]
pub enum Lookup<'s> {
    /// It is declared.
    Declared {
        /// The declaration.
        attribute: &'s Attribute,
        /// Whether it, or something that it is a part of, is marked `pii`.
        pii: bool,
        /// Whether it may read as `NULL` because it, or something that it is a part of, may be missing or too old.
        nullable: bool,
    },
    /// It lies below something of type `any`, or is an undeclared member of an open object.
    Free {
        /// Whether something that it is a part of is marked `pii`.
        pii: bool,
    },
    /// The name at this place of the path is not declared there.
    Unknown {
        /// Which name, counted from 0.
        at: usize,
    },
    /// The name at this place of the path is asked of something that has no members.
    NoMembers {
        /// Which name, counted from 0.
        at: usize,
        /// What it is asked of.
        parent: &'s Attribute,
    },
}

impl Schema {
    /// What the schema says of a path of names. Undeclared attributes count as `pii`.
    #[must_use]
    pub fn lookup<'s, 'p>(&'s self, path: impl IntoIterator<Item = &'p str>) -> Lookup<'s> {
        let mut path = path.into_iter();
        let Some(attribute) = path.next().and_then(|name| self.attributes.get(name)) else {
            return Lookup::Unknown { at: 0 };
        };
        let (mut attribute, mut pii, mut stale) = (attribute, attribute.pii, attribute.max_age.is_some());
        let mut nullable = attribute.may_be_missing();
        for (at, name) in path.enumerate() {
            let at = at + 1;
            let (member, optional) = match &attribute.ty {
                Type::Object { members, closed } => match members.get(name) {
                    Some(member) => (member, false),
                    None if *closed => return Lookup::Unknown { at },
                    None => return Lookup::Free { pii: true },
                },
                // A key that the caller chooses may be missing whatever the type of the values; one that is declared follows its declaration.
                Type::Map { values, known } => known.get(name).map_or((values.as_ref(), true), |member| (member, false)),
                Type::Any => return Lookup::Free { pii },
                Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::List(_) => {
                    return Lookup::NoMembers { at, parent: attribute };
                }
            };
            pii |= member.pii;
            stale |= member.max_age.is_some();
            // A part of what is missing is missing too, and so reads as its default; a part of what is too old does not.
            nullable = if member.default.is_some() { stale } else { nullable || optional || member.may_be_missing() };
            attribute = member;
        }
        Lookup::Declared { attribute, pii, nullable }
    }

    /// The names that are declared next to the name at place `at` of a path: for "did you mean".
    #[must_use]
    pub fn siblings<'s>(&'s self, path: &[&str], at: usize) -> Vec<&'s str> {
        let mut parents = path.iter().take(at);
        let Some(first) = parents.next() else {
            return self.attributes.keys().map(AsRef::as_ref).collect();
        };
        let parent = parents.try_fold(self.attributes.get(*first), |parent, name| Some(parent?.member(name)));
        let members = match parent.flatten().map(|parent| &parent.ty) {
            Some(Type::Object { members, .. } | Type::Map { known: members, .. }) => members,
            Some(Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::List(_) | Type::Any) | None => {
                return Vec::new();
            }
        };
        members.keys().map(AsRef::as_ref).collect()
    }
}

impl Attribute {
    /// What is declared for a member of that name: in a map, every name has the type of the values unless it is declared itself.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Attribute> {
        match &self.ty {
            Type::Object { members, .. } => members.get(name),
            Type::Map { values, known } => Some(known.get(name).unwrap_or(values)),
            Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::List(_) | Type::Any => None,
        }
    }

    /// What is declared for each element of a list.
    #[must_use]
    pub fn element(&self) -> Option<&Attribute> {
        match &self.ty {
            Type::List(element) => Some(element),
            Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::Map { .. } | Type::Object { .. } | Type::Any => {
                None
            }
        }
    }

    /// What is declared for the values of a map.
    #[must_use]
    pub fn map_values(&self) -> Option<&Attribute> {
        match &self.ty {
            Type::Map { values, .. } => Some(values),
            Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::List(_) | Type::Object { .. } | Type::Any => None,
        }
    }

    /// Whether it, or anything that is a part of it, is marked `pii`.
    #[must_use]
    pub fn holds_pii(&self) -> bool {
        self.pii
            || match &self.ty {
                Type::List(element) => element.holds_pii(),
                Type::Map { values, known } => values.holds_pii() || known.values().any(Attribute::holds_pii),
                Type::Object { members, .. } => members.values().any(Attribute::holds_pii),
                Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::Any => false,
            }
    }
}
