//! The condition of a rule: tests under `AND` and `OR`, with every `NOT` moved down to the tests.
//!
//! What is no test is unknown: the condition then says when the rule may be true *or fail*, and the rule itself has the last word. Operands behind one that
//! may fail are left out of an `AND`, since evaluation may stop with an error before it comes to them; so where the condition is false, the rule is false,
//! and no error that evaluation would meet is lost.
//!
//! Tests are taken to fit the kinds of their attributes. Where one does not, the rule is evaluated by itself: the [`Watch`]es say which attributes decide that.

use std::sync::Arc;

use super::collect::Interner;
use super::store::Code;
use super::test::{Atom, Exact, Order, Question, Source, Test};
use crate::builtins::Gives;
use crate::context::{Cell, Layout, SlotId};
use crate::hir::{Arg, Constant, LinkOp, Node, NodeId, Program, Ready, Run};
use crate::value::compare::CompareOp;
use crate::value::{EvalErrorKind, Kinds, Value};

/// A condition, its tests interned.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Condition {
    /// True.
    Always,
    /// False.
    Never,
    /// A test, or its opposite.
    Literal(Code),
    /// `AND`
    All(Vec<Condition>),
    /// `OR`
    Any(Vec<Condition>),
}

impl Condition {
    fn of(holds: bool) -> Condition {
        if holds { Condition::Always } else { Condition::Never }
    }

    fn all(parts: Vec<Condition>) -> Condition {
        Condition::together(parts, &Condition::Always, &Condition::Never, Condition::All)
    }

    fn any(parts: Vec<Condition>) -> Condition {
        Condition::together(parts, &Condition::Never, &Condition::Always, Condition::Any)
    }

    fn together(parts: Vec<Condition>, neutral: &Condition, decisive: &Condition, join: fn(Vec<Condition>) -> Condition) -> Condition {
        let is_all = matches!(decisive, Condition::Never);
        let mut kept: Vec<Condition> = Vec::with_capacity(parts.len());
        for part in parts {
            if part == *decisive {
                return part;
            }
            match part {
                Condition::All(inner) if is_all => kept.extend(inner),
                Condition::Any(inner) if !is_all => kept.extend(inner),
                Condition::Always | Condition::Never | Condition::Literal(_) | Condition::All(_) | Condition::Any(_) => {
                    if part != *neutral && !kept.contains(&part) {
                        kept.push(part);
                    }
                }
            }
        }
        match kept.len() {
            0 => neutral.clone(),
            1 => kept.pop().unwrap_or(Condition::Always),
            _ => join(kept),
        }
    }
}

/// A rule, looked at.
#[derive(Debug)]
pub(super) struct Analysis {
    pub(super) condition: Condition,
    /// Whether the condition is the rule: nothing in it is unknown.
    pub(super) is_exact: bool,
    pub(super) watches: Vec<Watch>,
    /// How many of its tests are charged, if that could ever be too much.
    pub(super) charged: u32,
}

/// Where the tag of an attribute's cell is one of these (a bit each), a test of the rule cannot answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct Watch {
    pub(super) slot: SlotId,
    pub(super) tags: u16,
}

/// Looks at a rule. `computed_later`: nothing is known of values that are computed.
pub(super) fn analyse(program: &Program, layout: &Layout, interner: &mut Interner, computed_later: bool) -> Analysis {
    let is_computed = program.nodes().any(|(id, _)| program.slot_of(id).is_some_and(|slot| layout.is_computed(slot)));
    let mut analyst = Analyst { program, layout, interner, is_computed, computed_later, is_exact: true, watches: Vec::new(), charged: 0 };
    let condition = crate::stack::with_room(program.nesting, || analyst.part(program.root(), true)).condition;
    let Analyst { is_exact, mut watches, charged, .. } = analyst;
    watches.sort_unstable();
    watches.dedup();
    let may_exceed = program.root_facts().errors.has(EvalErrorKind::BudgetExceeded);
    Analysis { condition, is_exact, watches, charged: if may_exceed { charged } else { 0 } }
}

