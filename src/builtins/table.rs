//! All rows, in order of name.

use super::{Builtin, json, list, logic, number, text, time};

/// All functions, in order of name.
pub static ALL: &[Builtin] = &[
    time::ADD_DATE,
    list::ALL,
    list::ANY,
    time::CLOSES_AT,
    logic::COALESCE,
    text::CONCAT,
    number::DECIMAL,
    text::ENDS_WITH,
    list::FILTER,
    list::FIND,
    time::FORMAT_TIME,
    list::HAS_ANY,
    number::INTEGER,
    logic::IS_NULL,
    list::LENGTH,
    text::LOWERCASE,
    list::MAP,
    text::MATCH,
    time::OPEN,
    time::OPENS_AT,
    json::PARSE_JSON,
    time::PARSE_TIME,
    list::REDUCE,
    text::REPLACE,
    logic::ROLLOUT,
    logic::SAME,
    text::SPLIT,
    text::STARTS_WITH,
    json::STRINGIFY_JSON,
    json::TEXT,
    time::TIME,
    text::TITLECASE,
    text::TRIM,
    text::UPPERCASE,
    json::URLENCODE,
];

/// A function: its place in the table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct BuiltinId(u8);

impl BuiltinId {
    /// The row.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "INVARIANT (ids index the table): `all` and `at` make ids of places that the table has, and nothing else makes ids"
    )]
    pub fn get(self) -> &'static Builtin {
        &ALL[usize::from(self.0)]
    }

    /// The ids of all rows, in order of name.
    pub fn all() -> impl Iterator<Item = BuiltinId> {
        (0..=u8::MAX).zip(ALL).map(|(at, _)| BuiltinId(at))
    }

    fn at(place: usize) -> Option<BuiltinId> {
        u8::try_from(place).ok().filter(|_| place < ALL.len()).map(BuiltinId)
    }
}

/// The function of a name, which is written without the `$` and in any letter case.
///
/// ```
/// use triggerfish::builtins::find;
/// assert_eq!(find("Lowercase").map(|id| id.get().name), Some("LOWERCASE"));
/// assert_eq!(find("nope"), None);
/// ```
#[must_use]
pub fn find(name: &str) -> Option<BuiltinId> {
    let upper = || name.bytes().map(|byte| byte.to_ascii_uppercase());
    ALL.binary_search_by(|row| row.name.bytes().cmp(upper())).ok().and_then(BuiltinId::at)
}
