//! Many rules, one context: a set of rules compiled together says which of them hold.
//!
//! ```text
//! rules --condition--> tests and composites, each once (collect, store) --index--> buckets of candidates
//! Context --scan--> truth of tests --> candidates --passing--> Matches; what is more than tests: the rule itself (residual)
//! ```
//!
//! The answers, errors included, are those of each rule alone on the same context. How it comes to them:
//!
//! - A rule is tests of attributes under `AND`, `OR` and `NOT`, and perhaps more. A test that several rules ask is one test.
//! - Each rule stands below a test without which it cannot be true (or below several of which one has to be true): the one that is true most seldom. A
//!   context makes candidates of the rules below the tests that are true, and looks at no others.
//! - One look at an attribute answers all tests of it: the truth of tests is rows of bits, and candidates are compared with these bits, sixteen at a
//!   time where the processor can.
//! - A rule that is more than tests is evaluated as a whole where its tests do not say that it is false. So is a rule of which a test does not fit the kind
//!   of its attribute: that is where errors come from.

mod bits;
#[cfg(feature = "handoff")]
mod candidates;
mod collect;
mod condition;
mod cost;
mod cuts;
mod index;
mod live;
mod marker;
mod passing;
mod patterns;
mod points;
mod residual;
mod scan;
mod scratch;
mod snapshot;
mod store;
mod test;
#[cfg(test)]
mod tests;
mod texts;

use std::sync::Arc;

#[cfg(feature = "handoff")]
pub(crate) use candidates::{Candidates, Possible};
pub use live::Live;
pub use scratch::{Matches, Scratch};
pub use snapshot::{Matcher, OtherLayout};

use crate::backend::Optimisation;
use crate::builtins::Calendars;
use crate::check::{Names, World};
use crate::context::Layout;
use crate::diagnostic::Diagnostic;
use crate::limits::Limits;
use crate::rule::{CompileError, Expression};
use crate::schema::Schema;
use bits::small;
use collect::Collector;

/// A rule of a set: its number, counted from 0 in the order in which rules were added. A rule keeps its number for good, and no other gets it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RuleId(u32);

impl RuleId {
    /// The rule of a number.
    #[must_use]
    pub fn at(index: usize) -> RuleId {
        RuleId(small(index))
    }

    /// The number.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What rules are compiled with.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) schema: Option<Arc<Schema>>,
    pub(crate) limits: Limits,
    pub(crate) calendars: Arc<dyn Calendars>,
    /// At which level rules that are more than tests are compiled to native code, if they are.
    pub(crate) native: Option<Optimisation>,
}

impl Settings {
    fn compile(&self, source: &str, layout: &mut Layout) -> Result<Expression, CompileError> {
        let world = World { schema: self.schema.as_deref(), calendars: self.calendars.as_ref(), names: Names::NONE, limits: &self.limits };
        Expression::compile(source, world, layout).map_err(|diagnostics| CompileError::new(source, diagnostics))
    }
}

/// Compiles rules into a set, one after the other: [`crate::Engine::matcher`].
///
/// ```
/// use triggerfish::matcher::Scratch;
/// use triggerfish::{Engine, Timestamp};
///
/// let mut builder = Engine::new().matcher();
/// for rule in [r#"domain == "IT" AND attempts > 2"#, r#"domain == "HR""#, r#"domain IN ["IT", "HR"]"#] {
///     builder.add(rule)?;
/// }
/// let matcher = builder.build();
///
/// let mut scratch = Scratch::new();
/// let context = matcher.bind_json(br#"{"domain": "IT", "attempts": 3}"#)?;
/// let matches = matcher.matches(&context, Timestamp::EPOCH, &mut scratch)?;
/// assert_eq!(matches.iter().map(|rule| rule.index()).collect::<Vec<_>>(), [0, 2]);
/// assert!(matches.errors().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Builder {
    settings: Arc<Settings>,
    layout: Layout,
    rules: Collector,
}

impl Builder {
    pub(crate) fn new(settings: Settings) -> Builder {
        Builder { settings: Arc::new(settings), layout: Layout::default(), rules: Collector::default() }
    }

    /// Compiles a rule and adds it; gives its number, and warnings in source order.
    ///
    /// # Errors
    /// Everything that is wrong with the rule. Its number is taken all the same, by no rule: the numbers of the others do not depend on it.
    pub fn add(&mut self, source: &str) -> Result<(RuleId, Vec<Diagnostic>), CompileError> {
        let compiled = self.settings.compile(source, &mut self.layout);
        match compiled {
            Ok(expression) => {
                let (program, diagnostics) = expression.into_parts();
                Ok((RuleId(self.rules.add(Some(program), &self.layout)), diagnostics))
            }
            Err(error) => {
                self.rules.add(None, &self.layout);
                Err(error)
            }
        }
    }

    /// The set of the rules that were added.
    #[must_use]
    pub fn build(mut self) -> Matcher {
        self.rules.teach(&mut self.layout, false);
        Matcher::new(self.settings, self.rules.finish(), self.layout)
    }
}
