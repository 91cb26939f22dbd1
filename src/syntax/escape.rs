//! Escapes inside quotes: `\\ \" \' \n \r \t \uXXXX \u{X..}`; any other pair is kept as written, both characters.

use std::borrow::Cow;

use crate::diagnostic::is_format_control;

/// Why the inside of a text cannot be read, and where: bytes from the start of the inside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct BadEscape {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) problem: &'static str,
}

/// The characters that the inside of a quoted text stands for.
pub(super) fn unescape(inside: &str) -> Result<Cow<'_, str>, BadEscape> {
    let Some(first) = inside.find('\\') else {
        return Ok(Cow::Borrowed(inside));
    };
    let (plain, mut rest) = inside.split_at(first);
    let mut text = String::with_capacity(inside.len());
    text.push_str(plain);
    while let Some(behind) = rest.strip_prefix('\\') {
        let start = inside.len() - rest.len();
        let used = escape(behind, &mut text).map_err(|(length, problem)| BadEscape { start, end: start + 1 + length, problem })?;
        let behind = behind.get(used..).unwrap_or("");
        let (plain, next) = behind.split_at(behind.find('\\').unwrap_or(behind.len()));
        text.push_str(plain);
        rest = next;
    }
    Ok(Cow::Owned(text))
}

/// Reads what stands behind a backslash, and says how many bytes that was.
fn escape(behind: &str, text: &mut String) -> Result<usize, (usize, &'static str)> {
    let mut characters = behind.chars();
    match characters.next() {
        Some(same @ ('\\' | '"' | '\'')) => text.push(same),
        Some('n') => text.push('\n'),
        Some('r') => text.push('\r'),
        Some('t') => text.push('\t'),
        Some('u') => return unicode(characters.as_str(), text).map(|used| used + 1).map_err(|(length, problem)| (length + 1, problem)),
        Some(other) => {
            text.push('\\');
            text.push(other);
            return Ok(other.len_utf8());
        }
        None => text.push('\\'),
    }
    Ok(1)
}

/// Reads what stands behind `\u`.
fn unicode(behind: &str, text: &mut String) -> Result<usize, (usize, &'static str)> {
    if let Some(braced) = behind.strip_prefix('{') {
        let digits = braced.bytes().take_while(u8::is_ascii_hexdigit).count();
        if !(1..=6).contains(&digits) || !braced.get(digits..).is_some_and(|end| end.starts_with('}')) {
            return Err((digits + 1, "`\\u{...}` takes one to six hexadecimal digits"));
        }
        let length = digits + 2;
        let code = braced.get(..digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        text.push(code.and_then(char::from_u32).ok_or((length, "no character has this code"))?);
        return Ok(length);
    }
    let first = unit(behind).ok_or((0, "`\\u` takes four hexadecimal digits, or up to six in braces"))?;
    if let Some(character) = char::from_u32(first) {
        text.push(character);
        return Ok(4);
    }
    let second = behind.get(4..).and_then(|rest| rest.strip_prefix("\\u")).and_then(unit).filter(|second| (0xDC00..0xE000).contains(second));
    match second {
        Some(second) if first < 0xDC00 => {
            let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            text.push(char::from_u32(code).ok_or((10, "no character has this code"))?);
            Ok(10)
        }
        Some(_) | None => Err((4, "a surrogate needs its other half: a high one, then a low one")),
    }
}

fn unit(text: &str) -> Option<u32> {
    let digits = text.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

/// A text in double quotes, as canonical source. Reading it back gives the same text.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => quoted.push_str("\\\""),
            // A pair that is no escape stays as regex authors write it.
            '\\' if characters.peek().is_some_and(|next| !matches!(next, '\\' | '"' | '\'' | 'n' | 'r' | 't' | 'u') && !is_hidden(*next)) => quoted.push('\\'),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            hidden if is_hidden(hidden) => quoted.push_str(&format!("\\u{{{:x}}}", u32::from(hidden))),
            shown => quoted.push(shown),
        }
    }
    quoted.push('"');
    quoted
}

fn is_hidden(character: char) -> bool {
    character.is_control() || is_format_control(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_read_back() {
        for text in ["", "plain", "a\"b'c\\d\n\r\t", "\u{0}\u{202e}\u{10ffff}é", "\\s \\d+", "\\\\", "\\\\n\\\n\\", "😀"] {
            let source = quoted(text);
            assert_eq!(unescape(&source[1..source.len() - 1]).as_deref(), Ok(text), "{source}");
        }
    }

    #[test]
    fn unknown_pairs_stay_as_written() {
        assert_eq!(unescape(r"\s\x41\0\é").as_deref(), Ok(r"\s\x41\0\é"));
    }

    #[test]
    fn surrogates_combine_or_fail() {
        assert_eq!(unescape(r"\ud83d\ude00").as_deref(), Ok("😀"));
        for bad in [r"\ud83d", r"\ude00", r"\ud83dx", r"\ud83d\u0041", r"\u12", r"\u{}", r"\u{d800}", r"\u{41", r"\u 0041", r"\u{1234567}"] {
            assert!(unescape(bad).is_err(), "{bad}");
        }
    }
}
