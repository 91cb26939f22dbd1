//! Revisions on disk: the last good one of each rule set, and those before it.
//!
//! ```text
//! STATE_DIR/lock                                one process at a time
//! STATE_DIR/revisions/NAME/0000000007.revision  record.rs; written by durable.rs
//! ```
//!
//! A file that is not whole is passed over: the one before it counts.

pub(super) mod durable;
mod record;

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

pub(super) use record::Record;

use super::catalogue::About;
use super::name::Name;

/// Largest file of a revision, in bytes: a rule set and its lists, as JSON texts.
const LARGEST: u64 = 1 << 30;

/// The revisions of a folder.
#[derive(Debug)]
pub(super) struct Store {
    revisions: PathBuf,
    keep: usize,
    known: RwLock<BTreeMap<Name, Vec<About>>>,
    /// Held as long as the store is there; a store that is only read has none.
    _lock: Option<File>,
}

impl Store {
    /// Opens the folder, which is made if it is not there, for this process alone.
    pub(super) fn open(folder: &Path, keep: usize) -> io::Result<Store> {
        let revisions = folder.join("revisions");
        fs::create_dir_all(&revisions)?;
        let lock = File::options().create(true).truncate(false).write(true).open(folder.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => io::Error::new(io::ErrorKind::WouldBlock, "another process uses it"),
            TryLockError::Error(error) => error,
        })?;
        Store::scan(revisions, keep, Some(lock))
    }

    /// Opens the folder of revisions to read them, whoever writes.
    pub(super) fn open_to_read(folder: &Path) -> io::Result<Store> {
        Store::scan(folder.join("revisions"), usize::MAX, None)
    }

    fn scan(revisions: PathBuf, keep: usize, lock: Option<File>) -> io::Result<Store> {
        let mut known: BTreeMap<Name, Vec<About>> = BTreeMap::new();
        for entry in fs::read_dir(&revisions)? {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().and_then(Name::new) else { continue };
            if !entry.path().is_dir() {
                continue;
            }
            if lock.is_some() {
                durable::sweep(&entry.path());
            }
            let mut found = Vec::new();
            for file in fs::read_dir(entry.path())? {
                let path = file?.path();
                if path.extension().is_some_and(|extension| extension == "revision")
                    && let Some((about, _)) = read(&name, &path)
                {
                    found.push(about);
                }
            }
            found.sort_by_key(|about| about.sequence);
            known.insert(name, found);
        }
        Ok(Store { revisions, keep, known: RwLock::new(known), _lock: lock })
    }

    /// What is known of the revisions of a name: the newest last.
    pub(super) fn list(&self, name: &Name) -> Vec<About> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned().unwrap_or_default()
    }

    /// A revision, if it is there and whole.
    pub(super) fn read(&self, name: &Name, sequence: u64) -> Option<(About, Record)> {
        read(name, &self.path(name, sequence))
    }

    /// The newest revision with a digest.
    pub(super) fn find(&self, name: &Name, digest: &str) -> Option<(About, Record)> {
        let found = self.list(name).into_iter().rev().filter(|about| about.digest == digest);
        found.into_iter().find_map(|about| self.read(name, about.sequence))
    }

    /// Keeps a revision, and removes the oldest beyond the number that is kept.
    pub(super) fn append(&self, name: &Name, about: &About, record: &Record) -> io::Result<()> {
        let text = record::write(name.as_str(), about, record)?;
        fs::create_dir_all(self.revisions.join(name.as_str()))?;
        durable::write(&self.path(name, about.sequence), &[&text])?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let list = known.entry(name.clone()).or_default();
        list.push(about.clone());
        let beyond = list.len().saturating_sub(self.keep);
        for old in list.drain(..beyond) {
            // One that cannot be removed is found again at the next start, and removed after the next revision.
            let _ = fs::remove_file(self.path(name, old.sequence));
        }
        Ok(())
    }

    /// Takes back the newest revision of a name, because what it stands for did not come about.
    pub(super) fn take_back(&self, name: &Name, sequence: u64) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(name.clone()).or_default().retain(|about| about.sequence != sequence);
        // Where it stays, it is a revision like any other that was replaced.
        let _ = fs::remove_file(self.path(name, sequence));
    }

    fn path(&self, name: &Name, sequence: u64) -> PathBuf {
        self.revisions.join(name.as_str()).join(format!("{sequence:010}.revision"))
    }
}

fn read(name: &Name, path: &Path) -> Option<(About, Record)> {
    if fs::metadata(path).ok()?.len() > LARGEST {
        return None;
    }
    record::read(name.as_str(), &fs::read(path).ok()?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::document::Format;
    use crate::server::catalogue::Origin;
    use crate::value::Timestamp;

    fn about(sequence: u64) -> About {
        let digest = format!("sha256:{sequence}");
        About { sequence, digest, etag: String::new(), at: Timestamp::EPOCH, author: None, change_note: None, origin: Origin::File }
    }

    fn record(source: &str) -> Record {
        Record { format: Format::Yaml, source: source.to_owned(), files: BTreeMap::new() }
    }

    #[test]
    fn the_newest_revisions_are_kept_and_survive() {
        let folder = std::env::temp_dir().join(format!("triggerfish-store-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let name = Name::new("acme").unwrap();
        let store = Store::open(&folder, 3).unwrap();
        assert_eq!(Store::open(&folder, 3).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        for sequence in 1..=5 {
            store.append(&name, &about(sequence), &record(&format!("text {sequence}"))).unwrap();
        }
        store.take_back(&name, 5);
        drop(store);
        // A file that was cut is passed over.
        fs::write(folder.join("revisions/acme/0000000009.revision"), b"{\"triggerfish_revision\"").unwrap();
        let store = Store::open(&folder, 3).unwrap();
        assert_eq!(store.list(&name).iter().map(|about| about.sequence).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(store.find(&name, "sha256:4").unwrap().1, record("text 4"));
        assert!(store.find(&name, "sha256:5").is_none() && store.find(&name, "sha256:1").is_none());
        drop(store);
        fs::remove_dir_all(&folder).unwrap();
    }
}
