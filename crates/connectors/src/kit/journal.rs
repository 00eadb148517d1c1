//! What is written down of each remote call, without secrets.

use std::time::Duration;

use carillon_domain::time::Timestamp;
use http::Method;
use serde::{Deserialize, Serialize};

/// One try of one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The operation.
    pub operation: String,
    /// `GET`, `POST` …
    pub method: String,
    /// URL with secrets removed.
    pub url: String,
    /// When it was sent.
    pub at: Timestamp,
    /// How long until the answer was complete, or the error was clear, milliseconds.
    pub duration_ms: u64,
    /// 1 for the first try; more for repetitions of a read.
    pub attempt: u32,
    /// Status of the answer; `None` when none arrived.
    pub status: Option<u16>,
    /// The network's id of the request.
    pub request_id: Option<String>,
    /// The beginning of the request's body, secrets removed; for a stream its length.
    pub request: String,
    /// The beginning of the answer's body, secrets removed.
    pub answer: String,
    /// Why no answer arrived.
    pub error: Option<String>,
}

/// Takes entries. Made by the engine for one attempt or one sync run.
pub trait Journal: Send + Sync {
    /// Keeps an entry. Must not block.
    fn record(&self, entry: Entry);

    /// Takes note of a call instead, if nobody will read what was in it. To take the secrets out of an entry costs more than the rest of a
    /// call, so that it is not made where this says that it took the note.
    fn count(&self) -> bool {
        false
    }
}

/// How many characters of a body are kept.
pub const EXCERPT: usize = 2_000;

/// A call on its way to becoming an [`Entry`].
pub(super) struct Draft {
    pub(super) operation: &'static str,
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) request: String,
    pub(super) at: Timestamp,
    pub(super) attempt: u32,
}

impl Draft {
    pub(super) fn finish(self, duration: Duration) -> Entry {
        Entry {
            operation: self.operation.to_owned(),
            method: self.method.to_string(),
            url: self.url,
            at: self.at,
            duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            attempt: self.attempt,
            status: None,
            request_id: None,
            request: self.request,
            answer: String::new(),
            error: None,
        }
    }
}
