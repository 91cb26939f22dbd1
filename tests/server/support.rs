//! A service in a folder of its own, asked in process. Every answer is held against the OpenAPI document.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;
use triggerfish::server::{Config, Service};

/// More attempts where that is asked for.
pub(crate) fn times(usually: usize, long: usize) -> usize {
    if std::env::var_os("TRIGGERFISH_LONG").is_some() { long } else { usually }
}

/// A folder that is removed in the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let path = std::env::temp_dir().join(format!("triggerfish-server-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// With one rule set, `acme`.
    pub(crate) fn with_acme() -> Folder {
        let folder = Folder::new();
        folder.write("acme.yaml", &rules("one"));
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A rule set whose only item carries a label, with a test that says so.
pub(crate) fn rules(label: &str) -> String {
    format!(
        "triggerfish: 1
name: acme
change_note: {label}
context: {{ attributes: {{ plan: text, secret: {{ type: text, pii: true }} }} }}
categories:
  - key: it
    label: IT
    domain: IT
    items:
      - key: ticket
        label: {label}
        when: secret != \"none\" AND plan != \"x\"
        strategies: [ {{ ticket: {{ mode: default, short_description: \"{{{{ utterance[0:80] }}}}\" }} }} ]
otherwise:
  - {{ key: help, label: Help, strategies: [ {{ url: \"https://help.example/\" }} ] }}
tests:
  - {{ name: a ticket for IT, context: {{ domain: IT }}, expect: {{ options: [ticket], fields: {{ /options/0/label: {label} }} }} }}
"
    )
}

/// A service in this process.
pub(crate) struct Rig {
    pub(crate) folder: Folder,
    pub(crate) service: Option<Service>,
    router: Router,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The code of a problem; empty for an answer that is none.
    pub(crate) fn code(&self) -> String {
        if self.header("content-type") == "application/problem+json" { self.json()["code"].as_str().unwrap().to_owned() } else { String::new() }
    }

    /// Status and code together.
    pub(crate) fn outcome(&self) -> (u16, String) {
        (self.status, self.code())
    }
}

impl Rig {
    /// With one rule set, `acme`, that can be changed.
    pub(crate) fn writable() -> Rig {
        Rig::new(Folder::with_acme(), &[("writable", "true")])
    }

    pub(crate) fn new(folder: Folder, settings: &[(&str, &str)]) -> Rig {
        let mut config = Config::new(folder.path());
        // Files are looked at when a test says so.
        config.set("poll", "0s").unwrap();
        for (name, value) in settings {
            config.set(name, value).unwrap();
        }
        let service = Service::open(config).unwrap();
        Rig { router: service.router(), folder, service: Some(service) }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let streams = parts.headers.get("content-type").is_some_and(|value| value == "text/event-stream");
        let body = if streams { Vec::new() } else { body.collect().await.unwrap().to_bytes().to_vec() };
        let answer = Answer { status: parts.status.as_u16(), headers: parts.headers, body };
        super::contract::check(&method, &path, &answer);
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Answer {
        self.send(Request::post(path).header("content-type", "application/json").body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(crate) async fn put(&self, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let request =
            headers.iter().fold(Request::put(path).header("content-type", "application/yaml"), |request, (name, value)| request.header(*name, *value));
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Looks at the folder, and waits until something in the status says so.
    pub(crate) async fn reload_until(&self, seen: impl Fn(&Value) -> bool) -> Value {
        self.service.as_ref().unwrap().reload();
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let status = self.get("/v1/status").await.json();
            if seen(&status) {
                return status;
            }
            assert!(Instant::now() < until, "{status:#}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The label of the option for IT.
    pub(crate) async fn label(&self) -> String {
        let decision = self.post("/v1/rulesets/acme/decide", r#"{"context": {"domain": "IT"}}"#).await.json();
        decision["decision"]["options"][0]["label"].as_str().unwrap_or("").to_owned()
    }

    /// Ends the service and starts another one in the same folder.
    pub(crate) fn restart(mut self, settings: &[(&str, &str)]) -> Rig {
        assert!(self.service.take().unwrap().close());
        let folder = std::mem::replace(&mut self.folder, Folder(PathBuf::new()));
        // All that holds the state has to be gone.
        self.router = Router::new();
        drop(self);
        Rig::new(folder, settings)
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        if let Some(service) = self.service.take() {
            service.close();
        }
    }
}
