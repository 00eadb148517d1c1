//! On whose behalf a use case runs.

use carillon_domain::error::AppError;
use carillon_domain::id::{TokenId, UserId, WorkspaceId};
use carillon_domain::permission::{Permission, Role};
use carillon_domain::schedule::zone_or_utc;
use jiff::tz::TimeZone;

/// A person or token in one workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The workspace; every query carries it.
    pub workspace: WorkspaceId,
    /// The role in it.
    pub role: Role,
    /// The person; `None` for a token.
    pub user: Option<UserId>,
    /// The token; `None` for a person.
    pub token: Option<TokenId>,
    /// The workspace's IANA zone.
    pub timezone: String,
    /// SHA-256 of the session's secret; `None` for a token.
    pub session_hash: Option<Vec<u8>>,
}

impl Actor {
    /// The workspace's zone.
    pub fn zone(&self) -> TimeZone {
        zone_or_utc(&self.timezone)
    }

    /// Refuses what the role does not include.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] that says who could do it.
    pub fn require(&self, permission: Permission) -> Result<(), AppError> {
        if self.role.may(permission) {
            return Ok(());
        }
        let who = match permission {
            Permission::Read => "a member",
            Permission::Write => "a contributor, editor, admin or owner",
            Permission::Publish => "an editor, admin or owner",
            Permission::ManageAccounts | Permission::ManageWorkspace => "an admin or owner",
            Permission::Own => "an owner",
        };
        Err(AppError::Forbidden {
            message: format!(
                "Your role here is {}. Ask {who} of this workspace to do this.",
                self.role.as_str()
            ),
        })
    }
}
