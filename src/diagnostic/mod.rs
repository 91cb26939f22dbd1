//! What is told to the author of a rule: a code, a place, a message, help, and a fix where there is one.

mod codes;
mod explain;
mod json;
mod render;
mod view;
mod visible;

pub use codes::{Code, Example, ExampleSchema, NoSuchCode, Rule, Stage};
pub use explain::explain;
pub use json::to_json;
pub use render::{Style, render, render_all};
pub use visible::{is_format_control, shorten, visible};

use crate::source::Span;
use crate::value::EvalErrorKind;

/// How much a diagnostic weighs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// The rule runs, but probably does not say what its author means.
    Warning,
    /// The rule cannot run.
    Error,
}

impl Severity {
    /// `error` or `warning`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One finding about a rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// What was found; the row of the table of codes.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// Where: the bytes of the rule's source.
    pub span: Span,
    /// One line, lower case, the author's words in backticks.
    pub message: String,
    /// A second place that matters, and why.
    pub label: Option<(Span, String)>,
    /// What to do about it.
    pub help: Option<String>,
    /// An edit that a machine can apply.
    pub fix: Option<Fix>,
    /// The run-time error that the finding stands for, where the rule would always fail with it.
    pub kind: Option<EvalErrorKind>,
}

impl Diagnostic {
    /// A finding with the severity that its code usually has.
    #[must_use]
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { code, severity: code.severity(), span, message: message.into(), label: None, help: None, fix: None, kind: None }
    }

    /// The same with help.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// The same with a second place.
    #[must_use]
    pub fn with_label(mut self, span: Span, label: impl Into<String>) -> Diagnostic {
        self.label = Some((span, label.into()));
        self
    }

    /// The same with one edit: `span` becomes `text`.
    #[must_use]
    pub fn with_fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Diagnostic {
        self.fix = Some(Fix { title: title.into(), edits: vec![Edit { span, text: text.into() }] });
        self
    }

    /// The same with another severity.
    #[must_use]
    pub fn with_severity(mut self, severity: Severity) -> Diagnostic {
        self.severity = severity;
        self
    }

    /// The same for a run-time error that the rule would always fail with.
    #[must_use]
    pub fn standing_for(mut self, kind: EvalErrorKind) -> Diagnostic {
        self.kind = Some(kind);
        self
    }

    /// Whether the rule cannot run.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Edits that mend what a diagnostic found. Applied together, they leave a rule that no longer has the finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What the edits do: ``use `==` ``.
    pub title: String,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// The source with the edits made.
    #[must_use]
    pub fn apply(&self, source: &str) -> String {
        let mut edits: Vec<&Edit> = self.edits.iter().collect();
        edits.sort_by_key(|edit| edit.span);
        let mut fixed = String::with_capacity(source.len());
        let mut done = 0;
        for edit in edits {
            let range = edit.span.range();
            fixed.push_str(source.get(done..range.start).unwrap_or(""));
            fixed.push_str(&edit.text);
            done = range.end.max(done);
        }
        fixed.push_str(source.get(done..).unwrap_or(""));
        fixed
    }
}

/// Replaces the bytes of a span by a text. An empty span inserts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}
