//! The tokens of a JSON text: white space, words, numbers, texts.

use std::borrow::Cow;

use super::read::Reader;
use super::scan::plain_len;
use super::{JsonError, JsonProblem};
use crate::value::{Float, Value};

impl<'j> Reader<'j> {
    pub(super) fn word(&mut self, word: &'static str) -> Result<(), JsonError> {
        let rest = self.rest();
        if rest.starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(());
        }
        let ends = word.as_bytes().starts_with(rest);
        Err(if ends { JsonProblem::UnexpectedEnd.at(self.text.len()) } else { JsonProblem::Expected("a value").at(self.at) })
    }

    pub(super) fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        let (text, is_integer) = self.number_text()?;
        if is_integer {
            return text.parse().map(Value::Integer).map_err(|_| JsonProblem::IntegerOutOfRange.at(start));
        }
        let number = text.parse().ok().and_then(Float::new);
        number.map(Value::Float).ok_or(JsonProblem::NumberNotFinite.at(start))
    }

    /// Passes over a number: its text, and whether it has neither fraction nor exponent.
    pub(super) fn number_text(&mut self) -> Result<(&'j str, bool), JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
            if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                return Err(JsonProblem::MalformedNumber.at(start));
            }
        } else {
            self.digits(start)?;
        }
        let whole_end = self.at;
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits(start)?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits(start)?;
        }
        Ok((self.text.get(start..self.at).unwrap_or(""), self.at == whole_end))
    }

    /// Passes over one digit or more.
    fn digits(&mut self, number_start: usize) -> Result<(), JsonError> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        match (count, self.peek()) {
            (0, None) => Err(JsonProblem::UnexpectedEnd.at(self.at)),
            (0, Some(_)) => Err(JsonProblem::MalformedNumber.at(number_start)),
            (_, _) => Ok(()),
        }
    }

    /// Reads a text; stands at its opening quote.
    pub(super) fn string(&mut self) -> Result<Cow<'j, str>, JsonError> {
        self.at += 1;
        let plain = self.plain();
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = String::from(plain);
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => text.push(self.escaped_character()?),
                Some(_) => return Err(JsonProblem::ControlCharacter.at(self.at)),
                None => return Err(JsonProblem::UnexpectedEnd.at(self.at)),
            }
            text.push_str(self.plain());
        }
    }

    /// Puts a text behind other bytes; stands at its opening quote.
    pub(crate) fn string_into(&mut self, out: &mut Vec<u8>) -> Result<(), JsonError> {
        self.at += 1;
        loop {
            out.extend_from_slice(self.plain().as_bytes());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => out.extend_from_slice(self.escaped_character()?.encode_utf8(&mut [0; 4]).as_bytes()),
                Some(_) => return Err(JsonProblem::ControlCharacter.at(self.at)),
                None => return Err(JsonProblem::UnexpectedEnd.at(self.at)),
            }
        }
    }

    pub(super) fn skip_string(&mut self) -> Result<(), JsonError> {
        self.at += 1;
        loop {
            self.plain();
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escape().map(|_| ())?,
                Some(_) => return Err(JsonProblem::ControlCharacter.at(self.at)),
                None => return Err(JsonProblem::UnexpectedEnd.at(self.at)),
            }
        }
    }

    /// Passes over characters that stand for themselves.
    fn plain(&mut self) -> &'j str {
        let start = self.at;
        self.at += plain_len(self.rest());
        self.text.get(start..self.at).unwrap_or("")
    }

    /// The character that an escape, or a pair of them, stands for.
    fn escaped_character(&mut self) -> Result<char, JsonError> {
        let start = self.at;
        let lone = || JsonProblem::LoneSurrogate.at(start);
        match self.escape()? {
            Escape::Character(character) => Ok(character),
            Escape::Unit(high) => match char::from_u32(u32::from(high)) {
                Some(character) => Ok(character),
                None if self.rest().starts_with(b"\\u") => match self.escape()? {
                    Escape::Unit(low) => char::decode_utf16([high, low]).next().and_then(Result::ok).ok_or_else(lone),
                    Escape::Character(_) => Err(lone()),
                },
                None => Err(lone()),
            },
        }
    }

    /// Passes over one escape; stands at its backslash.
    fn escape(&mut self) -> Result<Escape, JsonError> {
        let start = self.at;
        let letter = *self.rest().get(1).ok_or(JsonProblem::UnexpectedEnd.at(self.text.len()))?;
        self.at += 2;
        let character = match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unit(start).map(Escape::Unit),
            _ => return Err(JsonProblem::MalformedEscape.at(start)),
        };
        Ok(Escape::Character(character))
    }

    fn unit(&mut self, escape_start: usize) -> Result<u16, JsonError> {
        let mut unit = 0;
        for _ in 0..4 {
            let byte = self.peek().ok_or(JsonProblem::UnexpectedEnd.at(self.text.len()))?;
            let digit = char::from(byte).to_digit(16).ok_or(JsonProblem::MalformedEscape.at(escape_start))?;
            unit = unit * 16 + digit;
            self.at += 1;
        }
        // Four hexadecimal digits are 16 bits.
        u16::try_from(unit).map_err(|_| JsonProblem::MalformedEscape.at(escape_start))
    }

    pub(super) fn blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn rest(&self) -> &'j [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or(&[])
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn expected(&self, what: &'static str) -> JsonError {
        if self.peek().is_none() { JsonProblem::UnexpectedEnd.at(self.at) } else { JsonProblem::Expected(what).at(self.at) }
    }
}

/// What one backslash escape gives.
enum Escape {
    Character(char),
    /// One `\uXXXX`, perhaps half of a surrogate pair.
    Unit(u16),
}
