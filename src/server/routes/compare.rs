//! `POST /v1/compare`: whose decision changes from one revision to another.

use std::sync::Arc;
use std::time::Instant;

use axum::response::Response;
use bytes::Bytes;
use serde_json::json;

use super::batch::elements;
use super::check::format;
use crate::handoff::RuleSet;
use crate::handoff::compare::Comparison;
use crate::server::app::App;
use crate::server::auth::Principal;
use crate::server::call::{Call, json as answer, parse};
use crate::server::catalogue::Revision;
use crate::server::clock;
use crate::server::decide::Decider;
use crate::server::load::Lists;
use crate::server::problem::{Kind, Problem};
use crate::server::wire::{BatchItem, CompareAnswer, CompareRequest, time};
use crate::value::Timestamp;

pub(super) async fn compare(mut call: Call) -> Result<Response, Problem> {
    let body = call.json(call.app.config.max_batch_body).await?;
    let request: CompareRequest<'_> = parse(&body)?;
    let now = time(request.now, "/now")?.unwrap_or_else(clock::now);
    let from = call.revision(request.ruleset.as_deref(), request.from.as_deref()).await?;
    let to = match (&request.to, &request.source) {
        (Some(_), Some(_)) => return Err(Problem::because(Kind::InvalidRequest, "expected either `to` or `source`")),
        (to, None) => call.revision(Some(from.name.as_str()), to.as_deref()).await?.set.clone(),
        (None, Some(source)) => draft(&call, &from, source.as_ref().to_owned(), &request).await?,
    };
    let contexts = elements(&body.slice_ref(request.contexts.get().as_bytes()), "/contexts", call.app.config.max_batch)?;
    let work = Work { app: call.app.clone(), by: call.by.clone(), from, to, now, until: call.deadline() };
    answer(&call.heavy(move || work.run(&contexts)).await?)
}

/// A revision that is not served.
async fn draft(call: &Call, from: &Revision, source: String, request: &CompareRequest<'_>) -> Result<RuleSet, Problem> {
    let (app, name, format, bound) = (call.app.clone(), from.name.clone(), format(request.format), call.by.organisation.is_some());
    let load = move || {
        let lists = if bound { Lists::None } else { Lists::Folder(&app.config.rules) };
        app.maker.load(&name, &source, format, lists).map(|loaded| loaded.set)
    };
    call.heavy(load).await?.map_err(|refusal| Problem::because(Kind::InvalidRules, refusal.message).with("diagnostics", refusal.diagnostics))
}

struct Work {
    app: Arc<App>,
    by: Principal,
    from: Arc<Revision>,
    to: RuleSet,
    now: Timestamp,
    until: Instant,
}

impl Work {
    fn run(&self, contexts: &[Bytes]) -> CompareAnswer {
        let mut comparison = Comparison::default();
        let (mut changed, mut errors) = (Vec::new(), Vec::new());
        for (number, context) in contexts.iter().enumerate() {
            let before = comparison.changed;
            match self.one(&mut comparison, context, number) {
                Ok(id) if comparison.changed > before => changed.push(id),
                Ok(_) => {}
                Err(problem) => errors.push(json!({ "number": number, "error": problem.to_json() })),
            }
        }
        CompareAnswer { from: self.from.set.digest().to_owned(), to: self.to.digest().to_owned(), comparison, changed, errors }
    }

    fn one(&self, comparison: &mut Comparison, item: &[u8], number: usize) -> Result<String, Problem> {
        let item: BatchItem<'_> = parse(item)?;
        if Instant::now() > self.until {
            return Err(Problem::new(Kind::OutOfTime));
        }
        let now = time(item.now, "/now")?.unwrap_or(self.now);
        Decider { app: &self.app, by: &self.by, revision: &self.from }.admit(item.context)?;
        let id = match item.id.map(|id| serde_json::from_str::<serde_json::Value>(id.get())) {
            Some(Ok(serde_json::Value::String(text))) => text,
            Some(Ok(serde_json::Value::Number(number))) => number.to_string(),
            Some(Ok(_)) | Some(Err(_)) | None => number.to_string(),
        };
        comparison.add(&self.from.set, &self.to, &id, item.context.get().as_bytes(), now);
        Ok(id)
    }
}
