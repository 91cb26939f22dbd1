//! The decision service: rule sets of a folder, decided over HTTP.
//!
//! ```text
//! folder --watch--> reload --load--> Revision --catalogue--> what is served      one thread owns all changes
//!                     |                 |
//!                   store (revisions on disk)      pins (older revisions in memory)
//!
//! socket --listen--> routes --call--> a handler: decide, batch, stream, explain, ... --> answer or problem
//!                                        |
//!                                       log (a thread of its own), metrics, spans, events
//! ```
//!
//! - A request takes one revision and keeps it to its end; reloads put another one in its place and never wait for requests.
//! - What a caller can make large is bounded: bodies, depth, batches, lines, headers, connections, requests, time (`config/table.rs`).
//! - What a caller has sent is in no log line, no label and no problem; in the decision log only as far as the operator says.
//! - `routes/mod.rs` has the table of routes, `problem.rs` the table of errors, `config/table.rs` the table of settings.

mod app;
mod auth;
mod background;
mod call;
mod catalogue;
mod clock;
mod config;
mod decide;
mod events;
mod listen;
mod load;
mod log;
mod metrics;
mod name;
mod openapi;
mod pins;
mod problem;
mod queue;
mod reload;
pub mod replay;
mod room;
mod routes;
mod spans;
mod store;
mod telemetry;
#[cfg(feature = "tls")]
mod tls;
mod watch;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;

pub use auth::Scope;
pub use config::{Config, Group, LogContext, LogFormat, SETTINGS, Setting};
pub use log::line::{Line, hash};
pub use openapi::document as openapi_document;
pub use problem::{Kind, Row, TABLE as PROBLEMS};
pub use routes::{Access, Method, ROUTES, Route, Shape};

use app::App;
use listen::Wrap;
use reload::{Command, Reloader};

/// Why the service does not start, or ended.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct ServeError {
    message: String,
}

impl ServeError {
    fn new(message: impl Into<String>) -> ServeError {
        ServeError { message: message.into() }
    }
}

/// A service that has loaded its rule sets and is ready to be served.
///
/// ```
/// use triggerfish::server::{Config, Service};
/// # let folder = std::env::temp_dir().join(format!("triggerfish-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// let service = Service::open(Config::new(&folder))?;
/// let router: axum::Router = service.router();
/// # service.close();
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), triggerfish::server::ServeError>(())
/// ```
#[derive(Debug)]
pub struct Service {
    app: Arc<App>,
    reloads: Option<JoinHandle<()>>,
}

impl Service {
    /// Opens what the configuration names, loads the rule sets, and watches their folder from now on. A rule set that does not load stops nothing.
    ///
    /// # Errors
    /// A folder or a file that is named cannot be used, or the service would be open to everybody without being told to.
    pub fn open(config: Config) -> Result<Service, ServeError> {
        let (app, commands) = App::open(config)?;
        let reloader = Reloader::start(app.clone());
        let reloads = run(reloader, commands)?;
        Ok(Service { app, reloads: Some(reloads) })
    }

    /// The router, for whoever serves it in a process of their own.
    pub fn router(&self) -> axum::Router {
        routes::router(&self.app)
    }

    /// Looks at the folder of the rule sets now. It is done by the thread that owns reloads, some time after this returns.
    pub fn reload(&self) {
        self.app.reloads.look();
    }

    /// Lets the service stop: no connection is accepted any more, and those that run are asked to end.
    pub fn stop(&self) {
        self.app.stopping.send_replace(true);
    }

    /// Serves connections until the service stops. Then waits for those that run, as long as the configuration says; says whether all have ended.
    ///
    /// # Errors
    /// TLS is asked for and cannot be had.
    pub async fn serve(&self, listener: TcpListener) -> Result<bool, ServeError> {
        let wrap = wrap(&self.app.config)?;
        Ok(listen::serve(self.app.clone(), listener, wrap).await)
    }

