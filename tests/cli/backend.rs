//! `--backend`, and what is said where there is no native code.

use std::process::Stdio;

use crate::support::{Run, run, run_on, triggerfish};

const BACKENDS: [&str; 3] = ["auto", "interp", "jit"];

/// Runs the binary where the operator has switched native code off.
fn switched_off(args: &[&str]) -> Run {
    Run::of(&triggerfish(args).env("TRIGGERFISH_JIT", "off").stdin(Stdio::null()).output().unwrap())
}

/// Enough contexts for a rule to become hot on the way.
fn many() -> String {
    (0..3_000).map(|at| format!("{{\"id\": {at}, \"domain\": \"{}\", \"attempts\": {}}}\n", ["IT", "HR"][at % 2], at % 7)).collect()
}

#[test]
fn every_backend_prints_the_same() {
    let contexts = many();
    for args in [["eval", "domain == 'IT' AND attempts * 2 > 5"].as_slice(), &["eval", "attempts / (attempts - 3)"], &["decide", "acme.yaml", "--now", "0"]] {
        let on = |backend: &str| run_on(args.iter().copied().chain(["--backend", backend]), contexts.as_bytes());
        let [auto, interp, jit] = BACKENDS.map(on);
        assert_eq!(interp.stdout.lines().count(), 3_000, "{interp:?}");
        assert_eq!((auto.code, &auto.stdout, &auto.stderr), (interp.code, &interp.stdout, &interp.stderr), "{args:?}");
        assert_eq!((jit.code, &jit.stdout), (interp.code, &interp.stdout), "{args:?}");
    }
    for backend in BACKENDS {
        let run = run(["test", "cases.ndjson", "acme.yaml", "failing.ndjson", "--backend", backend]);
        assert_eq!(run.stdout, crate::support::run(["test", "cases.ndjson", "acme.yaml", "failing.ndjson"]).stdout, "{backend}");
        run.exits(1);
    }
    run(["eval", "x", "{}", "--backend", "gpu"]).exits(2).tells("gpu");
}

#[test]
fn a_backend_that_is_not_there_is_told_once_and_the_interpreter_runs() {
    for args in
        [["eval", "x + 1", "{\"x\": 1}", "{\"x\": 2}"].as_slice(), &["decide", "acme.yaml", "{}", "{}", "--now", "0"], &["test", "cases.ndjson", "acme.yaml"]]
    {
        let expected = run(args);
        let with = |backend: &'static str| switched_off(&[args, &["--backend", backend]].concat());
        let refused = with("jit");
        assert_eq!((refused.code, &refused.stdout), (expected.code, &expected.stdout));
        assert_eq!(refused.stderr.matches("warning: there is no native code, so the interpreter runs: ").count(), 1, "{refused:?}");
        for backend in ["auto", "interp"] {
            assert_eq!(with(backend).stderr, expected.stderr, "who did not ask for native code is told nothing");
        }
    }
}

#[test]
fn the_version_says_whether_there_is_native_code() {
    let why = if cfg!(feature = "jit") { "switched off by TRIGGERFISH_JIT" } else { "built without the feature `jit`" };
    let told = switched_off(&["version"]).exits(0);
    assert!(told.stdout.ends_with(&format!("\nnative code: not available: {why}\n")), "{told:?}");
    let json = switched_off(&["version", "--format", "json"]).exits(0).json_lines();
    assert_eq!(json[0]["native_code"], serde_json::json!({ "available": false, "reason": why }));
    let (told, json) = (run(["version"]).exits(0), run(["version", "--format", "json"]).exits(0).json_lines());
    assert_eq!(told.stdout.ends_with("\nnative code: available\n"), json[0]["native_code"] == serde_json::json!({ "available": true }), "{told:?}");
}
