//! What a program asks of its attributes, told to the layout: contexts keep it ready.

use std::sync::Arc;

use crate::context::{Base, Layout};
use crate::hir::{LinkOp, Node, NodeId, Program, Ready, Run};
use crate::value::Value;
use crate::value::compare::CompareOp;

/// So many functions of one text are kept that are applied one after the other.
const LONGEST_DERIVATION: usize = 4;

pub(super) fn learn(program: &mut Program, layout: &mut Layout) {
    let nodes: Vec<Node> = program.nodes().map(|(_, node)| node).collect();
    for node in nodes {
        match node {
            Node::Compare(op, left, right) => compared(program, op, left, right, layout),
            Node::Chain(base, links) => derived(program, base, links, layout),
            Node::Constant(_)
            | Node::Attribute(..)
            | Node::Parameter(..)
            | Node::Not(_)
            | Node::Negate(_)
            | Node::And(_)
            | Node::Or(_)
            | Node::If(..)
            | Node::List(_)
            | Node::Map(_)
            | Node::Call(_) => {}
        }
    }
}

/// Tells a layout what a program that was compiled with another one, of the same slots, compares its attributes with.
pub(crate) fn teach(program: &Program, layout: &mut Layout) {
    for (_, node) in program.nodes() {
        if let Node::Compare(op, left, right) = node {
            compared(program, op, left, right, layout);
        }
    }
}

fn compared(program: &Program, op: CompareOp, left: NodeId, right: NodeId, layout: &mut Layout) {
    match op {
        CompareOp::Equal | CompareOp::NotEqual => {
            for (one, other) in [(left, right), (right, left)] {
                if let (Some(slot), Some(Value::Text(text))) = (program.slot_of(one), constant(program, other)) {
                    layout.compared(slot, std::iter::once(text.clone()));
                }
            }
        }
        CompareOp::In | CompareOp::NotIn => {
            if let (Some(slot), Some(Value::List(list))) = (program.slot_of(left), constant(program, right)) {
                layout.compared(slot, list.iter().filter_map(text));
            }
            if let (Some(Value::Text(text)), Some(slot)) = (constant(program, left), program.slot_of(right)) {
                layout.searched(slot, text);
            }
        }
        CompareOp::Less | CompareOp::LessOrEqual | CompareOp::Greater | CompareOp::GreaterOrEqual => {}
    }
}

fn derived(program: &mut Program, base: NodeId, links: Run, layout: &mut Layout) {
    let Some(slot) = program.slot_of(base) else { return };
    let mut base = Base::Slot(slot);
    for at in 0..links.len().min(LONGEST_DERIVATION) {
        let Some(LinkOp::Call(builtin, args, Ready::Nothing)) = program.links(links).get(at).map(|link| link.op) else { return };
        let kept = args.is_empty().then(|| layout.derived(base, builtin)).flatten();
        let Some(kept) = kept else { return };
        program.keep(links, at, kept);
        base = Base::Derived(kept);
    }
}

fn constant(program: &Program, node: NodeId) -> Option<&Value> {
    program.constant_of(node).map(|constant| &constant.value)
}

fn text(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => None,
    }
}
