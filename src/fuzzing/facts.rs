//! Looks on while a program runs, and holds what it gives against what the checker said of it.

use std::collections::HashMap;

use super::outcome::Outcome;
use crate::backend::Job;
use crate::backend::interp::{Place, Seen, Watch, evaluate_watched};
use crate::hir::{Facts, Node, Program};
use crate::source::Span;

/// Evaluates, and asserts that every part gives only what its facts allow, and that no part is evaluated more often than the steps allow.
pub(super) fn evaluate(job: &Job<'_>, source: &str) -> Outcome {
    let mut watch = Onlooker { program: job.program, source, visits: HashMap::new() };
    let outcome = evaluate_watched(job, &mut watch);
    // The body of a lambda is evaluated once for each element, and every element costs a step; all else is evaluated once.
    let most = job.program.limits.steps.max(1);
    if let Some((place, visits)) = watch.visits.iter().find(|(_, visits)| **visits > most) {
        unreachable!("{place:?} was evaluated {visits} times in {most} steps\n{source}\n{}", job.program.dump());
    }
    outcome
}

struct Onlooker<'o> {
    program: &'o Program,
    source: &'o str,
    visits: HashMap<Place, u64>,
}

impl Watch for Onlooker<'_> {
    const ACTIVE: bool = true;

    fn see(&mut self, place: Place, seen: Seen<'_>) {
        *self.visits.entry(place).or_default() += 1;
        let Some((facts, span)) = facts(self.program, place) else { unreachable!("{place:?} is no place of the program\n{}", self.source) };
        match seen {
            Ok(value) => assert!(
                facts.kinds.has(value.kind()),
                "`{}` gave {}, its facts say {}\n{}\n{}",
                span.of(self.source),
                value.kind(),
                facts.kinds,
                self.source,
                self.program.dump()
            ),
            Err(error) => {
                assert!(
                    facts.errors.has(error.kind),
                    "`{}` failed with {}, its facts say {:?}\n{}\n{}",
                    span.of(self.source),
                    error.kind,
                    facts.errors,
                    self.source,
                    self.program.dump()
                );
                assert!(self.source.get(error.span.range()).is_some(), "the span of {error} does not lie in the source\n{}", self.source);
            }
        }
    }
}

fn facts(program: &Program, place: Place) -> Option<(Facts, Span)> {
    match place {
        Place::Node(id) => Some((program.facts(id), program.span(id))),
        Place::Link(id, at) => {
            let Node::Chain(_, links) = program.node(id) else { return None };
            program.links(links).get(at).map(|link| (link.facts, link.span))
        }
    }
}
