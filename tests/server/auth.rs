//! Who may do what. The matrix is made of the table of routes: a new route is in it.

use axum::body::Body;
use axum::http::Request;
use triggerfish::server::{Access, Config, Method, ROUTES, Scope, Service};

use super::support::{Answer, Folder, Rig, rules};

const TOKENS: &str = r#"{"tokens": [
    {"name": "bot", "token": "token-of-the-bot-01", "scopes": ["decide"]},
    {"name": "reader", "token": "token-of-reader-02", "scopes": ["read"]},
    {"name": "ada", "token": "token-of-the-author", "scopes": ["publish"]},
    {"name": "all", "token": "token-of-everybody", "scopes": ["decide", "read", "publish"]},
    {"name": "acme", "token": "token-of-acme-alone", "scopes": ["decide", "read", "publish"], "organisation": "acme"}
]}"#;

fn rig() -> Rig {
    let folder = Folder::with_acme();
    folder.write("tokens.txt", TOKENS);
    let tokens = folder.path().join("tokens.txt");
    Rig::new(folder, &[("writable", "true"), ("tokens", tokens.to_str().unwrap())])
}

async fn send(rig: &Rig, method: &str, path: &str, token: Option<&str>, body: &str) -> Answer {
    let request = Request::builder().method(method).uri(path).header("content-type", if method == "PUT" { "application/yaml" } else { "application/json" });
    let request = token.into_iter().fold(request, |request, token| request.header("authorization", format!("Bearer {token}")));
    rig.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn every_route_asks_for_its_scope_and_no_other() {
    let rig = rig();
    let tokens = [("token-of-the-bot-01", vec![Scope::Decide]), ("token-of-reader-02", vec![Scope::Read]), ("token-of-the-author", vec![Scope::Publish])];
    let unknown = [None, Some("token-of-the-bot-02"), Some(""), Some("token-of-the-bot-0"), Some("token-of-the-bot-01x")];
    for route in ROUTES {
        // A name that is not there: nothing is changed.
        let (method, path) = (route.method.name(), route.path.replace("{name}", "none"));
        for token in unknown {
            let answer = send(&rig, method, &path, token, "{}").await;
            match route.access {
                Access::Open => assert!(![401, 403].contains(&answer.status), "{method} {path}"),
                Access::Needs(_) => {
                    assert_eq!(answer.outcome(), (401, "unauthorized".to_owned()), "{method} {path} with {token:?}");
                    assert_eq!(answer.header("www-authenticate"), "Bearer");
                }
            }
        }
        for (token, scopes) in &tokens {
            let answer = send(&rig, method, &path, Some(token), "{}").await;
            let may = match route.access {
                Access::Open => true,
                Access::Needs(scope) => scopes.contains(&scope),
            };
            assert_ne!(answer.status, 401, "{method} {path} with {token}");
            assert_eq!(answer.code() != "forbidden", may, "{method} {path} with {token}: {}", answer.text());
        }
    }
    assert!(ROUTES.iter().any(|route| route.method == Method::Delete));
}

#[tokio::test]
async fn other_forms_of_the_header_are_no_tokens() {
    let rig = rig();
    for header in
        ["token-of-the-bot-01", "Basic token-of-the-bot-01", "Bearer", "Bearer  ", "bearertoken-of-the-bot-01", "Bearer token-of-the-bot-01, Bearer x"]
    {
        let request = Request::get("/v1/rulesets").header("authorization", header).body(Body::empty()).unwrap();
        assert_eq!(rig.send(request).await.status, 401, "{header}");
    }
    let twice = Request::get("/v1/rulesets").header("authorization", "Bearer token-of-reader-02").header("authorization", "Bearer token-of-reader-02");
    assert_eq!(rig.send(twice.body(Body::empty()).unwrap()).await.status, 401);
    let lower = Request::get("/v1/rulesets").header("authorization", "bearer token-of-reader-02").body(Body::empty()).unwrap();
    assert_eq!(rig.send(lower).await.status, 200);
}

#[tokio::test]
async fn a_token_of_an_organisation_sees_and_changes_its_own() {
    let folder = Folder::new();
    folder.write("mine.yaml", &format!("{}org: [acme]\n", rules("mine")));
    folder.write("theirs.yaml", &format!("{}org: [other]\n", rules("theirs")));
    folder.write("both.yaml", &format!("{}org: [acme, other]\n", rules("both")));
    folder.write("all.yaml", &rules("all"));
    folder.write("broken.yaml", "triggerfish: [\n");
    folder.write("tokens.txt", TOKENS);
    let tokens = folder.path().join("tokens.txt");
    let rig = Rig::new(folder, &[("writable", "true"), ("tokens", tokens.to_str().unwrap())]);
    let (own, every) = (Some("token-of-acme-alone"), Some("token-of-everybody"));
    let names = |answer: Answer| answer.json()["rulesets"].as_array().unwrap().iter().map(|set| set["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(send(&rig, "GET", "/v1/rulesets", own, "").await), ["all", "both", "mine"]);
    assert_eq!(names(send(&rig, "GET", "/v1/status", own, "").await), ["all", "both", "mine"]);
    assert_eq!(names(send(&rig, "GET", "/v1/status", every, "").await), ["all", "both", "broken", "mine", "theirs"]);
    for path in ["/v1/rulesets/theirs", "/v1/rulesets/theirs/revisions", "/v1/rulesets/theirs/schema", "/v1/rulesets/broken"] {
        assert_eq!(send(&rig, "GET", path, own, "").await.outcome(), (404, "unknown_ruleset".to_owned()), "{path}");
    }
    for (set, context, outcome) in [
        ("mine", r#"{"domain": "IT"}"#, (200, "")),
        ("mine", r#"{"domain": "IT", "org": "acme"}"#, (200, "")),
        ("mine", r#"{"org": "other"}"#, (403, "other_organisation")),
        ("both", r#"{"org": "other"}"#, (403, "other_organisation")),
        ("all", r#"{"org": ["other"]}"#, (403, "other_organisation")),
        ("theirs", "{}", (404, "unknown_ruleset")),
    ] {
        let answer = send(&rig, "POST", &format!("/v1/rulesets/{set}/decide"), own, &format!("{{\"context\": {context}}}")).await;
        assert_eq!(answer.outcome(), (outcome.0, outcome.1.to_owned()), "{set} {context}");
    }
    let mine = |label: &str, org: &str| format!("{}org: [{org}]\n", rules(label));
    for (set, text, outcome) in [
        ("mine", mine("new", "acme"), (200, "")),
        ("mine", mine("new", "other"), (403, "other_organisation")),
        ("mine", rules("new"), (403, "other_organisation")),
        ("both", mine("new", "acme"), (403, "other_organisation")),
        ("all", mine("new", "acme"), (403, "other_organisation")),
        ("theirs", mine("new", "acme"), (404, "unknown_ruleset")),
        ("fresh", mine("new", "acme"), (201, "")),
    ] {
        let answer = send(&rig, "PUT", &format!("/v1/rulesets/{set}"), own, &text).await;
        assert_eq!(answer.outcome(), (outcome.0, outcome.1.to_owned()), "{set} {text}");
    }
    let list = mine("new", "acme").replace("plan != \"x\"", "NOT (plan IN l)") + "lists: { l: { file: tokens.txt } }\n";
    assert_eq!(
        send(&rig, "PUT", "/v1/rulesets/mine", own, &list).await.code(),
        "invalid_rules",
        "files of the folder are not read for a token of an organisation"
    );
    assert_eq!(send(&rig, "DELETE", "/v1/rulesets/theirs", own, "").await.code(), "unknown_ruleset");
    assert_eq!(send(&rig, "DELETE", "/v1/rulesets/all", own, "").await.code(), "other_organisation");
    assert_eq!(send(&rig, "POST", "/v1/rulesets/theirs/rollback", own, "{}").await.code(), "unknown_ruleset");
    assert_eq!(send(&rig, "GET", "/v1/rulesets/mine", own, "").await.json()["author"], "acme");
}

#[test]
fn a_service_is_not_open_to_everybody_without_being_told_to() {
    let folder = Folder::with_acme();
    let open = |settings: &[(&str, &str)]| {
        let mut config = Config::new(folder.path());
        settings.iter().for_each(|(name, value)| config.set(name, value).unwrap());
        Service::open(config).map(Service::close)
    };
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        assert!(open(&[("listen", address)]).unwrap_err().to_string().contains("`--insecure-open`"), "{address}");
    }
    folder.write("tokens.txt", TOKENS);
    let tokens = folder.path().join("tokens.txt");
    for settings in [
        [("listen", "0.0.0.0:0"), ("insecure-open", "true")],
        [("listen", "0.0.0.0:0"), ("tokens", tokens.to_str().unwrap())],
        [("listen", "[::1]:0"), ("poll", "0s")],
    ] {
        assert_eq!(open(&settings), Ok(true), "{settings:?}");
    }
    folder.write("tokens.txt", "{\"tokens\": [");
    assert!(open(&[("tokens", tokens.to_str().unwrap())]).unwrap_err().to_string().contains("malformed"));
}
