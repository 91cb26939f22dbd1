//! Which backend runs: what a caller may ask for, and what is told of it.

use std::fmt;
use std::sync::Arc;

/// What rules are to run on. All backends give the same values and the same errors: the choice is about time alone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Backend {
    /// The interpreter at first, native code for what is run often. It is compiled by the caller's [`Executor`]; without one, everything stays on the interpreter.
    #[default]
    Auto,
    /// The interpreter, always: the reference.
    Interp,
    /// Native code from the start, compiled where the rule is. Where there can be none, the interpreter.
    Jit,
}

impl Backend {
    /// All of them.
    pub const ALL: [Backend; 3] = [Backend::Auto, Backend::Interp, Backend::Jit];

    /// As on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Backend::Auto => "auto",
            Backend::Interp => "interp",
            Backend::Jit => "jit",
        }
    }
}

/// How much time is spent on making native code fast.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub enum Optimisation {
    /// The least: for rules that are compiled often.
    None,
    /// What Cranelift's `speed` does: for rules that are run often.
    #[default]
    Speed,
}

impl Optimisation {
    /// All of them.
    pub const ALL: [Optimisation; 2] = [Optimisation::None, Optimisation::Speed];
}

/// With [`Backend::Auto`], native code is asked for at this evaluation of a rule on the interpreter, or this decision of a rule set: what runs less often is
/// not worth compiling.
pub const HOT: u32 = 1_000;

/// Something to be done, once, on whatever thread.
pub type Work = Box<dyn FnOnce() + Send>;

/// What runs compilations for [`Backend::Auto`], off the path of those who evaluate: a thread pool, a thread of its own. The library starts no thread.
///
/// ```
/// use std::sync::{Arc, mpsc};
/// use triggerfish::backend::{HOT, Running, Work};
/// use triggerfish::{Engine, Timestamp};
///
/// let (send, receive) = mpsc::channel::<Work>();
/// let compiler = std::thread::spawn(move || receive.iter().for_each(|work| work()));
/// let engine = Engine::new().with_executor(Arc::new(move |work| _ = send.send(work)));
///
/// let rule = engine.compile("attempts > 2")?;
/// let context = rule.bind_json(br#"{"attempts": 3}"#)?;
/// for _ in 0..HOT {
///     assert!(rule.matches(&context, Timestamp::EPOCH)?);
/// }
/// // The evaluations go on while the rule is compiled.
/// drop((engine, context));
/// # if cfg!(feature = "jit") && triggerfish::backend::available().is_ok() {
/// # let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
/// # while rule.backend() != Running::Native && std::time::Instant::now() < until { std::thread::yield_now() }
/// assert_eq!(rule.backend(), Running::Native);
/// # }
/// # drop(rule);
/// # compiler.join().unwrap();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Executor: Send + Sync {
    /// Takes some work. It should come back at once: an evaluation waits for it. Work that is never done does no harm.
    fn execute(&self, work: Work);
}

impl<F: Fn(Work) + Send + Sync> Executor for F {
    fn execute(&self, work: Work) {
        self(work);
    }
}

/// What a rule or a rule set runs on now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Running {
    /// The interpreter.
    Interpreter(Why),
    /// Native code.
    Native,
}

/// Why something runs on the interpreter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// It was asked for: [`Backend::Interp`].
    Chosen,
    /// [`Backend::Auto`] has no [`Executor`] to compile with.
    NoExecutor,
    /// It has not been run [`HOT`] times.
    NotHot,
    /// The executor has been given the compilation, and is not done with it.
    Compiling,
    /// There can be no native code.
    Unavailable(Unavailable),
}

/// Why there is no native code. Everything runs on the interpreter then.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unavailable {
    /// The crate was built without the feature `jit`.
    #[error("built without the feature `jit`")]
    NotBuilt,
    /// The operator does not want it.
    #[error("switched off by TRIGGERFISH_JIT")]
    SwitchedOff,
    /// Cranelift has no code generator for the processor.
    #[error("no code generator for this processor: {0}")]
    Processor(String),
    /// The operating system gives no executable memory.
    #[error("the operating system refuses executable memory: {0}")]
    Memory(String),
    /// Cranelift could not compile a function: a defect.
    #[error("a rule has no native code: {0}")]
    Codegen(String),
}

/// Whether native code can be made and run here. Asked once: the answer is that of the first time.
///
/// # Errors
/// Why not.
pub fn available() -> Result<(), Unavailable> {
    #[cfg(feature = "jit")]
    return super::jit::available();
    #[cfg(not(feature = "jit"))]
    return Err(Unavailable::NotBuilt);
}

/// What a caller has chosen.
#[derive(Clone, Default)]
pub(crate) struct Choice {
    pub(crate) backend: Backend,
    pub(crate) optimisation: Optimisation,
    pub(crate) executor: Option<Arc<dyn Executor>>,
}

impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let executor = self.executor.as_ref().map(|_| "Executor");
        f.debug_struct("Choice").field("backend", &self.backend).field("optimisation", &self.optimisation).field("executor", &executor).finish()
    }
}
