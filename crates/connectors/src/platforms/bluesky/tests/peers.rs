//! The connector against a real server of the AT Protocol, over sockets. What the sandbox believes about the network is
//! checked here.

use std::io::Write;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use carillon_domain::post::{Draft, Part};
use carillon_domain::secret::Secret;
use carillon_domain::time::Clock;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::parity;
use crate::conformance::{Bench, Crash, Session, draft};
use crate::contract::authorizer::{Authorizer, SignIn};
use crate::contract::cx::PlatformSettings;
use crate::contract::publisher::Publisher;
use crate::contract::reader::Reader;
use crate::kit::egress::Egress;
use crate::kit::http::{Call, Http, Reply, Safety, SendError, Transport};
use crate::kit::wire::Wire;
use crate::platforms::bluesky::CONNECTOR;

const VARIABLE: &str = "CARILLON_TEST_PDS_DIR";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_server_agrees() {
    let Some(packages) = std::env::var_os(VARIABLE).filter(|v| !v.is_empty()) else {
        return skip("platforms::bluesky::tests::peers::a_real_server_agrees");
    };
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(&packages, data.path()).await;
    let (bench, lose) = bench();
    let bob = server.create_account(&bench.http, "bob").await;
    let alice = server.create_account(&bench.http, "alice").await;
    let session = server.connect(&bench, "alice.test", &alice.app_password).await;
    assert_eq!(session.account.remote_id, alice.did);
    assert_eq!(session.account.handle, "alice.test");

    wrong_passwords_are_refused(&server, &bench, &alice).await;
    text_marks_and_images(&server, &session, &bob.did).await;
    a_thread_in_order(&server, &session).await;
    repeated_commits_make_one_post(&server, &session, &lose).await;
    limits_are_the_same(&session).await;
    reading_works_without_an_index(&session).await;
    the_session_is_renewed_and_ends(&session).await;
    the_sandbox_is_like_this_server(&server, &bench, &alice).await;
}

async fn the_sandbox_is_like_this_server(server: &Server, bench: &Bench, alice: &Account) {
    let session = server.connect(bench, &alice.did, &alice.app_password).await;
    let credential = session.credential();
    let asker = parity::Asker {
        http: &bench.http,
        base: &server.urls.pds_url,
        did: &alice.did,
        access: credential.access_token,
        refresh: credential.refresh_token.expect("a token"),
    };
    parity::walk(&asker).await;
}

async fn wrong_passwords_are_refused(server: &Server, bench: &Bench, alice: &Account) {
    for (password, code) in [("aaaa-bbbb-cccc-dddd", "wrong_credentials"), (PASSWORD, "not_an_app_password")]
    {
        let error = server.sign_in(bench, &alice.did, password).await.expect_err(code);
        assert_eq!(error.code, code, "{error:?}");
    }
}

async fn text_marks_and_images(server: &Server, session: &Session<'_>, bob: &str) {
    let library = &session.bench.library;
    let media = [library.jpeg(1200, 800, Some("ένα καράβι")), library.png(640, 480, Some("a quay"))];
    let text = "Γεια 👩‍🌾 @bob.test and @nobody.test: https://example.com/ä?b=c. #κύματα";
    let mut post = draft(text, media.clone());
    post.options.insert("langs".to_owned(), json!(["el", "en"]));
    let uri = session.publish(&post).await.remote_ids().remove(0);
    let value = server.record(session, &uri).await["value"].clone();
    assert_eq!(value["text"], text);
    let marks: Vec<(&str, Value)> = value["facets"]
        .as_array()
        .expect("facets")
        .iter()
        .map(|f| {
            let at = |name: &str| usize::try_from(f["index"][name].as_u64().expect("offset")).expect("size");
            (&text[at("byteStart")..at("byteEnd")], f["features"][0].clone())
        })
        .collect();
    let facet = |kind: &str, name: &str, value: &str| json!({ "$type": format!("app.bsky.richtext.facet#{kind}"), name: value });
    assert_eq!(
        marks,
        [
            ("@bob.test", facet("mention", "did", bob)),
            ("https://example.com/ä?b=c", facet("link", "uri", "https://example.com/ä?b=c")),
            ("#κύματα", facet("tag", "tag", "κύματα")),
        ]
    );
    for (index, item) in media.iter().enumerate() {
        let image = &value["embed"]["images"][index];
        assert_eq!(image["alt"], item.alt.as_deref().unwrap_or_default());
        let size = json!({ "width": item.width, "height": item.height });
        assert_eq!(image["aspectRatio"], size);
        let cid = image["image"]["ref"]["$link"].as_str().expect("cid");
        let query = [("did", session.account.remote_id.as_str()), ("cid", cid)];
        let blob = server.get(session, "com.atproto.sync.getBlob", &query).await;
        assert_eq!(Some(blob.body), library.bytes(item.id));
    }
}

