//! Inputs made of bytes: schemas, rules over them as trees and as text, contexts for the rules.
//!
//! What is generated comes from the tables: the rows of [`crate::builtins::ALL`], the operators, the schema. A new row is fuzzed because it is there.

mod contexts;
mod dice;
mod pool;
mod rules;
mod schemas;
mod texts;

pub use contexts::{Care, document};
pub use dice::Dice;
pub use rules::rule as tree;
pub use schemas::{World, builtin, generated, strict_builtin};
pub use texts::{mutated, nested, noisy, rule as text, soup, tokens};

pub(super) use pool::{CALENDARS, example_texts};
pub(super) use texts::{KEYWORDS, SIGNS, operators};
