//! Words for administrators: why a condition holds or not, and which single changes could make it otherwise.
//!
//! ```text
//! Expression + Trace --reasons--> "domain is IT and user.department is Sales"
//! Expression --candidates--> user.department = "Sales", the next opening of it_emea
//! ```
//!
//! Only the parts that decided are named: of a conjunction that does not hold, the first operand that does not. Values that must not be shown are
//! not printed, nor is a literal of the rule from which such a value would follow.

mod calls;
mod candidates;
mod compare;
mod part;
mod reads;
mod reasons;
mod show;
mod subject;
#[cfg(test)]
mod tests;

pub use candidates::{Candidate, MOST_CANDIDATES, candidates};

use crate::rule::{Expression, Trace};
use crate::value::Value;
use part::Part;
use reasons::Teller;

/// What the words need to know besides the expression and its trace.
pub trait Knows {
    /// Whether the value of an attribute must not be shown: a path such as `["user", "email_addr"]`. An attribute with such a part is one itself.
    fn is_hidden(&self, path: &[&str]) -> bool;

    /// A definition of the rule set: its expression, and what its parts gave in this evaluation. `None` for any other name.
    fn definition(&self, name: &str) -> Option<(&Expression, Trace)>;

    /// A constant list of the rule set. `None` for any other name.
    fn list(&self, name: &str) -> Option<Value>;

    /// The state of a calendar: `it_emea is closed, opens Monday 09:00 Europe/Berlin`. `None` if it is not declared.
    fn calendar(&self, name: &str) -> Option<String>;

    /// Why an attribute reads as `NULL` although the context has it: `stale: 95 s, limit 60 s`.
    fn stale(&self, path: &[&str]) -> Option<String>;
}

/// The most characters of a [`because`].
pub const LONGEST_LINE: usize = 300;

/// One line: why the expression has the truth it has in this evaluation, or that it failed. Lower case but for names and values, no final period, at
/// most [`LONGEST_LINE`] characters; reasons that find no room are counted.
///
/// `trace` is that of the expression, with or without its folded parts.
#[must_use]
pub fn because(expression: &Expression, trace: &Trace, knows: &dyn Knows) -> String {
    let reasons = Teller::new(knows).tell(&Part::new(expression, trace));
    show::joined(&reasons, LONGEST_LINE)
}

/// The attributes that decided, each once, in the order of the reasons: the path, and the value as shown (`hidden` where it must not be, `missing`
/// where there is none).
#[must_use]
pub fn values(expression: &Expression, trace: &Trace, knows: &dyn Knows) -> Vec<(String, String)> {
    let mut teller = Teller::new(knows);
    teller.tell(&Part::new(expression, trace));
    teller.into_values()
}
