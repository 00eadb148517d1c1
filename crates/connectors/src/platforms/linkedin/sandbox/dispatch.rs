//! The one way into `/rest/…`: host, token, version, protocol, limits, then the call itself.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::Response;
use http::{Method, StatusCode};
use serde_json::Value;

use super::answer::{Answer, Refusal, close};
use super::door::{self, Call};
use super::restli::{self, Query};
use super::routes::{self, Kind};
use super::{
    API, analytics, assets, comments, create, organizations, posts, social, statistics, upload, videos,
};
use crate::sandbox::{Site, World};

/// Longest body that is read, bytes.
const LONGEST: usize = 1024 * 1024;
/// Longest query of an address, bytes. Longer ones come as a form ("Query tunneling").
const LONGEST_QUERY: usize = 4 * 1024;

/// Everything under `/rest/`.
pub(super) async fn rest(State(world): State<Arc<World>>, site: Site, request: Request) -> Response {
    let answer = answer(&world, &site, request).await;
    close(&world, answer)
}

async fn answer(world: &World, site: &Site, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    if site.host != API {
        return Err(Refusal::not_found("resource"));
    }
    let caller = door::caller(world, &parts.headers)?;
    let version = door::version(&parts.headers)?;
    door::protocol(&parts.headers)?;
    let body = to_bytes(body, LONGEST)
        .await
        .map_err(|_| Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "", "body too large"))?;
    let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let mut query = parts.uri.query().unwrap_or_default().to_owned();
    if query.len() > LONGEST_QUERY {
        return Err(Refusal::new(StatusCode::URI_TOO_LONG, "", "The address is too long"));
    }
    let tunnelled = parts.method == Method::POST && header("x-http-method-override") == "GET";
    let method = if tunnelled { Method::GET } else { parts.method.clone() };
    if tunnelled {
        if !header("content-type").starts_with("application/x-www-form-urlencoded") {
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "", "wrong content type"));
        }
        query = String::from_utf8(body.to_vec()).map_err(|_| Refusal::query())?;
    }
    let path = routes::segments(parts.uri.path());
    let route = routes::find(&method, &path, &query).ok_or_else(|| Refusal::not_found("resource"))?;
    let resource = path.first().copied().unwrap_or_default();
    door::count(world, &caller, resource)?;
    let keys = keys(&path)?;
    let writes = method == Method::POST;
    if writes && !header("content-type").starts_with("application/json") {
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "", "wrong content type"));
    }
    let body = if writes { json(&body)? } else { Value::Null };
    let query = Query::parse(&query)?;
    let name = format!("{}.{version}", route.name);
    let call = Call { world, site, caller, query, keys, body, headers: &parts.headers, name };
    handle(&call, route.kind).await
}

/// The keys of a path: every second segment.
fn keys(path: &[&str]) -> Result<Vec<String>, Refusal> {
    path.iter().skip(1).step_by(2).map(|raw| restli::key(raw)).collect()
}

fn json(body: &[u8]) -> Result<Value, Refusal> {
    let value: Result<Value, _> = serde_json::from_slice(body);
    let object = value.ok().filter(Value::is_object);
    object.ok_or_else(|| {
        Refusal::new(StatusCode::BAD_REQUEST, "ILLEGAL_ARGUMENT", "The body can't be read as a JSON object")
    })
}

async fn handle(call: &Call<'_>, kind: Kind) -> Answer {
    match kind {
        Kind::CreatePost => create::create(call),
        Kind::FindPosts => posts::find(call),
        Kind::BatchPosts => posts::batch(call),
        Kind::GetPost => posts::get(call),
        Kind::EditPost => posts::edit(call),
        Kind::DeletePost => posts::delete(call),
        Kind::InitializeImage | Kind::InitializeDocument => assets::initialize(call, kind),
        Kind::InitializeVideo => assets::initialize_video(call),
        Kind::FinalizeVideo => upload::finalize(call).await,
        Kind::GetImage | Kind::GetVideo | Kind::GetDocument => assets::get(call, kind),
        Kind::CreateComment => comments::create(call),
        Kind::ListComments => comments::list(call),
        Kind::GetComment => comments::get(call),
        Kind::EditComment => comments::edit(call),
        Kind::DeleteComment => comments::delete(call),
        Kind::React => social::react(call),
        Kind::SocialMetadata => social::metadata(call),
        Kind::Acls => organizations::acls(call),
        Kind::GetOrganization => organizations::get(call),
        Kind::FindOrganizations => organizations::find(call),
        Kind::BatchOrganizations => organizations::batch(call),
        Kind::NetworkSize => organizations::network_size(call),
        Kind::ShareStatistics => statistics::shares(call),
        Kind::FollowerStatistics => statistics::followers(call),
        Kind::PageStatistics => statistics::pages(call),
        Kind::VideoAnalytics => videos::of_organization(call),
        Kind::MemberPostAnalytics => analytics::posts(call),
        Kind::MemberVideoAnalytics => videos::of_member(call),
        Kind::MemberFollowers => analytics::followers(call),
    }
}
