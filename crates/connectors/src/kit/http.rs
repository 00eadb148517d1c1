//! The only way from a connector to its network.
//!
//! A [`Call`] names its operation, cost, timeout and [`Safety`]. Reads may be repeated by the layers below; everything else is
//! sent at most once per call. A call that makes something public needs a [`CommitPermit`], which is used up by the send:
//! a second send of the same intent does not compile.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use super::client::Http;

/// What a repetition of a call would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safety {
    /// Changes nothing.
    Read,
    /// Changes something invisible or repeatable: uploads, containers, token exchanges.
    Invisible,
    /// Makes something public, or takes it back.
    Unsafe,
}

/// Bytes on their way out.
pub enum Body {
    /// None.
    Empty,
    /// In memory; small.
    Bytes(Bytes),
    /// Streamed; used for media, so that no file is ever whole in memory.
    Stream {
        /// Exact number of bytes that the stream gives.
        len: u64,
        /// The bytes.
        stream: BoxStream<'static, std::io::Result<Bytes>>,
    },
}

impl Body {
    /// Number of bytes.
    pub fn len(&self) -> u64 {
        match self {
            Self::Empty => 0,
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Stream { len, .. } => *len,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A stream that breaks off when it gives more or fewer bytes than announced: a body of another length than its header
/// says would be read as something else on the far side.
pub(crate) fn exact(
    len: u64,
    stream: BoxStream<'static, std::io::Result<Bytes>>,
) -> BoxStream<'static, std::io::Result<Bytes>> {
    let checked = futures::stream::unfold((stream, len, false), |(mut stream, left, broken)| async move {
        if broken {
            return None;
        }
        match stream.next().await {
            Some(Ok(chunk)) if chunk.len() as u64 <= left => {
                let left = left - chunk.len() as u64;
                Some((Ok(chunk), (stream, left, false)))
            }
            Some(Ok(_)) => Some((Err(std::io::Error::other("more bytes than announced")), (stream, 0, true))),
            Some(Err(error)) => Some((Err(error), (stream, left, true))),
            None if left > 0 => Some((Err(std::io::ErrorKind::UnexpectedEof.into()), (stream, left, true))),
            None => None,
        }
    });
    checked.boxed()
}

/// One request, before the layers see it.
pub struct Call {
    /// Stable name of the operation, for budgets, faults, the journal and metrics: `statuses.create`.
    pub operation: &'static str,
    /// What a repetition would do.
    pub safety: Safety,
    /// Units of the platform's budget that it uses; 1 by default.
    pub cost: u32,
    /// How long the whole exchange may take.
    pub timeout: Duration,
    /// HTTP method.
    pub method: Method,
    /// Absolute URL.
    pub url: String,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Body,
}

impl Call {
    /// A call with the default timeout of 30 s and cost 1.
    pub fn new(operation: &'static str, safety: Safety, method: Method, url: impl Into<String>) -> Self {
        Self {
            operation,
            safety,
            cost: 1,
            timeout: Duration::from_secs(30),
            method,
            url: url.into(),
            headers: HeaderMap::new(),
            body: Body::Empty,
        }
    }

    /// A read by GET.
    pub fn get(operation: &'static str, url: impl Into<String>) -> Self {
        Self::new(operation, Safety::Read, Method::GET, url)
    }

    /// A POST with this safety.
    pub fn post(operation: &'static str, safety: Safety, url: impl Into<String>) -> Self {
        Self::new(operation, safety, Method::POST, url)
    }

    /// Adds query parameters.
    #[must_use]
    pub fn query<K: AsRef<str>, V: AsRef<str>>(mut self, pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        if !encoded.is_empty() {
            self.url.push(if self.url.contains('?') { '&' } else { '?' });
            self.url.push_str(&encoded);
        }
        self
    }

    /// Adds a header. Values that are not legal in a header are dropped; a secret value is marked as sensitive.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(mut value) = HeaderValue::from_str(value) {
            value.set_sensitive(name == AUTHORIZATION);
            self.headers.insert(name, value);
        }
        self
    }

