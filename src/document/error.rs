//! What is wrong with a document, and where.

use std::fmt;

use crate::source::{Position, Span};

/// One mistake in a document.
#[derive(Clone, PartialEq, Debug)]
pub struct DocumentError {
    /// One line, lower case, the author's words in backticks.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The offending words: bytes of the text. `None` if there is no text.
    pub span: Option<Span>,
    /// Line and column of the first of them.
    pub position: Option<Position>,
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = self.position {
            write!(f, "{position}: ")?;
        }
        f.write_str(&self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, " (help: {help})"))
    }
}

impl std::error::Error for DocumentError {}

/// All that was found wrong with a document; never empty. Shown one a line.
#[derive(Clone, PartialEq, Debug)]
pub struct DocumentErrors(Vec<DocumentError>);

impl DocumentErrors {
    /// The mistakes, in the order in which they were found.
    #[must_use]
    pub fn as_slice(&self) -> &[DocumentError] {
        &self.0
    }

    /// The same with lines and columns, given the text that the spans belong to and how many bytes were skipped before it.
    pub(crate) fn locate(mut self, text: &str, skipped: usize) -> DocumentErrors {
        for error in &mut self.0 {
            error.position = error.span.map(|span| Position::of(text, span.start as usize));
            error.span = error.span.map(|span| Span::new(span.start as usize + skipped, span.end as usize + skipped));
        }
        self
    }
}

impl IntoIterator for DocumentErrors {
    type Item = DocumentError;
    type IntoIter = std::vec::IntoIter<DocumentError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for DocumentErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, error) in self.0.iter().enumerate() {
            write!(f, "{}{error}", if at == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for DocumentErrors {}

/// Nobody reads more than that, and each costs a walk over the text.
const MOST: usize = 50;

/// Collects mistakes while reading goes on.
#[derive(Default)]
pub(crate) struct Problems {
    found: Vec<DocumentError>,
    /// Reading on makes no sense: a limit is exceeded.
    pub(crate) fatal: bool,
}

impl Problems {
    pub(crate) fn add(&mut self, span: Option<Span>, message: impl Into<String>) {
        self.add_with(span, message, None);
    }

    pub(crate) fn add_with(&mut self, span: Option<Span>, message: impl Into<String>, help: Option<String>) {
        if self.fatal {
            return;
        }
        let (message, help) = if self.found.len() < MOST { (message.into(), help) } else { ("too many mistakes: the rest is not read".to_owned(), None) };
        self.fatal = self.found.len() >= MOST;
        self.found.push(DocumentError { message, help, span, position: None });
    }

    pub(crate) fn stop(&mut self, span: Option<Span>, message: impl Into<String>) {
        self.add(span, message);
        self.fatal = true;
    }

    /// What was read, if nothing was wrong.
    pub(crate) fn into_result<T>(self, read: T) -> Result<T, DocumentErrors> {
        if self.found.is_empty() { Ok(read) } else { Err(DocumentErrors(self.found)) }
    }
}

/// One mistake, for what ends the reading at once.
pub(crate) fn fail<T>(span: Option<Span>, message: impl Into<String>) -> Result<T, DocumentErrors> {
    Err(DocumentErrors(vec![DocumentError { message: message.into(), help: None, span, position: None }]))
}

/// An author's word in backticks: cut when long, control characters made visible.
pub(crate) fn quoted(word: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = word.chars().take(LONGEST).flat_map(visible).collect();
    if word.chars().nth(LONGEST).is_some() {
        shown.push_str("...");
    }
    format!("`{shown}`")
}

fn visible(character: char) -> impl Iterator<Item = char> {
    let hidden =
        character.is_control() || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let escaped = hidden.then(|| character.escape_unicode());
    escaped.into_iter().flatten().chain((!hidden).then_some(character))
}

/// ``did you mean `x`?`` for the candidate that is spelled most like a word, if one is.
pub(crate) fn did_you_mean<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    closest(word, candidates).map(|candidate| format!("did you mean {}?", quoted(candidate)))
}

/// The candidate that is spelled most like a word, if one is.
pub(crate) fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // Comparing costs the product of the lengths, and nobody mistypes a longer name.
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let scored = candidates.into_iter().filter(|candidate| candidate.len() <= LONGEST).map(|candidate| (strsim::osa_distance(word, candidate), candidate));
    let (distance, candidate) = scored.min_by_key(|(distance, _)| *distance)?;
    let letters = word.chars().count();
    // One letter is not like another.
    (distance <= letters.div_ceil(3) && distance < letters).then_some(candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_shown_short_and_visible() {
        assert_eq!(quoted("a\0b\u{202e}c"), "`a\\u{0}b\\u{202e}c`");
        assert_eq!(quoted(&"x".repeat(1000)).len(), 65);
    }

    #[test]
    fn only_near_words_are_proposed() {
        assert_eq!(did_you_mean("itneger", ["text", "integer"]).unwrap(), "did you mean `integer`?");
        assert_eq!(did_you_mean("banana", ["text", "integer"]), None);
    }
}
