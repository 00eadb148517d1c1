//! The channel and its videos, with the numbers that everybody can see.
//!
//! Videos come by way of the playlist of all uploads, newest first, 50 a page, and their numbers in a second call for the whole page:
//! 2 units of quota for 50 videos. What YouTube hides (likes, comments that are off, subscribers) is missing and never zero.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::time::Timestamp;
use serde_json::json;

use super::api::Api;
use super::errors::{op, rejected};
use super::wire::{Channel, ChannelStatistics, List, PlaylistItem, Statistics, Video};
use super::{DESCRIPTOR, WEB, YouTube, text};
use crate::contract::cx::Cx;
use crate::contract::reader::{Count, PostPage, Profile, Reader, RemotePost};
use crate::kit::http::Call;

/// Most items of a page, and most ids of one question. developers.google.com, "PlaylistItems: list" and "Videos: list" (2026).
const PAGE: &str = "50";

#[async_trait]
impl Reader for YouTube {
    async fn profile(&self, cx: &Cx<'_>) -> Result<Profile, ConnectorError> {
        let channel = channel(&Api::of(cx), op::CHANNEL).await?;
        let counts = channel.statistics.as_ref().map(counts_of_channel).unwrap_or_default();
        Ok(Profile { identity: identity(&channel), counts })
    }

    async fn posts(&self, cx: &Cx<'_>, cursor: Option<&str>) -> Result<PostPage, ConnectorError> {
        let page = uploads(cx, cursor).await?;
        let videos = videos(cx, &page.ids, "snippet,status,statistics").await?;
        let mut posts: Vec<_> = videos.iter().filter_map(|video| remote_post(cx, video)).collect();
        // The playlist is in the order of uploads; what was private for a while became public later.
        posts.sort_by_key(|post| std::cmp::Reverse(post.published_at));
        Ok(PostPage { posts, next: page.next })
    }
}

/// Where people see a video.
pub(super) fn watch_url(cx: &Cx<'_>, id: &str) -> String {
    format!("{}/watch?v={id}", cx.settings.endpoint(&DESCRIPTOR, WEB))
}

/// Where people see a Short.
pub(super) fn short_url(cx: &Cx<'_>, id: &str) -> String {
    format!("{}/shorts/{id}", cx.settings.endpoint(&DESCRIPTOR, WEB))
}

/// The channel that the token belongs to.
pub(super) async fn channel(api: &Api<'_>, operation: &str) -> Result<Channel, ConnectorError> {
    let parts = "snippet,contentDetails,statistics,status";
    let call = Call::get(op::CHANNEL, api.url("channels")).query([("part", parts), ("mine", "true")]);
    let list: List<Channel> = api.ask(call).await?;
    list.items.into_iter().next().ok_or_else(|| {
        rejected(
            operation,
            "no_channel",
            "This Google account has no YouTube channel.",
            "Create a channel at youtube.com, then connect the account again.",
        )
    })
}

/// The account as other parts know it.
pub(super) fn identity(channel: &Channel) -> AccountIdentity {
    let snippet = channel.snippet.as_ref();
    let handle = snippet.and_then(|s| s.custom_url.as_deref()).map(|url| url.trim_start_matches('@'));
    let title = snippet.map(|s| s.title.as_str()).filter(|title| !title.is_empty());
    let handle = handle.filter(|handle| !handle.is_empty()).unwrap_or(&channel.id);
    let picture = snippet.and_then(|s| {
        let sizes = &s.thumbnails;
        sizes.medium.as_ref().or(sizes.high.as_ref()).or(sizes.default.as_ref())
    });
    let uploads = channel.content_details.as_ref().and_then(|d| d.related_playlists.uploads.as_deref());
    AccountIdentity {
        remote_id: channel.id.clone(),
        handle: handle.to_owned(),
        name: title.unwrap_or(handle).to_owned(),
        avatar_url: picture.map(|p| p.url.clone()).filter(|url| !url.is_empty()),
        server: None,
        meta: json!({
            "uploads": uploads,
            "long_uploads": channel.status.as_ref().and_then(|s| s.long_uploads_status.as_deref()),
        }),
    }
}

