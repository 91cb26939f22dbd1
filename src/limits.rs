//! Every budget, with its default, in one place.
//!
//! A limit travels as a value: what a rule author or a caller can make large is bounded by the [`Limits`] that was handed in.

/// What a rule, a context and one evaluation may cost.
///
/// The defaults are those of the language. Fields can be lowered or raised one by one; nesting depths are capped at
/// [`Limits::DEEPEST_NESTING`] whatever the field says, because deeper trees would not fit the stacks that the language promises to fit.
///
/// ```
/// use triggerfish::Limits;
/// let strict = Limits { steps: 10_000, ..Limits::default() };
/// assert_eq!(strict.nesting, 64);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest rule text, in bytes.
    pub source_bytes: usize,
    /// Deepest nesting of brackets, prefix operators and `IF`s.
    pub nesting: usize,
    /// Most nodes of a rule's syntax tree.
    pub nodes: usize,
    /// Longest regular expression, in bytes of its text.
    pub regex_bytes: usize,
    /// Largest compiled regular expression, in bytes.
    pub regex_compiled_bytes: usize,
    /// Most steps of one evaluation: elements visited, texts read.
    pub steps: u64,
    /// Most bytes of texts, lists and maps that one evaluation may build.
    pub bytes: u64,
    /// Deepest nesting of a JSON document.
    pub json_depth: usize,
    /// Largest context, in bytes of JSON.
    pub context_bytes: usize,
    /// Largest schema file, in bytes.
    pub schema_bytes: usize,
    /// Most attributes that a schema file may declare, parts of attributes included.
    pub schema_attributes: usize,
    /// Longest text that a template of a rule set may render to, in bytes.
    pub rendered_bytes: usize,
    /// Largest rule-set file, in bytes.
    pub ruleset_bytes: usize,
    /// Most bytes of text that a decision may hold.
    pub decision_bytes: usize,
}

impl Limits {
    /// No [`Limits::nesting`] and no [`Limits::json_depth`] goes beyond this.
    pub const DEEPEST_NESTING: usize = 64;

    /// The nesting that is in force: the field, capped.
    #[must_use]
    pub fn effective_nesting(&self) -> usize {
        self.nesting.min(Self::DEEPEST_NESTING)
    }

    /// The JSON depth that is in force: the field, capped.
    #[must_use]
    pub fn effective_json_depth(&self) -> usize {
        self.json_depth.min(Self::DEEPEST_NESTING)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            source_bytes: 64 * 1024,
            nesting: 64,
            nodes: 10_000,
            regex_bytes: 1024,
            regex_compiled_bytes: 256 * 1024,
            steps: 1_000_000,
            bytes: 1024 * 1024,
            json_depth: 64,
            context_bytes: 1024 * 1024,
            schema_bytes: 4 * 1024 * 1024,
            schema_attributes: 10_000,
            rendered_bytes: 64 * 1024,
            ruleset_bytes: 64 * 1024 * 1024,
            decision_bytes: 1024 * 1024,
        }
    }
}
