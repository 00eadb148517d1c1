//! The Facebook login: one grant of a person, under it the Instagram accounts of the Pages that the person may manage.
//! Sources: Facebook Login - Manually build a login flow; Access tokens; Instagram Platform - Get started with Facebook
//! login; Graph API - Secure Requests (copies of 2025-2026).

use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use serde_json::{Map, Value, json};

use super::super::api::{self, Flavour, VERSION};
use super::super::errors::NETWORK;
use super::super::{DESCRIPTOR, NAME, wire};
use crate::contract::authorizer::{Feature, Granted, Pending};
use crate::contract::cx::{AuthCx, Credential, PlatformSettings};
use crate::kit::graph::login::{Login, expiry, instant, require};

const BASIC: &str = "instagram_basic";

const PAGE_FIELDS: &str =
    "id,name,access_token,tasks,instagram_business_account{id,username,name,profile_picture_url}";

/// Shows numbers to the owner.
pub(super) const INSIGHTS: &str = "instagram_manage_insights";

/// Everything that is asked for: reading needs the first ones, publishing all but the first.
pub(super) const ALL: &[&str] = &[
    INSIGHTS,
    BASIC,
    "pages_show_list",
    "pages_read_engagement",
    // Pages that are held in a Business are not listed without it.
    "business_management",
    "instagram_content_publish",
    "instagram_manage_comments",
    // Deleting posts.
    "instagram_manage_contents",
];

pub(super) fn scopes(feature: Feature) -> &'static [&'static str] {
    match feature {
        Feature::Read => &ALL[..5],
        Feature::Publish => &ALL[1..],
    }
}

pub(super) fn authorize_url(settings: &PlatformSettings) -> String {
    format!("{}/{VERSION}/dialog/oauth", settings.endpoint(&DESCRIPTOR, "www_facebook_base_url"))
}

pub(super) async fn complete(
    cx: &AuthCx<'_>,
    pending: &Pending,
    code: &Secret,
) -> Result<Granted, ConnectorError> {
    let base = base(cx);
    let login = login(cx, &base)?;
    let (long, info) = login.complete(&pending.redirect_uri, code).await?;
    require(&NETWORK, &info.scopes, BASIC)?;
    let found = Found::look(&login, &long.access_token).await?;
    if found.targets.is_empty() {
        return Err(no_account());
    }
    Ok(Granted {
        person: login.person(&info),
        credential: Credential {
            expires_at: expiry(cx.clock.now(), long.expires_in).or_else(|| instant(info.expires_at)),
            access_token: long.access_token,
            refresh_token: None,
            refresh_expires_at: None,
            scopes: info.scopes,
            extra: json!({
                "flavour": Flavour::Facebook.as_str(),
                "pages": found.tokens,
                "data_access_expires_at": instant(info.data_access_expires_at),
            }),
        },
        targets: found.targets,
    })
}

/// Exchanges a token that is still valid again.
pub(super) async fn refresh(cx: &AuthCx<'_>, credential: &Credential) -> Result<Credential, ConnectorError> {
    let long = login(cx, &base(cx))?.exchange(&credential.access_token).await?;
    let expires_at = expiry(cx.clock.now(), long.expires_in).or(credential.expires_at);
    Ok(Credential { access_token: long.access_token, expires_at, ..credential.clone() })
}

/// Who signed in.
pub(super) async fn person(
    cx: &AuthCx<'_>,
    credential: &Credential,
) -> Result<Option<String>, ConnectorError> {
    let base = base(cx);
    let login = login(cx, &base)?;
    Ok(login.person(&login.inspect(&credential.access_token).await?))
}

/// Takes the app's access back. It ends for every account under the same grant.
pub(super) async fn revoke(cx: &AuthCx<'_>, credential: &Credential) -> Result<(), ConnectorError> {
    login(cx, &base(cx))?.revoke(&credential.access_token).await
}

fn base(cx: &AuthCx<'_>) -> String {
    cx.settings.endpoint(&DESCRIPTOR, "graph_facebook_base_url")
}

fn login<'a>(cx: &AuthCx<'a>, base: &'a str) -> Result<Login<'a>, ConnectorError> {
    let app = api::app(cx.settings, Flavour::Facebook)?;
    Ok(Login { cx: *cx, network: &NETWORK, base, app_id: app.id, app_secret: app.secret })
}

/// The accounts under a grant, in the network's order, with their Pages' tokens by account.
#[derive(Default)]
struct Found {
    targets: Vec<AccountIdentity>,
    tokens: Map<String, Value>,
}

impl Found {
    async fn look(login: &Login<'_>, token: &Secret) -> Result<Self, ConnectorError> {
        let mut found = Self::default();
        for page in login.pages(token, PAGE_FIELDS).await? {
            found.add(page);
        }
        Ok(found)
    }

    fn add(&mut self, page: wire::FacebookPage) {
        let Some(account) = page.instagram_business_account else { return };
        if let Some(token) = page.access_token.filter(|t| !t.is_empty()) {
            self.tokens.insert(account.id.clone(), Value::String(token.expose().to_owned()));
        }
        if self.targets.iter().any(|known| known.remote_id == account.id) {
            return;
        }
        let handle = account.username.unwrap_or_else(|| account.id.clone());
        self.targets.push(AccountIdentity {
            remote_id: account.id,
            name: account.name.filter(|n| !n.is_empty()).unwrap_or_else(|| handle.clone()),
            handle,
            avatar_url: account.profile_picture_url,
            server: None,
            meta: json!({
                "flavour": Flavour::Facebook.as_str(),
                "page_id": page.id,
                "page_name": page.name,
                "tasks": page.tasks,
            }),
        });
    }
}

fn no_account() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Rejected,
        NAME,
        "oauth.callback",
        "no_professional_account",
        "None of the Facebook Pages that were allowed has an Instagram professional account linked to it.",
    )
    .with_action(
        "Link the Instagram account to a Facebook Page (in the Page's settings under Linked accounts), then connect again \
         and allow both the Page and the account. Or use the Instagram login, which needs no Page.",
    )
}
