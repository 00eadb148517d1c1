//! Calls to the Graph hosts of both login flavours: addresses, authorisation, lists, and answers turned into values or errors.

use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::Clock;
use serde::de::DeserializeOwned;

use super::errors::NETWORK;
use super::{DESCRIPTOR, NAME, wire};
use crate::contract::cx::{AuthCx, Credential, Cx, PlatformSettings};
pub(super) use crate::kit::graph::VERSION;
use crate::kit::graph::client::{self, Client};
pub(super) use crate::kit::graph::client::{Params, next_cursor, timestamp};
use crate::kit::graph::wire::Success;
use crate::kit::http::{CommitPermit, Http};

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
    client: Client<'a>,
    settings: &'a PlatformSettings,
    flavour: Flavour,
}

impl<'a> Graph<'a> {
    /// For an account.
    pub(super) fn of(cx: &Cx<'a>) -> Self {
        let flavour = Flavour::of(cx.credential);
        Self::new(cx.http, cx.clock, cx.settings, flavour, &cx.credential.access_token)
    }

    /// Without an account, while connecting.
    pub(super) fn with(cx: &AuthCx<'a>, flavour: Flavour, token: &'a Secret) -> Self {
        Self::new(cx.http, cx.clock, cx.settings, flavour, token)
    }

    /// Only graph.facebook.com wants its calls signed.
    fn new(
        http: &'a Http,
        clock: &'a dyn Clock,
        settings: &'a PlatformSettings,
        flavour: Flavour,
        token: &'a Secret,
    ) -> Self {
        let signs = flavour == Flavour::Facebook;
        let app_secret = settings.secret("facebook_client_secret").filter(|_| signs);
        Self { client: Client { network: &NETWORK, http, clock, token, app_secret }, settings, flavour }
    }

    /// The same with another token (a Page's).
    #[must_use]
    pub(super) fn with_token(mut self, token: &'a Secret) -> Self {
        self.client.token = token;
        self
    }

    /// The login behind the token.
    pub(super) fn flavour(&self) -> Flavour {
        self.flavour
    }

    /// For hosts that want the token in another way.
    pub(super) fn client(&self) -> &Client<'a> {
        &self.client
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
        self.client.get(operation, self.url(path), params).await
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
        self.client.post(operation, self.url(path), params).await
    }

    /// Deletes an object.
    ///
    /// # Errors
    /// As the network answered.
    pub(super) async fn delete(
        &self,
        operation: &'static str,
        path: &str,
    ) -> Result<Success, ConnectorError> {
        self.client.delete(operation, self.url(path)).await
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
        self.client.commit(operation, self.url(path), params, permit).await
    }

    /// Where a path lies.
    pub(super) fn url(&self, path: &str) -> String {
        let key = match self.flavour {
            Flavour::Instagram => "graph_instagram_base_url",
            Flavour::Facebook => "graph_facebook_base_url",
        };
        client::url(&self.settings.endpoint(&DESCRIPTOR, key), path)
    }
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
