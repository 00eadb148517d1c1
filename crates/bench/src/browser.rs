//! What a browser tells of the pages: Lighthouse's scores with its mobile profile, and how soon pages answer to people, by Event Timing.
//! The scripts that ask it are in `bench/peers/lighthouse`, goals and amounts in `bench/pages.json`.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::Plan;
use crate::demo::Demo;
use crate::report::{Report, Section};

/// Longest wait for a script.
const PATIENCE: Duration = Duration::from_secs(3_600);
/// Where the scripts are.
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bench/peers/lighthouse");

/// How much is measured, and what is expected. `bench/pages.json` has it.
#[derive(Debug, Deserialize)]
struct Wanted {
    /// How often Lighthouse looks at each page; the one in the middle counts.
    looks: usize,
    /// Drags, and turns of the month; there are more keystrokes.
    acts: usize,
    /// Accounts that are chosen in the composer.
    accounts: usize,
    /// Posts in the month.
    posts: usize,
    /// Points of a hundred.
    least_performance: f64,
    least_accessibility: f64,
    least_best_practices: f64,
    /// Most milliseconds that three of four answers take.
    calendar_ms: f64,
    composer_ms: f64,
}

/// What is asked for on the command line.
#[derive(Debug, Args)]
pub struct Asked {
    /// Folder with the packages of Lighthouse; without it no browser is asked
    #[arg(long, env = "CARILLON_BENCH_LIGHTHOUSE_DIR", value_name = "FOLDER")]
    packages: Option<PathBuf>,
    /// The browser
    #[arg(long, env = "CARILLON_TEST_CHROMIUM", value_name = "FILE", default_value = "/usr/bin/chromium")]
    chromium: PathBuf,
    /// How often Lighthouse looks at each page, instead of what bench/pages.json says
    #[arg(long)]
    looks: Option<usize>,
    /// Posts in the calendar's month
    #[arg(long)]
    posts: Option<usize>,
}

/// What Lighthouse says of all pages.
#[derive(Debug, Deserialize)]
struct Scored {
    lighthouse: String,
    chromium: String,
    pages: Vec<Scores>,
}

/// What it says of one, in points of a hundred and in milliseconds.
#[derive(Debug, Deserialize)]
struct Scores {
    name: String,
    performance: f64,
    accessibility: f64,
    #[serde(rename = "best-practices")]
    best_practices: f64,
    fcp_ms: f64,
    lcp_ms: f64,
    si_ms: f64,
    tbt_ms: f64,
    /// Share of the window that moved, times how far; no unit.
    cls: f64,
    lost: Vec<Lost>,
    advised: Vec<String>,
}

/// What took points away.
#[derive(Debug, Deserialize)]
struct Lost {
    id: String,
    title: String,
}

/// Milliseconds of each act.
#[derive(Debug, Deserialize)]
struct Answers {
    /// From a click to the first paint of the other month.
    turned: Vec<f64>,
    /// A key while a post is moved by keys.
    walked: Vec<f64>,
    /// The longest event of a drag.
    dragged: Vec<f64>,
    /// From a drop until it is saved, drawn and said.
    saved: Vec<f64>,
    /// A key in the composer.
    written: Vec<f64>,
}

/// Node, its packages, and the browser that it drives.
struct Driver {
    packages: PathBuf,
    chromium: PathBuf,
}

impl Driver {
    /// What a script tells of this plan.
    async fn ask<T: DeserializeOwned>(&self, script: &str, plan: &Value) -> anyhow::Result<T> {
        let mut command = Command::new(self.packages.join(".bin/node"));
        command.arg(Path::new(SCRIPTS).join(script)).arg(&self.packages).arg(&self.chromium);
        command.arg(plan.to_string()).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let child = command.spawn().context("Node does not start")?;
        let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
        let output = output.with_context(|| format!("{script} does not end"))??;
        ensure!(output.status.success(), "{script} failed: {}", output.status);
        serde_json::from_slice(&output.stdout).with_context(|| format!("what {script} says is no answer"))
    }
}

/// Measures.
pub async fn run(plan: &Plan, asked: &Asked, report: &mut Report) -> anyhow::Result<()> {
    let mut section = report.section("browser");
    let Some(packages) = &asked.packages else {
        section.note("No browser was asked: cargo xtask bench pages --install gets what that needs.");
        return Ok(());
    };
    ensure!(
        packages.join(".bin/node").is_file(),
        "no packages in {} (cargo xtask bench pages --install)",
        packages.display()
    );
    let driver = Driver { packages: packages.canonicalize()?, chromium: asked.chromium.clone() };
    let mut wanted: Wanted = serde_json::from_str(include_str!("../../../bench/pages.json"))?;
    wanted.looks = asked.looks.unwrap_or(wanted.looks);
    wanted.posts = asked.posts.unwrap_or(wanted.posts);
    let demo = Demo::start(&plan.carillon).await?;
    lighthouse(&mut section, &driver, &demo, &wanted).await.context("Lighthouse")?;
    demo.fill(0..wanted.posts).await?;
    answers(&mut section, &driver, &demo, &wanted).await.context("Event Timing")?;
    demo.stop().await
}

