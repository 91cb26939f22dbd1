//! The table of settings.

use super::{Config, LogContext, LogFormat, values};
use crate::backend::Backend;

/// A setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The heading that it stands under in `--help`.
    pub group: Group,
    /// Its name: the flag without `--`, and the key of the file.
    pub name: &'static str,
    /// What its value is called; empty for a switch.
    pub value: &'static str,
    /// What holds if nobody says otherwise; empty for nothing.
    pub default: &'static str,
    /// One line for `--help`.
    pub help: &'static str,
    apply: fn(&mut Config, &str) -> Result<(), String>,
}

/// The headings of `--help`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Group {
    /// Serving
    Serving,
    /// Rule sets
    Rulesets,
    /// Security
    Security,
    /// Limits
    Limits,
    /// Times
    Times,
    /// Logs
    Logs,
}

impl Group {
    /// As in `--help`.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Group::Serving => "Serving",
            Group::Rulesets => "Rule sets",
            Group::Security => "Security",
            Group::Limits => "Limits",
            Group::Times => "Times",
            Group::Logs => "Logs",
        }
    }
}

impl Setting {
    /// Whether it is a switch: a flag without a value.
    #[must_use]
    pub fn is_switch(&self) -> bool {
        self.value.is_empty()
    }

    /// The variable of the environment: `TRIGGERFISH_MAX_BODY`.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("TRIGGERFISH_{}", self.name.to_ascii_uppercase().replace('-', "_"))
    }

    pub(super) fn apply(&self, config: &mut Config, text: &str) -> Result<(), String> {
        (self.apply)(config, text)
    }
}

