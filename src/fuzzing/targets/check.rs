//! What the checker says of a rule is what happens when it runs: facts, "cannot fail", folding, fixes.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::super::calendars::FuzzCalendars;
use super::super::generate::{self, Care, Dice, World};
use super::super::{Input, Tally, facts, outcome, report};
use crate::backend::Job;
use crate::check::{self, Checked};
use crate::context::{Context, Layout};
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::hir::Program;
use crate::limits::Limits;
use crate::schema::Schema;
use crate::syntax::{self, ast};
use crate::value::Timestamp;

/// Contexts for each rule.
const CONTEXTS: usize = 16;

/// Looks at one input.
pub(in super::super) fn run(bytes: &[u8], tally: &mut Tally) {
    tally.inputs += 1;
    match Input::of(bytes) {
        Input::Text(source, rest) => look(&source, generate::strict_builtin(), &mut Dice::new(rest), tally),
        Input::Decisions(mut dice) => {
            let world = world(&mut dice);
            let source = generate::text(&mut dice, &world);
            look(&source, &world, &mut dice, tally);
        }
    }
}

fn world(dice: &mut Dice<'_>) -> Cow<'static, World> {
    match dice.roll(4) {
        0 => Cow::Borrowed(generate::strict_builtin()),
        choice => Cow::Owned(generate::generated(dice, choice < 3)),
    }
}

/// The rule of an input.
pub(in super::super) fn rule(bytes: &[u8]) -> String {
    match Input::of(bytes) {
        Input::Text(source, _) => source.into_owned(),
        Input::Decisions(mut dice) => {
            let world = world(&mut dice);
            generate::text(&mut dice, &world)
        }
    }
}

fn look(source: &str, world: &World, dice: &mut Dice<'_>, tally: &mut Tally) {
    let limits = Limits::default();
    let Ok(parsed) = syntax::parse(source, &limits) else {
        tally.refused += 1;
        return;
    };
    let mut layout = Layout::default();
    let checked = examine(&parsed.rule, source, &world.schema, &limits, &mut layout);
    report::look_at(&checked.diagnostics, source);
    for diagnostic in &checked.diagnostics {
        mend(diagnostic, &checked.diagnostics, source, &world.schema, tally);
    }
    let is_refused = checked.diagnostics.iter().any(Diagnostic::is_error);
    assert_eq!(checked.program.is_none(), is_refused, "a program, or an error: {:?}\n{source}", checked.diagnostics);
    let Some(program) = checked.program else {
        tally.refused += 1;
        return;
    };
    tally.valid += 1;
    let mut plain_layout = Layout::default();
    let unfolded = check::unfolded(&parsed.rule, source, here(&world.schema, &limits), &mut plain_layout);
    let Some(plain) = unfolded.program else { unreachable!("only the folded rule has a program: {:?}\n{source}", unfolded.diagnostics) };
    assert!(plain_layout.paths().eq(layout.paths()), "folding changes what is read\n{source}");
    let cannot_fail = program.root_facts().errors.is_empty();
    tally.safe += u64::from(cannot_fail);
    for round in 0..CONTEXTS {
        // Half of the documents fit for certain; the others have to be refused, or to be as good as the schema says.
        let care = if round % 2 == 0 { Care::Fits } else { Care::Dirty };
        let document = generate::document(dice, &layout, Some(&world.schema), care);
        let Ok(context) = Context::from_value(&layout, &document, &limits) else {
            assert!(care == Care::Dirty, "a document that fits does not bind\n{source}\n{document}\n{:?}", world.schema);
            tally.unbound += 1;
            continue;
        };
        run_both(&program, &plain, &context, source, cannot_fail, tally);
    }
}

fn run_both(program: &Program, plain: &Program, context: &Context, source: &str, cannot_fail: bool, tally: &mut Tally) {
    let now = Timestamp::from_seconds(1_767_609_045).unwrap_or(Timestamp::EPOCH);
    let job = Job { program, context, now, calendars: &FuzzCalendars };
    let outcome = facts::evaluate(&job, source);
    let unfolded = facts::evaluate(&Job { program: plain, ..job }, source);
    outcome::agree(&outcome, &unfolded, "folded and unfolded", source);
    match outcome {
        Ok(value) if value.is_truthy() => tally.matched += 1,
        Ok(_) => tally.unmatched += 1,
        Err(error) => {
            assert!(!cannot_fail, "a rule that cannot fail fails with {error}\n{source}\n{context:?}");
            tally.failed += 1;
        }
    }
}

fn here<'w>(schema: &'w Arc<Schema>, limits: &'w Limits) -> check::World<'w> {
    check::World { schema: Some(schema), calendars: &FuzzCalendars, names: check::Names::NONE, limits }
}

fn examine(rule: &ast::Rule, source: &str, schema: &Arc<Schema>, limits: &Limits, layout: &mut Layout) -> Checked {
    check::check(rule, source, here(schema, limits), layout)
}

/// A fix leaves a rule that parses and no longer has the finding.
fn mend(diagnostic: &Diagnostic, all: &[Diagnostic], source: &str, schema: &Arc<Schema>, tally: &mut Tally) {
    let Some(fix) = &diagnostic.fix else { return };
    let fixed = fix.apply(source);
    let limits = Limits::default();
    let parsed = match syntax::parse(&fixed, &limits) {
        Ok(parsed) => parsed,
        Err(found) => {
            let is_large = found.iter().all(|found| matches!(found.code, Code::SourceTooLong | Code::TooDeep | Code::TooManyNodes));
            assert!(is_large, "the fix of {diagnostic:?} does not parse: {found:?}\n{source}\n{fixed}");
            return;
        }
    };
    let checked = examine(&parsed.rule, &fixed, schema, &limits, &mut Layout::default());
    // What stands elsewhere may have been silent because of what is mended; what stands inside may have the same finding once more.
    let Some((before, after)) = touched(fix, source, &fixed) else { unreachable!("a fix without edits: {diagnostic:?}\n{source}") };
    let count = |found: &[Diagnostic], place: &Range<usize>| {
        let is_same = |found: &&Diagnostic| found.code == diagnostic.code && found.message == diagnostic.message;
        found.iter().filter(is_same).filter(|found| found.span.range().start <= place.end && place.start <= found.span.range().end).count()
    };
    assert!(count(&checked.diagnostics, &after) < count(all, &before), "the fix leaves its finding: {diagnostic:?}\n{source}\n{fixed}");
    tally.fixed += 1;
}

/// Where the edits of a fix are, before and after: from the first to the last.
fn touched(fix: &Fix, source: &str, fixed: &str) -> Option<(Range<usize>, Range<usize>)> {
    let start = fix.edits.iter().map(|edit| edit.span.range().start).min()?;
    let end = fix.edits.iter().map(|edit| edit.span.range().end).max()?;
    Some((start..end, start..(fixed.len() + end).checked_sub(source.len())?))
}
