//! What can go wrong when talking to a network. A kind exists only where somebody reacts differently to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How the engine reacts to a failed remote call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ErrorKind {
    /// Nothing happened remotely; the same call may work later.
    Transient,
    /// The network asked us to wait. Costs no attempt.
    RateLimited {
        /// When the network lets us in again, where it said so.
        until: Option<Timestamp>,
    },
    /// The access token has run out; a refresh may help, once.
    AuthExpired,
    /// The grant is gone; a person must connect the account again.
    AuthRevoked,
    /// The grant lacks a permission; a person must connect the account again with it.
    PermissionMissing,
    /// The network refused the content or the request for good. Nothing became public.
    Rejected,
    /// The network is still working on something we need; ask again later.
    NotReady,
    /// The call may or may not have had its effect.
    Ambiguous,
}

impl ErrorKind {
    /// The stable code that API answers, the database and metrics use.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::RateLimited { .. } => "rate_limited",
            Self::AuthExpired => "auth_expired",
            Self::AuthRevoked => "auth_revoked",
            Self::PermissionMissing => "permission_missing",
            Self::Rejected => "rejected",
            Self::NotReady => "not_ready",
            Self::Ambiguous => "ambiguous",
        }
    }
}

/// What the network itself said, kept word for word for support.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remote {
    /// HTTP status, when an answer arrived.
    pub status: Option<u16>,
    /// The network's own error code or name.
    pub code: Option<String>,
    /// The network's trace or request id.
    pub request_id: Option<String>,
    /// The network's message, with secrets removed.
    pub message: Option<String>,
}

/// A failed remote operation.
///
/// `cause` and `action` are plain sentences for people; [`Remote`] and `detail` are for operators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{platform}.{operation}: {} ({cause})", kind.code())]
pub struct ConnectorError {
    /// How to react.
    pub kind: ErrorKind,
    /// The platform's name in the registry.
    pub platform: String,
    /// The operation that failed, as named by its [`Call`](#).
    pub operation: String,
    /// A stable code of the cause for machines, for example `duplicate` or `text_too_long`.
    pub code: String,
    /// What happened and why, for people.
    pub cause: String,
    /// What to do now, for people.
    pub action: String,
    /// What the network said.
    pub remote: Remote,
    /// The technical chain, for logs only.
    pub detail: Option<String>,
    /// The field of a person's input that caused it, for example `server`, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl ConnectorError {
    /// An error without an answer from the network.
    pub fn new(
        kind: ErrorKind,
        platform: &str,
        operation: &str,
        code: &str,
        cause: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            platform: platform.to_owned(),
            operation: operation.to_owned(),
            code: code.to_owned(),
            cause: cause.into(),
            action: String::new(),
            remote: Remote::default(),
            detail: None,
            field: None,
        }
    }

    /// Adds what the person should do.
    #[must_use]
    pub fn with_action(mut self, action: impl Into<String>) -> Self {
        self.action = action.into();
        self
    }

    /// Adds the network's own words.
    #[must_use]
    pub fn with_remote(mut self, remote: Remote) -> Self {
        self.remote = remote;
        self
    }

    /// Says which field of a person's input caused it.
    #[must_use]
    pub fn about(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Adds the technical chain for operators.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}
