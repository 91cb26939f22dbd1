//! `--backend`: what commands run rules on, and the thread that compiles what is hot.

use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, OnceLock};
use std::thread;

use triggerfish::backend::{Backend, Executor, Running, Unavailable, Why, Work, available};
use triggerfish::handoff::Loader;
use triggerfish::{Engine, diagnostic::visible};

use super::{Failure, Output};

/// A backend and what it needs.
pub(crate) struct Runner {
    backend: Backend,
    compiler: Arc<dyn Executor>,
}

impl Runner {
    pub(crate) fn new(backend: Backend) -> Runner {
        Runner { backend, compiler: Arc::new(OneThread::default()) }
    }

    /// For commands that run little, or nothing.
    pub(crate) fn interpreter() -> Runner {
        Runner::new(Backend::Interp)
    }

    /// The engine, on this backend.
    pub(crate) fn engine(&self, engine: Engine) -> Engine {
        engine.with_backend(self.backend).with_executor(self.compiler.clone())
    }

    /// The loader, on this backend.
    pub(crate) fn loader<'l>(&self, loader: Loader<'l>) -> Loader<'l> {
        loader.with_backend(self.backend).with_executor(self.compiler.clone())
    }

    /// Says where native code was asked for and there is none at all.
    ///
    /// # Errors
    /// Standard output takes no more.
    pub(crate) fn warn(&self, output: &mut Output) -> Result<(), Failure> {
        match available() {
            Err(why) if self.backend == Backend::Jit => tell(&why, output),
            Err(_) | Ok(()) => Ok(()),
        }
    }

    /// Says where native code was asked for and something has none.
    ///
    /// # Errors
    /// Standard output takes no more.
    pub(crate) fn warn_of(&self, running: &Running, output: &mut Output) -> Result<(), Failure> {
        match running {
            Running::Interpreter(Why::Unavailable(why)) if self.backend == Backend::Jit => tell(why, output),
            Running::Interpreter(_) | Running::Native => Ok(()),
        }
    }
}

fn tell(why: &Unavailable, output: &mut Output) -> Result<(), Failure> {
    Ok(output.warning(&format!("there is no native code, so the interpreter runs: {}", visible(&why.to_string())))?)
}

/// One thread that compiles, started at its first work. The process does not wait for it at its end.
#[derive(Default)]
struct OneThread {
    /// `None` where there can be no thread: what is hot stays on the interpreter.
    queue: OnceLock<Option<Sender<Work>>>,
}

impl OneThread {
    fn start() -> Option<Sender<Work>> {
        let (queue, works) = mpsc::channel::<Work>();
        let thread = thread::Builder::new().name("compiler".to_owned()).spawn(move || works.into_iter().for_each(|work| work()));
        thread.ok().map(|_| queue)
    }
}

impl Executor for OneThread {
    fn execute(&self, work: Work) {
        if let Some(queue) = self.queue.get_or_init(OneThread::start) {
            // A thread that has ended takes no work: what is hot stays on the interpreter.
            let _ = queue.send(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_on_one_thread_of_its_own() {
        let compiler = OneThread::default();
        let (tell, told) = mpsc::channel();
        for _ in 0..2 {
            let tell = tell.clone();
            compiler.execute(Box::new(move || tell.send(thread::current().id()).unwrap()));
        }
        let (first, second) = (told.recv().unwrap(), told.recv().unwrap());
        assert_eq!(first, second);
        assert_ne!(first, thread::current().id());
    }
}
