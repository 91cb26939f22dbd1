//! The documentation is true: what the README shows is what the program prints, and the function reference is current.
//!
//! `UPDATE_GOLDEN=1 cargo test --test docs` writes both anew; read the difference as a user would.
#![cfg(all(feature = "cli", feature = "server"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const BINARY: &str = env!("CARGO_BIN_EXE_triggerfish");

/// What a shell shows for a command in a folder, standard error included.
fn shell(command: &str, folder: &Path) -> String {
    let binaries = Path::new(BINARY).parent().unwrap().display();
    let script = format!("PATH=\"{binaries}:$PATH\"; {{ {command}\n}} 2>&1");
    let output = Command::new("sh").arg("-c").arg(script).current_dir(folder).env("NO_COLOR", "1").output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn agree(file: &str, current: &str, wanted: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(root().join(file), wanted).unwrap();
    } else {
        assert!(current == wanted, "{file} is not what the program prints; run UPDATE_GOLDEN=1 cargo test --test docs\n--- it should be\n{wanted}");
    }
}

/// Runs every `$ command` of the `console` blocks and puts the output below it. What a block of `console service` shows is asked of a service that runs.
fn with_real_output(text: &str, service: &mut dyn FnMut(&str) -> String) -> String {
    let mut out = String::new();
    let mut block = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            block = line.strip_prefix("```console");
            out.push_str(&format!("{line}\n"));
        } else if let Some(kind) = block {
            let Some(first) = line.strip_prefix("$ ") else { continue };
            let mut command = first.to_owned();
            while command.ends_with('\\') {
                command.push('\n');
                command.push_str(lines.next().unwrap());
            }
            let shown = if kind == " service" { service(&command) } else { shell(&command, root()) };
            out.push_str(&format!("$ {command}\n{shown}"));
            if !shown.is_empty() && !shown.ends_with('\n') {
                out.push('\n');
            }
        } else {
            out.push_str(&format!("{line}\n"));
        }
    }
    out
}

/// A service over a copy of the example, as in the README: there it listens on port 8080, here on any.
struct Service {
    folder: PathBuf,
    child: Child,
    port: String,
}

impl Service {
    fn start() -> Service {
        let folder = std::env::temp_dir().join(format!("triggerfish-readme-{}", std::process::id()));
        fs::create_dir_all(folder.join("rules")).unwrap();
        for file in ["acme.yaml", "vip-mails.txt"] {
            fs::copy(root().join("examples").join(file), folder.join("rules").join(file)).unwrap();
        }
        let mut command = Command::new(BINARY);
        command.args(["serve", "rules", "--writable", "--decision-log", "log", "--log-context", "full", "--listen", "127.0.0.1:0"]);
        let mut child = command.current_dir(&folder).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().strip_prefix("listening on http://127.0.0.1:").unwrap_or_else(|| panic!("{line}")).to_owned();
        Service { folder, child, port }
    }

    /// What a command shows: with the port of the README, and always the same identities and times.
    fn shell(&self, command: &str) -> String {
        let shown = shell(&command.replace("localhost:8080", &format!("localhost:{}", self.port)), &self.folder);
        let same = |text: &str, pattern: &str, with: &str| regex::Regex::new(pattern).unwrap().replace_all(text, with).into_owned();
        let shown = same(&shown, "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "01a1ff44-3d95-740e-8a4e-a85ac1ae37a6");
        same(&shown, r#""(at|started|looked|loaded)":"20[^"]*""#, r#""$1":"2026-11-23T08:00:00Z""#)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let readme = include_str!("../README.md");
    assert!(readme.contains("```console\n") && readme.contains("```console service\n"));
    let service = Service::start();
    agree("README.md", readme, &with_real_output(readme, &mut |command| service.shell(command)));
}

#[test]
fn the_function_reference_is_current() {
    let reference = shell("triggerfish functions --format markdown", root());
    assert!(reference.contains("$LOWERCASE"));
    let current = fs::read_to_string(root().join("grammar/FUNCTIONS.md")).unwrap_or_default();
    agree("grammar/FUNCTIONS.md", &current, &reference);
}
