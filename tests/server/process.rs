//! The service as a process: how it starts, what it is told, and how it ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::support::{Folder, rules};

/// A process that serves.
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
}

pub(crate) fn command(rules: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_triggerfish"));
    command.arg("serve").arg(rules).args(["--listen", "127.0.0.1:0"]).args(more);
    command
}

impl Process {
    pub(crate) fn start(rules: &Path, more: &[&str]) -> Process {
        Process::run(command(rules, more))
    }

    pub(crate) fn run(mut command: Command) -> Process {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http").and_then(|address| address.trim_start_matches('s').strip_prefix("://")?.parse().ok());
        let address = address.unwrap_or_else(|| {
            let mut told = String::new();
            child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
            panic!("{line}{told}")
        });
        Process { child, address }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Sends some bytes, and reads until the service closes.
    pub(crate) fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // A service that has answered already need not take the rest.
        let _ = stream.write_all(bytes);
        let mut told = Vec::new();
        let _ = stream.read_to_end(&mut told);
        String::from_utf8_lossy(&told).into_owned()
    }

    /// The same, but soon says that no more bytes come.
    pub(crate) fn poke(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        let _ = stream.write_all(bytes);
        stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let mut told = Vec::new();
        if stream.read_to_end(&mut told).is_err() {
            let _ = stream.shutdown(std::net::Shutdown::Write);
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            let _ = stream.read_to_end(&mut told);
        }
        String::from_utf8_lossy(&told).into_owned()
    }

