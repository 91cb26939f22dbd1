//! What subscribers are told: revisions that came and went.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::broadcast;

use super::catalogue::Revision;
use super::clock;

/// So many events wait for a subscriber that does not read; then it has missed some, and is told so.
const WAITING: usize = 256;

/// Something that happened.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// `revision` or `removed`
    pub(super) kind: &'static str,
    /// The rule set's organisations: who may know.
    pub(super) organisations: Arc<[String]>,
    /// JSON on one line.
    pub(super) data: Arc<str>,
}

impl Event {
    /// A revision serves.
    pub(super) fn revision(revision: &Revision, previous: Option<String>) -> Event {
        let about = &revision.about;
        let data = json!({
            "ruleset": revision.name.as_str(), "digest": about.digest, "previous": previous, "sequence": about.sequence, "origin": about.origin.name(),
            "author": about.author, "change_note": about.change_note, "at": clock::rfc_3339(clock::now()),
        });
        Event::new("revision", revision, &data)
    }

    /// A rule set serves no longer.
    pub(super) fn removed(revision: &Revision) -> Event {
        let data = json!({ "ruleset": revision.name.as_str(), "previous": revision.about.digest, "at": clock::rfc_3339(clock::now()) });
        Event::new("removed", revision, &data)
    }

    fn new(kind: &'static str, revision: &Revision, data: &serde_json::Value) -> Event {
        let organisations = revision.set.organisations().map(str::to_owned).collect();
        Event { kind, organisations, data: data.to_string().into() }
    }
}

/// Where events are told.
#[derive(Debug)]
pub(super) struct Events(broadcast::Sender<Event>);

impl Events {
    pub(super) fn new() -> Events {
        Events(broadcast::Sender::new(WAITING))
    }

    /// Tells all subscribers, if there are any.
    pub(super) fn tell(&self, event: Event) {
        let _ = self.0.send(event);
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }

    pub(super) fn subscribers(&self) -> usize {
        self.0.receiver_count()
    }
}
