//! Help, colours, and wrong usage.

use std::process::Stdio;

use crate::support::{Run, run, triggerfish};

const COMMANDS: [&str; 13] = ["init", "check", "test", "decide", "explain", "compare", "fmt", "eval", "match", "functions", "schema", "completions", "version"];

#[test]
fn help_teaches() {
    let help = run(["--help"]).exits(0).quietly();
    assert!(COMMANDS.iter().all(|command| help.stdout.contains(&format!("\n  {command} "))), "{help:?}");
    for part in
        ["Examples:\n", "Exit codes:\n  0  done\n  1  a test failed", "\n  2  bad usage", "\n  3  errors in the rules\n  4  some contexts failed\n", "@FILE"]
    {
        assert!(help.stdout.contains(part), "no `{part}` in {help:?}");
    }
    for command in COMMANDS.iter().filter(|command| !["schema", "version"].contains(command)) {
        for flag in ["-h", "--help"] {
            let help = run([*command, flag]).exits(0);
            assert!(help.stdout.contains("Usage: triggerfish") && help.stdout.contains("Examples:\n  "), "{help:?}");
        }
    }
    for command in ["infer", "show", "export", "ruleset", "decision", "context"] {
        assert!(run(["schema", command, "--help"]).exits(0).stdout.contains("Examples:\n  triggerfish schema"));
    }
}

#[test]
fn examples_in_the_help_are_not_wrapped() {
    for command in COMMANDS {
        let help = run([command, "--help"]).exits(0);
        let examples = help.stdout.split_once("Examples:\n").map_or("", |(_, examples)| examples);
        assert!(examples.lines().all(|line| line.len() <= 80), "{examples}");
    }
}

#[test]
fn wrong_usage() {
    run([] as [&str; 0]).exits(2).tells("Usage: triggerfish");
    run(["evil"]).exits(2).tells("eval");
    run(["eval"]).exits(2).tells("<RULE>");
    run(["schema"]).exits(2).tells("infer");
    run(["eval", "x", "--frobnicate"]).exits(2).tells("--frobnicate");
    let hostile = run(["\u{1b}[31m\u{202e}"]).exits(2);
    assert!(!hostile.stderr.contains(['\u{1b}', '\u{202e}']), "{hostile:?}");
}

#[test]
#[cfg(unix)]
fn an_argument_that_is_no_text_is_refused() {
    use std::os::unix::ffi::OsStrExt;
    run([std::ffi::OsStr::new("check"), std::ffi::OsStr::from_bytes(b"\xff")]).exits(2).tells("UTF-8");
}

#[test]
fn colours_are_there_when_they_are_wanted() {
    let colored = |run: Run| run.stdout.contains('\u{1b}') || run.stderr.contains('\u{1b}');
    for args in [
        ["check", "1 +"].as_slice(),
        &["explain"],
        &["functions"],
        &["test", "failing.ndjson"],
        &["test", "acme.yaml"],
        &["decide", "acme.yaml", "tickets.ndjson", "--format=human"],
        &["decide", "broken.yaml", "{}"],
        &["eval", "user.tenure > 1", "people.ndjson"],
        &["nonsense"],
    ] {
        let with = |color: &str| run(args.iter().copied().chain(["--color", color]));
        assert!(colored(with("always")), "{args:?}");
        assert!(!colored(with("never")) && !colored(with("auto")), "{args:?}");
    }
    let environment = |variable: &str, color: &str| {
        let output = triggerfish(["check", "1 +", &format!("--color={color}")]).env(variable, "1").stdin(Stdio::null()).output().unwrap();
        colored(Run::of(&output))
    };
    assert!(environment("CLICOLOR_FORCE", "auto") && !environment("NO_COLOR", "auto"));
    assert!(environment("NO_COLOR", "always") && !environment("CLICOLOR_FORCE", "never"));
    run(["check", "x", "--color", "sometimes"]).exits(2);
}

#[test]
fn the_weightier_exit_code_wins() {
    // A file that cannot be formatted outweighs one that differs, and one that cannot be read outweighs both.
    run(["fmt", "--check", "untidy.rule", "broken.yaml"]).exits(3);
    run(["fmt", "--check", "untidy.rule", "good.ndjson", "it.rule"]).exits(2);
}
