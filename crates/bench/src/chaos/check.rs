//! What the networks made public, compared with what Carillon says of it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use anyhow::Context;
use serde_json::Value;
use tokio::time::Instant;

use super::Moment;
use super::accounts::{Account, all, host};
use super::havoc::Troubles;
use super::load::{Planned, Post};
use super::nodes::Nodes;
use super::order;
use crate::connect::items;
use crate::wire::Client;

#[cfg(test)]
mod tests;

/// Pause between two looks while everything comes to rest.
const LOOK: Duration = Duration::from_secs(2);

/// How long it may take until what waits for a moment has ended after it.
const AFTER_NEXT: Duration = Duration::from_secs(60);

/// The longest wait: longer than any window of a network.
const LONGEST: Duration = Duration::from_secs(20 * 60);

/// So soon after the last fault requests are answered again.
const RECOVERY: Duration = Duration::from_secs(20);

/// Numbers of one run, or of several.
#[derive(Debug, Default)]
pub struct Verdict {
    publications: u64,
    published: u64,
    failed: u64,
    unconfirmed: u64,
    held: u64,
    lost: u64,
    doubled: u64,
    limbo: u64,
    order_breaks: u64,
    cap_breaks: u64,
    /// Why something did not become public, one line each.
    pub notes: Vec<String>,
    /// What is wrong, one line each.
    pub wrong: Vec<String>,
}

impl Verdict {
    /// Whether every promise was kept.
    pub fn holds(&self) -> bool {
        [self.lost, self.doubled, self.limbo, self.order_breaks, self.cap_breaks].iter().all(|n| *n == 0)
    }

    /// Adds another run.
    pub fn add(&mut self, other: Self) {
        self.publications += other.publications;
        self.published += other.published;
        self.failed += other.failed;
        self.unconfirmed += other.unconfirmed;
        self.held += other.held;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.limbo += other.limbo;
        self.order_breaks += other.order_breaks;
        self.cap_breaks += other.cap_breaks;
    }

    fn note(&mut self, count: fn(&mut Self) -> &mut u64, what: String) {
        *count(self) += 1;
        self.wrong.push(what);
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { publications, published, failed, unconfirmed, held, .. } = self;
        let Self { lost, doubled, limbo, order_breaks, cap_breaks, .. } = self;
        write!(
            f,
            "publications={publications} published={published} failed={failed} unconfirmed={unconfirmed} \
             held={held} lost={lost} doubled={doubled} limbo={limbo} order_breaks={order_breaks} \
             cap_breaks={cap_breaks}"
        )
    }
}

