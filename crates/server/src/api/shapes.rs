//! Objects as the API shows them. Names and shapes here must not drift: others' scripts read them.

use carillon_domain::time::Timestamp;
use carillon_engine::usecase::posts::PostView;
use serde::Serialize;
use utoipa::ToSchema;

mod account;
mod attempts;
mod finding;
mod health;
mod publication;

pub use account::Account;
pub use attempts::{Attempt, Step};
pub use finding::Finding;
pub use health::Health;
pub use publication::{Part, Publication, RemoteError};

/// RFC 3339, UTC.
fn time(at: Timestamp) -> String {
    at.to_string()
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Give it as `cursor` for the next page; null at the end.
    pub next_cursor: Option<String>,
}

/// A post with its publications.
#[derive(Debug, Serialize, ToSchema)]
pub struct Post {
    /// `post_…`
    pub id: String,
    /// For `If-Match`.
    pub version: i64,
    /// `draft`, `scheduled`, `published` …; derived from the publications.
    pub status: &'static str,
    /// Base text.
    pub text: String,
    /// When it is to go out, UTC.
    pub scheduled_at: Option<String>,
    /// IANA zone of the wall-clock time.
    pub timezone: String,
    /// When it was made.
    pub created_at: String,
    /// Base media.
    pub media: Vec<String>,
    /// Further parts of a thread.
    pub parts: Vec<PartContent>,
    /// First comment.
    pub first_comment: Option<String>,
    /// What differs, by account.
    pub overrides: serde_json::Value,
    /// Labels.
    pub tags: Vec<String>,
    /// Campaign.
    pub campaign: Option<String>,
    /// Parameters that links get, by name.
    pub link_parameters: std::collections::BTreeMap<String, String>,
    /// Whether variables in texts are filled in.
    pub fill_in: bool,
    /// What a careful person would want to know.
    pub warnings: Vec<Finding>,
    /// One per account.
    pub publications: Vec<Publication>,
}

/// One part of a thread as composed.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartContent {
    /// Text.
    pub text: String,
    /// Media.
    pub media: Vec<String>,
}

impl From<&PostView> for Post {
    fn from(view: &PostView) -> Self {
        let post = &view.post;
        let ids = |media: &[carillon_domain::id::MediaId]| media.iter().map(ToString::to_string).collect();
        Self {
            id: post.id.to_string(),
            version: post.version,
            status: view.status.as_str(),
            text: post.composition.text.clone(),
            scheduled_at: post.due_at.map(time),
            timezone: post.timezone.clone(),
            created_at: time(post.created_at),
            media: ids(&post.composition.media),
            parts: post
                .composition
                .parts
                .iter()
                .map(|p| PartContent { text: p.text.clone(), media: ids(&p.media) })
                .collect(),
            first_comment: post.composition.first_comment.clone(),
            overrides: serde_json::to_value(&post.composition.overrides).unwrap_or_default(),
            tags: post.tags.clone(),
            campaign: post.campaign.clone(),
            link_parameters: post.composition.link_parameters.clone(),
            fill_in: post.composition.fill_in,
            warnings: view.warnings.iter().map(Finding::from).collect(),
            publications: view.publications.iter().map(Publication::from).collect(),
        }
    }
}
