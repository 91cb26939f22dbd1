//! `triggerfish completions SHELL`

use super::args::{Cli, CompletionsArgs};
use super::{Exit, Failure, Output};

pub(crate) fn run(args: &CompletionsArgs, output: &mut Output) -> Result<Exit, Failure> {
    // Into memory first: the generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::definition(), "triggerfish", &mut script);
    output.write(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
