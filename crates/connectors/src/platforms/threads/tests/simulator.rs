//! The simulated network alone, over HTTP: as strict as the fact sheet.

mod containers;
mod finding;
mod limits;
mod login;
mod reading;
mod replies;
mod rules;

use std::time::Duration;

use carillon_domain::media::MediaInfo;
use carillon_domain::secret::Secret;
use http::{Method, StatusCode};
use serde_json::Value;
use url::Url;

use super::super::sandbox::{State, simulator};
use crate::conformance::Bench;
use crate::kit::http::{Call, Reply, Safety, SendError, Transport};
use crate::sandbox::testing::graph_refusal as refusal;
use crate::sandbox::{Fault, FaultKind, InProcess, LedgerItem, When, testing};

const APP: &str = "carillon-sandbox";
const SECRET: &str = "sandbox-secret-threads";
const BACK: &str = "https://carillon.example/oauth/threads/callback";
const GRAPH: &str = "https://graph.threads.net/v1.0";
const SCOPES: &str = "threads_basic,threads_content_publish,threads_manage_replies,threads_read_replies,\
                      threads_manage_insights,threads_manage_mentions,threads_keyword_search,threads_delete,\
                      threads_location_tagging,threads_profile_discovery,threads_share_to_instagram";
/// What publishing too early says.
const TOO_EARLY: (u16, i64, i64) = (400, 24, 4_279_009);

/// A world with this network in it.
struct Net {
    bench: Bench,
}

/// Somebody's id and long token.
struct User {
    id: String,
    token: String,
}

fn dialog(site: &str, scope: &str) -> Url {
    let params = [
        ("client_id", APP),
        ("redirect_uri", BACK),
        ("scope", scope),
        ("response_type", "code"),
        ("state", "s"),
    ];
    Url::parse_with_params(&format!("https://{site}/oauth/authorize"), params).unwrap()
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned())
}

impl Net {
    fn new() -> Self {
        Self { bench: Bench::new(simulator()) }
    }

    async fn try_send(&self, call: Call) -> Result<Reply, SendError> {
        InProcess::over(self.bench.sandbox.clone()).send(call, None).await
    }

    async fn send(&self, call: Call) -> Reply {
        self.try_send(call).await.unwrap()
    }

    fn call(&self, method: Method, path: &str, token: &str, params: &[(&str, &str)]) -> Call {
        let url = if path.starts_with("https://") { path.to_owned() } else { format!("{GRAPH}/{path}") };
        let call = Call::new("raw", Safety::Invisible, method.clone(), url).bearer(&Secret::new(token));
        let params = params.iter().copied();
        if method == Method::POST { call.form(params) } else { call.query(params) }
    }

    async fn get(&self, path: &str, token: &str, params: &[(&str, &str)]) -> Reply {
        self.send(self.call(Method::GET, path, token, params)).await
    }

    async fn post(&self, path: &str, token: &str, params: &[(&str, &str)]) -> Reply {
        self.send(self.call(Method::POST, path, token, params)).await
    }

    async fn delete(&self, user: &User, post: &str) -> Reply {
        self.send(self.call(Method::DELETE, post, &user.token, &[])).await
    }

    /// The answer to a code.
    async fn redeem(&self, host: &str, code: &str) -> Reply {
        let form = [
            ("client_id", APP),
            ("client_secret", SECRET),
            ("code", code),
            ("grant_type", "authorization_code"),
            ("redirect_uri", BACK),
        ];
        let url = format!("https://{host}/oauth/access_token");
        self.send(Call::post("raw", Safety::Invisible, url).form(form)).await
    }

    async fn code(&self, persona: &str, scope: &str) -> String {
        let back = testing::approve(&self.bench.sandbox, &dialog("www.threads.net", scope), persona).await;
        parameter(&back, "code").unwrap()
    }

    async fn short_token(&self, persona: &str, scope: &str) -> String {
        let code = self.code(persona, scope).await;
        token_in(&self.redeem("graph.threads.net", &code).await)
    }

