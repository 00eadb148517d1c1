//! Signing in to the toy network, and reading from it.

use std::time::Duration;

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::connector::{BASE, NAME, Toy, ask, error_of};
use crate::contract::authorizer::*;
use crate::contract::cx::{AuthCx, Credential, Cx};
use crate::contract::reader::{Count, PostPage, Profile, Reader, RemotePost};
use crate::kit::errors;
use crate::kit::http::{Call, Safety};
use crate::kit::oauth::{Pkce, authorize_url};

#[derive(Deserialize)]
struct Tokens {
    access_token: Secret,
    refresh_token: Secret,
    expires_in: u64,
}

async fn tokens(cx: &AuthCx<'_>, mut form: Vec<(&str, String)>) -> Result<Credential, ConnectorError> {
    form.push(("client_id", cx.settings.get("client_id").unwrap_or_default().to_owned()));
    let secret = cx.settings.secret("client_secret").map(|s| s.expose().to_owned()).unwrap_or_default();
    form.push(("client_secret", secret));
    let call = Call::post("oauth.token", Safety::Invisible, format!("{BASE}/token")).form(form);
    let sent = cx.http.send(call).await;
    let reply = sent.map_err(|e| errors::from_send(NAME, "oauth.token", Safety::Unsafe, e))?;
    let Ok(tokens) = reply.json::<Tokens>() else {
        return Err(error_of("oauth.token", &reply, Safety::Unsafe));
    };
    Ok(Credential {
        access_token: tokens.access_token,
        refresh_token: Some(tokens.refresh_token),
        expires_at: cx.clock.now().checked_add(Duration::from_secs(tokens.expires_in)).ok(),
        refresh_expires_at: None,
        scopes: vec!["write".to_owned()],
        extra: Value::Null,
    })
}

#[async_trait]
impl Authorizer for Toy {
    fn scopes_for(&self, _: Feature, _: Option<&str>) -> &'static [&'static str] {
        &["write"]
    }

    async fn begin(&self, cx: &AuthCx<'_>, request: BeginRequest) -> Result<Begun, ConnectorError> {
        let pkce = Pkce::new(cx.entropy);
        let parameters = [
            ("client_id", cx.settings.get("client_id").unwrap_or_default()),
            ("redirect_uri", request.redirect_uri.as_str()),
            ("state", &request.state),
            ("code_challenge", &pkce.challenge),
        ];
        let url = authorize_url(&format!("{BASE}/authorize"), parameters);
        let authorize_url =
            url.map_err(|_| ConnectorError::new(ErrorKind::Rejected, NAME, "begin", "bad_url", "Bad URL."))?;
        let pending = Pending {
            redirect_uri: request.redirect_uri,
            server: None,
            flavour: None,
            verifier: Some(pkce.verifier),
        };
        Ok(Begun { authorize_url, pending })
    }

    async fn complete(
        &self,
        cx: &AuthCx<'_>,
        pending: Pending,
        callback: Callback,
    ) -> Result<Granted, ConnectorError> {
        let Some(code) = callback.code else {
            return Err(ConnectorError::new(
                ErrorKind::Rejected,
                NAME,
                "complete",
                "access_denied",
                "Refused.",
            )
            .with_action("Try again and agree."));
        };
        let form = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.expose().to_owned()),
            ("code_verifier", pending.verifier.map(|v| v.expose().to_owned()).unwrap_or_default()),
        ];
        let credential = tokens(cx, form).await?;
        let call = Call::get("me", format!("{BASE}/me")).bearer(&credential.access_token);
        let reply = cx.http.send(call).await.map_err(|e| errors::from_send(NAME, "me", Safety::Read, e))?;
        let me: Value = reply.json().map_err(|_| error_of("me", &reply, Safety::Read))?;
        Ok(Granted { credential, targets: vec![identity(&me)], person: None })
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
        old: &Credential,
    ) -> Result<Credential, ConnectorError> {
        let refresh = old.refresh_token.as_ref().map(|t| t.expose().to_owned()).unwrap_or_default();
        tokens(cx, vec![("grant_type", "refresh_token".to_owned()), ("refresh_token", refresh)]).await
    }

    async fn revoke(
        &self,
        _: &AuthCx<'_>,
        _: &AccountIdentity,
        _: &Credential,
    ) -> Result<(), ConnectorError> {
        Ok(())
    }
}

fn identity(me: &Value) -> AccountIdentity {
    let id = me["id"].as_str().unwrap_or_default().to_owned();
    AccountIdentity {
        remote_id: id.clone(),
        handle: id,
        name: me["name"].as_str().unwrap_or_default().to_owned(),
        avatar_url: None,
        server: None,
        meta: Value::Null,
    }
}

#[async_trait]
impl Reader for Toy {
    async fn profile(&self, cx: &Cx<'_>) -> Result<Profile, ConnectorError> {
        let me = ask(cx, Call::get("me", format!("{BASE}/me"))).await?;
        let value = me["followers"].as_i64().unwrap_or_default();
        let followers = Count { metric: "followers".to_owned(), value, native: "followers".to_owned() };
        Ok(Profile { identity: identity(&me), counts: vec![followers] })
    }

    async fn posts(&self, cx: &Cx<'_>, cursor: Option<&str>) -> Result<PostPage, ConnectorError> {
        let url = format!("{BASE}/posts?cursor={}", cursor.unwrap_or("0"));
        let page = ask(cx, Call::get("posts.list", url)).await?;
        let read = |post: &Value| RemotePost {
            remote_id: post["id"].as_str().unwrap_or_default().to_owned(),
            url: None,
            text: post["text"].as_str().unwrap_or_default().to_owned(),
            kind: None,
            published_at: post["at"].as_str().and_then(|t| t.parse().ok()).unwrap_or(Timestamp::UNIX_EPOCH),
            counts: Vec::new(),
        };
        let posts = page["posts"].as_array().into_iter().flatten().map(read).collect();
        Ok(PostPage { posts, next: page["next"].as_u64().map(|n| n.to_string()) })
    }
}
