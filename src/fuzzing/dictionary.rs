//! The dictionary of the text targets: `fuzz/rules.dict`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::generate::{KEYWORDS, SIGNS, builtin, example_texts, operators};
use crate::builtins;

/// The words and signs of the language, in libFuzzer's format, from the tables. `fuzz/rules.dict` is this text; a test compares them.
#[must_use]
pub fn dictionary() -> String {
    let mut entries: Vec<String> = Vec::new();
    entries.extend(KEYWORDS.iter().map(|word| format!(" {word} ")));
    entries.extend(operators().into_iter().map(|symbol| format!(" {symbol} ")));
    entries.extend(SIGNS.iter().map(ToString::to_string));
    for row in builtins::ALL {
        entries.push(format!(".${}(", row.name));
        entries.push(row.example.0.to_owned());
    }
    entries.extend(example_texts().iter().map(|text| format!("{text:?}")));
    entries.extend(builtin().paths.iter().filter(|path| path.len() <= 2).map(|path| path.join(".")));
    let mut seen = BTreeSet::new();
    let mut text = "# Generated from the tables of the crate; `tests/fuzz_smoke.rs` says how.\n".to_owned();
    for entry in entries.into_iter().filter(|entry| !entry.trim().is_empty() && seen.insert(entry.clone())) {
        let escaped: String = entry.bytes().map(escaped).collect();
        // Writing to a String does not fail.
        let _ = writeln!(text, "\"{escaped}\"");
    }
    text
}

fn escaped(byte: u8) -> String {
    match byte {
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02X}"),
    }
}
