//! Room on the stack for walks over trees, whatever thread they run on.
//!
//! Parser, checker and printer recurse once or a few times for each level of nesting, which the scan bounds. Their frames do not fit the smallest
//! stacks at the deepest legal nesting, so deep rules are worked on in a stack segment of their own. Rules of everyday nesting never need one.

/// Bytes of stack that one level of nesting takes in the hungriest walk, rounded up generously.
const BYTES_PER_LEVEL: usize = if cfg!(debug_assertions) { 128 * 1024 } else { 24 * 1024 };

/// Bytes of stack that a walk takes beside its levels.
const BASE: usize = if cfg!(debug_assertions) { 256 * 1024 } else { 64 * 1024 };

/// Does the work with room for so many levels of nesting.
pub(crate) fn with_room<T>(nesting: usize, work: impl FnOnce() -> T) -> T {
    let room = BASE + BYTES_PER_LEVEL * nesting;
    stacker::maybe_grow(room, room, work)
}
