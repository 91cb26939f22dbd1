//! A set of rules gives what the interpreter gives for each of them: whether it matches, or error kind and span; after edits, too.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::calendars::FuzzCalendars;
use super::super::generate::{self, Care, Dice, World};
use super::super::{Input, Tally};
use crate::backend::Backend;
use crate::check::{self, Names};
use crate::context::{Context, Layout};
use crate::engine::Engine;
use crate::limits::Limits;
use crate::matcher::{Matcher, RuleId, Scratch};
use crate::rule::{Expression, Scope};
use crate::value::{EvalError, Timestamp};

/// The most different rules of a set.
const RULES: usize = 16;
/// So many rules are alike, if several are.
const MANY: usize = 40;
/// The most edits of a set.
const EDITS: usize = 6;
/// Contexts for each set that comes of them.
const CONTEXTS: usize = 6;

/// Looks at one input.
pub(in super::super) fn run(bytes: &[u8], tally: &mut Tally) {
    match Input::of(bytes) {
        Input::Text(source, rest) => {
            let mut dice = Dice::new(rest);
            let mut pair = Pair::new(Cow::Borrowed(generate::builtin()), rest.len().is_multiple_of(2), Limits::default(), Backend::Interp);
            pair.compare(&mut dice, &mut Dice::new(rest), Some(&source), tally);
        }
        Input::Decisions(mut dice) => {
            let (rules, contexts) = parted(dice.rest());
            let mut rules = Dice::new(rules);
            Pair::generated(&mut rules).compare(&mut rules, &mut Dice::new(contexts), None, tally);
        }
    }
}

/// Bytes for rules and edits, and bytes for contexts.
fn parted(bytes: &[u8]) -> (&[u8], &[u8]) {
    bytes.split_at_checked(bytes.len() / 2).unwrap_or((bytes, &[]))
}

/// The first rule of an input.
pub(in super::super) fn rule(bytes: &[u8]) -> String {
    match Input::of(bytes) {
        Input::Text(source, _) => source.into_owned(),
        Input::Decisions(mut dice) => {
            let mut rules = Dice::new(parted(dice.rest()).0);
            let pair = Pair::generated(&mut rules);
            pair.source(&mut rules)
        }
    }
}

/// A set, and the same rules one by one.
struct Pair {
    world: Cow<'static, World>,
    has_schema: bool,
    limits: Limits,
    engine: Engine,
    layout: Layout,
    rules: BTreeMap<RuleId, Expression>,
}

impl Pair {
    fn generated(dice: &mut Dice<'_>) -> Pair {
        let (world, has_schema) = match dice.roll(6) {
            choice @ 0..=2 => (Cow::Borrowed(generate::builtin()), choice == 0),
            3 => (Cow::Borrowed(generate::strict_builtin()), true),
            choice => (Cow::Owned(generate::generated(dice, choice == 5)), dice.roll(3) > 0),
        };
        let limits = match dice.roll(6) {
            0 => Limits { steps: dice.roll(40) as u64, bytes: dice.roll(400) as u64, ..Limits::default() },
            _ => Limits::default(),
        };
        let backend = if dice.one_in(8) { Backend::Jit } else { Backend::Interp };
        Pair::new(world, has_schema, limits, backend)
    }

    fn new(world: Cow<'static, World>, has_schema: bool, limits: Limits, backend: Backend) -> Pair {
        let mut engine = Engine::new().with_limits(limits.clone()).with_calendars(Arc::new(FuzzCalendars)).with_backend(backend);
        if has_schema {
            engine = engine.with_schema(world.schema.clone());
        }
        Pair { world, has_schema, limits, engine, layout: Layout::default(), rules: BTreeMap::new() }
    }

