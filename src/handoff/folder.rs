//! The one reader of files: rule sets, and the files that they name.

use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use super::{Files, LoadError, Loader, RuleSet};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Format;
use crate::source::Span;

/// Largest file of a constant list, in bytes.
const LARGEST_LIST: u64 = 64 * 1024 * 1024;

/// The folder that a rule set stands in: its lists may name files there and below, and nowhere else.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// A folder.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Folder {
        Folder { path: path.into() }
    }
}

impl Files for Folder {
    fn read(&self, path: &str) -> Result<String, String> {
        let relative = Path::new(path);
        if path.is_empty() || !relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            return Err("it is named by a path below the folder of the rule set, without `..`".to_owned());
        }
        read(&self.path.join(relative), LARGEST_LIST)
    }
}

/// The text of a file of at most so many bytes.
fn read(path: &Path, most: u64) -> Result<String, String> {
    let file = fs::File::open(path).map_err(|error| error.to_string().to_lowercase())?;
    if file.metadata().is_ok_and(|data| data.is_dir()) {
        return Err("it is a folder".to_owned());
    }
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(|error| error.to_string().to_lowercase())?;
    if bytes.len() as u64 > most {
        return Err(format!("it is longer than {most} bytes"));
    }
    String::from_utf8(bytes).map_err(|error| format!("it is not UTF-8 text from byte {} on", error.utf8_error().valid_up_to()))
}

impl RuleSet {
    /// Reads a rule set from a file: JSON if its name ends in `.json`, else YAML. Files of lists are looked for in the same folder.
    /// A rule set that states no name is called like the file, without its ending.
    ///
    /// # Errors
    /// The file cannot be read, or everything that is wrong with the rule set.
    pub fn from_file(path: impl AsRef<Path>) -> Result<RuleSet, LoadError> {
        Loader::new().read_file(path)
    }
}

impl Loader<'_> {
    /// Reads a rule set from a file, as [`RuleSet::from_file`] does, with the limits and the backend of this loader.
    ///
    /// # Errors
    /// As [`RuleSet::from_file`].
    pub fn read_file(&self, path: impl AsRef<Path>) -> Result<RuleSet, LoadError> {
        let path = path.as_ref();
        let file = path.display().to_string();
        let text = read(path, self.limits.ruleset_bytes as u64).map_err(|reason| {
            let found = Diagnostic::new(Code::UnreadableFile, Span::default(), format!("the file cannot be read: {reason}"));
            LoadError { file: file.clone(), source: "".into(), diagnostics: vec![found] }
        })?;
        let stem = path.file_stem().map_or_else(|| self.name.clone(), |stem| stem.to_string_lossy().into_owned());
        let folder = Folder::new(path.parent().unwrap_or(Path::new("")));
        let loader = Loader { limits: self.limits.clone(), name: stem, file, files: super::FilesOf(&folder), choice: self.choice.clone() };
        loader.read(&text, Format::of(path))
    }
}
