//! From a stream of bytes to records: the lines of an NDJSON file, or the values of a JSON file.
//!
//! Memory holds one chunk of the stream and one record; a record that is too long is passed over, not kept, and what follows it is still found.

use std::io::{self, Read};

/// How records stand in a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    /// One a line. Whatever is wrong with a line, the next one is the next record.
    Lines,
    /// JSON values one after the other, or in arrays; each may take many lines.
    Values,
}

/// One record.
#[derive(Debug)]
pub(crate) struct Record<'r> {
    /// The line it begins on, from 1.
    pub(crate) line: u64,
    /// Its number among the values of the stream, from 1; `None` where there is one a line.
    pub(crate) number: Option<u64>,
    /// The bytes.
    pub(crate) body: Body<'r>,
}

/// The bytes of a record.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Body<'r> {
    /// All of them.
    Whole(&'r [u8]),
    /// It has more than the limit.
    TooLong,
}

/// Why there are no more records, although the stream has not ended.
#[derive(Debug)]
pub(crate) enum RecordsError {
    /// The stream broke off.
    Io(io::Error),
    /// What stands between values is not JSON.
    Structure {
        /// The line.
        line: u64,
        /// What was expected there.
        expected: &'static str,
    },
}

impl From<io::Error> for RecordsError {
    fn from(error: io::Error) -> RecordsError {
        RecordsError::Io(error)
    }
}

const CHUNK: usize = 64 * 1024;

/// Reads records from a stream.
pub(crate) struct Records<R> {
    reader: R,
    chunk: Box<[u8]>,
    /// The part of the chunk that is still to be looked at.
    at: usize,
    end: usize,
    /// Behind the last byte of the chunk that may end a record.
    last_end: usize,
    ended: bool,
    /// Known, or to be found out from the first chunk.
    shape: Option<Shape>,
    begun: bool,
    record: Vec<u8>,
    limit: usize,
    /// The current line, from 1.
    line: u64,
    values: u64,
    /// Bytes that have been looked at.
    passed: u64,
    place: Place,
}

/// Where a stream of values stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Outside every array.
    Top,
    /// Behind the bracket that opens an array.
    ArrayStart,
    /// Behind an element.
    AfterElement,
    /// Behind a comma.
    AfterComma,
    /// After an error: there is nothing more to be found.
    Lost,
}

impl<R: Read> Records<R> {
    /// The records of a stream. Those with more bytes than `limit` are passed over. Without a shape, the first line tells it.
    pub(crate) fn new(reader: R, shape: Option<Shape>, limit: usize) -> Records<R> {
        Records {
            reader,
            chunk: vec![0; CHUNK].into_boxed_slice(),
            at: 0,
            end: 0,
            last_end: 0,
            ended: false,
            shape,
            begun: false,
            record: Vec::new(),
            limit,
            line: 1,
            values: 0,
            passed: 0,
            place: Place::Top,
        }
    }

    /// Bytes that have been read and looked at.
    pub(crate) fn passed(&self) -> u64 {
        self.passed
    }

    /// Whether the next record may have to wait for the other end of a pipe: what is there holds no end of a record.
    pub(crate) fn may_wait(&self) -> bool {
        !self.ended && self.at >= self.last_end
    }

    /// The next record; `None` at the end.
    ///
    /// # Errors
    /// The stream breaks off, or is not JSON between its values. After an error there are no more records.
    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>, RecordsError> {
        let shape = match self.shape {
            Some(shape) if self.begun => shape,
            Some(_) | None => self.begin()?,
        };
        if self.place == Place::Lost {
            return Ok(None);
        }
        let found = match shape {
            Shape::Lines => self.next_line(),
            Shape::Values => self.next_value(),
        };
        if found.is_err() {
            self.place = Place::Lost;
        }
        let Some(line) = found? else { return Ok(None) };
        let number = (shape == Shape::Values).then_some(self.values);
        let body = if self.record.len() > self.limit { Body::TooLong } else { Body::Whole(self.record.trim_ascii()) };
        Ok(Some(Record { line, number, body }))
    }

    /// Reads the first chunk, passes over a byte order mark, and finds out the shape.
    fn begin(&mut self) -> io::Result<Shape> {
        while self.end < CHUNK && !first_line_is_there(self.unread()) {
            let read = read_some(&mut self.reader, self.chunk.get_mut(self.end..).unwrap_or(&mut []))?;
            if read == 0 {
                self.ended = true;
                break;
            }
            self.end += read;
        }
        if self.unread().starts_with(b"\xef\xbb\xbf") {
            self.skip(3);
        }
        let shape = self.shape.unwrap_or_else(|| shape_of(self.unread()));
        self.shape = Some(shape);
        self.begun = true;
        self.find_last_end(shape);
        Ok(shape)
    }

    fn next_line(&mut self) -> Result<Option<u64>, RecordsError> {
        loop {
            self.record.clear();
            let line = self.line;
            let mut ended = false;
            while !ended {
                if !self.fill()? {
                    break;
                }
                let unread = self.unread();
                let newline = unread.iter().position(|byte| *byte == b'\n');
                let length = newline.unwrap_or(unread.len());
                self.keep(length);
                if newline.is_some() {
                    self.skip(1);
                    self.line += 1;
                    ended = true;
                }
            }
            if !self.record.trim_ascii().is_empty() {
                return Ok(Some(line));
            }
            if !ended {
                return Ok(None);
            }
        }
    }

