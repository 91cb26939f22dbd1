//! What options may be set to.

use std::str::FromStr;

use clap::ValueEnum;
use triggerfish::diagnostic::shorten;
use triggerfish::value::{Timestamp, Value, arith, json};
use triggerfish::{Backend, TraceLevel};

use super::super::input::Source;

/// `--color`
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Color {
    /// Where the terminal shows them
    Auto,
    /// In pipes and files, too
    Always,
    /// Nowhere
    Never,
}

/// `--format`
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    /// For people
    Human,
    /// For machines
    Json,
}

/// `--format` of the function reference.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ReferenceFormat {
    /// For people
    Human,
    /// For machines
    Json,
    /// For a file that people read
    Markdown,
}

/// The kinds of schema files that are written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SchemaKind {
    /// A schema file
    Yaml,
    /// A JSON Schema, draft 2020-12
    JsonSchema,
}

/// A schema, as an argument names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum SchemaChoice {
    /// `builtin`
    Builtin,
    /// `none`
    None,
    /// A file.
    File(Source),
}

impl FromStr for SchemaChoice {
    type Err = std::convert::Infallible;

    fn from_str(argument: &str) -> Result<SchemaChoice, Self::Err> {
        Ok(match argument {
            "builtin" => SchemaChoice::Builtin,
            "none" => SchemaChoice::None,
            file => SchemaChoice::File(Source::of(file)),
        })
    }
}

/// `--now`
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Now(pub(crate) Timestamp);

impl FromStr for Now {
    type Err = String;

    fn from_str(argument: &str) -> Result<Now, String> {
        if let Ok(number) = json::read(argument.as_bytes(), 0).map_err(drop).and_then(|value| arith::number(&value).map_err(drop)) {
            return Timestamp::from_number(number).map(Now).map_err(|_| "times reach from the year 1 to the year 9999".to_owned());
        }
        rfc_3339(argument).ok_or_else(|| format!("expected {A_TIME}, found `{}`", shorten(argument, 40)))
    }
}

const A_TIME: &str = "seconds since 1970, or a time such as 2026-01-05T09:00:00Z";

fn rfc_3339(text: &str) -> Option<Now> {
    text.parse::<jiff::Timestamp>().ok().and_then(|time| Timestamp::from_micros(time.as_microsecond())).map(Now)
}

impl Now {
    /// The time that a member of a context tells: a Number of seconds since 1970, or a Text of RFC 3339.
    ///
    /// # Errors
    /// What was expected.
    pub(crate) fn of_json(written: &[u8]) -> Result<Now, String> {
        let time = match json::read(written, 0) {
            Ok(Value::Text(text)) => rfc_3339(text.trim()),
            Ok(value @ (Value::Integer(_) | Value::Float(_))) => {
                arith::number(&value).map_err(drop).and_then(|number| Timestamp::from_number(number).map_err(drop)).ok().map(Now)
            }
            Ok(Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_)) | Err(_) => None,
        };
        time.ok_or_else(|| format!("expected {A_TIME}"))
    }
}

/// `--trace` of decisions.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Level {
    /// No reasons beyond the line of each option
    None,
    /// What became of every item and strategy
    Summary,
    /// The conditions too, with the values that mattered
    Full,
}

impl From<Level> for TraceLevel {
    fn from(level: Level) -> TraceLevel {
        match level {
            Level::None => TraceLevel::None,
            Level::Summary => TraceLevel::Summary,
            Level::Full => TraceLevel::Full,
        }
    }
}

/// `--backend`
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BackendChoice {
    /// Native code for what is run often
    Auto,
    /// The interpreter
    Interp,
    /// Native code from the start
    Jit,
}

impl From<BackendChoice> for Backend {
    fn from(choice: BackendChoice) -> Backend {
        match choice {
            BackendChoice::Auto => Backend::Auto,
            BackendChoice::Interp => Backend::Interp,
            BackendChoice::Jit => Backend::Jit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_or_rfc_3339() {
        let micros = |text: &str| text.parse::<Now>().map(|now| now.0.as_micros());
        assert_eq!(micros("1767601845"), Ok(1_767_601_845_000_000));
        assert_eq!(micros("1767601845.5"), Ok(1_767_601_845_500_000));
        assert_eq!(micros("2026-01-05T10:30:45+02:00"), Ok(1_767_601_845_000_000));
        assert_eq!(micros("-1"), Ok(-1_000_000));
        for bad in ["soon", "", "1e300", "2026-01-05", "\"1\"", "253402300800"] {
            assert!(micros(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_member_tells_a_time_as_a_number_or_a_text() {
        let micros = |json: &str| Now::of_json(json.as_bytes()).ok().map(|now| now.0.as_micros());
        assert_eq!(micros("1767601845.5"), Some(1_767_601_845_500_000));
        assert_eq!(micros("\"2026-01-05T08:30:45Z\""), Some(1_767_601_845_000_000));
        for bad in ["\"1767601845\"", "\"\"", "true", "{}", "[]", "1e300", "nonsense"] {
            assert_eq!(micros(bad), None, "{bad}");
        }
    }
}
