use super::super::visible::is_visible;
use super::super::{Code, Edit};
use super::*;
use crate::source::Span;

fn plain(diagnostic: &Diagnostic, source: &str) -> String {
    render(diagnostic, source, "handoff", Style::Plain)
}

/// The span of the first occurrence of `part`.
fn at(source: &str, part: &str) -> Span {
    let start = source.find(part).unwrap();
    Span::new(start, start + part.len())
}

#[test]
fn a_message_with_help_and_a_fix() {
    let source = "user.department.$LOWERCAS() == \"it\"";
    let name = at(source, "$LOWERCAS");
    let found = Diagnostic::new(Code::UnknownFunction, name, "unknown function `$LOWERCAS`").with_help("`triggerfish functions` lists all functions").with_fix(
        "did you mean `$LOWERCASE`?",
        name,
        "$LOWERCASE",
    );
    assert_eq!(
        plain(&found, source),
        r#"error[TF0101]: unknown function `$LOWERCAS`
 --> handoff:1:17
  |
1 | user.department.$LOWERCAS() == "it"
  |                 ^^^^^^^^^
  |
  = help: `triggerfish functions` lists all functions
help: did you mean `$LOWERCASE`?
  |
1 | user.department.$LOWERCASE() == "it"
  |                          +
"#
    );
}

#[test]
fn a_second_place() {
    let source = "{\"team\": 1,\n \"size\": 2,\n \"team\": 3}";
    let found = Diagnostic::new(Code::DuplicateKey, Span::new(25, 31), "the key `team` is written twice").with_label(Span::new(1, 7), "first written here");
    assert_eq!(
        plain(&found, source),
        r#"error[TF0106]: the key `team` is written twice
 --> handoff:3:2
  |
1 | {"team": 1,
  |  ------ first written here
2 |  "size": 2,
3 |  "team": 3}
  |  ^^^^^^
"#
    );
}

#[test]
fn the_end_of_a_rule_is_shown_after_what_it_follows() {
    let source = "domain ==\r\n\r\n";
    let found = Diagnostic::new(Code::UnexpectedToken, Span::new(13, 13), "expected a value, found the end of the rule");
    assert_eq!(
        plain(&found, source),
        concat!(
            "error[TF0007]: expected a value, found the end of the rule\n",
            " --> handoff:3:1\n",
            "  |\n",
            "1 | domain ==\n",
            "2 |\n",
            "3 |  \n",
            "  | ^\n"
        )
    );
}

#[test]
fn a_span_of_several_lines() {
    let source = "domain IN (\n\t\"IT\",\n\t\"HR\"\n)\n";
    let list = Span::new(10, 26);
    let mut found = Diagnostic::new(Code::ListInParentheses, list, "a list is written in square brackets");
    let edits = [(10, 11, "["), (25, 26, "]")].map(|(start, end, text)| Edit { span: Span::new(start, end), text: text.to_owned() });
    found.fix = Some(Fix { title: "use square brackets".to_owned(), edits: edits.to_vec() });
    assert_eq!(
        plain(&found, source),
        r#"error[TF0015]: a list is written in square brackets
 --> handoff:1:11
  |
1 |   domain IN (
  |  ___________^
2 | |     "IT",
3 | |     "HR"
4 | | )
  | |_^
  |
help: use square brackets
  |
1 ~ domain IN [
2 |     "IT",
3 |     "HR"
4 + ]
  |
"#
    );
}

#[test]
fn what_nobody_sees_is_seen() {
    let source = "größe\t== \"ad\u{202e}nim\u{1b}[31m\"";
    let found = Diagnostic::new(Code::InvisibleInText, at(source, "\u{202e}"), "the text has the invisible character `\u{202e}`").with_fix(
        "write it as an escape",
        at(source, "\u{202e}"),
        "\\u202e",
    );
    assert_eq!(
        render(&found, source, "a\u{1b}b\nc", Style::Plain),
        r#"warning[TF0312]: the text has the invisible character `\u{202e}`
 --> a\u{1b}b\nc:1:13
  |
1 | größe    == "ad\u{202e}nim\u{1b}[31m"
  |                ^^^^^^^^
  |
help: write it as an escape
  |
1 - größe    == "ad\u{202e}nim\u{1b}[31m"
1 + größe    == "ad\u202enim\u{1b}[31m"
  |
"#
    );
}

