//! Binding JSON bytes: the scan, and where it gives up, the binder.

use super::bind::{read_document, too_large};
use super::scan::{Scan, Scratch};
use super::{Context, ContextError, Layout};
use crate::limits::Limits;
use crate::simd::Best;
use crate::value::json::Reader;

impl Context {
    /// Binds a JSON document.
    ///
    /// # Errors
    /// The document is no JSON object, too large or too deep; something that is read is no value (an Integer outside 64 bits, a key twice, half a
    /// surrogate pair); or, with a strict schema, something that is read is not of its declared type.
    pub fn from_json(layout: &Layout, json: &[u8], limits: &Limits) -> Result<Context, ContextError> {
        let mut context = Context::empty(layout);
        context.rebind(layout, json, limits)?;
        // What only another scan would need.
        context.scratch = Scratch::default();
        Ok(context)
    }

    /// Binds another JSON document in the place of what is bound, with the memory of this context: once it has met documents as large, and none that is
    /// unusual, nothing is allocated. What is bound is then as if by [`Context::from_json`]. The layout may be another one, too.
    ///
    /// ```
    /// use triggerfish::context::{Context, Layout};
    /// use triggerfish::Limits;
    ///
    /// let mut layout = Layout::default();
    /// layout.slot(&["domain".into()], None);
    /// let mut context = Context::empty(&layout);
    /// for document in [r#"{"domain": "IT"}"#, r#"{"domain": "HR"}"#] {
    ///     context.rebind(&layout, document.as_bytes(), &Limits::default())?;
    /// }
    /// # Ok::<(), triggerfish::ContextError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Context::from_json`]; the context then is empty.
    pub fn rebind(&mut self, layout: &Layout, json: &[u8], limits: &Limits) -> Result<(), ContextError> {
        self.rebind_at(layout, json, limits, false, Best::here())
    }

    /// The same for a document for which the caller vouches: that [`Context::rebind`] would accept it. What only an error would tell is not looked at, and
    /// nothing is read behind the last value that is wanted.
    ///
    /// For other bytes this is still sound and does not panic, but what is bound then means nothing, and whether it is an error neither.
    ///
    /// # Errors
    /// Where the document is seen to be unusual, it is looked at as in [`Context::rebind`].
    pub fn rebind_trusted(&mut self, layout: &Layout, json: &[u8], limits: &Limits) -> Result<(), ContextError> {
        self.rebind_at(layout, json, limits, true, Best::here())
    }

    /// The same with a level of the processor.
    pub(crate) fn rebind_at(&mut self, layout: &Layout, json: &[u8], limits: &Limits, is_trusted: bool, level: Best) -> Result<(), ContextError> {
        self.clear(layout);
        if json.len() > limits.context_bytes {
            return Err(too_large(limits));
        }
        if self.scan(layout, json, limits, is_trusted, level).is_some() {
            return Ok(());
        }
        self.clear(layout);
        self.read(layout, json, limits).inspect_err(|_| self.clear(layout))
    }

    /// Whether the scan alone binds a document.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn is_scanned(layout: &Layout, json: &[u8], limits: &Limits) -> bool {
        json.len() <= limits.context_bytes && Context::empty(layout).scan(layout, json, limits, false, Best::here()).is_some()
    }

    /// Binds a document without the scan, to an empty context.
    pub(crate) fn read(&mut self, layout: &Layout, json: &[u8], limits: &Limits) -> Result<(), ContextError> {
        read_document(self, layout, json, limits)
    }

    fn scan(&mut self, layout: &Layout, json: &[u8], limits: &Limits, is_trusted: bool, level: Best) -> Option<()> {
        let max_depth = limits.effective_json_depth();
        let Context { known, cells, sources, arena, scratch, .. } = self;
        let mut scan = Scan { json, known, cells, sources, arena, scratch, max_depth };
        scan.run(is_trusted, level)?;
        if self.scratch.builds.is_empty() { Some(()) } else { self.build(layout, json, limits) }
    }

    /// Reads and places what the scan has found and left.
    fn build(&mut self, layout: &Layout, json: &[u8], limits: &Limits) -> Option<()> {
        let reader = Reader::new(json, limits.effective_json_depth()).ok()?;
        let known = self.known.clone();
        let builds = std::mem::take(&mut self.scratch.builds);
        let mut binder = super::bind::Binder::new(layout, limits, self);
        for (key, at) in &builds {
            let branch = &known.plan.key(*key)?.branch;
            let value = reader.clone().within(*at, branch.len()).read().ok()?;
            binder.place_at(branch, value)?;
        }
        let has_warnings = binder.has_warnings();
        self.scratch.builds = builds;
        (!has_warnings).then_some(())
    }
}
