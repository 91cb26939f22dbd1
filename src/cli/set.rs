//! `--set PATH=VALUE`: one member of a context is replaced on the way in, and nothing else of it changes.
//!
//! The edit is made in the text: what a parsed document would have lost (a key that stands twice, an integer too large for it) is still there for binding to refuse.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use triggerfish::Limits;
use triggerfish::diagnostic::shorten;
use triggerfish::value::json::{JsonKind, Reader};

use super::output::json_text;

/// A member to be set, and what to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Setting {
    path: Vec<String>,
    /// JSON text.
    value: String,
}

/// The names that lead to a member: `user.department`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Member {
    path: Vec<String>,
    /// As it was written.
    text: String,
}

/// As it was written, as visible text.
impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shorten(&self.text, 200))
    }
}

impl FromStr for Member {
    type Err = String;

    fn from_str(argument: &str) -> Result<Member, String> {
        match split(&format!("{argument}=")) {
            Ok((path, "")) => Ok(Member { path, text: argument.to_owned() }),
            Ok(_) | Err(_) => Err(format!("expected a member such as `now` or `event.time`, found `{}`", shorten(argument, 40))),
        }
    }
}

impl Member {
    /// The JSON text of the member, if the document has it. The document need not be sound.
    pub(crate) fn of<'d>(&self, document: &'d [u8]) -> Option<&'d [u8]> {
        let mut reader = Reader::new(document, Limits::DEEPEST_NESTING).ok()?;
        let mut path = self.path.as_slice();
        'object: loop {
            let (name, below) = path.split_first()?;
            reader.object().ok()?;
            while let Some(key) = reader.next_key().ok()? {
                let kind = reader.kind().ok()?;
                if key != name.as_str() {
                    reader.skip().ok()?;
                    continue;
                }
                if !below.is_empty() && kind == JsonKind::Object {
                    path = below;
                    continue 'object;
                }
                let start = reader.offset();
                reader.skip().ok()?;
                return if below.is_empty() { document.get(start..reader.offset()) } else { None };
            }
            return None;
        }
    }
}

/// More names in a path would nest deeper than any context may.
const MOST_NAMES: usize = Limits::DEEPEST_NESTING;

impl FromStr for Setting {
    type Err = String;

    /// Reads `user.department=Sales`. The value is JSON if it reads as JSON, else a text.
    fn from_str(argument: &str) -> Result<Setting, String> {
        let (path, value) = split(argument)?;
        let value = if is_json(value) { value.to_owned() } else { json_text(value) };
        Ok(Setting { path, value })
    }
}

impl Setting {
    /// The document with the member set, objects on the way created. A text that is no JSON object stays as it is: binding will say what is wrong with it.
    pub(crate) fn apply(&self, document: Vec<u8>) -> Vec<u8> {
        self.edit(&document).unwrap_or(document)
    }

    fn edit(&self, document: &[u8]) -> Option<Vec<u8>> {
        // Binding has the say about depth; the reader's own bound keeps it off the stack's end.
        let mut reader = Reader::new(document, Limits::DEEPEST_NESTING).ok()?;
        let mut path = self.path.as_slice();
        'object: loop {
            let (name, below) = path.split_first()?;
            reader.object().ok()?;
            let start = reader.offset();
            let mut comma = "";
            while let Some(key) = reader.next_key().ok()? {
                comma = ",";
                if key != name.as_str() {
                    reader.skip().ok()?;
                    continue;
                }
                let kind = reader.kind().ok()?;
                let start = reader.offset();
                if kind == JsonKind::Object && !below.is_empty() {
                    path = below;
                    continue 'object;
                }
                reader.skip().ok()?;
                return splice(document, start..reader.offset(), &self.nested(below));
            }
            return splice(document, start..start, &format!("{}:{}{comma}", json_text(name), self.nested(below)));
        }
    }

    /// The value, inside objects for the rest of the path.
    fn nested(&self, path: &[String]) -> String {
        let opened: String = path.iter().map(|name| format!("{{{}:", json_text(name))).collect();
        opened + &self.value + &"}".repeat(path.len())
    }
}

fn splice(document: &[u8], range: Range<usize>, text: &str) -> Option<Vec<u8>> {
    Some([document.get(..range.start)?, text.as_bytes(), document.get(range.end..)?].concat())
}

fn is_json(text: &str) -> bool {
    Reader::new(text.as_bytes(), Limits::DEEPEST_NESTING).and_then(|mut reader| reader.skip().and_then(|()| reader.finish())).is_ok()
}

/// Splits `a.b["any key"]=VALUE` into the names of the path and the value.
fn split(argument: &str) -> Result<(Vec<String>, &str), String> {
    let mut path = Vec::new();
    let mut rest = argument;
    loop {
        let (name, behind) = if rest.starts_with('[') && !path.is_empty() { key(rest)? } else { plain_name(rest)? };
        path.push(name);
        if path.len() > MOST_NAMES {
            return Err(format!("a path has at most {MOST_NAMES} names"));
        }
        let mut characters = behind.chars();
        rest = match characters.next() {
            Some('=') => return Ok((path, characters.as_str())),
            Some('.') => characters.as_str(),
            Some('[') => behind,
            Some(_) => return Err(format!("expected `.`, `[` or `=` before `{}`", shorten(behind, 40))),
            None => return Err("expected `PATH=VALUE`, such as `user.department=Sales`".to_owned()),
        };
    }
}