/// Waits until nothing is on its way any more; whether it came to that. What still is may wait for a moment that was announced, such
/// as the end of a network's window of fifteen minutes; what is past its moment for so long is stuck.
pub async fn rest(api: &Client, clock: Moment, stuck_after: Duration) -> anyhow::Result<bool> {
    let begin = Instant::now();
    let mut end = begin + stuck_after;
    loop {
        match open(api).await {
            // Not today, says the network; nobody waits for tomorrow here.
            Ok(open) if open.iter().all(|p| is_put_off(p, clock, begin + LONGEST)) => return Ok(true),
            Ok(open) => {
                let next = open.iter().filter_map(|p| p["next_at"].as_str()?.parse::<jiff::Timestamp>().ok());
                let next = next.max().map(|at| clock.at(at)).filter(|at| *at > Instant::now());
                end = end.max(next.map_or(end, |at| at + AFTER_NEXT)).min(begin + LONGEST);
                if Instant::now() >= end {
                    return Ok(false);
                }
            }
            // What was lost a moment ago is found again soon.
            Err(error) if begin.elapsed() >= RECOVERY => return Err(error),
            Err(_) => {}
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Whether the network said that it takes no more until a moment after `end`.
fn is_put_off(publication: &Value, clock: Moment, end: Instant) -> bool {
    let next = publication["next_at"].as_str().and_then(|at| at.parse().ok());
    is_limited(publication) && next.is_some_and(|at| clock.at(at) > end)
}

/// Whether it waits until the network takes more.
fn is_limited(publication: &Value) -> bool {
    publication["error"]["kind"] == "rate_limited"
}

/// Publications on their way, and public ones with parts on their way.
async fn open(api: &Client) -> anyhow::Result<Vec<Value>> {
    let mut open = Vec::new();
    for state in ["scheduled", "publishing"] {
        open.extend(all(api, &format!("/api/v1/publications?state={state}")).await?);
    }
    if open.is_empty() {
        let parts = |p: &Value| p["incomplete"] == true && !p["next_at"].is_null();
        open = all(api, "/api/v1/publications?state=published").await?;
        open.retain(parts);
    }
    Ok(open)
}

/// Compares.
pub async fn compare(
    api: &Client,
    nodes: &Nodes,
    accounts: &[Account],
    planned: &Planned,
    troubles: &Troubles,
    rested: bool,
) -> anyhow::Result<Verdict> {
    let mut verdict = Verdict::default();
    let ledger = nodes.control()?.get_json("/sandbox/ledger").await?;
    let public = Public::of(items(&ledger)?);
    let accounts: BTreeMap<&str, &Account> =
        accounts.iter().map(|account| (account.id.as_str(), account)).collect();
    let publications = all(api, "/api/v1/publications").await?;
    let mut known = BTreeMap::new();
    for publication in &publications {
        let text = |name: &str| publication[name].as_str().unwrap_or_default();
        known.insert((text("post").to_owned(), text("account").to_owned()), publication);
    }
    for (id, post) in &planned.posts {
        for account in &post.accounts {
            let account = accounts.get(account.as_str()).context("an account that nobody connected")?;
            verdict.publications += 1;
            let place = format!("{} on {} {}", post.texts[0], account.platform, account.id);
            match known.get(&(id.clone(), account.id.clone())) {
                None => verdict.note(|v| &mut v.lost, format!("{place}: Carillon has forgotten it")),
                Some(publication) => judge(&mut verdict, &public, account, post, publication, &place),
            }
        }
    }
    if !rested && verdict.limbo == 0 {
        verdict.note(|v| &mut v.limbo, "parts of something public did not come to rest".to_owned());
    }
    caps(&mut verdict, &public, accounts.values().copied(), planned);
    let order = order::compare(api, planned, &accounts, &public, &known, troubles).await?;
    let (kept, excused) = (order.kept, order.excused);
    verdict
        .notes
        .push(format!("order: {kept} went out in order, {excused} were overtaken while they were not ready"));
    for broken in order.broken {
        verdict.note(|v| &mut v.order_breaks, broken);
    }
    Ok(verdict)
}

fn judge(
    verdict: &mut Verdict,
    public: &Public,
    account: &Account,
    post: &Post,
    publication: &Value,
    place: &str,
) {
    let state = publication["state"].as_str().unwrap_or_default();
    match state {
        "published" => verdict.published += 1,
        "failed" => {
            verdict.failed += 1;
            verdict.notes.push(format!("{place}: failed: {}", publication["error"]["message"]));
        }
        "unconfirmed" => {
            verdict.unconfirmed += 1;
            verdict.notes.push(format!("{place}: unconfirmed: {}", publication["evidence"]));
        }
        "held" => verdict.held += 1,
        _ if is_limited(publication) => {
            verdict.held += 1;
            verdict.notes.push(format!("{place}: the network takes it later: {}", publication["next_at"]));
        }
        _ => verdict.note(|v| &mut v.limbo, format!("{place}: it is still {state}")),
    }
    for (index, text) in post.texts.iter().enumerate() {
        let seen = public.of_account(account, text);
        if seen.len() > 1 {
            verdict.note(|v| &mut v.doubled, format!("{place}: part {index} is public {} times", seen.len()));
            continue;
        }
        // What follows the root has a state of its own; without one it was not begun.
        let parts = publication["parts"].as_array().map_or(&[][..], Vec::as_slice);
        let unit = if index == 0 { Some(publication) } else { parts.get(index - 1) };
        let said = unit.and_then(|unit| unit["state"].as_str()).unwrap_or_default();
        let remote_id = unit.map_or(&Value::Null, |unit| &unit["remote_id"]);
        match (said, seen.first()) {
            ("published", None) => {
                verdict
                    .note(|v| &mut v.lost, format!("{place}: part {index} is said to be public and is not"));
            }
            ("published", Some(item)) if *remote_id != item["remote_id"] => {
                let what =
                    format!("{place}: part {index} has the id {remote_id}, but is {}", item["remote_id"]);
                verdict.note(|v| &mut v.lost, what);
            }
            // What is still scheduled, because the network takes it later, would go out again then.
            ("scheduled" | "failed" | "held" | "canceled", Some(_)) => {
                verdict
                    .note(|v| &mut v.lost, format!("{place}: part {index} is public, but said to be {said}"));
            }
            _ => {}
        }
    }
}

fn caps<'a>(
    verdict: &mut Verdict,
    public: &Public,
    accounts: impl Iterator<Item = &'a Account>,
    planned: &Planned,
) {
    for account in accounts {
        let Some(cap) = account.cap else { continue };
        let roots =
            planned.posts.values().filter(|post| !public.of_account(account, &post.texts[0]).is_empty());
        let count = roots.count();
        if count > cap as usize {
            let what = format!("{} {}: {count} posts, and its cap is {cap}", account.platform, account.id);
            verdict.note(|v| &mut v.cap_breaks, what);
        }
    }
}

/// What became public, by network, account and text.
pub struct Public(BTreeMap<(String, String, String), Vec<Value>>);

impl Public {
    fn of(items: &[Value]) -> Self {
        let mut found: BTreeMap<_, Vec<Value>> = BTreeMap::new();
        for item in items {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let key = (text(&item["platform"]), text(&item["account"]["remote_id"]), text(&item["text"]));
            found.entry(key).or_default().push(item.clone());
        }
        Self(found)
    }

    /// What this account has with this text.
    pub fn of_account(&self, account: &Account, text: &str) -> Vec<&Value> {
        let key = (account.platform.clone(), account.remote_id.clone(), text.to_owned());
        let here = |item: &&Value| {
            account.server.is_none() || item["server"].as_str().and_then(host) == account.server
        };
        self.0.get(&key).into_iter().flatten().filter(here).collect()
    }
}
