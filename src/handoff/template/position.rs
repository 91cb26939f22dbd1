//! Where a rendered text goes, and what each place does with the characters of a value.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::diagnostic::is_format_control;

/// What a template is for. Each says what may stand there, and how values are fitted in.
///
/// Line breaks are `\r\n`, `\r`, `\n`, vertical tab, form feed, U+0085, U+2028 and U+2029; control characters are those of Unicode's category Cc; explicit
/// bidirectional controls are U+202A to U+202E and U+2066 to U+2069.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Position {
    /// Prose for people: labels, messages, descriptions, work notes. Every line break becomes `\n`; `\t` stays, all other control characters are
    /// dropped, from what is written out as well. Explicit bidirectional controls are dropped from values: an override that a user leaves open would
    /// reorder what follows it.
    Text,
    /// One line for people, such as the short description of a ticket: as [`Position::Text`], but each line break and each tab becomes a blank.
    Line,
    /// The subject of an e-mail, a header line: a control character or line break is refused, in what is written out when it is loaded, in a value
    /// when it is rendered. Explicit bidirectional controls are dropped from values.
    Subject,
    /// A name that a machine reads: queue, channel, handle, form, platform. Control characters, line breaks and format controls (invisible characters)
    /// are refused, as in [`Position::Subject`]; so is one of which nothing but blanks is left.
    Identifier,
    /// One plain e-mail address, `name@domain`, without display name. Either the domain is written out and expressions stand before the `@`, or one
    /// expression is the whole address. What is rendered is refused unless it is one plain address in ASCII; of the characters that are no letters or
    /// digits, the name has only ``. _ - + ' = ~ &``: others are routes to some mail system, or syntax to a shell or a URL.
    Address,
    /// An absolute `https:` or `http:` URL. Scheme, host and port are written out, and complete before the first expression. An expression stands in a
    /// path segment, after a `name=` in the query, or in the fragment; all of its value but the unreserved characters of RFC 3986 is percent-encoded. A
    /// path segment that a value makes `.` or `..` is refused: URL parsers resolve them, encoded or not.
    Url,
    /// The value of a parameter that is put into a URL by [`super::UrlTemplate`], written as plain text: any text, taken as it is. What is written out
    /// and what is a value are percent-encoded alike.
    Parameter,
}

/// Where a character comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    /// The rule set.
    Literal,
    /// The value of an expression.
    Value,
}

/// What becomes of a character.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    Stays,
    Becomes(char),
    Dropped,
    Refused(&'static str),
}

impl Position {
    /// What it is, for a message: `a subject`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Position::Text => "a text",
            Position::Line => "a line of text",
            Position::Subject => "a subject",
            Position::Identifier => "an identifier",
            Position::Address => "an address",
            Position::Url => "a URL",
            Position::Parameter => "a parameter",
        }
    }

    /// How many bytes one byte of a value becomes at most.
    pub(super) fn growth(self) -> u64 {
        match self {
            Position::Url | Position::Parameter => 3,
            Position::Text | Position::Line | Position::Subject | Position::Identifier | Position::Address => 1,
        }
    }

    pub(super) fn fate(self, character: char, origin: Origin) -> Fate {
        match self {
            Position::Text | Position::Line => match character {
                '\n' | '\t' if self == Position::Text => Fate::Stays,
                '\t' => Fate::Becomes(' '),
                _ if is_line_break(character) => Fate::Becomes(if self == Position::Text { '\n' } else { ' ' }),
                _ if character.is_control() || (origin == Origin::Value && is_explicit_bidi(character)) => Fate::Dropped,
                _ => Fate::Stays,
            },
            Position::Subject | Position::Identifier => match character {
                _ if is_line_break(character) => Fate::Refused("a line break"),
                _ if character.is_control() => Fate::Refused("a control character"),
                _ if self == Position::Identifier && is_format_control(character) => Fate::Refused("an invisible character"),
                _ if origin == Origin::Value && is_explicit_bidi(character) => Fate::Dropped,
                _ => Fate::Stays,
            },
            Position::Address | Position::Url | Position::Parameter => Fate::Stays,
        }
    }

    /// Appends a text as it is fitted into the position; line breaks of two characters count as one.
    ///
    /// # Errors
    /// What is refused in it.
    pub(super) fn append(self, text: &str, origin: Origin, out: &mut String) -> Result<(), &'static str> {
        match self {
            Position::Address => out.push_str(text),
            Position::Url if origin == Origin::Literal => out.push_str(text),
            Position::Url | Position::Parameter => out.extend(encoded(text)),
            Position::Text | Position::Line | Position::Subject | Position::Identifier => {
                // Printable ASCII stays everywhere, and most texts are nothing else.
                let plain = text.bytes().position(|byte| !matches!(byte, b' '..=b'~')).unwrap_or(text.len());
                let (plain, rest) = text.split_at_checked(plain).unwrap_or(("", text));
                out.push_str(plain);
                let mut after_return = false;
                for character in rest.chars() {
                    if !(after_return && character == '\n') {
                        match self.fate(character, origin) {
                            Fate::Stays => out.push(character),
                            Fate::Becomes(other) => out.push(other),
                            Fate::Dropped => {}
                            Fate::Refused(what) => return Err(what),
                        }
                    }
                    after_return = character == '\r';
                }
            }
        }
        Ok(())
    }
}

impl Position {
    /// A value as it is fitted into prose or a line, which refuse nothing.
    pub(in crate::handoff) fn fit(self, text: &str) -> String {
        let mut fitted = String::with_capacity(text.len());
        let _ = self.append(text, Origin::Value, &mut fitted);
        fitted
    }
}

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text for a place inside a URL, piece by piece.
pub(super) fn encoded(text: &str) -> impl Iterator<Item = &str> {
    utf8_percent_encode(text, RESERVED)
}

pub(super) fn is_line_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_explicit_bidi(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
