//! Objects as the API shows them. Names and shapes here must not drift: others' scripts read them.

use std::collections::BTreeMap;

use carillon_domain::time::Timestamp;
use carillon_engine::Engine;
use carillon_engine::usecase::horizon::Outlook;
use carillon_engine::usecase::posts::PostView;
use carillon_engine::usecase::{accounts, caps};
use carillon_store::repo::account::AccountRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::numbers::{self, Number};

mod attempts;
mod finding;
mod publication;

pub use attempts::{Attempt, Step};
pub use finding::Finding;
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

/// A connected account.
#[derive(Debug, Serialize, ToSchema)]
pub struct Account {
    /// `acct_…`
    pub id: String,
    /// Name of the platform.
    pub platform: String,
    /// Base URL of the account's server, for networks of many servers.
    pub server: Option<String>,
    /// The network's own id.
    pub remote_id: String,
    /// Handle without `@`.
    pub handle: String,
    /// Display name.
    pub name: String,
    /// Avatar at the network.
    pub avatar_url: Option<String>,
    /// `connected`, `needs_reconnect` or `disconnected`.
    pub status: &'static str,
    /// How it is doing.
    pub health: Health,
    /// Its totals as last read, by metric: `followers`, `following`, `posts`.
    pub numbers: BTreeMap<&'static str, Number>,
    /// Limits.
    pub caps: Caps,
    /// `warn` or `enforce`.
    pub cap_mode: &'static str,
    /// What can be done with it, where that depends on how it was connected.
    pub features: Features,
    /// For `If-Match`.
    pub version: i64,
}

/// How an account is doing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `green`, `amber` or `red`.
    pub level: &'static str,
    /// Why it is not green, in plain words.
    pub reason: Option<String>,
    /// When its numbers were last read.
    pub synced_at: Option<String>,
    /// When its login ends for good unless it is renewed, as far as the network said.
    pub login_ends_at: Option<String>,
    /// Ids of publications that are scheduled for when there is no login any more, the first ones in order of time.
    pub at_risk: Vec<String>,
}

/// Limits of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct Caps {
    /// Most publications a day by the user's own will; null: none.
    pub daily: Option<u32>,
}

/// What an account's network and login let programs do.
#[derive(Debug, Serialize, ToSchema)]
pub struct Features {
    /// Whether a `DELETE` of a post with `remote` deletes at the network what is public on this account.
    pub delete: bool,
    /// Whether the text of what is public on this account can be changed there.
    pub edit: bool,
}

impl Account {
    /// From a row.
    pub fn new(engine: &Engine, row: &AccountRow) -> Self {
        let connected = row.status == carillon_domain::account::AccountStatus::Connected;
        let level = match (connected, &row.sync_error) {
            (false, _) => "red",
            (true, Some(_)) => "amber",
            (true, None) => "green",
        };
        Self {
            id: row.id.to_string(),
            platform: row.platform.clone(),
            server: row.server.clone(),
            remote_id: row.remote_id.clone(),
            handle: row.handle.clone(),
            name: row.name.clone(),
            avatar_url: row.avatar_url.clone(),
            status: row.status.as_str(),
            health: Health {
                level,
                reason: row.status_cause.clone().or_else(|| row.sync_error.clone()),
                synced_at: row.synced_at.map(time),
                login_ends_at: None,
                at_risk: Vec::new(),
            },
            numbers: numbers::of_account(row),
            caps: Caps { daily: caps::daily_cap(row) },
            cap_mode: row.cap_mode.as_str(),
            features: Features {
                delete: accounts::can_delete(engine, row),
                edit: accounts::can_edit(engine, row),
            },
            version: row.version,
        }
    }

    /// With how its login stands.
    pub fn with(mut self, outlook: &Outlook) -> Self {
        self.health.login_ends_at = outlook.login_ends_at.map(time);
        self.health.at_risk = outlook.at_risk.iter().map(|planned| planned.id.to_string()).collect();
        if let Some(ends) =
            outlook.login_ends_at.filter(|_| outlook.ends_soon && self.health.level == "green")
        {
            let day = ends.strftime("%Y-%m-%d");
            self.health.level = "amber";
            self.health.reason =
                Some(format!("Its login ends on {day}. Connect the account again before then."));
        }
        self
    }
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
            warnings: view.warnings.iter().map(Finding::from).collect(),
            publications: view.publications.iter().map(Publication::from).collect(),
        }
    }
}
