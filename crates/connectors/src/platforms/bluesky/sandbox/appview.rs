//! The index of the network: profiles, feeds and numbers. It lags a few seconds behind the servers.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::accounts::{self, Account};
use super::reply::{self, Answer};
use super::state::{self, Record};
use super::{PLATFORM, session};
use crate::sandbox::audience::{Kind, Piece};
use crate::sandbox::{Site, World};

/// How long the index takes to notice.
const LAG: Duration = Duration::from_secs(3);
const POSTS: &str = "app.bsky.feed.post";
const REPOSTS: &str = "app.bsky.feed.repost";

/// A post as the index knows it.
pub struct Indexed {
    /// Whose.
    pub account: Account,
    /// Its key.
    pub rkey: String,
    /// What was written.
    pub record: Record,
}

impl Indexed {
    /// Its address.
    pub fn uri(&self) -> String {
        format!("at://{}/{POSTS}/{}", self.account.did(), self.rkey)
    }

    /// When the author says it was written, but never later than it arrived.
    pub fn sort_at(&self) -> Timestamp {
        let created = self.record.value.get("createdAt").and_then(Value::as_str).and_then(|t| t.parse().ok());
        created.map_or(self.record.at, |created: Timestamp| created.min(self.record.at))
    }
}

/// Every post that the index has, newest first.
pub fn indexed(world: &World, now: Timestamp) -> Vec<Indexed> {
    let seen = now.checked_sub(LAG).unwrap_or(now);
    let accounts = accounts::all(world);
    let mut posts: Vec<Indexed> = world.read(PLATFORM, |s: &state::State| {
        let of = |account: &Account| {
            let records = s.repos.get(&account.did()).and_then(|r| r.records.get(POSTS));
            let live = records
                .into_iter()
                .flatten()
                .filter(|(_, r)| r.at <= seen && r.deleted_at.is_none_or(|at| at > seen));
            live.map(|(rkey, record)| Indexed {
                account: account.clone(),
                rkey: rkey.clone(),
                record: record.clone(),
            })
            .collect::<Vec<_>>()
        };
        accounts.iter().flat_map(of).collect()
    });
    posts.sort_by(|a, b| (b.sort_at(), &b.rkey).cmp(&(a.sort_at(), &a.rkey)));
    posts
}

/// Queries with a sign-in go through the account's server; the public index takes them without.
pub(super) fn may_ask(world: &World, site: &Site, headers: &HeaderMap) -> Result<(), Response> {
    if accounts::is_index(&site.host) { Ok(()) } else { session::caller(world, site, headers).map(|_| ()) }
}

pub(super) fn parameters(query: Option<&str>) -> Vec<(String, String)> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect()
}

pub(super) fn one<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

