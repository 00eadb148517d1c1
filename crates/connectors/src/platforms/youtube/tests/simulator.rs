//! The sandbox side is as strict as the fact sheet. These tests speak HTTP to it and nothing else; the connector has no part.

mod analytics;
mod around;
mod cuts;
mod description;
mod login;
mod reading;
mod rules;
mod uploads;

use std::time::Duration;

use bytes::Bytes;
use carillon_domain::time::Clock;
use futures::StreamExt;
use http::{HeaderName, Method, StatusCode};
use serde_json::{Value, json};
use url::Url;

use super::super::sandbox::{Memory, Verdict, simulator};
use crate::conformance::Bench;
use crate::kit::http::{Body, Call, Reply, Safety, SendError, Transport};
use crate::sandbox::{Fault, FaultKind, InProcess, LedgerItem, When, testing};

const PLATFORM: &str = "youtube";
const V3: &str = "https://youtube.googleapis.com/youtube/v3";
const UPLOAD: &str = "https://www.googleapis.com/upload/youtube/v3";
const AUTH: &str = "https://www.googleapis.com/auth/";
const EVERYTHING: &[&str] = &["youtube.upload", "youtube", "youtube.force-ssl"];
const KIB256: usize = 262_144;

/// The network, and a token of somebody in it.
struct Net {
    bench: Bench,
    token: String,
}

impl Net {
    /// Signed in as Mara Fields with every scope.
    async fn new() -> Self {
        let mut net = Self { bench: Bench::new(simulator()), token: String::new() };
        net.token = net.sign_in("marafields", EVERYTHING).await;
        net
    }

    /// Signed in as somebody else.
    async fn of(persona: &str) -> Self {
        let mut net = Self { bench: Bench::new(simulator()), token: String::new() };
        net.token = net.sign_in(persona, EVERYTHING).await;
        net
    }

    async fn sign_in(&self, persona: &str, scopes: &[&str]) -> String {
        let answer = self.grant(persona, scopes, &[]).await;
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// Goes through the pages and the token endpoint, offline and with consent unless `more` says otherwise.
    async fn grant(&self, persona: &str, scopes: &[&str], more: &[(&str, &str)]) -> Value {
        let back = testing::approve(&self.bench.sandbox, &self.authorize_url(scopes, more), persona).await;
        let code = back.query_pairs().find(|(k, _)| k == "code").unwrap().1.into_owned();
        let reply = self.redeem(&code, &[]).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.snippet(300));
        reply.json().unwrap()
    }

    fn authorize_url(&self, scopes: &[&str], more: &[(&str, &str)]) -> Url {
        let scope: Vec<String> = scopes.iter().map(|scope| format!("{AUTH}{scope}")).collect();
        let scope = scope.join(" ");
        let app = self.bench.world.apps().ready_made(PLATFORM);
        let mut pairs = vec![
            ("client_id", app.client_id.as_str()),
            ("redirect_uri", "https://carillon.example/back"),
            ("response_type", "code"),
            ("scope", scope.as_str()),
            ("state", "s"),
            ("access_type", "offline"),
            ("prompt", "consent"),
        ];
        for (name, value) in more {
            pairs.retain(|(key, _)| key != name);
            pairs.push((*name, *value));
        }
        pairs.retain(|(_, value)| !value.is_empty());
        Url::parse_with_params("https://accounts.google.com/o/oauth2/v2/auth", pairs).unwrap()
    }

    async fn redeem(&self, code: &str, more: &[(&str, &str)]) -> Reply {
        let mut form = vec![
            ("code", code),
            ("grant_type", "authorization_code"),
            ("redirect_uri", "https://carillon.example/back"),
        ];
        for (name, value) in more {
            form.retain(|(key, _)| key != name);
            form.push((*name, *value));
        }
        self.token_call(&form).await
    }

