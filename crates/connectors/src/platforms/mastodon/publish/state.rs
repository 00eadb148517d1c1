//! What is remembered about a publication between steps.

use std::collections::BTreeMap;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::post::{Draft, Part, Unit};
use carillon_domain::time::{Entropy, Timestamp, random_bytes};
use serde::{Deserialize, Serialize};

use super::super::{NAME, wire};
use crate::contract::progress::Progress;

/// Version of [`State`].
const VERSION: u16 = 1;

/// The connector's notes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Chosen once: the idempotency keys of all units begin with it.
    pub key: String,
    /// The account's newest status before the open unit is sent.
    pub since: Since,
    /// Uploads by unit and position.
    pub uploads: BTreeMap<String, Upload>,
    /// The open unit was ready to be sent before, and something came in between: its files may be gone meanwhile.
    pub doubt: bool,
    /// How often the open unit was sent and proved to be absent.
    pub absent: u8,
}

/// From where on the account's statuses must be looked through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// Not looked yet.
    Unread,
    /// The server does not let us list the statuses.
    Unlistable,
    /// There was none.
    Beginning,
    /// After this one. The time is the server's own.
    After {
        /// Its id.
        id: String,
        /// When it was created.
        at: Option<Timestamp>,
    },
}

impl Since {
    /// After this status.
    pub fn status(status: &wire::Status) -> Self {
        let at = status.created_at.as_deref().and_then(|t| t.parse().ok());
        Self::After { id: status.id.clone(), at }
    }
}

/// A file at the server, not attached to a status yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Upload {
    /// The server's id.
    pub id: String,
    /// When it was uploaded.
    pub at: Timestamp,
    /// Whether the server said that it still works on it (202) rather than that it is done (200).
    pub accepted: bool,
    /// Whether it can be attached.
    pub ready: bool,
    /// The server does not answer questions after files.
    pub mute: bool,
    /// How often we asked.
    pub polls: u8,
    /// How often it had to be uploaded again.
    pub again: u8,
}

impl State {
    /// A new one.
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self {
            key: hex::encode(random_bytes::<16>(entropy)),
            since: Since::Unread,
            uploads: BTreeMap::new(),
            doubt: false,
            absent: 0,
        }
    }

    /// The first progress of a draft.
    pub fn begin(self, draft: &Draft) -> Progress {
        Progress::new(VERSION, draft.units(), self.to_value())
    }

    /// The notes of a progress.
    pub fn of(progress: &Progress) -> Result<Self, ConnectorError> {
        let read = || serde_json::from_value(progress.state.clone()).ok();
        read().filter(|_| progress.version == VERSION).ok_or_else(|| {
            let cause = "The saved progress was written by another version of Carillon and can't be read.";
            ConnectorError::new(ErrorKind::Rejected, NAME, "publish", "unreadable_progress", cause)
                .with_action("Look at the account whether the post is there; if not, schedule it again.")
        })
    }

    /// The same progress with these notes.
    pub fn on(&self, mut progress: Progress) -> Progress {
        progress.state = self.to_value();
        progress
    }

    fn to_value(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The idempotency key of a unit: the same over all retries.
    pub fn idempotency_key(&self, unit: u16) -> String {
        format!("carillon-{}-{unit}", self.key)
    }

    /// The uploads of a unit in order, as far as they are there.
    pub fn uploads(&self, unit: u16, count: usize) -> impl Iterator<Item = &Upload> {
        (0..count).filter_map(move |index| self.uploads.get(&slot(unit, index)))
    }

    /// The ids of a unit's uploads in order, as far as they are there.
    pub fn media_ids(&self, unit: u16, count: usize) -> Vec<&str> {
        self.uploads(unit, count).map(|u| u.id.as_str()).collect()
    }

    /// A unit is public: what was only needed for it is forgotten.
    pub fn close(&mut self, unit: u16, status: Option<&wire::Status>) {
        let prefix = format!("{unit}.");
        self.uploads.retain(|slot, _| !slot.starts_with(&prefix));
        self.doubt = false;
        self.absent = 0;
        if let Some(status) = status {
            self.since = Since::status(status);
        }
    }
}

/// Key of an upload.
pub fn slot(unit: u16, index: usize) -> String {
    format!("{unit}.{index}")
}

/// What a unit consists of.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// The unit.
    pub unit: u16,
    /// Its text.
    pub text: &'a str,
    /// Its part, if it is one (a comment has no media).
    pub part: Option<&'a Part>,
    /// The status that it replies to.
    pub parent: Option<&'a str>,
}

impl<'a> Content<'a> {
    /// Content of a unit of the draft. Parts reply to the part before, the comment to the root.
    pub fn of(draft: &'a Draft, unit: u16, progress: &'a Progress) -> Result<Self, ConnectorError> {
        let parent_of =
            |index: u16| progress.units.get(usize::from(index)).and_then(|u| u.remote_id.as_deref());
        let missing = || {
            let cause = "The part that this one belongs to is not public.";
            ConnectorError::new(ErrorKind::Rejected, NAME, "publish", "parent_missing", cause)
                .with_action("Retry the whole publication.")
        };
        let content = draft.unit(unit).ok_or_else(missing)?;
        let (text, part, parent) = match content {
            Unit::Part(part) if unit == 0 => (part.text.as_str(), Some(part), None),
            Unit::Part(part) => {
                (part.text.as_str(), Some(part), Some(parent_of(unit - 1).ok_or_else(missing)?))
            }
            Unit::Comment(text) => (text, None, Some(parent_of(0).ok_or_else(missing)?)),
        };
        Ok(Self { unit, text, part, parent })
    }

    /// How many files it has.
    pub fn media_count(&self) -> usize {
        self.part.map_or(0, |p| p.media.len())
    }
}