/// `app.bsky.actor.getProfile`
pub async fn profile(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Answer {
    may_ask(&world, &site, &headers)?;
    let parameters = parameters(query.as_deref());
    let Some(account) = one(&parameters, "actor").and_then(|actor| accounts::find(&world, actor)) else {
        return Ok(reply::invalid("Profile not found"));
    };
    let posts = indexed(&world, world.now()).iter().filter(|p| p.account == account).count();
    let persona = account.persona;
    let mut view = author(&site, &account);
    view["description"] = json!(persona.bio);
    view["followersCount"] = json!(persona.followers_at(PLATFORM, world.now()));
    view["followsCount"] = json!(persona.following(PLATFORM));
    view["postsCount"] = json!(posts);
    reply::ok(view)
}

/// `app.bsky.feed.getAuthorFeed`
pub async fn author_feed(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Answer {
    may_ask(&world, &site, &headers)?;
    let parameters = parameters(query.as_deref());
    let Some(account) = one(&parameters, "actor").and_then(|actor| accounts::find(&world, actor)) else {
        return Ok(reply::invalid("Profile not found"));
    };
    let limit =
        one(&parameters, "limit").map_or(Some(50), |l| l.parse().ok()).filter(|l| (1..=100).contains(l));
    let Some(limit) = limit else { return Ok(reply::invalid("integer too big (maximum 100) at $.limit")) };
    let from = match one(&parameters, "cursor").map(str::parse::<usize>) {
        None => 0,
        Some(Ok(from)) => from,
        Some(Err(_)) => return Ok(reply::invalid("Malformed cursor")),
    };
    let replies = one(&parameters, "filter") != Some("posts_no_replies");
    let posts = indexed(&world, world.now());
    let mut items: Vec<(Timestamp, Value)> = posts
        .iter()
        .filter(|p| p.account == account && (replies || p.record.value.get("reply").is_none()))
        .map(|p| (p.sort_at(), json!({ "post": view(&world, &site, p, &posts) })))
        .collect();
    items.extend(reposts(&world, &site, &account, &posts));
    items.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let more = items.len() > from + limit;
    let feed: Vec<Value> = items.into_iter().skip(from).take(limit).map(|(_, item)| item).collect();
    let mut answer = json!({ "feed": feed });
    if more {
        answer["cursor"] = json!((from + limit).to_string());
    }
    reply::ok(answer)
}

/// Reposts stand in the feed with a reason.
fn reposts(world: &World, site: &Site, account: &Account, posts: &[Indexed]) -> Vec<(Timestamp, Value)> {
    let records: Vec<Record> = world.read(PLATFORM, |s: &state::State| {
        let records = s.repos.get(&account.did()).and_then(|r| r.records.get(REPOSTS));
        records.into_iter().flatten().map(|(_, r)| r.clone()).filter(|r| r.deleted_at.is_none()).collect()
    });
    let item = |record: Record| {
        let subject = record.value.pointer("/subject/uri")?.as_str()?;
        let post = posts.iter().find(|p| p.uri() == subject)?;
        let reason = json!({
            "$type": "app.bsky.feed.defs#reasonRepost",
            "by": author(site, account),
            "indexedAt": record.at.to_string(),
        });
        Some((record.at, json!({ "post": view(world, site, post, posts), "reason": reason })))
    };
    records.into_iter().filter_map(item).collect()
}

/// `app.bsky.feed.getPosts`: unknown posts are simply missing.
pub async fn posts(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Answer {
    may_ask(&world, &site, &headers)?;
    let parameters = parameters(query.as_deref());
    let uris: Vec<&str> = parameters.iter().filter(|(n, _)| n == "uris").map(|(_, v)| v.as_str()).collect();
    if uris.len() > 25 {
        let message = format!("array too big (maximum 25, got {}) at $.uris", uris.len());
        return Ok(reply::invalid(&message));
    }
    let posts = indexed(&world, world.now());
    let found: Vec<Value> = posts
        .iter()
        .filter(|p| uris.contains(&p.uri().as_str()))
        .map(|p| view(&world, &site, p, &posts))
        .collect();
    reply::ok(json!({ "posts": found }))
}

pub(super) fn author(site: &Site, account: &Account) -> Value {
    json!({
        "did": account.did(),
        "handle": account.handle(),
        "displayName": account.persona.name,
        "avatar": site.avatar_url(account.persona.key),
        "labels": [],
    })
}

fn view(world: &World, site: &Site, post: &Indexed, all: &[Indexed]) -> Value {
    let numbers = numbers(world, post, all);
    json!({
        "uri": post.uri(),
        "cid": post.record.cid,
        "author": author(site, &post.account),
        "record": post.record.value,
        "replyCount": numbers.replies,
        "repostCount": numbers.reposts,
        "likeCount": numbers.likes,
        "quoteCount": numbers.quotes,
        "bookmarkCount": numbers.bookmarks,
        "indexedAt": post.record.at.to_string(),
        "labels": [],
    })
}

/// What people did with a post.
pub struct Numbers {
    /// Likes.
    pub likes: u64,
    /// Reposts.
    pub reposts: u64,
    /// Replies that are really there.
    pub replies: u64,
    /// Quotes.
    pub quotes: u64,
    /// Bookmarks.
    pub bookmarks: u64,
}

/// Numbers come from the author's audience; replies are those that there are.
pub fn numbers(world: &World, post: &Indexed, all: &[Indexed]) -> Numbers {
    let uri = post.uri();
    let text = post.record.value["text"].as_str().unwrap_or_default();
    let embed = post.record.value.pointer("/embed/$type").and_then(Value::as_str).unwrap_or_default();
    let (video, picture) = (embed.contains("video"), embed.contains("images"));
    let kind = if embed.contains("external") { Kind::Link } else { Kind::of(video, picture, text) };
    let piece = Piece { id: &uri, at: post.record.at, kind, characters: text.chars().count() };
    let got = post.account.persona.reaction(PLATFORM, &piece, world.now());
    let replies = all.iter().filter(|p| {
        p.record.value.pointer("/reply/parent/uri").and_then(Value::as_str) == Some(uri.as_str())
    });
    Numbers {
        likes: got.likes,
        reposts: got.shares,
        replies: replies.count() as u64,
        quotes: got.shares / 5,
        bookmarks: got.saves,
    }
}
