//! Cheap tests: attributes against constants, done without a branch.
//!
//! A test reads a cell and gives a truth. Where the cell holds something that the test cannot answer (a kind that does not fit, a value that only a helper
//! can look at), the test is slow for its tag: one branch that is hardly ever taken leads to a helper that answers, or fails. It is taken only where
//! evaluation comes to the test: what would not be evaluated fails nothing.

use std::collections::HashMap;

use cranelift::codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift::codegen::ir::types::{F64, I8, I32, I64};
use cranelift::codegen::ir::{InstBuilder, MemFlagsData};

use super::number::{IntegerTest, codes, flipped, float_constant, integer_test};
use super::{Helper, Lowerer, Word};
use crate::context::{Cell, Dictionary, Layout, SlotId};
use crate::hir::{Constant, Node, NodeId, Program};
use crate::value::compare::CompareOp;
use crate::value::{Kind, Kinds, Number, Value};

/// So many tests are done without a branch; more in a row are cut by one.
pub(super) const MOST_TESTS: u32 = 64;

/// An attribute against a list of more scattered ids or scalars is left to a helper.
const MOST_ALTERNATIVES: usize = 16;

/// What is cheap in a program.
pub(super) struct Cheap {
    leaves: HashMap<NodeId, Leaf>,
    /// For each node: how many tests it is, 0 if it is not cheap.
    costs: Vec<u32>,
    /// For each node: whether any of its tests may be slow.
    slow: Vec<bool>,
}

/// A test of one attribute.
#[derive(Clone, Debug)]
struct Leaf {
    slot: SlotId,
    kinds: Kinds,
    test: Test,
    negated: bool,
    /// The tags that it is slow for, a bit each.
    slow: u32,
}

#[derive(Clone, Debug)]
enum Test {
    /// Whether it is truthy.
    Truthy,
    /// Whether it is one of these.
    Among { ids: Ids, scalars: Vec<Scalar> },
    /// Whether a Number lies on the right side of a constant.
    Ordered { integer: IntegerTest, float: Option<(FloatCC, f64)> },
    /// Whether a List has the literal of this bit.
    Has(u32),
}

/// Ids of literals.
#[derive(Clone, Debug)]
enum Ids {
    /// From here to there, both included.
    Ranges(Vec<(u32, u32)>),
    /// From the first one on, a bit each.
    Bits(u32, u64),
}

#[derive(Clone, Copy, Debug)]
enum Scalar {
    Null,
    Bool(bool),
    Number(Number),
}

impl Cheap {
    /// How many tests a node is; `None` if it is not cheap.
    pub(super) fn cost(&self, node: NodeId) -> Option<u32> {
        self.costs.get(node.index()).copied().filter(|cost| *cost > 0)
    }

    fn is_slow(&self, node: NodeId) -> bool {
        self.slow.get(node.index()).copied().unwrap_or(false)
    }
}

#[cfg(feature = "fuzzing")]
impl Leaf {
    /// Counts the forms of the test.
    fn seen(&self) {
        use crate::backend::jit::seen::generated;
        match &self.test {
            Test::Truthy => generated("truthy"),
            Test::Among { ids: Ids::Ranges(ranges), scalars } => {
                generated(match (ranges.as_slice(), scalars.as_slice()) {
                    ([], []) => "among nothing",
                    ([], [_]) => "one scalar",
                    ([], _) => "scalars",
                    ([(first, last)], []) if first == last => "one id",
                    ([_], []) => "one range of ids",
                    (_, []) => "ranges of ids",
                    _ => "ranges and scalars",
                });
            }
            Test::Among { ids: Ids::Bits(..), scalars } => generated(if scalars.is_empty() { "bits of ids" } else { "bits and scalars" }),
            Test::Ordered { integer: IntegerTest::Always(_), .. } => generated("order beyond Integers"),
            Test::Ordered { float: None, .. } => generated("order beyond Floats"),
            Test::Ordered { .. } => generated("order"),
            Test::Has(_) => generated("has a literal"),
        }
        if self.negated {
            generated("negated");
        }
        if self.slow != 0 {
            generated("slow for a tag");
        }
    }
}

