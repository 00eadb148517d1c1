//! Bodies as Meta documents them for all Graph hosts. No logic.
//!
//! Sources: Graph API - Error Handling, Paginated Results, Rate Limits; Facebook Login - Access tokens (copies of 2025-2026).

use std::collections::BTreeMap;

use carillon_domain::secret::Secret;
use serde::Deserialize;

/// An error in one of the shapes of these hosts.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum ErrorBody {
    /// The Graph hosts.
    Graph {
        /// What went wrong.
        error: GraphError,
    },
    /// api.instagram.com.
    Login {
        /// Its kind.
        #[serde(rename = "error_type")]
        _kind: String,
        /// The network's words.
        error_message: String,
    },
    /// rupload.facebook.com.
    Upload {
        /// What went wrong.
        debug_info: UploadError,
    },
}

/// An error of a Graph host.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "the names are the network's: Graph API - Error Handling")]
pub struct GraphError {
    pub message: Option<String>,
    pub code: Option<i64>,
    pub error_subcode: Option<i64>,
    pub is_transient: Option<bool>,
    pub error_user_title: Option<String>,
    pub error_user_msg: Option<String>,
    pub fbtrace_id: Option<String>,
}

/// An error of the upload host.
#[derive(Debug, Deserialize)]
pub struct UploadError {
    /// Whether the same may work again.
    #[serde(default)]
    pub retriable: bool,
    /// `OffsetInvalidError`, `PartialRequestError`, `ProcessingFailedError` …
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The network's words.
    pub message: Option<String>,
}

/// `X-Business-Use-Case-Usage`: usage by business object.
pub type BusinessUsage = BTreeMap<String, Vec<Usage>>;

/// Usage of one object.
#[derive(Debug, Deserialize)]
pub struct Usage {
    /// Minutes until calls are taken again; 0 while they are.
    pub estimated_time_to_regain_access: Option<i64>,
}

/// A list that comes as an array or as a comma list.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Words {
    /// An array.
    List(Vec<String>),
    /// A comma list.
    Text(String),
}

impl Default for Words {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

/// Token answers of the Graph hosts.
#[derive(Debug, Deserialize)]
pub struct Token {
    /// The token.
    pub access_token: Secret,
    /// Seconds.
    pub expires_in: Option<i64>,
    /// What was granted, where the host says it.
    pub permissions: Option<Words>,
}

/// `/debug_token`.
#[derive(Debug, Deserialize)]
pub struct DebugToken {
    /// What is known of the token.
    pub data: DebugTokenData,
}

/// What is known of a token.
#[derive(Debug, Deserialize)]
pub struct DebugTokenData {
    /// Whether it works.
    #[serde(default)]
    pub is_valid: bool,
    /// Unix seconds; 0 for never.
    #[serde(default)]
    pub expires_at: i64,
    /// Unix seconds; 0 for never.
    #[serde(default)]
    pub data_access_expires_at: i64,
    /// What was granted.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Who signed in, as the app knows them.
    pub user_id: Option<String>,
}

/// One page of a list.
#[derive(Debug, Deserialize)]
pub struct List<T> {
    /// The entries; may be fewer than asked for, even none, on any page.
    pub data: Vec<T>,
    /// Where the list goes on.
    pub paging: Option<Paging>,
}

/// Where a list goes on.
#[derive(Debug, Deserialize)]
pub struct Paging {
    /// Cursors of this page.
    pub cursors: Option<Cursors>,
    /// Holds the access token; only its presence matters.
    pub next: Option<Secret>,
}

/// Cursors of a page of a list.
#[derive(Debug, Deserialize)]
pub struct Cursors {
    /// Behind its last entry.
    pub after: Option<String>,
}

/// An answer that holds nothing but an id.
#[derive(Debug, Deserialize)]
pub struct Id {
    /// The id.
    pub id: String,
}

/// The upload host's answer.
#[derive(Debug, Deserialize)]
pub struct Uploaded {
    /// Whether all arrived.
    #[serde(default)]
    pub success: bool,
}

/// The answers to deletions: `{"success":true}`, `{"success":true,"deleted_id":…}`, or the bare `true` of old.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Success {
    /// The old form.
    Bare(bool),
    /// The current form.
    Object {
        /// Whether it was done.
        success: bool,
    },
}

impl Success {
    /// Whether it was done.
    pub fn done(&self) -> bool {
        matches!(self, Self::Bare(true) | Self::Object { success: true })
    }
}
