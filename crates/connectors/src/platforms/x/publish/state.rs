//! What a publication on X must remember between its steps.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::id::MediaId;
use carillon_domain::time::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::contract::cx::Cx;
use crate::contract::progress::Progress;
use crate::platforms::x::errors::{PLATFORM, op};

/// Version of the state.
pub(super) const VERSION: u16 = 1;

/// How much older than now an id made from the time is, so that clocks may differ.
const MARGIN_MS: i64 = 10 * 60 * 1000;

/// Milliseconds of the Unix epoch at which X's ids begin. docs.x.com, "X IDs" (2026).
const FIRST_ID_MS: i64 = 1_288_834_974_657;

/// Notes about one unit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// The unit that these notes are about.
    pub unit: u16,
    /// Everything that an attempt made public is newer than this id.
    pub since_id: Option<String>,
    /// Files in order.
    pub uploads: Vec<Upload>,
    /// A first send is proved to have had no effect, and a second one may have happened.
    pub resent: bool,
    /// X refused a send, or so it said: the answer may be wrong, and the send may have had its effect.
    #[serde(default)]
    pub refused: bool,
    /// X refused the second send because it knows the text already.
    #[serde(default)]
    pub repeated: bool,
    /// X refused the files' ids: once, all are uploaded anew.
    #[serde(default)]
    pub renew: bool,
}

/// One file on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Upload {
    /// Which file of the library.
    pub media: MediaId,
    /// X's id for it.
    pub id: Option<String>,
    /// X's key for it, as it appears at posts.
    pub key: Option<String>,
    /// When X forgets it.
    pub expires_at: Option<Timestamp>,
    /// The segment that comes next.
    pub segment: u32,
    /// How often the line broke since the last segment arrived.
    #[serde(default)]
    pub breaks: u8,
    /// How far it is.
    pub step: UploadStep,
    /// It was begun anew once because X did not know it any more.
    pub restarted: bool,
}

/// How far an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum UploadStep {
    /// Bytes remain to be sent.
    Sending,
    /// X works on it.
    Processing,
    /// The description remains to be sent.
    Describing,
    /// It can be attached.
    Ready,
}

impl Upload {
    pub(super) fn new(media: MediaId) -> Self {
        Self {
            media,
            id: None,
            key: None,
            expires_at: None,
            segment: 0,
            breaks: 0,
            step: UploadStep::Sending,
            restarted: false,
        }
    }

    /// Whether X has forgotten it at `now`, or may have by the time a call arrives.
    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at.duration_since(now) <= SignedDuration::from_mins(1))
    }
}

impl State {
    /// The notes in `progress` for the prepare steps; fresh ones at the beginning, and where they are about another unit.
    pub(super) fn load(progress: &Progress, unit: u16) -> Result<Self, ConnectorError> {
        let fresh = || Self { unit, ..Self::default() };
        if progress.state.is_null() {
            return Ok(fresh());
        }
        let state = Self::read(progress).ok_or_else(unreadable)?;
        Ok(if state.unit == unit { state } else { fresh() })
    }

    /// The notes of an open commit of `unit`. Without the id that they hold, an older equal post could be taken for it.
    pub(super) fn open(progress: &Progress, unit: u16) -> Result<Self, ConnectorError> {
        Self::read(progress).filter(|s| s.unit == unit && s.since_id.is_some()).ok_or_else(unreadable)
    }

    fn read(progress: &Progress) -> Option<Self> {
        serde_json::from_value(progress.state.clone()).ok().filter(|_| progress.version == VERSION)
    }

    /// Writes the notes into `progress`.
    pub(super) fn store(&self, progress: &mut Progress) {
        progress.state = serde_json::to_value(self).unwrap_or_default();
    }

    /// Makes the notes durable.
    pub(super) async fn save(&self, cx: &Cx<'_>, progress: &mut Progress) -> Result<(), ConnectorError> {
        self.store(progress);
        cx.checkpoint.save(progress).await
    }
}

fn unreadable() -> ConnectorError {
    let cause = "The saved progress of this post can't be read by this version of Carillon.";
    ConnectorError::new(ErrorKind::Rejected, PLATFORM, op::CREATE, "unreadable_progress", cause)
        .with_action("Look at the account whether the post is there; if not, publish it again as a new post.")
}

/// An id as X would have given it a while before `now`.
pub(super) fn id_at(now: Timestamp) -> String {
    let ms = now.as_millisecond() - MARGIN_MS - FIRST_ID_MS;
    (ms.max(0) << 22).to_string()
}
