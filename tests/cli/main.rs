//! The command line, through the real binary.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests stop where something is not as it should be")]

mod check;
mod eval;
mod fmt;
mod general;
mod hostile;
mod reference;
mod schema;
mod support;
mod test;
