//! What an OpenTelemetry collector is told of requests.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::process::{Process, command};
use super::support::{Folder, Rig};

/// Takes what is sent to it, and keeps it.
struct Collector {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<u8>>>,
}

impl Collector {
    fn start() -> Collector {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, taken) = (listener.local_addr().unwrap(), Arc::default());
        let collector = Collector { address, taken };
        let taken = collector.taken.clone();
        std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| take(stream, &taken)));
        collector
    }

    fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    fn has(&self, bytes: &[u8]) -> bool {
        self.taken.lock().unwrap().windows(bytes.len()).any(|window| window == bytes)
    }
}

/// One request of a connection.
fn take(mut stream: TcpStream, taken: &Mutex<Vec<u8>>) {
    let mut request = Vec::new();
    let mut part = [0; 65_536];
    loop {
        let length = stream.read(&mut part).unwrap_or(0);
        request.extend_from_slice(&part[..length]);
        let text = String::from_utf8_lossy(&request).to_lowercase();
        let body = request.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4);
        let length_told = text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.trim().parse::<usize>().ok());
        if length == 0 || body.is_some_and(|body| length_told.is_some_and(|length| request.len() >= body + length)) {
            break;
        }
    }
    taken.lock().unwrap().extend_from_slice(&request);
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n");
}

#[test]
fn a_collector_is_told_of_requests_and_of_nothing_that_a_caller_has_sent() {
    let (folder, collector) = (Folder::with_acme(), Collector::start());
    let mut command = command(folder.path(), &["--log-level", "trace"]);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint()).env_remove("OTEL_SERVICE_NAME").env("NO_PROXY", "127.0.0.1");
    let process = Process::run(command);
    let ask = |line: &str, more: &str, body: &str| {
        let head = format!("{line} HTTP/1.1\r\nhost: canary\r\nconnection: close\r\ncontent-type: application/json\r\nx-other: canary\r\n{more}");
        process.raw(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes())
    };
    let trace = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\ntracestate: canary=canary\r\nbaggage: canary=canary\r\n";
    let decision = r#"{"context": {"domain": "IT", "secret": "canary", "utterance": "canary"}}"#;
    assert!(ask("POST /v1/rulesets/acme/decide", trace, decision).starts_with("HTTP/1.1 200"));
    assert!(ask("POST /v1/rulesets/canary/decide", "", decision).starts_with("HTTP/1.1 404"));
    assert!(ask("POST /v1/explain?canary", "traceparent: canary\r\n", r#"{"canary": "canary"}"#).starts_with("HTTP/1.1 400"));
    assert!(ask("GET /canary", "", "").starts_with("HTTP/1.1 404"));
    // What waits is sent when the service stops.
    let told = process.end();
    for wanted in
        ["POST /v1/traces", "triggerfish", "POST /v1/rulesets/{name}/decide", "http.route", "/v1/explain", "triggerfish.ruleset", "acme", "invalid_request"]
    {
        assert!(collector.has(wanted.as_bytes()), "`{wanted}` is not told: {told}");
    }
    let (trace, parent) = (0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes(), 0xb7ad_6b71_6920_3331_u64.to_be_bytes());
    assert!(collector.has(&trace) && collector.has(&parent), "the span is a part of the caller's");
    assert!(!collector.has(b"canary") && !told.contains("canary"), "{told}");
}

#[tokio::test]
async fn a_collector_that_does_not_answer_makes_nobody_wait() {
    // It accepts and says nothing; nobody listens there; it is no collector.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for address in [silent.local_addr().unwrap(), nobody] {
        let mut rig = Rig::new(Folder::with_acme(), &[("otlp-endpoint", &format!("http://{address}/")), ("shutdown-timeout", "1s")]);
        let started = Instant::now();
        for _ in 0..3_000 {
            assert_eq!(rig.get("/healthz").await.status, 200);
        }
        assert_eq!(rig.label().await, "one");
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
        let started = Instant::now();
        assert!(rig.service.take().unwrap().close());
        assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    }
}
