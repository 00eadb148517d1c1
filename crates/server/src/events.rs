//! Live events for open pages: which thing changed, not how. Pages fetch the change themselves, with their own rights.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use carillon_domain::id::WorkspaceId;
use carillon_engine::events::{Events, Place, Topic};
use futures::Stream;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// Proxies cut connections that are silent for about a minute.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// The workspace's events from now on, as server-sent events; ends when the server stops.
///
/// Each arrives under the id of what changed, and again under the name of its kind with the id as data, so that a page can listen
/// for one thing (`hx-trigger="sse:pub_…"`) or for all of a kind (`sse:publication`). `resync` says that events were lost
/// and everything should be loaded anew.
///
/// The last message of an event has its place as id. Who comes back with one hears what changed since; then, or at once, `place` says
/// where the stream begins.
pub fn stream(
    events: &Events,
    (workspace, after): (WorkspaceId, Option<&str>),
    stopping: CancellationToken,
) -> Sse<impl Stream<Item = Result<SseEvent, Infallible>> + use<>> {
    let place = after.map(str::parse::<Place>);
    let lost = matches!(place, Some(Err(_)));
    let heard = events.listen_after(workspace, place.and_then(Result::ok));
    let begun = SseEvent::default().event("place").data("place").id(heard.place.to_string());
    let mut waiting = vec![begun];
    match heard.missed.filter(|_| !lost) {
        Some(topics) => waiting.extend(topics.into_iter().flat_map(messages).map(message)),
        None => waiting.push(resync()),
    }
    let state = (heard.receiver, stopping, waiting);
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
                Ok(event) if event.workspace == workspace => {
                    waiting.extend(messages(event.topic).into_iter().map(message));
                    if let Some(last) = waiting.first_mut() {
                        *last = std::mem::take(last).id(event.place.to_string());
                    }
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => waiting.push(resync()),
                Err(RecvError::Closed) => return None,
            }
        }
    });
    Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT))
}

fn resync() -> SseEvent {
    SseEvent::default().event("resync").data("resync")
}

fn message((name, data): (String, String)) -> SseEvent {
    // Browsers drop events without data.
    SseEvent::default().event(name).data(data)
}

/// Names and data under which a change is told, last one first.
fn messages(topic: Topic) -> Vec<(String, String)> {
    let pair = |kind: &str, id: String| [(kind.to_owned(), id.clone()), (id, kind.to_owned())];
    match topic {
        Topic::Post(post) => pair("post", post.to_string()).into(),
        Topic::Publication(post, publication) => {
            [pair("publication", publication.to_string()), pair("post", post.to_string())].concat()
        }
        Topic::Account(account) => pair("account", account.to_string()).into(),
        Topic::Notices => vec![("notices".to_owned(), "notices".to_owned())],
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use carillon_domain::id::PostId;
    use carillon_domain::time::SeededEntropy;
    use uuid::Uuid;

    use super::*;

    /// What a stream says that ends at once.
    async fn told(events: &Events, after: Option<&str>) -> String {
        let stopping = CancellationToken::new();
        stopping.cancel();
        let workspace = WorkspaceId::from_uuid(Uuid::from_u128(1));
        let body = stream(events, (workspace, after), stopping).into_response().into_body();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
        String::from_utf8(bytes.to_vec()).expect("text")
    }

    #[tokio::test]
    async fn who_comes_back_hears_what_changed_since_and_where_the_stream_begins() {
        let events = Events::new(&SeededEntropy::new(1));
        let begun = told(&events, None).await;
        let place = begun.lines().find_map(|line| line.strip_prefix("id: ")).expect("a place").to_owned();
        assert_eq!(begun, format!("event: place\ndata: place\nid: {place}\n\n"));
        let post = PostId::from_uuid(Uuid::from_u128(2));
        events.post_changed(WorkspaceId::from_uuid(Uuid::from_u128(1)), post);
        events.notices_changed(WorkspaceId::from_uuid(Uuid::from_u128(3)));
        let back = told(&events, Some(&place)).await;
        let changed = format!("event: {post}\ndata: post\n\nevent: post\ndata: {post}\n\nevent: place\n");
        assert!(back.starts_with(&changed), "{back}");
        for unknown in ["", "far away", "0-1"] {
            let back = told(&events, Some(unknown)).await;
            assert!(back.starts_with("event: resync\ndata: resync\n\nevent: place\n"), "{back}");
        }
    }
}
