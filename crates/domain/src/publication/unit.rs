//! What became of the units of a publication.

use serde::{Deserialize, Serialize};

use crate::connector_error::ConnectorError;
use crate::time::Timestamp;

/// What became of one thread part or comment, for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitReport {
    /// 0 is the root.
    pub index: u16,
    /// How it stands.
    pub state: UnitState,
    /// The network's id once public.
    pub remote_id: Option<String>,
    /// Where people see it.
    pub remote_url: Option<String>,
    /// Why it is not public.
    pub error: Option<ConnectorError>,
    /// When it was deleted at the network, at a person's wish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// When its text was last changed at the network, at a person's wish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// Where it went.
    #[serde(default, skip_serializing_if = "Delivered::is_public")]
    pub delivered: Delivered,
}

impl UnitReport {
    /// Whether it went where it was meant to go and was not deleted since.
    pub fn is_there(&self) -> bool {
        self.state == UnitState::Published && self.deleted_at.is_none()
    }
}

/// Where a unit went that is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivered {
    /// To those whom it is meant for.
    #[default]
    Public,
    /// Into the inbox of the network's app, where a person finishes it. Nobody else sees it, and it has no id of a post.
    Inbox,
}

impl Delivered {
    /// The stable name used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Inbox => "inbox",
        }
    }

    /// Whether others see it.
    pub const fn is_public(&self) -> bool {
        matches!(self, Self::Public)
    }
}

/// How one unit of a publication stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitState {
    /// Not sent yet.
    Pending,
    /// Public.
    Published,
    /// Certainly not public, and not tried again by itself.
    Failed,
    /// May or may not be public.
    Unconfirmed,
}
