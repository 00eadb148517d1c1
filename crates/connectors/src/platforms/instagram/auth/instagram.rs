//! Instagram's own login. Source: Instagram Platform - Business Login (copy of 2026).

use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::super::api::{self, Flavour, Graph};
use super::super::errors::NETWORK;
use super::super::{DESCRIPTOR, NAME, read, wire};
use super::{expiry, require};
use crate::contract::authorizer::{Feature, Granted, Pending};
use crate::contract::cx::{AuthCx, Credential, PlatformSettings};
use crate::kit::graph::hooks;
use crate::kit::graph::own::{self, OwnLogin};

const BASIC: &str = "instagram_business_basic";

/// Shows numbers to the owner.
pub(super) const INSIGHTS: &str = "instagram_business_manage_insights";

/// Everything that is asked for: reading needs the first ones, publishing all but the first.
pub(super) const ALL: &[&str] =
    &[INSIGHTS, BASIC, "instagram_business_content_publish", "instagram_business_manage_comments"];

pub(super) fn scopes(feature: Feature) -> &'static [&'static str] {
    match feature {
        Feature::Read => &ALL[..2],
        Feature::Publish => &ALL[1..],
    }
}

pub(super) fn authorize_url(settings: &PlatformSettings) -> String {
    format!("{}/oauth/authorize", settings.endpoint(&DESCRIPTOR, "www_instagram_base_url"))
}

pub(super) async fn complete(
    cx: &AuthCx<'_>,
    pending: &Pending,
    code: &Secret,
) -> Result<Granted, ConnectorError> {
    let (short, scopes) = short_token(cx, pending, code).await?;
    require(&NETWORK, &scopes, BASIC)?;
    let credential = long_token(cx, &short, scopes).await?;
    let (identity, person) = me(cx, &credential).await?;
    Ok(Granted { credential, targets: vec![identity], person })
}

async fn short_token(
    cx: &AuthCx<'_>,
    pending: &Pending,
    code: &Secret,
) -> Result<(Secret, Vec<String>), ConnectorError> {
    let app = api::app(cx.settings, Flavour::Instagram)?;
    let base = cx.settings.endpoint(&DESCRIPTOR, "api_instagram_base_url");
    let app = (app.id, app.secret);
    let body: wire::ShortTokenBody =
        login(cx, &long_base(cx)).short(&base, app, &pending.redirect_uri, code).await?;
    let token = match body {
        wire::ShortTokenBody::Flat(token) => Some(token),
        wire::ShortTokenBody::Wrapped { data } => data.into_iter().next(),
    };
    let token = token.ok_or_else(|| no_account("Instagram answered the login with an empty list."))?;
    Ok((token.access_token, words(token.permissions)))
}

async fn long_token(
    cx: &AuthCx<'_>,
    short: &Secret,
    scopes: Vec<String>,
) -> Result<Credential, ConnectorError> {
    let app = api::app(cx.settings, Flavour::Instagram)?;
    let token = login(cx, &long_base(cx)).exchange(app.secret, short).await?;
    Ok(credential(cx.clock.now(), token, scopes))
}

fn login<'a>(cx: &AuthCx<'a>, base: &'a str) -> OwnLogin<'a> {
    OwnLogin { cx: *cx, network: &NETWORK, prefix: "ig", base }
}

fn long_base(cx: &AuthCx<'_>) -> String {
    cx.settings.endpoint(&DESCRIPTOR, "graph_instagram_base_url")
}

fn credential(now: Timestamp, token: wire::Token, scopes: Vec<String>) -> Credential {
    let said = token.permissions.map(words).filter(|p| !p.is_empty());
    Credential {
        access_token: token.access_token,
        refresh_token: None,
        expires_at: expiry(now, token.expires_in),
        refresh_expires_at: None,
        scopes: said.unwrap_or(scopes),
        extra: json!({ "flavour": Flavour::Instagram.as_str(), "issued_at": now }),
    }
}

/// The account, and its owner as the app's withdrawals name them.
async fn me(
    cx: &AuthCx<'_>,
    credential: &Credential,
) -> Result<(AccountIdentity, Option<String>), ConnectorError> {
    let graph = Graph::with(cx, Flavour::Instagram, &credential.access_token);
    let profile = read::own_profile(&graph).await?;
    let professional = matches!(
        profile.account_type.as_deref().map(str::to_ascii_uppercase).as_deref(),
        Some("BUSINESS" | "MEDIA_CREATOR" | "CREATOR") | None
    );
    if !professional {
        return Err(no_account(
            "This is a personal account. Instagram lets apps work with professional accounts only.",
        ));
    }
    let app = api::app(cx.settings, Flavour::Instagram)?;
    let person = profile.id.as_ref().and_then(hooks::id).map(|id| hooks::person(app.id, &id));
    read::identity(&profile, &json!({ "flavour": Flavour::Instagram.as_str() }))
        .map(|identity| (identity, person))
        .ok_or_else(|| no_account("Instagram did not say which account this is."))
}

/// Who signed in.
pub(super) async fn person(
    cx: &AuthCx<'_>,
    credential: &Credential,
) -> Result<Option<String>, ConnectorError> {
    Ok(me(cx, credential).await?.1)
}

fn no_account(cause: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Rejected, NAME, "oauth.callback", "no_professional_account", cause).with_action(
        "Switch the account to a Business or Creator account in the Instagram app (it is free), then connect it again.",
    )
}

/// Renews the token.
pub(super) async fn refresh(cx: &AuthCx<'_>, credential: &Credential) -> Result<Credential, ConnectorError> {
    let base = long_base(cx);
    let graph = Graph::with(cx, Flavour::Instagram, &credential.access_token);
    let probe = graph.get::<Value>("profile.read", "me", vec![("fields", "user_id".to_owned())]);
    let token = own::renew_when_old(login(cx, &base), credential, probe).await?;
    Ok(self::credential(cx.clock.now(), token, credential.scopes.clone()))
}

fn words(words: wire::Words) -> Vec<String> {
    match words {
        wire::Words::List(list) => list,
        wire::Words::Text(text) => {
            text.split(',').map(str::trim).filter(|w| !w.is_empty()).map(str::to_owned).collect()
        }
    }
}
