//! `PUT` and `DELETE` of rule sets, and rollback.

use axum::response::Response;
use hyper::StatusCode;
use hyper::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};

use super::empty;
use super::rulesets::{about, name, tagged};
use crate::document::Format;
use crate::server::call::{Call, json, parse};
use crate::server::problem::{Kind, Problem};
use crate::server::reload::{Changed, Command, Conditions, Put, Removal, Rollback};
use crate::server::wire::RollbackRequest;

/// Longest change note, in bytes.
const LONGEST_NOTE: usize = 1_024;

pub(super) async fn put(mut call: Call) -> Result<Response, Problem> {
    writable(&call)?;
    let name = name(&call)?;
    let [change_note] = call.query(["change_note"])?;
    let format = match call.media_type().as_deref() {
        Some("application/json") => Format::Json,
        Some("application/yaml" | "text/yaml" | "application/x-yaml" | "text/x-yaml") => Format::Yaml,
        Some(_) | None => return Err(Problem::because(Kind::UnsupportedMediaType, "expected `content-type: application/yaml` or `application/json`")),
    };
    let conditions = conditions(&call)?;
    let body = call.bytes(call.app.config.max_ruleset).await?;
    let text = String::from_utf8(body.into())
        .map_err(|error| Problem::because(Kind::InvalidRequest, "the body is not UTF-8 text").with("offset", error.utf8_error().valid_up_to()))?;
    let _place = call.app.working.enter()?;
    let put = Put { name, text, format, by: call.by.clone(), conditions, change_note: note(change_note)? };
    changed(&call.app.reloads.ask(|reply| Command::Put(put, reply)).await?)
}

pub(super) async fn delete(call: Call) -> Result<Response, Problem> {
    writable(&call)?;
    let _place = call.app.working.enter()?;
    let removal = Removal { name: name(&call)?, by: call.by.clone(), conditions: conditions(&call)? };
    call.app.reloads.ask(|reply| Command::Remove(removal, reply)).await?;
    Ok(empty(204))
}

pub(super) async fn rollback(mut call: Call) -> Result<Response, Problem> {
    writable(&call)?;
    let name = name(&call)?;
    let conditions = conditions(&call)?;
    let body = call.bytes(call.app.config.max_body).await?;
    let request = if body.is_empty() {
        RollbackRequest::default()
    } else if call.media_type().as_deref() == Some("application/json") {
        parse(&body)?
    } else {
        return Err(Problem::because(Kind::UnsupportedMediaType, "expected `content-type: application/json`"));
    };
    let _place = call.app.working.enter()?;
    let rollback = Rollback { name, digest: request.digest, by: call.by.clone(), conditions, change_note: note(request.change_note)? };
    changed(&call.app.reloads.ask(|reply| Command::RollBack(rollback, reply)).await?)
}

fn writable(call: &Call) -> Result<(), Problem> {
    if call.app.config.writable { Ok(()) } else { Err(Problem::new(Kind::ReadOnly)) }
}

fn changed(changed: &Changed) -> Result<Response, Problem> {
    let Changed { revision, created } = changed;
    let mut response = json(&about(revision.name.as_str(), &revision.about, true))?;
    if *created {
        *response.status_mut() = StatusCode::CREATED;
    }
    Ok(tagged(response, &revision.about.etag))
}

fn note(note: Option<String>) -> Result<Option<String>, Problem> {
    match note {
        Some(note) if note.len() > LONGEST_NOTE => Err(Problem::because(Kind::TooLarge, format!("a change note has at most {LONGEST_NOTE} bytes"))),
        note => Ok(note.filter(|note| !note.is_empty())),
    }
}

fn conditions(call: &Call) -> Result<Conditions, Problem> {
    let wrong = |name: HeaderName, expected: &str| Problem::because(Kind::InvalidHeader, format!("`{name}`: expected {expected}"));
    let matches = match call.header(IF_MATCH)? {
        None => None,
        Some(written) => {
            let tags = written.split(',').map(|tag| {
                let tag = tag.trim();
                let inside = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
                // The tag of the text alone stands for the same revision.
                inside.map(|tag| tag.trim_end_matches(".text").to_owned()).or_else(|| (tag == "*").then(|| tag.to_owned()))
            });
            Some(tags.collect::<Option<Vec<String>>>().ok_or_else(|| wrong(IF_MATCH, "tags in quotes, or `*`"))?)
        }
    };
    let absent = match call.header(IF_NONE_MATCH)? {
        None => false,
        Some("*") => true,
        Some(_) => return Err(wrong(IF_NONE_MATCH, "`*`")),
    };
    Ok(Conditions { matches, absent })
}
