//! A demo that runs, and somebody in front of it with a browser.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use axum::http::Method;
use carillon_store::testing::{TestDb, skipped};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use super::chromium::Chromium;
use super::page::Page;
use crate::process::{Carillon, Client};

/// The program; without it the tests are skipped.
const VARIABLE: &str = "CARILLON_TEST_CHROMIUM";

/// The browser's program, or a note that `test` is skipped.
pub fn browser(test: &str) -> Option<PathBuf> {
    let program = std::env::var_os(VARIABLE).filter(|value| !value.is_empty());
    if program.is_none() {
        skipped(&format!("{VARIABLE} unset"), &format!("browser::{test}"));
    }
    program.map(PathBuf::from)
}

/// The path of the demo's other workspace, where things went wrong, as the menu of an open page has it.
pub async fn other_workspace(page: &Page) -> String {
    let links =
        "[...document.querySelectorAll(\"a.menu-item[href^='/w/']\")].map((a) => a.getAttribute('href'))";
    let other = page.js(&format!("{links}.find((href) => !location.pathname.startsWith(href))")).await;
    other.as_str().expect("a link").to_owned()
}

/// The demo and a browser. [`Stage::close`] must be called: it looks at what pages complained about.
pub struct Stage {
    carillon: Carillon,
    chromium: Chromium,
    /// The API with the owner's token.
    pub api: Client,
    /// The simulated networks.
    pub sandbox: Client,
    folder: TempDir,
}

impl Stage {
    /// Starts both, or notes that `test` is skipped.
    pub async fn demo(test: &str) -> Option<Self> {
        Self::demo_with(test, &[]).await
    }

    /// The same, with these settings.
    pub async fn demo_with(test: &str, settings: &[(&str, &str)]) -> Option<Self> {
        let program = browser(test)?;
        let folder = tempfile::tempdir().expect("a folder");
        let start = Carillon::demo_with(folder.path(), settings);
        let (carillon, chromium) = tokio::join!(start, Chromium::start(&program));
        let api = Client::with_token(carillon.word("url"), carillon.word("token"));
        let sandbox = Client::new(carillon.word("sandbox"));
        Some(Self { carillon, chromium, api, sandbox, folder })
    }

    /// Starts a Carillon that nobody owns yet, with no simulated networks, and a browser.
    pub async fn empty(test: &str) -> Option<Self> {
        let program = browser(test)?;
        let folder = tempfile::tempdir().expect("a folder");
        let start = Carillon::start(folder.path(), &["--listen", "127.0.0.1:0", "--data", "data"], &[]);
        let (carillon, chromium) = tokio::join!(start, Chromium::start(&program));
        let (api, sandbox) = (Client::new(carillon.word("url")), Client::new(carillon.word("sandbox")));
        Some(Self { carillon, chromium, api, sandbox, folder })
    }

    /// The link that signs the demo's owner in, once.
    pub fn login(&self) -> &str {
        self.carillon.word("login")
    }

    /// The link that sets up a Carillon that nobody owns yet.
    pub fn setup(&self) -> &str {
        self.carillon.word("setup")
    }

