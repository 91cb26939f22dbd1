//! What many reloads leave behind: nothing.

use std::fs;
use std::time::Duration;

use super::process::Process;
use super::support::{Folder, times};

/// A rule set with so many items, of which a number is a part.
fn items(items: usize, number: usize) -> String {
    let mut text = format!("triggerfish: 1\nname: acme\nchange_note: number {number}\ncontext: {{ attributes: {{ plan: text }} }}\ncategories:\n");
    for category in 0..items.div_ceil(50) {
        text += &format!("  - key: c{category}\n    label: C{category}\n    domain: D{category}\n    items:\n");
        for item in category * 50..items.min(category * 50 + 50) {
            text += &format!(
                "      - {{ key: i{item}, label: I{item} {number}, when: 'plan == \"p{item}\" AND NOT (domain IN [\"x\", \"y{number}\"])', strategies: [ {{ ticket: default }} ] }}\n"
            );
        }
    }
    text + "otherwise:\n  - { key: help, label: Help, strategies: [ { ticket: default } ] }\n"
}

/// What a process holds.
#[derive(Clone, Copy, Debug)]
struct Held {
    resident: usize,
    files: usize,
    threads: usize,
}

/// What it holds when nothing runs: connections that were answered take a moment to be closed.
fn held(process: &Process) -> Held {
    let samples = (0..5).map(|_| {
        std::thread::sleep(Duration::from_millis(20));
        sample(process)
    });
    samples.min_by_key(|sample| (sample.files, sample.resident)).unwrap()
}

fn sample(process: &Process) -> Held {
    let folder = format!("/proc/{}", process.child.id());
    let status = fs::read_to_string(format!("{folder}/status")).unwrap();
    let number = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap()
    };
    Held { resident: number("VmRSS:") * 1_024, files: fs::read_dir(format!("{folder}/fd")).unwrap().count(), threads: number("Threads:") }
}

/// Reloads by files and by requests, in turn, with decisions between them: after the first tenth, files and threads are as many as before, and memory is flat.
#[test]
#[cfg(target_os = "linux")]
fn reloads_leave_nothing_behind() {
    let (reloads, size) = (times(60, 1_000), times(50, 1_000));
    let folder = Folder::new();
    folder.write("acme.yaml", &items(size, 0));
    let process = Process::start(folder.path(), &["--writable", "--poll", "0s", "--log-level", "warn"]);
    let (mut before, mut course) = (None, Vec::new());
    let mut last = String::new();
    for number in 1..=reloads {
        let text = items(size, number);
        if number % 4 == 0 {
            folder.write("acme.yaml", &text);
            process.signal("HUP");
            process.until(|process| process.status()["rulesets"][0]["digest"] != last.as_str());
        } else {
            let (status, told) = process.ask("PUT", "/v1/rulesets/acme", "application/yaml", &text);
            assert_eq!(status, 200, "{told}");
        }
        let digest = process.status()["rulesets"][0]["digest"].as_str().unwrap().to_owned();
        assert_ne!(digest, last);
        last = digest;
        for _ in 0..5 {
            process.decide();
        }
        if number == reloads / 10 {
            before = Some(held(&process));
        }
        if number % (reloads / 10) == 0 {
            course.push((number, held(&process)));
        }
    }
    let (before, after) = (before.unwrap(), held(&process));
    assert_eq!((before.files, before.threads), (after.files, after.threads), "{before:?}, then {after:?}");
    #[expect(clippy::print_stderr, reason = "whoever runs the long form sees how it went")]
    {
        eprintln!("{course:?}");
    }
    let grown = after.resident.saturating_sub(before.resident);
    assert!(grown <= times(32, 2) * 1_024 * 1_024, "{grown} bytes more: {course:#?}");
}
