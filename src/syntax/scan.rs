//! The scan before the parser: length, quotes, brackets, nesting, characters; and the comments.
//!
//! The generated parser is recursive, and so is every walk over the tree. The scan bounds both before either runs: it never passes a text that
//! could take them beyond their stacks.

use super::ast::Comment;
use crate::diagnostic::{Code, Diagnostic, Severity, is_format_control, visible};
use crate::limits::Limits;
use crate::source::Span;

/// What the scan of an acceptable text found.
#[derive(Debug, Default)]
pub struct Scan {
    /// The comments, in order.
    pub comments: Vec<Comment>,
    /// Warnings: invisible characters inside quotes.
    pub warnings: Vec<Diagnostic>,
    /// The deepest nesting.
    pub nesting: usize,
}

/// Scans a rule's text.
///
/// # Errors
/// One diagnostic: the text is too long or nested too deeply, a quote or bracket is not closed, or a character may not stand where it stands.
pub fn scan(source: &str, limits: &Limits) -> Result<Scan, Box<Diagnostic>> {
    if source.len() > limits.source_bytes {
        let message = format!("the rule has {} bytes; the limit is {}", source.len(), limits.source_bytes);
        return Err(Box::new(Diagnostic::new(Code::SourceTooLong, Span::new(0, 0), message).with_help("split the rule, or move long lists into the context")));
    }
    let mut scanner = Scanner {
        source,
        bytes: source.as_bytes(),
        at: 0,
        limit: limits.effective_nesting(),
        depth: 0,
        frames: vec![Frame::default()],
        before: Before::Start,
        scan: Scan::default(),
    };
    scanner.run()?;
    Ok(scanner.scan)
}

/// What stands before the next token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing of the expression: an `IF` may follow.
    Start,
    /// An `ELSE`: an `IF` that follows continues the chain.
    Else,
    /// An operator: an operand follows.
    Operator,
    /// An operand.
    Operand,
    /// A dot: a member's name follows.
    Dot,
}

/// An open bracket or `IF`, and the runs of prefix operators inside it that are not over.
#[derive(Default)]
struct Frame {
    /// The bracket, or `I` for an `IF`; nothing for the rule itself.
    opened: Option<(u8, usize)>,
    /// `NOT`s since the last `AND`, `OR` or comma.
    nots: usize,
    /// `-`s since the last binary operator.
    minuses: usize,
    /// What only a comma ends: bodies of lambdas inside the body of a lambda, `IF`s where none may stand.
    bodies: usize,
    /// Whether the argument is the body of a lambda. That costs no level of its own: its bracket has one.
    is_body: bool,
}

struct Scanner<'s> {
    source: &'s str,
    bytes: &'s [u8],
    at: usize,
    limit: usize,
    depth: usize,
    frames: Vec<Frame>,
    before: Before,
    scan: Scan,
}

