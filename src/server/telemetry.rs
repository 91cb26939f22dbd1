//! The service's own log lines, on standard error: for people, or a JSON object a line.

use std::io::IsTerminal as _;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use super::config::{Config, LogFormat};

/// Lets log lines be written. Where the process has another subscriber already, that one is kept.
pub(super) fn start(config: &Config) {
    let level = LevelFilter::from_level(config.log_level);
    let registry = tracing_subscriber::registry().with(level);
    let started = match config.log_format {
        LogFormat::Human => {
            let layer = fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal()).with_target(false);
            registry.with(layer).try_init()
        }
        LogFormat::Json => registry.with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr).with_target(false)).try_init(),
    };
    // Another subscriber is there already: whoever has embedded the service reads its lines in another way.
    let _ = started;
}