/// Nothing where there is no text.
fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Every setting, in the order of `--help`.
pub const SETTINGS: &[Setting] = &[
    Setting {
        group: Group::Serving,
        name: "listen",
        value: "ADDR:PORT",
        default: "127.0.0.1:8080",
        help: "Where to listen; port 0 takes any that is free",
        apply: |config, text| {
            config.listen = text.parse().map_err(|_| "an address and a port such as 127.0.0.1:8080".to_owned())?;
            Ok(())
        },
    },
    Setting {
        group: Group::Serving,
        name: "default-ruleset",
        value: "NAME",
        default: "",
        help: "The rule set of requests that name none; the only one if there is only one",
        apply: |config, text| {
            config.default_ruleset = given(text);
            Ok(())
        },
    },
    Setting {
        group: Group::Serving,
        name: "backend",
        value: "auto|interp|jit",
        default: "auto",
        help: "What rules run on",
        apply: |config, text| {
            config.backend = values::word(text, &Backend::ALL.map(|backend| (backend.name(), backend)))?;
            Ok(())
        },
    },
    Setting {
        group: Group::Serving,
        name: "workers",
        value: "NUMBER",
        default: "0",
        help: "Threads that serve requests; 0 for one a processor",
        apply: |config, text| {
            config.workers = values::count(text, 0, 1024)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Rulesets,
        name: "writable",
        value: "",
        default: "false",
        help: "Let PUT, DELETE and rollback write into the folder",
        apply: |config, text| {
            config.writable = values::switch(text)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Rulesets,
        name: "state-dir",
        value: "DIR",
        default: "",
        help: "Where revisions are kept; `.triggerfish` in the folder of the rule sets by default",
        apply: |config, text| {
            config.state_dir = given(text).map(Into::into);
            Ok(())
        },
    },
    Setting {
        group: Group::Rulesets,
        name: "poll",
        value: "DURATION",
        default: "1s",
        help: "How often files are looked at for changes; 0 for never (SIGHUP always reloads)",
        apply: |config, text| {
            config.poll = values::duration(text)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Rulesets,
        name: "keep-revisions",
        value: "NUMBER",
        default: "20",
        help: "How many revisions of a rule set are kept on disk",
        apply: |config, text| {
            config.keep_revisions = values::count(text, 1, 1000)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Rulesets,
        name: "pinned-revisions",
        value: "NUMBER",
        default: "4",
        help: "How many older revisions are kept in memory for requests that state a digest",
        apply: |config, text| {
            config.pinned_revisions = values::count(text, 1, 1000)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Rulesets,
        name: "max-rulesets",
        value: "NUMBER",
        default: "1000",
        help: "Most rule sets",
        apply: |config, text| {
            config.max_rulesets = values::count(text, 1, 100_000)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Security,
        name: "tokens",
        value: "FILE",
        default: "",
        help: "Bearer tokens and what they allow; without them everybody may do everything",
        apply: |config, text| {
            config.tokens = given(text).map(Into::into);
            Ok(())
        },
    },
    Setting {
        group: Group::Security,
        name: "insecure-open",
        value: "",
        default: "false",
        help: "Listen beyond loopback without tokens",
        apply: |config, text| {
            config.insecure_open = values::switch(text)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Security,
        name: "tls-cert",
        value: "FILE",
        default: "",
        help: "Certificates (PEM) to serve TLS with",
        apply: |config, text| {
            config.tls_cert = given(text).map(Into::into);
            Ok(())
        },
    },
    Setting {
        group: Group::Security,
        name: "tls-key",
        value: "FILE",
        default: "",
        help: "The private key (PEM) that belongs to them",
        apply: |config, text| {
            config.tls_key = given(text).map(Into::into);
            Ok(())
        },
    },
    Setting {
        group: Group::Limits,
        name: "max-body",
        value: "BYTES",
        default: "2MiB",
        help: "Largest body of a request",
        apply: |config, text| {
            config.max_body = values::size(text)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Limits,
        name: "max-batch-body",
        value: "BYTES",
        default: "32MiB",
        help: "Largest body of a batch or a comparison",
        apply: |config, text| {
            config.max_batch_body = values::size(text)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Limits,
        name: "max-batch",
        value: "NUMBER",
        default: "1000",
        help: "Most items of a batch or a comparison",
        apply: |config, text| {
            config.max_batch = values::count(text, 1, 1_000_000)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Limits,
        name: "max-line",
        value: "BYTES",
        default: "2MiB",
        help: "Longest line of a stream",
        apply: |config, text| {
            config.max_line = values::size(text)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Limits,
        name: "max-ruleset",
        value: "BYTES",
        default: "64MiB",
        help: "Largest rule set",
        apply: |config, text| {
            config.max_ruleset = values::size(text)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Limits,
        name: "max-header-bytes",
        value: "BYTES",
        default: "16KiB",
        help: "Most bytes of the headers of a request; at least 8KiB",
        apply: |config, text| {
            config.max_header_bytes = values::size(text)?.max(8192);
            Ok(())
        },
    },
    Setting {
        group: Group::Limits,
        name: "max-headers",
        value: "NUMBER",
        default: "64",
        help: "Most headers of a request",
        apply: |config, text| {
            config.max_headers = values::count(text, 8, 1024)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Limits,
        name: "max-connections",
        value: "NUMBER",
        default: "800",
        help: "Most connections at a time",
        apply: |config, text| {
            config.max_connections = values::count(text, 1, 1_000_000)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Limits,
        name: "max-in-flight",
        value: "NUMBER",
        default: "256",
        help: "Most requests at a time; more are answered with 503",
        apply: |config, text| {
            config.max_in_flight = values::count(text, 1, 1_000_000)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Limits,
        name: "queue-time",
        value: "DURATION",
        default: "20ms",
        help: "How long a decision may have to wait for its turn, as far as can be foreseen; more are answered with 503",
        apply: |config, text| {
            config.queue_time = values::duration(text)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Limits,
        name: "max-waiting",
        value: "NUMBER",
        default: "16",
        help: "Most requests at a time whose work takes long (batches, comparisons, explanations, checks, changes), those that wait for a processor included",
        apply: |config, text| {
            config.max_waiting = values::count(text, 1, 1_000_000)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Limits,
        name: "max-subscribers",
        value: "NUMBER",
        default: "64",
        help: "Most subscribers of events at a time",
        apply: |config, text| {
            config.max_subscribers = values::count(text, 0, 100_000)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Times,
        name: "header-timeout",
        value: "DURATION",
        default: "5s",
        help: "How long a header may take, and a connection say nothing between requests",
        apply: |config, text| {
            config.header_timeout = values::duration(text)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Times,
        name: "body-timeout",
        value: "DURATION",
        default: "5s",
        help: "How long a body may stand still",
        apply: |config, text| {
            config.body_timeout = values::duration(text)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Times,
        name: "write-timeout",
        value: "DURATION",
        default: "10s",
        help: "How long a response may stand still",
        apply: |config, text| {
            config.write_timeout = values::duration(text)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Times,
        name: "request-timeout",
        value: "DURATION",
        default: "30s",
        help: "How long a request may take",
        apply: |config, text| {
            config.request_timeout = values::duration(text)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Times,
        name: "stream-timeout",
        value: "DURATION",
        default: "10m",
        help: "How long a stream of decisions may take",
        apply: |config, text| {
            config.stream_timeout = values::duration(text)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Times,
        name: "shutdown-timeout",
        value: "DURATION",
        default: "10s",
        help: "How long requests that run are waited for when the service stops",
        apply: |config, text| {
            config.shutdown_timeout = values::duration(text)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Logs,
        name: "decision-log",
        value: "DIR",
        default: "",
        help: "Write a line for each decision into this folder",
        apply: |config, text| {
            config.decision_log = given(text).map(Into::into);
            Ok(())
        },
    },
    Setting {
        group: Group::Logs,
        name: "log-context",
        value: "none|masked|full",
        default: "masked",
        help: "How much of contexts the decision log keeps",
        apply: |config, text| {
            config.log_context = values::word(text, &[LogContext::None, LogContext::Masked, LogContext::Full].map(|level| (level.name(), level)))?;
            Ok(())
        },
    },
    Setting {
        group: Group::Logs,
        name: "log-max-bytes",
        value: "BYTES",
        default: "64MiB",
        help: "A file of the decision log is closed at this size",
        apply: |config, text| {
            config.log_max_bytes = values::bytes(text)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Logs,
        name: "log-keep",
        value: "NUMBER",
        default: "10",
        help: "How many closed files of the decision log are kept",
        apply: |config, text| {
            config.log_keep = values::count(text, 1, 100_000)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Logs,
        name: "log-queue",
        value: "NUMBER",
        default: "10000",
        help: "How many decisions may wait to be logged; more are dropped and counted",
        apply: |config, text| {
            config.log_queue = values::count(text, 1, 1_000_000)?;
            Ok(())
        },
    },
    Setting {
        group: Group::Logs,
        name: "log-format",
        value: "human|json",
        default: "human",
        help: "How the service's own log lines look",
        apply: |config, text| {
            config.log_format = values::word(text, &[("human", LogFormat::Human), ("json", LogFormat::Json)])?;
            Ok(())
        },
    },
    Setting {
        group: Group::Logs,
        name: "log-level",
        value: "LEVEL",
        default: "info",
        help: "The least level of log lines: error, warn, info, debug or trace",
        apply: |config, text| {
            config.log_level = text.parse().map_err(|_| "one of error, warn, info, debug, trace".to_owned())?;
            Ok(())
        },
    },
    Setting {
        group: Group::Logs,
        name: "otlp-endpoint",
        value: "URL",
        default: "",
        help: "Send a span of each request to this OpenTelemetry collector; OTEL_EXPORTER_OTLP_ENDPOINT if absent (feature `otel`)",
        apply: |config, text| {
            config.otlp_endpoint = given(text).map(values::url).transpose()?;
            Ok(())
        },
    },
];
