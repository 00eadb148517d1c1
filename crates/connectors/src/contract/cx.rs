//! Everything ambient that a connector may use during one call.

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::id::MediaId;
use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, Entropy, Timestamp};
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::connector::Descriptor;
use super::progress::Progress;
use crate::kit::http::Http;

/// Settings of one platform as the operator gave them: endpoints, app credentials, further keys.
#[derive(Debug, Clone, Default)]
pub struct PlatformSettings {
    /// Plain values by key.
    pub values: BTreeMap<String, String>,
    /// Secret values by key.
    pub secrets: BTreeMap<String, Secret>,
}

impl PlatformSettings {
    /// The base URL under `key`: the operator's, else the network's own. Never ends in a slash.
    pub fn endpoint(&self, descriptor: &Descriptor, key: &str) -> String {
        let default = descriptor.endpoints.iter().find(|e| e.key == key).map_or("", |e| e.default);
        self.values.get(key).map_or(default, String::as_str).trim_end_matches('/').to_owned()
    }

    /// A plain value, if set and not empty.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// A secret value, if set and not empty.
    pub fn secret(&self, key: &str) -> Option<&Secret> {
        self.secrets.get(key).filter(|s| !s.is_empty())
    }
}

/// The tokens of one grant. Stored only sealed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credential {
    /// What authorises calls.
    #[serde(serialize_with = "Secret::serialize_exposed")]
    pub access_token: Secret,
    /// What gets a new access token, where the platform has such.
    #[serde(default, serialize_with = "Secret::serialize_exposed_option")]
    pub refresh_token: Option<Secret>,
    /// When the access token runs out, as far as the network said.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// When the refresh token runs out, as far as the network said.
    #[serde(default)]
    pub refresh_expires_at: Option<Timestamp>,
    /// Scopes that were really granted.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// What else belongs to the grant (flavour, token family …). Sealed like the rest.
    #[serde(default)]
    pub extra: Value,
}

/// Shorter texts beside the tokens are words, not secrets.
const SHORTEST_SECRET: usize = 16;

impl Credential {
    /// Everything of it that must not be written down: the tokens, and whatever beside them is long enough to be one.
    pub fn secrets(&self) -> Vec<Secret> {
        let mut secrets = vec![self.access_token.clone()];
        secrets.extend(self.refresh_token.clone());
        let mut rest = vec![&self.extra];
        while let Some(value) = rest.pop() {
            match value {
                Value::String(text) if text.len() >= SHORTEST_SECRET => {
                    secrets.push(Secret::new(text.as_str()))
                }
                Value::Array(values) => rest.extend(values),
                Value::Object(values) => rest.extend(values.values()),
                _ => {}
            }
        }
        secrets
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expires_at, refresh_expires_at, scopes, .. } = self;
        f.debug_struct("Credential")
            .field("expires_at", expires_at)
            .field("refresh_expires_at", refresh_expires_at)
            .field("scopes", scopes)
            .finish_non_exhaustive()
    }
}

/// The operator's (or, per server, the registered) app.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AppCredentials {
    /// Public identifier.
    pub client_id: String,
    /// Secret of a confidential app.
    #[serde(default, serialize_with = "Secret::serialize_exposed_option")]
    pub client_secret: Option<Secret>,
    /// What else the registration answered (scopes, redirect URIs …).
    #[serde(default)]
    pub extra: Value,
}

/// What a call without an account may use: connecting, registering an app.
#[derive(Clone, Copy)]
pub struct AuthCx<'a> {
    /// The only way to the network.
    pub http: &'a Http,
    /// The platform's settings.
    pub settings: &'a PlatformSettings,
    /// The app at the named server, for networks of many servers.
    pub app: Option<&'a AppCredentials>,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Randomness.
    pub entropy: &'a dyn Entropy,
}

/// What a call for an account may use.
#[derive(Clone, Copy)]
pub struct Cx<'a> {
    /// The only way to the network.
    pub http: &'a Http,
    /// The platform's settings.
    pub settings: &'a PlatformSettings,
    /// The app at the account's server, for networks of many servers.
    pub app: Option<&'a AppCredentials>,
    /// The account.
    pub account: &'a AccountIdentity,
    /// Its tokens.
    pub credential: &'a Credential,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Randomness.
    pub entropy: &'a dyn Entropy,
    /// The library's bytes.
    pub media: &'a dyn MediaSource,
    /// Where intermediate progress is saved.
    pub checkpoint: &'a dyn Checkpoint,
}

/// Reads library files for upload.
#[async_trait]
pub trait MediaSource: Send + Sync {
    /// The bytes `range` of the file, streamed.
    ///
    /// # Errors
    /// An I/O error when the file is gone or storage fails.
    async fn open(
        &self,
        media: MediaId,
        range: std::ops::Range<u64>,
    ) -> std::io::Result<BoxStream<'static, std::io::Result<Bytes>>>;

    /// A signed URL under which the network itself can fetch the file, if this installation is reachable from outside.
    fn public_url(&self, media: MediaId) -> Option<Url>;
}

/// Saves progress between the steps of one `advance`, so that a crash repeats at most one step.
#[async_trait]
pub trait Checkpoint: Send + Sync {
    /// Makes `progress` durable.
    ///
    /// # Errors
    /// When the lease was lost or the database fails; the connector must stop and pass it on.
    async fn save(&self, progress: &Progress) -> Result<(), ConnectorError>;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tokens_beside_the_tokens_are_secrets_too() {
        let credential: Credential = serde_json::from_value(json!({
            "access_token": "token of the person",
            "extra": { "flavour": "facebook", "issued_at": 1_780_000_000, "pages": { "7": "token of the page 7" } },
        }))
        .expect("a credential");
        let secrets = credential.secrets();
        let known: Vec<&str> = secrets.iter().map(Secret::expose).collect();
        assert_eq!(known, ["token of the person", "token of the page 7"]);
        assert!(!format!("{credential:?}").contains("token of"));
    }
}
