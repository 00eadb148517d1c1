//! Simulated networks for a `carillon`: where they are, and how somebody connects an account on them.

use anyhow::{Context, ensure};
use carillon_connectors::Registry;
use http::header;
use serde_json::{Map, Value, json};

use crate::html;
use crate::server::Site;
use crate::wire::Client;

/// Makes every network's hosts and apps those of the sandbox at `origin`.
pub fn point_at_sandbox(site: &mut Site, origin: &str) {
    site.set("CARILLON_EGRESS__ALLOW", "127.0.0.0/8");
    for connector in Registry.all() {
        let descriptor = connector.descriptor();
        let prefix = format!("CARILLON_PLATFORMS__{}__", descriptor.name.to_uppercase());
        for endpoint in descriptor.endpoints {
            let Ok(real) = url::Url::parse(endpoint.default) else { continue };
            let (host, path) = (real.host_str().unwrap_or_default(), real.path().trim_end_matches('/'));
            let key = endpoint.key.to_uppercase();
            site.set(format!("{prefix}{key}"), format!("{origin}/{}/{host}{path}", descriptor.name));
        }
        for setting in descriptor.settings {
            let value = match setting.key {
                key if key.ends_with("client_id") => "carillon-sandbox".to_owned(),
                key if key.ends_with("client_secret") => format!("sandbox-secret-{}", descriptor.name),
                _ => continue,
            };
            site.set(format!("{prefix}{}", setting.key.to_uppercase()), value);
        }
    }
}

/// The items of a page.
pub fn items(page: &Value) -> anyhow::Result<&Vec<Value>> {
    page["items"].as_array().with_context(|| format!("no items: {page}"))
}

/// Connects all that a person may connect, through the network's pages. Nothing happens where the person is not on the network.
pub async fn by_pages(api: &Client, platform: &str, body: &Value, persona: &str) -> anyhow::Result<()> {
    let begun = api.post_json(&format!("/api/v1/connect/{platform}"), body).await?;
    let mut at = begun["authorize_url"].as_str().context("no authorize_url")?.to_owned();
    let browser = Client::new(&at)?;
    let mut answer = browser.get(&at).await?;
    for _ in 0..8 {
        if answer.status.is_redirection() {
            let next = browser.join(&at)?.join(answer.header(header::LOCATION))?;
            let back = next.path().starts_with("/oauth/");
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
        let wanted = |value: &str| value == "allow" || value == persona;
        let Some(button) = form.buttons.iter().find(|(_, value)| wanted(value)) else {
            // Not everybody is on every network.
            return Ok(());
        };
        let fields = form.fields.iter().chain([button]);
        let fields: Vec<(&str, &str)> = fields.map(|(name, value)| (name.as_str(), value.as_str())).collect();
        at = browser.join(&at)?.join(&form.action)?.into();
        answer = browser.post_form(&at, &fields).await?;
    }
    let id = begun["connect_id"].as_str().context("no connect_id")?;
    let state = api.get_json(&format!("/api/v1/connect/{id}")).await?;
    if state["status"] == "choose" {
        let grant = state["grant"].as_str().context("no grant")?;
        let path = format!("/api/v1/connect/grants/{grant}/targets");
        let targets = api.get_json(&path).await?;
        let ids: Vec<&Value> = items(&targets)?.iter().map(|target| &target["id"]).collect();
        api.post_json(&path, &json!({ "targets": ids })).await?;
        return Ok(());
    }
    ensure!(state["status"] == "connected", "{platform} as {persona}: {state}");
    Ok(())
}

/// The widest value of each option that must be chosen, or `None` where the account doesn't have it. Not everybody at a network may
/// post for the public, and of other posts networks give no public id that could be looked up.
pub async fn widest(
    api: &Client,
    account: &str,
    to_choose: impl Iterator<Item = (&'static str, &'static [&'static str])>,
) -> anyhow::Result<Option<Map<String, Value>>> {
    let mut choices = Map::new();
    for (option, values) in to_choose {
        choices.insert(option.to_owned(), json!(values.first().context("nothing to choose from")?));
    }
    if choices.is_empty() {
        return Ok(Some(choices));
    }
    let mut draft = json!({ "text": "A probe.", "accounts": [account] });
    draft["overrides"][account] = json!({ "options": choices });
    let checked = api.post_json("/api/v1/posts/check", &draft).await?;
    let refused = checked["results"][0]["violations"].as_array().context("no check of a post")?;
    let is_option = |violation: &Value| violation["field"].as_str().is_some_and(|f| f.contains("options."));
    Ok((!refused.iter().any(is_option)).then_some(choices))
}

/// Connects everybody's first account on a network. Its id.
pub async fn somebody(api: &Client, platform: &str) -> anyhow::Result<String> {
    by_pages(api, platform, &json!({}), "marafields").await?;
    let accounts = api.get_json("/api/v1/accounts?limit=100").await?;
    let account = items(&accounts)?.iter().find(|account| account["platform"] == platform);
    let account = account.with_context(|| format!("no account on {platform}: {accounts}"))?;
    Ok(account["id"].as_str().context("an account without id")?.to_owned())
}
