//! Signing in with TikTok's Login Kit v2. Sources: developers.tiktok.com, "Login Kit for Web", "Login Kit for Desktop" and "Manage User
//! Access Tokens" (Nov 2026).
//!
//! It is OAuth 2.0 with names of its own: `client_key`, scopes with commas, and a PKCE challenge in hex. How long tokens are good has
//! changed in Nov 2026, so that only the answer's own numbers count. Each refresh gives a new refresh token in the place of the old one:
//! whoever loses that answer has lost the grant, and [`Authorizer::refresh`] says so.

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::{Entropy, Timestamp, random_bytes};
use serde_json::json;
use sha2::{Digest, Sha256};
use url::Url;

use super::api::Api;
use super::errors::{self, PLATFORM, op, rejected};
use super::wire::Envelope;
use super::{API, DESCRIPTOR, TikTok, WEB, read, settings};
use crate::contract::authorizer::{Authorizer, BeginRequest, Begun, Callback, Feature, Granted, Pending};
use crate::contract::cx::{AuthCx, Credential};
use crate::kit::http::{Call, Reply, Safety};
use crate::kit::oauth::{self, Pkce, TokenAnswer, authorize_url};

/// In [`Credential::extra`]: a random text that stays the same for the life of the grant, while all of its tokens change.
pub(super) const GRANT_KEY: &str = "key";

/// Why a code is not taken.
const CODE_REFUSED: &str =
    "TikTok did not accept the code that it sent: it is good for a short time and for one use.";

#[async_trait]
impl Authorizer for TikTok {
    fn scopes_for(&self, feature: Feature, _: Option<&str>) -> &'static [&'static str] {
        match feature {
            // Drafts need another one; which of the two an app has is a setting, and `start` looks at the draft.
            Feature::Publish => &[],
            Feature::Read => &["user.info.basic"],
        }
    }

    async fn begin(&self, cx: &AuthCx<'_>, request: BeginRequest) -> Result<Begun, ConnectorError> {
        let app = App::of(cx, op::AUTHORIZE)?;
        let page = format!("{}/v2/auth/authorize/", cx.settings.endpoint(&DESCRIPTOR, WEB));
        let scope = settings::scopes(cx.settings).join(",");
        let pkce = needs_pkce(&request.redirect_uri).then(|| Pkce::new(cx.entropy));
        let challenge = pkce.as_ref().map(|pkce| challenge(pkce.verifier.expose()));
        let mut parameters = vec![
            ("client_key", app.key),
            ("response_type", "code"),
            ("scope", &scope),
            ("redirect_uri", request.redirect_uri.as_str()),
            ("state", &request.state),
        ];
        if let Some(challenge) = &challenge {
            parameters.extend([("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")]);
        }
        let authorize_url = authorize_url(&page, parameters).map_err(|e| bad_setting(&e))?;
        let pending = Pending {
            redirect_uri: request.redirect_uri,
            server: None,
            flavour: request.flavour,
            verifier: pkce.map(|pkce| pkce.verifier),
        };
        Ok(Begun { authorize_url, pending })
    }

    async fn complete(
        &self,
        cx: &AuthCx<'_>,
        pending: Pending,
        callback: Callback,
    ) -> Result<Granted, ConnectorError> {
        let app = App::of(cx, op::TOKEN)?;
        let code = oauth::code(&callback, refused)?;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", pending.redirect_uri.as_str()),
        ];
        form.extend(pending.verifier.as_ref().map(|verifier| ("code_verifier", verifier.expose())));
        let answer = app
            .token(cx, op::TOKEN, Safety::Invisible, &form)
            .await
            .map_err(|e| oauth::code_refused(e, CODE_REFUSED))?;
        let credential = credential(cx.clock.now(), answer, None, cx.entropy);
        all_granted(&credential, &settings::scopes(cx.settings))?;
        let api = Api::new(cx.http, cx.settings, &credential.access_token, cx.clock);
        let seen = read::who(&api, cx.settings, &credential.scopes).await?;
        Ok(Granted { credential, targets: vec![seen.identity], person: None })
    }

    fn refreshable(&self, credential: &Credential) -> bool {
        credential.refresh_token.is_some()
    }

    fn single_use_refresh(&self) -> bool {
        true
    }

    async fn refresh(
        &self,
        cx: &AuthCx<'_>,
        _: &AccountIdentity,
        credential: &Credential,
    ) -> Result<Credential, ConnectorError> {
        let app = App::of(cx, op::REFRESH)?;
        let Some(refresh) = &credential.refresh_token else { return Err(no_refresh_token()) };
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose())];
        // The old token may be used up although no answer says so.
        let answer = app.token(cx, op::REFRESH, Safety::Unsafe, &form).await?;
        Ok(self::credential(cx.clock.now(), answer, Some(credential), cx.entropy))
    }

    async fn revoke(
        &self,
        cx: &AuthCx<'_>,
        account: &AccountIdentity,
        credential: &Credential,
    ) -> Result<(), ConnectorError> {
        let app = App::of(cx, op::REVOKE)?;
        let ended = match app.revoke(cx, &credential.access_token).await {
            // The token has run out; the grant lives for months.
            Err(error) if error.kind == ErrorKind::AuthExpired && self.refreshable(credential) => {
                match self.refresh(cx, account, credential).await {
                    Ok(fresh) => app.revoke(cx, &fresh.access_token).await,
                    Err(error) => Err(error),
                }
            }
            ended => ended,
        };
        match ended {
            Err(error) if error.kind == ErrorKind::AuthRevoked => Ok(()),
            ended => ended,
        }
    }
}

