//! Templates for every position, with hostile values: what is rendered keeps the promises of its position.

use serde_json::json;

use super::super::generate::{self, Dice};
use super::super::{Input, Tally, report};
use crate::builtins::NoCalendars;
use crate::check::{Names, World};
use crate::context::{Context, Layout};
use crate::handoff::template::{Position, Template, hidden_character, is_one_address, structure};
use crate::limits::Limits;
use crate::rule::Scope;
use crate::value::{Budget, Timestamp};

const POSITIONS: [Position; 7] =
    [Position::Text, Position::Line, Position::Subject, Position::Identifier, Position::Address, Position::Url, Position::Parameter];

/// Looks at one input.
pub(in super::super) fn run(bytes: &[u8], tally: &mut Tally) {
    tally.inputs += 1;
    let (text, mut values) = match Input::of(bytes) {
        Input::Text(text, values) => (text.into_owned(), Dice::new(values)),
        Input::Decisions(mut dice) => (write(&mut dice), dice),
    };
    let hostile: Vec<[String; 2]> = (0..3).map(|_| [generate::hostile(&mut values), generate::hostile(&mut values)]).collect();
    let mut is_valid = false;
    for position in POSITIONS {
        is_valid |= look_at(&text, position, &hostile, tally);
    }
    tally.valid += u64::from(is_valid);
    tally.refused += u64::from(!is_valid);
}

/// The template of an input.
pub(in super::super) fn rule(bytes: &[u8]) -> String {
    match Input::of(bytes) {
        Input::Text(text, _) => text.into_owned(),
        Input::Decisions(mut dice) => write(&mut dice),
    }
}

/// Literals and expressions, as they stand in the several positions.
fn write(dice: &mut Dice<'_>) -> String {
    const STARTS: [&str; 8] =
        ["", "https://acme.example/", "http://[::1]:80/a?x=", "HTTPS://acme.example", "desk-", "{{{{", "https://acme.example/%2e", "\u{202e}"];
    const BETWEEN: [&str; 16] = ["/", "?q=", "&q=", "#", "@acme.example", ".", "..", " ", "-", "%", "\n", "\t", "{{", "}}", "é", "/x?"];
    const SHOWN: [&str; 12] = [
        "utterance",
        "org",
        "utterance[0:80]",
        "user.manager_email",
        "$LENGTH(utterance)",
        "bot.resolved",
        "utterance.$UPPERCASE()",
        "$CONCAT([utterance, org], '}}')",
        "{'a': {'b': org}}",
        "NULL",
        "$INTEGER(utterance)",
        "IF utterance THEN org ELSE 'x'",
    ];
    let mut text = dice.word(&STARTS).to_owned();
    for _ in 0..=dice.roll(4) {
        match dice.roll(6) {
            0 => text.push_str(&format!("{{{{ {} }}}}", generate::text(dice, generate::builtin()))),
            1 => text.push_str(&dice.noise(3)),
            2 => text.push_str(&generate::hostile(dice)),
            _ => text.push_str(&format!("{{{{{}}}}}", dice.word(&SHOWN))),
        }
        text.push_str(dice.word(&BETWEEN));
    }
    text
}

/// Whether the text is a template for the position.
fn look_at(text: &str, position: Position, hostile: &[[String; 2]], tally: &mut Tally) -> bool {
    let limits = Limits::default();
    let world = World { schema: Some(&generate::builtin().schema), calendars: &NoCalendars, names: Names::NONE, limits: &limits };
    let mut layout = Layout::default();
    let template = match Template::compile(text, position, world, &mut layout) {
        Ok(template) => template,
        Err(found) => {
            report::look_at(&found, text);
            assert!(found.iter().any(crate::diagnostic::Diagnostic::is_error), "refused without an error\n{text:?}");
            return false;
        }
    };
    report::look_at(&template.diagnostics(), text);
    tally.safe += u64::from(template.cannot_fail());
    let canonical = template.canonical();
    match Template::compile(&canonical, position, world, &mut layout.clone()) {
        Ok(again) => assert_eq!(again.canonical(), canonical, "{text:?}"),
        // Canonical text may be longer than its source.
        Err(found) => assert!(canonical.len() > limits.source_bytes || canonical.len() > text.len(), "{position:?} {text:?}\n{canonical:?}\n{found:?}"),
    }
    let render = |one: &str, other: &str| {
        let document = json!({"utterance": one, "org": other, "user": {"manager_email": one}, "bot": {"resolved": true}});
        let context = Context::from_value(&layout, &document, &limits).ok()?;
        let scope = Scope { context: &context, now: Timestamp::EPOCH, calendars: &NoCalendars };
        Some(template.render(scope, &mut Budget::of_many(&limits, 10), &limits))
    };
    let plain = render("x", "y").and_then(Result::ok);
    for [one, other] in hostile {
        match render(one, other) {
            None => tally.unbound += 1,
            Some(Ok(out)) => {
                tally.matched += 1;
                keeps_its_promises(position, &template, &out, plain.as_deref());
                assert!(out.len() <= limits.rendered_bytes, "{text:?}");
            }
            Some(Err(error)) => {
                tally.failed += 1;
                assert!(template.errors().has(error.kind), "{position:?} {text:?} fails with {error}");
                assert!(text.get(error.span.range()).is_some(), "{error} does not lie in {text:?}");
                let message = error.message.unwrap_or_default();
                assert!(one.len() < 8 || text.contains(one) || !message.contains(one), "a message tells a value: {message}");
            }
        }
    }
    true
}

fn keeps_its_promises(position: Position, template: &Template, out: &str, plain: Option<&str>) {
    let text = template.text();
    match position {
        Position::Text | Position::Line | Position::Subject | Position::Identifier => {
            // What is written out may have overrides of its own.
            let hidden = hidden_character(position, out);
            let is_written = |character: char| text.contains(character) && !character.is_control();
            assert!(hidden.is_none_or(is_written), "{position:?} {text:?} renders {hidden:?}: {out:?}");
        }
        Position::Address => assert!(is_one_address(out) || template.literal().is_some(), "{text:?} renders {out:?}"),
        Position::Url => {
            let judged = structure(out);
            assert!(judged.is_some(), "{text:?} renders {out:?}");
            if let Some(plain) = plain {
                assert_eq!(judged, structure(plain), "{text:?} renders {out:?}, and {plain:?}");
            }
        }
        Position::Parameter => assert!(out.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)), "{text:?} renders {out:?}"),
    }
}
