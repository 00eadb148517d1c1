//! Bodies as Meta documents them. No logic.
//!
//! Sources: Instagram Platform - Business Login, Publish Content, IG User media, IG Container, IG Media, Content Publishing
//! Limit, Media comments, Error Codes; Graph API - Error Handling, Paginated Results, Rate Limits (copies of 2025-2026).

use carillon_domain::secret::Secret;
use serde::Deserialize;
use serde_json::Value;

pub(super) use crate::kit::graph::wire::{Id, List as Page, Token, Words};

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
