//! Which files of the folder have changed: their names, times, lengths and numbers, compared from one look to the next.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::name::Name;

/// More files than this are not looked at.
const MOST_FILES: usize = 100_000;
/// Folders below the folder, in which lists may stand.
const DEEPEST: usize = 4;
/// What is written at the moment is given so much time to become whole, so often.
const SETTLES: (Duration, u32) = (Duration::from_millis(50), 20);

/// What is known of a file without reading it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Mark {
    length: u64,
    modified: Option<SystemTime>,
    /// The number of the file and the time of its last change, where the system tells them.
    identity: (u64, i64, i64),
}

/// The files of a folder at a moment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Look {
    files: BTreeMap<PathBuf, Mark>,
}

impl Look {
    /// Looks at a folder once.
    fn once(folder: &Path) -> io::Result<Look> {
        let mut look = Look::default();
        look.enter(folder, 0)?;
        Ok(look)
    }

    /// Looks at a folder until nothing in it changes for a moment, or patience ends.
    pub(super) fn settled(folder: &Path, before: &Look) -> io::Result<Look> {
        let mut last = Look::once(folder)?;
        if last == *before {
            return Ok(last);
        }
        for _ in 0..SETTLES.1 {
            std::thread::sleep(SETTLES.0);
            let next = Look::once(folder)?;
            if next == last {
                break;
            }
            last = next;
        }
        Ok(last)
    }

    fn enter(&mut self, folder: &Path, depth: usize) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with('.') || self.files.len() >= MOST_FILES {
                continue;
            }
            let path = entry.path();
            // A file that vanishes between two calls is none; a link is what it leads to.
            let Ok(data) = fs::metadata(&path) else { continue };
            if data.is_dir() && depth < DEEPEST {
                // A folder that may not be read holds no lists.
                let _ = self.enter(&path, depth + 1);
            } else if data.is_file() {
                self.files.insert(path, Mark { length: data.len(), modified: data.modified().ok(), identity: identity(&data) });
            }
        }
        Ok(())
    }

    /// The files that are rule sets, by name; those with one name; and those whose names are none of rule sets.
    pub(super) fn rule_sets(&self, folder: &Path) -> RuleSetFiles {
        let mut found = RuleSetFiles::default();
        for path in self.files.keys().filter(|path| path.parent() == Some(folder)) {
            let known = path.extension().and_then(|extension| extension.to_str()).is_some_and(|extension| ENDINGS.contains(&extension));
            if !known {
                continue;
            }
            match path.file_stem().and_then(|stem| stem.to_str()).and_then(Name::new) {
                Some(name) => found.by_name.entry(name).or_default().push(path.clone()),
                None => found.unnamed.push(path.clone()),
            }
        }
        found
    }
}

/// The endings of rule-set files.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

/// The rule-set files of a folder.
#[derive(Debug, Default)]
pub(super) struct RuleSetFiles {
    /// Usually one a name.
    pub(super) by_name: BTreeMap<Name, Vec<PathBuf>>,
    /// Their names cannot be those of rule sets.
    pub(super) unnamed: Vec<PathBuf>,
}

#[cfg(unix)]
fn identity(data: &Metadata) -> (u64, i64, i64) {
    use std::os::unix::fs::MetadataExt as _;
    (data.ino(), data.ctime(), data.ctime_nsec())
}

#[cfg(not(unix))]
fn identity(_data: &Metadata) -> (u64, i64, i64) {
    (0, 0, 0)
}
