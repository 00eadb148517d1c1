//! The sandbox side is as strict as the fact sheet. These tests speak HTTP to it and nothing else; the connector has no part.

mod caps;
mod cuts;
mod faults;
mod films;
mod login;
mod posting;
mod publishing;
mod pulls;
mod reading;
mod tokens;
mod uploads;

use std::time::Duration;

use bytes::Bytes;
use carillon_domain::media::MediaInfo;
use carillon_domain::time::Clock;
use http::header::{AUTHORIZATION, CONTENT_RANGE, CONTENT_TYPE};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use url::Url;

use super::super::sandbox::{Memory, simulator};
use crate::conformance::Bench;
use crate::contract::cx::MediaSource;
use crate::kit::http::{Body, Call, Reply, Safety, SendError, Transport};
use crate::sandbox::{Fault, FaultKind, InProcess, LedgerItem, When, testing};
use films::film;

const PLATFORM: &str = "tiktok";
const API: &str = "https://open.tiktokapis.com";
const WWW: &str = "https://www.tiktok.com";
const REDIRECT: &str = "https://carillon.example/back";
const EVERYTHING: &str =
    "user.info.basic,user.info.profile,user.info.stats,video.list,video.publish,video.upload";
const JSON: &str = "application/json; charset=UTF-8";

/// The network, with nobody connected.
struct Net {
    bench: Bench,
}

/// Somebody with a token.
struct Someone<'a> {
    net: &'a Net,
    /// The answer of the token endpoint.
    grant: Value,
}

/// A begun upload.
struct Begun {
    id: String,
    url: String,
}

impl Net {
    fn new() -> Self {
        Self { bench: Bench::new(simulator()) }
    }

    async fn try_send(&self, call: Call) -> Result<Reply, SendError> {
        // A permit is the engine's business; the deadline is far away.
        let later = self.bench.clock.monotonic() + Duration::from_secs(60);
        InProcess::over(self.bench.sandbox.clone()).send(call, Some(later)).await
    }

    async fn send(&self, call: Call) -> Reply {
        self.try_send(call).await.unwrap()
    }

    /// The address of the consent page; an empty value leaves a parameter out.
    fn authorize_url(&self, scopes: &str, more: &[(&str, &str)]) -> Url {
        let app = self.bench.world.apps().ready_made(PLATFORM);
        let mut pairs = vec![
            ("client_key", app.client_id.as_str()),
            ("response_type", "code"),
            ("scope", scopes),
            ("redirect_uri", REDIRECT),
            ("state", "s"),
        ];
        for (name, value) in more {
            pairs.retain(|(key, _)| key != name);
            pairs.push((*name, *value));
        }
        pairs.retain(|(_, value)| !value.is_empty());
        Url::parse_with_params(&format!("{WWW}/v2/auth/authorize/"), pairs).unwrap()
    }

    async fn code(&self, persona: &str, scopes: &str, more: &[(&str, &str)]) -> String {
        let back = testing::approve(&self.bench.sandbox, &self.authorize_url(scopes, more), persona).await;
        parameter(&back, "code").unwrap_or_else(|| panic!("{back}"))
    }

    /// The form at a token endpoint with the ready-made app, unless the form names one.
    async fn form(&self, path: &str, form: &[(&str, &str)]) -> Reply {
        let app = self.bench.world.apps().ready_made(PLATFORM);
        let mut all = form.to_vec();
        for (name, value) in [("client_key", &app.client_id), ("client_secret", &app.client_secret)] {
            if !form.iter().any(|(key, _)| *key == name) {
                all.push((name, value.as_str()));
            }
        }
        self.send(Call::post("raw", Safety::Invisible, format!("{API}{path}")).form(all)).await
    }

    async fn redeem(&self, code: &str, more: &[(&str, &str)]) -> Reply {
        let mut form = vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)];
        for (name, value) in more {
            form.retain(|(key, _)| key != name);
            form.push((*name, *value));
        }
        self.form("/v2/oauth/token/", &form).await
    }

    async fn refresh(&self, token: &str) -> Reply {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.form("/v2/oauth/token/", &form).await
    }

    async fn revoke(&self, token: &str) -> Reply {
        self.form("/v2/oauth/revoke/", &[("token", token)]).await
    }

    async fn login(&self, persona: &str, scopes: &str) -> Someone<'_> {
        let reply = self.redeem(&self.code(persona, scopes, &[]).await, &[]).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.snippet(300));
        Someone { net: self, grant: reply.json().unwrap() }
    }

    /// Mara Fields with every scope.
    async fn mara(&self) -> Someone<'_> {
        self.login("marafields", EVERYTHING).await
    }

    fn wait(&self, seconds: u64) {
        self.bench.clock.advance(Duration::from_secs(seconds));
    }

    fn rules(&self, change: impl FnOnce(&mut Memory)) {
        self.bench.world.state(PLATFORM, change);
    }

    fn fault(&self, operation: &str, when: When, fault: FaultKind, status: Option<u16>) {
        let mut fault = Fault::once(PLATFORM, operation, when, fault);
        fault.status = status;
        self.bench.world.faults().add(fault);
    }

    /// What stands in the ledger and was not taken back.
    fn live(&self) -> Vec<LedgerItem> {
        let all = self.bench.world.ledger().of(PLATFORM);
        all.into_iter().filter(|item| item.deleted_at.is_none()).collect()
    }

    async fn page(&self, path: &str) -> Reply {
        testing::open(&self.bench.sandbox, &format!("{WWW}{path}")).await
    }

    /// Where the network can pull a file of the library from.
    fn address(&self, file: &MediaInfo) -> String {
        self.bench.library.public_url(file.id).unwrap().to_string()
    }

    /// Sends bytes to an upload address; `range` is the value of `Content-Range`.
    async fn put(&self, url: &str, range: &str, bytes: Bytes) -> Reply {
        self.send(part(url, range, Body::Bytes(bytes))).await
    }

    /// Sends a whole file in one chunk.
    async fn put_whole(&self, url: &str, file: &Bytes) -> Reply {
        self.put(url, &format!("bytes 0-{}/{}", file.len() - 1, file.len()), file.clone()).await
    }
}

