//! Settings of the service: the one table that flags, environment variables, the configuration file and `--help` are made of.
//!
//! A flag weighs more than a variable of the environment, that more than the file, that more than the default. The setting `max-body` is the flag `--max-body`,
//! the variable `TRIGGERFISH_MAX_BODY` and the key `max-body` of the file.

mod table;
mod values;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use table::{Group, SETTINGS, Setting};

use crate::backend::Backend;

/// How log lines of the service look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    /// For people.
    Human,
    /// A JSON object a line.
    Json,
}

/// How much of a context the decision log keeps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LogContext {
    /// Nothing but its hash.
    None,
    /// The attributes that the rule set reads, the schema declares and does not mark `pii`.
    Masked,
    /// The whole context, to the byte: decisions can be replayed.
    Full,
}

impl LogContext {
    /// As in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            LogContext::None => "none",
            LogContext::Masked => "masked",
            LogContext::Full => "full",
        }
    }
}

/// What the service is told. [`Config::new`] gives the defaults; [`Config::set`] changes one of [`SETTINGS`].
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder of the rule sets.
    pub rules: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Whether PUT, DELETE and rollback write.
    pub writable: bool,
    /// Where revisions are kept; `.triggerfish` in the folder of the rule sets if absent.
    pub state_dir: Option<PathBuf>,
    /// The rule set of requests that name none.
    pub default_ruleset: Option<String>,
    /// How often files are looked at; zero for never.
    pub poll: Duration,
    /// How many revisions of a rule set are kept on disk.
    pub keep_revisions: usize,
    /// How many revisions beside the current ones are kept ready to decide.
    pub pinned_revisions: usize,
    /// Most rule sets.
    pub max_rulesets: usize,
    /// What rules run on.
    pub backend: Backend,
    /// The file of tokens.
    pub tokens: Option<PathBuf>,
    /// Whether to listen beyond loopback without tokens.
    pub insecure_open: bool,
    /// Largest body of a request, in bytes.
    pub max_body: usize,
    /// Largest body of a batch or a comparison, in bytes.
    pub max_batch_body: usize,
    /// Most items of a batch or a comparison.
    pub max_batch: usize,
    /// Longest line of a stream, in bytes.
    pub max_line: usize,
    /// Largest rule set, in bytes.
    pub max_ruleset: usize,
    /// Most bytes of the headers of a request.
    pub max_header_bytes: usize,
    /// Most headers of a request.
    pub max_headers: usize,
    /// Most connections at a time.
    pub max_connections: usize,
    /// Most requests at a time.
    pub max_in_flight: usize,
    /// How long a decision may have to wait for its turn, as far as can be foreseen.
    pub queue_time: Duration,
    /// Most requests at a time whose work takes long: batches, comparisons, explanations, checks, changes.
    pub max_waiting: usize,
    /// Most subscribers of events at a time.
    pub max_subscribers: usize,
    /// How long a connection may take to send a header, or say nothing between requests.
    pub header_timeout: Duration,
    /// How long a body may stand still.
    pub body_timeout: Duration,
    /// How long a response may stand still.
    pub write_timeout: Duration,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// How long a stream of decisions may take.
    pub stream_timeout: Duration,
    /// How long requests that run are waited for when the service stops.
    pub shutdown_timeout: Duration,
    /// The folder of the decision log; none if absent.
    pub decision_log: Option<PathBuf>,
    /// How much of a context the decision log keeps.
    pub log_context: LogContext,
    /// A file of the decision log is closed at this size, in bytes.
    pub log_max_bytes: u64,
    /// How many closed files of the decision log are kept.
    pub log_keep: usize,
    /// How many decisions may wait to be logged.
    pub log_queue: usize,
    /// How log lines of the service look.
    pub log_format: LogFormat,
    /// The least level of log lines.
    pub log_level: tracing::Level,
    /// Where spans of requests are sent by OTLP over HTTP, without `/v1/traces`; nowhere if absent.
    pub otlp_endpoint: Option<String>,
    /// Threads that serve requests; as many as there are processors if zero.
    pub workers: usize,
    /// The certificates of the service, for TLS.
    pub tls_cert: Option<PathBuf>,
    /// The private key of the service, for TLS.
    pub tls_key: Option<PathBuf>,
}

impl Config {
    /// The defaults for a folder of rule sets.
    #[must_use]
    pub fn new(rules: impl Into<PathBuf>) -> Config {
        let mut config = Config::blank(rules.into());
        for setting in SETTINGS {
            // The table's defaults are values that it takes: a test asks each.
            let _ = setting.apply(&mut config, setting.default);
        }
        config
    }

