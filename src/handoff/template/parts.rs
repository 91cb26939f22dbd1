//! A template's text, cut into what is written out and what is an expression.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// A part of a template's text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    /// The bytes of the template's text; the braces of an expression included.
    pub span: Span,
    /// What stands there.
    pub kind: PartKind,
}

/// The kinds of parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartKind {
    /// Text that is written out; `{{{{` in it stands for two braces. Never empty.
    Literal,
    /// `{{ expr }}`
    Expression {
        /// The bytes between the braces, blanks included.
        inner: Span,
    },
}

/// The parts of a template's text, in order. They touch, and together they are the whole text.
///
/// Braces are read from the left: `{{{{` stands for two braces, another `{{` opens an expression, a single `{` and a `}}` outside an expression are
/// text. The first `}}` outside quotes and brackets closes. In a comment of the expression (`# ...` to the end of the line) quotes and brackets mean
/// nothing, so that `{{ x # the user's }}` is closed.
///
/// # Errors
/// Each expression that is not closed, with what keeps it open.
///
/// ```
/// use triggerfish::handoff::template::parts;
/// let text = "Hello {{ user.first_name OR '}}' }}!";
/// let parts = parts(text).unwrap();
/// assert_eq!(parts.iter().map(|part| part.span.of(text)).collect::<Vec<_>>(), ["Hello ", "{{ user.first_name OR '}}' }}", "!"]);
/// ```
pub fn parts(text: &str) -> Result<Vec<Part>, Vec<Diagnostic>> {
    let (mut parts, mut broken) = (Vec::new(), Vec::new());
    // Where the literal that is being read began, and how far it was read.
    let (mut literal, mut at) = (0, 0);
    while let Some(open) = find(text, at, "{{") {
        if text.get(open..).is_some_and(|rest| rest.starts_with(ESCAPE)) {
            at = open + ESCAPE.len();
            continue;
        }
        push_literal(&mut parts, literal, open);
        let inner = open + 2;
        at = match close(text, inner) {
            Ok(end) => {
                parts.push(Part { span: Span::new(open, end + 2), kind: PartKind::Expression { inner: Span::new(inner, end) } });
                end + 2
            }
            Err(stop) => {
                broken.push(stop.diagnostic(open));
                stop.resume.unwrap_or(text.len())
            }
        };
        literal = at;
    }
    push_literal(&mut parts, literal, text.len());
    if broken.is_empty() { Ok(parts) } else { Err(broken) }
}

/// Two braces that are text.
const ESCAPE: &str = "{{{{";

/// A literal as it is meant: `{{{{` is two braces.
pub(super) fn unescaped(literal: &str) -> String {
    literal.replace(ESCAPE, "{{")
}

fn find(text: &str, from: usize, pattern: &str) -> Option<usize> {
    text.get(from..)?.find(pattern).map(|at| from + at)
}

fn push_literal(parts: &mut Vec<Part>, start: usize, end: usize) {
    if start < end {
        parts.push(Part { span: Span::new(start, end), kind: PartKind::Literal });
    }
}

/// Why an expression does not end.
struct Stop {
    /// The quote or bracket that keeps it open.
    culprit: Option<(u8, usize)>,
    /// Where reading goes on; nowhere if all the rest belongs to the expression.
    resume: Option<usize>,
}

impl Stop {
    fn diagnostic(&self, open: usize) -> Diagnostic {
        let braces = Span::new(open, open + 2);
        match self.culprit {
            None => {
                Diagnostic::new(Code::BadTemplate, braces, "this `{{` is not closed").with_help("close it with `}}`, or write `{{{{` if two braces are meant")
            }
            Some((quote @ (b'"' | b'\''), at)) => {
                Diagnostic::new(Code::BadTemplate, Span::new(at, at + 1), format!("a text begins here that no `{}` closes", char::from(quote)))
                    .with_label(braces, "in this expression")
                    .with_help("close the text with the quote that opened it: a `}}` inside quotes is text")
            }
            Some((bracket, at)) => {
                Diagnostic::new(Code::BadTemplate, Span::new(at, at + 1), format!("this `{}` is not closed before `}}}}`", char::from(bracket)))
                    .with_label(braces, "in this expression")
                    .with_help("close the bracket: a `}}` inside brackets does not end the expression")
            }
        }
    }
}

/// Where the `}}` stands that closes an expression.
fn close(text: &str, from: usize) -> Result<usize, Stop> {
    let bytes = text.as_bytes();
    let next_is_brace = |at: usize| bytes.get(at + 1) == Some(&b'}');
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut at = from;
    while let Some(byte) = bytes.get(at).copied() {
        let innermost = open.last().copied();
        match byte {
            b'"' | b'\'' => at = quote_end(bytes, at).ok_or(Stop { culprit: Some((byte, at)), resume: None })?,
            b'#' => {
                let line = find(text, at, "\n").unwrap_or(text.len());
                match find(text, at, "}}") {
                    Some(end) if open.is_empty() && end < line => return Ok(end),
                    Some(_) | None => at = line,
                }
                continue;
            }
            b'(' | b'[' | b'{' => open.push((byte, at)),
            b')' if innermost.is_some_and(|(bracket, _)| bracket == b'(') => _ = open.pop(),
            b']' if innermost.is_some_and(|(bracket, _)| bracket == b'[') => _ = open.pop(),
            b'}' => match innermost {
                Some((b'{', _)) => _ = open.pop(),
                None if next_is_brace(at) => return Ok(at),
                Some(culprit) if next_is_brace(at) => return Err(Stop { culprit: Some(culprit), resume: Some(at + 2) }),
                // The parser says what is wrong with a lone brace.
                Some(_) | None => {}
            },
            _ => {}
        }
        at += 1;
    }
    Err(Stop { culprit: open.last().copied(), resume: None })
}

/// Where the quote stands that closes the one at `at`.
fn quote_end(bytes: &[u8], at: usize) -> Option<usize> {
    let quote = bytes.get(at)?;
    let mut end = at + 1;
    loop {
        match bytes.get(end)? {
            // No byte inside a longer character is a quote or a backslash.
            b'\\' => end += 2,
            byte if byte == quote => return Some(end),
            _ => end += 1,
        }
    }
}
