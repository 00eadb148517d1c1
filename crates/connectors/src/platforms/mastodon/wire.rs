//! What goes over the wire, as docs.joinmastodon.org documents it (2 July 2026). Everything that some software leaves out
//! is optional.

use carillon_domain::secret::Secret;
use serde::{Deserialize, Deserializer, Serialize};

/// `GET /api/v2/instance`, `GET /api/v1/instance`.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Instance {
    pub version: Option<String>,
    /// In v2.
    pub domain: Option<String>,
    /// In v1; some software puts a whole URL here.
    pub uri: Option<String>,
    pub configuration: Option<Configuration>,
    /// Older than `configuration`; Pleroma and others have only this.
    pub max_toot_chars: Option<u32>,
    /// Pleroma.
    pub upload_limit: Option<u64>,
    /// Pleroma.
    pub description_limit: Option<u32>,
    /// Pleroma.
    pub poll_limits: Option<PollLimits>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Configuration {
    pub statuses: StatusConfiguration,
    pub media_attachments: MediaConfiguration,
    pub polls: PollConfiguration,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct StatusConfiguration {
    pub max_characters: Option<u32>,
    pub max_media_attachments: Option<u32>,
    pub characters_reserved_per_url: Option<u32>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MediaConfiguration {
    pub supported_mime_types: Option<Vec<String>>,
    pub image_size_limit: Option<u64>,
    pub image_matrix_limit: Option<u64>,
    pub video_size_limit: Option<u64>,
    pub video_matrix_limit: Option<u64>,
    pub video_frame_rate_limit: Option<u32>,
    pub description_limit: Option<u32>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PollConfiguration {
    pub max_options: Option<u32>,
    pub max_characters_per_option: Option<u32>,
    pub min_expiration: Option<u64>,
    pub max_expiration: Option<u64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PollLimits {
    pub max_options: Option<u32>,
    pub max_option_chars: Option<u32>,
    pub min_expiration: Option<u64>,
    pub max_expiration: Option<u64>,
}

/// `GET /.well-known/oauth-authorization-server` (RFC 8414).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ServerMetadata {
    pub code_challenge_methods_supported: Vec<String>,
}

/// `POST /api/v1/apps`.
#[derive(Debug, Clone, Deserialize)]
pub struct CredentialApplication {
    pub client_id: String,
    pub client_secret: Secret,
}

/// `POST /oauth/token`.
#[derive(Debug, Clone, Deserialize)]
pub struct Token {
    pub access_token: Secret,
    #[serde(default)]
    pub scope: Option<String>,
}

/// `Account`, with what only `verify_credentials` gives.
#[derive(Debug, Clone, Deserialize)]
pub struct Account {
    #[serde(deserialize_with = "id")]
    pub id: String,
    pub username: Option<String>,
    pub acct: Option<String>,
    pub display_name: Option<String>,
    pub url: Option<String>,
    pub avatar: Option<String>,
    pub followers_count: Option<i64>,
    pub following_count: Option<i64>,
    pub statuses_count: Option<i64>,
    pub moved: Option<Box<Account>>,
    pub source: Option<Source>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Source {
    pub privacy: Option<String>,
}

/// `Status`. A `ScheduledStatus` has `scheduled_at` and no `created_at`.
#[derive(Debug, Clone, Deserialize)]
pub struct Status {
    #[serde(deserialize_with = "id")]
    pub id: String,
    pub uri: Option<String>,
    pub url: Option<String>,
    pub created_at: Option<String>,
    pub scheduled_at: Option<String>,
    pub content: Option<String>,
    #[serde(default, deserialize_with = "optional_id")]
    pub in_reply_to_id: Option<String>,
    pub reblog: Option<serde_json::Value>,
    pub poll: Option<serde_json::Value>,
    pub application: Option<Application>,
    #[serde(default)]
    pub media_attachments: Vec<MediaAttachment>,
    pub replies_count: Option<i64>,
    pub reblogs_count: Option<i64>,
    pub favourites_count: Option<i64>,
    pub quotes_count: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Application {
    pub name: Option<String>,
}

/// `GET /api/v1/statuses/:id/source`.
#[derive(Debug, Clone, Deserialize)]
pub struct StatusSource {
    pub text: String,
    #[serde(default)]
    pub spoiler_text: Option<String>,
}

/// `MediaAttachment`.
#[derive(Debug, Clone, Deserialize)]
pub struct MediaAttachment {
    #[serde(deserialize_with = "id")]
    pub id: String,
    pub r#type: Option<String>,
    pub url: Option<String>,
}

/// The body of `POST /api/v1/statuses`.
#[derive(Debug, Serialize)]
pub struct NewStatus<'a> {
    pub status: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub media_ids: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poll: Option<NewPoll<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensitive: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spoiler_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<&'a str>,
}

/// The body of `PUT /api/v1/statuses/:id`. Files that are not named again are taken off.
#[derive(Debug, Serialize)]
pub struct EditedStatus<'a> {
    pub status: &'a str,
    pub media_ids: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensitive: Option<bool>,
    pub spoiler_text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub struct NewPoll<'a> {
    pub options: &'a [String],
    pub expires_in: u64,
    pub multiple: bool,
    pub hide_totals: bool,
}

/// An error body; `error_description` only from OAuth.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Problem {
    pub error: Option<String>,
    pub error_description: Option<String>,
}

/// Ids are opaque text; some software sends numbers.
fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    optional_id(deserializer)?.ok_or_else(|| serde::de::Error::custom("an id is missing"))
}

fn optional_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Text(String),
        Number(u64),
    }
    Ok(Option::<Id>::deserialize(deserializer)?.and_then(|id| match id {
        Id::Text(text) if text.is_empty() => None,
        Id::Text(text) => Some(text),
        Id::Number(number) => Some(number.to_string()),
    }))
}
