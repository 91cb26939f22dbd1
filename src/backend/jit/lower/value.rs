//! Values of nodes.

use cranelift::codegen::ir::condcodes::IntCC;
use cranelift::codegen::ir::types::I64;
use cranelift::codegen::ir::{Block, InstBuilder, MemFlagsData};

use super::leaf::is_free;
use super::{Helper, Lowerer, Operand, Pair, Word};
use crate::backend::jit::run::Frame;
use crate::context::{Cell, SlotId};
use crate::hir::{ConstId, Node, NodeId, Run};
use crate::value::{Kind, Kinds, Value};

impl Operand {
    pub(super) fn kinds(self) -> Kinds {
        match self {
            Operand::Slot(_, kinds) | Operand::Pair(_, _, kinds) => kinds,
            Operand::Truth(_) => Kinds::BOOL,
            Operand::Fixed(pair) => Kind::ALL.iter().copied().find(|kind| *kind as u64 == pair.tag).map_or(Kinds::ANY, Kinds::from),
        }
    }
}

impl Lowerer<'_, '_> {
    /// The value of a node.
    pub(super) fn value(&mut self, id: NodeId) -> Operand {
        let kinds = self.kinds(id);
        match self.program.node(id) {
            Node::Constant(constant) => self.constant(id, constant),
            Node::Attribute(slot, _) => self.attribute(id, slot),
            Node::Parameter(up, place) => self.parameter(up, place, kinds),
            Node::Not(_) | Node::Compare(..) => Operand::Truth(self.truth(id)),
            Node::And(_) | Node::Or(_) | Node::If(..) if kinds.within(Kinds::BOOL) => Operand::Truth(self.truth(id)),
            Node::And(operands) => self.decided(operands, false, kinds),
            Node::Or(operands) => self.decided(operands, true, kinds),
            Node::If(branches, otherwise) => self.chosen(branches, otherwise, kinds),
            Node::Negate(operand) => {
                let operand = self.value(operand);
                let (tag, payload) = self.pair(operand);
                let words = [self.number(id.index()), tag, payload];
                self.call(Helper::Negate, &words);
                self.result(kinds)
            }
            Node::List(items) => self.list(id, items, kinds),
            Node::Map(entries) => self.map(id, entries, kinds),
            Node::Chain(base, links) => self.chain(id, base, links),
            Node::Call(_) => {
                let node = self.number(id.index());
                self.call(Helper::CallAlone, &[node]);
                self.result(kinds)
            }
        }
    }

