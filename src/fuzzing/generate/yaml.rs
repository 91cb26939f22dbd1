//! A JSON value as YAML, in any of the styles that mean the same.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::Dice;

/// The value as YAML text: blocks and flow, plain, quoted and literal scalars.
pub fn yaml(dice: &mut Dice<'_>, value: &Json) -> String {
    let mut out = String::new();
    block(dice, value, 0, &mut out);
    out.push('\n');
    out
}

/// What follows a `- ` or a `key:`, or is the whole document.
fn block(dice: &mut Dice<'_>, value: &Json, indent: usize, out: &mut String) {
    let flow = dice.one_in(4);
    match value {
        Json::Array(items) if !items.is_empty() && !flow => {
            for item in items {
                line(indent, out);
                out.push_str("- ");
                block(dice, item, indent + 2, out);
            }
        }
        Json::Object(members) if !members.is_empty() && !flow => {
            for (key, member) in members {
                line(indent, out);
                self::key(dice, key, out);
                out.push_str(": ");
                block(dice, member, indent + 2, out);
                // Behind a literal it would be a part of it.
                if out.ends_with(|last: char| last.is_ascii_graphic()) && dice.one_in(16) {
                    out.push_str(" # why");
                }
            }
        }
        Json::String(text) if is_literal(text) && dice.one_in(2) => {
            out.push_str("|-");
            for part in text.split('\n') {
                line(indent + 1, out);
                out.push_str(part);
            }
            line(indent, out);
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) | Json::Object(_) => in_flow(dice, value, out),
    }
}

fn line(indent: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

fn in_flow(dice: &mut Dice<'_>, value: &Json, out: &mut String) {
    match value {
        Json::Null => out.push('~'),
        Json::Bool(_) | Json::Number(_) => out.push_str(&value.to_string()),
        Json::String(text) => scalar(dice, text, out),
        Json::Array(items) => {
            out.push('[');
            for item in items {
                in_flow(dice, item, out);
                out.push_str(", ");
            }
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (key, member) in members {
                self::key(dice, key, out);
                out.push_str(": ");
                in_flow(dice, member, out);
                out.push_str(", ");
            }
            out.push('}');
        }
    }
}

fn key(dice: &mut Dice<'_>, key: &str, out: &mut String) {
    let is_word = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_word && !dice.one_in(16) { out.push_str(key) } else { quoted(key, out) }
}

fn scalar(dice: &mut Dice<'_>, text: &str, out: &mut String) {
    match dice.roll(3) {
        0 if is_plain(text) => out.push_str(text),
        1 if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) => {
            out.push('\'');
            out.push_str(&text.replace('\'', "''"));
            out.push('\'');
        }
        _ => quoted(text, out),
    }
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            ' '..='~' => out.push(character),
            // Writing to a String does not fail.
            _ => drop(write!(out, "\\U{:08X}", u32::from(character))),
        }
    }
    out.push('"');
}

/// Whether a text means itself without quotes, in blocks and in flow.
fn is_plain(text: &str) -> bool {
    let begins = text.starts_with(|first: char| first.is_ascii_alphabetic()) && !text.ends_with(' ');
    let words = ["null", "true", "false"].contains(&text.to_ascii_lowercase().as_str());
    begins && !words && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" _.<=>()$+-*/'\"".contains(&byte))
}

/// Whether a text can stand behind `|-`, where nothing is escaped.
fn is_literal(text: &str) -> bool {
    let begins = text.starts_with(|first: char| first.is_ascii_graphic()) && text.ends_with(|last: char| last.is_ascii_graphic());
    begins && text.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte))
}
