//! The documentation is true: what the README shows is what the program prints, and the function reference is current.
//!
//! `UPDATE_GOLDEN=1 cargo test --test docs` writes both anew; read the difference as a user would.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::Path;
use std::process::Command;

const BINARY: &str = env!("CARGO_BIN_EXE_triggerfish");

/// What a shell shows for a command, standard error included.
fn shell(command: &str) -> String {
    let folder = Path::new(BINARY).parent().unwrap().display();
    let script = format!("PATH=\"{folder}:$PATH\"; {{ {command}\n}} 2>&1");
    let output = Command::new("sh").arg("-c").arg(script).current_dir(env!("CARGO_MANIFEST_DIR")).env("NO_COLOR", "1").output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn agree(file: &str, current: &str, wanted: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(file), wanted).unwrap();
    } else {
        assert!(current == wanted, "{file} is not what the program prints; run UPDATE_GOLDEN=1 cargo test --test docs\n--- it should be\n{wanted}");
    }
}

/// Runs every `$ command` of the `console` blocks and puts the output below it.
fn with_real_output(text: &str) -> String {
    let mut out = String::new();
    let mut in_console = false;
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ").filter(|_| in_console) {
            out.push_str(&format!("$ {command}\n{}", shell(command)));
        } else if line.starts_with("```") {
            in_console = line == "```console";
            out.push_str(&format!("{line}\n"));
        } else if !in_console {
            out.push_str(&format!("{line}\n"));
        }
    }
    out
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let readme = include_str!("../README.md");
    assert!(readme.contains("```console"));
    agree("README.md", readme, &with_real_output(readme));
}

#[test]
fn the_function_reference_is_current() {
    let reference = shell("triggerfish functions --format markdown");
    assert!(reference.contains("$LOWERCASE"));
    let current = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("grammar/FUNCTIONS.md")).unwrap_or_default();
    agree("grammar/FUNCTIONS.md", &current, &reference);
}
