//! Kills and full disks.

use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::process::{Process, command};
use super::support::{Folder, rules, times};

/// No file of an unfinished write is left, and what the folder holds is a whole rule set.
fn assert_whole(folder: &Path) {
    let text = std::fs::read_to_string(folder.join("acme.yaml")).unwrap();
    assert!(text.ends_with("label: label\n") || text.contains("tests:") && text.ends_with("} }\n"), "{text}");
    triggerfish::RuleSet::parse(&text, triggerfish::schema::Format::Yaml).unwrap();
    for folder in [folder.to_owned(), folder.join(".triggerfish/revisions/acme")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(!name.starts_with(".triggerfish-"), "{name} is left");
        }
    }
}

/// Killed at any moment while revisions are put, the service starts again with one of them, whole.
#[test]
fn a_kill_at_any_moment_leaves_a_whole_revision() {
    let folder = Folder::with_acme();
    let mut put = 0;
    for round in 0..times(6, 150) {
        let mut process = Process::start(folder.path(), &["--writable", "--poll", "20ms"]);
        let label = process.label();
        assert!(label == "one" || label.starts_with("label "), "{label}");
        assert_eq!(process.status()["rulesets"][0]["last_error"], serde_json::Value::Null);
        assert_whole(folder.path());
        let address = process.address;
        let writer = std::thread::spawn(move || {
            let mut done = 0;
            for number in 0..10_000 {
                let body = rules(&format!("label {round} {number}"));
                let head = format!(
                    "PUT /v1/rulesets/acme HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/yaml\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                let answered = TcpStream::connect(address).and_then(|mut stream| {
                    stream.write_all(head.as_bytes())?;
                    stream.write_all(body.as_bytes())?;
                    std::io::read_to_string(stream)
                });
                match answered {
                    Ok(answer) if answer.starts_with("HTTP/1.1 200") => done += 1,
                    Ok(_) | Err(_) => break,
                }
            }
            done
        });
        std::thread::sleep(Duration::from_millis(40 + (round as u64 * 37) % 90));
        process.child.kill().unwrap();
        process.child.wait().unwrap();
        put += writer.join().unwrap();
    }
    assert!(put > 5, "only {put} revisions were put");
    // What was broken by others is mended from the revisions.
    folder.write("acme.yaml", "triggerfish: [");
    let process = Process::start(folder.path(), &[]);
    assert!(process.label().starts_with("label "));
}

/// No file may grow beyond a few KiB: what does not fit is refused, and nothing is lost.
#[test]
fn a_full_disk_changes_nothing_that_serves() {
    let folder = Folder::with_acme();
    let log = folder.path().join("log");
    let mut shell = Command::new("sh");
    // Writing beyond the limit is an error then, and no signal.
    shell.args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$@\"", "sh"]);
    let served = command(folder.path(), &["--writable", "--decision-log", log.to_str().unwrap(), "--log-context", "full"]);
    shell.arg(served.get_program()).args(served.get_args());
    let process = Process::run(shell);
    let large = rules("large") + &format!("# {}\n", "x".repeat(40_000));
    for _ in 0..3 {
        let (status, body) = process.ask("PUT", "/v1/rulesets/acme", "application/yaml", &large);
        assert_eq!(status, 507, "{body}");
        assert!(body.contains("\"code\":\"storage\""), "{body}");
    }
    assert_eq!(process.label(), "one");
    assert_whole(folder.path());
    assert_eq!(process.ask("PUT", "/v1/rulesets/acme", "application/yaml", &rules("small")).0, 200);
    assert_eq!(process.label(), "small");
    // The log is full after a while; decisions are not.
    let context = format!("{{\"context\": {{\"utterance\": \"{}\"}}}}", "x".repeat(1_000));
    for _ in 0..60 {
        assert_eq!(process.ask("POST", "/v1/decide", "application/json", &context).0, 200);
    }
    process.until(|process| !process.get("/metrics").1.contains("triggerfish_decision_log_failed_total 0"));
    process.end();
    let lines = std::fs::read_to_string(log.join("decisions.ndjson")).unwrap();
    assert!(lines.ends_with('\n') && lines.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "the log has whole lines");
    let process = Process::start(folder.path(), &[]);
    assert_eq!(process.label(), "small");
}
