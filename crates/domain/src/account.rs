//! Connected accounts and how they are doing.

use serde::{Deserialize, Serialize};

/// Whether Carillon may act for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// Connected; calls may be made.
    Connected,
    /// The grant is gone or lacks a permission; publications wait until a person connects it again.
    NeedsReconnect,
    /// Disconnected by a person. History stays.
    Disconnected,
}

impl AccountStatus {
    /// The stable name used in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::NeedsReconnect => "needs_reconnect",
            Self::Disconnected => "disconnected",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Connected, Self::NeedsReconnect, Self::Disconnected].into_iter().find(|s| s.as_str() == text)
    }
}

/// What a network did with an account, as its answers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkState {
    /// It is there, and the network lets nobody use it: suspended, taken down, disabled or deactivated.
    Suspended,
    /// It is not there any more: deleted, closed, or moved elsewhere.
    Gone,
}

impl NetworkState {
    /// The stable name used in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::Gone => "gone",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Suspended, Self::Gone].into_iter().find(|state| state.as_str() == text)
    }

    /// What an error of this code says about the account. Connectors use these codes for the account itself only, and only where the
    /// network's own answer names the cause.
    pub fn of_code(code: &str) -> Option<Self> {
        match code {
            "account_suspended" | "account_taken_down" | "account_disabled" | "account_deactivated" => {
                Some(Self::Suspended)
            }
            "account_closed" | "account_gone" | "account_not_found" => Some(Self::Gone),
            _ => None,
        }
    }
}

/// A connected identity as connectors see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountIdentity {
    /// The network's own id of the account; opaque.
    pub remote_id: String,
    /// The handle without a leading `@`; with the server for networks of many servers.
    pub handle: String,
    /// Display name.
    pub name: String,
    /// Address of the avatar image at the network.
    pub avatar_url: Option<String>,
    /// Base URL of the account's server, for networks of many servers.
    pub server: Option<String>,
    /// What else the connector needs to know between calls (flavour, limits of the server …). No secrets.
    pub meta: serde_json::Value,
}

/// What happens when an account's own daily cap is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapMode {
    /// Going over gets a warning.
    Warn,
    /// Going over holds the publication.
    Enforce,
}

impl CapMode {
    /// The stable name used in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Enforce => "enforce",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Warn, Self::Enforce].into_iter().find(|m| m.as_str() == text)
    }
}
