//! Changes that requests ask for.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Changed, Reloader};
use crate::document::Format;
use crate::server::auth::Principal;
use crate::server::catalogue::{Origin, Revision};
use crate::server::events::Event;
use crate::server::load::{Lists, Refusal};
use crate::server::name::Name;
use crate::server::problem::{Kind, Problem};
use crate::server::store::durable;
use crate::server::watch::Look;

/// What has to hold of the revision that is replaced.
#[derive(Clone, Debug, Default)]
pub(in crate::server) struct Conditions {
    /// `If-Match`: one of these tags; `*` for any.
    pub(in crate::server) matches: Option<Vec<String>>,
    /// `If-None-Match: *`: there is none.
    pub(in crate::server) absent: bool,
}

impl Conditions {
    fn check(&self, serving: Option<&Revision>) -> Result<(), Problem> {
        let tag = serving.map(|revision| revision.about.etag.as_str());
        let failed = || match tag {
            Some(tag) => Problem::new(Kind::PreconditionFailed).with("etag", tag),
            None => Problem::new(Kind::PreconditionFailed),
        };
        if self.absent && tag.is_some() {
            return Err(failed());
        }
        match &self.matches {
            Some(tags) if !tags.iter().any(|wanted| tag.is_some() && (wanted == "*" || Some(wanted.as_str()) == tag)) => Err(failed()),
            Some(_) | None => Ok(()),
        }
    }
}

/// A rule set to be put into the folder.
pub(in crate::server) struct Put {
    pub(in crate::server) name: Name,
    pub(in crate::server) text: String,
    pub(in crate::server) format: Format,
    pub(in crate::server) by: Principal,
    pub(in crate::server) conditions: Conditions,
    pub(in crate::server) change_note: Option<String>,
}

/// A rule set to be removed.
pub(in crate::server) struct Removal {
    pub(in crate::server) name: Name,
    pub(in crate::server) by: Principal,
    pub(in crate::server) conditions: Conditions,
}

/// An older revision to be put into the folder.
pub(in crate::server) struct Rollback {
    pub(in crate::server) name: Name,
    /// Which; the last one that differs from what serves if absent.
    pub(in crate::server) digest: Option<String>,
    pub(in crate::server) by: Principal,
    pub(in crate::server) conditions: Conditions,
    pub(in crate::server) change_note: Option<String>,
}

impl Reloader {
    pub(super) fn put(&mut self, put: Put) -> Result<Changed, Problem> {
        self.write(put, Origin::Put, None)
    }

    pub(super) fn roll_back(&mut self, rollback: Rollback) -> Result<Changed, Problem> {
        let Rollback { name, digest, by, conditions, change_note } = rollback;
        let store = self.app.store.as_ref().ok_or_else(|| Problem::because(Kind::UnknownDigest, "no revisions are kept: there is no folder for them"))?;
        let known = store.list(&name);
        let serving = self.app.current.get().revision(name.as_str()).cloned();
        let may = serving.as_ref().is_none_or(|serving| by.sees(serving.set.organisations()));
        if known.is_empty() || !may {
            return Err(Problem::new(Kind::UnknownRuleSet));
        }
        let current = serving.as_ref().map(|revision| revision.about.digest.as_str());
        let wanted = digest.or_else(|| known.iter().rev().map(|about| about.digest.clone()).find(|digest| Some(digest.as_str()) != current));
        let wanted = wanted.ok_or_else(|| Problem::because(Kind::UnknownDigest, "there is no other revision"))?;
        let (_, record) = store.find(&name, &wanted).ok_or_else(|| Problem::new(Kind::UnknownDigest))?;
        let put = Put { name, text: record.source, format: record.format, by, conditions, change_note };
        self.write(put, Origin::Rollback, Some(&wanted))
    }

