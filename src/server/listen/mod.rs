//! Connections: accepted up to a number, each with times for its headers and its responses, all ended when the service stops.
//!
//! Beyond the number of connections a few more are let in for health and metrics; all else on them is told to come again. Beyond those, connections are closed with
//! the same answer without being read.

mod patience;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

use super::app::App;
use super::routes::router;
use patience::Patient;

/// So many connections beyond the number are let in for health and metrics.
const RESERVE: usize = 32;

/// Marks requests of connections that are only there for health and metrics.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reserve;

/// How a connection is wrapped before it is served.
#[derive(Clone)]
pub(super) enum Wrap {
    /// Not at all.
    Plain,
    /// In TLS.
    #[cfg(feature = "tls")]
    Tls(tokio_rustls::TlsAcceptor),
}

/// Accepts and serves connections until the service stops, then waits for those that run, until a time and no longer. Says whether all have ended.
pub(super) async fn serve(app: Arc<App>, listener: TcpListener, wrap: Wrap) -> bool {
    let most = app.config.max_connections;
    let regular = Arc::new(Semaphore::new(most));
    let reserve = Arc::new(Semaphore::new(RESERVE));
    let router = router(&app);
    let mut stopping = app.stopping.subscribe();
    loop {
        let accepted = tokio::select! {
            () = stop(&mut stopping) => break,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // No file is left, or the caller has gone: others may follow.
                tracing::debug!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        let permit =
            regular.clone().try_acquire_owned().map(|permit| (permit, false)).or_else(|_| reserve.clone().try_acquire_owned().map(|permit| (permit, true)));
        let Ok((permit, reserved)) = permit else {
            app.metrics.refused_connections.inc();
            turn_away(stream);
            continue;
        };
        // Small answers must not wait for more.
        let _ = stream.set_nodelay(true);
        tokio::spawn(connection(app.clone(), router.clone(), stream, wrap.clone(), permit, reserved));
    }
    drop(listener);
    let until = Instant::now() + app.config.shutdown_timeout;
    let all = |semaphore: Arc<Semaphore>, number: usize| async move { semaphore.acquire_many_owned(u32::try_from(number).unwrap_or(u32::MAX)).await.is_ok() };
    let ended = async { all(regular, most).await && all(reserve, RESERVE).await };
    tokio::time::timeout_at(until, ended).await.unwrap_or(false)
}

/// Waits until the service stops.
pub(super) async fn stop(stopping: &mut watch::Receiver<bool>) {
    // The service that would say so is gone: it has stopped.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// Answers without reading, and closes.
fn turn_away(stream: TcpStream) {
    const ANSWER: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    // Whatever does not fit into the socket at once is not worth waiting for.
    let _ = stream.try_write(ANSWER);
}

async fn connection(app: Arc<App>, router: Router, stream: TcpStream, wrap: Wrap, permit: OwnedSemaphorePermit, reserved: bool) {
    app.metrics.connections.inc();
    let result = match wrap {
        Wrap::Plain => http(&app, router, stream, reserved).await,
        #[cfg(feature = "tls")]
        Wrap::Tls(acceptor) => match tokio::time::timeout(app.config.header_timeout, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => http(&app, router, stream, reserved).await,
            Ok(Err(error)) => Err(error),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        },
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection ended early");
    }
    app.metrics.connections.dec();
    drop(permit);
}

async fn http<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(app: &Arc<App>, router: Router, stream: S, reserved: bool) -> io::Result<()> {
    let config = &app.config;
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(axum::body::Body::new);
        if reserved {
            request.extensions_mut().insert(Reserve);
        }
        let mut router = router.clone();
        // A router is always ready.
        tower_service::Service::call(&mut router, request)
    });
    let mut stopping: watch::Receiver<bool> = app.stopping.subscribe();
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(config.header_timeout)
        .max_buf_size(config.max_header_bytes.max(8 * 1024))
        .max_headers(config.max_headers)
        .half_close(false)
        .keep_alive(!reserved)
        .serve_connection(TokioIo::new(Patient::new(stream, config.write_timeout)), service);
    tokio::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = stop(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    result.map_err(io::Error::other)
}
