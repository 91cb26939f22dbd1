//! What is wrong with a part of a calendar.

use std::fmt;

use crate::diagnostic::shorten;

/// A mistake in one key or value of a calendar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// One line, lower case, the author's words in backticks.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Which of the given ranges is at fault, counted from 0; `None` if it is the key, the name or the zone.
    pub range: Option<usize>,
}

impl Mistake {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Mistake {
        Mistake { message: message.into(), help: Some(help.into()), range: None }
    }

    pub(super) fn in_range(self, range: usize) -> Mistake {
        Mistake { range: Some(range), ..self }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, " (help: {help})"))
    }
}

impl std::error::Error for Mistake {}

/// The author's words in backticks.
pub(super) fn quoted(words: &str) -> String {
    format!("`{}`", shorten(words, 60))
}
