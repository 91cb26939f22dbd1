//! What an expression gives while it is evaluated, and where a lambda's parameters are.

use std::ops::Deref;

use crate::value::Value;

/// A value, borrowed where it already exists.
#[derive(Debug)]
pub(super) enum Operand<'v> {
    Borrowed(&'v Value),
    Owned(Value),
}

const NULL: &Value = &Value::Null;

impl Operand<'_> {
    pub(super) const NULL: Operand<'static> = Operand::Borrowed(NULL);

    pub(super) fn into_value(self) -> Value {
        match self {
            Operand::Borrowed(value) => value.clone(),
            Operand::Owned(value) => value,
        }
    }
}

impl Deref for Operand<'_> {
    type Target = Value;

    fn deref(&self) -> &Value {
        match self {
            Operand::Borrowed(value) => value,
            Operand::Owned(value) => value,
        }
    }
}

impl From<bool> for Operand<'_> {
    fn from(value: bool) -> Self {
        Operand::Owned(Value::Bool(value))
    }
}

/// The arguments of the lambdas around an expression, innermost first. Frames live on the stack.
#[derive(Clone, Copy)]
pub(super) struct Frame<'f> {
    pub(super) args: &'f [&'f Value],
    pub(super) outer: Option<&'f Frame<'f>>,
}

impl<'f> Frame<'f> {
    pub(super) const OUTERMOST: Frame<'static> = Frame { args: &[], outer: None };

    /// The parameter at a place of the lambda that is so many lambdas out.
    pub(super) fn parameter(&'f self, up: u16, place: u8) -> &'f Value {
        let mut frame = self;
        for _ in 0..up {
            match frame.outer {
                Some(outer) => frame = outer,
                None => return NULL,
            }
        }
        frame.args.get(usize::from(place)).copied().unwrap_or(NULL)
    }
}