#[test]
fn a_long_line_is_cut() {
    let source = format!("x IN [{}] ANDD y", vec!["\"abcdef\""; 6_500].join(", "));
    let found =
        Diagnostic::new(Code::UnexpectedToken, at(&source, "ANDD"), "expected an operator, found `ANDD`").with_fix("use `AND`", at(&source, "ANDD"), "AND");
    assert_eq!(
        plain(&found, &source),
        r#"error[TF0007]: expected an operator, found `ANDD`
 --> handoff:1:65007
  |
1 | ..."abcdef", "abcdef", "abcdef", "abcdef"] ANDD y
  |                                            ^^^^
  |
help: use `AND`
  |
1 - ..."abcdef", "abcdef", "abcdef", "abcdef"] ANDD y
1 + ..."abcdef", "abcdef", "abcdef", "abcdef"] AND y
  |
"#
    );
}

#[test]
fn several_diagnostics_have_an_empty_line_between_them() {
    let found = [Diagnostic::new(Code::ForeignOperator, Span::new(2, 3), "one"), Diagnostic::new(Code::OneElementList, Span::new(4, 5), "two")];
    let rendered: Vec<String> = found.iter().map(|found| plain(found, "a = b")).collect();
    assert_eq!(render_all(&found, "a = b", "handoff", Style::Plain), format!("{}\n{}", rendered[0], rendered[1]));
    assert_eq!(render_all(&[], "a = b", "handoff", Style::Plain), "");
}

#[test]
fn a_fix_that_cannot_be_drawn_is_told_by_its_title() {
    let edit = |start, end| Edit { span: Span { start, end }, text: "x".to_owned() };
    for edits in [vec![], vec![edit(0, 3), edit(2, 4)], vec![edit(3, 2)], vec![edit(4, 9)], vec![edit(1, 2)], vec![edit(0, 0); MAX_FIX_EDITS + 1]] {
        let mut found = Diagnostic::new(Code::ForeignOperator, Span::new(0, 1), "no");
        found.fix = Some(Fix { title: "mend it".to_owned(), edits });
        assert!(plain(&found, "éab").ends_with("help: mend it\n"), "{found:?}");
    }
}

#[test]
fn edits_that_join_lines_are_drawn_as_one() {
    let mut found = Diagnostic::new(Code::ForeignOperator, Span::new(0, 1), "no");
    let edits = [(0, 1), (2, 3), (3, 4)].map(|(start, end)| Edit { span: Span::new(start, end), text: String::new() });
    found.fix = Some(Fix { title: "remove it".to_owned(), edits: edits.to_vec() });
    // annotate-snippets panics if these edits are given to it one by one.
    assert!(plain(&found, "a\nbc").contains("help: remove it\n  |\n1 - a"));
}

#[test]
fn columns_are_those_of_the_source() {
    let found = Diagnostic::new(Code::ForeignOperator, Span::new(6, 7), "no");
    assert!(plain(&found, "\t\u{202e}é=").contains("--> handoff:1:4\n"));
}

