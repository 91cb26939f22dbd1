//! Letter case: full Unicode, locale-free.

use std::borrow::Cow;

use unicase::UniCase;

use super::super::charged::part_of;
use super::super::{Args, Builtin, Env, Family, Gives, Param, Run};
use crate::value::{ErrorKinds, EvalErrorKind, Kinds, Value};

pub(in super::super) const LOWERCASE: Builtin = Builtin {
    name: "LOWERCASE",
    params: &[Param::required("text", Kinds::TEXT)],
    variadic: false,
    result: Kinds::TEXT,
    errors: ErrorKinds::NONE,
    folds: true,
    gives: Gives::Kinds,
    family: Family::Text,
    doc: "The text in lower case.",
    notes: &["A sigma at the end of a word becomes `ς`."],
    example: ("\"AbC\".$LOWERCASE()", "\"abc\""),
    run: Run::Scalar(lowercase),
};

pub(in super::super) const UPPERCASE: Builtin = Builtin {
    name: "UPPERCASE",
    params: &[Param::required("text", Kinds::TEXT)],
    variadic: false,
    result: Kinds::TEXT,
    errors: ErrorKinds::NONE,
    folds: true,
    gives: Gives::Kinds,
    family: Family::Text,
    doc: "The text in upper case.",
    notes: &["The result may be longer: `ß` becomes `SS`."],
    example: ("\"Straße\".$UPPERCASE()", "\"STRASSE\""),
    run: Run::Scalar(uppercase),
};

pub(in super::super) const TITLECASE: Builtin = Builtin {
    name: "TITLECASE",
    params: &[Param::required("text", Kinds::TEXT)],
    variadic: false,
    result: Kinds::TEXT,
    errors: ErrorKinds::NONE,
    folds: true,
    gives: Gives::Kinds,
    family: Family::Text,
    doc: "The text with the first letter of each word in title case, the others in lower case.",
    notes: &[
        "A word is a run of letters, digits and apostrophes.",
        "A word that starts with a digit has no first letter: `3RD` becomes `3rd`. Apostrophes at the start of a word are passed over.",
    ],
    example: ("$TITLECASE(\"don't STOP, jean-luc\")", "\"Don't Stop, Jean-Luc\""),
    run: Run::Scalar(titlecase),
};

/// The text without white space around it, case-folded in full: texts are `$SAME` exactly if these are equal.
#[must_use]
pub fn fold_case(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(UniCase::new(text).to_folded_case())
}

/// Whether two texts are equal after trimming and full case folding; builds nothing.
#[must_use]
pub fn same_text(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim(), b.trim());
    // Equal lengths are no condition: `ß` folds to `ss`.
    a == b || if a.is_ascii() && b.is_ascii() { a.eq_ignore_ascii_case(b) } else { UniCase::unicode(a) == UniCase::unicode(b) }
}

fn lowercase(args: &Args<'_>, env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    let text = args.text(0)?;
    if text.is_ascii() {
        if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return part_of(args.get(0), text, env.budget);
        }
        env.budget.bytes(text.len())?;
        return Ok(Value::Text(text.to_ascii_lowercase().into()));
    }
    // The two small sigmas have the same length, so the length needs no context.
    env.budget.bytes(lower_len(text))?;
    Ok(Value::Text(text.to_lowercase().into()))
}

fn uppercase(args: &Args<'_>, env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    let text = args.text(0)?;
    if text.is_ascii() {
        if !text.bytes().any(|byte| byte.is_ascii_lowercase()) {
            return part_of(args.get(0), text, env.budget);
        }
        env.budget.bytes(text.len())?;
        return Ok(Value::Text(text.to_ascii_uppercase().into()));
    }
    env.budget.bytes(text.chars().flat_map(char::to_uppercase).map(char::len_utf8).sum())?;
    Ok(Value::Text(text.to_uppercase().into()))
}

fn titlecase(args: &Args<'_>, env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    let text = args.text(0)?;
    let mut length = 0usize;
    for_each_part(text, |part| {
        length = length.saturating_add(match part {
            Part::AsIs(part) => part.len(),
            Part::First(letter) => title(letter).map(char::len_utf8).sum(),
            Part::Lower { word, skipped } => lower_len(word).saturating_sub(skipped),
        });
    });
    env.budget.bytes(length)?;
    let mut titled = String::with_capacity(length);
    for_each_part(text, |part| match part {
        Part::AsIs(part) => titled.push_str(part),
        Part::First(letter) => titled.extend(title(letter)),
        Part::Lower { word, skipped } => titled.push_str(word.to_lowercase().get(skipped..).unwrap_or("")),
    });
    Ok(Value::Text(titled.into()))
}

