//! The typed, name-free tree that backends run.
//!
//! Nodes live in one vector and refer to each other by id, so a program is dropped, cloned and shared without recursion.
//! What the author wrote left to right (`a.b[0].$TRIM() + c - d`) is one [`Node::Chain`]: a base, and links that are applied to it one after the other.
//! The depth of the tree therefore stays within a small multiple of the nesting limit.

mod dump;

use std::ops::Range;

use crate::builtins::{BuiltinId, Prepared};
use crate::context::{DerivedId, SlotId};
use crate::limits::Limits;
use crate::source::Span;
use crate::value::arith::ArithOp;
use crate::value::compare::CompareOp;
use crate::value::{ErrorKinds, EvalErrorKind, Kinds, Value};

macro_rules! ids {
    ($($(#[doc = $doc:literal])* $name:ident;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub struct $name(u32);

        impl $name {
            pub(crate) fn at(index: usize) -> $name {
                $name(u32::try_from(index).unwrap_or(u32::MAX))
            }

            /// The place in its table.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A node of a program.
    NodeId;
    /// A constant of a program.
    ConstId;
    /// A prepared argument of a program.
    PreparedId;
}

/// A run of neighbours in one of a program's tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run {
    start: u32,
    len: u32,
}

impl Run {
    fn new(start: usize, len: usize) -> Run {
        Run { start: u32::try_from(start).unwrap_or(u32::MAX), len: u32::try_from(len).unwrap_or(0) }
    }

    fn range(self) -> Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }

    /// How many there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// An expression.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Node {
    /// A literal, or what was folded into one.
    Constant(ConstId),
    /// `user.department`: a slot of the context. Where something on the way is no Map, the run of path ends says which part of the path failed.
    Attribute(SlotId, Run),
    /// A lambda's parameter: so many lambdas out, its place there.
    Parameter(u16, u8),
    /// `NOT x`
    Not(NodeId),
    /// `-x`
    Negate(NodeId),
    /// `a == b`
    Compare(CompareOp, NodeId, NodeId),
    /// `a AND b AND c`
    And(Run),
    /// `a OR b OR c`
    Or(Run),
    /// `IF a THEN b ELSE IF c THEN d ELSE e`: condition, value, condition, value; and the rest.
    If(Run, NodeId),
    /// `[a, b]`
    List(Run),
    /// `{k: v}`: key, value, key, value.
    Map(Run),
    /// A base and the links applied to it.
    Chain(NodeId, Run),
    /// A function that takes no argument: `$TIME()`.
    Call(BuiltinId),
}

/// One step of a chain, applied to what is left of it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Link {
    /// What is done.
    pub op: LinkOp,
    /// From the start of the chain to the end of the step.
    pub span: Span,
    /// What is known of the result.
    pub facts: Facts,
}

/// The steps of a chain.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum LinkOp {
    /// `.name`: the name is a constant Text.
    Member(ConstId),
    /// `[index]`
    Index(NodeId),
    /// `[from:to]`
    Slice(Option<NodeId>, Option<NodeId>),
    /// `+ x`, `- x`, `* x`, `/ x`
    Arith(ArithOp, NodeId),
    /// `.$FUNC(args)`: what is left of it is the first argument, the run of arguments are the others.
    Call(BuiltinId, Run, Ready),
}

/// What stands ready for a call, so that it need not be computed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ready {
    /// Nothing.
    Nothing,
    /// A constant argument was prepared when the rule was compiled.
    Argument(PreparedId),
    /// Contexts keep the result where it is derived of a Text.
    Result(DerivedId),
}

/// An argument of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arg {
    /// A value.
    Value(NodeId),
    /// The body of a lambda.
    Lambda(NodeId),
}

/// What is known of a result without running anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Facts {
    /// The kinds that it may have.
    pub kinds: Kinds,
    /// What the expression, its parts included, may fail with.
    pub errors: ErrorKinds,
}

/// A constant, and what its evaluation is charged: as much as if it had not been folded.
#[derive(Clone, Debug)]
pub struct Constant {
    /// The value.
    pub value: Value,
    /// Steps.
    pub steps: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Constant {
    /// Whether its evaluation is charged nothing.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.steps | self.bytes == 0
    }
}

/// A rule, ready to run.
#[derive(Clone, Debug)]
pub struct Program {
    nodes: Vec<Node>,
    spans: Vec<Span>,
    facts: Vec<Facts>,
    links: Vec<Link>,
    children: Vec<NodeId>,
    args: Vec<Arg>,
    path_ends: Vec<u32>,
    constants: Vec<Constant>,
    prepared: Vec<Prepared>,
    root: NodeId,
    /// How deep the source nests: what a walk over the tree needs room for.
    pub nesting: usize,
    /// The limits that it was compiled under and runs under.
    pub limits: Limits,
}

impl Program {
    /// An empty program with room for so many nodes, to be filled from the leaves up.
    #[must_use]
    pub fn new(limits: Limits, nodes: usize) -> Program {
        Program {
            nodes: Vec::with_capacity(nodes),
            spans: Vec::with_capacity(nodes),
            facts: Vec::with_capacity(nodes),
            links: Vec::new(),
            children: Vec::new(),
            args: Vec::new(),
            path_ends: Vec::new(),
            constants: Vec::new(),
            prepared: Vec::new(),
            root: NodeId(0),
            nesting: 0,
            limits,
        }
    }

    // ---- building

    /// Adds a node.
    pub fn add(&mut self, node: Node, span: Span, facts: Facts) -> NodeId {
        let id = NodeId::at(self.nodes.len());
        self.nodes.push(node);
        self.spans.push(span);
        self.facts.push(facts);
        id
    }

