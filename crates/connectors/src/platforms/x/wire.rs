//! What goes over the wire, as documented: X API v2 OpenAPI 2.166 (Jul 2026) with the names of 2.167 (Aug 2026) as aliases.
//!
//! Ids are decimal strings of 64-bit numbers; they are never parsed as floating point.

use serde::{Deserialize, Deserializer, Serialize};

/// Lists and objects may be absent, and since 2.167 `null`.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(value: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(value).map(Option::unwrap_or_default)
}

/// Body of `POST /2/tweets`. Unknown properties are refused by the network, so absent ones are left out.
#[derive(Debug, Serialize)]
pub(super) struct CreatePost<'a> {
    /// Always sent, empty or not: since 2.167 the description says that the backend refuses an absent one.
    pub text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<PostMedia<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poll: Option<PollIn<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<Reply<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_settings: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_with_ai: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_partnership: Option<bool>,
}

#[derive(Debug, Serialize)]
pub(super) struct PostMedia<'a> {
    pub media_ids: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct PollIn<'a> {
    pub options: &'a [String],
    pub duration_minutes: u32,
}

#[derive(Debug, Serialize)]
pub(super) struct Reply<'a> {
    pub in_reply_to_tweet_id: &'a str,
}

/// `{"data": …}`.
#[derive(Debug, Deserialize)]
pub(super) struct Data<T> {
    pub data: T,
}

#[derive(Debug, Deserialize)]
pub(super) struct Created {
    pub id: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Deleted {
    pub deleted: bool,
}

/// Body of `POST /2/media/upload/initialize`.
#[derive(Debug, Serialize)]
pub(super) struct Initialize<'a> {
    pub media_type: &'a str,
    pub total_bytes: u64,
    pub media_category: &'static str,
}

/// Answer of initialize, finalize and STATUS.
#[derive(Debug, Deserialize)]
pub(super) struct UploadState {
    pub id: String,
    pub media_key: Option<String>,
    /// Seconds until the id can't be attached any more.
    pub expires_after_secs: Option<i64>,
    /// Absent when the file is ready.
    pub processing_info: Option<ProcessingInfo>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ProcessingInfo {
    /// `pending`, `in_progress`, `succeeded` or `failed`.
    pub state: String,
    pub check_after_secs: Option<u64>,
    pub error: Option<ProcessingError>,
}

/// Known from v1.1; the v2 description does not mention it.
#[derive(Debug, Deserialize)]
pub(super) struct ProcessingError {
    pub name: Option<String>,
    pub message: Option<String>,
}

/// Body of `POST /2/media/metadata`.
#[derive(Debug, Serialize)]
pub(super) struct MetadataIn<'a> {
    pub id: &'a str,
    pub metadata: Metadata<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct Metadata<'a> {
    pub alt_text: AltText<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct AltText<'a> {
    pub text: &'a str,
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub id: String,
    pub name: String,
    pub username: String,
    pub profile_image_url: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub public_metrics: UserMetrics,
    pub subscription_type: Option<String>,
    pub protected: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct UserMetrics {
    pub followers_count: Option<i64>,
    pub following_count: Option<i64>,
    pub tweet_count: Option<i64>,
    pub post_count: Option<i64>,
    pub listed_count: Option<i64>,
}

/// `GET /2/users/:id/tweets`. Without results `data` is absent.
#[derive(Debug, Deserialize)]
pub(super) struct Timeline {
    #[serde(default, deserialize_with = "or_default")]
    pub data: Vec<Post>,
    pub meta: Option<Meta>,
    #[serde(default, deserialize_with = "or_default")]
    pub errors: Vec<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Meta {
    pub newest_id: Option<String>,
    pub next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Post {
    pub id: String,
    /// HTML-escaped, links replaced by t.co; cut at about 280 for long posts.
    pub text: String,
    pub created_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub entities: Entities,
    #[serde(alias = "note_post")]
    pub note_tweet: Option<Note>,
    #[serde(default, alias = "referenced_posts", deserialize_with = "or_default")]
    pub referenced_tweets: Vec<Referenced>,
    pub attachments: Option<Attachments>,
    #[serde(default, deserialize_with = "or_default")]
    pub public_metrics: PostMetrics,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Entities {
    #[serde(default, deserialize_with = "or_default")]
    pub urls: Vec<UrlEntity>,
}

#[derive(Debug, Deserialize)]
pub(super) struct UrlEntity {
    /// The t.co address as it stands in the text.
    #[serde(default, deserialize_with = "or_default")]
    pub url: String,
    pub expanded_url: Option<String>,
    pub unwound_url: Option<String>,
    /// Present on the link that stands for attached media.
    pub media_key: Option<String>,
}

/// The whole text of a long post.
#[derive(Debug, Deserialize)]
pub(super) struct Note {
    pub text: String,
    #[serde(default, deserialize_with = "or_default")]
    pub entities: Entities,
}

#[derive(Debug, Deserialize)]
pub(super) struct Referenced {
    #[serde(rename = "type")]
    pub kind: String,
    pub id: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Attachments {
    #[serde(default, deserialize_with = "or_default")]
    pub media_keys: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct PostMetrics {
    pub like_count: Option<i64>,
    pub reply_count: Option<i64>,
    pub retweet_count: Option<i64>,
    pub repost_count: Option<i64>,
    pub quote_count: Option<i64>,
    pub bookmark_count: Option<i64>,
    pub impression_count: Option<i64>,
}

/// `GET /2/tweets`: posts by id, with what only their author is shown.
#[derive(Debug, Deserialize)]
pub(super) struct Lookup {
    #[serde(default, deserialize_with = "or_default")]
    pub data: Vec<Private>,
    #[serde(default, deserialize_with = "or_default")]
    pub errors: Vec<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Private {
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub non_public_metrics: PrivateMetrics,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct PrivateMetrics {
    pub impression_count: Option<i64>,
    pub url_link_clicks: Option<i64>,
    pub user_profile_clicks: Option<i64>,
    pub engagements: Option<i64>,
}

/// Every shape of error body that X is known to send, in one.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ErrorBody {
    pub title: Option<String>,
    pub detail: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub reason: Option<String>,
    #[serde(default)]
    pub errors: Vec<ErrorItem>,
    /// OAuth endpoints.
    pub error: Option<serde_json::Value>,
    pub error_description: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct ErrorItem {
    pub message: Option<String>,
    /// Numbers of v1.1.
    pub code: Option<i64>,
}
