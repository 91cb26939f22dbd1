//! The one reader of files and of standard input.
//!
//! What is read whole is bounded; what has no bound is read record by record ([`Records`]), each of them bounded.

mod records;

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use triggerfish::diagnostic::visible;
use triggerfish::source::Position;

pub(crate) use records::{Body, Record, Records, RecordsError, Shape};

/// Where input comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    /// `-`
    Stdin,
    /// A file.
    File(PathBuf),
    /// `{"domain": "IT"}`: the argument itself.
    Argument(String),
}

impl Source {
    /// The source that an argument names.
    pub(crate) fn of(argument: impl AsRef<Path>) -> Source {
        let path = argument.as_ref();
        if path.as_os_str() == "-" { Source::Stdin } else { Source::File(path.to_path_buf()) }
    }

    /// The sources of contexts that arguments name, or are: what begins with `{` is a context itself. Standard input where there are none.
    pub(crate) fn contexts<P: AsRef<Path>>(arguments: &[P]) -> Vec<Source> {
        let source = |argument: &P| match argument.as_ref().to_str() {
            Some(text) if text.trim_start().starts_with('{') => Source::Argument(text.to_owned()),
            Some(_) | None => Source::of(argument),
        };
        if arguments.is_empty() { vec![Source::Stdin] } else { arguments.iter().map(source).collect() }
    }

    /// The sources that arguments name; standard input where there are none.
    pub(crate) fn all<P: AsRef<Path>>(arguments: &[P]) -> Vec<Source> {
        if arguments.is_empty() { vec![Source::Stdin] } else { arguments.iter().map(Source::of).collect() }
    }

    /// The name for messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Source::Stdin => "<stdin>".to_owned(),
            Source::File(path) => visible(&path.to_string_lossy()).into_owned(),
            Source::Argument(_) => "<argument>".to_owned(),
        }
    }

    /// The name as it is, for machines.
    pub(crate) fn raw_name(&self) -> Cow<'_, str> {
        match self {
            Source::Stdin => Cow::Borrowed("-"),
            Source::File(path) => path.to_string_lossy(),
            Source::Argument(_) => Cow::Borrowed("<argument>"),
        }
    }

    /// Whether the file's name has one of these extensions, in any letter case.
    pub(crate) fn has_extension(&self, extensions: &[&str]) -> bool {
        match self {
            Source::Stdin | Source::Argument(_) => false,
            Source::File(path) => path.extension().is_some_and(|found| extensions.iter().any(|extension| found.eq_ignore_ascii_case(extension))),
        }
    }

    /// How many bytes it has, where that is known.
    pub(crate) fn size(&self) -> Option<u64> {
        match self {
            Source::Stdin => None,
            Source::File(path) => std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|file| file.len()),
            Source::Argument(text) => u64::try_from(text.len()).ok(),
        }
    }

    /// Makes sure that it is there, before any work is done. What must not be opened twice (a pipe) is not opened here.
    ///
    /// # Errors
    /// There is no such file.
    pub(crate) fn expect_there(&self) -> Result<(), InputError> {
        match self {
            Source::Stdin | Source::Argument(_) => Ok(()),
            Source::File(path) => {
                let there = std::fs::metadata(path).and_then(|file| if file.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(()) });
                there.map_err(|error| self.error(Problem::Io(error)))
            }
        }
    }

    /// Opens it for reading.
    ///
    /// # Errors
    /// There is no such file, or it may not be read.
    pub(crate) fn open(&self) -> Result<Box<dyn Read>, InputError> {
        match self {
            Source::Stdin => Ok(Box::new(io::stdin().lock())),
            Source::Argument(text) => Ok(Box::new(io::Cursor::new(text.clone().into_bytes()))),
            Source::File(path) => {
                let opened = File::open(path).and_then(|file| {
                    // Opening a directory succeeds on some systems; reading it would fail later, and worse worded.
                    if file.metadata()?.is_dir() { Err(io::Error::from(io::ErrorKind::IsADirectory)) } else { Ok(file) }
                });
                opened.map(|file| Box::new(file) as Box<dyn Read>).map_err(|error| self.error(Problem::Io(error)))
            }
        }
    }

    /// Reads all of it, if it has no more bytes than `limit`.
    ///
    /// # Errors
    /// It cannot be read, or is longer.
    pub(crate) fn read(&self, limit: usize) -> Result<Vec<u8>, InputError> {
        let mut bytes = Vec::new();
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        self.open()?.take(most).read_to_end(&mut bytes).map_err(|error| self.error(Problem::Io(error)))?;
        if bytes.len() > limit { Err(self.error(Problem::TooLong(limit))) } else { Ok(bytes) }
    }

    /// Reads all of it as text, without a byte order mark.
    ///
    /// # Errors
    /// As [`Source::read`]; and it is not UTF-8.
    pub(crate) fn read_text(&self, limit: usize) -> Result<String, InputError> {
        self.read_whole_text(limit).map(|text| text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }

    /// Reads all of it as text, with the byte order mark if it has one.
    ///
    /// # Errors
    /// As [`Source::read_text`].
    pub(crate) fn read_whole_text(&self, limit: usize) -> Result<String, InputError> {
        let text = String::from_utf8(self.read(limit)?).map_err(|error| {
            let offset = error.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(error.as_bytes().get(..offset).unwrap_or(&[]));
            self.error(Problem::NotUtf8 { offset, position: Position::of(&before, before.len()) })
        })?;
        Ok(text)
    }

    /// It broke off while it was read.
    pub(crate) fn broken(&self, error: io::Error) -> InputError {
        self.error(Problem::Io(error))
    }

    fn error(&self, problem: Problem) -> InputError {
        InputError { name: self.name(), problem }
    }

    /// Splits it into contexts, or other records.
    ///
    /// # Errors
    /// There is no such file, or it may not be read.
    pub(crate) fn records(&self, limit: usize) -> Result<Records<Box<dyn Read>>, InputError> {
        let shape = self.has_extension(&["ndjson", "jsonl"]).then_some(Shape::Lines);
        Ok(Records::new(self.open()?, shape, limit))
    }
}

/// Whether a person sits at standard input.
pub(crate) fn stdin_is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// Why a file was not read. Its text is visible text.
#[derive(Debug)]
pub(crate) struct InputError {
    pub(crate) name: String,
    pub(crate) problem: Problem,
}

/// What is wrong with a file.
#[derive(Debug)]
pub(crate) enum Problem {
    /// The system does not give it.
    Io(io::Error),
    /// It has more bytes than this.
    TooLong(usize),
    /// It is not UTF-8 text from a byte on.
    NotUtf8 {
        /// The byte.
        offset: usize,
        /// Where that is.
        position: Position,
    },
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            Problem::Io(error) => write!(f, "cannot read {}: {}", self.name, visible(&error.to_string())),
            Problem::TooLong(limit) => write!(f, "{} is longer than {limit} bytes", self.name),
            Problem::NotUtf8 { offset, position } => write!(f, "{}:{position}: not UTF-8 text, at byte {offset}", self.name),
        }
    }
}
