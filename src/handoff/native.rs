//! Rule sets as native code: all their expressions in one module, those of templates included.

use std::sync::{Arc, Weak};

use super::model::{Always, BotWay, Category, Condition, Flag, Gather, Integration, Item, Link, Localized, Model, Notify, QueueTarget, Strategy, Target, Text};
use super::model::{TicketTexts, Way};
use super::{Loaded, RuleSet};
use crate::backend::{Running, Unavailable, Work};
use crate::rule::Expression;

impl RuleSet {
    /// What the rule set runs on now. It goes to native code at most once, and never back.
    #[must_use]
    pub fn backend(&self) -> Running {
        self.loaded.tier.running()
    }

    /// Compiles the expressions of the rule set to native code now, on this thread, whatever backend was chosen; where that was tried before, this only says
    /// what came of it. All clones of the rule set run on it from now on.
    ///
    /// # Errors
    /// There can be no native code. The rule set runs on the interpreter.
    pub fn compile_native(&self) -> Result<(), Unavailable> {
        self.loaded.compile_native()
    }
}

impl Loaded {
    fn compile_native(&self) -> Result<(), Unavailable> {
        // A decision has one budget for all that it evaluates.
        let shared = true;
        self.tier.compile(|level| Expression::compile_native(self.model.expressions().into_iter(), &self.model.layout, shared, level))
    }

    /// Counts a decision on the interpreter. A rule set that is dropped before its turn comes is not compiled.
    pub(super) fn count(self: &Arc<Loaded>) {
        if self.tier.is_settled() {
            return;
        }
        self.tier.count(|| -> Work {
            let loaded = Arc::downgrade(self);
            Box::new(move || _ = Weak::upgrade(&loaded).map(|loaded| loaded.compile_native()))
        });
    }
}

impl Model {
    /// Every expression that a decision may evaluate, parts that are switched off included.
    pub(super) fn expressions(&self) -> Vec<&Expression> {
        let Model { definitions, entry_label, when, integrations, categories, items, always, notify, flags, texts, .. } = self;
        let mut found = Found(Vec::new());
        found.conditions(definitions.iter().map(|definition| &definition.condition));
        found.localized(entry_label);
        found.conditions(when);
        integrations.iter().for_each(|Integration { target, .. }| found.target(target));
        for Category { label, when, .. } in categories {
            found.localized(label);
            found.conditions(when);
        }
        items.iter().for_each(|item| found.item(item));
        always.iter().for_each(|Always { when, .. }| found.conditions(when));
        notify.iter().for_each(|Notify { when, .. }| found.conditions(when));
        flags.iter().for_each(|Flag { when, .. }| found.conditions(when));
        found.localized(texts.iter().map(|(_, text)| text));
        found.0
    }
}

/// The expressions that were found so far.
struct Found<'m>(Vec<&'m Expression>);

impl<'m> Found<'m> {
    fn conditions(&mut self, conditions: impl IntoIterator<Item = &'m Condition>) {
        self.0.extend(conditions.into_iter().map(|condition| &condition.expression));
    }

    fn texts(&mut self, texts: impl IntoIterator<Item = &'m Text>) {
        self.0.extend(texts.into_iter().flat_map(|text| text.template.expressions()).map(|(expression, _)| expression));
    }

    fn localized(&mut self, texts: impl IntoIterator<Item = &'m Localized>) {
        self.texts(texts.into_iter().flat_map(Localized::texts));
    }

    fn context(&mut self, context: &'m [(Box<str>, Text)]) {
        self.texts(context.iter().map(|(_, text)| text));
    }

    fn link(&mut self, Link { url, .. }: &'m Link) {
        let templates = std::iter::once(url.url()).chain(url.params().iter().map(|(_, value)| value));
        self.0.extend(templates.flat_map(|template| template.expressions()).map(|(expression, _)| expression));
    }

    fn target(&mut self, target: &'m Target) {
        match target {
            Target::Url(link) => self.link(link),
            Target::Broker(QueueTarget { queue, context }) | Target::Api(QueueTarget { queue, context }) => {
                self.texts([queue]);
                self.context(context);
            }
            Target::Channel { id, message } => self.texts([id, message]),
        }
    }

    fn item(&mut self, item: &'m Item) {
        let Item { label, description, action, when, priority, strategies, .. } = item;
        self.localized([label]);
        self.localized(description);
        self.localized(action);
        self.conditions(when);
        self.conditions(priority);
        strategies.iter().for_each(|strategy| self.strategy(strategy));
    }

    fn strategy(&mut self, strategy: &'m Strategy) {
        let Strategy { when, destination, file_ticket, gather, pre_handoff, message, guidance, .. } = strategy;
        self.conditions(when);
        self.way(destination);
        file_ticket.iter().for_each(|texts| self.ticket(texts));
        for Gather { ask, value, .. } in gather {
            self.localized([ask]);
            self.conditions([value]);
        }
        self.localized(pre_handoff);
        self.localized(message);
        self.localized(guidance);
    }

    fn way(&mut self, way: &'m Way) {
        match way {
            Way::Ticket { mode: _, form, texts } => {
                self.texts(form);
                self.ticket(texts);
            }
            Way::Agent(_) => {}
            Way::Url(link) => self.link(link),
            Way::Email { to, subject, body } => {
                self.texts([to]);
                self.texts(subject);
                self.texts(body);
            }
            Way::Channel { platform: _, id, message } => self.texts([id, message]),
            Way::Person { platform: _, handle } => self.texts([handle]),
            Way::Bot { address, context } => {
                match address {
                    BotWay::Url(text) | BotWay::Id(text) => self.texts([text]),
                }
                self.context(context);
            }
            Way::EmailForm { to, attachments: _ } => self.texts([to]),
        }
    }

    fn ticket(&mut self, TicketTexts { prefix, short_description, description, work_notes }: &'m TicketTexts) {
        [prefix, short_description, description, work_notes].into_iter().for_each(|text| self.texts(text));
    }
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::super::{Folder, Loader, RuleSet};
    use crate::document::Format;
    use crate::limits::Limits;

    /// As many as the reader of files has met, each once: none is forgotten.
    #[test]
    fn every_expression_of_a_file_is_found() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = Vec::new();
        for folder in ["examples", "tests/rulesets"] {
            files.extend(std::fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path()));
        }
        let (mut sets, mut all) = (0, 0);
        for path in files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "yaml")) {
            let text = std::fs::read_to_string(path).unwrap();
            let folder = Folder::new(path.parent().unwrap());
            let (read, written) = file::read_noting(&text, Format::Yaml, "set", &folder, &Limits::default());
            // One of the examples is a schema.
            let Some(model) = read.model else { continue };
            sets += 1;
            let expressions = model.expressions();
            let mut places: Vec<*const crate::rule::Expression> = expressions.iter().map(|expression| std::ptr::from_ref(*expression)).collect();
            places.sort_unstable();
            places.dedup();
            assert_eq!(places.len(), expressions.len(), "{}: one is found twice", path.display());
            let met: usize = written.iter().map(|written| written.parts.len()).sum();
            assert_eq!(expressions.len(), met, "{}", path.display());
            all += met;
        }
        assert!(sets >= 15 && all >= 200, "only {all} expressions of {sets} rule sets were found");
    }

    #[test]
    fn a_rule_set_and_its_loader_may_be_sent_to_threads() {
        fn sent<T: Send + Sync>() {}
        sent::<RuleSet>();
        let _ = Loader::new().with_executor(std::sync::Arc::new(|work: crate::backend::Work| work()));
    }
}
