//! Reading profile and posts.
//!
//! Source: docs.joinmastodon.org, "accounts API methods" and "Pagination" (2 July 2026).

use async_trait::async_trait;
use carillon_domain::connector_error::ConnectorError;

use super::api::{Server, segment};
use super::limits::Meta;
use super::{Mastodon, errors, html, identity, wire};
use crate::contract::cx::Cx;
use crate::contract::reader::{Count, PostPage, Profile, Reader, RemotePost};
use crate::kit::http::{Reply, Safety};

/// Posts of a page, the most that servers give.
const PAGE: usize = 40;

#[async_trait]
impl Reader for Mastodon {
    async fn profile(&self, cx: &Cx<'_>) -> Result<Profile, ConnectorError> {
        let server = Server::of(cx);
        let account = server.verify_credentials().await?;
        let mut meta = Meta::of(cx.account);
        if meta.is_stale(cx.clock.now()) {
            let fresh = identity::read_meta(&server).await;
            // A server that does not answer now keeps the limits that it had.
            if fresh.limits_read_at.is_some() {
                meta = fresh;
            }
        }
        let counts = [
            ("followers", account.followers_count, "followers_count"),
            ("following", account.following_count, "following_count"),
            ("posts", account.statuses_count, "statuses_count"),
        ];
        let identity = identity::identity(&account, server.base(), meta);
        Ok(Profile { identity, counts: present(&counts) })
    }

    async fn posts(&self, cx: &Cx<'_>, cursor: Option<&str>) -> Result<PostPage, ConnectorError> {
        let page = own_statuses(&Server::of(cx), &cx.account.remote_id, cursor, PAGE).await?;
        let posts = page.statuses.into_iter().filter(|s| s.reblog.is_none()).filter_map(post).collect();
        Ok(PostPage { posts, next: page.next })
    }
}

/// A page of the account's own statuses, newest first.
pub struct StatusPage {
    /// The statuses; software that can't leave reblogs out has them in it.
    pub statuses: Vec<wire::Status>,
    /// Cursor of the next page.
    pub next: Option<String>,
}

/// Reads a page. The cursor is the query of the next page as the server linked it; host and path are always ours, so that a
/// link can't lead the token elsewhere.
pub async fn own_statuses(
    server: &Server<'_>,
    account: &str,
    cursor: Option<&str>,
    limit: usize,
) -> Result<StatusPage, ConnectorError> {
    const OPERATION: &str = "accounts.statuses";
    let path = format!("/api/v1/accounts/{}/statuses", segment(account));
    let first = format!("limit={limit}&exclude_reblogs=true");
    let query = cursor.unwrap_or(&first);
    let reply = server.send(server.get(OPERATION, &format!("{path}?{query}"))).await?;
    let statuses: Vec<wire::Status> =
        reply.json().map_err(|e| errors::unreadable(OPERATION, Safety::Read, &reply, &e.to_string()))?;
    let before = parameter(query, "max_id");
    // Software that does not understand the cursor would send the same page for ever.
    let stuck = before.is_some_and(|id| statuses.iter().any(|s| s.id == id));
    if stuck {
        return Ok(StatusPage { statuses: Vec::new(), next: None });
    }
    let next = match linked(&reply) {
        Linked::Next(query) => Some(query),
        Linked::End => None,
        Linked::Silent => statuses
            .last()
            .filter(|_| statuses.len() >= limit)
            .map(|last| format!("{first}&max_id={}", segment(&last.id))),
    };
    Ok(StatusPage { statuses, next })
}

enum Linked {
    /// The query of the next page.
    Next(String),
    /// There are links, none to a next page.
    End,
    /// This server does not link pages.
    Silent,
}

/// The `Link` header (RFC 8288): `<https://…?max_id=1>; rel="next", <…>; rel="prev"`.
fn linked(reply: &Reply) -> Linked {
    let Some(header) = reply.header("link") else { return Linked::Silent };
    for link in header.split(",").map(str::trim) {
        let Some((target, attributes)) = link.strip_prefix('<').and_then(|l| l.split_once('>')) else {
            continue;
        };
        let next = attributes.split(';').any(|a| matches!(a.trim(), "rel=\"next\"" | "rel=next"));
        if next && let Some((_, query)) = target.split_once('?') {
            return Linked::Next(query.to_owned());
        }
    }
    Linked::End
}

fn parameter(query: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes()).find(|(k, _)| k == name).map(|(_, v)| v.into_owned())
}

fn post(status: wire::Status) -> Option<RemotePost> {
    let published_at = status.created_at.as_deref()?.parse().ok()?;
    let counts = [
        ("comments", status.replies_count, "replies_count"),
        ("shares", status.reblogs_count, "reblogs_count"),
        ("likes", status.favourites_count, "favourites_count"),
        ("quotes", status.quotes_count, "quotes_count"),
    ];
    let medium = status.media_attachments.first().and_then(|m| m.r#type.clone());
    let kind = if status.poll.is_some() { Some("poll".to_owned()) } else { medium };
    Some(RemotePost {
        remote_id: status.id,
        url: status.url.or(status.uri),
        text: html::to_text(status.content.as_deref().unwrap_or_default()),
        kind: kind.or_else(|| Some("status".to_owned())),
        published_at,
        counts: present(&counts),
    })
}

/// The numbers that are there; a missing one is missing, not zero.
fn present(counts: &[(&str, Option<i64>, &str)]) -> Vec<Count> {
    let count = |(metric, value, native): &(&str, Option<i64>, &str)| {
        value.map(|value| Count { metric: (*metric).to_owned(), value, native: (*native).to_owned() })
    };
    counts.iter().filter_map(count).collect()
}
