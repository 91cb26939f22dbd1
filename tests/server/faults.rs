//! Kills and full disks.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::process::{Process, command};
use super::support::{Folder, Rig, rules, times};

/// What the folder of the revisions holds is whole, and nothing of an unfinished write is left anywhere.
fn assert_clean(folder: &Path) {
    for folder in [folder.to_owned(), folder.join(".triggerfish"), folder.join(".triggerfish/revisions"), folder.join(".triggerfish/revisions/acme")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(!name.starts_with(".triggerfish-"), "{name} is left");
        }
    }
    for entry in std::fs::read_dir(folder.join(".triggerfish/revisions/acme")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let (head, body) = text.split_once('\n').unwrap();
        let head: Value = serde_json::from_str(head).unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        let set = triggerfish::RuleSet::parse(body["source"].as_str().unwrap(), triggerfish::schema::Format::Yaml).unwrap();
        assert_eq!(head["digest"], set.digest());
    }
}

/// The file of the rule set is whole, and is what serves.
fn assert_whole(process: &Process, folder: &Path) {
    let text = std::fs::read_to_string(folder.join("acme.yaml")).unwrap();
    let set = triggerfish::RuleSet::parse(&text, triggerfish::schema::Format::Yaml).unwrap();
    let status = &process.status()["rulesets"][0];
    assert_eq!((&status["digest"], &status["last_error"]), (&json!(set.digest()), &Value::Null));
    assert_clean(folder);
}

/// Asks on a connection of its own, which may break off.
fn try_to_ask(address: SocketAddr, method: &str, path: &str, media_type: &str, body: &str) -> Option<String> {
    let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\n\r\n", body.len());
    let mut stream = TcpStream::connect(address).ok()?;
    stream.write_all(format!("{head}{body}").as_bytes()).ok()?;
    let answer = std::io::read_to_string(stream).ok()?;
    // An answer that broke off is none.
    answer.starts_with("HTTP/1.1 200").then_some(answer).filter(|answer| answer.ends_with('}'))
}

/// Puts revisions and rolls every third back, until the service is gone. Gives what was acknowledged, and what the last label is then, and what it may be.
fn change(address: SocketAddr, round: usize, mut serving: String) -> (usize, [String; 2]) {
    let mut before = serving.clone();
    for number in 0.. {
        let (next, answer) = if number % 3 == 2 {
            (before.clone(), try_to_ask(address, "POST", "/v1/rulesets/acme/rollback", "application/json", "{}"))
        } else {
            let label = format!("label {round} {number}");
            let answer = try_to_ask(address, "PUT", "/v1/rulesets/acme", "application/yaml", &rules(&label));
            (label, answer)
        };
        if answer.is_none() {
            return (number, [serving, next]);
        }
        before = std::mem::replace(&mut serving, next);
    }
    unreachable!("the service is killed")
}

/// Killed at any moment while revisions are put and rolled back, the service starts again with the last that it has acknowledged, or the one after it; whole.
#[test]
fn a_kill_while_revisions_are_put_leaves_a_whole_one() {
    let folder = Folder::with_acme();
    let (mut expected, mut done) = (["one".to_owned(), "one".to_owned()], 0);
    for round in 0..times(6, 150) {
        let mut process = Process::start(folder.path(), &["--writable", "--poll", "20ms", "--keep-revisions", "4"]);
        let label = process.label();
        assert!(expected.contains(&label), "round {round}: {label} serves, and not one of {expected:?}");
        assert_whole(&process, folder.path());
        let address = process.address;
        let writer = std::thread::spawn(move || change(address, round, label));
        std::thread::sleep(Duration::from_millis(150 + (round as u64 * 37) % 190));
        process.child.kill().unwrap();
        process.child.wait().unwrap();
        let (number, may_serve) = writer.join().unwrap();
        (expected, done) = (may_serve, done + number);
    }
    assert!(done > 5, "only {done} changes were made");
    let kept = std::fs::read_dir(folder.path().join(".triggerfish/revisions/acme")).unwrap().count();
    assert!(kept <= 6, "{kept} files are kept");
    // What was broken by others is mended from the revisions.
    folder.write("acme.yaml", "triggerfish: [");
    let process = Process::start(folder.path(), &[]);
    assert!(process.label().starts_with("label "));
}

