//! `triggerfish init [FILE]`: a rule set to start from.

use std::fs::OpenOptions;
use std::io::{self, Write as _};

use triggerfish::diagnostic::visible;

use super::args::InitArgs;
use super::input::Source;
use super::{Exit, Failure, Output};

/// Commented, and sound: it passes `check` and `test`.
const STARTER: &str = include_str!("../../examples/starter.yaml");

pub(crate) fn run(args: &InitArgs, output: &mut Output) -> Result<Exit, Failure> {
    let source = Source::of(&args.file);
    let name = source.name();
    match source {
        Source::Stdin | Source::Argument(_) => output.write(STARTER)?,
        Source::File(path) => {
            let written = OpenOptions::new().write(true).create_new(true).open(&path).and_then(|mut file| file.write_all(STARTER.as_bytes()));
            written.map_err(|error| {
                Failure::Usage(if error.kind() == io::ErrorKind::AlreadyExists {
                    format!("{name} is there already, and stays as it is; name another file")
                } else {
                    format!("cannot write {name}: {}", visible(&error.to_string()))
                })
            })?;
            output.write(&format!(
                "wrote {name}\n\nNext:\n  triggerfish check {name}\n  triggerfish test {name}\n  triggerfish explain {name} '{{\"domain\": \"IT\"}}'\n"
            ))?;
        }
    }
    Ok(Exit::Done)
}