/// Finds what is cheap. `charges`: whether what is spent has to be charged.
pub(super) fn classify(program: &Program, layout: &Layout, charges: bool) -> Cheap {
    let mut cheap = Cheap { leaves: HashMap::new(), costs: Vec::new(), slow: Vec::new() };
    // Children come before their parents.
    for (id, node) in program.nodes() {
        let (cost, slow) = match node {
            Node::Constant(constant) => (u32::from(is_free(program.constant(constant), charges)), false),
            Node::Not(operand) => (cheap.cost(operand).unwrap_or(0), cheap.is_slow(operand)),
            Node::And(operands) | Node::Or(operands) => {
                let operands = program.children(operands);
                let all = operands.iter().map(|operand| cheap.cost(*operand)).sum::<Option<u32>>();
                (all.filter(|cost| *cost <= MOST_TESTS).unwrap_or(0), operands.iter().any(|operand| cheap.is_slow(*operand)))
            }
            Node::Attribute(slot, _) => {
                let facts = program.facts(id);
                let leaf = Leaf { slot, kinds: facts.kinds, test: Test::Truthy, negated: false, slow: unreadable(program, layout, id) };
                cheap.add(id, leaf)
            }
            Node::Compare(op, left, right) => match leaf(program, layout, charges, op, left, right) {
                Some(leaf) => cheap.add(id, leaf),
                None => (0, false),
            },
            Node::Parameter(..) | Node::Negate(_) | Node::If(..) | Node::List(_) | Node::Map(_) | Node::Chain(..) | Node::Call(_) => (0, false),
        };
        cheap.costs.push(cost);
        cheap.slow.push(slow);
    }
    cheap
}

impl Cheap {
    fn add(&mut self, id: NodeId, leaf: Leaf) -> (u32, bool) {
        let cost = match &leaf.test {
            Test::Truthy | Test::Ordered { .. } | Test::Has(_) => 1,
            Test::Among { ids: Ids::Bits(..), scalars } => 1 + scalars.len(),
            Test::Among { ids: Ids::Ranges(ranges), scalars } => (ranges.len() + scalars.len()).max(1),
        };
        let slow = leaf.slow != 0;
        self.leaves.insert(id, leaf);
        (u32::try_from(cost).unwrap_or(MOST_TESTS + 1), slow)
    }
}

/// Whether a constant costs nothing, or nothing that is charged.
pub(super) fn is_free(constant: &Constant, charges: bool) -> bool {
    !charges || constant.is_free()
}

fn leaf(program: &Program, layout: &Layout, charges: bool, op: CompareOp, left: NodeId, right: NodeId) -> Option<Leaf> {
    let constant = |id| program.constant_of(id).filter(|constant| is_free(constant, charges)).map(|constant| &constant.value);
    let attribute = |id| program.slot_of(id).map(|slot| (slot, program.facts(id).kinds, unreadable(program, layout, id)));
    let negated = matches!(op, CompareOp::NotEqual | CompareOp::NotIn);
    if matches!(op, CompareOp::In | CompareOp::NotIn)
        && let (Some(Value::Text(needle)), Some((slot, kinds, unreadable))) = (constant(left), attribute(right))
    {
        // Looking into a List is charged by its length.
        let bit = layout.dictionary(slot).needle(needle).filter(|_| !charges)?;
        let slow = tags(kinds.without(Kinds::LIST.or(Kinds::NULL))) | unreadable;
        return Some(Leaf { slot, kinds, test: Test::Has(bit), negated, slow });
    }
    let (op, (slot, kinds, unreadable), constant) = match (attribute(left), constant(right)) {
        (Some(attribute), Some(constant)) => (op, attribute, constant),
        _ if matches!(op, CompareOp::In | CompareOp::NotIn) => return None,
        _ => (flipped(op), attribute(right)?, constant(left)?),
    };
    let dictionary = layout.dictionary(slot);
    let (test, slow) = match op {
        CompareOp::Equal | CompareOp::NotEqual => (among(dictionary, std::slice::from_ref(constant))?, unreadable),
        CompareOp::In | CompareOp::NotIn => match constant {
            Value::List(list) => (among(dictionary, list)?, unreadable),
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) | Value::Map(_) => return None,
        },
        CompareOp::Less | CompareOp::LessOrEqual | CompareOp::Greater | CompareOp::GreaterOrEqual => {
            let constant = crate::value::arith::number(constant).ok()?;
            let float = float_constant(constant);
            // A Float against an Integer that is no Float is left to a helper.
            let answered = if float.is_some() { Kinds::NULL.or(Kinds::NUMBER) } else { Kinds::NULL.or(Kinds::INTEGER) };
            let (_, code) = codes(op)?;
            (Test::Ordered { integer: integer_test(op, constant)?, float: float.map(|float| (code, float)) }, tags(kinds.without(answered)) | unreadable)
        }
    };
    Some(Leaf { slot, kinds, test, negated, slow })
}

