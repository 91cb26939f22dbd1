//! The decision log: a line of NDJSON for every decision, written by a thread of its own. It never makes a decision wait: what finds no room is dropped and counted.
//!
//! What a line holds is in `line.rs`; where it goes, in `files.rs`.

mod files;
pub(super) mod line;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use prometheus_client::metrics::counter::Counter;

use super::catalogue::Revision;
use super::config::{Config, LogContext};
use super::metrics::Metrics;
use crate::handoff::{Decision, TraceLevel};
use crate::value::Timestamp;
use files::Files;

/// Most bytes of contexts that may wait to be logged.
const MOST_WAITING: usize = 64 * 1024 * 1024;
/// What was written is handed to the system at the latest after this.
const LATEST: Duration = Duration::from_millis(200);

/// A decision that is to be logged.
pub(super) struct Noted {
    pub(super) id: uuid::Uuid,
    /// When the request came.
    pub(super) time: Timestamp,
    /// What the decision was told that time it is.
    pub(super) now: Timestamp,
    pub(super) revision: Arc<Revision>,
    pub(super) decision: Decision,
    pub(super) level: TraceLevel,
    pub(super) took: Duration,
    pub(super) context: Bytes,
}

enum Message {
    Noted(Box<Noted>),
    Stop,
}

/// The way to the thread that writes.
#[derive(Debug)]
pub(super) struct DecisionLog {
    queue: SyncSender<Message>,
    waiting: Arc<AtomicUsize>,
    dropped: Counter,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl DecisionLog {
    /// Opens the log, if there is to be one.
    pub(super) fn open(config: &Config, metrics: &Metrics) -> std::io::Result<Option<DecisionLog>> {
        let Some(folder) = &config.decision_log else { return Ok(None) };
        let files = Files::open(folder, config.log_max_bytes, config.log_keep)?;
        let (queue, messages) = mpsc::sync_channel(config.log_queue);
        let waiting = Arc::new(AtomicUsize::new(0));
        let mut writer = Writer {
            files,
            context: config.log_context,
            waiting: waiting.clone(),
            logged: metrics.logged.clone(),
            failed: metrics.log_failed.clone(),
            failing: false,
        };
        let thread = std::thread::Builder::new().name("decision-log".to_owned()).spawn(move || writer.run(&messages))?;
        Ok(Some(DecisionLog { queue, waiting, dropped: metrics.log_dropped.clone(), thread: Mutex::new(Some(thread)) }))
    }

    /// Hands over a decision, or drops it where there is no room.
    pub(super) fn note(&self, noted: Noted) {
        let size = noted.context.len();
        if self.waiting.fetch_add(size, Ordering::Relaxed) + size > MOST_WAITING {
            self.waiting.fetch_sub(size, Ordering::Relaxed);
            self.dropped.inc();
            return;
        }
        match self.queue.try_send(Message::Noted(Box::new(noted))) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.waiting.fetch_sub(size, Ordering::Relaxed);
                self.dropped.inc();
            }
        }
    }

    /// Writes what waits, and ends. Waits so long and no longer; says whether all is written.
    pub(super) fn close(&self, until: Instant) -> bool {
        let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() else { return true };
        loop {
            match self.queue.try_send(Message::Stop) {
                Ok(()) | Err(TrySendError::Disconnected(_)) => break,
                Err(TrySendError::Full(_)) if Instant::now() < until => std::thread::sleep(Duration::from_millis(5)),
                Err(TrySendError::Full(_)) => return false,
            }
        }
        while !thread.is_finished() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        thread.is_finished() && thread.join().is_ok()
    }
}

struct Writer {
    files: Files,
    context: LogContext,
    waiting: Arc<AtomicUsize>,
    logged: Counter,
    failed: Counter,
    /// Whether the last line could not be written: it is told once, not for every line.
    failing: bool,
}

impl Writer {
    fn run(&mut self, messages: &Receiver<Message>) {
        let mut line = Vec::new();
        let mut unflushed = 0;
        loop {
            match messages.recv_timeout(LATEST) {
                Ok(Message::Noted(noted)) => {
                    self.waiting.fetch_sub(noted.context.len(), Ordering::Relaxed);
                    line.clear();
                    let written = line::write(&noted, self.context, &mut line).map_err(std::io::Error::from);
                    let result = written.and_then(|()| self.files.line(&line));
                    self.tell(result, 1);
                    unflushed += 1;
                    if unflushed < 256 {
                        continue;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => {
                    let result = self.files.flush();
                    self.tell(result, 0);
                    return;
                }
            }
            unflushed = 0;
            if let Err(error) = self.files.flush() {
                self.tell(Err(error), 0);
            }
        }
    }

    fn tell(&mut self, result: std::io::Result<()>, lines: u64) {
        match result {
            Ok(()) => {
                self.logged.inc_by(lines);
                if lines > 0 {
                    self.failing = false;
                }
            }
            Err(error) => {
                self.failed.inc_by(lines.max(1));
                if !self.failing {
                    tracing::error!(%error, "the decision log cannot be written");
                }
                self.failing = true;
            }
        }
    }
}
