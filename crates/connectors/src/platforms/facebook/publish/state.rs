//! What one publication remembers between its steps. No secrets, no signed addresses.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::super::NAME;
use super::super::options::Kind;
use crate::contract::progress::Progress;

/// Version of [`State`].
const VERSION: u16 = 1;

/// How old unpublished photos and unfinished videos may become here. The network throws unused ones away after about a day
/// (unverified).
const MAX_AGE: SignedDuration = SignedDuration::from_hours(20);

/// So long after a commit nothing can come of it any more, whatever kept it; the engine itself waits for minutes.
const SETTLED: SignedDuration = SignedDuration::from_hours(1);

fn uncertain() -> bool {
    true
}

/// The connector's notes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// What the post becomes; fixed at the start.
    pub kind: Kind,
    /// Uploaded photos, unpublished, in order.
    pub photos: Vec<Option<Photo>>,
    /// The video that is uploaded.
    pub video: Option<Video>,
    /// Ids of the newest posts shortly before the first commit, if they could be read.
    #[serde(default)]
    pub seen: Option<Vec<String>>,
    /// When the first commit was sent that was refused or found to be absent. It may have, or still take, effect.
    #[serde(default)]
    pub sent: Option<Timestamp>,
    /// What became of such a commit is not certain: it was not plainly refused. Notes from before this was kept say nothing, so it counts
    /// as uncertain there.
    #[serde(default = "uncertain")]
    pub uncertain: bool,
    /// When the last such commit was sent.
    #[serde(default)]
    pub last_sent: Option<Timestamp>,
    /// A second send of a story was refused, which may say that the first one had its effect.
    #[serde(default)]
    pub doubted: bool,
    /// A refusal that is to be told once the content is proved to be absent.
    #[serde(default)]
    pub refusal: Option<ConnectorError>,
}

/// An unpublished photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Photo {
    pub id: String,
    pub uploaded_at: Timestamp,
}

/// A video that nobody sees before it is finished.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Video {
    pub id: String,
    /// Of uploads in chunks.
    pub session: Option<String>,
    pub started_at: Timestamp,
    /// Where the next chunk begins, bytes.
    pub next: u64,
    /// Length of the chunks that the network asks for, bytes.
    pub chunk: u64,
    /// When all of it was there.
    #[serde(default)]
    pub uploaded_at: Option<Timestamp>,
    /// How often its state was asked for.
    #[serde(default)]
    pub looks: u32,
    /// Breaks since more of it arrived.
    #[serde(default)]
    pub breaks: u8,
    /// The network has said that it will publish it.
    #[serde(default)]
    pub accepted: bool,
    /// The last phase was sent: what it became is known by this id alone.
    #[serde(default)]
    pub finished: bool,
}

impl State {
    pub(super) fn new(kind: Kind, photos: usize) -> Self {
        Self {
            kind,
            photos: vec![None; photos],
            video: None,
            seen: None,
            sent: None,
            uncertain: false,
            last_sent: None,
            doubted: false,
            refusal: None,
        }
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
            .with_action("Look at the Page; if the post is not there, publish it again.")
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

    /// Remembers that a commit was sent with what is uploaded now, and whether it may have had an effect.
    pub(super) fn note_sent(&mut self, since: Timestamp, uncertain: bool) {
        self.sent = Some(self.sent.unwrap_or(since));
        self.uncertain |= uncertain;
        self.last_sent = self.last_sent.max(Some(since));
        if let Some(video) = &mut self.video {
            video.finished = true;
        }
    }

    /// Forgets what the network may have thrown away, unless it was used in a commit whose effect may come late. A video that was
    /// finished is asked for before it is forgotten.
    pub(super) fn drop_stale(&mut self, now: Timestamp) {
        if self.may_take_effect(now) {
            return;
        }
        let old = |since: Timestamp| now.duration_since(since) >= MAX_AGE;
        if self.photos.iter().flatten().any(|photo| old(photo.uploaded_at)) {
            self.photos.fill(None);
        }
        if self.video.as_ref().is_some_and(|video| !video.finished && old(video.started_at)) {
            self.video = None;
        }
    }

    /// Whether a finished video that nothing came of can be replaced by another upload: it is old, and so is its last phase.
    pub(super) fn is_spent(&self, now: Timestamp) -> bool {
        let old = self.video.as_ref().is_some_and(|v| now.duration_since(v.started_at) >= MAX_AGE);
        old && !self.may_take_effect(now)
    }

    fn may_take_effect(&self, now: Timestamp) -> bool {
        self.last_sent.or(self.sent).is_some_and(|at| now.duration_since(at) < SETTLED)
    }

    fn value(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
