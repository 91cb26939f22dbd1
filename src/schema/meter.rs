//! What reading a schema may cost: attributes, and bytes that a short text makes many times.

use super::{Attribute, Type};
use crate::document::Problems;
use crate::limits::Limits;
use crate::source::Span;
use crate::value::Value;

/// Bytes of copied declarations for each attribute that a schema may have.
const BYTES_PER_ATTRIBUTE: usize = 1024;

/// Counts what a schema has grown to. Declaring one key of a map copies the declaration of its values, and a reference in a JSON Schema reads its target anew:
/// without a count, a short text could ask for any amount of memory.
pub(super) struct Meter {
    attributes: usize,
    bytes: usize,
    most_attributes: usize,
}

impl Meter {
    pub(super) fn new(limits: &Limits) -> Meter {
        Meter { attributes: 0, bytes: 0, most_attributes: limits.schema_attributes }
    }

    /// Charges for one attribute.
    pub(super) fn attribute(&mut self, span: Option<Span>, problems: &mut Problems) {
        self.charge(1, 0, span, problems);
    }

    /// Charges for bytes of texts and values.
    pub(super) fn bytes(&mut self, bytes: usize, span: Option<Span>, problems: &mut Problems) {
        self.charge(0, bytes, span, problems);
    }

    /// Charges for a copy of a declaration and all its parts.
    pub(super) fn copy(&mut self, attribute: &Attribute, span: Option<Span>, problems: &mut Problems) {
        let (attributes, bytes) = cost(attribute);
        self.charge(attributes, bytes, span, problems);
    }

    /// Bytes that may still be charged.
    pub(super) fn room(&self) -> usize {
        self.most_bytes().saturating_sub(self.bytes)
    }

    fn most_bytes(&self) -> usize {
        self.most_attributes.saturating_mul(BYTES_PER_ATTRIBUTE)
    }

    fn charge(&mut self, attributes: usize, bytes: usize, span: Option<Span>, problems: &mut Problems) {
        self.attributes = self.attributes.saturating_add(attributes);
        self.bytes = self.bytes.saturating_add(bytes);
        if self.attributes > self.most_attributes {
            problems.stop(span, format!("declares more than {} attributes", self.most_attributes));
        } else if self.bytes > self.most_bytes() {
            problems.stop(span, "repeats declarations that are too large");
        }
    }
}

/// Attributes and bytes of a declaration with all its parts.
fn cost(attribute: &Attribute) -> (usize, usize) {
    let default = attribute.default.as_ref().map_or(0, value_bytes);
    let own = (1, attribute.description.as_ref().map_or(0, String::len) + default);
    let parts: Box<dyn Iterator<Item = &Attribute>> = match &attribute.ty {
        Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Any => Box::new(std::iter::empty()),
        Type::Enum { values, .. } => return (own.0, own.1 + enum_bytes(values.len())),
        Type::List(element) => Box::new(std::iter::once(&**element)),
        Type::Map { values, known } => Box::new(std::iter::once(&**values).chain(known.values())),
        Type::Object { members, .. } => Box::new(members.values()),
    };
    parts.map(cost).fold(own, |sum, part| (sum.0 + part.0, sum.1 + part.1))
}

/// Bytes of a list of shared texts.
pub(super) fn enum_bytes(values: usize) -> usize {
    values.saturating_mul(16)
}

/// Bytes of a default, roughly.
pub(super) fn value_bytes(value: &Value) -> usize {
    const OWN: usize = 32;
    OWN.saturating_add(usize::try_from(value.size()).unwrap_or(usize::MAX))
}