/// The cookies of the owner, as a browser sends them.
fn cookie(demo: &Demo) -> anyhow::Result<String> {
    let cookies = demo.owner.cookies()?.context("nobody is signed in")?;
    Ok(cookies.to_str()?.to_owned())
}

async fn lighthouse(
    section: &mut Section<'_>,
    driver: &Driver,
    demo: &Demo,
    wanted: &Wanted,
) -> anyhow::Result<()> {
    let cookie = cookie(demo)?;
    let account = demo.accounts.first().context("the demo has no account")?;
    let mut pages = vec![json!({ "name": "sign-in", "url": demo.owner.join("/sign-in")?.as_str() })];
    for (name, path) in [
        ("overview", demo.page("overview")),
        ("calendar", demo.page("calendar")),
        ("composer", demo.page("compose")),
        ("library", demo.page("library")),
        ("analytics", demo.page(&format!("accounts/{account}"))),
    ] {
        pages.push(json!({ "name": name, "url": demo.owner.join(&path)?.as_str(), "cookie": cookie }));
    }
    let scored: Scored =
        driver.ask("lighthouse.mjs", &json!({ "runs": wanted.looks, "pages": pages })).await?;
    section.note(format!("Lighthouse {} with its mobile profile, {}", scored.lighthouse, scored.chromium));
    for page in &scored.pages {
        let name = &page.name;
        let performance = format!("{name}, performance");
        section.reach(performance, page.performance, "points", wanted.least_performance);
        let accessibility = format!("{name}, accessibility");
        section.reach(accessibility, page.accessibility, "points", wanted.least_accessibility);
        let practices = format!("{name}, best practices");
        section.reach(practices, page.best_practices, "points", wanted.least_best_practices);
        for (what, time) in [
            ("first contentful paint", page.fcp_ms),
            ("largest contentful paint", page.lcp_ms),
            ("speed index", page.si_ms),
            ("total blocking time", page.tbt_ms),
        ] {
            section.tell(format!("{name}, {what}"), time, "ms");
        }
        section.tell(format!("{name}, layout shift"), page.cls, "");
        for lost in &page.lost {
            section.note(format!("{name} lost points: {} ({})", lost.title, lost.id));
        }
        if !page.advised.is_empty() {
            section.note(format!("{name}, advised: {}", page.advised.join(", ")));
        }
    }
    Ok(())
}

async fn answers(
    section: &mut Section<'_>,
    driver: &Driver,
    demo: &Demo,
    wanted: &Wanted,
) -> anyhow::Result<()> {
    let plan = json!({
        "acts": wanted.acts,
        "cookie": cookie(demo)?,
        "calendar": demo.owner.join(&demo.month())?.as_str(),
        "composer": demo.owner.join(&demo.page("compose"))?.as_str(),
        "accounts": wanted.accounts,
    });
    let told: Answers = driver.ask("interaction.mjs", &plan).await?;
    let month = format!("a month with {} posts", wanted.posts);
    let most = wanted.calendar_ms;
    section.hold(format!("{month}, turned, to the first paint, p75"), p75(told.turned)?, "ms", most);
    section.hold(format!("{month}, a key while moving a post, p75"), p75(told.walked)?, "ms", most);
    section.hold(format!("{month}, a drag's longest event, p75"), p75(told.dragged)?, "ms", most);
    section.tell(format!("{month}, from a drop until it is saved and drawn, p75"), p75(told.saved)?, "ms");
    let keys = format!("a key in the composer, {} accounts chosen, p75", wanted.accounts);
    section.hold(keys, p75(told.written)?, "ms", wanted.composer_ms);
    Ok(())
}

/// What three of four do not exceed.
fn p75(mut times: Vec<f64>) -> anyhow::Result<f64> {
    times.sort_by(f64::total_cmp);
    let place = (times.len() * 3).div_ceil(4).saturating_sub(1);
    times.get(place).copied().context("nothing was measured")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_of_four_do_not_exceed_it() {
        assert!((p75(vec![4.0, 1.0, 3.0, 2.0]).expect("a time") - 3.0).abs() < 1e-9);
        assert!((p75(vec![7.0]).expect("a time") - 7.0).abs() < 1e-9);
        assert!((p75((1..=5).map(f64::from).collect()).expect("a time") - 4.0).abs() < 1e-9);
        assert!(p75(Vec::new()).is_err());
    }

    #[test]
    fn what_the_scripts_say_is_understood() {
        let said = r#"{"chromium":"Chrome/1","lighthouse":"13.5.0","pages":[{"name":"sign-in","performance":97,
            "accessibility":100,"best-practices":100,"fcp_ms":1232.9,"lcp_ms":1723.8,"si_ms":1232,"tbt_ms":5,"cls":0,
            "lost":[{"id":"total-blocking-time","score":0.9,"title":"Total Blocking Time"}],"advised":[]}]}"#;
        let scored: Scored = serde_json::from_str(said).expect("an answer");
        assert!((scored.pages[0].performance - 97.0).abs() < 1e-9);
        let wanted: Result<Wanted, _> = serde_json::from_str(include_str!("../../../bench/pages.json"));
        assert_eq!(wanted.expect("a plan").posts, 5_000);
    }
}
