//! Profile and posts with the numbers that everybody can see.
//!
//! X has two families of field names: up to OpenAPI 2.166 (Jul 2026) `tweet.fields`, `referenced_tweets`, `retweet_count`; from
//! 2.167 (Aug 2026) `post.fields`, `referenced_posts`, `repost_count`. The older one is asked for first, unless the account's
//! profile came in the newer one; where X refuses a name, the other family is asked for. Answers are read in both.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::time::Timestamp;
use serde_json::json;

use super::api::Api;
use super::errors::{self, op};
use super::wire::{Data, Post, PostMetrics, Timeline, User};
use super::{DESCRIPTOR, WEB, X, text};
use crate::contract::cx::{Cx, PlatformSettings};
use crate::contract::reader::{Count, PostPage, Profile, Reader, RemotePost};
use crate::kit::http::Call;

/// Posts in one answer, at most. docs.x.com, "User posts timeline" (2026).
const PAGE: &str = "100";
/// The fewest that can be asked for.
const SMALLEST_PAGE: &str = "5";
/// Pages that are looked through for a lost post.
const MAX_PAGES: u32 = 10;

/// Impressions are counted since then. docs.x.com, "Metrics" (2026).
const IMPRESSIONS_SINCE: &str = "2022-12-15T00:00:00Z";

#[async_trait]
impl Reader for X {
    async fn profile(&self, cx: &Cx<'_>) -> Result<Profile, ConnectorError> {
        let user = me(&Api::of(cx)).await?;
        Ok(Profile { counts: counts_of_user(&user), identity: identity(user) })
    }

    async fn posts(&self, cx: &Cx<'_>, cursor: Option<&str>) -> Result<PostPage, ConnectorError> {
        let mut filter = vec![("max_results", PAGE), ("exclude", "retweets")];
        filter.extend(cursor.map(|c| ("pagination_token", c)));
        let timeline = timeline(cx, &filter).await?;
        Ok(PostPage {
            posts: timeline.data.iter().filter_map(|post| remote_post(cx, post)).collect(),
            next: timeline.meta.and_then(|m| m.next_token),
        })
    }
}

/// Where people see a post.
pub(super) fn post_url(cx: &Cx<'_>, id: &str) -> String {
    url_of(cx.settings, &cx.account.handle, id)
}

fn url_of(settings: &PlatformSettings, handle: &str, id: &str) -> String {
    let web = settings.endpoint(&DESCRIPTOR, WEB);
    if handle.is_empty() { format!("{web}/i/web/status/{id}") } else { format!("{web}/{handle}/status/{id}") }
}

/// When X says that a post was made.
pub(super) fn created_at(post: &Post) -> Option<Timestamp> {
    post.created_at.as_deref().and_then(|at| at.parse().ok())
}

/// Who the token belongs to.
pub(super) async fn me(api: &Api<'_>) -> Result<User, ConnectorError> {
    // These names are in both families.
    let fields =
        "created_at,description,profile_image_url,protected,public_metrics,subscription_type,verified_type";
    let call = Call::get(op::ME, api.url("/2/users/me")).query([("user.fields", fields)]);
    let answer: Data<User> = api.ask(call).await?;
    Ok(answer.data)
}

/// The account as other parts know it.
pub(super) fn identity(user: User) -> AccountIdentity {
    let family = if user.public_metrics.post_count.is_some() { Family::Post } else { Family::Tweet };
    AccountIdentity {
        remote_id: user.id,
        handle: user.username,
        name: user.name,
        avatar_url: user.profile_image_url,
        server: None,
        meta: json!({
            "subscription_type": user.subscription_type,
            "protected": user.protected.unwrap_or_default(),
            "fields": family.name(),
        }),
    }
}

/// The account's newest post; `None` when it has none.
pub(super) async fn newest_id(cx: &Cx<'_>) -> Result<Option<String>, ConnectorError> {
    let timeline = timeline(cx, &[("max_results", SMALLEST_PAGE)]).await?;
    let named = timeline.meta.and_then(|m| m.newest_id);
    Ok(named.or_else(|| timeline.data.into_iter().next().map(|p| p.id)))
}

/// Posts of the account that are newer than an id.
pub(super) struct Newer {
    /// Newest first.
    pub found: Vec<Post>,
    /// Whether these are all.
    pub complete: bool,
}

/// All posts that are newer than `since`, answers included.
pub(super) async fn newer_than(cx: &Cx<'_>, since: Option<&str>) -> Result<Newer, ConnectorError> {
    let mut newer = Newer { found: Vec::new(), complete: false };
    let mut cursor: Option<String> = None;
    for _ in 0..MAX_PAGES {
        let mut filter = vec![("max_results", PAGE)];
        filter.extend(since.map(|id| ("since_id", id)));
        filter.extend(cursor.as_deref().map(|c| ("pagination_token", c)));
        let page = timeline(cx, &filter).await?;
        newer.found.extend(page.data);
        cursor = page.meta.and_then(|m| m.next_token);
        if cursor.is_none() {
            newer.complete = true;
            break;
        }
    }
    Ok(newer)
}

