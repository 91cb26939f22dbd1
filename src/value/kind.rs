//! The kinds of values, and sets of them.

use std::fmt;

/// A kind of value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Kind {
    /// `NULL`
    Null,
    /// `TRUE`, `FALSE`
    Bool,
    /// `42`
    Integer,
    /// `1.5`
    Float,
    /// `"Sales"`
    Text,
    /// `[1, 2]`
    List,
    /// `{"a": 1}`
    Map,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 7] = [Kind::Null, Kind::Bool, Kind::Integer, Kind::Float, Kind::Text, Kind::List, Kind::Map];

    /// The name that rule authors know.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Null => "NULL",
            Kind::Bool => "Bool",
            Kind::Integer => "Integer",
            Kind::Float => "Float",
            Kind::Text => "Text",
            Kind::List => "List",
            Kind::Map => "Map",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of [`Kind`]s.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Kinds(u8);

impl Kinds {
    /// No kind.
    pub const NONE: Kinds = Kinds(0);
    /// `NULL` alone.
    pub const NULL: Kinds = Kinds(1 << Kind::Null as u8);
    /// Bool alone.
    pub const BOOL: Kinds = Kinds(1 << Kind::Bool as u8);
    /// Integer alone.
    pub const INTEGER: Kinds = Kinds(1 << Kind::Integer as u8);
    /// Float alone.
    pub const FLOAT: Kinds = Kinds(1 << Kind::Float as u8);
    /// Integer or Float.
    pub const NUMBER: Kinds = Kinds(Self::INTEGER.0 | Self::FLOAT.0);
    /// Text alone.
    pub const TEXT: Kinds = Kinds(1 << Kind::Text as u8);
    /// List alone.
    pub const LIST: Kinds = Kinds(1 << Kind::List as u8);
    /// Map alone.
    pub const MAP: Kinds = Kinds(1 << Kind::Map as u8);
    /// Every kind but `NULL`.
    pub const SOME: Kinds = Kinds(Self::ANY.0 & !Self::NULL.0);
    /// Every kind.
    pub const ANY: Kinds = Kinds(0b111_1111);

    /// Either set.
    #[must_use]
    pub const fn or(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    /// Both sets.
    #[must_use]
    pub const fn and(self, other: Kinds) -> Kinds {
        Kinds(self.0 & other.0)
    }

    /// This set without the other.
    #[must_use]
    pub const fn without(self, other: Kinds) -> Kinds {
        Kinds(self.0 & !other.0)
    }

    /// Whether the set has the kind.
    #[must_use]
    pub const fn has(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    /// Whether the sets share a kind.
    #[must_use]
    pub const fn meets(self, other: Kinds) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether every kind of this set is in the other.
    #[must_use]
    pub const fn within(self, other: Kinds) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether the set has no kind.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds of the set.
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(move |kind| self.has(*kind))
    }
}

impl From<Kind> for Kinds {
    fn from(kind: Kind) -> Kinds {
        Kinds(1 << kind as u8)
    }
}

/// Lists the kinds as prose: `Number or Text`.
impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Kinds::ANY {
            return f.write_str("any value");
        }
        let mut names: Vec<&str> = Vec::new();
        for kind in self.iter() {
            match kind {
                Kind::Integer if self.has(Kind::Float) => names.push("Number"),
                Kind::Float if self.has(Kind::Integer) => {}
                Kind::Null | Kind::Bool | Kind::Integer | Kind::Float | Kind::Text | Kind::List | Kind::Map => names.push(kind.name()),
            }
        }
        match names.split_last() {
            None => f.write_str("nothing"),
            Some((last, [])) => f.write_str(last),
            Some((last, rest)) => write!(f, "{} or {last}", rest.join(", ")),
        }
    }
}

impl fmt::Debug for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
