//! Why a rule does not compile.

use std::fmt;

use crate::diagnostic::{Diagnostic, Style, render_all};

/// Why a rule does not compile.
#[derive(Clone, Debug, PartialEq)]
pub struct CompileError {
    source: Box<str>,
    diagnostics: Vec<Diagnostic>,
}

impl CompileError {
    pub(crate) fn new(source: &str, diagnostics: Vec<Diagnostic>) -> CompileError {
        CompileError { source: source.into(), diagnostics }
    }

    /// The text that does not compile.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Everything that was found, warnings included, in source order.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }
}

/// The diagnostics as plain text, with the source below each.
impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render_all(&self.diagnostics, &self.source, "rule", Style::Plain))
    }
}

impl std::error::Error for CompileError {}
