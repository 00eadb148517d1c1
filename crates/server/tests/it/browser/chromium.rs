//! Chromium as a process, and the commands that are sent to it.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use chromiumoxide::types::MethodId;
use chromiumoxide::{Browser, BrowserConfig, Command, Method};
use futures::StreamExt;
use serde::Serialize;
use serde_json::Value;
use tokio::task::JoinHandle;

use super::page::Page;

/// Longest wait for anything; a busy machine is slow.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Pause between two looks.
pub const LOOK: Duration = Duration::from_millis(50);

/// Nothing is looked up outside, nothing is asked at the start, and a window behind another one keeps its pace.
const FLAGS: &[&str] = &[
    "no-first-run",
    "disable-gpu",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
    "disable-default-apps",
    "disable-dev-shm-usage",
    "disable-breakpad",
    "disable-background-timer-throttling",
    "disable-backgrounding-occluded-windows",
    "disable-renderer-backgrounding",
];

/// A command of the browser's protocol as JSON. The typed answers of the library know one version of Chromium; these take
/// any.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Raw {
    #[serde(skip)]
    pub method: &'static str,
    pub params: Value,
}

impl Method for Raw {
    fn identifier(&self) -> MethodId {
        self.method.into()
    }
}

impl Command for Raw {
    type Response = Value;
}

/// A running browser with an empty profile. It is killed when this is dropped.
pub struct Chromium {
    browser: Browser,
    events: JoinHandle<()>,
    // Named so that it outlives the browser: fields are dropped in order.
    _profile: tempfile::TempDir,
}

impl Chromium {
    /// Starts it.
    pub async fn start(program: &Path) -> Self {
        let profile = tempfile::tempdir().expect("a folder");
        let config = BrowserConfig::builder()
            .chrome_executable(program)
            .user_data_dir(profile.path())
            .new_headless_mode()
            .no_sandbox()
            .viewport(None)
            .disable_default_args()
            .args(FLAGS.iter().copied())
            .arg(("lang", "en-US"))
            .arg(("force-color-profile", "srgb"))
            .env("TZ", "UTC")
            .launch_timeout(PATIENCE)
            .request_timeout(PATIENCE)
            .build()
            .expect("a configuration");
        let (browser, mut handler) = Browser::launch(config).await.expect("Chromium starts");
        let events = tokio::spawn(async move { while handler.next().await.is_some() {} });
        Self { browser, events, _profile: profile }
    }

    /// A new tab.
    pub async fn tab(&self) -> Page {
        let page = self.browser.new_page("about:blank").await.expect("a tab");
        Page::watch(page).await
    }

    /// The tabs and windows that are open.
    pub async fn open(&self) -> BTreeSet<String> {
        let pages = self.browser.pages().await.expect("pages");
        pages.iter().map(|page| page.target_id().inner().clone()).collect()
    }

    /// The window that was opened by a page since it had `before`.
    pub async fn opened_since(&self, before: &BTreeSet<String>) -> Page {
        for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
            let pages = self.browser.pages().await.expect("pages");
            if let Some(page) = pages.into_iter().find(|p| !before.contains(p.target_id().inner())) {
                return Page::watch(page).await;
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("no window was opened");
    }

    /// Waits until a window is gone.
    pub async fn closed(&self, page: &Page) {
        for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
            if !self.open().await.contains(page.id()) {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("the window stayed open at {}", page.address().await);
    }

    /// Ends it.
    pub async fn quit(mut self) {
        let closing = tokio::time::timeout(Duration::from_secs(10), async {
            let _ = self.browser.close().await;
            let _ = self.browser.wait().await;
        });
        if closing.await.is_err() {
            self.browser.kill().await;
        }
        self.events.abort();
    }
}
