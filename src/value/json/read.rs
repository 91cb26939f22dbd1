//! A pull reader: reads, skips, or walks into what comes next.

use std::borrow::Cow;
use std::sync::Arc;

use indexmap::IndexMap;

use super::{JsonError, JsonProblem};
use crate::value::{ENTRY_BYTES, Map, Value};

/// What comes next in a JSON text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JsonKind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// `-1.5e3`
    Number,
    /// `"a"`
    Text,
    /// `[1, 2]`
    Array,
    /// `{"a": 1}`
    Object,
}

/// Reads a JSON text from front to back.
///
/// A caller that needs a part only walks into objects and skips the rest, which costs no memory:
///
/// ```
/// use triggerfish::value::json::Reader;
/// let mut reader = Reader::new(br#"{"skipped": [[1], 2], "wanted": 3}"#, 64)?;
/// let mut wanted = None;
/// reader.object()?;
/// while let Some(key) = reader.next_key()? {
///     if key == "wanted" { wanted = Some(reader.read()?) } else { reader.skip()? }
/// }
/// reader.finish()?;
/// assert_eq!(wanted, Some(3.into()));
/// # Ok::<(), triggerfish::value::json::JsonError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Reader<'j> {
    pub(super) text: &'j str,
    pub(super) at: usize,
    depth: usize,
    max_depth: usize,
    /// Bytes that values still to be read may take, counted as [`Value::size`] counts.
    allowance: usize,
    /// The array or object that was entered last has given no member yet.
    fresh: bool,
}

impl<'j> Reader<'j> {
    /// A reader at the start of a text. Arrays and objects may stand `max_depth` deep inside one another.
    ///
    /// # Errors
    /// The bytes are no UTF-8, or start with a byte order mark.
    pub fn new(bytes: &'j [u8], max_depth: usize) -> Result<Reader<'j>, JsonError> {
        let text = std::str::from_utf8(bytes).map_err(|error| JsonProblem::NotUtf8.at(error.valid_up_to()))?;
        if text.starts_with('\u{feff}') {
            return Err(JsonProblem::ByteOrderMark.at(0));
        }
        Ok(Reader { text, at: 0, depth: 0, max_depth, allowance: usize::MAX, fresh: false })
    }

    /// The same reader, but what it reads may take so many bytes in all: the length of each text and key, 16 for each entry.
    #[must_use]
    pub fn with_allowance(self, bytes: usize) -> Reader<'j> {
        Reader { allowance: bytes, ..self }
    }

    /// A reader of one text, quotes included.
    pub(crate) fn of_text(text: &'j str) -> Reader<'j> {
        Reader { text, at: 0, depth: 0, max_depth: 0, allowance: usize::MAX, fresh: false }
    }

    /// The same reader at another place, inside so many arrays and objects.
    pub(crate) fn within(self, at: usize, depth: usize) -> Reader<'j> {
        Reader { at, depth, fresh: false, ..self }
    }

