//! What a publication on YouTube must remember between its steps.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::id::MediaId;
use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::contract::cx::{Credential, Cx};
use crate::contract::progress::Progress;
use crate::kit::seal::{Key, Sealed};
use crate::platforms::youtube::errors::{op, rejected};

/// Version of the state.
pub(super) const VERSION: u16 = 1;

/// What the sealed address is for.
const PURPOSE: &str = "carillon youtube upload session";

/// Notes about a video and its comment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// Which file of the library is uploaded.
    pub media: Option<MediaId>,
    /// Where its bytes go, sealed.
    pub session: Option<Sealed>,
    /// When the first session was asked for.
    pub begun_at: Option<Timestamp>,
    /// So many bytes YouTube said to have.
    pub sent: u64,
    /// When the last part of the file was first sent. Before that there can't be a video.
    pub tail_at: Option<Timestamp>,
    /// Breaks since YouTube last had more bytes than before.
    pub breaks: u8,
    /// How often the upload was begun anew.
    pub restarts: u8,
    /// The video, once all bytes have arrived.
    pub video: Option<Uploaded>,
    /// The thumbnail is set.
    pub thumbnail: bool,
    /// The video is in its playlist.
    pub listed: bool,
    /// The first comment is proved to be missing, and a second send may have happened.
    pub resent: bool,
    /// What YouTube said when it refused a commit. Told once a look has shown that nothing became public.
    #[serde(default)]
    pub refusal: Option<ConnectorError>,
    /// How often the comment came too early.
    #[serde(default)]
    pub early: u8,
}

/// A video on YouTube, private until the commit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Uploaded {
    /// Its id.
    pub id: String,
    /// When all of its bytes had arrived.
    pub at: Timestamp,
}

impl State {
    /// The notes in `progress`; fresh ones at the beginning.
    pub(super) fn load(progress: &Progress) -> Result<Self, ConnectorError> {
        if progress.state.is_null() {
            return Ok(Self::default());
        }
        let state = serde_json::from_value(progress.state.clone()).ok();
        state.filter(|_| progress.version == VERSION).ok_or_else(unreadable)
    }

    /// Writes the notes into `progress`.
    pub(super) fn store(&self, progress: &mut Progress) {
        progress.state = serde_json::to_value(self).unwrap_or_default();
    }

    /// Keeps the address of the bytes.
    pub(super) fn keep_session(&mut self, cx: &Cx<'_>, session: &Secret) {
        self.session = Sealed::new(session, &key(cx.credential), cx.entropy);
    }

    /// The address of the bytes, where one is kept: `Some(None)` when the grant is another one by now.
    pub(super) fn session(&self, cx: &Cx<'_>) -> Option<Option<Secret>> {
        self.session.as_ref().map(|sealed| sealed.open(&key(cx.credential)))
    }

    /// The id of the video.
    pub(super) fn video_id(&self) -> Option<&str> {
        self.video.as_ref().map(|video| video.id.as_str())
    }
}

/// Google's refresh tokens stay the same for the life of a grant. When the account is connected again the upload begins anew.
fn key(credential: &Credential) -> Key {
    Key::new(PURPOSE, credential.refresh_token.as_ref().unwrap_or(&credential.access_token))
}

fn unreadable() -> ConnectorError {
    rejected(
        op::INSERT,
        "unreadable_progress",
        "The saved progress of this post can't be read by this version of Carillon.",
        "Look in YouTube Studio whether the video is there; if not, publish it again as a new post.",
    )
}
