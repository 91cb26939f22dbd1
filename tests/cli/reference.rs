//! `triggerfish functions`, `explain`, `completions`, `version`

use crate::support::run;

#[test]
fn all_functions_and_one() {
    let all = run(["functions"]).exits(0).quietly();
    assert!(all.stdout.contains("\n  $CONCAT(list, separator?)  ") && all.stdout.starts_with("Text\n"), "{all:?}");
    for name in ["lowercase", "$LOWERCASE", "Lowercase"] {
        let one = run(["functions", name]).exits(0);
        assert!(one.stdout.starts_with("$LOWERCASE(text)\n") && one.stdout.contains("Example:\n"), "{one:?}");
    }
    run(["functions", "lowercas"]).exits(2).tells("there is no function `$lowercas`; did you mean `$LOWERCASE`?");
    run(["functions", "\u{1b}"]).exits(2).tells("`$\\u{1b}`; `triggerfish functions` lists all");
}

#[test]
fn functions_for_machines_and_as_a_file() {
    let lines = run(["functions", "--format", "json"]).exits(0).json_lines();
    assert!(lines.len() > 30 && lines.iter().all(|line| line["doc"].is_string() && line["example"]["rule"].is_string()));
    assert_eq!(run(["functions", "split", "--format", "json"]).exits(0).json_lines()[0]["name"], "$SPLIT");
    let reference = run(["functions", "--format", "markdown"]).exits(0);
    assert_eq!(reference.stdout.matches("\n### `$").count(), lines.len());
    assert!(run(["functions", "split", "--format", "markdown"]).exits(0).stdout.starts_with("### `$SPLIT("));
}

#[test]
fn codes_are_explained() {
    let one = run(["explain", "TF0105"]).exits(0);
    assert!(one.stdout.starts_with("TF0105 (warning): ") && one.stdout.contains("user.departmnt"), "{one:?}");
    assert_eq!(run(["explain", "tf0105"]).exits(0).stdout, one.stdout);
    let all = run(["explain"]).exits(0);
    assert!(all.stdout.starts_with("TF0001  error    the rule is too long\n"), "{all:?}");
    let lines = run(["explain", "--format", "json"]).exits(0).json_lines();
    assert_eq!(lines.len(), all.stdout.lines().count());
    assert_eq!(run(["explain", "TF0105", "--format", "json"]).exits(0).json_lines()[0]["example"]["schema"], "builtin");
    run(["explain", "TF9999"]).exits(2).tells("`TF9999` is neither a rule set nor a diagnostic code");
}

#[test]
fn every_shell_gets_a_script() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(["completions", shell]).exits(0).quietly();
        assert!(script.stdout.contains("triggerfish") && script.stdout.contains("eval") && script.stdout.contains("ledger"), "{shell}");
        for command in ["decide", "compare", "init", "summary", "now-from", "ruleset", "backend", "interp"] {
            assert!(script.stdout.contains(command), "{shell} completes `{command}`");
        }
    }
    run(["completions", "csh"]).exits(2);
}

#[test]
fn the_version() {
    let version = format!("triggerfish {}\n", env!("CARGO_PKG_VERSION"));
    run(["--version"]).prints(&version);
    let told = run(["version"]).exits(0).quietly();
    assert!(told.stdout.starts_with(&format!("{}, time zones 20", version.trim_end())), "{told:?}");
    assert!(run(["version", "--format", "json"]).json_lines()[0]["tzdb"].as_str().unwrap().starts_with("20"));
    assert_eq!(run(["version", "--format", "json"]).exits(0).json_lines()[0]["version"], env!("CARGO_PKG_VERSION"));
}
