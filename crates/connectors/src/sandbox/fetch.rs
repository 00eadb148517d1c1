//! How a simulated network pulls a file from a URL that it was given.

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;

/// An answer to a pull.
pub struct Fetched {
    /// HTTP status; redirects are not followed.
    pub status: u16,
    /// `Content-Type`, empty if there was none.
    pub content_type: String,
    /// The body.
    pub stream: BoxStream<'static, std::io::Result<Bytes>>,
}

/// No answer arrived.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FetchError(pub String);

/// Pulls files. In tests the library answers; on sockets an HTTP client does.
#[async_trait]
pub trait Fetch: Send + Sync {
    /// Gets `url`.
    ///
    /// # Errors
    /// When no answer arrives.
    async fn fetch(&self, url: &str) -> Result<Fetched, FetchError>;
}
