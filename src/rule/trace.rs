//! What every part of a rule gave in one evaluation.

use std::collections::HashMap;

use crate::backend::Job;
use crate::backend::interp::{Place, Seen, Watch, evaluate_watched};
use crate::hir::{Arg, LinkOp, Node, NodeId, Program};
use crate::source::Span;
use crate::value::{EvalError, EvalErrorKind, Value};

/// The parts of a rule and what they gave, in source order, a part before its own parts.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The value of the rule, or its error.
    pub outcome: Result<Value, EvalError>,
    /// The parts.
    pub steps: Vec<TraceStep>,
}

/// A part of a rule.
#[derive(Clone, Debug)]
pub struct TraceStep {
    /// Where it is.
    pub span: Span,
    /// How many parts it is inside of.
    pub depth: usize,
    /// What it gave, the last time where it was evaluated several times.
    pub outcome: StepOutcome,
    /// How often it was evaluated: the body of a lambda once for each element.
    pub times: u64,
}

/// What a part gave.
#[derive(Clone, Debug, PartialEq)]
pub enum StepOutcome {
    /// It was not needed.
    NotEvaluated,
    /// A value.
    Value(Value),
    /// It failed, or a part of it did.
    Error(EvalErrorKind),
}

/// Evaluates a program and keeps what its parts gave.
#[must_use]
pub fn trace(job: &Job<'_>) -> Trace {
    let mut recorder = Recorder::default();
    let outcome = evaluate_watched(job, &mut recorder);
    let mut listing = Listing { program: job.program, seen: &recorder.seen, steps: Vec::new() };
    listing.node(job.program.root(), 0);
    Trace { outcome, steps: listing.steps }
}

#[derive(Default)]
struct Recorder {
    seen: HashMap<Place, (StepOutcome, u64)>,
}

impl Watch for Recorder {
    const ACTIVE: bool = true;

    fn see(&mut self, place: Place, seen: Seen<'_>) {
        let outcome = match seen {
            Ok(value) => StepOutcome::Value(value.clone()),
            Err(error) => StepOutcome::Error(error.kind),
        };
        let entry = self.seen.entry(place).or_insert((StepOutcome::NotEvaluated, 0));
        *entry = (outcome, entry.1 + 1);
    }
}

/// Lists the parts of a program, evaluated or not.
struct Listing<'l> {
    program: &'l Program,
    seen: &'l HashMap<Place, (StepOutcome, u64)>,
    steps: Vec<TraceStep>,
}

impl Listing<'_> {
    fn step(&mut self, place: Place, span: Span, depth: usize) {
        let (outcome, times) = self.seen.get(&place).cloned().unwrap_or((StepOutcome::NotEvaluated, 0));
        self.steps.push(TraceStep { span, depth, outcome, times });
    }

    fn nodes(&mut self, nodes: &[NodeId], depth: usize) {
        for node in nodes {
            self.node(*node, depth);
        }
    }

    fn node(&mut self, id: NodeId, depth: usize) {
        let program = self.program;
        if let Node::Chain(base, links) = program.node(id) {
            // The whole chain is its last link; the links before it are its parts, the longest first.
            let links = program.links(links);
            for (place, link) in links.iter().enumerate().rev() {
                self.step(Place::Link(id, place), link.span, depth + (links.len() - 1 - place));
            }
            self.node(base, depth + links.len());
            for (place, link) in links.iter().enumerate() {
                self.operands(link.op, depth + (links.len() - place));
            }
            return;
        }
        self.step(Place::Node(id), program.span(id), depth);
        match program.node(id) {
            Node::Constant(_) | Node::Attribute(..) | Node::Parameter(..) | Node::Call(_) | Node::Chain(..) => {}
            Node::Not(operand) | Node::Negate(operand) => self.node(operand, depth + 1),
            Node::Compare(_, left, right) => self.nodes(&[left, right], depth + 1),
            Node::And(run) | Node::Or(run) | Node::List(run) | Node::Map(run) => self.nodes(program.children(run), depth + 1),
            Node::If(run, otherwise) => {
                self.nodes(program.children(run), depth + 1);
                self.node(otherwise, depth + 1);
            }
        }
    }

    fn operands(&mut self, op: LinkOp, depth: usize) {
        match op {
            LinkOp::Member(_) => {}
            LinkOp::Index(index) => self.node(index, depth),
            LinkOp::Slice(from, to) => from.into_iter().chain(to).for_each(|bound| self.node(bound, depth)),
            LinkOp::Arith(_, operand) => self.node(operand, depth),
            LinkOp::Call(_, args, _) => {
                for arg in self.program.args(args) {
                    match arg {
                        Arg::Value(node) | Arg::Lambda(node) => self.node(*node, depth),
                    }
                }
            }
        }
    }
}
