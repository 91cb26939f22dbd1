//! What the decisions of a run were.

use std::fmt;

use crate::handoff::Decision;
use crate::handoff::decision::{Destination, State};

/// Counts of decisions: what "no crash" stands for.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Decided {
    /// Decisions by state, in the order of [`State::ALL`].
    pub states: [u64; State::ALL.len()],
    /// Options.
    pub options: u64,
    /// Options that lead to a live person.
    pub agents: u64,
    /// What stands in where nobody answers.
    pub fallbacks: u64,
    /// Errors that were reported.
    pub faults: u64,
    /// Contexts that held something that must not be shown.
    pub marked: u64,
    /// Changes that would offer what is not offered.
    pub nearest: u64,
}

impl Decided {
    pub(super) fn see(&mut self, decision: &Decision) {
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        if let Some(place) = State::ALL.iter().position(|state| *state == decision.state)
            && let Some(seen) = self.states.get_mut(place)
        {
            *seen += 1;
        }
        self.options += count(decision.options.len());
        self.agents += count(decision.options.iter().filter(|option| matches!(option.option.destination, Destination::Agent(_))).count());
        self.fallbacks += count(decision.fallbacks.len());
        self.faults += count(decision.errors.len());
    }

    /// How many decisions had this state.
    #[must_use]
    pub fn of(&self, state: State) -> u64 {
        State::ALL.iter().zip(self.states).find(|(known, _)| **known == state).map_or(0, |(_, seen)| seen)
    }
}

impl fmt::Display for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Decided { states, options, agents, fallbacks, faults, marked, nearest } = self;
        write!(f, "{options} options ({agents} agents), {fallbacks} stand in, {faults} errors, {marked} contexts with secrets, {nearest} nearest changes")?;
        State::ALL.iter().zip(states).try_for_each(|(state, seen)| write!(f, "; {} {seen}", state.name()))
    }
}
