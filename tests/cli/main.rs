//! The command line, through the real binary.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests stop where something is not as it should be")]

mod backend;
mod check;
mod compare;
mod decide;
mod eval;
mod explain;
mod fmt;
mod general;
mod hostile;
mod init;
mod matching;
mod reference;
mod schema;
mod support;
mod test;