/// A page of the channel's uploads.
pub(super) struct Uploads {
    /// Ids of videos, newest first. The owner's token lists private ones, too.
    pub ids: Vec<String>,
    /// The next page.
    pub next: Option<String>,
}

/// One page of everything that was uploaded to the channel.
pub(super) async fn uploads(cx: &Cx<'_>, cursor: Option<&str>) -> Result<Uploads, ConnectorError> {
    let api = Api::of(cx);
    let known = cx.account.meta.get("uploads").and_then(|v| v.as_str()).map(str::to_owned);
    let playlist = match known {
        Some(id) => Some(id),
        None => channel(&api, op::PLAYLIST)
            .await?
            .content_details
            .and_then(|details| details.related_playlists.uploads),
    };
    let Some(playlist) = playlist else { return Ok(Uploads { ids: Vec::new(), next: None }) };
    let mut query = vec![("part", "contentDetails"), ("playlistId", &playlist), ("maxResults", PAGE)];
    query.extend(cursor.map(|c| ("pageToken", c)));
    let call = Call::get(op::PLAYLIST, api.url("playlistItems")).query(query);
    match api.ask::<List<PlaylistItem>>(call).await {
        Ok(list) => Ok(Uploads {
            ids: list.items.into_iter().filter_map(|item| item.content_details?.video_id).collect(),
            next: list.next_page_token,
        }),
        // A channel that never had a video has no such playlist yet.
        Err(error) if error.code == "playlist_not_found" && cursor.is_none() => {
            Ok(Uploads { ids: Vec::new(), next: None })
        }
        Err(error) => Err(error),
    }
}

/// Videos by their ids, 50 at most. Those that are gone are left out.
pub(super) async fn videos(cx: &Cx<'_>, ids: &[String], parts: &str) -> Result<Vec<Video>, ConnectorError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let api = Api::of(cx);
    let call = Call::get(op::VIDEOS, api.url("videos")).query([("part", parts), ("id", &ids.join(","))]);
    let list: List<Video> = api.ask(call).await?;
    Ok(list.items)
}

/// When YouTube says that a video was published, or uploaded, as long as it is private.
pub(super) fn published_at(video: &Video) -> Option<Timestamp> {
    video.snippet.as_ref()?.published_at.as_deref()?.parse().ok()
}

/// A video that people can see: public, or for those who have its address.
fn remote_post(cx: &Cx<'_>, video: &Video) -> Option<RemotePost> {
    let status = video.status.as_ref()?;
    let seen = matches!(status.privacy_status.as_deref(), Some("public" | "unlisted"));
    let works = matches!(status.upload_status.as_deref(), None | Some("uploaded" | "processed"));
    if !(seen && works) {
        return None;
    }
    let snippet = video.snippet.as_ref()?;
    Some(RemotePost {
        remote_id: video.id.clone(),
        url: Some(watch_url(cx, &video.id)),
        text: text::whole(&snippet.title, &snippet.description),
        kind: None,
        published_at: published_at(video)?,
        counts: video.statistics.as_ref().map(counts_of_video).unwrap_or_default(),
    })
}

fn count(metric: &str, value: Option<i64>, native: &str) -> Option<Count> {
    Some(Count { metric: metric.to_owned(), value: value?, native: format!("statistics.{native}") })
}

fn counts_of_channel(s: &ChannelStatistics) -> Vec<Count> {
    let followers = s.subscriber_count.filter(|_| !s.hidden_subscriber_count);
    [
        count("followers", followers, "subscriberCount"),
        count("posts", s.video_count, "videoCount"),
        count("views", s.view_count, "viewCount"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn counts_of_video(s: &Statistics) -> Vec<Count> {
    [
        count("views", s.view_count, "viewCount"),
        count("likes", s.like_count, "likeCount"),
        count("comments", s.comment_count, "commentCount"),
    ]
    .into_iter()
    .flatten()
    .collect()
}
