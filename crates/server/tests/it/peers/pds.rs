//! A real Bluesky server in a process of its own, with a [`Front`] before it.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;

use axum::http::Response;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use super::front::Front;
use crate::process::{Client, PATIENCE};

#[derive(Deserialize)]
struct Started {
    pds_url: String,
    pds_port: u16,
    plc_url: String,
}

/// Somebody on the server.
pub struct Account {
    pub did: String,
    pub app_password: String,
}

/// The server. It ends when its standard input does.
pub struct Pds {
    /// The way on which everybody but the test itself reaches it.
    pub front: Front,
    /// Where it says that it is.
    pub url: String,
    plc: String,
    direct: String,
    _process: Child,
}

impl Pds {
    /// Starts one that keeps its data in `data`, from the packages in `packages`.
    pub async fn start(packages: &OsStr, data: &Path) -> Self {
        let (tell, server) = oneshot::channel();
        let front = Front::new(server).await;
        let node = std::env::var_os("CARILLON_TEST_NODE").filter(|v| !v.is_empty()).unwrap_or("node".into());
        let mut process = Command::new(node)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../bench/peers/bluesky-pds/start.mjs"))
            .args([packages, data.as_os_str()])
            .arg(front.port().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("Node starts");
        let mut lines = BufReader::new(process.stdout.take().expect("output")).lines();
        let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.expect("a start in time");
        let line = line.expect("output").expect("the server starts");
        let started: Started = serde_json::from_str(&line).expect("addresses");
        tell.send(([127, 0, 0, 1], started.pds_port).into()).expect("the front waits");
        Self {
            front,
            url: started.pds_url,
            plc: started.plc_url,
            direct: format!("http://127.0.0.1:{}", started.pds_port),
            _process: process,
        }
    }

    /// What Carillon must be told so that it asks nobody else.
    pub fn settings(&self) -> Vec<(&str, &str)> {
        vec![
            ("CARILLON_EGRESS__ALLOW", "127.0.0.0/8, ::1/128"),
            ("CARILLON_PLATFORMS__BLUESKY__ENTRYWAY_BASE_URL", &self.url),
            ("CARILLON_PLATFORMS__BLUESKY__APPVIEW_BASE_URL", &self.url),
            ("CARILLON_PLATFORMS__BLUESKY__PLC_BASE_URL", &self.plc),
        ]
    }

    /// A new account `<name>.test` with an app password.
    pub async fn create_account(&self, name: &str) -> Account {
        let path = |method: &str| format!("/xrpc/com.atproto.server.{method}");
        let (handle, email) = (format!("{name}.test"), format!("{name}@example.com"));
        let input = json!({ "handle": handle, "email": email, "password": "the-own-password" });
        let created = Client::new(&self.direct).post(&path("createAccount"), input).await;
        let own = Client::with_token(&self.direct, created["accessJwt"].as_str().expect("a token"));
        let made = own.post(&path("createAppPassword"), json!({ "name": "carillon" })).await;
        Account {
            did: created["did"].as_str().expect("a DID").to_owned(),
            app_password: made["password"].as_str().expect("an app password").to_owned(),
        }
    }

    /// All posts of an account, oldest first.
    pub async fn posts(&self, did: &str) -> Vec<Value> {
        let query =
            format!("repo={did}&collection=app.bsky.feed.post&limit=100&reverse=true").replace(':', "%3A");
        let listed =
            Client::new(&self.direct).get(&format!("/xrpc/com.atproto.repo.listRecords?{query}")).await;
        listed["records"].as_array().expect("records").clone()
    }

    /// The bytes of a file as everybody gets them.
    pub async fn blob(&self, did: &str, cid: &str) -> Response<Bytes> {
        let query = format!("did={did}&cid={cid}").replace(':', "%3A");
        Client::new(&self.direct).fetch(&format!("/xrpc/com.atproto.sync.getBlob?{query}")).await
    }
}
