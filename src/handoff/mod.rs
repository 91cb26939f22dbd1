//! Rule sets and decisions: a file says which handoff options users get; a decision says what one user is offered, and why.
//!
//! ```text
//! file --file--> Model (everything checked and compiled) --decide--> Decision (options, errors, trace)
//!                  |                                        |
//!                  calendar, systems, template, live        words, explain: why, and what would change it
//! ```
//!
//! The file format and the meaning of every key are those of `ruleset.md`; `triggerfish schema ruleset` prints the format as a JSON Schema.

pub mod calendar;
pub mod compare;
mod decide;
pub mod decision;
pub mod explain;
mod file;
mod folder;
mod format;
mod json_schema;
mod live;
mod mask;
mod model;
mod native;
mod size;
pub mod suite;
pub mod systems;
pub mod template;
pub(crate) mod time;
pub mod trace;
pub mod words;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

pub use decision::Decision;
#[cfg(feature = "server")]
pub(crate) use file::digest::{hex, sha256};
pub use file::{Files, NoFiles};
pub use folder::Folder;
pub use format::format;
pub use json_schema::{context_schema, decision_schema, rule_set_schema};
pub use size::Size;
pub use trace::TraceLevel;

use self::model::Model;
use crate::backend::{Backend, Choice, Executor, Optimisation};
use crate::check::World;
use crate::context::{Context, ContextError};
use crate::diagnostic::{Diagnostic, Style, render_all};
use crate::document::Format;
use crate::limits::Limits;
use crate::rule::{Tier, dotted};
use crate::schema::Schema;
use crate::value::Timestamp;

/// A rule set, ready to decide. Cloning shares it; any number of threads may decide with it at once.
///
/// ```
/// use triggerfish::{RuleSet, Timestamp, schema::Format};
///
/// let set = RuleSet::parse(r#"
/// triggerfish: 1
/// name: acme
/// categories:
///   - key: it
///     domain: IT
///     items:
///       - key: ticket
///         label: File a ticket
///         when: user.department == "Sales"
///         strategies: [ { ticket: default } ]
/// otherwise:
///   - { key: help, label: Help pages, strategies: [ { url: "https://help.example/" } ] }
/// "#, Format::Yaml)?;
/// let decision = set.decide_json(br#"{"domain": "IT", "user": {"department": "Sales"}}"#, Timestamp::EPOCH);
/// assert_eq!(decision.options[0].option.item, "ticket");
/// assert_eq!(decision.options[0].option.because, "domain is IT and user.department is Sales");
/// # Ok::<(), triggerfish::LoadError>(())
/// ```
#[derive(Clone)]
pub struct RuleSet {
    loaded: Arc<Loaded>,
}

struct Loaded {
    model: Model,
    source: Box<str>,
    warnings: Vec<Diagnostic>,
    tier: Tier,
}

impl RuleSet {
    /// Reads a rule set whose lists are all inline.
    ///
    /// # Errors
    /// Everything that is wrong with it. Warnings do not stop it: they are in [`RuleSet::warnings`].
    pub fn parse(text: &str, format: Format) -> Result<RuleSet, LoadError> {
        Loader::new().read(text, format)
    }

    /// Reads a rule set that `serde_json`, or anything that serializes to it, has read. Places in errors are those of its text, indented.
    ///
    /// # Errors
    /// As [`RuleSet::parse`].
    pub fn from_value(value: &serde_json::Value) -> Result<RuleSet, LoadError> {
        Loader::new().read(&format!("{value:#}"), Format::Json)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.loaded.model.name
    }

    /// `sha256:` and the digest of what bears meaning in it: formatting, comments, tests and the change note do not count.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.loaded.model.digest
    }

    /// What its author says was changed last.
    #[must_use]
    pub fn change_note(&self) -> Option<&str> {
        self.loaded.model.change_note.as_deref()
    }

    /// The text that was read.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.loaded.source
    }

    /// What is probably not meant, in the order of the file.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.loaded.warnings
    }

    /// The attributes that a context may have: the built-in ones and those of `context:`.
    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        &self.loaded.model.schema
    }

    /// The attributes that decisions read: dotted paths, each once.
    #[must_use]
    pub fn attributes(&self) -> Vec<String> {
        let layout = &self.loaded.model.layout;
        layout.slots().filter(|slot| !layout.is_computed(*slot)).map(|slot| dotted(layout.path(slot))).collect()
    }

    /// The organisations that it serves; all if there are none.
    pub fn organisations(&self) -> impl ExactSizeIterator<Item = &str> {
        self.loaded.model.org.iter().map(|org| &**org)
    }

    /// The items that can be offered: key, and the key of the category; entries of `otherwise` have none.
    pub fn items(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let model = &self.loaded.model;
        model.items.iter().map(|item| (&*item.key, item.category.and_then(|place| model.categories.get(place)).map(|category| &*category.key)))
    }

    // ---- deciding

    /// Decides on a JSON document. `now` is the time of the decision.
    #[must_use]
    pub fn decide_json(&self, context: &[u8], now: Timestamp) -> Decision {
        self.decide_json_traced(context, now, TraceLevel::None)
    }

    /// Decides on a JSON document and says why.
    #[must_use]
    pub fn decide_json_traced(&self, context: &[u8], now: Timestamp, level: TraceLevel) -> Decision {
        self.loaded.count();
        let model = self.model();
        decide::decide(model, Context::from_json(&model.layout, context, &model.limits), now, level)
    }

    /// Decides on any value that serializes as a JSON object.
    ///
    /// ```
    /// # use triggerfish::{RuleSet, Timestamp, schema::Format};
    /// #[derive(serde::Serialize)]
    /// struct Event { domain: &'static str }
    ///
    /// let set = RuleSet::parse("{triggerfish: 1, otherwise: [{key: help, label: Help, strategies: [{ticket: default}]}]}", Format::Yaml)?;
    /// assert!(set.decide(&Event { domain: "IT" }, Timestamp::EPOCH).fallback_used);
    /// # Ok::<(), triggerfish::LoadError>(())
    /// ```
    #[must_use]
    pub fn decide<T: Serialize + ?Sized>(&self, context: &T, now: Timestamp) -> Decision {
        self.decide_traced(context, now, TraceLevel::None)
    }

    /// Decides on any value that serializes as a JSON object, and says why.
    #[must_use]
    pub fn decide_traced<T: Serialize + ?Sized>(&self, context: &T, now: Timestamp, level: TraceLevel) -> Decision {
        self.loaded.count();
        let model = self.model();
        decide::decide(model, Context::from_serialize(&model.layout, context, &model.limits), now, level)
    }

    /// Whether a context binds: what `invalid_context` would say of it.
    ///
    /// # Errors
    /// Why it does not.
    pub fn bind_json(&self, context: &[u8]) -> Result<(), ContextError> {
        let model = self.model();
        Context::from_json(&model.layout, context, &model.limits).map(drop)
    }

    /// What decisions read, for the generator of contexts.
    #[cfg(feature = "fuzzing")]
    pub(crate) fn layout(&self) -> &crate::context::Layout {
        &self.loaded.model.layout
    }

    fn model(&self) -> &Model {
        &self.loaded.model
    }
}