    fn source(&self, dice: &mut Dice<'_>) -> String {
        match dice.roll(8) {
            0 => generate::shaped(dice, &self.world, &[]),
            1 => generate::text(dice, &self.world),
            2 => {
                let (one, other) = (generate::tested(dice, &self.world), generate::text(dice, &self.world));
                format!("({one}) {} ({other})", dice.word(&["AND", "OR"]))
            }
            _ => generate::tested(dice, &self.world),
        }
    }

    /// Compiles a rule by itself, over the slots of all.
    fn compile(&mut self, source: &str) -> Option<Expression> {
        let schema = self.has_schema.then_some(self.world.schema.as_ref());
        let world = check::World { schema, calendars: &FuzzCalendars, names: Names::NONE, limits: &self.limits };
        Expression::compile(source, world, &mut self.layout).ok()
    }

    fn compare(&mut self, dice: &mut Dice<'_>, contexts: &mut Dice<'_>, first: Option<&str>, tally: &mut Tally) {
        let mut builder = self.engine.matcher();
        let mut sources: Vec<String> = first.into_iter().map(str::to_owned).collect();
        for _ in 0..dice.roll(RULES) {
            let source = self.source(dice);
            // What many rules have is looked at in other ways than what few have.
            let times = if dice.one_in(12) { MANY } else { 1 };
            sources.extend(std::iter::repeat_n(source, times));
        }
        for source in &sources {
            tally.inputs += 1;
            let alone = self.compile(source);
            self.keep(builder.add(source).map(|(rule, _)| rule).ok(), alone, tally);
        }
        let mut matcher = builder.build();
        let mut scratch = Scratch::new();
        self.ask(contexts, &matcher, &mut scratch, tally);
        for _ in 0..dice.roll(EDITS) {
            let (before, slots) = (self.context(contexts, &matcher), self.layout.len());
            matcher = self.edited(dice, contexts, matcher, tally);
            if let Some((context, alone)) = &before
                && slots == self.layout.len()
            {
                // What was bound before an edit may be asked as it is, where the set says so.
                self.ask_about(context, alone, &matcher, &mut scratch, tally);
            }
            self.ask(contexts, &matcher, &mut scratch, tally);
        }
    }

    /// Keeps a rule that both accept.
    fn keep(&mut self, added: Option<RuleId>, alone: Option<Expression>, tally: &mut Tally) {
        match (added, alone) {
            (Some(rule), Some(alone)) => {
                tally.valid += 1;
                tally.safe += u64::from(alone.errors().is_empty());
                self.rules.insert(rule, alone);
            }
            (None, None) => tally.refused += 1,
            (added, alone) => unreachable!("accepted in a set: {}, alone: {}", added.is_some(), alone.is_some()),
        }
    }

    fn edited(&mut self, dice: &mut Dice<'_>, contexts: &mut Dice<'_>, matcher: Matcher, tally: &mut Tally) -> Matcher {
        let rule = RuleId::at(dice.roll(matcher.numbers() + 1));
        match dice.roll(6) {
            0..=1 => {
                let source = self.source(dice);
                tally.inputs += 1;
                match (matcher.with(&source), self.compile(&source)) {
                    (Ok((matcher, rule, _)), Some(alone)) => {
                        tally.valid += 1;
                        assert!(self.rules.insert(rule, alone).is_none(), "an id is given twice");
                        matcher
                    }
                    (Err(_), None) => {
                        tally.refused += 1;
                        matcher
                    }
                    (with, _) => unreachable!("accepted as an edit: {}, alone: {}\n{source}", with.is_ok(), with.is_err()),
                }
            }
            2 if rule.index() < matcher.numbers() => {
                let source = self.source(dice);
                match (matcher.replaced(rule, &source), self.compile(&source)) {
                    (Ok((matcher, _)), Some(alone)) => {
                        self.rules.insert(rule, alone);
                        matcher
                    }
                    (Err(_), None) => matcher,
                    (with, _) => unreachable!("accepted as an edit: {}, alone: {}\n{source}", with.is_ok(), with.is_err()),
                }
            }
            2..=3 => {
                assert_eq!(self.rules.remove(&rule).is_some(), matcher.contains(rule));
                matcher.without(rule)
            }
            4 => matcher.merged(),
            _ => {
                let contexts: Vec<Context> = (0..CONTEXTS).filter_map(|_| Some(self.context(contexts, &matcher)?.0)).collect();
                matcher.tuned(&contexts)
            }
        }
    }

