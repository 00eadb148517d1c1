//! Live events for open pages: which thing changed, not how. Pages fetch the change themselves, so that an event never
//! carries anything that its receiver may not see.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use carillon_domain::id::WorkspaceId;
use futures::Stream;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// How many events a slow page may fall behind before it is told to load itself anew.
const BACKLOG: usize = 1024;
/// Proxies cut connections that are silent for about a minute.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// Something changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// What kind of thing: `publication`, `post`, `account`, `media`, `sync_run`.
    pub topic: &'static str,
    /// Its id in text form.
    pub id: Arc<str>,
}

/// Where events are put and taken.
#[derive(Debug, Clone)]
pub struct Hub {
    sender: broadcast::Sender<Event>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { sender: broadcast::channel(BACKLOG).0 }
    }
}

impl Hub {
    /// Tells all open pages of the workspace.
    pub fn publish(&self, event: Event) {
        // An error means that no page is open, which is fine.
        let _ = self.sender.send(event);
    }

    /// The workspace's events from now on, as server-sent events; ends when the server stops.
    ///
    /// Each arrives under the name of its topic and again under its id, so that a page can listen for one thing
    /// (`hx-trigger="sse:pub_…"`) or for all of a kind (`sse:publication`).
    pub fn stream(
        &self,
        workspace: WorkspaceId,
        stopping: CancellationToken,
    ) -> Sse<impl Stream<Item = Result<SseEvent, Infallible>> + use<>> {
        let receiver = self.sender.subscribe();
        let state = (receiver, stopping, None::<SseEvent>);
        let stream = futures::stream::unfold(state, move |(mut receiver, stopping, waiting)| async move {
            if let Some(event) = waiting {
                return Some((Ok(event), (receiver, stopping, None)));
            }
            loop {
                let received = tokio::select! {
                    received = receiver.recv() => received,
                    () = stopping.cancelled() => return None,
                };
                match received {
                    Ok(event) if event.workspace == workspace => {
                        let by_topic = SseEvent::default().event(event.topic).data(&*event.id);
                        let by_id = SseEvent::default().event(&*event.id).data(event.topic);
                        return Some((Ok(by_topic), (receiver, stopping, Some(by_id))));
                    }
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => {
                        let resync = SseEvent::default().event("resync").data("");
                        return Some((Ok(resync), (receiver, stopping, None)));
                    }
                    Err(RecvError::Closed) => return None,
                }
            }
        });
        Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT))
    }
}
