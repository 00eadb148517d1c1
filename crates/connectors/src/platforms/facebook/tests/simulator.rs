//! The simulated network alone, over HTTP: as strict as the fact sheet.

mod feed;
mod limits;
mod login;
mod reading;
mod shared;
mod uploads;
mod videos;

use std::time::Duration;

use bytes::Bytes;
use carillon_domain::media::MediaInfo;
use carillon_domain::secret::Secret;
use carillon_domain::time::SeededEntropy;
use hmac::{Hmac, KeyInit, Mac};
use http::{Method, StatusCode};
use serde_json::Value;
use sha2::Sha256;
use url::Url;

use super::super::sandbox::{State, simulator};
use crate::conformance::Bench;
use crate::kit::http::{Call, Reply, Safety, Transport};
use crate::kit::multipart::Multipart;
use crate::sandbox::testing::graph_refusal as refusal;
use crate::sandbox::{Fault, FaultKind, InProcess, LedgerItem, When, testing};

const APP: &str = "carillon-sandbox";
const SECRET: &str = "sandbox-secret-facebook";
const BACK: &str = "https://carillon.example/oauth/facebook/callback";
const GRAPH: &str = "https://graph.facebook.com/v26.0";
const SCOPES: &str = "pages_show_list,pages_read_engagement,pages_manage_posts,pages_manage_engagement,\
                      pages_read_user_content,pages_manage_metadata,read_insights,business_management";

/// A world with this network in it.
struct Net {
    bench: Bench,
}

/// A Page's id and token.
struct Page {
    id: String,
    token: String,
}

fn proof(token: &str) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(token.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

fn dialog(scope: &str) -> Url {
    let params = [
        ("client_id", APP),
        ("redirect_uri", BACK),
        ("scope", scope),
        ("response_type", "code"),
        ("state", "s"),
    ];
    Url::parse_with_params("https://www.facebook.com/v26.0/dialog/oauth", params).unwrap()
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned())
}

impl Net {
    fn new() -> Self {
        Self { bench: Bench::new(simulator()) }
    }

    async fn send(&self, call: Call) -> Reply {
        InProcess::over(self.bench.sandbox.clone()).send(call, None).await.unwrap()
    }

    fn call(&self, method: Method, path: &str, token: &str, params: &[(&str, &str)]) -> Call {
        let url = if path.starts_with("https://") { path.to_owned() } else { format!("{GRAPH}/{path}") };
        let proof = proof(token);
        let all = params.iter().copied().chain([("appsecret_proof", proof.as_str())]);
        let call = Call::new("raw", Safety::Invisible, method.clone(), url).bearer(&Secret::new(token));
        if method == Method::POST { call.form(all) } else { call.query(all) }
    }

    async fn get(&self, path: &str, token: &str, params: &[(&str, &str)]) -> Reply {
        self.send(self.call(Method::GET, path, token, params)).await
    }

    async fn post(&self, path: &str, token: &str, params: &[(&str, &str)]) -> Reply {
        self.send(self.call(Method::POST, path, token, params)).await
    }

    async fn delete(&self, path: &str, token: &str) -> Reply {
        self.send(self.call(Method::DELETE, path, token, &[])).await
    }

    /// A file in a multipart form.
    async fn upload(
        &self,
        path: &str,
        token: &str,
        params: &[(&str, &str)],
        (field, bytes): (&str, Bytes),
    ) -> Reply {
        let mut form = Multipart::new(&SeededEntropy::new(3)).text("appsecret_proof", &proof(token));
        for (name, value) in params {
            form = form.text(name, value);
        }
        let url = if path.starts_with("https://") { path.to_owned() } else { format!("{GRAPH}/{path}") };
        let call = Call::post("raw", Safety::Invisible, url).bearer(&Secret::new(token));
        self.send(form.bytes(field, "file", "application/octet-stream", bytes).on(call)).await
    }

    async fn tokens(&self, params: &[(&str, &str)]) -> Reply {
        let app = [("client_id", APP), ("client_secret", SECRET)];
        let query = params.iter().copied().chain(app);
        self.send(Call::get("raw", format!("{GRAPH}/oauth/access_token")).query(query)).await
    }

    async fn short_token(&self, persona: &str, scope: &str) -> String {
        let back = testing::approve(&self.bench.sandbox, &dialog(scope), persona).await;
        assert_eq!(parameter(&back, "state").as_deref(), Some("s"));
        let code = parameter(&back, "code").unwrap();
        token_in(&self.tokens(&[("redirect_uri", BACK), ("code", &code)]).await)
    }

    async fn user_with(&self, persona: &str, scope: &str) -> String {
        let short = self.short_token(persona, scope).await;
        let exchange = [("grant_type", "fb_exchange_token"), ("fb_exchange_token", short.as_str())];
        token_in(&self.tokens(&exchange).await)
    }

    async fn user(&self, persona: &str) -> String {
        self.user_with(persona, SCOPES).await
    }

    /// The first Page of somebody.
    async fn page_with(&self, persona: &str, scope: &str) -> Page {
        let user = self.user_with(persona, scope).await;
        let pages = ok(&self.get("me/accounts", &user, &[]).await);
        let text = |name: &str| pages["data"][0][name].as_str().unwrap().to_owned();
        Page { id: text("id"), token: text("access_token") }
    }

    async fn page(&self) -> Page {
        self.page_with("marafields", SCOPES).await
    }

    /// A reply on an edge of the Page.
    async fn on(&self, page: &Page, edge: &str, params: &[(&str, &str)]) -> Reply {
        self.post(&format!("{}/{edge}", page.id), &page.token, params).await
    }

    async fn list(&self, page: &Page, edge: &str, fields: &str) -> Vec<Value> {
        let reply = self.get(&format!("{}/{edge}", page.id), &page.token, &[("fields", fields)]).await;
        ok(&reply)["data"].as_array().unwrap().clone()
    }

    async fn text_post(&self, page: &Page, message: &str) -> String {
        id(&self.on(page, "feed", &[("message", message)]).await)
    }

    /// An unpublished photo.
    async fn photo(&self, page: &Page) -> String {
        let url = url_of(&self.bench.library.jpeg(1080, 1080, None));
        id(&self.on(page, "photos", &[("url", &url), ("published", "false")]).await)
    }

    fn wait(&self, seconds: u64) {
        self.bench.clock.advance(Duration::from_secs(seconds));
    }

    fn ledger(&self) -> Vec<LedgerItem> {
        self.bench.world.ledger().of("facebook")
    }

    fn fault(&self, operation: &str, when: When, fault: FaultKind, status: u16) {
        let fault = Fault::once("facebook", operation, when, fault);
        self.bench.world.faults().add(fault.status(status));
    }

    fn set(&self, change: impl FnOnce(&mut State)) {
        self.bench.world.state("facebook", change);
    }
}

fn url_of(media: &MediaInfo) -> String {
    format!("https://media.carillon.example/{}", media.id)
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
