//! Calls to the Graph hosts of both login flavours: addresses, authorisation, lists, and answers turned into values or errors.

use std::time::Duration;

use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use serde::de::DeserializeOwned;
use sha2::Sha256;

use super::errors::{self, Context};
use super::{DESCRIPTOR, NAME, wire};
use crate::contract::cx::{AuthCx, Credential, Cx, PlatformSettings};
use crate::kit::http::{Call, CommitPermit, Http, Reply, Safety};

/// The version of the Graph API that everything here was written for. Source: Graph API - Changelog, versions.
pub(super) const VERSION: &str = "v26.0";

/// How long calls may take during which the network works on media.
const SLOW: Duration = Duration::from_secs(120);

/// How long a commit may take. Whoever takes over after a crash counts on its being over after a minute.
const COMMIT: Duration = Duration::from_secs(60);

/// Which login an account was connected with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    /// Instagram's own login.
    Instagram,
    /// Through the Facebook Page that the account is linked to.
    Facebook,
}

impl Flavour {
    /// The name in the capabilities.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Instagram => "instagram",
            Self::Facebook => "facebook",
        }
    }

    /// Reads the name; Instagram's own login is the default.
    pub(super) fn parse(name: Option<&str>) -> Self {
        if name == Some("facebook") { Self::Facebook } else { Self::Instagram }
    }

    /// The login that gave this credential.
    pub(super) fn of(credential: &Credential) -> Self {
        Self::parse(credential.extra.get("flavour").and_then(|v| v.as_str()))
    }

    /// The login that this account was connected with.
    pub(super) fn of_account(account: &AccountIdentity) -> Self {
        Self::parse(account.meta.get("flavour").and_then(|v| v.as_str()))
    }
}

/// The Graph host of one flavour, with a token.
pub(super) struct Graph<'a> {
    http: &'a Http,
    clock: &'a dyn Clock,
    settings: &'a PlatformSettings,
    flavour: Flavour,
    token: &'a Secret,
}

/// Parameters of a call.
pub(super) type Params = Vec<(&'static str, String)>;

impl<'a> Graph<'a> {
    /// For an account.
    pub(super) fn of(cx: &Cx<'a>) -> Self {
        Self {
            http: cx.http,
            clock: cx.clock,
            settings: cx.settings,
            flavour: Flavour::of(cx.credential),
            token: &cx.credential.access_token,
        }
    }

    /// Without an account, while connecting.
    pub(super) fn with(cx: &AuthCx<'a>, flavour: Flavour, token: &'a Secret) -> Self {
        Self { http: cx.http, clock: cx.clock, settings: cx.settings, flavour, token }
    }

    /// The same with another token (a Page's).
    #[must_use]
    pub(super) fn with_token(mut self, token: &'a Secret) -> Self {
        self.token = token;
        self
    }

    /// The login behind the token.
    pub(super) fn flavour(&self) -> Flavour {
        self.flavour
    }

    /// The token, for hosts that want it in another way.
    pub(super) fn token(&self) -> &Secret {
        self.token
    }

    /// Reads an object.
    ///
    /// # Errors
    /// As the network answered.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        path: &str,
        params: Params,
    ) -> Result<T, ConnectorError> {
        self.send(Call::get(operation, self.url(path)).query(self.signed(params))).await
    }

    /// Changes something that nobody sees. The network fetches media during the call, so it may take its time.
    ///
    /// # Errors
    /// As the network answered.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        path: &str,
        params: Params,
    ) -> Result<T, ConnectorError> {
        let call = Call::post(operation, Safety::Invisible, self.url(path)).timeout(SLOW);
        self.send(call.form(self.signed(params))).await
    }

    /// Deletes an object.
    ///
    /// # Errors
    /// As the network answered.
    pub(super) async fn delete(
        &self,
        operation: &'static str,
        path: &str,
    ) -> Result<wire::Success, ConnectorError> {
        let call = Call::new(operation, Safety::Unsafe, Method::DELETE, self.url(path));
        self.send(call.query(self.signed(Params::new()))).await
    }

    /// Sends the one call that makes something public.
    ///
    /// # Errors
    /// `Ambiguous` unless it is certain that nothing became public.
    pub(super) async fn commit(
        &self,
        operation: &'static str,
        path: &str,
        params: Params,
        permit: CommitPermit,
    ) -> Result<wire::Id, ConnectorError> {
        let context = Context { operation, commit: true, now: self.clock.now() };
        let call =
            Call::post(operation, Safety::Unsafe, self.url(path)).timeout(COMMIT).form(self.signed(params));
        let reply = self.http.commit(call.bearer(self.token), permit).await;
        let id: wire::Id = read(context, &reply.map_err(|e| errors::from_send(context, e))?)?;
        Ok(id)
    }

    async fn send<T: DeserializeOwned>(&self, call: Call) -> Result<T, ConnectorError> {
        let context = Context { operation: call.operation, commit: false, now: self.clock.now() };
        send(self.http, context, call.bearer(self.token)).await
    }

    fn url(&self, path: &str) -> String {
        let key = match self.flavour {
            Flavour::Instagram => "graph_instagram_base_url",
            Flavour::Facebook => "graph_facebook_base_url",
        };
        format!("{}/{VERSION}/{path}", self.settings.endpoint(&DESCRIPTOR, key))
    }

    /// Adds `appsecret_proof`, which apps with "Require App Secret" must send to graph.facebook.com and all others may.
    /// Source: Graph API - Secure Requests.
    fn signed(&self, mut params: Params) -> Params {
        if self.flavour == Flavour::Facebook
            && let Some(secret) = self.settings.secret("facebook_client_secret")
        {
            params.push(("appsecret_proof", proof(self.token, secret)));
        }
        params
    }
}

