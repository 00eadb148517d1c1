//! Whether commits of one account that were both ready began in the order of their due times.

use std::collections::BTreeMap;

use serde_json::Value;

use super::accounts::Account;
use super::check::Public;
use super::havoc::Troubles;
use super::load::{Planned, Post};
use crate::wire::Client;

/// Two that are due closer together than this may be ready in either order.
const SLACK_MS: u64 = 50;

/// One publication that is public.
struct Out<'a> {
    post: &'a Post,
    /// When the network says that it became public, in milliseconds since 1970.
    at_ms: u64,
    id: &'a str,
}

/// The pairs that went out in the wrong order, in words.
pub async fn breaks(
    api: &Client,
    planned: &Planned,
    accounts: &BTreeMap<&str, &Account>,
    public: &Public,
    known: &BTreeMap<(String, String), &Value>,
    troubles: &Troubles,
) -> anyhow::Result<Vec<String>> {
    let mut broken = Vec::new();
    for account in accounts.values() {
        let mut out: Vec<Out<'_>> = planned
            .posts
            .iter()
            .filter_map(|(id, post)| {
                let item = public.of_account(account, &post.texts[0]).into_iter().next()?;
                let at: jiff::Timestamp = item["at"].as_str()?.parse().ok()?;
                let publication = known.get(&(id.clone(), account.id.clone()))?;
                let at_ms = u64::try_from(at.as_millisecond()).ok()?;
                Some(Out { post, at_ms, id: publication["id"].as_str()? })
            })
            .collect();
        out.sort_by_key(|one| one.post.due_ms);
        for (index, earlier) in out.iter().enumerate() {
            let overtaken = |later: &&Out<'_>| {
                later.post.due_ms > earlier.post.due_ms + SLACK_MS && later.at_ms + SLACK_MS < earlier.at_ms
            };
            let Some(later) = out[index + 1..].iter().find(overtaken) else { continue };
            if in_trouble(troubles, earlier) || !was_ready(api, earlier, later).await? {
                continue;
            }
            broken.push(format!(
                "{} on {} {}: due before {}, and went out after it",
                earlier.post.texts[0], account.platform, account.id, later.post.texts[0]
            ));
        }
    }
    Ok(broken)
}

/// Whether a worker was dead or asleep, or only just back, between the due time and the post. Its leases run out three seconds
/// later, and every lane that it held is free only then.
fn in_trouble(troubles: &Troubles, out: &Out<'_>) -> bool {
    troubles.gaps.iter().any(|gap| gap.from_ms <= out.at_ms && gap.to_ms + 8_000 >= out.post.due_ms)
}

/// Whether the earlier one had everything that it needed before the later one was sent: one attempt, no call that went wrong,
/// and nothing but its commit after that moment.
async fn was_ready(api: &Client, earlier: &Out<'_>, later: &Out<'_>) -> anyhow::Result<bool> {
    let publication = api.get_json(&format!("/api/v1/publications/{}", earlier.id)).await?;
    let attempts = publication["attempts"].as_array().map_or(&[][..], Vec::as_slice);
    let [attempt] = attempts else { return Ok(false) };
    let steps = attempt["steps"].as_array().map_or(&[][..], Vec::as_slice);
    let fine = |step: &Value| step["status"].as_u64().is_some_and(|status| status < 400);
    let early = |step: &Value| {
        let at = step["at"].as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok());
        at.is_some_and(|at| u64::try_from(at.as_millisecond()).is_ok_and(|ms| ms + SLACK_MS < later.at_ms))
    };
    // The last ones are the commit and what is read after it.
    let prepared = steps.iter().take_while(|step| early(step)).count();
    Ok(steps.iter().all(fine) && prepared + 1 >= steps.len() && prepared > 0)
}
