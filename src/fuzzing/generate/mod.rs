//! Inputs made of bytes: schemas, rules over them as trees and as text, contexts for the rules; rule-set files, and contexts for these.
//!
//! What is generated comes from the tables: the rows of [`crate::builtins::ALL`], the operators, the schema. A new row is fuzzed because it is there.

mod contexts;
mod dice;
mod json_text;
mod pool;
mod questions;
mod rules;
mod schemas;
mod sets;
mod shaped;
mod tested;
mod texts;
mod yaml;

pub use contexts::{Care, document};
pub use dice::Dice;
pub use json_text::json_text;
pub use questions::{MARK, MARKED_NUMBER, Marks, Question, question};
pub use rules::rule as tree;
pub use schemas::{World, builtin, generated, strict_builtin};
pub use sets::rule_set;
pub use shaped::{shaped, sprinkled};
pub use tested::{fitted, tested};
pub use texts::{mutated, nested, noisy, rule as text, soup, tokens};
pub use yaml::yaml;

pub(super) use pool::{CALENDARS, example_texts};
pub(super) use questions::hostile;
pub(super) use texts::{KEYWORDS, SIGNS, operators};