struct Analyst<'a> {
    program: &'a Program,
    layout: &'a Layout,
    interner: &'a mut Interner,
    /// Whether the rule reads a value that is computed: that may fail whatever is known of it.
    is_computed: bool,
    /// Whether such values may not be there yet.
    computed_later: bool,
    is_exact: bool,
    watches: Vec<Watch>,
    charged: u32,
}

/// The condition of a part of a rule, and whether evaluating the part may fail where all tests fit.
struct Part {
    condition: Condition,
    may_fail: bool,
}

/// What a test reads, and what may be there.
struct Operand {
    source: Source,
    kinds: Kinds,
    /// Tags that no test can answer.
    slow: u16,
}

impl<'a> Analyst<'a> {
    /// When a part is truthy (or falsy, unless `polarity`), or fails.
    fn part(&mut self, id: NodeId, polarity: bool) -> Part {
        match self.program.node(id) {
            Node::Constant(constant) => {
                let constant = self.program.constant(constant);
                if constant.is_free() { Part { condition: Condition::of(constant.value.is_truthy() == polarity), may_fail: false } } else { self.unknown(id) }
            }
            Node::Not(operand) => self.part(operand, !polarity),
            Node::And(operands) => self.operands(operands, polarity, polarity),
            Node::Or(operands) => self.operands(operands, polarity, !polarity),
            Node::If(branches, otherwise) => self.conditional(branches, otherwise, polarity),
            Node::Attribute(..) => match self.attribute(id) {
                Some(operand) => self.literal(operand, Question::Truthy, Kinds::ANY, false, polarity).unwrap_or_else(|| self.unknown(id)),
                None => self.unknown(id),
            },
            Node::Compare(op, left, right) => self.compare(op, left, right, polarity).unwrap_or_else(|| self.unknown(id)),
            Node::Chain(base, links) => self.chain(base, links, polarity).unwrap_or_else(|| self.unknown(id)),
            Node::Parameter(..) | Node::Negate(_) | Node::List(_) | Node::Map(_) | Node::Call(_) => self.unknown(id),
        }
    }

    /// A part of which nothing is known.
    fn unknown(&mut self, id: NodeId) -> Part {
        self.is_exact = false;
        Part { condition: Condition::Always, may_fail: self.is_computed || !self.program.facts(id).errors.is_empty() }
    }

    /// `AND` that is to be true, `OR` that is to be false (`all`); or one of them the other way round.
    fn operands(&mut self, operands: Run, polarity: bool, all: bool) -> Part {
        let program = self.program;
        let mut parts = Vec::with_capacity(operands.len());
        let mut may_fail = false;
        for operand in program.children(operands) {
            let part = self.part(*operand, polarity);
            may_fail |= part.may_fail;
            parts.push(part.condition);
            // What stands behind an operand that may fail need not be reached.
            if all && may_fail {
                break;
            }
        }
        Part { condition: if all { Condition::all(parts) } else { Condition::any(parts) }, may_fail }
    }

    /// `IF c THEN a ELSE b`: `c` and `a`, or not `c` and `b`.
    fn conditional(&mut self, branches: Run, otherwise: NodeId, polarity: bool) -> Part {
        let program = self.program;
        let mut rest = self.part(otherwise, polarity);
        for branch in program.children(branches).rchunks_exact(2) {
            let &[condition, then] = branch else { continue };
            let (when, unless, then) = (self.part(condition, true), self.part(condition, false), self.part(then, polarity));
            rest = if when.may_fail {
                Part { condition: Condition::Always, may_fail: true }
            } else {
                let taken = Condition::all(vec![when.condition, then.condition]);
                let passed = Condition::all(vec![unless.condition, rest.condition]);
                Part { condition: Condition::any(vec![taken, passed]), may_fail: then.may_fail || rest.may_fail }
            };
        }
        rest
    }

    // ---- tests

