//! What LinkedIn tells the owner of a page, or a member about themselves.
//!
//! The two logins have numbers of their own, by calls and scopes of their own: a page's come by the Community Management API, a
//! member's from apps that LinkedIn gave the members' analytics. learn.microsoft.com, "Organization Share Statistics",
//! "Organization Follower Statistics", "Organization Page Statistics", "Video Analytics API", "Member Post Statistics", "Member
//! Video Statistics" and "Member Follower Statistics" (version 202609). All of them are hours to two days behind.

use std::collections::BTreeMap;

use async_trait::async_trait;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::{SignedDuration, Timestamp};

use super::errors::PLATFORM;
use super::flavour::Flavour;
use super::numbers::{COUNTED, COUNTED_FOR};
use super::{LinkedIn, urn};
use crate::contract::cx::Cx;
use crate::contract::insights::{Found, Insights, Metric, Observation, Offers, PostRef, Window};

mod days;
mod member;
mod organization;
mod wire;

/// Posts that are asked about at once. A member's take up to thirteen calls each, and in LinkedIn's development tier a member has a
/// hundred a day: one question must leave some for others.
const POSTS_AT_ONCE: usize = 5;

/// LinkedIn names no longest window; this is a quarter, in days.
const WINDOW_DAYS: u16 = 90;

/// Views and viewers of a page's video are kept for six months. "Video Analytics API" (2026).
const VIDEOS_FOR: SignedDuration = SignedDuration::from_hours(180 * 24);

/// A page's first, then a member's.
static OFFERS: Offers = Offers {
    account: &joined::<17>(&[
        &COUNTED,
        &[organization::GAINS, organization::VISITS],
        &member::IN_WINDOW,
        &[member::GAINS],
    ]),
    post: &joined::<22>(&[
        &COUNTED,
        &organization::VIDEO,
        &member::IN_WINDOW,
        &member::BROUGHT,
        &member::VIDEO,
    ]),
    audience: &organization::AUDIENCE,
    posts_at_once: POSTS_AT_ONCE,
    window_days: WINDOW_DAYS,
};

#[async_trait]
impl Insights for LinkedIn {
    fn offers(&self) -> &'static Offers {
        &OFFERS
    }

    async fn account(&self, cx: &Cx<'_>, window: Window) -> Result<Found, ConnectorError> {
        match Flavour::of(cx.account) {
            Flavour::Organization => organization::account(cx, window).await,
            Flavour::Member => member::account(cx, window).await,
        }
    }

    async fn posts(&self, cx: &Cx<'_>, posts: &[PostRef<'_>]) -> Result<Vec<Found>, ConnectorError> {
        match Flavour::of(cx.account) {
            Flavour::Organization => organization::posts(cx, posts).await,
            Flavour::Member => member::posts(cx, posts).await,
        }
    }

    /// Of members LinkedIn tells nothing.
    async fn audience(&self, cx: &Cx<'_>) -> Result<Found, ConnectorError> {
        match Flavour::of(cx.account) {
            Flavour::Organization => organization::audience(cx).await,
            Flavour::Member => Ok(Found::default()),
        }
    }
}

/// Whether a refusal is about what was asked for, so that the next question may well be answered.
fn single(cause: &ConnectorError) -> bool {
    matches!(cause.kind, ErrorKind::PermissionMissing | ErrorKind::Rejected)
}

/// LinkedIn does not have it, or not of this kind: there is no data, which is no refusal. "Video Analytics API" (2026) says that
/// the post must have a video, and does not say what is answered for others.
fn absent(cause: &ConnectorError) -> bool {
    cause.kind == ErrorKind::Rejected && matches!(cause.remote.status, Some(400 | 404))
}

/// Takes over what came; a refusal costs these metrics alone, and so does a limit or an outage once something came.
fn settle(
    found: &mut Found,
    metrics: &[Metric],
    answer: Result<Vec<Observation>, ConnectorError>,
) -> Result<(), ConnectorError> {
    match answer {
        Ok(observations) => found.observations.extend(observations),
        Err(cause) if single(&cause) => found.lacks(metrics.iter().copied(), &cause),
        Err(cause) => return found.cut_short(metrics.iter().copied(), cause),
    }
    Ok(())
}

/// A refusal of our own making, ahead of LinkedIn's, where the login lacks a scope.
fn lacking(cx: &Cx<'_>, operation: &str, scope: &str) -> Option<ConnectorError> {
    let granted = &cx.credential.scopes;
    // Without a list, only asking tells.
    if granted.is_empty() || granted.iter().any(|granted| granted == scope) {
        return None;
    }
    let (cause, action) = match Flavour::of(cx.account) {
        Flavour::Organization => (
            "The login does not include the page's numbers.",
            "Have a super admin of the page connect it again and agree to everything.",
        ),
        Flavour::Member if cx.settings.get("member_analytics") == Some("on") => (
            "The login does not include the member's numbers.",
            "Connect the account again and agree to everything.",
        ),
        Flavour::Member => (
            "LinkedIn gives the numbers of members to apps that it approved for them, and this installation does not ask for them.",
            "If LinkedIn gave your app the members' analytics, ask the operator to set platforms.linkedin.member_analytics to on, then connect the account again.",
        ),
    };
    let missing =
        ConnectorError::new(ErrorKind::PermissionMissing, PLATFORM, operation, "scope_missing", cause);
    Some(missing.with_action(action).with_detail(format!("scope {scope}")))
}

/// The sum of everything so far.
fn total(metric: Metric, value: i64) -> Observation {
    Observation { metric: metric.name, part: None, window: None, value, native: metric.native }
}

/// Lists, one after the other.
const fn joined<const N: usize>(lists: &[&[Metric]]) -> [Metric; N] {
    let mut all = [lists[0][0]; N];
    let (mut list, mut at) = (0, 0);
    while list < lists.len() {
        let (_, free) = all.split_at_mut(at);
        let (place, _) = free.split_at_mut(lists[list].len());
        place.copy_from_slice(lists[list]);
        at += lists[list].len();
        list += 1;
    }
    assert!(at == N);
    all
}

/// The type of query that a metric is asked for by: the last word of LinkedIn's name for it.
fn kind(metric: Metric) -> &'static str {
    metric.native.rsplit_once('.').map_or(metric.native, |(_, kind)| kind)
}

/// The posts of this question that LinkedIn may have numbers of, each once.
fn distinct<'a>(posts: &[PostRef<'a>], now: Timestamp) -> Vec<PostRef<'a>> {
    let mut all: Vec<PostRef<'a>> = Vec::new();
    for post in posts {
        let covered = now.duration_since(post.published_at) < COUNTED_FOR;
        let known = all.iter().any(|other| other.remote_id == post.remote_id);
        // One strange id would have LinkedIn refuse the whole question.
        if covered && !known && urn::is_post(post.remote_id) {
            all.push(*post);
        }
    }
    all
}

/// The answers in the order of the questions; nothing for a post that none came about.
fn in_order(posts: &[PostRef<'_>], answers: &BTreeMap<&str, Found>) -> Vec<Found> {
    posts.iter().map(|post| answers.get(post.remote_id).cloned().unwrap_or_default()).collect()
}

/// Whether views and viewers of a page's video are still to be had.
fn viewers_counted(post: &PostRef<'_>, now: Timestamp) -> bool {
    now.duration_since(post.published_at) < VIDEOS_FOR
}
