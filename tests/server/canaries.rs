//! What callers send is told to nobody else: a value that is easily found goes through every way to fail, and is looked for in all that the service tells.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::process::Command;

use triggerfish::server::PROBLEMS;

use super::process::{Process, command};
use super::support::{Folder, rules};

/// Problems that no caller can bring about.
const NOT_TO_BE_HAD: [&str; 1] = ["internal"];
/// Problems that tell authors what is wrong with their rules, in their words.
const TELL_AUTHORS: [&str; 2] = ["invalid_rules", "failing_tests"];

/// Everything that was answered, and the codes of the problems in it.
#[derive(Default)]
struct Told {
    answers: Vec<String>,
    codes: BTreeSet<String>,
}

impl Told {
    /// Notes an answer, which has to be a problem with this code.
    fn note(&mut self, code: &str, answer: String) {
        assert!(answer.contains(&format!("\"code\":\"{code}\"")), "expected `{code}`: {answer}");
        self.codes.insert(code.to_owned());
        if !TELL_AUTHORS.contains(&code) {
            self.answers.push(answer);
        }
    }

    /// Sends a request with a value in its headers, too.
    fn ask(&mut self, process: &Process, code: &str, line: &str, headers: &str, body: &str) {
        self.note(code, process.raw(&request(line, headers, body)));
    }
}

