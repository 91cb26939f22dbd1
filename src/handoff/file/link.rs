//! What can be said of a file when all of it has been read: references, circles, the last resort, and what has no effect.

use super::super::decision::Presentation;
use super::super::model::{Condition, Item, Localized, Strategy, Text, TicketTexts, Unanswered, Way};
use super::items::Items;
use super::reader::Reader;
use crate::diagnostic::Code;
use crate::source::Span;

impl Reader<'_> {
    /// Finds the items of `if_unanswered`; live agents without one get the first entry of `otherwise`.
    pub(super) fn link_unanswered(&mut self, items: &mut Items, otherwise: &[usize]) {
        for waiting in std::mem::take(&mut items.unanswered) {
            let Some(then) = self.item_place(items, &waiting.then, waiting.span) else { continue };
            if items.items.get(then).is_some_and(|item| !item.enabled) {
                let message = format!("`{}` is switched off: the first entry of `otherwise` stands in", waiting.then);
                self.report.add(Code::Ineffective, waiting.span, message, "switch it on, or name another item");
            }
            if let Some(strategy) = items.items.get_mut(waiting.item).and_then(|item| item.strategies.get_mut(waiting.strategy)) {
                strategy.if_unanswered = Some(Unanswered { after: waiting.after, then });
            }
        }
        let Some(first) = otherwise.first().copied() else { return };
        for strategy in items.items.iter_mut().flat_map(|item| &mut item.strategies) {
            if matches!(strategy.destination, Way::Agent(_)) && strategy.if_unanswered.is_none() {
                strategy.if_unanswered = Some(Unanswered { after: None, then: first });
            }
        }
    }

    /// Every chain of `if_unanswered` comes to an end.
    pub(super) fn check_chains(&mut self, items: &[Item]) {
        // 0: not seen, 1: on the way, 2: known to end.
        let mut state = vec![0_u8; items.len()];
        let follows = |item: usize| -> Vec<usize> {
            items.get(item).into_iter().flat_map(|item| &item.strategies).filter_map(|strategy| strategy.if_unanswered.as_ref()).map(|next| next.then).collect()
        };
        for start in 0..items.len() {
            let mut way: Vec<(usize, Vec<usize>)> = Vec::new();
            if state.get(start) == Some(&0) {
                way.push((start, follows(start)));
            }
            while let Some((item, left)) = way.last_mut() {
                let item = *item;
                if let Some(place) = state.get_mut(item) {
                    *place = 1;
                }
                match left.pop() {
                    None => {
                        if let Some(place) = state.get_mut(item) {
                            *place = 2;
                        }
                        way.pop();
                    }
                    Some(next) if state.get(next) == Some(&1) => {
                        let from = way.iter().position(|(passed, _)| *passed == next).unwrap_or(0);
                        let names: Vec<String> = way
                            .iter()
                            .skip(from)
                            .map(|(passed, _)| *passed)
                            .chain([next])
                            .filter_map(|passed| items.get(passed))
                            .map(|item| format!("`{}`", item.key))
                            .collect();
                        let span = items.get(next).map(|item| item.span);
                        let message = format!("if nobody answers, this goes in a circle: {}", names.join(", then "));
                        self.report.add(Code::Cycle, span, message, "let one of them end in a ticket, a form or another kind that needs nobody");
                    }
                    Some(next) if state.get(next) == Some(&0) => way.push((next, follows(next))),
                    Some(_) => {}
                }
            }
        }
    }

    /// `otherwise` always has an answer: no live person, and a last entry that cannot fail.
    pub(super) fn check_otherwise(&mut self, items: &[Item], otherwise: &[usize]) {
        for item in otherwise.iter().filter_map(|place| items.get(*place)) {
            for strategy in item.strategies.iter().filter(|strategy| matches!(strategy.destination, Way::Agent(_))) {
                let message = format!("`{}` needs a live person, who may not be there", item.key);
                self.report.add(Code::MayFail, Some(strategy.span), message, "entries of `otherwise` lead to a ticket, a page, an e-mail, a form or a bot");
            }
        }
        let Some(last) = otherwise.last().and_then(|place| items.get(*place)) else { return };
        if !last.enabled {
            self.report.add(
                Code::MayFail,
                Some(last.span),
                format!("the last entry of `otherwise`, `{}`, is switched off", last.key),
                "it is what stands when nothing else does: switch it on",
            );
        }
        if let Some(when) = last.when.as_ref().filter(|when| !is_always(when)) {
            self.report.add(
                Code::MayFail,
                Some(when.span),
                format!("the last entry of `otherwise`, `{}`, has a condition", last.key),
                "leave `when` out: it is what stands when nothing else does",
            );
        }
        if let Some(strategy) = last.strategies.last() {
            if let Some(when) = strategy.when.as_ref().filter(|when| !is_always(when)) {
                self.report.add(
                    Code::MayFail,
                    Some(when.span),
                    format!("the last strategy of `{}` has a condition", last.key),
                    "leave `when` out: it is what stands when nothing else does",
                );
            }
            if !strategy.enabled {
                self.report.add(
                    Code::MayFail,
                    Some(strategy.span),
                    format!("the last strategy of `{}` is switched off", last.key),
                    "it is what stands when nothing else does: switch it on",
                );
            }
        }
        let texts = texts_of(last).into_iter().map(|text| (&text.at, text.span, text.template.errors()));
        let links = last.strategies.iter().filter_map(|strategy| match &strategy.destination {
            Way::Url(link) => Some((&link.at, link.span, link.url.errors())),
            Way::Ticket { .. } | Way::Agent(_) | Way::Email { .. } | Way::Channel { .. } | Way::Person { .. } | Way::Bot { .. } | Way::EmailForm { .. } => None,
        });
        for (at, span, errors) in texts.chain(links).filter(|(.., errors)| !errors.is_empty()) {
            let kinds = errors.iter().map(|kind| format!("`{}`", kind.name())).collect::<Vec<_>>().join(", ");
            let message = format!("`{at}` may fail with {kinds}, and it is the last resort");
            self.report.add(Code::MayFail, Some(span), message, "use a fixed text, or bound it: `{{ utterance[0:80] }}`");
        }
    }

    /// What belongs together.
    pub(super) fn check_items(&mut self, items: &[Item], serves_organisations: bool) {
        for item in items {
            if item.presentation == Presentation::Pinned && !serves_organisations {
                let message = format!("`{}` is pinned, but the rule set serves no organisation by name", item.key);
                self.report.add(Code::MissingKey, Some(item.span), message, "an option is pinned for an organisation: add `org: [...]` to the rule set");
            }
            let sure = |strategy: &Strategy| strategy.enabled && strategy.when.as_ref().is_none_or(is_always) && !matches!(strategy.destination, Way::Agent(_));
            if let Some(at) = item.strategies.iter().position(sure)
                && let Some(next) = item.strategies.get(at + 1)
            {
                let message = format!("`{}` never comes to this strategy: the one before it is always usable", item.key);
                self.report.add(
                    Code::Ineffective,
                    Some(next.span),
                    message,
                    "the first usable strategy counts: give the one before it a `when`, or make two items",
                );
            }
        }
    }

    /// Names that nobody uses, and files that somebody needs.
    pub(super) fn check_names(&mut self, spans: &[(std::sync::Arc<str>, Option<Span>)]) {
        for (name, span, reason) in std::mem::take(&mut self.unread_lists) {
            let (code, help) = if self.used.contains(&name) {
                (Code::UnknownReference, "files of lists stand beside the rule set, or below its folder")
            } else {
                (Code::Ineffective, "nothing uses the list: leave it out, or put the file there")
            };
            self.report.add(code, span, reason, help);
        }
        for (name, span) in spans.iter().filter(|(name, _)| !self.used.contains(name)) {
            self.report.add(Code::Ineffective, *span, format!("nothing uses the definition `{name}`"), "leave it out, or use it in a condition or a template");
        }
    }
}

