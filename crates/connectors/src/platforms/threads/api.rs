//! Calls to the Threads API: addresses, authorisation, and answers turned into values or errors.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::Clock;
use serde::de::DeserializeOwned;

use super::errors::NETWORK;
use super::{DESCRIPTOR, GRAPH, NAME, wire};
use crate::contract::cx::{AuthCx, Cx, PlatformSettings};
use crate::kit::graph::client::Client;
pub(super) use crate::kit::graph::client::{Params, timestamp};
use crate::kit::graph::wire::{Paging, Success};
use crate::kit::http::{CommitPermit, Http};

/// The only version. Source: Threads API - Changelog.
const VERSION: &str = "v1.0";

/// The API with a token.
pub(super) struct Graph<'a> {
    client: Client<'a>,
    base: String,
}

impl<'a> Graph<'a> {
    /// For an account.
    pub(super) fn of(cx: &Cx<'a>) -> Self {
        Self::new(cx.http, cx.clock, cx.settings, &cx.credential.access_token)
    }

    /// Without an account, while connecting.
    pub(super) fn with(cx: &AuthCx<'a>, token: &'a Secret) -> Self {
        Self::new(cx.http, cx.clock, cx.settings, token)
    }

    fn new(http: &'a Http, clock: &'a dyn Clock, settings: &PlatformSettings, token: &'a Secret) -> Self {
        let client = Client { network: &NETWORK, http, clock, token, app_secret: None };
        Self { client, base: settings.endpoint(&DESCRIPTOR, GRAPH) }
    }

    /// Reads an object or a list.
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

    /// Changes something that nobody sees.
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

    /// For questions that are asked in the way that all of Meta's networks share.
    pub(super) fn client(&self) -> &Client<'a> {
        &self.client
    }

    /// Where a path lies.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}/{VERSION}/{path}", self.base)
    }
}

/// Where the next page of a list begins. The documentation's samples have cursors and no `next`, also where a list goes on, so a
/// page with entries has a next one as long as there is a cursor; the last page is then an empty one.
/// Source: Threads API - Media reference, `paging` (2025).
pub(super) fn next_cursor(paging: Option<Paging>, entries: usize) -> Option<String> {
    let paging = paging?;
    let goes_on = entries > 0 || paging.next.is_some();
    paging.cursors.and_then(|cursors| cursors.after).filter(|after| goes_on && !after.is_empty())
}

/// The operator's app.
pub(super) struct App<'a> {
    /// The Threads app ID.
    pub id: &'a str,
    /// The Threads app secret.
    pub secret: &'a Secret,
}

/// The operator's app.
///
/// # Errors
/// `Rejected` with code `app_credentials_missing`.
pub(super) fn app(settings: &PlatformSettings) -> Result<App<'_>, ConnectorError> {
    match (settings.get("client_id"), settings.secret("client_secret")) {
        (Some(id), Some(secret)) => Ok(App { id, secret }),
        _ => Err(ConnectorError::new(
            ErrorKind::Rejected,
            NAME,
            "oauth.begin",
            "app_credentials_missing",
            "Threads is not set up on this server.",
        )
        .with_action(
            "The operator must create an app with Threads at developers.facebook.com and set platforms.threads.client_id and \
             platforms.threads.client_secret.",
        )),
    }
}
