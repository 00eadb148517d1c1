//! TikTok's own side, from its documentation and without a look at the connector. As strict as the network: what it refuses
//! is refused, in its words.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Form, Json, Router};
use carillon_domain::time::Timestamp;
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::sandbox::oauth::{self, CodeGrant, Consent, Step, with_query};
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{
    FaultAnswer, LedgerAccount, LedgerItem, Persona, Simulator, Site, SiteHost, Token, TokenKind, TokenState,
    Trouble, World, commit, op,
};

const NAME: &str = "tiktok";
/// "Posts", 2026-11-20.
const MAX_TEXT: usize = 300;
/// "Access tokens", 2026-11-20.
const ACCESS_TOKEN_LIVES: Duration = Duration::from_secs(3600);
const CODE_LIVES: Duration = Duration::from_secs(60);
const PAGE: usize = 20;

/// The simulated network.
pub struct TiktokNetwork;

/// The simulated side of TikTok.
pub fn simulator() -> TiktokNetwork {
    TiktokNetwork
}

#[derive(Default, Serialize, Deserialize)]
struct Memory {
    posts: Vec<Post>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Post {
    id: String,
    author: String,
    text: String,
    at: Timestamp,
}

impl Simulator for TiktokNetwork {
    fn platform(&self) -> &'static str {
        NAME
    }

    fn title(&self) -> &'static str {
        "TikTok"
    }

    fn hosts(&self) -> Vec<SiteHost> {
        vec![SiteHost::exact("api.tiktok.example", "API")]
    }

    fn router(&self, world: Arc<World>) -> Router {
        Router::new()
            .route("/authorize", get(authorize_get).post(authorize_post))
            .route("/token", post(token).layer(op("oauth.token")))
            .route("/me", get(me).layer(op("me")))
            .route("/posts", post(create).layer(commit("posts.create")))
            .route("/posts", get(list).layer(op("posts.list")))
            .route("/posts/{id}", delete(remove).layer(op("posts.delete")))
            .with_state(world)
    }

    fn fault_response(&self, fault: &FaultAnswer<'_>) -> Response {
        match fault.trouble {
            Trouble::Status(status) => refuse(status, "trouble"),
            Trouble::RateLimited { reset_at } => {
                let wait = reset_at.as_second() - fault.world.now().as_second();
                let mut response = refuse(StatusCode::TOO_MANY_REQUESTS, "slow_down");
                response.headers_mut().insert(header::RETRY_AFTER, wait.max(0).into());
                response
            }
            Trouble::TokenExpired => refuse(StatusCode::UNAUTHORIZED, "expired"),
            Trouble::TokenRevoked => refuse(StatusCode::UNAUTHORIZED, "revoked"),
        }
    }
}

fn refuse(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

type Pairs = Vec<(String, String)>;

async fn authorize_get(State(world): State<Arc<World>>, site: Site, Query(p): Query<Pairs>) -> Response {
    authorize(&world, &site, &p)
}

async fn authorize_post(State(world): State<Arc<World>>, site: Site, Form(p): Form<Pairs>) -> Response {
    authorize(&world, &site, &p)
}

fn authorize(world: &World, site: &Site, params: &[(String, String)]) -> Response {
    let get = |name: &str| params.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()).unwrap_or_default();
    if world.apps().find(NAME, None, &get("client_id")).is_none() {
        return refuse(StatusCode::BAD_REQUEST, "unknown_app");
    }
    if get("code_challenge_method") != "S256" || get("code_challenge").is_empty() {
        return refuse(StatusCode::BAD_REQUEST, "invalid_request");
    }
    let personas: Vec<_> = PERSONAS.iter().map(|persona| (persona, persona.key.to_owned())).collect();
    let scopes = [("write".to_owned(), "Publish for you".to_owned())];
    let consent = Consent {
        network: "TikTok",
        color: "#335577",
        app: "Carillon",
        scopes: &scopes,
        personas: &personas,
        path: "/authorize",
    };
    let back = |pairs: &[(&str, &str)]| {
        (StatusCode::SEE_OTHER, [(header::LOCATION, with_query(&get("redirect_uri"), pairs))]).into_response()
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
            let code = world.codes().issue(grant, CODE_LIVES);
            back(&[("code", &code), ("state", &get("state"))])
        }
    }
}

