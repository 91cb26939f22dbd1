//! Text as a terminal may show it: nothing in it acts, and nothing in it hides.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with everything that acts on a terminal or that nobody sees written as an escape; everything else as it is.
///
/// Written as escapes are controls (C0, DEL, C1), format controls ([`is_format_control`]), line and paragraph separators, spaces other than
/// the space itself, code points that are not assigned, and letters and marks without a picture (fillers, variation selectors). `\n`, `\r` and
/// `\t` have their short form, the others read `\u{202e}`. A backslash stays as it is, so doing it twice changes nothing.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find(|c| !is_visible(c)) else { return Cow::Borrowed(text) };
    let (clean, rest) = text.split_at(first);
    let mut shown = String::with_capacity(text.len() + 16);
    shown.push_str(clean);
    rest.chars().for_each(|c| push_visible(&mut shown, c));
    Cow::Owned(shown)
}

/// The author's words as a message quotes them: [`visible`], and at most `max_chars` characters. Where something is left out, they end in `...`.
#[must_use]
pub fn shorten(text: &str, max_chars: usize) -> Cow<'_, str> {
    let whole = visible(text);
    if whole.chars().nth(max_chars).is_none() {
        return whole;
    }
    let room = max_chars.saturating_sub(ELLIPSIS.len());
    let (mut short, mut used, mut piece) = (String::new(), 0, String::new());
    for c in text.chars() {
        piece.clear();
        push_visible(&mut piece, c);
        used += piece.chars().count();
        // An escape is quoted whole or not at all.
        if used > room {
            break;
        }
        short.push_str(&piece);
    }
    short.extend(ELLIPSIS.chars().take(max_chars));
    Cow::Owned(short)
}

/// Stands for what was left out.
pub(super) const ELLIPSIS: &str = "...";

/// Whether the character is a format control, general category Cf: soft hyphen, zero-width space and joiners, bidirectional controls,
/// byte order mark, tags.
#[must_use]
pub fn is_format_control(c: char) -> bool {
    contains(FORMAT_CONTROLS, c)
}

/// Whether the character is shown as it is.
pub(super) fn is_visible(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    !is_format_control(c) && !contains(NO_PICTURE, c) && (is_private(c) || is_printable(c))
}

/// Appends the character, or its escape.
pub(super) fn push_visible(shown: &mut String, c: char) {
    match c {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        c if is_visible(c) => shown.push(c),
        // Writing to a String does not fail.
        c => _ = write!(shown, "\\u{{{:x}}}", u32::from(c)),
    }
}

/// Whether the standard library prints a character that is not ASCII: assigned, and neither a control nor a separator. Its table is private,
/// but `escape_debug` consults it; after another character it leaves combining marks alone.
fn is_printable(c: char) -> bool {
    let mut buffer = [b'x'; 5];
    let (_, tail) = buffer.split_at_mut(1);
    let length = c.encode_utf8(tail).len();
    buffer.get(..=length).and_then(|bytes| str::from_utf8(bytes).ok()).is_some_and(|text| text.escape_debug().nth(1) == Some(c))
}

/// Private use: what it looks like is a matter of fonts, but it looks like something.
fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}')
}

fn contains(sorted: &[(char, char)], c: char) -> bool {
    let after = sorted.partition_point(|(first, _)| *first <= c);
    after.checked_sub(1).and_then(|at| sorted.get(at)).is_some_and(|(_, last)| c <= *last)
}

/// General category Cf; Unicode 16.0, `extracted/DerivedGeneralCategory.txt`. A test compares it with the tables of the `regex` crate.
const FORMAT_CONTROLS: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{2064}'),
    ('\u{2066}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0001}', '\u{e0001}'),
    ('\u{e0020}', '\u{e007f}'),
];

