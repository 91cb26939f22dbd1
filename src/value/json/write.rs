//! Writes values as compact JSON.

use std::fmt;

use super::super::Value;
use super::super::text::write_float;
use super::scan::plain_len;

/// The value as compact JSON: keys in their order, Numbers as `$TEXT` prints them.
#[must_use]
pub fn write(value: &Value) -> String {
    let mut text = String::new();
    // Writing to a `String` does not fail.
    let _ = write_into(value, &mut text);
    text
}

/// How many bytes [`write()`] would give; builds nothing.
#[must_use]
pub fn written_len(value: &Value) -> usize {
    let mut counter = Counter(0);
    let _ = write_into(value, &mut counter);
    counter.0
}

/// Writes the value as compact JSON, part by part, so that a sink can refuse.
///
/// # Errors
/// Only those of `out`.
pub fn write_into(value: &Value, out: &mut impl fmt::Write) -> fmt::Result {
    match value {
        Value::Null => out.write_str("null"),
        Value::Bool(value) => out.write_str(if *value { "true" } else { "false" }),
        Value::Integer(value) => write!(out, "{value}"),
        Value::Float(value) => write_float(*value, out),
        Value::Text(text) => write_quoted(text, out),
        Value::List(list) => {
            out.write_char('[')?;
            for (at, item) in list.iter().enumerate() {
                if at > 0 {
                    out.write_char(',')?;
                }
                write_into(item, out)?;
            }
            out.write_char(']')
        }
        Value::Map(map) => {
            out.write_char('{')?;
            for (at, (key, member)) in map.iter().enumerate() {
                if at > 0 {
                    out.write_char(',')?;
                }
                write_quoted(key, out)?;
                out.write_char(':')?;
                write_into(member, out)?;
            }
            out.write_char('}')
        }
    }
}

fn write_quoted(text: &str, out: &mut impl fmt::Write) -> fmt::Result {
    out.write_char('"')?;
    let mut rest = text;
    loop {
        let (plain, stopped) = rest.split_at_checked(plain_len(rest.as_bytes())).unwrap_or((rest, ""));
        if !plain.is_empty() {
            out.write_str(plain)?;
        }
        let mut following = stopped.chars();
        match following.next() {
            None => return out.write_char('"'),
            Some('"') => out.write_str("\\\"")?,
            Some('\\') => out.write_str("\\\\")?,
            Some('\n') => out.write_str("\\n")?,
            Some('\r') => out.write_str("\\r")?,
            Some('\t') => out.write_str("\\t")?,
            Some('\u{8}') => out.write_str("\\b")?,
            Some('\u{c}') => out.write_str("\\f")?,
            Some(control) => write!(out, "\\u{:04x}", u32::from(control))?,
        }
        rest = following.as_str();
    }
}

struct Counter(usize);

impl fmt::Write for Counter {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.0 = self.0.saturating_add(part.len());
        Ok(())
    }
}
