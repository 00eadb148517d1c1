//! A post on one account, as the API shows it.

use carillon_domain::connector_error::ConnectorError;
use carillon_engine::usecase::posts::{PartView, PublicationView};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Attempt, Finding, time};

/// A post on one account.
#[derive(Debug, Serialize, ToSchema)]
pub struct Publication {
    /// `pub_…`
    pub id: String,
    /// The post.
    pub post: String,
    /// The account.
    pub account: String,
    /// The platform.
    pub platform: String,
    /// State.
    pub state: &'static str,
    /// When it is to be public.
    pub due_at: Option<String>,
    /// When the engine looks at it next.
    pub next_at: Option<String>,
    /// The network's id of the root.
    pub remote_id: Option<String>,
    /// Where people see it.
    pub remote_url: Option<String>,
    /// When it became public.
    pub published_at: Option<String>,
    /// A part or comment is missing although the root is public.
    pub incomplete: bool,
    /// Thread parts and first comment.
    pub parts: Vec<Part>,
    /// Why it is held.
    pub held_reason: Option<&'static str>,
    /// The last thing that went wrong.
    pub error: Option<RemoteError>,
    /// What was looked at when an answer had been lost.
    pub evidence: Option<String>,
    /// Once published: `public`, or `inbox` where it waits in the network's app for a person to finish it, without an id.
    pub delivered: Option<&'static str>,
    /// When it was deleted at the network, by a `DELETE` with `remote`.
    pub deleted_at: Option<String>,
    /// When its text was last changed at the network, by `/edit`.
    pub edited_at: Option<String>,
    /// What of this request did not work here: after a `DELETE` with `remote`, why it is still public.
    pub warnings: Vec<Finding>,
    /// Tries with every remote step. Empty in lists, and in what a change of the post answers.
    pub attempts: Vec<Attempt>,
}

impl From<&PublicationView> for Publication {
    fn from(view: &PublicationView) -> Self {
        Self {
            id: view.id.to_string(),
            post: view.post.to_string(),
            account: view.account.to_string(),
            platform: view.platform.clone(),
            state: view.state.as_str(),
            due_at: view.due_at.map(time),
            next_at: view.next_at.map(time),
            remote_id: view.remote_id.clone(),
            remote_url: view.remote_url.clone(),
            published_at: view.published_at.map(time),
            incomplete: view.incomplete,
            parts: view.parts.iter().map(Part::from).collect(),
            held_reason: view.held_reason.map(|r| r.as_str()),
            error: view.error.as_ref().map(RemoteError::from),
            evidence: view.evidence.clone(),
            delivered: view.delivered.map(|d| d.as_str()),
            deleted_at: view.deleted_at.map(time),
            edited_at: view.edited_at.map(time),
            warnings: view.warnings.iter().map(Finding::from).collect(),
            attempts: view.attempts.iter().map(Attempt::from).collect(),
        }
    }
}

/// A thread part or the first comment of a publication.
#[derive(Debug, Serialize, ToSchema)]
pub struct Part {
    /// 1 is the first part after the root.
    pub index: u16,
    /// `pending`, `published`, `failed` or `unconfirmed`.
    pub state: serde_json::Value,
    /// The network's id.
    pub remote_id: Option<String>,
    /// Where people see it.
    pub remote_url: Option<String>,
    /// Why it is not public.
    pub error: Option<RemoteError>,
    /// When it was deleted at the network, by a `DELETE` with `remote`.
    pub deleted_at: Option<String>,
}

impl From<&PartView> for Part {
    fn from(view: &PartView) -> Self {
        Self {
            index: view.index,
            state: serde_json::to_value(view.state).unwrap_or_default(),
            remote_id: view.remote_id.clone(),
            remote_url: view.remote_url.clone(),
            error: view.error.as_ref().map(RemoteError::from),
            deleted_at: view.deleted_at.map(time),
        }
    }
}

/// What went wrong at a network.
#[derive(Debug, Serialize, ToSchema)]
pub struct RemoteError {
    /// How Carillon reacts: `transient`, `rate_limited`, `auth_expired`, `auth_revoked`, `permission_missing`, `rejected`,
    /// `not_ready`, `ambiguous`.
    pub kind: &'static str,
    /// Stable code of the cause.
    pub code: String,
    /// What happened, in plain words.
    pub message: String,
    /// What to do now.
    pub action: String,
    /// What the network itself said.
    pub remote: serde_json::Value,
}

impl From<&ConnectorError> for RemoteError {
    fn from(error: &ConnectorError) -> Self {
        Self {
            kind: error.kind.code(),
            code: error.code.clone(),
            message: error.cause.clone(),
            action: error.action.clone(),
            remote: serde_json::to_value(&error.remote).unwrap_or_default(),
        }
    }
}
