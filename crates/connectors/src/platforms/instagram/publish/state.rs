//! What one publication remembers between its steps. No secrets, no signed addresses.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::super::NAME;
use super::super::options::Kind;
use crate::contract::progress::Progress;

/// Version of [`State`].
const VERSION: u16 = 1;

/// How old a container may become here; it expires at the network after 24 hours (IG Container, `EXPIRED`).
const MAX_AGE: SignedDuration = SignedDuration::from_hours(23);

/// The connector's notes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// What the post becomes; fixed at the start.
    pub kind: Kind,
    /// Containers of a carousel's items, in order.
    pub children: Vec<Option<Container>>,
    /// The container that is published.
    pub root: Option<Container>,
    /// What the account looked like shortly before the commit.
    #[serde(default)]
    pub baseline: Option<Baseline>,
    /// A refusal that is to be told once the content is proved to be absent.
    #[serde(default)]
    pub refusal: Option<ConnectorError>,
}

/// A container at the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Container {
    pub id: String,
    pub created_at: Timestamp,
    /// How its media get there.
    pub source: Source,
    /// Processed and ready to be used.
    #[serde(default)]
    pub finished: bool,
    /// How often its state was asked for.
    #[serde(default)]
    pub looks: u32,
    /// How often it was ready to be published and came back unpublished.
    #[serde(default)]
    pub returns: u32,
    /// It was ready to be published.
    #[serde(default)]
    pub offered: bool,
}

/// How media get into a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Source {
    /// The network fetches them, or there are none.
    Fetched,
    /// To be uploaded; nothing was sent yet.
    Upload,
    /// An upload was begun; how far it got, the network knows.
    Uploading,
    /// Uploaded in full.
    Uploaded,
}

/// What the account looked like shortly before the commit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Baseline {
    /// When it was taken.
    pub at: Timestamp,
    /// Used part of the publishing quota, if it could be read.
    pub quota_usage: Option<i64>,
    /// Ids of the newest posts or stories, if they could be read.
    pub seen: Option<Vec<String>>,
}

impl Container {
    pub(super) fn new(id: String, created_at: Timestamp, source: Source) -> Self {
        Self { id, created_at, source, finished: false, looks: 0, returns: 0, offered: false }
    }

    /// Whether it is so old that it may expire before it is used.
    pub(super) fn stale(&self, now: Timestamp) -> bool {
        now.duration_since(self.created_at) >= MAX_AGE
    }
}

impl State {
    pub(super) fn new(kind: Kind, children: usize) -> Self {
        Self { kind, children: vec![None; children], root: None, baseline: None, refusal: None }
    }

    /// The notes in `progress`.
    pub(super) fn of(progress: &Progress) -> Result<Self, ConnectorError> {
        let read = (progress.version == VERSION).then(|| serde_json::from_value(progress.state.clone()));
        read.and_then(Result::ok).ok_or_else(|| {
            ConnectorError::new(
                ErrorKind::Rejected,
                NAME,
                "publish",
                "unreadable_state",
                "The notes of this publication were written by another version of Carillon.",
            )
            .with_action("Look at the account; if the post is not there, publish it again.")
        })
    }

    pub(super) fn into_progress(self, units: u16) -> Progress {
        Progress::new(VERSION, units, self.value())
    }

    /// `progress` with these notes.
    pub(super) fn stored_in(&self, mut progress: Progress) -> Progress {
        progress.state = self.value();
        progress
    }

    /// Forgets the containers, so that new ones are made. The baseline stays: a later one may hold the post of a commit that
    /// took effect late.
    pub(super) fn start_over(&mut self) {
        self.root = None;
        self.children.fill(None);
    }

    fn value(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
