//! Which of many conditions can hold at all: an index over programs that somebody else evaluates, one after the other.

use std::ops::Range;

use super::bits::{Bits, ones_of, small};
use super::collect::Collector;
use super::index::Index;
use super::scan::Scan;
use super::scratch::Scratch;
use crate::context::{Context, Layout};
use crate::hir::Program;
use crate::limits::Limits;

/// An index over conditions. It leaves out those of which the attributes alone say that they are false; the others have to be evaluated.
#[derive(Debug)]
pub(crate) struct Candidates {
    index: Index,
    /// Those that have no program: they always hold.
    always: Vec<u32>,
    count: usize,
    limits: Limits,
}

/// Which conditions may hold, or fail, for a context, by number.
#[derive(Debug)]
pub(crate) struct Possible(Bits);

impl Candidates {
    /// An index over the programs of conditions, in their order. Values that are computed need not be in the contexts yet.
    pub(crate) fn new<'p>(programs: impl Iterator<Item = Option<&'p Program>>, layout: &mut Layout, limits: &Limits) -> Candidates {
        let mut rules = Collector::for_later();
        let mut always = Vec::new();
        for program in programs {
            let number = rules.add(program.cloned(), layout);
            if program.is_none() {
                always.push(number);
            }
        }
        rules.teach(layout, false);
        let store = rules.finish();
        Candidates { index: Index::new(&store, layout, limits, None), always, count: store.len(), limits: limits.clone() }
    }

    /// The conditions that may hold, or fail, for a context that is bound to the layout. Of all others the value is falsy, without an error.
    pub(crate) fn of(&self, context: &Context) -> Possible {
        let mut scratch = Scratch::new();
        Scan { index: &self.index, context, state: &mut scratch.state, found: &mut scratch.found }.run(self.count, &self.limits);
        let Scratch { state, found } = scratch;
        let mut possible = found.matched;
        for number in state.pending.iter().chain(state.slow.iter()).chain(self.always.iter().copied()) {
            possible.insert(number);
        }
        Possible(possible)
    }
}

impl Possible {
    /// Whether a condition may hold, or fail.
    pub(crate) fn has(&self, number: usize) -> bool {
        self.0.has(small(number))
    }

    /// Those of a range, in order.
    pub(crate) fn within(&self, range: Range<usize>) -> impl Iterator<Item = usize> {
        let words = range.start / 64..range.end.div_ceil(64);
        let bits = words.flat_map(|at| ones_of(self.0.words().get(at).copied().unwrap_or(0)).map(move |bit| at * 64 + bit as usize));
        bits.filter(move |number| range.contains(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::NoCalendars;
    use crate::check::{Named, Names, World};
    use crate::hir::Facts;
    use crate::rule::{Expression, Scope};
    use crate::schema::Schema;
    use crate::value::{ErrorKinds, Kinds, Timestamp};

    fn expressions(sources: &[&str], layout: &mut Layout) -> Vec<Expression> {
        let (schema, limits) = (Schema::builtin(), Limits::default());
        let world = World { schema: Some(&schema), calendars: &NoCalendars, names: Names::NONE, limits: &limits };
        sources.iter().map(|source| Expression::compile(source, world, layout).unwrap()).collect()
    }

    #[test]
    fn what_is_left_out_is_false_and_does_not_fail() {
        let sources = [
            r#"domain == "IT""#,
            r#"domain == "HR" AND bot.attempts > 2"#,
            r#"user.department IN ["Sales", "Legal"]"#,
            "user.custom_attributes.level > 3",
            r#"user.department.$LOWERCASE().$STARTS_WITH("sa") AND 1 / bot.attempts > 0"#,
            "TRUE",
            "FALSE",
            r#"domain == "IT" AND user.custom_attributes.level > 3"#,
        ];
        let mut layout = Layout::default();
        let expressions = expressions(&sources, &mut layout);
        let limits = Limits::default();
        let candidates = Candidates::new(expressions.iter().map(|expression| Some(expression.program())).chain([None]), &mut layout, &limits);
        let mut left_out = 0;
        for document in [
            "{}",
            r#"{"domain": "IT", "user": {"department": "Sales"}, "bot": {"attempts": 0}}"#,
            r#"{"domain": "HR", "bot": {"attempts": 3}, "user": {"custom_attributes": {"level": "high"}}}"#,
            r#"{"domain": "IT", "user": {"department": "Legal", "custom_attributes": {"level": 4}}}"#,
        ] {
            let context = Context::from_json(&layout, document.as_bytes(), &limits).unwrap();
            let possible = candidates.of(&context);
            for (number, expression) in expressions.iter().enumerate() {
                let scope = Scope { context: &context, now: Timestamp::EPOCH, calendars: &NoCalendars };
                if !possible.has(number) {
                    assert_eq!(expression.matches(scope), Ok(false), "{} {document}", expression.source());
                    left_out += 1;
                }
            }
            assert!(possible.has(sources.len()), "what has no condition holds");
            let all: Vec<usize> = (0..=sources.len()).filter(|number| possible.has(*number)).collect();
            assert_eq!(possible.within(0..100).collect::<Vec<_>>(), all);
            assert_eq!(possible.within(2..5).collect::<Vec<_>>(), all.into_iter().filter(|number| (2..5).contains(number)).collect::<Vec<_>>());
        }
        assert!(left_out > 12, "{left_out}");
    }

    #[test]
    fn nothing_is_known_of_what_is_computed_later() {
        let (schema, limits) = (Schema::builtin(), Limits::default());
        let mut layout = Layout::default();
        let slot = layout.computed("is_vip", false);
        let mut names = Names::default();
        names.insert("is_vip".into(), Named::Computed { slot, facts: Facts { kinds: Kinds::BOOL, errors: ErrorKinds::NONE }, declared: None });
        let world = World { schema: Some(&schema), calendars: &NoCalendars, names: &names, limits: &limits };
        let sources = ["is_vip", "NOT is_vip", r#"domain == "IT" AND is_vip"#, r#"domain == "HR" OR is_vip"#, r#"domain == "HR""#];
        let expressions: Vec<Expression> = sources.iter().map(|source| Expression::compile(source, world, &mut layout).unwrap()).collect();
        let candidates = Candidates::new(expressions.iter().map(|expression| Some(expression.program())), &mut layout, &limits);
        let of = |document: &str| candidates.of(&Context::from_json(&layout, document.as_bytes(), &limits).unwrap()).within(0..5).collect::<Vec<_>>();
        assert_eq!(of(r#"{"domain": "IT"}"#), [0, 1, 2, 3]);
        assert_eq!(of(r#"{"domain": "HR"}"#), [0, 1, 3, 4]);
    }
}
