//! Decides again what a decision log tells, and compares to the byte.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use super::config::Config;
use super::load::{Lists, Maker};
use super::log::line::{Line, hash};
use super::name::Name;
use super::store::Store;
use super::watch::Look;
use crate::document::Format;
use crate::handoff::{RuleSet, TraceLevel};
use crate::value::Timestamp;

/// What came of a line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Outcome {
    /// The same decision, to the byte.
    Same,
    /// Another decision.
    Different,
    /// The context is neither in the log nor supplied.
    NoContext,
    /// The context in the log is not the one that was decided on: its hash differs.
    OtherContext,
    /// No revision with the digest is there.
    NoRevision,
    /// Another version of the engine or the time-zone database decided.
    OtherVersion,
    /// The line is none of a decision log.
    Malformed,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Outcome; 7] =
        [Outcome::Same, Outcome::Different, Outcome::NoContext, Outcome::OtherContext, Outcome::NoRevision, Outcome::OtherVersion, Outcome::Malformed];

    /// A word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Same => "same",
            Outcome::Different => "different",
            Outcome::NoContext => "no_context",
            Outcome::OtherContext => "other_context",
            Outcome::NoRevision => "no_revision",
            Outcome::OtherVersion => "other_version",
            Outcome::Malformed => "malformed",
        }
    }

    /// Why nothing was compared, if nothing was.
    #[must_use]
    pub fn uncompared(self) -> Option<&'static str> {
        match self {
            Outcome::Same | Outcome::Different => None,
            Outcome::NoContext => Some("the context is neither in the log nor supplied"),
            Outcome::OtherContext => Some("the context is not the one that was decided on: its hash differs"),
            Outcome::NoRevision => Some("no revision with this digest is there"),
            Outcome::OtherVersion => Some("another version of the engine or the time-zone database decided"),
            Outcome::Malformed => Some("it is no line of a decision log"),
        }
    }
}

/// The revisions of a service, and contexts that were supplied.
pub struct Replay {
    maker: Maker,
    rules: PathBuf,
    store: Option<Store>,
    current: BTreeMap<Name, RuleSet>,
    loaded: HashMap<(String, String), Option<RuleSet>>,
    contexts: HashMap<String, Vec<u8>>,
}

impl std::fmt::Debug for Replay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replay").field("rules", &self.rules).finish_non_exhaustive()
    }
}

impl Replay {
    /// Takes the rule sets of a folder, and the revisions that its service has kept. Nothing is written.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn open(config: &Config) -> std::io::Result<Replay> {
        let maker = Maker::new(config);
        let look = Look::settled(&config.rules, &Look::default())?;
        let mut current = BTreeMap::new();
        for (name, paths) in look.rule_sets(&config.rules).by_name {
            let Some(path) = paths.first() else { continue };
            // What does not load has decided nothing that could be compared.
            let Ok(text) = std::fs::read_to_string(path) else { continue };
            if let Ok(loaded) = maker.load(&name, &text, Format::of(path), Lists::Folder(&config.rules)) {
                current.insert(name, loaded.set);
            }
        }
        let store = Store::open_to_read(&config.state_dir().0).ok();
        Ok(Replay { maker, rules: config.rules.clone(), store, current, loaded: HashMap::new(), contexts: HashMap::new() })
    }

    /// Supplies a context: its bytes are those that were sent, or they are not used.
    pub fn supply(&mut self, context: &[u8]) {
        self.contexts.insert(hash(context), context.to_owned());
    }

    /// Decides a line again.
    pub fn line(&mut self, text: &str) -> (Option<Line>, Outcome) {
        let Ok(line) = serde_json::from_str::<Line>(text) else { return (None, Outcome::Malformed) };
        let outcome = self.again(&line).unwrap_or_else(|outcome| outcome);
        (Some(line), outcome)
    }

    fn again(&mut self, line: &Line) -> Result<Outcome, Outcome> {
        let context = self.context(line)?;
        let set = self.revision(&line.ruleset, &line.digest).ok_or(Outcome::NoRevision)?;
        let level = TraceLevel::ALL.into_iter().find(|level| level.name() == line.trace).ok_or(Outcome::Malformed)?;
        let now = Timestamp::from_micros(line.now_us).ok_or(Outcome::Malformed)?;
        let decision = set.decide_json_traced(&context, now, level);
        if decision.engine != line.engine || decision.tzdb != line.tzdb {
            return Err(Outcome::OtherVersion);
        }
        let bytes = serde_json::to_vec(&decision).map_err(|_| Outcome::Different)?;
        Ok(if hash(&bytes) == line.decision_hash { Outcome::Same } else { Outcome::Different })
    }

    fn context(&self, line: &Line) -> Result<Vec<u8>, Outcome> {
        let kept = line.context.as_ref().map(|kept| kept.get());
        let logged = match line.context_kept.as_str() {
            "full" => kept.map(|kept| kept.as_bytes().to_owned()),
            "text" => kept.and_then(|kept| serde_json::from_str::<String>(kept).ok()).map(String::into_bytes),
            _ => None,
        };
        match logged {
            Some(logged) if hash(&logged) == line.context_hash => Ok(logged),
            Some(_) => Err(Outcome::OtherContext),
            None => self.contexts.get(&line.context_hash).cloned().ok_or(Outcome::NoContext),
        }
    }

    fn revision(&mut self, name: &str, digest: &str) -> Option<RuleSet> {
        if let Some(set) = self.current.get(name).filter(|set| set.digest() == digest) {
            return Some(set.clone());
        }
        let key = (name.to_owned(), digest.to_owned());
        if !self.loaded.contains_key(&key) {
            let found = self.load(name, digest);
            self.loaded.insert(key.clone(), found);
        }
        self.loaded.get(&key).cloned().flatten()
    }

    fn load(&self, name: &str, digest: &str) -> Option<RuleSet> {
        let name = Name::new(name)?;
        let (_, record) = self.store.as_ref()?.find(&name, digest)?;
        let loaded = self.maker.load(&name, &record.source, record.format, Lists::Kept(&record.files)).ok()?;
        Some(loaded.set).filter(|set| set.digest() == digest)
    }
}
