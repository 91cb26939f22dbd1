//! A load of HTTP requests over connections that stay open: closed-loop, and open-loop at a constant rate.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A request with a JSON body.
pub(crate) fn post(path: &str, body: &str) -> Vec<u8> {
    format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// A request that puts a rule set.
pub(crate) fn put(path: &str, body: &str) -> Vec<u8> {
    format!("PUT {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/yaml\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// What came of a load. Latencies are of requests that were answered with 200, in microseconds; in an open loop from the time when they were to be sent.
#[derive(Debug)]
pub(crate) struct Stats {
    pub(crate) rate: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) ok: u64,
    pub(crate) other: u64,
    pub(crate) seconds: f64,
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// One request; how long the body of its answer is.
pub(crate) fn ask(address: SocketAddr, request: &[u8]) -> usize {
    runtime().block_on(async {
        let mut connection = Connection::open(address).await;
        let (status, length) = connection.ask(request).await.unwrap();
        assert!((200..300).contains(&status), "{status}");
        length
    })
}

/// Each of the connections sends its next request as soon as it has its answer.
pub(crate) fn closed(address: SocketAddr, requests: &[Vec<u8>], connections: usize, time: Duration) -> Stats {
    run(address, requests, connections, None, time)
}

/// Requests are to be sent at a constant rate, whatever comes of those before.
pub(crate) fn open(address: SocketAddr, requests: &[Vec<u8>], connections: usize, rate: f64, time: Duration) -> Stats {
    run(address, requests, connections, Some(rate), time)
}

fn run(address: SocketAddr, requests: &[Vec<u8>], connections: usize, rate: Option<f64>, time: Duration) -> Stats {
    let requests: Arc<[Vec<u8>]> = requests.into();
    let next = Arc::new(AtomicU64::new(0));
    runtime().block_on(async {
        let mut opened = Vec::new();
        for _ in 0..connections {
            opened.push(Connection::open(address).await);
        }
        let started = Instant::now();
        let tasks: Vec<_> =
            opened.into_iter().map(|connection| tokio::spawn(worker(connection, address, requests.clone(), next.clone(), rate, started, time))).collect();
        let (mut latencies, mut other) = (Vec::new(), 0);
        for task in tasks {
            let (mine, failed) = task.await.unwrap();
            latencies.extend(mine);
            other += failed;
        }
        let seconds = started.elapsed().as_secs_f64();
        latencies.sort_unstable();
        let share = |share: f64| latencies.get((latencies.len() as f64 * share) as usize).map_or(f64::NAN, |nanoseconds| *nanoseconds as f64 / 1e3);
        Stats { rate: latencies.len() as f64 / seconds, p50: share(0.5), p99: share(0.99), ok: latencies.len() as u64, other, seconds }
    })
}

async fn worker(
    mut connection: Connection,
    address: SocketAddr,
    requests: Arc<[Vec<u8>]>,
    next: Arc<AtomicU64>,
    rate: Option<f64>,
    started: Instant,
    time: Duration,
) -> (Vec<u64>, u64) {
    let (mut latencies, mut other) = (Vec::new(), 0);
    while started.elapsed() < time {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let intended = rate.map(|rate| started + Duration::from_secs_f64(number as f64 / rate));
        if let Some(intended) = intended {
            if intended > started + time {
                break;
            }
            wait_until(intended).await;
        }
        let sent = intended.unwrap_or_else(Instant::now);
        match connection.ask(&requests[number as usize % requests.len()]).await {
            Some((200, _)) => latencies.push(sent.elapsed().as_nanos() as u64),
            Some(_) => other += 1,
            None => {
                other += 1;
                connection = Connection::open(address).await;
            }
        }
    }
    (latencies, other)
}

/// Timers are good for milliseconds: what is left is waited for by looking at the clock.
async fn wait_until(time: Instant) {
    tokio::time::sleep_until((time - Duration::from_millis(2)).into()).await;
    while Instant::now() < time {
        tokio::task::yield_now().await;
    }
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Connection {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Connection { stream, buffer: Vec::with_capacity(256 * 1024) }
    }

    /// The status of the answer, and the length of its body; nothing if the connection is closed.
    async fn ask(&mut self, request: &[u8]) -> Option<(u16, usize)> {
        self.stream.write_all(request).await.ok()?;
        self.buffer.clear();
        let head = loop {
            if let Some(at) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            if self.stream.read_buf(&mut self.buffer).await.ok()? == 0 {
                return None;
            }
        };
        let text = std::str::from_utf8(&self.buffer[..head]).ok()?;
        let status = text.get(9..12)?.parse().ok()?;
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: "))?.trim().parse::<usize>().ok()?;
        while self.buffer.len() < head + length {
            if self.stream.read_buf(&mut self.buffer).await.ok()? == 0 {
                return None;
            }
        }
        Some((status, length))
    }
}
