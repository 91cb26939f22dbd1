//! URLs whose structure is written out: values fill places in it and change nothing else.

use super::Piece;
use super::bound::Possible;
use super::host::host_problem;
use super::position::encoded;
use crate::diagnostic::{Code, Diagnostic, shorten, visible};
use crate::source::Span;

/// What is known of a URL's structure.
#[derive(Debug, Default)]
pub(super) struct Structure {
    /// Where the path begins: before it, nothing is rendered.
    path: usize,
    /// The path segments that a value might make `.` or `..`.
    watched: Vec<Watched>,
}

#[derive(Debug)]
struct Watched {
    /// Counted by the slashes before it.
    segment: usize,
    /// From its first expression to its last one.
    span: Span,
}

/// Checks what is written out and where expressions stand. `values` belong to the expressions, in order.
pub(super) fn check(text: &str, pieces: &[Piece], values: &[Possible]) -> Result<Structure, Vec<Diagnostic>> {
    let path = head(text, pieces).map_err(|diagnostic| vec![*diagnostic])?;
    let mut reader =
        Reader { text, structure: Structure { path, watched: Vec::new() }, place: Place::Path, segment: Segment::new(0), seen: Vec::new(), found: Vec::new() };
    let mut values = values.iter();
    for piece in pieces {
        match piece {
            Piece::Literal { span, .. } => reader.literal(Span::new(span.range().start.max(path), span.range().end)),
            Piece::Expression { inner, .. } => reader.expression(*inner, values.next()),
        }
    }
    reader.end_segment();
    if reader.found.is_empty() { Ok(reader.structure) } else { Err(reader.found) }
}

fn refused(span: Span, message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::UnsafeTarget, span, message))
}

/// Checks scheme, host and port; says where the path begins.
fn head(text: &str, pieces: &[Piece]) -> Result<usize, Box<Diagnostic>> {
    const WRITE_OUT: &str = "write out scheme, host and port, and end them by `/`, `?` or `#` before the first `{{`";
    let first_expression = pieces.iter().find_map(Piece::inner);
    let (head, span) = match pieces.first() {
        Some(Piece::Literal { span, .. }) => (span.of(text), *span),
        Some(Piece::Expression { inner, .. }) => {
            return Err(Box::new(refused(*inner, "an expression cannot stand in the scheme of a URL").with_help(WRITE_OUT)));
        }
        None => return Err(Box::new(refused(Span::new(0, 0), "expected a URL, found nothing").with_help("write an absolute one: `https://host/path`"))),
    };
    let scheme = ["https://", "http://"].into_iter().find(|scheme| head.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let Some(scheme) = scheme else {
        let message = format!("expected `https://` or `http://`, found `{}`", shorten(head, 40));
        return Err(Box::new(refused(span, message).with_help("write an absolute URL: `https://host/path`")));
    };
    let rest = head.get(scheme.len()..).unwrap_or("");
    let end = match (rest.find(['/', '?', '#']), first_expression) {
        (Some(end), _) => end,
        (None, None) => rest.len(),
        (None, Some(inner)) => return Err(Box::new(refused(inner, "an expression cannot stand in the host or port of a URL").with_help(WRITE_OUT))),
    };
    let authority = rest.get(..end).unwrap_or("");
    let here = Span::new(scheme.len(), scheme.len() + end);
    if authority.contains('@') {
        let help = "remove what stands before the `@`: a user name or password in a URL is shown to everybody";
        return Err(Box::new(refused(here, "a URL has no user information here").with_help(help)));
    }
    // The colons of an IPv6 address are inside brackets.
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        Some(_) | None => (authority, None),
    };
    if let Some(problem) = host_problem(host) {
        return Err(Box::new(refused(here, format!("expected a host, found `{}`", shorten(host, 60))).with_help(problem)));
    }
    if port.is_some_and(|port| !port.bytes().all(|byte| byte.is_ascii_digit()) || port.parse::<u16>().map_or(true, |port| port == 0)) {
        return Err(Box::new(
            refused(here, format!("expected a port, found `{}`", shorten(port.unwrap_or(""), 20))).with_help("a port is a number from 1 to 65535"),
        ));
    }
    Ok(scheme.len() + end)
}

/// Where in a URL something stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Path,
    Key,
    Value,
    Fragment,
}

/// A path segment while it is read.
struct Segment {
    number: usize,
    /// How many dots it may consist of, a bit for each count from 0 to 2, and one for more.
    dots: u8,
    expressions: Option<Span>,
}

impl Segment {
    fn new(number: usize) -> Segment {
        Segment { number, dots: NO_DOT, expressions: None }
    }
}

const NO_DOT: u8 = 0b0001;
const ONE_OR_TWO: u8 = 0b0110;
const ANY_DOTS: u8 = 0b1111;

/// The counts that two parts make together.
fn sum_of(left: u8, right: u8) -> u8 {
    let has = |set: u8, count: u8| set & (1 << count) != 0;
    (0..4u8).flat_map(|a| (0..4u8).map(move |b| (a, b))).filter(|(a, b)| has(left, *a) && has(right, *b)).fold(0, |set, (a, b)| set | 1 << (a + b).min(3))
}