    /// Changes a setting by its name.
    ///
    /// # Errors
    /// There is no such setting, or what was expected of its value.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match SETTINGS.iter().find(|setting| setting.name == name) {
            Some(setting) => setting.apply(self, value).map_err(|expected| format!("`{name}`: expected {expected}")),
            None => Err(format!("there is no setting `{}`", crate::diagnostic::shorten(name, 40))),
        }
    }

    /// Changes settings as a configuration file says: a map in YAML, or JSON, of names to values.
    ///
    /// # Errors
    /// The text is malformed, or what [`Config::set`] says.
    pub fn set_from_file(&mut self, text: &str) -> Result<(), String> {
        let written: std::collections::BTreeMap<String, serde_json::Value> = serde_saphyr::from_str(text)
            .map_err(|error| format!("the configuration is no map of settings: {}", crate::diagnostic::visible(&error.to_string())))?;
        for (name, value) in written {
            let value = match value {
                serde_json::Value::String(text) => text,
                serde_json::Value::Null => String::new(),
                other @ (serde_json::Value::Bool(_) | serde_json::Value::Number(_) | serde_json::Value::Array(_) | serde_json::Value::Object(_)) => {
                    other.to_string()
                }
            };
            self.set(&name, &value)?;
        }
        Ok(())
    }

    /// Where revisions are kept, and whether that was asked for.
    pub(super) fn state_dir(&self) -> (PathBuf, bool) {
        match &self.state_dir {
            Some(path) => (path.clone(), true),
            None => (self.rules.join(".triggerfish"), false),
        }
    }

    fn blank(rules: PathBuf) -> Config {
        let none = Duration::ZERO;
        Config {
            rules,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            writable: false,
            state_dir: None,
            default_ruleset: None,
            poll: none,
            keep_revisions: 0,
            pinned_revisions: 0,
            max_rulesets: 0,
            backend: Backend::Auto,
            tokens: None,
            insecure_open: false,
            max_body: 0,
            max_batch_body: 0,
            max_batch: 0,
            max_line: 0,
            max_ruleset: 0,
            max_header_bytes: 0,
            max_headers: 0,
            max_connections: 0,
            max_in_flight: 0,
            queue_time: Duration::ZERO,
            max_waiting: 0,
            max_subscribers: 0,
            header_timeout: none,
            body_timeout: none,
            write_timeout: none,
            request_timeout: none,
            stream_timeout: none,
            shutdown_timeout: none,
            decision_log: None,
            log_context: LogContext::Masked,
            log_max_bytes: 0,
            log_keep: 0,
            log_queue: 0,
            log_format: LogFormat::Human,
            log_level: tracing::Level::INFO,
            otlp_endpoint: None,
            workers: 0,
            tls_cert: None,
            tls_key: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_a_value_that_its_setting_takes() {
        for setting in SETTINGS {
            assert_eq!(Config::new("").set(setting.name, setting.default), Ok(()), "{}", setting.name);
        }
        assert!(SETTINGS.is_sorted_by_key(|setting| setting.group), "settings stand in groups");
    }

    #[test]
    fn a_file_changes_settings_and_nothing_unknown() {
        let mut config = Config::new("rules");
        config.set_from_file("listen: 127.0.0.1:9000\nmax-body: 64KiB\nwritable: true\nheader-timeout: 1500ms\nmax-batch: 7\n").unwrap();
        assert_eq!((config.listen.port(), config.max_body, config.writable, config.max_batch), (9000, 65_536, true, 7));
        assert_eq!(config.header_timeout, Duration::from_millis(1_500));
        for (bad, message) in [
            ("no-such: 1", "there is no setting `no-such`"),
            ("max-body: lots", "`max-body`: expected a number of bytes such as 2MiB, from 1 to 1GiB"),
            ("writable: perhaps", "`writable`: expected true or false"),
            ("log-context: some", "`log-context`: expected one of none, masked, full"),
            ("otlp-endpoint: localhost:4318", "`otlp-endpoint`: expected a URL such as http://127.0.0.1:4318"),
            ("poll: -1s", "`poll`: expected a duration such as 5s, 500ms or 2m"),
        ] {
            assert_eq!(config.set_from_file(bad), Err(message.to_owned()));
        }
        assert!(config.set_from_file("[1]").unwrap_err().starts_with("the configuration is no map of settings"));
    }
}