/// Equality with any of some constants, if that is few tests.
fn among(dictionary: &Dictionary, constants: &[Value]) -> Option<Test> {
    let mut ids = Vec::new();
    let mut scalars = Vec::new();
    for constant in constants {
        match constant {
            Value::Null => scalars.push(Scalar::Null),
            Value::Bool(value) => scalars.push(Scalar::Bool(*value)),
            Value::Integer(value) => scalars.push(Scalar::Number(Number::Integer(*value))),
            Value::Float(value) => scalars.push(Scalar::Number(Number::Float(*value))),
            Value::Text(text) => ids.push(dictionary.literal(text)?),
            Value::List(_) | Value::Map(_) => return None,
        }
    }
    let ids = together(ids)?;
    (scalars.len() <= MOST_ALTERNATIVES).then_some(Test::Among { ids, scalars })
}

/// Ids as ranges, or as bits where they lie close together.
fn together(mut ids: Vec<u32>) -> Option<Ids> {
    ids.sort_unstable();
    ids.dedup();
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for id in &ids {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *id => *last = *id,
            Some(_) | None => ranges.push((*id, *id)),
        }
    }
    if let (Some(first), Some(last), true) = (ids.first(), ids.last(), ranges.len() > 2)
        && last - first < 64
    {
        return Some(Ids::Bits(*first, ids.iter().fold(0, |bits, id| bits | 1 << (id - first))));
    }
    (ranges.len() <= MOST_ALTERNATIVES).then_some(Ids::Ranges(ranges))
}

/// The tags of kinds, a bit each.
fn tags(kinds: Kinds) -> u32 {
    kinds.iter().fold(0, |tags, kind| tags | 1 << kind as u32)
}

/// The tags that say that an attribute cannot be read, if that can happen.
fn unreadable(program: &Program, layout: &Layout, attribute: NodeId) -> u32 {
    if may_be_unreadable(program, layout, attribute) { 1 << Cell::NO_MEMBERS | 1 << Cell::FAILED } else { 0 }
}

/// Whether reading an attribute may fail. What is computed always may: the budget that it shares may be used up, whatever is known of it alone.
pub(super) fn may_be_unreadable(program: &Program, layout: &Layout, attribute: NodeId) -> bool {
    !program.facts(attribute).errors.is_empty() || program.slot_of(attribute).is_some_and(|slot| layout.is_computed(slot))
}

impl Lowerer<'_, '_> {
    /// The truth of a cheap node. `reached` says whether evaluation comes to it; without it, it does.
    pub(super) fn test(&mut self, id: NodeId, reached: Option<Word>) -> Word {
        match self.program.node(id) {
            Node::Not(operand) => {
                let truth = self.test(operand, reached);
                self.not(truth)
            }
            Node::And(operands) => self.tests(self.program.children(operands), false, reached),
            Node::Or(operands) => self.tests(self.program.children(operands), true, reached),
            Node::Constant(constant) => {
                let holds = self.program.constant(constant).value.is_truthy();
                self.bool(holds)
            }
            Node::Compare(..)
            | Node::Attribute(..)
            | Node::Parameter(..)
            | Node::Negate(_)
            | Node::If(..)
            | Node::List(_)
            | Node::Map(_)
            | Node::Chain(..)
            | Node::Call(_) => self.leaf(id, reached),
        }
    }

