//! What one publication remembers between its steps. No secrets, no signed addresses.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::time::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::super::limits::CONTAINER_LIFE;
use super::rejected;
use crate::contract::progress::Progress;

/// Version of [`State`].
const VERSION: u16 = 1;

/// How long before its end a container is not used any more.
const MARGIN: SignedDuration = SignedDuration::from_hours(1);

/// The connector's notes about one unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// The unit that these notes are about.
    pub unit: u16,
    /// Containers of a carousel's items, in order.
    pub children: Vec<Option<Container>>,
    /// The container that is published.
    pub root: Option<Container>,
    /// How often the container was made anew because it could not be published.
    pub remade: u32,
    /// What the account looked like shortly before the commit.
    pub baseline: Option<Baseline>,
    /// A refusal that is to be told once the content is proved to be absent.
    pub refusal: Option<ConnectorError>,
}

/// A container at the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Container {
    /// Its id, which is not the post's.
    pub id: String,
    pub created_at: Timestamp,
    /// Since when it is known to be ready to be used.
    pub finished_at: Option<Timestamp>,
    /// How often its state was asked for.
    pub looks: u32,
    /// It just came back from being published: refused as unknown, or not published after all.
    pub came_back: bool,
    /// How often it came back so.
    pub returns: u32,
}

/// What the account looked like shortly before the commit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Baseline {
    /// When it was taken.
    pub at: Timestamp,
    /// Used part of the quota of posts or of replies, if it could be read.
    pub quota_usage: Option<i64>,
    /// Ids of the newest posts or replies, if they could be read.
    pub seen: Option<Vec<String>>,
}

impl Container {
    pub(super) fn new(id: String, created_at: Timestamp) -> Self {
        Self { id, created_at, finished_at: None, looks: 0, came_back: false, returns: 0 }
    }

    /// Whether it is so old that it may expire before it is used.
    fn stale(&self, now: Timestamp) -> bool {
        now.duration_since(self.created_at) >= CONTAINER_LIFE - MARGIN
    }
}

impl State {
    pub(super) fn new(unit: u16, children: usize) -> Self {
        Self { unit, children: vec![None; children], root: None, remade: 0, baseline: None, refusal: None }
    }

    /// The notes in `progress` for the invisible steps; fresh ones where they are about an earlier unit.
    pub(super) fn load(progress: &Progress, unit: u16, children: usize) -> Result<Self, ConnectorError> {
        let state = Self::read(progress).ok_or_else(unreadable)?;
        let fits = state.unit == unit && state.children.len() == children;
        Ok(if fits { state } else { Self::new(unit, children) })
    }

    /// The notes of an open commit of `unit`.
    pub(super) fn open(progress: &Progress, unit: u16) -> Result<Self, ConnectorError> {
        Self::read(progress).filter(|state| state.unit == unit).ok_or_else(unreadable)
    }

    fn read(progress: &Progress) -> Option<Self> {
        let ours = progress.version == VERSION;
        serde_json::from_value(progress.state.clone()).ok().filter(|_| ours)
    }

    pub(super) fn into_progress(self, units: u16) -> Progress {
        Progress::new(VERSION, units, self.value())
    }

    /// `progress` with these notes.
    pub(super) fn stored_in(&self, mut progress: Progress) -> Progress {
        progress.state = self.value();
        progress
    }

    /// Whether a container is too old.
    pub(super) fn stale(&self, now: Timestamp) -> bool {
        self.root.iter().chain(self.children.iter().flatten()).any(|container| container.stale(now))
    }

    /// Forgets the containers, so that new ones are made. The baseline stays: a later one may hold the post of a commit that
    /// took effect late.
    pub(super) fn start_over(&mut self) {
        self.root = None;
        self.children.fill(None);
    }

    /// The container came back unpublished: what was known of it does not count any more.
    pub(super) fn came_back(&mut self) {
        if let Some(root) = &mut self.root {
            (root.came_back, root.finished_at) = (true, None);
            root.returns += 1;
        }
    }

    fn value(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

fn unreadable() -> ConnectorError {
    rejected(
        "unreadable_state",
        "The notes of this publication were written by another version of Carillon.",
        "Look at the account; if the post is not there, publish it again.",
    )
}
