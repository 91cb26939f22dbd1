//! What is known of a checked expression.

use std::rc::Rc;

use super::bound::Work;
use crate::context::SlotId;
use crate::hir::NodeId;
use crate::schema::{Attribute, Type};
use crate::source::Span;
use crate::value::{ErrorKinds, Kinds};

/// A checked expression: its node, and what is known of its value.
#[derive(Clone, Debug)]
pub(super) struct Typed<'c> {
    pub(super) node: NodeId,
    pub(super) span: Span,
    pub(super) ty: Ty<'c>,
    /// What it, its parts included, may fail with.
    pub(super) errors: ErrorKinds,
    /// The most that it can cost.
    pub(super) work: Work,
    /// The attribute that it is, if it is just that.
    pub(super) attribute: Option<Attr>,
    /// Attributes that are there if it is truthy.
    pub(super) when_true: Vec<SlotId>,
    /// Attributes that are there if it is falsy.
    pub(super) when_false: Vec<SlotId>,
}

/// An attribute that is read whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attr {
    pub(super) slot: SlotId,
    /// Whether a schema declares it.
    pub(super) declared: bool,
}

/// The kinds of a value, and what is known of its parts.
#[derive(Clone, Debug)]
pub(super) struct Ty<'c> {
    pub(super) kinds: Kinds,
    pub(super) shape: Shape<'c>,
}

/// What is known of the parts of a value.
#[derive(Clone, Debug)]
pub(super) enum Shape<'c> {
    /// Nothing.
    Unknown,
    /// What a schema declares.
    Declared(&'c Attribute),
    /// The elements of a list.
    Elements(Rc<Ty<'c>>),
}

impl<'c> Ty<'c> {
    pub(super) const ANY: Ty<'static> = Ty::of(Kinds::ANY);

    pub(super) const fn of(kinds: Kinds) -> Ty<'c> {
        Ty { kinds, shape: Shape::Unknown }
    }

    pub(super) fn declared(attribute: &'c Attribute, kinds: Kinds) -> Ty<'c> {
        Ty { kinds, shape: Shape::Declared(attribute) }
    }

    pub(super) fn list(element: Ty<'c>) -> Ty<'c> {
        Ty { kinds: Kinds::LIST, shape: Shape::Elements(Rc::new(element)) }
    }

    pub(super) fn is_nullable(&self) -> bool {
        self.kinds.meets(Kinds::NULL)
    }

    /// The kinds without `NULL`.
    pub(super) fn some(&self) -> Kinds {
        self.kinds.and(Kinds::SOME)
    }

    /// Whether it can be nothing but `NULL`.
    pub(super) fn is_null(&self) -> bool {
        self.kinds == Kinds::NULL
    }

    pub(super) fn present(mut self) -> Ty<'c> {
        self.kinds = self.some();
        self
    }

    pub(super) fn or_null(mut self) -> Ty<'c> {
        self.kinds = self.kinds.or(Kinds::NULL);
        self
    }

    /// What an element of the list, or a value of the map, is.
    pub(super) fn element(&self, strict: bool) -> Ty<'c> {
        match &self.shape {
            Shape::Elements(element) => element.as_ref().clone(),
            Shape::Declared(Attribute { ty: Type::List(element), .. }) => Ty::declared(element, element.kinds(strict)),
            Shape::Declared(Attribute { ty: Type::Map { values, known }, .. }) if known.is_empty() => Ty::declared(values, values.kinds(strict)),
            Shape::Declared(_) | Shape::Unknown => Ty::ANY,
        }
    }

    /// What a member of that name is; `None` where the schema declares none of that name.
    pub(super) fn member(&self, name: &str, strict: bool) -> Option<Ty<'c>> {
        match &self.shape {
            Shape::Declared(attribute) => match &attribute.ty {
                Type::Object { members, closed } => match members.get(name) {
                    Some(member) => Some(Ty::declared(member, member.kinds(strict))),
                    None if *closed => None,
                    None => Some(Ty::ANY),
                },
                Type::Map { values, known } => Some(match known.get(name) {
                    Some(member) => Ty::declared(member, member.kinds(strict)),
                    None => Ty::declared(values, values.kinds(strict)).or_null(),
                }),
                Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::List(_) | Type::Any => Some(Ty::ANY),
            },
            Shape::Unknown | Shape::Elements(_) => Some(Ty::ANY),
        }
    }

    /// What a value is that is one or the other.
    pub(super) fn join(self, other: Ty<'c>) -> Ty<'c> {
        let kinds = self.kinds.or(other.kinds);
        let shape = match (self.shape, other.shape) {
            (Shape::Declared(a), Shape::Declared(b)) if std::ptr::eq(a, b) => Shape::Declared(a),
            (shape, _) if other.kinds.within(Kinds::NULL) => shape,
            (_, shape) if self.kinds.within(Kinds::NULL) => shape,
            (Shape::Elements(a), Shape::Elements(b)) => Shape::Elements(Rc::new(a.as_ref().clone().join(b.as_ref().clone()))),
            (Shape::Unknown | Shape::Declared(_) | Shape::Elements(_), _) => Shape::Unknown,
        };
        Ty { kinds, shape }
    }

    /// The values that an enumeration lists, and whether it is open.
    pub(super) fn listed(&self) -> Option<(&'c [std::sync::Arc<str>], bool)> {
        match &self.shape {
            Shape::Declared(Attribute { ty: Type::Enum { values, open }, .. }) => Some((values, *open)),
            Shape::Declared(_) | Shape::Unknown | Shape::Elements(_) => None,
        }
    }
}
