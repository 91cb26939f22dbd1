//! E-mail addresses: exactly one, and nothing else.

use super::host::domain_problem;
use super::{Piece, bound::Possible};
use crate::diagnostic::{Code, Diagnostic, shorten};
use crate::source::Span;

/// What is wrong with a rendered address; nothing of it is quoted.
pub(super) fn problem(address: &str) -> Option<&'static str> {
    if address.is_empty() {
        return Some("the address is empty");
    }
    let Some((name, domain)) = address.split_once('@').filter(|(_, domain)| !domain.contains('@')) else {
        return Some("an address has one `@`");
    };
    if !address.chars().all(is_plain) {
        return Some("an address is made of letters, digits and ``. _ - + ' = ~ &``");
    }
    if name.is_empty() || name.len() > 64 {
        return Some("before the `@` stand 1 to 64 characters");
    }
    if name.starts_with('.') || name.ends_with('.') || name.contains("..") {
        return Some("dots before the `@` stand between other characters");
    }
    if address.len() > 254 || domain_problem(domain).is_some() {
        return Some("after the `@` stands a domain");
    }
    None
}

/// What may stand in an address, `@` included.
fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || "@._-+'=~&".contains(character)
}

/// What is wrong with a template of an address, whatever its values are.
pub(super) fn check(text: &str, pieces: &[Piece]) -> Vec<Diagnostic> {
    let unsafe_at = |span, message: String| Diagnostic::new(Code::UnsafeTarget, span, message);
    let mut found = Vec::new();
    // The text with a letter in the place of each expression: what is wrong with that stays wrong.
    let mut sample = String::new();
    let mut written_domain = false;
    for piece in pieces {
        match piece {
            Piece::Literal { span, .. } => {
                let literal = span.of(text);
                if let Some((at, character)) = literal.char_indices().find(|(_, character)| !is_plain(*character)) {
                    let start = span.range().start + at;
                    let here = Span::new(start, start + character.len_utf8());
                    let message = format!("`{}` cannot stand in an address", shorten(here.of(text), 20));
                    found.push(unsafe_at(here, message).with_help(match character {
                        ',' | ';' => "a field takes one address",
                        '<' | '>' | '"' | ':' => "write the address alone, `name@domain`, without a display name",
                        _ if character.is_whitespace() => "write the address alone, `name@domain`, without blanks and line breaks",
                        _ => "an address is made of letters, digits and ``. _ - + ' = ~ &``",
                    }));
                }
                sample.push_str(literal);
                written_domain |= literal.contains('@');
            }
            Piece::Expression { inner, .. } if written_domain => {
                let message = "an expression cannot stand in the domain of an address";
                found.push(unsafe_at(*inner, message.to_owned()).with_help("write out what follows the `@`"));
            }
            Piece::Expression { .. } => sample.push('x'),
        }
    }
    if !found.is_empty() || matches!(pieces, [Piece::Expression { .. }]) {
        return found;
    }
    let whole = Span::new(0, text.len());
    if !written_domain && pieces.len() > 1 {
        let help = "write out the domain, as in `{{ expr }}@acme.example`, or let one expression be the whole address";
        found.push(unsafe_at(whole, "an address whose domain is not written out".to_owned()).with_help(help));
    } else if let Some(problem) = problem(&sample) {
        found.push(unsafe_at(whole, format!("expected an address, found `{}`: {problem}", shorten(text, 60))));
    }
    found
}

/// Whether some value can make the rendered address refused. `values` belong to the expressions, in order.
pub(super) fn may_be_refused(pieces: &[Piece], values: &[Possible]) -> bool {
    let [Possible { texts: Some(texts), numbers: false, .. }] = values else { return !values.is_empty() };
    texts.iter().any(|value| {
        let whole: String = pieces.iter().map(|piece| piece.literal().unwrap_or(value)).collect();
        problem(&whole).is_some()
    })
}
