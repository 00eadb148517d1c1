//! Who may do what in a workspace.

use serde::{Deserialize, Serialize};

/// A member's role. See the words in the product description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, including deleting the workspace and naming owners.
    Owner,
    /// Everything but deleting the workspace and touching owners.
    Admin,
    /// Writes, schedules and publishes.
    Editor,
    /// Writes, but does not publish.
    Contributor,
    /// Reads.
    Analyst,
    /// Sees what is shared with them.
    Client,
}

/// Something a person or token may want to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Read posts, accounts, media and numbers.
    Read,
    /// Create and edit drafts and media.
    Write,
    /// Schedule, publish, move and cancel.
    Publish,
    /// Connect and disconnect accounts.
    ManageAccounts,
    /// Invite members, change roles, settings and tokens.
    ManageWorkspace,
    /// Delete the workspace, name owners.
    Own,
}

impl Role {
    /// All roles, from most to least powerful.
    pub const ALL: [Self; 6] =
        [Self::Owner, Self::Admin, Self::Editor, Self::Contributor, Self::Analyst, Self::Client];

    /// The stable name used in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Editor => "editor",
            Self::Contributor => "contributor",
            Self::Analyst => "analyst",
            Self::Client => "client",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == text)
    }

    /// Whether the role includes the permission.
    pub const fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::Read => !matches!(self, Self::Client),
            Permission::Write => matches!(self, Self::Owner | Self::Admin | Self::Editor | Self::Contributor),
            Permission::Publish => matches!(self, Self::Owner | Self::Admin | Self::Editor),
            Permission::ManageAccounts | Permission::ManageWorkspace => {
                matches!(self, Self::Owner | Self::Admin)
            }
            Permission::Own => matches!(self, Self::Owner),
        }
    }
}