    fn next_value(&mut self) -> Result<Option<u64>, RecordsError> {
        loop {
            let Some(byte) = self.next_visible()? else {
                return match self.place {
                    Place::Top | Place::Lost => Ok(None),
                    Place::ArrayStart | Place::AfterElement | Place::AfterComma => Err(self.expected("`]` at the end of the array")),
                };
            };
            match (self.place, byte) {
                (Place::Top, b'[') => self.place = Place::ArrayStart,
                (Place::ArrayStart | Place::AfterElement, b']') => self.place = Place::Top,
                (Place::AfterElement, b',') => self.place = Place::AfterComma,
                (Place::AfterElement, _) => return Err(self.expected("`,` or `]` between contexts")),
                (Place::Top | Place::ArrayStart | Place::AfterComma, b'}' | b']' | b',' | b':') => return Err(self.expected("a JSON object")),
                (Place::Top | Place::ArrayStart | Place::AfterComma, _) => return self.value(byte).map(Some),
                (Place::Lost, _) => return Ok(None),
            }
            self.skip(1);
        }
    }

    /// Reads the value whose first byte comes next, and says on which line it begins.
    fn value(&mut self, first: u8) -> Result<u64, RecordsError> {
        if self.place != Place::Top {
            self.place = Place::AfterElement;
        }
        self.record.clear();
        self.values += 1;
        let line = self.line;
        match first {
            b'{' | b'[' => self.brackets()?,
            b'"' => {
                self.take();
                self.text()?;
            }
            _ => {
                self.take();
                while let Some(byte) = self.peek()?
                    && !byte.is_ascii_whitespace()
                    && !b"{}[],:\"".contains(&byte)
                {
                    self.take();
                }
            }
        }
        Ok(line)
    }

    /// Reads up to the bracket that closes the one that comes next, or to the end of the stream. Kinds of brackets are not told apart: whoever reads the record will.
    fn brackets(&mut self) -> io::Result<()> {
        let mut depth = 0u64;
        while let Some(byte) = self.peek()? {
            self.take();
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b'"' => self.text()?,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Reads the rest of a text whose opening quote has been read.
    fn text(&mut self) -> io::Result<()> {
        while let Some(byte) = self.peek()? {
            self.take();
            match byte {
                b'"' => break,
                b'\\' if self.peek()?.is_some() => self.take(),
                _ => {}
            }
        }
        Ok(())
    }

    /// Passes over white space, and says what comes next.
    fn next_visible(&mut self) -> io::Result<Option<u8>> {
        while let Some(byte) = self.peek()? {
            if !byte.is_ascii_whitespace() {
                return Ok(Some(byte));
            }
            self.line += u64::from(byte == b'\n');
            self.skip(1);
        }
        Ok(None)
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(if self.fill()? { self.unread().first().copied() } else { None })
    }

    /// Moves the next byte into the record.
    fn take(&mut self) {
        if self.unread().first() == Some(&b'\n') {
            self.line += 1;
        }
        self.keep(1);
    }

    /// Moves so many bytes of the chunk into the record; one byte beyond the limit says that it was exceeded, the others are dropped.
    fn keep(&mut self, length: usize) {
        let room = self.limit.saturating_add(1).saturating_sub(self.record.len()).min(length);
        let kept = self.chunk.get(self.at..self.at + room).unwrap_or(&[]);
        self.record.extend_from_slice(kept);
        self.skip(length);
    }

    fn skip(&mut self, length: usize) {
        self.at += length;
        self.passed += u64::try_from(length).unwrap_or(0);
    }

    fn unread(&self) -> &[u8] {
        self.chunk.get(self.at..self.end).unwrap_or(&[])
    }

    /// Makes sure that there is something to look at; says whether there is.
    fn fill(&mut self) -> io::Result<bool> {
        if self.at == self.end && !self.ended {
            self.at = 0;
            self.end = 0;
            self.end = read_some(&mut self.reader, &mut self.chunk)?;
            self.ended = self.end == 0;
            if let Some(shape) = self.shape {
                self.find_last_end(shape);
            }
        }
        Ok(self.at < self.end)
    }

    fn find_last_end(&mut self, shape: Shape) {
        let ends = match shape {
            Shape::Lines => b'\n',
            Shape::Values => b'}',
        };
        let chunk = self.chunk.get(..self.end).unwrap_or(&[]);
        self.last_end = chunk.iter().rposition(|byte| *byte == ends).map_or(0, |last| last + 1);
    }

    fn expected(&self, expected: &'static str) -> RecordsError {
        RecordsError::Structure { line: self.line, expected }
    }
}

fn read_some(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Whether the first line that says something is there, to its end.
fn first_line_is_there(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().contains(&b'\n')
}

/// The shape that the beginning of a stream tells: lines, unless it opens an array, or its first line is no whole object or more than one.
fn shape_of(bytes: &[u8]) -> Shape {
    let bytes = bytes.trim_ascii_start();
    let first_line = bytes.split(|byte| *byte == b'\n').next().unwrap_or(&[]);
    match (first_line.first(), behind_brackets(first_line)) {
        (Some(b'['), _) => Shape::Values,
        (Some(b'{'), Some(rest)) if rest.trim_ascii().is_empty() => Shape::Lines,
        (Some(b'{'), Some(_)) => Shape::Values,
        // A line that does not fit into a chunk is one of many long ones, or the whole file: lines will do for both.
        (Some(b'{'), None) if first_line.len() < bytes.len() || bytes.len() < CHUNK / 2 => Shape::Values,
        (Some(_) | None, _) => Shape::Lines,
    }
}

/// What stands behind the bracket that closes the first one, if that is there.
fn behind_brackets(text: &[u8]) -> Option<&[u8]> {
    let (mut depth, mut quoted, mut escaped) = (0u64, false, false);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && !quoted {
            return text.get(at + 1..);
        }
    }
    None
}

#[cfg(test)]
mod tests;
