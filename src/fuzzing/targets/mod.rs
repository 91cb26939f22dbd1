//! The bodies of the targets.

pub(super) mod backends;
pub(super) mod bind;
pub(super) mod check;
pub(super) mod decide;
pub(super) mod evaluate;
pub(super) mod matcher;
pub(super) mod parse;
pub(super) mod roundtrip;
pub(super) mod ruleset;
pub(super) mod scan;
pub(super) mod template;
