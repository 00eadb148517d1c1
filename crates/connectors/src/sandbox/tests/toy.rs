//! A network that exists nowhere, for the tests of the sandbox and the kit.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::sandbox::oauth::{self, CodeGrant, Consent, Step, with_query};
use crate::sandbox::page::feed::{FeedView, PostView, feed_page};
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::*;

pub(crate) struct Toy;

#[derive(Default, Serialize, Deserialize)]
struct ToyState {
    texts: Vec<String>,
}

impl Simulator for Toy {
    fn platform(&self) -> &'static str {
        "toy"
    }
    fn title(&self) -> &'static str {
        "Toy"
    }
    fn hosts(&self) -> Vec<SiteHost> {
        vec![
            SiteHost::exact("api.toy.example", "API").with_page("/feed"),
            SiteHost::family("*.toy.localhost", &["one", "two"], "Servers"),
        ]
    }
    fn router(&self, world: Arc<World>) -> Router {
        Router::new()
            .route("/posts", post(create).layer(commit("posts.create")))
            .route("/posts", get(list).layer(op("posts.list")))
            .route("/upload", post(upload).layer(op("media.upload")))
            .route(
                "/redirect",
                get(|| async { (StatusCode::FOUND, [("location", "https://elsewhere.example/")]) }),
            )
            .route("/long", get(|| async { "x".repeat(crate::kit::http::MAX_REPLY_BYTES + 1) }))
            .route(
                "/agent",
                get(|headers: HeaderMap| async move { format!("{:?}", headers.get("user-agent")) }),
            )
            .route("/where", get(|site: Site| async move { site.url("/x") }))
            .route("/authorize", get(authorize_get).post(authorize_post))
            .route("/feed", get(feed))
            .with_state(world)
    }
    fn fault_response(&self, fault: &FaultAnswer<'_>) -> Response {
        match fault.trouble {
            Trouble::Status(status) => {
                (status, Json(json!({ "toy_error": fault.operation }))).into_response()
            }
            Trouble::RateLimited { reset_at } => {
                (StatusCode::TOO_MANY_REQUESTS, [("x-reset", reset_at.to_string())], "slow down")
                    .into_response()
            }
            Trouble::TokenExpired => (StatusCode::UNAUTHORIZED, "expired").into_response(),
            Trouble::TokenRevoked => (StatusCode::UNAUTHORIZED, "revoked").into_response(),
        }
    }
}

pub(crate) fn item(world: &World, id: &str, text: &str) -> LedgerItem {
    LedgerItem {
        platform: "toy".to_owned(),
        server: None,
        account: LedgerAccount { remote_id: "7".to_owned(), handle: "mara".to_owned() },
        remote_id: id.to_owned(),
        parent: None,
        kind: "post".to_owned(),
        text: text.to_owned(),
        media: Vec::new(),
        at: world.now(),
        deleted_at: None,
    }
}

async fn create(State(world): State<Arc<World>>, headers: HeaderMap, text: String) -> Response {
    let bearer =
        headers.get("authorization").and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    match bearer.and_then(|t| world.tokens().look_up("toy", t)) {
        Some((_, TokenState::Live)) => {}
        Some((_, state)) => {
            return (StatusCode::UNAUTHORIZED, Json(json!({ "state": state }))).into_response();
        }
        None => return StatusCode::UNAUTHORIZED.into_response(),
    }
    if text.is_empty() {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    }
    let id = world.next_number("toy.post").to_string();
    world.state("toy", |s: &mut ToyState| s.texts.push(text.clone()));
    world.ledger().add(item(&world, &id, &text));
    (StatusCode::CREATED, Json(json!({ "id": id }))).into_response()
}

async fn list(State(world): State<Arc<World>>) -> Json<Vec<String>> {
    Json(world.read("toy", |s: &ToyState| s.texts.clone()))
}

async fn upload(State(world): State<Arc<World>>, body: Body) -> Response {
    match world.blobs().store_body(body).await {
        Ok(info) => Json(info).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

async fn authorize_get(
    s: State<Arc<World>>,
    site: Site,
    Query(params): Query<Vec<(String, String)>>,
) -> Response {
    authorize(&s, &site, &params)
}

async fn authorize_post(
    s: State<Arc<World>>,
    site: Site,
    Form(params): Form<Vec<(String, String)>>,
) -> Response {
    authorize(&s, &site, &params)
}

fn authorize(world: &World, site: &Site, params: &[(String, String)]) -> Response {
    let get = |name: &str| params.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()).unwrap_or_default();
    let personas: Vec<_> = PERSONAS.iter().map(|p| (p, p.key.to_owned())).collect();
    let scopes = [("write".to_owned(), "Publish <everything>".to_owned())];
    let consent = Consent {
        network: "Toy",
        color: "#123456",
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
                platform: "toy".to_owned(),
                host: site.host.clone(),
                persona: persona.key.to_owned(),
                client_id: get("client_id"),
                redirect_uri: get("redirect_uri"),
                scopes: vec!["write".to_owned()],
                ..CodeGrant::default()
            };
            let code = world.codes().issue(grant, Duration::from_secs(30));
            back(&[("code", &code), ("state", &get("state"))])
        }
    }
}

async fn feed(State(world): State<Arc<World>>) -> Response {
    let posts =
        world.ledger().of("toy").into_iter().map(|i| PostView { text: i.text, ..PostView::default() });
    feed_page(&FeedView { network: "Toy".into(), posts: posts.collect(), ..FeedView::default() })
        .into_response()
}
