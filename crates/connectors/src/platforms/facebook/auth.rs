//! Connecting Pages: one login of a person, under it the tokens of the Pages that the person works on, those of their
//! businesses included.
//!
//! A Page's token that was taken with a long-lived user token does not run out; the user token does, after 60 days, and is
//! exchanged ahead of that. When it is gone all the same, the Pages go on as long as their own tokens are valid.
//! Sources: Facebook Login - Manually build a login flow; Access tokens; Pages API - Get Page access tokens (copies of 2025-2026).

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use serde_json::{Map, Value, json};

use super::api::known_token;
use super::errors::{NETWORK, object_missing};
use super::{DESCRIPTOR, Facebook, NAME, wire};
use crate::contract::authorizer::{Authorizer, BeginRequest, Begun, Callback, Feature, Granted, Pending};
use crate::contract::cx::{AuthCx, Credential, PlatformSettings};
use crate::kit::graph::VERSION;
use crate::kit::graph::client::url;
use crate::kit::graph::login::{Login, callback_code, expiry, for_good, instant, require};
use crate::kit::oauth;

/// Without it no Page can be chosen.
const LIST: &str = "pages_show_list";
/// Without it nothing can be published.
pub(super) const POST: &str = "pages_manage_posts";

/// Without it Facebook shows no insights; publishing goes on.
pub(super) const INSIGHTS: &str = "read_insights";

/// Everything that is asked for: reading needs the first ones, publishing all but the first.
const ALL: &[&str] = &[
    INSIGHTS,
    LIST,
    "pages_read_engagement",
    // Pages that are held in a Business are not listed without it.
    "business_management",
    POST,
    // First comments, and looking whether a lost one is there.
    "pages_manage_engagement",
    "pages_read_user_content",
];

/// What is read of a Page that may be connected. `tasks` says what the person may do there.
const PAGE_FIELDS: &str = "id,name,username,access_token,category,tasks,picture{url}";

/// Tasks that allow publishing. Source: Pages API - Overview, tasks.
pub(super) const PUBLISHING_TASKS: [&str; 2] = ["CREATE_CONTENT", "MANAGE"];

#[async_trait]
impl Authorizer for Facebook {
    fn scopes_for(&self, feature: Feature, _flavour: Option<&str>) -> &'static [&'static str] {
        match feature {
            Feature::Read => &ALL[..4],
            Feature::Publish => &ALL[1..],
        }
    }

    async fn begin(&self, cx: &AuthCx<'_>, request: BeginRequest) -> Result<Begun, ConnectorError> {
        let app = app(cx.settings)?;
        let scopes = ALL.join(",");
        let base = cx.settings.endpoint(&DESCRIPTOR, "www_base_url");
        // Compared to the letter, trailing slash included.
        let redirect_uri = oauth::normal_redirect(request.redirect_uri);
        // A saved configuration of Facebook Login for Business says itself what is asked for.
        let wanted = match cx.settings.get("config_id") {
            Some(config) => ("config_id", config),
            None => ("scope", scopes.as_str()),
        };
        let parameters = [
            ("client_id", app.id),
            ("redirect_uri", redirect_uri.as_str()),
            ("response_type", "code"),
            wanted,
            ("state", &request.state),
        ];
        let authorize_url = oauth::authorize_url(&format!("{base}/{VERSION}/dialog/oauth"), parameters)
            .map_err(|e| bad_base_url(&e.to_string()))?;
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
        let base = base(cx);
        let login = login(cx, &base)?;
        let (long, info) = login.complete(&pending.redirect_uri, &code).await?;
        require(&NETWORK, &info.scopes, LIST)?;
        let person = login.person(&info);
        let found = Found::look(&login, &long.access_token).await?;
        if found.targets.is_empty() {
            return Err(no_page());
        }
        let credential = Credential {
            expires_at: expiry(cx.clock.now(), long.expires_in).or_else(|| instant(info.expires_at)),
            access_token: long.access_token,
            refresh_token: None,
            refresh_expires_at: None,
            scopes: info.scopes,
            extra: json!({
                "pages": found.tokens,
                "data_access_expires_at": instant(info.data_access_expires_at),
            }),
        };
        Ok(Granted { credential, targets: found.targets, person })
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
        let base = base(cx);
        let login = login(cx, &base)?;
        match login.exchange(&credential.access_token).await {
            Ok(long) => {
                let found = Found::look(&login, &long.access_token).await?;
                let expires_at = expiry(cx.clock.now(), long.expires_in).or(credential.expires_at);
                let kept = Credential { access_token: long.access_token, expires_at, ..credential.clone() };
                Ok(with_pages(kept, found.tokens))
            }
            Err(error) if matches!(error.kind, ErrorKind::AuthExpired | ErrorKind::AuthRevoked) => {
                pages_alone(&login, credential).await?.ok_or_else(|| for_good(error))
            }
            Err(error) => Err(error),
        }
    }

    async fn person(
        &self,
        cx: &AuthCx<'_>,
        _account: &AccountIdentity,
        credential: &Credential,
    ) -> Result<Option<String>, ConnectorError> {
        let base = base(cx);
        let login = login(cx, &base)?;
        Ok(login.person(&login.inspect(&credential.access_token).await?))
    }

    async fn revoke(
        &self,
        cx: &AuthCx<'_>,
        _account: &AccountIdentity,
        credential: &Credential,
    ) -> Result<(), ConnectorError> {
        login(cx, &base(cx))?.revoke(&credential.access_token).await
    }
}

