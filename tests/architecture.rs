//! The sentences of the architecture about who may know whom, as a test over the `use` lines and paths of `src/`.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

mod support;

/// "Imports point one way: ... -> vocabulary": what stands lower knows nothing of what stands higher.
///
/// A module may use what is listed beside it, itself, and what is missing from the table is not a module of this crate.
const DIRECTION: [(&str, &[&str], &str); 24] = [
    // Vocabulary.
    ("limits", &[], "limits know nothing"),
    ("stack", &[], "room on the stack is a tool that knows nothing of the crate"),
    ("simd", &[], "bits know nothing of what they mean"),
    ("source", &[], "places in a text know nothing of what the text says"),
    ("value", &["limits", "source"], "values and operators know neither syntax nor functions"),
    ("diagnostic", &["source", "value"], "a diagnostic knows places and kinds of errors, not who finds it"),
    ("document", &["source"], "located trees know nothing of what they mean"),
    ("schema", &["limits", "source", "value", "diagnostic", "document"], "a schema knows kinds, not rules"),
    ("builtins", &["limits", "value", "diagnostic"], "functions know values alone"),
    // The trees and the slots.
    ("syntax", &["limits", "source", "value", "diagnostic", "stack"], "`syntax` knows no schema and no types"),
    ("context", &["limits", "simd", "value", "diagnostic", "schema", "builtins"], "binding knows paths and the schema, no tree"),
    ("hir", &["limits", "source", "value", "builtins", "context", "stack"], "the typed tree knows no names and no syntax"),
    // What works on them.
    ("check", &["limits", "source", "value", "diagnostic", "schema", "builtins", "syntax", "context", "hir", "stack"], "only `check` sees both trees"),
    ("backend", &["limits", "source", "value", "builtins", "context", "hir", "stack"], "backends know no AST"),
    (
        "rule",
        &["limits", "source", "value", "diagnostic", "schema", "builtins", "syntax", "context", "hir", "check", "backend", "stack"],
        "one expression knows its way from text to value",
    ),
    (
        "matcher",
        &["limits", "simd", "value", "diagnostic", "schema", "builtins", "context", "hir", "check", "backend", "rule", "stack"],
        "a set of rules knows programs and what runs them, no syntax",
    ),
    // What people meet.
    (
        "handoff",
        &["limits", "source", "value", "diagnostic", "document", "schema", "builtins", "syntax", "context", "check", "backend", "rule", "matcher", "stack"],
        "rule sets know rules and their words, no typed tree",
    ),
    (
        "engine",
        &[
            "limits",
            "source",
            "value",
            "diagnostic",
            "document",
            "schema",
            "builtins",
            "syntax",
            "context",
            "hir",
            "check",
            "backend",
            "rule",
            "matcher",
            "handoff",
        ],
        "the facade knows all but the shells",
    ),
    ("cases", &["limits", "source", "value", "diagnostic", "context", "matcher", "engine"], "cases are run by the engine"),
    (
        "fuzzing",
        &[
            "limits",
            "simd",
            "source",
            "value",
            "diagnostic",
            "schema",
            "builtins",
            "syntax",
            "context",
            "hir",
            "check",
            "backend",
            "rule",
            "matcher",
            "handoff",
            "engine",
            "cases",
        ],
        "generators and oracles stand beside the shells",
    ),
    (
        "server",
        &["limits", "value", "diagnostic", "document", "schema", "backend", "handoff", "engine"],
        "the service knows rule sets and the facade, no tree and no slot",
    ),
    (
        "cli",
        &[
            "limits",
            "source",
            "value",
            "diagnostic",
            "schema",
            "builtins",
            "syntax",
            "context",
            "hir",
            "check",
            "backend",
            "rule",
            "matcher",
            "handoff",
            "engine",
            "cases",
        ],
        "a shell may know everything",
    ),
    ("main", &["cli"], "`main` knows the command line alone"),
    (
        "lib",
        &[
            "limits",
            "simd",
            "source",
            "value",
            "diagnostic",
            "schema",
            "builtins",
            "syntax",
            "context",
            "hir",
            "check",
            "backend",
            "rule",
            "matcher",
            "handoff",
            "engine",
            "cases",
            "fuzzing",
            "server",
            "cli",
            "document",
        ],
        "the map names all",
    ),
];

/// "Only `cli`, `server`, `bulk`, `main` and one reader of files do IO."
const IO: [&str; 9] = ["std::fs", "std::net", "std::env", "std::process", "std::io::stdin", "std::io::stdout", "std::io::stderr", "SystemTime", "Instant::now"];
const MAY_DO_IO: [&str; 3] = ["cli", "server", "main"];
const READER_OF_FILES: &str = "src/handoff/folder.rs:";

/// A line of code: comments, documentation and unit tests are not looked at.
struct Line {
    /// The module at the top that it belongs to: `value`.
    module: String,
    /// `src/value/mod.rs:12`
    place: String,
    text: String,
}

