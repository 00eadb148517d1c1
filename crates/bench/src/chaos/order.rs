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

/// What was seen of the order.
#[derive(Debug, Default)]
pub struct Order {
    /// How many publications went out before one that was due later, and are compared with it.
    pub kept: usize,
    /// How many were overtaken while they were not ready, or while no worker was there for them.
    pub excused: usize,
    /// The pairs that went out in the wrong order, in words.
    pub broken: Vec<String>,
}

/// Looks at every account.
pub async fn compare(
    api: &Client,
    planned: &Planned,
    accounts: &BTreeMap<&str, &Account>,
    public: &Public,
    known: &BTreeMap<(String, String), &Value>,
    troubles: &Troubles,
) -> anyhow::Result<Order> {
    let mut order = Order::default();
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
            let Some(later) = out[index + 1..].iter().find(overtaken) else {
                order.kept += usize::from(index + 1 < out.len());
                continue;
            };
            let publication = api.get_json(&format!("/api/v1/publications/{}", earlier.id)).await?;
            if in_trouble(troubles, earlier) || !was_ready(&publication, later.at_ms) {
                order.excused += 1;
                continue;
            }
            order.broken.push(format!(
                "{} on {} {}: due before {}, and went out after it",
                earlier.post.texts[0], account.platform, account.id, later.post.texts[0]
            ));
        }
    }
    Ok(order)
}

/// Whether a worker was dead or asleep, or only just back, between the due time and the post. Its leases run out three seconds
/// later, and every lane that it held is free only then.
fn in_trouble(troubles: &Troubles, out: &Out<'_>) -> bool {
    troubles.gaps.iter().any(|gap| gap.from_ms <= out.at_ms && gap.to_ms + 8_000 >= out.post.due_ms)
}

/// Whether a publication had everything that it needed before another one became public: one attempt, no call that went wrong,
/// and nothing but its commit after that moment.
fn was_ready(publication: &Value, other_at_ms: u64) -> bool {
    let attempts = publication["attempts"].as_array().map_or(&[][..], Vec::as_slice);
    let [attempt] = attempts else { return false };
    let steps = attempt["steps"].as_array().map_or(&[][..], Vec::as_slice);
    let fine = |step: &Value| step["status"].as_u64().is_some_and(|status| status < 400);
    let early = |step: &Value| {
        let at = step["at"].as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok());
        at.is_some_and(|at| u64::try_from(at.as_millisecond()).is_ok_and(|ms| ms + SLACK_MS < other_at_ms))
    };
    let begun = attempt["started_at"].as_str().is_some_and(|at| early(&serde_json::json!({ "at": at })));
    let prepared = steps.iter().take_while(|step| early(step)).count();
    begun && steps.iter().all(fine) && prepared + 1 >= steps.len()
}

#[cfg(test)]
mod tests {
    use super::super::havoc::Trouble;
    use super::*;
    use serde_json::json;

    fn attempt(steps: &[(&str, u16)]) -> Value {
        let steps: Vec<Value> =
            steps.iter().map(|(at, status)| json!({ "at": at, "status": status })).collect();
        json!({ "started_at": "1970-01-01T00:00:01Z", "steps": steps })
    }

    fn publication(attempts: &[Value]) -> Value {
        json!({ "attempts": attempts })
    }

    #[test]
    fn one_that_only_had_to_be_sent_was_ready() {
        let prepared = attempt(&[("1970-01-01T00:00:02Z", 200), ("1970-01-01T00:00:09Z", 200)]);
        assert!(was_ready(&publication(std::slice::from_ref(&prepared)), 5_000));
        assert!(!was_ready(&publication(std::slice::from_ref(&prepared)), 1_500), "it was still preparing");
        assert!(!was_ready(&publication(&[prepared.clone(), prepared]), 5_000), "it was tried twice");
        let refused = attempt(&[("1970-01-01T00:00:02Z", 503), ("1970-01-01T00:00:09Z", 200)]);
        assert!(!was_ready(&publication(&[refused]), 5_000), "a call went wrong");
    }

    #[test]
    fn what_was_due_while_a_worker_slept_is_excused() {
        let post = Post { texts: Vec::new(), accounts: Vec::new(), due_ms: 100_000 };
        let out = Out { post: &post, at_ms: 101_000, id: "pub_1" };
        let gap = |from_ms, to_ms| Troubles { gaps: vec![Trouble { from_ms, to_ms }], ..Troubles::default() };
        assert!(in_trouble(&gap(99_000, 100_500), &out));
        assert!(in_trouble(&gap(90_000, 95_000), &out), "its leases run out later");
        assert!(!in_trouble(&gap(80_000, 90_000), &out) && !in_trouble(&gap(102_000, 103_000), &out));
    }
}
