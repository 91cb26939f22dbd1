//! When expressions go native: from the start, once they are hot, or when they are told to.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::backend::{Backend, Choice, HOT, Optimisation, Running, Unavailable, Why, Work};

/// The way of one rule, or of one rule set, to native code. Expressions themselves know whether they have some; this is asked by those that have none.
#[derive(Debug)]
pub(crate) struct Tier {
    choice: Choice,
    /// Runs on the interpreter, counted up to [`HOT`].
    runs: AtomicU32,
    /// What came of compiling, once it was tried.
    compiled: OnceLock<Result<(), Unavailable>>,
}

impl Tier {
    pub(crate) fn new(choice: Choice) -> Tier {
        Tier { choice, runs: AtomicU32::new(0), compiled: OnceLock::new() }
    }

    /// Whether native code is wanted from the start.
    pub(crate) fn starts_native(&self) -> bool {
        self.choice.backend == Backend::Jit
    }

    /// Whether nothing is left to be counted for: there is native code, or there can be none.
    pub(crate) fn is_settled(&self) -> bool {
        self.compiled.get().is_some()
    }

    /// Compiles, unless that was tried already; whoever comes while another thread compiles waits for it.
    pub(crate) fn compile(&self, work: impl FnOnce(Optimisation) -> Result<(), Unavailable>) -> Result<(), Unavailable> {
        self.compiled.get_or_init(|| work(self.choice.optimisation)).clone()
    }

    /// Counts a run on the interpreter. The one that makes it hot hands the work to the executor.
    pub(crate) fn count(&self, work: impl FnOnce() -> Work) {
        let Some(executor) = self.executor() else { return };
        // Counting ends at the threshold, so that threads do not go on passing the counter to and fro, and it cannot wrap.
        if self.runs.load(Ordering::Relaxed) >= HOT {
            return;
        }
        if self.runs.fetch_add(1, Ordering::Relaxed) == HOT - 1 && !self.is_settled() {
            executor.execute(work());
        }
    }

    /// Who compiles what is hot, where that is wanted and could lead to anything.
    fn executor(&self) -> Option<&dyn crate::backend::Executor> {
        let wanted = self.choice.backend == Backend::Auto && cfg!(feature = "jit");
        self.choice.executor.as_deref().filter(|_| wanted)
    }

    pub(crate) fn running(&self) -> Running {
        let why = match (self.compiled.get(), self.choice.backend) {
            (Some(Ok(())), _) => return Running::Native,
            (Some(Err(why)), _) => Why::Unavailable(why.clone()),
            (None, Backend::Interp) => Why::Chosen,
            (None, Backend::Auto | Backend::Jit) if !cfg!(feature = "jit") => Why::Unavailable(Unavailable::NotBuilt),
            (None, Backend::Auto | Backend::Jit) if self.choice.executor.is_none() => Why::NoExecutor,
            (None, Backend::Auto | Backend::Jit) if self.runs.load(Ordering::Relaxed) < HOT => Why::NotHot,
            (None, Backend::Auto | Backend::Jit) => Why::Compiling,
        };
        Running::Interpreter(why)
    }
}