    /// The truth of cheap nodes, one of which is enough if it is `decisive`.
    fn tests(&mut self, operands: &[NodeId], decisive: bool, reached: Option<Word>) -> Word {
        let mut all: Option<Word> = None;
        for operand in operands {
            let reached = if self.cheap.is_slow(*operand) { self.reached(reached, all, decisive) } else { None };
            let truth = self.test(*operand, reached);
            all = Some(self.combined(all, truth, decisive));
        }
        all.unwrap_or_else(|| self.bool(!decisive))
    }

    /// Whether evaluation comes to an operand, given what those before it say together.
    pub(super) fn reached(&mut self, reached: Option<Word>, before: Option<Word>, decisive: bool) -> Option<Word> {
        let open = before.map(|before| if decisive { self.not(before) } else { before });
        match (reached, open) {
            (Some(reached), Some(open)) => Some(self.builder.ins().band(reached, open)),
            (one, other) => one.or(other),
        }
    }

    pub(super) fn combined(&mut self, before: Option<Word>, truth: Word, decisive: bool) -> Word {
        match before {
            None => truth,
            Some(before) if decisive => self.builder.ins().bor(before, truth),
            Some(before) => self.builder.ins().band(before, truth),
        }
    }

    pub(super) fn not(&mut self, truth: Word) -> Word {
        let one = self.bool(true);
        self.builder.ins().bxor(truth, one)
    }

    fn leaf(&mut self, id: NodeId, reached: Option<Word>) -> Word {
        let Some(leaf) = self.cheap.leaves.get(&id).cloned() else { return self.bool(false) };
        #[cfg(feature = "fuzzing")]
        leaf.seen();
        let found = match &leaf.test {
            Test::Truthy => self.is_truthy(leaf.slot, leaf.kinds),
            Test::Among { ids, scalars } => self.is_among(&leaf, ids, scalars),
            Test::Ordered { integer, float } => self.is_ordered(&leaf, *integer, *float),
            Test::Has(bit) => {
                let bits = self.payload(leaf.slot);
                let shifted = self.builder.ins().ushr_imm_u(bits, i64::from(*bit));
                let low = self.builder.ins().ireduce(I8, shifted);
                let one = self.bool(true);
                self.builder.ins().band(low, one)
            }
        };
        let truth = if leaf.negated { self.not(found) } else { found };
        if leaf.slow == 0 { truth } else { self.or_slowly(id, &leaf, truth, reached) }
    }