fn plain_name(rest: &str) -> Result<(String, &str), String> {
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let (name, behind) = rest.split_at(end);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(format!("expected a name before `{}`; any other key is written `[\"key\"]`", shorten(rest, 40)));
    }
    Ok((name.to_owned(), behind))
}

/// `["any key"]`
fn key(rest: &str) -> Result<(String, &str), String> {
    let problem = || format!("expected a key such as `[\"key\"]`, found `{}`", shorten(rest, 40));
    let inside = rest.strip_prefix('[').ok_or_else(problem)?;
    let mut keys = serde_json::Deserializer::from_str(inside).into_iter::<String>();
    let key = keys.next().and_then(Result::ok).ok_or_else(problem)?;
    let behind = inside.get(keys.byte_offset()..).and_then(|behind| behind.strip_prefix(']')).ok_or_else(problem)?;
    Ok((key, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(document: &str, settings: &[&str]) -> String {
        let set = |document: Vec<u8>, setting: &&str| setting.parse::<Setting>().unwrap().apply(document);
        String::from_utf8(settings.iter().fold(document.into(), set)).unwrap()
    }

    #[test]
    fn a_member_is_replaced_and_nothing_else() {
        assert_eq!(set(r#"{"a": 1, "b" : {"c":  [2, {"a": 3}]} , "a2":4}"#, &["b.c=5"]), r#"{"a": 1, "b" : {"c":  5} , "a2":4}"#);
        assert_eq!(set(r#"{"a": 1}"#, &["a={\"x\": [1]}", "a.x=two"]), r#"{"a": {"x": "two"}}"#);
        assert_eq!(set(r#"{"\u0061": 1}"#, &["a=2"]), r#"{"\u0061": 2}"#);
    }

    #[test]
    fn objects_on_the_way_are_created() {
        assert_eq!(set("{}", &["a.b.c=TRUE"]), r#"{"a":{"b":{"c":"TRUE"}}}"#);
        assert_eq!(set(r#"{ "x": 1}"#, &["a.b=null"]), r#"{"a":{"b":null}, "x": 1}"#);
        assert_eq!(set(r#"{"a": null, "b": [1]}"#, &["a.b=1", "b.c=2"]), r#"{"a": {"b":1}, "b": {"c":2}}"#);
    }

    #[test]
    fn any_key_can_be_set() {
        assert_eq!(set("{}", &[r#"a["b.c =\n"].d=1"#]), r#"{"a":{"b.c =\n":{"d":1}}}"#);
    }

    #[test]
    fn a_value_is_json_or_else_a_text() {
        for (value, json) in [
            ("1.50", "1.50"),
            ("1.5.0", r#""1.5.0""#),
            ("", r#""""#),
            (" true", " true"),
            ("[1", r#""[1""#),
            ("a=b", r#""a=b""#),
            ("99999999999999999999", "99999999999999999999"),
        ] {
            assert_eq!(set("{}", &[&format!("x={value}")]), format!(r#"{{"x":{json}}}"#));
        }
    }

    #[test]
    fn what_binding_refuses_stays_as_it_is() {
        assert_eq!(set(r#"{"a": 1, "b": 2, "b": 3}"#, &["b=4"]), r#"{"a": 1, "b": 4, "b": 3}"#);
        assert_eq!(set(r#"{"a": 99999999999999999999, "a": "\ud83d"}"#, &["b=4"]), r#"{"b":4,"a": 99999999999999999999, "a": "\ud83d"}"#);
        for broken in ["", "[]", "{\"a\": }", "{\"a\"", "nonsense"] {
            assert_eq!(set(broken, &["x=1"]), broken);
        }
    }

    #[test]
    fn a_member_is_found_by_its_path() {
        let member = |path: &str, document: &'static str| path.parse::<Member>().unwrap().of(document.as_bytes());
        assert_eq!(member("now", r#"{"a": [1], "now" : "x" , nonsense"#), Some(br#""x""#.as_slice()));
        assert_eq!(member("a.b", r#"{"a": {"c": 1, "b": {"d": 2}}}"#), Some(br#"{"d": 2}"#.as_slice()));
        for (path, document) in [("now", "{}"), ("a.b", r#"{"a": 1}"#), ("a.b", r#"{"a": {}}"#), ("a", "[]"), ("a", "nonsense"), ("a", "")] {
            assert_eq!(member(path, document), None, "{path} of {document}");
        }
        for bad in ["", "a=b", "a.", "1", "a b"] {
            assert!(bad.parse::<Member>().unwrap_err().starts_with("expected a member"), "{bad}");
        }
    }

    #[test]
    fn a_bad_argument_says_why() {
        for (argument, message) in [
            ("user", "expected `PATH=VALUE`, such as `user.department=Sales`"),
            ("=1", "expected a name before `=1`; any other key is written `[\"key\"]`"),
            ("a..b=1", "expected a name before `.b=1`; any other key is written `[\"key\"]`"),
            ("a[0]=1", "expected a key such as `[\"key\"]`, found `[0]=1`"),
            ("a[\"b=1", "expected a key such as `[\"key\"]`, found `[\"b=1`"),
            ("a b=1", "expected `.`, `[` or `=` before ` b=1`"),
            ("aé=1", "expected `.`, `[` or `=` before `é=1`"),
        ] {
            assert_eq!(argument.parse::<Setting>(), Err(message.to_owned()), "{argument}");
        }
        assert!(format!("{}=1", ["a"; 65].join(".")).parse::<Setting>().is_err());
    }
}
