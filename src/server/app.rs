//! What all requests share.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::SystemTime;

use tokio::sync::{Semaphore, watch};

use super::ServeError;
use super::auth::Tokens;
use super::catalogue::Current;
use super::config::Config;
use super::events::Events;
use super::load::Maker;
use super::log::DecisionLog;
use super::metrics::Metrics;
use super::pins::Pins;
use super::queue::Queue;
use super::reload::{Command, Reloads};
use super::room::Room;
use super::spans::Spans;
use super::store::{Store, durable};

/// The service without its sockets and threads.
pub(super) struct App {
    pub(super) config: Config,
    pub(super) tokens: Option<Tokens>,
    pub(super) current: Current,
    pub(super) pins: Pins,
    pub(super) store: Option<Store>,
    /// Why there is no store.
    pub(super) not_stored: Option<String>,
    pub(super) maker: Maker,
    pub(super) events: Events,
    pub(super) metrics: Metrics,
    pub(super) spans: Spans,
    pub(super) log: Option<DecisionLog>,
    pub(super) reloads: Reloads,
    /// Work that takes long runs beside what answers at once: as much of it at a time as there are processors.
    pub(super) heavy: Arc<Semaphore>,
    /// All requests that need a scope, whatever they are at.
    pub(super) requests: Room,
    /// Decisions that wait for their turn.
    pub(super) queue: Queue,
    /// Requests whose work takes long, those that run and those that wait.
    pub(super) working: Room,
    pub(super) started: SystemTime,
    /// Whether the service is stopping.
    pub(super) stopping: watch::Sender<bool>,
}

impl App {
    /// Opens what the configuration names.
    pub(super) fn open(config: Config) -> Result<(Arc<App>, Receiver<Command>), ServeError> {
        if !config.rules.is_dir() {
            return Err(ServeError::new(format!("the folder of the rule sets is not there: {}", config.rules.display())));
        }
        let tokens = config.tokens.as_deref().map(Tokens::read).transpose().map_err(ServeError::new)?;
        if tokens.is_none() && !config.listen.ip().is_loopback() && !config.insecure_open {
            let message = format!("{} is not loopback and there are no tokens: name a file with `--tokens`, or say `--insecure-open`", config.listen);
            return Err(ServeError::new(message));
        }
        let (folder, asked_for) = config.state_dir();
        let (store, not_stored) = match Store::open(&folder, config.keep_revisions) {
            Ok(store) => (Some(store), None),
            Err(error) if asked_for || config.writable => {
                return Err(ServeError::new(format!("revisions cannot be kept in {}: {error}", folder.display())));
            }
            Err(error) => {
                tracing::warn!(folder = %folder.display(), %error, "revisions are not kept on disk: name a folder with `--state-dir`");
                (None, Some(error.to_string()))
            }
        };
        if config.writable {
            durable::sweep(&config.rules);
        }
        let metrics = Metrics::new();
        let log = DecisionLog::open(&config, &metrics).map_err(|error| ServeError::new(format!("the decision log cannot be written: {error}")))?;
        let spans = Spans::open(&config)?;
        let (reloads, commands) = Reloads::new();
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let app = App {
            tokens,
            current: Current::default(),
            pins: Pins::new(config.pinned_revisions),
            store,
            not_stored,
            maker: Maker::new(&config),
            events: Events::new(),
            metrics,
            spans,
            log,
            reloads,
            heavy: Arc::new(Semaphore::new(processors)),
            requests: Room::new(config.max_in_flight),
            queue: Queue::new(config.queue_time, if config.workers > 0 { config.workers } else { processors }),
            working: Room::new(config.max_waiting),
            started: SystemTime::now(),
            stopping: watch::Sender::new(false),
            config,
        };
        Ok((Arc::new(app), commands))
    }

    /// Whether some rule set can decide and all that were there at the start have been looked at.
    pub(super) fn ready(&self) -> bool {
        !*self.stopping.borrow() && self.current.get().revisions().next().is_some()
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("config", &self.config).finish_non_exhaustive()
    }
}
