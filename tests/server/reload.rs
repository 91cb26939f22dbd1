//! Files that change: good ones take their place, bad ones change nothing, and every request sees one revision.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use triggerfish::server::{Config, Service};

use super::support::{Folder, Rig, rules, times};

#[tokio::test]
async fn a_bad_file_leaves_the_old_revision_serving() {
    let rig = Rig::new(Folder::with_acme(), &[]);
    let good = rig.get("/v1/rulesets").await.json();
    for (text, kind) in [
        ("triggerfish: [".to_owned(), "invalid_rules"),
        (String::new(), "invalid_rules"),
        (rules("two").replace("options: [ticket]", "options: [help]"), "failing_tests"),
        (rules("two").replace("triggerfish: 1", "triggerfish: 9"), "invalid_rules"),
    ] {
        rig.folder.write("acme.yaml", &text);
        let status = rig.reload_until(|status| status["rulesets"][0]["last_error"]["kind"] == kind).await;
        assert!(!status["rulesets"][0]["last_error"]["message"].as_str().unwrap().is_empty());
        assert_eq!((rig.label().await, rig.get("/v1/rulesets").await.json()), ("one".to_owned(), good.clone()), "{text}");
        assert!(rig.get("/metrics").await.text().contains("triggerfish_ruleset_up_to_date{ruleset=\"acme\"} 0"));
        rig.folder.write("acme.yaml", &rules("one"));
        rig.reload_until(|status| status["rulesets"][0]["last_error"].is_null()).await;
    }
    std::fs::write(rig.folder.path().join("acme.yaml"), [0xff, 0xfe]).unwrap();
    rig.reload_until(|status| status["rulesets"][0]["last_error"]["kind"] == "unreadable").await;
    assert_eq!(rig.label().await, "one");
}

