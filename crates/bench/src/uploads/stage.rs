//! The processes of a run, and what is asked of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::cutter::Cutter;
use crate::connect::{items, point_at_sandbox};
use crate::server::{Carillon, Site};
use crate::upload;
use crate::video::Video;
use crate::wire::Client;

/// Longest wait for a post to become public.
const PATIENCE: Duration = Duration::from_secs(900);
const LOOK: Duration = Duration::from_millis(250);
/// A network works on a video for minutes. Once all of it is there, its clock is moved ahead, so often and so far.
const HURRY: Duration = Duration::from_secs(2);
const HURRY_BY_S: u32 = 120;

/// How the sandbox counts bytes of files.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Received {
    /// All that came.
    pub bytes: u64,
    /// What it threw away because the request broke off.
    pub broken_off: u64,
}

impl Received {
    /// All but what was thrown away.
    pub fn kept(self) -> u64 {
        self.bytes.saturating_sub(self.broken_off)
    }
}

/// A `carillon`, simulated networks in another process, and the wire between them.
pub struct Stage {
    /// The owner.
    pub api: Client,
    /// The wire.
    pub cutter: Cutter,
    control: Client,
    carillon: Carillon,
    sandbox: Carillon,
    /// Videos by their size, with their ids in the library.
    videos: BTreeMap<u64, (Video, Value)>,
    /// Their folders go with them.
    _sites: [Site; 2],
}

impl Stage {
    /// Starts everything. The sandbox keeps no file of more than `keep_at_most` bytes.
    pub async fn start(program: &Path, keep_at_most: u64) -> anyhow::Result<Self> {
        let mut networks = Site::new(program)?;
        networks.set("CARILLON_SANDBOX__KEEP_AT_MOST", keep_at_most.to_string());
        let sandbox = networks.start(&["sandbox", "--sandbox-listen", "127.0.0.1:0"]).await?;
        let origin = sandbox.word("sandbox")?.to_owned();
        let cutter = Cutter::start(&origin).await?;
        let mut site = Site::new(program)?;
        point_at_sandbox(&mut site, &cutter.origin);
        site.set("CARILLON_PUBLISHING__RETRY_S", "1,1,1");
        let token = site.make_owner().await?;
        let carillon = site.start_all().await?;
        let api = Client::with_token(carillon.word("url")?, &token)?;
        let control = Client::new(&origin)?;
        let (videos, _sites) = (BTreeMap::new(), [networks, site]);
        Ok(Self { api, cutter, control, carillon, sandbox, videos, _sites })
    }

    /// Carillon.
    pub fn carillon_pid(&self) -> anyhow::Result<u32> {
        self.carillon.process.pid()
    }

    /// The networks.
    pub fn sandbox_pid(&self) -> anyhow::Result<u32> {
        self.sandbox.process.pid()
    }

    /// A video of so many bytes, in the library. Its id.
    pub async fn video(&mut self, bytes: u64) -> anyhow::Result<Value> {
        if let Some((_, id)) = self.videos.get(&bytes) {
            return Ok(id.clone());
        }
        let video = Video::of(bytes).await?;
        let media = upload::by_tus(&self.api, &video).await?;
        let same = media["bytes"] == bytes && media["sha256"] == *video.sha256;
        ensure!(same, "other bytes were stored: {media}");
        let id = media["id"].clone();
        self.videos.insert(bytes, (video, id.clone()));
        Ok(id)
    }

    /// Sizes of the videos that were made.
    pub fn sizes(&self) -> impl Iterator<Item = u64> {
        self.videos.keys().copied()
    }

    /// What has reached the networks so far.
    pub async fn received(&self) -> anyhow::Result<Received> {
        Ok(serde_json::from_value(self.control.get_json("/sandbox/received").await?)?)
    }

    /// Publishes a video now, with the options that its network wants to be chosen, and waits until it is. `complete`: the networks
    /// have kept at least so many bytes in all once they have the whole video.
    pub async fn publish(
        &self,
        (account, choices): (&str, Map<String, Value>),
        media: &Value,
        complete: u64,
    ) -> anyhow::Result<Value> {
        let post = json!({
            "text": "A large one", "accounts": [account], "media": [media], "status": "now",
            "overrides": { account: { "options": choices } },
        });
        let post = self.api.post_json("/api/v1/posts", &post).await?;
        let path = format!("/api/v1/posts/{}", post["id"].as_str().context("no id")?);
        let (end, mut hurried) = (Instant::now() + PATIENCE, Instant::now());
        while Instant::now() < end {
            let now = self.api.get_json(&path).await?;
            match now["status"].as_str() {
                Some("published") => return Ok(now),
                Some("scheduled" | "publishing") => {}
                _ => bail!("it was not published: {now}"),
            }
            if self.received().await?.kept() >= complete && hurried.elapsed() >= HURRY {
                self.control.post_json("/sandbox/clock", &json!({ "advance_s": HURRY_BY_S })).await?;
                hurried = Instant::now();
            }
            tokio::time::sleep(LOOK).await;
        }
        bail!("it was not published in time: {}", self.api.get_json(&path).await?)
    }

    /// An error unless this post and no other became public on a network, with the video of this size.
    pub async fn compare(&self, platform: &str, post: &Value, bytes: u64) -> anyhow::Result<()> {
        let ledger = self.control.get_json("/sandbox/ledger").await?;
        let public: Vec<&Value> =
            items(&ledger)?.iter().filter(|item| item["platform"] == platform).collect();
        ensure!(public.len() == 1, "not one post is public: {ledger}");
        let (arrived, remote_id) = (&public[0]["media"][0], &post["publications"][0]["remote_id"]);
        let (video, _) = self.videos.get(&bytes).context("no such video")?;
        let same = arrived["bytes"] == bytes && arrived["sha256"] == *video.sha256;
        ensure!(same, "other bytes arrived than were sent ({}): {ledger}", video.sha256);
        ensure!(public[0]["remote_id"] == *remote_id, "another post is public: {post}, {ledger}");
        Ok(())
    }

    /// Whether the check of a post with the video of this size says that it is too large.
    pub async fn is_refused(&self, account: &str, bytes: u64) -> anyhow::Result<bool> {
        let (_, media) = self.videos.get(&bytes).context("no such video")?;
        let post = json!({ "text": "Too large", "accounts": [account], "media": [media] });
        let checked = self.api.post_json("/api/v1/posts/check", &post).await?;
        let violations = checked["results"][0]["violations"].as_array().context("no violations")?;
        Ok(violations.iter().any(|violation| violation["code"] == "too_large"))
    }

    /// Ends all processes.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.carillon.process.stop().await?;
        self.sandbox.process.stop().await
    }
}
