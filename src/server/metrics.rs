//! What is counted, as Prometheus reads it. Labels hold names of rule sets, routes and codes: nothing that a caller has sent.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::catalogue::About;
use crate::handoff::decision::State;

/// The bounds of durations, in seconds.
const BOUNDS: [f64; 12] = [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.25, 1.0, 5.0];

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct RequestLabels {
    route: &'static str,
    status: u16,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct RouteLabel {
    route: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct ProblemLabel {
    code: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct RuleSetLabel {
    ruleset: String,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct OutcomeLabels {
    ruleset: String,
    outcome: &'static str,
}

#[derive(Clone)]
struct Durations;

impl MetricConstructor<Histogram> for Durations {
    fn new_metric(&self) -> Histogram {
        Histogram::new(BOUNDS)
    }
}

/// All counters of the service.
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabel, Histogram, Durations>,
    problems: Family<ProblemLabel, Counter>,
    decisions: Family<OutcomeLabels, Counter>,
    reloads: Family<OutcomeLabels, Counter>,
    loaded: Family<RuleSetLabel, Gauge<f64, AtomicU64>>,
    healthy: Family<RuleSetLabel, Gauge>,
    not_kept: Counter,
    /// Requests that run.
    pub(super) in_flight: Gauge,
    /// Connections that are open.
    pub(super) connections: Gauge,
    /// Connections that were turned away.
    pub(super) refused_connections: Counter,
    /// Decisions that were written to the log.
    pub(super) logged: Counter,
    /// Decisions that the log had no room for.
    pub(super) log_dropped: Counter,
    /// Decisions that could not be written.
    pub(super) log_failed: Counter,
}

impl Metrics {
    pub(super) fn new() -> Metrics {
        let mut registry = Registry::with_prefix("triggerfish");
        let metrics = Metrics {
            requests: Family::default(),
            durations: Family::new_with_constructor(Durations),
            problems: Family::default(),
            decisions: Family::default(),
            reloads: Family::default(),
            loaded: Family::default(),
            healthy: Family::default(),
            not_kept: Counter::default(),
            in_flight: Gauge::default(),
            connections: Gauge::default(),
            refused_connections: Counter::default(),
            logged: Counter::default(),
            log_dropped: Counter::default(),
            log_failed: Counter::default(),
            registry: Registry::default(),
        };
        registry.register("requests", "Requests by route and status", metrics.requests.clone());
        registry.register_with_unit("request_duration", "How long requests took", Unit::Seconds, metrics.durations.clone());
        registry.register("problems", "Requests that were answered with a problem", metrics.problems.clone());
        registry.register("decisions", "Decisions by rule set and state", metrics.decisions.clone());
        registry.register("reloads", "Revisions that were loaded (ok) or refused", metrics.reloads.clone());
        registry.register("ruleset_loaded_timestamp_seconds", "When the revision that serves came", metrics.loaded.clone());
        registry.register("ruleset_up_to_date", "1 if what stands in the folder serves, 0 if it was refused", metrics.healthy.clone());
        registry.register("revisions_not_kept", "Revisions that could not be kept on disk", metrics.not_kept.clone());
        registry.register("requests_in_flight", "Requests that run", metrics.in_flight.clone());
        registry.register("connections", "Connections that are open", metrics.connections.clone());
        registry.register("connections_refused", "Connections that were turned away", metrics.refused_connections.clone());
        registry.register("decision_log_written", "Decisions in the log", metrics.logged.clone());
        registry.register("decision_log_dropped", "Decisions that the log had no room for", metrics.log_dropped.clone());
        registry.register("decision_log_failed", "Decisions that could not be written", metrics.log_failed.clone());
        Metrics { registry, ..metrics }
    }

    /// A request was answered.
    pub(super) fn answered(&self, route: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&RequestLabels { route, status }).inc();
        self.durations.get_or_create(&RouteLabel { route }).observe(took.as_secs_f64());
    }

    /// A request was answered with a problem.
    pub(super) fn problem(&self, code: &'static str) {
        self.problems.get_or_create(&ProblemLabel { code }).inc();
    }

    /// A decision was made.
    pub(super) fn decided(&self, ruleset: &str, state: State) {
        self.decisions.get_or_create(&OutcomeLabels { ruleset: ruleset.to_owned(), outcome: state.name() }).inc();
    }

    pub(super) fn reloaded(&self, ruleset: &str, about: &About) {
        let label = RuleSetLabel { ruleset: ruleset.to_owned() };
        self.reloads.get_or_create(&OutcomeLabels { ruleset: ruleset.to_owned(), outcome: "ok" }).inc();
        let seconds = Duration::from_micros(u64::try_from(about.at.as_micros()).unwrap_or(0)).as_secs_f64();
        self.loaded.get_or_create(&label).set(seconds);
        self.healthy.get_or_create(&label).set(1);
    }

    pub(super) fn refused(&self, ruleset: &str) {
        self.reloads.get_or_create(&OutcomeLabels { ruleset: ruleset.to_owned(), outcome: "refused" }).inc();
        self.healthy.get_or_create(&RuleSetLabel { ruleset: ruleset.to_owned() }).set(0);
    }

    /// A rule set is gone: so are its labels.
    pub(super) fn removed(&self, ruleset: &str) {
        let label = RuleSetLabel { ruleset: ruleset.to_owned() };
        self.loaded.remove(&label);
        self.healthy.remove(&label);
        for outcome in ["ok", "refused"] {
            self.reloads.remove(&OutcomeLabels { ruleset: ruleset.to_owned(), outcome });
        }
        for state in State::ALL {
            self.decisions.remove(&OutcomeLabels { ruleset: ruleset.to_owned(), outcome: state.name() });
        }
    }

    pub(super) fn not_kept(&self) {
        self.not_kept.inc();
    }

    /// All of them, as text.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // A text takes all that is written to it.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}
