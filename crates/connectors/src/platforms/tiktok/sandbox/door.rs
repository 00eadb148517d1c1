//! Who may come in: tokens, scopes, and how often.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRef, FromRequestParts};
use axum::response::Response;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Uri};
use serde_json::Value;

use super::PLATFORM;
use super::answer::{self, Api, Refusal};
use super::memory::change;
use crate::sandbox::{Persona, Site, Token, TokenKind, TokenState, World};

/// A call of the APIs.
pub(super) struct Endpoint {
    /// The name of its operation.
    pub name: &'static str,
    pub api: Api,
    /// Any one of these lets it in.
    pub scopes: &'static [&'static str],
    /// How often it may be called within any minute.
    pub per_minute: Option<usize>,
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

/// Somebody who was let in.
pub(super) struct Caller {
    pub persona: &'static Persona,
    /// The app.
    pub client: String,
    token: Token,
}

impl Caller {
    /// Refuses a token without any of these scopes, and an app that has none of them any more.
    pub(super) fn needs(&self, world: &World, api: Api, scopes: &[&str]) -> Result<(), Refusal> {
        let named = || scopes.join(" or ");
        let app = world.apps().find(PLATFORM, None, &self.client);
        let lost = |scope: &str| {
            app.as_ref().is_some_and(|app| !app.scopes.is_empty() && !app.scopes.iter().any(|s| s == scope))
        };
        if api == Api::Display && scopes.iter().all(|scope| lost(scope)) {
            return Err(Refusal::app_scope(&named()));
        }
        let allowed = scopes.iter().any(|scope| self.token.allows(scope) && !lost(scope));
        if allowed { Ok(()) } else { Err(Refusal::scope(&named())) }
    }

    /// Whether the token has this scope.
    pub(super) fn allows(&self, scope: &str) -> bool {
        self.token.allows(scope)
    }
}

impl Door {
    /// Lets the request in, or says why not.
    pub(super) fn open(&self, endpoint: &Endpoint) -> Result<Caller, Refusal> {
        let caller = self.caller()?;
        caller.needs(&self.world, endpoint.api, endpoint.scopes)?;
        if let Some(most) = endpoint.per_minute {
            // The Display API counts per app and user, the posting API per token ("Rate Limits"; reference pages).
            let whose = match endpoint.api {
                Api::Display => format!("{} {}", caller.client, caller.persona.key),
                Api::Posting => caller.token.value.clone(),
            };
            let counted = self.count(format!("{} {whose}", endpoint.name), most);
            counted.inspect_err(|_| self.world.refused(PLATFORM, endpoint.name))?;
        }
        Ok(caller)
    }

    fn caller(&self) -> Result<Caller, Refusal> {
        let header = self.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let value = header.and_then(|text| text.strip_prefix("Bearer ")).ok_or_else(Refusal::token)?;
        let found = self.world.tokens().look_up(PLATFORM, value.trim());
        let live =
            found.filter(|(token, state)| token.kind == TokenKind::Access && *state == TokenState::Live);
        let (token, _) = live.ok_or_else(Refusal::token)?;
        // Tokens of an app alone have no person; these APIs are about persons.
        let persona = token.extra["persona"].as_str().and_then(Persona::find).ok_or_else(Refusal::token)?;
        Ok(Caller { persona, client: token.client_id.clone().unwrap_or_default(), token })
    }

    /// Counts a call within the last minute; one too many is refused and not counted.
    fn count(&self, key: String, most: usize) -> Result<(), Refusal> {
        let now = self.world.now();
        change(&self.world, |memory| {
            let calls = memory.calls.entry(key).or_default();
            calls.retain(|at| now < *at + Duration::from_secs(60));
            if calls.len() >= most {
                return Err(Refusal::too_fast());
            }
            calls.push(now);
            Ok(())
        })
    }

    /// The parameter `fields`, each one known.
    pub(super) fn fields(&self, known: impl Fn(&str) -> bool) -> Result<Vec<String>, Refusal> {
        let query = self.uri.query().unwrap_or_default();
        let fields = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "fields");
        let fields = fields.map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty());
        let fields = fields.ok_or_else(|| Refusal::parameter(Api::Display, "fields is required"))?;
        let fields: Vec<String> = fields.split(',').map(str::to_owned).collect();
        match fields.iter().find(|field| !known(field)) {
            Some(strange) => {
                Err(Refusal::parameter(Api::Display, format!("fields: {strange} is not known.")))
            }
            None => Ok(fields),
        }
    }

    /// The answer.
    pub(super) fn close(&self, api: Api, result: Result<Value, Refusal>) -> Response {
        let disguised = api == Api::Posting && change(&self.world, |memory| memory.rules.refusals_with_200);
        match result {
            Ok(data) => answer::ok(&self.world, data),
            Err(refusal) if disguised => refusal.in_disguise().answer(&self.world),
            Err(refusal) => refusal.answer(&self.world),
        }
    }
}