/// `TRUE`
pub(in super::super) fn is_always(condition: &Condition) -> bool {
    matches!(condition.expression.tree().kind, crate::syntax::ast::ExprKind::Bool(true))
}

/// Every text that an item may render, links left out.
fn texts_of(item: &Item) -> Vec<&Text> {
    fn ticket(texts: &TicketTexts) -> impl Iterator<Item = &Text> {
        [&texts.prefix, &texts.short_description, &texts.description, &texts.work_notes].into_iter().flatten()
    }
    let mut texts: Vec<&Text> = item.label.texts().collect();
    texts.extend([&item.description, &item.action].into_iter().flatten().flat_map(Localized::texts));
    for strategy in &item.strategies {
        texts.extend([&strategy.pre_handoff, &strategy.message, &strategy.guidance].into_iter().flatten().flat_map(Localized::texts));
        texts.extend(strategy.file_ticket.iter().flat_map(ticket));
        texts.extend(strategy.gather.iter().flat_map(|gather| gather.ask.texts()));
        match &strategy.destination {
            Way::Ticket { form, texts: inner, .. } => texts.extend(form.iter().chain(ticket(inner))),
            Way::Agent(_) => {}
            Way::Url(_) => {}
            Way::Email { to, subject, body } => texts.extend(std::iter::once(to).chain(subject).chain(body)),
            Way::Channel { id, message, .. } => texts.extend([id, message]),
            Way::Person { handle, .. } => texts.push(handle),
            Way::Bot { address, context } => {
                texts.push(match address {
                    super::super::model::BotWay::Url(text) | super::super::model::BotWay::Id(text) => text,
                });
                texts.extend(context.iter().map(|(_, text)| text));
            }
            Way::EmailForm { to, .. } => texts.push(to),
        }
    }
    texts
}