/// How many dots a value may consist of.
fn dots_of(value: Option<&Possible>) -> u8 {
    let Some(texts) = value.and_then(|value| value.texts.as_ref()) else { return ANY_DOTS };
    // No Number and no Bool consists of dots.
    texts.iter().filter(|text| text.bytes().all(|byte| byte == b'.')).fold(0, |set, text| set | 1 << text.len().min(3))
}

struct Reader<'t> {
    text: &'t str,
    structure: Structure,
    place: Place,
    segment: Segment,
    /// Characters that were found wrong: each is told once.
    seen: Vec<char>,
    found: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn literal(&mut self, span: Span) {
        let literal = span.of(self.text);
        let mut read = 0;
        for (at, character) in literal.char_indices() {
            if at < read {
                continue;
            }
            let mut dot = character == '.';
            let mut end = at + character.len_utf8();
            match (character, self.place) {
                ('/', Place::Path) => {
                    self.end_segment();
                    continue;
                }
                ('?', Place::Path) => {
                    self.end_segment();
                    self.place = Place::Key;
                }
                ('#', Place::Path | Place::Key | Place::Value) => {
                    self.end_segment();
                    self.place = Place::Fragment;
                }
                ('&', Place::Key | Place::Value) => self.place = Place::Key,
                ('=', Place::Key) => self.place = Place::Value,
                ('%', _) => match literal.get(at + 1..at + 3).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())) {
                    Some(digits) => {
                        dot = digits.eq_ignore_ascii_case("2e");
                        end += digits.len();
                        read = end;
                    }
                    None => self.wrong(span, at, end),
                },
                (_, place) if !is_url_character(character, place) => self.wrong(span, at, end),
                _ => {}
            }
            if self.place == Place::Path {
                self.segment.dots = if dot { sum_of(self.segment.dots, NO_DOT << 1) } else { 0 };
            }
        }
    }

    fn expression(&mut self, span: Span, value: Option<&Possible>) {
        match self.place {
            Place::Path => {
                self.segment.dots = sum_of(self.segment.dots, dots_of(value));
                self.segment.expressions = Some(self.segment.expressions.map_or(span, |before| before.to(span)));
            }
            Place::Key => self.found.push(
                refused(span, "an expression cannot be the name of a parameter")
                    .with_help("write out the name and a `=` before the expression: `name={{ expr }}`"),
            ),
            Place::Value | Place::Fragment => {}
        }
    }

    fn end_segment(&mut self) {
        if self.place != Place::Path {
            return;
        }
        let next = Segment::new(self.segment.number + 1);
        let Segment { number, dots, expressions } = std::mem::replace(&mut self.segment, next);
        if let Some(span) = expressions.filter(|_| dots & ONE_OR_TWO != 0) {
            self.structure.watched.push(Watched { segment: number, span });
        }
    }

    fn wrong(&mut self, span: Span, start: usize, end: usize) {
        let here = Span::new(span.range().start + start, span.range().start + end);
        let Some(character) = here.of(self.text).chars().next().filter(|character| !self.seen.contains(character)) else { return };
        self.seen.push(character);
        let code: String = encoded(here.of(self.text)).collect();
        let (message, help) = match character {
            '%' => ("a `%` in a URL is followed by two hexadecimal digits".to_owned(), "write `%25` if the sign itself is meant".to_owned()),
            '#' => ("a URL has one `#`".to_owned(), "write `%23` if the sign itself is meant".to_owned()),
            '{' => ("`{` cannot stand in a URL".to_owned(), "an expression stands in `{{ }}`; write `%7B` if the brace itself is meant".to_owned()),
            _ => (format!("`{}` cannot stand in a URL", visible(here.of(self.text))), format!("remove it, or write `{code}`")),
        };
        self.found.push(refused(here, message).with_help(help));
    }
}

/// Whether a character stands for itself in a URL. Stricter than RFC 3986 with the apostrophe, which some parsers encode.
fn is_url_character(character: char, place: Place) -> bool {
    let in_query = || matches!(place, Place::Key | Place::Value | Place::Fragment) && "[]".contains(character);
    character.is_ascii_alphanumeric() || "-._~!$&()*+,;=:@/?".contains(character) || in_query()
}

impl Structure {
    /// Whether some value can make the URL refused.
    pub(super) fn may_be_refused(&self) -> bool {
        !self.watched.is_empty()
    }

    /// The expressions that made a path segment of a rendered URL `.` or `..`.
    pub(super) fn dot_segment(&self, url: &str) -> Option<Span> {
        // Values are encoded: each `?`, `#` and `/` is one that is written out.
        let path = url.get(self.path..).and_then(|rest| rest.split(['?', '#']).next()).unwrap_or("");
        let mut segments = path.split('/').enumerate();
        self.watched
            .iter()
            .find(|watched| segments.find(|(number, _)| *number == watched.segment).is_some_and(|(_, segment)| is_dots(segment)))
            .map(|watched| watched.span)
    }
}

/// `.` or `..`, encoded or not.
fn is_dots(segment: &str) -> bool {
    let plain = segment.replace("%2e", ".").replace("%2E", ".");
    plain == "." || plain == ".."
}
