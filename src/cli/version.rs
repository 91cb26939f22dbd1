//! `triggerfish version`

use super::args::{Format, VersionArgs};
use super::output::JsonLine;
use super::{Exit, Failure, Output};

pub(crate) fn run(args: &VersionArgs, output: &mut Output) -> Result<Exit, Failure> {
    let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    match args.format.format {
        Format::Human => output.line(&format!("{name} {version}"))?,
        Format::Json => output.line(&JsonLine::new().text("name", name).text("version", version).finish())?,
    }
    Ok(Exit::Done)
}