    /// The byte that comes next.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.at
    }

    /// What comes next, behind white space. Reads nothing of it.
    ///
    /// # Errors
    /// There is no value.
    pub fn kind(&mut self) -> Result<JsonKind, JsonError> {
        self.blanks();
        match self.peek() {
            Some(b'{') => Ok(JsonKind::Object),
            Some(b'[') => Ok(JsonKind::Array),
            Some(b'"') => Ok(JsonKind::Text),
            Some(b'-' | b'0'..=b'9') => Ok(JsonKind::Number),
            Some(b't' | b'f') => Ok(JsonKind::Bool),
            Some(b'n') => Ok(JsonKind::Null),
            Some(_) | None => Err(self.expected("a value")),
        }
    }

    /// Reads a whole value.
    ///
    /// # Errors
    /// It is malformed, has a key twice, an Integer outside 64 bits, a number that is not finite, half a surrogate pair, or is too deep or too large.
    pub fn read(&mut self) -> Result<Value, JsonError> {
        match self.kind()? {
            JsonKind::Null => self.word("null").map(|()| Value::Null),
            JsonKind::Bool if self.peek() == Some(b't') => self.word("true").map(|()| Value::Bool(true)),
            JsonKind::Bool => self.word("false").map(|()| Value::Bool(false)),
            JsonKind::Number => self.number(),
            JsonKind::Text => {
                let text = self.string()?;
                self.take(text.len())?;
                Ok(Value::Text(Arc::from(text)))
            }
            JsonKind::Array => self.list(),
            JsonKind::Object => self.map(),
        }
    }

    /// Passes over a value: the same grammar and depth, but keys, Integers and surrogates are not looked at.
    ///
    /// # Errors
    /// It is malformed or too deep.
    pub fn skip(&mut self) -> Result<(), JsonError> {
        match self.kind()? {
            JsonKind::Null => self.word("null"),
            JsonKind::Bool => self.word(if self.peek() == Some(b't') { "true" } else { "false" }),
            JsonKind::Number => self.number_text().map(|_| ()),
            JsonKind::Text => self.skip_string(),
            JsonKind::Array => {
                self.array()?;
                while self.next_element()? {
                    self.skip()?;
                }
                Ok(())
            }
            JsonKind::Object => {
                self.object()?;
                while self.next_member()? {
                    self.skip_string()?;
                    self.colon()?;
                    self.skip()?;
                }
                Ok(())
            }
        }
    }

    /// Enters an object; its members come from [`Reader::next_key`].
    ///
    /// # Errors
    /// Something else comes next, or it is too deep.
    pub fn object(&mut self) -> Result<(), JsonError> {
        self.enter(b'{', "an object")
    }

    /// The next key of the object that was entered, or its end. After a key its value must be read, skipped or entered. Keys are not compared with one another.
    ///
    /// # Errors
    /// The text is malformed here.
    pub fn next_key(&mut self) -> Result<Option<Cow<'j, str>>, JsonError> {
        if !self.next_member()? {
            return Ok(None);
        }
        let key = self.string()?;
        self.colon()?;
        Ok(Some(key))
    }

    /// Enters an array; [`Reader::next_element`] says whether an element follows.
    ///
    /// # Errors
    /// Something else comes next, or it is too deep.
    pub fn array(&mut self) -> Result<(), JsonError> {
        self.enter(b'[', "an array")
    }

    /// Whether the array that was entered has another element, which then must be read, skipped or entered.
    ///
    /// # Errors
    /// The text is malformed here.
    pub fn next_element(&mut self) -> Result<bool, JsonError> {
        self.another(b']', "`,` or `]`")
    }

    /// Makes sure that only white space is left.
    ///
    /// # Errors
    /// Something follows.
    pub fn finish(&mut self) -> Result<(), JsonError> {
        self.blanks();
        if self.peek().is_some() { Err(JsonProblem::Trailing.at(self.at)) } else { Ok(()) }
    }

    fn list(&mut self) -> Result<Value, JsonError> {
        self.array()?;
        let mut items = Vec::new();
        while self.next_element()? {
            self.take(ENTRY_BYTES as usize)?;
            items.push(self.read()?);
        }
        Ok(Value::from(items))
    }

    fn map(&mut self) -> Result<Value, JsonError> {
        self.object()?;
        let mut entries: IndexMap<Arc<str>, Value> = IndexMap::new();
        while self.next_member()? {
            let key_at = self.at;
            let key = self.string()?;
            self.colon()?;
            self.take(key.len().saturating_add(ENTRY_BYTES as usize))?;
            let value = self.read()?;
            let (at, earlier) = entries.insert_full(Arc::from(key), value);
            if earlier.is_some() {
                let key = entries.get_index(at).map(|(key, _)| key.to_string()).unwrap_or_default();
                return Err(JsonProblem::DuplicateKey(key).at(key_at));
            }
        }
        Ok(Value::Map(Map::from_entries(entries)))
    }

    fn enter(&mut self, bracket: u8, name: &'static str) -> Result<(), JsonError> {
        self.blanks();
        if self.peek() != Some(bracket) {
            return Err(self.expected(name));
        }
        if self.depth >= self.max_depth {
            return Err(JsonProblem::TooDeep.at(self.at));
        }
        self.depth += 1;
        self.at += 1;
        self.fresh = true;
        Ok(())
    }

    /// Whether another member or element follows; passes over the comma, or over the closing bracket.
    fn another(&mut self, closing: u8, expected: &'static str) -> Result<bool, JsonError> {
        self.blanks();
        let fresh = std::mem::take(&mut self.fresh);
        match self.peek() {
            Some(byte) if byte == closing => {
                self.at += 1;
                self.depth = self.depth.saturating_sub(1);
                Ok(false)
            }
            Some(_) if fresh => Ok(true),
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(_) | None => Err(self.expected(expected)),
        }
    }

    fn next_member(&mut self) -> Result<bool, JsonError> {
        let another = self.another(b'}', "`,` or `}`")?;
        if another {
            self.blanks();
            if self.peek() != Some(b'"') {
                return Err(self.expected("a key in double quotes"));
            }
        }
        Ok(another)
    }

    fn colon(&mut self) -> Result<(), JsonError> {
        self.blanks();
        if self.peek() != Some(b':') {
            return Err(self.expected("`:`"));
        }
        self.at += 1;
        Ok(())
    }

    fn take(&mut self, bytes: usize) -> Result<(), JsonError> {
        self.allowance = self.allowance.checked_sub(bytes).ok_or(JsonProblem::TooLarge.at(self.at))?;
        Ok(())
    }
}
