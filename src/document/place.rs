//! From a place in the text of a scalar, as it was read, to the place in the file where it is written.

use crate::source::Span;

/// The bytes of a file in which a part of a scalar's text is written.
///
/// `written` are the bytes of the scalar in the file: quotes, escapes, folded lines, indentation and all. Every character that is not a blank is found
/// exactly; in blanks, of which YAML drops and adds some, the place may be another blank nearby.
///
/// ```text
/// when: 'domain == ''IT'''       text: domain == 'IT'
/// ```
pub(crate) fn place_in_file(file: &str, written: Span, text: &str, part: Span) -> Span {
    let raw = written.of(file);
    let (start, end) = ends(raw, text, part);
    let base = written.start as usize;
    Span::new(base + start, base + end.max(start))
}

/// Where the part starts and ends in the raw form.
fn ends(raw: &str, text: &str, part: Span) -> (usize, usize) {
    let style = raw.chars().next();
    let at = match style {
        Some('"' | '\'') => 1,
        // The header of a block scalar is the rest of its line.
        Some('|' | '>') => raw.find('\n').map_or(raw.len(), |at| at + 1),
        Some(_) | None => 0,
    };
    let mut walk = Walk { raw, style, at };
    // The end of a part is the end of its last character, not the start of the one behind it.
    let (mut start, mut last_end) = (None, at);
    for (offset, character) in text.char_indices() {
        if start.is_some() && offset >= part.end as usize {
            break;
        }
        walk.skip_to(character);
        if offset >= part.start as usize {
            start.get_or_insert(walk.at);
        }
        walk.step(character);
        last_end = walk.at;
    }
    let start = start.unwrap_or(last_end);
    (start, if part.start == part.end { start } else { last_end })
}

/// A walk over a scalar as it is written, beside the text that was read.
struct Walk<'w> {
    raw: &'w str,
    style: Option<char>,
    at: usize,
}

impl<'w> Walk<'w> {
    fn rest(&self) -> &'w str {
        self.raw.get(self.at..).unwrap_or("")
    }

    /// Passes over what stands for no character: indentation, line breaks that were folded away.
    fn skip_to(&mut self, character: char) {
        while let Some(next) = self.rest().chars().next() {
            if self.style == Some('"') && self.rest().starts_with("\\\n") {
                self.at += 2;
            } else if next.is_whitespace() && next != character && !character.is_whitespace() {
                self.at += next.len_utf8();
            } else {
                break;
            }
        }
    }

    /// Passes over what stands for one character.
    fn step(&mut self, character: char) {
        let rest = self.rest();
        let Some(next) = rest.chars().next() else { return };
        self.at += match (self.style, next) {
            (Some('"'), '\\') => escape_len(rest, character),
            (Some('\''), '\'') => 2,
            (_, next) => next.len_utf8(),
        };
        self.at = self.at.min(self.raw.len());
    }
}

/// How many bytes an escape of a quoted text takes.
fn escape_len(rest: &str, character: char) -> usize {
    match rest.as_bytes().get(1) {
        Some(b'x') => 4,
        // JSON writes what is beyond the first 65,536 characters as two.
        Some(b'u') if character.len_utf16() == 2 => 12,
        Some(b'u') => 6,
        Some(b'U') => 10,
        Some(_) => 1 + rest.get(1..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8),
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Bounds, Format, Node};

    /// What the file shows where the text has `part`, in the value of the key `k`.
    fn shown(file: &str, part: &str) -> String {
        let format = if file.starts_with('{') { Format::Json } else { Format::Yaml };
        let node = Node::read(file, format, Bounds { depth: 8, nodes: 100 }).unwrap();
        let scalar = &node.get("k").unwrap().node;
        let text = scalar.as_text().unwrap();
        let start = text.find(part).unwrap();
        place_in_file(file, scalar.span.unwrap(), text, Span::new(start, start + part.len())).of(file).to_owned()
    }

    #[test]
    fn every_style_of_scalar_leads_back_to_its_place() {
        assert_eq!(shown("k: a == bad", "bad"), "bad");
        assert_eq!(shown("k: 'a == ''x'' AND bad'", "bad"), "bad");
        assert_eq!(shown("k: 'a == ''x'' AND bad'", "'x'"), "''x''");
        assert_eq!(shown(r#"k: "a == \"x\" AND \u00e4 bad""#, "bad"), "bad");
        assert_eq!(shown(r#"k: "a == \"x\" AND bad""#, "\"x\""), r#"\"x\""#);
        assert_eq!(shown("k: |\n  first\n    AND bad\n  OR c\n", "bad"), "bad");
        assert_eq!(shown("k: |2- # a | b\n  \"x\" == bad\n", "\"x\""), "\"x\"");
        assert_eq!(shown("k: >-\n  first\n  AND bad\n\n  OR c\n", "bad"), "bad");
        assert_eq!(shown("k: >-\n  first\n  AND bad\n\n  OR c\n", "c"), "c");
        assert_eq!(shown("k: first AND\n   bad\n   OR c", "bad"), "bad");
        assert_eq!(shown("k: \"first \\\n   AND bad\"", "bad"), "bad");
        assert_eq!(shown(r#"{"k": "\ud83d\ude00 == \"x\" bad"}"#, "bad"), "bad");
    }

    #[test]
    fn an_end_is_the_end_of_its_last_character() {
        assert_eq!(shown("k: |\n  a ==\n      b\n", "a =="), "a ==");
        assert_eq!(shown("k: a", "a"), "a");
    }
}
