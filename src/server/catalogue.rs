//! What is served: a snapshot that a request takes once and sees from beginning to end.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use sha2::{Digest as _, Sha256};

use super::load::{Loaded, Refusal};
use super::name::Name;
use crate::document::Format;
use crate::handoff::{RuleSet, hex};
use crate::value::Timestamp;

/// A revision of a rule set, ready to decide.
#[derive(Debug)]
pub(super) struct Revision {
    pub(super) name: Name,
    pub(super) set: RuleSet,
    /// The files that its lists were read from.
    pub(super) files: BTreeMap<String, String>,
    pub(super) format: Format,
    pub(super) about: About,
}

/// What is told of a revision.
#[derive(Clone, Debug)]
pub(super) struct About {
    /// Counts the revisions of the name, from 1.
    pub(super) sequence: u64,
    /// The digest of what bears meaning.
    pub(super) digest: String,
    /// 32 hexadecimal digits that change with any byte of the text and its lists.
    pub(super) etag: String,
    /// When it came.
    pub(super) at: Timestamp,
    /// Who brought it; nobody for a file that has changed.
    pub(super) author: Option<String>,
    /// What the author says was changed.
    pub(super) change_note: Option<String>,
    pub(super) origin: Origin,
}

/// Where a revision comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    /// The folder of the rule sets.
    File,
    /// A request.
    Put,
    /// A request that asked for an older revision.
    Rollback,
}

impl Origin {
    pub(super) fn name(self) -> &'static str {
        match self {
            Origin::File => "file",
            Origin::Put => "put",
            Origin::Rollback => "rollback",
        }
    }

    pub(super) fn of(name: &str) -> Origin {
        match name {
            "put" => Origin::Put,
            "rollback" => Origin::Rollback,
            _ => Origin::File,
        }
    }
}

impl Revision {
    pub(super) fn new(name: Name, loaded: Loaded, format: Format, about: About) -> Revision {
        Revision { name, set: loaded.set, files: loaded.files, format, about }
    }
}

/// What changes with any byte of a rule set's text and of its lists.
pub(super) fn etag(text: &str, format: Format, files: &BTreeMap<String, String>) -> String {
    let mut digest = Sha256::new();
    let format = match format {
        Format::Json => "json",
        Format::Yaml => "yaml",
    };
    for part in [format, text].into_iter().chain(files.iter().flat_map(|(path, text)| [path.as_str(), text.as_str()])) {
        digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        digest.update(part);
    }
    hex(&digest.finalize()).take(32).collect()
}

/// What is known of one name.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    /// What decides.
    pub(super) revision: Option<Arc<Revision>>,
    /// Why what stands in the folder does not.
    pub(super) refusal: Option<Arc<Refused>>,
    /// Whether the revision is the last good one of an earlier run.
    pub(super) last_good: bool,
}

/// A refusal and when it was.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) at: Timestamp,
    pub(super) refusal: Refusal,
}

/// All that is served.
#[derive(Clone, Debug, Default)]
pub(super) struct Catalogue {
    pub(super) entries: BTreeMap<Name, Entry>,
    /// What is wrong with the folder itself, or with files whose names are no names of rule sets.
    pub(super) complaints: Vec<String>,
    /// When the folder was looked at last with a change in it.
    pub(super) looked: Option<Timestamp>,
}

impl Catalogue {
    pub(super) fn revision(&self, name: &str) -> Option<&Arc<Revision>> {
        self.entries.get(name)?.revision.as_ref()
    }

    /// The revisions that decide, by name.
    pub(super) fn revisions(&self) -> impl Iterator<Item = &Arc<Revision>> {
        self.entries.values().filter_map(|entry| entry.revision.as_ref())
    }
}

/// The place of the current catalogue. Readers take it as a whole; the one thread that owns reloads puts another in its place.
#[derive(Debug, Default)]
pub(super) struct Current(RwLock<Arc<Catalogue>>);

impl Current {
    pub(super) fn get(&self) -> Arc<Catalogue> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn replace(&self, change: impl FnOnce(&mut Catalogue)) {
        let mut next = Catalogue::clone(&self.get());
        change(&mut next);
        let mut place = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *place, Arc::new(next));
        drop(place);
        // What nobody uses any more is freed outside the lock.
        drop(before);
    }
}