fn request(line: &str, headers: &str, body: &str) -> Vec<u8> {
    let media_type = if headers.contains("content-type") { "" } else { "content-type: application/json\r\n" };
    let more = "host: canary\r\nuser-agent: canary\r\nx-canary: canary\r\ncookie: canary\r\nconnection: close\r\n";
    format!("{line} HTTP/1.1\r\n{more}{media_type}{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// A process whose log lines tell all that they ever do.
fn start(folder: &Folder, format: &str, more: &[&str]) -> Process {
    let log = folder.path().join("log");
    let usual = ["--log-level", "trace", "--log-format", format, "--decision-log", log.to_str().unwrap(), "--body-timeout", "400ms", "--poll", "0s"];
    Process::start(folder.path(), &[&usual, more].concat())
}

/// What a process has told besides its answers: metrics, its log lines and the log of decisions.
fn end(process: Process, folder: &Folder) -> Vec<String> {
    let metrics = process.raw(b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert!(metrics.contains("triggerfish_problems"), "{metrics}");
    let lines = process.end();
    assert!(lines.contains("a problem was told"), "{lines}");
    vec![metrics, lines, folder.read("log/decisions.ndjson")]
}

const TOKENS: &str = r#"{"tokens": [
    {"name": "all", "token": "token-of-everybody", "scopes": ["decide", "read", "publish"]},
    {"name": "bot", "token": "token-of-the-bot-01", "scopes": ["decide"]},
    {"name": "acme", "token": "token-of-acme-alone", "scopes": ["decide"], "organisation": "acme"}
]}"#;

const DECISION: &str = r#"{"context": {"domain": "IT", "canary": "canary", "secret": "canary", "utterance": "canary", "user": {"full_name": "canary"}}}"#;

/// Those that a usual service tells.
fn usual(told: &mut Told) -> Vec<String> {
    let folder = Folder::with_acme();
    folder.write("json.json", r#"{"triggerfish": 1, "otherwise": [{"key": "help", "label": "Help", "strategies": [{"ticket": "default"}]}]}"#);
    folder.write("tokens.txt", TOKENS);
    let tokens = folder.path().join("tokens.txt");
    let process = start(&folder, "json", &["--writable", "--max-body", "4KiB", "--tokens", tokens.to_str().unwrap()]);
    let all = "authorization: Bearer token-of-everybody\r\n";
    let yaml = format!("{all}content-type: application/yaml\r\n");
    let decide = "POST /v1/rulesets/acme/decide";
    for (code, line, headers, body) in [
        ("invalid_json", decide, all, r#"{"context": canary}"#),
        ("invalid_json", decide, all, r#"{"context": "canary"#),
        ("invalid_request", decide, all, r#"{"canary": "canary"}"#),
        ("invalid_request", decide, all, r#"{"context": {}, "now": "canary"}"#),
        ("invalid_request", "POST /v1/evaluate", all, r#"{"rule": "canary"}"#),
        ("invalid_header", "PUT /v1/rulesets/acme?canary=canary", &yaml, "canary"),
        ("invalid_header", "PUT /v1/rulesets/acme", &format!("{yaml}if-match: canary\r\n"), "canary"),
        ("ruleset_required", "POST /v1/decide?canary", all, DECISION),
        ("invalid_name", "PUT /v1/rulesets/canary%2Fcanary", &yaml, "canary"),
        ("unauthorized", decide, "authorization: Bearer canary-canary-canary\r\n", DECISION),
        ("forbidden", "GET /v1/rulesets/canary", "authorization: Bearer token-of-the-bot-01\r\n", DECISION),
        ("other_organisation", decide, "authorization: Bearer token-of-acme-alone\r\n", r#"{"context": {"org": "canary"}}"#),
        ("not_found", "GET /canary/canary?canary=canary", all, DECISION),
        ("unknown_ruleset", "POST /v1/rulesets/canary/decide", all, DECISION),
        ("unknown_ruleset", "POST /v1/decide", all, r#"{"ruleset": "canary", "context": {"canary": 1}}"#),
        ("method_not_allowed", "DELETE /v1/rulesets/canary/decide?canary", all, DECISION),
        ("unknown_digest", decide, all, r#"{"digest": "sha256:canary", "context": {"canary": "canary"}}"#),
        ("conflict", "PUT /v1/rulesets/json?change_note=canary", &yaml, "canary"),
        ("precondition_failed", "PUT /v1/rulesets/acme", &format!("{yaml}if-match: \"canary\"\r\n"), "canary"),
        ("too_large", decide, all, &format!("{{\"context\": {{\"x\": \"{}\"}}}}", "canary".repeat(1_000))),
        ("unsupported_media_type", decide, &format!("{all}content-type: canary/canary\r\n"), DECISION),
        ("invalid_rules", "PUT /v1/rulesets/acme?change_note=canary", &yaml, "canary: canary"),
        ("invalid_rules", "POST /v1/evaluate", all, r#"{"rule": "canary canary", "context": {"canary": 1}}"#),
        ("failing_tests", "PUT /v1/rulesets/acme", &yaml, &rules("canary").replace("options: [ticket]", "options: [help]")),
    ] {
        told.ask(&process, code, line, headers, body);
    }
    // The body stands still.
    let mut half = process.connect();
    half.write_all(format!("{decide} HTTP/1.1\r\nhost: canary\r\n{all}content-type: application/json\r\ncontent-length: 90\r\n\r\n{{\"canary").as_bytes())
        .unwrap();
    let mut answer = String::new();
    half.read_to_string(&mut answer).unwrap();
    told.note("timeout", answer);
    // What is no failure: values in decisions, explanations, evaluations and comparisons are for the caller alone.
    for (line, body) in [
        (decide, DECISION.to_owned()),
        ("POST /v1/rulesets/acme/explain", DECISION.to_owned()),
        ("POST /v1/rulesets/acme/decide:batch", format!("{{\"items\": [{{\"id\": \"canary\", \"context\": [\"canary\"]}}, {DECISION}, {{\"canary\": 1}}]}}")),
        ("POST /v1/evaluate", r#"{"rule": "canary + 1", "context": {"canary": "canary"}}"#.to_owned()),
        ("POST /v1/compare", format!("{{\"ruleset\": \"acme\", \"contexts\": [{DECISION}, {{\"id\": \"canary\", \"context\": {{}}}}]}}")),
        ("POST /v1/check", r#"{"kind": "rule", "source": "canary ="}"#.to_owned()),
    ] {
        let answer = process.raw(&request(line, all, &body));
        assert!(answer.starts_with("HTTP/1.1 200"), "{line}: {answer}");
    }
    // A stream, with lines that fail.
    let lines = format!("{DECISION}\ncanary\n{{\"id\": \"canary\", \"canary\": 1}}\n");
    let answer = process.raw(&request("POST /v1/rulesets/acme/decide:batch", &format!("{all}content-type: application/x-ndjson\r\n"), &lines));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    end(process, &folder)
}

/// Those of a service that only reads, has little room, and has something that does not load.
fn poor(told: &mut Told) -> Vec<String> {
    let folder = Folder::with_acme();
    folder.write("broken.yaml", "triggerfish: [");
    let process = start(&folder, "human", &["--max-in-flight", "1", "--request-timeout", "2s"]);
    told.ask(&process, "read_only", "PUT /v1/rulesets/acme?change_note=canary", "content-type: application/yaml\r\n", &rules("canary"));
    told.ask(&process, "unavailable", "POST /v1/rulesets/broken/decide", "", DECISION);
    let mut half = process.connect();
    half.write_all(b"POST /v1/rulesets/acme/decide HTTP/1.1\r\nhost: canary\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n{").unwrap();
    process.until(|process| process.raw(&request("POST /v1/rulesets/acme/decide", "", DECISION)).contains("\"code\":\"overloaded\""));
    told.codes.insert("overloaded".to_owned());
    drop(half);
    end(process, &folder)
}

/// Those of a service that has no time and no disk.
fn poorest(told: &mut Told) -> Vec<String> {
    let folder = Folder::with_acme();
    let log = folder.path().join("log");
    let served = command(
        folder.path(),
        &[
            "--writable",
            "--log-level",
            "trace",
            "--decision-log",
            log.to_str().unwrap(),
            "--request-timeout",
            "20ms",
            "--max-batch",
            "100000",
            "--max-batch-body",
            "16MiB",
        ],
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$@\"", "sh"]).arg(served.get_program()).args(served.get_args());
    let process = Process::run(shell);
    let large = format!("{}# {}\n", rules("canary"), "canary".repeat(5_000));
    told.ask(&process, "storage", "PUT /v1/rulesets/acme", "content-type: application/yaml\r\n", &large);
    let items = vec![DECISION; 60_000].join(",");
    let batch = format!("{{\"items\": [{items}]}}");
    process.until(|process| process.raw(&request("POST /v1/rulesets/acme/decide:batch", "", &batch)).contains("\"code\":\"out_of_time\""));
    told.codes.insert("out_of_time".to_owned());
    end(process, &folder)
}

#[test]
fn every_problem_tells_nothing_of_what_a_caller_has_sent() {
    let mut told = Told::default();
    let kept = [usual(&mut told), poor(&mut told), poorest(&mut told)].concat();
    for row in PROBLEMS {
        assert!(told.codes.contains(row.code) || NOT_TO_BE_HAD.contains(&row.code), "nobody was told `{}`", row.code);
    }
    for text in told.answers.iter().chain(&kept) {
        let at = text.to_lowercase().find("canary");
        assert!(at.is_none(), "{}", &text[at.unwrap_or(0).saturating_sub(300)..(at.unwrap_or(0) + 100).min(text.len())]);
    }
}