    /// The truth, or what the helper says where the test is slow.
    fn or_slowly(&mut self, id: NodeId, leaf: &Leaf, truth: Word, reached: Option<Word>) -> Word {
        let tag = self.tag(leaf.slot);
        let lowest = leaf.slow.trailing_zeros();
        let is_tail = (leaf.slow >> lowest).count_ones() == Cell::FAILED + 1 - lowest;
        let slow = if is_tail {
            self.builder.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, tag, i64::from(lowest))
        } else {
            let tags = self.builder.ins().iconst(I32, i64::from(leaf.slow));
            let shifted = self.builder.ins().ushr(tags, tag);
            let low = self.builder.ins().ireduce(I8, shifted);
            let one = self.bool(true);
            self.builder.ins().band(low, one)
        };
        let slow = match reached {
            Some(reached) => self.builder.ins().band(reached, slow),
            None => slow,
        };
        let cold = self.cold_block();
        let (next, joined) = self.joining_truths();
        self.builder.ins().brif(slow, cold, &[], next, &[truth.into()]);
        self.builder.switch_to_block(cold);
        self.unexpectedly(|lowerer| {
            let node = lowerer.number(id.index());
            let helper = match leaf.test {
                Test::Truthy => Helper::Unreadable,
                Test::Among { .. } | Test::Ordered { .. } | Test::Has(_) => Helper::CompareLeaves,
            };
            let answer = lowerer.asked(helper, &[node]);
            lowerer.jump(next, &[answer]);
        });
        self.builder.switch_to_block(next);
        joined
    }

    /// Whether an attribute is truthy, read from its cell.
    pub(super) fn is_truthy(&mut self, slot: SlotId, kinds: Kinds) -> Word {
        let payload = self.payload(slot);
        let by_payload = self.builder.ins().icmp_imm_u(IntCC::NotEqual, payload, 0);
        if !kinds.meets(Kinds::LIST.or(Kinds::MAP)) {
            return by_payload;
        }
        // The payload of a List has its bits; how long it is stands in the id.
        let id = self.id(slot);
        let by_id = self.builder.ins().icmp_imm_u(IntCC::NotEqual, id, 0);
        let tag = self.tag(slot);
        let has_entries = self.builder.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, tag, i64::from(Cell::LIST));
        self.builder.ins().select(has_entries, by_id, by_payload)
    }

    fn has_tag(&mut self, slot: SlotId, tag: u32) -> Word {
        let found = self.tag(slot);
        self.builder.ins().icmp_imm_u(IntCC::Equal, found, i64::from(tag))
    }

    fn is_among(&mut self, leaf: &Leaf, ids: &Ids, scalars: &[Scalar]) -> Word {
        let mut any: Option<Word> = None;
        let has_ids = match ids {
            Ids::Ranges(ranges) => !ranges.is_empty(),
            Ids::Bits(..) => true,
        };
        if has_ids && leaf.kinds.has(Kind::Text) {
            let mut found = self.has_id(leaf.slot, ids);
            // The id of a List or a Map is its length.
            if leaf.kinds.meets(Kinds::LIST.or(Kinds::MAP)) {
                let is_text = self.has_tag(leaf.slot, Cell::TEXT);
                found = self.builder.ins().band(found, is_text);
            }
            any = Some(found);
        }
        for scalar in scalars {
            let found = self.is_scalar(leaf, *scalar);
            any = Some(self.combined(any, found, true));
        }
        any.unwrap_or_else(|| self.bool(false))
    }

    fn has_id(&mut self, slot: SlotId, ids: &Ids) -> Word {
        let id = self.id(slot);
        match ids {
            Ids::Ranges(ranges) => {
                let mut any: Option<Word> = None;
                for (first, last) in ranges {
                    let found = if first == last {
                        self.builder.ins().icmp_imm_u(IntCC::Equal, id, i64::from(*first))
                    } else {
                        let beyond = self.builder.ins().iadd_imm_s(id, -i64::from(*first));
                        self.builder.ins().icmp_imm_u(IntCC::UnsignedLessThanOrEqual, beyond, i64::from(last - first))
                    };
                    any = Some(self.combined(any, found, true));
                }
                any.unwrap_or_else(|| self.bool(false))
            }
            Ids::Bits(first, bits) => {
                let beyond = self.builder.ins().iadd_imm_s(id, -i64::from(*first));
                let near = self.builder.ins().icmp_imm_u(IntCC::UnsignedLessThan, beyond, 64);
                let bits = self.word(*bits);
                let shifted = self.builder.ins().ushr(bits, beyond);
                let low = self.builder.ins().ireduce(I8, shifted);
                // `near` is 0 or 1.
                self.builder.ins().band(low, near)
            }
        }
    }

    fn is_scalar(&mut self, leaf: &Leaf, scalar: Scalar) -> Word {
        match scalar {
            Scalar::Null => self.has_tag(leaf.slot, Cell::NULL),
            Scalar::Bool(value) => self.is_exactly(leaf.slot, Cell::BOOL, u64::from(value)),
            Scalar::Number(number) => {
                let integer = match number {
                    Number::Integer(integer) => Some(integer),
                    Number::Float(float) => float.as_integer(),
                };
                let as_integer =
                    integer.filter(|_| leaf.kinds.has(Kind::Integer)).map(|integer| self.is_exactly(leaf.slot, Cell::INTEGER, integer.cast_unsigned()));
                let float = float_constant(number).or_else(|| exact_float(number)).filter(|_| leaf.kinds.has(Kind::Float));
                let as_float = float.map(|float| self.is_exactly(leaf.slot, Cell::FLOAT, float.to_bits()));
                match (as_integer, as_float) {
                    (Some(one), Some(other)) => self.builder.ins().bor(one, other),
                    (one, other) => one.or(other).unwrap_or_else(|| self.bool(false)),
                }
            }
        }
    }

    fn is_exactly(&mut self, slot: SlotId, tag: u32, payload: u64) -> Word {
        let has_tag = self.has_tag(slot, tag);
        let found = self.payload(slot);
        let wanted = self.word(payload);
        let same = self.builder.ins().icmp(IntCC::Equal, found, wanted);
        self.builder.ins().band(has_tag, same)
    }

    fn is_ordered(&mut self, leaf: &Leaf, integer: IntegerTest, float: Option<(FloatCC, f64)>) -> Word {
        let mut any: Option<Word> = None;
        if leaf.kinds.has(Kind::Integer) {
            let is_integer = self.has_tag(leaf.slot, Cell::INTEGER);
            let found = match integer {
                IntegerTest::Always(false) => self.bool(false),
                IntegerTest::Always(true) => is_integer,
                IntegerTest::Against(code, constant) => {
                    let payload = self.payload(leaf.slot);
                    let constant = self.word(constant.cast_unsigned());
                    let holds = self.builder.ins().icmp(code, payload, constant);
                    self.builder.ins().band(is_integer, holds)
                }
            };
            any = Some(found);
        }
        if let (Some((code, constant)), true) = (float, leaf.kinds.has(Kind::Float)) {
            let is_float = self.has_tag(leaf.slot, Cell::FLOAT);
            let payload = self.payload(leaf.slot);
            let payload = self.builder.ins().bitcast(F64, MemFlagsData::new(), payload);
            let constant = self.word(constant.to_bits());
            let constant = self.builder.ins().bitcast(F64, MemFlagsData::new(), constant);
            let holds = self.builder.ins().fcmp(code, payload, constant);
            let found = self.builder.ins().band(is_float, holds);
            any = Some(self.combined(any, found, true));
        }
        any.unwrap_or_else(|| self.bool(false))
    }

    /// Whether a List has a literal, with its length charged; for what is no List, the helper. Not cheap, because of the charge.
    pub(super) fn has_charged(&mut self, id: NodeId, slot: SlotId, bit: u32, negated: bool) -> Word {
        use crate::value::{Budget, EvalErrorKind};
        #[cfg(feature = "fuzzing")]
        crate::backend::jit::seen::generated("has a literal, charged");
        let is_list = self.has_tag(slot, Cell::LIST);
        let (fast, slow) = (self.builder.create_block(), self.builder.create_block());
        let (next, joined) = self.joining_truths();
        self.branch(is_list, fast, slow);
        self.builder.switch_to_block(fast);
        let length = self.id(slot);
        let length = self.builder.ins().uextend(I64, length);
        let at = std::mem::offset_of!(super::Run<'static>, budget) + Budget::STEPS_AT;
        let steps = self.run_word(at);
        let too_few = self.builder.ins().icmp(IntCC::UnsignedLessThan, steps, length);
        let span = self.program.span(id);
        self.fail_if(too_few, EvalErrorKind::BudgetExceeded, span);
        let left = self.builder.ins().isub(steps, length);
        self.set_run_word(at, left);
        let bits = self.payload(slot);
        let shifted = self.builder.ins().ushr_imm_u(bits, i64::from(bit));
        let low = self.builder.ins().ireduce(I8, shifted);
        let one = self.bool(true);
        let found = self.builder.ins().band(low, one);
        let truth = if negated { self.not(found) } else { found };
        self.jump(next, &[truth]);
        self.builder.switch_to_block(slow);
        let node = self.number(id.index());
        let answer = self.asked(Helper::CompareLeaves, &[node]);
        self.jump(next, &[answer]);
        self.builder.switch_to_block(next);
        joined
    }
}

/// The Float of the same value as an Integer beyond 53 bits, if there is one.
fn exact_float(number: Number) -> Option<f64> {
    let float = number.to_f64();
    crate::value::Float::new(float).filter(|float| Number::Float(*float) == number).map(|_| float)
}
