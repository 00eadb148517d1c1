//! What X shows of a post to its author alone.
//!
//! It is asked for as `non_public_metrics` of `GET /2/tweets`, a hundred posts a call, in the family of names that the account's
//! profile came in. X shows them for 30 days: docs.x.com, "Metrics" (2026). Older posts are not asked about, since every post
//! that is read is paid for, and their numbers would be refused.
//!
//! What else there is, and why it is not read:
//! - `organic_metrics` is the same again without advertising; a number twice says no more.
//! - `GET /2/tweets/analytics` has follows and unfollows besides. Neither its price nor how long it keeps them is documented, its
//!   limit is 300 calls for the whole app, and its answer has another shape in each of the two descriptions (2.166, 2.167).
//! - `non_public_metrics` of media (`playback_0_count` to `playback_100_count`) are those of a file, of which a post may have four, and
//!   not of the post; the numbers here have no room for which of them is meant.
//! - Of accounts X tells nothing over time, and of followers nothing but how many they are.

use std::collections::BTreeMap;

use async_trait::async_trait;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::{SignedDuration, Timestamp};
use http::HeaderMap;
use serde_json::Value;

use super::X;
use super::api::{Api, read};
use super::errors::{self, op};
use super::read::Family;
use super::wire::{Lookup, Private};
use crate::contract::cx::Cx;
use crate::contract::insights::{Found, Insights, Metric, Missing, Observation, Offers, PostRef, Window};
use crate::kit::http::Call;

/// How long the author is shown them.
const SHOWN_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

const VIEWS: Metric = Metric::of("views", "non_public_metrics.impression_count");
const LINKS: Metric = Metric::of("link_clicks", "non_public_metrics.url_link_clicks");
const PROFILE: Metric = Metric::of("profile_visits", "non_public_metrics.user_profile_clicks");
const ENGAGEMENTS: Metric = Metric::of("interactions", "non_public_metrics.engagements");

static OFFERS: Offers = Offers {
    account: &[],
    post: &[VIEWS, LINKS, PROFILE, ENGAGEMENTS],
    audience: &[],
    // docs.x.com, "Posts lookup" (2026).
    posts_at_once: 100,
    window_days: 0,
};

#[async_trait]
impl Insights for X {
    fn offers(&self) -> &'static Offers {
        &OFFERS
    }

    /// Nothing: X has no such numbers.
    async fn account(&self, _: &Cx<'_>, _: Window) -> Result<Found, ConnectorError> {
        Ok(Found::default())
    }

    async fn posts(&self, cx: &Cx<'_>, posts: &[PostRef<'_>]) -> Result<Vec<Found>, ConnectorError> {
        let ids = shown(posts, cx.clock.now());
        let mut answers: BTreeMap<&str, Found> = BTreeMap::new();
        if !ids.is_empty() {
            let (lookup, headers) = lookup(cx, &ids).await?;
            take(&lookup, &headers, &ids, &mut answers)?;
        }
        Ok(posts.iter().map(|post| answers.get(post.remote_id).cloned().unwrap_or_default()).collect())
    }

    /// Nothing: X has no such numbers.
    async fn audience(&self, _: &Cx<'_>) -> Result<Found, ConnectorError> {
        Ok(Found::default())
    }
}

/// The ids that X has something to say about, each once, as each is paid for. One that is no id would have X refuse all of them.
fn shown<'a>(posts: &[PostRef<'a>], now: Timestamp) -> Vec<&'a str> {
    let mut ids: Vec<&'a str> = Vec::new();
    for post in posts {
        let id = post.remote_id;
        let good = (1..=19).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
        if good && now.duration_since(post.published_at) < SHOWN_FOR && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

async fn lookup(cx: &Cx<'_>, ids: &[&str]) -> Result<(Lookup, HeaderMap), ConnectorError> {
    let family = Family::of(cx.account);
    match ask(cx, ids, family).await {
        Err(e) if e.code == "field_unknown" => ask(cx, ids, family.other()).await,
        answer => answer,
    }
}

async fn ask(cx: &Cx<'_>, ids: &[&str], family: Family) -> Result<(Lookup, HeaderMap), ConnectorError> {
    let api = Api::of(cx);
    let ids = ids.join(",");
    let query = [("ids", ids.as_str()), (family.parameter(), "non_public_metrics")];
    let reply = api.send(Call::get(op::LOOKUP, api.url("/2/tweets")).query(query)).await?;
    Ok((read(op::LOOKUP, &reply)?, reply.headers))
}

/// Takes over what came for these posts, and what X says in the same answer of those that it did not show.
fn take<'a>(
    lookup: &Lookup,
    headers: &HeaderMap,
    ids: &[&'a str],
    answers: &mut BTreeMap<&'a str, Found>,
) -> Result<(), ConnectorError> {
    let problems: Vec<(Option<&str>, ConnectorError)> = lookup
        .errors
        .iter()
        .map(|problem| (about(problem), errors::map_inside(op::LOOKUP, headers, problem)))
        .collect();
    // What is not about single posts is about all of them.
    let single = |kind: &ErrorKind| matches!(kind, ErrorKind::Rejected | ErrorKind::PermissionMissing);
    if let Some((_, cause)) = problems.iter().find(|(_, cause)| !single(&cause.kind)) {
        return Err(cause.clone());
    }
    for id in ids {
        let observations =
            lookup.data.iter().find(|post| post.id == *id).map(observations).unwrap_or_default();
        // A problem that names no post is about each that came without numbers.
        let refused = problems.iter().find(|(post, _)| match post {
            Some(post) => post == id,
            None => observations.is_empty(),
        });
        let mut found = Found { observations, missing: Vec::new() };
        // A post that X does not have any more lacks nothing.
        if let Some((_, cause)) = refused.filter(|(_, cause)| cause.code != "not_found") {
            let given = |metric: &Metric| found.observations.iter().any(|o| o.metric == metric.name);
            found.missing = Missing::all(OFFERS.post.iter().copied().filter(|m| !given(m)), cause);
        }
        answers.insert(id, found);
    }
    Ok(())
}

/// The post that a problem is about, where it says so.
fn about(problem: &Value) -> Option<&str> {
    problem.get("resource_id").or_else(|| problem.get("value")).and_then(Value::as_str)
}

fn observations(post: &Private) -> Vec<Observation> {
    let m = &post.non_public_metrics;
    let counted = [
        (VIEWS, m.impression_count),
        (LINKS, m.url_link_clicks),
        (PROFILE, m.user_profile_clicks),
        (ENGAGEMENTS, m.engagements),
    ];
    let observation = |(metric, value): (Metric, Option<i64>)| {
        let Metric { name, native, .. } = metric;
        Some(Observation { metric: name, part: None, window: None, value: value?, native })
    };
    counted.into_iter().filter_map(observation).collect()
}
