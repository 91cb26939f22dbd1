//! The decision log, what it keeps of contexts, and its replay.

use std::process::Command;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::support::{Folder, Rig, rules};

fn rig(context: &str, more: &[(&str, &str)]) -> Rig {
    let folder = Folder::with_acme();
    let log = folder.path().join("log");
    let settings = [&[("writable", "true"), ("decision-log", log.to_str().unwrap()), ("log-context", context)], more].concat();
    Rig::new(folder, &settings)
}

/// Ends the service and gives the lines of its log.
fn lines(rig: &mut Rig) -> Vec<Value> {
    assert!(rig.service.take().unwrap().close(), "all of the log is written");
    rig.folder.read("log/decisions.ndjson").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn replay(rig: &Rig, more: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_triggerfish"))
        .arg("replay")
        .arg(rig.folder.path().join("log/decisions.ndjson"))
        .arg("--rules")
        .arg(rig.folder.path())
        .args(more)
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[tokio::test]
async fn every_decision_has_a_line() {
    let mut rig = rig("none", &[]);
    let answer = rig.post("/v1/decide", r#"{"context": {"domain": "IT"}, "now": 1.5, "trace": "full"}"#).await.json();
    rig.post("/v1/decide:batch", r#"{"items": [{"context": {}}, {"context": {}}, {}]}"#).await;
    rig.post("/v1/explain", r#"{"context": {}}"#).await;
    let lines = lines(&mut rig);
    assert_eq!(lines.len(), 3, "explanations are no decisions, and an item without a context has none");
    let line = &lines[0];
    assert_eq!((&line["decision_id"], &line["digest"]), (&answer["decision_id"], &answer["decision"]["ruleset"]["digest"]));
    assert_eq!((&line["now_us"], &line["outcome"], &line["trace"]), (&json!(1_500_000), &json!("offered"), &json!("full")));
    assert_eq!((&line["options"], &line["context_kept"], line.get("context")), (&json!(["ticket"]), &json!("none"), None));
    assert_eq!(line["context_hash"], triggerfish::server::hash(br#"{"domain": "IT"}"#));
    assert!(line["latency_us"].as_u64().unwrap() < 10_000_000);
}

#[tokio::test]
async fn a_masked_context_has_only_what_is_read_and_not_personal() {
    let mut rig = rig("masked", &[]);
    let context = json!({ "domain": "IT", "plan": "p", "secret": "s", "utterance": "u", "channel": "web", "undeclared": 1, "user": { "department": "d", "full_name": "f" } });
    rig.post("/v1/decide", &json!({ "context": context }).to_string()).await;
    rig.post("/v1/decide", r#"{"context": ["no context"]}"#).await;
    let lines = lines(&mut rig);
    assert_eq!((&lines[0]["context"], &lines[1]["context"]), (&json!({ "domain": "IT", "plan": "p" }), &json!({})));
}

/// 200 values through every field that masking drops, and through every way to fail: none is in a log, a metric or a problem.
#[tokio::test]
async fn no_value_of_a_caller_is_kept_or_told() {
    let mut rig = rig("masked", &[("max-line", "1KiB")]);
    let mut told = Vec::new();
    let mut number = 0;
    let mut canary = || {
        number += 1;
        format!("canary{number:03}")
    };
    let personal = ["utterance", "summary", "secret", "undeclared"];
    let user = ["full_name", "first_name", "last_name", "email_addr", "employee_id", "manager_email", "nobody_declares"];
    for _ in 0..4 {
        for field in personal {
            rig.post("/v1/decide", &json!({ "context": { "domain": "IT", field: canary() } }).to_string()).await;
        }
        for field in user {
            rig.post("/v1/decide", &json!({ "context": { "user": { field: canary() }, canary(): canary() } }).to_string()).await;
        }
        // Of other types than declared, as keys, inside what is masked.
        for context in [
            json!({ "plan": { canary(): 1 } }),
            json!({ "domain": [canary()] }),
            json!({ "org": { "x": canary() } }),
            json!([canary()]),
            json!(canary()),
            json!({ "agents": { canary(): { "available": 1 } } }),
        ] {
            rig.post("/v1/decide", &json!({ "context": context }).to_string()).await;
            rig.post("/v1/decide:batch", &json!({ "items": [{ "context": context }] }).to_string()).await;
        }
    }
    // Failures.
    for body in [
        format!("{{\"{}\": 1}}", canary()),
        format!("{{\"context\": {}}}", canary()),
        format!("{{\"context\": {{}}, \"now\": \"{}\"}}", canary()),
        format!("{{\"context\": {{}}, \"trace\": \"{}\"}}", canary()),
        format!("{{\"context\": {{}}, \"ruleset\": \"{}\"}}", canary()),
        format!("{{\"context\": {{}}, \"digest\": \"{}\"}}", canary()),
        format!("{{\"context\": {{\"x\": \"{}\", \"x\": 1}}}}", canary()),
        format!("\"{}\"", canary()),
        format!("{{\"items\": \"{}\"}}", canary()),
        format!("{{\"items\": [], \"defaults\": {{\"{}\": 1}}}}", canary()),
        format!("{{\"items\": [{{\"{}\": 1}}]}}", canary()),
        format!("{{\"context\": {{\"a\": {}\"{}\"{}}}}}", "[".repeat(90), canary(), "]".repeat(90)),
        format!("{{\"rule\": 1, \"context\": \"{}\"}}", canary()),
        format!("{{\"contexts\": [{{\"id\": \"x\", \"{}\": 1}}]}}", canary()),
    ] {
        for path in ["/v1/decide", "/v1/decide:batch", "/v1/explain", "/v1/evaluate", "/v1/check", "/v1/compare"] {
            let answer = rig.post(path, &body).await;
            // A decision is for the caller alone; what is told of a problem may be logged anywhere.
            if answer.status != 200 {
                told.push(answer.text());
            }
        }
    }
    for _ in 0..20 {
        for (method, path, header) in [
            ("GET", format!("/{}", canary()), "x-other"),
            ("GET", format!("/v1/rulesets/{}", canary()), "x-other"),
            ("PUT", format!("/v1/rulesets/{}%2F", canary()), "x-other"),
            ("PUT", format!("/v1/rulesets/acme?{}=1", canary()), "x-other"),
            ("PUT", "/v1/rulesets/acme".to_owned(), "if-match"),
            ("POST", format!("/v1/decide:batch?now={}", canary()), "authorization"),
        ] {
            let request = Request::builder().method(method).uri(path).header(header, canary()).header("content-type", "application/x-ndjson");
            told.push(rig.send(request.body(Body::from(canary())).unwrap()).await.text());
        }
    }
    told.push(rig.get("/metrics").await.text());
    told.push(rig.get("/v1/status").await.text());
    assert!(number >= 200, "only {number} values");
    let lines = lines(&mut rig);
    assert!(lines.len() > 60, "only {} decisions", lines.len());
    told.extend(lines.iter().map(Value::to_string));
    for text in told {
        assert!(!text.contains("canary"), "{text}");
    }
}

#[tokio::test]
async fn decisions_that_were_logged_in_full_are_decided_again_to_the_byte() {
    let mut rig = rig("full", &[]);
    for (number, trace) in ["none", "summary", "full"].into_iter().enumerate() {
        rig.put("/v1/rulesets/acme", &rules(&format!("label {number}")), &[]).await;
        for context in [r#"{"domain": "IT", "utterance": "a b"}"#, "{\n \"domain\": \"HR\"\r\n}", "[3]", r#"{"domain": "\ud83d\ude00"}"#] {
            assert_eq!(rig.post("/v1/decide", &format!("{{\"context\": {context}, \"trace\": \"{trace}\"}}")).await.status, 200);
        }
    }
    let lines = lines(&mut rig);
    assert_eq!(lines.iter().filter(|line| line["context_kept"] == "text").count(), 3);
    assert_eq!(replay(&rig, &[]), (0, "12 lines: 12 the same, 0 different\n".to_owned()));
    // Whatever is changed is noticed.
    let text = rig.folder.read("log/decisions.ndjson");
    rig.folder.write("log/decisions.ndjson", &text.replacen("\"utterance\": \"a b\"", "\"utterance\": \"a c\"", 1));
    let (code, told) = replay(&rig, &[]);
    assert_eq!((code, told.contains("11 the same, 0 different"), told.contains("1 not compared: the context is not the one")), (0, true, true), "{told}");
    let changed: String = text
        .lines()
        .map(|line| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            line["decision_hash"] = triggerfish::server::hash(b"").into();
            format!("{line}\n")
        })
        .collect();
    rig.folder.write("log/decisions.ndjson", &(changed + "nonsense\n"));
    let (code, told) = replay(&rig, &["--format", "json"]);
    let last: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    assert_eq!((code, &last["counts"]["malformed"]), (4, &json!(1)), "{told}");
    assert!(last["counts"]["different"].as_u64().unwrap() > 0, "{told}");
}

#[tokio::test]
async fn contexts_can_be_supplied_and_nothing_is_compared_without_them() {
    let mut rig = rig("masked", &[]);
    for domain in ["IT", "HR", "FINANCE"] {
        rig.post("/v1/decide", &format!("{{\"context\": {{\"domain\": \"{domain}\"}}}}")).await;
    }
    lines(&mut rig);
    let (code, told) = replay(&rig, &[]);
    assert_eq!((code, told.as_str()), (0, "3 lines: 0 the same, 0 different\n  3 not compared: the context is neither in the log nor supplied\n"));
    rig.folder.write("contexts.ndjson", "{\"domain\": \"IT\"}\n{\"domain\": \"HR\"}\n{\"domain\":\"FINANCE\"}\n");
    let contexts = rig.folder.path().join("contexts.ndjson");
    let (code, told) = replay(&rig, &["--contexts", contexts.to_str().unwrap()]);
    assert_eq!((code, told.lines().next()), (0, Some("3 lines: 2 the same, 0 different")));
    std::fs::remove_dir_all(rig.folder.path().join(".triggerfish")).unwrap();
    rig.folder.write("acme.yaml", &rules("other"));
    let (_, told) = replay(&rig, &["--contexts", contexts.to_str().unwrap()]);
    assert!(told.contains("2 not compared: no revision with this digest is there"), "{told}");
}

#[tokio::test]
async fn what_finds_no_room_is_dropped_and_counted() {
    let mut rig = rig("none", &[("log-queue", "1")]);
    let items = vec![json!({ "context": {} }); 1_000];
    for _ in 0..3 {
        rig.post("/v1/decide:batch", &json!({ "items": items }).to_string()).await;
    }
    let metrics = rig.get("/metrics").await.text();
    let dropped: usize = metrics.lines().find_map(|line| line.strip_prefix("triggerfish_decision_log_dropped_total ")).unwrap().parse().unwrap();
    let written = lines(&mut rig).len();
    assert_eq!(written + dropped, 3_000, "{written} written and {dropped} dropped");
    assert!(dropped > 0);
}
