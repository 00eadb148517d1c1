//! The toy network: OAuth with single-use refresh tokens, uploads that take a while, posts of 100 characters, replies.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Form, Json, Router};
use carillon_domain::time::Timestamp;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::numbers;
use crate::sandbox::oauth::{self, CodeGrant, Consent, Step, with_query};
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{
    FaultAnswer, LedgerAccount, LedgerItem, LedgerMedia, Persona, Simulator, Site, SiteHost, Token,
    TokenKind, TokenState, Trouble, World, commit, op,
};

pub(crate) struct ToyNetwork;

pub(super) const NAME: &str = "toy";

#[derive(Default, Serialize, Deserialize)]
pub(super) struct Memory {
    media: BTreeMap<String, Upload>,
    pub posts: Vec<Post>,
}

#[derive(Serialize, Deserialize)]
struct Upload {
    sha256: String,
    bytes: u64,
    ready_at: Timestamp,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Post {
    pub id: String,
    pub author: String,
    text: String,
    reply_to: Option<String>,
    pub at: Timestamp,
}

impl Simulator for ToyNetwork {
    fn platform(&self) -> &'static str {
        NAME
    }
    fn title(&self) -> &'static str {
        "Toy"
    }
    fn hosts(&self) -> Vec<SiteHost> {
        vec![SiteHost::exact("api.toy.example", "API")]
    }
    fn router(&self, world: Arc<World>) -> Router {
        Router::new()
            .route("/authorize", get(authorize_get).post(authorize_post))
            .route("/token", post(token).layer(op("oauth.token")))
            .route("/me", get(me).layer(op("me")))
            .route("/media", post(upload).layer(op("media.upload")))
            .route("/media/{id}", get(media).layer(op("media.get")))
            .route("/posts", post(create).layer(commit("posts.create")))
            .route("/posts", get(list).layer(op("posts.list")))
            .route("/posts/{id}", delete(remove).layer(op("posts.delete")))
            .merge(numbers::routes())
            .with_state(world)
    }
    fn fault_response(&self, fault: &FaultAnswer<'_>) -> Response {
        match fault.trouble {
            Trouble::Status(status) => refuse(status, "trouble"),
            Trouble::RateLimited { reset_at } => {
                let reset = reset_at.as_second().to_string();
                (StatusCode::TOO_MANY_REQUESTS, [("x-reset", reset)], Json(json!({ "error": "slow_down" })))
                    .into_response()
            }
            Trouble::TokenExpired => refuse(StatusCode::UNAUTHORIZED, "expired"),
            Trouble::TokenRevoked => refuse(StatusCode::UNAUTHORIZED, "revoked"),
        }
    }
}

pub(super) fn refuse(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

async fn authorize_get(w: State<Arc<World>>, site: Site, Query(p): Query<Vec<(String, String)>>) -> Response {
    authorize(&w, &site, &p)
}

async fn authorize_post(w: State<Arc<World>>, site: Site, Form(p): Form<Vec<(String, String)>>) -> Response {
    authorize(&w, &site, &p)
}

fn authorize(world: &World, site: &Site, params: &[(String, String)]) -> Response {
    let get = |name: &str| params.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()).unwrap_or_default();
    if world.apps().find(NAME, None, &get("client_id")).is_none() {
        return refuse(StatusCode::BAD_REQUEST, "unknown_app");
    }
    let personas: Vec<_> = PERSONAS.iter().map(|p| (p, p.key.to_owned())).collect();
    let scopes = [("write".to_owned(), "Publish for you".to_owned())];
    let consent = Consent {
        network: "Toy",
        color: "#335577",
        app: "Carillon",
        scopes: &scopes,
        personas: &personas,
        path: "/authorize",
    };
    let back = |pairs: &[(&str, &str)]| {
        (StatusCode::SEE_OTHER, [("location", with_query(&get("redirect_uri"), pairs))]).into_response()
    };
    match oauth::authorize(site, &consent, params) {
        Step::Page(page) => page,
        Step::Decided { allowed: false, .. } => back(&[("error", "access_denied"), ("state", &get("state"))]),
        Step::Decided { persona, allowed: true } => {
            let grant = CodeGrant {
                platform: NAME.to_owned(),
                persona: persona.key.to_owned(),
                client_id: get("client_id"),
                redirect_uri: get("redirect_uri"),
                challenge: Some(get("code_challenge")),
                challenge_method: Some("S256".to_owned()),
                ..CodeGrant::default()
            };
            let code = world.codes().issue(grant, Duration::from_secs(30));
            back(&[("code", &code), ("state", &get("state"))])
        }
    }
}

async fn token(State(world): State<Arc<World>>, Form(form): Form<BTreeMap<String, String>>) -> Response {
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let app = world.apps().find(NAME, None, field("client_id"));
    if app.is_none_or(|a| a.client_secret != field("client_secret")) {
        return refuse(StatusCode::UNAUTHORIZED, "unknown_app");
    }
    let (persona, grant) = match field("grant_type") {
        "authorization_code" => match world.codes().redeem(NAME, field("code")) {
            Ok(code) if code.verifier_fits(form.get("code_verifier").map(String::as_str)) => {
                (code.persona, world.random_text(10))
            }
            _ => return refuse(StatusCode::BAD_REQUEST, "invalid_grant"),
        },
        "refresh_token" => match world.tokens().use_once(NAME, field("refresh_token")) {
            Ok(token) => (token.account.unwrap_or_default(), token.grant.unwrap_or_default()),
            Err(_) => return refuse(StatusCode::BAD_REQUEST, "invalid_grant"),
        },
        _ => return refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type"),
    };
    let issue = |kind, prefix: &str, expires: Option<Timestamp>| {
        let value = format!("{prefix}{}", world.random_text(30));
        let mut token = Token::new(NAME, kind, value).account(&persona).grant(&grant);
        token.expires_at = expires;
        world.tokens().issue(token).value
    };
    let hour = world.now() + Duration::from_secs(3600);
    let access = issue(TokenKind::Access, "ta_", Some(hour));
    let refresh = issue(TokenKind::Refresh, "tr_", None);
    Json(json!({ "access_token": access, "refresh_token": refresh, "expires_in": 3600 })).into_response()
}

