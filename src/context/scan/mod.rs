//! The scan: from JSON bytes to cells in one pass, without a document in between.
//!
//! ```text
//! 64 bytes --simd--> a bit for each quote, bracket, ... --grammar--> is it JSON?
//!                                                       --walk-----> the keys that the plan looks for --take--> cells, and copies of texts and lists
//! ```
//!
//! The scan says only "accepted, and these are the slots". Whatever it finds unusual (an error, a key twice or with an escape, a misfit, something that is
//! missing and has a default) makes it give up, and the binder of [`super::bind`] reads the same bytes: it alone knows errors and warnings.

mod grammar;
mod take;
mod walk;

pub(super) use take::read_list;

use super::layout::Known;
use super::plan::Plan;
use super::{Cell, Source};
use crate::simd::{Best, dispatch_to};

/// What a scan works with. The memory is the context's, and is used again.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    /// A bit for each key of the plan that has been met.
    seen: Vec<u64>,
    /// The objects around what is looked at, of which members are read.
    frames: Vec<walk::Frame>,
    /// Keys whose values are built once the text is known to be JSON, and where their values stand.
    pub(super) builds: Vec<(usize, usize)>,
}

/// One scan.
pub(super) struct Scan<'s> {
    pub(super) json: &'s [u8],
    pub(super) known: &'s Known,
    pub(super) cells: &'s mut [Cell],
    pub(super) sources: &'s mut [Source],
    pub(super) arena: &'s mut Vec<u8>,
    pub(super) scratch: &'s mut Scratch,
    pub(super) max_depth: usize,
}

impl Scan<'_> {
    /// Fills the cells; `None` where it gives up, half done. `is_vouched_for`: the caller says that the text is JSON, which is then not looked into.
    pub(super) fn run(&mut self, is_vouched_for: bool, level: Best) -> Option<()> {
        let scratch = &mut *self.scratch;
        scratch.seen.clear();
        scratch.seen.resize(self.known.plan.keys().div_ceil(64), 0);
        scratch.frames.clear();
        scratch.builds.clear();
        if is_vouched_for { dispatch_to(level, walk::Walk::<false>(self)) } else { dispatch_to(level, walk::Walk::<true>(self)) }
    }

    fn plan(&self) -> &Plan {
        &self.known.plan
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.json.get(at).copied()
    }

    /// The first byte from here on that is not blank.
    #[inline(always)]
    fn past_blanks(&self, mut at: usize) -> usize {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.json.get(at) {
            at += 1;
        }
        at
    }
}
