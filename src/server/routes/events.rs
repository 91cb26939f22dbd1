//! `GET /v1/events`: revisions that come and go, as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use tokio::sync::broadcast::error::RecvError;

use crate::server::call::Call;
use crate::server::listen::stop;
use crate::server::problem::{Kind, Problem};

pub(super) async fn events(mut call: Call) -> Result<Response, Problem> {
    if call.app.events.subscribers() >= call.app.config.max_subscribers {
        return Err(Problem::because(Kind::Overloaded, "there are too many subscribers"));
    }
    // Who only listens takes no room from those who ask.
    call.room = None;
    let (events, stopping) = (call.app.events.subscribe(), call.app.stopping.subscribe());
    let by = call.by;
    let stream = futures_util::stream::unfold((events, stopping, by), |(mut events, mut stopping, by)| async move {
        loop {
            let event = tokio::select! {
                () = stop(&mut stopping) => return None,
                event = events.recv() => event,
            };
            let sent = match event {
                Ok(event) if by.sees(event.organisations.iter().map(String::as_str)) => Sent::default().event(event.kind).data(&*event.data),
                Ok(_) => continue,
                // So many events were not read in time.
                Err(RecvError::Lagged(missed)) => Sent::default().event("missed").data(missed.to_string()),
                Err(RecvError::Closed) => return None,
            };
            return Some((Ok::<Sent, Infallible>(sent), (events, stopping, by)));
        }
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response())
}