async fn a_thread_in_order(server: &Server, session: &Session<'_>) {
    // The second part's link leads to the server itself, whose page is no HTML: the card has its address only.
    let link = format!("{}/", server.urls.pds_url);
    let part = |text: &str| Part { text: text.to_owned(), media: Vec::new() };
    let post = Draft { parts: vec![part(&link), part("three")], ..draft("one", []) };
    let uris = session.publish(&post).await.remote_ids();
    assert_eq!(uris.len(), 3);
    let mut records = Vec::new();
    for uri in &uris {
        records.push(server.record(session, uri).await);
    }
    let reference = |i: usize| json!({ "uri": records[i]["uri"], "cid": records[i]["cid"] });
    assert_eq!(records[0]["value"].get("reply"), None);
    assert_eq!(records[1]["value"]["reply"], json!({ "root": reference(0), "parent": reference(0) }));
    assert_eq!(records[2]["value"]["reply"], json!({ "root": reference(0), "parent": reference(1) }));
    let card = json!({ "uri": link, "title": link, "description": "" });
    assert_eq!(records[1]["value"]["embed"]["external"], card);
}

async fn repeated_commits_make_one_post(server: &Server, session: &Session<'_>, lose: &AtomicU32) {
    let count = || async { server.posts(session).await.len() };
    let before = count().await;
    // The answer gets lost; the commit is sent again as it was.
    lose.store(1, Ordering::SeqCst);
    let post = draft("the answer is lost", []);
    assert!(session.publish(&post).await.is_published());
    assert_eq!(lose.load(Ordering::SeqCst), 0, "an answer was lost");
    assert_eq!(count().await, before + 1);
    // The process dies between send and answer.
    let outcome = session.publish_crashing(&draft("the process dies", []), Crash::AfterCommit(0)).await;
    assert!(outcome.is_published());
    assert_eq!(count().await, before + 2);
    // A later attempt starts from the same preparation, with another time.
    let credential = session.credential();
    let cx = session.cx(&credential);
    let post = draft("a later attempt", []);
    let ready = CONNECTOR.start(&cx, &post).expect("started");
    let ready = CONNECTOR.advance(&cx, &post, ready).await.expect("ready");
    let first = session.resume(&post, ready.clone()).await.remote_ids();
    session.bench.clock.advance(Duration::from_secs(60));
    assert_eq!(session.resume(&post, ready).await.remote_ids(), first);
    assert_eq!(count().await, before + 3);
    CONNECTOR.delete(&cx, &first[0]).await.expect("deleted");
    CONNECTOR.delete(&cx, &first[0]).await.expect("gone already");
    assert_eq!(count().await, before + 2);
}

async fn limits_are_the_same(session: &Session<'_>) {
    let library = &session.bench.library;
    let picture = |bytes: usize| library.padded(library.jpeg(10, 10, Some("x")), bytes);
    for (post, code) in [
        (draft(&"é".repeat(300), []), ""),
        (draft(&"é".repeat(301), []), "text_too_long"),
        (draft(&"👨‍👩‍👧‍👧".repeat(120), []), ""),
        (draft(&"👨‍👩‍👧‍👧".repeat(121), []), "text_too_long"),
        (draft("", [picture(1_000_000)]), ""),
        (draft("", [picture(1_000_001)]), "media_too_large"),
        (draft("", (0..5).map(|_| picture(1000))), "too_many"),
    ] {
        let report = CONNECTOR.check(&post, &session.account);
        let outcome = session.publish(&post).await;
        assert_eq!(outcome.error().map_or("", |e| e.code.as_str()), code, "{outcome:?}");
        assert_eq!(report.violations.is_empty(), outcome.is_published(), "{report:?}");
    }
}

async fn reading_works_without_an_index(session: &Session<'_>) {
    let credential = session.credential();
    let cx = session.cx(&credential);
    let profile = CONNECTOR.profile(&cx).await.expect("profile");
    assert_eq!((profile.identity.handle.as_str(), profile.counts.len()), ("alice.test", 0));
    let page = CONNECTOR.posts(&cx, None).await.expect("posts");
    assert!(page.posts.len() > 5);
    assert!(page.posts.iter().any(|p| p.text.contains("@bob.test")));
    assert!(page.posts.iter().all(|p| p.counts.is_empty()), "missing, not zero");
}

async fn the_session_is_renewed_and_ends(session: &Session<'_>) {
    session.refresh().await.expect("renewed");
    assert!(session.publish(&draft("after the renewal", [])).await.is_published());
    let cx = session.bench.auth_cx(&session.settings, None);
    CONNECTOR.revoke(&cx, &session.account, &session.credential()).await.expect("ended");
    let error = session.refresh().await.expect_err("over");
    assert_eq!(error.code, "session_over", "{error:?}");
}

fn skip(test: &str) {
    let line = format!("skipped: {VARIABLE} unset ({test})\n");
    std::io::stderr().write_all(line.as_bytes()).expect("standard error");
    if let Some(log) = std::env::var_os("CARILLON_SKIP_LOG") {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(log);
        file.and_then(|mut f| f.write_all(line.as_bytes())).expect("the skip log");
    }
}

