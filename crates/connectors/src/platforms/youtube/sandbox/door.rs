//! Who may come in: tokens, scopes, parameters, quota.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, IF_NONE_MATCH};
use http::request::Parts;
use http::{HeaderMap, StatusCode, Uri};
use serde_json::Value;

use super::answer::{self, Refusal};
use super::params::Query;
use super::quota::{self, Bucket};
use super::state::{Memory, change};
use super::{PLATFORM, people};
use crate::sandbox::{Persona, Site, TokenKind, TokenState, World};

/// Scopes, any one of which lets a call in (discovery description, revision 20261104).
pub(super) type Scopes = &'static [&'static str];

pub(super) const READ: Scopes = &["youtube", "youtube.force-ssl", "youtube.readonly", "youtubepartner"];
pub(super) const MANAGE: Scopes = &["youtube", "youtube.force-ssl", "youtubepartner"];
pub(super) const UPLOAD: Scopes = &["youtube", "youtube.force-ssl", "youtube.upload", "youtubepartner"];
pub(super) const COMMENT: Scopes = &["youtube.force-ssl"];

/// What all scopes begin with.
pub(super) const SCOPE_PREFIX: &str = "https://www.googleapis.com/auth/";

/// A method's costs and parameters.
pub(super) struct Endpoint {
    pub bucket: Bucket,
    /// Units or calls, when the request is valid; an invalid one costs 1.
    pub cost: u32,
    /// Its parameters beside those that every method has.
    pub params: &'static [&'static str],
}

impl Endpoint {
    /// A method that costs 1 unit.
    pub(super) const fn read(params: &'static [&'static str]) -> Self {
        Self { bucket: Bucket::Default, cost: 1, params }
    }

    /// A method that costs 50 units.
    pub(super) const fn write(params: &'static [&'static str]) -> Self {
        Self { bucket: Bucket::Default, cost: 50, params }
    }
}

/// A request before anybody looked at it.
pub(super) struct Door {
    pub world: Arc<World>,
    pub site: Site,
    pub headers: HeaderMap,
    pub uri: Uri,
}

impl<S> FromRequestParts<S> for Door
where
    S: Send + Sync,
    Arc<World>: FromRef<S>,
{
    type Rejection = <Site as FromRequestParts<S>>::Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let site = Site::from_request_parts(parts, state).await?;
        let world = Arc::from_ref(state);
        Ok(Self { world, site, headers: parts.headers.clone(), uri: parts.uri.clone() })
    }
}

/// A request that was let in.
pub(super) struct Ask<'a> {
    pub world: &'a World,
    pub site: &'a Site,
    pub headers: &'a HeaderMap,
    pub query: Query,
    pub caller: &'static Persona,
    /// The Cloud project whose client was used.
    pub project: String,
}

impl Ask<'_> {
    /// Reads and changes what the network remembers.
    pub(super) fn change<R>(&self, f: impl FnOnce(&mut Memory) -> R) -> R {
        change(self.world, f)
    }

    /// Refuses a Google account without a channel.
    pub(super) fn needs_channel(&self) -> Result<(), Refusal> {
        if has_channel(self.world, self.caller) { Ok(()) } else { Err(Refusal::no_channel()) }
    }
}

/// Whether the persona's Google account has a channel.
pub(super) fn has_channel(world: &World, persona: &Persona) -> bool {
    change(world, |memory| !memory.rules.without_channel.iter().any(|key| key == persona.key))
}

impl Door {
    /// Lets the request in, or says why not. Nothing is charged yet.
    pub(super) fn open(&self, endpoint: &Endpoint, scopes: Scopes) -> Result<Ask<'_>, Refusal> {
        let query = Query::of(&self.uri);
        let (caller, project) = self.who(&query, scopes)?;
        query.only(endpoint.params)?;
        quota::must_have(&self.world, &project, endpoint.bucket, endpoint.cost)?;
        Ok(Ask { world: &self.world, site: &self.site, headers: &self.headers, query, caller, project })
    }

    /// The token's owner and project.
    pub(super) fn who(&self, query: &Query, scopes: Scopes) -> Result<(&'static Persona, String), Refusal> {
        let header = self.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer = header.and_then(|text| text.strip_prefix("Bearer ")).map(str::trim);
        let value = bearer.or_else(|| query.get("access_token")).or_else(|| query.get("oauth_token"));
        let value = value.ok_or_else(|| {
            Refusal::new(401, "youtube.header", "authorizationRequired", "Login Required.")
                .at("Authorization", "header")
        })?;
        let (token, state) = self.world.tokens().look_up(PLATFORM, value).ok_or_else(Refusal::credentials)?;
        if token.kind != TokenKind::Access || state != TokenState::Live {
            return Err(Refusal::credentials());
        }
        let persona =
            token.account.as_deref().and_then(people::by_channel).ok_or_else(Refusal::credentials)?;
        if !scopes.iter().any(|scope| token.allows(&format!("{SCOPE_PREFIX}{scope}"))) {
            return Err(Refusal::scope());
        }
        Ok((persona, token.client_id.unwrap_or_default()))
    }

    /// Answers a call whose body has been read. A result of null is an answer without a body.
    pub(super) fn serve(
        &self,
        endpoint: &Endpoint,
        scopes: Scopes,
        work: impl FnOnce(&Ask<'_>) -> Result<Value, Refusal>,
    ) -> Response {
        let ask = match self.open(endpoint, scopes) {
            Ok(ask) => ask,
            Err(refusal) => return refusal.into(),
        };
        let result = work(&ask);
        ask.charge(endpoint, result.is_ok());
        match result {
            Ok(Value::Null) => StatusCode::NO_CONTENT.into_response(),
            Ok(body) if self.has_already(&body) => StatusCode::NOT_MODIFIED.into_response(),
            Ok(body) => answer::resource(StatusCode::OK, &body),
            Err(refusal) => refusal.into(),
        }
    }

    /// Whether the caller named the answer's tag; asking costs all the same.
    fn has_already(&self, body: &Value) -> bool {
        let known = self.headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        known.is_some_and(|known| Some(known.trim_matches('"')) == body["etag"].as_str())
    }
}

impl Ask<'_> {
    /// Charges the call: the whole price when it was valid, 1 when it was not.
    pub(super) fn charge(&self, endpoint: &Endpoint, valid: bool) {
        quota::charge(self.world, &self.project, endpoint.bucket, if valid { endpoint.cost } else { 1 });
    }
}
