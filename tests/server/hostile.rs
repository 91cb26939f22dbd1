//! Clients that are slow, many, or malformed.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::process::Process;
use super::support::{Folder, times};

/// Half a header on 500 connections: all are closed within 10 s, and others are served all the time.
#[test]
fn half_open_headers_are_closed_while_others_are_served() {
    let folder = Folder::with_acme();
    let process = Process::start(folder.path(), &["--header-timeout", if times(1, 2) == 2 { "5s" } else { "2s" }]);
    let started = Instant::now();
    let half: Vec<TcpStream> = (0..500)
        .map(|number| {
            let mut stream = process.connect();
            stream.write_all(&b"POST /v1/decide HTTP/1.1\r\nhost: x\r\ncontent-ty"[..number % 40]).unwrap();
            stream
        })
        .collect();
    let mut slowest = Duration::ZERO;
    for mut stream in half {
        stream.set_nonblocking(true).unwrap();
        let mut told = [0; 1024];
        loop {
            match stream.read(&mut told) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    let asked = Instant::now();
                    assert_eq!(process.label(), "one");
                    slowest = slowest.max(asked.elapsed());
                    assert!(started.elapsed() < Duration::from_secs(10), "a connection is still open");
                }
                Err(_) => break,
            }
        }
    }
    assert!(slowest < Duration::from_secs(2), "others waited for {slowest:?}");
}

#[test]
fn slow_bodies_and_readers_are_cut_off() {
    let folder = Folder::with_acme();
    let process = Process::start(folder.path(), &["--body-timeout", "300ms", "--write-timeout", "500ms", "--request-timeout", "1s"]);
    let head = |length: usize| format!("POST /v1/decide HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n");
    let started = Instant::now();
    let mut stands_still = process.connect();
    stands_still.write_all(head(100).as_bytes()).unwrap();
    let mut told = String::new();
    stands_still.read_to_string(&mut told).unwrap();
    assert!(told.starts_with("HTTP/1.1 408") && told.contains("\"code\":\"timeout\""), "{told}");
    // A byte now and then does not help for longer than a request may take.
    let mut drips = process.connect();
    drips.write_all(head(1_000).as_bytes()).unwrap();
    while drips.write_all(b" ").is_ok() {
        assert!(started.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(100));
    }
    // Who asks and does not read is given up.
    let mut never_reads = process.connect();
    let batch = format!("{{\"items\": [{}]}}", vec!["{\"context\": {}}"; 1_000].join(","));
    let request = format!("POST /v1/decide:batch HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{batch}", batch.len());
    never_reads.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
    let started = Instant::now();
    while never_reads.write_all(request.as_bytes()).is_ok() {
        assert!(started.elapsed() < Duration::from_secs(20), "it is never given up");
    }
    assert_eq!(process.label(), "one");
}