    /// Loads a text, keeps it, writes it into the folder, and lets it serve. `digest`: what it has to have.
    fn write(&mut self, put: Put, origin: Origin, digest: Option<&str>) -> Result<Changed, Problem> {
        let Put { name, text, format, by, conditions, change_note } = put;
        let catalogue = self.app.current.get();
        let serving = catalogue.revision(name.as_str()).cloned();
        self.may_change(serving.as_deref(), &by)?;
        conditions.check(serving.as_deref())?;
        if !catalogue.entries.contains_key(&name) && catalogue.entries.len() >= self.app.config.max_rulesets {
            return Err(Problem::because(Kind::Conflict, format!("there are {} rule sets already", self.app.config.max_rulesets)));
        }
        let (path, format) = self.place(&name, format)?;
        // Who is bound to an organisation must not learn from lists what stands in files of others.
        let lists = if by.organisation.is_some() { Lists::None } else { Lists::Folder(&self.app.config.rules) };
        let loaded = self.app.maker.load_and_test(&name, &text, format, lists).map_err(|refusal| refused(&refusal))?;
        if !by.owns(loaded.set.organisations()) {
            return Err(Problem::because(Kind::OtherOrganisation, "`org` of the rule set has to name the organisation of the token and no other"));
        }
        if digest.is_some_and(|digest| loaded.set.digest() != digest) {
            return Err(Problem::because(Kind::Conflict, "the files of its lists have changed since, so it would be another revision"));
        }
        let author = by.name.as_deref().map(str::to_owned);
        let revision = self.revise(&name, loaded, format, origin, author, change_note);
        if let Some(serving) = &serving
            && serving.about.etag == revision.about.etag
        {
            return Ok(Changed { revision: serving.clone(), created: false });
        }
        let kept = self.keep(&revision).map_err(|error| stored(&error))?;
        if let Err(error) = durable::write(&path, &[revision.set.source().as_bytes()]) {
            if let (Some(store), true) = (&self.app.store, kept) {
                store.take_back(&name, revision.about.sequence);
            }
            return Err(stored(&error));
        }
        let revision = Arc::new(revision);
        self.install(revision.clone(), false);
        Ok(Changed { revision, created: serving.is_none() })
    }

    pub(super) fn remove(&mut self, removal: &Removal) -> Result<(), Problem> {
        let Removal { name, by, conditions } = removal;
        let catalogue = self.app.current.get();
        let entry = catalogue.entries.get(name).ok_or_else(|| Problem::new(Kind::UnknownRuleSet))?;
        if entry.revision.is_none() && by.organisation.is_some() {
            return Err(Problem::new(Kind::UnknownRuleSet));
        }
        self.may_change(entry.revision.as_deref(), by)?;
        conditions.check(entry.revision.as_deref())?;
        for path in self.paths(name)? {
            durable::remove(&path).map_err(|error| stored(&error))?;
        }
        self.forget(name, entry.revision.as_ref());
        Ok(())
    }

    /// Serves a rule set no longer. Its revisions stay on disk.
    pub(super) fn forget(&self, name: &Name, revision: Option<&Arc<Revision>>) {
        self.app.current.replace(|catalogue| _ = catalogue.entries.remove(name));
        self.app.metrics.removed(name.as_str());
        tracing::info!(ruleset = %name, "rule set is gone");
        if let Some(revision) = revision {
            self.app.events.tell(Event::removed(revision));
            self.app.pins.keep(revision.clone());
        }
    }

    fn may_change(&self, serving: Option<&Revision>, by: &Principal) -> Result<(), Problem> {
        match serving {
            // What somebody does not see is not there for them.
            Some(serving) if !by.sees(serving.set.organisations()) => Err(Problem::new(Kind::UnknownRuleSet)),
            Some(serving) if !by.owns(serving.set.organisations()) => Err(Problem::new(Kind::OtherOrganisation)),
            Some(_) | None => Ok(()),
        }
    }

    /// The files in the folder with a name.
    fn paths(&self, name: &Name) -> Result<Vec<PathBuf>, Problem> {
        let look = Look::settled(&self.app.config.rules, &self.seen).map_err(|error| stored(&error))?;
        Ok(look.rule_sets(&self.app.config.rules).by_name.remove(name).unwrap_or_default())
    }

    /// Where a rule set is written, and how it is read from there.
    fn place(&self, name: &Name, format: Format) -> Result<(PathBuf, Format), Problem> {
        match self.paths(name)?.as_slice() {
            [] => {
                let ending = if format == Format::Json { "json" } else { "yaml" };
                Ok((self.app.config.rules.join(format!("{name}.{ending}")), format))
            }
            [path] => match (Format::of(path), format) {
                (Format::Json, Format::Yaml) => Err(Problem::because(Kind::Conflict, "the rule set is a file of JSON: send JSON, or remove it first")),
                // JSON is YAML, too.
                (there, _) => Ok((path.clone(), there)),
            },
            [..] => Err(Problem::because(Kind::Conflict, "several files have this name")),
        }
    }
}

/// Why rules are refused, with all that is wrong.
fn refused(refusal: &Refusal) -> Problem {
    let kind = if refusal.kind == "failing_tests" { Kind::FailingTests } else { Kind::InvalidRules };
    let problem = Problem::because(kind, refusal.message.clone());
    let problem = if refusal.diagnostics.is_empty() { problem } else { problem.with("diagnostics", refusal.diagnostics.clone()) };
    if refusal.tests.is_empty() { problem } else { problem.with("tests", refusal.tests.clone()) }
}

fn stored(error: &io::Error) -> Problem {
    tracing::error!(%error, "a change could not be stored");
    Problem::because(Kind::Storage, error.kind().to_string())
}
