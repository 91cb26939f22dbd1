//! Standard output and standard error: buffered, coloured where that is wanted, quiet when nobody reads any more.

use std::borrow::Cow;
use std::io::{self, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style as Paint};
use triggerfish::diagnostic::Style;

use super::args::Color;

/// What is waiting to be written is written at this size.
const FULL: usize = 64 * 1024;

/// What is wrong: bold red.
pub(crate) const BAD: Paint = AnsiColor::Red.on_default().bold();
/// What is right: green.
pub(crate) const GOOD: Paint = AnsiColor::Green.on_default();
/// What is worth a look: yellow.
pub(crate) const DOUBTFUL: Paint = AnsiColor::Yellow.on_default().bold();
/// What stands back: dim.
pub(crate) const FAINT: Paint = Paint::new().dimmed();
/// What a reader looks for: bold.
pub(crate) const STRONG: Paint = Paint::new().bold();

/// The two streams of a command.
pub(crate) struct Output {
    out: Stream<io::Stdout>,
    err: Stream<io::Stderr>,
    waiting: Vec<u8>,
}

impl Output {
    pub(crate) fn new(color: Color) -> Output {
        Output { out: Stream::new(io::stdout(), color), err: Stream::new(io::stderr(), color), waiting: Vec::new() }
    }

    /// Writes text to standard output.
    ///
    /// # Errors
    /// The stream takes no more.
    pub(crate) fn write(&mut self, text: &str) -> io::Result<()> {
        self.waiting.extend_from_slice(text.as_bytes());
        if self.waiting.len() >= FULL { self.flush() } else { Ok(()) }
    }

    /// Writes a line to standard output.
    ///
    /// # Errors
    /// The stream takes no more.
    pub(crate) fn line(&mut self, text: &str) -> io::Result<()> {
        self.waiting.extend_from_slice(text.as_bytes());
        self.write("\n")
    }

    /// Hands on all that is waiting.
    ///
    /// # Errors
    /// The stream takes no more.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let result = self.out.write(&self.waiting);
        self.waiting.clear();
        result
    }

    /// Writes text to standard error, behind what went to standard output before. If that fails there is nobody left to tell.
    pub(crate) fn tell(&mut self, text: &str) -> io::Result<()> {
        self.flush()?;
        _ = self.err.write(text.as_bytes());
        Ok(())
    }

    /// `error: ...` on standard error. The message must be visible text.
    pub(crate) fn error(&mut self, message: &str) -> io::Result<()> {
        let label = paint(self.err.style(), BAD, "error:");
        self.tell(&format!("{label} {message}\n"))
    }

    /// `warning: ...` on standard error. The message must be visible text.
    pub(crate) fn warning(&mut self, message: &str) -> io::Result<()> {
        let label = paint(self.err.style(), DOUBTFUL, "warning:");
        self.tell(&format!("{label} {message}\n"))
    }

    /// How standard output is written.
    pub(crate) fn style(&self) -> Style {
        self.out.style()
    }

    /// How standard error is written.
    pub(crate) fn error_style(&self) -> Style {
        self.err.style()
    }
}

/// Text in a colour, where there are colours.
pub(crate) fn paint(style: Style, paint: Paint, text: &str) -> Cow<'_, str> {
    match style {
        Style::Plain => Cow::Borrowed(text),
        Style::Human => Cow::Owned(format!("{paint}{text}{paint:#}")),
    }
}

/// A stream that takes escape sequences, or one that is never given any: what passes through it is never searched for them.
enum Stream<S: anstream::stream::RawStream> {
    Styled(AutoStream<S>),
    Plain(S),
}

impl<S: anstream::stream::RawStream + anstream::stream::AsLockedWrite> Stream<S> {
    fn new(stream: S, color: Color) -> Stream<S> {
        let choice = match color {
            Color::Auto => AutoStream::choice(&stream),
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        match choice {
            ColorChoice::Never => Stream::Plain(stream),
            ColorChoice::Auto | ColorChoice::Always | ColorChoice::AlwaysAnsi => Stream::Styled(AutoStream::new(stream, choice)),
        }
    }

    fn style(&self) -> Style {
        match self {
            Stream::Styled(_) => Style::Human,
            Stream::Plain(_) => Style::Plain,
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Stream::Styled(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
            Stream::Plain(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        }
    }
}

/// A JSON object on one line, its keys in the order given.
pub(crate) struct JsonLine(String);

impl JsonLine {
    pub(crate) fn new() -> JsonLine {
        JsonLine("{".to_owned())
    }

    /// A key whose value is JSON text already.
    pub(crate) fn raw(mut self, key: &str, json: &str) -> JsonLine {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&json_text(key));
        self.0.push(':');
        self.0.push_str(json);
        self
    }

    pub(crate) fn text(self, key: &str, text: &str) -> JsonLine {
        self.raw(key, &json_text(text))
    }

    pub(crate) fn number(self, key: &str, number: u64) -> JsonLine {
        self.raw(key, &number.to_string())
    }

    pub(crate) fn bool(self, key: &str, value: bool) -> JsonLine {
        self.raw(key, if value { "true" } else { "false" })
    }

    /// A key whose value is an array of JSON texts.
    pub(crate) fn array<T: AsRef<str>>(self, key: &str, items: impl IntoIterator<Item = T>) -> JsonLine {
        self.raw(key, &json_array(items))
    }

    pub(crate) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// A text as JSON.
pub(crate) fn json_text(text: &str) -> String {
    triggerfish::value::json::write(&triggerfish::value::Value::text(text))
}

/// An array of JSON texts.
pub(crate) fn json_array<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let mut array = "[".to_owned();
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            array.push(',');
        }
        array.push_str(item.as_ref());
    }
    array.push(']');
    array
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_line_keeps_its_order_and_escapes() {
        let line = JsonLine::new().number("b", 1).text("a\"", "x\u{1b}").bool("c", true).array("d", ["1", "2"]).finish();
        assert_eq!(line, r#"{"b":1,"a\"":"x\u001b","c":true,"d":[1,2]}"#);
        assert_eq!(JsonLine::new().finish(), "{}");
    }
}
