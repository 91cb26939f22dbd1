//! The digest of what bears meaning in a rule set.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// `sha256:` and the SHA-256 of the canonical form as JSON: keys sorted, no blanks.
pub(super) fn of(canonical: Map<String, Value>) -> String {
    let mut text = String::new();
    write_sorted(&Value::Object(canonical), &mut text);
    sha256(text.as_bytes())
}

/// `sha256:` and the SHA-256 of some bytes.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    "sha256:".chars().chain(hex(&Sha256::digest(bytes))).collect()
}

/// Two hexadecimal digits for each byte.
pub(crate) fn hex(bytes: &[u8]) -> impl Iterator<Item = char> {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| char::from_digit(digit.into(), 16))
}

fn write_sorted(value: &Value, out: &mut String) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => out.push_str(&value.to_string()),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_sorted(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            sorted.sort_unstable_by_key(|(key, _)| *key);
            out.push('{');
            for (at, (key, value)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                write_sorted(value, out);
            }
            out.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_keys_does_not_count_and_that_of_lists_does() {
        let digest = |text: &str| of(serde_json::from_str::<Map<String, Value>>(text).unwrap());
        assert_eq!(digest(r#"{"a": {"x": 1, "y": 2}, "b": 3}"#), digest(r#"{"b": 3, "a": {"y": 2, "x": 1}}"#));
        assert_ne!(digest(r#"{"a": [1, 2]}"#), digest(r#"{"a": [2, 1]}"#));
        assert_eq!(digest("{}"), "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    }
}
