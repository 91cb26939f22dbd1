//! The reasons of a decision, in words and as a trace.

use super::scene::{Held, Scene};
use crate::check::Named;
use crate::diagnostic::shorten;
use crate::handoff::decision::State;
use crate::handoff::model::{Always, Category, Condition};
use crate::handoff::trace::{AlwaysTrace, CategoryOutcome, CategoryTrace, ConditionTrace, DecisionTrace, ItemTrace, TraceLevel, TracedPart, TracedValue};
use crate::handoff::words::{self, Knows};
use crate::rule::{Expression, StepOutcome, Trace};
use crate::value::Value;

/// So many parts of a condition are listed.
const MOST_PARTS: usize = 200;

/// The trace that is being written, if one is asked for.
pub(super) struct Why {
    level: TraceLevel,
    because: String,
    set: Option<ConditionTrace>,
    always: Vec<AlwaysTrace>,
    categories: Vec<CategoryTrace>,
    /// The condition of the category that is being judged.
    pending: Option<ConditionTrace>,
    items: Vec<ItemTrace>,
}

impl Why {
    pub(super) fn new(level: TraceLevel) -> Why {
        Why { level, because: String::new(), set: None, always: Vec::new(), categories: Vec::new(), pending: None, items: Vec::new() }
    }

    /// Whether a trace is asked for at all.
    pub(super) fn is_asked(&self) -> bool {
        self.level > TraceLevel::None
    }

    pub(super) fn state(&mut self, because: String) {
        self.because = because;
    }

    pub(super) fn state_for(&mut self, scene: &Scene<'_>, what: &str, when: &Condition) {
        if self.is_asked() {
            self.because = format!("{what}: {}", condition(scene, Some(when)));
        }
    }

    pub(super) fn set_condition(&mut self, scene: &Scene<'_>, when: &Condition, held: Held) {
        if self.is_asked() {
            self.set = Some(self.condition(scene, when, held));
        }
    }

    pub(super) fn rule(&mut self, rule: &Always, held: bool, because: String, when: Option<ConditionTrace>) {
        if self.is_asked() {
            self.always.push(AlwaysTrace { rule: rule.key.to_string(), held, because, when });
        }
    }

    pub(super) fn category_condition(&mut self, scene: &Scene<'_>, when: &Condition, held: Held) {
        self.pending = Some(self.condition(scene, when, held));
    }

    pub(super) fn category(&mut self, category: &Category, outcome: CategoryOutcome, because: String) {
        let when = self.pending.take();
        self.categories.push(CategoryTrace { category: category.key.to_string(), outcome, because, when });
    }

    pub(super) fn item(&mut self, item: ItemTrace) {
        self.items.push(item);
    }

    /// A condition that was asked: what it gave and, for a full trace, by what.
    pub(super) fn condition(&self, scene: &Scene<'_>, condition: &Condition, held: Held) -> ConditionTrace {
        let outcome = match held {
            Held::Yes => "true".to_owned(),
            Held::No => "false".to_owned(),
            Held::Failed(kind) => kind.name().to_owned(),
        };
        let full = self.level == TraceLevel::Full;
        let mut traced = ConditionTrace { at: condition.at.to_string(), outcome, source: None, span: None, values: Vec::new(), parts: Vec::new() };
        if full {
            let knowledge = Knowledge { scene };
            let trace = condition.expression.trace(scene.scope(), scene.model.world(), &scene.model.layout);
            traced.source = Some(condition.expression.source().to_owned());
            traced.span = Some([condition.span.start, condition.span.end]);
            traced.values =
                words::values(&condition.expression, &trace, &knowledge).into_iter().map(|(attribute, value)| TracedValue { attribute, value }).collect();
            let hides = knowledge.hides(&condition.expression);
            traced.parts = trace
                .steps
                .iter()
                .take(MOST_PARTS)
                .map(|step| TracedPart { span: [step.span.start, step.span.end], gave: gave(&step.outcome, hides) })
                .collect();
        }
        traced
    }

