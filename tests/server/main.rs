//! The decision service: in process through its router, and as a process over real sockets.
//!
//! `TRIGGERFISH_LONG=1` makes the tests that only find something by trying often try very often.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    clippy::cast_possible_truncation,
    reason = "helpers of tests fail by panicking"
)]

mod auth;
mod canaries;
mod contract;
mod faults;
mod hostile;
mod log;
mod memory;
mod process;
mod reload;
mod routes;
#[cfg(feature = "otel")]
mod spans;
mod support;
#[cfg(feature = "tls")]
mod tls;
mod write;
