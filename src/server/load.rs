//! A text becomes a rule set that may be served: it loads, and its own tests pass.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use serde_json::{Value, json};

use super::background;
use super::config::Config;
use super::name::Name;
use crate::backend::{Executor, Work};
use crate::diagnostic::to_json;
use crate::document::Format;
use crate::handoff::{Files, Folder, Loader, NoFiles, RuleSet};
use crate::limits::Limits;

/// So many diagnostics are told of one rule set.
const MOST_TOLD: usize = 100;

/// Why a rule set is not served.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    /// `unreadable`, `duplicate`, `invalid_name`, `invalid_rules`, `failing_tests`, `too_many`
    pub(super) kind: &'static str,
    /// One line. It may hold the author's words.
    pub(super) message: String,
    /// What is wrong with the rules, with places.
    pub(super) diagnostics: Vec<Value>,
    /// The tests that fail: name, and what differs.
    pub(super) tests: Vec<Value>,
}

impl Refusal {
    pub(super) fn new(kind: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { kind, message: message.into(), diagnostics: Vec::new(), tests: Vec::new() }
    }
}

/// Where the files of a rule set's lists come from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lists<'l> {
    /// From a folder.
    Folder(&'l Path),
    /// From a revision that was kept, or a request.
    Kept(&'l BTreeMap<String, String>),
    /// There are none.
    None,
}

/// A rule set and the files that it has read.
pub(super) struct Loaded {
    pub(super) set: RuleSet,
    pub(super) files: BTreeMap<String, String>,
}

/// Loads rule sets, all in the same way.
pub(super) struct Maker {
    limits: Limits,
    backend: crate::backend::Backend,
    executor: Arc<dyn Executor>,
}

impl Maker {
    pub(super) fn new(config: &Config) -> Maker {
        let limits = Limits { ruleset_bytes: config.max_ruleset, ..Limits::default() };
        Maker { limits, backend: config.backend, executor: Arc::new(compiler()) }
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Loads a rule set.
    pub(super) fn load(&self, name: &Name, text: &str, format: Format, lists: Lists<'_>) -> Result<Loaded, Refusal> {
        let folder;
        let kept;
        let files: &dyn Files = match lists {
            Lists::Folder(path) => {
                folder = Folder::new(path);
                &folder
            }
            Lists::Kept(files) => {
                kept = Kept(files);
                &kept
            }
            Lists::None => &NoFiles,
        };
        let recorder = Recorder { files, read: Mutex::default() };
        let loader = Loader::new().with_limits(self.limits.clone()).with_name(name.as_str()).with_file_name(name.as_str()).with_files(&recorder);
        let set = loader.with_backend(self.backend).with_executor(self.executor.clone()).read(text, format).map_err(|error| {
            let errors = error.diagnostics().iter().filter(|found| found.is_error());
            let first = errors.clone().next().map(|found| found.message.clone()).unwrap_or_default();
            let message = format!("{} errors, the first: {first}", errors.count());
            let diagnostics = error.diagnostics().iter().take(MOST_TOLD).map(|found| to_json(found, error.source())).collect();
            Refusal { diagnostics, ..Refusal::new("invalid_rules", message) }
        })?;
        let files = recorder.read.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Loaded { set, files })
    }

    /// Loads a rule set and runs its own tests.
    pub(super) fn load_and_test(&self, name: &Name, text: &str, format: Format, lists: Lists<'_>) -> Result<Loaded, Refusal> {
        let loaded = self.load(name, text, format, lists)?;
        match failing(&loaded.set) {
            tests if tests.is_empty() => Ok(loaded),
            tests => {
                let message = format!("{} of the rule set's own tests fail", tests.len());
                Err(Refusal { tests: tests.into_iter().take(MOST_TOLD).collect(), ..Refusal::new("failing_tests", message) })
            }
        }
    }
}

/// The tests of a rule set that fail.
pub(super) fn failing(set: &RuleSet) -> Vec<Value> {
    let report = set.run_tests();
    let failed = report.tests.iter().filter(|test| !test.differences.is_empty());
    failed.map(|test| json!({ "name": test.name, "differences": test.differences })).collect()
}

/// Files that notes what was read.
struct Recorder<'f> {
    files: &'f dyn Files,
    read: Mutex<BTreeMap<String, String>>,
}

impl Files for Recorder<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        let text = self.files.read(path)?;
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), text.clone());
        Ok(text)
    }
}

/// Files that were kept with a revision.
struct Kept<'k>(&'k BTreeMap<String, String>);

impl Files for Kept<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        self.0.get(path).cloned().ok_or_else(|| "it was not kept".to_owned())
    }
}

/// One thread that compiles what is hot to native code. It ends with the last rule set that may use it.
fn compiler() -> impl Executor {
    let (queue, works) = mpsc::channel::<Work>();
    let thread = std::thread::Builder::new().name("compiler".to_owned()).spawn(move || {
        background::give_way();
        works.into_iter().for_each(|work| work());
    });
    let queue = thread.ok().map(|_| queue);
    move |work: Work| {
        if let Some(queue) = &queue {
            // A thread that has ended takes no work: what is hot stays on the interpreter.
            let _ = queue.send(work);
        }
    }
}
