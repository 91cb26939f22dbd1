//! Rule sets that are put, removed and rolled back, and what is left of it after a restart.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::support::{Answer, Folder, Rig, rules};

async fn delete(rig: &Rig, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers.iter().fold(Request::delete(path), |request, (name, value)| request.header(*name, *value));
    rig.send(request.body(Body::empty()).unwrap()).await
}

async fn sequences(rig: &Rig) -> Vec<Value> {
    let answer = rig.get("/v1/rulesets/acme/revisions").await.json();
    answer["revisions"].as_array().unwrap().iter().map(|revision| revision["sequence"].clone()).collect()
}

#[tokio::test]
async fn a_service_that_does_not_write_refuses_changes() {
    let rig = Rig::new(Folder::with_acme(), &[]);
    let refused = (403, "read_only".to_owned());
    assert_eq!(rig.put("/v1/rulesets/acme", &rules("two"), &[]).await.outcome(), refused);
    assert_eq!(delete(&rig, "/v1/rulesets/acme", &[]).await.outcome(), refused);
    assert_eq!(rig.post("/v1/rulesets/acme/rollback", "{}").await.outcome(), refused);
    assert_eq!(rig.folder.read("acme.yaml"), rules("one"));
}

#[tokio::test]
async fn a_rule_set_that_is_put_decides_and_stands_in_the_folder() {
    let rig = Rig::writable();
    let answer = rig.put("/v1/rulesets/acme?change_note=for%20a+test", &rules("two"), &[]).await;
    let told = answer.json();
    assert_eq!((answer.status, &told["sequence"], &told["change_note"], &told["origin"]), (200, &json!(2), &json!("for a test"), &json!("put")));
    assert_eq!((rig.label().await, rig.folder.read("acme.yaml")), ("two".to_owned(), rules("two")));
    assert_eq!(answer.header("etag").trim_matches('"'), told["etag"]);
    // The same once more changes nothing.
    assert_eq!(rig.put("/v1/rulesets/acme", &rules("two"), &[]).await.json()["sequence"], 2);
    let fresh = rig.put("/v1/rulesets/fresh", &rules("x"), &[]).await;
    assert_eq!((fresh.status, &fresh.json()["sequence"]), (201, &json!(1)));
    let json = Request::put("/v1/rulesets/as-json").header("content-type", "application/json");
    let text = r#"{"triggerfish": 1, "otherwise": [{"key": "help", "label": "Help", "strategies": [{"ticket": "default"}]}]}"#;
    assert_eq!(rig.send(json.body(Body::from(text)).unwrap()).await.status, 201);
    assert_eq!(rig.folder.read("as-json.json"), text);
    assert_eq!(rig.put("/v1/rulesets/as-json", &rules("x"), &[]).await.outcome(), (409, "conflict".to_owned()));
}

#[tokio::test]
async fn what_is_wrong_with_a_rule_set_is_told_and_changes_nothing() {
    let rig = Rig::writable();
    let failing = rules("two").replace("options: [ticket]", "options: [help]");
    let refused = rig.put("/v1/rulesets/acme", &failing, &[]).await;
    assert_eq!(refused.outcome(), (422, "failing_tests".to_owned()));
    assert_eq!(refused.json()["tests"][0]["name"], "a ticket for IT");
    let refused = rig.put("/v1/rulesets/acme", &rules("two").replace("plan !=", "plan ="), &[]).await;
    assert_eq!(refused.outcome(), (422, "invalid_rules".to_owned()));
    assert!(refused.json()["diagnostics"][0]["span"]["line"].as_u64().unwrap() > 5);
    for (path, headers, status) in [
        ("/v1/rulesets/Acme", vec![], 400),
        ("/v1/rulesets/..%2Facme", vec![], 400),
        ("/v1/rulesets/.acme", vec![], 400),
        ("/v1/rulesets/acme?note=x", vec![], 400),
        ("/v1/rulesets/acme", vec![("if-match", "unquoted")], 400),
        ("/v1/rulesets/acme", vec![("if-none-match", "\"x\"")], 400),
        ("/v1/rulesets/acme", vec![("if-match", "\"x\"")], 412),
        ("/v1/rulesets/acme", vec![("if-none-match", "*")], 412),
        ("/v1/rulesets/none", vec![("if-match", "*")], 412),
    ] {
        assert_eq!(rig.put(path, &rules("two"), &headers).await.status, status, "{path} {headers:?}");
    }
    let other = Request::put("/v1/rulesets/acme").header("content-type", "text/plain").body(Body::from(rules("two"))).unwrap();
    assert_eq!(rig.send(other).await.status, 415);
    let bytes = Request::put("/v1/rulesets/acme").header("content-type", "text/yaml").body(Body::from(vec![0xff])).unwrap();
    assert_eq!(rig.send(bytes).await.json()["offset"], 0);
    assert_eq!((rig.label().await, rig.folder.read("acme.yaml"), sequences(&rig).await), ("one".to_owned(), rules("one"), vec![json!(1)]));
}

