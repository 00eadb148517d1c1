//! Profile and posts with the numbers that the network gives to their owner.
//! Sources: Threads API - Profiles, Media reference, Insights (copies of 2025-2026).

use std::collections::BTreeMap;

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use serde_json::{Value, json};

use super::api::{self, Graph, Params};
use super::publish::quota;
use super::{NAME, Threads, insights, wire};
use crate::contract::cx::Cx;
use crate::contract::insights::Metric;
use crate::contract::reader::{Count, PostPage, Profile, Reader, RemotePost};
use crate::kit::graph::hooks;
use crate::kit::graph::insights::{Question, Row, metrics};

/// Posts per page: the network's default. Each costs a call for its numbers.
const PAGE_SIZE: &str = "25";

/// Where an account's meta keep how many posts Threads takes from it within 24 hours.
pub(super) const DAILY_POSTS: &str = "daily_posts";

const PROFILE: &str = "id,username,name,threads_profile_picture_url";
const POST: &str = "id,text,media_type,permalink,timestamp";

/// Reposts are listed with this type. Source: Threads API - Media reference, `media_type`.
const REPOST: &str = "REPOST_FACADE";

/// Source: Threads API - Insights, media metrics.
const METRICS: [Metric; 6] = metrics(&insights::POST);

/// Not a field of the profile but a metric. Source: Threads API - Insights, user metrics.
const FOLLOWERS: &str = "followers_count";

#[async_trait]
impl Reader for Threads {
    async fn profile(&self, cx: &Cx<'_>) -> Result<Profile, ConnectorError> {
        let graph = Graph::of(cx);
        let profile = own_profile(&graph).await?;
        let mut meta = if cx.account.meta.is_object() { cx.account.meta.clone() } else { json!({}) };
        if let Some(most) = quota::total(&graph).await {
            meta[DAILY_POSTS] = json!(most);
        }
        let identity = identity(&profile, meta).ok_or_else(nobody)?;
        let counts = numbers(&graph, "insights.profile", "me/threads_insights", &[FOLLOWERS]).await;
        let counts = match counts {
            Ok(found) => found.get(FOLLOWERS).map(|value| count("followers", FOLLOWERS, *value)),
            Err(error) if about_numbers(&error) => None,
            Err(error) => return Err(error),
        };
        Ok(Profile { identity, counts: counts.into_iter().collect() })
    }

    async fn posts(&self, cx: &Cx<'_>, cursor: Option<&str>) -> Result<PostPage, ConnectorError> {
        let graph = Graph::of(cx);
        let mut params = vec![("fields", POST.to_owned()), ("limit", PAGE_SIZE.to_owned())];
        params.extend(cursor.map(|after| ("after", after.to_owned())));
        let page: wire::List<wire::Media> = graph.get("posts.list", "me/threads", params).await?;
        let next = api::next_cursor(page.paging, page.data.len());
        let mut numbers = Numbers { graph: &graph, metrics: METRICS.map(|metric| metric.native).to_vec() };
        let mut posts = Vec::with_capacity(page.data.len());
        for media in page.data.into_iter().filter(|media| media.media_type.as_deref() != Some(REPOST)) {
            if let Some(post) = post(media) {
                let counts = numbers.of(&post.remote_id).await?;
                posts.push(RemotePost { counts, ..post });
            }
        }
        Ok(PostPage { posts, next })
    }
}

/// The numbers of posts, without those that the network refused before.
struct Numbers<'a> {
    graph: &'a Graph<'a>,
    /// What is still asked for.
    metrics: Vec<&'static str>,
}

impl Numbers<'_> {
    /// What there is of one post's numbers. A refused metric does not take the others with it: each is then asked for alone.
    async fn of(&mut self, id: &str) -> Result<Vec<Count>, ConnectorError> {
        if self.metrics.is_empty() {
            return Ok(Vec::new());
        }
        let path = format!("{id}/insights");
        let found = match numbers(self.graph, "insights.post", &path, &self.metrics).await {
            Ok(found) => found,
            Err(error) if error.kind == ErrorKind::PermissionMissing => {
                self.metrics.clear();
                return Ok(Vec::new());
            }
            Err(error) if about_numbers(&error) => self.one_by_one(&path).await?,
            Err(error) => return Err(error),
        };
        let of = |metric: &Metric| Some(count(metric.name, metric.native, *found.get(metric.native)?));
        Ok(METRICS.iter().filter_map(of).collect())
    }

    async fn one_by_one(&mut self, path: &str) -> Result<BTreeMap<&'static str, i64>, ConnectorError> {
        let mut all = BTreeMap::new();
        let mut taken = Vec::new();
        for metric in std::mem::take(&mut self.metrics) {
            match numbers(self.graph, "insights.post", path, &[metric]).await {
                Ok(found) => {
                    taken.push(metric);
                    all.extend(found);
                }
                Err(error) if about_numbers(&error) => {}
                Err(error) => return Err(error),
            }
        }
        // When all were refused, it was the post rather than the metrics.
        self.metrics = if taken.is_empty() { METRICS.map(|metric| metric.native).to_vec() } else { taken };
        Ok(all)
    }
}

/// Values by the network's names.
async fn numbers(
    graph: &Graph<'_>,
    operation: &'static str,
    path: &str,
    metrics: &[&'static str],
) -> Result<BTreeMap<&'static str, i64>, ConnectorError> {
    let asks = metrics.iter().map(|native| Row::sum((), native, native).ask).collect();
    let question = Question::new(graph.client(), operation, graph.url(path), Params::new(), asks);
    let observations = question.answer().await?;
    Ok(observations.into_iter().map(|seen| (seen.native, seen.value)).collect())
}

/// Whether the numbers were refused, rather than the login or the moment.
fn about_numbers(error: &ConnectorError) -> bool {
    matches!(error.kind, ErrorKind::Rejected | ErrorKind::PermissionMissing)
        || super::errors::object_missing(error)
}

fn count(metric: &str, native: &str, value: i64) -> Count {
    Count { metric: metric.to_owned(), value, native: native.to_owned() }
}

/// The profile behind the token.
///
/// # Errors
/// As the network answered.
pub(super) async fn own_profile(graph: &Graph<'_>) -> Result<wire::Profile, ConnectorError> {
    graph.get("profile.read", "me", vec![("fields", PROFILE.to_owned())]).await
}

/// Who a profile is.
pub(super) fn identity(profile: &wire::Profile, meta: Value) -> Option<AccountIdentity> {
    let remote_id = hooks::id(&profile.id)?;
    let handle = profile.username.clone().unwrap_or_else(|| remote_id.clone());
    Some(AccountIdentity {
        name: profile.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| handle.clone()),
        remote_id,
        handle,
        avatar_url: profile.threads_profile_picture_url.clone(),
        server: None,
        meta,
    })
}

/// A profile without an id.
pub(super) fn nobody() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Transient,
        NAME,
        "profile.read",
        "unreadable_answer",
        "Threads did not say which account this is.",
    )
    .with_action("Nothing to do: Carillon tries again by itself.")
}

/// A post without a readable time can't be placed and is left out.
fn post(media: wire::Media) -> Option<RemotePost> {
    let published_at = api::timestamp(media.timestamp.as_deref()?)?;
    Some(RemotePost {
        remote_id: media.id,
        url: media.permalink,
        text: media.text.unwrap_or_default(),
        kind: media.media_type,
        published_at,
        counts: Vec::new(),
    })
}
