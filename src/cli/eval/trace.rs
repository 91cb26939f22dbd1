//! The parts of a rule and what they gave.

use std::fmt::{self, Write};

use triggerfish::diagnostic::{Style, visible};
use triggerfish::value::json;
use triggerfish::{StepOutcome, Trace, TraceStep, Value};

use super::super::output::{BAD, FAINT, JsonLine, paint};
use super::row::excerpt;

/// A chain of ten thousand additions is as deep: beyond this, parts are not indented any further.
const MOST_INDENT: usize = 20;
/// The longest text of a part.
const MOST_TEXT: usize = 60;
/// The longest value that is shown whole, in characters for people and in bytes for machines.
const MOST_VALUE: usize = 100;
const MOST_JSON: usize = 4096;

/// The parts as indented lines, their values in one column.
pub(super) fn human(trace: &Trace, source: &str, style: Style) -> String {
    let part = |step: &TraceStep| format!("{:1$}{2}", "", 4 + 2 * step.depth.min(MOST_INDENT), excerpt(step.span.of(source), MOST_TEXT));
    let parts: Vec<String> = trace.steps.iter().map(part).collect();
    let width = parts.iter().map(|part| part.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (part, step) in parts.iter().zip(&trace.steps) {
        let value = match &step.outcome {
            StepOutcome::NotEvaluated => paint(style, FAINT, "not evaluated").into_owned(),
            StepOutcome::Value(value) => cut(value),
            StepOutcome::Error(kind) => format!("{} {kind}", paint(style, BAD, "error:")),
        };
        let times = if step.times > 1 { format!("{}", paint(style, FAINT, &format!("  (last of {})", step.times))) } else { String::new() };
        // Writing to a String does not fail.
        _ = writeln!(text, "{part:width$}  {value}{times}");
    }
    text
}

/// A part as a JSON object.
pub(super) fn json(step: &TraceStep, source: &str) -> String {
    let line = JsonLine::new()
        .raw("span", &JsonLine::new().number("start", u64::from(step.span.start)).number("end", u64::from(step.span.end)).finish())
        .text("text", &excerpt(step.span.of(source), MOST_TEXT))
        .number("depth", u64::try_from(step.depth).unwrap_or(u64::MAX))
        .number("times", step.times);
    match &step.outcome {
        StepOutcome::NotEvaluated => line.finish(),
        StepOutcome::Value(value) if json::written_len(value) > MOST_JSON => line.text("cut", &cut(value)).finish(),
        StepOutcome::Value(value) => line.raw("value", &json::write(value)).finish(),
        StepOutcome::Error(kind) => line.text("error", kind.name()).finish(),
    }
}

/// The beginning of a value: a large one is not written out to be thrown away.
fn cut(value: &Value) -> String {
    let mut start = Start { text: String::new(), room: MOST_VALUE };
    let whole = json::write_into(value, &mut start).is_ok();
    format!("{}{}", visible(&start.text), if whole { "" } else { "..." })
}

/// Takes so many characters, then no more.
struct Start {
    text: String,
    room: usize,
}

impl Write for Start {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        for character in part.chars() {
            self.room = self.room.checked_sub(1).ok_or(fmt::Error)?;
            self.text.push(character);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_cut() {
        assert_eq!(cut(&Value::text("a\u{202e}")), r#""a\u{202e}""#);
        assert_eq!(cut(&Value::text(&"x".repeat(98))).len(), 100);
        assert_eq!(cut(&Value::text(&"x".repeat(99))), format!("\"{}...", "x".repeat(99)));
    }
}
