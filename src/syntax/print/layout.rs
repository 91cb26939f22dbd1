//! Line breaking: a document of texts and possible breaks becomes lines of limited width.
//!
//! The algorithm is Wadler's "prettier printer" in its strict form: a group is laid out flat if it fits on the rest of the line, else its breaks become newlines.

/// A piece of a document.
#[derive(Debug)]
pub(super) enum Doc {
    /// Stands as it is.
    Text(String),
    /// A blank, or a newline where the group around it is broken.
    Line,
    /// Nothing, or a newline where the group around it is broken.
    SoftLine,
    /// A blank, or a newline where what follows, up to the next such place, does not fit.
    FillLine,
    /// A newline, unless the line is still empty; breaks every group around it.
    HardLine,
    /// Pieces one after the other.
    Sequence(Vec<Doc>),
    /// Pieces that are laid out flat if they fit.
    Group(Vec<Doc>),
    /// Pieces whose newlines are indented one level deeper.
    Nest(Vec<Doc>),
}

const INDENT: usize = 2;

pub(super) fn text(text: impl Into<String>) -> Doc {
    Doc::Text(text.into())
}

/// Lays a document out in lines of at most `width` characters, where that is possible.
pub(super) fn lay_out(doc: &Doc, width: usize) -> String {
    let mut printer = Printer { width, out: String::new(), column: 0, line_is_empty: true };
    printer.doc(doc, 0, true);
    printer.out.truncate(printer.out.trim_end().len());
    printer.out
}

struct Printer {
    width: usize,
    out: String,
    column: usize,
    line_is_empty: bool,
}

impl Printer {
    fn doc(&mut self, doc: &Doc, indent: usize, broken: bool) {
        match doc {
            Doc::Text(text) => self.text(text, indent),
            Doc::Line if broken => self.newline(),
            Doc::Line => self.text(" ", indent),
            Doc::SoftLine if broken => self.newline(),
            Doc::SoftLine => {}
            Doc::FillLine => self.text(" ", indent),
            Doc::HardLine => self.newline(),
            Doc::Sequence(docs) => self.sequence(docs, indent, broken),
            Doc::Group(docs) => {
                let broken = self.room().and_then(|room| docs.iter().try_fold(room, |room, doc| flat(doc, room))).is_none();
                self.sequence(docs, indent, broken);
            }
            Doc::Nest(docs) => self.sequence(docs, indent + INDENT, broken),
        }
    }

    fn sequence(&mut self, docs: &[Doc], indent: usize, broken: bool) {
        for (at, doc) in docs.iter().enumerate() {
            if matches!(doc, Doc::FillLine) && broken {
                let next = docs.iter().skip(at + 1).take_while(|doc| !matches!(doc, Doc::FillLine));
                let fits = self.room().and_then(|room| room.checked_sub(1)).and_then(|room| next.into_iter().try_fold(room, |room, doc| flat(doc, room)));
                match fits {
                    Some(_) => self.text(" ", indent),
                    None => self.newline(),
                }
            } else {
                self.doc(doc, indent, broken);
            }
        }
    }

    fn room(&self) -> Option<usize> {
        self.width.checked_sub(self.column)
    }

    fn text(&mut self, text: &str, indent: usize) {
        if self.line_is_empty {
            if text.trim().is_empty() {
                return;
            }
            self.out.extend(std::iter::repeat_n(' ', indent));
            self.column = indent;
            self.line_is_empty = false;
        }
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn newline(&mut self) {
        if self.line_is_empty {
            return;
        }
        self.out.truncate(self.out.trim_end_matches(' ').len());
        self.out.push('\n');
        self.column = 0;
        self.line_is_empty = true;
    }
}

/// The room that is left behind a flat document, if it fits.
fn flat(doc: &Doc, room: usize) -> Option<usize> {
    match doc {
        Doc::Text(text) => room.checked_sub(text.chars().count()),
        Doc::Line | Doc::FillLine => room.checked_sub(1),
        Doc::SoftLine => Some(room),
        Doc::HardLine => None,
        Doc::Sequence(docs) | Doc::Group(docs) | Doc::Nest(docs) => docs.iter().try_fold(room, |room, doc| flat(doc, room)),
    }
}
