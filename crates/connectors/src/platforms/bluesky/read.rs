//! Profile and posts. The index of the network (AppView) has the numbers; where the account's server has none behind it,
//! the repository itself is read.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::Timestamp;
use serde_json::Value;

use super::wire::{AuthorFeed, PostView, Posts, ProfileView, Record, Records, RepoDescription};
use super::xrpc::Xrpc;
use super::{APPVIEW, Bluesky, DESCRIPTOR, WEB, auth, limits};
use crate::contract::cx::Cx;
use crate::contract::reader::{Count, PostPage, Profile, Reader, RemotePost};
use crate::kit::errors::NETWORK_FAILING;

const PAGE: &str = "50";
/// Cursors of the two sources must not be mixed up.
const FROM_FEED: &str = "feed:";
const FROM_REPO: &str = "repo:";

#[async_trait]
impl Reader for Bluesky {
    async fn profile(&self, cx: &Cx<'_>) -> Result<Profile, ConnectorError> {
        let did = cx.account.remote_id.as_str();
        let asked: Result<ProfileView, _> =
            Xrpc::of(cx).query("getProfile", "app.bsky.actor.getProfile", &[("actor", did)]).await;
        match asked {
            Ok(view) => Ok(from_view(cx, view)),
            Err(error) if no_index(&error) => from_repository(cx).await,
            Err(error) => Err(error),
        }
    }

    async fn posts(&self, cx: &Cx<'_>, cursor: Option<&str>) -> Result<PostPage, ConnectorError> {
        if let Some(cursor) = cursor.and_then(|c| c.strip_prefix(FROM_REPO)) {
            return records(cx, Some(cursor)).await;
        }
        let cursor = cursor.and_then(|c| c.strip_prefix(FROM_FEED));
        match feed(cx, cursor).await {
            Err(error) if cursor.is_none() && no_index(&error) => records(cx, None).await,
            answered => answered,
        }
    }
}

/// The server has no index behind it, or the index is not reachable or does not know the account: the repository still is there.
pub(super) fn no_index(error: &ConnectorError) -> bool {
    let refused =
        matches!(error.kind, ErrorKind::Transient | ErrorKind::Rejected) && error.remote.status.is_some();
    error.code == NETWORK_FAILING || refused && error.code != "account_gone"
}

fn from_view(cx: &Cx<'_>, view: ProfileView) -> Profile {
    let counts = [
        ("followers", "followersCount", view.followers_count),
        ("following", "followsCount", view.follows_count),
        ("posts", "postsCount", view.posts_count),
    ];
    let name = view.display_name.filter(|n| !n.is_empty()).unwrap_or_else(|| view.handle.clone());
    Profile {
        identity: AccountIdentity { avatar_url: view.avatar, ..identity(cx, view.did, view.handle, name) },
        counts: counts.into_iter().filter_map(count).collect(),
    }
}

async fn from_repository(cx: &Cx<'_>) -> Result<Profile, ConnectorError> {
    let did = cx.account.remote_id.as_str();
    let xrpc = Xrpc::of(cx);
    let repo: RepoDescription =
        xrpc.query("describeRepo", "com.atproto.repo.describeRepo", &[("repo", did)]).await?;
    let at = [("repo", did), ("collection", "app.bsky.actor.profile"), ("rkey", "self")];
    // An account that never set up a profile has none.
    let profile: Option<Record> = xrpc.query("getRecord", "com.atproto.repo.getRecord", &at).await.ok();
    let name = profile.as_ref().and_then(|p| p.value.get("displayName")?.as_str()).filter(|n| !n.is_empty());
    let name = name.unwrap_or(&repo.handle).to_owned();
    Ok(Profile { identity: identity(cx, did.to_owned(), repo.handle, name), counts: Vec::new() })
}

fn identity(cx: &Cx<'_>, did: String, handle: String, name: String) -> AccountIdentity {
    AccountIdentity {
        remote_id: did,
        handle,
        name,
        avatar_url: cx.account.avatar_url.clone(),
        server: cx.account.server.clone(),
        meta: auth::meta(cx.account.server.as_deref().unwrap_or_default()),
    }
}