#[tokio::test]
async fn files_come_and_go() {
    let rig = Rig::new(Folder::with_acme(), &[]);
    rig.folder.write("b.yml", &rules("b"));
    rig.folder.write("c.json", r#"{"triggerfish": 1, "otherwise": [{"key": "help", "label": "Help", "strategies": [{"ticket": "default"}]}]}"#);
    rig.folder.write("Not A Name.yaml", &rules("x"));
    rig.folder.write("notes.txt", "no rule set");
    rig.folder.write(".hidden.yaml", &rules("x"));
    let names = |status: &Value| status["rulesets"].as_array().unwrap().iter().map(|set| set["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let status = rig.reload_until(|status| names(status) == ["acme", "b", "c"]).await;
    assert_eq!(status["complaints"], json!(["`Not A Name.yaml` is no name of a rule set"]));
    rig.folder.write("acme.json", "{}");
    let status = rig.reload_until(|status| status["rulesets"][0]["last_error"]["kind"] == "duplicate").await;
    assert!(status["rulesets"][0]["last_error"]["message"].as_str().unwrap().contains("acme.json, acme.yaml"));
    assert_eq!(rig.label().await, "one");
    std::fs::remove_file(rig.folder.path().join("acme.json")).unwrap();
    std::fs::remove_file(rig.folder.path().join("b.yml")).unwrap();
    let status = rig.reload_until(|status| names(status) == ["acme", "c"]).await;
    assert_eq!(status["rulesets"][0]["last_error"], Value::Null);
    std::fs::rename(rig.folder.path(), rig.folder.path().with_extension("away")).unwrap();
    rig.reload_until(|status| status["complaints"][0].as_str().is_some_and(|complaint| complaint.contains("cannot be read"))).await;
    assert_eq!(rig.label().await, "one", "a folder that is gone for a while removes nothing");
    std::fs::rename(rig.folder.path().with_extension("away"), rig.folder.path()).unwrap();
    rig.reload_until(|status| status["complaints"] != json!([]) && names(status) == ["acme", "c"]).await;
}

#[tokio::test]
async fn a_list_that_changes_is_another_revision() {
    let folder = Folder::new();
    let listed = rules("one").replace("plan != \"x\"", "plan IN plans").replace("context: { domain: IT }", "context: { domain: IT, plan: gold }");
    folder.write("acme.yaml", &(listed + "lists: { plans: { file: plans.txt } }\n"));
    folder.write("plans.txt", "gold\n");
    let rig = Rig::new(folder, &[]);
    let digest = |status: &Value| status["rulesets"][0]["digest"].clone();
    let first = digest(&rig.get("/v1/status").await.json());
    assert!(first.is_string());
    rig.folder.write("plans.txt", "gold\nsilver\n");
    let second = digest(&rig.reload_until(|status| digest(status) != first).await);
    rig.folder.write("plans.txt", "silver\n");
    let status = rig.reload_until(|status| !status["rulesets"][0]["last_error"].is_null()).await;
    assert_eq!((digest(&status), &status["rulesets"][0]["last_error"]["kind"]), (second, &json!("failing_tests")));
    let pinned = rig.post("/v1/decide", &json!({ "digest": first, "context": { "domain": "IT", "plan": "silver" } }).to_string()).await.json();
    assert_eq!(pinned["decision"]["state"], "fallback", "an older revision has its own list");
}

/// Cut at any byte, a file either does not load or is a rule set of its own: nothing else happens.
#[tokio::test]
async fn a_file_may_be_cut_at_every_byte() {
    let rig = Rig::writable();
    let whole = rules("two");
    let step = times(23, 1);
    for end in (0..whole.len()).step_by(step) {
        let answer = rig.put("/v1/rulesets/acme", &whole[..end], &[]).await;
        assert!([200, 422].contains(&answer.status), "cut at byte {end}: {}", answer.text());
        if answer.status == 200 {
            // All that follows may be missing: tests.
            assert!(end > whole.find("https://help.example/").unwrap(), "cut at byte {end}");
        }
        assert_eq!(rig.post("/v1/decide", r#"{"context": {"domain": "IT"}}"#).await.json()["decision"]["state"], "offered", "cut at byte {end}");
    }
}

/// Decisions, batches and streams go on while revisions come: each answer is that of the revision whose digest it carries, and a batch has one digest.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_sees_one_revision_under_reloads() {
    let folder = Folder::with_acme();
    let mut config = Config::new(folder.path());
    config.set("writable", "true").unwrap();
    config.set("poll", "0s").unwrap();
    let service = Service::open(config).unwrap();
    let router = service.router();
    let done = Arc::new(AtomicBool::new(false));
    let ask = move |path: &'static str, body: String| {
        let router = router.clone();
        async move {
            let method = if path == "/v1/rulesets/acme" { "PUT" } else { "POST" };
            let media_type = if method == "PUT" { "application/yaml" } else { "application/json" };
            let request = Request::builder().method(method).uri(path).header("content-type", media_type).body(Body::from(body)).unwrap();
            let response = router.oneshot(request).await.unwrap();
            assert_eq!(response.status(), 200, "{path}");
            serde_json::from_slice::<Value>(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
        }
    };
    let mut tasks = Vec::new();
    for batches in [false, false, true] {
        let (done, ask) = (done.clone(), ask.clone());
        tasks.push(tokio::spawn(async move {
            let mut seen = Vec::new();
            while !done.load(Ordering::Relaxed) {
                let decisions: Vec<Value> = if batches {
                    let items = vec![json!({ "context": { "domain": "IT" } }); 50];
                    let answer = ask("/v1/decide:batch", json!({ "items": items }).to_string()).await;
                    answer["results"].as_array().unwrap().iter().map(|result| result["decision"].clone()).collect()
                } else {
                    vec![ask("/v1/decide", r#"{"context": {"domain": "IT"}}"#.to_owned()).await["decision"].clone()]
                };
                let told: BTreeSet<(String, String)> = decisions
                    .iter()
                    .map(|decision| (decision["ruleset"]["digest"].as_str().unwrap().to_owned(), decision["options"][0]["label"].as_str().unwrap().to_owned()))
                    .collect();
                assert_eq!(told.len(), 1, "a request saw two revisions: {told:?}");
                seen.extend(told);
                tokio::task::yield_now().await;
            }
            seen
        }));
    }
    let mut expected = BTreeMap::new();
    let first = triggerfish::RuleSet::parse(&rules("one"), triggerfish::schema::Format::Yaml).unwrap();
    expected.insert(first.digest().to_owned(), "one".to_owned());
    for number in 0..times(40, 1_000) {
        let label = format!("label {number}");
        let answer = ask("/v1/rulesets/acme", rules(&label)).await;
        expected.insert(answer["digest"].as_str().unwrap().to_owned(), label);
    }
    done.store(true, Ordering::Relaxed);
    let mut seen = Vec::new();
    for task in tasks {
        seen.extend(task.await.unwrap());
    }
    for (digest, label) in &seen {
        assert_eq!(expected.get(digest), Some(label), "a decision of one revision under the digest of another");
    }
    let digests: BTreeSet<&String> = seen.iter().map(|(digest, _)| digest).collect();
    assert!(digests.len() > 5, "only {} revisions were seen in {} answers", digests.len(), seen.len());
    assert!(service.close());
}

#[tokio::test]
async fn subscribers_are_told_of_revisions() {
    let rig = Rig::writable();
    let service = rig.service.as_ref().unwrap();
    let response = service.router().oneshot(Request::get("/v1/events").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body();
    let put = rig.put("/v1/rulesets/acme?change_note=why", &rules("two"), &[]).await.json();
    let frame = String::from_utf8(body.frame().await.unwrap().unwrap().into_data().unwrap().to_vec()).unwrap();
    let data: Value = serde_json::from_str(frame.lines().find_map(|line| line.strip_prefix("data: ")).unwrap()).unwrap();
    assert!(frame.contains("event: revision\n"), "{frame}");
    assert_eq!((&data["digest"], &data["change_note"], &data["ruleset"]), (&put["digest"], &json!("why"), &json!("acme")));
    rig.send(Request::delete("/v1/rulesets/acme").body(Body::empty()).unwrap()).await;
    let frame = String::from_utf8(body.frame().await.unwrap().unwrap().into_data().unwrap().to_vec()).unwrap();
    assert!(frame.contains("event: removed\n"), "{frame}");
    service.stop();
    assert!(body.frame().await.is_none(), "a service that stops ends its events");
}