fn lines() -> Vec<Line> {
    let mut lines = Vec::new();
    for path in support::files("src", "rs") {
        let relative = path.strip_prefix(support::path("")).unwrap().to_string_lossy().replace('\\', "/");
        if relative.ends_with("/tests.rs") || relative.contains("/tests/") {
            continue;
        }
        let module = relative.trim_start_matches("src/").split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        for (at, text) in support::read(&path).lines().enumerate() {
            if text.trim_start() == "#[cfg(test)]" && text.starts_with('#') {
                // Unit tests stand at the end of a file; a `mod tests;` may stand among the modules.
                if support::read(&path).lines().nth(at + 1).is_some_and(|next| next.ends_with('{')) {
                    break;
                }
            }
            let code = text.split("//").next().unwrap().trim();
            if !code.is_empty() {
                lines.push(Line { module: module.clone(), place: format!("{relative}:{}", at + 1), text: code.to_owned() });
            }
        }
    }
    assert!(lines.len() > 5_000, "only {} lines were found", lines.len());
    lines
}

/// The modules that a line names: `crate::value`, `crate::{value, hir}` on one line.
fn named(text: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|character| character.is_ascii_alphanumeric() || *character == '_').collect::<String>();
    let mut modules = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        // `$crate::`, `pub(in crate::...)` and `a_crate::` are no imports.
        if text[..at].ends_with(|before: char| before.is_ascii_alphanumeric() || before == '_') {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => modules.extend(group.split('}').next().unwrap().split(',').map(|part| word(part.trim()))),
            None => modules.push(word(rest)),
        }
    }
    modules.retain(|module| module.starts_with(|first: char| first.is_ascii_lowercase()));
    modules
}

#[track_caller]
fn none(broken: Vec<String>) {
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn imports_point_one_way() {
    let mut broken = Vec::new();
    for line in lines() {
        let Some((_, allowed, sentence)) = DIRECTION.iter().find(|(module, ..)| *module == line.module) else {
            broken.push(format!("{}: the module `{}` has no row in the table of directions", line.place, line.module));
            continue;
        };
        for used in named(&line.text) {
            if used != line.module && !allowed.contains(&used.as_str()) {
                broken.push(format!("{}: uses `{used}`, but {sentence}", line.place));
            }
        }
    }
    broken.dedup();
    none(broken);
}

/// The table has no cycle: each row lists only rows above it.
#[test]
fn the_table_points_one_way_itself() {
    let tools = ["cases", "fuzzing", "cli"];
    for (at, (module, allowed, _)) in DIRECTION.iter().enumerate() {
        for used in *allowed {
            let place = DIRECTION.iter().position(|(other, ..)| other == used).unwrap_or_else(|| panic!("`{used}` has no row"));
            assert!(place < at || tools.contains(used), "`{module}` lists `{used}`, which stands below it");
        }
    }
}

#[test]
fn only_check_and_the_rule_see_both_trees() {
    let mut sees: std::collections::BTreeMap<String, [bool; 2]> = std::collections::BTreeMap::new();
    for line in lines() {
        let entry = sees.entry(line.module.clone()).or_default();
        entry[0] |= named(&line.text).iter().any(|module| module == "syntax");
        entry[1] |= named(&line.text).iter().any(|module| module == "hir");
    }
    let both: Vec<&str> = sees
        .iter()
        .filter(|(_, seen)| seen[0] && seen[1])
        .map(|(module, _)| module.as_str())
        .filter(|module| !["lib", "cli", "fuzzing"].contains(module))
        .collect();
    assert_eq!(both, ["check", "rule"], "only `check` sees both trees; `rule` hands one to the other");
}

#[test]
fn backends_do_not_know_each_other() {
    let backends: Vec<String> = std::fs::read_dir(support::path("src/backend"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !name.ends_with(".rs"))
        .collect();
    let mut broken = Vec::new();
    for line in lines().iter().filter(|line| line.module == "backend") {
        for own in &backends {
            for other in backends.iter().filter(|other| *other != own) {
                if line.place.contains(&format!("/{own}/")) && line.text.contains(&format!("{other}::")) {
                    broken.push(format!("{}: `{own}` uses `{other}`, but backends do not know each other", line.place));
                }
            }
        }
    }
    none(broken);
}

#[test]
fn only_shells_do_io() {
    let broken = lines()
        .iter()
        .filter(|line| !MAY_DO_IO.contains(&line.module.as_str()) && !line.place.starts_with(READER_OF_FILES) && !line.place.starts_with(SWITCH))
        .filter_map(|line| {
            IO.iter()
                .find(|io| line.text.contains(*io))
                .map(|io| format!("{}: `{io}`, but only `cli`, `server`, `main` and one reader of files do IO", line.place))
        })
        .collect();
    none(broken);
}

/// The operator's switch for native code is read where it is obeyed, whoever uses the library.
const SWITCH: &str = "src/backend/jit/switch.rs";

/// Where unsafe code lives.
const UNSAFE_ROOMS: [&str; 2] = ["src/backend/jit/", "src/simd/"];

#[test]
fn unsafe_code_has_rooms_of_its_own() {
    let broken = lines()
        .iter()
        .filter(|line| !UNSAFE_ROOMS.iter().any(|room| line.place.starts_with(room)))
        .filter(|line| line.text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_').any(|word| word == "unsafe"))
        .map(|line| format!("{}: unsafe code lives in `backend/jit` and `simd` only", line.place))
        .collect();
    none(broken);
}

#[test]
fn no_folder_is_empty_and_every_module_says_what_it_is_for() {
    for path in support::files("src", "rs") {
        let text = support::read(&path);
        let is_tests = path.ends_with("tests.rs");
        assert!(is_tests || path.ends_with("main.rs") || text.starts_with("//!"), "{}: begins with its purpose", path.display());
    }
}
