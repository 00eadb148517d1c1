//! The Facebook login: one grant of a person, under it the Instagram accounts of the Pages that the person may manage.
//! Sources: Facebook Login - Manually build a login flow; Access tokens; Instagram Platform - Get started with Facebook
//! login; Graph API - Secure Requests (copies of 2025-2026).

use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use serde_json::{Map, Value, json};

use super::super::api::{self, App, Flavour, Graph, VERSION};
use super::super::{DESCRIPTOR, NAME, wire};
use super::{context, expiry, require};
use crate::contract::authorizer::{Feature, Granted, Pending};
use crate::contract::cx::{AuthCx, Credential, PlatformSettings};
use crate::kit::http::{Call, Safety};

const BASIC: &str = "instagram_basic";

/// Most pages of one list that are read while looking for accounts.
const MAX_PAGES: usize = 50;

const PAGE_FIELDS: &str =
    "id,name,access_token,tasks,instagram_business_account{id,username,name,profile_picture_url}";

pub(super) fn scopes(feature: Feature) -> &'static [&'static str] {
    match feature {
        Feature::Read => &[BASIC, "pages_show_list", "pages_read_engagement", "business_management"],
        Feature::Publish => &[
            BASIC,
            "pages_show_list",
            "pages_read_engagement",
            // Pages that are held in a Business are not listed without it.
            "business_management",
            "instagram_content_publish",
            "instagram_manage_comments",
            // Deleting posts.
            "instagram_manage_contents",
        ],
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
    let app = api::app(cx.settings, Flavour::Facebook)?;
    let short: wire::Token = token(
        cx,
        "oauth.code",
        Call::post("oauth.code", Safety::Invisible, token_url(cx)).form([
            ("client_id", app.id),
            ("client_secret", app.secret.expose()),
            ("redirect_uri", pending.redirect_uri.as_str()),
            ("code", code.expose()),
        ]),
    )
    .await?;
    let long = exchange(cx, &app, &short.access_token).await?;
    let info = inspect(cx, &app, &long.access_token).await?;
    require(&info.scopes, BASIC)?;
    let found = Found::look(cx, &long.access_token).await?;
    if found.targets.is_empty() {
        return Err(no_account());
    }
    Ok(Granted {
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

/// Exchanges a token that is still valid again. Whether that gives it 60 more days is not promised, so the new lifetime is
/// the one that the network names.
pub(super) async fn refresh(cx: &AuthCx<'_>, credential: &Credential) -> Result<Credential, ConnectorError> {
    let app = api::app(cx.settings, Flavour::Facebook)?;
    let long = exchange(cx, &app, &credential.access_token).await?;
    let expires_at = expiry(cx.clock.now(), long.expires_in).or(credential.expires_at);
    Ok(Credential { access_token: long.access_token, expires_at, ..credential.clone() })
}

/// Takes the app's access back. It ends for every account under the same grant.
pub(super) async fn revoke(cx: &AuthCx<'_>, credential: &Credential) -> Result<(), ConnectorError> {
    let graph = Graph::with(cx, Flavour::Facebook, &credential.access_token);
    match graph.delete("oauth.revoke", "me/permissions").await {
        Ok(wire::Success::Bare(true) | wire::Success::Object { success: true }) => Ok(()),
        // A grant that is gone needs no revoking.
        Err(error) if matches!(error.kind, ErrorKind::AuthRevoked | ErrorKind::AuthExpired) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Err(ConnectorError::new(
            ErrorKind::Transient,
            NAME,
            "oauth.revoke",
            "not_revoked",
            "Facebook did not take the app's access back.",
        )
        .with_action("Remove the app in Facebook's settings under Business integrations.")),
    }
}

fn token_url(cx: &AuthCx<'_>) -> String {
    format!("{}/{VERSION}/oauth/access_token", cx.settings.endpoint(&DESCRIPTOR, "graph_facebook_base_url"))
}

async fn token(cx: &AuthCx<'_>, operation: &'static str, call: Call) -> Result<wire::Token, ConnectorError> {
    api::send(cx.http, context(cx, operation), call).await
}

async fn exchange(cx: &AuthCx<'_>, app: &App<'_>, short: &Secret) -> Result<wire::Token, ConnectorError> {
    let call = Call::get("oauth.exchange", token_url(cx)).query([
        ("grant_type", "fb_exchange_token"),
        ("client_id", app.id),
        ("client_secret", app.secret.expose()),
        ("fb_exchange_token", short.expose()),
    ]);
    token(cx, "oauth.exchange", call).await
}

/// What the network says about a token: whether it is ours and valid, what it may, until when.
async fn inspect(
    cx: &AuthCx<'_>,
    app: &App<'_>,
    token: &Secret,
) -> Result<wire::DebugTokenData, ConnectorError> {
    let base = cx.settings.endpoint(&DESCRIPTOR, "graph_facebook_base_url");
    let app_token = Secret::new(format!("{}|{}", app.id, app.secret.expose()));
    let call = Call::get("oauth.debug_token", format!("{base}/{VERSION}/debug_token"))
        .query([("input_token", token.expose())])
        .bearer(&app_token);
    let answer: wire::DebugToken = api::send(cx.http, context(cx, "oauth.debug_token"), call).await?;
    if answer.data.is_valid {
        return Ok(answer.data);
    }
    Err(ConnectorError::new(
        ErrorKind::AuthRevoked,
        NAME,
        "oauth.debug_token",
        "token_invalid",
        "Facebook gave a token and calls it invalid.",
    )
    .with_action("Start connecting again."))
}

/// The accounts under a grant, in the network's order, with their Pages' tokens by account.
#[derive(Default)]
struct Found {
    targets: Vec<AccountIdentity>,
    tokens: Map<String, Value>,
}

impl Found {
    async fn look(cx: &AuthCx<'_>, token: &Secret) -> Result<Self, ConnectorError> {
        let graph = Graph::with(cx, Flavour::Facebook, token);
        let mut found = Self::default();
        found.list(&graph, "me/accounts").await?;
        // Pages of a Business may be missing there. Without `business_management` these lists are refused, which only means
        // that there is nothing more to find.
        let businesses: Vec<wire::Id> =
            all(&graph, "businesses.list", "me/businesses", "id").await.or_else(tolerate)?;
        for business in businesses {
            for edge in ["owned_pages", "client_pages"] {
                found.list(&graph, &format!("{}/{edge}", business.id)).await.or_else(tolerate)?;
            }
        }
        Ok(found)
    }

    async fn list(&mut self, graph: &Graph<'_>, path: &str) -> Result<(), ConnectorError> {
        let pages: Vec<wire::FacebookPage> = all(graph, "pages.list", path, PAGE_FIELDS).await?;
        for page in pages {
            self.add(page);
        }
        Ok(())
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

fn tolerate<T: Default>(error: ConnectorError) -> Result<T, ConnectorError> {
    match error.kind {
        ErrorKind::PermissionMissing | ErrorKind::Rejected => Ok(T::default()),
        _ if error.code == "object_missing" => Ok(T::default()),
        _ => Err(error),
    }
}

/// Every entry of a list.
async fn all<T: serde::de::DeserializeOwned>(
    graph: &Graph<'_>,
    operation: &'static str,
    path: &str,
    fields: &str,
) -> Result<Vec<T>, ConnectorError> {
    let mut entries = Vec::new();
    let mut after = None;
    for _ in 0..MAX_PAGES {
        let mut params = vec![("fields", fields.to_owned()), ("limit", "100".to_owned())];
        params.extend(after.take().map(|cursor| ("after", cursor)));
        let page: wire::Page<T> = graph.get(operation, path, params).await?;
        entries.extend(page.data);
        after = api::next_cursor(page.paging);
        if after.is_none() {
            break;
        }
    }
    Ok(entries)
}

fn instant(unix: i64) -> Option<Timestamp> {
    Some(unix).filter(|s| *s > 0).and_then(|s| Timestamp::from_second(s).ok())
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
