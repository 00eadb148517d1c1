//! Accounts as they are stored, for databases that are filled before they are measured.

use carillon_domain::account::AccountIdentity;
use carillon_domain::id::{AccountId, GrantId, WorkspaceId};
use carillon_domain::time::Timestamp;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::grant::GrantRow;

/// A connected account, and the login that it belongs to.
#[derive(Debug, Clone)]
pub struct Connected {
    /// Its workspace.
    pub workspace: WorkspaceId,
    /// The login.
    pub grant: GrantId,
    /// The account.
    pub account: AccountId,
    /// Its network.
    pub platform: String,
    /// Its server, where the network has many.
    pub server: Option<String>,
    /// When it was connected.
    pub at: Timestamp,
}

impl Connected {
    /// The login, with its sealed tokens if it has any.
    pub fn grant(&self, credential: Option<Vec<u8>>) -> GrantRow {
        GrantRow {
            person: None,
            workspace: self.workspace,
            id: self.grant,
            platform: self.platform.clone(),
            server: self.server.clone(),
            credential,
            scopes: Vec::new(),
            targets: Vec::new(),
            expires_at: None,
            refresh_expires_at: None,
            status: "live".to_owned(),
            refresh_epoch: 0,
            refresh_until: None,
            created_at: self.at,
            updated_at: self.at,
        }
    }

    /// The account with the network's id for it, called by a number.
    pub fn account(&self, remote_id: String, number: usize) -> AccountRow {
        let identity = AccountIdentity {
            remote_id,
            handle: format!("bell{number}"),
            name: format!("Bell {number}"),
            avatar_url: None,
            server: self.server.clone(),
            meta: serde_json::json!({}),
        };
        let whose = (self.workspace, self.account, self.grant);
        AccountRow::connected(whose, &self.platform, identity, self.at)
    }
}
