//! Chains: a base, and links applied to it one after the other.

use super::Job;
use super::eval::{Evaluated, at};
use super::operand::{Frame, Operand};
use super::watch::{Place, Watch};
use crate::hir::{ConstId, Link, LinkOp, NodeId, Ready, Run};
use crate::value::access::{self, Element};
use crate::value::{Budget, EvalErrorKind, Value, arith};

impl<'j> Job<'j> {
    pub(super) fn chain<'v, W: Watch>(
        &'v self,
        id: NodeId,
        base: NodeId,
        links: Run,
        frame: &'v Frame<'v>,
        budget: &mut Budget,
        watch: &mut W,
    ) -> Evaluated<'v> {
        let mut value = self.eval(base, frame, budget, watch)?;
        for (place, link) in self.program.links(links).iter().enumerate() {
            let evaluated = self.link(link, value, frame, budget, watch);
            if W::ACTIVE {
                watch.see(Place::Link(id, place), evaluated.as_deref().map_err(|error| *error));
            }
            value = evaluated?;
        }
        Ok(value)
    }

    fn link<'v, W: Watch>(&'v self, link: &'v Link, value: Operand<'v>, frame: &'v Frame<'v>, budget: &mut Budget, watch: &mut W) -> Evaluated<'v> {
        match link.op {
            LinkOp::Member(name) => self.member(value, name).map_err(at(link.span)),
            LinkOp::Index(index) => {
                let index = self.eval(index, frame, budget, watch)?;
                element(value, &index, budget).map_err(at(link.span))
            }
            LinkOp::Slice(from, to) => {
                let from = from.map(|from| self.eval(from, frame, budget, watch)).transpose()?;
                let to = to.map(|to| self.eval(to, frame, budget, watch)).transpose()?;
                access::slice(&value, from.as_deref(), to.as_deref(), budget).map(Operand::Owned).map_err(at(link.span))
            }
            LinkOp::Arith(op, right) => {
                let right = self.eval(right, frame, budget, watch)?;
                arith::apply(op, &value, &right, budget).map(Operand::Owned).map_err(at(link.span))
            }
            LinkOp::Call(builtin, args, ready) => {
                let prepared = match ready {
                    Ready::Nothing => None,
                    Ready::Argument(prepared) => self.program.prepared(prepared),
                    Ready::Result(derived) => match self.context.derived(derived) {
                        Some(kept) => {
                            budget.spend(kept.steps, kept.bytes).map_err(at(link.span))?;
                            return Ok(Operand::Borrowed(&kept.value));
                        }
                        None => None,
                    },
                };
                self.call(builtin.get(), value, args, prepared, link.span, frame, budget, watch)
            }
        }
    }

    fn member<'v>(&'v self, value: Operand<'v>, name: ConstId) -> Result<Operand<'v>, EvalErrorKind> {
        let Value::Text(name) = &self.program.constant(name).value else {
            return Err(EvalErrorKind::TypeMismatch);
        };
        match value {
            Operand::Borrowed(value) => access::member(value, name).map(|member| member.map_or(Operand::NULL, Operand::Borrowed)),
            Operand::Owned(value) => access::member(&value, name).map(|member| Operand::Owned(member.cloned().unwrap_or_default())),
        }
    }
}

fn element<'v>(value: Operand<'v>, index: &Value, budget: &mut Budget) -> Result<Operand<'v>, EvalErrorKind> {
    match value {
        Operand::Borrowed(value) => access::index(value, index, budget).map(|element| match element {
            Element::Missing => Operand::NULL,
            Element::Part(part) => Operand::Borrowed(part),
            Element::Character(character) => Operand::Owned(character),
        }),
        Operand::Owned(value) => access::index(&value, index, budget).map(|element| match element {
            Element::Missing => Operand::NULL,
            Element::Part(part) => Operand::Owned(part.clone()),
            Element::Character(character) => Operand::Owned(character),
        }),
    }
}
