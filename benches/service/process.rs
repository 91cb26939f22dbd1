//! Processes and folders.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How many rounds: one if it is only to be seen that they run.
pub(crate) fn rounds(number: usize, time: Duration) -> usize {
    if time < Duration::from_secs(1) { 1 } else { number }
}

fn has_taskset() -> bool {
    Command::new("taskset").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Moves this process to the second processor.
pub(crate) fn pin_self() {
    if has_taskset() {
        let moved = Command::new("taskset").args(["-cp", "1", &std::process::id().to_string()]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !moved.is_ok_and(|status| status.success()) {
            println!("the load is not bound to a processor");
        }
    }
}

/// A folder of rule sets that is removed in the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn empty(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("triggerfish-bench-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// With the example.
    pub(crate) fn example(name: &str) -> Folder {
        let folder = Folder::empty(name);
        for file in ["acme.yaml", "vip-mails.txt"] {
            std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(file), folder.0.join(file)).unwrap();
        }
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A process that serves, on the first processor.
pub(crate) struct Service {
    child: Child,
    pub(crate) address: SocketAddr,
}

/// What a process holds.
pub(crate) struct Memory {
    pub(crate) kib: u64,
    pub(crate) files: usize,
    pub(crate) threads: usize,
}

impl Service {
    pub(crate) fn start(rules: &Path, more: &[&str]) -> Service {
        let mut command = pinned(env!("CARGO_BIN_EXE_triggerfish"));
        command.arg("serve").arg(rules).args(["--listen", "127.0.0.1:0", "--workers", "1", "--log-level", "warn"]).args(more);
        Service::run(command)
    }

    /// The peer, whose answers have so many bytes.
    pub(crate) fn peer(size: usize) -> Service {
        let mut command = pinned(std::env::current_exe().unwrap().to_str().unwrap());
        command.env("TRIGGERFISH_PEER", size.to_string());
        Service::run(command)
    }

    fn run(mut command: Command) -> Service {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line}")).parse().unwrap();
        Service { child, address }
    }

    pub(crate) fn memory(&self) -> Memory {
        let folder = PathBuf::from(format!("/proc/{}", self.child.id()));
        let status = std::fs::read_to_string(folder.join("status")).unwrap();
        let number = |key: &str| status.lines().find_map(|line| line.strip_prefix(key)).unwrap().split_whitespace().next().unwrap().parse().unwrap();
        let files = std::fs::read_dir(folder.join("fd")).unwrap().count();
        Memory { kib: number("VmRSS:"), files, threads: number("Threads:") as usize }
    }
}

impl Service {
    /// The processor time that the process has used.
    pub(crate) fn processor(&self) -> Duration {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let behind = text.rsplit_once(") ").unwrap().1;
        // User and system time, in hundredths of a second.
        let ticks: u64 = behind.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
        Duration::from_millis(ticks * 10)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn pinned(program: &str) -> Command {
    if has_taskset() {
        let mut command = Command::new("taskset");
        command.args(["-c", "0", program]);
        return command;
    }
    Command::new(program)
}

/// A rule set of so many items.
pub(crate) fn large(items: usize, number: usize) -> String {
    let mut text = "triggerfish: 1\nname: large\ncategories:\n  - key: all\n    label: All\n    items:\n".to_owned();
    for item in 0..items {
        text.push_str(&format!(
            "      - key: item_{item}\n        label: Item {item} of {number}\n        when: 'domain == \"D{item}\" AND user.department == \"Sales\" AND NOT bot.resolved'\n        strategies: [ {{ ticket: {{ mode: default, short_description: \"{{{{ utterance[0:40] }}}}\" }} }} ]\n"
        ));
    }
    text + "otherwise:\n  - { key: help, label: Help, strategies: [ { url: \"https://help.example/\" } ] }\n"
}
