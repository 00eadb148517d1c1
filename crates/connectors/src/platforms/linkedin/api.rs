//! Calls to LinkedIn's API with an account's token. The one place that knows the API's version.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::Clock;
use http::HeaderName;
use serde::de::DeserializeOwned;

use super::errors::{self, PLATFORM};
use super::{API, DESCRIPTOR, WEB};
use crate::contract::cx::{AuthCx, Cx, PlatformSettings};
use crate::kit::http::{Call, Http, Reply};

/// The version that everything here was written for. Each lives for a year at least: learn.microsoft.com, "Versioning" (2026).
/// Ends in September 2027; look for another one before.
pub(super) const VERSION: &str = "202609";

const VERSION_HEADER: HeaderName = HeaderName::from_static("linkedin-version");
const PROTOCOL_HEADER: HeaderName = HeaderName::from_static("x-restli-protocol-version");
const METHOD_HEADER: HeaderName = HeaderName::from_static("x-restli-method");

/// The API in the name of one account.
pub(super) struct Api<'a> {
    http: &'a Http,
    settings: &'a PlatformSettings,
    base: String,
    token: &'a Secret,
    clock: &'a dyn Clock,
}

impl<'a> Api<'a> {
    pub(super) fn of(cx: &Cx<'a>) -> Self {
        Self::new(cx.http, cx.settings, &cx.credential.access_token, cx.clock)
    }

    /// While signing in.
    pub(super) fn with(cx: &AuthCx<'a>, token: &'a Secret) -> Self {
        Self::new(cx.http, cx.settings, token, cx.clock)
    }

    fn new(http: &'a Http, settings: &'a PlatformSettings, token: &'a Secret, clock: &'a dyn Clock) -> Self {
        Self { http, settings, base: settings.endpoint(&DESCRIPTOR, API), token, clock }
    }

    /// The URL of a versioned resource, with the query to the letter.
    pub(super) fn rest(&self, path: &str) -> String {
        format!("{}/rest/{path}", self.base)
    }

    /// The URL of a resource without version.
    pub(super) fn legacy(&self, path: &str) -> String {
        format!("{}/v2/{path}", self.base)
    }

    /// Adds what LinkedIn wants with every versioned call.
    pub(super) fn versioned(&self, call: Call) -> Call {
        let version = self.settings.get("api_version").unwrap_or(VERSION);
        call.header(VERSION_HEADER, version).header(PROTOCOL_HEADER, "2.0.0").bearer(self.token)
    }

    /// A search by a finder (`?q=…`).
    pub(super) fn finder(&self, operation: &'static str, path: &str) -> Call {
        by_method(Call::get(operation, self.rest(path)), "FINDER")
    }

    /// Sends a versioned call; anything but success is an error.
    pub(super) async fn send(&self, call: Call) -> Result<Reply, ConnectorError> {
        self.send_bare(self.versioned(call)).await
    }

    /// The same, with an answer.
    pub(super) async fn ask<T: DeserializeOwned>(&self, call: Call) -> Result<T, ConnectorError> {
        let operation = call.operation;
        read(operation, &self.send(call).await?)
    }

    /// Asks a resource without version.
    pub(super) async fn ask_legacy<T: DeserializeOwned>(&self, call: Call) -> Result<T, ConnectorError> {
        let operation = call.operation;
        read(operation, &self.send_bare(call.bearer(self.token)).await?)
    }

    /// Sends bytes to an address that LinkedIn gave. The token goes along only where LinkedIn wants it.
    pub(super) async fn upload(&self, call: Call, with_token: bool) -> Result<Reply, ConnectorError> {
        if !self.is_own(&call.url) {
            return Err(strange_address(&call));
        }
        self.send_bare(if with_token { call.bearer(self.token) } else { call }).await
    }

    async fn send_bare(&self, call: Call) -> Result<Reply, ConnectorError> {
        let operation = call.operation;
        let reply = self.http.send(call).await.map_err(|e| errors::unanswered(operation, e))?;
        if reply.status.is_success() {
            return Ok(reply);
        }
        Err(errors::map(operation, &reply, self.clock.now()))
    }

    /// Whether an address is LinkedIn's: files and tokens must not go to whatever an answer names.
    fn is_own(&self, url: &str) -> bool {
        let Ok(url) = url::Url::parse(url) else { return false };
        let bases = [API, WEB].map(|key| self.settings.endpoint(&DESCRIPTOR, key));
        let own = bases.iter().any(|base| url::Url::parse(base).is_ok_and(|b| b.origin() == url.origin()));
        let host = url.host_str().unwrap_or_default();
        own || url.scheme() == "https" && host.ends_with(".linkedin.com")
    }
}

/// Names the Rest.li method, where the HTTP method does not tell it.
pub(super) fn by_method(call: Call, method: &str) -> Call {
    call.header(METHOD_HEADER, method)
}

/// Reads an answer with a good status.
pub(super) fn read<T: DeserializeOwned>(operation: &str, reply: &Reply) -> Result<T, ConnectorError> {
    reply.json().map_err(|error| errors::unreadable(operation, reply, error))
}

fn strange_address(call: &Call) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Rejected,
        PLATFORM,
        call.operation,
        "strange_address",
        "LinkedIn named an address for an upload that is not its own.",
    )
    .with_action("Report it with the technical details.")
}
