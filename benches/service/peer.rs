//! The peer: a route that parses its body with serde_json and answers a constant.

use std::io::Write as _;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use bytes::Bytes;

/// Serves on any port, which is told on standard output, until the process is ended.
pub(crate) fn serve(size: usize) {
    let answer = Bytes::from(vec![b' '; size]);
    let handler = move |body: Bytes| async move {
        let parsed: Result<serde_json::Value, _> = serde_json::from_slice(&body);
        assert!(parsed.is_ok());
        ([(CONTENT_TYPE, "application/json")], answer)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("listening on http://{}", listener.local_addr().unwrap());
        std::io::stdout().flush().unwrap();
        axum::serve(listener, Router::new().route("/{*any}", post(handler))).await.unwrap();
    });
}
