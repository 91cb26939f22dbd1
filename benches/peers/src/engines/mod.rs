//! The engines, one file each, behind one trait. A call through it runs a rule over all contexts, so that it weighs nothing for any one of them.

mod attributes;
mod by_hand;
mod cedar;
mod cel;
mod datalogic;
mod evalexpr;
mod regorus;
mod rhai;
mod triggerfish;
mod zen;

use std::error::Error;

use serde_json::Value;

use crate::rounds::{self, Round};
use crate::workloads::{EVENTS, Workload, events};

/// What comes of asking an engine for a rule.
pub(crate) enum Prepared {
    /// The rule is compiled and the contexts are built.
    Ready(Round),
    /// The engine's language has no words for the rule; why.
    CannotSay(&'static str),
    /// The engine is no part of this comparison.
    NotMeasured,
}

/// An engine in the fastest form that it documents.
pub(crate) trait Engine {
    /// Name, and version or backend where that tells something.
    fn name(&self) -> &'static str;

    /// Compiles the rule and builds all contexts in the engine's own representation.
    ///
    /// # Errors
    /// Whatever the engine says about the rule or the contexts.
    fn prepare(&self, workload: &Workload, inputs: &Inputs) -> Result<Prepared, Box<dyn Error>>;

    /// Compiles the rule to be run on JSON bytes.
    ///
    /// # Errors
    /// Whatever the engine says about the rule.
    fn prepare_bytes(&self, _workload: &Workload, _inputs: &Inputs) -> Result<Prepared, Box<dyn Error>> {
        Ok(Prepared::NotMeasured)
    }
}

/// All engines, in the order of the table's rows. The first is what the others are measured by.
pub(crate) fn all() -> Vec<Box<dyn Engine>> {
    let mut engines: Vec<Box<dyn Engine>> = vec![Box::new(by_hand::ByHand)];
    engines.extend(triggerfish::BACKENDS.iter().map(|backend| Box::new(*backend) as Box<dyn Engine>));
    engines.push(Box::new(cel::Cel));
    engines.push(Box::new(datalogic::Datalogic));
    engines.push(Box::new(zen::Zen));
    engines.push(Box::new(rhai::Rhai));
    engines.push(Box::new(cedar::Cedar));
    engines.push(Box::new(regorus::Regorus));
    engines.push(Box::new(evalexpr::Evalexpr));
    engines
}

/// The contexts as they come from outside, in the order of [`events`].
pub(crate) struct Inputs {
    /// JSON text.
    pub(crate) documents: Vec<Vec<u8>>,
    /// The same, parsed.
    pub(crate) values: Vec<Value>,
}

impl Inputs {
    /// The contexts of all workloads.
    ///
    /// # Errors
    /// What `serde_json` says about an event.
    pub(crate) fn new() -> Result<Inputs, serde_json::Error> {
        let events = events(EVENTS);
        let documents = events.iter().map(serde_json::to_vec).collect::<Result<_, _>>()?;
        let values = events.iter().map(serde_json::to_value).collect::<Result<_, _>>()?;
        Ok(Inputs { documents, values })
    }
}

/// The loop that every engine runs in: over contexts that it owns, with a verdict for each.
fn over<C: 'static>(contexts: Vec<C>, verdict: impl FnMut(&mut C) -> bool + 'static) -> Prepared {
    Prepared::Ready(rounds::over(contexts, verdict))
}

/// A rule in an engine's words, or why there are none.
type Said = Result<&'static str, &'static str>;

/// For a workload that an engine's file does not know.
const NOT_WRITTEN: Said = Err("not written for this engine");
