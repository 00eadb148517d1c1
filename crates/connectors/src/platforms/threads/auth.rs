//! Connecting an account and keeping its token alive.
//!
//! The login ends with a token of 60 days, which can be renewed once it is a day old; one that has run out can't be brought
//! back. The network does not say which permissions were given, so what is missing shows when it is used.
//! Sources: Threads API - Get Access Tokens (September 2025 and 12 August 2026), Long-Lived Tokens.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::Timestamp;
use serde_json::json;

use super::api::{self, Graph};
use super::errors::NETWORK;
use super::{DESCRIPTOR, GRAPH, NAME, Threads, WEB, read, wire};
use crate::contract::authorizer::{Authorizer, BeginRequest, Begun, Callback, Feature, Granted, Pending};
use crate::contract::cx::{AuthCx, Credential};
use crate::kit::graph::hooks;
use crate::kit::graph::login::{callback_code, expiry, for_good};
use crate::kit::graph::own::{self, OwnLogin};
use crate::kit::oauth;

/// Everything that is asked for: to publish, and to read the numbers of what was published.
const ALL: &[&str] = &[
    "threads_basic",
    "threads_content_publish",
    "threads_manage_replies",
    "threads_read_replies",
    "threads_delete",
    "threads_manage_insights",
];

#[async_trait]
impl Authorizer for Threads {
    fn scopes_for(&self, feature: Feature, _flavour: Option<&str>) -> &'static [&'static str] {
        match feature {
            // Replies are listed to find those whose answer was lost.
            Feature::Publish => &ALL[..5],
            Feature::Read => &["threads_basic", "threads_manage_insights"],
        }
    }

    async fn begin(&self, cx: &AuthCx<'_>, request: BeginRequest) -> Result<Begun, ConnectorError> {
        let app = api::app(cx.settings)?;
        let scopes = ALL.join(",");
        let endpoint = format!("{}/oauth/authorize", cx.settings.endpoint(&DESCRIPTOR, WEB));
        // The network compares it to the letter, trailing slash included.
        let redirect_uri = oauth::normal_redirect(request.redirect_uri);
        let parameters = [
            ("client_id", app.id),
            ("redirect_uri", redirect_uri.as_str()),
            ("scope", &scopes),
            ("response_type", "code"),
            ("state", &request.state),
        ];
        let authorize_url =
            oauth::authorize_url(&endpoint, parameters).map_err(|e| bad_base_url(&e.to_string()))?;
        let pending = Pending { redirect_uri, server: None, flavour: request.flavour, verifier: None };
        Ok(Begun { authorize_url, pending })
    }

    async fn complete(
        &self,
        cx: &AuthCx<'_>,
        pending: Pending,
        callback: Callback,
    ) -> Result<Granted, ConnectorError> {
        let code = callback_code(&NETWORK, callback)?;
        let app = api::app(cx.settings)?;
        let base = cx.settings.endpoint(&DESCRIPTOR, GRAPH);
        let login = login(cx, &base);
        let short: wire::ShortToken =
            login.short(&base, (app.id, app.secret), &pending.redirect_uri, &code).await?;
        let long = login.exchange(app.secret, &short.access_token).await?;
        let credential = credential(cx.clock.now(), long);
        let profile = read::own_profile(&Graph::with(cx, &credential.access_token)).await?;
        let account = read::identity(&profile, json!({})).ok_or_else(read::nobody)?;
        let person = Some(hooks::person(app.id, &account.remote_id));
        Ok(Granted { credential, targets: vec![account], person })
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
        let base = cx.settings.endpoint(&DESCRIPTOR, GRAPH);
        let graph = Graph::with(cx, &credential.access_token);
        let renewed = own::renew_when_old(login(cx, &base), credential, read::own_profile(&graph)).await;
        Ok(self::credential(cx.clock.now(), renewed.map_err(for_good)?))
    }

    async fn person(
        &self,
        cx: &AuthCx<'_>,
        account: &AccountIdentity,
        _credential: &Credential,
    ) -> Result<Option<String>, ConnectorError> {
        Ok(Some(hooks::person(api::app(cx.settings)?.id, &account.remote_id)))
    }

    /// No call is documented; the owner removes the app in Threads' settings.
    async fn revoke(
        &self,
        _cx: &AuthCx<'_>,
        _account: &AccountIdentity,
        _credential: &Credential,
    ) -> Result<(), ConnectorError> {
        Ok(())
    }
}

fn login<'a>(cx: &AuthCx<'a>, base: &'a str) -> OwnLogin<'a> {
    OwnLogin { cx: *cx, network: &NETWORK, prefix: "th", base }
}

fn credential(now: Timestamp, token: wire::Token) -> Credential {
    Credential {
        access_token: token.access_token,
        refresh_token: None,
        expires_at: expiry(now, token.expires_in),
        refresh_expires_at: None,
        scopes: Vec::new(),
        extra: json!({ "issued_at": now }),
    }
}

fn bad_base_url(detail: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Rejected,
        NAME,
        "oauth.begin",
        "bad_base_url",
        "A base URL in the settings of Threads is not a valid address.",
    )
    .with_action("The operator must correct platforms.threads.*_base_url.")
    .with_detail(detail)
}
