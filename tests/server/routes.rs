//! Each route, with what it takes and with what it refuses.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::support::{Folder, Rig, rules};

#[tokio::test]
async fn a_decision_has_an_identity_and_the_digest_of_its_revision() {
    let rig = Rig::new(Folder::with_acme(), &[]);
    let body = r#"{"context": {"domain": "IT", "utterance": "My laptop"}, "now": "2026-11-23T09:00:00Z", "trace": "summary"}"#;
    let answer = rig.post("/v1/decide", body).await.json();
    assert_eq!(answer["decision"]["options"][0]["short_description"], "My laptop");
    assert_eq!(answer["decision"]["now"], "2026-11-23T09:00:00Z");
    assert!(answer["decision"]["trace"]["items"].is_array());
    let digest = rig.get("/v1/rulesets").await.json()["rulesets"][0]["digest"].clone();
    assert_eq!(answer["decision"]["ruleset"]["digest"], digest);
    let again = rig.post("/v1/rulesets/acme/decide", body).await.json();
    assert_eq!(answer["decision"], again["decision"]);
    assert_ne!(answer["decision_id"], again["decision_id"]);
    let direct = triggerfish::RuleSet::parse(&rules("one"), triggerfish::schema::Format::Yaml).unwrap();
    let now = triggerfish::Timestamp::from_seconds(1_795_424_400).unwrap();
    let direct = direct.decide_json_traced(br#"{"domain": "IT", "utterance": "My laptop"}"#, now, triggerfish::TraceLevel::Summary);
    assert_eq!(serde_json::to_value(direct).unwrap(), answer["decision"], "the service decides as the library does");
}

#[tokio::test]
async fn what_is_malformed_is_a_problem_with_its_place() {
    let folder = Folder::with_acme();
    folder.write("other.yaml", &rules("other"));
    let rig = Rig::new(folder, &[("max-body", "4KiB")]);
    let deep = format!(r#"{{"ruleset": "acme", "context": {{"x": {}1{}}}}}"#, "[".repeat(100), "]".repeat(100));
    let long = format!(r#"{{"ruleset": "acme", "context": {{"x": "{}"}}}}"#, "x".repeat(5_000));
    for (body, status, code) in [
        ("", 400, "invalid_json"),
        ("{", 400, "invalid_json"),
        ("[]", 400, "invalid_request"),
        ("{}", 400, "invalid_request"),
        (r#"{"context": {}, "more": 1}"#, 400, "invalid_request"),
        (r#"{"context": {}, "context": {}}"#, 400, "invalid_request"),
        (r#"{"context": {}, "now": "soon", "ruleset": "acme"}"#, 400, "invalid_request"),
        (r#"{"context": {}, "now": [], "ruleset": "acme"}"#, 400, "invalid_request"),
        (r#"{"context": {}, "trace": "all", "ruleset": "acme"}"#, 400, "invalid_request"),
        (r#"{"context": {}}"#, 400, "ruleset_required"),
        (r#"{"context": {}, "ruleset": "none"}"#, 404, "unknown_ruleset"),
        (r#"{"context": {}, "ruleset": "../../etc/passwd"}"#, 404, "unknown_ruleset"),
        (r#"{"context": {}, "ruleset": "acme", "digest": "sha256:00"}"#, 409, "unknown_digest"),
        (&deep, 400, "invalid_request"),
        (&long, 413, "too_large"),
    ] {
        assert_eq!(rig.post("/v1/decide", body).await.outcome(), (status, code.to_owned()), "{body:.80}");
    }
    assert_eq!(rig.post("/v1/rulesets/acme/decide", r#"{"context": {}, "ruleset": "other"}"#).await.code(), "invalid_request");
    let plain = Request::post("/v1/decide").body(Body::from(r#"{"context": {}}"#)).unwrap();
    assert_eq!(rig.send(plain).await.outcome(), (415, "unsupported_media_type".to_owned()));
    // What is JSON but no context is decided, as the library does.
    let answer = rig.post("/v1/rulesets/acme/decide", r#"{"context": []}"#).await;
    assert_eq!((answer.status, &answer.json()["decision"]["state"]), (200, &json!("invalid_context")));
    for (method, path, status) in [
        ("GET", "/v1/decide", 405),
        ("DELETE", "/v1/status", 405),
        ("GET", "/", 404),
        ("GET", "/v1", 404),
        ("GET", "/v1/rulesets/a/b", 404),
        ("POST", "/v1/decide/", 404),
    ] {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        assert_eq!(rig.send(request).await.status, status, "{method} {path}");
    }
}

#[tokio::test]
async fn the_rule_set_of_requests_that_name_none_can_be_chosen() {
    let folder = Folder::with_acme();
    folder.write("other.yaml", &rules("other"));
    let rig = Rig::new(folder, &[("default-ruleset", "other")]);
    let answer = rig.post("/v1/decide", r#"{"context": {"domain": "IT"}}"#).await.json();
    assert_eq!(answer["decision"]["options"][0]["label"], "other");
}

#[tokio::test]
async fn items_of_a_batch_stand_alone() {
    let rig = Rig::new(Folder::with_acme(), &[("max-batch", "5")]);
    let body = json!({
        "defaults": { "context": { "domain": "IT", "utterance": "shared" }, "now": 0, "trace": "summary" },
        "items": [
            { "id": "a", "context": {} },
            { "id": 2, "context": { "domain": "HR" }, "now": "2026-01-01T00:00:00Z", "trace": "none" },
            { "id": "c", "context": [] },
            { "id": "d" },
            { "id": { "no": "id" }, "context": {} },
        ],
    });
    let answer = rig.post("/v1/decide:batch", &body.to_string()).await.json();
    let results = answer["results"].as_array().unwrap();
    let ids: Vec<&Value> = results.iter().map(|result| &result["id"]).collect();
    assert_eq!(ids, [&json!("a"), &json!(2), &json!("c"), &json!("d"), &Value::Null]);
    assert_eq!(results[0]["decision"]["options"][0]["short_description"], "shared");
    assert_eq!((&results[0]["decision"]["now"], results[0]["decision"]["trace"].is_object()), (&json!("1970-01-01T00:00:00Z"), true));
    assert_eq!((&results[1]["decision"]["state"], &results[1]["decision"]["now"]), (&json!("fallback"), &json!("2026-01-01T00:00:00Z")));
    assert!(results[1]["decision"].get("trace").is_none());
    let codes: Vec<&Value> = results[2..].iter().map(|result| &result["error"]["code"]).collect();
    assert_eq!(codes, ["invalid_request"; 3]);
    assert_eq!(answer["ruleset"]["digest"], results[0]["decision"]["ruleset"]["digest"]);
    let many = json!({ "items": vec![json!({ "context": {} }); 6] });
    assert_eq!(rig.post("/v1/decide:batch", &many.to_string()).await.outcome(), (413, "too_large".to_owned()));
    for bad in [r#"{"items": {}}"#, r#"{"items": [}"#, r#"{"items": [], "defaults": {"now": "x"}}"#, r#"{"items": [], "defaults": 1}"#] {
        assert_eq!(rig.post("/v1/decide:batch", bad).await.status, 400, "{bad}");
    }
    assert_eq!(rig.post("/v1/decide:batch", r#"{"items": []}"#).await.json()["results"], json!([]));
}

#[tokio::test]
async fn lines_in_are_lines_out() {
    let rig = Rig::new(Folder::with_acme(), &[("max-line", "1KiB")]);
    let long = format!("{{\"id\":\"long\",\"context\":{{\"x\":\"{}\"}}}}", "x".repeat(2_000));
    let lines = format!("{{\"id\":1,\"context\":{{\"domain\":\"IT\"}}}}\n\nnonsense\n{long}\n{{\"id\":3,\"context\":{{}}}}");
    let request =
        Request::post("/v1/decide:batch?ruleset=acme&now=0&trace=none").header("content-type", "application/x-ndjson").body(Body::from(lines)).unwrap();
    let answer = rig.send(request).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/x-ndjson"));
    let lines: Vec<Value> = answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<(&Value, &Value, &Value)> = lines.iter().map(|line| (&line["id"], &line["decision"]["state"], &line["error"]["code"])).collect();
    let null = &Value::Null;
    assert_eq!(
        told,
        [(&json!(1), &json!("offered"), null), (null, null, &json!("invalid_json")), (null, null, &json!("too_large")), (&json!(3), &json!("fallback"), null)]
    );
    for (query, status) in [("?trace=all", 400), ("?now=soon", 400), ("?more=1", 400), ("?now=0&now=1", 400), ("?ruleset=none", 404), ("?digest=x", 409)] {
        let request = Request::post(format!("/v1/decide:batch{query}")).header("content-type", "application/x-ndjson").body(Body::empty()).unwrap();
        assert_eq!(rig.send(request).await.status, status, "{query}");
    }
}

#[tokio::test]
async fn a_decision_is_explained() {
    let rig = Rig::new(Folder::with_acme(), &[]);
    let answer = rig.post("/v1/explain", r#"{"context": {"domain": "HR"}, "now": 0}"#).await.json();
    let items = answer["explanation"]["items"].as_array().unwrap();
    let ticket = items.iter().find(|item| item["item"] == "ticket").unwrap();
    assert!(ticket["sentence"].as_str().unwrap().contains("is not offered: domain is HR, not IT"), "{ticket}");
    assert_eq!(rig.post("/v1/rulesets/acme/explain", "{}").await.status, 400);
}

#[tokio::test]
async fn a_rule_is_evaluated_on_one_or_many_contexts() {
    let rig = Rig::new(Folder::with_acme(), &[]);
    let one = rig.post("/v1/evaluate", r#"{"rule": "$TIME() + n", "context": {"n": 1}, "now": 41}"#).await.json();
    assert_eq!(one["results"], json!([{ "value": 42 }]));
    let many = rig.post("/v1/evaluate", r#"{"rule": "x < 3", "ruleset": "acme", "contexts": [{"x": "x"}, {}, 3]}"#).await.json();
    let told: Vec<&Value> = many["results"].as_array().unwrap().iter().map(|result| &result["error"]["kind"]).collect();
    assert_eq!((told[0], told[2]), (&json!("type_mismatch"), &json!("invalid_context")), "{many}");
    assert_eq!(many["attributes"], json!(["x"]));
    let refused = rig.post("/v1/evaluate", r#"{"rule": "a ==", "context": {}}"#).await;
    assert_eq!(refused.outcome(), (422, "invalid_rules".to_owned()));
    assert!(refused.json()["diagnostics"][0]["span"]["line"].is_number());
    for bad in [r#"{"rule": "a"}"#, r#"{"rule": "a", "context": {}, "contexts": []}"#, r#"{"rule": 1, "context": {}}"#] {
        assert_eq!(rig.post("/v1/evaluate", bad).await.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn rules_are_checked_without_being_used() {
    let rig = Rig::new(Folder::with_acme(), &[]);
    let check = |source: &str, more: Value| {
        let mut body = json!({ "source": source });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body.to_string()
    };
    let good = rig.post("/v1/check", &check(&rules("x"), json!({}))).await.json();
    assert_eq!((&good["ok"], &good["failing_tests"]), (&json!(true), &json!([])));
    assert!(good["digest"].as_str().unwrap().starts_with("sha256:"));
    let failing = rig.post("/v1/check", &check(&rules("x").replace("options: [ticket]", "options: [help]"), json!({}))).await.json();
    assert_eq!((&failing["ok"], &failing["failing_tests"][0]["name"]), (&json!(false), &json!("a ticket for IT")));
    let bad = rig.post("/v1/check", &check("triggerfish: 1\n", json!({}))).await.json();
    assert!(bad["ok"] == false && bad["diagnostics"][0]["code"].as_str().unwrap().starts_with("TF"));
    let lists = rules("x").replace("plan != \"x\"", "NOT (plan IN l)") + "lists: { l: { file: l.txt } }\n";
    assert_eq!(rig.post("/v1/check", &check(&lists, json!({ "files": { "l.txt": "a\n" } }))).await.json()["ok"], true);
    assert_eq!(rig.post("/v1/check", &check(&lists, json!({ "files": {} }))).await.json()["ok"], false);
    let rule = rig.post("/v1/check", &check("domian=='IT'", json!({ "kind": "rule", "strict": true }))).await.json();
    assert_eq!((&rule["ok"], &rule["diagnostics"][0]["code"]), (&json!(false), &json!("TF0105")));
    let rule = rig.post("/v1/check", &check("plan=='x'", json!({ "kind": "rule", "strict": true, "ruleset": "acme" }))).await.json();
    assert_eq!((&rule["ok"], &rule["canonical"]), (&json!(true), &json!("plan == \"x\"")));
    assert_eq!(rig.post("/v1/check", r#"{"source": "", "kind": "poem"}"#).await.status, 400);
}

#[tokio::test]
async fn two_revisions_are_compared() {
    let rig = Rig::writable();
    let old = rig.get("/v1/rulesets").await.json()["rulesets"][0]["digest"].as_str().unwrap().to_owned();
    rig.put("/v1/rulesets/acme", &rules("two"), &[]).await;
    let contexts = json!([{ "id": "it", "context": { "domain": "IT", "user": { "department": "Sales" } } }, { "context": { "domain": "HR" } }, { "id": 3 }]);
    let answer = rig.post("/v1/compare", &json!({ "from": old, "contexts": contexts, "now": 0 }).to_string()).await.json();
    assert_eq!((&answer["changed"], &answer["comparison"]["contexts"]), (&json!(["it"]), &json!(2)));
    assert_eq!(answer["comparison"]["items"]["ticket"]["altered"], 1);
    assert_eq!((&answer["comparison"]["domains"]["IT"], &answer["comparison"]["departments"]["Sales"]), (&json!(1), &json!(1)));
    assert_eq!(answer["errors"][0]["number"], 2);
    let draft = rig.post("/v1/compare", &json!({ "source": rules("three"), "contexts": contexts }).to_string()).await.json();
    assert_eq!(draft["changed"], json!(["it"]));
    let same = rig.post("/v1/compare", &json!({ "contexts": contexts }).to_string()).await.json();
    assert_eq!((&same["changed"], &same["from"]), (&json!([]), &same["to"]));
    assert_eq!(rig.post("/v1/compare", &json!({ "source": "x", "contexts": [] }).to_string()).await.code(), "invalid_rules");
    assert_eq!(rig.post("/v1/compare", &json!({ "source": "x", "to": old, "contexts": [] }).to_string()).await.code(), "invalid_request");
    assert_eq!(rig.post("/v1/compare", &json!({ "to": "sha256:0", "contexts": [] }).to_string()).await.code(), "unknown_digest");
}

#[tokio::test]
async fn rule_sets_are_told_with_their_tags() {
    let rig = Rig::new(Folder::with_acme(), &[]);
    let answer = rig.get("/v1/rulesets/acme").await;
    let tag = answer.header("etag").to_owned();
    assert_eq!((&answer.json()["source"], tag.len()), (&json!(rules("one")), 34));
    let known = |tag: &str, accept: &str| Request::get("/v1/rulesets/acme").header("if-none-match", tag).header("accept", accept).body(Body::empty()).unwrap();
    let text = rig.send(known("\"x\"", "application/yaml")).await;
    assert_eq!((text.status, text.text()), (200, rules("one")));
    for (tag, accept, status) in
        [(&*tag, "*/*", 304), (text.header("etag"), "text/yaml", 304), (text.header("etag"), "*/*", 200), ("*", "*/*", 304), ("\"a\", \"b\"", "*/*", 200)]
    {
        assert_eq!(rig.send(known(tag, accept)).await.status, status, "{tag} {accept}");
    }
    assert_eq!(rig.get("/v1/rulesets/acme/revisions").await.json()["revisions"][0]["sequence"], 1);
    assert_eq!(rig.get("/v1/rulesets/acme/schema").await.json()["properties"]["plan"]["type"], json!(["string", "null"]));
    for path in [
        "/v1/rulesets/none",
        "/v1/rulesets/none/schema",
        "/v1/rulesets/none/revisions",
        "/v1/rulesets/..%2F..%2Fetc%2Fpasswd",
        "/v1/rulesets/%00",
        "/v1/rulesets/ACME",
    ] {
        assert_eq!(rig.get(path).await.outcome(), (404, "unknown_ruleset".to_owned()), "{path}");
    }
    assert_eq!(rig.get("/v1/rulesets/%ff").await.outcome(), (400, "invalid_name".to_owned()));
}

#[tokio::test]
async fn a_service_is_ready_when_it_can_decide() {
    let rig = Rig::new(Folder::new(), &[]);
    assert_eq!((rig.get("/healthz").await.status, rig.get("/readyz").await.status), (200, 503));
    assert_eq!(rig.post("/v1/decide", r#"{"context": {}}"#).await.outcome(), (503, "unavailable".to_owned()));
    rig.folder.write("acme.yaml", &rules("one"));
    rig.reload_until(|status| status["ready"] == true).await;
    assert_eq!(rig.get("/readyz").await.status, 200);
    assert_eq!(rig.label().await, "one");
    let metrics = rig.get("/metrics").await.text();
    assert!(metrics.contains("triggerfish_decisions_total{ruleset=\"acme\",outcome=\"offered\"} 1"), "{metrics}");
    assert!(metrics.contains("triggerfish_problems_total{code=\"unavailable\"} 2"), "{metrics}");
    assert!(metrics.ends_with("# EOF\n"));
}

#[tokio::test]
async fn head_is_as_get_without_a_body() {
    let rig = Rig::new(Folder::with_acme(), &[]);
    let answer = rig.send(Request::head("/healthz").body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
}
