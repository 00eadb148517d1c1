//! How long the month of the calendar takes, for one reader and for sixteen at once, with few posts and with as many as it ever shows.
//! The connections are kept, as browsers and proxies keep theirs.

use anyhow::{Context, ensure};
use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::Plan;
use crate::html;
use crate::pages;
use crate::report::{Report, Section, kb};
use crate::server::Site;
use crate::wire::Client;

/// Posts in the month: as many as a team has, and as many as a view loads.
const POSTS: [usize; 2] = [100, 5_000];
/// Milliseconds that one page may take, by the posts in it.
const GOALS: [f64; 2] = [5.0, 100.0];
/// Milliseconds for a page of the first month when sixteen read: 1,500 a second.
const TOGETHER: f64 = 1_000.0 / 1_500.0;
/// Readers at once.
const READERS: usize = 16;
/// Pages of one reader.
const ALONE: usize = 300;
/// Pages of each of many.
const EACH: usize = 100;

/// Measures.
pub async fn run(plan: &Plan, report: &mut Report) -> anyhow::Result<()> {
    let mut section = report.section("calendar");
    let mut site = Site::new(&plan.carillon)?;
    site.set("CARILLON_LIMITS__REQUESTS_PER_MINUTE", "1000000");
    site.set("CARILLON_LOG__FILTER", "warn");
    let demo = pages::start_demo(&site).await?;
    let api = Client::with_token(demo.word("url")?, demo.word("token")?)?;
    let owner = demo.browser()?;
    owner.page(demo.word("login")?).await?;
    let links = html::references(&owner.page("/").await?.text()?).links;
    let calendar = links.into_iter().find(|link| link.ends_with("/calendar"));
    let month = format!("{}?date=2031-05-05", calendar.context("no calendar was found")?);
    let accounts = api.get_json("/api/v1/accounts").await?;
    let accounts: Vec<Value> =
        accounts["items"].as_array().into_iter().flatten().take(2).map(|a| a["id"].clone()).collect();
    ensure!(accounts.len() == 2, "the demo has no two accounts");

    let mut made = 0;
    for (posts, goal) in POSTS.into_iter().zip(GOALS) {
        let fresh = (made..posts).map(|n| plan_one(&api, &accounts, n));
        futures::stream::iter(fresh).buffer_unordered(READERS).try_collect::<Vec<()>>().await?;
        made = posts;
        measure(&mut section, &owner, &month, (posts, goal)).await?;
    }
    demo.process.stop().await
}

/// A draft with a time, on two accounts: no cap refuses it, and it is drawn as any other post.
async fn plan_one(api: &Client, accounts: &[Value], n: usize) -> anyhow::Result<()> {
    let at = format!("2031-05-{:02}T{:02}:{:02}:00", 1 + n % 31, n / 31 % 24, n / 744);
    let text =
        format!("Post {n}: the roast of the week is a washed one from Huila, with plums and a long finish.");
    let body = json!({ "text": text, "accounts": accounts, "status": "draft", "scheduled_at": at });
    api.post_json("/api/v1/posts", &body).await.map(drop)
}

async fn measure(
    section: &mut Section<'_>,
    owner: &Client,
    month: &str,
    (posts, goal): (usize, f64),
) -> anyhow::Result<()> {
    let mut line = owner.line().await?;
    let page = line.get(month, "identity").await?;
    let packed = line.get(month, "br").await?;
    section.tell(format!("{posts} posts, HTML"), kb(page.len() as u64), "KB");
    section.tell(format!("{posts} posts, HTML as it travels"), kb(packed.len() as u64), "KB");
    for (encoding, what) in [("identity", "one reader, median"), ("br", "the same, packed")] {
        let mut took = Vec::with_capacity(ALONE);
        for _ in 0..ALONE {
            let began = Instant::now();
            line.get(month, encoding).await?;
            took.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
        took.sort_by(f64::total_cmp);
        let median = took.get(ALONE / 2).copied().context("nothing was measured")?;
        let what = format!("{posts} posts, {what}");
        if encoding == "identity" {
            section.hold(what, median, "ms", goal)
        } else {
            section.tell(what, median, "ms")
        }
    }
    let began = Instant::now();
    futures::future::try_join_all((0..READERS).map(|_| read(owner, month))).await?;
    let each = began.elapsed().as_secs_f64() * 1_000.0 / (READERS * EACH) as f64;
    let what = format!("{posts} posts, {READERS} readers at once, one page every");
    if posts == POSTS[0] {
        section.hold(what, each, "ms", TOGETHER)
    } else {
        section.tell(what, each, "ms")
    }
    Ok(())
}

/// One of many who read.
async fn read(owner: &Client, month: &str) -> anyhow::Result<()> {
    let mut line = owner.line().await?;
    for _ in 0..EACH {
        line.get(month, "identity").await?;
    }
    Ok(())
}
