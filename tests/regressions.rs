//! Inputs that once broke something, given to the target that found them. `tests/regressions/README.md` tells their causes.
#![cfg(feature = "fuzzing")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests fail by panicking, and say what they have seen")]

use std::fs;
use std::path::Path;

use triggerfish::fuzzing::{TARGETS, Tally, target};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/regressions")
}

#[test]
fn inputs_that_once_broke_something_no_longer_do() {
    let mut tally = Tally::default();
    for target in &TARGETS {
        let Ok(entries) = fs::read_dir(folder().join(target.name)) else { continue };
        for entry in entries {
            (target.body)(&fs::read(entry.unwrap().path()).unwrap(), &mut tally);
        }
    }
    println!("{tally}");
}

#[test]
fn every_input_has_its_cause_told() {
    let readme = fs::read_to_string(folder().join("README.md")).unwrap();
    for entry in fs::read_dir(folder()).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        let name = entry.file_name().into_string().unwrap();
        assert!(target(&name).is_some(), "{name} is a folder of no target");
        for input in fs::read_dir(entry.path()).unwrap().map(Result::unwrap) {
            let path = format!("{name}/{}", input.file_name().into_string().unwrap());
            assert!(readme.contains(&format!("`{path}`")), "the README does not tell the cause of {path}");
        }
    }
}
