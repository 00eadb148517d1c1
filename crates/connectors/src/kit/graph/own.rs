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

/// When a refused renewal is tried again.
const TRY_AGAIN: SignedDuration = SignedDuration::from_hours(1);

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
fn too_young_until(credential: &Credential, now: Timestamp) -> Option<Timestamp> {
    let issued: Timestamp = credential.extra.get("issued_at")?.as_str()?.parse().ok()?;
    issued.checked_add(RENEWABLE_AGE).ok().filter(|from| *from > now)
}

/// Renews a token that is a day old, and takes `probe` for whether the present one works: a younger one is tried so, that nobody
/// waits a day for a token that is dead already; and so is one whose renewal is refused, as the network counts its age by its own
/// clock.
///
/// # Errors
/// `RateLimited` while the token is too young and works; otherwise as the network answered.
pub async fn renew_when_old<T>(
    login: OwnLogin<'_>,
    credential: &Credential,
    probe: impl Future<Output = Result<T, ConnectorError>>,
) -> Result<Token, ConnectorError> {
    let now = login.cx.clock.now();
    if let Some(from) = too_young_until(credential, now) {
        probe.await?;
        return Err(too_young(login.network, from));
    }
    match login.renew(&credential.access_token).await {
        Err(error) if error.kind == ErrorKind::Rejected => {
            probe.await?;
            Err(too_young(login.network, now + TRY_AGAIN))
        }
        renewed => renewed,
    }
}

/// Why a young token was not renewed.
fn too_young(network: &Network, from: Timestamp) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::RateLimited { until: Some(from) },
        network.name,
        "oauth.refresh",
        "token_too_young",
        format!("{} renews a token only when it is a day old; this one still works.", network.title),
    )
    .with_action("Nothing to do: Carillon renews it in time.")
}
