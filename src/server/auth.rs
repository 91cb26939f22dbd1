//! Who may do what: bearer tokens from a file, what each allows, and the organisation that it is for.
//!
//! ```json
//! {"tokens": [
//!   {"name": "chatbot", "sha256": "<SHA-256 of the token, in hexadecimal digits>", "scopes": ["decide"], "organisation": "acme"},
//!   {"name": "operator", "token": "the token itself, at least 16 characters", "scopes": ["read", "publish"]}
//! ]}
//! ```
//!
//! A token is compared by its digest, with all that there are, in constant time. A token of an organisation sees only rule sets that serve this organisation, and
//! decides only on contexts of it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// What a token may allow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Decisions, explanations, evaluations.
    Decide,
    /// Rule sets, revisions, status, events, checks and comparisons.
    Read,
    /// Changes of rule sets.
    Publish,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Scope; 3] = [Scope::Decide, Scope::Read, Scope::Publish];

    /// As in a file of tokens.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Scope::Decide => "decide",
            Scope::Read => "read",
            Scope::Publish => "publish",
        }
    }
}

/// Who calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Principal {
    /// The name of the token; none where there are no tokens.
    pub(super) name: Option<Arc<str>>,
    /// The organisation that it is bound to.
    pub(super) organisation: Option<Arc<str>>,
}

impl Principal {
    /// Whether it may see what serves these organisations; none are all.
    pub(super) fn sees<'o>(&self, mut organisations: impl ExactSizeIterator<Item = &'o str>) -> bool {
        match &self.organisation {
            None => true,
            Some(own) => organisations.len() == 0 || organisations.any(|served| served == &**own),
        }
    }

    /// Whether it may change what serves these organisations; none are all.
    pub(super) fn owns<'o>(&self, mut organisations: impl ExactSizeIterator<Item = &'o str>) -> bool {
        match &self.organisation {
            None => true,
            Some(own) => organisations.len() > 0 && organisations.all(|served| served == &**own),
        }
    }
}

/// The tokens of a file.
pub(super) struct Tokens {
    rows: Vec<Token>,
}

struct Token {
    digest: [u8; 32],
    scopes: Vec<Scope>,
    principal: Principal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tokens: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    sha256: Option<String>,
    token: Option<String>,
    scopes: Vec<Scope>,
    organisation: Option<String>,
}

/// Shortest token that is taken, in bytes.
const SHORTEST: usize = 16;

