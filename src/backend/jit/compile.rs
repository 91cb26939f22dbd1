//! Many programs, one module: functions are generated one after the other, and their code is put into executable memory together.

use std::sync::Arc;

use cranelift::codegen::Context;
use cranelift::codegen::control::ControlPlane;
use cranelift::codegen::isa::OwnedTargetIsa;
use cranelift::frontend::FunctionBuilderContext;
use memchr::memmem::Finder;

use super::code::{ALIGNMENT, Code};
use super::lower::{self, Outline, Purpose};
use super::native::{Body, Entry, Function, Native};
use super::{Optimisation, Unavailable, available, isa};
use crate::context::Layout;
use crate::hir::{NodeId, Program};
use crate::stack;
use crate::value::Kinds;

/// A program to be compiled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unit<'u> {
    pub(crate) program: &'u Program,
    /// What its contexts are bound to.
    pub(crate) layout: &'u Layout,
    /// Whether it is charged to a budget that others share, so that everything has to be charged although the program alone cannot use up its own.
    pub(crate) shares_budget: bool,
}

/// Compiles programs into one module: a native code for each, in order.
///
/// # Errors
/// There is no native code here, or Cranelift cannot compile a program.
pub(crate) fn compile(units: &[Unit<'_>], level: Optimisation) -> Result<Vec<Native>, Unavailable> {
    available()?;
    let mut module = Module { isa: isa::get(level)?, context: Context::new(), builder: FunctionBuilderContext::new(), code: Vec::new() };
    let mut planned = Vec::with_capacity(units.len());
    for unit in units {
        planned.push(stack::with_room(unit.program.nesting, || module.unit(unit))?);
    }
    let code = Code::new(&module.code)?;
    planned.into_iter().map(|plan| plan.native(&code)).collect()
}

struct Module {
    isa: &'static OwnedTargetIsa,
    context: Context,
    builder: FunctionBuilderContext,
    code: Vec<u8>,
}

/// A function that was generated: where its code starts, and what it asks for.
struct Placed {
    offset: usize,
    outline: Outline,
}

/// The functions of one program.
struct Plan {
    truth: Placed,
    value: Option<Placed>,
    lambdas: Vec<Placed>,
    searchers: Vec<Finder<'static>>,
    bytes: usize,
}

impl Module {
    fn unit(&mut self, unit: &Unit<'_>) -> Result<Plan, Unavailable> {
        let start = self.code.len();
        let root = unit.program.root();
        let mut shared = lower::Shared::default();
        let truth = self.function(unit, root, Purpose::Truth, &mut shared)?;
        let is_truth = unit.program.root_facts().kinds.within(Kinds::BOOL);
        let value = if is_truth { None } else { Some(self.function(unit, root, Purpose::Value, &mut shared)?) };
        let mut lambdas = Vec::new();
        // A body may have lambdas of its own, which come behind those that are known.
        while let Some(lambda) = shared.lambdas.get(lambdas.len()).copied() {
            lambdas.push(self.function(unit, lambda.body, Purpose::Lambda { depth: lambda.depth }, &mut shared)?);
        }
        Ok(Plan { truth, value, lambdas, searchers: shared.searchers, bytes: self.code.len() - start })
    }

    fn function(&mut self, unit: &Unit<'_>, root: NodeId, purpose: Purpose, shared: &mut lower::Shared) -> Result<Placed, Unavailable> {
        self.context.clear();
        let outline = lower::function(unit, root, purpose, shared, self.isa.as_ref(), &mut self.context.func, &mut self.builder);
        let compiled =
            self.context.compile(self.isa.as_ref(), &mut ControlPlane::default()).map_err(|error| Unavailable::Codegen(format!("{:?}", error.inner)))?;
        if !compiled.buffer.relocs().is_empty() {
            return Err(Unavailable::Codegen("the code depends on where it lies".to_owned()));
        }
        self.code.resize(self.code.len().next_multiple_of(ALIGNMENT), 0);
        let offset = self.code.len();
        self.code.extend_from_slice(compiled.code_buffer());
        Ok(Placed { offset, outline })
    }
}

impl Plan {
    fn native(self, code: &Arc<Code>) -> Result<Native, Unavailable> {
        // Whoever calls one of the two functions passes its cells on to the bodies of lambdas.
        let by_lambdas = self.lambdas.iter().map(|placed| placed.outline.cells).max().unwrap_or(0);
        let entry = |placed: &Placed| {
            let address = code.at(placed.offset).ok_or_else(|| Unavailable::Codegen("a function has no code".to_owned()))?;
            // SAFETY: a function of this signature was generated there: `lower::function` makes no other.
            let function = unsafe { std::mem::transmute::<*const u8, Function>(address) };
            Ok(Entry { function, cells: placed.outline.cells.max(by_lambdas), needs_run: placed.outline.needs_run })
        };
        Ok(Native {
            truth: entry(&self.truth)?,
            value: self.value.as_ref().map(entry).transpose()?,
            body: Body { lambdas: self.lambdas.iter().map(entry).collect::<Result<_, _>>()?, searchers: self.searchers },
            code: code.clone(),
            bytes: self.bytes,
        })
    }
}
