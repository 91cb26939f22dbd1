//! One function: nodes to Cranelift's instructions.

mod arith;
mod chain;
mod leaf;
mod number;
mod truth;
mod value;

use cranelift::codegen::ir::condcodes::IntCC;
use cranelift::codegen::ir::types::{I8, I32, I64};
use cranelift::codegen::ir::{
    self, AbiParam, Block, BlockArg, Function, InstBuilder, MemFlagsData, SigRef, Signature, StackSlot, StackSlotData, StackSlotKind,
};
use cranelift::codegen::isa::{CallConv, TargetIsa};
use cranelift::frontend::{FunctionBuilder, FunctionBuilderContext};
use memchr::memmem::Finder;

use self::leaf::Cheap;
use super::compile::Unit;
use super::helpers::{Helper, MOST_ARGS, status};
use super::run::{Pair, Run};
use crate::context::{Cell, Layout, SlotId};
use crate::hir::{NodeId, Program};
use crate::source::Span;
use crate::value::{EvalErrorKind, Kinds};

/// A value of the generated code.
type Word = ir::Value;

/// What a function is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Purpose {
    /// Whether the rule matches: the status says it.
    Truth,
    /// The value of the rule: the result of the run.
    Value,
    /// The value of the body of a lambda that stands inside of so many others.
    Lambda {
        /// How many lambdas are around the nodes of the body, its own included.
        depth: u16,
    },
}

/// What a function turned out to need.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outline {
    /// It reads so many cells.
    pub(super) cells: usize,
    /// It calls helpers, charges the budget, or has a result beside its status: not only where something unexpected is met.
    pub(super) needs_run: bool,
}

/// What the functions of one program refer to by number.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) lambdas: Vec<LambdaBody>,
    pub(super) searchers: Vec<Finder<'static>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct LambdaBody {
    pub(super) body: NodeId,
    pub(super) depth: u16,
}

/// Programs of more parts than this are long. Rules that people write have dozens, large generated ones hundreds.
const LONG: usize = 1_500;

/// Generates a function into `function`, which is empty.
pub(super) fn function(
    unit: &Unit<'_>,
    root: NodeId,
    purpose: Purpose,
    shared: &mut Shared,
    isa: &dyn TargetIsa,
    function: &mut Function,
    context: &mut FunctionBuilderContext,
) -> Outline {
    let convention = isa.default_call_conv();
    function.signature = signature(3, convention);
    let mut builder = FunctionBuilder::new(function, context);
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    let failed = builder.create_block();
    builder.set_cold_block(failed);
    let without_run = builder.create_block();
    builder.set_cold_block(without_run);
    let &[cells, run, frame] = builder.block_params(entry) else { return Outline { cells: 0, needs_run: true } };
    let program = unit.program;
    let may_exceed = program.root_facts().errors.has(EvalErrorKind::BudgetExceeded);
    let mut lowerer = Lowerer {
        builder,
        program,
        layout: unit.layout,
        charges: unit.shares_budget || may_exceed,
        cheap: leaf::classify(program, unit.layout, unit.shares_budget || may_exceed),
        shared,
        cells,
        run,
        frame,
        failed,
        without_run,
        has_run: false,
        is_long: program.size() > LONG,
        depth: match purpose {
            Purpose::Truth | Purpose::Value => 0,
            Purpose::Lambda { depth } => depth,
        },
        convention,
        signatures: [None; MOST_WORDS + 1],
        args: None,
        outline: Outline { cells: 0, needs_run: false },
    };
    match purpose {
        Purpose::Truth => {
            let truth = lowerer.truth(root);
            let status = lowerer.builder.ins().uextend(I64, truth);
            lowerer.builder.ins().return_(&[status]);
        }
        Purpose::Value | Purpose::Lambda { .. } => {
            let value = lowerer.value(root);
            lowerer.give(value);
            let done = lowerer.word(status::FALSE);
            lowerer.builder.ins().return_(&[done]);
        }
    }
    lowerer.finish(isa)
}

/// The most words that a helper takes.
const MOST_WORDS: usize = 8;

fn signature(words: usize, convention: CallConv) -> Signature {
    let mut signature = Signature::new(convention);
    signature.params.extend((0..words).map(|_| AbiParam::new(I64)));
    signature.returns.push(AbiParam::new(I64));
    signature
}

