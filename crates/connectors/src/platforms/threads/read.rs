//! Profile and posts.

use async_trait::async_trait;
use carillon_domain::connector_error::ConnectorError;
use serde::de::DeserializeOwned;

use super::auth::identity;
use super::errors::{PLATFORM, error_of};
use super::wire::{Me, Posts};
use super::{API, DESCRIPTOR, Threads};
use crate::contract::cx::Cx;
use crate::contract::reader::{Count, PostPage, Profile, Reader, RemotePost};
use crate::kit::errors::from_send;
use crate::kit::http::{Call, Safety};

/// Reads `path` of the API.
pub(super) async fn read<T: DeserializeOwned>(
    cx: &Cx<'_>,
    operation: &'static str,
    path: &str,
) -> Result<T, ConnectorError> {
    let url = format!("{}{path}", cx.settings.endpoint(&DESCRIPTOR, API));
    let sent = cx.http.send(Call::get(operation, url).bearer(&cx.credential.access_token)).await;
    let reply = sent.map_err(|error| from_send(PLATFORM, operation, Safety::Read, error))?;
    let read = reply.json().ok().filter(|_| reply.status.is_success());
    read.ok_or_else(|| error_of(operation, Safety::Read, &reply, cx.clock.now()))
}

/// A page of the account's posts.
pub(super) async fn posts(cx: &Cx<'_>, cursor: Option<&str>) -> Result<Posts, ConnectorError> {
    read(cx, "posts.list", &format!("/posts?cursor={}", cursor.unwrap_or("0"))).await
}

#[async_trait]
impl Reader for Threads {
    async fn profile(&self, cx: &Cx<'_>) -> Result<Profile, ConnectorError> {
        let me: Me = read(cx, "me", "/me").await?;
        let native = "followers".to_owned();
        // A number that is missing stays missing.
        let followers = me.followers.map(|value| Count { metric: native.clone(), value, native });
        Ok(Profile { identity: identity(me), counts: followers.into_iter().collect() })
    }

    async fn posts(&self, cx: &Cx<'_>, cursor: Option<&str>) -> Result<PostPage, ConnectorError> {
        let page = posts(cx, cursor).await?;
        let remote = |post: super::wire::Post| RemotePost {
            remote_id: post.id,
            url: None,
            text: post.text,
            kind: None,
            published_at: post.at,
            counts: Vec::new(),
        };
        let next = page.next.map(|next| next.to_string());
        Ok(PostPage { posts: page.posts.into_iter().map(remote).collect(), next })
    }
}
