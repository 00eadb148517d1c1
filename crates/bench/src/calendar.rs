//! How long the month of the calendar takes, for one reader and for sixteen at once, with few posts and with as many as it ever shows;
//! and beside it the overview and the library. The connections are kept, as browsers and proxies keep theirs.

use anyhow::Context;
use tokio::time::Instant;

use crate::Plan;
use crate::demo::Demo;
use crate::report::{Report, Section, kb};
use crate::wire::Client;

/// Posts in the month: as many as a team has, and as many as a view loads.
const FEW: usize = 100;
const MANY: usize = 5_000;
/// Pages that are as much at hand as the calendar, and how many times as long as its month with few posts they may take.
const OTHERS: [&str; 2] = ["overview", "library"];
const TIMES: f64 = 2.0;
/// Milliseconds that the month may take, with few posts and with many.
const GOAL: f64 = 5.0;
const GOAL_OF_MANY: f64 = 100.0;
/// Milliseconds for a page of the month with few posts when sixteen read: 1,500 a second.
const TOGETHER: f64 = 1_000.0 / 1_500.0;
/// Readers at once.
const READERS: usize = 16;
/// Pages of one reader.
const ALONE: usize = 300;
/// Pages of each of many.
const EACH: usize = 100;

/// A page that is measured.
struct Page {
    /// What the figures are called.
    what: String,
    path: String,
    /// Most milliseconds for one reader.
    alone: f64,
    /// Most milliseconds for each page when many read, where that is a goal.
    together: Option<f64>,
}

/// Measures.
pub async fn run(plan: &Plan, report: &mut Report) -> anyhow::Result<()> {
    let mut section = report.section("calendar");
    let demo = Demo::start(&plan.carillon).await?;
    let month = |posts: usize, alone: f64, together: Option<f64>| Page {
        what: format!("{posts} posts"),
        path: demo.month(),
        alone,
        together,
    };
    demo.fill(0..FEW).await?;
    measure(&mut section, &demo.owner, &month(FEW, GOAL, Some(TOGETHER))).await?;
    for name in OTHERS {
        let page = Page {
            what: name.to_owned(),
            path: demo.page(name),
            alone: GOAL * TIMES,
            together: Some(TOGETHER * TIMES),
        };
        measure(&mut section, &demo.owner, &page).await?;
    }
    demo.fill(FEW..MANY).await?;
    measure(&mut section, &demo.owner, &month(MANY, GOAL_OF_MANY, None)).await?;
    demo.stop().await
}

async fn measure(section: &mut Section<'_>, owner: &Client, page: &Page) -> anyhow::Result<()> {
    let (what, path) = (&page.what, page.path.as_str());
    let mut line = owner.line().await?;
    let plain = line.get(path, "identity").await?;
    let packed = line.get(path, "br").await?;
    section.tell(format!("{what}, HTML"), kb(plain.len() as u64), "KB");
    section.tell(format!("{what}, HTML as it travels"), kb(packed.len() as u64), "KB");
    for (encoding, how) in [("identity", "one reader, median"), ("br", "the same, packed")] {
        let mut took = Vec::with_capacity(ALONE);
        for _ in 0..ALONE {
            let began = Instant::now();
            line.get(path, encoding).await?;
            took.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
        took.sort_by(f64::total_cmp);
        let median = took.get(ALONE / 2).copied().context("nothing was measured")?;
        let how = format!("{what}, {how}");
        if encoding == "identity" {
            section.hold(how, median, "ms", page.alone);
        } else {
            section.tell(how, median, "ms");
        }
    }
    let began = Instant::now();
    futures::future::try_join_all((0..READERS).map(|_| read(owner, path))).await?;
    let each = began.elapsed().as_secs_f64() * 1_000.0 / (READERS * EACH) as f64;
    let how = format!("{what}, {READERS} readers at once, one page every");
    match page.together {
        Some(goal) => section.hold(how, each, "ms", goal),
        None => section.tell(how, each, "ms"),
    }
    section.tell(format!("{what}, {READERS} readers at once, pages"), 1_000.0 / each, "a second");
    Ok(())
}

/// One of many who read.
async fn read(owner: &Client, path: &str) -> anyhow::Result<()> {
    let mut line = owner.line().await?;
    for _ in 0..EACH {
        line.get(path, "identity").await?;
    }
    Ok(())
}