    pub(crate) fn ask(&self, method: &str, path: &str, media_type: &str, body: &str) -> (u16, String) {
        let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\n\r\n", body.len());
        let told = self.raw(format!("{head}{body}").as_bytes());
        let status = told.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{method} {path}: {told:?}"));
        (status, told.split_once("\r\n\r\n").map_or(String::new(), |(_, body)| body.to_owned()))
    }

    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        self.ask("GET", path, "text/plain", "")
    }

    pub(crate) fn decide(&self) -> Value {
        let (status, body) = self.ask("POST", "/v1/rulesets/acme/decide", "application/json", r#"{"context": {"domain": "IT"}}"#);
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    pub(crate) fn label(&self) -> String {
        self.decide()["decision"]["options"][0]["label"].as_str().unwrap_or("").to_owned()
    }

    pub(crate) fn status(&self) -> Value {
        serde_json::from_str(&self.get("/v1/status").1).unwrap()
    }

    pub(crate) fn until(&self, seen: impl Fn(&Process) -> bool) {
        let until = Instant::now() + Duration::from_secs(20);
        while !seen(self) {
            assert!(Instant::now() < until, "{:#}", self.status());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Ends it as an operator does, and gives what it has said.
    pub(crate) fn end(mut self) -> String {
        self.signal("TERM");
        let until = Instant::now() + Duration::from_secs(20);
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < until, "the service does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(self.child.wait().unwrap().success());
        let mut told = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        told
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_serves_until_it_is_told_to_stop_and_finishes_what_runs() {
    let folder = Folder::with_acme();
    let process = Process::start(folder.path(), &[]);
    assert_eq!(process.label(), "one");
    // A request of which half has come when the signal does.
    let mut half = process.connect();
    let body = r#"{"context": {"domain": "IT"}}"#;
    write!(half, "POST /v1/decide HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{}", body.len(), &body[..10]).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    process.signal("TERM");
    let until = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(process.address).is_ok() {
        assert!(Instant::now() < until, "it still accepts");
        std::thread::sleep(Duration::from_millis(5));
    }
    half.write_all(&body.as_bytes()[10..]).unwrap();
    let mut told = String::new();
    half.read_to_string(&mut told).unwrap();
    assert!(told.starts_with("HTTP/1.1 200") && told.contains("\"decision_id\""), "{told}");
    let told = process.end();
    assert!(told.contains("stopped") && told.contains("ended=true"), "{told}");
}

#[test]
fn a_request_that_never_ends_does_not_keep_it_from_stopping() {
    let folder = Folder::with_acme();
    let process = Process::start(folder.path(), &["--shutdown-timeout", "500ms", "--body-timeout", "60s"]);
    let mut half = process.connect();
    half.write_all(b"POST /v1/decide HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{").unwrap();
    let mut header = process.connect();
    header.write_all(b"GET /healthz HT").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let started = Instant::now();
    let told = process.end();
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert!(told.contains("has not ended in time"), "{told}");
}

#[test]
fn files_and_signals_reload() {
    let folder = Folder::with_acme();
    let watching = Process::start(folder.path(), &["--poll", "50ms"]);
    folder.write("acme.yaml", &rules("two"));
    watching.until(|process| process.label() == "two");
    drop(watching);
    let process = Process::start(folder.path(), &["--poll", "0s"]);
    folder.write("acme.yaml", &rules("three"));
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(process.label(), "two");
    process.signal("HUP");
    process.until(|process| process.label() == "three");
    folder.write("acme.yaml", "triggerfish: [");
    process.signal("HUP");
    process.until(|process| process.status()["rulesets"][0]["last_error"]["kind"] == "invalid_rules");
    assert_eq!(process.label(), "three");
    let told = process.end();
    assert!(told.contains("rule set does not load"), "{told}");
}

#[test]
fn flags_weigh_more_than_the_environment_and_that_more_than_the_file() {
    let folder = Folder::with_acme();
    folder.write("settings.txt", "writable: true\nmax-body: 1KiB\nmax-batch: 3\nlog-format: json\n");
    let file = folder.path().join("settings.txt");
    let mut command = command(folder.path(), &["--config", file.to_str().unwrap(), "--max-body", "3KiB"]);
    command.env("TRIGGERFISH_MAX_BODY", "2KiB").env("TRIGGERFISH_MAX_BATCH", "2");
    let process = Process::run(command);
    assert_eq!(process.status()["writable"], true);
    let body = |size: usize| format!("{{\"context\": {{\"x\": \"{}\"}}}}", "x".repeat(size));
    assert_eq!(process.ask("POST", "/v1/decide", "application/json", &body(2_500)).0, 200);
    assert_eq!(process.ask("POST", "/v1/decide", "application/json", &body(3_500)).0, 413);
    let items = |number: usize| format!("{{\"items\": [{}]}}", vec!["{\"context\": {}}"; number].join(","));
    assert_eq!(process.ask("POST", "/v1/decide:batch", "application/json", &items(2)).0, 200);
    assert_eq!(process.ask("POST", "/v1/decide:batch", "application/json", &items(3)).0, 413);
    let told = process.end();
    for line in told.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok_and(|line| line["level"].is_string()), "{line}");
    }
}

#[test]
fn bad_settings_are_bad_usage() {
    let folder = Folder::with_acme();
    folder.write("settings.txt", "no-such: 1\n");
    let file = folder.path().join("settings.txt");
    for (arguments, message) in [
        (vec!["--max-body", "lots"], "--max-body: `max-body`: expected a number of bytes"),
        (vec!["--listen", "0.0.0.0:0"], "`--insecure-open`"),
        (vec!["--config", file.to_str().unwrap()], "there is no setting `no-such`"),
        (vec!["--config", "no/such"], "no/such: "),
        (vec!["--tokens", "no/such"], "the file of tokens cannot be read"),
        (vec!["--state-dir", "/proc/none"], "revisions cannot be kept in /proc/none"),
        (vec!["--tls-cert", "x"], "TLS needs"),
        (vec!["--otlp-endpoint", "x"], "`otlp-endpoint`: expected a URL"),
        #[cfg(not(feature = "otel"))]
        (vec!["--otlp-endpoint", "http://127.0.0.1:4318"], "needs a build with the feature `otel`"),
        (vec!["--no-such"], "unexpected argument"),
    ] {
        let output = command(folder.path(), &arguments).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(message), "{arguments:?}: {told}");
    }
    let output = command(Path::new("no/such"), &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

/// The whole way without executable memory: native code is not to be had, and nothing else changes.
#[test]
fn it_decides_where_executable_memory_is_refused() {
    let folder = Folder::with_acme();
    let usual = Process::start(folder.path(), &["--backend", "jit"]).label();
    let mut off = command(folder.path(), &["--backend", "jit"]);
    off.env("TRIGGERFISH_JIT", "off");
    let mut processes = vec![Process::run(off)];
    let script = "import ctypes, os, sys\nif ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) != 0: sys.exit(9)\nos.execvp(sys.argv[1], sys.argv[1:])";
    let refuses = Command::new("python3").args(["-c", script, "true"]).status().is_ok_and(|status| status.success());
    if refuses {
        let mut refused = Command::new("python3");
        refused.args(["-c", script, env!("CARGO_BIN_EXE_triggerfish"), "serve"]).arg(folder.path()).args(["--listen", "127.0.0.1:0", "--backend", "jit"]);
        processes.push(Process::run(refused));
    }
    for process in processes {
        assert_eq!(process.label(), usual);
        let status = process.status();
        assert!(status["rulesets"][0]["backend"].as_str().unwrap().starts_with("interpreter: "), "{status:#}");
        assert!(status["native_unavailable"].is_string(), "{status:#}");
    }
}
