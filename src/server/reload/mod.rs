//! The one thread that changes what is served: files that have changed, signals and requests come to it one after the other, so no two reloads race.
//!
//! A revision is loaded, checked, tested and kept on disk before it takes the place of the one that serves. Requests that run keep the one that they began with.

mod change;
mod look;

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use tokio::sync::oneshot;

pub(super) use change::{Conditions, Put, Removal, Rollback};

use super::app::App;
use super::background;
use super::catalogue::{About, Origin, Refused, Revision, etag};
use super::clock;
use super::events::Event;
use super::load::{Loaded, Refusal};
use super::name::Name;
use super::problem::{Kind, Problem};
use super::store::Record;
use super::watch::Look;
use crate::document::Format;

/// What the thread is asked to do.
pub(super) enum Command {
    /// Look at the folder now.
    Look,
    /// Put a rule set into the folder.
    Put(Put, Reply<Changed>),
    /// Remove a rule set.
    Remove(Removal, Reply<()>),
    /// Put an older revision into the folder.
    RollBack(Rollback, Reply<Changed>),
    /// End.
    Stop,
}

/// A revision that took its place, and whether there was none before.
pub(super) struct Changed {
    pub(super) revision: Arc<Revision>,
    pub(super) created: bool,
}

type Reply<T> = oneshot::Sender<Result<T, Problem>>;

/// How commands reach the thread.
#[derive(Clone, Debug)]
pub(super) struct Reloads(Sender<Command>);

impl Reloads {
    /// The way to a thread that is still to be started.
    pub(super) fn new() -> (Reloads, Receiver<Command>) {
        let (send, receive) = mpsc::channel();
        (Reloads(send), receive)
    }

    /// Asks for a look at the folder.
    pub(super) fn look(&self) {
        // A thread that has ended looks at nothing: the service is stopping.
        let _ = self.0.send(Command::Look);
    }

    /// Lets the thread end.
    pub(super) fn stop(&self) {
        let _ = self.0.send(Command::Stop);
    }

    /// Asks for a change and waits until it is made.
    pub(super) async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, Problem> {
        let stopping = || Problem::because(Kind::Unavailable, "the service is stopping");
        let (reply, answer) = oneshot::channel();
        self.0.send(command(reply)).map_err(|_| stopping())?;
        answer.await.map_err(|_| stopping())?
    }
}

/// The thread's own memory.
pub(super) struct Reloader {
    app: Arc<App>,
    seen: Look,
}

impl Reloader {
    /// Loads what is there. Nothing is served before that.
    pub(super) fn start(app: Arc<App>) -> Reloader {
        let mut reloader = Reloader { app, seen: Look::default() };
        reloader.look(true);
        reloader
    }

    /// Does what is asked until it is to stop.
    pub(super) fn run(mut self, commands: &Receiver<Command>) {
        background::give_way();
        let poll = self.app.config.poll;
        let patience = if poll.is_zero() { Duration::from_secs(3_600) } else { poll };
        loop {
            match commands.recv_timeout(patience) {
                Ok(Command::Look) => self.look(false),
                Err(RecvTimeoutError::Timeout) if poll.is_zero() => {}
                Err(RecvTimeoutError::Timeout) => self.look(false),
                // Who no longer waits for an answer gets none.
                Ok(Command::Put(put, reply)) => _ = reply.send(self.put(put)),
                Ok(Command::Remove(removal, reply)) => _ = reply.send(self.remove(&removal)),
                Ok(Command::RollBack(rollback, reply)) => _ = reply.send(self.roll_back(rollback)),
                Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Makes a revision of what was loaded: with what is known of it if it is the newest that was kept.
    fn revise(&self, name: &Name, loaded: Loaded, format: Format, origin: Origin, author: Option<String>, note: Option<String>) -> Revision {
        let etag = etag(loaded.set.source(), format, &loaded.files);
        let newest = self.app.store.as_ref().and_then(|store| store.list(name).pop());
        let serving = self.app.current.get().revision(name.as_str()).map(|revision| revision.about.sequence);
        let about = match newest {
            Some(newest) if origin == Origin::File && newest.etag == etag && newest.digest == loaded.set.digest() => newest,
            newest => {
                let sequence = newest.map(|about| about.sequence).max(serving).unwrap_or(0) + 1;
                let change_note = note.or_else(|| loaded.set.change_note().map(str::to_owned));
                About { sequence, digest: loaded.set.digest().to_owned(), etag, at: clock::now(), author, change_note, origin }
            }
        };
        Revision::new(name.clone(), loaded, format, about)
    }

    /// Keeps a revision on disk unless it is there already.
    fn keep(&self, revision: &Revision) -> std::io::Result<bool> {
        let Some(store) = &self.app.store else { return Ok(false) };
        if store.list(&revision.name).iter().any(|about| about.sequence == revision.about.sequence) {
            return Ok(false);
        }
        let record = Record { format: revision.format, source: revision.set.source().to_owned(), files: revision.files.clone() };
        store.append(&revision.name, &revision.about, &record).map(|()| true)
    }

    /// Lets a revision serve.
    fn install(&self, revision: Arc<Revision>, last_good: bool) {
        let name = revision.name.clone();
        let before = self.app.current.get().revision(name.as_str()).cloned();
        self.app.current.replace(|catalogue| {
            let entry = catalogue.entries.entry(name.clone()).or_default();
            entry.revision = Some(revision.clone());
            entry.last_good = last_good;
            if !last_good {
                entry.refusal = None;
            }
        });
        self.app.metrics.reloaded(name.as_str(), &revision.about);
        let About { digest, sequence, origin, .. } = &revision.about;
        tracing::info!(ruleset = %name, digest = %digest, sequence, origin = origin.name(), last_good, "rule set serves");
        let previous = before.as_ref().map(|before| before.about.digest.clone());
        self.app.events.tell(Event::revision(&revision, previous));
        if let Some(before) = before {
            self.app.pins.keep(before);
        }
    }

    /// Notes why what stands in the folder does not serve.
    fn refuse(&self, name: &Name, refusal: Refusal) {
        tracing::warn!(ruleset = %name, kind = refusal.kind, reason = %crate::diagnostic::visible(&refusal.message), "rule set does not load; what served before still does");
        self.app.metrics.refused(name.as_str());
        let refused = Arc::new(Refused { at: clock::now(), refusal });
        self.app.current.replace(|catalogue| catalogue.entries.entry(name.clone()).or_default().refusal = Some(refused.clone()));
    }
}
