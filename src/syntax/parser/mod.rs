//! From text to tree: scan, pest grammar, precedence.

mod climb;
mod error;
mod literal;
mod operand;

use pest::Parser as _;
use pest_derive::Parser;

use super::ast;
use super::scan::{Scan, scan};
use crate::diagnostic::Diagnostic;
use crate::limits::Limits;
use crate::stack::with_room;

/// The parser that pest generates from the grammar.
mod generated {
    #![allow(missing_docs, reason = "pest generates the items; the grammar documents them")]
    use super::Parser;

    #[derive(Parser)]
    #[grammar = "grammar/rule.pest"]
    pub(super) struct Grammar;
}

use generated::{Grammar, Rule};

/// A parsed rule and what is suspicious about its text.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The tree and the comments.
    pub rule: ast::Rule,
    /// Warnings that need no schema: invisible characters inside quotes.
    pub warnings: Vec<Diagnostic>,
}

/// Parses a rule.
///
/// # Errors
/// Everything that is wrong with the syntax, at least one diagnostic.
///
/// ```
/// use triggerfish::{Limits, syntax};
/// let parsed = syntax::parse(r#"domain == "IT""#, &Limits::default()).unwrap();
/// assert_eq!(syntax::print(&parsed.rule), r#"domain == "IT""#);
/// ```
pub fn parse(source: &str, limits: &Limits) -> Result<Parsed, Vec<Diagnostic>> {
    let scan = scan(source, limits).map_err(|diagnostic| vec![*diagnostic])?;
    with_room(scan.nesting, || build(source, limits, scan))
}

fn build(source: &str, limits: &Limits, scan: Scan) -> Result<Parsed, Vec<Diagnostic>> {
    let mut pairs = Grammar::parse(Rule::whole, source).map_err(|error| vec![error::from_pest(&error, source)])?;
    let expression = pairs.next().and_then(|rule| rule.into_inner().next());
    let mut builder = climb::Builder::new(limits.nodes);
    let item = match expression {
        Some(expression) => builder.expression(expression),
        None => return Err(vec![error::empty(source)]),
    };
    match item {
        Ok(item) if builder.diagnostics.is_empty() => {
            Ok(Parsed { rule: ast::Rule { expr: item.expr, comments: scan.comments, nodes: builder.nodes(), nesting: scan.nesting }, warnings: scan.warnings })
        }
        Ok(_) => Err(builder.diagnostics),
        Err(stop) => {
            builder.diagnostics.push(*stop);
            Err(builder.diagnostics)
        }
    }
}
