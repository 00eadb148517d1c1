//! Bodies as Meta documents them. No logic.
//!
//! Sources: Instagram Platform - Business Login, Publish Content, IG User media, IG Container, IG Media, Content Publishing
//! Limit, Media comments, Error Codes; Graph API - Error Handling, Paginated Results, Rate Limits (copies of 2025-2026).

use std::collections::BTreeMap;

use carillon_domain::secret::Secret;
use serde::Deserialize;
use serde_json::Value;

/// An error in one of the shapes of these hosts.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum ErrorBody {
    /// graph.instagram.com and graph.facebook.com.
    Graph { error: GraphError },
    /// api.instagram.com.
    Login {
        #[serde(rename = "error_type")]
        _kind: String,
        error_message: String,
    },
    /// rupload.facebook.com.
    Upload { debug_info: UploadError },
}

#[derive(Debug, Deserialize)]
pub(super) struct GraphError {
    pub message: Option<String>,
    pub code: Option<i64>,
    pub error_subcode: Option<i64>,
    pub is_transient: Option<bool>,
    pub error_user_title: Option<String>,
    pub error_user_msg: Option<String>,
    pub fbtrace_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct UploadError {
    #[serde(default)]
    pub retriable: bool,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub message: Option<String>,
}

/// `X-Business-Use-Case-Usage`: usage by business object.
pub(super) type BusinessUsage = BTreeMap<String, Vec<Usage>>;

#[derive(Debug, Deserialize)]
pub(super) struct Usage {
    pub estimated_time_to_regain_access: Option<i64>,
}

/// The code exchange of api.instagram.com: flat in practice, wrapped in the documentation.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum ShortTokenBody {
    Wrapped { data: Vec<ShortToken> },
    Flat(ShortToken),
}

#[derive(Debug, Deserialize)]
pub(super) struct ShortToken {
    pub access_token: Secret,
    /// A comma list in the documentation, an array in practice.
    #[serde(default)]
    pub permissions: Words,
}

/// A list that comes as an array or as a comma list.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Words {
    List(Vec<String>),
    Text(String),
}

impl Default for Words {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

/// Token answers of both Graph hosts.
#[derive(Debug, Deserialize)]
pub(super) struct Token {
    pub access_token: Secret,
    pub expires_in: Option<i64>,
    pub permissions: Option<Words>,
}

/// `/debug_token`.
#[derive(Debug, Deserialize)]
pub(super) struct DebugToken {
    pub data: DebugTokenData,
}

#[derive(Debug, Deserialize)]
pub(super) struct DebugTokenData {
    #[serde(default)]
    pub is_valid: bool,
    /// Unix seconds; 0 for never.
    #[serde(default)]
    pub expires_at: i64,
    /// Unix seconds; 0 for never.
    #[serde(default)]
    pub data_access_expires_at: i64,
    #[serde(default)]
    pub scopes: Vec<String>,
}

/// `/me` with Instagram login: flat in practice, wrapped in the documentation.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum ProfileBody {
    Wrapped { data: Vec<Profile> },
    Flat(Box<Profile>),
}

/// A profile of either host; ids may be numbers.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Profile {
    pub id: Option<Value>,
    pub user_id: Option<Value>,
    pub username: Option<String>,
    pub name: Option<String>,
    pub account_type: Option<String>,
    pub profile_picture_url: Option<String>,
    pub followers_count: Option<i64>,
    pub follows_count: Option<i64>,
    pub media_count: Option<i64>,
}

/// One page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    pub data: Vec<T>,
    pub paging: Option<Paging>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    pub cursors: Option<Cursors>,
    /// Holds the access token; only its presence matters.
    pub next: Option<Secret>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Cursors {
    pub after: Option<String>,
}

/// A Facebook Page of `/me/accounts`, `owned_pages` or `client_pages`.
#[derive(Debug, Deserialize)]
pub(super) struct FacebookPage {
    pub id: String,
    #[serde(default)]
    pub name: String,
    pub access_token: Option<Secret>,
    #[serde(default)]
    pub tasks: Vec<String>,
    pub instagram_business_account: Option<LinkedAccount>,
}

#[derive(Debug, Deserialize)]
pub(super) struct LinkedAccount {
    pub id: String,
    pub username: Option<String>,
    pub name: Option<String>,
    pub profile_picture_url: Option<String>,
}

/// An answer that holds nothing but an id.
#[derive(Debug, Deserialize)]
pub(super) struct Id {
    pub id: String,
}

/// A container.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Container {
    pub status_code: Option<String>,
    pub status: Option<String>,
    pub video_status: Option<VideoStatus>,
}

#[derive(Debug, Deserialize)]
pub(super) struct VideoStatus {
    pub uploading_phase: Option<UploadingPhase>,
}

#[derive(Debug, Deserialize)]
pub(super) struct UploadingPhase {
    pub bytes_transferred: Option<u64>,
}

/// rupload's answer.
#[derive(Debug, Deserialize)]
pub(super) struct Uploaded {
    #[serde(default)]
    pub success: bool,
}

/// `/content_publishing_limit`.
#[derive(Debug, Deserialize)]
pub(super) struct PublishingLimit {
    pub quota_usage: Option<i64>,
    pub config: Option<QuotaConfig>,
}

#[derive(Debug, Deserialize)]
pub(super) struct QuotaConfig {
    pub quota_total: Option<i64>,
    pub quota_duration: Option<i64>,
}

/// A published media.
#[derive(Debug, Deserialize)]
pub(super) struct Media {
    pub id: String,
    pub caption: Option<String>,
    pub media_type: Option<String>,
    pub media_product_type: Option<String>,
    pub permalink: Option<String>,
    pub timestamp: Option<String>,
    pub like_count: Option<i64>,
    pub comments_count: Option<i64>,
    pub saved_count: Option<i64>,
    pub shares_count: Option<i64>,
    pub reposts_count: Option<i64>,
    pub total_views_count: Option<i64>,
}

/// A comment.
#[derive(Debug, Deserialize)]
pub(super) struct Comment {
    pub id: String,
    pub text: Option<String>,
    pub timestamp: Option<String>,
    pub username: Option<String>,
    pub from: Option<CommentAuthor>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CommentAuthor {
    pub id: Option<String>,
}

/// The answers to deletions: `{"success":true}`, `{"success":true,"deleted_id":…}`, or the bare `true` of old.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Success {
    Bare(bool),
    Object { success: bool },
}
