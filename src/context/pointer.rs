//! Where a byte of a JSON document stands: run only when there is something to report.

use crate::schema::Pointer;

/// The JSON pointer of the value, or the key, that byte `offset` of a document belongs to. The document may be broken from there on.
pub(super) fn pointer_at(json: &[u8], offset: usize) -> String {
    let mut walk = Walk { json, at: 0, end: offset.min(json.len()), path: Vec::new() };
    walk.run();
    let mut pointer = Pointer::default();
    for step in &walk.path {
        match step {
            Step::Element(at) => pointer.push(&at.to_string()),
            Step::Member(key) if key.is_empty() => {}
            Step::Member(key) => pointer.push(key),
        }
    }
    pointer.to_string()
}

enum Step {
    Element(usize),
    /// The last key that was read; empty before the first.
    Member(String),
}

struct Walk<'j> {
    json: &'j [u8],
    at: usize,
    end: usize,
    path: Vec<Step>,
}

impl Walk<'_> {
    fn run(&mut self) {
        // Whether the next text is a key.
        let mut key = false;
        while self.at < self.end {
            let Some(byte) = self.json.get(self.at).copied() else { break };
            self.at += 1;
            match byte {
                b'{' => {
                    self.path.push(Step::Member(String::new()));
                    key = true;
                }
                b'[' => self.path.push(Step::Element(0)),
                b'}' | b']' => {
                    self.path.pop();
                }
                b',' => match self.path.last_mut() {
                    Some(Step::Element(at)) => *at += 1,
                    Some(Step::Member(_)) => key = true,
                    None => {}
                },
                b':' => key = false,
                b'"' => {
                    let text = self.text();
                    if let (true, Some(Step::Member(last))) = (key, self.path.last_mut()) {
                        *last = text;
                    }
                }
                _ => {}
            }
        }
    }

    /// The rest of a text whose quote has been read, as written where it cannot be read.
    fn text(&mut self) -> String {
        let start = self.at;
        while let Some(byte) = self.json.get(self.at).copied() {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'"' => break,
                _ => {}
            }
        }
        let written = self.json.get(start - 1..self.at.min(self.json.len())).unwrap_or(&[]);
        let inside = || String::from_utf8_lossy(written.get(1..written.len().saturating_sub(1)).unwrap_or(&[])).into_owned();
        serde_json::from_slice(written).unwrap_or_else(|_| inside())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_at_the_value_that_a_byte_belongs_to() {
        let json = br#"{"a": [1, {"b~/c": 99}], "d": 2}"#;
        let at = |text: &str| pointer_at(json, String::from_utf8_lossy(json).find(text).unwrap());
        assert_eq!(at("99"), "/a/1/b~0~1c");
        assert_eq!(at("1,"), "/a/0");
        assert_eq!(at("2}"), "/d");
        assert_eq!(pointer_at(json, 0), "");
        assert_eq!(pointer_at(br#"{"x": "ab"#, 9), "/x");
    }
}