    /// Adds a constant.
    pub fn add_constant(&mut self, constant: Constant) -> ConstId {
        let id = ConstId::at(self.constants.len());
        self.constants.push(constant);
        id
    }

    /// Adds a prepared argument.
    pub fn add_prepared(&mut self, prepared: Prepared) -> PreparedId {
        let id = PreparedId::at(self.prepared.len());
        self.prepared.push(prepared);
        id
    }

    /// Adds children of one node.
    pub fn add_children(&mut self, children: &[NodeId]) -> Run {
        let run = Run::new(self.children.len(), children.len());
        self.children.extend_from_slice(children);
        run
    }

    /// Adds the arguments of one call.
    pub fn add_args(&mut self, args: &[Arg]) -> Run {
        let run = Run::new(self.args.len(), args.len());
        self.args.extend_from_slice(args);
        run
    }

    /// Adds the links of one chain.
    pub fn add_links(&mut self, links: &[Link]) -> Run {
        let run = Run::new(self.links.len(), links.len());
        self.links.extend_from_slice(links);
        run
    }

    /// Adds the ends of a path's segments.
    pub fn add_path_ends(&mut self, ends: &[u32]) -> Run {
        let run = Run::new(self.path_ends.len(), ends.len());
        self.path_ends.extend_from_slice(ends);
        run
    }

    /// Says which node the rule is.
    pub fn set_root(&mut self, root: NodeId) {
        self.root = root;
    }

    /// Says that contexts keep the result of link number `at` of a chain.
    pub fn keep(&mut self, chain: Run, at: usize, derived: DerivedId) {
        if let Some(Link { op: LinkOp::Call(_, _, ready), .. }) = self.links.get_mut(chain.range()).and_then(|links| links.get_mut(at)) {
            *ready = Ready::Result(derived);
        }
    }

    /// Takes `budget_exceeded` off all facts: no context can make this program spend more than it may.
    pub fn forget_budget(&mut self) {
        let budget = ErrorKinds::of(&[EvalErrorKind::BudgetExceeded]);
        for facts in self.facts.iter_mut().chain(self.links.iter_mut().map(|link| &mut link.facts)) {
            facts.errors = facts.errors.without(budget);
        }
    }

    // ---- reading

    /// The node that the rule is.
    #[must_use]
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// A node. An id of another program reads as `NULL`.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes.get(id.index()).copied().unwrap_or(Node::Constant(ConstId(u32::MAX)))
    }

    /// Where a node is in the source.
    #[must_use]
    pub fn span(&self, id: NodeId) -> Span {
        self.spans.get(id.index()).copied().unwrap_or_default()
    }

    /// What is known of a node.
    #[must_use]
    pub fn facts(&self, id: NodeId) -> Facts {
        self.facts.get(id.index()).copied().unwrap_or(Facts { kinds: Kinds::ANY, errors: ErrorKinds::NONE })
    }

    /// What is known of the rule.
    #[must_use]
    pub fn root_facts(&self) -> Facts {
        self.facts(self.root)
    }

    /// How many parts it has: nodes and links.
    #[must_use]
    pub fn size(&self) -> usize {
        self.nodes.len() + self.links.len()
    }

    /// All nodes, children before parents.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, Node)> {
        self.nodes.iter().enumerate().map(|(index, node)| (NodeId::at(index), *node))
    }

    /// The slot that a node reads, if it is an attribute.
    #[must_use]
    pub fn slot_of(&self, id: NodeId) -> Option<SlotId> {
        match self.node(id) {
            Node::Attribute(slot, _) => Some(slot),
            Node::Constant(_)
            | Node::Parameter(..)
            | Node::Not(_)
            | Node::Negate(_)
            | Node::Compare(..)
            | Node::And(_)
            | Node::Or(_)
            | Node::If(..)
            | Node::List(_)
            | Node::Map(_)
            | Node::Chain(..)
            | Node::Call(_) => None,
        }
    }

    /// The constant that a node is, if it is one.
    #[must_use]
    pub fn constant_of(&self, id: NodeId) -> Option<&Constant> {
        match self.node(id) {
            Node::Constant(constant) => Some(self.constant(constant)),
            Node::Attribute(..)
            | Node::Parameter(..)
            | Node::Not(_)
            | Node::Negate(_)
            | Node::Compare(..)
            | Node::And(_)
            | Node::Or(_)
            | Node::If(..)
            | Node::List(_)
            | Node::Map(_)
            | Node::Chain(..)
            | Node::Call(_) => None,
        }
    }

    /// A constant.
    #[must_use]
    pub fn constant(&self, id: ConstId) -> &Constant {
        static NULL: Constant = Constant { value: Value::Null, steps: 0, bytes: 0 };
        self.constants.get(id.index()).unwrap_or(&NULL)
    }

    /// The children of a node.
    #[must_use]
    pub fn children(&self, run: Run) -> &[NodeId] {
        self.children.get(run.range()).unwrap_or(&[])
    }

    /// The arguments of a call.
    #[must_use]
    pub fn args(&self, run: Run) -> &[Arg] {
        self.args.get(run.range()).unwrap_or(&[])
    }

    /// The links of a chain.
    #[must_use]
    pub fn links(&self, run: Run) -> &[Link] {
        self.links.get(run.range()).unwrap_or(&[])
    }

    /// Where the segments of a path end in the source.
    #[must_use]
    pub fn path_ends(&self, run: Run) -> &[u32] {
        self.path_ends.get(run.range()).unwrap_or(&[])
    }

    /// A prepared argument.
    #[must_use]
    pub fn prepared(&self, id: PreparedId) -> Option<&Prepared> {
        self.prepared.get(id.index())
    }
}