/// A family of field names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Tweet,
    Post,
}

impl Family {
    /// The one that X used last time.
    pub(super) fn of(account: &AccountIdentity) -> Self {
        let last = account.meta.get("fields").and_then(|v| v.as_str());
        if last == Some(Self::Post.name()) { Self::Post } else { Self::Tweet }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Tweet => "tweet",
            Self::Post => "post",
        }
    }

    /// The one to try where X refuses a name of this one.
    pub(super) const fn other(self) -> Self {
        match self {
            Self::Tweet => Self::Post,
            Self::Post => Self::Tweet,
        }
    }

    /// The parameter that names the fields of posts.
    pub(super) const fn parameter(self) -> &'static str {
        match self {
            Self::Tweet => "tweet.fields",
            Self::Post => "post.fields",
        }
    }

    /// What is asked for.
    const fn fields(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Tweet => &[(
                "tweet.fields",
                "attachments,created_at,entities,note_tweet,public_metrics,referenced_tweets",
            )],
            // Here references are an expansion.
            Self::Post => &[
                ("post.fields", "attachments,created_at,entities,note_post,public_metrics"),
                ("expansions", "referenced_posts"),
            ],
        }
    }
}

async fn timeline(cx: &Cx<'_>, filter: &[(&str, &str)]) -> Result<Timeline, ConnectorError> {
    let family = Family::of(cx.account);
    match ask(cx, filter, family).await {
        Err(e) if e.code == "field_unknown" => ask(cx, filter, family.other()).await,
        answer => answer,
    }
}

async fn ask(cx: &Cx<'_>, filter: &[(&str, &str)], family: Family) -> Result<Timeline, ConnectorError> {
    let api = Api::of(cx);
    let url = api.url(&format!("/2/users/{}/tweets", cx.account.remote_id));
    let call = Call::get(op::TIMELINE, url).query(filter.iter().chain(family.fields()).copied());
    let reply = api.send(call).await?;
    let timeline: Timeline = super::api::read(op::TIMELINE, &reply)?;
    // An answer with status 200 may hold nothing but the reason why.
    match timeline.errors.first() {
        Some(problem) if timeline.data.is_empty() && timeline.meta.is_none() => {
            Err(errors::map_inside(op::TIMELINE, &reply.headers, problem))
        }
        _ => Ok(timeline),
    }
}

fn remote_post(cx: &Cx<'_>, post: &Post) -> Option<RemotePost> {
    let published_at = created_at(post)?;
    let kind = post.referenced_tweets.first().map(|r| r.kind.clone());
    Some(RemotePost {
        remote_id: post.id.clone(),
        url: Some(post_url(cx, &post.id)),
        text: text::plain(post),
        kind,
        published_at,
        counts: counts_of_post(&post.public_metrics, published_at),
    })
}

fn count(metric: &str, value: Option<i64>, native: &str) -> Option<Count> {
    Some(Count { metric: metric.to_owned(), value: value?, native: native.to_owned() })
}

fn counts_of_user(user: &User) -> Vec<Count> {
    let m = &user.public_metrics;
    let native = |name: &str| format!("public_metrics.{name}");
    let posts = count("posts", m.tweet_count, &native("tweet_count"));
    [
        count("followers", m.followers_count, &native("followers_count")),
        count("following", m.following_count, &native("following_count")),
        posts.or_else(|| count("posts", m.post_count, &native("post_count"))),
        count("listed", m.listed_count, &native("listed_count")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn counts_of_post(m: &PostMetrics, published_at: Timestamp) -> Vec<Count> {
    let native = |name: &str| format!("public_metrics.{name}");
    let shares = count("shares", m.retweet_count, &native("retweet_count"));
    // Before X counted impressions it says 0, which is "not known".
    let counted = IMPRESSIONS_SINCE.parse().is_ok_and(|since| published_at >= since);
    let views = m.impression_count.filter(|n| counted || *n > 0);
    [
        count("likes", m.like_count, &native("like_count")),
        count("comments", m.reply_count, &native("reply_count")),
        shares.or_else(|| count("shares", m.repost_count, &native("repost_count"))),
        count("quotes", m.quote_count, &native("quote_count")),
        count("saves", m.bookmark_count, &native("bookmark_count")),
        count("views", views, &native("impression_count")),
    ]
    .into_iter()
    .flatten()
    .collect()
}