    /// A test, or `None` where kinds that may be there are none that it answers and nothing can watch for them. `charged`: evaluating it is charged.
    fn literal(&mut self, operand: Operand, question: Question, answered: Kinds, charged: bool, holds: bool) -> Option<Part> {
        let beyond = operand.kinds.without(answered.or(Kinds::NULL));
        let tags = match operand.source {
            Source::Slot(_) => tags(beyond) | operand.slow,
            Source::Derived(..) if beyond.is_empty() => operand.slow,
            Source::Derived(..) => return None,
        };
        let (slot, is_derived) = match operand.source {
            Source::Slot(slot) => (slot, false),
            Source::Derived(_, slot) => (slot, true),
        };
        let test = self.interner.test(Test { source: operand.source, question }, &self.program.limits)?;
        if tags != 0 {
            self.watches.push(Watch { slot, tags });
        }
        self.charged += u32::from(charged || is_derived);
        Some(Part { condition: Condition::Literal(Code::literal(test, holds)), may_fail: false })
    }

    fn compare(&mut self, op: CompareOp, left: NodeId, right: NodeId, polarity: bool) -> Option<Part> {
        let holds = polarity != matches!(op, CompareOp::NotEqual | CompareOp::NotIn);
        match op {
            CompareOp::Equal | CompareOp::NotEqual => {
                let (operand, constant) = self.sides(left, right)?;
                let atom = Atom::of(&constant.value)?;
                self.literal(operand, Question::Among(Box::new([atom])), Kinds::ANY, false, holds)
            }
            CompareOp::In | CompareOp::NotIn => {
                if let Some(Value::Text(text)) = self.constant(left).map(|constant| &constant.value) {
                    let operand = self.operand(right)?;
                    let answered = match operand.source {
                        Source::Slot(_) => Kinds::LIST.or(Kinds::TEXT),
                        Source::Derived(..) => Kinds::TEXT,
                    };
                    return self.literal(operand, Question::Has(text.clone()), answered, true, holds);
                }
                let operand = self.operand(left)?;
                let Value::List(list) = &self.constant(right)?.value else { return None };
                let mut atoms: Vec<Atom> = list.iter().map(Atom::of).collect::<Option<_>>()?;
                atoms.sort_unstable();
                atoms.dedup();
                self.literal(operand, Question::Among(atoms.into()), Kinds::ANY, false, holds)
            }
            CompareOp::Less | CompareOp::LessOrEqual | CompareOp::Greater | CompareOp::GreaterOrEqual => {
                let (operand, constant) = self.sides(left, right)?;
                let is_flipped = self.constant(left).is_some();
                let order = order(op, is_flipped)?;
                match &constant.value {
                    Value::Text(text) => self.literal(operand, Question::TextOrder(order, text.clone()), Kinds::TEXT, false, holds),
                    Value::Integer(_) | Value::Float(_) => {
                        let number = crate::value::arith::number(&constant.value).ok()?;
                        self.literal(operand, Question::Order(order, Exact::new(number)), Kinds::NUMBER, false, holds)
                    }
                    Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => None,
                }
            }
        }
    }

    fn chain(&mut self, base: NodeId, links: Run, polarity: bool) -> Option<Part> {
        let program = self.program;
        if let Some(operand) = self.operand_at(base, links, links.len()) {
            return self.literal(operand, Question::Truthy, Kinds::ANY, true, polarity);
        }
        let before = links.len().checked_sub(1)?;
        let LinkOp::Call(builtin, args, _) = program.links(links).get(before)?.op else { return None };
        let operand = self.operand_at(base, links, before)?;
        let row = builtin.get();
        if row.gives == Gives::WhetherMissing {
            return self.literal(operand, Question::Among(Box::new([Atom::Null])), Kinds::ANY, true, polarity);
        }
        let [Arg::Value(argument)] = program.args(args) else { return None };
        let Value::Text(text) = &self.constant(*argument)?.value else { return None };
        let question = match row.name {
            "STARTS_WITH" => Question::StartsWith(text.clone()),
            "ENDS_WITH" => Question::EndsWith(text.clone()),
            "MATCH" => Question::Pattern(text.clone()),
            _ => return None,
        };
        self.literal(operand, question, Kinds::TEXT, true, polarity)
    }

