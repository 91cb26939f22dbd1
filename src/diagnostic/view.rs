//! The part of a source that a snippet shows: a few lines, narrow enough to read, with nothing in them that acts or hides.

use std::ops::Range;

use super::visible::{ELLIPSIS, push_visible};
use crate::source::Span;

/// A line of up to so many columns is shown whole.
const MAX_COLUMNS: usize = 120;
/// Of a longer line, so many columns on either side of a mark are shown.
const COLUMNS_AROUND: usize = 40;
/// What a tab becomes.
const TAB: &str = "    ";

/// Lines of a source, made presentable. Places in the source ("marks") are known in the view as well.
pub(super) struct View {
    /// The lines.
    pub(super) text: String,
    /// The number of the first one in the source, from 1.
    pub(super) first_line: usize,
    /// The marks, ascending, and where each is in `text`.
    places: Vec<(usize, usize)>,
}

impl View {
    /// The lines from the first mark to the last. Marks are byte offsets, on character boundaries of the source.
    pub(super) fn new(source: &str, mut marks: Vec<usize>) -> View {
        marks.sort_unstable();
        marks.dedup();
        let (first, last) = (marks.first().copied().unwrap_or(0), marks.last().copied().unwrap_or(0));
        let before = source.get(..first).unwrap_or("");
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let end = source.get(last..).and_then(|rest| rest.find('\n')).map_or(source.len(), |at| last + at);
        let mut view =
            View { text: String::new(), first_line: before.bytes().filter(|byte| *byte == b'\n').count() + 1, places: Vec::with_capacity(marks.len()) };
        let (mut marks, mut offset) = (marks.as_slice(), start);
        for (number, line) in source.get(start..end).unwrap_or("").split('\n').enumerate() {
            if number > 0 {
                view.text.push('\n');
            }
            let next = offset + line.len() + 1;
            let (here, later) = marks.split_at(marks.partition_point(|mark| *mark < next));
            // The carriage return of a line break is part of the break, unless the source ends in it.
            let content = if next <= source.len() { line.strip_suffix('\r').unwrap_or(line) } else { line };
            view.push_line(content, offset, here);
            (marks, offset) = (later, next);
        }
        if view.text.is_empty() || view.text.ends_with('\n') {
            // annotate-snippets does not count an empty last line as a line.
            view.text.push(' ');
        }
        view
    }

    /// Where a mark is in the view.
    pub(super) fn place(&self, mark: usize) -> usize {
        let at = self.places.partition_point(|(known, _)| *known < mark);
        self.places.get(at).or(self.places.last()).map_or(0, |(_, place)| *place)
    }

    /// Where a range is whose ends are marks.
    pub(super) fn range(&self, range: &Range<usize>) -> Range<usize> {
        self.place(range.start)..self.place(range.end)
    }

    /// Appends a line that begins at byte `offset` of the source and has the given marks.
    fn push_line(&mut self, line: &str, offset: usize, marks: &[usize]) {
        let shown = shown_columns(line, offset, marks);
        let (mut column, mut left_out, mut piece) = (0, false, String::new());
        let mut marks = marks.iter().copied().peekable();
        for (at, c) in line.char_indices() {
            while let Some(mark) = marks.next_if(|mark| *mark <= offset + at) {
                self.places.push((mark, self.text.len()));
            }
            if shown.iter().any(|columns| columns.contains(&column)) {
                piece.clear();
                push_piece(&mut piece, c);
                self.text.push_str(&piece);
                left_out = false;
            } else if !left_out {
                self.text.push_str(ELLIPSIS);
                left_out = true;
            }
            column += columns(c);
        }
        // At the end of the line, or in its line break.
        self.places.extend(marks.map(|mark| (mark, self.text.len())));
    }
}

