//! What goes over the wire, as documented: YouTube Data API v3, discovery revision 20261104, and Google's token endpoint.
//!
//! Ids and counts are JSON strings. What YouTube leaves out is `None`, never zero.

use serde::{Deserialize, Deserializer, Serialize};

/// A 64-bit number that is written as text.
fn number<'de, D: Deserializer<'de>>(value: D) -> Result<Option<i64>, D::Error> {
    let value = Option::<serde_json::Value>::deserialize(value)?;
    Ok(value.and_then(|v| v.as_i64().or_else(|| v.as_str()?.parse().ok())))
}

/// Body of `videos.insert` and `videos.update`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VideoIn<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet: Option<SnippetIn<'a>>,
    pub status: StatusIn<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_product_placement_details: Option<PaidIn>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SnippetIn<'a> {
    pub title: &'a str,
    pub description: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub tags: &'a [String],
    pub category_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_language: Option<&'a str>,
}

/// A part that is named is replaced as a whole, so that all that can be said is always said.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StatusIn<'a> {
    pub privacy_status: &'a str,
    /// RFC 3339; only with `private`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish_at: Option<String>,
    pub self_declared_made_for_kids: bool,
    pub embeddable: bool,
    pub license: &'a str,
    pub public_stats_viewable: bool,
    pub contains_synthetic_media: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PaidIn {
    pub has_paid_product_placement: bool,
}

/// A list of anything. Without results `items` may be absent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct List<T> {
    #[serde(default = "Vec::new")]
    pub items: Vec<T>,
    pub next_page_token: Option<String>,
}

/// A video, with the parts that were asked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Video {
    pub id: String,
    pub snippet: Option<Snippet>,
    pub status: Option<Status>,
    pub statistics: Option<Statistics>,
    pub processing_details: Option<Processing>,
    pub file_details: Option<FileDetails>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Snippet {
    pub published_at: Option<String>,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub description: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status {
    /// `uploaded`, `processed`, `failed`, `rejected`, `deleted`.
    pub upload_status: Option<String>,
    pub failure_reason: Option<String>,
    pub rejection_reason: Option<String>,
    pub privacy_status: Option<String>,
    pub publish_at: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Processing {
    /// `processing`, `succeeded`, `failed`, `terminated`.
    pub processing_status: Option<String>,
    pub processing_failure_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileDetails {
    #[serde(default, deserialize_with = "number")]
    pub file_size: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Statistics {
    #[serde(default, deserialize_with = "number")]
    pub view_count: Option<i64>,
    /// Absent where it is hidden.
    #[serde(default, deserialize_with = "number")]
    pub like_count: Option<i64>,
    /// Absent where comments are off.
    #[serde(default, deserialize_with = "number")]
    pub comment_count: Option<i64>,
}

/// Body of `playlistItems.insert`.
#[derive(Debug, Serialize)]
pub(super) struct PlaylistItemIn<'a> {
    pub snippet: PlaylistSnippetIn<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlaylistSnippetIn<'a> {
    pub playlist_id: &'a str,
    pub resource_id: ResourceId<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResourceId<'a> {
    pub kind: &'static str,
    pub video_id: &'a str,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlaylistItem {
    pub content_details: Option<ItemDetails>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ItemDetails {
    pub video_id: Option<String>,
}

/// Body of `commentThreads.insert`.
#[derive(Debug, Serialize)]
pub(super) struct ThreadIn<'a> {
    pub snippet: ThreadSnippetIn<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ThreadSnippetIn<'a> {
    pub channel_id: &'a str,
    pub video_id: &'a str,
    pub top_level_comment: CommentIn<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct CommentIn<'a> {
    pub snippet: CommentTextIn<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CommentTextIn<'a> {
    pub text_original: &'a str,
}

#[derive(Debug, Deserialize)]
pub(super) struct Thread {
    pub id: String,
    pub snippet: Option<ThreadSnippet>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ThreadSnippet {
    pub top_level_comment: Option<Comment>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Comment {
    pub snippet: Option<CommentSnippet>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CommentSnippet {
    pub author_channel_id: Option<AuthorChannel>,
    /// To the author only.
    pub text_original: Option<String>,
    pub text_display: Option<String>,
    pub published_at: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct AuthorChannel {
    pub value: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Channel {
    pub id: String,
    pub snippet: Option<ChannelSnippet>,
    pub content_details: Option<ChannelDetails>,
    pub statistics: Option<ChannelStatistics>,
    pub status: Option<ChannelStatus>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChannelSnippet {
    #[serde(default)]
    pub title: String,
    /// The handle, with its `@`.
    pub custom_url: Option<String>,
    #[serde(default)]
    pub thumbnails: Thumbnails,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Thumbnails {
    pub default: Option<Thumbnail>,
    pub medium: Option<Thumbnail>,
    pub high: Option<Thumbnail>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Thumbnail {
    pub url: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChannelDetails {
    #[serde(default)]
    pub related_playlists: RelatedPlaylists,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct RelatedPlaylists {
    pub uploads: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChannelStatistics {
    #[serde(default, deserialize_with = "number")]
    pub view_count: Option<i64>,
    /// Cut to three digits for everybody; absent or 0 where it is hidden.
    #[serde(default, deserialize_with = "number")]
    pub subscriber_count: Option<i64>,
    #[serde(default)]
    pub hidden_subscriber_count: bool,
    #[serde(default, deserialize_with = "number")]
    pub video_count: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChannelStatus {
    /// `allowed`, `eligible`, `disallowed`.
    pub long_uploads_status: Option<String>,
}

/// The error body of the Data API, and of the token endpoint.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ErrorBody {
    /// An [`ErrorObject`]; OAuth's word at the token endpoint.
    #[serde(default)]
    pub error: serde_json::Value,
    pub error_description: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct ErrorObject {
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub errors: Vec<ErrorItem>,
    pub status: Option<String>,
    #[serde(default)]
    pub details: Vec<ErrorDetail>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ErrorItem {
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub reason: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct ErrorDetail {
    pub reason: Option<String>,
}