struct Lowerer<'l, 'f> {
    builder: FunctionBuilder<'f>,
    program: &'l Program,
    layout: &'l Layout,
    /// Whether what the program spends has to be charged.
    charges: bool,
    cheap: Cheap,
    shared: &'l mut Shared,
    cells: Word,
    run: Word,
    frame: Word,
    /// Where the function ends that has failed.
    failed: Block,
    /// Where the function ends that was called without a run and needs one.
    without_run: Block,
    /// Whether what is being generated is behind a question for the run.
    has_run: bool,
    /// Whether the program is so long that its code has to be small rather than fast: what Cranelift takes grows faster than the code.
    is_long: bool,
    /// How many lambdas are around the nodes.
    depth: u16,
    convention: CallConv,
    signatures: [Option<SigRef>; MOST_WORDS + 1],
    /// Room for the arguments of a call: one for all calls, since they are stored just before each.
    args: Option<StackSlot>,
    outline: Outline,
}

/// A value that is being worked with.
#[derive(Clone, Copy, Debug)]
enum Operand {
    /// An attribute, whose reading did not fail.
    Slot(SlotId, Kinds),
    /// A pair that is known when the code is generated.
    Fixed(Pair),
    /// A Bool, as a truth.
    Truth(Word),
    /// A pair: tag, payload, and the kinds that the value may have.
    Pair(Word, Word, Kinds),
}

impl Lowerer<'_, '_> {
    fn finish(mut self, isa: &dyn TargetIsa) -> Outline {
        self.builder.switch_to_block(self.failed);
        let failed = self.word(status::FAILED);
        self.builder.ins().return_(&[failed]);
        self.builder.switch_to_block(self.without_run);
        let needs_run = self.word(status::NEEDS_RUN);
        self.builder.ins().return_(&[needs_run]);
        self.builder.seal_all_blocks();
        self.builder.finalize(isa.frontend_config());
        self.outline
    }

    // ---- words

    fn word(&mut self, word: u64) -> Word {
        self.builder.ins().iconst(I64, word.cast_signed())
    }

    fn bool(&mut self, value: bool) -> Word {
        self.builder.ins().iconst(I8, i64::from(value))
    }

    fn number(&mut self, number: usize) -> Word {
        self.word(number as u64)
    }

    // ---- blocks

    /// A block that takes one truth.
    fn joining_truths(&mut self) -> (Block, Word) {
        let block = self.builder.create_block();
        let truth = self.builder.append_block_param(block, I8);
        (block, truth)
    }

    /// A block that takes one pair.
    fn joining_pairs(&mut self) -> (Block, Word, Word) {
        let block = self.builder.create_block();
        let tag = self.builder.append_block_param(block, I64);
        let payload = self.builder.append_block_param(block, I64);
        (block, tag, payload)
    }

    fn cold_block(&mut self) -> Block {
        let block = self.builder.create_block();
        self.builder.set_cold_block(block);
        block
    }

    fn jump(&mut self, block: Block, words: &[Word]) {
        let args: Vec<BlockArg> = words.iter().map(|word| BlockArg::from(*word)).collect();
        self.builder.ins().jump(block, &args);
    }

    /// Goes to `yes` if the truth holds, else to `no`.
    fn branch(&mut self, truth: Word, yes: Block, no: Block) {
        self.builder.ins().brif(truth, yes, &[], no, &[]);
    }

    /// Goes to `yes` with a word if the truth holds, else to `no`.
    fn branch_with(&mut self, truth: Word, yes: Block, word: Word, no: Block) {
        self.builder.ins().brif(truth, yes, &[BlockArg::from(word)], no, &[]);
    }

    // ---- cells

    fn cell_word(&mut self, slot: SlotId, field: usize, ty: ir::Type) -> Word {
        self.outline.cells = self.outline.cells.max(slot.index() + 1);
        let offset = slot.index() * size_of::<Cell>() + field;
        let flags = MemFlagsData::trusted().with_readonly().with_can_move();
        // A layout of more slots than an offset reaches has none of its own: 2^31 bytes are 134 million slots.
        self.builder.ins().load(ty, flags, self.cells, i32::try_from(offset).unwrap_or(0))
    }

    /// The tag of a cell, 32 bits.
    fn tag(&mut self, slot: SlotId) -> Word {
        self.cell_word(slot, std::mem::offset_of!(Cell, tag), I32)
    }

    /// The id of a cell, 32 bits.
    fn id(&mut self, slot: SlotId) -> Word {
        self.cell_word(slot, std::mem::offset_of!(Cell, id), I32)
    }

    fn payload(&mut self, slot: SlotId) -> Word {
        self.cell_word(slot, std::mem::offset_of!(Cell, payload), I64)
    }

    // ---- the run