impl Scanner<'_> {
    fn run(&mut self) -> Result<(), Box<Diagnostic>> {
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'#' => self.comment()?,
                b'"' | b'\'' => self.quoted(byte)?,
                b'(' | b'[' | b'{' => self.open(byte)?,
                b')' | b']' | b'}' => self.close(byte)?,
                b'A'..=b'Z' | b'a'..=b'z' | b'_' => self.word()?,
                b'0'..=b'9' => self.number(),
                b'$' => {
                    self.at += 1;
                    self.skip_word();
                    self.before = Before::Operand;
                }
                b'.' => self.step(1, Before::Dot),
                b',' | b':' => {
                    self.leave_ifs();
                    self.reset(|frame| (frame.nots, frame.minuses, frame.bodies, frame.is_body) = (0, 0, 0, false));
                    self.step(1, Before::Start);
                }
                b'=' if self.peek(1) == Some(b'>') => {
                    self.reset(|frame| (frame.nots, frame.minuses) = (0, 0));
                    if self.frames.last().is_some_and(|frame| frame.is_body) {
                        self.deepen(|frame| frame.bodies += 1)?;
                    } else if let Some(frame) = self.frames.last_mut() {
                        frame.is_body = true;
                    }
                    self.step(2, Before::Start);
                }
                b'-' if self.expects_operand() => {
                    if self.peek(1).is_some_and(|next| next.is_ascii_digit()) {
                        self.at += 1;
                        self.number();
                    } else {
                        self.deepen(|frame| frame.minuses += 1)?;
                        self.step(1, Before::Operator);
                    }
                }
                b'!' if self.expects_operand() && self.peek(1) != Some(b'=') => {
                    self.deepen(|frame| frame.nots += 1)?;
                    self.step(1, Before::Operator);
                }
                byte if byte.is_ascii() && !byte.is_ascii_control() => {
                    self.reset(|frame| frame.minuses = 0);
                    self.step(1, Before::Operator);
                }
                _ => return Err(Box::new(self.forbidden())),
            }
        }
        self.leave_ifs();
        match self.frames.last().and_then(|frame| frame.opened) {
            Some((bracket, at)) => Err(Box::new(unclosed(bracket, at))),
            None => Ok(()),
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn step(&mut self, bytes: usize, before: Before) {
        self.at += bytes;
        self.before = before;
    }

    fn expects_operand(&self) -> bool {
        matches!(self.before, Before::Start | Before::Else | Before::Operator)
    }

    fn skip_word(&mut self) {
        while self.peek(0).is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.at += 1;
        }
    }

    fn number(&mut self) {
        let digit_at = |scanner: &Self, ahead| scanner.peek(ahead).is_some_and(|byte| byte.is_ascii_digit());
        self.skip_digits();
        if self.peek(0) == Some(b'.') && digit_at(self, 1) {
            self.at += 1;
            self.skip_digits();
        }
        if matches!(self.peek(0), Some(b'e' | b'E')) && matches!(self.peek(1), Some(b'+' | b'-')) && digit_at(self, 2) {
            self.at += 2;
        }
        self.skip_word();
        self.before = Before::Operand;
    }

    fn skip_digits(&mut self) {
        while self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
    }

    fn word(&mut self) -> Result<(), Box<Diagnostic>> {
        let start = self.at;
        self.skip_word();
        let word = self.source.get(start..self.at).unwrap_or("");
        if self.before == Before::Dot {
            self.before = Before::Operand;
            return Ok(());
        }
        if word.eq_ignore_ascii_case("not") {
            if self.expects_operand() {
                self.deepen(|frame| frame.nots += 1)?;
                self.before = Before::Operator;
            }
        } else if word.eq_ignore_ascii_case("and") || word.eq_ignore_ascii_case("or") {
            self.reset(|frame| (frame.nots, frame.minuses) = (0, 0));
            self.before = Before::Operator;
        } else if word.eq_ignore_ascii_case("in") {
            self.reset(|frame| frame.minuses = 0);
            self.before = Before::Operator;
        } else if word.eq_ignore_ascii_case("if") {
            match self.before {
                // `ELSE IF` takes the place of the `IF` before it, which its `ELSE` has closed.
                Before::Start | Before::Else => self.push(Frame { opened: Some((b'I', start)), ..Frame::default() })?,
                // Nothing but parentheses lets an `IF` stand here: the parser will say so, if it is not too deep for it.
                Before::Operator | Before::Operand | Before::Dot => {
                    self.deepen(|frame| frame.bodies += 1)?;
                }
            }
            self.before = Before::Start;
        } else if word.eq_ignore_ascii_case("then") {
            self.reset(|frame| (frame.nots, frame.minuses) = (0, 0));
            self.before = Before::Start;
        } else if word.eq_ignore_ascii_case("else") {
            if self.frames.last().is_some_and(|frame| matches!(frame.opened, Some((b'I', _)))) {
                self.pop();
            }
            self.before = Before::Else;
        } else {
            self.before = Before::Operand;
        }
        Ok(())
    }

    /// One level deeper, in a run of prefix operators or a body.
    fn deepen(&mut self, count: fn(&mut Frame)) -> Result<(), Box<Diagnostic>> {
        self.deeper(self.at)?;
        if let Some(frame) = self.frames.last_mut() {
            count(frame);
        }
        Ok(())
    }

    fn push(&mut self, frame: Frame) -> Result<(), Box<Diagnostic>> {
        self.deeper(frame.opened.map_or(self.at, |(_, at)| at))?;
        self.frames.push(frame);
        Ok(())
    }

    fn deeper(&mut self, at: usize) -> Result<(), Box<Diagnostic>> {
        self.depth += 1;
        self.scan.nesting = self.scan.nesting.max(self.depth);
        if self.depth > self.limit {
            let message = format!("the rule is nested more than {} levels deep here", self.limit);
            return Err(Box::new(
                Diagnostic::new(Code::TooDeep, Span::new(at, at + 1), message)
                    .with_help("brackets, runs of `NOT` and `-`, and `IF`s inside one another count; chains of `AND`, `OR` and `ELSE IF` do not"),
            ));
        }
        Ok(())
    }

    /// Ends runs of prefix operators of the innermost frame.
    fn reset(&mut self, end: fn(&mut Frame)) {
        if let Some(frame) = self.frames.last_mut() {
            let before = frame.nots + frame.minuses + frame.bodies;
            end(frame);
            self.depth -= before - (frame.nots + frame.minuses + frame.bodies);
        }
    }

    fn pop(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.depth -= 1 + frame.nots + frame.minuses + frame.bodies;
        }
    }

    /// `IF`s whose `ELSE` is missing end with the bracket around them.
    fn leave_ifs(&mut self) {
        while self.frames.last().is_some_and(|frame| matches!(frame.opened, Some((b'I', _)))) {
            self.pop();
        }
    }

    fn open(&mut self, bracket: u8) -> Result<(), Box<Diagnostic>> {
        self.push(Frame { opened: Some((bracket, self.at)), ..Frame::default() })?;
        self.step(1, Before::Start);
        Ok(())
    }

    fn close(&mut self, bracket: u8) -> Result<(), Box<Diagnostic>> {
        self.leave_ifs();
        let here = Span::new(self.at, self.at + 1);
        match self.frames.last().and_then(|frame| frame.opened) {
            Some((opened, _)) if closing(opened) == bracket => self.pop(),
            Some((opened, at)) => {
                let message = format!("`{}` does not close `{}`", char::from(bracket), char::from(opened));
                return Err(Box::new(
                    Diagnostic::new(Code::UnbalancedBracket, here, message).with_label(Span::new(at, at + 1), "opened here").with_help(format!(
                        "`{}` is closed by `{}`",
                        char::from(opened),
                        char::from(closing(opened))
                    )),
                ));
            }
            None => {
                let message = format!("`{}` closes nothing", char::from(bracket));
                return Err(Box::new(Diagnostic::new(Code::UnbalancedBracket, here, message).with_help("remove it, or add the bracket that it should close")));
            }
        }
        self.step(1, Before::Operand);
        Ok(())
    }

    fn quoted(&mut self, quote: u8) -> Result<(), Box<Diagnostic>> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek(0) {
                None => {
                    let message = format!("this text has no closing `{}`", char::from(quote));
                    let help = "close it with the quote that opened it; a backslash before the closing quote makes it part of the text";
                    return Err(Box::new(Diagnostic::new(Code::UnclosedText, Span::new(start, start + 1), message).with_help(help)));
                }
                Some(byte) if byte == quote => break,
                Some(b'\\') => self.at += 1 + self.character_len(1),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        self.before = Before::Operand;
        if !self.bytes.get(start..self.at).is_some_and(<[u8]>::is_ascii) {
            self.warn_of_hidden(start);
        }
        Ok(())
    }

    /// How many bytes the character `ahead` has; 0 at the end.
    fn character_len(&self, ahead: usize) -> usize {
        self.source.get(self.at + ahead..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
    }

    fn warn_of_hidden(&mut self, start: usize) {
        for (offset, character) in self.source.get(start..self.at).unwrap_or("").char_indices().filter(|(_, character)| is_format_control(*character)) {
            let span = Span::new(start + offset, start + offset + character.len_utf8());
            let escape = format!("\\u{{{:x}}}", u32::from(character));
            self.scan.warnings.push(
                Diagnostic::new(Code::InvisibleInText, span, format!("this text has the invisible character `{escape}`"))
                    .with_severity(Severity::Warning)
                    .with_help("remove it, or write it as an escape if it is meant")
                    .with_fix("write it as an escape", span, escape),
            );
        }
    }

    fn comment(&mut self) -> Result<(), Box<Diagnostic>> {
        let start = self.at;
        let rest = self.source.get(start..).unwrap_or("");
        let line = rest.split('\n').next().unwrap_or("");
        if let Some((offset, _)) =
            line.char_indices().find(|(_, character)| is_format_control(*character) || (character.is_control() && !matches!(character, '\t' | '\r')))
        {
            self.at += offset;
            return Err(Box::new(self.forbidden()));
        }
        let text = line.trim_end();
        let before = self.source.get(..start).unwrap_or("");
        let trails = !before.rsplit('\n').next().unwrap_or("").trim().is_empty();
        self.scan.comments.push(Comment { span: Span::new(start, start + text.len()), text: text.to_owned(), trails });
        self.at += line.len();
        Ok(())
    }

    fn forbidden(&self) -> Diagnostic {
        let rest = self.source.get(self.at..).unwrap_or("");
        let character = rest.chars().next().unwrap_or(' ');
        let span = Span::new(self.at, self.at + character.len_utf8());
        let shown = visible(rest.get(..character.len_utf8()).unwrap_or("")).into_owned();
        if is_format_control(character) || character.is_control() {
            return Diagnostic::new(Code::ForbiddenCharacter, span, format!("the invisible character `{shown}` may not stand outside quotes"))
                .with_help("remove it")
                .with_fix("remove it", span, "");
        }
        let help = match character {
            '“' | '”' | '„' | '‘' | '’' => "use straight quotes: `\"` or `'`",
            '–' | '—' | '−' => "use the minus sign of the keyboard: `-`",
            '≠' => "write `!=`",
            '≤' => "write `<=`",
            '≥' => "write `>=`",
            _ => "names are ASCII letters, digits and `_`; any other key is reached by `value[\"key\"]`",
        };
        Diagnostic::new(Code::ForbiddenCharacter, span, format!("`{shown}` may not stand outside quotes")).with_help(help)
    }
}

fn closing(bracket: u8) -> u8 {
    match bracket {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}

fn unclosed(bracket: u8, at: usize) -> Diagnostic {
    let message = format!("`{}` is never closed", char::from(bracket));
    Diagnostic::new(Code::UnbalancedBracket, Span::new(at, at + 1), message).with_help(format!("add the `{}` that closes it", char::from(closing(bracket))))
}