/// A callback on this machine is one of a desktop app to TikTok: the only one that may be without https, and one that needs PKCE.
fn needs_pkce(redirect: &Url) -> bool {
    match redirect.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// TikTok's own: hex, where everybody else has base64url.
fn challenge(verifier: &str) -> String {
    hex::encode(Sha256::digest(verifier))
}

/// The operator's app.
struct App<'a> {
    key: &'a str,
    secret: &'a str,
}

impl<'a> App<'a> {
    fn of(cx: &AuthCx<'a>, operation: &str) -> Result<Self, ConnectorError> {
        let secret = cx.settings.secret("client_secret").map(|secret| secret.expose());
        cx.settings.get("client_id").zip(secret).map(|(key, secret)| Self { key, secret }).ok_or_else(|| {
            rejected(
                operation,
                "app_credentials_missing",
                "No TikTok app has been set up for this installation.",
                "Ask the operator to set platforms.tiktok.client_id and platforms.tiktok.client_secret as the guide for TikTok says.",
            )
        })
    }

    async fn token(
        &self,
        cx: &AuthCx<'_>,
        operation: &'static str,
        safety: Safety,
        form: &[(&str, &str)],
    ) -> Result<TokenAnswer, ConnectorError> {
        let reply = self.send(cx, operation, safety, "/v2/oauth/token/", form).await?;
        let token = reply.json::<TokenAnswer>().ok().filter(|token| !token.access_token.is_empty());
        match token {
            Some(token) if reply.status.is_success() => Ok(token),
            // Only a success may have used an old token up; after anything else the next try says whether it still works.
            _ => {
                let safety = if reply.status.is_success() { safety } else { Safety::Invisible };
                Err(errors::of_reply(operation, safety, &reply, cx.clock.now()))
            }
        }
    }

    async fn revoke(&self, cx: &AuthCx<'_>, token: &Secret) -> Result<(), ConnectorError> {
        let form = [("token", token.expose())];
        let reply = self.send(cx, op::REVOKE, Safety::Invisible, "/v2/oauth/revoke/", &form).await?;
        let refused =
            reply.json::<Envelope>().is_ok_and(|body| body.error.as_str().is_some_and(|e| e != "ok"));
        if reply.status.is_success() && !refused {
            return Ok(());
        }
        Err(errors::of_reply(op::REVOKE, Safety::Invisible, &reply, cx.clock.now()))
    }

