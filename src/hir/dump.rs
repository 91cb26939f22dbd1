//! A stable text of a program, for snapshots and for people who look inside.

use std::fmt::{self, Write as _};

use super::{Arg, Facts, LinkOp, Node, NodeId, Program, Ready};
use crate::source::Span;

impl Program {
    /// The program as an indented tree: one node a line, with its kinds, what it may fail with, and its span.
    ///
    /// ```
    /// let rule = triggerfish::Rule::compile("a + 1")?;
    /// assert_eq!(rule.program().dump(), "\
    /// chain : NULL or Number; may fail with type_mismatch, overflow, not_finite @0..5
    ///   slot 0 : any value @0..1
    ///   > + : NULL or Number; may fail with type_mismatch, overflow, not_finite @0..5
    ///     1 : Integer @4..5
    /// ");
    /// # Ok::<(), triggerfish::CompileError>(())
    /// ```
    #[must_use]
    pub fn dump(&self) -> String {
        let mut dump = Dump { program: self, text: String::new() };
        // Writing to a String does not fail.
        let _ = dump.node("", self.root(), 0);
        dump.text
    }
}

struct Dump<'p> {
    program: &'p Program,
    text: String,
}

impl Dump<'_> {
    fn line(&mut self, depth: usize, role: &str, what: fmt::Arguments<'_>, facts: Facts, span: Span) -> fmt::Result {
        write!(self.text, "{:indent$}{role}{what} : {}", "", facts.kinds, indent = depth * 2)?;
        if !facts.errors.is_empty() {
            let names: Vec<&str> = facts.errors.iter().map(crate::value::EvalErrorKind::name).collect();
            write!(self.text, "; may fail with {}", names.join(", "))?;
        }
        writeln!(self.text, " @{span}")
    }

    fn node(&mut self, role: &str, id: NodeId, depth: usize) -> fmt::Result {
        let program = self.program;
        let (facts, span) = (program.facts(id), program.span(id));
        let mut line = |what: fmt::Arguments<'_>| self.line(depth, role, what, facts, span);
        match program.node(id) {
            Node::Constant(constant) => {
                let constant = program.constant(constant);
                line(format_args!("{:?}", constant.value))
            }
            Node::Attribute(slot, _) => line(format_args!("slot {}", slot.index())),
            Node::Parameter(up, place) => line(format_args!("parameter {up}.{place}")),
            Node::Call(builtin) => line(format_args!("call {}", builtin.get().name)),
            Node::Not(operand) => line(format_args!("not")).and_then(|()| self.node("", operand, depth + 1)),
            Node::Negate(operand) => line(format_args!("negate")).and_then(|()| self.node("", operand, depth + 1)),
            Node::Compare(op, left, right) => {
                line(format_args!("{}", op.symbol()))?;
                self.node("", left, depth + 1)?;
                self.node("", right, depth + 1)
            }
            Node::And(run) => line(format_args!("and")).and_then(|()| self.nodes(program.children(run), depth + 1)),
            Node::Or(run) => line(format_args!("or")).and_then(|()| self.nodes(program.children(run), depth + 1)),
            Node::List(run) => line(format_args!("list")).and_then(|()| self.nodes(program.children(run), depth + 1)),
            Node::Map(run) => line(format_args!("map")).and_then(|()| self.nodes(program.children(run), depth + 1)),
            Node::If(run, otherwise) => {
                line(format_args!("if"))?;
                self.nodes(program.children(run), depth + 1)?;
                self.node("else ", otherwise, depth + 1)
            }
            Node::Chain(base, run) => {
                line(format_args!("chain"))?;
                self.node("", base, depth + 1)?;
                program.links(run).iter().try_for_each(|link| self.link(link.op, link.facts, link.span, depth + 1))
            }
        }
    }

    fn nodes(&mut self, nodes: &[NodeId], depth: usize) -> fmt::Result {
        nodes.iter().try_for_each(|node| self.node("", *node, depth))
    }

    fn link(&mut self, op: LinkOp, facts: Facts, span: Span, depth: usize) -> fmt::Result {
        let program = self.program;
        let mut line = |what: fmt::Arguments<'_>| self.line(depth, "> ", what, facts, span);
        match op {
            LinkOp::Member(name) => line(format_args!("member {:?}", program.constant(name).value)),
            LinkOp::Index(index) => line(format_args!("index")).and_then(|()| self.node("", index, depth + 1)),
            LinkOp::Slice(from, to) => {
                line(format_args!("slice"))?;
                from.map_or(Ok(()), |from| self.node("from ", from, depth + 1))?;
                to.map_or(Ok(()), |to| self.node("to ", to, depth + 1))
            }
            LinkOp::Arith(op, operand) => line(format_args!("{}", op.symbol())).and_then(|()| self.node("", operand, depth + 1)),
            LinkOp::Call(builtin, args, ready) => {
                let ready = match ready {
                    Ready::Nothing => "",
                    Ready::Argument(_) => " (prepared)",
                    Ready::Result(_) => " (kept)",
                };
                line(format_args!("call {}{ready}", builtin.get().name))?;
                program.args(args).iter().try_for_each(|arg| match *arg {
                    Arg::Value(node) => self.node("", node, depth + 1),
                    Arg::Lambda(body) => self.node("lambda ", body, depth + 1),
                })
            }
        }
    }
}
