//! Live events for open pages: which thing changed, not how. Pages fetch the change themselves, with their own rights.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use carillon_domain::id::WorkspaceId;
use carillon_engine::events::{Events, Topic};
use futures::Stream;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// Proxies cut connections that are silent for about a minute.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// The workspace's events from now on, as server-sent events; ends when the server stops.
///
/// Each arrives under the name of its kind, with the id as data, and again under the id itself, so that a page can listen
/// for one thing (`hx-trigger="sse:pub_…"`) or for all of a kind (`sse:publication`). `resync` says that events were lost
/// and everything should be loaded anew.
pub fn stream(
    events: &Events,
    workspace: WorkspaceId,
    stopping: CancellationToken,
) -> Sse<impl Stream<Item = Result<SseEvent, Infallible>> + use<>> {
    let state = (events.listen(), stopping, Vec::<SseEvent>::new());
    let stream = futures::stream::unfold(state, move |(mut receiver, stopping, mut waiting)| async move {
        loop {
            if let Some(event) = waiting.pop() {
                return Some((Ok(event), (receiver, stopping, waiting)));
            }
            let received = tokio::select! {
                received = receiver.recv() => received,
                () = stopping.cancelled() => return None,
            };
            match received {
                Ok(event) if event.workspace == workspace => waiting = messages(event.topic),
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => waiting.push(SseEvent::default().event("resync").data("resync")),
                Err(RecvError::Closed) => return None,
            }
        }
    });
    Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT))
}

/// What a change is told as, last one first.
fn messages(topic: Topic) -> Vec<SseEvent> {
    let pair = |kind: &str, id: String| {
        [SseEvent::default().event(&id).data(kind), SseEvent::default().event(kind).data(&id)]
    };
    match topic {
        Topic::Post(post) => pair("post", post.to_string()).into(),
        Topic::Publication(post, publication) => {
            [pair("publication", publication.to_string()), pair("post", post.to_string())].concat()
        }
        Topic::Account(account) => pair("account", account.to_string()).into(),
        // Browsers drop events without data.
        Topic::Notices => vec![SseEvent::default().event("notices").data("notices")],
    }
}