/// A part of a text that `$TITLECASE` treats in one way.
enum Part<'t> {
    /// Between words, and apostrophes at the start of one.
    AsIs(&'t str),
    /// The first letter of a word.
    First(char),
    /// A word in lower case, without so many bytes at its start. The whole word is lowered, because a final sigma depends on what stands before it.
    Lower { word: &'t str, skipped: usize },
}

fn for_each_part<'t>(text: &'t str, mut take: impl FnMut(Part<'t>)) {
    let mut rest = text;
    while !rest.is_empty() {
        let (between, from_word) = split_where(rest, is_word);
        let (word, after) = split_where(from_word, |character| !is_word(character));
        let (apostrophes, body) = split_where(word, |character| !is_apostrophe(character));
        take(Part::AsIs(between));
        take(Part::AsIs(apostrophes));
        match body.chars().next() {
            Some(letter) if letter.is_alphabetic() => {
                take(Part::First(letter));
                take(Part::Lower { word: body, skipped: letter.to_lowercase().map(char::len_utf8).sum() });
            }
            Some(_) | None => take(Part::Lower { word: body, skipped: 0 }),
        }
        rest = after;
    }
}

/// Splits before the first character that fulfils the test.
fn split_where(text: &str, test: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at_checked(text.find(test).unwrap_or(text.len())).unwrap_or((text, ""))
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || is_apostrophe(character)
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '\u{2019}')
}

fn lower_len(text: &str) -> usize {
    text.chars().flat_map(char::to_lowercase).map(char::len_utf8).sum()
}

/// A letter in title case; most letters have the one of their upper case.
fn title(letter: char) -> impl Iterator<Item = char> {
    let mapped = unicode_case_mapping::to_titlecase(letter);
    let itself = (mapped == [0; 3]).then_some(letter);
    itself.into_iter().chain(mapped.into_iter().filter(|code| *code != 0).filter_map(char::from_u32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::tests::{call, said, text};

    fn titled(from: &str) -> String {
        said(call("TITLECASE", &[text(from)]).unwrap())
    }

    #[test]
    fn words_are_runs_of_letters_digits_and_apostrophes() {
        for (from, to) in [
            ("don't STOP", "Don't Stop"),
            ("don\u{2019}t STOP", "Don\u{2019}t Stop"),
            ("jean-luc picard", "Jean-Luc Picard"),
            ("3RD floor", "3rd Floor"),
            ("'hello' WORLD", "'Hello' World"),
            ("x@y.z", "X@Y.Z"),
            ("tab\tnew\nline", "Tab\tNew\nLine"),
            ("", ""),
            ("''", "''"),
        ] {
            assert_eq!(titled(from), to);
        }
    }

    #[test]
    fn title_case_is_not_upper_case() {
        assert_eq!(titled("ǆ ßa ﬁn"), "ǅ Ssa Fin");
        assert_eq!(titled("ΟΔΥΣΣΕΥΣ ΑΣ Σ"), "Οδυσσευς Ας Σ");
        assert_eq!(titled("İSTANBUL aİ"), "İstanbul Ai\u{307}");
    }

    #[test]
    fn results_are_charged_with_their_length_before_they_are_built() {
        arbtest::arbtest(|u| {
            let from: &str = u.arbitrary()?;
            for name in ["LOWERCASE", "UPPERCASE", "TITLECASE", "TRIM"] {
                let (result, spent) = crate::builtins::tests::measured(name, &[text(from)]);
                let Ok(Value::Text(result)) = result else { panic!("{name} {from:?}") };
                assert_eq!(spent, (from.len() as u64 / 64, result.len() as u64), "{name} {from:?}");
            }
            Ok(())
        });
    }

    #[test]
    fn folding_ignores_letter_case_and_white_space_around() {
        assert_eq!(fold_case(" Straße\u{3000}"), "strasse");
        assert_eq!(fold_case("plain"), Cow::Borrowed("plain"));
        assert!(same_text("ﬁ", "FI") && same_text("ς", "Σ") && same_text("\u{a0}a", "A"));
        assert!(!same_text("é", "e\u{301}") && !same_text("a b", "a  b"));
    }

    #[test]
    fn texts_are_the_same_exactly_if_they_fold_to_the_same() {
        arbtest::arbtest(|u| {
            const PIECES: &[&str] = &["a", "A", "ß", "ss", "SS", " ", "\u{3000}", "ſ", "K", "k", "İ", "i\u{307}", "Σ", "ς", "ﬃ", "ffi"];
            let mut draw = || (0..u.int_in_range(0..=4)?).map(|_| u.choose(PIECES).copied()).collect::<arbtest::arbitrary::Result<String>>();
            let (a, b) = (draw()?, draw()?);
            assert_eq!(same_text(&a, &b), fold_case(&a) == fold_case(&b), "{a:?} {b:?}");
            assert_eq!(fold_case(&fold_case(&a)), fold_case(&a));
            Ok(())
        });
    }
}