    /// A folder for files of this test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The whole address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.carillon.word("url"))
    }

    /// The address of the simulated networks.
    pub fn sandbox_url(&self) -> &str {
        self.carillon.word("sandbox")
    }

    /// Runs `carillon admin` on the demo's data, and gives what it printed.
    async fn admin(&self, arguments: &[&str], input: &str) -> String {
        let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_carillon"))
            .arg("admin")
            .args(arguments)
            .args(["--data", "data"])
            .env_clear()
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        child.stdin.take().expect("input").write_all(input.as_bytes()).await.expect("it reads");
        let output = child.wait_with_output().await.expect("it ends");
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    /// Makes a user with a workspace of their own, and gives the workspace's id.
    pub async fn new_user(&self, email: &str, password: &str) -> String {
        let made = self.admin(&["user", "create", "--email", email, "--password-stdin"], password).await;
        let workspace = made.split_whitespace().find_map(|word| word.strip_prefix("workspace="));
        workspace.expect("a workspace").to_owned()
    }

    /// The demo's database, for what can be done there only.
    pub async fn database(&self) -> TestDb {
        TestDb::of(format!("sqlite:{}", self.folder.path().join("data/carillon.db").display())).await
    }

    /// Puts a small picture into a workspace's library.
    pub async fn upload(&self, workspace: &str, name: &str, alt: &str) {
        let token = self.admin(&["token", "create", "--workspace", workspace, "--role", "editor"], "").await;
        let mut png = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(64, 64).write_to(&mut png, image::ImageFormat::Png).expect("a picture");
        let head = format!(
            "--bells\r\ncontent-disposition: form-data; name=\"alt_text\"\r\n\r\n{alt}\r\n--bells\r\n\
             content-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: image/png\r\n\r\n"
        );
        let body = [head.as_bytes(), png.get_ref(), b"\r\n--bells--\r\n"].concat();
        let kind = "multipart/form-data; boundary=bells";
        let api = Client::with_token(self.carillon.word("url"), &token);
        let (status, answer) = api.send_bytes(Method::POST, "/api/v1/media", kind, body.into()).await;
        assert!(status.is_success(), "{answer}");
    }

    /// A new tab in which nobody is signed in unless somebody was before.
    pub async fn tab(&self) -> Page {
        let page = self.chromium.tab().await;
        page.resize(1440, 900).await;
        page
    }

    /// A tab in which the demo's owner has signed in by the link.
    pub async fn signed_in(&self) -> Page {
        let page = self.tab().await;
        page.goto(self.login()).await;
        page.arrive("/overview").await;
        page
    }

    /// The tabs that are open.
    pub async fn open(&self) -> BTreeSet<String> {
        self.chromium.open().await
    }

    /// The window that was opened since.
    pub async fn opened_since(&self, before: &BTreeSet<String>) -> Page {
        self.chromium.opened_since(before).await
    }

    /// Waits until a window is gone.
    pub async fn closed(&self, page: &Page) {
        self.chromium.closed(page).await;
    }

    /// The connected accounts.
    pub async fn accounts(&self) -> Vec<Value> {
        self.api.get("/api/v1/accounts").await["items"].as_array().expect("accounts").clone()
    }

    /// The id of the demo's account on a platform.
    pub async fn account(&self, platform: &str) -> String {
        let accounts = self.accounts().await;
        let found = accounts.iter().find(|a| a["platform"] == platform).expect("an account");
        found["id"].as_str().expect("an id").to_owned()
    }

    /// Has the demo's account on a platform read, and gives the id of its newest post that was found.
    pub async fn found_on(&self, platform: &str) -> String {
        let account = self.account(platform).await;
        let list = format!("/api/v1/publications?state=published&account={account}");
        self.api.poll(&list, |list| !list["items"].as_array().expect("items").is_empty()).await;
        self.api.post(&format!("/api/v1/accounts/{account}/sync"), serde_json::json!({})).await;
        let found = format!("/api/v1/analytics/posts?account={account}&limit=1");
        let found = self.api.poll(&found, |list| list["items"][0]["id"].is_string()).await;
        found["items"][0]["id"].as_str().expect("an id").to_owned()
    }

    /// What became public with this in its text.
    pub async fn public(&self, text: &str) -> Vec<Value> {
        let ledger = self.sandbox.get("/sandbox/ledger").await;
        let items = ledger["items"].as_array().expect("items").iter();
        items.filter(|item| item["text"].as_str().is_some_and(|t| t.contains(text))).cloned().collect()
    }

    /// Ends everything. No page may have complained.
    pub async fn close(self, pages: impl IntoIterator<Item = Page>) {
        for page in pages {
            let complaints = page.complaints().await;
            assert!(complaints.is_empty(), "{}: {complaints:#?}", page.shown().await);
        }
        self.chromium.quit().await;
        assert!(self.carillon.terminate().await.success());
    }
}
