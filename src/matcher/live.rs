//! A set of rules that changes while it is asked.

use std::sync::{Mutex, PoisonError, RwLock};

use super::{Matcher, RuleId};
use crate::diagnostic::Diagnostic;
use crate::rule::CompileError;

/// A set of rules that many threads ask and some change. Who asks takes [`Live::now`], which waits for nobody who compiles, and goes on with it as long as
/// he likes.
///
/// ```
/// use triggerfish::matcher::{Live, Scratch};
/// use triggerfish::{Engine, Timestamp};
///
/// let live = Live::new(Engine::new().matcher().build());
/// let (rule, _) = live.add(r#"domain == "IT""#)?;
/// live.merge();
///
/// let (matcher, mut scratch) = (live.now(), Scratch::new());
/// let context = matcher.bind_json(br#"{"domain": "IT"}"#)?;
/// assert_eq!(matcher.matches(&context, Timestamp::EPOCH, &mut scratch)?.first(), Some(rule));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Live {
    /// Locked for as long as it takes to copy it, or to put another one there.
    current: RwLock<Matcher>,
    /// Held by whoever edits.
    editor: Mutex<()>,
    /// Held by whoever merges.
    merger: Mutex<()>,
}

impl Live {
    /// A set that begins with these rules.
    #[must_use]
    pub fn new(matcher: Matcher) -> Live {
        Live { current: RwLock::new(matcher), editor: Mutex::new(()), merger: Mutex::new(()) }
    }

    /// The set as it is now.
    #[must_use]
    pub fn now(&self) -> Matcher {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, matcher: Matcher) {
        // What was there is dropped behind the lock.
        let _before = std::mem::replace(&mut *self.current.write().unwrap_or_else(PoisonError::into_inner), matcher);
    }

    /// Adds a rule; gives its id, and warnings.
    ///
    /// # Errors
    /// Everything that is wrong with the rule; the set stays as it is.
    pub fn add(&self, source: &str) -> Result<(RuleId, Vec<Diagnostic>), CompileError> {
        let _editor = self.editor.lock().unwrap_or_else(PoisonError::into_inner);
        let (matcher, rule, diagnostics) = self.now().with(source)?;
        self.set(matcher);
        Ok((rule, diagnostics))
    }

    /// Puts another rule in the place of one; gives warnings.
    ///
    /// # Errors
    /// Everything that is wrong with the rule; the set stays as it is.
    pub fn replace(&self, rule: RuleId, source: &str) -> Result<Vec<Diagnostic>, CompileError> {
        let _editor = self.editor.lock().unwrap_or_else(PoisonError::into_inner);
        let (matcher, diagnostics) = self.now().replaced(rule, source)?;
        self.set(matcher);
        Ok(diagnostics)
    }

    /// Removes a rule, and says whether it was there.
    pub fn remove(&self, rule: RuleId) -> bool {
        let _editor = self.editor.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now();
        let was_there = now.contains(rule);
        if was_there {
            self.set(now.without(rule));
        }
        was_there
    }

    /// Builds the index anew, with all edits in it, on this thread: neither those who ask nor those who edit wait for it. Worth it once
    /// [`Matcher::unmerged`] is a few dozen.
    pub fn merge(&self) {
        let _merger = self.merger.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.now();
        let merged = before.merged();
        let _editor = self.editor.lock().unwrap_or_else(PoisonError::into_inner);
        self.set(merged.caught_up(&before, &self.now()));
    }
}