impl Someone<'_> {
    fn access(&self) -> &str {
        self.grant["access_token"].as_str().unwrap()
    }

    fn refresh_token(&self) -> &str {
        self.grant["refresh_token"].as_str().unwrap()
    }

    fn bearer(&self, call: Call) -> Call {
        call.header(AUTHORIZATION, &format!("Bearer {}", self.access()))
    }

    async fn get(&self, path: &str) -> Reply {
        self.net.send(self.bearer(Call::get("raw", format!("{API}{path}")))).await
    }

    fn call(&self, path: &str, body: &Value) -> Call {
        let call = Call::post("raw", Safety::Invisible, format!("{API}{path}"));
        self.bearer(call.json(body)).header(CONTENT_TYPE, JSON)
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        self.net.send(self.call(path, &body)).await
    }

    async fn publish(&self, path: &str, body: Value) -> Reply {
        self.post(&format!("/v2/post/publish/{path}/"), body).await
    }

    /// A direct video of so many bytes in one chunk.
    async fn direct(&self, title: &str, privacy: &str, bytes: usize) -> Begun {
        let body = json!({ "post_info": info(title, privacy), "source_info": whole(bytes) });
        begun(&self.publish("video/init", body).await)
    }

    /// Uploads a video directly; gives its `publish_id`.
    async fn video(&self, title: &str, privacy: &str, file: &Bytes) -> String {
        let begun = self.direct(title, privacy, file.len()).await;
        let reply = self.net.put_whole(&begun.url, file).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{title}");
        begun.id
    }

    /// A public video whose id is told; gives that.
    async fn public(&self, title: &str) -> String {
        let id = self.video(title, "PUBLIC_TO_EVERYONE", &film(title)).await;
        self.net.wait(120);
        let status = data(&self.status(&id).await);
        status["publicaly_available_post_id"][0].as_u64().unwrap().to_string()
    }

    async fn inbox(&self, bytes: usize) -> Reply {
        self.publish("inbox/video/init", json!({ "source_info": whole(bytes) })).await
    }

    async fn status(&self, id: &str) -> Reply {
        self.publish("status/fetch", json!({ "publish_id": id })).await
    }

    /// The status, and why it failed.
    async fn stands(&self, id: &str) -> (String, Option<String>) {
        let status = data(&self.status(id).await);
        let text = |name: &str| status[name].as_str().map(str::to_owned);
        (text("status").unwrap(), text("fail_reason"))
    }

    async fn list(&self, body: Value) -> Value {
        data(&self.post("/v2/video/list/?fields=id,title,view_count", body).await)
    }
}

/// A PUT of bytes.
fn part(url: &str, range: &str, body: Body) -> Call {
    let call = Call::new("raw", Safety::Invisible, Method::PUT, url);
    call.body("video/mp4", body).header(CONTENT_RANGE, range)
}

fn info(title: &str, privacy: &str) -> Value {
    json!({ "title": title, "privacy_level": privacy })
}

/// A file that is sent in one chunk.
fn whole(bytes: usize) -> Value {
    json!({ "source": "FILE_UPLOAD", "video_size": bytes, "chunk_size": bytes, "total_chunk_count": 1 })
}

fn begun(reply: &Reply) -> Begun {
    let data = data(reply);
    let text = |name: &str| data[name].as_str().unwrap_or_else(|| panic!("{data}")).to_owned();
    Begun { id: text("publish_id"), url: text("upload_url") }
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Status and code of an answer of the APIs, whose envelope is checked.
fn told(reply: &Reply) -> (u16, String) {
    let body: Value = reply.json().unwrap_or_else(|_| panic!("{}: {}", reply.status, reply.snippet(300)));
    let error = &body["error"];
    assert!(body["data"].is_object() && error["message"].is_string(), "{body}");
    assert!(error["log_id"].as_str().is_some_and(|id| id.len() == 34), "{body}");
    (reply.status.as_u16(), error["code"].as_str().unwrap().to_owned())
}

/// The data of a success.
fn data(reply: &Reply) -> Value {
    assert_eq!(told(reply), (200, "ok".to_owned()), "{}", reply.snippet(300));
    reply.json::<Value>().unwrap()["data"].take()
}

fn code(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// Status, error and description of an answer of the token endpoints, whose shape is checked.
fn oauth(reply: &Reply) -> (u16, String, String) {
    let body: Value = reply.json().unwrap_or_else(|_| panic!("{}: {}", reply.status, reply.snippet(300)));
    let text = |name: &str| body[name].as_str().unwrap_or_else(|| panic!("{body}")).to_owned();
    assert!(!text("log_id").is_empty());
    (reply.status.as_u16(), text("error"), text("error_description"))
}
