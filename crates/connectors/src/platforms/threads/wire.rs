//! Bodies as Meta documents them. No logic.
//!
//! Sources: Threads API - Get Access Tokens, Posts, Publishing reference, Media reference, Reply reference, Troubleshooting (copies of
//! 2025-2026); Meta's Postman collection (January 2026).

use carillon_domain::secret::Secret;
use serde::Deserialize;
use serde_json::Value;

pub(super) use crate::kit::graph::wire::{Id, List, Token};

/// The code exchange.
#[derive(Debug, Deserialize)]
pub(super) struct ShortToken {
    pub access_token: Secret,
}

/// `/me`; ids may be numbers.
#[derive(Debug, Deserialize)]
pub(super) struct Profile {
    pub id: Value,
    pub username: Option<String>,
    pub name: Option<String>,
    pub threads_profile_picture_url: Option<String>,
}

/// A container.
#[derive(Debug, Deserialize)]
pub(super) struct Container {
    pub status: Option<String>,
    pub error_message: Option<String>,
}

/// `/threads_publishing_limit`.
#[derive(Debug, Deserialize)]
pub(super) struct PublishingLimit {
    pub quota_usage: Option<i64>,
    pub config: Option<QuotaConfig>,
    pub reply_quota_usage: Option<i64>,
    pub reply_config: Option<QuotaConfig>,
}

#[derive(Debug, Deserialize)]
pub(super) struct QuotaConfig {
    pub quota_total: Option<i64>,
    pub quota_duration: Option<i64>,
}

/// A post or reply. Absent values are omitted.
#[derive(Debug, Deserialize)]
pub(super) struct Media {
    pub id: String,
    pub text: Option<String>,
    pub media_type: Option<String>,
    pub permalink: Option<String>,
    pub timestamp: Option<String>,
    pub replied_to: Option<Id>,
}

/// `permalink` alone.
#[derive(Debug, Deserialize)]
pub(super) struct Permalink {
    pub permalink: Option<String>,
}
