//! A look at the folder: what has changed is loaded.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Reloader;
use crate::document::Format;
use crate::server::catalogue::{Origin, Revision};
use crate::server::clock;
use crate::server::load::{Lists, Loaded, Refusal};
use crate::server::name::Name;
use crate::server::watch::Look;

impl Reloader {
    /// Looks at the folder and loads what has changed. Only at the start, what is broken is replaced by its last good revision.
    pub(super) fn look(&mut self, start: bool) {
        let folder = self.app.config.rules.clone();
        let look = match Look::settled(&folder, &self.seen) {
            Ok(look) => look,
            Err(error) => {
                let complaint = format!("the folder of the rule sets cannot be read: {error}");
                if self.app.current.get().complaints.as_slice() != [complaint.as_str()] {
                    tracing::error!(%error, "the folder of the rule sets cannot be read");
                }
                self.app.current.replace(|catalogue| catalogue.complaints = vec![complaint.clone()]);
                return;
            }
        };
        if look == self.seen && !start {
            return;
        }
        let files = look.rule_sets(&folder);
        let complaints: Vec<String> = files.unnamed.iter().map(|path| format!("`{}` is no name of a rule set", shown(path))).collect();
        for complaint in &complaints {
            tracing::warn!("{complaint}");
        }
        self.app.current.replace(|catalogue| {
            catalogue.complaints = complaints.clone();
            catalogue.looked = Some(clock::now());
        });
        for (number, (name, paths)) in files.by_name.iter().enumerate() {
            if number >= self.app.config.max_rulesets {
                self.refuse(name, Refusal::new("too_many", format!("there are more than {} rule sets", self.app.config.max_rulesets)));
                continue;
            }
            if let Err(refusal) = self.look_at(name, paths) {
                self.refuse(name, refusal);
                if start {
                    self.revive(name);
                }
            }
        }
        for (name, entry) in &self.app.current.get().entries {
            if !files.by_name.contains_key(name) {
                self.forget(name, entry.revision.as_ref());
            }
        }
        self.seen = look;
    }

    /// Loads a rule set if its text or its lists have changed.
    fn look_at(&self, name: &Name, paths: &[PathBuf]) -> Result<(), Refusal> {
        let path = match paths {
            [path] => path,
            several => {
                let names: Vec<String> = several.iter().map(|path| shown(path)).collect();
                return Err(Refusal::new("duplicate", format!("several files have this name: {}", names.join(", "))));
            }
        };
        let text = read(path, self.app.config.max_ruleset)?;
        let format = Format::of(path);
        let entry = self.app.current.get().entries.get(name).cloned().unwrap_or_default();
        if let (Some(serving), false) = (&entry.revision, entry.last_good)
            && serving.format == format
            && serving.set.source() == text.strip_prefix('\u{feff}').unwrap_or(&text)
            && self.same_lists(serving)
        {
            self.app.current.replace(|catalogue| catalogue.entries.entry(name.clone()).or_default().refusal = None);
            return Ok(());
        }
        let loaded = self.app.maker.load_and_test(name, &text, format, Lists::Folder(&self.app.config.rules))?;
        if loaded.set.name() != name.as_str() {
            tracing::warn!(ruleset = %name, states = %crate::diagnostic::visible(loaded.set.name()), "the rule set states another name than its file has");
        }
        let revision = self.revise(name, loaded, format, Origin::File, None, None);
        if let Err(error) = self.keep(&revision) {
            // It serves all the same; only a restart with broken files would miss it.
            tracing::error!(ruleset = %name, %error, "the revision could not be kept on disk");
            self.app.metrics.not_kept();
        }
        self.install(Arc::new(revision), false);
        Ok(())
    }

    fn same_lists(&self, serving: &Revision) -> bool {
        use crate::handoff::Files as _;
        let folder = crate::handoff::Folder::new(&self.app.config.rules);
        serving.files.iter().all(|(path, text)| folder.read(path).as_ref() == Ok(text))
    }

    /// Serves the newest revision that was kept and still loads.
    fn revive(&self, name: &Name) {
        let Some(store) = &self.app.store else { return };
        for known in store.list(name).into_iter().rev() {
            let Some((about, record)) = store.read(name, known.sequence) else { continue };
            match self.app.maker.load(name, &record.source, record.format, Lists::Kept(&record.files)) {
                Ok(Loaded { set, files }) => {
                    self.install(Arc::new(Revision { name: name.clone(), set, files, format: record.format, about }), true);
                    return;
                }
                Err(refusal) => tracing::warn!(ruleset = %name, sequence = about.sequence, kind = refusal.kind, "a revision that was kept does not load"),
            }
        }
    }
}

/// The text of a rule-set file.
fn read(path: &Path, most: usize) -> Result<String, Refusal> {
    let unreadable = |why: String| Refusal::new("unreadable", why);
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    let file = File::open(path).map_err(|error| unreadable(format!("the file cannot be read: {error}")))?;
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| unreadable(format!("the file cannot be read: {error}")))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > most {
        return Err(unreadable(format!("the file is longer than {most} bytes")));
    }
    String::from_utf8(bytes).map_err(|error| unreadable(format!("the file is not UTF-8 text from byte {} on", error.utf8_error().valid_up_to())))
}

/// The name of a file, as visible text.
fn shown(path: &Path) -> String {
    crate::diagnostic::shorten(&path.file_name().unwrap_or_default().to_string_lossy(), 100).into_owned()
}
