//! The demo with its owner signed in, and a month of its calendar that can be filled.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, ensure};
use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};

use crate::html;
use crate::pages;
use crate::server::{Carillon, Site};
use crate::wire::Client;

/// Posts that are made at once.
const AT_ONCE: usize = 16;

/// A running demo.
pub struct Demo {
    carillon: Carillon,
    api: Client,
    /// The owner's browser.
    pub owner: Client,
    /// The path of the workspace, which the paths of its pages begin with.
    pub home: String,
    /// Ids of the accounts.
    pub accounts: Vec<String>,
    // Named so that it outlives the process: fields are dropped in order.
    _site: Site,
}

impl Demo {
    /// Starts it, without limits for those who ask often.
    pub async fn start(program: &Path) -> anyhow::Result<Self> {
        let mut site = Site::new(program)?;
        site.set("CARILLON_LIMITS__REQUESTS_PER_MINUTE", "1000000");
        site.set("CARILLON_LOG__FILTER", "warn");
        let carillon = pages::start_demo(&site).await?;
        let api = Client::with_token(carillon.word("url")?, carillon.word("token")?)?;
        let owner = carillon.browser()?;
        owner.page(carillon.word("login")?).await?;
        let links = html::references(&owner.page("/").await?.text()?).links;
        let home = links.iter().find_map(|link| link.strip_suffix("/calendar"));
        let home = home.context("no calendar was found")?.to_owned();
        let known = api.get_json("/api/v1/accounts").await?;
        let ids =
            known["items"].as_array().into_iter().flatten().filter_map(|account| account["id"].as_str());
        let accounts: Vec<String> = ids.map(str::to_owned).collect();
        ensure!(accounts.len() > 1, "the demo has no two accounts");
        Ok(Self { carillon, api, owner, home, accounts, _site: site })
    }

    /// The path of a page of the workspace.
    pub fn page(&self, name: &str) -> String {
        format!("{}/{name}", self.home)
    }

    /// The path of the month that is filled, far from all that the demo has planned.
    pub fn month(&self) -> String {
        self.page("calendar?date=2031-05-05")
    }

    /// Plans the posts with these numbers in that month, spread over its days.
    pub async fn fill(&self, numbers: Range<usize>) -> anyhow::Result<()> {
        let posts = numbers.map(|number| self.plan_one(number));
        futures::stream::iter(posts).buffer_unordered(AT_ONCE).try_collect().await
    }

    /// A draft with a time, on two accounts: no cap refuses it, and it is drawn as any other post.
    async fn plan_one(&self, n: usize) -> anyhow::Result<()> {
        let at = format!("2031-05-{:02}T{:02}:{:02}:00", 1 + n % 31, n / 31 % 24, n / 744);
        let text = format!(
            "Post {n}: the roast of the week is a washed one from Huila, with plums and a long finish."
        );
        let accounts: Vec<&String> = self.accounts.iter().take(2).collect();
        let body: Value =
            json!({ "text": text, "accounts": accounts, "status": "draft", "scheduled_at": at });
        self.api.post_json("/api/v1/posts", &body).await.map(drop)
    }

    /// Ends it.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.carillon.process.stop().await
    }
}
