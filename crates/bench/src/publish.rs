//! A video of 500 MB on its way from the library to a simulated network that runs in a process of its own. Which network, and
//! which settings lead to it, is in `bench/publish-video.json`.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use http::header;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::Plan;
use crate::html;
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
    /// Settings of the platform that name a host of the network.
    settings: BTreeMap<String, String>,
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

    let site = site(plan, &scenario, &origin)?;
    let token = site.make_owner().await?;
    let carillon = site.start_all().await?;
    let pid = carillon.process.pid()?;
    let api = Client::with_token(carillon.word("url")?, &token)?;
    let account = connect(&api, &scenario.platform).await?;
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

/// A `carillon` that takes the sandbox at `origin` for the network.
fn site(plan: &Plan, scenario: &Scenario, origin: &str) -> anyhow::Result<Site> {
    let mut site = Site::new(&plan.carillon)?;
    let name = &scenario.platform;
    let prefix = format!("CARILLON_PLATFORMS__{}__", name.to_uppercase());
    for (key, host) in &scenario.settings {
        site.set(format!("{prefix}{}", key.to_uppercase()), format!("{origin}/{name}/{host}"));
    }
    site.set(format!("{prefix}CLIENT_ID"), "carillon-sandbox");
    site.set(format!("{prefix}CLIENT_SECRET"), format!("sandbox-secret-{name}"));
    site.set("CARILLON_EGRESS__ALLOW", "127.0.0.0/8");
    Ok(site)
}

/// Connects an account through the network's pages, as the first person whom they offer. Gives the account's id.
async fn connect(api: &Client, platform: &str) -> anyhow::Result<Value> {
    let begun = api.post_json(&format!("/api/v1/connect/{platform}"), &json!({})).await?;
    let mut at = begun["authorize_url"].as_str().context("no authorize_url")?.to_owned();
    let browser = Client::new(&at)?;
    let mut answer = browser.get(&at).await?;
    for _ in 0..8 {
        if answer.status.is_redirection() {
            let next = browser.join(&at)?.join(answer.header(header::LOCATION))?;
            let back = next.origin() != browser.join("/")?.origin();
            at = next.into();
            answer = browser.get(&at).await?;
            if back {
                break;
            }
            continue;
        }
        let page = answer.text()?;
        ensure!(answer.status.is_success(), "{at}: {}: {page}", answer.status);
        let form = html::form(&page).with_context(|| format!("{at} has no form: {page}"))?;
        let agree = form.buttons.iter().find(|(_, value)| value == "allow").or(form.buttons.first());
        let fields: Vec<(&str, &str)> =
            form.fields.iter().chain(agree).map(|(name, value)| (name.as_str(), value.as_str())).collect();
        at = browser.join(&at)?.join(&form.action)?.into();
        answer = browser.post_form(&at, &fields).await?;
    }
    let id = begun["connect_id"].as_str().context("no connect_id")?;
    let state = api.get_json(&format!("/api/v1/connect/{id}")).await?;
    ensure!(state["status"] == "connected", "the account is not connected: {state}");
    let account = &state["accounts"][0];
    // The list may hold the accounts or their ids.
    Ok(account.get("id").unwrap_or(account).clone())
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
