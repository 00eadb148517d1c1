//! The publishing quotas, and what else is noted about an account shortly before a commit.
//! Source: Threads API - Troubleshooting, `threads_publishing_limit` (copy of 2025): 250 posts and 1000 replies within 24 hours.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::{SignedDuration, Timestamp};

use super::super::api::{self, Graph};
use super::super::{NAME, wire};
use super::state::Baseline;
use crate::contract::cx::Cx;
use crate::kit::graph::look::tolerate;

/// How many of the newest posts are remembered before a commit.
const SEEN: &str = "50";

/// The window of the quota when the network does not name it.
const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// Entries on a page of a list: the most that the network gives.
const PAGE: usize = 100;

/// Usage and size of a quota.
#[derive(Debug, Clone, Copy)]
struct Quota {
    usage: i64,
    total: Option<i64>,
    window: SignedDuration,
}

/// Refuses to go on while the quota is used up; else notes what a later look for this post has to compare with.
///
/// # Errors
/// `RateLimited` while the quota is used up; auth errors as the network answered. What can't be read otherwise is left out:
/// the network itself enforces the quota at the commit.
pub(super) async fn before_commit(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    reply: bool,
) -> Result<Baseline, ConnectorError> {
    let quota = tolerate(read(graph, reply).await)?.flatten();
    if quota.is_some_and(|quota| quota.total.is_some_and(|total| quota.usage >= total)) {
        let what = if reply { "replies" } else { "posts" };
        let cause = format!("Threads' limit of {what} within 24 hours is used up.");
        let kind = ErrorKind::RateLimited { until: free_at(cx, graph, reply).await };
        return Err(ConnectorError::new(kind, NAME, "quota.read", "quota_reached", cause)
            .with_action("Nothing to do: Carillon publishes as soon as the limit allows."));
    }
    let seen = tolerate(newest(graph, reply).await)?;
    Ok(Baseline { at: cx.clock.now(), quota_usage: quota.map(|quota| quota.usage), seen })
}

/// The used part of the quota now, if it can be read.
pub(super) async fn usage(graph: &Graph<'_>, reply: bool) -> Option<i64> {
    read(graph, reply).await.ok().flatten().map(|quota| quota.usage)
}

/// The size of the account's quota of posts, if it can be read.
pub async fn total(graph: &Graph<'_>) -> Option<u32> {
    let quota = read(graph, false).await.ok().flatten()?;
    quota.total.and_then(|total| u32::try_from(total).ok())
}

/// When the quota has room again: when the oldest of its newest posts leaves the window. An hour from now where that can't be
/// found out, since posts that were deleted count too.
pub(super) async fn free_at(cx: &Cx<'_>, graph: &Graph<'_>, reply: bool) -> Option<Timestamp> {
    let now = cx.clock.now();
    let found = search(graph, reply, now).await.ok().flatten().filter(|at| *at > now);
    found.or_else(|| now.checked_add(SignedDuration::from_hours(1)).ok())
}

async fn search(graph: &Graph<'_>, reply: bool, now: Timestamp) -> Result<Option<Timestamp>, ConnectorError> {
    let Some(Quota { total: Some(total), window, .. }) = read(graph, reply).await? else { return Ok(None) };
    let (Ok(mut rank), Ok(since)) = (usize::try_from(total), now.checked_sub(window)) else {
        return Ok(None);
    };
    let (operation, path) = list_of(reply);
    let mut after = None;
    for _ in 0..rank.div_ceil(PAGE) {
        let mut params = vec![
            ("fields", "id,timestamp".to_owned()),
            ("since", since.as_second().to_string()),
            ("limit", PAGE.to_string()),
        ];
        params.extend(after.take().map(|cursor| ("after", cursor)));
        let page: wire::List<wire::Media> = graph.get(operation, path, params).await?;
        if let Some(media) = rank.checked_sub(1).and_then(|index| page.data.get(index)) {
            let at = media.timestamp.as_deref().and_then(api::timestamp);
            return Ok(at.and_then(|at| at.checked_add(window).ok()));
        }
        rank -= page.data.len();
        after = api::next_cursor(page.paging, page.data.len());
        if after.is_none() {
            break;
        }
    }
    Ok(None)
}

async fn read(graph: &Graph<'_>, reply: bool) -> Result<Option<Quota>, ConnectorError> {
    let fields = if reply { "reply_quota_usage,reply_config" } else { "quota_usage,config" };
    let params = vec![("fields", fields.to_owned())];
    let page: wire::List<wire::PublishingLimit> =
        graph.get("quota.read", "me/threads_publishing_limit", params).await?;
    let Some(limit) = page.data.into_iter().next() else { return Ok(None) };
    let (usage, config) = match reply {
        true => (limit.reply_quota_usage, limit.reply_config),
        false => (limit.quota_usage, limit.config),
    };
    let Some(usage) = usage else { return Ok(None) };
    let window = config.as_ref().and_then(|c| c.quota_duration).filter(|s| *s > 0);
    let window = window.map_or(WINDOW, SignedDuration::from_secs);
    Ok(Some(Quota { usage, total: config.and_then(|c| c.quota_total), window }))
}

async fn newest(graph: &Graph<'_>, reply: bool) -> Result<Vec<String>, ConnectorError> {
    let (operation, path) = list_of(reply);
    let params = vec![("fields", "id".to_owned()), ("limit", SEEN.to_owned())];
    let page: wire::List<wire::Id> = graph.get(operation, path, params).await?;
    Ok(page.data.into_iter().map(|entry| entry.id).collect())
}

/// Whether an id is among the newest posts or replies.
pub(super) async fn lists(graph: &Graph<'_>, id: &str) -> Result<bool, ConnectorError> {
    for reply in [false, true] {
        if newest(graph, reply).await?.iter().any(|listed| listed == id) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where posts are listed, and where replies are.
pub(super) fn list_of(reply: bool) -> (&'static str, &'static str) {
    if reply { ("replies.list", "me/replies") } else { ("posts.list", "me/threads") }
}