    /// `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(self, token: &carillon_domain::secret::Secret) -> Self {
        self.header(AUTHORIZATION, &format!("Bearer {}", token.expose()))
    }

    /// A JSON body.
    #[must_use]
    pub fn json<T: Serialize>(mut self, body: &T) -> Self {
        self.body = Body::Bytes(serde_json::to_vec(body).unwrap_or_default().into());
        self.header(CONTENT_TYPE, "application/json")
    }

    /// A form body.
    #[must_use]
    pub fn form<K: AsRef<str>, V: AsRef<str>>(mut self, pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.body = Body::Bytes(encoded.into());
        self.header(CONTENT_TYPE, "application/x-www-form-urlencoded")
    }

    /// A raw body of this type.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: Body) -> Self {
        self.body = body;
        self.header(CONTENT_TYPE, content_type)
    }

    /// Another timeout.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

/// A complete answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body; at most [`MAX_REPLY_BYTES`].
    pub body: Bytes,
}

/// Longest answer that is read, bytes.
pub const MAX_REPLY_BYTES: usize = 8 * 1024 * 1024;

impl Reply {
    /// Reads the body as JSON.
    ///
    /// # Errors
    /// When it is not the expected JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    /// The body as text, shortened to `max` characters; for messages and logs.
    pub fn snippet(&self, max: usize) -> String {
        String::from_utf8_lossy(&self.body).chars().take(max).collect()
    }
}

/// An answer whose body is still coming, however long it is.
pub struct Opened {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// The body, as it comes.
    pub stream: BoxStream<'static, std::io::Result<Bytes>>,
}

/// Why no answer arrived.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Certain: the request never left (name not resolved, connection refused, TLS failed, deadline passed before the write).
    #[error("not sent: {0}")]
    NotSent(String),
    /// Our own egress guard forbids the address.
    #[error("address not allowed: {0}")]
    Forbidden(String),
    /// The budget for this operation is used up until then.
    #[error("over budget")]
    OverBudget {
        /// When a call is allowed again.
        until: Option<carillon_domain::time::Timestamp>,
    },
    /// The network has failed at this again and again, and is left alone until then. Nothing was sent.
    #[error("left alone until {until}")]
    LeftAlone {
        /// When to ask again.
        until: carillon_domain::time::Timestamp,
    },
    /// It was sent at least in part, and no complete answer arrived.
    #[error("answer lost: {0}")]
    Lost(String),
}

/// The right to send one unsafe call, given after the intent is durable. Neither `Clone` nor `Copy`.
#[derive(Debug)]
pub struct CommitPermit {
    pub(super) deadline: Duration,
}

impl CommitPermit {
    /// For the publishing engine alone, right after the transaction that saved `Committing` under a valid fence.
    ///
    /// `deadline` is on the monotonic clock: later than that nothing may be sent, because another worker may then have
    /// taken over.
    pub fn after_durable_intent(deadline: Duration) -> Self {
        Self { deadline }
    }
}

/// Moves one request over the wire, or into the sandbox in process.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Whether the address may be called at all, as far as that can be said before its name is resolved.
    ///
    /// # Errors
    /// [`SendError::Forbidden`] by our own egress guard.
    fn admit(&self, call: &Call) -> Result<(), SendError> {
        let _ = call;
        Ok(())
    }

    /// Sends `call` and reads the answer. Never follows redirects, never retries. `not_after` is a deadline on the
    /// monotonic clock that MUST be checked right before the first byte is written.
    async fn send(&self, call: Call, not_after: Option<Duration>) -> Result<Reply, SendError>;

    /// Sends a read and hands its body out as it comes, instead of waiting for its end. The call's timeout is that of the head alone.
    /// Never follows redirects, never retries. What has its answers whole anyway gives them in one piece.
    ///
    /// Somebody named the address and sees what comes: a transport over sockets MUST ask [`Egress::for_content`] here.
    ///
    /// [`Egress::for_content`]: super::egress::Egress::for_content
    async fn open(&self, call: Call) -> Result<Opened, SendError> {
        self.admit(&call)?;
        let reply = self.send(call, None).await?;
        let stream = futures::stream::iter([Ok(reply.body)]).boxed();
        Ok(Opened { status: reply.status, headers: reply.headers, stream })
    }
}