    fn constant(&mut self, id: NodeId, constant: ConstId) -> Operand {
        let known = self.program.constant(constant);
        if !is_free(known, self.charges) {
            let words = [self.number(id.index()), self.number(constant.index())];
            self.call(Helper::Spend, &words);
        }
        Operand::Fixed(match &known.value {
            Value::Text(_) | Value::List(_) | Value::Map(_) => Pair { tag: Pair::CONSTANT, payload: constant.index() as u64 },
            scalar @ (Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_)) => Pair::of(scalar),
        })
    }

    fn attribute(&mut self, id: NodeId, slot: SlotId) -> Operand {
        if super::leaf::may_be_unreadable(self.program, self.layout, id) {
            let tag = self.tag(slot);
            let unreadable = self.builder.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, tag, i64::from(Cell::NO_MEMBERS));
            let (cold, next) = (self.cold_block(), self.builder.create_block());
            self.branch(unreadable, cold, next);
            self.builder.switch_to_block(cold);
            self.unexpectedly(|lowerer| {
                let node = lowerer.number(id.index());
                lowerer.ask(Helper::Unreadable, &[node]);
                lowerer.jump(lowerer.failed, &[]);
            });
            self.builder.switch_to_block(next);
        }
        Operand::Slot(slot, self.kinds(id))
    }

    fn parameter(&mut self, up: u16, place: u8, kinds: Kinds) -> Operand {
        let place = usize::from(place);
        if up >= self.depth || place >= Frame::ARGS {
            return Operand::Fixed(Pair::NULL);
        }
        let flags = MemFlagsData::trusted().with_readonly();
        let mut frame = self.frame;
        for _ in 0..up {
            frame = self.builder.ins().load(I64, flags, frame, offset(std::mem::offset_of!(Frame, outer)));
        }
        let at = std::mem::offset_of!(Frame, args) + place * size_of::<Pair>();
        let tag = self.builder.ins().load(I64, flags, frame, offset(at + std::mem::offset_of!(Pair, tag)));
        let payload = self.builder.ins().load(I64, flags, frame, offset(at + std::mem::offset_of!(Pair, payload)));
        Operand::Pair(tag, payload, kinds)
    }

    /// `AND` and `OR`: the first operand whose truth is `decisive`, else the last.
    fn decided(&mut self, operands: Run, decisive: bool, kinds: Kinds) -> Operand {
        let (done, tag, payload) = self.joining_pairs();
        let operands = self.program.children(operands);
        for (at, operand) in operands.iter().enumerate() {
            let value = self.value(*operand);
            if at + 1 == operands.len() {
                self.join(done, value);
            } else {
                let truth = self.truth_of(value);
                let (leave, next) = (self.builder.create_block(), self.builder.create_block());
                if decisive {
                    self.branch(truth, leave, next)
                } else {
                    self.branch(truth, next, leave)
                }
                self.builder.switch_to_block(leave);
                self.join(done, value);
                self.builder.switch_to_block(next);
            }
        }
        self.builder.switch_to_block(done);
        Operand::Pair(tag, payload, kinds)
    }

    fn chosen(&mut self, branches: Run, otherwise: NodeId, kinds: Kinds) -> Operand {
        let (done, tag, payload) = self.joining_pairs();
        for branch in self.program.children(branches).chunks_exact(2) {
            let [condition, then] = branch else { continue };
            let condition = self.truth(*condition);
            let (yes, no) = (self.builder.create_block(), self.builder.create_block());
            self.branch(condition, yes, no);
            self.builder.switch_to_block(yes);
            let value = self.value(*then);
            self.join(done, value);
            self.builder.switch_to_block(no);
        }
        let value = self.value(otherwise);
        self.join(done, value);
        self.builder.switch_to_block(done);
        Operand::Pair(tag, payload, kinds)
    }

    fn list(&mut self, id: NodeId, items: Run, kinds: Kinds) -> Operand {
        let (node, count) = (self.number(id.index()), self.number(items.len()));
        self.call(Helper::Entries, &[node, count]);
        for item in self.program.children(items) {
            let value = self.value(*item);
            let (tag, payload) = self.pair(value);
            self.ask(Helper::Part, &[tag, payload]);
        }
        self.call(Helper::List, &[node, count]);
        self.result(kinds)
    }

    fn map(&mut self, id: NodeId, entries: Run, kinds: Kinds) -> Operand {
        let (node, count) = (self.number(id.index()), self.number(entries.len() / 2));
        self.call(Helper::Entries, &[node, count]);
        for entry in self.program.children(entries).chunks_exact(2) {
            let [key, value] = entry else { continue };
            let text = self.value(*key);
            let (tag, payload) = self.pair(text);
            let key = self.number(key.index());
            self.call(Helper::Key, &[key, tag, payload]);
            let value = self.value(*value);
            let (tag, payload) = self.pair(value);
            self.ask(Helper::Part, &[tag, payload]);
        }
        self.call(Helper::Map, &[node, count]);
        self.result(kinds)
    }

    // ---- pairs

    /// Goes to a block that takes a pair.
    pub(super) fn join(&mut self, block: Block, value: Operand) {
        let (tag, payload) = self.pair(value);
        self.jump(block, &[tag, payload]);
    }

    /// The two words of a value. A scalar attribute is read; anything else of an attribute is left to whoever looks at it.
    pub(super) fn pair(&mut self, value: Operand) -> (Word, Word) {
        match value {
            Operand::Pair(tag, payload, _) => (tag, payload),
            Operand::Fixed(pair) => (self.word(pair.tag), self.word(pair.payload)),
            Operand::Truth(truth) => (self.word(Kind::Bool as u64), self.payload_of(truth)),
            Operand::Slot(slot, kinds) => {
                let by_slot = (self.word(Pair::SLOT), self.number(slot.index()));
                let scalars = Kinds::NULL.or(Kinds::BOOL).or(Kinds::NUMBER);
                // NULL has its own tag always: that is how `$COALESCE` knows it.
                if !kinds.meets(scalars) {
                    return by_slot;
                }
                let tag = self.tag(slot);
                let tag = self.builder.ins().uextend(I64, tag);
                let payload = self.payload(slot);
                let limit = self.word(Pair::HEAP);
                let is_scalar = self.builder.ins().icmp(IntCC::UnsignedLessThan, tag, limit);
                (self.builder.ins().select(is_scalar, tag, by_slot.0), self.builder.ins().select(is_scalar, payload, by_slot.1))
            }
        }
    }
}

/// Offsets within our own structures are small.
fn offset(bytes: usize) -> i32 {
    i32::try_from(bytes).unwrap_or(0)
}