    /// Ends the threads of the service, writes what waits to be logged and sends what waits to be sent; says whether all of the log is written.
    pub fn close(mut self) -> bool {
        self.stop();
        self.app.reloads.stop();
        let until = Instant::now() + self.app.config.shutdown_timeout;
        let written = self.app.log.as_ref().is_none_or(|log| log.close(until));
        self.app.spans.close(until);
        if let Some(thread) = self.reloads.take()
            && (thread.is_finished() || settle(&thread, until))
        {
            // A thread that ended in a defect has said so.
            let _ = thread.join();
        }
        written
    }
}

fn settle(thread: &JoinHandle<()>, until: Instant) -> bool {
    while !thread.is_finished() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(1));
    }
    thread.is_finished()
}

fn run(reloader: Reloader, commands: Receiver<Command>) -> Result<JoinHandle<()>, ServeError> {
    let thread = std::thread::Builder::new().name("reload".to_owned()).spawn(move || reloader.run(&commands));
    thread.map_err(|error| ServeError::new(format!("a thread cannot be started: {error}")))
}

#[cfg(feature = "tls")]
fn wrap(config: &Config) -> Result<Wrap, ServeError> {
    match (&config.tls_cert, &config.tls_key) {
        (None, None) => Ok(Wrap::Plain),
        (Some(certificates), Some(key)) => tls::acceptor(certificates, key).map(Wrap::Tls).map_err(ServeError::new),
        (Some(_), None) | (None, Some(_)) => Err(ServeError::new("TLS needs both `tls-cert` and `tls-key`")),
    }
}

#[cfg(not(feature = "tls"))]
fn wrap(config: &Config) -> Result<Wrap, ServeError> {
    match (&config.tls_cert, &config.tls_key) {
        (None, None) => Ok(Wrap::Plain),
        (Some(_), _) | (None, Some(_)) => Err(ServeError::new("TLS needs a build with the feature `tls`")),
    }
}

/// Serves until the process is told to stop (SIGTERM, SIGINT), and reloads when it is told to (SIGHUP). `listening` is told where, once connections are accepted.
/// Says whether everything that ran has ended and all of the decision log is written.
///
/// # Errors
/// The service does not start.
pub fn serve(config: Config, listening: impl FnOnce(SocketAddr)) -> Result<bool, ServeError> {
    telemetry::start(&config);
    let failed = |what: &str| {
        let what = what.to_owned();
        move |error: std::io::Error| ServeError::new(format!("{what}: {error}"))
    };
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if config.workers > 0 {
        builder.worker_threads(config.workers);
    }
    let runtime = builder.enable_all().build().map_err(failed("threads cannot be started"))?;
    let listener = runtime.block_on(TcpListener::bind(config.listen)).map_err(failed(&format!("{} cannot be listened on", config.listen)))?;
    let address = listener.local_addr().map_err(failed("the address is unknown"))?;
    let service = Service::open(config)?;
    wrap(&service.app.config)?;
    listening(address);
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "serves");
    let ended = runtime.block_on(async {
        let app = service.app.clone();
        let signals = tokio::spawn(async move { signals(&app).await });
        let ended = service.serve(listener).await;
        signals.abort();
        ended
    })?;
    // What has not ended in time is not waited for.
    runtime.shutdown_timeout(Duration::from_millis(100));
    let written = service.close();
    tracing::info!(ended, written, "stopped");
    Ok(ended && written)
}

#[cfg(unix)]
async fn signals(app: &App) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut stop), Ok(mut interrupt), Ok(mut reload)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()), signal(SignalKind::hangup()))
    else {
        tracing::error!("signals cannot be received");
        return;
    };
    loop {
        tokio::select! {
            _ = stop.recv() => break,
            _ = interrupt.recv() => break,
            _ = reload.recv() => app.reloads.look(),
        }
    }
    tracing::info!("stops");
    app.stopping.send_replace(true);
}

#[cfg(not(unix))]
async fn signals(app: &App) {
    if tokio::signal::ctrl_c().await.is_ok() {
        app.stopping.send_replace(true);
    }
}
