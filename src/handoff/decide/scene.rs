//! One decision under way: the bound context, what has been computed of it, and what went wrong so far.

use crate::builtins::fold_case;
use crate::context::{Context, Slot, SlotId};
use crate::handoff::decision::Fault;
use crate::handoff::live::Stale;
use crate::handoff::model::{Condition, Link, Localized, Model, Text};
use crate::rule::Scope;
use crate::value::{Budget, EvalErrorKind, Timestamp, Value};

/// A decision may spend so many times what one expression may.
const EXPRESSIONS_WORTH: u64 = 10;
/// A text of the last resort may spend so many times what one expression may: more than it has expressions.
const EXPRESSIONS_OF_TEXT: u64 = 64 * 1024;
/// So many faults are told of one decision.
const MOST_FAULTS: usize = 100;

pub(super) struct Scene<'m> {
    pub(super) model: &'m Model,
    pub(super) context: Context,
    pub(super) now: Timestamp,
    pub(super) stale: Vec<Stale>,
    budget: Budget,
    /// Which definitions stand in their slots.
    computed: Vec<bool>,
    faults: Vec<Fault>,
    more_faults: usize,
    /// The locales of the user, best first, in lower case.
    locales: Vec<String>,
    /// The bytes of text that the decision may still have.
    room: usize,
    /// Whether what is rendered must not fail.
    last_resort: bool,
}

/// What a condition gave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Held {
    Yes,
    No,
    Failed(EvalErrorKind),
}

impl<'m> Scene<'m> {
    pub(super) fn new(model: &'m Model, mut context: Context, now: Timestamp) -> Scene<'m> {
        let stale = if model.live.is_empty() { Vec::new() } else { model.live.apply(&mut context, now) };
        let mut scene = Scene {
            model,
            context,
            now,
            stale,
            budget: Budget::of_many(&model.limits, EXPRESSIONS_WORTH),
            computed: vec![false; model.definitions.len()],
            faults: Vec::new(),
            more_faults: 0,
            locales: Vec::new(),
            room: model.limits.decision_bytes,
            last_resort: false,
        };
        scene.locales = scene.user_locales();
        scene
    }

    // ---- attributes

    pub(super) fn value_of(&self, slot: SlotId) -> &Value {
        const NULL: &Value = &Value::Null;
        match self.context.slot(slot) {
            Slot::Value(value) => value,
            Slot::NoMembers { .. } | Slot::Failed(_) => NULL,
        }
    }

    /// The text of an attribute; `None` where it is missing, empty, or no text.
    pub(super) fn text_of(&self, slot: SlotId) -> Option<&str> {
        match self.value_of(slot) {
            Value::Text(text) if !text.trim().is_empty() => Some(text),
            Value::Text(_) | Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => None,
        }
    }

    pub(super) fn utterance(&self) -> &str {
        self.text_of(self.model.slots.utterance).unwrap_or("")
    }

    fn user_locales(&self) -> Vec<String> {
        let slots = &self.model.slots;
        let wanted = [self.text_of(slots.preferred), self.text_of(slots.detected), Some(self.model.default_locale.as_str())];
        let mut locales: Vec<String> = Vec::new();
        for tag in wanted.into_iter().flatten().filter_map(crate::handoff::file::locale_tag) {
            let mut tag = tag.as_str();
            loop {
                if !locales.iter().any(|known| known == tag) {
                    locales.push(tag.to_owned());
                }
                match tag.rsplit_once('-') {
                    Some((shorter, _)) => tag = shorter,
                    None => break,
                }
            }
        }
        locales
    }

    /// The user's best locale.
    pub(super) fn locale(&self) -> &str {
        self.locales.first().map_or("", String::as_str)
    }

    /// The folded utterance, for keywords.
    pub(super) fn folded_utterance(&self) -> String {
        fold_case(self.utterance()).into_owned()
    }

    // ---- expressions

    pub(super) fn scope(&self) -> Scope<'_> {
        Scope { context: &self.context, now: self.now, calendars: self.model.calendars.as_ref() }
    }

    /// Computes the definitions that are needed and not there yet: each once per decision, charged once.
    fn need(&mut self, uses: &[usize]) {
        for place in uses {
            let (Some(definition), Some(false)) = (self.model.definitions.get(*place), self.computed.get(*place)) else { continue };
            self.refill_for_last_resort();
            let scope = Scope { context: &self.context, now: self.now, calendars: self.model.calendars.as_ref() };
            let slot = match definition.condition.expression.evaluate_within(scope, &mut self.budget) {
                Ok(value) => Ok(value),
                Err(error) => Err(error.kind),
            };
            self.context.set(definition.slot, slot);
            if let Some(computed) = self.computed.get_mut(*place) {
                *computed = true;
            }
        }
    }

    /// The definitions that have been computed.
    pub(super) fn computed(&self) -> impl Iterator<Item = usize> {
        self.computed.iter().enumerate().filter(|(_, computed)| **computed).map(|(place, _)| place)
    }

    pub(super) fn holds(&mut self, condition: &Condition) -> Held {
        self.need(&condition.uses);
        let scope = Scope { context: &self.context, now: self.now, calendars: self.model.calendars.as_ref() };
        match condition.expression.matches_within(scope, &mut self.budget) {
            Ok(true) => Held::Yes,
            Ok(false) => Held::No,
            Err(error) => {
                self.condition_failed(condition, error);
                Held::Failed(error.kind)
            }
        }
    }

    /// No condition holds always.
    pub(super) fn holds_if_any(&mut self, condition: Option<&Condition>) -> Held {
        condition.map_or(Held::Yes, |condition| self.holds(condition))
    }

