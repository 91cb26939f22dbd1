//! `triggerfish init`

use crate::support::{folder, run, triggerfish};

#[test]
fn the_starter_passes_check_and_test() {
    let path = folder("init").join("new.yaml");
    let name = path.to_str().unwrap();
    let written = run(["init", name]).exits(0).quietly();
    assert!(written.stdout.starts_with(&format!("wrote {name}\n\nNext:\n  triggerfish check {name}\n")), "{written:?}");
    let checked = run(["check", name, "--format", "json"]).exits(0).json_lines();
    assert_eq!(checked[0]["diagnostics"], serde_json::json!([]));
    let tested = run(["test", name]).exits(0).quietly();
    assert!(tested.stdout.ends_with(" passed, 0 failed\n") && tested.stdout.lines().count() == 1, "everything is shown: {tested:?}");
    run(["fmt", "--check", name]).prints("");
    run(["explain", name, "{\"domain\": \"IT\"}"]).exits(0);
    run(["init", "-"]).prints(&std::fs::read_to_string(&path).unwrap());
}

#[test]
fn a_file_that_is_there_is_left_alone() {
    let path = folder("init-there").join("mine.yaml");
    std::fs::write(&path, "mine").unwrap();
    run(["init".as_ref(), path.as_os_str()]).exits(2).tells("mine.yaml is there already, and stays as it is");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    run(["init", "no/such/folder/r.yaml"]).exits(2).tells("cannot write no/such/folder/r.yaml: ");
}

#[test]
fn the_name_is_ruleset_yaml_unless_you_say_otherwise() {
    let folder = folder("init-default");
    assert!(triggerfish(["init"]).current_dir(&folder).output().unwrap().status.success());
    assert!(folder.join("ruleset.yaml").is_file());
}
