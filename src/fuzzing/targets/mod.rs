//! The bodies of the targets.

pub(super) mod check;
pub(super) mod evaluate;
pub(super) mod parse;
pub(super) mod roundtrip;
pub(super) mod scan;
