//! Chains: a base, and links applied to it one after the other.

use cranelift::codegen::ir::condcodes::IntCC;
use cranelift::codegen::ir::types::I64;
use cranelift::codegen::ir::{InstBuilder, StackSlot};

use super::leaf::is_free;
use super::{Helper, LambdaBody, Lowerer, Operand, Pair, Word};
use crate::builtins::{BuiltinId, Run as RunsAs};
use crate::hir::{Arg, ConstId, Link, LinkOp, Node, NodeId, Ready, Run};
use crate::value::{Kind, Value};

/// A link: its chain, its place there, the result's kinds.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) node: NodeId,
    pub(super) place: usize,
    pub(super) link: Link,
}

impl Lowerer<'_, '_> {
    pub(super) fn chain(&mut self, id: NodeId, base: NodeId, links: Run) -> Operand {
        let mut value = self.value(base);
        for (place, link) in self.program.links(links).iter().enumerate() {
            value = self.link(At { node: id, place, link: *link }, value);
        }
        value
    }

    fn link(&mut self, at: At, value: Operand) -> Operand {
        match at.link.op {
            LinkOp::Arith(op, right) => self.arith(at, op, value, right),
            LinkOp::Member(_) => {
                let (tag, payload) = self.pair(value);
                self.linked(Helper::Member, at, &[tag, payload])
            }
            LinkOp::Index(index) => {
                let (tag, payload) = self.pair(value);
                let index = self.value(index);
                let (index_tag, index_payload) = self.pair(index);
                self.linked(Helper::Index, at, &[tag, payload, index_tag, index_payload])
            }
            LinkOp::Slice(from, to) => {
                let (tag, payload) = self.pair(value);
                let (from_tag, from_payload) = self.bound(from);
                let (to_tag, to_payload) = self.bound(to);
                self.linked(Helper::Slice, at, &[tag, payload, from_tag, from_payload, to_tag, to_payload])
            }
            LinkOp::Call(builtin, args, ready) => match (builtin.get().run, ready) {
                (RunsAs::FirstPresent, _) => self.first_present(at, value, args),
                (_, Ready::Result(_)) => {
                    let (tag, payload) = self.pair(value);
                    self.linked(Helper::Kept, at, &[tag, payload])
                }
                (_, Ready::Nothing | Ready::Argument(_)) => match self.affix(builtin, args) {
                    Some((constant, at_end)) => {
                        let (tag, payload) = self.pair(value);
                        let (constant, at_end) = (self.number(constant.index()), self.word(u64::from(at_end)));
                        self.linked(Helper::Affix, at, &[constant, at_end, tag, payload])
                    }
                    None => self.call_function(at, value, args),
                },
            },
        }
    }

    /// The constant Text that a text is asked to begin or, if true, to end with.
    fn affix(&self, builtin: BuiltinId, args: Run) -> Option<(ConstId, bool)> {
        let at_end = match builtin.get().name {
            "STARTS_WITH" => false,
            "ENDS_WITH" => true,
            _ => return None,
        };
        let [Arg::Value(affix)] = self.program.args(args) else { return None };
        let Node::Constant(constant) = self.program.node(*affix) else { return None };
        let known = self.program.constant(constant);
        (is_free(known, self.charges) && matches!(known.value, Value::Text(_))).then_some((constant, at_end))
    }

    /// A bound of a slice: `NULL` where it is left out.
    fn bound(&mut self, bound: Option<NodeId>) -> (Word, Word) {
        let value = match bound {
            Some(bound) => self.value(bound),
            None => Operand::Fixed(Pair::NULL),
        };
        self.pair(value)
    }

    /// Calls the helper of a link.
    pub(super) fn linked(&mut self, helper: Helper, at: At, words: &[Word]) -> Operand {
        let mut all = vec![self.number(at.node.index()), self.number(at.place)];
        all.extend_from_slice(words);
        self.call(helper, &all);
        self.result(at.link.facts.kinds)
    }

    /// `$COALESCE`: later arguments are evaluated only as needed; one List argument is an ordinary list.
    fn first_present(&mut self, at: At, first: Operand, rest: Run) -> Operand {
        let rest = self.program.args(rest);
        if rest.is_empty() {
            let (tag, payload) = self.pair(first);
            return self.linked(Helper::FirstOf, at, &[tag, payload]);
        }
        let (done, tag, payload) = self.joining_pairs();
        let mut value = first;
        for arg in rest {
            let Arg::Value(node) = arg else { continue };
            let pair = self.pair(value);
            let is_null = self.is_null(value, pair.0);
            let next = self.builder.create_block();
            self.builder.ins().brif(is_null, next, &[], done, &[pair.0.into(), pair.1.into()]);
            self.builder.switch_to_block(next);
            value = self.value(*node);
        }
        self.join(done, value);
        self.builder.switch_to_block(done);
        Operand::Pair(tag, payload, at.link.facts.kinds)
    }

    fn is_null(&mut self, value: Operand, tag: Word) -> Word {
        match value {
            Operand::Slot(slot, _) => {
                let tag = self.tag(slot);
                self.builder.ins().icmp_imm_u(IntCC::Equal, tag, Kind::Null as i64)
            }
            Operand::Fixed(_) | Operand::Truth(_) | Operand::Pair(..) => self.builder.ins().icmp_imm_u(IntCC::Equal, tag, Kind::Null as i64),
        }
    }

    fn call_function(&mut self, at: At, first: Operand, rest: Run) -> Operand {
        // Every argument is evaluated, left to right, before any is stored: an argument may be a call of its own.
        let mut pairs = vec![self.pair(first)];
        for arg in self.program.args(rest) {
            let pair = match *arg {
                Arg::Value(node) => {
                    let value = self.value(node);
                    self.pair(value)
                }
                Arg::Lambda(body) => (self.word(Pair::BODY), self.lambda(body)),
            };
            pairs.push(pair);
        }
        let slot = self.args_slot();
        for (place, (tag, payload)) in pairs.iter().enumerate() {
            self.store(slot, place, *tag, *payload);
        }
        let address = self.builder.ins().stack_addr(I64, slot, 0);
        let count = self.number(pairs.len());
        let (cells, frame) = (self.cells, self.frame);
        self.linked(Helper::Call, at, &[address, count, cells, frame])
    }

    fn store(&mut self, slot: StackSlot, place: usize, tag: Word, payload: Word) {
        let at = place * size_of::<Pair>();
        for (field, word) in [(std::mem::offset_of!(Pair, tag), tag), (std::mem::offset_of!(Pair, payload), payload)] {
            self.builder.ins().stack_store(I64, word, slot, i32::try_from(at + field).unwrap_or(0));
        }
    }

    /// The number of a lambda's body, which is generated as a function of its own.
    fn lambda(&mut self, body: NodeId) -> Word {
        let number = self.shared.lambdas.len();
        self.shared.lambdas.push(LambdaBody { body, depth: self.depth + 1 });
        self.number(number)
    }
}
