//! What must hold for every diagnostic.

use crate::diagnostic::{Diagnostic, Style, is_format_control, render, to_json};
use crate::source::Span;

/// Diagnostics point into the source, are shown without a panic, and without characters that nobody sees.
pub(super) fn look_at(diagnostics: &[Diagnostic], source: &str) {
    for diagnostic in diagnostics {
        lies_in(diagnostic.span, source, diagnostic);
        if let Some((span, _)) = &diagnostic.label {
            lies_in(*span, source, diagnostic);
        }
        if let Some(fix) = &diagnostic.fix {
            let mut edits: Vec<Span> = fix.edits.iter().map(|edit| edit.span).collect();
            edits.iter().for_each(|span| lies_in(*span, source, diagnostic));
            edits.sort();
            let apart = edits.iter().zip(edits.iter().skip(1)).all(|(one, next)| one.end <= next.start);
            assert!(apart, "edits overlap: {diagnostic:?}\n{source:?}");
            let _ = fix.apply(source);
        }
        let plain = render(diagnostic, source, "rule", Style::Plain);
        let hidden = plain.chars().find(|character| (character.is_control() && *character != '\n') || is_format_control(*character));
        assert!(hidden.is_none(), "{hidden:?} is shown: {plain:?}\n{source:?}");
        assert!(plain.contains(diagnostic.code.id()), "the code is not shown: {plain:?}\n{source:?}");
        let _ = render(diagnostic, source, "rule", Style::Human);
        let _ = to_json(diagnostic, source).to_string();
    }
}

fn lies_in(span: Span, source: &str, diagnostic: &Diagnostic) {
    assert!(source.get(span.range()).is_some(), "{span} does not lie in the source: {diagnostic:?}\n{source:?}");
}
