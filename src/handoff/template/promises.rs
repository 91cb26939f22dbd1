//! What positions promise of a rendered text, whatever the values are: judged by other means than those that render. For tests and fuzz targets.

use url::Url;

use super::Position;
use crate::diagnostic::is_format_control;

/// Pieces that have broken out of places before.
pub(crate) const PIECES: [&str; 44] = [
    "a",
    "Z",
    "9",
    " ",
    "é",
    "😀",
    ".",
    "..",
    "/",
    "//",
    "\\",
    "?",
    "#",
    "&",
    "=",
    "+",
    "%",
    "%2e",
    "%2F",
    "%00",
    ";",
    ":",
    "://",
    "@",
    "evil.example",
    "https://",
    "javascript:",
    "\r",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{feff}",
    "<",
    "\"",
    ",",
    "{{ domain }}",
];

/// What no value changes in a URL.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Structure {
    scheme: String,
    host: Option<String>,
    port: Option<u16>,
    user: String,
    segments: usize,
    /// The names in the query.
    names: Vec<String>,
    has_fragment: bool,
}

/// The structure of a URL; `None` for what is none.
pub(crate) fn structure(text: &str) -> Option<Structure> {
    let url = Url::parse(text).ok()?;
    Some(Structure {
        scheme: url.scheme().to_owned(),
        host: url.host_str().map(str::to_owned),
        port: url.port(),
        user: format!("{}{:?}", url.username(), url.password()),
        segments: url.path_segments().map_or(0, Iterator::count),
        names: url.query_pairs().map(|(key, _)| key.into_owned()).collect(),
        has_fragment: url.fragment().is_some(),
    })
}

/// Whether a text is one e-mail address, without anything that some mail system takes for a route or a second address.
pub(crate) fn is_one_address(text: &str) -> bool {
    text.matches('@').count() == 1 && text.bytes().all(|byte| byte.is_ascii_graphic() && !b",;<>()[]:\\\"%!|?".contains(&byte))
}

/// A character of a rendered text that has no place in the position: nobody sees it, or it breaks the line.
pub(crate) fn hidden_character(position: Position, text: &str) -> Option<char> {
    let allowed = match position {
        Position::Text => "\n\t",
        Position::Line | Position::Subject | Position::Identifier | Position::Address | Position::Url | Position::Parameter => "",
    };
    text.chars().find(|character| {
        let breaks = matches!(character, '\u{2028}' | '\u{2029}');
        let overrides = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let invisible = position == Position::Identifier && is_format_control(*character);
        character.is_control() && !allowed.contains(*character) || breaks || overrides || invisible
    })
}
