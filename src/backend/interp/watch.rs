//! Looking on while a rule is evaluated: what traces are made of.

use crate::hir::NodeId;
use crate::value::{EvalError, Value};

/// A sub-expression: a node, or the result of a chain's link.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Place {
    /// A node.
    Node(NodeId),
    /// Link number so-and-so of a chain.
    Link(NodeId, usize),
}

/// What a sub-expression gave.
pub type Seen<'s> = Result<&'s Value, EvalError>;

/// Is shown every result. [`Watch::ACTIVE`] is known when the interpreter is compiled, so that an evaluation that nobody watches pays nothing.
pub trait Watch {
    /// Whether anybody looks.
    const ACTIVE: bool;

    /// A sub-expression has given something.
    fn see(&mut self, place: Place, seen: Seen<'_>);
}

/// Nobody looks.
pub(super) struct Unwatched;

impl Watch for Unwatched {
    const ACTIVE: bool = false;

    fn see(&mut self, _place: Place, _seen: Seen<'_>) {}
}
