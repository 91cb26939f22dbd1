//! `+ - * /`: Integers and Floats here, with their checks; anything else through the helper.

use cranelift::codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift::codegen::ir::types::{F64, I64};
use cranelift::codegen::ir::{Block, InstBuilder, MemFlagsData};

use super::chain::At;
use super::{Helper, Lowerer, Operand, Word};
use crate::hir::NodeId;
use crate::value::arith::ArithOp;
use crate::value::{EvalErrorKind, Kind};

impl Lowerer<'_, '_> {
    pub(super) fn arith(&mut self, at: At, op: ArithOp, left: Operand, right: NodeId) -> Operand {
        let left_pair = self.pair(left);
        let right = self.value(right);
        let right_pair = self.pair(right);
        let words = [left_pair.0, left_pair.1, right_pair.0, right_pair.1];
        let both = |kind| left.kinds().has(kind) && right.kinds().has(kind);
        if self.is_long || !both(Kind::Integer) && !both(Kind::Float) {
            return self.linked(Helper::Arithmetic, at, &words);
        }
        let (done, tag, payload) = self.joining_pairs();
        if both(Kind::Integer) {
            let rest = self.leave_unless(&words, Kind::Integer);
            self.integers(at, op, left_pair.1, right_pair.1, done);
            self.builder.switch_to_block(rest);
        }
        if both(Kind::Float) {
            let rest = self.leave_unless(&words, Kind::Float);
            let (left, right) = (self.float(left_pair.1), self.float(right_pair.1));
            self.floats(at, op, left, right, done);
            self.builder.switch_to_block(rest);
        }
        let made = self.linked(Helper::Arithmetic, at, &words);
        self.join(done, made);
        self.builder.switch_to_block(done);
        Operand::Pair(tag, payload, at.link.facts.kinds)
    }

    /// Goes on where both are of a kind; gives the block where they are not.
    fn leave_unless(&mut self, words: &[Word; 4], kind: Kind) -> Block {
        let [left, _, right, _] = *words;
        let both = self.both_have_tag(left, right, kind);
        let (fast, rest) = (self.builder.create_block(), self.builder.create_block());
        self.branch(both, fast, rest);
        self.builder.switch_to_block(fast);
        rest
    }

    fn float(&mut self, bits: Word) -> Word {
        self.builder.ins().bitcast(F64, MemFlagsData::new(), bits)
    }

    fn integers(&mut self, at: At, op: ArithOp, left: Word, right: Word, done: Block) {
        let (result, overflow) = match op {
            ArithOp::Add => self.builder.ins().sadd_overflow(left, right),
            ArithOp::Subtract => self.builder.ins().ssub_overflow(left, right),
            ArithOp::Multiply => self.builder.ins().smul_overflow(left, right),
            ArithOp::Divide => {
                // A quotient is a Float, whatever is divided.
                let left = self.builder.ins().fcvt_from_sint(F64, left);
                let right = self.builder.ins().fcvt_from_sint(F64, right);
                return self.floats(at, op, left, right, done);
            }
        };
        self.fail_if(overflow, EvalErrorKind::Overflow, at.link.span);
        let tag = self.word(Kind::Integer as u64);
        self.jump(done, &[tag, result]);
    }

    fn floats(&mut self, at: At, op: ArithOp, left: Word, right: Word, done: Block) {
        let result = match op {
            ArithOp::Add => self.builder.ins().fadd(left, right),
            ArithOp::Subtract => self.builder.ins().fsub(left, right),
            ArithOp::Multiply => self.builder.ins().fmul(left, right),
            ArithOp::Divide => {
                let zero = self.word(0);
                let zero = self.float(zero);
                let by_zero = self.builder.ins().fcmp(FloatCC::Equal, right, zero);
                self.fail_if(by_zero, EvalErrorKind::DivisionByZero, at.link.span);
                self.builder.ins().fdiv(left, right)
            }
        };
        // There is no negative zero: adding a positive one makes it positive, and changes nothing else.
        let zero = self.word(0);
        let zero = self.float(zero);
        let result = self.builder.ins().fadd(result, zero);
        let bits = self.builder.ins().bitcast(I64, MemFlagsData::new(), result);
        // All bits of the exponent are set in what is infinite or no number.
        let exponent = self.word(0x7ff0_0000_0000_0000);
        let found = self.builder.ins().band(bits, exponent);
        let not_finite = self.builder.ins().icmp(IntCC::Equal, found, exponent);
        self.fail_if(not_finite, EvalErrorKind::NotFinite, at.link.span);
        let tag = self.word(Kind::Float as u64);
        self.jump(done, &[tag, bits]);
    }
}
