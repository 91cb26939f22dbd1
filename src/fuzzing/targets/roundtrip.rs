//! Canonical text means what its source means, keeps the comments, and is its own canonical text.

use super::super::generate;
use super::super::{Input, Tally};
use crate::limits::Limits;
use crate::syntax::ast::Expr;
use crate::syntax::{parse, print, print_expr, scan};

/// Looks at one input.
pub(in super::super) fn run(bytes: &[u8], tally: &mut Tally) {
    tally.inputs += 1;
    let (source, tree) = decide(bytes);
    if let Some(tree) = tree {
        comes_back(&source, &tree);
    }
    text_comes_back(&source, tally);
}

/// The rule of an input.
pub(in super::super) fn rule(bytes: &[u8]) -> String {
    decide(bytes).0
}

/// A text, and the tree that it was made from.
fn decide(bytes: &[u8]) -> (String, Option<Expr>) {
    let mut dice = match Input::of(bytes) {
        Input::Text(..) => return (String::from_utf8_lossy(bytes).into_owned(), None),
        Input::Decisions(dice) => dice,
    };
    match dice.roll(6) {
        0..=1 => {
            let tree = generate::tree(&mut dice, generate::builtin(), 0);
            (print_expr(&tree), Some(tree))
        }
        2..=3 => {
            let tree = generate::tree(&mut dice, generate::builtin(), 0);
            (generate::noisy(&mut dice, &tree), Some(tree))
        }
        4 => {
            let text = generate::text(&mut dice, generate::builtin());
            (generate::mutated(&mut dice, &text), None)
        }
        _ => (generate::nested(&mut dice), None),
    }
}

/// A generated tree, printed, with or without noise, and parsed, is the same tree.
fn comes_back(text: &str, tree: &Expr) {
    match parse(text, &Limits::default()) {
        Ok(parsed) => assert!(parsed.rule.expr == *tree, "another tree comes back\n{text}\nprinted again: {}\n{tree:#?}", print_expr(&parsed.rule.expr)),
        Err(diagnostics) => unreachable!("the text of a tree is refused\n{text}\n{diagnostics:?}"),
    }
}

fn text_comes_back(source: &str, tally: &mut Tally) {
    let Ok(parsed) = parse(source, &Limits::default()) else {
        tally.refused += 1;
        return;
    };
    tally.valid += 1;
    let printed = print(&parsed.rule);
    // Canonical text may be longer than its source: blanks, escapes.
    let roomy = Limits { source_bytes: usize::MAX, ..Limits::default() };
    let again = match parse(&printed, &roomy) {
        Ok(again) => again,
        Err(diagnostics) => unreachable!("canonical text is refused\n{source}\n---\n{printed}\n{diagnostics:?}"),
    };
    assert!(again.rule.expr == parsed.rule.expr, "canonical text means something else\n{source}\n---\n{printed}");
    let comments = |rule: &crate::syntax::ast::Rule| -> Vec<String> { rule.comments.iter().map(|comment| comment.text.clone()).collect() };
    assert_eq!(comments(&again.rule), comments(&parsed.rule), "comments are lost\n{source}\n---\n{printed}");
    assert_eq!(print(&again.rule), printed, "printing again changes the text\n{source}\n---\n{printed}");
    // `(x) => e` has a part more than `x => e`.
    assert!(again.rule.nodes <= parsed.rule.nodes, "canonical text has more parts\n{source}\n---\n{printed}");
    let nesting = |text: &str| scan(text, &roomy).map_or(usize::MAX, |scan| scan.nesting);
    assert!(nesting(&printed) <= nesting(source), "canonical text nests deeper\n{source}\n---\n{printed}");
}