    /// A context of the set, and the same one of the rules alone.
    fn context(&self, dice: &mut Dice<'_>, matcher: &Matcher) -> Option<(Context, Context)> {
        let schema = self.has_schema.then_some(self.world.schema.as_ref());
        let care = if dice.roll(3) == 0 { Care::Fits } else { Care::Dirty };
        // Without a schema the declared types are a hint at what rules are about.
        let hint = schema.or((dice.roll(3) > 0).then_some(self.world.schema.as_ref()));
        let mut document = generate::document(dice, &self.layout, hint, care);
        generate::fitted(dice, &mut document);
        if dice.one_in(3) {
            generate::sprinkled(dice, &mut document);
        }
        let bound = match dice.roll(2) {
            0 => matcher.bind_value(&document),
            _ => matcher.bind_json(document.to_string().as_bytes()),
        };
        let alone = Context::from_value(&self.layout, &document, &self.limits);
        // Attributes of rules that are no more may be bound, or not.
        Some((bound.ok()?, alone.ok()?))
    }

    fn ask(&self, dice: &mut Dice<'_>, matcher: &Matcher, scratch: &mut Scratch, tally: &mut Tally) {
        assert_eq!(matcher.len(), self.rules.len());
        for _ in 0..CONTEXTS {
            match self.context(dice, matcher) {
                Some((context, alone)) => self.ask_about(&context, &alone, matcher, scratch, tally),
                None => tally.unbound += 1,
            }
        }
    }

    /// Asserts that the set says of a context what the rules say of it one by one.
    fn ask_about(&self, context: &Context, alone: &Context, matcher: &Matcher, scratch: &mut Scratch, tally: &mut Tally) {
        if !matcher.is_current(context) {
            assert!(matcher.matches(context, Timestamp::EPOCH, scratch).is_err());
            return;
        }
        let now = Timestamp::from_micros(1_767_609_045_250_000).unwrap_or(Timestamp::EPOCH);
        let scope = Scope { context: alone, now, calendars: &FuzzCalendars };
        let (mut matched, mut errors): (Vec<RuleId>, Vec<(RuleId, EvalError)>) = (Vec::new(), Vec::new());
        for (rule, expression) in &self.rules {
            tally.compared.evaluations += 1;
            match expression.matches(scope) {
                Ok(true) => matched.push(*rule),
                Ok(false) => {}
                Err(error) => errors.push((*rule, error)),
            }
        }
        tally.matched += matched.len() as u64;
        tally.failed += errors.len() as u64;
        tally.unmatched += (self.rules.len() - matched.len() - errors.len()) as u64;
        let Ok(found) = matcher.matches(context, now, scratch) else { unreachable!("the context was bound to the set") };
        let alike = found.iter().eq(matched.iter().copied()) && found.errors() == errors;
        if !alike {
            let sources: Vec<(usize, &str)> = self.rules.iter().map(|(rule, expression)| (rule.index(), expression.source())).collect();
            let found: Vec<RuleId> = found.iter().collect();
            let set_errors = matcher.matches(context, now, scratch).map(|matches| matches.errors().to_vec());
            unreachable!("alone {matched:?} {errors:?}\nin the set {found:?} {set_errors:?}\n{sources:#?}\n{context:?}");
        }
        assert!(found.count() == matched.len() && found.first() == matched.first().copied());
        assert!(self.rules.keys().all(|rule| found.contains(*rule) == matched.contains(rule)));
    }
}
