//! Connecting dozens of accounts through the networks' own pages.

use anyhow::{Context, bail, ensure};
use carillon_connectors::Registry;
use carillon_connectors::contract::capability::{Connect, PostKind};
use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::nodes::Nodes;
use crate::connect::{by_pages, items, widest};
use crate::wire::Client;

/// Whom one can sign in as.
const PERSONAS: [&str; 6] =
    ["marafields", "theolund", "aishaokafor", "nikospapadakis", "harborlightcoffee", "fernwehbikes"];

/// Servers of a network of many servers.
const SERVERS: [&str; 3] = ["social", "roomy", "chimes"];

/// Caps of their own that a few accounts must keep.
const CAP: u32 = 8;

/// A connected account.
#[derive(Debug, Clone)]
pub struct Account {
    /// Ours.
    pub id: String,
    /// Its network.
    pub platform: String,
    /// Host of its server, where the network has several.
    pub server: Option<String>,
    /// The network's own id.
    pub remote_id: String,
    /// Its network takes nothing without a picture or a video.
    pub only_pictures: bool,
    /// Its network takes several parts.
    pub threads: bool,
    /// Options without which its network takes no post.
    pub choices: Map<String, Value>,
    /// Most root posts that may become public in this run.
    pub cap: Option<u32>,
}

/// Connects everybody whom the networks offer. Networks that take nothing but videos stay out, as the load has texts and pictures,
/// and accounts that can't post for everybody.
pub async fn connect(api: &Client, nodes: &Nodes, dice: &mut Dice) -> anyhow::Result<Vec<Account>> {
    for connector in Registry.all().iter().filter(|connector| !connector.capabilities().videos_only()) {
        let platform = connector.descriptor().name;
        match connector.capabilities().connect {
            Connect::Oauth { .. } => {
                for persona in PERSONAS {
                    by_pages(api, platform, &json!({}), persona).await?;
                }
            }
            Connect::OauthPerServer => {
                for (server, persona) in SERVERS.iter().flat_map(|s| PERSONAS.map(|persona| (s, persona))) {
                    let host = format!("{server}.{platform}.localhost");
                    by_pages(api, platform, &json!({ "server": nodes.server_url(&host) }), persona).await?;
                }
            }
            Connect::AppPassword { .. } => by_password(api, nodes, platform).await?,
        }
    }
    let mut accounts = Vec::new();
    for found in all(api, "/api/v1/accounts").await? {
        let text = |name: &str| found[name].as_str().map(str::to_owned);
        let mut account = Account {
            id: text("id").context("an account without id")?,
            platform: text("platform").context("an account without platform")?,
            server: text("server").and_then(|url| host(&url)),
            remote_id: text("remote_id").context("an account without remote id")?,
            only_pictures: false,
            threads: false,
            choices: Map::new(),
            cap: None,
        };
        let connector = Registry.get(&account.platform).context("an account on no network")?;
        account.only_pictures = !connector.capabilities().kinds.contains(&PostKind::Post);
        account.threads = connector.capabilities().threads;
        let Some(choices) = widest(api, &account.id, connector.capabilities().to_choose()).await? else {
            continue;
        };
        account.choices = choices;
        if !matches!(connector.capabilities().connect, Connect::OauthPerServer) {
            // An identity of such a network is the same on all of its servers.
            account.server = None;
        }
        let cap = if dice.percent(10) {
            account.cap = Some(CAP);
            json!({ "caps": { "daily": CAP }, "cap_mode": "enforce" })
        } else {
            json!({ "caps": { "daily": 1_000 }, "cap_mode": "warn" })
        };
        api.patch_json(&format!("/api/v1/accounts/{}", account.id), &cap).await?;
        accounts.push(account);
    }
    ensure!(accounts.len() >= 24, "only {} accounts are connected", accounts.len());
    Ok(accounts)
}

/// The host in an address, without its port.
pub fn host(url: &str) -> Option<String> {
    let with_scheme = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    url::Url::parse(&with_scheme).ok()?.host_str().map(str::to_owned)
}

/// Everything of a list, page by page.
pub async fn all(api: &Client, path: &str) -> anyhow::Result<Vec<Value>> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    for _ in 0..10_000 {
        let separator = if path.contains('?') { '&' } else { '?' };
        let page = api.get_json(&format!("{path}{separator}limit=100{cursor}")).await?;
        found.extend(items(&page)?.iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(found),
        }
    }
    bail!("{path} has no end")
}

async fn by_password(api: &Client, nodes: &Nodes, platform: &str) -> anyhow::Result<()> {
    let tokens = nodes.control()?.get_json("/sandbox/tokens").await?;
    let ours = |token: &&Value| token["platform"] == platform && token["kind"] == "app_password";
    for token in items(&tokens)?.iter().filter(ours) {
        let mut body = json!({ "identifier": token["account"], "app_password": token["access_token"] });
        if let Some(host) = token["server"].as_str().filter(|host| host.ends_with(".localhost")) {
            body["server"] = json!(nodes.server_url(host));
        }
        api.post_json(&format!("/api/v1/connect/{platform}"), &body).await?;
    }
    Ok(())
}