async fn token(State(world): State<Arc<World>>, Form(form): Form<BTreeMap<String, String>>) -> Response {
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let app = world.apps().find(NAME, None, field("client_id"));
    if app.is_none_or(|app| app.client_secret != field("client_secret")) {
        return refuse(StatusCode::UNAUTHORIZED, "unknown_app");
    }
    let invalid = || refuse(StatusCode::BAD_REQUEST, "invalid_grant");
    let (persona, grant) = match field("grant_type") {
        "authorization_code" => match world.codes().redeem(NAME, field("code")) {
            Ok(code)
                if code.redirect_uri == field("redirect_uri")
                    && code.verifier_fits(form.get("code_verifier").map(String::as_str)) =>
            {
                (code.persona, world.random_text(10))
            }
            _ => return invalid(),
        },
        "refresh_token" => match world.tokens().use_once(NAME, field("refresh_token")) {
            Ok(token) => (token.account.unwrap_or_default(), token.grant.unwrap_or_default()),
            Err(_) => return invalid(),
        },
        _ => return refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type"),
    };
    let issue = |kind, prefix: &str, expires: Option<Timestamp>| {
        let value = format!("{prefix}{}", world.random_text(30));
        let mut token = Token::new(NAME, kind, value).account(&persona).grant(&grant);
        token.expires_at = expires;
        world.tokens().issue(token).value
    };
    let access = issue(TokenKind::Access, "na_", Some(world.now() + ACCESS_TOKEN_LIVES));
    let refresh = issue(TokenKind::Refresh, "nr_", None);
    let lives = ACCESS_TOKEN_LIVES.as_secs();
    Json(json!({ "access_token": access, "refresh_token": refresh, "expires_in": lives })).into_response()
}

/// Whose token the request carries.
fn who(world: &World, headers: &HeaderMap) -> Result<&'static Persona, Response> {
    let value = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    match value.and_then(|v| v.strip_prefix("Bearer ")).and_then(|token| world.tokens().look_up(NAME, token))
    {
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
        Ok(persona) => {
            let followers = persona.followers(NAME);
            Json(json!({ "id": persona.key, "name": persona.name, "followers": followers })).into_response()
        }
        Err(refusal) => refusal,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPost {
    text: String,
}

async fn create(State(world): State<Arc<World>>, headers: HeaderMap, Json(new): Json<NewPost>) -> Response {
    let persona = match who(&world, &headers) {
        Ok(persona) => persona,
        Err(refusal) => return refusal,
    };
    if new.text.trim().is_empty() || new.text.chars().count() > MAX_TEXT {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "invalid_text");
    }
    let (id, at) = (format!("p{}", world.next_number("tiktok.post")), world.now());
    let post = Post { id: id.clone(), author: persona.key.to_owned(), text: new.text.clone(), at };
    world.state(NAME, |memory: &mut Memory| memory.posts.push(post));
    world.ledger().add(LedgerItem {
        platform: NAME.to_owned(),
        server: None,
        account: LedgerAccount { remote_id: persona.key.to_owned(), handle: persona.key.to_owned() },
        remote_id: id.clone(),
        parent: None,
        kind: "post".to_owned(),
        text: new.text,
        media: Vec::new(),
        at,
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
    let own: Vec<Post> = world.read(NAME, |memory: &Memory| {
        memory.posts.iter().rev().filter(|post| post.author == persona.key).cloned().collect()
    });
    let posts: Vec<_> = own.iter().skip(page.cursor).take(PAGE).collect();
    let next = Some(page.cursor + PAGE).filter(|next| *next < own.len());
    Json(json!({ "posts": posts, "next": next })).into_response()
}

async fn remove(State(world): State<Arc<World>>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let persona = match who(&world, &headers) {
        Ok(persona) => persona,
        Err(refusal) => return refusal,
    };
    let own = |post: &Post| post.id == id && post.author == persona.key;
    let there = world.state(NAME, |memory: &mut Memory| {
        let before = memory.posts.len();
        memory.posts.retain(|post| !own(post));
        memory.posts.len() < before
    });
    if !there {
        return refuse(StatusCode::NOT_FOUND, "not_found");
    }
    world.ledger().delete(NAME, None, &id);
    StatusCode::NO_CONTENT.into_response()
}
