//! Older revisions, for requests that state a digest.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::catalogue::Revision;
use super::load::{Lists, Loaded, Maker};
use super::name::Name;
use super::store::Store;

/// The revisions that were asked for or replaced last.
#[derive(Debug)]
pub(super) struct Pins {
    most: usize,
    kept: Mutex<VecDeque<Arc<Revision>>>,
}

impl Pins {
    pub(super) fn new(most: usize) -> Pins {
        Pins { most, kept: Mutex::default() }
    }

    /// Keeps a revision, in the place of the one that was not asked for longest.
    pub(super) fn keep(&self, revision: Arc<Revision>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|other| other.name == revision.name && other.about.digest == revision.about.digest);
        let mut gone = known.and_then(|at| kept.remove(at));
        kept.push_front(revision);
        if kept.len() > self.most {
            gone = kept.pop_back();
        }
        drop(kept);
        drop(gone);
    }

    /// A revision that is ready to decide.
    pub(super) fn get(&self, name: &str, digest: &str) -> Option<Arc<Revision>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|revision| revision.name.as_str() == name && revision.about.digest == digest)?;
        let found = kept.remove(at)?;
        kept.push_front(found.clone());
        Some(found)
    }

    /// A revision from disk. This takes as long as loading does.
    pub(super) fn load(&self, name: &Name, digest: &str, store: Option<&Store>, maker: &Maker) -> Option<Arc<Revision>> {
        let (about, record) = store?.find(name, digest)?;
        let Loaded { set, files } = maker.load(name, &record.source, record.format, Lists::Kept(&record.files)).ok()?;
        // Another version of the engine may give it another digest: then it is not what was asked for.
        if set.digest() != digest {
            return None;
        }
        let revision = Arc::new(Revision { name: name.clone(), set, files, format: record.format, about });
        self.keep(revision.clone());
        Some(revision)
    }
}
