//! What goes over the wire, exactly as documented. No logic. Sources: developers.tiktok.com, "Direct Post", "Upload", "Photo Post", "Get
//! Video Status", "Query Creator Info", "Get User Info", "List Videos", "Manage User Access Tokens" (Nov 2026).

use carillon_domain::secret::Secret;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Every answer of the API. It is a success if and only if the code is `ok`, whatever the status.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Envelope {
    #[serde(default)]
    pub data: Value,
    /// An object; of the token endpoint a word.
    #[serde(default)]
    pub error: Value,
    /// Of the token endpoint.
    #[serde(default)]
    pub error_description: Option<String>,
    /// Of the token endpoint.
    #[serde(default)]
    pub log_id: Option<String>,
}

/// What the envelope says of errors.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ErrorObject {
    pub code: String,
    pub message: String,
    pub log_id: String,
}

/// Data of `GET /v2/user/info/`.
#[derive(Debug, Deserialize)]
pub(super) struct UserData {
    pub user: User,
}

/// A user, with the fields that were asked for.
#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub open_id: String,
    #[serde(default)]
    pub display_name: Option<String>,
    #[serde(default)]
    pub avatar_url: Option<String>,
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub follower_count: Option<i64>,
    #[serde(default)]
    pub following_count: Option<i64>,
    #[serde(default)]
    pub likes_count: Option<i64>,
    #[serde(default)]
    pub video_count: Option<i64>,
}

/// Body of `POST /v2/video/list/`.
#[derive(Debug, Serialize)]
pub(super) struct ListIn {
    pub max_count: u32,
    /// Unix milliseconds; what is older follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<i64>,
}

/// Data of `POST /v2/video/list/`, newest first.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListData {
    pub videos: Vec<Video>,
    pub cursor: Option<i64>,
    pub has_more: bool,
}

/// A public video.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Video {
    pub id: String,
    /// Unix seconds.
    pub create_time: i64,
    #[serde(default)]
    pub share_url: Option<String>,
    #[serde(default)]
    pub video_description: Option<String>,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub like_count: Option<i64>,
    #[serde(default)]
    pub comment_count: Option<i64>,
    #[serde(default)]
    pub share_count: Option<i64>,
    #[serde(default)]
    pub view_count: Option<i64>,
}

/// An empty JSON object, which some calls want as their body.
#[derive(Debug, Serialize)]
pub(super) struct Empty {}

/// Data of `POST /v2/post/publish/creator_info/query/`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct CreatorData {
    pub creator_username: Option<String>,
    pub creator_nickname: Option<String>,
    pub privacy_level_options: Vec<String>,
    pub comment_disabled: bool,
    pub duet_disabled: bool,
    pub stitch_disabled: bool,
    pub max_video_post_duration_sec: Option<u64>,
}

/// Body of `POST /v2/post/publish/video/init/`; without `post_info` of `POST /v2/post/publish/inbox/video/init/`.
#[derive(Debug, Serialize)]
pub(super) struct VideoIn<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_info: Option<VideoInfo<'a>>,
    pub source_info: VideoSource<'a>,
}

/// What is said about a video.
#[derive(Debug, Serialize)]
pub(super) struct VideoInfo<'a> {
    pub title: &'a str,
    pub privacy_level: &'a str,
    pub disable_comment: bool,
    pub disable_duet: bool,
    pub disable_stitch: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_cover_timestamp_ms: Option<u64>,
    pub brand_content_toggle: bool,
    pub brand_organic_toggle: bool,
    pub is_aigc: bool,
}

/// How a video comes.
#[derive(Debug, Serialize)]
#[serde(tag = "source")]
pub(super) enum VideoSource<'a> {
    #[serde(rename = "FILE_UPLOAD")]
    Upload { video_size: u64, chunk_size: u64, total_chunk_count: u64 },
    #[serde(rename = "PULL_FROM_URL")]
    Pull { video_url: &'a str },
}

/// Body of `POST /v2/post/publish/content/init/`.
#[derive(Debug, Serialize)]
pub(super) struct PicturesIn<'a> {
    pub media_type: &'static str,
    pub post_mode: &'static str,
    pub post_info: PicturesInfo<'a>,
    pub source_info: PicturesSource,
}

/// What is said about pictures. Drafts have title and description alone.
#[derive(Debug, Serialize)]
pub(super) struct PicturesInfo<'a> {
    pub title: &'a str,
    pub description: &'a str,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub choices: Option<PicturesChoices<'a>>,
}

/// What only a direct post says of pictures.
#[derive(Debug, Serialize)]
pub(super) struct PicturesChoices<'a> {
    pub privacy_level: &'a str,
    pub disable_comment: bool,
    pub auto_add_music: bool,
    pub brand_content_toggle: bool,
    pub brand_organic_toggle: bool,
}

/// Where pictures are.
#[derive(Debug, Serialize)]
pub(super) struct PicturesSource {
    pub source: &'static str,
    pub photo_images: Vec<String>,
    pub photo_cover_index: usize,
}

/// Data of every `init`.
#[derive(Debug, Deserialize)]
pub(super) struct InitData {
    pub publish_id: String,
    /// Only for uploads. Whoever has it can send bytes.
    #[serde(default)]
    pub upload_url: Option<Secret>,
}

/// Body of `POST /v2/post/publish/status/fetch/`.
#[derive(Debug, Serialize)]
pub(super) struct StatusIn<'a> {
    pub publish_id: &'a str,
}

/// Data of `POST /v2/post/publish/status/fetch/`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct StatusData {
    pub status: String,
    pub fail_reason: Option<String>,
    /// 64-bit numbers. The misspelling is TikTok's.
    #[serde(alias = "publicly_available_post_id")]
    pub publicaly_available_post_id: Option<Vec<Value>>,
    pub uploaded_bytes: Option<u64>,
    pub downloaded_bytes: Option<u64>,
}