    async fn send(
        &self,
        cx: &AuthCx<'_>,
        operation: &'static str,
        safety: Safety,
        path: &str,
        form: &[(&str, &str)],
    ) -> Result<Reply, ConnectorError> {
        let own = [("client_key", self.key), ("client_secret", self.secret)];
        let url = format!("{}{path}", cx.settings.endpoint(&DESCRIPTOR, API));
        let call =
            Call::post(operation, Safety::Invisible, url).form(own.into_iter().chain(form.iter().copied()));
        cx.http.send(call).await.map_err(|error| errors::unanswered(operation, safety, error))
    }
}

/// What to keep. All numbers are the answer's.
fn credential(
    now: Timestamp,
    answer: TokenAnswer,
    before: Option<&Credential>,
    entropy: &dyn Entropy,
) -> Credential {
    let known = before.map(|c| c.extra.clone()).filter(|extra| extra[GRANT_KEY].is_string());
    let fresh = || json!({ GRANT_KEY: URL_SAFE_NO_PAD.encode(random_bytes::<32>(entropy)) });
    Credential { extra: known.unwrap_or_else(fresh), ..answer.credential(now, before) }
}

/// People can untick what an app asks for, and TikTok goes on all the same.
fn all_granted(credential: &Credential, wanted: &[&str]) -> Result<(), ConnectorError> {
    let missing: Vec<&str> = wanted
        .iter()
        .copied()
        .filter(|scope| !credential.scopes.iter().any(|given| given == scope))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let what = missing.iter().map(|scope| meaning(scope)).collect::<Vec<_>>().join(", ");
    Err(rejected(
        op::TOKEN,
        "scope_missing",
        format!("TikTok's page was left without allowing everything. Missing: {what}."),
        "Start connecting again, and leave everything switched on that TikTok lists.",
    )
    .with_detail(format!("not granted: {}", missing.join(","))))
}

/// A scope in plain words.
fn meaning(scope: &str) -> &str {
    match scope {
        "user.info.basic" => "name and picture",
        "user.info.profile" => "the profile",
        "user.info.stats" => "numbers of followers, likes and videos",
        "video.list" => "the list of videos",
        settings::DIRECT => "posting",
        settings::INBOX => "drafts in the inbox",
        other => other,
    }
}

fn refused(error: &str, description: Option<&str>) -> ConnectorError {
    let again = "Start connecting again, and agree on TikTok's page.";
    let (code, cause, action) = match error {
        "access_denied" => ("access_denied", "The connection was refused on TikTok's page.", again),
        "no_code" => ("no_code", "TikTok sent no code back.", again),
        "invalid_scope" | "scope_not_authorized" => (
            "scope_not_approved",
            "TikTok has not approved the app for all permissions that it asks for.",
            "Ask the operator to add the products at developers.tiktok.com, or to set platforms.tiktok.permissions to what the app has.",
        ),
        _ => ("refused", "TikTok refused the connection.", again),
    };
    let mut refused = rejected(op::AUTHORIZE, code, cause, action);
    refused.remote.code = Some(error.to_owned());
    refused.remote.message = description.map(str::to_owned);
    refused
}

fn bad_setting(error: &impl ToString) -> ConnectorError {
    rejected(
        op::AUTHORIZE,
        "setting_invalid",
        "The setting platforms.tiktok.web_base_url is not a URL.",
        "Ask the operator to correct it.",
    )
    .with_detail(error.to_string())
}

fn no_refresh_token() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::AuthRevoked,
        PLATFORM,
        op::REFRESH,
        "no_refresh_token",
        "TikTok gave no refresh token for this account, so its access has ended.",
    )
    .with_action("Connect the account again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_hex() {
        // The verifier of RFC 7636, appendix B; its hash is the same in another dress.
        let ours = challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(ours, "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3");
    }

    #[test]
    fn callbacks_on_this_machine_need_pkce() {
        let needs = |text: &str| needs_pkce(&Url::parse(text).expect("url"));
        for here in ["http://127.0.0.1:8080/oauth", "http://localhost/oauth", "http://[::1]:1/x"] {
            assert!(needs(here), "{here}");
        }
        for there in
            ["https://bells.example.com/oauth", "https://localhost.example.com/", "https://10.0.0.1/"]
        {
            assert!(!needs(there), "{there}");
        }
    }
}