impl Model {
    /// What its expressions were compiled against.
    fn world(&self) -> World<'_> {
        World { schema: Some(&self.schema), calendars: self.calendars.as_ref(), names: &self.names, limits: &self.limits }
    }
}

impl fmt::Debug for RuleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuleSet").field("name", &self.name()).field("digest", &self.digest()).finish_non_exhaustive()
    }
}

/// Reads rule sets: with limits, with a folder for the files of lists, for a backend.
///
/// ```no_run
/// use triggerfish::{Limits, handoff::Loader};
/// let set = Loader::new().with_limits(Limits { steps: 10_000, ..Limits::default() }).read_file("acme.yaml")?;
/// # Ok::<(), triggerfish::LoadError>(())
/// ```
#[derive(Debug)]
pub struct Loader<'l> {
    limits: Limits,
    name: String,
    file: String,
    files: FilesOf<'l>,
    choice: Choice,
}

struct FilesOf<'l>(&'l dyn Files);

impl fmt::Debug for FilesOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Files")
    }
}

impl Default for Loader<'_> {
    fn default() -> Self {
        Loader { limits: Limits::default(), name: "ruleset".to_owned(), file: "ruleset".to_owned(), files: FilesOf(&NoFiles), choice: Choice::default() }
    }
}

impl<'l> Loader<'l> {
    /// The default limits, no files.
    #[must_use]
    pub fn new() -> Loader<'l> {
        Loader::default()
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Loader<'l> {
        self.limits = limits;
        self
    }

    /// The same with a name for rule sets that do not state theirs.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Loader<'l> {
        self.name = name.into();
        self
    }

    /// The same with the name of the file, for messages.
    #[must_use]
    pub fn with_file_name(mut self, file: impl Into<String>) -> Loader<'l> {
        self.file = file.into();
        self
    }

    /// The same with files for constant lists.
    #[must_use]
    pub fn with_files(mut self, files: &'l dyn Files) -> Loader<'l> {
        self.files = FilesOf(files);
        self
    }

    /// The same with another backend; [`Backend::Auto`] by default. Native code never changes a decision.
    #[must_use]
    pub fn with_backend(mut self, backend: Backend) -> Loader<'l> {
        self.choice.backend = backend;
        self
    }

    /// The same with another level for native code; [`Optimisation::Speed`] by default.
    #[must_use]
    pub fn with_optimisation(mut self, optimisation: Optimisation) -> Loader<'l> {
        self.choice.optimisation = optimisation;
        self
    }

    /// The same with someone who compiles what is hot, for [`Backend::Auto`]. Rule sets keep it.
    #[must_use]
    pub fn with_executor(mut self, executor: Arc<dyn Executor>) -> Loader<'l> {
        self.choice.executor = Some(executor);
        self
    }

    /// Reads a rule set; with [`Backend::Jit`], all its expressions are compiled to native code, where there can be some: [`RuleSet::backend`] says.
    ///
    /// # Errors
    /// Everything that is wrong with it, warnings included.
    pub fn read(&self, text: &str, format: Format) -> Result<RuleSet, LoadError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let read = file::read(text, format, &self.name, self.files.0, &self.limits);
        match read.model {
            Some(model) => {
                let tier = Tier::new(self.choice.clone());
                let set = RuleSet { loaded: Arc::new(Loaded { model, source: text.into(), warnings: read.diagnostics, tier }) };
                if set.loaded.tier.starts_native() {
                    // Why there is none is kept, and the interpreter does the work.
                    let _ = set.compile_native();
                }
                Ok(set)
            }
            None => Err(LoadError { file: self.file.clone(), source: text.into(), diagnostics: read.diagnostics }),
        }
    }
}

/// Why a rule set does not load.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadError {
    file: String,
    source: Box<str>,
    diagnostics: Vec<Diagnostic>,
}

impl LoadError {
    /// The name of the file, for messages.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The text that does not load.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Everything that was found, warnings included, in the order of the file.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }
}

/// The diagnostics as plain text, with the lines of the file below each.
impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render_all(&self.diagnostics, &self.source, &self.file, Style::Plain))
    }
}

impl std::error::Error for LoadError {}
