//! A video of 500 MB on its way from the library to a simulated network that runs in a process of its own. Which network is in
//! `bench/publish-video.json`.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::Plan;
use crate::connect;
use crate::proc::{Memory, Watch};
use crate::report::{Report, mb};
use crate::server::Site;
use crate::upload;
use crate::video::Video;
use crate::wire::Client;

/// Longest wait for the post to become public.
const PATIENCE: Duration = Duration::from_secs(600);
const LOOK: Duration = Duration::from_millis(500);

#[derive(Deserialize)]
struct Scenario {
    platform: String,
    bytes: u64,
}

/// Measures.
pub async fn run(plan: &Plan, report: &mut Report) -> anyhow::Result<()> {
    let mut section = report.section("publish-video");
    let scenario: Scenario = serde_json::from_str(include_str!("../../../bench/publish-video.json"))?;
    let video = Video::of(scenario.bytes).await?;
    let networks = Site::new(&plan.carillon)?;
    let sandbox = networks.start(&["sandbox", "--sandbox-listen", "127.0.0.1:0", "--data", "data"]).await?;
    let origin = sandbox.word("sandbox")?.to_owned();

    let mut site = Site::new(&plan.carillon)?;
    connect::point_at_sandbox(&mut site, &origin);
    let token = site.make_owner().await?;
    let carillon = site.start_all().await?;
    let pid = carillon.process.pid()?;
    let api = Client::with_token(carillon.word("url")?, &token)?;
    let account = connect::somebody(&api, &scenario.platform).await?;
    let what = format!("{} MB to {}", scenario.bytes / 1_000_000, scenario.platform);

    let watch = Watch::begin(pid);
    let media = upload::by_form(&api, &video).await?;
    upload::tell_peak(&mut section, "upload to the library", &watch.end().await?);

    section.tell(format!("{what}: before"), mb(Memory::of(pid)?.resident), "MB");
    let (ours, theirs) = (Watch::begin(pid), Watch::begin(sandbox.process.pid()?));
    let began = Instant::now();
    let post =
        json!({ "text": "A large one", "accounts": [account], "media": [media["id"]], "status": "now" });
    let post = api.post_json("/api/v1/posts", &post).await?;
    let post = published(&api, &post).await?;
    let took = began.elapsed();
    section.hold(format!("{what}: peak"), mb(ours.end().await?.process), "MB", upload::GOAL);
    section.tell(format!("{what}: afterwards"), mb(Memory::of(pid)?.resident), "MB");
    section.tell(format!("{what}: took (the network works on it for a while)"), took.as_secs_f64(), "s");
    section.tell("peak of the sandbox, a process of its own", mb(theirs.end().await?.process), "MB");

    let ledger = Client::new(&origin)?.get_json("/sandbox/ledger").await?;
    let items = ledger["items"].as_array().context("no ledger")?;
    ensure!(items.len() == 1, "not one post is public: {ledger}");
    let arrived = &items[0]["media"][0];
    let same = arrived["bytes"] == scenario.bytes && arrived["sha256"] == *video.sha256;
    ensure!(same, "other bytes arrived than were sent: {arrived}");
    ensure!(
        items[0]["remote_id"] == post["publications"][0]["remote_id"],
        "another post is public: {ledger}"
    );
    carillon.process.stop().await?;
    sandbox.process.stop().await
}

async fn published(api: &Client, post: &Value) -> anyhow::Result<Value> {
    let path = format!("/api/v1/posts/{}", post["id"].as_str().context("no id")?);
    for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
        let now = api.get_json(&path).await?;
        match now["status"].as_str() {
            Some("published") => return Ok(now),
            Some("scheduled" | "publishing") => tokio::time::sleep(LOOK).await,
            _ => bail!("it was not published: {now}"),
        }
    }
    bail!("it was not published in time")
}
