//! Threads that are not in a hurry: what they do must not take processors from requests.

/// Lets this thread run when no other wants to, as far as the system can. Its priority stays lowered.
pub(super) fn give_way() {
    // Elsewhere the priority is that of the whole process.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if let Err(error) = rustix::process::nice(LATER) {
        tracing::debug!(%error, "the priority of a thread cannot be lowered");
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
const LATER: i32 = 10;
