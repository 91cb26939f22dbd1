//! `POST /v1/decide:batch` with `content-type: application/x-ndjson`: a line in, a line out, in order, as long as lines come; one revision for all.

use std::sync::PoisonError;
use std::time::Instant;

use axum::body::Body;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;

use super::batch::{Batch, Given, level, query_time};
use super::text;
use crate::server::app::App;
use crate::server::call::{Call, frame, heavy};
use crate::server::problem::{Kind, Problem};

/// Lines are decided in portions of about so many bytes.
const PORTION: usize = 256 * 1024;

pub(super) async fn decide(call: Call) -> Result<Response, Problem> {
    let [ruleset, digest, now, trace] = call.query(["ruleset", "digest", "now", "trace"])?;
    let revision = call.revision(ruleset.as_deref(), digest.as_deref()).await?;
    let defaults = Given { context: None, now: query_time(now.as_deref())?, level: level(trace.as_deref())? };
    let until = call.started + call.app.config.stream_timeout;
    let batch = Batch { app: call.app.clone(), by: call.by.clone(), revision, defaults, until };
    let (send, receive) = mpsc::channel(1);
    tokio::spawn(run(call, batch, send));
    let answers = futures_util::stream::unfold(receive, |mut receive| async move {
        receive.recv().await.map(|portion| (Ok::<Bytes, std::convert::Infallible>(portion), receive))
    });
    Ok(text("application/x-ndjson", Body::from_stream(answers)))
}

/// Reads lines and sends what comes of them, until one of both ends. The call keeps its room in the service as long.
async fn run(call: Call, mut batch: Batch, send: mpsc::Sender<Bytes>) {
    let (app, until, _room) = (call.app, batch.until, call.room);
    let mut body = call.body.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut lines = Lines { waiting: BytesMut::new(), most: app.config.max_line, skipping: false };
    loop {
        let next = match frame(&mut body, app.config.body_timeout, until).await {
            Ok(next) => next,
            Err(problem) => {
                _ = send.send(error_line(&problem)).await;
                return;
            }
        };
        let ended = next.is_none();
        let mut portions = lines.take(next.as_deref().unwrap_or_default(), ended);
        while !portions.is_empty() {
            let now: Vec<Line> = portions.drain(..portions.len().min(64)).collect();
            let decided = decide_portion(&app, until, batch, now).await;
            let Ok((again, answer)) = decided else {
                _ = send.send(error_line(&Problem::new(Kind::Overloaded))).await;
                return;
            };
            batch = again;
            // Nobody reads any more.
            if send.send(answer).await.is_err() {
                return;
            }
        }
        if ended {
            return;
        }
    }
}

async fn decide_portion(app: &App, until: Instant, batch: Batch, lines: Vec<Line>) -> Result<(Batch, Bytes), Problem> {
    heavy(app, until, move || {
        let mut out = Vec::new();
        for line in lines {
            match line {
                Line::Whole(line) => {
                    batch.item(&line, &mut out);
                    out.push(b'\n');
                }
                Line::TooLong => out.extend_from_slice(&error_line(&Problem::because(Kind::TooLarge, "the line is too long"))),
            }
        }
        (batch, Bytes::from(out))
    })
    .await
}

/// `{"id": null, "error": ..}`
fn error_line(problem: &Problem) -> Bytes {
    format!("{{\"id\":null,\"error\":{}}}\n", problem.to_json()).into()
}

#[derive(PartialEq, Debug)]
enum Line {
    Whole(Bytes),
    TooLong,
}

/// Lines, from the portions that they come in.
struct Lines {
    /// The beginning of a line that is not whole yet.
    waiting: BytesMut,
    most: usize,
    /// Inside a line that is too long.
    skipping: bool,
}

impl Lines {
    /// The lines that are whole with some more bytes; empty ones are passed over.
    fn take(&mut self, more: &[u8], ended: bool) -> Vec<Line> {
        let mut found = Vec::new();
        for part in more.split_inclusive(|byte| *byte == b'\n') {
            let whole = part.ends_with(b"\n");
            if !self.skipping {
                if self.waiting.len() + part.len() > self.most + 1 {
                    found.push(Line::TooLong);
                    self.waiting = BytesMut::new();
                    self.skipping = true;
                } else {
                    self.waiting.extend_from_slice(part);
                }
            }
            if whole {
                self.end(&mut found);
            }
        }
        if ended {
            self.end(&mut found);
        }
        debug_assert!(self.waiting.len() <= self.most + 1 || self.most < PORTION);
        found
    }

    fn end(&mut self, found: &mut Vec<Line>) {
        self.skipping = false;
        let line = self.waiting.split().freeze();
        let line = line.slice_ref(line.trim_ascii());
        if !line.is_empty() {
            found.push(Line::Whole(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_whatever_the_portions() {
        let text = b"{\"a\": 1}\n\n  {\"b\": 2}\r\nmuch too long a line\n{\"c\": 3}";
        for size in 1..=text.len() {
            let mut lines = Lines { waiting: BytesMut::new(), most: 12, skipping: false };
            let mut found: Vec<Line> = text.chunks(size).flat_map(|portion| lines.take(portion, false)).collect();
            found.extend(lines.take(b"", true));
            let whole = |text: &'static str| Line::Whole(Bytes::from_static(text.as_bytes()));
            assert_eq!(found, [whole("{\"a\": 1}"), whole("{\"b\": 2}"), Line::TooLong, whole("{\"c\": 3}")], "in portions of {size} bytes");
        }
    }
}
