//! Text to syntax tree, and back to canonical text.
//!
//! [`parse`] scans the text (length, nesting, quotes, brackets), runs the pest grammar over it, and builds the tree; [`print()`] writes a tree as
//! canonical text, comments kept.

pub mod ast;
mod escape;
mod parser;
mod print;
mod scan;

pub use parser::{Parsed, parse};
pub use print::{print, print_expr, print_text};
pub use scan::{Scan, scan};
