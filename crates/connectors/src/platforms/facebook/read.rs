//! The Page and its posts with the numbers that everybody can see.
//!
//! Stories have a list of their own, which has those that are shown: for a day. They are read, all of them, with the first page of the
//! other posts.
//! Source: Graph API - Page, Page published posts, Page stories, Post (copies of 2026); Pages API - Posts; Page Stories API.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::Timestamp;

use super::api::{self, Graph, Params};
use super::publish::address;
use super::{Facebook, auth, wire};
use crate::contract::cx::Cx;
use crate::contract::reader::{PostPage, Profile, Reader, RemotePost};
use crate::kit::graph::numbers::given;

/// Posts per page. The network's maximum, as far as known, is 100.
const PAGE_SIZE: &str = "50";

/// Pages of stories that are read at most.
const STORY_PAGES: usize = 20;

const PROFILE: &str = "id,name,username,category,picture{url},fan_count,followers_count";
/// What a post is.
const POST: &str = "id,message,created_time,permalink_url,status_type";
/// Its numbers, each of which may be refused for itself: comments want `pages_read_user_content`, for example.
const NUMBERS: [&str; 3] = ["shares", "reactions.summary(true).limit(0)", "comments.summary(true).limit(0)"];

/// What a story is.
const STORY: &str = "post_id,media_id,creation_time,url";

#[async_trait]
impl Reader for Facebook {
    async fn profile(&self, cx: &Cx<'_>) -> Result<Profile, ConnectorError> {
        let token = api::page_token(cx)?;
        let fields = vec![("fields", PROFILE.to_owned())];
        let page: wire::Page =
            Graph::of(cx, &token).get("profile.read", &cx.account.remote_id, fields).await?;
        let counts = given([
            ("followers", "followers_count", page.followers_count),
            ("likes", "fan_count", page.fan_count),
        ]);
        let identity = AccountIdentity { meta: cx.account.meta.clone(), ..auth::identity(page) };
        Ok(Profile { identity, counts })
    }

    async fn posts(&self, cx: &Cx<'_>, cursor: Option<&str>) -> Result<PostPage, ConnectorError> {
        let token = api::page_token(cx)?;
        let graph = Graph::of(cx, &token);
        let path = format!("{}/published_posts", cx.account.remote_id);
        let all = format!("{POST},{}", NUMBERS.join(","));
        let page = match list(&graph, &path, &all, cursor).await {
            Ok(page) => page,
            Err(error) if too_deep(&error) => return Ok(PostPage { posts: Vec::new(), next: None }),
            Err(error) if about_fields(&error) => one_by_one(&graph, &path, cursor).await?,
            Err(error) => return Err(error),
        };
        let mut posts: Vec<_> = page.data.into_iter().filter_map(post).collect();
        if cursor.is_none() {
            for story in stories(cx, &graph).await? {
                if posts.iter().all(|post| post.remote_id != story.remote_id) {
                    posts.push(story);
                }
            }
            posts.sort_by_key(|post| Reverse(post.published_at));
        }
        Ok(PostPage { posts, next: api::next_cursor(page.paging) })
    }
}

/// The stories that are shown now. Where Facebook does not list them, there are the other posts.
async fn stories(cx: &Cx<'_>, graph: &Graph<'_>) -> Result<Vec<RemotePost>, ConnectorError> {
    let path = format!("{}/stories", cx.account.remote_id);
    let (mut stories, mut after) = (Vec::new(), None::<String>);
    for _ in 0..STORY_PAGES {
        let mut params: Params = vec![("fields", STORY.to_owned()), ("limit", PAGE_SIZE.to_owned())];
        params.extend(after.take().map(|cursor| ("after", cursor)));
        let page: wire::List<wire::Story> = match graph.get("stories.list", &path, params).await {
            Ok(page) => page,
            Err(error) if about_fields(&error) => break,
            Err(error) => return Err(error),
        };
        stories.extend(page.data.into_iter().filter_map(|listed| story(cx, listed)));
        after = api::next_cursor(page.paging);
        if after.is_none() {
            break;
        }
    }
    Ok(stories)
}

/// A story as publishing reports it, without numbers: who saw it is told to the owner only.
fn story(cx: &Cx<'_>, listed: wire::Story) -> Option<RemotePost> {
    let created = listed.creation_time.as_deref()?.parse().ok()?;
    Some(RemotePost {
        remote_id: listed.post_id.or(listed.media_id)?,
        url: listed.url.map(|link| address(cx, &link)),
        text: String::new(),
        kind: Some("story".to_owned()),
        published_at: Timestamp::from_second(created).ok()?,
        counts: Vec::new(),
    })
}

async fn list(
    graph: &Graph<'_>,
    path: &str,
    fields: &str,
    cursor: Option<&str>,
) -> Result<wire::List<wire::Post>, ConnectorError> {
    let mut params: Params = vec![("fields", fields.to_owned()), ("limit", PAGE_SIZE.to_owned())];
    params.extend(cursor.map(|after| ("after", after.to_owned())));
    graph.get("posts.list", path, params).await
}

/// The posts first, then each of their numbers by itself, so that one that is refused does not take the others with it.
async fn one_by_one(
    graph: &Graph<'_>,
    path: &str,
    cursor: Option<&str>,
) -> Result<wire::List<wire::Post>, ConnectorError> {
    let mut page = list(graph, path, POST, cursor).await?;
    for number in NUMBERS {
        let found = match list(graph, path, &format!("id,{number}"), cursor).await {
            Ok(found) => found,
            Err(error) if about_fields(&error) => continue,
            Err(error) => return Err(error),
        };
        let mut by_id: BTreeMap<String, wire::Post> =
            found.data.into_iter().map(|post| (post.id.clone(), post)).collect();
        for post in &mut page.data {
            let Some(numbers) = by_id.remove(&post.id) else { continue };
            post.shares = post.shares.take().or(numbers.shares);
            post.reactions = post.reactions.take().or(numbers.reactions);
            post.comments = post.comments.take().or(numbers.comments);
        }
    }
    Ok(page)
}

/// Whether what was asked for was refused, rather than the login or the moment.
fn about_fields(error: &ConnectorError) -> bool {
    matches!(error.kind, ErrorKind::Rejected | ErrorKind::PermissionMissing)
}

/// The end of what can be reached. Source: Graph API - Paginated Results.
fn too_deep(error: &ConnectorError) -> bool {
    error
        .remote
        .message
        .as_deref()
        .is_some_and(|m| m.contains("After Cursor specified exceeds the max limit"))
}

/// A post without a readable time can't be placed and is left out.
fn post(post: wire::Post) -> Option<RemotePost> {
    let published_at = api::timestamp(post.created_time.as_deref()?)?;
    let total = |of: Option<wire::Summarised>| of.and_then(|s| s.summary).and_then(|s| s.total_count);
    let counts = given([
        ("likes", "reactions.summary.total_count", total(post.reactions)),
        ("comments", "comments.summary.total_count", total(post.comments)),
        ("shares", "shares.count", post.shares.and_then(|s| s.count)),
    ]);
    Some(RemotePost {
        remote_id: post.id,
        url: post.permalink_url,
        text: post.message.unwrap_or_default(),
        kind: post.status_type,
        published_at,
        counts,
    })
}
