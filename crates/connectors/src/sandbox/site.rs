//! Which simulated host a request reached, and in which form.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;

use super::page::TOO_LARGE;
use super::{Simulator, World};

/// How the client addresses the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    /// `{origin}/{platform}/{host}/…`
    ByPath {
        /// Scheme, host and port of the listener.
        origin: String,
    },
    /// `{scheme}://{host}{:port}/…`
    ByHost {
        /// `http` over sockets, whatever the client used in process.
        scheme: String,
        /// Port, if not the scheme's own.
        port: Option<u16>,
    },
}

/// The host that was called. An axum extractor.
#[derive(Clone)]
pub struct Site {
    /// The platform's name.
    pub platform: &'static str,
    /// The simulated host, lower case, without port.
    pub host: String,
    pub(super) address: Address,
    pub(super) simulator: Arc<dyn Simulator>,
    /// Over sockets delays are slept; in process they are only told to the transport.
    pub(super) sockets: bool,
    pub(super) world: Arc<World>,
}

impl Site {
    /// The base URL of this host without a trailing slash.
    pub fn base(&self) -> String {
        self.base_of(&self.host)
    }

    /// The base URL of another host of the same platform, in the form in which the client addresses us.
    pub fn base_of(&self, host: &str) -> String {
        match &self.address {
            Address::ByPath { origin } => format!("{origin}/{}/{host}", self.platform),
            Address::ByHost { scheme, port: Some(port) } => format!("{scheme}://{host}:{port}"),
            Address::ByHost { scheme, port: None } => format!("{scheme}://{host}"),
        }
    }

    /// An absolute URL on this host; `path` begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base())
    }

    /// An absolute URL on another host of the same platform; `path` begins with a slash.
    pub fn url_on(&self, host: &str, path: &str) -> String {
        format!("{}{path}", self.base_of(host))
    }

    /// The address of the sandbox's own pages (`/sandbox/…`).
    pub fn sandbox_url(&self, path: &str) -> String {
        match &self.address {
            Address::ByPath { origin } => format!("{origin}/sandbox{path}"),
            Address::ByHost { .. } => format!("{}/sandbox{path}", self.base()),
        }
    }

    /// Where the bytes of a blob can be fetched; where that is said of one that was too large to be kept.
    pub fn blob_url(&self, sha256: &str) -> String {
        if self.world.blobs().info(sha256).is_some_and(|info| info.beginning_only) {
            return self.sandbox_url(&format!("{TOO_LARGE}{sha256}"));
        }
        self.sandbox_url(&format!("/blobs/{sha256}"))
    }

    /// Where a persona's avatar (SVG) can be fetched.
    pub fn avatar_url(&self, persona: &str) -> String {
        self.sandbox_url(&format!("/avatars/{persona}.svg"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Site {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or((StatusCode::INTERNAL_SERVER_ERROR, "a simulator's router works only inside the sandbox"))
    }
}