/// The columns of a line that are shown.
fn shown_columns(line: &str, offset: usize, marks: &[usize]) -> Vec<Range<usize>> {
    let (mut column, mut marked) = (0, Vec::with_capacity(marks.len()));
    let mut marks = marks.iter().copied().peekable();
    for (at, c) in line.char_indices() {
        while marks.next_if(|mark| *mark <= offset + at).is_some() {
            marked.push(column);
        }
        column += columns(c);
    }
    marked.extend(marks.map(|_| column));
    let mut shown: Vec<Range<usize>> = Vec::with_capacity(marked.len().max(1));
    if column <= MAX_COLUMNS {
        marked.clear();
        shown.push(0..column);
    } else if marked.is_empty() {
        // A line between two marked ones.
        shown.push(0..MAX_COLUMNS);
    }
    for column in marked {
        let around = column.saturating_sub(COLUMNS_AROUND)..column + COLUMNS_AROUND;
        match shown.last_mut() {
            // To leave out less than the dots take would gain nothing.
            Some(last) if around.start <= last.end + ELLIPSIS.len() => last.end = around.end,
            _ => shown.push(around),
        }
    }
    shown
}

fn columns(c: char) -> usize {
    if (' '..='~').contains(&c) {
        return 1;
    }
    let mut piece = String::new();
    push_piece(&mut piece, c);
    piece.chars().count()
}

/// What a character of a snippet looks like.
fn push_piece(text: &mut String, c: char) {
    match c {
        '\t' => text.push_str(TAB),
        c => push_visible(text, c),
    }
}

/// New text of a fix as a snippet shows it; line breaks remain.
pub(super) fn replacement(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            shown.push('\n');
        }
        line.strip_suffix('\r').unwrap_or(line).chars().for_each(|c| push_piece(&mut shown, c));
    }
    shown
}

/// The bytes that a span covers, brought into the source and widened to whole characters.
pub(super) fn fit(span: Span, source: &str) -> Range<usize> {
    let Range { start, end } = span.range();
    let (mut start, mut end) = (start.min(source.len()), end.min(source.len()));
    while !source.is_char_boundary(start) {
        start -= 1;
    }
    if end <= start || span.start >= span.end {
        return start..start;
    }
    while !source.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(source: &str, marks: &[usize]) -> (String, usize, Vec<usize>) {
        let view = View::new(source, marks.to_vec());
        let places = marks.iter().map(|mark| view.place(*mark)).collect();
        (view.text, view.first_line, places)
    }

    #[test]
    fn a_view_has_the_lines_of_its_marks() {
        assert_eq!(view("ab\ncd\nef", &[3, 5]), ("cd".to_owned(), 2, vec![0, 2]));
        assert_eq!(view("ab\ncd\nef", &[1, 6]), ("ab\ncd\nef".to_owned(), 1, vec![1, 6]));
        assert_eq!(view("ab\n", &[3]), (" ".to_owned(), 2, vec![0]));
        assert_eq!(view("", &[0]), (" ".to_owned(), 1, vec![0]));
    }

    #[test]
    fn a_line_break_is_no_character() {
        assert_eq!(view("ab\r\ncd", &[1, 2, 3, 4]), ("ab\ncd".to_owned(), 1, vec![1, 2, 2, 3]));
        assert_eq!(view("ab\r", &[2, 3]), ("ab\\r".to_owned(), 1, vec![2, 4]));
        assert_eq!(view("ab\rcd", &[3]), ("ab\\rcd".to_owned(), 1, vec![4]));
    }

    #[test]
    fn marks_follow_what_becomes_longer() {
        assert_eq!(view("\ta\u{202e}b", &[1, 2, 5, 6]), ("    a\\u{202e}b".to_owned(), 1, vec![4, 5, 13, 14]));
    }

    #[test]
    fn a_long_line_is_cut_to_what_is_around_its_marks() {
        let source = format!("{}XY{}", "a".repeat(30_000), "b".repeat(30_000));
        let (text, _, places) = view(&source, &[30_000, 30_002]);
        assert_eq!(text, format!("...{}XY{}...", "a".repeat(40), "b".repeat(40)));
        assert_eq!(places, [43, 45]);
        let (text, _, places) = view(&source, &[0, 60_002]);
        assert_eq!(text, format!("{}...{}", "a".repeat(40), "b".repeat(40)));
        assert_eq!(places, [0, 83]);
    }

    #[test]
    fn a_span_is_brought_into_the_source() {
        for (span, expected) in [((0, 1), 0..2), ((1, 2), 0..2), ((1, 1), 0..0), ((2, 99), 2..3), ((99, 100), 3..3), ((2, 1), 2..2)] {
            assert_eq!(fit(Span { start: span.0, end: span.1 }, "éa"), expected, "{span:?}");
        }
    }
}
