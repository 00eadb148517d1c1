//! Who signed in, under `/v2/` without a version.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde_json::json;

use super::answer::{Answer, Refusal, close, ok};
use super::people::{names, person_id};
use super::{API, door};
use crate::sandbox::{Site, World};

/// `GET /v2/userinfo` ("Sign In with LinkedIn using OpenID Connect").
pub(super) async fn userinfo(State(world): State<Arc<World>>, site: Site, headers: HeaderMap) -> Response {
    let answer = described(&world, &site, &headers);
    close(&world, answer)
}

fn described(world: &World, site: &Site, headers: &HeaderMap) -> Answer {
    if site.host != API {
        return Err(Refusal::not_found("resource"));
    }
    let caller = door::caller(world, headers)?;
    if !caller.token.allows("openid") {
        return Err(Refusal::denied("userinfo.GET.NO_VERSION"));
    }
    let persona = caller.persona;
    let mut body = json!({ "sub": person_id(persona, &caller.client_id) });
    if caller.token.allows("profile") {
        let (given, family) = names(persona);
        body["name"] = json!(persona.name);
        body["given_name"] = json!(given);
        body["family_name"] = json!(family);
        body["picture"] = json!(site.avatar_url(persona.key));
        body["locale"] = json!({ "country": "US", "language": "en" });
    }
    if caller.token.allows("email") {
        body["email"] = json!(persona.email());
        body["email_verified"] = json!(true);
    }
    Ok(ok(body))
}

/// `GET /v2/me` ("Profile API").
pub(super) async fn me(State(world): State<Arc<World>>, site: Site, headers: HeaderMap) -> Response {
    let answer = basic(&world, &site, &headers);
    close(&world, answer)
}

fn basic(world: &World, site: &Site, headers: &HeaderMap) -> Answer {
    if site.host != API {
        return Err(Refusal::not_found("resource"));
    }
    let caller = door::caller(world, headers)?;
    if !caller.token.allows("r_basicprofile") {
        return Err(Refusal::denied("me.GET.NO_VERSION"));
    }
    let persona = caller.persona;
    let (given, family) = names(persona);
    let localized = |text: &str| json!({ "localized": { "en_US": text }, "preferredLocale": { "country": "US", "language": "en" } });
    Ok(ok(json!({
        "id": person_id(persona, &caller.client_id),
        "localizedFirstName": given,
        "localizedLastName": family,
        "firstName": localized(given),
        "lastName": localized(family),
        "localizedHeadline": persona.bio,
        "vanityName": persona.key,
    })))
}