/// SplitMix64: a test that fails must fail again.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    fn text(&mut self, longest: usize) -> String {
        const PIECES: [&str; 26] = [
            "a",
            "b",
            " ",
            "  ",
            "\n",
            "\n",
            "\r\n",
            "\r",
            "\t",
            "é",
            "日",
            "e\u{301}",
            "\u{301}",
            "👩\u{200d}💻",
            "\u{202e}",
            "\u{1b}[31m",
            "\0",
            "\u{7f}",
            "\u{9b}",
            "\u{2028}",
            "\u{ffff}",
            "\u{e0041}",
            "\"",
            "(",
            "}",
            "//",
        ];
        let all = 1 + self.below(PIECES.len());
        let text: String = (0..self.below(longest + 1)).map(|_| PIECES[self.below(all)]).collect();
        if self.below(40) == 0 { text.repeat(1 + self.below(200)) } else { text }
    }

    /// Often in the text, at times beyond it or the wrong way round.
    fn span(&mut self, source: &str) -> Span {
        let offset = |random: &mut Random| match random.below(30) {
            0 => u32::MAX,
            1 => u32::try_from(source.len()).unwrap() + 1,
            _ => u32::try_from(random.below(source.len() + 1)).unwrap(),
        };
        let (one, other) = (offset(self), offset(self));
        if self.below(10) == 0 { Span { start: one, end: other } } else { Span { start: one.min(other), end: one.max(other) } }
    }

    /// Edits that fit, mostly.
    fn fix(&mut self, source: &str) -> Fix {
        let mut offsets: Vec<usize> = (0..2 * self.below(4)).map(|_| self.below(source.len() + 1)).filter(|at| source.is_char_boundary(*at)).collect();
        if self.below(8) != 0 {
            offsets.sort_unstable();
        }
        let edits = offsets.chunks_exact(2).map(|pair| Edit { span: Span::new(pair[0], pair[1]), text: self.text(4) }).collect();
        Fix { title: self.text(3), edits }
    }

    fn diagnostic(&mut self, source: &str) -> Diagnostic {
        let code = Code::ALL[self.below(Code::ALL.len())];
        let mut found = Diagnostic::new(code, self.span(source), self.text(5));
        if self.below(2) == 0 {
            found = found.with_label(self.span(source), self.text(3));
        }
        if self.below(2) == 0 {
            found = found.with_help(self.text(3));
        }
        found.fix = (self.below(3) != 0).then(|| self.fix(source));
        found
    }
}

/// The text without the escape sequences of annotate-snippets.
fn without_colour(text: &str) -> String {
    regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap().replace_all(text, "").into_owned()
}

#[test]
fn any_text_and_any_spans_are_rendered() {
    let mut random = Random(7);
    let mut drawn = 0;
    let rounds = 3_000;
    for round in 0..rounds {
        let source = random.text(30);
        let found = random.diagnostic(&source);
        let name = random.text(2);
        let text = render(&found, &source, &name, Style::Plain);
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{text}");
        assert!(text.chars().all(|c| c == '\n' || is_visible(c)), "{round}: {text:?}");
        let told = found.message.len() + found.help.as_ref().map_or(0, String::len) + found.label.as_ref().map_or(0, |label| label.1.len());
        assert!(text.len() < 20_000 + 10 * told, "{round}: {}", text.len());
        assert!(text.contains(&format!(":{}\n", Position::of(&source, fit(found.span, &source).start))), "{round}: {text}");
        assert_eq!(without_colour(&render(&found, &source, &name, Style::Human)), text, "{round}");
        _ = super::super::to_json(&found, &source).to_string();
        drawn += usize::from(found.fix.is_some_and(|fix| FixView::new(&fix, &source).is_some()));
    }
    assert!(drawn > rounds / 10, "only {drawn} fixes were drawn");
}

#[test]
fn the_longest_rule_is_rendered_briefly() {
    let random = &mut Random(8);
    for piece in ["a", "\n", "a\n", "\r\n", "\u{202e}", "\t", "日", "\u{301}", "a b\n", "\0"] {
        let source = piece.repeat(65_536 / piece.len());
        for _ in 0..20 {
            let found = random.diagnostic(&source).with_fix("mend it", random.span(&source), random.text(9));
            let found = Diagnostic { message: "short".to_owned(), help: None, label: Some((random.span(&source), "label".to_owned())), ..found };
            let text = plain(&found, &source);
            assert!(text.chars().count() < 8_000, "{piece:?} {}", text.len());
        }
    }
}