/// The credential for going on with the Pages' own tokens after the user's has gone: those that the network calls valid, as long
/// as there is one. A Page whose token has ended waits for its reconnection alone. The first of them to run out (or whose data may
/// no longer be read) is when they are looked at again.
async fn pages_alone(
    login: &Login<'_>,
    credential: &Credential,
) -> Result<Option<Credential>, ConnectorError> {
    let now = login.cx.clock.now();
    let mut alive = Map::new();
    let mut first: Option<Timestamp> = None;
    for (page, known) in credential.extra["pages"].as_object().into_iter().flatten() {
        let Some(token) = known_token(credential, page) else { continue };
        let info = login.inspect(&token).await?;
        if info.is_valid {
            alive.insert(page.clone(), known.clone());
            let ends = instant(info.expires_at).or_else(|| instant(info.data_access_expires_at));
            first = first.into_iter().chain(ends.filter(|at| *at > now)).min();
        }
    }
    if alive.is_empty() {
        return Ok(None);
    }
    let mut kept = Credential { expires_at: first, ..credential.clone() };
    kept.extra["pages"] = Value::Object(alive);
    Ok(Some(kept))
}

/// New Page tokens beside those of Pages that were not listed this time.
fn with_pages(mut credential: Credential, fresh: Map<String, Value>) -> Credential {
    if !credential.extra.is_object() {
        credential.extra = json!({});
    }
    let mut pages = credential.extra["pages"].as_object().cloned().unwrap_or_default();
    pages.extend(fresh);
    credential.extra["pages"] = Value::Object(pages);
    credential
}

/// The Pages under a login, in the network's order, with their tokens.
#[derive(Default)]
struct Found {
    targets: Vec<AccountIdentity>,
    tokens: Map<String, Value>,
}

impl Found {
    async fn look(login: &Login<'_>, user: &Secret) -> Result<Self, ConnectorError> {
        let mut found = Self::default();
        for page in login.pages::<wire::Page>(user, PAGE_FIELDS).await? {
            if found.tokens.contains_key(&page.id) {
                continue;
            }
            // Lists of a business may leave the token out; a Page that gives none can't be used.
            let token = match page.access_token.clone().filter(|t| !t.is_empty()) {
                Some(token) => Some(token),
                None => ask_for_token(login, user, &page.id).await?,
            };
            if let Some(token) = token {
                found.tokens.insert(page.id.clone(), Value::String(token.expose().to_owned()));
                found.targets.push(identity(page));
            }
        }
        Ok(found)
    }
}

async fn ask_for_token(
    login: &Login<'_>,
    user: &Secret,
    page: &str,
) -> Result<Option<Secret>, ConnectorError> {
    let params = vec![("fields", "access_token".to_owned())];
    let asked: Result<wire::PageToken, _> =
        login.client(user).get("pages.token", url(login.base, page), params).await;
    match asked {
        Ok(page) => Ok(page.access_token.filter(|t| !t.is_empty())),
        Err(error) if matches!(error.kind, ErrorKind::PermissionMissing | ErrorKind::Rejected) => Ok(None),
        Err(error) if object_missing(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Who a Page is. Many Pages have no username; their number is what their address has instead.
pub(super) fn identity(page: wire::Page) -> AccountIdentity {
    let handle = page.username.filter(|name| !name.is_empty()).unwrap_or_else(|| page.id.clone());
    AccountIdentity {
        name: Some(page.name).filter(|name| !name.is_empty()).unwrap_or_else(|| handle.clone()),
        remote_id: page.id,
        handle,
        avatar_url: page.picture.and_then(|p| p.data).and_then(|d| d.url),
        server: None,
        meta: json!({ "category": page.category, "tasks": page.tasks }),
    }
}

/// The operator's app.
struct App<'a> {
    id: &'a str,
    secret: &'a Secret,
}

fn app(settings: &PlatformSettings) -> Result<App<'_>, ConnectorError> {
    match (settings.get("client_id"), settings.secret("client_secret")) {
        (Some(id), Some(secret)) => Ok(App { id, secret }),
        _ => Err(ConnectorError::new(
            ErrorKind::Rejected,
            NAME,
            "oauth.begin",
            "app_credentials_missing",
            "Facebook is not set up on this server.",
        )
        .with_action(
            "The operator must create an app at developers.facebook.com and set platforms.facebook.client_id and \
             platforms.facebook.client_secret.",
        )),
    }
}

fn base(cx: &AuthCx<'_>) -> String {
    cx.settings.endpoint(&DESCRIPTOR, "graph_base_url")
}

fn login<'a>(cx: &AuthCx<'a>, base: &'a str) -> Result<Login<'a>, ConnectorError> {
    let app = app(cx.settings)?;
    Ok(Login { cx: *cx, network: &NETWORK, base, app_id: app.id, app_secret: app.secret })
}

fn no_page() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Rejected,
        NAME,
        "oauth.callback",
        "no_page",
        "This login gives access to no Facebook Page.",
    )
    .with_action(
        "Connect again and choose the Pages when Facebook asks. The person who logs in must have a role on the Page; personal \
         profiles and groups can't be connected.",
    )
}

fn bad_base_url(detail: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Rejected,
        NAME,
        "oauth.begin",
        "bad_base_url",
        "A base URL in the settings of Facebook is not a valid address.",
    )
    .with_action("The operator must correct platforms.facebook.*_base_url.")
    .with_detail(detail)
}
