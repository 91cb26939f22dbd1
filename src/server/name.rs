//! The names of rule sets: what may become a file's name.

use std::fmt;
use std::sync::Arc;

/// Longest name, in bytes.
const LONGEST: usize = 64;

/// A name that matches `^[a-z0-9][a-z0-9._-]{0,63}$`. Only such a name ever reaches the file system.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Name(Arc<str>);

impl Name {
    /// The name, if the text is one.
    pub(super) fn new(text: &str) -> Option<Name> {
        let first = text.bytes().next()?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let sound = text.len() <= LONGEST && plain(first) && text.bytes().all(|byte| plain(byte) || matches!(byte, b'.' | b'_' | b'-'));
        sound.then(|| Name(text.into()))
    }

    /// As it is written.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_plain_and_short() {
        for good in ["a", "0", "acme", "it-emea_2.v1", &"a".repeat(64)] {
            assert_eq!(Name::new(good).map(|name| name.to_string()), Some(good.to_owned()));
        }
        for bad in ["", ".", "..", ".a", "-a", "_a", "A", "a/b", "a\\b", "a b", "ä", "a\0", "a%2f", &"a".repeat(65)] {
            assert_eq!(Name::new(bad), None, "{bad:?}");
        }
    }
}
