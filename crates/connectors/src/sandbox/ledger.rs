//! Everything that became public: one item per public object, never one per event.

use std::sync::Mutex;

use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::lock;

/// One public object: a post, each part of a thread, each comment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerItem {
    /// The platform's name.
    pub platform: String,
    /// The account's server, for networks of many servers.
    pub server: Option<String>,
    /// Whose it is.
    pub account: LedgerAccount,
    /// The network's id, in the form that its API answers.
    pub remote_id: String,
    /// The remote id of what it replies to or comments on.
    pub parent: Option<String>,
    /// The network's word for its kind: `post`, `status`, `reel`, `comment` …
    pub kind: String,
    /// The text as it was sent.
    pub text: String,
    /// Its media in order.
    pub media: Vec<LedgerMedia>,
    /// When it became public.
    pub at: Timestamp,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
}

/// An account in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerAccount {
    /// The network's id of the account.
    pub remote_id: String,
    /// Its handle, without `@`.
    pub handle: String,
}

/// A file in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerMedia {
    /// Lower-case hex SHA-256 of the bytes as received.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
    /// Alternative text, if any arrived.
    pub alt: Option<String>,
}

/// The ledger of a [`World`](super::World).
pub struct Ledger<'a> {
    pub(super) items: &'a Mutex<Vec<LedgerItem>>,
    pub(super) now: Timestamp,
    pub(super) changed: &'a tokio::sync::watch::Sender<u64>,
}

impl Ledger<'_> {
    /// Records a new public object.
    pub fn add(&self, item: LedgerItem) {
        lock(self.items).push(item);
        self.changed.send_modify(|n| *n += 1);
    }

    /// Marks an object as deleted now. `false` when there is no such live object.
    pub fn delete(&self, platform: &str, server: Option<&str>, remote_id: &str) -> bool {
        let mut items = lock(self.items);
        let found = items.iter_mut().find(|i| {
            i.platform == platform
                && i.server.as_deref() == server
                && i.remote_id == remote_id
                && i.deleted_at.is_none()
        });
        let Some(item) = found else { return false };
        item.deleted_at = Some(self.now);
        drop(items);
        self.changed.send_modify(|n| *n += 1);
        true
    }

    /// Gives a live object another text. `false` when there is none.
    pub fn edit(&self, platform: &str, server: Option<&str>, remote_id: &str, text: &str) -> bool {
        let mut items = lock(self.items);
        let found = items.iter_mut().find(|i| {
            i.platform == platform
                && i.server.as_deref() == server
                && i.remote_id == remote_id
                && i.deleted_at.is_none()
        });
        let Some(item) = found else { return false };
        text.clone_into(&mut item.text);
        drop(items);
        self.changed.send_modify(|n| *n += 1);
        true
    }

    /// Everything so far, oldest first, deleted objects included.
    pub fn items(&self) -> Vec<LedgerItem> {
        lock(self.items).clone()
    }

    /// Everything of one platform, oldest first, deleted objects included.
    pub fn of(&self, platform: &str) -> Vec<LedgerItem> {
        lock(self.items).iter().filter(|i| i.platform == platform).cloned().collect()
    }
}
