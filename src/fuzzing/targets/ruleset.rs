//! Any bytes as a rule-set file: it loads and means the same however it is written, or it is refused with diagnostics that point into it.

use serde_json::Value as Json;

use super::super::generate::{self, Dice};
use super::super::{Input, Tally, report};
use crate::handoff::{Loader, RuleSet};
use crate::schema::Format;
use crate::value::Timestamp;

/// Looks at one input.
pub(in super::super) fn run(bytes: &[u8], tally: &mut Tally) {
    tally.inputs += 1;
    let file = write(bytes);
    for format in [Format::Yaml, Format::Json] {
        look_at(&file.text, format, tally);
    }
    if let Some(value) = file.means {
        means_the_same(&file.text, file.format, &value);
    }
}

/// The file of an input.
pub(in super::super) fn rule(bytes: &[u8]) -> String {
    write(bytes).text
}

struct File {
    text: String,
    /// How it is written. YAML takes some characters only with escapes that JSON takes as they are.
    format: Format,
    /// What the text was written from, if it was not changed afterwards.
    means: Option<Json>,
}

fn write(bytes: &[u8]) -> File {
    let mut dice = match Input::of(bytes) {
        Input::Text(..) => return File { text: String::from_utf8_lossy(bytes).into_owned(), format: Format::Yaml, means: None },
        Input::Decisions(dice) => dice,
    };
    let mut value = generate::rule_set(&mut dice);
    let choice = dice.roll(6);
    if (2..=4).contains(&choice) {
        for _ in 0..=dice.roll(3) {
            change(&mut dice, &mut value);
        }
    }
    let (text, format) = if dice.one_in(4) { (format!("{value:#}"), Format::Json) } else { (generate::yaml(&mut dice, &value), Format::Yaml) };
    match choice {
        5 => File { text: scratched(&mut dice, text), format, means: None },
        _ => File { text, format, means: Some(value) },
    }
}

fn look_at(text: &str, format: Format, tally: &mut Tally) {
    match Loader::new().read(text, format) {
        Ok(set) => {
            tally.valid += 1;
            assert!(!set.warnings().iter().any(crate::diagnostic::Diagnostic::is_error), "a rule set with an error loads\n{text}");
            report::look_at(set.warnings(), set.source());
            let again = RuleSet::parse(text, format).map(|set| set.digest().to_owned());
            assert_eq!(again.as_deref(), Ok(set.digest()), "{text}");
            // What loads can be asked.
            tally.handoff.see(&set.decide_json(b"{}", Timestamp::EPOCH));
            let tests = set.run_tests();
            assert!(tests.tests.len() <= text.len());
        }
        Err(error) => {
            tally.refused += 1;
            assert!(error.diagnostics().iter().any(crate::diagnostic::Diagnostic::is_error), "refused without an error\n{text}");
            report::look_at(error.diagnostics(), error.source());
            let _ = error.to_string();
        }
    }
}

/// A file says what the value says that it was written from.
fn means_the_same(text: &str, format: Format, value: &Json) {
    let (read, meant) = (Loader::new().read(text, format), RuleSet::from_value(value));
    match (read, meant) {
        (Ok(read), Ok(meant)) => assert_eq!(read.digest(), meant.digest(), "{text}"),
        (Err(_), Err(_)) => {}
        (Ok(_), Err(error)) => unreachable!("only the file loads\n{text}\n{error}"),
        (Err(error), Ok(_)) => unreachable!("only the value loads\n{text}\n{error}"),
    }
}

// ---- what is not quite a rule set

/// Values that stand where others are expected.
const STRANGE: [&str; 24] = [
    "",
    "TRUE",
    "x",
    "{{ utterance }}",
    "{{",
    "{{ domain",
    "}}",
    "domain == \"IT\"",
    "\"VIP\" IN x",
    "user.departmant == 1",
    "$OPEN(\"nowhere\")",
    "d0",
    "d1 AND d0",
    "http://{{ org }}/",
    "javascript:alert(1)",
    "a@b, c@d",
    "25:00-26:00",
    "02-30",
    "rich",
    "channel",
    "i0",
    "o-0.x",
    "\u{202e}é\u{feff}\u{85}\n",
    "9999999999999999999d",
];

/// Somewhere in the value something is gone, other, doubled, or elsewhere.
fn change(dice: &mut Dice<'_>, value: &mut Json) {
    let here = dice.one_in(6);
    match value {
        Json::Object(members) if !members.is_empty() => {
            let at = dice.roll(members.len());
            let Some(key) = members.keys().nth(at).cloned() else { return };
            match if here { dice.roll(4) } else { 4 } {
                0 => drop(members.remove(&key)),
                1 => {
                    let other = members.keys().nth(dice.roll(members.len())).cloned().unwrap_or_default();
                    let moved = members.get(&other).cloned().unwrap_or_default();
                    members.insert(key, moved);
                }
                2 => {
                    let moved = members.remove(&key).unwrap_or_default();
                    let name = if dice.one_in(2) { format!("{key}s") } else { dice.word(&STRANGE).to_owned() };
                    members.insert(name, moved);
                }
                3 => {
                    let name = dice.word(&["when", "enabled", "if_unanswered", "domain", "max_options", "ticket", "agent", "form", "label"]);
                    members.insert(name.to_owned(), strange(dice));
                }
                _ => members.get_mut(&key).into_iter().for_each(|member| change(dice, member)),
            }
        }
        Json::Array(items) if !items.is_empty() => {
            let at = dice.roll(items.len());
            match if here { dice.roll(3) } else { 3 } {
                0 => drop(items.remove(at)),
                1 => {
                    let copy = items.get(at).cloned().unwrap_or_default();
                    items.push(copy);
                }
                2 => items.push(strange(dice)),
                _ => items.get_mut(at).into_iter().for_each(|item| change(dice, item)),
            }
        }
        Json::String(text) if dice.one_in(2) => {
            let changed = generate::mutated(dice, text);
            *text = changed;
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) | Json::Object(_) => *value = strange(dice),
    }
}

fn strange(dice: &mut Dice<'_>) -> Json {
    match dice.roll(8) {
        0 => Json::Null,
        1 => Json::Bool(dice.one_in(2)),
        2 => Json::from(dice.integer()),
        3 => Json::Array(vec![dice.word(&STRANGE).into(), 1.into()]),
        4 => serde_json::json!({ dice.word(&STRANGE): dice.word(&STRANGE) }),
        _ => dice.word(&STRANGE).into(),
    }
}

/// The text with some bytes other than they were, and lines elsewhere.
fn scratched(dice: &mut Dice<'_>, text: String) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=dice.roll(3) {
        let (at, other) = (dice.roll(lines.len()), dice.roll(lines.len()));
        if lines.is_empty() {
            break;
        }
        match dice.roll(5) {
            0 => drop(lines.remove(at)),
            1 => lines.swap(at, other),
            2 => {
                let noise = dice.noise(6);
                lines.get_mut(at).into_iter().for_each(|line| line.push_str(&noise));
            }
            3 => {
                let copy = lines.get(other).cloned().unwrap_or_default();
                lines.insert(at, copy);
            }
            _ => {
                let sign = dice.word(&["&a ", "*a", "!!int 3", "<<: ", "---", "? ", "- ", "'", "\"", "|", ">+2", "# ", "\t", "{", "]", ": "]);
                lines.get_mut(at).into_iter().for_each(|line| line.insert_str(line.len() - line.trim_start().len(), sign));
            }
        }
    }
    lines.join("\n")
}