/// Sends a call that makes nothing public and reads its answer.
///
/// # Errors
/// As the network answered.
pub(super) async fn send<T: DeserializeOwned>(
    http: &Http,
    context: Context,
    call: Call,
) -> Result<T, ConnectorError> {
    let reply = http.send(call).await.map_err(|e| errors::from_send(context, e))?;
    read(context, &reply)
}

fn read<T: DeserializeOwned>(context: Context, reply: &Reply) -> Result<T, ConnectorError> {
    if !reply.status.is_success() {
        return Err(errors::from_reply(context, reply));
    }
    reply.json().map_err(|e| errors::unreadable(context, reply, e.to_string()))
}

fn proof(token: &Secret, secret: &Secret) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else {
        return String::new();
    };
    mac.update(token.expose().as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// Where the next page of a list begins. The network's `next` holds the token, so only its presence counts; empty pages
/// with a `next` are normal. Source: Graph API - Paginated Results.
pub(super) fn next_cursor(paging: Option<wire::Paging>) -> Option<String> {
    let paging = paging?;
    let next = paging.next?;
    paging.cursors.and_then(|c| c.after).or_else(|| {
        let url = url::Url::parse(next.expose()).ok()?;
        url.query_pairs().find(|(key, _)| key == "after").map(|(_, value)| value.into_owned())
    })
}

/// A time as the Graph API writes it: `2026-11-04T10:40:45+0000`.
pub(super) fn timestamp(text: &str) -> Option<Timestamp> {
    Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", text).ok()
}

/// The operator's app for a flavour.
pub(super) struct App<'a> {
    pub id: &'a str,
    pub secret: &'a Secret,
}

/// The app of this flavour.
///
/// # Errors
/// `Rejected` with code `app_credentials_missing`.
pub(super) fn app(settings: &PlatformSettings, flavour: Flavour) -> Result<App<'_>, ConnectorError> {
    let (id, secret) = match flavour {
        Flavour::Instagram => ("client_id", "client_secret"),
        Flavour::Facebook => ("facebook_client_id", "facebook_client_secret"),
    };
    match (settings.get(id), settings.secret(secret)) {
        (Some(id), Some(secret)) => Ok(App { id, secret }),
        _ => Err(ConnectorError::new(
            ErrorKind::Rejected,
            NAME,
            "oauth.begin",
            "app_credentials_missing",
            format!("The {} login of Instagram is not set up on this server.", flavour.title()),
        )
        .with_action(format!(
            "The operator must create an app at developers.facebook.com and set platforms.instagram.{id} and \
             platforms.instagram.{secret}."
        ))),
    }
}

impl Flavour {
    /// As people write it.
    fn title(self) -> &'static str {
        match self {
            Self::Instagram => "Instagram",
            Self::Facebook => "Facebook",
        }
    }
}