/// Assigned, of another category, and yet nothing to see: the rest of Default_Ignorable_Code_Point (Unicode 16.0, `DerivedCoreProperties.txt`)
/// and the empty Braille pattern.
const NO_PICTURE: &[(char, char)] = &[
    ('\u{34f}', '\u{34f}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180d}'),
    ('\u{180f}', '\u{180f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{e0100}', '\u{e01ef}'),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn every_char() -> impl Iterator<Item = char> {
        '\0'..=char::MAX
    }

    fn class(pattern: &str) -> impl Fn(char) -> bool {
        let class = regex::Regex::new(&format!("^{pattern}$")).unwrap();
        move |c| class.is_match(c.encode_utf8(&mut [0; 4]))
    }

    #[test]
    fn ordinary_text_is_borrowed() {
        for text in ["", "x == \"größe\"", "日本語 ✓ 🎉", "e\u{301}", "back\\slash 'quotes' \"too\"", "\u{e000}"] {
            assert!(matches!(visible(text), Cow::Borrowed(shown) if shown == text), "{text}");
        }
    }

    #[test]
    fn what_acts_or_hides_is_escaped() {
        for (text, shown) in [
            ("a\nb\r\n\tc", r"a\nb\r\n\tc"),
            ("\u{1b}[31mred\u{7f}", r"\u{1b}[31mred\u{7f}"),
            ("\u{9b}31m\u{85}", r"\u{9b}31m\u{85}"),
            ("ad\u{202e}nim\u{2066}", r"ad\u{202e}nim\u{2066}"),
            ("a\u{200b}\u{ad}\u{feff}b", r"a\u{200b}\u{ad}\u{feff}b"),
            ("\u{2028}\u{2029}\u{a0}\u{3000}", r"\u{2028}\u{2029}\u{a0}\u{3000}"),
            ("\u{378}\u{ffff}\u{10ffff}", r"\u{378}\u{ffff}\u{10ffff}"),
            ("\u{3164}\u{fe0f}\u{e0001}", r"\u{3164}\u{fe0f}\u{e0001}"),
        ] {
            assert_eq!(visible(text), shown);
            assert_eq!(visible(shown), shown);
        }
    }

    #[test]
    fn the_well_known_format_controls() {
        for c in [
            '\u{ad}',
            '\u{61c}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{feff}',
            '\u{e0001}',
            '\u{e007f}',
        ] {
            assert!(is_format_control(c), "{:x}", u32::from(c));
        }
        for c in ['a', ' ', '\n', '\u{1b}', '\u{a0}', 'é', '\u{2028}', '\u{2065}', '\u{e000}', '\u{e0000}'] {
            assert!(!is_format_control(c), "{:x}", u32::from(c));
        }
    }

    #[test]
    fn the_tables_are_those_of_unicode() {
        let (format, ignorable, unassigned) = (class(r"\p{Cf}"), class(r"\p{Default_Ignorable_Code_Point}"), class(r"\p{Cn}"));
        for c in every_char() {
            assert_eq!(is_format_control(c), format(c), "{:x}", u32::from(c));
            let no_picture = c == '\u{2800}' || ignorable(c) && !format(c) && !unassigned(c);
            assert_eq!(contains(NO_PICTURE, c), no_picture, "{:x}", u32::from(c));
        }
    }

    #[test]
    fn no_other_category_is_escaped() {
        let (hidden, unassigned) = (class(r"[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\x{2800}--\x20]"), class(r"\p{Cn}"));
        for c in every_char() {
            // The standard library may know a newer Unicode than the regex crate: what is not assigned here may be there.
            let expected = if unassigned(c) { is_visible(c) && !ignorable_or_noncharacter(c) } else { !hidden(c) };
            assert_eq!(is_visible(c), expected, "{:x}", u32::from(c));
        }
    }

    fn ignorable_or_noncharacter(c: char) -> bool {
        matches!(u32::from(c), 0xfdd0..=0xfdef | 0xe0000..=0xe0fff) || u32::from(c) & 0xfffe == 0xfffe
    }

    #[test]
    fn words_are_quoted_up_to_a_length() {
        assert_eq!(shorten("department", 10), "department");
        assert_eq!(shorten("department", 9), "depart...");
        assert_eq!(shorten("日本語日本語", 5), "日本...");
        assert_eq!(shorten("a\nb", 4), r"a\nb");
        assert_eq!(shorten("ab\u{202e}cd", 11), "ab...");
        assert_eq!(shorten("abc", 2), "..");
        assert_eq!(shorten("abc", 0), "");
        assert_eq!(shorten("", 0), "");
    }

    #[test]
    fn the_tables_are_sorted() {
        for table in [FORMAT_CONTROLS, NO_PICTURE] {
            assert!(table.iter().all(|(first, last)| first <= last));
            assert!(table.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
    }
}
