//! JSON texts of a document, in all the ways that it can be written, and in some that it cannot.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::Dice;

/// How a text is written.
struct Writer<'w, 'd> {
    dice: &'w mut Dice<'d>,
    text: String,
    /// Blanks between tokens.
    is_spread: bool,
    /// Characters that need no escape may have one.
    is_escaped: bool,
    /// Things happen that should not.
    is_wild: bool,
}

/// A text of the document: mostly one that says it, with blanks and escapes here and there; now and then with a key twice, a number out of range, half a
/// surrogate pair, lists that nobody reads and that are deep, or what is no JSON.
pub fn json_text(dice: &mut Dice<'_>, document: &Json) -> Vec<u8> {
    let (is_spread, is_escaped, is_wild) = (dice.one_in(3), dice.one_in(3), dice.one_in(3));
    let mut writer = Writer { dice, text: String::new(), is_spread, is_escaped, is_wild };
    writer.value(document);
    writer.blanks();
    writer.text.into_bytes()
}

impl Writer<'_, '_> {
    fn wild(&mut self, sides: usize) -> bool {
        self.is_wild && self.dice.one_in(sides)
    }

    fn blanks(&mut self) {
        const LONG: [usize; 5] = [1, 2, 3, 30, 70];
        for _ in 0..3 {
            if !self.is_spread || !self.dice.one_in(2) {
                break;
            }
            let count = self.dice.pick(&LONG).copied().unwrap_or(1);
            let blank = self.dice.word(&[" ", "\n", "\t", "\r", "  "]);
            self.text.push_str(&blank.repeat(count));
        }
    }

    fn token(&mut self, token: &str) {
        self.blanks();
        if self.wild(60) {
            // Another token, or none.
            let other = self.dice.word(&["", ",", ":", "{", "}", "[", "]", "\"", "\\", "0", "nul", "\u{feff}", "\u{c}", "-", "tru\u{e9}", "\"\"", "[]", "{}"]);
            self.text.push_str(other);
        } else {
            self.text.push_str(token);
        }
    }

    fn value(&mut self, value: &Json) {
        if self.wild(40) {
            let odd = self.dice.word(&[
                "-0",
                "1.0",
                "3.00",
                "1e2",
                "1E+2",
                "-0.0",
                "1e999",
                "9223372036854775808",
                "-9223372036854775808",
                "01",
                "1.",
                "-",
                "+1",
                ".5",
                "1e",
                "0x1",
                "12345678901234567890123",
                "0.1e-400",
                "nan",
                "True",
                "nulll",
                "falsey",
                "\"\\ud800\"",
                "\"\\ud83d\\ude00\"",
                "\"\\udc00x\"",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\u{1}\"",
                "\"\u{7f}\"",
                "\"\\\\\\\"\"",
                "[1,]",
                "{,}",
                "[[[[]]]]",
                "{\"a\":{\"a\":{\"a\":[]}}}",
                "[1 2]",
                "{\"a\" 1}",
                "{\"a\":1,\"a\":2}",
                "{1:2}",
            ]);
            self.text.push_str(odd);
            return;
        }
        match value {
            Json::Null | Json::Bool(_) => self.token(&value.to_string()),
            Json::Number(number) => self.number(number),
            Json::String(text) => self.string(text),
            Json::Array(items) => {
                self.token("[");
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.token(",");
                    }
                    self.blanks();
                    self.value(item);
                }
                self.token("]");
            }
            Json::Object(members) => {
                self.token("{");
                let mut is_first = true;
                for (key, member) in members {
                    let times = if self.wild(30) { 2 } else { 1 };
                    for _ in 0..times {
                        if !is_first {
                            self.token(",");
                        }
                        is_first = false;
                        self.blanks();
                        self.string(key);
                        self.token(":");
                        self.blanks();
                        self.value(member);
                    }
                    self.others();
                }
                self.token("}");
            }
        }
    }

    /// Members behind one that is there, which hardly anybody reads.
    fn others(&mut self) {
        if self.dice.one_in(6) {
            let other = self.dice.word(&["1", "-1.5e3", "true", "\"\"", "\"\\\\\"", "[]", "{}", "[{}, [\"]\"]]", "{\"k\": \"}\", \"l\": [null, 0]}"]);
            let key = self.dice.noise(12);
            self.text.push(',');
            self.string(&key);
            self.token(":");
            self.text.push_str(other);
        }
        if self.dice.one_in(24) {
            let length = self.dice.roll(140);
            let filler = self.dice.word(&["x", "\u{e9}", "\\n", "\u{1f600}", "\\u0041", "[", "\\\\"]).repeat(length);
            self.text.push_str(",\"filler\":\"");
            self.text.push_str(&filler);
            self.text.push('"');
        }
    }

    fn number(&mut self, number: &serde_json::Number) {
        let written = number.to_string();
        match (number.as_i64(), self.dice.roll(12)) {
            (Some(_), 11) => self.token(&format!("{written}.0")),
            (Some(_), 10) => self.token(&format!("{written}e0")),
            (_, _) => self.token(&written),
        }
    }

    fn string(&mut self, text: &str) {
        self.text.push('"');
        for character in text.chars() {
            let must = matches!(character, '"' | '\\') || character < ' ';
            if must || self.is_escaped && self.dice.one_in(8) {
                self.escaped(character);
            } else {
                self.text.push(character);
            }
        }
        self.text.push('"');
    }

    fn escaped(&mut self, character: char) {
        let short = match character {
            '"' => "\\\"",
            '\\' => "\\\\",
            '/' => "\\/",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            _ => "",
        };
        if !short.is_empty() && self.dice.roll(4) > 0 {
            self.text.push_str(short);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String does not fail.
                let _ = if self.dice.one_in(2) { write!(self.text, "\\u{unit:04X}") } else { write!(self.text, "\\u{unit:04x}") };
            }
        }
    }
}
