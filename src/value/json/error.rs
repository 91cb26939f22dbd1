//! What can be wrong with JSON text.

/// What is wrong with a JSON text, and where.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{problem} at byte {offset}")]
pub struct JsonError {
    /// The byte of the text where the problem begins.
    pub offset: usize,
    /// The problem.
    pub problem: JsonProblem,
}

/// What is wrong with a JSON text.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum JsonProblem {
    /// The bytes are no UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// The text starts with U+FEFF.
    #[error("the text starts with a byte order mark")]
    ByteOrderMark,
    /// The text ends inside a value: `[1,`
    #[error("the text ends too early")]
    UnexpectedEnd,
    /// Something else was expected: `[1 2]`, `{'a': 1}`
    #[error("expected {0}")]
    Expected(&'static str),
    /// A control character inside quotes.
    #[error("a control character inside a text must be escaped")]
    ControlCharacter,
    /// `"\x"`, `"\u12"`
    #[error("a malformed escape")]
    MalformedEscape,
    /// `01`, `1.`, `-`
    #[error("a malformed number")]
    MalformedNumber,
    /// `[1] 2`
    #[error("something follows the value")]
    Trailing,
    /// `{"a": 1, "a": 2}`
    #[error("the key `{0}` occurs twice")]
    DuplicateKey(String),
    /// `9223372036854775808`
    #[error("an integer outside 64 bits")]
    IntegerOutOfRange,
    /// `1e999`
    #[error("a number that is too large")]
    NumberNotFinite,
    /// `"\ud83d"`
    #[error("half of a surrogate pair")]
    LoneSurrogate,
    /// More brackets inside one another than the limit.
    #[error("lists and objects are nested too deeply")]
    TooDeep,
    /// More texts and entries than the caller allows.
    #[error("more data than may be built")]
    TooLarge,
}

impl JsonProblem {
    /// Whether the text is no JSON at all, rather than JSON that this language does not take.
    #[must_use]
    pub fn is_syntax(&self) -> bool {
        match self {
            JsonProblem::NotUtf8
            | JsonProblem::ByteOrderMark
            | JsonProblem::UnexpectedEnd
            | JsonProblem::Expected(_)
            | JsonProblem::ControlCharacter
            | JsonProblem::MalformedEscape
            | JsonProblem::MalformedNumber
            | JsonProblem::Trailing => true,
            JsonProblem::DuplicateKey(_)
            | JsonProblem::IntegerOutOfRange
            | JsonProblem::NumberNotFinite
            | JsonProblem::LoneSurrogate
            | JsonProblem::TooDeep
            | JsonProblem::TooLarge => false,
        }
    }

    /// The problem, at a place.
    #[must_use]
    pub fn at(self, offset: usize) -> JsonError {
        JsonError { offset, problem: self }
    }
}
