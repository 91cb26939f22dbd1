//! Sample contexts to a schema.

mod shape;

use serde_json::Value;

use super::SchemaError;
use super::declare::keeps_mark;
use super::{Attribute, Schema, Type};
use crate::limits::Limits;
use shape::{Budget, Shape};

/// Guesses a schema from sample contexts.
///
/// - Kinds become types; a mixture (Integer and Float apart) becomes `any`, and so does what is always empty.
/// - What is missing or `null` in any sample is nullable.
/// - A Text with few values that are repeated often becomes an `enum`, open: samples prove nothing about other values.
/// - An object with many distinct keys becomes a map.
/// - Personal data is not guessed: an attribute that the built-in schema marks is marked, whatever its type turns out to be; the rest is for a person to mark.
///
/// Memory is bounded by the limits on schemas, however many samples there are; an object whose members were not all kept is left open.
///
/// ```
/// use triggerfish::schema::{Inference, Type};
/// let mut inference = Inference::default();
/// inference.observe(&serde_json::json!({ "user": { "age": 41, "email_addr": "a@acme.example" } }))?;
/// inference.observe(&serde_json::json!({ "user": { "age": 41.5 } }))?;
/// let schema = inference.finish();
/// let user = &schema.attributes["user"];
/// assert_eq!((user.member("age").unwrap().ty.clone(), user.nullable), (Type::Number, false));
/// assert!(user.member("email_addr").unwrap().pii);
/// # Ok::<(), triggerfish::schema::SchemaError>(())
/// ```
#[derive(Debug)]
pub struct Inference {
    root: Shape,
    samples: u64,
    limits: Limits,
    budget: Budget,
}

impl Default for Inference {
    fn default() -> Self {
        Inference::new(&Limits::default())
    }
}

impl Inference {
    /// An inference that has seen nothing.
    #[must_use]
    pub fn new(limits: &Limits) -> Inference {
        Inference { root: Shape::default(), samples: 0, budget: Budget::new(limits), limits: limits.clone() }
    }

    /// Takes one sample context into account.
    ///
    /// # Errors
    /// A sample that is no object; it does not count.
    pub fn observe(&mut self, context: &Value) -> Result<(), SchemaError> {
        let Value::Object(members) = context else {
            let found = match context {
                Value::Null => "`null`",
                Value::Bool(_) => "a Bool",
                Value::Number(_) => "a Number",
                Value::String(_) => "a Text",
                Value::Array(_) => "a list",
                Value::Object(_) => "an object",
            };
            return Err(SchemaError { message: format!("a context is an object, found {found}"), help: None, span: None, position: None });
        };
        self.samples = self.samples.saturating_add(1);
        self.root.observe_members(members, self.limits.effective_json_depth(), false, &mut self.budget);
        if self.budget.must_recount {
            self.budget = Budget::new(&self.limits);
            self.root.recount(&mut self.budget);
        }
        Ok(())
    }

    /// How many samples have been taken into account.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// The schema that all samples fit, standing alone and lenient.
    #[must_use]
    pub fn finish(self) -> Schema {
        let builtin = Schema::builtin();
        let samples = self.samples;
        let members = self.root.members.into_iter();
        let attributes = members
            .map(|(name, shape)| {
                let attribute = attribute(shape, samples, builtin.attributes.get(&name), false);
                (name, attribute)
            })
            .collect();
        Schema { attributes, strict: false }
    }
}

/// What a shape says of an attribute that could have been there so many times.
/// `before` is the built-in declaration of it, whose marks it shares; `marked` says that it is a part of something marked.
fn attribute(shape: Shape, chances: u64, before: Option<&Attribute>, marked: bool) -> Attribute {
    let nullable = shape.values < chances || shape.values == 0;
    let marked = marked || before.is_some_and(|before| before.pii);
    let ty = ty(shape, before, marked);
    let pii = keeps_mark(&ty, before, true);
    Attribute { nullable, pii, ..Attribute::new(ty) }
}

fn ty(mut shape: Shape, before: Option<&Attribute>, marked: bool) -> Type {
    match shape.only_kind() {
        None => Type::Any,
        Some(shape::Seen::Bool) => Type::Bool,
        Some(shape::Seen::Integer) => Type::Integer,
        Some(shape::Seen::Number) => Type::Number,
        // The values of marked attributes are not to be listed in a file.
        Some(shape::Seen::Text) => match shape.enumeration() {
            Some(values) if !marked => Type::Enum { values, open: true },
            Some(_) | None => Type::Text,
        },
        Some(shape::Seen::List) => {
            let element = *shape.element.take().unwrap_or_default();
            let chances = element.met;
            Type::list(attribute(element, chances, before.and_then(Attribute::element), marked))
        }
        Some(shape::Seen::Object) => object(shape, before, marked),
    }
}

fn object(mut shape: Shape, before: Option<&Attribute>, marked: bool) -> Type {
    if shape.is_sparse() {
        shape.collapse(&mut Budget::unlimited());
    }
    if let Some(values) = shape.map_values.take() {
        let chances = values.met;
        return Type::map(attribute(*values, chances, before.and_then(Attribute::map_values), marked));
    }
    // What no sample had is an unknown attribute, as at the top level, if the samples had anything and all of it was kept.
    let closed = !shape.partial && !shape.members.is_empty();
    let objects = shape.objects;
    let members = shape.members.into_iter().map(|(name, member)| {
        let attribute = attribute(member, objects, before.and_then(|before| before.member(&name)), marked);
        (name, attribute)
    });
    Type::Object { members: members.collect(), closed }
}