    /// The value of an expression; `NULL` where it failed, which is reported.
    pub(super) fn evaluate(&mut self, condition: &Condition) -> Value {
        self.need(&condition.uses);
        let scope = Scope { context: &self.context, now: self.now, calendars: self.model.calendars.as_ref() };
        condition.expression.evaluate_within(scope, &mut self.budget).unwrap_or_else(|error| {
            self.condition_failed(condition, error);
            Value::Null
        })
    }

    fn condition_failed(&mut self, condition: &Condition, error: crate::value::EvalError) {
        let message = format!("`{}`: {}", crate::diagnostic::shorten(error.span.of(condition.expression.source()), 60), error.kind.meaning());
        self.fault(&condition.at, error.kind.name(), message, Some(error.span));
    }

    // ---- texts

    /// A rendered text; `None` where it failed, which is reported.
    pub(super) fn render(&mut self, text: &Text) -> Option<String> {
        if let Some(literal) = text.template.literal() {
            return self.take_room(literal.len(), &text.at).then(|| literal.to_owned());
        }
        self.need(&text.uses);
        self.refill_for_last_resort();
        let scope = Scope { context: &self.context, now: self.now, calendars: self.model.calendars.as_ref() };
        match text.template.render(scope, &mut self.budget, &self.model.limits) {
            Ok(rendered) => self.take_room(rendered.len(), &text.at).then_some(rendered),
            Err(error) => {
                let at = text.at.clone();
                self.text_failed(&at, text.template.text(), &error);
                None
            }
        }
    }

    /// A rendered URL with its parameters.
    pub(super) fn render_link(&mut self, link: &Link) -> Option<String> {
        self.need(&link.uses);
        self.refill_for_last_resort();
        let scope = Scope { context: &self.context, now: self.now, calendars: self.model.calendars.as_ref() };
        match link.url.render(scope, &mut self.budget, &self.model.limits) {
            Ok(rendered) => self.take_room(rendered.len(), &link.at).then_some(rendered),
            Err(error) => {
                let param = error.param.and_then(|place| link.url.params().get(place));
                let (at, source) = match param {
                    Some((name, template)) => (format!("{}.params.{name}", link.owner), template.text()),
                    None => (link.at.to_string(), link.url.url().text()),
                };
                self.text_failed(&at, source, &error.error);
                None
            }
        }
    }

    fn text_failed(&mut self, at: &str, source: &str, error: &crate::handoff::template::RenderError) {
        let message = match &error.message {
            Some(message) => message.clone(),
            None => format!("`{}`: {}", crate::diagnostic::shorten(error.span.of(source), 60), error.kind.meaning()),
        };
        self.fault(at, error.kind.name(), message, Some(error.span));
    }

    /// The text in the user's best language. `None` where it failed, which is reported.
    pub(super) fn localized(&mut self, localized: &Localized) -> Option<String> {
        match localized {
            Localized::One(text) => self.render(text),
            Localized::ByLocale(texts) => {
                let best = self.locales.iter().find_map(|locale| texts.iter().find(|(tag, _)| **tag == **locale));
                best.or(texts.first()).and_then(|(_, text)| self.render(text))
            }
        }
    }

    /// Cuts a text of the context that stands in for one that the author left out: defaults never fail.
    pub(super) fn cut<'t>(&self, text: &'t str) -> &'t str {
        text.get(..text.floor_char_boundary(self.model.limits.rendered_bytes)).unwrap_or(text)
    }

    /// Takes bytes out of what the decision may hold.
    pub(super) fn take_room(&mut self, bytes: usize, at: &str) -> bool {
        match self.room.checked_sub(bytes) {
            Some(left) => {
                self.room = left;
                true
            }
            None if self.last_resort => {
                self.room = 0;
                true
            }
            None => {
                let message = format!("the texts of a decision have more than {} bytes", self.model.limits.decision_bytes);
                self.fault(at, EvalErrorKind::BudgetExceeded.name(), message, None);
                false
            }
        }
    }

    /// The last resort cannot fail for what was spent before, nor for how many parts it has: each of its texts and definitions, of which none can fail by
    /// itself, has a budget of its own, and finds room.
    pub(super) fn begin_last_resort(&mut self) {
        self.last_resort = true;
        for (definition, computed) in self.model.definitions.iter().zip(&mut self.computed) {
            let ran_out = matches!(self.context.slot(definition.slot), Slot::Failed(EvalErrorKind::BudgetExceeded));
            *computed &= !ran_out;
        }
        self.refill_for_last_resort();
    }

    /// What follows has a budget as any decision has.
    pub(super) fn end_last_resort(&mut self) {
        self.last_resort = false;
        self.budget = Budget::of_many(&self.model.limits, EXPRESSIONS_WORTH);
    }

    fn refill_for_last_resort(&mut self) {
        if self.last_resort {
            self.budget = Budget::of_many(&self.model.limits, EXPRESSIONS_OF_TEXT);
        }
    }

    // ---- faults

    pub(super) fn fault(&mut self, at: &str, kind: &str, message: String, span: Option<crate::source::Span>) {
        let fault = Fault { at: at.to_owned(), kind: kind.to_owned(), message, span: span.map(|span| [span.start, span.end]) };
        if self.faults.contains(&fault) {
            return;
        }
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        } else {
            self.more_faults += 1;
        }
    }

    pub(super) fn into_faults(mut self) -> Vec<Fault> {
        if self.more_faults > 0 {
            let message = format!("{} more errors are not listed", self.more_faults);
            self.faults.push(Fault { at: "errors".to_owned(), kind: "budget_exceeded".to_owned(), message, span: None });
        }
        self.faults
    }
}
