//! Bytes that pages transfer, as a browser's network panel counts them: status line, headers and compressed body of the page
//! and of everything that it loads; at the first visit, and again when the files that may be kept are kept.
//!
//! The pages are those of the demo, which has accounts, pictures and a planned week. Redirects on the way to a page are not
//! counted, and of the fonts only the one that every page asks for.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use futures::{StreamExt, TryStreamExt};
use http::header;
use url::Url;

use crate::Plan;
use crate::html;
use crate::report::{Report, kb};
use crate::server::{Carillon, Site};
use crate::wire::Client;

/// KB.
const GOAL: f64 = 250.0;
/// KB of them that may be scripts of our own.
const GOAL_OF_SCRIPTS: f64 = 60.0;
/// More pages than the navigation ever has.
const MOST_PAGES: usize = 40;
/// Files that a browser loads from one server at once.
const AT_ONCE: usize = 6;

/// A page with all that it loads.
#[derive(Debug)]
pub struct Visit {
    /// The page's HTML.
    pub text: String,
    /// Bytes of the page itself.
    page: u64,
    /// Loaded files with their bytes, and whether they may be kept.
    pub assets: Vec<(String, Loaded)>,
}

/// A loaded file.
#[derive(Debug, Clone, Copy)]
pub struct Loaded {
    bytes: u64,
    kept: bool,
}

impl Visit {
    /// Opens a page as a browser without anything in its cache.
    pub async fn of(browser: &Client, reference: &str) -> anyhow::Result<Self> {
        let answer = browser.page(reference).await?;
        let text = answer.text()?;
        let mut waiting = html::references(&text).assets;
        let mut visit = Self { text, page: answer.transferred, assets: Vec::new() };
        while !waiting.is_empty() {
            waiting.retain(|path| visit.assets.iter().all(|(known, _)| known != path));
            let files = futures::stream::iter(waiting.drain(..).map(|path| load(browser, path)));
            for file in files.buffered(AT_ONCE).try_collect::<Vec<_>>().await? {
                waiting.extend(file.loads);
                visit.assets.push((file.path, file.loaded));
            }
        }
        Ok(visit)
    }

    /// Bytes that travel when nothing is kept yet.
    fn first(&self) -> u64 {
        self.page + self.assets.iter().map(|(_, loaded)| loaded.bytes).sum::<u64>()
    }

    /// Bytes of our own scripts among them.
    fn scripts(&self) -> u64 {
        let ours =
            self.assets.iter().filter(|(path, _)| path.starts_with("/static/") && path.contains("/js/"));
        ours.map(|(_, loaded)| loaded.bytes).sum()
    }

    /// Bytes that travel when everything is kept that may be.
    fn second(&self) -> u64 {
        let again = self.assets.iter().filter(|(_, loaded)| !loaded.kept);
        self.page + again.map(|(_, loaded)| loaded.bytes).sum::<u64>()
    }
}

/// A file that has arrived.
struct File {
    path: String,
    loaded: Loaded,
    /// What it loads itself.
    loads: Vec<String>,
}

async fn load(browser: &Client, path: String) -> anyhow::Result<File> {
    let file = browser.get(&path).await?;
    ensure!(file.status.is_success(), "{path} can't be loaded: {}", file.status);
    let mut loads = Vec::new();
    if file.header(header::CONTENT_TYPE).starts_with("text/css") {
        let base = browser.join(&path)?;
        for inner in html::loaded_by_styles(&file.text()?) {
            loads.push(base.join(&inner)?.path().to_owned());
        }
    }
    let cache = file.header(header::CACHE_CONTROL);
    let kept = cache.contains("max-age=") && !cache.contains("max-age=0");
    Ok(File { path, loaded: Loaded { bytes: file.transferred, kept }, loads })
}

/// Starts the demo, on free ports.
pub async fn start_demo(site: &Site) -> anyhow::Result<Carillon> {
    site.start(&["demo", "--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0"]).await
}