/// Killed at any moment while files change and are loaded, the service starts again with what stands there, or, where that is cut, with a revision that was whole.
#[test]
fn a_kill_while_files_change_leaves_a_whole_revision() {
    let folder = Folder::with_acme();
    let mut written = BTreeSet::from(["one".to_owned()]);
    let mut served = BTreeSet::new();
    for round in 0..times(6, 150) {
        let mut process = Process::start(folder.path(), &["--poll", "10ms"]);
        let label = process.label();
        assert!(written.contains(&label), "round {round}: {label} was never written");
        served.insert(label.clone());
        let text = folder.read("acme.yaml");
        match triggerfish::RuleSet::parse(&text, triggerfish::schema::Format::Yaml) {
            Ok(_) => assert_whole(&process, folder.path()),
            Err(_) => {
                assert_eq!(process.status()["rulesets"][0]["last_good"], true);
                assert_clean(folder.path());
            }
        }
        let (path, done) = (folder.path().to_owned(), Arc::new(AtomicBool::new(false)));
        let ends = done.clone();
        let writer = std::thread::spawn(move || {
            let mut labels = Vec::new();
            for number in 0.. {
                if ends.load(Ordering::Relaxed) {
                    break;
                }
                let label = format!("label {round} {number}");
                let text = rules(&label);
                labels.push(label);
                match number % 3 {
                    // As a whole, in two parts, and no more than a part.
                    0 => {
                        std::fs::write(path.join("next.txt"), &text).unwrap();
                        std::fs::rename(path.join("next.txt"), path.join("acme.yaml")).unwrap();
                    }
                    1 => {
                        let mut file = std::fs::File::create(path.join("acme.yaml")).unwrap();
                        file.write_all(&text.as_bytes()[..text.len() / 2]).unwrap();
                        std::thread::sleep(Duration::from_millis(5));
                        file.write_all(&text.as_bytes()[text.len() / 2..]).unwrap();
                    }
                    _ => std::fs::write(path.join("acme.yaml"), &text.as_bytes()[..text.len() * (round % 10) / 10]).unwrap(),
                }
                // Long enough, at times, to be loaded.
                std::thread::sleep(Duration::from_millis([130, 100, 60][number % 3]));
            }
            labels
        });
        std::thread::sleep(Duration::from_millis(150 + (round as u64 * 53) % 250));
        process.child.kill().unwrap();
        process.child.wait().unwrap();
        done.store(true, Ordering::Relaxed);
        written.extend(writer.join().unwrap());
    }
    assert!(served.len() > 1, "only {served:?} were served");
}

/// A file of the folder that is cut at any byte is a rule set of its own, or is refused: then the last good revision serves, before and after a restart.
#[tokio::test]
async fn a_file_of_the_folder_may_be_cut_at_every_byte() {
    let whole = rules("two");
    let mut rig = Rig::new(Folder::with_acme(), &[]);
    let (mut last_good, mut refused) = ("one", 0);
    for end in (0..whole.len()).step_by(times(97, 1)) {
        let loads = triggerfish::RuleSet::parse(&whole[..end], triggerfish::schema::Format::Yaml).is_ok();
        if loads {
            last_good = "two";
        } else {
            refused += 1;
        }
        rig.folder.write("acme.yaml", &whole[..end]);
        // Before a restart, what is refused is noted; after it, too, and that what serves is older.
        rig.reload_until(|status| status["rulesets"][0]["last_error"].is_null() == loads).await;
        assert_eq!(rig.label().await, last_good, "cut at byte {end}");
        rig = rig.restart(&[]);
        let status = rig.get("/v1/status").await.json();
        assert_eq!((&status["rulesets"][0]["last_good"], rig.label().await.as_str()), (&json!(!loads), last_good), "cut at byte {end}");
    }
    assert!(refused > 3, "only {refused} were refused");
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
    assert_whole(&process, folder.path());
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

/// A file that changes serves though its revision cannot be kept; whoever watches is told.
#[test]
fn a_full_disk_keeps_no_file_from_serving() {
    let folder = Folder::with_acme();
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$@\"", "sh"]);
    let served = command(folder.path(), &["--poll", "20ms"]);
    shell.arg(served.get_program()).args(served.get_args());
    let process = Process::run(shell);
    folder.write("acme.yaml", &(rules("large") + &format!("# {}\n", "x".repeat(40_000))));
    process.until(|process| process.label() == "large");
    assert!(process.get("/metrics").1.contains("triggerfish_revisions_not_kept_total 1"));
    folder.write("acme.yaml", "triggerfish: [");
    process.until(|process| !process.status()["rulesets"][0]["last_error"].is_null());
    assert_eq!(process.label(), "large", "what could not be kept serves as long as the process does");
    assert_clean(folder.path());
    drop(process);
    assert_eq!(Process::start(folder.path(), &[]).label(), "one", "the last revision that could be kept serves after that");
}
