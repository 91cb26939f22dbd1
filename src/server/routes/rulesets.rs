//! `GET /v1/rulesets` and what stands below it.

use std::sync::Arc;

use axum::response::Response;
use hyper::header::{ETAG, HeaderValue, IF_NONE_MATCH, VARY};

use super::{empty, text};
use crate::diagnostic::to_json;
use crate::document::Format;
use crate::server::call::{Call, json};
use crate::server::catalogue::{About, Revision};
use crate::server::clock;
use crate::server::problem::{Kind, Problem};
use crate::server::wire::{RevisionAnswer, RevisionsAnswer, RuleSetAnswer, RuleSetsAnswer, SourceFormat};

pub(super) async fn list(call: Call) -> Result<Response, Problem> {
    let catalogue = call.app.current.get();
    let seen = catalogue.revisions().filter(|revision| call.sees(revision));
    json(&RuleSetsAnswer { rulesets: seen.map(|revision| about(revision.name.as_str(), &revision.about, true)).collect() })
}

pub(super) async fn get(call: Call) -> Result<Response, Problem> {
    let revision = call.revision(None, None).await?;
    let yaml = call.prefers(&["application/yaml", "text/yaml", "application/x-yaml"]);
    // The text alone and the text in JSON are two representations, each with a tag of its own.
    let tag = if yaml { format!("{}.text", revision.about.etag) } else { revision.about.etag.clone() };
    let known = call
        .header(IF_NONE_MATCH)?
        .is_some_and(|known| known.split(',').map(|known| known.trim().trim_start_matches("W/")).any(|known| known == "*" || known.trim_matches('"') == tag));
    let response = match (known, yaml) {
        (true, _) => empty(304),
        (false, true) => text("application/yaml", revision.set.source().to_owned()),
        (false, false) => json(&whole(&revision))?,
    };
    Ok(tagged(response, &tag))
}

/// The same with its tag.
pub(super) fn tagged(mut response: Response, tag: &str) -> Response {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{tag}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept"));
    response
}

fn whole(revision: &Arc<Revision>) -> RuleSetAnswer {
    let set = &revision.set;
    RuleSetAnswer {
        revision: about(revision.name.as_str(), &revision.about, true),
        format: if revision.format == Format::Json { SourceFormat::Json } else { SourceFormat::Yaml },
        source: set.source().to_owned(),
        organisations: set.organisations().map(str::to_owned).collect(),
        attributes: set.attributes(),
        warnings: set.warnings().iter().take(100).map(|found| to_json(found, set.source())).collect(),
    }
}

pub(super) fn about(name: &str, about: &About, serving: bool) -> RevisionAnswer {
    RevisionAnswer {
        name: name.to_owned(),
        sequence: about.sequence,
        digest: about.digest.clone(),
        etag: about.etag.clone(),
        at: clock::rfc_3339(about.at),
        author: about.author.clone(),
        change_note: about.change_note.clone(),
        origin: about.origin.name().to_owned(),
        serving,
    }
}

pub(super) async fn revisions(call: Call) -> Result<Response, Problem> {
    let revision = call.revision(None, None).await?;
    let mut known = call.app.store.as_ref().map(|store| store.list(&revision.name)).unwrap_or_default();
    if !known.iter().any(|known| known.sequence == revision.about.sequence) {
        known.push(revision.about.clone());
    }
    let revisions = known.iter().rev().map(|known| about(revision.name.as_str(), known, known.sequence == revision.about.sequence));
    json(&RevisionsAnswer { revisions: revisions.collect() })
}

pub(super) async fn schema(call: Call) -> Result<Response, Problem> {
    json(&call.revision(None, None).await?.set.context_schema())
}

/// The name in the path, which may be that of a rule set that is still to come.
pub(super) fn name(call: &Call) -> Result<crate::server::name::Name, Problem> {
    let expected = || Problem::because(Kind::InvalidName, "expected lower-case letters, digits, `.`, `_` and `-`, at most 64, a letter or digit first");
    call.name.as_deref().and_then(crate::server::name::Name::new).ok_or_else(expected)
}