    // ---- operands

    /// What is compared with a constant, and the constant.
    fn sides(&self, left: NodeId, right: NodeId) -> Option<(Operand, &'a Constant)> {
        match (self.constant(left), self.constant(right)) {
            (None, Some(constant)) => Some((self.operand(left)?, constant)),
            (Some(constant), None) => Some((self.operand(right)?, constant)),
            (None, None) | (Some(_), Some(_)) => None,
        }
    }

    /// A constant that costs nothing.
    fn constant(&self, id: NodeId) -> Option<&'a Constant> {
        self.program.constant_of(id).filter(|constant| constant.is_free())
    }

    fn operand(&self, id: NodeId) -> Option<Operand> {
        match self.program.node(id) {
            Node::Attribute(..) => self.attribute(id),
            Node::Chain(base, links) => self.operand_at(base, links, links.len()),
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
            | Node::Call(_) => None,
        }
    }

    fn attribute(&self, id: NodeId) -> Option<Operand> {
        let slot = self.program.slot_of(id)?;
        if self.computed_later && self.layout.is_computed(slot) {
            return None;
        }
        let facts = self.program.facts(id);
        let is_unreadable = !facts.errors.is_empty() || self.layout.is_computed(slot);
        let slow = if is_unreadable { 1 << Cell::NO_MEMBERS | 1 << Cell::FAILED } else { 0 };
        Some(Operand { source: Source::Slot(slot), kinds: facts.kinds, slow })
    }

    /// An attribute, or what its first links derive of it.
    fn operand_at(&self, base: NodeId, links: Run, count: usize) -> Option<Operand> {
        let operand = self.attribute(base)?;
        let Source::Slot(slot) = operand.source else { return None };
        let links = self.program.links(links).get(..count)?;
        let Some((last, before)) = links.split_last() else { return Some(operand) };
        let texts = Kinds::TEXT.or(Kinds::NULL);
        for link in before {
            let is_text = matches!(link.op, LinkOp::Call(_, _, Ready::Result(_))) && link.facts.kinds.within(texts);
            if !is_text {
                return None;
            }
        }
        let LinkOp::Call(_, _, Ready::Result(derived)) = last.op else { return None };
        let slow = operand.slow | tags(operand.kinds.without(texts));
        Some(Operand { source: Source::Derived(derived, slot), kinds: last.facts.kinds, slow })
    }
}

/// The side of the constant on which the attribute has to be.
fn order(op: CompareOp, is_flipped: bool) -> Option<Order> {
    let (plain, flipped) = match op {
        CompareOp::Less => (Order::Less, Order::Greater),
        CompareOp::LessOrEqual => (Order::LessOrEqual, Order::GreaterOrEqual),
        CompareOp::Greater => (Order::Greater, Order::Less),
        CompareOp::GreaterOrEqual => (Order::GreaterOrEqual, Order::LessOrEqual),
        CompareOp::Equal | CompareOp::NotEqual | CompareOp::In | CompareOp::NotIn => return None,
    };
    Some(if is_flipped { flipped } else { plain })
}

/// The tags of kinds, a bit each.
fn tags(kinds: Kinds) -> u16 {
    kinds.iter().fold(0, |tags, kind| tags | 1 << kind as u16)
}

/// The literals that the tests of a source compare its texts with.
pub(super) fn texts(question: &Question) -> impl Iterator<Item = &Arc<str>> {
    let (atoms, text): (&[Atom], Option<&Arc<str>>) = match question {
        Question::Among(atoms) => (atoms, None),
        Question::Has(text) => (&[], Some(text)),
        Question::Truthy | Question::Order(..) | Question::TextOrder(..) | Question::StartsWith(_) | Question::EndsWith(_) | Question::Pattern(_) => {
            (&[], None)
        }
    };
    let of_atoms = atoms.iter().filter_map(|atom| match atom {
        Atom::Text(text) => Some(text),
        Atom::Null | Atom::Bool(_) | Atom::Number(_) => None,
    });
    of_atoms.chain(text)
}
