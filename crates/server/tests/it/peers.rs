//! The whole way: the real program, driven over HTTP, against a real server of another maker, read back from there.

mod front;
mod pds;

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use carillon_domain::time::{Clock, SignedDuration, Timestamp};
use carillon_server::ambient::SystemClock;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::process::{Carillon, Client, LOOK, PATIENCE, command};
use pds::{Account, Pds};

const VARIABLE: &str = "CARILLON_TEST_PDS_DIR";
const PUT: &str = "POST /xrpc/com.atproto.repo.putRecord ";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn posts_and_threads_arrive_at_a_real_server() {
    let Some(bench) = Bench::new("peers::posts_and_threads_arrive_at_a_real_server").await else { return };
    let carillon = bench.start().await;
    let api = bench.client(&carillon).await;
    bench.a_wrong_password_leaves_nothing(&api).await;
    let account = bench.connect(&api).await;
    bench.a_post_goes_out_at_its_time(&api, &account).await;
    bench.a_thread_is_in_order(&api, &account).await;
    assert!(carillon.terminate().await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_between_send_and_answer_makes_one_post() {
    let Some(bench) = Bench::new("peers::a_kill_between_send_and_answer_makes_one_post").await else {
        return;
    };
    let carillon = bench.start().await;
    let api = bench.client(&carillon).await;
    let account = bench.connect(&api).await;
    let answer = bench.pds.front.keep_answer(PUT);
    let post = json!({ "text": "The answer never came #once", "accounts": [account["id"]], "status": "now" });
    let post = api.post("/api/v1/posts", post).await;
    let heard = tokio::time::timeout(PATIENCE, answer).await.expect("the commit is sent").expect("an answer");
    assert!(heard.starts_with("HTTP/1.1 200"), "{heard}");
    let public = bench.pds.posts(&bench.alice.did).await;
    assert_eq!(public.len(), 1, "the server has it");
    let path = format!("/api/v1/publications/{}", post["publications"][0]["id"].as_str().expect("id"));
    assert_eq!(api.get(&path).await["state"], "publishing", "Carillon can't know");
    carillon.kill().await;

    let carillon = bench.start().await;
    let api = api.at(carillon.word("url"));
    // The lease of the dead process has to run out first.
    let patience = Duration::from_secs(240);
    let publication = api.poll_for(patience, &path, |p| p["state"] != "publishing").await;
    assert_eq!(publication["state"], "published", "{publication}");
    assert_eq!(bench.pds.posts(&bench.alice.did).await, public, "nothing was added, nothing was changed");
    assert_eq!(publication["remote_id"], public[0]["uri"]);
    assert!(carillon.terminate().await.success());
}

/// A server, two people on it, and the folder of one Carillon.
struct Bench {
    pds: Pds,
    alice: Account,
    bob: Account,
    folder: tempfile::TempDir,
}

impl Bench {
    /// `None` where the server's packages are missing; then the skip is noted.
    async fn new(test: &str) -> Option<Self> {
        let Some(packages) = std::env::var_os(VARIABLE).filter(|v| !v.is_empty()) else {
            skip(test);
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let pds = Pds::start(&packages, &folder.path().join("pds")).await;
        let (alice, bob) = (pds.create_account("alice").await, pds.create_account("bob").await);
        Some(Self { pds, alice, bob, folder })
    }

    fn home(&self) -> &Path {
        self.folder.path()
    }

    async fn start(&self) -> Carillon {
        let args = ["--listen", "127.0.0.1:0", "--data", "data"];
        Carillon::start(self.home(), &args, &self.pds.settings()).await
    }

    /// An owner's token, made without a browser.
    async fn client(&self, carillon: &Carillon) -> Client {
        let run = async |args: &[&str], input: &str| {
            let args = [&["admin"], args, &["--data", "data"]].concat();
            command(self.home(), &args, &[], input).await
        };
        let user =
            ["user", "create", "--email", "ada@example.com", "--password-stdin", "--workspace", "Quay"];
        run(&user, "a bell for every hour\n").await;
        let token = run(&["token", "create", "--workspace", "Quay", "--role", "owner"], "").await;
        Client::with_token(carillon.word("url"), token.trim())
    }

    fn sign_in(&self, password: &str) -> Value {
        json!({ "server": self.pds.url, "identifier": "@alice.test", "app_password": password })
    }

    async fn connect(&self, api: &Client) -> Value {
        let account = api.post("/api/v1/connect/bluesky", self.sign_in(&self.alice.app_password)).await;
        assert_eq!(account["remote_id"], self.alice.did.as_str(), "{account}");
        assert_eq!((&account["handle"], &account["status"]), (&json!("alice.test"), &json!("connected")));
        assert_eq!(account["server"], self.pds.url.as_str());
        account
    }

    async fn a_wrong_password_leaves_nothing(&self, api: &Client) {
        let wrong = self.sign_in("aaaa-bbbb-cccc-dddd");
        let (status, problem) = api.send(Method::POST, "/api/v1/connect/bluesky", Some(wrong)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problem["errors"][0]["code"], "wrong_credentials", "{problem}");
        let text = problem["detail"].as_str().expect("a sentence");
        assert!(text.contains("does not know this name with this app password"), "{problem}");
        assert!(!problem.to_string().contains("aaaa-bbbb"), "{problem}");
        assert_eq!(api.get("/api/v1/accounts").await["items"], json!([]));
    }

    async fn a_post_goes_out_at_its_time(&self, api: &Client, account: &Value) {
        let pictures = [("quay.jpg", "ένα καράβι"), ("quay.png", "the quay, from above")];
        let mut media = Vec::new();
        for (name, alt) in pictures {
            media.push(api.upload(name, &picture(name), alt).await);
        }
        let text = "Γεια 👩‍🌾 @bob.test, see https://example.com/ä?b=c. #κύματα";
        let ids: Vec<&Value> = media.iter().map(|m| &m["id"]).collect();
        let due = in_seconds(6);
        let post = api
            .post(
                "/api/v1/posts",
                json!({ "text": text, "accounts": [account["id"]], "media": ids, "status": "scheduled",
                    "scheduled_at": due.to_string() }),
            )
            .await;
        assert_eq!(post["status"], "scheduled", "{post}");

        let (record, seen) = self.first_post().await;
        assert!(seen >= due, "it was public at {seen}, before {due}");
        let publication = &published(api, &post).await["publications"][0];
        let late = SignedDuration::from_secs(2);
        for at in [&publication["published_at"], &record["value"]["createdAt"]] {
            let at: Timestamp = at.as_str().expect("a time").parse().expect("a time");
            assert!(at >= due && at < due + late, "due {due}, at {at}");
        }
        assert_eq!(publication["remote_id"], record["uri"]);
        assert_eq!(record["value"]["text"], text);
        self.marks_are_right(text, &record["value"]);
        for (index, file) in media.iter().enumerate() {
            self.image_is_there(&record["value"]["embed"]["images"][index], file).await;
        }
    }

    /// The first post of the account, and when it was first seen.
    async fn first_post(&self) -> (Value, Timestamp) {
        for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
            if let Some(record) = self.pds.posts(&self.alice.did).await.pop() {
                return (record, SystemClock::new().now());
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("nothing was published");
    }

    fn marks_are_right(&self, text: &str, record: &Value) {
        let facet = |kind: &str, name: &str, value: &str| json!({ "$type": format!("app.bsky.richtext.facet#{kind}"), name: value });
        let found: Vec<(&str, &Value)> = record["facets"]
            .as_array()
            .expect("facets")
            .iter()
            .map(|f| {
                let at =
                    |end: &str| usize::try_from(f["index"][end].as_u64().expect("a place")).expect("size");
                (&text[at("byteStart")..at("byteEnd")], &f["features"][0])
            })
            .collect();
        let link = "https://example.com/ä?b=c";
        let wanted = [
            ("@bob.test", facet("mention", "did", &self.bob.did)),
            (link, facet("link", "uri", link)),
            ("#κύματα", facet("tag", "tag", "κύματα")),
        ];
        assert_eq!(found, wanted.each_ref().map(|(text, feature)| (*text, feature)));
    }

    async fn image_is_there(&self, image: &Value, file: &Value) {
        assert_eq!(image["alt"], file["alt_text"]);
        let blob = &image["image"];
        let kept = (&blob["mimeType"], &blob["size"]);
        assert_eq!(kept, (&file["mime"], &file["bytes"]), "{image}");
        let answer = self.pds.blob(&self.alice.did, blob["ref"]["$link"].as_str().expect("a CID")).await;
        assert_eq!(answer.headers()["content-type"], file["mime"].as_str().expect("a type"));
        assert_eq!(hex::encode(Sha256::digest(answer.body())), file["sha256"]);
    }

    async fn a_thread_is_in_order(&self, api: &Client, account: &Value) {
        let texts = ["One bell", "Two bells", "Three bells"];
        let parts = [json!({ "text": texts[1] }), json!({ "text": texts[2] })];
        let thread =
            json!({ "text": texts[0], "parts": parts, "accounts": [account["id"]], "status": "now" });
        let thread = api.post("/api/v1/posts", thread).await;
        // Published is what its root is; the parts follow.
        let publication = published(api, &thread).await["publications"][0].clone();
        let path = format!("/api/v1/publications/{}", publication["id"].as_str().expect("an id"));
        let complete =
            |p: &Value| p["parts"].as_array().expect("parts").iter().all(|p| p["state"] != "pending");
        let publication = api.poll(&path, complete).await;
        assert_eq!(publication["incomplete"], false, "{publication}");

        let all = self.pds.posts(&self.alice.did).await;
        let records = &all[all.len() - 3..];
        for (record, text) in records.iter().zip(texts) {
            assert_eq!(record["value"]["text"], text);
        }
        let reference = |i: usize| json!({ "uri": records[i]["uri"], "cid": records[i]["cid"] });
        assert_eq!(records[0]["value"].get("reply"), None);
        assert_eq!(records[1]["value"]["reply"], json!({ "root": reference(0), "parent": reference(0) }));
        assert_eq!(records[2]["value"]["reply"], json!({ "root": reference(0), "parent": reference(1) }));
        assert_eq!(publication["remote_id"], records[0]["uri"]);
        for index in [1, 2] {
            assert_eq!(publication["parts"][index - 1]["remote_id"], records[index]["uri"], "{publication}");
        }
    }
}

/// The post when it is over with it.
async fn published(api: &Client, post: &Value) -> Value {
    let path = format!("/api/v1/posts/{}", post["id"].as_str().expect("an id"));
    let over = |post: &Value| post["status"] != "scheduled" && post["status"] != "publishing";
    let post = api.poll(&path, over).await;
    assert_eq!(post["status"], "published", "{post}");
    post
}

/// A whole millisecond, which is as exact as times on this network are.
fn in_seconds(seconds: i64) -> Timestamp {
    let at = SystemClock::new().now() + SignedDuration::from_secs(seconds);
    Timestamp::from_millisecond(at.as_millisecond()).expect("a time")
}

fn picture(name: &str) -> Vec<u8> {
    let image = image::RgbImage::from_fn(480, 320, |x, y| image::Rgb([x as u8, y as u8, 90]));
    let format = image::ImageFormat::from_path(name).expect("a format");
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

fn skip(test: &str) {
    let line = format!("skipped: {VARIABLE} unset ({test})\n");
    std::io::stderr().write_all(line.as_bytes()).expect("standard error");
    if let Some(log) = std::env::var_os("CARILLON_SKIP_LOG") {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(log);
        file.and_then(|mut f| f.write_all(line.as_bytes())).expect("the skip log");
    }
}