/// Opens every page that the signed-in person's pages lead to.
pub async fn visit_all(browser: &Client) -> anyhow::Result<Vec<Visit>> {
    Ok(crawl(browser).await?.into_iter().map(|(_, visit)| visit).collect())
}

async fn crawl(browser: &Client) -> anyhow::Result<Vec<(String, Visit)>> {
    let home = browser.page("/").await?.text()?;
    let mut waiting: Vec<String> = html::references(&home).links;
    waiting.reverse();
    let (mut seen, mut visits) = (BTreeSet::new(), Vec::new());
    while let Some(path) = waiting.pop() {
        let name = kind(&browser.join(&path)?);
        // One page of each kind: one post, one month.
        if visits.len() >= MOST_PAGES || !seen.insert(name.clone()) {
            continue;
        }
        let answer = browser.get(&path).await?;
        let is_page = answer.header(header::CONTENT_TYPE).starts_with("text/html");
        if answer.status.is_redirection() || !is_page {
            continue;
        }
        let visit = Visit::of(browser, &path).await.with_context(|| format!("the page {path}"))?;
        waiting.extend(html::references(&visit.text).links);
        visits.push((name, visit));
    }
    Ok(visits)
}

/// A path without what differs between pages of one kind: query and ids (`post_01h455…`).
fn kind(url: &Url) -> String {
    let is_id = |part: &str| part.split_once('_').is_some_and(|(_, id)| id.len() == 26);
    let parts = url.path().split('/').map(|part| if is_id(part) { "…" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Measures.
pub async fn run(plan: &Plan, report: &mut Report) -> anyhow::Result<()> {
    let mut section = report.section("bytes");
    let empty = Site::new(&plan.carillon)?;
    let carillon = empty.start_all().await?;
    let setup = Visit::of(&carillon.browser()?, carillon.word("setup")?).await?;
    section.hold("/setup/…, first visit", kb(setup.first()), "KB", GOAL);
    carillon.process.stop().await?;

    let site = Site::new(&plan.carillon)?;
    let demo = start_demo(&site).await?;
    let sign_in = Visit::of(&demo.browser()?, "/sign-in").await?;
    section.hold("/sign-in, first visit", kb(sign_in.first()), "KB", GOAL);
    section.tell("/sign-in, second visit", kb(sign_in.second()), "KB");

    let owner = demo.browser()?;
    owner.page(demo.word("login")?).await?;
    let visits = crawl(&owner).await?;
    ensure!(visits.iter().any(|(name, _)| name.ends_with("/calendar")), "no calendar was found");
    for (name, visit) in &visits {
        section.hold(format!("{name}, first visit"), kb(visit.first()), "KB", GOAL);
        section.tell(format!("{name}, second visit"), kb(visit.second()), "KB");
    }
    let scripts = visits.iter().map(|(_, visit)| visit.scripts()).max().unwrap_or_default();
    section.hold("our own scripts, the most that a page loads", kb(scripts), "KB", GOAL_OF_SCRIPTS);
    let shared = |path: &str| path.starts_with("/static/");
    let mut files: Vec<(&str, u64)> = Vec::new();
    for (path, loaded) in visits.iter().flat_map(|(_, visit)| &visit.assets).filter(|(path, _)| shared(path))
    {
        let name = path.splitn(4, '/').nth(3).unwrap_or(path);
        if !files.iter().any(|(known, _)| *known == name) {
            files.push((name, loaded.bytes));
        }
    }
    files.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    for (name, bytes) in files {
        section.tell(format!("of it {name}"), kb(bytes), "KB");
    }
    demo.process.stop().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_one_kind_have_one_name() {
        let name = |text: &str| kind(&Url::parse(text).expect("an address"));
        let one = name("http://a/w/ws_01h455vb4pex5vsknk084sn02q/posts/post_01h455vb4pex5vsknk084sn02r");
        let two = name("http://a/w/ws_01h455vb4pex5vsknk084sn02q/posts/post_01h455vb4pex5vsknk084sn02s?x=1");
        assert_eq!(one, "/w/…/posts/…");
        assert_eq!(one, two);
    }
}
