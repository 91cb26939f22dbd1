//! `triggerfish fmt`

use std::fs;

use crate::support::{file, folder, run, run_on};

const TIDY: &str = "domain == \"IT\" AND score > 1  # why\n";

#[test]
fn standard_input_goes_to_standard_output() {
    run_on(["fmt"], b"domain=='IT'   and x").prints("domain == \"IT\" AND x\n").quietly();
    run_on(["fmt", "-"], b"domain=='IT'   and x").prints("domain == \"IT\" AND x\n");
    run_on(["fmt"], b"domain = 1").exits(3).tells(" --> <stdin>:1:8");
}

#[test]
fn files_are_rewritten_in_place() {
    let path = file("fmt-in-place", "a.rule", fs::read("tests/cli/fixtures/untidy.rule").unwrap());
    run(["fmt", "--check", &path]).exits(1);
    run(["fmt", &path]).prints("").quietly();
    let once = fs::read_to_string(&path).unwrap();
    assert_eq!(once, TIDY);
    run(["fmt", "--check", &path]).prints("");
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    run(["fmt", &path]).prints("");
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), modified, "a tidy file is not written");
    let left: Vec<_> = fs::read_dir(std::path::Path::new(&path).parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn checking_names_the_files_that_differ_and_changes_nothing() {
    let before = fs::read("tests/cli/fixtures/untidy.rule").unwrap();
    let run = run(["fmt", "--check", "it.rule", "untidy.rule"]).exits(1).quietly();
    assert_eq!(run.stdout, "untidy.rule\n");
    assert_eq!(fs::read("tests/cli/fixtures/untidy.rule").unwrap(), before);
    let piped = run_on(["fmt", "--check"], b"a==1").exits(1);
    assert_eq!(piped.stdout, "<stdin>\n");
}

#[test]
fn a_broken_file_is_left_alone_and_the_others_are_written() {
    let folder = folder("fmt-broken");
    let (bad, good) = (folder.join("bad.rule"), folder.join("good.rule"));
    fs::write(&bad, "a ==").unwrap();
    fs::write(&good, "a==1").unwrap();
    run(["fmt".as_ref(), bad.as_os_str(), good.as_os_str()]).exits(3).tells("bad.rule:1:5");
    assert_eq!((fs::read_to_string(&bad).unwrap(), fs::read_to_string(&good).unwrap()), ("a ==".to_owned(), "a == 1\n".to_owned()));
}

#[test]
fn what_is_no_rule_file_is_refused() {
    run(["fmt", "good.ndjson"]).exits(2).tells("good.ndjson is a file of cases or contexts");
    run(["fmt", "missing.rule"]).exits(2).tells("cannot read missing.rule");
}

#[test]
#[cfg(unix)]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder("fmt-unix");
    let (real, link) = (folder.join("real.rule"), folder.join("link.rule"));
    fs::write(&real, "a==1").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real.rule", &link).unwrap();
    run(["fmt".as_ref(), link.as_os_str()]).prints("");
    assert_eq!(fs::read_to_string(&real).unwrap(), "a == 1\n");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    fs::write(&real, "a==1").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o440)).unwrap();
    run(["fmt".as_ref(), link.as_os_str()]).exits(2).tells("cannot write ");
    assert_eq!(fs::read_to_string(&real).unwrap(), "a==1");
}

#[test]
fn the_expressions_of_a_rule_set_are_formatted_and_nothing_else() {
    let untidy = fs::read_to_string("tests/cli/fixtures/acme.yaml").unwrap();
    let tidy = untidy.replace("when: user.department   ==   \"Sales\"   # spacing", "when: user.department == \"Sales\"   # spacing");
    assert_ne!(untidy, tidy);
    assert_eq!(run(["fmt", "--check", "acme.yaml"]).exits(1).stdout, "acme.yaml\n");
    // The files of its lists need not be there.
    for mark in ["", "\u{feff}"] {
        let path = file("fmt-rule-set", "acme.yaml", format!("{mark}{untidy}"));
        run(["fmt", &path]).prints("").quietly();
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{mark}{tidy}"));
        run(["fmt", "--check", &path]).prints("");
    }
    run_on(["fmt"], untidy.as_bytes()).prints(&tidy);
    run_on(["fmt", "--check"], tidy.as_bytes()).prints("");
}

#[test]
fn a_rule_set_with_errors_is_left_alone() {
    let before = fs::read_to_string("tests/cli/fixtures/broken.yaml").unwrap();
    let path = file("fmt-broken-set", "broken.yaml", &before);
    run(["fmt", &path]).exits(3).tells("broken.yaml:9:32").tells("broken.yaml: refused, 4 errors");
    assert_eq!(fs::read_to_string(&path).unwrap(), before);
}
