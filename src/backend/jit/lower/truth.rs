//! Conditions: whether a node is truthy.

use cranelift::codegen::ir::InstBuilder;
use cranelift::codegen::ir::condcodes::IntCC;
use cranelift::codegen::ir::types::I64;
use memchr::memmem::Finder;

use super::leaf::MOST_TESTS;
use super::{Helper, Lowerer, Operand, Pair, Word};
use crate::hir::{Node, NodeId, Run};
use crate::value::compare::CompareOp;
use crate::value::{Kind, Kinds, Value};

impl Lowerer<'_, '_> {
    /// Whether a node is truthy.
    pub(super) fn truth(&mut self, id: NodeId) -> Word {
        if self.cheap.cost(id).is_some() {
            return self.test(id, None);
        }
        match self.program.node(id) {
            Node::Not(operand) => {
                let truth = self.truth(operand);
                self.not(truth)
            }
            Node::Compare(op, left, right) => self.compare(id, op, left, right),
            Node::And(operands) => self.condition(operands, false),
            Node::Or(operands) => self.condition(operands, true),
            Node::If(branches, otherwise) => self.chosen_truth(branches, otherwise),
            Node::Constant(_)
            | Node::Attribute(..)
            | Node::Parameter(..)
            | Node::Negate(_)
            | Node::List(_)
            | Node::Map(_)
            | Node::Chain(..)
            | Node::Call(_) => {
                let value = self.value(id);
                self.truth_of(value)
            }
        }
    }

    /// `AND` and `OR`: runs of cheap operands without a branch, and a branch before each of the others.
    fn condition(&mut self, operands: Run, decisive: bool) -> Word {
        let (done, joined) = self.joining_truths();
        let mut all: Option<Word> = None;
        let mut tests = 0;
        for operand in self.program.children(operands) {
            let cost = self.cheap.cost(*operand);
            if let Some(before) = all
                && cost.is_none_or(|cost| tests + cost > MOST_TESTS)
            {
                #[cfg(feature = "fuzzing")]
                crate::backend::jit::seen::generated("a row of tests, cut");
                self.leave_if(before, decisive, done);
                (all, tests) = (None, 0);
            }
            let truth = match cost {
                Some(_) => {
                    let reached = self.reached(None, all, decisive);
                    self.test(*operand, reached)
                }
                None => self.truth(*operand),
            };
            tests += cost.unwrap_or(1);
            all = Some(self.combined(all, truth, decisive));
        }
        let all = all.unwrap_or_else(|| self.bool(!decisive));
        self.jump(done, &[all]);
        self.builder.switch_to_block(done);
        joined
    }

    /// Goes to `done` where the truth is decisive.
    fn leave_if(&mut self, truth: Word, decisive: bool, done: cranelift::codegen::ir::Block) {
        let next = self.builder.create_block();
        if decisive {
            self.branch_with(truth, done, truth, next);
        } else {
            self.builder.ins().brif(truth, next, &[], done, &[truth.into()]);
        }
        self.builder.switch_to_block(next);
    }

    fn chosen_truth(&mut self, branches: Run, otherwise: NodeId) -> Word {
        let (done, joined) = self.joining_truths();
        for branch in self.program.children(branches).chunks_exact(2) {
            let [condition, then] = branch else { continue };
            let condition = self.truth(*condition);
            let (yes, no) = (self.builder.create_block(), self.builder.create_block());
            self.branch(condition, yes, no);
            self.builder.switch_to_block(yes);
            let truth = self.truth(*then);
            self.jump(done, &[truth]);
            self.builder.switch_to_block(no);
        }
        let truth = self.truth(otherwise);
        self.jump(done, &[truth]);
        self.builder.switch_to_block(done);
        joined
    }

    // ---- comparisons