    async fn exchange(&self, short: &str) -> Reply {
        let query = [("grant_type", "th_exchange_token"), ("client_secret", SECRET), ("access_token", short)];
        self.send(Call::get("raw", "https://graph.threads.net/access_token").query(query)).await
    }

    async fn refresh(&self, token: &str) -> Reply {
        let query = [("grant_type", "th_refresh_token"), ("access_token", token)];
        self.send(Call::get("raw", "https://graph.threads.net/refresh_access_token").query(query)).await
    }

    async fn user_with(&self, persona: &str, scope: &str) -> User {
        let short = self.short_token(persona, scope).await;
        let token = token_in(&self.exchange(&short).await);
        let id = id(&self.get("me", &token, &[]).await);
        User { id, token }
    }

    async fn user(&self) -> User {
        self.user_with("marafields", SCOPES).await
    }

    /// The answer to a new container.
    async fn create(&self, user: &User, params: &[(&str, &str)]) -> Reply {
        self.post("me/threads", &user.token, params).await
    }

    async fn publish(&self, user: &User, container: &str) -> Reply {
        self.post("me/threads_publish", &user.token, &[("creation_id", container)]).await
    }

    /// A container's `status` and, after a slash, its `error_message`.
    async fn status(&self, user: &User, container: &str) -> String {
        let fields = [("fields", "id,status,error_message")];
        let shown = ok(&self.get(container, &user.token, &fields).await);
        let error = shown["error_message"].as_str().map(|error| format!("/{error}"));
        format!("{}{}", shown["status"].as_str().unwrap(), error.unwrap_or_default())
    }

    /// A container, the time that it takes, and its post.
    async fn posted(&self, user: &User, params: &[(&str, &str)]) -> String {
        let container = id(&self.create(user, params).await);
        self.wait(30);
        id(&self.publish(user, &container).await)
    }

    async fn text(&self, user: &User, text: &str) -> String {
        self.posted(user, &[("media_type", "TEXT"), ("text", text)]).await
    }

    async fn reply(&self, user: &User, parent: &str, text: &str) -> String {
        self.posted(user, &[("media_type", "TEXT"), ("text", text), ("reply_to_id", parent)]).await
    }

    /// The `data` of a list.
    async fn list(&self, user: &User, path: &str, params: &[(&str, &str)]) -> Vec<Value> {
        ok(&self.get(path, &user.token, params).await)["data"].as_array().unwrap().clone()
    }

    async fn open(&self, path: &str) -> Reply {
        testing::open(&self.bench.sandbox, &format!("https://www.threads.net{path}")).await
    }

    fn jpeg(&self) -> String {
        url_of(&self.bench.library.jpeg(1080, 1350, None))
    }

    fn wait(&self, seconds: u64) {
        self.bench.clock.advance(Duration::from_secs(seconds));
    }

    fn ledger(&self) -> Vec<LedgerItem> {
        self.bench.world.ledger().of("threads")
    }

    fn fault(&self, operation: &str, when: When, fault: FaultKind, status: u16) {
        let fault = Fault::once("threads", operation, when, fault);
        self.bench.world.faults().add(fault.status(status));
    }

    fn set(&self, change: impl FnOnce(&mut State)) {
        self.bench.world.state("threads", change);
    }
}

fn url_of(media: &MediaInfo) -> String {
    format!("https://media.carillon.example/{}", media.id)
}

fn ids(list: &[Value]) -> Vec<&str> {
    list.iter().map(|entry| entry["id"].as_str().unwrap()).collect()
}

#[track_caller]
fn ok(reply: &Reply) -> Value {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.snippet(600));
    reply.json().unwrap()
}

#[track_caller]
fn id(reply: &Reply) -> String {
    ok(reply)["id"].as_str().unwrap().to_owned()
}

#[track_caller]
fn token_in(reply: &Reply) -> String {
    ok(reply)["access_token"].as_str().unwrap().to_owned()
}

/// The words of a refusal.
#[track_caller]
fn words(reply: &Reply) -> String {
    refusal(reply);
    reply.json::<Value>().unwrap()["error"]["message"].as_str().unwrap().to_owned()
}