pub(super) fn who(world: &World, headers: &HeaderMap) -> Result<&'static Persona, Response> {
    let bearer =
        headers.get("authorization").and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    match bearer.and_then(|value| world.tokens().look_up(NAME, value)) {
        Some((token, TokenState::Live)) if token.kind == TokenKind::Access => {
            let persona = token.account.as_deref().and_then(Persona::find);
            persona.ok_or_else(|| refuse(StatusCode::UNAUTHORIZED, "revoked"))
        }
        Some((_, TokenState::Expired)) => Err(refuse(StatusCode::UNAUTHORIZED, "expired")),
        _ => Err(refuse(StatusCode::UNAUTHORIZED, "revoked")),
    }
}

async fn me(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    match who(&world, &headers) {
        Ok(p) => Json(json!({ "id": p.key, "name": p.name, "followers": p.followers(NAME) })).into_response(),
        Err(refusal) => refusal,
    }
}

async fn upload(State(world): State<Arc<World>>, headers: HeaderMap, body: Body) -> Response {
    if let Err(refusal) = who(&world, &headers) {
        return refusal;
    }
    let Ok(blob) = world.blobs().store_body(body).await else {
        return refuse(StatusCode::BAD_REQUEST, "cut");
    };
    if !matches!(blob.mime.as_str(), "image/jpeg" | "video/mp4") {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "wrong_type");
    }
    let id = format!("m{}", world.next_number("toy.media"));
    let ready_at = world.now() + world.processing_time(NAME, "media.upload", Duration::from_secs(2));
    let upload = Upload { sha256: blob.sha256, bytes: blob.bytes, ready_at };
    world.state(NAME, |s: &mut Memory| s.media.insert(id.clone(), upload));
    Json(json!({ "id": id })).into_response()
}

async fn media(State(world): State<Arc<World>>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    if let Err(refusal) = who(&world, &headers) {
        return refusal;
    }
    let ready = world.read(NAME, |s: &Memory| s.media.get(&id).map(|m| m.ready_at <= world.now()));
    match ready {
        Some(ready) => Json(json!({ "ready": ready })).into_response(),
        None => refuse(StatusCode::NOT_FOUND, "not_found"),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPost {
    text: String,
    #[serde(default)]
    media: Vec<Attached>,
    reply_to: Option<String>,
}

#[derive(Deserialize)]
struct Attached {
    id: String,
    alt: Option<String>,
}

async fn create(State(world): State<Arc<World>>, headers: HeaderMap, Json(new): Json<NewPost>) -> Response {
    let persona = match who(&world, &headers) {
        Ok(persona) => persona,
        Err(refusal) => return refusal,
    };
    let now = world.now();
    let fine = (!new.text.is_empty() || !new.media.is_empty())
        && new.text.chars().count() <= 100
        && new.media.len() <= 2;
    let id = format!("p{}", world.next_number("toy.post"));
    let attached = world.state(NAME, |s: &mut Memory| {
        let known = new.reply_to.as_ref().is_none_or(|parent| s.posts.iter().any(|p| p.id == *parent));
        let find = |a: &Attached| {
            let upload = s.media.get(&a.id).filter(|m| m.ready_at <= now)?;
            Some(LedgerMedia { sha256: upload.sha256.clone(), bytes: upload.bytes, alt: a.alt.clone() })
        };
        let media = new.media.iter().map(find).collect::<Option<Vec<_>>>().filter(|_| fine && known)?;
        let (text, reply_to) = (new.text.clone(), new.reply_to.clone());
        s.posts.push(Post { id: id.clone(), author: persona.key.to_owned(), text, reply_to, at: now });
        Some(media)
    });
    let Some(media) = attached else { return refuse(StatusCode::UNPROCESSABLE_ENTITY, "invalid_post") };
    world.ledger().add(LedgerItem {
        platform: NAME.to_owned(),
        server: None,
        account: LedgerAccount { remote_id: persona.key.to_owned(), handle: persona.key.to_owned() },
        remote_id: id.clone(),
        parent: new.reply_to,
        kind: "post".to_owned(),
        text: new.text,
        media,
        at: now,
        deleted_at: None,
    });
    (StatusCode::CREATED, Json(json!({ "id": id }))).into_response()
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    cursor: usize,
}

async fn list(State(world): State<Arc<World>>, headers: HeaderMap, Query(page): Query<Page>) -> Response {
    let persona = match who(&world, &headers) {
        Ok(persona) => persona,
        Err(refusal) => return refusal,
    };
    let own: Vec<Post> = world
        .read(NAME, |s: &Memory| s.posts.iter().rev().filter(|p| p.author == persona.key).cloned().collect());
    let posts: Vec<_> = own.iter().skip(page.cursor).take(2).collect();
    let next = Some(page.cursor + 2).filter(|next| *next < own.len());
    Json(json!({ "posts": posts, "next": next })).into_response()
}

async fn remove(State(world): State<Arc<World>>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    if let Err(refusal) = who(&world, &headers) {
        return refusal;
    }
    world.state(NAME, |s: &mut Memory| s.posts.retain(|p| p.id != id));
    if world.ledger().delete(NAME, None, &id) {
        return StatusCode::NO_CONTENT.into_response();
    }
    refuse(StatusCode::NOT_FOUND, "not_found")
}