    async fn refresh(&self, token: &str) -> Reply {
        self.token_call(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// With the ready-made client, unless the form names one.
    async fn token_call(&self, form: &[(&str, &str)]) -> Reply {
        let app = self.bench.world.apps().ready_made(PLATFORM);
        let mut all = form.to_vec();
        for (name, value) in [("client_id", &app.client_id), ("client_secret", &app.client_secret)] {
            if !form.iter().any(|(key, _)| *key == name) {
                all.push((name, value.as_str()));
            }
        }
        self.send(Call::post("raw", Safety::Invisible, "https://oauth2.googleapis.com/token").form(all)).await
    }

    async fn try_send(&self, call: Call) -> Result<Reply, SendError> {
        // A permit is the engine's business; the deadline is far away.
        let later = self.bench.clock.monotonic() + Duration::from_secs(60);
        let reply = InProcess::over(self.bench.sandbox.clone()).send(call, Some(later)).await?;
        description::check(&reply);
        Ok(reply)
    }

    async fn send(&self, call: Call) -> Reply {
        self.try_send(call).await.unwrap()
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    async fn call(&self, method: Method, url: &str, body: Option<Value>) -> Reply {
        let call = Call::new("raw", Safety::Invisible, method, url);
        let call = call.header(http::header::AUTHORIZATION, &self.bearer());
        self.send(match body {
            Some(body) => call.json(&body),
            None => call,
        })
        .await
    }

    async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, &format!("{V3}/{path}"), None).await
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(Method::POST, &format!("{V3}/{path}"), Some(body)).await
    }

    async fn put(&self, path: &str, body: Value) -> Reply {
        self.call(Method::PUT, &format!("{V3}/{path}"), Some(body)).await
    }

    async fn delete(&self, path: &str) -> Reply {
        self.call(Method::DELETE, &format!("{V3}/{path}"), None).await
    }

    /// Step 1 of an upload of so many bytes.
    async fn start(&self, body: &Value, bytes: usize) -> Reply {
        let named = body.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(",");
        let url = format!("{UPLOAD}/videos?uploadType=resumable&part={named}");
        let call = Call::post("raw", Safety::Invisible, url)
            .header(http::header::AUTHORIZATION, &self.bearer())
            .header(HeaderName::from_static("x-upload-content-type"), "video/mp4")
            .header(HeaderName::from_static("x-upload-content-length"), &bytes.to_string());
        self.send(call.json(body)).await
    }

    /// The address of a new session.
    async fn session(&self, body: &Value, bytes: usize) -> String {
        let reply = self.start(body, bytes).await;
        assert_eq!((reply.status, reply.body.len()), (StatusCode::OK, 0), "{}", reply.snippet(300));
        reply.header("location").unwrap().to_owned()
    }

    /// Sends a part of a file to a session.
    async fn chunk(&self, session: &str, file: &Bytes, from: usize, to: usize) -> Reply {
        let range = format!("bytes {from}-{}/{}", to - 1, file.len());
        self.send(part(session, &range, Body::Bytes(file.slice(from..to)))).await
    }

    /// Asks how much of the file has arrived.
    async fn question(&self, session: &str, total: &str) -> Reply {
        self.send(part(session, &format!("bytes */{total}"), Body::Empty)).await
    }

    /// Uploads a whole file; gives the resource.
    async fn upload(&self, body: &Value, file: &Bytes) -> Value {
        let session = self.session(body, file.len()).await;
        let reply = self.chunk(&session, file, 0, file.len()).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.snippet(300));
        reply.json().unwrap()
    }

    /// A processed public video; gives its id.
    async fn video(&self, title: &str) -> String {
        let id =
            self.upload(&meta(title, "public"), &film(title, None)).await["id"].as_str().unwrap().to_owned();
        self.wait(60);
        id
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

    /// What is public now, after the network has looked at its clock.
    async fn live(&self) -> Vec<LedgerItem> {
        testing::open(&self.bench.sandbox, "https://www.youtube.com/").await;
        let all = self.bench.world.ledger().of(PLATFORM);
        all.into_iter().filter(|item| item.deleted_at.is_none()).collect()
    }

    async fn page(&self, path: &str) -> Reply {
        testing::open(&self.bench.sandbox, &format!("https://www.youtube.com{path}")).await
    }
}

/// A PUT to a session.
fn part(session: &str, range: &str, body: Body) -> Call {
    let call = Call::new("raw", Safety::Invisible, Method::PUT, session);
    call.body("video/mp4", body).header(http::header::CONTENT_RANGE, range)
}

/// Ordinary metadata.
fn meta(title: &str, privacy: &str) -> Value {
    json!({
        "snippet": { "title": title, "description": format!("About {title}."), "categoryId": "22" },
        "status": { "privacyStatus": privacy, "selfDeclaredMadeForKids": false },
    })
}

/// An MP4 of this size in pixels and seconds, as far as its headers go; no two of different names are equal.
fn film(name: &str, shown: Option<(u16, u16, u32)>) -> Bytes {
    let mut bytes = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom".to_vec();
    if let Some((width, height, seconds)) = shown {
        bytes.extend(b"\x00\x00\x00\x6cmvhd");
        let mut header = vec![0; 12];
        header.extend(1_000_u32.to_be_bytes());
        header.extend((seconds * 1_000).to_be_bytes());
        header.resize(100, 0);
        bytes.extend(&header);
        bytes.extend(b"\x00\x00\x00\x5ctkhd");
        let mut track = vec![0; 40];
        track.extend(0x1_0000_u32.to_be_bytes());
        track.resize(76, 0);
        track.extend((u32::from(width) << 16).to_be_bytes());
        track.extend((u32::from(height) << 16).to_be_bytes());
        bytes.extend(&track);
    }
    bytes.extend(name.as_bytes());
    bytes.resize(bytes.len() + 500, 7);
    Bytes::from(bytes)
}

/// A long file whose bytes differ from place to place.
fn long_film(bytes: usize) -> Bytes {
    let mut all = film("long", None).to_vec();
    let filler = (0_usize..).map(|i| u8::try_from(i * 31 % 251).unwrap());
    all.extend(filler.take(bytes - all.len()));
    Bytes::from(all)
}

/// A body that says `len` bytes and breaks off after those that it has.
fn broken(bytes: Bytes, len: usize) -> Body {
    let pieces: Vec<_> = bytes.chunks(10_000).map(|piece| Ok(bytes.slice_ref(piece))).collect();
    Body::Stream { len: len as u64, stream: futures::stream::iter(pieces).boxed() }
}

/// Status and reason of a refusal, whose shape is checked.
fn refused(reply: &Reply) -> (u16, String) {
    let body: Value = reply.json().unwrap_or_else(|_| panic!("{}: {}", reply.status, reply.snippet(300)));
    let error = &body["error"];
    assert_eq!(error["code"], reply.status.as_u16(), "{body}");
    assert!(error["message"].is_string() && error["errors"][0]["domain"].is_string(), "{body}");
    (reply.status.as_u16(), error["errors"][0]["reason"].as_str().unwrap().to_owned())
}

fn json_of(reply: &Reply) -> Value {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.snippet(300));
    reply.json().unwrap()
}