impl Tokens {
    /// Reads a file of tokens.
    ///
    /// # Errors
    /// The file cannot be read or is malformed: which row, never what is in it.
    pub(super) fn read(path: &Path) -> Result<Tokens, String> {
        let text = std::fs::read(path).map_err(|error| format!("the file of tokens cannot be read: {}: {error}", path.display()))?;
        Tokens::parse(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Reads the text of a file of tokens.
    ///
    /// # Errors
    /// As [`Tokens::read`].
    pub(super) fn parse(text: &[u8]) -> Result<Tokens, String> {
        let malformed =
            |error: serde_json::Error| format!("the file of tokens is malformed in line {}, column {}: {}", error.line(), error.column(), category(&error));
        let file: File = serde_json::from_slice(text).map_err(malformed)?;
        let mut rows: Vec<Token> = Vec::new();
        for (at, written) in file.tokens.into_iter().enumerate() {
            let wrong = |what: &str| format!("token {} of the file of tokens: {what}", at + 1);
            let digest = match (written.sha256, written.token) {
                (Some(hex), None) => from_hex(&hex).ok_or_else(|| wrong("`sha256` has 64 hexadecimal digits"))?,
                (None, Some(token)) if token.len() >= SHORTEST => Sha256::digest(token.as_bytes()).into(),
                (None, Some(_)) => return Err(wrong("a token has at least 16 characters")),
                (None, None) | (Some(_), Some(_)) => return Err(wrong("it has either `sha256` or `token`")),
            };
            if written.name.is_empty() || written.name.len() > 64 {
                return Err(wrong("a name has 1 to 64 bytes"));
            }
            if rows.iter().any(|row| row.digest == digest || row.principal.name.as_deref() == Some(&*written.name)) {
                return Err(wrong("its name or its token stands there twice"));
            }
            let principal = Principal { name: Some(written.name.into()), organisation: written.organisation.map(Into::into) };
            rows.push(Token { digest, scopes: written.scopes, principal });
        }
        if rows.is_empty() {
            return Err("the file of tokens has none".to_owned());
        }
        Ok(Tokens { rows })
    }

    /// Whose token it is and what it allows. All rows are compared, whichever fits.
    pub(super) fn find(&self, token: &[u8]) -> Option<(&Principal, &[Scope])> {
        let digest: [u8; 32] = Sha256::digest(token).into();
        let mut found = None;
        for row in &self.rows {
            if bool::from(row.digest.ct_eq(&digest)) {
                found = Some((&row.principal, row.scopes.as_slice()));
            }
        }
        found
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rows.iter().map(|row| row.principal.name.as_deref())).finish()
    }
}

fn category(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Data => "a member is missing, unknown or of another type",
        serde_json::error::Category::Syntax | serde_json::error::Category::Eof | serde_json::error::Category::Io => "it is no JSON",
    }
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    let bytes = text.as_bytes();
    if bytes.len() != 64 {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(bytes.chunks(2)) {
        let digits = std::str::from_utf8(pair).ok().filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_by_itself_or_by_its_digest() {
        let digest: String = Sha256::digest(b"another secret of the bot").iter().map(|byte| format!("{byte:02x}")).collect();
        let file = format!(
            r#"{{"tokens": [{{"name": "a", "token": "a secret of sixteen", "scopes": ["read"]}},
                {{"name": "b", "sha256": "{digest}", "scopes": ["decide", "publish"], "organisation": "acme"}}]}}"#
        );
        let tokens = Tokens::parse(file.as_bytes()).unwrap();
        assert_eq!(tokens.find(b"a secret of sixteen").unwrap().1, [Scope::Read]);
        let (principal, scopes) = tokens.find(b"another secret of the bot").unwrap();
        assert_eq!((principal.name.as_deref(), principal.organisation.as_deref()), (Some("b"), Some("acme")));
        assert_eq!(scopes, [Scope::Decide, Scope::Publish]);
        for unknown in ["", "a secret of sixteen ", "A secret of sixteen"] {
            assert!(tokens.find(unknown.as_bytes()).is_none());
        }
        assert_eq!(format!("{tokens:?}"), r#"[Some("a"), Some("b")]"#);
    }

    #[test]
    fn a_malformed_file_says_where_and_never_what() {
        for bad in [
            "",
            "{}",
            r#"{"tokens": []}"#,
            r#"{"tokens": [{"name": "a", "token": "shortsecret", "scopes": []}]}"#,
            r#"{"tokens": [{"name": "a", "token": "xxxxxxxxxsecretxxxxxxxx", "scopes": ["all"]}]}"#,
            r#"{"tokens": [{"name": "a", "sha256": "secret", "scopes": []}]}"#,
            r#"{"tokens": [{"name": "a", "secret": "secret", "scopes": []}]}"#,
            r#"{"tokens": [{"name": "", "token": "xxxxxxxxxsecretxxxxxxxx", "scopes": []}]}"#,
        ] {
            let message = Tokens::parse(bad.as_bytes()).unwrap_err();
            assert!(!message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn an_organisation_sees_its_own_and_what_serves_all_and_owns_its_own() {
        let acme = Principal { name: None, organisation: Some("acme".into()) };
        for (served, sees, owns) in [(vec![], true, false), (vec!["acme"], true, true), (vec!["acme", "other"], true, false), (vec!["other"], false, false)] {
            assert_eq!((acme.sees(served.iter().copied()), acme.owns(served.iter().copied())), (sees, owns), "{served:?}");
            assert!(Principal::default().sees(served.iter().copied()) && Principal::default().owns(served.iter().copied()));
        }
    }
}
