//! Connecting accounts, by either login, and keeping their tokens alive.
//!
//! Both logins end with a token of 60 days. Instagram's own can be renewed once it is a day old; a Facebook token is
//! exchanged again while it is still valid. A token that has run out can't be brought back: its owner must log in again.

mod facebook;
mod instagram;

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};

use super::api::Flavour;
use super::errors::NETWORK;
use super::{Instagram, NAME, api};
use crate::contract::authorizer::{Authorizer, BeginRequest, Begun, Callback, Feature, Granted, Pending};
use crate::contract::cx::{AuthCx, Credential};
use crate::kit::graph::login::{callback_code, expiry, for_good, require};
use crate::kit::oauth;

#[async_trait]
impl Authorizer for Instagram {
    fn scopes_for(&self, feature: Feature, flavour: Option<&str>) -> &'static [&'static str] {
        match Flavour::parse(flavour) {
            Flavour::Instagram => instagram::scopes(feature),
            Flavour::Facebook => facebook::scopes(feature),
        }
    }

    async fn begin(&self, cx: &AuthCx<'_>, request: BeginRequest) -> Result<Begun, ConnectorError> {
        let flavour = Flavour::parse(request.flavour.as_deref());
        let app = api::app(cx.settings, flavour)?;
        let scopes = match flavour {
            Flavour::Instagram => instagram::ALL,
            Flavour::Facebook => facebook::ALL,
        };
        let scopes = scopes.join(",");
        let endpoint = match flavour {
            Flavour::Instagram => instagram::authorize_url(cx.settings),
            Flavour::Facebook => facebook::authorize_url(cx.settings),
        };
        // Both networks compare it to the letter, trailing slash included.
        let redirect_uri = oauth::normal_redirect(request.redirect_uri);
        let parameters = [
            ("client_id", app.id),
            ("redirect_uri", redirect_uri.as_str()),
            ("response_type", "code"),
            ("scope", &scopes),
            ("state", &request.state),
        ];
        let authorize_url =
            oauth::authorize_url(&endpoint, parameters).map_err(|e| bad_base_url(&e.to_string()))?;
        let pending = Pending {
            redirect_uri,
            server: None,
            flavour: Some(flavour.as_str().to_owned()),
            verifier: None,
        };
        Ok(Begun { authorize_url, pending })
    }

    async fn complete(
        &self,
        cx: &AuthCx<'_>,
        pending: Pending,
        callback: Callback,
    ) -> Result<Granted, ConnectorError> {
        let code = callback_code(&NETWORK, callback)?;
        match Flavour::parse(pending.flavour.as_deref()) {
            Flavour::Instagram => instagram::complete(cx, &pending, &code).await,
            Flavour::Facebook => facebook::complete(cx, &pending, &code).await,
        }
    }

    fn refreshable(&self, _credential: &Credential) -> bool {
        true
    }

    fn single_use_refresh(&self) -> bool {
        false
    }

    async fn refresh(
        &self,
        cx: &AuthCx<'_>,
        _account: &AccountIdentity,
        credential: &Credential,
    ) -> Result<Credential, ConnectorError> {
        let refreshed = match Flavour::of(credential) {
            Flavour::Instagram => instagram::refresh(cx, credential).await,
            Flavour::Facebook => facebook::refresh(cx, credential).await,
        };
        refreshed.map_err(for_good)
    }

    async fn person(
        &self,
        cx: &AuthCx<'_>,
        _account: &AccountIdentity,
        credential: &Credential,
    ) -> Result<Option<String>, ConnectorError> {
        match Flavour::of(credential) {
            Flavour::Instagram => instagram::person(cx, credential).await,
            Flavour::Facebook => facebook::person(cx, credential).await,
        }
    }

    async fn revoke(
        &self,
        cx: &AuthCx<'_>,
        _account: &AccountIdentity,
        credential: &Credential,
    ) -> Result<(), ConnectorError> {
        match Flavour::of(credential) {
            // Instagram documents no way; the owner removes the app in Instagram's settings.
            Flavour::Instagram => Ok(()),
            Flavour::Facebook => facebook::revoke(cx, credential).await,
        }
    }
}

/// Without it Instagram shows no insights; publishing goes on.
pub(super) fn insights_scope(flavour: Flavour) -> &'static str {
    match flavour {
        Flavour::Instagram => instagram::INSIGHTS,
        Flavour::Facebook => facebook::INSIGHTS,
    }
}

fn bad_base_url(detail: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Rejected,
        NAME,
        "oauth.begin",
        "bad_base_url",
        "A base URL in the settings of Instagram is not a valid address.",
    )
    .with_action("The operator must correct platforms.instagram.*_base_url.")
    .with_detail(detail)
}
