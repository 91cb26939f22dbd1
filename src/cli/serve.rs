//! `triggerfish serve RULES_DIR`: the decision service, until it is told to stop.

use std::fs;

use triggerfish::diagnostic::visible;
use triggerfish::server::{self, Config, SETTINGS};

use super::args::ServeArgs;
use super::{Exit, Failure, Output};

/// The variable that names the collector to every program.
const OTLP_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

pub(crate) fn run(args: &ServeArgs, output: &mut Output) -> Result<Exit, Failure> {
    let config = config(args)?;
    let scheme = if config.tls_cert.is_some() { "https" } else { "http" };
    let mut told = Ok(());
    let ended = server::serve(config, |address| {
        told = output.line(&format!("listening on {scheme}://{address}")).and_then(|()| output.flush());
    });
    let ended = ended.map_err(|error| Failure::Usage(visible(&error.to_string()).into_owned()))?;
    // Who started the service may not listen to what it says.
    drop(told);
    if !ended {
        output.warning("what ran when the service was told to stop has not ended in time")?;
    }
    Ok(Exit::Done)
}

/// Flags weigh more than the environment, that more than the file.
fn config(args: &ServeArgs) -> Result<Config, Failure> {
    let wrong = |what: String| move |message: String| Failure::Usage(format!("{what}: {}", visible(&message)));
    let mut config = Config::new(&args.rules);
    if let Some(path) = &args.config {
        let name = visible(&path.to_string_lossy()).into_owned();
        let text = fs::read_to_string(path).map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
        config.set_from_file(&text).map_err(wrong(name))?;
    }
    // What is there for every program of the machine must not keep a build that cannot obey it from starting.
    if let (Some(endpoint), true) = (std::env::var_os(OTLP_ENDPOINT), cfg!(feature = "otel")) {
        config.set("otlp-endpoint", &endpoint.to_string_lossy()).map_err(wrong(OTLP_ENDPOINT.to_owned()))?;
    }
    for setting in SETTINGS {
        let variable = setting.variable();
        if let Some(value) = std::env::var_os(&variable) {
            config.set(setting.name, &value.to_string_lossy()).map_err(wrong(variable))?;
        }
    }
    for (name, value) in &args.given {
        config.set(name, value).map_err(wrong(format!("--{name}")))?;
    }
    Ok(config)
}