    fn compare(&mut self, id: NodeId, op: CompareOp, left: NodeId, right: NodeId) -> Word {
        if let Some(truth) = self.search(id, op, left, right) {
            return truth;
        }
        let node = self.number(id.index());
        if self.is_leaf(left) && self.is_leaf(right) {
            return self.asked(Helper::CompareLeaves, &[node]);
        }
        let left = self.value(left);
        let right = self.value(right);
        let ((left_tag, left_payload), (right_tag, right_payload)) = (self.pair(left), self.pair(right));
        let words = [node, left_tag, left_payload, right_tag, right_payload];
        let code = super::number::codes(op).map(|(code, _)| code).or(match op {
            CompareOp::Equal => Some(IntCC::Equal),
            CompareOp::NotEqual => Some(IntCC::NotEqual),
            CompareOp::Less | CompareOp::LessOrEqual | CompareOp::Greater | CompareOp::GreaterOrEqual | CompareOp::In | CompareOp::NotIn => None,
        });
        let Some(code) = code.filter(|_| left.kinds().has(Kind::Integer) && right.kinds().has(Kind::Integer)) else {
            return self.asked(Helper::CompareValues, &words);
        };
        // Two Integers are compared here.
        let integers = self.both_have_tag(left_tag, right_tag, Kind::Integer);
        let (fast, slow) = (self.builder.create_block(), self.builder.create_block());
        let (next, joined) = self.joining_truths();
        self.branch(integers, fast, slow);
        self.builder.switch_to_block(fast);
        let truth = self.builder.ins().icmp(code, left_payload, right_payload);
        self.jump(next, &[truth]);
        self.builder.switch_to_block(slow);
        let truth = self.asked(Helper::CompareValues, &words);
        self.jump(next, &[truth]);
        self.builder.switch_to_block(next);
        joined
    }

    /// A constant Text that is looked for.
    fn search(&mut self, id: NodeId, op: CompareOp, left: NodeId, right: NodeId) -> Option<Word> {
        if !matches!(op, CompareOp::In | CompareOp::NotIn) {
            return None;
        }
        let constant = self.program.constant_of(left)?;
        let Value::Text(needle) = &constant.value else { return None };
        if !super::leaf::is_free(constant, self.charges) || self.program.constant_of(right).is_some() {
            return None;
        }
        if let Some(slot) = self.program.slot_of(right)
            && let Some(bit) = self.layout.dictionary(slot).needle(needle)
            && !self.kinds(right).within(Kinds::TEXT.or(Kinds::NULL))
        {
            return Some(self.has_charged(id, slot, bit, op == CompareOp::NotIn));
        }
        if !self.kinds(right).has(Kind::Text) {
            return None;
        }
        #[cfg(feature = "fuzzing")]
        crate::backend::jit::seen::generated("a prepared searcher");
        let searched = self.value(right);
        let searcher = self.shared.searchers.len();
        self.shared.searchers.push(Finder::new(needle.as_bytes()).into_owned());
        let (tag, payload) = self.pair(searched);
        let words = [self.number(id.index()), self.number(searcher), tag, payload];
        Some(self.asked(Helper::Search, &words))
    }

    /// Whether a node is an attribute, or a constant that is not charged.
    fn is_leaf(&self, id: NodeId) -> bool {
        self.program.slot_of(id).is_some() || self.program.constant_of(id).is_some_and(|constant| super::leaf::is_free(constant, self.charges))
    }

    pub(super) fn both_have_tag(&mut self, left: Word, right: Word, kind: Kind) -> Word {
        let left = self.builder.ins().icmp_imm_u(IntCC::Equal, left, kind as i64);
        let right = self.builder.ins().icmp_imm_u(IntCC::Equal, right, kind as i64);
        self.builder.ins().band(left, right)
    }

    // ---- truthiness

    /// Whether a value is truthy.
    pub(super) fn truth_of(&mut self, value: Operand) -> Word {
        match value {
            Operand::Truth(truth) => truth,
            Operand::Slot(slot, kinds) => self.is_truthy(slot, kinds),
            Operand::Fixed(pair) => {
                let holds = match pair.tag {
                    Pair::CONSTANT => self.program.constant(crate::hir::ConstId::at(super::super::run::low(pair.payload) as usize)).value.is_truthy(),
                    _ => pair.payload != 0,
                };
                self.bool(holds)
            }
            Operand::Pair(tag, payload, kinds) => {
                // NULL has the payload 0, and no Float is a negative zero.
                let by_payload = self.builder.ins().icmp_imm_u(IntCC::NotEqual, payload, 0);
                if kinds.within(Kinds::NULL.or(Kinds::BOOL).or(Kinds::NUMBER)) {
                    return by_payload;
                }
                let ask = self.builder.create_block();
                let (next, joined) = self.joining_truths();
                let limit = self.word(Pair::HEAP);
                let is_scalar = self.builder.ins().icmp(IntCC::UnsignedLessThan, tag, limit);
                self.builder.ins().brif(is_scalar, next, &[by_payload.into()], ask, &[]);
                self.builder.switch_to_block(ask);
                let answer = self.ask(Helper::Truthy, &[tag, payload]);
                let answer = self.builder.ins().ireduce(cranelift::codegen::ir::types::I8, answer);
                self.jump(next, &[answer]);
                self.builder.switch_to_block(next);
                joined
            }
        }
    }

    /// A truth as the payload of a Bool.
    pub(super) fn payload_of(&mut self, truth: Word) -> Word {
        self.builder.ins().uextend(I64, truth)
    }
}