#[tokio::test]
async fn of_two_who_change_the_same_revision_one_is_told() {
    let rig = Rig::writable();
    let tag = rig.get("/v1/rulesets/acme").await.header("etag").to_owned();
    let first = rig.put("/v1/rulesets/acme", &rules("two"), &[("if-match", &tag)]).await;
    let second = rig.put("/v1/rulesets/acme", &rules("three"), &[("if-match", &tag)]).await;
    assert_eq!((first.status, second.outcome()), (200, (412, "precondition_failed".to_owned())));
    assert_eq!(second.json()["etag"], first.json()["etag"]);
    let either = format!("\"x\", {}", first.header("etag"));
    assert_eq!(rig.put("/v1/rulesets/acme", &rules("three"), &[("if-match", &either)]).await.status, 200);
    assert_eq!(delete(&rig, "/v1/rulesets/acme", &[("if-match", &tag)]).await.status, 412);
    assert_eq!(delete(&rig, "/v1/rulesets/acme", &[("if-match", "*")]).await.status, 204);
    assert_eq!(rig.put("/v1/rulesets/acme", &rules("four"), &[("if-none-match", "*")]).await.json()["sequence"], 4);
}

#[tokio::test]
async fn a_rule_set_that_is_removed_is_gone_and_can_come_back() {
    let rig = Rig::writable();
    rig.put("/v1/rulesets/acme", &rules("two"), &[]).await;
    assert_eq!(delete(&rig, "/v1/rulesets/acme", &[]).await.status, 204);
    assert_eq!(rig.post("/v1/rulesets/acme/decide", r#"{"context": {}}"#).await.status, 404);
    assert_eq!((delete(&rig, "/v1/rulesets/acme", &[]).await.status, rig.get("/readyz").await.status), (404, 503));
    assert!(!rig.folder.path().join("acme.yaml").exists());
    let metrics = rig.get("/metrics").await.text();
    assert!(!metrics.contains("ruleset=\"acme\""), "{metrics}");
    let back = rig.post("/v1/rulesets/acme/rollback", "{}").await;
    assert_eq!((back.status, rig.label().await), (201, "two".to_owned()), "{}", back.text());
}

#[tokio::test]
async fn a_stated_digest_pins_a_revision_and_an_unknown_one_is_a_conflict() {
    let rig = Rig::writable();
    let mut digests = Vec::new();
    for number in 0..25 {
        let answer = rig.put("/v1/rulesets/acme", &rules(&format!("label {number}")), &[]).await.json();
        digests.push(answer["digest"].as_str().unwrap().to_owned());
    }
    assert_eq!(sequences(&rig).await.len(), 20, "the last 20 revisions are kept");
    for (number, digest) in digests.iter().enumerate() {
        let answer = rig.post("/v1/decide", &json!({ "digest": digest, "context": { "domain": "IT" } }).to_string()).await;
        if number < 5 {
            assert_eq!(answer.outcome(), (409, "unknown_digest".to_owned()), "{number}");
        } else {
            assert_eq!(answer.json()["decision"]["options"][0]["label"], format!("label {number}"));
            assert_eq!(answer.json()["decision"]["ruleset"]["digest"], **digest);
        }
    }
    let batch = json!({ "digest": digests[7], "items": [{ "context": { "domain": "IT" } }] });
    assert_eq!(rig.post("/v1/decide:batch", &batch.to_string()).await.json()["results"][0]["decision"]["options"][0]["label"], "label 7");
}

#[tokio::test]
async fn an_older_revision_comes_back() {
    let rig = Rig::writable();
    rig.put("/v1/rulesets/acme", &rules("two"), &[]).await;
    let last = rig.put("/v1/rulesets/acme", &rules("three"), &[]).await.json();
    let back = rig.post("/v1/rulesets/acme/rollback", r#"{"change_note": "three was wrong"}"#).await.json();
    assert_eq!((&back["sequence"], &back["origin"], &back["change_note"]), (&json!(4), &json!("rollback"), &json!("three was wrong")));
    assert_eq!((rig.label().await, rig.folder.read("acme.yaml")), ("two".to_owned(), rules("two")));
    let again = rig.post("/v1/rulesets/acme/rollback", &json!({ "digest": last["digest"] }).to_string()).await;
    assert_eq!((again.status, rig.label().await), (200, "three".to_owned()));
    assert_eq!(rig.post("/v1/rulesets/acme/rollback", r#"{"digest": "sha256:0"}"#).await.outcome(), (409, "unknown_digest".to_owned()));
    assert_eq!(rig.post("/v1/rulesets/none/rollback", "{}").await.outcome(), (404, "unknown_ruleset".to_owned()));
    assert_eq!(rig.post("/v1/rulesets/acme/rollback", "[]").await.status, 400);
    let rig = Rig::writable();
    assert_eq!(rig.post("/v1/rulesets/acme/rollback", "{}").await.code(), "unknown_digest", "there is no other revision");
}

#[tokio::test]
async fn a_restart_with_broken_files_serves_the_last_good_revision() {
    let folder = Folder::with_acme();
    folder.write("list.txt", "gold\n");
    let rig = Rig::new(folder, &[("writable", "true")]);
    let listed = rules("listed").replace("plan != \"x\"", "plan IN plans") + "lists: { plans: { file: list.txt } }\n";
    let listed = listed.replace("context: { domain: IT }", "context: { domain: IT, plan: gold }");
    let digest = rig.put("/v1/rulesets/acme", &listed, &[]).await.json()["digest"].clone();
    for broken in ["triggerfish: [", "", "\u{0}", &rules("x").replace("options: [ticket]", "options: []")] {
        rig.folder.write("acme.yaml", broken);
    }
    std::fs::remove_file(rig.folder.path().join("list.txt")).unwrap();
    let rig = rig.restart(&[("writable", "true")]);
    let status = rig.get("/v1/status").await.json();
    let acme = &status["rulesets"][0];
    assert_eq!((&acme["digest"], &acme["last_good"], &acme["last_error"]["kind"]), (&digest, &json!(true), &json!("failing_tests")));
    let answer = rig.post("/v1/decide", r#"{"context": {"domain": "IT", "plan": "gold"}}"#).await.json();
    assert_eq!(answer["decision"]["options"][0]["label"], "listed");
    // Its revisions are known, and a good file takes its place.
    assert_eq!(sequences(&rig).await, [2, 1]);
    rig.folder.write("acme.yaml", &rules("mended"));
    let status = rig.reload_until(|status| status["rulesets"][0]["last_good"] == false).await;
    assert_eq!((rig.label().await, &status["rulesets"][0]["last_error"]), ("mended".to_owned(), &Value::Null));
}

#[tokio::test]
async fn a_restart_keeps_what_is_known_of_a_revision() {
    let rig = Rig::writable();
    let before = rig.put("/v1/rulesets/acme?change_note=why", &rules("two"), &[]).await.json();
    let rig = rig.restart(&[]);
    assert_eq!(rig.get("/v1/rulesets").await.json()["rulesets"][0], before);
    // A revision that was cut is passed over.
    let state = rig.folder.path().join(".triggerfish/revisions/acme/0000000002.revision");
    let text = std::fs::read(&state).unwrap();
    std::fs::write(&state, &text[..text.len() / 2]).unwrap();
    let rig = rig.restart(&[]);
    assert_eq!((rig.label().await, sequences(&rig).await), ("two".to_owned(), vec![json!(2), json!(1)]));
}

#[tokio::test]
async fn two_services_do_not_share_a_folder_for_revisions() {
    let rig = Rig::writable();
    let mut config = triggerfish::server::Config::new(rig.folder.path());
    config.set("writable", "true").unwrap();
    let refused = triggerfish::server::Service::open(config.clone()).map(|service| service.close());
    assert!(refused.unwrap_err().to_string().contains("another process uses it"));
    config.set("writable", "false").unwrap();
    assert!(triggerfish::server::Service::open(config).unwrap().close(), "one that only reads does without");
}