async fn feed(cx: &Cx<'_>, cursor: Option<&str>) -> Result<PostPage, ConnectorError> {
    let did = cx.account.remote_id.as_str();
    let mut parameters = vec![("actor", did), ("limit", PAGE), ("filter", "posts_with_replies")];
    parameters.extend(cursor.map(|c| ("cursor", c)));
    let page: AuthorFeed =
        Xrpc::of(cx).query("getAuthorFeed", "app.bsky.feed.getAuthorFeed", &parameters).await?;
    // Reposts and pins carry a reason; they are other posts' numbers, or a second time the same.
    let own = page.feed.into_iter().filter(|item| item.reason.is_none() && item.post.author.did == did);
    Ok(PostPage {
        posts: own.map(|item| from_post(cx, &item.post)).collect(),
        next: page.cursor.map(|c| format!("{FROM_FEED}{c}")),
    })
}

/// Reads the repository itself and adds the numbers that the public index has, if it knows the account.
async fn records(cx: &Cx<'_>, cursor: Option<&str>) -> Result<PostPage, ConnectorError> {
    let did = cx.account.remote_id.as_str();
    let mut parameters = vec![("repo", did), ("collection", "app.bsky.feed.post"), ("limit", PAGE)];
    parameters.extend(cursor.map(|c| ("cursor", c)));
    let page: Records =
        Xrpc::of(cx).query("listRecords", "com.atproto.repo.listRecords", &parameters).await?;
    let mut posts: Vec<RemotePost> = page.records.iter().map(|record| from_record(cx, record)).collect();
    for some in posts.chunks_mut(limits::GET_POSTS) {
        add_numbers(cx, some).await;
    }
    Ok(PostPage { posts, next: page.cursor.map(|c| format!("{FROM_REPO}{c}")) })
}

/// Numbers are missing, not zero, where the index does not know a post or can't be reached.
async fn add_numbers(cx: &Cx<'_>, posts: &mut [RemotePost]) {
    let appview = cx.settings.endpoint(&DESCRIPTOR, APPVIEW);
    let uris: Vec<(&str, &str)> = posts.iter().map(|p| ("uris", p.remote_id.as_str())).collect();
    let asked: Result<Posts, _> =
        Xrpc::public(cx.http, cx.clock, &appview).query("getPosts", "app.bsky.feed.getPosts", &uris).await;
    let Ok(answer) = asked else { return };
    for view in &answer.posts {
        if let Some(post) = posts.iter_mut().find(|p| p.remote_id == view.uri) {
            post.counts = counts(view);
        }
    }
}

fn from_post(cx: &Cx<'_>, view: &PostView) -> RemotePost {
    let indexed = view.indexed_at.parse().ok();
    RemotePost { counts: counts(view), ..remote_post(cx, &view.uri, &view.record, indexed) }
}

fn from_record(cx: &Cx<'_>, record: &Record) -> RemotePost {
    remote_post(cx, &record.uri, &record.value, None)
}

fn remote_post(cx: &Cx<'_>, uri: &str, record: &Value, indexed: Option<Timestamp>) -> RemotePost {
    let text = |field: &str| record.get(field).and_then(Value::as_str);
    let created: Option<Timestamp> = text("createdAt").and_then(|t| t.parse().ok());
    // Clients date posts as they like; the network sorts by the earlier of the two. docs.bsky.app, "Timestamps".
    let published_at = match (created, indexed) {
        (Some(created), Some(indexed)) => created.min(indexed),
        (at, other) => at.or(other).unwrap_or_else(|| cx.clock.now()),
    };
    RemotePost {
        remote_id: uri.to_owned(),
        url: web_url(cx, uri),
        text: text("text").unwrap_or_default().to_owned(),
        kind: record.get("embed").and_then(|e| e.get("$type")).and_then(Value::as_str).map(str::to_owned),
        published_at,
        counts: Vec::new(),
    }
}

fn counts(view: &PostView) -> Vec<Count> {
    let all = [
        ("likes", "likeCount", view.like_count),
        ("comments", "replyCount", view.reply_count),
        ("shares", "repostCount", view.repost_count),
        ("quotes", "quoteCount", view.quote_count),
        ("saves", "bookmarkCount", view.bookmark_count),
    ];
    all.into_iter().filter_map(count).collect()
}

fn count((metric, native, value): (&str, &str, Option<i64>)) -> Option<Count> {
    value.map(|value| Count { metric: metric.to_owned(), value, native: native.to_owned() })
}

/// Where people see a post. By DID, so that the link outlives a change of handle.
pub fn web_url(cx: &Cx<'_>, uri: &str) -> Option<String> {
    let mut parts = uri.strip_prefix("at://")?.split('/');
    let (did, rkey) = (parts.next()?, parts.nth(1)?);
    Some(format!("{}/profile/{did}/post/{rkey}", cx.settings.endpoint(&DESCRIPTOR, WEB)))
}
