//! The publishing quota, and what else is noted about an account shortly before a commit.
//! Source: Instagram Platform - Content Publishing Limit (copy of 2026).

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::super::api::Graph;
use super::super::options::Kind;
use super::super::{NAME, wire};
use super::state::Baseline;
use crate::contract::cx::Cx;
use crate::kit::graph::look::tolerate;

/// How many of the newest posts are remembered before a commit.
const SEEN: &str = "50";

/// The window of the quota when the network does not name it.
const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// Halvings of the window when looking for the moment at which the quota has room again: 24 h / 2^7, about 11 minutes.
const HALVINGS: u8 = 7;

/// Usage and size of the quota.
#[derive(Debug, Clone, Copy)]
struct Quota {
    usage: i64,
    total: Option<i64>,
    window: SignedDuration,
}

impl Quota {
    fn exhausted(self) -> bool {
        self.total.is_some_and(|total| self.usage >= total)
    }
}

/// Refuses to go on while the quota is used up; else notes what a later look for this post has to compare with.
///
/// # Errors
/// `RateLimited` while the quota is used up; auth errors as the network answered. What can't be read otherwise is left out:
/// the network itself enforces the quota at the commit.
pub(super) async fn before_commit(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    kind: Kind,
) -> Result<Baseline, ConnectorError> {
    let quota = tolerate(read(cx, graph, None).await)?.flatten();
    if quota.is_some_and(Quota::exhausted) {
        let until = free_at(cx, graph).await;
        return Err(ConnectorError::new(
            ErrorKind::RateLimited { until },
            NAME,
            "quota.read",
            "quota_reached",
            "Instagram's limit of posts within 24 hours is used up.",
        )
        .with_action("Nothing to do: Carillon publishes as soon as the limit allows."));
    }
    let seen = tolerate(newest(cx, graph, kind).await)?;
    Ok(Baseline { at: cx.clock.now(), quota_usage: quota.map(|q| q.usage), seen })
}

/// The used part of the quota now, if it can be read.
pub(super) async fn usage(cx: &Cx<'_>, graph: &Graph<'_>) -> Option<i64> {
    read(cx, graph, None).await.ok().flatten().map(|quota| quota.usage)
}

/// The size of the account's quota, if it can be read.
pub async fn total(cx: &Cx<'_>, graph: &Graph<'_>) -> Option<u32> {
    let quota = read(cx, graph, None).await.ok().flatten()?;
    quota.total.and_then(|total| u32::try_from(total).ok())
}

/// When the oldest posts have left the window so far that the quota has room: found by asking for the usage since ever later
/// times. An hour from now when that can't be found out.
pub(super) async fn free_at(cx: &Cx<'_>, graph: &Graph<'_>) -> Option<Timestamp> {
    let now = cx.clock.now();
    let fallback = now.checked_add(SignedDuration::from_hours(1)).ok();
    match search(cx, graph, now).await {
        Ok(Some(until)) => Some(until),
        _ => fallback,
    }
}

async fn search(cx: &Cx<'_>, graph: &Graph<'_>, now: Timestamp) -> Result<Option<Timestamp>, ConnectorError> {
    let Some(Quota { total: Some(total), window, .. }) = read(cx, graph, None).await? else {
        return Ok(None);
    };
    let Ok(start) = now.checked_sub(window) else { return Ok(None) };
    let (mut full, mut free) = (start.as_second(), now.as_second());
    for _ in 0..HALVINGS {
        let middle = full.midpoint(free);
        match read(cx, graph, Some(middle)).await? {
            Some(quota) if quota.usage >= total => full = middle,
            Some(_) => free = middle,
            None => return Ok(None),
        }
    }
    let until = Timestamp::from_second(free).ok().and_then(|t| t.checked_add(window).ok());
    Ok(until)
}

async fn read(cx: &Cx<'_>, graph: &Graph<'_>, since: Option<i64>) -> Result<Option<Quota>, ConnectorError> {
    let mut params = vec![("fields", "quota_usage,config".to_owned())];
    params.extend(since.map(|unix| ("since", unix.to_string())));
    let path = format!("{}/content_publishing_limit", cx.account.remote_id);
    let page: wire::Page<wire::PublishingLimit> = graph.get("quota.read", &path, params).await?;
    let Some(limit) = page.data.into_iter().next() else { return Ok(None) };
    let Some(usage) = limit.quota_usage else { return Ok(None) };
    let config = limit.config.as_ref();
    let window = config.and_then(|c| c.quota_duration).filter(|s| *s > 0).map(SignedDuration::from_secs);
    Ok(Some(Quota { usage, total: config.and_then(|c| c.quota_total), window: window.unwrap_or(WINDOW) }))
}

#[derive(Deserialize)]
struct Entry {
    id: String,
}

async fn newest(cx: &Cx<'_>, graph: &Graph<'_>, kind: Kind) -> Result<Vec<String>, ConnectorError> {
    let (operation, edge) = edge_of(kind);
    let params = vec![("fields", "id".to_owned()), ("limit", SEEN.to_owned())];
    let path = format!("{}/{edge}", cx.account.remote_id);
    let page: wire::Page<Entry> = graph.get(operation, &path, params).await?;
    Ok(page.data.into_iter().map(|entry| entry.id).collect())
}

/// Where posts of a kind are listed: stories have a list of their own.
pub(super) fn edge_of(kind: Kind) -> (&'static str, &'static str) {
    if kind == Kind::Story { ("stories.list", "stories") } else { ("media.list", "media") }
}
