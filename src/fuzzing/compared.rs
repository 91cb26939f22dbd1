//! What the programs of a comparison of backends were.

use std::collections::BTreeMap;
use std::fmt;

use crate::backend::jit::seen;
use crate::hir::{LinkOp, Node, Program, Ready};
use crate::value::EvalErrorKind;

/// The parts of programs, and how they are called here.
const PARTS: [&str; 20] = [
    "constant",
    "charged constant",
    "attribute",
    "parameter",
    "NOT",
    "negation",
    "comparison",
    "AND",
    "OR",
    "IF",
    "List",
    "Map",
    "chain",
    "call without arguments",
    "member",
    "index",
    "slice",
    "arithmetic",
    "call",
    "call whose result is kept",
];

/// Counts of a comparison of backends: what "they agree" stands for.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Compared {
    /// Modules of native code.
    pub modules: u64,
    /// Programs in native code; one counts for each module that it is in.
    pub natives: u64,
    /// Bytes of native code.
    pub bytes: u64,
    /// Contexts that programs ran on, one for each program.
    pub contexts: u64,
    /// Evaluations of native code that were compared with the interpreter's.
    pub evaluations: u64,
    /// Among them those whose budget did not suffice.
    pub exhausted: u64,
    /// Among them those whose charges were compared.
    pub charged: u64,
    /// Outcomes that were errors, in the order of [`EvalErrorKind::ALL`].
    pub errors: [u64; EvalErrorKind::ALL.len()],
    /// Parts of programs.
    parts: [u64; PARTS.len()],
}

impl Compared {
    pub(super) fn program(&mut self, program: &Program) {
        for (_, node) in program.nodes() {
            let name = match node {
                Node::Constant(constant) => {
                    let constant = program.constant(constant);
                    if constant.is_free() { "constant" } else { "charged constant" }
                }
                Node::Attribute(..) => "attribute",
                Node::Parameter(..) => "parameter",
                Node::Not(_) => "NOT",
                Node::Negate(_) => "negation",
                Node::Compare(..) => "comparison",
                Node::And(_) => "AND",
                Node::Or(_) => "OR",
                Node::If(..) => "IF",
                Node::List(_) => "List",
                Node::Map(_) => "Map",
                Node::Chain(_, links) => {
                    for link in program.links(links) {
                        let name = match link.op {
                            LinkOp::Member(_) => "member",
                            LinkOp::Index(_) => "index",
                            LinkOp::Slice(..) => "slice",
                            LinkOp::Arith(..) => "arithmetic",
                            LinkOp::Call(_, _, Ready::Result(_)) => "call whose result is kept",
                            LinkOp::Call(_, _, Ready::Nothing | Ready::Argument(_)) => "call",
                        };
                        self.part(name);
                    }
                    "chain"
                }
                Node::Call(_) => "call without arguments",
            };
            self.part(name);
        }
    }

    fn part(&mut self, name: &str) {
        if let Some(count) = PARTS.iter().position(|part| *part == name).and_then(|place| self.parts.get_mut(place)) {
            *count += 1;
        }
    }

    pub(super) fn error(&mut self, kind: EvalErrorKind) {
        if let Some(count) = EvalErrorKind::ALL.iter().position(|known| *known == kind).and_then(|place| self.errors.get_mut(place)) {
            *count += 1;
        }
    }

    /// How often each kind of part occurred.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        PARTS.into_iter().zip(self.parts)
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Compared { modules, natives, bytes, contexts, evaluations, exhausted, charged, errors, .. } = self;
        write!(f, "{natives} natives in {modules} modules, {bytes} bytes of code, {contexts} contexts; ")?;
        write!(f, "{evaluations} evaluations compared, {charged} with their charges, {exhausted} without budget")?;
        EvalErrorKind::ALL.iter().zip(errors).try_for_each(|(kind, count)| write!(f, "; {} {count}", kind.name()))?;
        self.parts().try_for_each(|(part, count)| write!(f, "; {part} {count}"))
    }
}

/// How often native code of this process called each helper.
pub fn helpers() -> impl Iterator<Item = (&'static str, u64)> {
    seen::helpers()
}

/// How often native code of each form was generated in this process.
#[must_use]
pub fn forms() -> BTreeMap<&'static str, u64> {
    seen::forms()
}
