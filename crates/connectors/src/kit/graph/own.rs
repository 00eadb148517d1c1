//! Logins that are a network's own and not Facebook's: a code becomes a token of an hour, that one a token of 60 days, which can
//! be renewed once it is a day old. One that has run out can't be brought back: its owner must log in again.
//! Sources: Instagram Platform - Business Login; Threads API - Get Access Tokens, Long-Lived Tokens (copies of 2025-2026).

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;

use super::client;
use super::judge::{Context, Network};
use super::wire::Token;
use crate::contract::cx::{AuthCx, Credential};
use crate::kit::http::{Call, Safety};

/// Youngest age at which a token can be renewed.
const RENEWABLE_AGE: SignedDuration = SignedDuration::from_hours(24);

/// The login of one app at one network.
#[derive(Clone, Copy)]
pub struct OwnLogin<'a> {
    /// What calls need.
    pub cx: AuthCx<'a>,
    /// How answers are judged.
    pub network: &'static Network,
    /// What the names of its grant types begin with: `ig`, `th`.
    pub prefix: &'static str,
    /// The host of long-lived tokens.
    pub base: &'a str,
}

impl OwnLogin<'_> {
    /// The token of an hour for a code, from the host of codes, as that network writes it.
    ///
    /// # Errors
    /// As the network answered.
    pub async fn short<T: DeserializeOwned>(
        &self,
        codes_base: &str,
        (app_id, app_secret): (&str, &Secret),
        redirect_uri: &url::Url,
        code: &Secret,
    ) -> Result<T, ConnectorError> {
        let url = format!("{codes_base}/oauth/access_token");
        let call = Call::post("oauth.code", Safety::Invisible, url).form([
            ("client_id", app_id),
            ("client_secret", app_secret.expose()),
            ("grant_type", "authorization_code"),
            ("redirect_uri", redirect_uri.as_str()),
            ("code", code.expose()),
        ]);
        self.send(call).await
    }

    /// The token of 60 days for one of an hour.
    ///
    /// # Errors
    /// As the network answered.
    pub async fn exchange(&self, app_secret: &Secret, short: &Secret) -> Result<Token, ConnectorError> {
        let grant = format!("{}_exchange_token", self.prefix);
        let call = Call::get("oauth.exchange", format!("{}/access_token", self.base)).query([
            ("grant_type", grant.as_str()),
            ("client_secret", app_secret.expose()),
            ("access_token", short.expose()),
        ]);
        self.send(call).await
    }

    /// A token of 60 more days.
    ///
    /// # Errors
    /// As the network answered.
    pub async fn renew(&self, token: &Secret) -> Result<Token, ConnectorError> {
        let grant = format!("{}_refresh_token", self.prefix);
        let call = Call::get("oauth.refresh", format!("{}/refresh_access_token", self.base))
            .query([("grant_type", grant.as_str()), ("access_token", token.expose())]);
        self.send(call).await
    }

    async fn send<T: DeserializeOwned>(&self, call: Call) -> Result<T, ConnectorError> {
        let context = Context { operation: call.operation, commit: false, now: self.cx.clock.now() };
        client::send(self.network, self.cx.http, context, call).await
    }
}

/// From when on a token can be renewed, where that is still to come. Its age is taken from `issued_at` beside it.
pub fn too_young_until(credential: &Credential, now: Timestamp) -> Option<Timestamp> {
    let issued: Timestamp = credential.extra.get("issued_at")?.as_str()?.parse().ok()?;
    issued.checked_add(RENEWABLE_AGE).ok().filter(|from| *from > now)
}

/// Why a young token was not renewed.
pub fn too_young(network: &Network, from: Timestamp) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::RateLimited { until: Some(from) },
        network.name,
        "oauth.refresh",
        "token_too_young",
        format!("{} renews a token only when it is a day old; this one still works.", network.title),
    )
    .with_action("Nothing to do: Carillon renews it in time.")
}
