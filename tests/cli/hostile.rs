//! Any bytes, anywhere: an answer, never a panic, never a signal.

use crate::support::{file, run_on};

/// Bytes that are likely to reach far, and bytes that are not.
fn inputs() -> Vec<Vec<u8>> {
    let mut inputs: Vec<Vec<u8>> = [
        "{",
        "}",
        "[",
        "]",
        "[[",
        "[{",
        "{\"",
        "{\"a",
        "{\"a\":",
        "[1,",
        "\"",
        "\\",
        "nul",
        "-",
        "1e999",
        "{}{}",
        "{} x",
        "\u{feff}",
        "\u{feff}\u{feff}{}",
        "\0",
        "\r\r\n",
        "# c",
        "'",
        "x =>",
        "attributes:",
        "attributes: &a *a",
        "- - - -",
        "? : ?",
        "%YAML 1.2\n---\n...\n---",
        "!!x y",
        "{a: [b, {c: d}]}",
        "$schema: 1",
        "{\"$ref\": \"#\"}",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"}}}",
        "{\"id\":1,\"rule\":1}",
        "{\"id\":\"a\",\"rule\":\"x\",\"expect_error\":\"\u{1b}\"}",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    for unit in ["[", "{\"a\":", "(", "NOT ", "- ", "a.", "a:\n ", "\"", "'", "{\n", "[{}\n"] {
        inputs.push(unit.repeat(40_000).into_bytes());
    }
    // A generator of our own: the same bytes on every run.
    let mut state = 0x2545_f491_4f6c_dd1du64;
    for length in 0..120 {
        let mut byte = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let bytes = state.to_le_bytes();
            if bytes[1] < 200 { b"{}[]\"':,.$#@ \n0aT-=+"[usize::from(bytes[0]) % 20] } else { bytes[0] }
        };
        inputs.push((0..length).map(|_| byte()).collect());
    }
    inputs
}

#[test]
fn every_command_answers() {
    for (at, input) in inputs().iter().enumerate() {
        let path = file(&format!("hostile-{at}"), "input", input);
        let rule = format!("@{path}");
        for (args, codes) in [
            (vec!["eval", "x.y + z", "--set", "q=1"], [0, 4].as_slice()),
            (vec!["eval", "x", &path, "--trace", "--format", "json"], &[0, 4]),
            (vec!["eval", &rule], &[0, 2, 3, 4]),
            (vec!["check", &rule, "--schema", "builtin"], &[0, 2, 3]),
            (vec!["check", "x", "--schema", &path], &[0, 2]),
            (vec!["fmt"], &[0, 2, 3]),
            (vec!["decide", "acme.yaml", "--set", "q=1", "--trace", "full"], &[0, 4]),
            (vec!["decide", "-", "{}"], &[0, 3]),
            (vec!["compare", "acme.yaml", "acme-next.yaml"], &[0, 4]),
            (vec!["explain", "acme.yaml", "--set", "now=1"], &[0, 2, 4]),
            (vec!["test", "-"], &[0, 1]),
            (vec!["schema", "infer", "-"], &[0, 2, 4]),
        ] {
            let run = run_on(&args, input);
            let code = run.code.unwrap_or_else(|| panic!("{args:?} on {input:?}: {run:?}"));
            assert!(codes.contains(&code), "{args:?} on {:?}: {run:?}", String::from_utf8_lossy(input));
            assert!(!run.stderr.contains("panicked") && !run.stderr.contains('\u{1b}') && !run.stdout.contains('\u{1b}'), "{args:?}: {run:?}");
            assert!(code == 0 || !run.stderr.is_empty() || !run.stdout.is_empty(), "{args:?} says nothing");
        }
    }
}