    pub(super) fn finish(self, scene: &Scene<'_>, state: State) -> Option<DecisionTrace> {
        if !self.is_asked() {
            return None;
        }
        let because = match state {
            State::Offered => "at least one rule offers something",
            State::Fallback if self.because.is_empty() => "no rule offers anything",
            State::CoolingDown => "a person has just handed the user back: live agents are withheld",
            State::Fallback | State::AlreadyWithHuman | State::NotNeeded | State::Disabled | State::InvalidContext => self.because.as_str(),
        };
        let definitions = scene.computed().filter_map(|place| scene.model.definitions.get(place)).map(|definition| {
            let held = match definition.condition.expression.matches(scene.scope()) {
                Ok(true) => Held::Yes,
                Ok(false) => Held::No,
                Err(error) => Held::Failed(error.kind),
            };
            self.condition(scene, &definition.condition, held)
        });
        Some(DecisionTrace {
            locale: scene.locale().to_owned(),
            because: because.to_owned(),
            stale: scene.stale.iter().map(|stale| format!("{}: {stale}", stale.path)).collect(),
            warnings: scene.context.warnings().iter().map(|warning| format!("{}: {}", warning.pointer, warning.message)).collect(),
            definitions: definitions.collect(),
            when: self.set,
            always: self.always,
            categories: self.categories,
            items: self.items,
        })
    }
}

/// What a part gave, as text.
fn gave(outcome: &StepOutcome, hides: bool) -> String {
    match outcome {
        StepOutcome::NotEvaluated => "not evaluated".to_owned(),
        StepOutcome::Error(kind) => kind.name().to_owned(),
        // A Bool of a condition tells no more than its outcome does.
        StepOutcome::Value(Value::Bool(value)) => value.to_string(),
        StepOutcome::Value(_) if hides => "hidden".to_owned(),
        StepOutcome::Value(value) => shorten(&crate::value::json::write(value), 120).into_owned(),
    }
}

/// Why a condition gave what it gave, in one line.
pub(super) fn condition(scene: &Scene<'_>, condition: Option<&Condition>) -> String {
    match condition {
        None => "always".to_owned(),
        Some(condition) => {
            let trace = condition.expression.trace_folded(scene.scope());
            words::because(&condition.expression, &trace, &Knowledge { scene })
        }
    }
}

pub(super) fn joined(reasons: Vec<String>) -> String {
    if reasons.is_empty() { "it has no condition".to_owned() } else { reasons.join(" and ") }
}

/// Why neither a topic nor a keyword of a rule is there.
pub(super) fn no_topic(rule: &Always) -> String {
    let shown = |words: Vec<&str>| words.into_iter().take(5).collect::<Vec<_>>().join(", ");
    let topics = shown(rule.topics.iter().map(AsRef::as_ref).collect());
    let keywords = shown(rule.keywords.iter().map(|(word, _)| &**word).collect());
    match (topics.is_empty(), keywords.is_empty()) {
        (false, false) => format!("signals.topics has none of {topics}, and the utterance no word of {keywords}"),
        (false, true) => format!("signals.topics has none of {topics}"),
        (true, _) => format!("the utterance has no word of {keywords}"),
    }
}

/// What the words ask of a decision under way.
struct Knowledge<'k, 'm> {
    scene: &'k Scene<'m>,
}

impl Knowledge<'_, '_> {
    /// Whether an expression reads anything that must not be shown.
    fn hides(&self, expression: &Expression) -> bool {
        expression.slots().any(|slot| self.scene.model.layout.is_pii(slot))
    }
}

impl Knows for Knowledge<'_, '_> {
    fn is_hidden(&self, path: &[&str]) -> bool {
        use crate::schema::Lookup;
        match self.scene.model.schema.lookup(path.iter().copied()) {
            Lookup::Declared { attribute, pii, .. } => pii || attribute.holds_pii(),
            Lookup::Free { pii } => pii,
            Lookup::Unknown { .. } | Lookup::NoMembers { .. } => true,
        }
    }

    fn definition(&self, name: &str) -> Option<(&Expression, Trace)> {
        let definition = self.scene.model.definitions.iter().find(|definition| &*definition.name == name)?;
        Some((&definition.condition.expression, definition.condition.expression.trace_folded(self.scene.scope())))
    }

    fn list(&self, name: &str) -> Option<Value> {
        match self.scene.model.names.get(name) {
            Some(Named::Constant(value)) => Some(value.clone()),
            Some(Named::Computed { .. }) | None => None,
        }
    }

    fn calendar(&self, name: &str) -> Option<String> {
        self.scene.model.calendars.get(name).map(|calendar| calendar.status(name, self.scene.now))
    }

    fn stale(&self, path: &[&str]) -> Option<String> {
        let shown = path.join(".");
        self.scene.stale.iter().find(|stale| stale.path == shown).map(ToString::to_string)
    }
}
