//! What was generated and called, counted where fuzzing wants to know that it reaches everything.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::helpers::Helper;

static CALLED: [AtomicU64; Helper::NAMES.len()] = [const { AtomicU64::new(0) }; Helper::NAMES.len()];
static GENERATED: Mutex<BTreeMap<&str, u64>> = Mutex::new(BTreeMap::new());

/// A helper was called.
pub(super) fn called(number: usize) {
    if let Some(count) = CALLED.get(number) {
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// Code of a form was generated.
pub(super) fn generated(form: &'static str) {
    *GENERATED.lock().unwrap_or_else(PoisonError::into_inner).entry(form).or_default() += 1;
}

/// Calls of each helper, in this process.
pub(crate) fn helpers() -> impl Iterator<Item = (&'static str, u64)> {
    Helper::NAMES.into_iter().zip(CALLED.iter().map(|count| count.load(Ordering::Relaxed)))
}

/// How often code of each form was generated, in this process.
pub(crate) fn forms() -> BTreeMap<&'static str, u64> {
    GENERATED.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