    /// What is generated by `work` is run only where something unexpected is met: before it, the run is asked for.
    fn unexpectedly<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        if self.has_run {
            return work(self);
        }
        let with_run = self.cold_block();
        self.builder.ins().brif(self.run, with_run, &[], self.without_run, &[]);
        self.builder.switch_to_block(with_run);
        self.has_run = true;
        let made = work(self);
        self.has_run = false;
        made
    }

    fn run_word(&mut self, offset: usize) -> Word {
        self.outline.needs_run |= !self.has_run;
        self.builder.ins().load(I64, MemFlagsData::trusted(), self.run, i32::try_from(offset).unwrap_or(0))
    }

    fn set_run_word(&mut self, offset: usize, word: Word) {
        self.outline.needs_run |= !self.has_run;
        self.builder.ins().store(MemFlagsData::trusted(), word, self.run, i32::try_from(offset).unwrap_or(0));
    }

    const RESULT_TAG: usize = std::mem::offset_of!(Run<'static>, result) + std::mem::offset_of!(Pair, tag);
    const RESULT_PAYLOAD: usize = std::mem::offset_of!(Run<'static>, result) + std::mem::offset_of!(Pair, payload);
    const HELPERS: usize = std::mem::offset_of!(Run<'static>, helpers);

    /// What a helper gave.
    fn result(&mut self, kinds: Kinds) -> Operand {
        let tag = self.run_word(Self::RESULT_TAG);
        let payload = self.run_word(Self::RESULT_PAYLOAD);
        Operand::Pair(tag, payload, kinds)
    }

    /// Makes a value the result of the function.
    fn give(&mut self, value: Operand) {
        let (tag, payload) = self.pair(value);
        self.set_run_word(Self::RESULT_TAG, tag);
        self.set_run_word(Self::RESULT_PAYLOAD, payload);
    }

    // ---- helpers

    /// Calls a helper that cannot fail.
    fn ask(&mut self, helper: Helper, words: &[Word]) -> Word {
        debug_assert_eq!(helper.words(), words.len(), "{helper:?}");
        let signature = self.signature(words.len() + 1);
        let table = self.run_word(Self::HELPERS);
        let flags = MemFlagsData::trusted().with_readonly().with_can_move();
        let offset = helper as usize * size_of::<usize>();
        let address = self.builder.ins().load(I64, flags, table, i32::try_from(offset).unwrap_or(0));
        let mut args = vec![self.run];
        args.extend_from_slice(words);
        let call = self.builder.ins().call_indirect(signature, address, &args);
        match self.builder.inst_results(call) {
            [status] => *status,
            _ => self.word(status::FAILED),
        }
    }

    /// Calls a helper, and ends the function if it fails.
    fn call(&mut self, helper: Helper, words: &[Word]) -> Word {
        let status = self.ask(helper, words);
        let failed = self.builder.ins().icmp_imm_u(IntCC::Equal, status, status::FAILED.cast_signed());
        let next = self.builder.create_block();
        self.branch(failed, self.failed, next);
        self.builder.switch_to_block(next);
        status
    }

    /// Calls a helper that answers a question.
    fn asked(&mut self, helper: Helper, words: &[Word]) -> Word {
        let status = self.call(helper, words);
        self.builder.ins().ireduce(I8, status)
    }

    fn signature(&mut self, words: usize) -> SigRef {
        if let Some(Some(known)) = self.signatures.get(words) {
            return *known;
        }
        let made = self.builder.import_signature(signature(words, self.convention));
        if let Some(place) = self.signatures.get_mut(words) {
            *place = Some(made);
        }
        made
    }

    /// Room for the arguments of the next call.
    fn args_slot(&mut self) -> StackSlot {
        if let Some(slot) = self.args {
            return slot;
        }
        let bytes = u32::try_from(MOST_ARGS * size_of::<Pair>()).unwrap_or(0);
        let slot = self.builder.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, bytes, 3));
        self.args = Some(slot);
        slot
    }

    /// Ends the function with an error if the truth holds.
    fn fail_if(&mut self, truth: Word, kind: EvalErrorKind, span: Span) {
        let fail = self.cold_block();
        let next = self.builder.create_block();
        self.branch(truth, fail, next);
        self.builder.switch_to_block(fail);
        self.unexpectedly(|lowerer| {
            let words = [lowerer.word(kind as u64), lowerer.word(u64::from(span.start)), lowerer.word(u64::from(span.end))];
            lowerer.ask(Helper::Fail, &words);
            lowerer.jump(lowerer.failed, &[]);
        });
        self.builder.switch_to_block(next);
    }

    // ---- what is known

    fn kinds(&self, node: NodeId) -> Kinds {
        self.program.facts(node).kinds
    }
}