#[test]
fn too_many_connections_are_turned_away_and_health_stays_reachable() {
    let folder = Folder::with_acme();
    let process = Process::start(folder.path(), &["--max-connections", "4"]);
    let held: Vec<TcpStream> = (0..4)
        .map(|_| {
            let mut stream = process.connect();
            stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
            let mut told = [0; 12];
            stream.read_exact(&mut told).unwrap();
            stream
        })
        .collect();
    assert_eq!((process.get("/healthz").0, process.get("/metrics").0, process.get("/readyz").0), (200, 200, 200));
    let told = process.raw(b"GET /v1/status HTTP/1.1\r\nhost: x\r\n\r\n");
    assert!(told.starts_with("HTTP/1.1 503") && told.contains("retry-after: 1") && told.contains("\"code\":\"overloaded\""), "{told}");
    // What is kept for health and metrics is held, too. A connection that was answered may give back its room a little later.
    let mut reserved: Vec<TcpStream> = (0..32).map(|_| process.connect()).collect();
    let turned_away = |_| {
        reserved.push(process.connect());
        let told = process.raw(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        told.is_empty() || told.starts_with("HTTP/1.1 503") && told.contains("retry-after: 1")
    };
    assert!((0..100).any(turned_away), "nobody is turned away");
    drop((held, reserved));
    process.until(|process| process.raw(b"GET /v1/status HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").starts_with("HTTP/1.1 200"));
}

#[test]
fn too_many_requests_are_told_to_come_again() {
    let folder = Folder::with_acme();
    let process = Process::start(folder.path(), &["--max-in-flight", "2"]);
    let half: Vec<TcpStream> = (0..2)
        .map(|_| {
            let mut stream = process.connect();
            stream.write_all(b"POST /v1/decide HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{").unwrap();
            stream
        })
        .collect();
    std::thread::sleep(Duration::from_millis(200));
    let told = process.raw(b"GET /v1/rulesets HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert!(told.starts_with("HTTP/1.1 503") && told.contains("retry-after: 1"), "{told}");
    assert_eq!((process.get("/healthz").0, process.get("/metrics").0), (200, 200));
    drop(half);
    process.until(|process| process.raw(b"GET /v1/rulesets HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").starts_with("HTTP/1.1 200"));
}

#[test]
fn decisions_beyond_the_queue_are_told_to_come_again_and_others_are_made() {
    let folder = Folder::with_acme();
    let process = Process::start(folder.path(), &["--queue-time", "0ms", "--workers", "1"]);
    let request = json("/v1/decide", br#"{"context":{"domain":"IT"}}"#);
    // What arrives while one decision waits for its turn would have to wait. All at once, again and again, until that has been seen.
    let (mut made, mut shed) = (0, 0);
    for _ in 0..200 {
        let mut streams: Vec<TcpStream> = (0..16).map(|_| process.connect()).collect();
        streams.iter_mut().for_each(|stream| stream.write_all(&request).unwrap());
        for mut stream in streams {
            let mut told = String::new();
            stream.read_to_string(&mut told).unwrap();
            match told.get(9..12) {
                Some("200") => made += 1,
                Some("503") if told.contains("retry-after: 1") && told.contains("\"code\":\"overloaded\"") => shed += 1,
                _ => panic!("{told}"),
            }
        }
        if made > 0 && shed > 0 {
            return;
        }
    }
    panic!("{made} made, {shed} shed");
}

/// Small numbers that look like chance and are the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        (0..self.below(most)).map(|_| self.below(256) as u8).collect()
    }
}

type Make = fn(&mut Chance) -> Vec<u8>;

fn json(path: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn get(line: &str, headers: &str) -> Vec<u8> {
    format!("{line}\r\n{headers}\r\n").into_bytes()
}

const ROUTES: [&str; 6] = ["/v1/decide", "/v1/decide:batch", "/v1/explain", "/v1/evaluate", "/v1/check", "/v1/compare"];

/// Ways to be malformed.
const KINDS: [Make; 46] = [
    |chance| chance.bytes(2_000),
    |chance| [chance.bytes(40), b"\r\n\r\n".to_vec()].concat(),
    |_| b"\r\n\r\n\r\n".to_vec(),
    |_| b"\0\0\0\0".to_vec(),
    |_| b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
    |_| b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
    |_| get("GET", "host: x\r\n"),
    |_| get("GET /healthz", "host: x\r\n"),
    |_| get("GET /healthz HTTP/9.9", "host: x\r\n"),
    |_| get("GET /healthz HTTP/1.0", ""),
    |_| get("GET  /healthz  HTTP/1.1", "host: x\r\n"),
    |_| get("G\u{e4}T /healthz HTTP/1.1", "host: x\r\n"),
    |_| get("BREW /v1/decide HTTP/1.1", "host: x\r\nconnection: close\r\n"),
    |_| get("CONNECT example.com:443 HTTP/1.1", "host: x\r\nconnection: close\r\n"),
    |_| get("OPTIONS * HTTP/1.1", "host: x\r\nconnection: close\r\n"),
    |_| get("GET http://example.com/healthz HTTP/1.1", "host: x\r\nconnection: close\r\n"),
    |chance| get(&format!("GET /{} HTTP/1.1", "a/".repeat(chance.below(5_000))), "host: x\r\nconnection: close\r\n"),
    |chance| get(&format!("GET /{} HTTP/1.1", "a".repeat(70_000 + chance.below(100))), "host: x\r\n"),
    |chance| get(&format!("GET /v1/rulesets/%{:02x}%{:02x} HTTP/1.1", chance.below(256), chance.below(256)), "host: x\r\nconnection: close\r\n"),
    |_| get("GET /v1/rulesets/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1", "host: x\r\nconnection: close\r\n"),
    |_| get("GET /v1/rulesets/../../etc/passwd HTTP/1.1", "host: x\r\nconnection: close\r\n"),
    |_| get("GET /healthz HTTP/1.1", "no colon\r\n"),
    |_| get("GET /healthz HTTP/1.1", ": no name\r\n"),
    |_| get("GET /healthz HTTP/1.1", "na me: x\r\n"),
    |_| get("GET /healthz HTTP/1.1", "host: x\r\n folded: y\r\n"),
    |chance| [b"GET /healthz HTTP/1.1\r\nx: ".to_vec(), chance.bytes(100), b"\r\n\r\n".to_vec()].concat(),
    |chance| get("GET /healthz HTTP/1.1", &(0..100 + chance.below(100)).map(|number| format!("x-{number}: y\r\n")).collect::<String>()),
    |chance| get("GET /healthz HTTP/1.1", &format!("x: {}\r\n", "y".repeat(20_000 + chance.below(100_000)))),
    |_| get("POST /v1/decide HTTP/1.1", "host: x\r\ncontent-type: application/json\r\ncontent-length: -1\r\n"),
    |_| get("POST /v1/decide HTTP/1.1", "host: x\r\ncontent-type: application/json\r\ncontent-length: 99999999999999999999999\r\n"),
    |_| get("POST /v1/decide HTTP/1.1", "host: x\r\ncontent-type: application/json\r\ncontent-length: 999999999999\r\n"),
    |_| get("POST /v1/decide HTTP/1.1", "host: x\r\ncontent-type: application/json\r\ncontent-length: 1\r\ncontent-length: 2\r\n"),
    |_| get("POST /v1/decide HTTP/1.1", "host: x\r\ncontent-type: application/json\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n"),
    |_| get("POST /v1/decide HTTP/1.1", "host: x\r\ncontent-type: application/json\r\ntransfer-encoding: gzip\r\n"),
    |chance| [get("POST /v1/decide HTTP/1.1", "host: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n"), chance.bytes(200)].concat(),
    |_| {
        [get("POST /v1/decide HTTP/1.1", "host: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n"), b"ffffffffffffffffff\r\n{".to_vec()]
            .concat()
    },
    |_| [get("POST /v1/decide HTTP/1.1", "host: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n"), b"5\r\n{}".to_vec()].concat(),
    |_| get("POST /v1/decide HTTP/1.1", "host: x\r\ncontent-type: application/json\r\nexpect: 100-continue\r\ncontent-length: 9\r\n"),
    |_| get("POST /v1/decide HTTP/1.1", "host: x\r\ncontent-length: 0\r\nconnection: close\r\n"),
    |chance| {
        get(
            "POST /v1/decide HTTP/1.1",
            &format!(
                "host: x\r\nconnection: close\r\ncontent-length: 0\r\ncontent-type: {}\r\n",
                ["", "text/plain", "application/json;", "\u{e4}", "a/b; c=\"", "application/x-ndjson"][chance.below(6)]
            ),
        )
    },
    |chance| json(ROUTES[chance.below(6)], &chance.bytes(500)),
    |chance| json(ROUTES[chance.below(6)], [b"[".repeat(100_000), b"{\"a\":".repeat(50_000)][chance.below(2)].as_slice()),
    |chance| json(ROUTES[chance.below(6)], format!("{{\"context\": {}{}}}", "[".repeat(60_000), "]".repeat(60_000)).as_bytes()),
    |chance| {
        let bodies = [
            "",
            "null",
            "[]",
            "{}",
            "{\"context\": null}",
            "{\"context\": {}, \"digest\": \"\"}",
            "{\"items\": 3}",
            "{\"items\": [null, 1, \"x\"]}",
            "{\"rule\": \"\", \"context\": {}}",
            "{\"source\": \"\"}",
            "{\"source\": \"\\u0000\", \"kind\": \"rule\"}",
            "{\"contexts\": [], \"from\": \"\"}",
        ];
        json(ROUTES[chance.below(6)], bodies[chance.below(bodies.len())].as_bytes())
    },
    |chance| {
        // A sound request with some bytes changed.
        let mut request =
            json(ROUTES[chance.below(6)], br#"{"context": {"domain": "IT"}, "items": [{"context": {}}], "rule": "a", "source": "a: 1", "contexts": []}"#);
        for _ in 0..=chance.below(5) {
            let at = chance.below(request.len());
            request[at] = chance.below(256) as u8;
        }
        request
    },
    |chance| {
        let mut request = json(ROUTES[chance.below(6)], br#"{"context": {"domain": "IT"}}"#);
        request.truncate(chance.below(request.len()));
        request
    },
];

/// Malformed requests of many kinds: no defect, no crash, and others are served.
#[test]
fn malformed_requests_are_refused() {
    const { assert!(KINDS.len() >= 40) };
    /// So many clients at a time.
    const CLIENTS: usize = 4;
    let folder = Folder::with_acme();
    let process = Process::start(folder.path(), &["--writable", "--body-timeout", "500ms", "--header-timeout", "500ms", "--log-level", "warn"]);
    let each = times(460, 10_000).div_ceil(CLIENTS);
    // How many requests of a kind were answered, and with which statuses.
    let mut answered = vec![BTreeMap::<String, usize>::new(); KINDS.len()];
    let client = |number: usize| {
        let mut chance = Chance(7 + number as u64);
        let mut told = Vec::new();
        for number in 0..each {
            let kind = number % KINDS.len();
            let request = KINDS[kind](&mut chance);
            let answer = process.poke(&request);
            let Some(status) = answer.get(9..12) else { continue };
            let documented = !status.starts_with('5') || status == "503" && answer.contains("retry-after: 1");
            assert!(documented, "kind {kind}: {answer}\nof {:?}", String::from_utf8_lossy(&request[..request.len().min(500)]));
            told.push((kind, status.to_owned()));
        }
        told
    };
    let client = &client;
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|number| scope.spawn(move || client(number))).collect();
        // Others are served meanwhile.
        while clients.iter().any(|client| !client.is_finished()) {
            assert_eq!(process.label(), "one");
            std::thread::sleep(Duration::from_millis(50));
        }
        for (kind, status) in clients.into_iter().flat_map(|client| client.join().unwrap()) {
            *answered[kind].entry(status).or_default() += 1;
        }
    });
    // Those that are not answered are closed: what is no request at all, and what breaks off.
    let kinds = answered.iter().filter(|statuses| !statuses.is_empty()).count();
    let all: usize = answered.iter().flat_map(BTreeMap::values).sum();
    assert!(kinds >= 38 && all > each * CLIENTS / 2, "of {} requests {all}, of {kinds} kinds, were answered: {answered:?}", each * CLIENTS);
    assert_eq!(process.label(), "one");
    let told = process.end();
    assert!(!told.contains("defect") && !told.contains("panicked"), "{told}");
}