/// A bench whose HTTP goes over sockets, to this machine only; it can lose the answers of commits.
fn bench() -> (Bench, Arc<AtomicU32>) {
    let mut bench = Bench::with(Vec::new());
    let clock: Arc<dyn Clock> = bench.clock.clone();
    let here = ["127.0.0.0/8", "::1/128"].map(|net| net.parse().expect("net"));
    let wire = Wire::new(Egress::new(here), clock.clone()).expect("a client");
    let lose = Arc::new(AtomicU32::new(0));
    bench.http = Http::new(Arc::new(Lossy { wire, lose: lose.clone() }), clock);
    (bench, lose)
}

struct Lossy {
    wire: Wire,
    lose: Arc<AtomicU32>,
}

#[async_trait]
impl Transport for Lossy {
    fn admit(&self, call: &Call) -> Result<(), SendError> {
        self.wire.admit(call)
    }

    async fn send(&self, call: Call, not_after: Option<Duration>) -> Result<Reply, SendError> {
        let reply = self.wire.send(call, not_after).await?;
        let lost = not_after.is_some()
            && self.lose.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
        if lost { Err(SendError::Lost("the test lost it".to_owned())) } else { Ok(reply) }
    }
}

#[derive(Deserialize)]
struct Urls {
    pds_url: String,
    plc_url: String,
}

struct Account {
    did: String,
    app_password: String,
}

const PASSWORD: &str = "the-own-password";

/// A server in a process of its own; it ends when its standard input does.
struct Server {
    urls: Urls,
    _process: Child,
}

impl Server {
    async fn start(packages: &std::ffi::OsStr, data: &std::path::Path) -> Self {
        let node = std::env::var_os("CARILLON_TEST_NODE").filter(|v| !v.is_empty()).unwrap_or("node".into());
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bench/peers/bluesky-pds/start.mjs");
        let mut process = Command::new(node)
            .arg(script)
            .arg(packages)
            .arg(data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("Node starts");
        let mut lines = BufReader::new(process.stdout.take().expect("output")).lines();
        let line = lines.next_line().await.expect("output").expect("the server starts");
        Self { urls: serde_json::from_str(&line).expect("addresses"), _process: process }
    }

    fn settings(&self) -> PlatformSettings {
        let mut settings = PlatformSettings::default();
        for key in ["entryway_base_url", "appview_base_url"] {
            settings.values.insert(key.to_owned(), self.urls.pds_url.clone());
        }
        settings.values.insert("plc_base_url".to_owned(), self.urls.plc_url.clone());
        settings
    }

    async fn create_account(&self, http: &Http, name: &str) -> Account {
        let post = |nsid: &str, input: Value| {
            let url = format!("{}/xrpc/com.atproto.server.{nsid}", self.urls.pds_url);
            Call::post("setup", Safety::Invisible, url).json(&input)
        };
        let handle = format!("{name}.test");
        let input = json!({ "handle": handle, "email": format!("{name}@example.com"), "password": PASSWORD });
        let created: Value =
            http.send(post("createAccount", input)).await.expect("answer").json().expect("json");
        let token = Secret::new(created["accessJwt"].as_str().expect("an account"));
        let call = post("createAppPassword", json!({ "name": "carillon" })).bearer(&token);
        let password: Value = http.send(call).await.expect("answer").json().expect("json");
        Account {
            did: created["did"].as_str().expect("did").to_owned(),
            app_password: password["password"].as_str().expect("an app password").to_owned(),
        }
    }

    async fn sign_in(
        &self,
        bench: &Bench,
        identifier: &str,
        password: &str,
    ) -> Result<crate::contract::authorizer::Granted, carillon_domain::connector_error::ConnectorError> {
        let settings = self.settings();
        let request =
            SignIn { server: None, identifier: identifier.to_owned(), app_password: Secret::new(password) };
        CONNECTOR.sign_in(&bench.auth_cx(&settings, None), request).await
    }

    async fn connect<'b>(&self, bench: &'b Bench, identifier: &str, password: &str) -> Session<'b> {
        let granted = self.sign_in(bench, identifier, password).await.expect("signed in");
        bench.adopt(&CONNECTOR, self.settings(), granted)
    }

    async fn get(&self, session: &Session<'_>, nsid: &str, query: &[(&str, &str)]) -> Reply {
        let call =
            Call::get("look", format!("{}/xrpc/{nsid}", self.urls.pds_url)).query(query.iter().copied());
        let reply = session.bench.http.send(call).await.expect("answer");
        assert!(reply.status.is_success(), "{nsid}: {}", reply.snippet(300));
        reply
    }

    async fn record(&self, session: &Session<'_>, uri: &str) -> Value {
        let rkey = uri.rsplit('/').next().unwrap_or_default();
        let at = [
            ("repo", session.account.remote_id.as_str()),
            ("collection", "app.bsky.feed.post"),
            ("rkey", rkey),
        ];
        self.get(session, "com.atproto.repo.getRecord", &at).await.json().expect("json")
    }

    async fn posts(&self, session: &Session<'_>) -> Vec<Value> {
        let query = [
            ("repo", session.account.remote_id.as_str()),
            ("collection", "app.bsky.feed.post"),
            ("limit", "100"),
        ];
        let listed: Value =
            self.get(session, "com.atproto.repo.listRecords", &query).await.json().expect("json");
        listed["records"].as_array().cloned().unwrap_or_default()
    }
}
